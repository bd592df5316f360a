"""The blocks a document is made of: lines with their marks, paragraphs, lists, tables, fences, comments.

Made by `reading.markup`, worked on by every section module (through `reading.document`). Frozen values; they
know how to be cut and to be seen as `Key: value`, and nothing of what a key means.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A marked part of a line: `kind` is code, strong, emphasis or link; `start:end` are offsets into `Line.text`."""

    kind: str
    start: int
    end: int
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One source line of running text (of a paragraph, item, cell or heading) with its marks taken off.

    `text` holds the words and the insides of code spans; `spans` say where the marks were.
    """

    number: int
    text: str
    spans: tuple[Span, ...] = ()

    @property
    def line(self) -> int:
        return self.number

    @property
    def end_line(self) -> int:
        return self.number

    @property
    def codes(self) -> tuple[str, ...]:
        """Texts of the code spans, in order."""
        return tuple(span.text for span in self.spans if span.kind == "code")

    @property
    def prose(self) -> str:
        """The text without its code spans, spaces collapsed."""
        if not self.spans:
            return self.text.strip()
        parts: list[str] = []
        at = 0
        for span in self.spans:
            if span.kind == "code":
                parts.append(self.text[at : span.start])
                at = span.end
        parts.append(self.text[at:])
        return " ".join(" ".join(parts).split())

    @property
    def marked(self) -> str:
        """The text with its code spans in backticks again, as a person would retype it."""
        parts: list[str] = []
        at = 0
        for span in self.spans:
            if span.kind == "code":
                parts += (self.text[at : span.start], "`", span.text, "`")
                at = span.end
        return "".join(parts) + self.text[at:]

    def cut(self, start: int, end: int | None = None) -> "Line":
        """The part `text[start:end]`, stripped, with the spans that lie inside it."""
        text = self.text
        piece = text[start:end]
        words = piece.lstrip()
        start += len(piece) - len(words)
        words = words.rstrip()
        end = start + len(words)
        if start == 0 and end == len(text):
            return self
        if not self.spans:
            return Line(self.number, words)
        inside = tuple(
            Span(span.kind, span.start - start, span.end - start, span.text, span.url)
            for span in self.spans
            if span.start >= start and span.end <= end
        )
        return Line(self.number, words, inside)

    def in_code(self, offset: int) -> bool:
        """Whether the character at `offset` stands inside a code span."""
        return any(span.kind == "code" and span.start <= offset < span.end for span in self.spans)

    def field(self, plain: bool = True) -> "Field | None":
        """The line as `Key: value`, where it is one. `plain` allows keys that are not bold."""
        if not self.spans and (not plain or ":" not in self.text):
            return None  # most lines, and each is asked several times
        return _field_of(self, plain)


@dataclass(frozen=True, slots=True)
class Field:
    """`**Key:** value` in any of its spellings. `key` is as written, without its colon and marks."""

    key: str
    value: Line
    line: int
    bold: bool = True


@dataclass(frozen=True, slots=True)
class Paragraph:
    lines: tuple[Line, ...]
    line: int
    end_line: int

    @property
    def label(self) -> str | None:
        """The words of a paragraph that is one bold line (`**Rollback:**`), without the colon; otherwise None."""
        if len(self.lines) != 1 or not self.lines[0].spans:
            return None
        line = self.lines[0]
        span = line.spans[0]
        whole = span.kind == "strong" and span.start == 0 and not line.text[span.end :].strip(" :")
        return span.text.strip().rstrip(":").strip() if whole else None

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True)
class Item:
    """One list item. `lines` is its first paragraph, `blocks` what follows inside it (fences, nested lists)."""

    lines: tuple[Line, ...]
    blocks: "tuple[Block, ...]"
    line: int
    end_line: int
    number: int | None = None  # of an ordered list
    task: bool | None = None  # `- [ ]` False, `- [x]` True

    @property
    def first(self) -> Line:
        return self.lines[0] if self.lines else Line(self.line, "")

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True)
class List:
    items: tuple[Item, ...]
    ordered: bool
    line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Row:
    cells: tuple[Line, ...]
    line: int

    @property
    def end_line(self) -> int:
        return self.line

    @property
    def text(self) -> str:
        return " | ".join(cell.text for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Table:
    """`header` and every row have the same number of cells."""

    header: Row
    rows: tuple[Row, ...]
    line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Fence:
    """A code block. `first_line` is the source line of `lines[0]`; `attributes` is the info string behind the language."""

    language: str
    attributes: str
    lines: tuple[str, ...]
    line: int
    end_line: int
    first_line: int
    closed: bool = True
    indented: bool = False  # an indented code block, without a fence

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class Comment:
    """An HTML comment: guidance to authors or a model. Never content."""

    text: str
    line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Quote:
    """A block quote; its content is for people."""

    blocks: "tuple[Block, ...]"
    line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Html:
    """Other raw HTML. Its content is for people."""

    text: str
    line: int
    end_line: int


Block = Paragraph | List | Table | Fence | Comment | Quote | Html


def opened(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks with what stands in block quotes in their place: `> **Owner:** Till team`."""
    for block in blocks:
        if isinstance(block, Quote):
            yield from opened(block.blocks)
        else:
            yield block


_PLAIN_KEY = re.compile(r"([A-Z][\w /&().-]{0,48}?)\s*:\s+(?=\S)")
_AFTER_KEY = re.compile(r"(\s*\([^()]{1,40}\))?\s*(?::|\s[-–—]\s)\s*")


def _field_of(line: Line, plain: bool) -> Field | None:
    text = line.text
    if line.spans and line.spans[0].kind in ("strong", "emphasis") and line.spans[0].start == 0:
        span = line.spans[0]
        inside = span.text.rstrip()
        if inside.endswith(":"):
            return Field(inside[:-1].strip(), line.cut(span.end), line.number)
        after = _AFTER_KEY.match(text, span.end)
        if after:
            return Field(inside.strip() + (after[1] or ""), line.cut(after.end()), line.number)
        return None
    if not plain:
        return None
    found = _PLAIN_KEY.match(text)
    if found is None or line.in_code(0) or found[1].count("(") != found[1].count(")"):
        return None  # `Uptime (target: 99.9%)` is a remark in brackets
    return Field(found[1].strip(), line.cut(found.end()), line.number, bold=False)
