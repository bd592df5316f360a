"""What a document gives, counted, in one sentence. Called by `explain`, in words and as a page. Pure."""

from watchbook.model.runbook import Role, Runbook

_SEVERAL = {
    Role.TARGET: "targets",
    Role.BAND: "bands",
    Role.TRIGGER: "triggers",
    Role.CHECKLIST: "checklist figures",
}


def say_counts(runbook: Runbook) -> str:
    """`3 alerts, 2 health checks, 5 targets, 1 procedure`; what there is none of is left out, and nothing at all is said."""
    roles = [rule.role for rule in runbook.figures]
    counts = [
        ("alerts", len(runbook.alerts)), ("health checks", len(runbook.health_checks)), ("metrics", len(runbook.metrics)),
        *((name, roles.count(role)) for role, name in _SEVERAL.items()),
        ("procedures", len(runbook.procedures)), ("issues", len(runbook.issues)), ("commands", len(runbook.commands)),
        ("contacts", len(runbook.contacts)), ("severity levels", len(runbook.severities)), ("amounts", len(runbook.amounts)),
    ]  # fmt: skip
    said = [f"{count} {name.removesuffix('s') if count == 1 else name}" for name, count in counts if count]
    return ", ".join(said) or "nothing that can be watched or run"
