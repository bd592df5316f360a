"""Markdown text → a tree of sections and blocks, each with its lines of the source.

Called by `reading.runbook` once a document; every section module works on its nodes. It knows Markdown
(CommonMark, GFM tables and task items, front matter, comments) and nothing of runbooks: what a section or a
field means is said by `reading.synonyms` and the section modules. It never raises, whatever the text.

    document = parse_document("## Contacts\\n\\n**Team:** Shop\\n")
    contacts = document.sections[0]             # Section(title="Contacts", level=2, line=1)
    paragraph = contacts.blocks[0]              # Paragraph(lines=(Line(number=3, ...),))
    field = paragraph.lines[0].field()          # Field(key="Team", value=Line(text="Shop"), line=3)
    item.first.codes                            # texts of the code spans of a list item
    item.first.prose                            # its text without the code spans
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from watchbook.reading.blocks import (
    Block,
    Comment,
    Fence,
    Field,
    Html,
    Item,
    Line,
    List,
    Paragraph,
    Quote,
    Row,
    Span,
    Table,
)
from watchbook.reading.dialects import Oddity, as_markdown
from watchbook.reading.front_matter import read_front_matter
from watchbook.reading.html_blocks import Heading
from watchbook.reading.markup import LONGEST_LINE, BlockBuilder

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore

__all__ = [
    "Block", "Comment", "Document", "Fence", "Field", "Html", "Item", "Line", "List", "Paragraph", "Quote", "Row",
    "Section", "Span", "Table", "parse_document",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands under it: `blocks` up to the first subheading, then `sections`.

    `kind` is what the section is, by its title and place (`reading.outline` fills it): "alerting", "deployment", …
    """

    title: str
    level: int
    line: int
    end_line: int
    blocks: tuple[Block, ...] = ()
    sections: "tuple[Section, ...]" = ()
    kind: str = ""

    def walk(self) -> "Iterator[Section]":
        """This section and all below it, in document order."""
        yield self
        for section in self.sections:
            yield from section.walk()

    @property
    def all_blocks(self) -> Iterator[Block]:
        """Blocks of this section and of all below it."""
        for section in self.walk():
            yield from section.blocks


@dataclass(frozen=True, slots=True)
class Document:
    """The whole text. `preamble` stands before the first heading; `source` are the lines as they are (index 0 = line 1)."""

    source: tuple[str, ...]
    preamble: tuple[Block, ...]
    sections: tuple[Section, ...]
    front_matter: tuple[Field, ...] = ()
    front_matter_end: int = 0  # last line of the front matter, 0 without one
    text: str = field(default="", compare=False, repr=False)  # the lines joined, to search in
    oddities: tuple[Oddity, ...] = ()  # other markup than Markdown, characters that nobody sees

    def lines_with(self, pattern: "re.Pattern[str]") -> Iterator[tuple[int, str]]:
        """Number and text of each source line that holds the pattern; much faster than to search line by line."""
        text = self.text or "\n".join(self.source)
        number, at, last = 1, 0, 0
        for found in pattern.finditer(text):
            number += text.count("\n", at, found.start())
            at = found.start()
            if number != last:
                last = number
                yield number, self.source[number - 1]

    def walk(self) -> Iterator[Section]:
        for section in self.sections:
            yield from section.walk()


def parse_document(text: str) -> Document:
    """The tree of `text`. Time grows linearly with its size; nothing raises."""
    source = source_lines(text)
    front, front_end = read_front_matter(source)
    lines = [""] * front_end + [_shortened(line) for line in source[front_end:]]
    lines, oddities = as_markdown(lines, text)
    guard = _guard_for(text)
    guarded = "\n".join(_guard_pipes(line, guard) if "`" in line and "|" in line else line for line in lines)
    tokens = _markdown().parse(guarded)
    long = {number: line for number, line in enumerate(source, 1) if len(line) > LONGEST_LINE}
    blocks = BlockBuilder(tokens, tuple(lines), guard if guard in guarded else "", long).build()
    preamble, sections = _nest(blocks, len(source))
    return Document(source, preamble, sections, front, front_end, "\n".join(source), oddities)


def source_lines(text: str) -> tuple[str, ...]:
    """The lines as they are numbered everywhere: split at line feeds and carriage returns only. Index 0 is line 1."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")
    return tuple(text.removesuffix("\n").split("\n"))


@cache
def _markdown() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable("table")
    parser.core.ruler.at("inline", _parse_marks)
    parser.core.ruler.disable("text_join")  # the builder joins pieces of text itself
    return parser


_MARK = re.compile(r"[\\`*_\[\]<>&!]")


def _parse_marks(state: "StateCore") -> None:
    """Parses running text only where it holds a character that may be a mark; most lines hold none."""
    for token in state.tokens:
        if token.type == "inline":
            token.children = []
            if _MARK.search(token.content):
                state.md.inline.parse(token.content, state.md, state.env, token.children)


def _shortened(line: str) -> str:
    """Lines nobody writes by hand lose their marks, which the Markdown parser would take quadratic time for."""
    if len(line) <= LONGEST_LINE:
        return line
    start = re.match(r"[ \t>]*(?:[*+-] )?", line)  # where it stands: in a quote, in an item
    at = start.end() if start else 0
    return line[:at] + re.sub(r"[`*_\[\]()<>!&|\\]", " ", line[at:])


# --- pipes inside backticks do not split a cell ---------------------------------------------------------------


def _guard_for(text: str) -> str:
    """A private character that the text does not contain."""
    return next(chr(code) for code in range(0xE000, 0xF8FF) if chr(code) not in text)


def _guard_pipes(line: str, guard: str) -> str:
    """The line with the pipes inside its code spans replaced by `guard` (one character for one)."""
    runs = [(match.start(), match.end()) for match in re.finditer("`+", line)]
    later: dict[int, list[int]] = {}
    for index in range(len(runs) - 1, -1, -1):
        later.setdefault(runs[index][1] - runs[index][0], []).append(index)
    parts: list[str] = []
    at = index = 0
    while index < len(runs):
        start, end = runs[index]
        same = later[end - start]
        while same and same[-1] <= index:
            same.pop()
        if same:
            close = same[-1]
            parts += (line[at:start], line[start : runs[close][1]].replace("|", guard))
            at, index = runs[close][1], close
        index += 1
    parts.append(line[at:])
    return "".join(parts)


class _Open:
    """A section under construction."""

    __slots__ = ("blocks", "level", "line", "sections", "title")

    def __init__(self, title: str, level: int, line: int) -> None:
        self.title, self.level, self.line = title, level, line
        self.blocks: list[Block] = []
        self.sections: list[Section] = []


def _nest(found: list[Block | Heading], last_line: int) -> tuple[tuple[Block, ...], tuple[Section, ...]]:
    """Blocks before the first heading, and sections nested by level."""
    root = _Open("", 0, 0)
    stack = [root]

    def close(end_line: int) -> None:
        done = stack.pop()
        stack[-1].sections.append(
            Section(done.title, done.level, done.line, end_line, tuple(done.blocks), tuple(done.sections))
        )

    for block in found:
        if isinstance(block, Heading):
            while stack[-1].level >= block.level:
                close(block.line.number - 1)
            stack.append(_Open(block.line.text, block.level, block.line.number))
        else:
            stack[-1].blocks.append(block)
    while len(stack) > 1:
        close(last_line)
    return tuple(root.blocks), tuple(root.sections)
