"""Rows of the alert table from Prometheus' rules, and the issues that belong to them. Called by `sections`.

A rule whose query Watchbook cannot read as a condition is written without a threshold: it then waits for the alert of that
name from Prometheus itself. So is one with `|` in its query, which would split the cell on other sites, or with `#`, which
may begin a comment.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from watchbook.app.drafting.choosing import plain
from watchbook.model.ids import slug
from watchbook.model.runbook import Severity
from watchbook.reading.conditions import Misread
from watchbook.reading.queries import is_query, read_query_condition
from watchbook.reading.severities import read_severity
from watchbook.world.surveying.facts import Rule

_WINDOW = re.compile(r"\d+(?:s|m|h|d)")
_MOST = 40
_RESPONSES = {
    Severity.CRITICAL: "Page on-call immediately",
    Severity.HIGH: "Investigate within 15min",
    Severity.MEDIUM: "Investigate within 1hr",
    Severity.LOW: "Ticket",
    Severity.INFO: "Ticket",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One alert as the table writes it. `summary` is what people are told."""

    name: str
    severity: str
    threshold: str
    response: str
    summary: str = ""

    @property
    def text(self) -> str:
        return f"| {self.name} | {self.severity} | {self.threshold} | {self.response} |"


def rows_of(rules: Sequence[Rule]) -> tuple[Row, ...]:
    """One row a rule, in order; a name that comes again carries its severity, and one without letters is left out."""
    rows: dict[str, Row] = {}
    for rule in rules[:_MOST]:
        name = plain(rule.name)
        if slug(name) in rows:
            name = f"{name} {plain(rule.severity)}".strip()
        if slug(name) and slug(name) not in rows:
            rows[slug(name)] = _row(rule, name)
    return tuple(rows.values())


def _row(rule: Rule, name: str) -> Row:
    severity = read_severity(rule.severity)
    response = _RESPONSES[severity] if severity else ""
    said = severity.value.capitalize() if severity else ""
    return Row(name, said, _threshold(rule, name), response, plain(rule.summary))


def _threshold(rule: Rule, name: str) -> str:
    query = rule.query
    if any(character in query for character in "`|#\n") or not is_query(query):
        return ""
    if isinstance(read_query_condition(query, name), Misread):
        return ""
    window = f" for {rule.window}" if _WINDOW.fullmatch(rule.window) else ""
    return f"`{query}`{window}"


def issues_of(rows: Sequence[Row], looks: Sequence[str]) -> Iterator[str]:
    """An issue for each alert: what it says, and where to look first (`looks` are lines of a numbered list)."""
    for row in rows:
        yield f"### Issue: {row.name}\n"
        yield f"**Alert:** {row.name}\n"
        yield f"**Symptoms:**\n- {row.summary or '[What people notice]'}\n"
        yield "**Diagnosis:**"
        yield from looks
        yield "\n**Solutions:**\n- [What helps, and when]\n\n---\n"
