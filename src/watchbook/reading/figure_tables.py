"""Tables of figures, recognised by their headers in any section: go/no-go, targets, levels, scaling, ranges.

Called by `reading.runbook`. It finds them and hands each value to `reading.figures`; columns of alert thresholds become
alerts as written, which `reading.alerting` takes. Items and fields are `reading.figure_items`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from watchbook.model.ids import slug
from watchbook.model.quantities import Unit
from watchbook.model.runbook import Metric, Role
from watchbook.model.signals import signal_mentioned
from watchbook.reading.alerting import Alerts, WrittenAlert, is_read_by_alerting
from watchbook.reading.alerting import take as take_alert
from watchbook.reading.blocks import Line, Row, Table
from watchbook.reading.comparisons import bounds_of
from watchbook.reading.conditions import Known, ReadCondition, read_condition
from watchbook.reading.directions import Bad, bad_direction
from watchbook.reading.document import Section
from watchbook.reading.figure_roles import (
    FigureColumns,
    Use,
    cell_text,
    figure_columns,
    role_of_title,
    turned_table,
)
from watchbook.reading.figures import FigureRules, Written, take, with_unit
from watchbook.reading.levels import direction_of_levels, levels_in, with_operator
from watchbook.reading.limits import has_number, read_limits
from watchbook.reading.placeholders import placeholder_in, without_brackets
from watchbook.reading.synonyms import column_named, plain

_METRICS = frozenset({"metrics", "monitoring"})
# Chapters whose tables say who, where and when; their modules read all of them.
_OTHERS = frozenset(
    {
        "contents",
        "environments",
        "contacts",
        "escalation",
        "severities",
        "review",
        "handoff",
        "troubleshooting",
        "recovery",
    }
)


@dataclass(frozen=True, slots=True)
class FigureTable:
    """A table of figures, with the kind of its chapter and the role that its section's title gives."""

    table: Table
    columns: FigureColumns
    kind: str
    role: Role | None
    source: Table | None = None  # as it stands, where it was turned round


def find_tables(chapters: tuple[Section, ...], roles: Mapping[int, Role | None]) -> tuple[FigureTable, ...]:
    """Every table of figures, in order."""
    return tuple(
        found
        for chapter in chapters
        if chapter.kind not in _OTHERS
        for found in _of(chapter, chapter.kind, _above(chapter, roles))
    )


def _above(chapter: Section, roles: Mapping[int, Role | None]) -> Role | None:
    """What the titles above a chapter say; one that is known to hold metrics or alerts says it itself."""
    return None if chapter.kind in _METRICS or chapter.kind == "alerting" else roles.get(chapter.line)


_ALERTING = re.compile(r"\b(?:alert\w*|paging|pages?|alarms?)\b", re.IGNORECASE)


def _of(part: Section, kind: str, above: Role | None, alerts: bool = False) -> Iterator[FigureTable]:
    role = role_of_title(part.title) or above
    alerts = alerts or kind == "alerting" or bool(_ALERTING.search(part.title))
    for block in part.blocks:
        if isinstance(block, Table):
            if _names_alerts(block) and not (kind not in ("alerting", *_METRICS) and _has_targets(block)):
                continue
            columns = figure_columns(block, role, alerts)
            if columns is None and (turned := turned_table(block)) is not None:
                columns = figure_columns(turned, role, alerts)
                if columns is not None and _holds_figures(turned, columns, kind, role):
                    yield FigureTable(turned, columns, kind, role, block)
                continue
            if columns is not None and _holds_figures(block, columns, kind, role):
                yield FigureTable(block, columns, kind, role)
    for section in part.sections:
        yield from _of(section, kind, role, alerts)


def _has_targets(table: Table) -> bool:
    """Whether the table says what is wanted of the things in its first column: an Alert beside it only watches them."""
    kinds = [column_named("figures", cell.text) for cell in table.header.cells]
    return kinds[0] != "alert" and "target" in kinds[1:] and not {"severity", "threshold"} & set(kinds)


def _names_alerts(table: Table) -> bool:
    """Whether a column Alert holds names: the table is one of alerts, which `reading.alerting` reads or tells."""
    for index, cell in enumerate(table.header.cells):
        if plain(cell.text) in ("alert", "alerts", "alert name", "alertname", "alarm"):
            texts = [cell_text(row, index) for row in table.rows]
            return not any(isinstance(read_limits(text), tuple) for text in texts)
    return False


