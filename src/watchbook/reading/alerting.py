"""The Alerting section: rows and items → alert rules with severity, condition, window and response.

Called by `reading.runbook` after contacts and procedures are known. Only what stands under alerting (or in a
Warning or Critical column) becomes an alert; everything else that carries a number is a target or a band and
never armed. Conditions are `reading.conditions`, responses `reading.responses`.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from watchbook.model.ids import slug
from watchbook.model.runbook import Severity
from watchbook.reading.alert_lines import ARROW, read_alert_line
from watchbook.reading.alert_rules import Alerts, WrittenAlert, condition_of, take
from watchbook.reading.blocks import Item, Line, List, Paragraph, Row, Table
from watchbook.reading.comparisons import has_comparison
from watchbook.reading.conditions import Known, Misread, ReadCondition, read_condition
from watchbook.reading.document import Section
from watchbook.reading.figure_roles import is_figure_header
from watchbook.reading.figures import is_of_people
from watchbook.reading.levels import levels_in, with_operator
from watchbook.reading.limits import has_number, read_limits
from watchbook.reading.notes import Notes
from watchbook.reading.placeholders import placeholder_in
from watchbook.reading.severities import read_severity, severity_in_brackets, severity_in_front
from watchbook.reading.synonyms import plain
from watchbook.reading.tables import Columns, columns_of
from watchbook.reading.unmeasured import read_unmeasured

__all__ = [
    "Alerts",
    "WrittenAlert",
    "is_alert_table",
    "is_read_by_alerting",
    "read",
    "read_table",
    "severity_of_heading",
    "take",
    "written_levels",
]


def read(section: Section, alerts: Alerts) -> None:
    """Adds the rules of the section and its subsections to `alerts`."""
    for part in section.walk():
        alerts.said_above = ""
        severity = heading = severity_of_heading(part.title)
        for block in part.blocks:
            if isinstance(block, Table):
                read_table(block, alerts, severity)
            elif isinstance(block, List):
                for item in block.items:
                    if not _read_bare(item, part.title, severity, alerts):
                        _read_item(item, alerts, severity)
            elif isinstance(block, Paragraph):
                severity = _severity_of_label(block) or heading
                alerts.said_above = "Page on-call" if _PAGE_IF.fullmatch(block.text.strip()) else ""
                for line in block.lines:
                    _leave(line, alerts.notes)
    alerts.said_above = ""


_PAGE_IF = re.compile(
    r"(?:immediately )?page (?:the )?(?:on-?call )?(?:\w+ )?(?:immediately )?(?:if|when|for|on)\b[^:]{0,60}:",
    re.IGNORECASE,
)


def _severity_of_label(block: Paragraph) -> Severity | None:
    """`**Critical alerts** (page at once):` above a list says the severity of its items, like a title."""
    text = block.lines[0].text.strip()
    is_label = block.label is not None or (text.endswith(":") and len(text) < 80)
    return severity_of_heading(text.rstrip(" :")) if len(block.lines) == 1 and is_label else None


_HEADING_NOISE = re.compile(
    r"\b(?:alerts?|alerting|priority|severity|level|page|paging|immediate(?:ly)?|response|action|required|rules?|conditions?"
    r"|thresholds?|critical|high|medium|low|warnings?|info\w*|[ps]\d|sev\w*[\s-]*\d)\b|[\W\d_]+",
    re.IGNORECASE,
)


def severity_of_heading(title: str) -> Severity | None:
    """`Critical Alerts (P0)` says the severity of its rows; `High Availability Alerts` says nothing."""
    bare = re.sub(r"\([^()]*\)", "", title[:300])
    return (
        None if _HEADING_NOISE.sub("", bare) else read_severity(title.replace("🚨", ""))
    )  # 🚨 is an ornament there


def is_alert_table(table: Table) -> bool:
    """Whether a table holds alerts wherever it stands: a column called Alert beside a condition or severity."""
    columns = columns_of(table, "alerts")
    named = "name" in columns.at and plain(table.header.cells[columns.at["name"]].text) in (
        "alert",
        "alert name",
        "alertname",
    )
    return named and bool({"threshold", "condition", "severity"} & columns.at.keys())


_TELLING = frozenset({"threshold", "condition", "warning", "critical", "severity"})


def _alert_columns(table: Table) -> Columns:
    """The columns of a table of alerts; without names, a condition with its severity or response names itself."""
    columns = columns_of(table, "alerts")
    condition = columns.at.get("condition", columns.at.get("threshold"))
    if "name" in columns.at or condition is None or not {"severity", "response"} & columns.at.keys():
        return columns
    return replace(columns, at={**columns.at, "name": condition})


def is_read_by_alerting(table: Table) -> bool:
    """Whether the table has a name and something that tells of a condition or severity.

    Levels of a metric (`Metric | Warning | Critical`) are read by `reading.figure_tables`, in every section.
    """
    columns = _alert_columns(table)
    if "name" not in columns.at or not _TELLING & columns.at.keys():
        return False
    of_metrics = plain(table.header.cells[columns.at["name"]].text) in ("metric", "signal", "check")
    return not of_metrics or bool({"threshold", "condition", "severity"} & columns.at.keys())


def read_table(table: Table, alerts: Alerts, severity: Severity | None = None) -> None:
    """Each row is an alert; with Warning and Critical columns one for each level."""
    columns = _alert_columns(table)
    if not is_read_by_alerting(table):
        if not any(has_number(row.text) for row in table.rows):
            alerts.notes.prose(table)  # numbers that nobody takes are told at the end
        return
    alerts.notes.also_read(table.header)
    for header in columns.unknown:
        if is_figure_header(header):
            continue  # a target beside the threshold: `reading.figure_tables` reads it
        alerts.notes.find("column-unknown", table.header, mark=header, column=header, section="Alerting")
    for row in table.rows:
        for one in _rows_of(columns, row, severity):
            take(one, alerts)


def _rows_of(columns: Columns, row: Row, severity: Severity | None) -> Iterator[WrittenAlert]:
    if not {"threshold", "condition"} & columns.at.keys() and {"warning", "critical"} & columns.at.keys():
        yield from _levels_of(columns, row)
        return
    name = columns.cell(row, "name")
    if name is None:
        return
    cell = columns.cell(row, "threshold") or columns.cell(row, "condition")
    levelled = levels_in(cell.text) if cell is not None and not cell.codes else ()
    if len(levelled) > 1 or (levelled and not columns.text(row, "severity")):
        for level, text in levelled:
            written = Line(row.line, with_operator(text, name.text))
            yield WrittenAlert(
                f"{name.text.strip()} {level}" if len(levelled) > 1 else name.text.strip(), row.line, written, level,
                columns.text(row, "response"), columns.text(row, "window"), columns.text(row, "no data"),
                columns.text(row, "resolve after"), columns.text(row, "environment"), row.text,
            )  # fmt: skip
        return
    if "threshold" in columns.at and cell is not None and not cell.codes:
        cell = Line(cell.number, with_operator(cell.text, name.text), cell.spans)
    yield WrittenAlert(
        name.text.strip(), row.line, cell,
        columns.text(row, "severity") or (severity.value if severity else ""), columns.text(row, "response"),
        columns.text(row, "window"), columns.text(row, "no data"), columns.text(row, "resolve after"),
        columns.text(row, "environment"), row.text,
    )  # fmt: skip


def _levels_of(columns: Columns, row: Row) -> Iterator[WrittenAlert]:
    """`Metric | Normal | Warning | Critical`: a rule for each level that has a value."""
    name = columns.text(row, "name")
    for level in ("warning", "high", "critical", "alert"):
        cell = columns.cell(row, level)
        if not name or cell is None:
            continue
        severity = level if level != "alert" else ""
        yield WrittenAlert(
            f"{name} {level}" if severity else name, row.line, _compared(name, cell), severity, columns.text(row, "action"),
            columns.text(row, "window"), text=row.text,
        )  # fmt: skip


def _compared(name: str, cell: Line) -> Line:
    """The cell behind the metric's name, which supplies its signal."""
    return cell if cell.codes else Line(cell.number, f"{name} {with_operator(cell.text.strip(), name)}")


