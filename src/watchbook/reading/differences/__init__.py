"""What a new text of a runbook changes, in words, what matters first. Called by `app.documents.comparing`. Pure.

Each module reads one part. Where none of them has a sentence for something that Watchbook would do otherwise, a sentence
says that: nothing changes in silence.
"""

import json
from typing import Any

from watchbook.model.runbook import Role, Runbook
from watchbook.reading.contract import contract
from watchbook.reading.differences.alerts import alert_changes
from watchbook.reading.differences.changes import Change, Risk
from watchbook.reading.differences.facts import (
    environment_changes,
    finding_changes,
    metric_changes,
    people_changes,
    promise_changes,
    service_changes,
)
from watchbook.reading.differences.figures import figure_changes
from watchbook.reading.differences.procedures import command_changes, procedure_changes
from watchbook.reading.differences.severities import severity_changes
from watchbook.reading.differences.unattended import check_changes, issue_changes, unattended_changes
from watchbook.reading.secrets import hide_secrets

__all__ = ["Change", "Risk", "differences"]

_PARTS = (
    service_changes, environment_changes, alert_changes, severity_changes, unattended_changes, check_changes,
    procedure_changes, issue_changes, command_changes, metric_changes, figure_changes, people_changes,
    promise_changes, finding_changes,
)  # fmt: skip
_STEPS = ("procedure", "step", "parameter")
# Each part of the JSON reading that decides what Watchbook does, and the kinds of change that tell about it.
_TOLD_BY = {
    "service": ("service", "objective", "dependency", "environment", "metric"),
    "health_checks": ("check", "unattended"),
    "metrics": ("metric",),
    "alerts": ("alert", "page"),
    "figures": ("figure",),  # those of "alerts" that are in another role
    "procedures": _STEPS,
    "issues": ("issue", "unattended", *_STEPS),
    "commands": ("command",),
    "maintenance": ("maintenance",),
    "recovery": ("objective", "backup"),
    "handoff": ("document",),
    "contacts": ("contact",),
    "ladder": ("page",),
    "rooms": ("contact",),
    "severities": ("severity",),
    "amounts": ("amount",),
    "review": ("document",),
}
# Where something stands, how its words were cut, and what is made from other parts.
_NOT_COMPARED = frozenset({"line", "end_line", "content_hash", "text", "severity_text", "id"})


def differences(old: Runbook, new: Runbook) -> tuple[Change, ...]:
    """Every change from `old` to `new`, in order of what matters; none where only prose and layout differ.

    A secret that stands in either text is not repeated.
    """
    found = [change for part in _PARTS for change in part(old, new)]
    found += _untold(old, new, {change.kind for change in found})
    hidden = (
        Change(
            one.kind, one.risk, hide_secrets(one.subject), hide_secrets(one.says), one.old_line, one.new_line
        )
        for one in found
    )
    return tuple(sorted(hidden, key=lambda change: change.order))


def _untold(old: Runbook, new: Runbook, told: set[str]) -> list[Change]:
    """A sentence for each part that is read differently although nothing was said about it."""
    before, after = _parts(old), _parts(new)
    return [
        Change("other", Risk.NONE, key, f"Something under “{key.replace('_', ' ')}” is read differently.")
        for key, kinds in _TOLD_BY.items()
        if not told.intersection(kinds) and _bare(before[key]) != _bare(after[key])
    ]


def _parts(runbook: Runbook) -> dict[str, Any]:
    """The JSON reading, with the figures apart from the alerts that may page."""
    parts = contract(runbook)
    rules = parts["alerts"]
    parts["alerts"] = [rule for rule in rules if rule["role"] == Role.ALERT.value]
    parts["figures"] = [rule for rule in rules if rule["role"] != Role.ALERT.value]
    return parts


def _bare(value: Any) -> str:
    """A part of the JSON reading without what does not count, comparable."""

    def strip(one: Any) -> Any:
        if isinstance(one, dict):
            return {key: strip(item) for key, item in one.items() if key not in _NOT_COMPARED}
        return [strip(item) for item in one] if isinstance(one, list) else one

    return json.dumps(strip(value), sort_keys=True, default=str)
