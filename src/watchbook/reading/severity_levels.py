"""The severity matrix: how fast the document promises to answer, to tell again, and to mend, for each severity.

Called by `reading.runbook` for the whole document, before alerts are read: an alert whose own response states no
deadline takes the response time of its severity (`deadline_for`). A table whose first column holds severities beside a
response time, a list under Severity Levels, a heading for each severity with `**Response Time**: 15 minutes`, and
`15 minutes for P0, 1 hour for P1` are all one. Severities themselves are spelled by `reading.severities`; a matrix arms
nothing and pages nobody.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from watchbook.model.quantities import Unit, say
from watchbook.model.runbook import Rung, Severity, SeverityLevel
from watchbook.reading.blocks import Field, Item, Line, List, Paragraph, Row, Table
from watchbook.reading.document import Section
from watchbook.reading.fields import fields_in, fields_of_item
from watchbook.reading.ladders import read_ladder, rungs_of
from watchbook.reading.notes import Notes
from watchbook.reading.persons import is_party
from watchbook.reading.placeholders import placeholder_in
from watchbook.reading.quantities import find_quantities
from watchbook.reading.severities import read_severity, severity_words
from watchbook.reading.synonyms import column_named, plain
from watchbook.reading.tables import Columns, columns_of

# Sections whose lists and fields may be a matrix; tables with the right header are one anywhere.
_PLACES = frozenset(
    {"severities", "emergency", "alerting", "monitoring", "escalation", "contacts", "targets", "handoff"}
)
_TIMES = ("response", "update", "resolve")
_SHOWN = {"response": "Response Time", "update": "Update", "resolve": "Resolution Time"}
_NO_TIME = re.compile(
    r"\b(?:next (?:business|working) day|best[ -]effort|business hours|working hours|backlog|next sprint|as needed|none"
    r"|n/?a|no sla|scheduled|when (?:possible|convenient))\b|^\W*$",
    re.IGNORECASE,
)
_AT_ONCE = re.compile(r"\b(?:immediate(?:ly)?|at once|instant(?:ly)?|right away|asap|now)\b", re.IGNORECASE)
_WORKING = re.compile(r"\s*-?(?:business|working|work)[ -](?:day|hour)s?\b", re.IGNORECASE)
_KEYWORDS = (
    ("update", re.compile(r"\b(?:updates?|status|communicat\w+|inform\w*)\b", re.IGNORECASE)),
    ("resolve", re.compile(r"\b(?:resol\w+|fix\w*|mitigat\w+|resto\w+|repair\w*|workaround)\b", re.IGNORECASE)),
    (
        "response",
        re.compile(r"\b(?:respon\w+|ack\w*|react\w*|investigat\w*|page\w*|triage\w*|sla|answer\w*)\b", re.IGNORECASE),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Cell:
    """What a text says of times: seconds by what they are for, and why a number in it was not taken."""

    seconds: dict[str, float]
    problem: str = ""


def read(chapters: tuple[Section, ...], notes: Notes) -> tuple[SeverityLevel, ...]:
    """Every level of the document's matrices, in order; a level that is named again adds what was not said yet."""
    found: list[SeverityLevel] = []
    for chapter in chapters:
        for part in chapter.walk():
            for level in _levels_in(part, chapter.kind, notes):
                _keep(level, found)
    _compare(found, notes)
    return tuple(found)


def _compare(levels: list[SeverityLevel], notes: Notes) -> None:
    """A finding for a severity that is promised two response times: neither becomes a deadline."""
    first: dict[str, SeverityLevel] = {}
    for level in levels:
        for word in _key(level.name) if level.response_s is not None else ():
            known = first.setdefault(word, level)
            if known.response_s is not None and known.response_s != level.response_s:
                notes.find(
                    "severity-times-differ", level.line, mark=level.name, name=level.name, first=known.line,
                    one=say(known.response_s, Unit.SECONDS), two=say(level.response_s or 0.0, Unit.SECONDS),
                )  # fmt: skip
                break


def _keep(level: SeverityLevel, found: list[SeverityLevel]) -> None:
    for index, known in enumerate(found):
        if _key(known.name) == _key(level.name):
            found[index] = replace(
                known,
                response_s=known.response_s if known.response_s is not None else level.response_s,
                update_every_s=known.update_every_s
                if known.update_every_s is not None
                else level.update_every_s,
                resolve_s=known.resolve_s if known.resolve_s is not None else level.resolve_s,
            )
            return
    found.append(level)


def _key(name: str) -> frozenset[str]:
    return frozenset(severity_words(name))