def _read_item(item: Item, alerts: Alerts, heading_severity: Severity | None) -> None:
    """`- **High Error Rate** (critical): > 1% errors for 5min → Page on-call`."""
    found = item.first.field(plain=False)
    if _read_levels(item, alerts):
        return
    severity, rest = severity_in_front(item.first.text)
    line = item.first.cut(len(item.first.text) - len(rest)) if severity else item.first
    severity = severity or (heading_severity.value if heading_severity else "")
    if placeholder_in(line):
        _leave(item.first, alerts.notes)
        return
    name = found.key if found else ""
    if found is None or not found.value.text:
        _read_line(line, severity, alerts)
        _read_inner(item, heading_severity, alerts)
        return
    if not _HEADING_NOISE.sub(
        "", name
    ):  # `**Critical:** …` is a severity, `**Alert threshold:** …` names nothing
        _read_line(found.value, name if read_severity(name) is not None else severity, alerts)
        return
    behind, name = severity_in_brackets(name)
    before, name = severity_in_front(name)
    severity = before or behind or severity
    value = found.value
    arrow = next((a for a in ARROW.finditer(value.text) if not value.in_code(a.start())), None)
    condition = value.cut(0, arrow.start()) if arrow else value
    response = value.text[arrow.end() :].strip() if arrow else ""
    if not _looks_like_condition(condition, name, alerts.known, severity):
        alerts.notes.find("line-not-understood", item, mark=condition.text, section="Alerting",
                          reason=f"“{condition.text[:80]}” is no condition",
                          advice="Write a row in a table Alert | Severity | Threshold | Response.")  # fmt: skip
        return
    alerts.notes.also_read(item)
    take(WrittenAlert(name.strip(), item.line, condition, severity, response, text=item.text), alerts)  # fmt: skip