def _holds_figures(table: Table, columns: FigureColumns, kind: str, role: Role | None) -> bool:
    """Whether numbers stand in the columns; headers such as Expected or Min alone need units or comparisons."""
    texts = [cell_text(row, index) for row in table.rows for index, _ in columns.uses]
    numbers = [text for text in texts if has_number(text)]
    if not numbers or re.search(r"\bports?\b", plain(table.header.text)):
        return False
    if columns.is_weak and re.search(r"\b(?:url|endpoint)s?\b", plain(table.header.text)):
        return False
    if columns.is_weak and role is None:
        telling = [text for text in numbers if bounds_of(text) or _has_unit(text)]
        return kind not in ("health_checks", "recovery") and len(telling) * 2 >= len(numbers)
    return True


def _has_unit(text: str) -> bool:
    limits = read_limits(text)
    return isinstance(limits, tuple) and any(limit.bound.unit is not Unit.COUNT for limit in limits)


def is_set_aside(found: FigureTable) -> bool:
    """Whether no other module is to see the table: that of its chapter reads none such."""
    return found.kind not in _METRICS and found.kind != "alerting"


def read_tables(tables: tuple[FigureTable, ...], gathered: FigureRules, alerts: Alerts) -> tuple[Metric, ...]:
    """Reads the figures and alert columns of the tables; gives the figures under Key Metrics that may be drawn."""
    drawn: list[Metric] = []
    for found in tables:
        gathered.notes.also_read(found.table.header)
        _tell_unknown(found, gathered)
        for row in found.table.rows:
            _read_row(found, row, gathered, alerts)
            if found.kind in _METRICS:
                drawn += _drawn(found, row)
    return tuple(drawn)


def _tell_unknown(found: FigureTable, gathered: FigureRules) -> None:
    """A column of numbers that means nothing here is told: its values are shown and never compared."""
    known = (
        {index for index, _ in found.columns.uses} | set(found.columns.others.values()) | {found.columns.name}
    )
    for index, cell in enumerate(found.table.header.cells):
        if (
            index in known
            or found.source is not None
            or column_named("figures", cell.text)
            or column_named("metrics", cell.text)
        ):
            continue
        if any(bounds_of(cell_text(row, index)) for row in found.table.rows):
            gathered.notes.find(
                "column-unknown", found.table.header, mark=cell.text, column=cell.text, section="this table"
            )


def _drawn(found: FigureTable, row: Row) -> Iterator[Metric]:
    """A figure with a target under Key Metrics is measured and drawn, without a band, where it is a known signal."""
    name = cell_text(row, found.columns.name)
    has_target = any(use.role is Role.TARGET for _, uses in found.columns.uses for use in uses)
    mention = signal_mentioned(name) if has_target and name else None
    if mention is not None and not mention.rest:
        yield Metric(
            name, mention.signal.name, dict(mention.params), Unit(mention.signal.unit), line=row.line
        )


def _read_row(found: FigureTable, row: Row, gathered: FigureRules, alerts: Alerts) -> None:
    columns, notes = found.columns, gathered.notes
    name = cell_text(row, columns.name)
    if not name or placeholder_in(Line(row.line, name)) is not None:
        notes.prose(row)
        return
    cells = _joined(name, list(_cells_of(found, row, gathered)))
    bad = direction_of_levels([cell.text for cell in cells if cell.use.role in (Role.TARGET, Role.BAND)][:1]
                              + [cell.text for cell in cells if cell.use.role is Role.ALERT])  # fmt: skip
    for cell in cells:
        if cell.use.role is Role.ALERT:
            if found.kind != "alerting" or not is_read_by_alerting(found.source or found.table):
                for alert in _alerts_of(found, row, cell, bad, alerts.known):
                    take_alert(alert, alerts)
        elif found.columns.is_weak and found.role is None and not _is_figure(name, cell.text):
            continue  # `Logs | 30 days | 90 days`: a number, and no figure of the service
        elif found.kind not in _METRICS or cell.use.role is not Role.BAND or cell.use.sense != "good":
            take(_written(found, row, cell, bad), gathered)
    if found.source is None and not notes.is_told(row.line):
        notes.prose(row)


def _is_figure(name: str, text: str) -> bool:
    """Whether a name says something that can be more or less, better or worse."""
    return signal_mentioned(f"{name} {text}") is not None or bad_direction((name, text)) is not None


