"""A document in another language → the same tree with the English titles, labels and values that are known. Pure.

Called by `reading.runbook`. Names, prose, code spans and commands stay as they are written, and so do the lines of the
source: findings and readings point at what the author wrote. Numbers that two countries read differently (`10.000`) are
not read at all: they are given back as doubtful.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from watchbook.reading.blocks import Block, Fence, Item, Line, List, Paragraph, Quote, Row, Span, Table
from watchbook.reading.document import Document, Section
from watchbook.reading.languages import Language, languages
from watchbook.reading.synonyms import field_named, plain, section_kind

_ENOUGH = 3  # titles and labels of a language that make it the document's
# Columns and fields whose values are read; all others hold names or prose.
_VALUES = frozenset(
    {
        "severity", "threshold", "condition", "response", "duration", "expected", "interval", "frequency", "retention",
        "normal", "warning", "critical", "response time", "resolution time", "update every", "after", "testing",
        "notice", "schedule", "availability", "rpo", "rto", "priority", "environment", "action", "when",
        "target", "day", "time", "level", "role", "endpoint",
    }
)  # fmt: skip
_READ_IN = frozenset(
    {
        "alerting",
        "monitoring",
        "metrics",
        "health_checks",
        "maintenance",
        "recovery",
        "escalation",
        "severities",
        "targets",
    }
)  # sections whose items and lines are values
_LINES_IN = frozenset({"maintenance", "recovery", "escalation", "severities"})
_KEY = re.compile(r"\s*([^\W\d_][^:：|→]{0,48}?)\s*[:：]\s*(?=\S)")
_WIDE = str.maketrans("：，、（）％＞＜～。", ":,,()%><~.")


@dataclass(frozen=True, slots=True)
class Translated:
    """The document as it is read, its language (None: English, or unknown), and numbers nobody can be sure of."""

    document: Document
    language: Language | None = None
    doubtful: tuple[tuple[int, str], ...] = ()  # line, number as written


def translated(document: Document) -> Translated:
    """The document with the labels of its language in English; itself where it is English or in no known language."""
    language = language_of(document)
    if language is None:
        return Translated(document)
    reader = _Reader(language)
    sections = tuple(reader.section(section, "") for section in document.sections)
    front = tuple(
        replace(
            field, key=reader.label(field.key) or field.key, value=reader.value_of(field.key, field.value)
        )
        for field in document.front_matter
    )
    done = replace(
        document, sections=sections, front_matter=front, preamble=reader.blocks(document.preamble, "")
    )
    return Translated(done, language, tuple(reader.doubtful))


def language_of(document: Document) -> Language | None:
    """The language that most titles and labels are of; None where they are English, or too few are known."""
    titles = [section.title for section in document.walk()]
    english = sum(bool(section_kind(title)) for title in titles)
    if english >= _ENOUGH and english * 5 >= len(titles) * 2:
        return None
    plain_titles = [_spelled(title) for title in titles]
    labels = [_spelled(label) for label in _labels(document)]
    best, most = None, _ENOUGH - 1
    for language in languages():
        points = sum(2 for title in plain_titles if title in language.by_title)
        points += sum(label in language.telling for label in labels)
        if points > most and points > english:
            best, most = language, points
    return best


def _spelled(text: str) -> str:
    return plain(unicodedata.normalize("NFKC", text)) if not text.isascii() else plain(text)


def _labels(document: Document) -> Iterator[str]:
    """Keys of fields and headers of tables, up to some hundreds of them."""
    blocks = [*document.preamble]
    for section in document.walk():
        blocks += section.blocks
    for block in blocks[:800]:
        if isinstance(block, Table):
            yield from (cell.text for cell in block.header.cells)
        lines = block.lines if isinstance(block, Paragraph) else ()
        if isinstance(block, List):
            lines = tuple(item.first for item in block.items)
        for line in lines:
            if (key := _KEY.match(line.text)) is not None:
                yield key[1]


class _Reader:
    """Walks the tree once; `doubtful` gathers numbers that may mean two things."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.doubtful: list[tuple[int, str]] = []

    def label(self, text: str) -> str:
        return self.language.by_label.get(_spelled(text), "")

    def section(self, section: Section, above: str) -> Section:
        title = self.title(section.title)
        kind = section_kind(title) or above
        return replace(
            section,
            title=title,
            blocks=self.blocks(section.blocks, kind),
            sections=tuple(self.section(one, kind) for one in section.sections),
        )

    def title(self, title: str) -> str:
        """The English title; `Störung: Hohe Last` is `Issue: Hohe Last`."""
        known = self.language.by_title.get(_spelled(title)) or self.label(title)
        if known:
            return known
        head, colon, rest = title.translate(_WIDE).partition(":")
        if colon and (known := self.label(head)):
            return f"{known}: {rest.strip()}"
        word = self.language.by_word.get(_spelled(title))
        return word or title

    def blocks(self, blocks: tuple[Block, ...], kind: str) -> tuple[Block, ...]:
        return tuple(self.block(block, kind) for block in blocks)

    def block(self, block: Block, kind: str) -> Block:
        match block:
            case Paragraph():
                return replace(block, lines=tuple(self.line(line, kind) for line in block.lines))
            case List():
                return replace(block, items=tuple(self.item(item, kind) for item in block.items))
            case Table():
                return self.table(block)
            case Quote():
                return replace(block, blocks=self.blocks(block.blocks, kind))
            case Fence():
                return self.fence(block)
        return block

    def item(self, item: Item, kind: str) -> Item:
        read = kind in _READ_IN or (kind == "troubleshooting" and any(map(str.isdigit, item.text)))
        lines = tuple(self.line(line, kind, whole=read) for line in item.lines)
        return replace(item, lines=lines, blocks=self.blocks(item.blocks, kind))

    def line(self, line: Line, kind: str, whole: bool = False) -> Line:
        """A field with its label in English; a line of a section that is read with its phrases in English."""
        found = self.field(line, kind)
        if found is not None:
            return found
        if line.spans and line.spans[0].kind == "strong" and line.spans[0].end == len(line.text):
            label = self.label(line.text.rstrip(":： "))
            if label:
                return Line(line.number, label, (Span("strong", 0, len(label), label),))
        return self.value(line) if whole or kind in _LINES_IN else line

    def field(self, line: Line, kind: str) -> Line | None:
        field = line.field()
        key, value, bold = (field.key, field.value, field.bold) if field is not None else ("", line, False)
        if (
            field is None
            and (found := _KEY.match(line.text)) is not None
            and not line.in_code(found.start(1))
        ):
            key, value = found[1], line.cut(found.end())
            bold = bool(line.spans) and line.spans[0].kind == "strong" and line.spans[0].start == 0
        label = self.label(key) if key else ""
        if not label:
            if field is None or kind not in _READ_IN:
                return None
            return _joined(line.number, key, self.value(value), bold)
        if label.casefold() in _VALUES or kind in _READ_IN:
            value = self.value(value)
        return _joined(line.number, label, value, bold)

    def value_of(self, key: str, value: Line) -> Line:
        return self.value(value) if self.label(key).casefold() in _VALUES else value

    def table(self, table: Table) -> Table:
        """Headers in English, and the cells below those that are values."""
        header = tuple(self.cell_of_header(cell) for cell in table.header.cells)
        kinds = [plain(cell.text) for cell in header]
        record = len(header) == 2 and not any(kind in _VALUES or field_named(kind) for kind in kinds)
        rows = tuple(Row(self.row(row.cells, kinds, record), row.line) for row in table.rows)
        return replace(table, header=Row(header, table.header.line), rows=rows)

    def cell_of_header(self, cell: Line) -> Line:
        label = self.label(cell.text)
        return Line(cell.number, label) if label else cell

    def row(self, cells: tuple[Line, ...], kinds: list[str], record: bool) -> tuple[Line, ...]:
        first = self.label(cells[0].text) if record or not kinds[0] else ""
        if first:
            read = first.casefold() in _VALUES
            return (Line(cells[0].number, first), *(self.value(cell) if read else cell for cell in cells[1:]))
        return tuple(
            self.value(cell) if kind in _VALUES else cell for cell, kind in zip(cells, kinds, strict=False)
        )

    def fence(self, fence: Fence) -> Fence:
        """Comments in code blocks that begin like a verification, an expectation or an alternative."""
        lines = tuple(self.comment(line) if line.lstrip().startswith("#") else line for line in fence.lines)
        return fence if lines == fence.lines else replace(fence, lines=lines)

    def comment(self, line: str) -> str:
        mark = re.match(r"\s*#+\s*", line)
        body = line[mark.end() :] if mark is not None else ""
        for pattern, text in self.language.openings:
            if (found := pattern.match(body)) is not None and mark is not None:
                return f"{mark[0]}{text} {self.phrased(body[found.end() :])}".rstrip()
        return line

    # --- values ---------------------------------------------------------------------------------------------------

    def value(self, line: Line) -> Line:
        """The line with its known words and phrases in English, its code spans untouched."""
        word = self.language.by_word.get(_spelled(line.text)) or (
            self.label(line.text) if self.label(line.text) in ("On-Call", "Backup", "Owner") else ""
        )
        if word:
            return Line(line.number, word)
        edges = sorted({0, len(line.text), *(edge for span in line.spans for edge in (span.start, span.end))})
        places, text = {0: 0}, ""
        for start, end in pairwise(edges):
            piece = line.text[start:end]
            text += piece if line.in_code(start) else self.phrased(piece, line.number)
            places[end] = len(text)
        spans = tuple(
            Span(
                span.kind,
                places[span.start],
                places[span.end],
                text[places[span.start] : places[span.end]],
                span.url,
            )
            for span in line.spans
        )
        return Line(line.number, text, spans).cut(0)

    def phrased(self, text: str, number: int = 0) -> str:
        if not text.isascii():
            text = unicodedata.normalize("NFKC", text).translate(_WIDE)
        text = self.numbers(text, number)
        for pattern, replacement in self.language.replacements:
            text = pattern.sub(replacement, text)
        return re.sub(r" {2,}", " ", text)

    def numbers(self, text: str, number: int) -> str:
        """Numbers as English writes them; those that mean two things become words that nobody reads as a number."""
        if not self.language.decimal_comma:
            return text

        def spelled(found: "re.Match[str]") -> str:
            written = found[0]
            if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", written) and len({*re.findall(r"[.,]", written)}) == 1:
                parts = re.split(r"[.,]", written)
                if len(parts) == 4 and all(int(part) < 256 for part in parts):
                    return written  # an address
                if written.count(".") > 1:
                    return written.replace(".", ",")
                self.doubtful.append((number, written))
                return "?"
            if "," in written and "." in written and written.rindex(",") > written.rindex("."):
                return written.replace(".", "").replace(",", ".")
            return written.replace(",", ".") if written.count(",") == 1 and "." not in written else written

        text = re.sub(r"(?<![\d.,])(\d{1,3})((?:[\u00a0\u202f ]\d{3})+)(?![\d.,])", _unspaced, text)
        return re.sub(r"(?<![\w.,:/])\d[\d.,]*\d", spelled, text)


def _unspaced(found: "re.Match[str]") -> str:
    return found[1] + re.sub(r"\D", "", found[2])


def _joined(number: int, key: str, value: Line, bold: bool) -> Line:
    """The field as one line again: `**Key:** value`."""
    head = f"{key}: "
    spans = tuple(
        Span(span.kind, span.start + len(head), span.end + len(head), span.text, span.url)
        for span in value.spans
    )
    strong = (Span("strong", 0, len(head) - 1, head[:-1]),) if bold else ()
    return Line(number, head + value.text, (*strong, *spans)).cut(0)
