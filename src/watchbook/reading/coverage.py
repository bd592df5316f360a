"""Law 1: every line of content is in a reading, has a finding, or is prose. Counts them, and finds the rest.

Called by `reading.runbook` at the end. A line that looks meant for the program (a row, a field, a command) in
a section that is understood, and that no module took, gets a finding; running text is prose.
"""

from collections.abc import Iterator

from watchbook.model.runbook import Coverage
from watchbook.reading.blocks import Block, Comment, Fence, Html, Item, Line, List, Paragraph, Quote, Table
from watchbook.reading.document import Document, Section
from watchbook.reading.notes import Notes

_FREE = frozenset({"", "title", "contents", "overview", "architecture", "severities", "targets", "review",
    "environments", "contacts",
                   "escalation"})  # fmt: skip
_ADVICE = "Write it in the form of the template, or as a plain sentence if it is for people."


def cover(document: Document, chapters: tuple[Section, ...], notes: Notes) -> Coverage:
    """The count of content lines. Adds a finding for every line that was meant to be read and was not."""
    told = notes.read_lines | notes.prose_lines | {finding.line for finding in notes.findings}
    faulted: set[int] = set()
    for chapter in chapters:
        if chapter.kind in _FREE:
            continue
        for part in chapter.walk():
            for first, end, reason in _meant(part.blocks):
                lines = range(first, end + 1)
                left = [line for line in lines if line not in told and document.source[line - 1].strip()]
                if left:
                    notes.find(
                        "line-not-understood", left[0], section=chapter.title, reason=reason, advice=_ADVICE
                    )
                    faulted.update(left)
    content = set(_content(document))
    read = content & notes.read_lines
    faulted = (content & (faulted | {finding.line for finding in notes.findings})) - read
    return Coverage(len(content), len(read), len(faulted), len(content) - len(read) - len(faulted))


def _meant(blocks: tuple[Block, ...]) -> Iterator[tuple[int, int, str]]:
    """First and last line of what looks as if it were meant for the program: rows, fields with code, shell."""
    for block in blocks:
        match block:
            case Table():
                yield block.header.line, block.header.line, "no column of this table means anything here"
                for row in block.rows:
                    yield row.line, row.line, "no column of this table means anything here"
            case Fence() if (
                block.language in ("bash", "sh", "shell", "console", "zsh", "promql") and block.lines
            ):
                yield (
                    block.first_line,
                    block.first_line + len(block.lines) - 1,
                    "nothing here says when these commands are run",
                )
            case List():
                for item in block.items:
                    yield from _meant_item(item)


def _meant_item(item: Item) -> Iterator[tuple[int, int, str]]:
    field = item.first.field(plain=False)
    if field is not None and field.value.codes:
        yield item.line, item.line, f"{field.key} is nothing that is read here"
    yield from _meant(item.blocks)


def _content(document: Document) -> Iterator[int]:
    """Lines that hold content: no blank ones, rules, separators of tables, marks of fences, or comments."""
    for found in document.front_matter:
        yield found.line
    yield from _lines(document.preamble, document)
    for section in document.walk():
        yield section.line
        yield from _lines(section.blocks, document)


def _lines(blocks: tuple[Block, ...], document: Document) -> Iterator[int]:
    for block in blocks:
        match block:
            case Paragraph():
                yield from _spoken(block.lines)
            case List():
                for item in block.items:
                    yield from _spoken(item.lines)
                    yield from _lines(item.blocks, document)
            case Table():
                yield from (row.line for row in (block.header, *block.rows))
            case Fence():
                yield from (
                    block.first_line + offset for offset, text in enumerate(block.lines) if text.strip()
                )
            case Quote():
                yield from _lines(block.blocks, document)
            case Html():
                yield from (
                    line
                    for line in range(block.line, block.end_line + 1)
                    if document.source[line - 1].strip()
                )
            case Comment():
                pass


def _spoken(lines: tuple[Line, ...]) -> Iterator[int]:
    yield from (line.number for line in lines if line.text)
