"""One alert as written → a rule: its condition, severity, window and response, or findings that say what is missing.

Called by every module that finds alerts: `reading.alerting`, `reading.alert_blocks`, `reading.rule_fences`,
`reading.figure_tables`. Where alerts stand is theirs; conditions are `reading.conditions`, responses `reading.responses`.
"""

import re
from dataclasses import dataclass, field, replace

from watchbook.model.ids import slug
from watchbook.model.quantities import Unit, say
from watchbook.model.runbook import AlertRule, Condition, Contact, Response, Role, Severity, SeverityLevel
from watchbook.reading.blocks import Line
from watchbook.reading.conditions import Known, Misread, ReadCondition, read_condition, say_condition
from watchbook.reading.ladders import WrittenLadder
from watchbook.reading.notes import Context, Notes
from watchbook.reading.placeholders import placeholder_in
from watchbook.reading.quantities import duration_at
from watchbook.reading.queries import is_query, read_query_condition, split_window
from watchbook.reading.refinements import why
from watchbook.reading.responses import read_response
from watchbook.reading.severities import read_severity
from watchbook.reading.severity_levels import deadline_for, ladder_for
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
    said_above: str = ""  # the response of all alerts of a list: `Page if any of these holds:`


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


def take(row: WrittenAlert, alerts: Alerts) -> None:
    """One alert: its condition, severity and response, or findings that say what is missing."""
    notes = alerts.notes
    if placeholder_in(Line(row.line, row.name)) or (
        row.condition is not None and placeholder_in(row.condition)
    ):
        return
    if alerts.said_above and not row.response:
        row = replace(row, response=alerts.said_above)
    severity = _severity(row, notes)
    window_s = _window(row, notes)
    read = row.read or condition_of(row.condition, row.name, alerts.known, window_s)
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
    if row.condition is not None and not read.window_s and _SUSTAINED.search(row.condition.text):
        notes.find("duration-not-understood", row.line, mark="sustained", text="sustained", name=row.name)
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


def condition_of(cell: Line | None, name: str, known: Known, window_s: float) -> ReadCondition | Misread:
    """The condition of an alert of that name; without a cell another system reports it."""
    if cell is None:
        return ReadCondition(Condition(external=name), "service", window_s)
    read = _prose_or_query(cell, name, known)
    if isinstance(read, ReadCondition) and window_s and not read.window_s:
        return replace(read, window_s=window_s)
    return read


_SUSTAINED = re.compile(r"\bsustained\b", re.IGNORECASE)


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


def _prose_or_query(cell: Line, name: str, known: Known) -> ReadCondition | Misread:
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
