"""When the document was last updated and when it is to be reviewed, wherever it says so.

Called by `reading.runbook` for the whole document: fields at head and tail, front matter, a line that says `Last updated
on …`, a history of versions. It keeps ISO dates (`reading.dates`); whether one is overdue depends on the day and is
`deciding.freshness`.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from watchbook.model.quantities import Unit, say
from watchbook.model.runbook import Review
from watchbook.reading.blocks import Field, Line, List, Paragraph, Row, Table, opened
from watchbook.reading.dates import is_ambiguous, read_date
from watchbook.reading.document import Document
from watchbook.reading.fields import fields_in
from watchbook.reading.notes import Notes
from watchbook.reading.placeholders import placeholder_in
from watchbook.reading.quantities import find_cadence
from watchbook.reading.synonyms import field_named, plain, section_kind

_SHOWN = {"last_updated": "Last Updated", "next_review": "Next Review"}
_CADENCE = frozenset(
    {
        "review cycle", "review frequency", "review schedule", "review cadence", "review interval", "review period",
        "reviewed every", "review every",
    }
)  # fmt: skip
_SPOKEN = re.compile(
    r"\W*(?:this (?:document|page|runbook) was )?"
    r"(last (?:updated|reviewed|modified|revised|verified|edited|changed)|next review|(?:updated|reviewed|revised|as of))"
    r"\s*:?\s+(?:(?:on|at|by|in|due)\s+)?(?=[\w(])(.{4,60})$",
    re.IGNORECASE,
)
_VERSIONS = frozenset({"version", "rev", "revision", "ver", "v", "release"})
_CHANGES = frozenset(
    {
        "changes", "change", "description", "author", "summary", "changed by", "notes", "comment", "comments", "details",
        "modification", "who", "updated by", "editor", "change description", "reason", "what", "by", "what changed",
    }
)  # fmt: skip
_DATES = frozenset({"date", "updated", "when", "last updated", "changed", "released", "date modified"})


def read(document: Document, notes: Notes) -> Review:
    """The later of the dates that head and tail give; a difference between them is a finding."""
    given: dict[str, list[tuple[date, int]]] = {"last_updated": [], "next_review": []}
    seen: set[str] = set()
    every: tuple[float, int] | None = None
    for found in _fields(document):
        name = field_named(found.key)
        if plain(found.key) in _CADENCE:
            every = every or _cadence(found, notes)
        seen.add(name)
        if name not in given or placeholder_in(found.value) is not None:
            continue
        when = _date_of(found.value.text, name, found, notes)
        if when is not None:
            given[name].append((when, found.line))
            notes.read(found.line, "review", f"{_SHOWN[name]}: {when.isoformat()}.")
    for when, line in _history(document, notes):
        seen.add("last_updated")
        given["last_updated"].append((when, line))
    if every is not None and not given["next_review"] and given["last_updated"]:
        seen.add("next_review")
        when = max(when for when, _ in given["last_updated"]) + timedelta(seconds=every[0])
        given["next_review"].append((when, every[1]))
        notes.read(
            every[1],
            "review",
            f"Next Review: {when.isoformat()}, {say(every[0], Unit.SECONDS)} after the last update.",
        )
    return _told(given, seen, document, notes)


def _told(
    given: dict[str, list[tuple[date, int]]], seen: set[str], document: Document, notes: Notes
) -> Review:
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


def _date_of(text: str, name: str, found: Field, notes: Notes) -> date | None:
    """The day, or a finding that says why there is none."""
    when = read_date(text, last=name == "next_review")
    if when is None:
        kind = "date-ambiguous" if is_ambiguous(text) else "date-not-understood"
        notes.find(kind, found.line, mark=text, field=found.key, text=text)
    return when


def _cadence(found: Field, notes: Notes) -> tuple[float, int] | None:
    cadence = find_cadence(found.value.text)
    if cadence is None or not cadence.quantity.value:
        return None
    notes.read(found.line, "review", f"It is reviewed every {say(cadence.quantity.value, Unit.SECONDS)}.")
    return cadence.quantity.value, found.line


def _fields(document: Document) -> Iterator[Field]:
    """Fields of the front matter and of paragraphs anywhere; of lists and tables only at the head and the review."""
    yield from document.front_matter
    for block in opened(document.preamble):
        yield from fields_in((block,))
        if isinstance(block, Paragraph):
            yield from _emphasised(block)
    for section in document.walk():
        whole = section.level == 1 or section_kind(section.title) in ("review", "overview", "contacts")
        kinds = (Paragraph, List, Table) if whole else (Paragraph,)
        for block in opened(section.blocks):
            if isinstance(block, kinds):
                yield from (found for found in fields_in((block,)) if found.bold or whole or _is_tail(found))
                if isinstance(block, Paragraph):
                    yield from _emphasised(block)


def _is_tail(found: Field) -> bool:
    return field_named(found.key) in _SHOWN and (
        read_date(found.value.text) is not None or is_ambiguous(found.value.text)
    )


def _emphasised(block: Paragraph) -> Iterator[Field]:
    """`*Last updated: 2026-11-23*`, `Last updated on 23 November 2026 by Ana`: a line of the end without a field."""
    for line in block.lines:
        if len(line.text) > 120 or any(
            True for _ in fields_in((Paragraph((line,), line.number, line.number),))
        ):
            continue
        inside = line
        if line.spans and line.spans[0].kind == "emphasis" and line.spans[0].start == 0:
            inside = Line(line.number, line.spans[0].text)
        found = inside.field()
        spoken = _SPOKEN.match(inside.text) if found is None else None
        if found is not None:
            yield found
        elif spoken is not None and (read_date(spoken[2]) is not None or is_ambiguous(spoken[2])):
            key = "Next Review" if spoken[1].casefold().startswith("next") else "Last Updated"
            yield Field(key, Line(line.number, spoken[2]), line.number, bold=False)


# --- a history of versions --------------------------------------------------------------------------------------


def _history(document: Document, notes: Notes) -> list[tuple[date, int]]:
    """The latest day of each history: a table `Date | Version | Author | Changes`, or a list that begins with dates."""
    found: list[tuple[date, int]] = []
    for section in document.walk():
        for block in section.blocks:
            if isinstance(block, Table):
                found += _latest(_dated_rows(block, notes), notes)
            elif isinstance(block, List) and section_kind(section.title) == "review":
                found += _latest(_dated_items(block), notes)
    return found


def _latest(dated: list[tuple[date, Row | Line]], notes: Notes) -> list[tuple[date, int]]:
    if not dated:
        return []
    when, place = max(dated, key=lambda one: one[0])
    notes.read(place, "review", f"The latest change in the history is of {when.isoformat()}.")
    for _, other in dated:
        notes.also_read(other)
    return [(when, place.line)]


def _dated_rows(table: Table, notes: Notes) -> list[tuple[date, Row | Line]]:
    header = [plain(cell.text) for cell in table.header.cells]
    column = next((index for index, cell in enumerate(header) if cell in _DATES), None)
    if column is None or not _VERSIONS & set(header) or not _CHANGES & set(header):
        return []
    notes.also_read(table.header)
    found: list[tuple[date, Row | Line]] = []
    for row in table.rows:
        cell = row.cells[column]
        if not cell.text.strip(" -–—") or any(placeholder_in(one) for one in row.cells):
            continue
        when = _date_of(cell.text, "last_updated", Field("Date", cell, row.line), notes)
        if when is not None:
            found.append((when, row))
    return found


_FIRST = re.compile(r"\W*(.{6,30}?)\)?\s*(?:[:|–—]|\s-\s|\)|$)")
_BEHIND_VERSION = re.compile(r"\W*v?\d[\w.]*\s*(?:[(:–—]|\s-\s)\s*(.{6,30}?)\)?\s*(?:[:|–—]|\s-\s|\)|$)")


def _dated_items(block: List) -> list[tuple[date, Row | Line]]:
    found: list[tuple[date, Row | Line]] = []
    for item in block.items:
        leading = [form.match(item.first.text) for form in (_FIRST, _BEHIND_VERSION)]
        days = [day for match in leading if match is not None and (day := read_date(match[1])) is not None]
        if days:
            found.append((days[0], item.first))
    return found


def _compare(name: str, dates: list[tuple[date, int]], notes: Notes) -> None:
    if len({when for when, _ in dates}) > 1:
        (head, _), (tail, line) = dates[0], dates[-1]
        notes.find("dates-differ", line, head=head.isoformat(), tail=tail.isoformat(), field=_SHOWN[name])
