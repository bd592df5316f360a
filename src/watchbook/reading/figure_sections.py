"""Where figures stand: tables recognised by their headers in any section, items and fields by titles and words.

Called by `reading.runbook`. It finds them and hands each value to `reading.figures`; columns and items of alert
thresholds become alerts as written, which `reading.alerting` takes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from watchbook.model.ids import slug
from watchbook.model.quantities import Unit
from watchbook.model.runbook import Metric, Role
from watchbook.model.signals import signal_mentioned
from watchbook.reading.alerting import Alerts, WrittenAlert
from watchbook.reading.alerting import take as take_alert
from watchbook.reading.blocks import Block, Item, Line, List, Paragraph, Row, Table
from watchbook.reading.comparisons import bounds_of
from watchbook.reading.directions import Bad, bad_direction
from watchbook.reading.document import Section
from watchbook.reading.figure_roles import (
    FigureColumns,
    Use,
    cell_text,
    figure_columns,
    role_of_title,
    role_of_words,
)
from watchbook.reading.figures import FigureRules, Written, take
from watchbook.reading.levels import direction_of_levels, levels_in, with_operator
from watchbook.reading.limits import has_number, read_limits
from watchbook.reading.placeholders import placeholder_in, without_brackets
from watchbook.reading.synonyms import column_named, field_named, plain

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
    }
)


@dataclass(frozen=True, slots=True)
class FigureTable:
    """A table of figures, with the kind of its chapter and the role that its section's title gives."""

    table: Table
    columns: FigureColumns
    kind: str
    role: Role | None


def find_tables(chapters: tuple[Section, ...]) -> tuple[FigureTable, ...]:
    """Every table of figures, in order."""
    return tuple(
        found
        for chapter in chapters
        if chapter.kind not in _OTHERS
        for found in _of(chapter, chapter.kind, None)
    )


_ALERTING = re.compile(r"\b(?:alert\w*|paging|pages?|alarms?)\b", re.IGNORECASE)


def _of(part: Section, kind: str, above: Role | None, alerts: bool = False) -> Iterator[FigureTable]:
    role = role_of_title(part.title) or above
    alerts = alerts or kind == "alerting" or bool(_ALERTING.search(part.title))
    for block in part.blocks:
        if isinstance(block, Table):
            columns = None if _names_alerts(block) else figure_columns(block, role, alerts)
            if columns is not None and _holds_figures(block, columns, kind, role):
                yield FigureTable(block, columns, kind, role)
    for section in part.sections:
        yield from _of(section, kind, role, alerts)


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
    if not numbers:
        return False
    if columns.is_weak and re.search(r"\b(?:url|endpoint|port)s?\b", plain(table.header.text)):
        return False
    if columns.is_weak and role is None:
        telling = [text for text in numbers if bounds_of(text) or _has_unit(text)]
        return kind not in ("health_checks", "recovery") and len(telling) * 2 > len(numbers)
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
        for row in found.table.rows:
            _read_row(found, row, gathered, alerts)
            if found.kind in _METRICS:
                drawn += _drawn(found, row)
    return tuple(drawn)


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
    cells = list(_cells_of(found, row, gathered))
    bad = direction_of_levels([text for use, text, _ in cells if use.role in (Role.TARGET, Role.BAND)][:1]
                              + [text for use, text, _ in cells if use.role is Role.ALERT])  # fmt: skip
    for use, text, cell in cells:
        if use.role is Role.ALERT:
            if found.kind != "alerting":
                for alert in _alerts_of(found, row, use, text, cell, bad):
                    take_alert(alert, alerts)
        elif found.kind not in _METRICS or use.role is not Role.BAND or use.sense != "good":
            take(replace(_written(found, row, name, use, text), bad=bad), gathered)
    if not notes.is_told(row.line):
        notes.prose(row)