@dataclass(frozen=True, slots=True)
class _Cell:
    """One value: what it is for, its words, the cell that it stands in, and its unit where the table says it elsewhere."""

    use: Use
    text: str
    line: Line
    unit: str = ""


def _cells_of(found: FigureTable, row: Row, gathered: FigureRules) -> Iterator[_Cell]:
    """Every value of the row with its use; a cell under a header of two uses is cut in two."""
    for index, uses in found.columns.uses:
        if index >= len(row.cells) or placeholder_in(row.cells[index]) is not None:
            continue
        cell = without_brackets(row.cells[index])
        if not has_number(cell.text) and not cell.codes:
            continue
        unit = _unit_of(found, row, index)
        if len(uses) == 1:
            yield _Cell(uses[0], cell.text, cell, unit)
            continue
        parts = _parts_of(cell.text)
        levelled = levels_in(cell.text) if all(use.role is Role.ALERT for use in uses) else ()
        if len(parts) == len(uses):
            yield from (
                _Cell(use, part, Line(cell.number, part), unit) for use, part in zip(uses, parts, strict=True)
            )
        elif levelled:
            yield from (
                _Cell(Use(Role.ALERT, "bad", level), part, Line(cell.number, part), unit)
                for level, part in levelled
            )
        else:
            gathered.notes.find(
                "figure-not-understood", row.line, mark=cell.text, role="value", name=cell_text(row, found.columns.name),
                text=cell.text[:80], example="70% / 85%",
                reason=f"the header names {len(uses)} values and the cell holds {len(parts)}",
            )  # fmt: skip


def _joined(name: str, cells: list[_Cell]) -> list[_Cell]:
    """`Latency | 300ms | 99%` under Threshold and Objective: the share of requests and its time are one target."""
    mention = signal_mentioned(name)
    if mention is None or mention.signal.name != "latency" or mention.params:
        return cells
    targets = [
        cell
        for cell in cells
        if cell.use.role is Role.TARGET and cell.use.sense == "good" and not cell.use.subject
    ]
    limits = [read_limits(with_unit(cell.text, cell.unit)) for cell in targets]
    if len(targets) != 2 or not all(isinstance(one, tuple) and len(one) == 1 for one in limits):
        return cells
    units = {
        one[0].bound.unit: cell for one, cell in zip(limits, targets, strict=True) if isinstance(one, tuple)
    }
    share = (
        re.fullmatch(r"\s*[≥>=]*\s*([\d.]+)\s*%\s*", units[Unit.RATIO].text) if Unit.RATIO in units else None
    )
    if share is None or Unit.SECONDS not in units:
        return cells
    time = units[Unit.SECONDS]
    text = with_unit(time.text, time.unit)
    text = text if bounds_of(text) else f"<= {text}"
    whole = _Cell(time.use, f"p{share[1]} {text}", time.line)
    return [whole if cell is time else cell for cell in cells if cell is not units[Unit.RATIO]]


def _parts_of(text: str) -> list[str]:
    """The values of a cell under a header of several; one without a unit takes that of the last (`70 / 85%`)."""
    parts = [part.strip() for part in re.split(r"\s*(?:\s/\s|/(?=\s*[<>=≤≥\d])|\||,\s|;\s|→)\s*", text)]
    tail = re.search(r"[^\d.\s]+$", parts[-1])
    unit = tail[0] if tail is not None else ""
    return [f"{part}{unit}" if re.fullmatch(r"[<>=≤≥]*\s*[\d.,]+", part) else part for part in parts]


def _name_of(found: FigureTable, row: Row) -> str:
    """The metric, with the service or component in front where a column of its own says of which."""
    of = cell_text(row, found.columns.others.get("of"))
    return f"{of} {cell_text(row, found.columns.name)}".strip()


_SCALES = re.compile(
    r"^scal(?:e|ing)[ -]?(?P<way>up|out|down|in)\b[\s:–-]*(?:when|if|at|threshold)?\s*", re.IGNORECASE
)
_END = re.compile(r"^(?P<end>min|max)(?:imum)?\b", re.IGNORECASE)


