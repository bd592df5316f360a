"""What the newest text lost: rows that were watched and are missing now, until someone accepts (rule 13). Pure.

Called by `deciding.watch` at each evaluation, by `deciding.reloading`, and by `app.reloading` when someone accepts. A
missing row is still watched; here is only how that is said, and how it ends.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from watchbook.deciding.alerts import new_state
from watchbook.deciding.own_alerts import CADENCE_S, COVERAGE_SHRANK, COVERAGE_WINDOW_S, OwnAlert
from watchbook.deciding.page import said_together
from watchbook.deciding.watched import MissingRow, ServiceWatch, Watched
from watchbook.model.alerts import AlertState, AlertStatus, Observation
from watchbook.model.ids import AlertId, alert_id, slug
from watchbook.model.runbook import AlertRule, Condition, Level, Response, Role, Runbook, Severity

GONE = "its row is gone from the runbook"


def is_coverage(state: AlertState) -> bool:
    """Whether this is the watch's own word on a text: it belongs to no incident, which would stay open with it."""
    return state.name == COVERAGE_SHRANK


def missing_rows(watch: ServiceWatch, alerts: Iterable[Watched]) -> tuple[MissingRow, ...]:
    """Everything that the text lost here: alerts in order, then what they need."""
    lost = [replace(one.missing, needed=one.state.armed) for one in alerts if one.missing is not None]
    return (*lost, *watch.missing)


def coverage_alert(
    watch: ServiceWatch, alerts: Iterable[Watched], own: Mapping[AlertId, Watched], now: float
) -> tuple[OwnAlert, ...]:
    """The own alert while rows are missing. It is armed as soon as one of them pages or is needed by what pages."""
    rows = missing_rows(watch, alerts)
    if not rows:
        return ()
    rule = AlertRule(
        COVERAGE_SHRANK,
        Role.ALERT,
        Severity.MEDIUM,
        Condition(signal="watch", op="!=", text="rows that were watched are missing in the runbook"),
        response=watch.owner,
        window_s=COVERAGE_WINDOW_S,
        resolve_after_s=0.0,
    )
    armed = any(row.needed for row in rows)
    place = (watch.service, watch.environment)
    before = own.get(alert_id(*place, COVERAGE_SHRANK))
    state = before.state if before else new_state(rule, *place, armed=armed, now=now)
    seen = Observation(now, True, float(len(rows)), _says(rows, watch), source="watch")
    return (OwnAlert(Watched(rule, replace(state, armed=armed), CADENCE_S), seen),)


def _says(rows: tuple[MissingRow, ...], watch: ServiceWatch) -> str:
    """`Service Down and Disk Full: the rows are gone …; watched as they were last read until someone accepts`."""
    names = said_together([row.name for row in rows], ", ")
    why = (
        rows[0].says if len({row.says for row in rows}) == 1 else "the runbook no longer holds them as it did"
    )
    return f"{names}: {why}; watched as last read until someone accepts (`watchbook accept {watch.service}`)"


def owner_response(runbook: Runbook) -> Response:
    """How the owner hears of it: the team's channel and the service owner are told, nobody's ladder is climbed.

    What was lost still pages by itself, so that nothing here is worth waking anyone.
    """
    owners = [
        one.name
        for one in runbook.contacts
        if slug(one.role) in ("service-owner", "owner") and one.name.strip()
    ]
    names = [*runbook.rooms[:1], *owners[:1]]
    if not names:
        names = [name for name in (runbook.service.owner, runbook.service.on_call) if name][:1]
    return Response(channels=tuple(dict.fromkeys(names)), text="tell the owner")


def why_missing(runbook: Runbook, name: str) -> str:
    """Why an alert's row is not read from the new text: what the reader found about it, else that it is gone."""
    wanted = slug(name)
    for finding in runbook.findings:
        of_alerts = finding.code.startswith("WB3") and finding.severity is not Level.NOTE
        if of_alerts and wanted in slug(finding.message):
            return f"its row cannot be read (line {finding.line}: {finding.message.rstrip('.')})"
    return GONE


def retired(state: AlertState, reason: str) -> AlertState:
    """The state of an alert that goes by this name no longer; whoever takes the name up again begins anew."""
    return replace(
        state,
        status=AlertStatus.OK,
        armed=False,
        active_since=None,
        good_since=None,
        episode=None,
        problem="",
        reason=reason,
    )