def _cells_of(found: FigureTable, row: Row, gathered: FigureRules) -> Iterator[tuple[Use, str, Line]]:
    """Every value of the row with its use; a cell under a header of two uses is cut in two."""
    for index, uses in found.columns.uses:
        if index >= len(row.cells) or placeholder_in(row.cells[index]) is not None:
            continue
        cell = without_brackets(row.cells[index])
        if not has_number(cell.text) and not cell.codes:
            continue
        parts = (
            [cell.text]
            if len(uses) == 1
            else re.split(r"\s*(?:\s/\s|/(?=\s*[<>=≤≥\d])|\||,\s|;\s|→)\s*", cell.text)
        )
        if len(parts) != len(uses):
            levelled = levels_in(cell.text)
            if levelled and all(use.role is Role.ALERT for use in uses):
                yield from (
                    (Use(Role.ALERT, "bad", level), text, Line(row.line, text)) for level, text in levelled
                )
                continue
            gathered.notes.find(
                "figure-not-understood", row.line, mark=cell.text, role="value", name=cell_text(row, found.columns.name),
                text=cell.text[:80], example="70% / 85%",
                reason=f"the header names {len(uses)} values and the cell holds {len(parts)}",
            )  # fmt: skip
            continue
        unit = next((tail[0] for tail in [re.search(r"[^\d.\s]+$", parts[-1])] if tail), "")
        for use, part in zip(uses, parts, strict=True):
            whole = (
                f"{part}{unit}"
                if len(parts) > 1 and re.fullmatch(r"\s*[<>=≤≥]*\s*[\d.,]+\s*", part)
                else part
            )
            yield use, whole.strip(), cell if len(uses) == 1 else Line(row.line, whole.strip())


def _written(found: FigureTable, row: Row, name: str, use: Use, text: str) -> Written:
    others = found.columns.others
    place = name if found.columns.by_place else cell_text(row, others.get("place")) or None
    if found.columns.by_place:
        name = use.subject
    elif use.subject:
        name = use.subject if slug(use.subject) in slug(name) else f"{name} {use.subject}"
    return Written(
        name, text, row.line, use, cell_text(row, others.get("unit")), cell_text(row, others.get("window")), place, row.text
    )  # fmt: skip


def _alerts_of(
    found: FigureTable, row: Row, use: Use, text: str, cell: Line, bad: Bad | None
) -> Iterator[WrittenAlert]:
    """The cell of a Warning, Critical or Alert Threshold column as alerts; several where it names several levels."""
    others = found.columns.others
    name = f"{cell_text(row, found.columns.name)} {use.subject}".strip()
    severity = cell_text(row, others.get("severity"))
    levelled = levels_in(text) if not use.level else ()
    for level, part in levelled or ((use.level, text),):
        written = _with_unit(part, cell_text(row, others.get("unit")))
        compared = with_operator(written, name, bad)
        condition = cell if cell.codes else Line(row.line, f"{name} {compared}")
        yield WrittenAlert(
            f"{name} {level}".strip(), row.line, condition, level or severity, cell_text(row, others.get("action")),
            cell_text(row, others.get("window")), text=row.text,
        )  # fmt: skip


def _with_unit(text: str, unit: str) -> str:
    unit = unit.strip("() ")
    if not unit or not re.fullmatch(r"\s*(?:[<>=≤≥]+\s*)?[\d.,]+\s*", text):
        return text
    return (
        f"{text.strip()}%"
        if unit.startswith("%") or unit.casefold() == "percent"
        else f"{text.strip()} {unit}"
    )


# --- items and fields --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands above an item: the role and the name that it takes from there."""

    role: Role | None
    name: str
    sense: str = "good"


def read_items(chapters: tuple[Section, ...], gathered: FigureRules) -> None:
    """Items, fields and task items that hold figures, wherever no other module has read them."""
    for chapter in chapters:
        if chapter.kind not in _OTHERS | {"alerting"}:
            _walk(chapter, _Around(None, ""), gathered, chapter.kind)


def _walk(part: Section, above: _Around, gathered: FigureRules, kind: str) -> None:
    role = role_of_title(part.title)
    sense = "bad" if role and re.search(r"\b(?:abort|roll ?back|no[ -]?go)\b", plain(part.title)) and not re.search(
        r"\bgo ?/? ?no[ -]?go", plain(part.title)) else "good"  # fmt: skip
    around = _Around(role, _name_of(part.title), sense) if role else replace(above, name=_name_of(part.title))
    if role is None and kind in _METRICS:
        around = _Around(None, around.name)
    label = ""
    for block in part.blocks:
        if isinstance(block, Paragraph) and block.label is not None:
            label = block.label
        labelled = _under_label(around, label)
        _read_block(block, labelled, gathered)
    for section in part.sections:
        _walk(section, around, gathered, kind)


def _under_label(around: _Around, label: str) -> _Around:
    role = role_of_title(label) or (role_of_words((label,)) if label else None)
    return (
        _Around(role or around.role, label or around.name, _sense(role, label, around)) if label else around
    )


def _sense(role: Role | None, words: str, around: _Around) -> str:
    if role is Role.TRIGGER:
        return "down" if re.search(r"\b(?:down|in)\b", words, re.IGNORECASE) else "up"
    if role is Role.CHECKLIST and re.search(r"\b(?:no[ -]?go|abort|stop|roll ?back)\b", words, re.IGNORECASE):
        return "bad"
    return around.sense if role is None else "good"