def deadline_for(severity: Severity, written: str, levels: tuple[SeverityLevel, ...]) -> SeverityLevel | None:
    """The level that an alert of that severity takes its deadline from; `written` is the severity as it stands there.

    The level of the same word (`P1`) counts first, then the only one of the same severity. Two of them that promise
    different times are none; neither is one without a time, or `immediately`.
    """
    words = _key(written)
    timed = [level for level in levels if level.response_s]
    named = [level for level in timed if words & _key(level.name)]
    same = named or [level for level in timed if level.severity is severity]
    return same[0] if len({level.response_s for level in same}) == 1 else None


def ladder_for(severity: Severity, written: str, levels: tuple[SeverityLevel, ...]) -> tuple[str, ...]:
    """Who is told at that severity, in order, where its row of the matrix says so; nobody where two rows differ."""
    words = _key(written)
    given = [level for level in levels if level.ladder]
    same = [level for level in given if words & _key(level.name)] or [
        level for level in given if level.severity is severity
    ]
    ladders = {tuple(rung.who for rung in level.ladder) for level in same}
    return ladders.pop() if len(ladders) == 1 else ()


def _levels_in(part: Section, kind: str, notes: Notes) -> Iterator[SeverityLevel]:
    severity = read_severity(part.title) if kind in _PLACES else None
    if severity is not None and not _is_titled(part.title):
        severity = None
    if severity is not None:
        yield from _level_of_heading(part, severity, notes)
    label: Paragraph | None = None
    for block in part.blocks:
        if label is not None and isinstance(block, List) and kind in _PLACES:
            yield from _level_of_label(label, block, notes)
        label = block if isinstance(block, Paragraph) and block.label is not None else None
        if isinstance(block, Table):
            columns = _matrix(block)
            if columns is not None:
                yield from _levels_of(columns, notes)
        elif isinstance(block, Paragraph | List) and (kind in _PLACES or _promises_times(block)):
            yield from _promises(block, notes)
            if isinstance(block, List) and kind == "severities" and severity is None:
                for item in block.items:
                    yield from _level_of_item(item, notes)


# --- tables -----------------------------------------------------------------------------------------------------


def _matrix(table: Table) -> Columns | None:
    """The columns of a table that is a severity matrix: severities first, beside a time."""
    header = [cell.text for cell in table.header.cells]
    if column_named("severities", header[0]) != "severity" or any(
        _is_alert_column(cell) for cell in header[1:]
    ):
        return None
    columns = columns_of(table, "severities")
    levels = sum(bool(_severities(row.cells[0].text)) for row in table.rows)
    return columns if set(_TIMES) & columns.at.keys() and levels * 2 > len(table.rows) else None


def _is_alert_column(header: str) -> bool:
    return plain(header) in (
        "alert", "alerts", "alert name", "metric", "rule", "threshold", "condition", "trigger", "expression", "warning",
    )  # fmt: skip


def _severities(name: str) -> list[tuple[Severity, str]]:
    """The severities that a first cell names: one, or several that share a row (`P1 / P2`); none where one is unknown."""
    severity = read_severity(name)
    if severity is not None:
        return [(severity, name)]
    found = [(read_severity(part), part) for part in re.split(r"\s*[/,&+]\s*|\s+(?:and|or)\s+", name)]
    named = [(one, part) for one, part in found if one is not None]
    return named if len(named) == len(found) else []


def _levels_of(columns: Columns, notes: Notes) -> Iterator[SeverityLevel]:
    notes.also_read(columns.table.header)
    for row in columns.table.rows:
        if any(placeholder_in(cell) for cell in row.cells):
            continue
        name = row.cells[0].text.strip()
        found = _severities(name)
        if found:
            yield from (_level(severity, part, row, columns, notes) for severity, part in found)
        elif any(cell.text.strip() for cell in row.cells[1:]):
            notes.find(
                "severity-time-not-understood",
                row,
                mark=name,
                field="The name",
                text=name,
                why="it is no severity",
            )


def _level(severity: Severity, name: str, row: Row, columns: Columns, notes: Notes) -> SeverityLevel:
    seconds: dict[str, float] = {}
    for use in _TIMES:
        cell = columns.cell(row, use)
        if cell is None:
            continue
        read = read_times(cell.text, use)
        if read.problem:
            _fault(row, cell.text, use, read.problem, notes)
        seconds.update(
            {key: value for key, value in read.seconds.items() if key == use or key not in seconds}
        )
    says = " ".join(
        cell.text.strip()
        for key, cell in ((key, columns.cell(row, key)) for key in ("says", "examples"))
        if cell is not None
    )
    path = columns.cell(row, "escalation")
    ladder = read_ladder(path.text) if path is not None else None
    rungs = rungs_of(ladder, severity) if ladder is not None and all(map(is_party, ladder.names)) else ()
    return _told(severity, name, seconds, says, row, notes, rungs)


