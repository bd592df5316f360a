"""The Alerting section: rows and items → alert rules with severity, condition, window and response.

Called by `reading.runbook` after contacts and procedures are known. Only what stands under alerting (or in a
Warning or Critical column) becomes an alert; everything else that carries a number is a target or a band and
never armed. Conditions are `reading.conditions`, responses `reading.responses`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from watchbook.model.ids import slug
from watchbook.model.quantities import Unit, say
from watchbook.model.runbook import AlertRule, Condition, Contact, Response, Role, Severity, SeverityLevel
from watchbook.reading.alert_lines import read_alert_line
from watchbook.reading.blocks import Item, Line, List, Paragraph, Row, Table
from watchbook.reading.comparisons import has_comparison
from watchbook.reading.conditions import Known, Misread, ReadCondition, read_condition, say_condition
from watchbook.reading.document import Section
from watchbook.reading.figure_roles import is_figure_header
from watchbook.reading.ladders import WrittenLadder
from watchbook.reading.levels import levels_in, with_operator
from watchbook.reading.notes import Context, Notes
from watchbook.reading.placeholders import placeholder_in
from watchbook.reading.quantities import duration_at
from watchbook.reading.queries import is_query, read_query_condition, split_window
from watchbook.reading.refinements import why
from watchbook.reading.responses import read_response
from watchbook.reading.severities import read_severity
from watchbook.reading.severity_levels import deadline_for, ladder_for
from watchbook.reading.synonyms import plain
from watchbook.reading.tables import Columns, columns_of
from watchbook.reading.unmeasured import read_unmeasured

_NO_DATA = {
    "hold": "hold",
    "keep": "hold",
    "fire": "fire",
    "alert": "fire",
    "alerting": "fire",
    "ok": "ok",
    "clear": "ok",
    "resolve": "ok",
}


@dataclass(slots=True)
class Alerts:
    """The rules so far, and what their responses need."""

    notes: Notes
    known: Known
    context: Context
    ladder: WrittenLadder
    contacts: tuple[Contact, ...] = ()
    levels: tuple[SeverityLevel, ...] = ()
    rules: list[AlertRule] = field(default_factory=list)
    lines: dict[tuple[str, str], int] = field(default_factory=dict)  # of each name in each environment
    queries: dict[str, ReadCondition] = field(default_factory=dict)  # of rules in code blocks, by plain name


@dataclass(frozen=True, slots=True)
class WrittenAlert:
    """One alert as written, whatever form it stood in."""

    name: str
    line: int
    condition: Line | None
    severity: str = ""
    response: str = ""
    window: str = ""
    no_data: str = ""
    resolve_after: str = ""
    environment: str = ""
    text: str = ""
    read: ReadCondition | None = None  # a condition that was read already, from a rule in a code block
    resolve_after_s: float | None = None  # where it was read already


def read(section: Section, alerts: Alerts) -> None:
    """Adds the rules of the section and its subsections to `alerts`."""
    for part in section.walk():
        heading_severity = severity_of_heading(part.title)
        for block in part.blocks:
            if isinstance(block, Table):
                read_table(block, alerts, heading_severity)
            elif isinstance(block, List):
                for item in block.items:
                    _read_item(item, alerts, heading_severity)
            elif isinstance(block, Paragraph):
                for line in block.lines:
                    _leave(line, alerts.notes)


_HEADING_NOISE = re.compile(
    r"\b(?:alerts?|alerting|priority|severity|level|page|paging|immediate(?:ly)?|response|action|required|rules?|conditions?"
    r"|thresholds?|critical|high|medium|low|warnings?|info\w*|[ps]\d|sev\w*[\s-]*\d)\b|[\W\d_]+",
    re.IGNORECASE,
)


def severity_of_heading(title: str) -> Severity | None:
    """`Critical Alerts (P0)` says the severity of its rows; `High Availability Alerts` says nothing."""
    bare = re.sub(r"\(.*?\)", "", title)
    return None if _HEADING_NOISE.sub("", bare) else read_severity(title)


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


def is_read_by_alerting(table: Table) -> bool:
    """Whether the table has a name and something that tells of a condition or severity."""
    columns = columns_of(table, "alerts")
    return "name" in columns.at and bool(_TELLING & columns.at.keys())


def read_table(table: Table, alerts: Alerts, severity: Severity | None = None) -> None:
    """Each row is an alert; with Warning and Critical columns one for each level."""
    columns = columns_of(table, "alerts")
    if "name" not in columns.at or not _TELLING & columns.at.keys():
        alerts.notes.prose(table)
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


_LEADING_SEVERITY = re.compile(
    r"^\s*(?:\[([\w -]{2,12})\]|(critical|high|medium|low|warning|info|p[0-4]|sev-?\d)\s*[:–—-])\s*",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"\s*\(([\w -]{2,20})\)\s*$")
_ARROW = re.compile(r"\s*(?:→|⇒|->|=>)\s*")


def _read_item(item: Item, alerts: Alerts, heading_severity: Severity | None) -> None:
    """`- **High Error Rate** (critical): > 1% errors for 5min → Page on-call`."""
    found = item.first.field(plain=False)
    if _read_levels(item, alerts):
        return
    line, severity = _without_tag(item.first, heading_severity.value if heading_severity else "")
    if placeholder_in(line):
        _leave(item.first, alerts.notes)
        return
    name = found.key if found else ""
    if found is None or not found.value.text:
        _read_line(line, severity, alerts)
        _read_inner(item, heading_severity, alerts)
        return
    if not _HEADING_NOISE.sub("", name) and read_severity(name) is not None:
        _read_line(found.value, name, alerts)
        return
    brackets = _IN_BRACKETS.search(name)
    if brackets is not None and read_severity(brackets[1]) is not None:
        name, severity = name[: brackets.start()], brackets[1]
    leading = _LEADING_SEVERITY.match(name)
    if leading is not None and name[leading.end() :].strip():
        name, severity = name[leading.end() :], leading[1] or leading[2]
    value = found.value
    arrow = next((a for a in _ARROW.finditer(value.text) if not value.in_code(a.start())), None)
    condition = value.cut(0, arrow.start()) if arrow else value
    response = value.text[arrow.end() :].strip() if arrow else ""
    if not _looks_like_condition(condition, name, alerts.known, severity):
        alerts.notes.find("line-not-understood", item, mark=condition.text, section="Alerting",
                          reason=f"“{condition.text[:80]}” is no condition",
                          advice="Write a row in a table Alert | Severity | Threshold | Response.")  # fmt: skip
        return
    alerts.notes.also_read(item)
    take(WrittenAlert(name.strip(), item.line, condition, severity, response, text=item.text), alerts)  # fmt: skip


def _without_tag(line: Line, severity: str) -> tuple[Line, str]:
    """`[P1] error rate > 5%` without its tag, which is its severity and no placeholder."""
    tag = re.match(r"\s*\[([\w -]{2,12})\]\s+", line.text)
    if tag is None or read_severity(tag[1]) is None:
        return line, severity
    return line.cut(tag.end()), tag[1]


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
    """`- CPU usage: > 70% warning, > 85% critical`: one alert for each level."""
    found = item.first.field()
    if (
        found is None
        or found.value.codes
        or placeholder_in(item.first) is not None
        or _ARROW.search(found.value.text)
    ):
        return False
    written = written_levels(found.key, found.value.text, item.line)
    for one in written:
        take(one, alerts)
    return bool(written)


def written_levels(name: str, text: str, line: int) -> tuple[WrittenAlert, ...]:
    """The alerts of a text that names levels; none where it names none."""
    levelled = levels_in(text)
    return tuple(
        WrittenAlert(
            f"{name} {level}" if len(levelled) > 1 else name, line,
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
    read = _condition(condition, name, known, 0.0)
    if isinstance(read, Misread) and severity and not condition.codes:
        return isinstance(read_unmeasured(condition.text, name, read, known), ReadCondition)
    return isinstance(read, ReadCondition)


def take(row: WrittenAlert, alerts: Alerts) -> None:
    """One alert: its condition, severity and response, or findings that say what is missing."""
    notes = alerts.notes
    if placeholder_in(Line(row.line, row.name)) or (
        row.condition is not None and placeholder_in(row.condition)
    ):
        return
    severity = _severity(row, notes)
    window_s = _window(row, notes)
    read = row.read or _condition(row.condition, row.name, alerts.known, window_s)
    if isinstance(read, ReadCondition) and read.condition.external:
        read = alerts.queries.get(slug(row.name), read)
    if isinstance(read, Misread) and row.condition is not None and not row.condition.codes:
        read = _unmeasured(row, read, window_s, alerts)
    if isinstance(read, Misread):
        notes.misread(
            read.name,
            row.condition.number if row.condition else row.line,
            read.mark or (row.condition.text if row.condition else row.name),
            read.values,
        )
        return
    if read.condition.external:
        notes.find("alert-external", row.line, mark=row.name, name=row.name)
    response = _response(row, severity, alerts)
    rule = AlertRule(
        row.name, Role.ALERT, severity, read.condition, response, row.severity or severity.value, row.environment or None,
        read.scope, read.window_s, read.average_s, read.min_events, _no_data(row, read),
        _resolve_after(row, notes) if row.resolve_after_s is None else row.resolve_after_s,
        None, None, row.line, row.text,
    )  # fmt: skip
    key = (slug(rule.name), slug(rule.environment or ""))
    first = alerts.lines.setdefault(key, row.line)
    if first != row.line:
        notes.find("alert-repeated", row.line, mark=row.name, name=row.name, first=first)
        return
    alerts.rules.append(rule)
    notes.read(
        row.line,
        "alert",
        f"{rule.name}: {severity.value} when {say_condition(read, alerts.known.scrape_every_s)}; {say_response(response)}.",
    )


def _condition(cell: Line | None, name: str, known: Known, window_s: float) -> ReadCondition | Misread:
    if cell is None:
        return ReadCondition(Condition(external=name), "service", window_s)
    read = _condition_of(cell, name, known)
    if isinstance(read, ReadCondition) and window_s and not read.window_s:
        return replace(read, window_s=window_s)
    return read


def _unmeasured(
    row: WrittenAlert, misread: Misread, window_s: float, alerts: Alerts
) -> ReadCondition | Misread:
    """A condition of something that nothing measures: read and told, and never armed."""
    assert row.condition is not None
    read = read_unmeasured(row.condition.text, row.name, misread, alerts.known)
    if not isinstance(read, ReadCondition):
        return read or misread
    alerts.notes.find(
        "signal-unmeasured", row.line, mark=row.condition.text, name=row.name, signal=read.condition.signal
    )
    return replace(read, window_s=read.window_s or window_s)


def _condition_of(cell: Line, name: str, known: Known) -> ReadCondition | Misread:
    """A query in a code span, or prose."""
    code = cell.codes[0] if len(cell.codes) == 1 else ""
    if code and is_query(split_window(code)[0]):
        behind = re.search(r"\bfor:?\s+", cell.prose)
        duration = duration_at(cell.prose, behind.end()) if behind else None
        return read_query_condition(code, name, duration.quantity.value if duration else 0.0)
    if len(cell.text) > 300:
        return Misread("condition-not-understood", why("it is a text, not a condition", name))
    return read_condition(cell.text, name, known)


def _severity(row: WrittenAlert, notes: Notes) -> Severity:
    if row.severity:
        severity = read_severity(row.severity)
        if severity is not None:
            return severity
        notes.find("severity-not-understood", row.line, mark=row.severity, text=row.severity, name=row.name)
    else:
        notes.find("severity-missing", row.line, mark=row.name, name=row.name)
    return Severity.MEDIUM


def _window(row: WrittenAlert, notes: Notes) -> float:
    if not row.window:
        return 0.0
    found = duration_at(re.sub(r"^(?:for|>=?|≥|over)\s*", "", row.window, flags=re.IGNORECASE))
    if found is None:
        if row.window.casefold() not in ("immediate", "immediately", "instant", "at once", "0"):
            notes.find("duration-not-understood", row.line, mark=row.window, text=row.window, name=row.name)
        return 0.0
    return found.quantity.value


def _no_data(row: WrittenAlert, read: ReadCondition) -> str:
    return _NO_DATA.get(row.no_data.casefold(), read.no_data)


def _resolve_after(row: WrittenAlert, notes: Notes) -> float | None:
    if not row.resolve_after:
        return None
    found = duration_at(row.resolve_after)
    if found is None:
        notes.find(
            "duration-not-understood", row.line, mark=row.resolve_after, text=row.resolve_after, name=row.name
        )
        return None
    return found.quantity.value


def _response(row: WrittenAlert, severity: Severity, alerts: Alerts) -> Response:
    level = deadline_for(severity, row.severity, alerts.levels)
    names = ladder_for(severity, row.severity, alerts.levels)
    ladder = WrittenLadder(names, (None,) * len(names)) if names else alerts.ladder
    read = read_response(
        row.response, severity, ladder, alerts.context.procedures, alerts.contacts, level
    )  # fmt: skip
    if not row.response:
        default = "it pages" if read.response.page else "it is posted without paging"
        if read.response.working_hours:
            default = "it is posted, and pages in working hours when the time of its severity has passed"
        alerts.notes.find("response-missing", row.line, mark=row.name, name=row.name, default=default)
    for unknown in read.unknown:
        alerts.notes.find("response-not-understood", row.line, mark=unknown, name=row.name, text=unknown)
    if severity is Severity.CRITICAL and read.quiet:
        channels = ", ".join(read.response.channels) or row.response
        alerts.notes.find("critical-only-chat", row.line, mark=row.response, name=row.name, channels=channels)
    return read.response


def say_response(response: Response) -> str:
    """What happens to people, in words."""
    parts = []
    names = " → ".join(
        f"{rung.who} ({say(rung.after_s, Unit.SECONDS)})" if rung.after_s else rung.who
        for rung in response.ladder
    )
    if response.page:
        parts.append(f"pages {names or 'nobody: no ladder'}")
    elif response.working_hours and response.ack_deadline_s:
        who = response.ladder[0].who if response.ladder else "nobody"
        parts.append(
            f"tells the team's channel, and pages {who} in working hours after {say(response.ack_deadline_s, Unit.SECONDS)}"
        )
    else:
        parts.append("tells the team's channel without paging")
    if response.page and response.ack_deadline_s:
        parts.append(f"to be acknowledged within {say(response.ack_deadline_s, Unit.SECONDS)}")
    if response.ack_deadline_from and (response.page or response.working_hours):
        parts.append(f"which is the response time of {response.ack_deadline_from}")
    if response.channels:
        parts.append(f"posts in {', '.join(response.channels)}")
    if response.actions:
        parts.append(f"offers {', '.join(response.actions)}")
    return ", ".join(parts)