def _read_line(line: Line, severity: str, alerts: Alerts) -> None:
    """`- p95 latency > 800ms for 10m`, `- Page if errors exceed 2%`: an alert in one line, named by what it compares."""
    written = read_alert_line(line, severity)
    if written is None or not (
        written.called
        or _looks_like_condition(written.condition, written.name, alerts.known, severity or "medium")
    ):
        _leave(line, alerts.notes)
        return
    name = written.name
    if written.severity and (slug(name), slug("")) in alerts.lines:
        name = f"{name} {written.severity}"  # a list for each level names the same thing
    take(
        WrittenAlert(
            name, line.number, written.condition, written.severity, written.response, text=line.text
        ),
        alerts,
    )


def _read_inner(item: Item, severity: Severity | None, alerts: Alerts) -> None:
    """The lists below `- **Critical**`, whose alerts have that severity."""
    below = severity_of_heading(item.text) or severity
    for block in item.blocks:
        if isinstance(block, List):
            for inner in block.items:
                _read_item(inner, alerts, below)


def _read_levels(item: Item, alerts: Alerts) -> bool:
    """`- CPU usage: > 70% warning, > 85% critical`, `- p95 > 500ms (warning), > 1s (critical)`: one alert for each level."""
    line = item.first
    found = line.field()
    if line.codes or placeholder_in(line) is not None or ARROW.search(line.text):
        return False
    name, text = (found.key, found.value.text) if found is not None else ("", line.text)
    if not name and levels_in(text):
        limits = read_limits(levels_in(text)[0][1])
        name = limits[0].subject if isinstance(limits, tuple) else ""
        text = text[text.find(name) + len(name) :] if name else text
    written = written_levels(name, text, item.line) if name else ()
    for one in written:
        take(one, alerts)
    return bool(written)


_THRESHOLDS = re.compile(r"\b(?:thresholds?|limits?|conditions?|triggers?)\b", re.IGNORECASE)


def _read_bare(item: Item, title: str, severity: Severity | None, alerts: Alerts) -> bool:
    """`- CPU: 80%` under Alert Thresholds: what is bad for the thing supplies the comparison. A number left over is told."""
    found = item.first.field()
    if (
        found is None
        or item.first.codes
        or placeholder_in(item.first) is not None
        or has_comparison(found.value.text)
    ):
        return False
    limits = read_limits(found.value.text)
    if (
        _THRESHOLDS.search(title)
        and isinstance(limits, tuple)
        and len(limits) > 1
        and not levels_in(found.value.text)
    ):
        alerts.notes.find("line-not-understood", item, mark=found.value.text, section="Alerting",
                          reason=f"it does not say what each of the {len(limits)} values of {found.key} is for",
                          advice=f"Write `{found.key}: > 80% warning, > 95% critical`.")  # fmt: skip
        return True
    if not isinstance(limits, tuple) or len(limits) != 1 or limits[0].subject or is_of_people(found.key):
        return False
    text = with_operator(found.value.text, found.key)
    known = read_condition(text, found.key, alerts.known)
    if _THRESHOLDS.search(title) and text != found.value.text and isinstance(known, ReadCondition):
        written = Line(item.line, text)
        take(
            WrittenAlert(found.key, item.line, written, severity.value if severity else "", text=item.text),
            alerts,
        )
        return True
    return False


def written_levels(name: str, text: str, line: int) -> tuple[WrittenAlert, ...]:
    """The alerts of a text that names levels; none where it names none."""
    levelled = levels_in(text)
    return tuple(
        WrittenAlert(
            f"{name} {level}".strip() if len(levelled) > 1 else name, line,
            Line(line, f"{name} {with_operator(part, name)}"), level, text=f"{name}: {text}",
        )
        for level, part in levelled
    )  # fmt: skip


def _leave(line: Line, notes: Notes) -> None:
    """A line that is no alert: for people, unless it compares something, when silence would hide a rule."""
    if has_comparison(line.prose) and placeholder_in(line) is None:
        notes.find(
            "line-not-understood", line, section="Alerting", reason="it compares something and names no alert",
            advice="Write a row in a table Alert | Severity | Threshold | Response.",
        )  # fmt: skip
    else:
        notes.prose(line)


def _looks_like_condition(condition: Line, name: str, known: Known, severity: str = "") -> bool:
    """Items are alerts only where they read as a condition: lists under alerting also hold advice.

    What nothing measures is one only where a severity goes with it.
    """
    read = condition_of(condition, name, known, 0.0)
    if isinstance(read, Misread) and severity and not condition.codes:
        return isinstance(read_unmeasured(condition.text, name, read, known), ReadCondition)
    return isinstance(read, ReadCondition)