def _fault(place: "Row | Line", text: str, use: str, problem: str, notes: Notes) -> None:
    notes.find(
        "severity-time-not-understood",
        place,
        mark=text.strip(),
        field=_SHOWN[use],
        text=text.strip(),
        why=problem,
    )


def _told(
    severity: Severity, name: str, seconds: dict[str, float], says: str, place: "Row | Line", notes: Notes,
    ladder: tuple[Rung, ...] = (),
) -> SeverityLevel:  # fmt: skip
    level = SeverityLevel(
        severity, name, seconds.get("response"), seconds.get("update"), seconds.get("resolve"), says, place.line, ladder
    )  # fmt: skip
    notes.read(place, "severity", say_level(level))
    return level


def say_level(level: SeverityLevel) -> str:
    """The level in one sentence."""
    parts = []
    if level.response_s is not None:
        parts.append(
            f"answered within {say(level.response_s, Unit.SECONDS)}"
            if level.response_s
            else "answered at once"
        )
    if level.update_every_s:
        parts.append(f"told again every {say(level.update_every_s, Unit.SECONDS)}")
    if level.resolve_s:
        parts.append(f"mended within {say(level.resolve_s, Unit.SECONDS)}")
    if level.ladder:
        parts.append(f"told to {' → '.join(rung.who for rung in level.ladder)}")
    name = (
        level.name
        if level.name.casefold() == level.severity.value
        else f"{level.name} ({level.severity.value})"
    )
    return f"{name} is {', '.join(parts)}." if parts else f"{name} is a severity without a response time."


# --- times ------------------------------------------------------------------------------------------------------


def read_times(text: str, use: str) -> _Cell:
    """Seconds in a cell: `15 min`, `Ack: 5 min, resolve: 4h`, `immediately`; two times for one use are none of them."""
    seconds: dict[str, float] = {}
    for piece in re.split(r"[;,]|\.\s|\s/\s|\band\b", re.sub(r"\([^()]*\)", _kept_brackets, text)):
        named = next((key for key, words in _KEYWORDS if words.search(piece)), use)
        found = find_quantities(piece)
        durations = [one for one in found if one.quantity.unit is Unit.SECONDS]
        if len(durations) == 1 and len(found) == 1 and not _WORKING.match(piece, found[0].end):
            if named in seconds and seconds[named] != durations[0].quantity.value:
                return _Cell({}, "it names two times")
            seconds[named] = durations[0].quantity.value
        elif found and (problem := _problem(piece, found[0].end, len(durations))):
            return _Cell(seconds, problem)
        elif not found and _AT_ONCE.search(piece) and not _NO_TIME.search(piece):
            seconds.setdefault(named, 0.0)
        elif not found and (every := _SPOKEN.search(piece)) is not None:
            seconds.setdefault(named, _SPOKEN_S[every[1].casefold()])
    return _Cell(seconds)


_SPOKEN = re.compile(
    r"\b(hourly|every hour|daily|every day|weekly|every week|same day|an hour|one hour)\b", re.IGNORECASE
)
_SPOKEN_S = {
    "hourly": 3600.0, "every hour": 3600.0, "an hour": 3600.0, "one hour": 3600.0, "daily": 86400.0, "every day": 86400.0,
    "weekly": 604800.0, "every week": 604800.0, "same day": 86400.0,
}  # fmt: skip


def _kept_brackets(found: "re.Match[str]") -> str:
    """Brackets explain (`(24/7)`, `(business hours)`) unless they hold a time of their own."""
    inside = found[0][1:-1]
    return (
        f" , {inside} , "
        if any(one.quantity.unit is Unit.SECONDS for one in find_quantities(inside))
        else " "
    )


def _problem(piece: str, end: int, durations: int) -> str:
    if _WORKING.match(piece, end):
        return "how long working hours and days are is not known here"
    if durations > 1:
        return "it names two times"
    return "the number in it is no time" if not durations else "it holds more than a time"


# --- headings, lists, fields ------------------------------------------------------------------------------------


def _is_titled(title: str) -> bool:
    """`SEV1 – Critical`, `P2: High`: the title is a severity, not a sentence in which one stands."""
    head = re.split(r"\s[–—-]\s|:|\(", title, maxsplit=1)[0]
    words = severity_words(head)
    return bool(words) and len(re.findall(r"[^\W\d_]+", head)) <= len(words) + 2


def _level_of_heading(part: Section, severity: Severity, notes: Notes) -> Iterator[SeverityLevel]:
    """`### SEV1 – Critical` with fields below; without a time among them it is no level of a matrix."""
    blocks = [block for block in part.blocks if isinstance(block, Paragraph | List | Table)]
    yield from _level_of_fields(part.title.strip(), severity, fields_in(blocks), notes)