def _name_of(title: str) -> str:
    """The thing that a section's title names, where it names more than a role."""
    return title if role_of_title(title) is None else re.sub(
        r"\b(?:slos?|slas?|slis?|targets?|objectives?|service level|goals?|kpis?"
        r"|baselines?)\b", "", title, flags=re.IGNORECASE
    ).strip(" :-–—")  # fmt: skip


def _read_block(block: Block, around: _Around, gathered: FigureRules) -> None:
    if isinstance(block, List):
        for item in block.items:
            _read_item(item, around, gathered)
    elif isinstance(block, Paragraph):
        for line in block.lines:
            _read_line(line, around, gathered, paragraph=True)


def _read_item(item: Item, around: _Around, gathered: FigureRules) -> None:
    line = item.first
    if item.task is not None or re.match(r"\s*[✅☑✔]", line.text):
        inner = _Around(around.role or Role.CHECKLIST, around.name, around.sense if around.role else "good")
        _read_task(line, inner, gathered)
    else:
        _read_line(line, around, gathered)
    words = line.text.rstrip(" :")
    role = role_of_title(words) or role_of_words((words,))
    below = _Around(
        role or around.role, words if len(words) < 60 else around.name, _sense(role, words, around)
    )
    for block in item.blocks:
        if isinstance(block, List):
            _read_block(block, below, gathered)


def _read_task(line: Line, around: _Around, gathered: FigureRules) -> None:
    """A point to be ticked that compares something: `- [ ] p95 < 200ms`."""
    limits = read_limits(line.text)
    if isinstance(limits, tuple) and bounds_of(line.text) and placeholder_in(line) is None:
        role = around.role or Role.CHECKLIST
        for limit in limits:
            words = f"{limit.subject} {limit.tail}"
            if (
                limit.bound.unit is Unit.COUNT
                and bad_direction((words,)) is None
                and signal_mentioned(words) is None
            ):
                return  # `Java 17+ is installed`: a number, and no figure
        take(Written("", line.text, line.number, Use(role, "either"), context=line.text), gathered)


_SCALE = re.compile(
    r"^(?:we\s+)?(?:auto-?)?scal(?:e|es|ing)\s*-?\s*(?P<way>up|out|down|in)?\s*(?:threshold"
    r"|trigger)?\s*:?\s*(?:when(?:ever)?|if|at|on|once)\s*:?\s+",
    re.IGNORECASE,
)


def _read_line(line: Line, around: _Around, gathered: FigureRules, paragraph: bool = False) -> None:
    notes = gathered.notes
    if line.number in notes.read_lines or notes.is_found(line.number) or placeholder_in(line) is not None:
        return
    scale = _SCALE.match(line.text)
    if scale is not None:
        use = Use(Role.TRIGGER, "down" if (scale["way"] or "").casefold() in ("down", "in") else "up")
        _take_sentence(line, line.text[scale.end() :], use, gathered)
        return
    found = line.field()
    if found is None:
        if around.role is not None and not paragraph and bounds_of(line.prose):
            _take_sentence(line, line.text, Use(around.role, "either"), gathered)
        return
    role = role_of_words((found.key,)) or around.role
    if field_named(found.key) not in ("", "objective", "service"):
        return
    if role is None or not has_number(found.value.text):
        return
    name = found.key
    if column_named("figures", name) in (
        "target",
        "band",
        "value",
        "threshold",
        "go",
        "no go",
        "scale",
        "scale up",
        "scale down",
    ):
        name = around.name or name
    sense = (
        _sense(role_of_words((found.key,)), found.key, around)
        if role is not Role.TRIGGER
        else _sense(role, found.key, around)
    )
    if levels_in(found.value.text):
        return
    take(
        Written(name, without_brackets(found.value).text, line.number, Use(role, sense), context=line.text),
        gathered,
    )


def _take_sentence(line: Line, text: str, use: Use, gathered: FigureRules) -> None:
    """A comparison that names its own subject; what is not one is left to people."""
    limits = read_limits(text)
    if isinstance(limits, tuple) and all(limit.op and (limit.subject or limit.tail) for limit in limits):
        take(Written("", text, line.number, use, context=line.text), gathered)
    elif bounds_of(text) and use.role is not Role.ALERT:
        take(
            Written(text.split(":", maxsplit=1)[0][:60], text, line.number, use, context=line.text), gathered
        )