def _scaled(name: str, use: Use) -> tuple[str, Use]:
    """`Scale down CPU`, `Max pods` as names of rows below Autoscaling: the sense stands in the name."""
    scales, end = _SCALES.match(name), _END.match(name)
    if scales is not None and name[scales.end() :].strip():
        down = scales["way"].casefold() in ("down", "in")
        return name[scales.end() :].strip(), replace(use, sense="down" if down else "up")
    if end is not None:
        return name, replace(use, sense="low" if end["end"].casefold() == "min" else "high")
    return name, use


def _written(found: FigureTable, row: Row, cell: _Cell, bad: Bad | None) -> Written:
    others, use = found.columns.others, cell.use
    name = cell_text(row, found.columns.name)
    place = name if found.columns.by_place else cell_text(row, others.get("place")) or None
    name = "" if found.columns.by_place else _UNIT.sub("", _name_of(found, row)).strip()
    if use.subject and slug(use.subject) not in slug(name):
        name = f"{name} {use.subject}".strip()
    if use.role is Role.TRIGGER and use.sense == "up":
        name, use = _scaled(name, use)
    if (
        use.role is Role.TRIGGER
        and use.sense in ("low", "high")
        and not re.search(r"replica|pod|instance|node|task", name, re.IGNORECASE)
    ):
        name = f"{name} replicas"
    window = cell_text(row, others.get("window"))
    return Written(name, cell.text, cell.line.number, use, cell.unit, window, place, row.text, bad)


_UNIT = re.compile(
    r"[(\[]\s*(?P<unit>%|percent|ms|milliseconds|µs|us|s|secs?|seconds|min|mins|minutes|h|hours|days|[KMGT]i?B|bytes|rps|qps|tps|"
    r"req/s|req/sec|requests/s|requests/sec|/s|/min|req/min|per second|per minute)\s*[)\]]",
)


def _unit_of(found: FigureTable, row: Row, index: int) -> str:
    """The unit that a column of its own, the header or the name in brackets says: `Latency (ms)`, `Warning (%)`."""
    own = cell_text(row, found.columns.others.get("unit"))
    if not own and cell_text(found.table.header, index).endswith("%"):
        return "%"
    texts = (cell_text(found.table.header, index), cell_text(row, found.columns.name))
    said = next((match["unit"] for text in texts if (match := _UNIT.search(text))), "")
    return own or said


def _alerts_of(
    found: FigureTable, row: Row, cell: _Cell, bad: Bad | None, known: Known
) -> Iterator[WrittenAlert]:
    """The cell of a Warning, Critical or Alert Threshold column as alerts; several where it names several levels."""
    others, use, at = found.columns.others, cell.use, cell.line
    name = f"{_name_of(found, row)} {use.subject}".strip()
    severity = cell_text(row, others.get("severity"))
    levelled = levels_in(cell.text) if not use.level else ()
    for level, part in levelled or ((use.level, cell.text),):
        if _is_of_people(name, with_unit(part, cell.unit)):
            continue  # `Response time | 15 min | 1 hour` below P1 and P2: how soon somebody answers
        condition = (
            at if at.codes else Line(at.number, _condition_of(name, with_unit(part, cell.unit), bad, known))
        )
        yield WrittenAlert(
            f"{_UNIT.sub('', name).strip()} {level}".strip(), at.number, condition, level or severity,
            cell_text(row, others.get("action")), cell_text(row, others.get("window")), text=row.text,
        )  # fmt: skip


_ANSWERED = re.compile(
    r"\b(?:response|resolution|resolve|ack\w*|update|escalation|mtt\w|repair|restore|recovery|reply|notification)\b",
    re.IGNORECASE,
)


def _is_of_people(name: str, text: str) -> bool:
    """Whether minutes and hours are those in which people answer, not those that requests take."""
    limits = read_limits(text) if _ANSWERED.search(name) else None
    return isinstance(limits, tuple) and any(
        limit.bound.unit is Unit.SECONDS and limit.bound.value >= 60 for limit in limits
    )


def _condition_of(name: str, text: str, bad: Bad | None, known: Known) -> str:
    """The condition with the metric in front, where it does not name a thing of its own."""
    compared = with_operator(_YES.sub("", text).strip(" ()"), name, bad)
    joined = f"{_UNIT.sub('', name).strip()} {compared}"
    read = isinstance(read_condition(joined, name, known), ReadCondition)
    return (
        compared if not read and isinstance(read_condition(compared, name, known), ReadCondition) else joined
    )


_YES = re.compile(r"^(?:yes|y|on|enabled)\b[\s,:;–—-]*(?=\S)", re.IGNORECASE)