def _level_of_label(label: Paragraph, block: List, notes: Notes) -> Iterator[SeverityLevel]:
    """`**P1 (High)**:` above a list with `Response time: 1 hour` among its items."""
    name = label.label or ""
    severity = read_severity(name) if name and _is_titled(name) else None
    if severity is not None:
        fields = (found for item in block.items for found in fields_of_item(item))
        yield from _level_of_fields(name, severity, fields, notes)


def _level_of_fields(
    name: str, severity: Severity, fields: Iterable[Field], notes: Notes
) -> Iterator[SeverityLevel]:
    seconds: dict[str, float] = {}
    first: Field | None = None
    for found in fields:
        use = column_named("severities", found.key)
        if use not in _TIMES or placeholder_in(found.value) is not None or not found.value.text.strip():
            continue
        read = read_times(found.value.text, use)
        if read.problem:
            _fault(found.value, found.value.text, use, read.problem, notes)
        elif read.seconds:
            seconds |= read.seconds
            first = first or found
            notes.also_read(found.line)
    if first is not None:
        yield _told(severity, name, seconds, "", Line(first.line, ""), notes)


def _level_of_item(item: Item, notes: Notes) -> Iterator[SeverityLevel]:
    """`- **P1 (Critical)**: complete outage, respond within 15 minutes`, or with its times in a list below."""
    field = item.first.field()
    label = field.key if field is not None else _label(item.first)
    severity = read_severity(label) if label and _is_titled(label) else None
    if severity is None or placeholder_in(item.first) is not None:
        return
    value = field.value.text if field is not None else item.first.text[len(label) :].strip(" :–—-")
    seconds: dict[str, float] = {}
    for piece in re.split(r"[;,]|\.\s", value):
        read = read_times(piece, "response") if _speaks_of_time(piece) else _Cell({})
        seconds |= {key: one for key, one in read.seconds.items() if key not in seconds}
        if read.problem:
            _fault(item.first, piece, "response", read.problem, notes)
    below = [block for block in item.blocks if isinstance(block, List)]
    for found in fields_in(below):
        use = column_named("severities", found.key)
        if use in _TIMES:
            read = read_times(found.value.text, use)
            seconds |= read.seconds
            if read.problem:
                _fault(found.value, found.value.text, use, read.problem, notes)
            elif read.seconds:
                notes.also_read(found.line)
    yield _told(severity, label, seconds, value, item.first, notes)


_AT_ONCE_ALONE = re.compile(
    r"\W{0,3}(?:immediate(?:ly)?|at once|right away|asap)\s{0,3}(?:\([^()]{0,60}\))?\W{0,3}", re.IGNORECASE
)
_TIME_ALONE = re.compile(r"\W*(?:within|<|≤|in)?\s*\d+\s*[a-z]+\W*$", re.IGNORECASE)


def _speaks_of_time(piece: str) -> bool:
    """Whether a part of an item is about answering, telling or mending: others may hold numbers of their own."""
    return (
        any(words.search(piece) for _, words in _KEYWORDS)
        or _TIME_ALONE.match(piece) is not None
        or _AT_ONCE_ALONE.fullmatch(piece) is not None
    )


def _label(line: Line) -> str:
    """`P1 – Complete outage` without a colon: the words before the dash."""
    found = re.match(r"(.{2,40}?)\s+[–—-]\s+", line.text)
    return found[1] if found else ""


def _promises_times(block: Paragraph | List) -> bool:
    """Whether a line names a response and severities: `Response Time: 15 minutes for P0` counts in every section."""
    lines = (
        block.lines if isinstance(block, Paragraph) else [item.first for item in block.items if item.lines]
    )
    return any("respon" in line.text.casefold() and _NAMED.search(line.text) is not None for line in lines)


def _promises(block: Paragraph | List, notes: Notes) -> Iterator[SeverityLevel]:
    """`**Response Time**: 15 minutes for P0, 1 hour for P1`: a level for each severity that is named."""
    fields = (
        fields_in((block,))
        if isinstance(block, Paragraph)
        else (one for item in block.items for one in fields_of_item(item))
    )
    for found in fields:
        if column_named("severities", found.key) != "response" or placeholder_in(found.value) is not None:
            continue
        for piece in re.split(r"[;,]", found.value.text):
            names = _NAMED.findall(piece)
            seconds = (
                read_times(_NAMED.sub(" ", piece), "response").seconds.get("response") if names else None
            )
            for name in names if seconds is not None else ():
                severity = read_severity(name)
                if severity is not None and seconds is not None:
                    yield _told(severity, name, {"response": seconds}, "", found.value, notes)


_NAMED = re.compile(r"\b(?:[PS]\d|SEV[ -]?\d|[Cc]ritical|[Hh]igh|[Mm]edium|[Ll]ow)\b")
