"""When the document was last updated and when it is to be reviewed, wherever it says so.

Called by `reading.runbook` for the whole document. It keeps ISO dates; whether one is overdue depends on the
day and is `deciding.freshness`.
"""

import re
from collections.abc import Iterator
from datetime import date

from watchbook.model.runbook import Review
from watchbook.reading.blocks import Field, Line, List, Paragraph, Table
from watchbook.reading.document import Document
from watchbook.reading.fields import fields_in
from watchbook.reading.notes import Notes
from watchbook.reading.placeholders import placeholder_in
from watchbook.reading.synonyms import field_named, section_kind

_MONTHS = {name: number for number, names in enumerate(
    ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
     "sep sept september", "oct october", "nov november", "dec december"), 1) for name in names.split()}  # fmt: skip
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?:[T ]\d{2}:\d{2}\S*)?")
_DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\.?\s+([A-Za-z]+)\.?,?\s+(\d{4})")
_MONTH_DAY = re.compile(r"([A-Za-z]+)\.?\s+(?:(\d{1,2})(?:st|nd|rd|th)?,?\s+)?(\d{4})")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_SHOWN = {"last_updated": "Last Updated", "next_review": "Next Review"}


def read(document: Document, notes: Notes) -> Review:
    """The later of the dates that head and tail give; a difference between them is a finding."""
    given: dict[str, list[tuple[date, int]]] = {"last_updated": [], "next_review": []}
    seen: set[str] = set()
    for found in _fields(document):
        name = field_named(found.key)
        if name not in given or (found.line in notes.read_lines and name not in _SHOWN):
            continue
        seen.add(name)
        if placeholder_in(found.value) is not None:
            continue
        when = read_date(found.value.text)
        if when is None:
            notes.find(
                "date-not-understood",
                found.line,
                mark=found.value.text,
                field=found.key,
                text=found.value.text,
            )
            continue
        given[name].append((when, found.line))
        notes.read(found.line, "review", f"{_SHOWN[name]}: {when.isoformat()}.")
    for name, dates in given.items():
        _compare(name, dates, notes)
        if name not in seen:
            example = "2026-11-23" if name == "last_updated" else "2027-02-23"
            notes.find(
                "field-missing",
                len(document.source),
                field=_SHOWN[name],
                section="the end of the document",
                example=example,
            )
    latest = {
        name: max(when for when, _ in found).isoformat() if found else None for name, found in given.items()
    }
    return Review(latest["last_updated"], latest["next_review"])


def _fields(document: Document) -> Iterator[Field]:
    """Fields of the front matter and of paragraphs anywhere; of lists and tables only at the head and the review."""
    yield from document.front_matter
    blocks = document.preamble
    yield from fields_in(blocks)
    for section in document.walk():
        whole = section.level == 1 or section_kind(section.title) in ("review", "overview", "contacts")
        kinds = (Paragraph, List, Table) if whole else (Paragraph,)
        for block in section.blocks:
            if isinstance(block, kinds):
                yield from (found for found in fields_in((block,)) if found.bold or whole or _is_tail(found))
                if isinstance(block, Paragraph):
                    yield from _emphasised(block)


def _is_tail(found: Field) -> bool:
    return field_named(found.key) in _SHOWN and read_date(found.value.text) is not None


def _emphasised(block: Paragraph) -> Iterator[Field]:
    """`*Last updated: 2026-11-23*`: a line in italics at the end."""
    for line in block.lines:
        if (
            line.spans
            and line.spans[0].kind == "emphasis"
            and line.spans[0].start == 0
            and line.field() is None
        ):
            found = Line(line.number, line.spans[0].text).field()
            if found is not None:
                yield found


def _compare(name: str, dates: list[tuple[date, int]], notes: Notes) -> None:
    if len({when for when, _ in dates}) > 1:
        (head, _), (tail, line) = dates[0], dates[-1]
        notes.find("dates-differ", line, head=head.isoformat(), tail=tail.isoformat(), field=_SHOWN[name])


def read_date(text: str) -> date | None:
    """A date in ISO form, in words (`23 November 2026`, `Nov 2026`) or dotted; days and months are never guessed apart."""
    text = re.sub(r"\s*\(.*\)$", "", text.strip()) if not text.strip().startswith("(") else text
    text = text.strip().strip("*_`()[]. ")
    iso = _ISO.fullmatch(text)
    if iso is not None:
        return _date(int(iso[1]), int(iso[2]), int(iso[3] or 1))
    dotted = _DOTTED.fullmatch(text)
    if dotted is not None:
        return _date(int(dotted[3]), int(dotted[2]), int(dotted[1]))
    words = _DAY_MONTH.fullmatch(text)
    if words is not None:
        return _date(int(words[3]), _MONTHS.get(words[2].casefold(), 0), int(words[1]))
    words = _MONTH_DAY.fullmatch(text)
    if words is not None:
        return _date(int(words[3]), _MONTHS.get(words[1].casefold(), 0), int(words[2] or 1))
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
