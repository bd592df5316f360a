"""Gaps that a template left: `[Service Name]`, `<pod-name>` in prose, `your-…`, `XXX`, `example.com`.

Called by `reading.runbook` for the whole document, and by section modules that must not read a value out of a
gap (`[Uptime target, e.g., 99.9%]` is no target). Parameters of commands are not gaps: `reading.parameters`.
"""

import re
from collections.abc import Iterator

from watchbook.reading.blocks import Block, Comment, Fence, Html, Item, Line, List, Paragraph, Quote, Table
from watchbook.reading.document import Document
from watchbook.reading.notes import Notes
from watchbook.reading.quantities import read_quantity

_BRACKETS = re.compile(r"(?<![\w\]\\])\[([^\[\]\n]{1,80})\](?![(\[:])")
_ANGLES = re.compile(r"<([a-z][\w -]{1,40})>", re.IGNORECASE)
_YOURS = re.compile(r"\b(?:your-[a-z][a-z-]*|YOUR_[A-Z_]+)\b")
_TEMPLATE = re.compile(r"<%[=-]?[^%<>]{1,120}%>|\{\{\s*cookiecutter\.[\w.]+\s*\}\}")
_CROSSES = re.compile(r"(?<![\w-])X{3,}(?![\w-])")
_EXAMPLE_HOST = re.compile(r"(?<![\w@.-])((?:[\w-]+\.)*example\.(?:com|org|net))\b", re.IGNORECASE)
_IN_CODE = re.compile(r"[Ee]xample\.|EXAMPLE\.|your-|YOUR_")
_LONGEST_LINE = 20_000  # longer lines are data, not text
_TAG = re.compile(r"[A-Z][A-Z0-9_-]{0,11}|[!^*+?.\d].*|.|[xX ]|.*[|=$\\].*|\w-\w.*|optional")
_GAP_WORDS = re.compile(r"NAME|DATE|LINK|TODO|TBD|URL|TEAM|EMAIL|PHONE|CONTACT")


def placeholder_in(line: Line) -> str | None:
    """The first bracketed or angled gap in the running text of the line, as written."""
    for found in _gaps(line):
        return found[0]
    return None


def without_brackets(line: Line) -> Line:
    """The line with the brackets of a value taken off: `[1 hour]` → `1 hour`. Gaps stay as they are."""
    found = _BRACKETS.search(line.text)
    if found is None or line.in_code(found.start()) or not _is_value(found[1]):
        return line
    return Line(line.number, f"{line.text[: found.start()]}{found[1]}{line.text[found.end() :]}", line.spans)


def _is_value(inside: str) -> bool:
    return any(character.isdigit() for character in inside) and read_quantity(inside) is not None


def _is_gap(inside: str) -> bool:
    return bool(_GAP_WORDS.search(inside)) or not _TAG.fullmatch(inside)


def _gaps(line: Line) -> "Iterator[tuple[str, str]]":
    """Each gap in the line as (as written, inside); values in brackets are none."""
    text = line.text
    for found in _BRACKETS.finditer(text) if "[" in text else ():
        if not line.in_code(found.start()) and not _is_value(found[1]) and _is_gap(found[1]):
            yield found[0], found[1]
    for found in _ANGLES.finditer(text) if "<" in text else ():
        if not line.in_code(found.start()):
            yield found[0], found[1]
    for found in _TEMPLATE.finditer(text) if "%>" in text or "cookiecutter" in text else ():
        if not line.in_code(found.start()):
            yield found[0], found[0]
    for found in _CROSSES.finditer(text) if "XX" in text else ():
        if not line.in_code(found.start()):
            yield found[0], found[0]


def find_placeholders(document: Document, notes: Notes) -> None:
    """A finding for every gap, every value in brackets and every example host of the document."""
    for line in _titles(document):
        _find_in_line(line, notes)
    for line in _lines_in(document.preamble):
        _find_in_line(line, notes)
    for section in document.walk():
        for line in _lines_in(section.blocks):
            _find_in_line(line, notes)
    _find_in_source(document, notes)


def _titles(document: Document) -> "Iterator[Line]":
    for section in document.walk():
        yield Line(section.line, section.title)


def _find_in_line(line: Line, notes: Notes) -> None:
    for written, _ in _gaps(line):
        notes.find("placeholder-left", line, mark=written, text=written, what="the real value")
    for found in _BRACKETS.finditer(line.text) if "[" in line.text else ():
        if not line.in_code(found.start()) and _is_value(found[1]):
            notes.find("placeholder-value", line, mark=found[0], text=found[0], value=found[1])


def _find_in_source(document: Document, notes: Notes) -> None:
    """Example hosts and `your-…` stand in code as well, so they are looked for in the source."""
    for number, source in document.lines_with(_IN_CODE):
        if len(source) > _LONGEST_LINE:
            continue
        for found in _EXAMPLE_HOST.finditer(source):
            notes.find("example-host", number, mark=found[0], host=found[1])
        for found in _YOURS.finditer(source):
            notes.find("placeholder-left", number, mark=found[0], text=found[0], what="the real value")


def _lines_in(blocks: tuple[Block, ...]) -> "Iterator[Line]":
    """Running text of the blocks; of fences only their comments; nothing of HTML comments."""
    for block in blocks:
        match block:
            case Paragraph():
                yield from block.lines
            case List():
                for item in block.items:
                    yield from _lines_of_item(item)
            case Table():
                for row in (block.header, *block.rows):
                    yield from row.cells
            case Fence():
                yield from _comments_of(block)
            case Quote():
                yield from _lines_in(block.blocks)
            case Comment() | Html():
                pass


def _lines_of_item(item: Item) -> "Iterator[Line]":
    yield from item.lines
    yield from _lines_in(item.blocks)


_ASSERTION = re.compile(r"\s*(?:expect(?:ed)?|confirmed if|ruled out if|output)\b.*:", re.IGNORECASE)


def _comments_of(fence: Fence) -> "Iterator[Line]":
    """The comments of a shell fence; assertions hold patterns, not gaps."""
    for offset, text in enumerate(fence.lines):
        if "#" not in text:
            continue
        comment = re.search(r"(?:^|\s)#(?!\{)(.*)", text)
        if comment is not None and not _ASSERTION.match(comment[1]):
            yield Line(fence.first_line + offset, comment[1].strip())
