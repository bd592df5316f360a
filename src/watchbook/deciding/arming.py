"""Which alerts page (rule 12). Pure. Called by `app` when a runbook is loaded and when someone arms an alert.

An alert is *observed* until it is *armed*, by `watchbook.toml` or by a person; it sends nothing itself.
"""

from collections.abc import Sequence
from dataclasses import replace

from watchbook.model.alerts import AlertState
from watchbook.model.decisions import Decision
from watchbook.model.ids import slug
from watchbook.model.incidents import Entry
from watchbook.model.runbook import AlertRule, Role

EVERYTHING = "*"


def armed_by_wiring(armed: str | Sequence[str], service: str, alert: str) -> bool:
    """What the wiring says: `"*"`, names of services, or `"service/alert"`; case and punctuation do not count."""
    wanted = [armed] if isinstance(armed, str) else list(armed)
    for name in wanted:
        if name.strip() == EVERYTHING:
            return True
        owner, _, one = name.partition("/")
        if slug(owner) == slug(service) and (
            not one or one.strip() == EVERYTHING or slug(one) == slug(alert)
        ):
            return True
    return False


def why_not_armed(rule: AlertRule, *, bound: bool = True, shadow: bool = False) -> str:
    """Why a rule may not page whatever the wiring says; empty where it may."""
    if shadow:
        return "this watch runs with --shadow: nobody is paged"
    if rule.role is not Role.ALERT:
        return f"this row is a {rule.role}, not an alert"
    if rule.condition.external:
        return "another system evaluates this alert"
    if not bound:
        return "its signal cannot be measured here"
    return ""


def arm(state: AlertState, actor: str, now: float) -> Decision:
    """From observed to paging. An alert that fires already begins to page with the next evaluation."""
    summary = f"{actor} armed {state.name}: from now on it pages"
    return _set(state, True, actor, now, "alert.armed", summary)


def disarm(state: AlertState, actor: str, now: float) -> Decision:
    """From paging to observed. What was told already is still resolved."""
    summary = f"{actor} disarmed {state.name}: from now on it is only observed"
    return _set(state, False, actor, now, "alert.disarmed", summary)


def _set(state: AlertState, armed: bool, actor: str, now: float, kind: str, summary: str) -> Decision:
    if state.armed == armed:
        return Decision(f"{state.name} is {'armed' if armed else 'observed'} already")
    entry = Entry(state.service, kind, summary, actor, now, str(state.id))
    return Decision(summary, (replace(state, armed=armed),), (entry,))
