"""Raw HTML of a document that says what Markdown says: headings, tables, the summary of `<details>`. Pure.

Called by `reading.markup` for each block of HTML. A table becomes a table and a heading a heading, with their lines; the
summary of a foldable part becomes its label. Everything else stays HTML, which is for people.
"""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

from watchbook.reading.blocks import Block, Html, Line, Paragraph, Row, Span, Table

_LONGEST = 200_000  # characters of one block; a longer one is data
_HEADING = re.compile(r"\s*<h([1-6])(?:\s[^>]*)?>(.*?)</h\1>\s*$", re.IGNORECASE | re.DOTALL)
_SUMMARY = re.compile(r"<summary(?:\s[^>]*)?>(.*?)</summary>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that opens a section."""

    line: Line
    level: int


def html_block(text: str, line: int, end: int) -> Block | Heading:
    """The block that the HTML spells, or the HTML."""
    if len(text) > _LONGEST:
        return Html(text, line, end)
    heading = _HEADING.match(text)
    if heading is not None and "<h" not in heading[2].casefold():
        return Heading(Line(line, _words(heading[2])), int(heading[1]))
    opening = text.lstrip()[:9].casefold()
    if opening.startswith("<table") and "</table>" in text.casefold():
        return _table(text, line, end) or Html(text, line, end)
    if opening.startswith(("<details", "<summary")) and (summary := _SUMMARY.search(text)) is not None:
        rest = _TAG.sub("", text[summary.end() :]).strip()
        label = _words(summary[1])
        if label and not rest:
            at = line + text.count("\n", 0, summary.start(1))
            return Paragraph((Line(at, label, (Span("strong", 0, len(label), label),)),), line, end)
    return Html(text, line, end)


def _words(text: str) -> str:
    from html import unescape

    return " ".join(unescape(_TAG.sub(" ", text)).split())


def _table(text: str, line: int, end: int) -> Table | None:
    """The table with its header row; cells that span others are repeated by nobody, and rows are cut to the header."""
    reader = _Cells(line)
    reader.feed(text)
    reader.close()
    rows = [row for row in reader.rows if row.cells]
    if len(rows) < 2 or reader.nested:
        return None
    width = len(rows[0].cells)
    even = [Row((row.cells + (Line(row.line, ""),) * width)[:width], row.line) for row in rows]
    return Table(even[0], tuple(even[1:]), line, end)


class _Cells(HTMLParser):
    """Rows and cells of one table, with code, emphasis and links as spans."""

    def __init__(self, line: int) -> None:
        super().__init__(convert_charrefs=True)
        self.first = line
        self.rows: list[Row] = []
        self.cells: list[Line] | None = None
        self.text: str | None = None
        self.spans: list[Span] = []
        self.open: list[tuple[str, str, int, str]] = []  # tag, kind, start, url
        self.depth = 0
        self.nested = False

    @property
    def line(self) -> int:
        return self.first + self.getpos()[0] - 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.depth += 1
            self.nested = self.nested or self.depth > 1
        elif tag == "tr":
            self._end_row()
            self.cells = []
        elif tag in ("td", "th"):
            self._end_cell()
            self.text, self.spans, self.open = "", [], []
        elif tag == "br" and self.text is not None:
            self.text += ", " if self.text.strip() else ""
        elif tag in _MARKS and self.text is not None:
            url = next((value or "" for name, value in attrs if name == "href"), "")
            self.open.append((tag, _MARKS[tag], len(self.text), url))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._end_cell()
        elif tag in ("tr", "table"):
            self._end_row()
        elif self.open and self.open[-1][0] == tag and self.text is not None:
            _, kind, start, url = self.open.pop()
            self.spans.append(Span(kind, start, len(self.text), self.text[start:], url))

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            words = re.sub(r"\s+", " ", data)
            self.text += words.lstrip() if not self.text else words

    def _end_cell(self) -> None:
        if self.text is not None and self.cells is not None:
            self.cells.append(Line(self.line, self.text, tuple(self.spans)).cut(0))
        self.text = None

    def _end_row(self) -> None:
        self._end_cell()
        if self.cells:
            self.rows.append(Row(tuple(self.cells), self.cells[0].number))
        self.cells = None


_MARKS = {"code": "code", "b": "strong", "strong": "strong", "em": "emphasis", "i": "emphasis", "a": "link"}
