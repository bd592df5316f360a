"""RPO and RTO where they stand outside a section on recovery: fields, short items and rows of targets.

Called by `reading.runbook` after the sections on recovery, whose own words go first. Only what states an objective in
so many words is one: not the result of a drill, not a sentence about it. Where the document names two different times
for one of them, which belong to different things, neither is the service's.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from watchbook.model.quantities import Unit
from watchbook.model.runbook import Recovery
from watchbook.reading.blocks import Block, Line, List, Paragraph, Table
from watchbook.reading.document import Section
from watchbook.reading.notes import Notes
from watchbook.reading.placeholders import placeholder_in, without_brackets
from watchbook.reading.quantities import duration_at, find_quantities
from watchbook.reading.recovery_tables import say_objective_of
from watchbook.reading.synonyms import column_named, plain

_NOT_HERE = frozenset({"contents", "review", "recovery", "contacts"})
_NO_OBJECTIVES = re.compile(
    r"\b(?:results?|history|histories|measured|actual|achieved|examples?|templates?|post-?mortems?|reports?|logs?)\b",
    re.IGNORECASE,
)
_NAME = r"(?:(?P<rpo>recovery point objective|rpo)|(?P<rto>recovery time objective|rto))"
_STATED = re.compile(
    rf"\W*(?:(?:our|the|target|required|agreed|dr|service)\s+){{0,3}}{_NAME}\b(?:\s*\([^()]{{1,40}}\))?"
    r"(?:\s+(?:targets?|goals?|objectives?|requirements?))?"
    r"\s*(?::|\bis\b|=|–|—|-|\bof\b)?\s*(?:≤|<=?|max(?:imum)?\.?|at most|up to|under|less than|within|about|~)?\s*",
    re.IGNORECASE,
)
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class _Objective:
    """One objective as written; `read_elsewhere` where another module reads the same line as well."""

    which: str  # rpo | rto
    seconds: float
    line: int
    read_elsewhere: bool


def read(chapters: Iterable[Section], notes: Notes, known: Recovery | None) -> Recovery | None:
    """`known` with the objectives that it lacks; None where nothing is said of recovery anywhere."""
    stated = [one for chapter in chapters if chapter.kind not in _NOT_HERE for one in _of(chapter)]
    for which in ("rpo", "rto"):
        found = [one for one in stated if one.which == which]
        has = known is not None and (known.rpo_s if which == "rpo" else known.rto_s) is not None
        if has or len({one.seconds for one in found}) != 1:
            continue
        first = found[0]
        known = known if known is not None else Recovery(line=first.line)
        known = replace(known, rpo_s=first.seconds) if which == "rpo" else replace(known, rto_s=first.seconds)
        for one in found:
            _tell(one, notes)
    return known


def _tell(one: _Objective, notes: Notes) -> None:
    says = say_objective_of(one.which, one.seconds)
    if one.read_elsewhere or one.line in notes.read_lines:
        notes.tell(one.line, "objective", says)
    else:
        notes.read(one.line, "objective", says)


def _of(section: Section) -> Iterator[_Objective]:
    if _NO_OBJECTIVES.search(section.title):
        return
    for block in section.blocks:
        yield from _of_block(block)
    for part in section.sections:
        yield from _of(part)


def _of_block(block: Block) -> Iterator[_Objective]:
    if isinstance(block, Table):
        yield from _of_table(block)
    elif isinstance(block, Paragraph):
        for line in block.lines:
            yield from _stated(line)
    elif isinstance(block, List):
        for item in block.items:
            for line in item.lines:
                yield from _stated(line)
            for inner in item.blocks:
                if isinstance(inner, List):
                    yield from _of_block(inner)


def _of_table(table: Table) -> Iterator[_Objective]:
    """`Metric | Target` with a row RPO: the one cell of the row that is a target or value holds the time."""
    columns = [
        index for index, cell in enumerate(table.header.cells)
        if index and column_named("figures", cell.text) in ("target", "value", "threshold")
    ]  # fmt: skip
    for row in table.rows if len(columns) == 1 else ():
        which = _which(row.cells[0].text) if row.cells else ""
        if which and columns[0] < len(row.cells) and placeholder_in(row.cells[columns[0]]) is None:
            text = re.sub(r"^\W*(?:≤|<=?)?\s*", "", row.cells[columns[0]].text)
            duration = duration_at(text)
            if duration is not None and _alone(text[duration.end :], duration.quantity.value):
                yield _Objective(which, duration.quantity.value, row.line, read_elsewhere=True)


def _which(name: str) -> str:
    found = re.fullmatch(rf"{_NAME}(?:\s+(?:targets?|objectives?))?", plain(name), re.IGNORECASE)
    return "" if found is None else "rpo" if found["rpo"] else "rto"


def _stated(line: Line) -> Iterator[_Objective]:
    """The objectives of one line, each at the beginning of a clause: `RPO 15m, RTO 2h; restore from the copy`."""
    if len(line.text) > _LONGEST or "R" not in line.text.upper() or placeholder_in(line) is not None:
        return
    starts = [found for found in map(_STATED.match, _clauses(line)) if found is not None]
    for found in starts:
        duration = duration_at(found.string, found.end())
        if duration is not None and _alone(found.string[duration.end :], duration.quantity.value):
            yield _Objective("rpo" if found["rpo"] else "rto", duration.quantity.value, line.number, False)


def _clauses(line: Line) -> list[str]:
    """The line cut in front of every objective that begins a clause; what follows one belongs to it."""
    text = without_brackets(line).text
    clauses: list[str] = []
    for part in re.split(r"(?<=[,;|./])\s|\s(?=\((?!R[PT]O\)))|\band\s", text):
        if clauses and _STATED.match(part) is None:
            clauses[-1] += f" {part}"
        else:
            clauses.append(part)
    return clauses


def _alone(rest: str, seconds: float) -> bool:
    """Whether no other time stands behind: `4 hours for tier 1, 24 hours for the rest` is no objective of the whole."""
    others = (one.quantity for one in find_quantities(rest))
    return all(one.unit is not Unit.SECONDS or one.value == seconds for one in others)
