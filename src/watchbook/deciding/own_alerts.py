"""The watch's own alerts: a source that went silent, and rules that cannot be evaluated (rules 2 and 5). Pure.

Called by `deciding.watch` after the rules of the document. One *blind* alert stands for all rules of a source, at the
severity and with the ladder of the worst of them. They fire, page and resolve like every other alert.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from watchbook.deciding.alerts import new_state
from watchbook.deciding.watched import Watched
from watchbook.model.alerts import AlertState, AlertStatus, Observation
from watchbook.model.ids import AlertId, alert_id
from watchbook.model.runbook import AlertRule, Condition, Role

NO_DATA = "No data from "
EVALUATION_FAILING = "Evaluation failing"
FAILING_WINDOW_S = 60.0
COVERAGE_SHRANK = "Coverage shrank"
COVERAGE_WINDOW_S = 60.0  # an editor that writes a file in two steps tells nobody anything
CADENCE_S = 15.0


@dataclass(frozen=True, slots=True)
class OwnAlert:
    """An alert of the watch itself at this moment, with what it observes."""

    watched: Watched
    observation: Observation


def own_alerts(
    service: tuple[str, str],
    alerts: Iterable[Watched],
    own: dict[AlertId, Watched],
    now: float,
    others: Iterable[OwnAlert] = (),
) -> list[OwnAlert]:
    """All that are true now, or were before. `service` is (service, environment), `others` were found elsewhere."""
    watched = list(alerts)
    blind: dict[str, list[Watched]] = {}
    for one in watched:
        if one.state.status is AlertStatus.BLIND:
            blind.setdefault(one.state.source or "metrics", []).append(one)
    failing = [one for one in watched if one.state.problem]
    found = [_own(service, f"{NO_DATA}{source}", of, own, 0.0, now) for source, of in sorted(blind.items())]
    if failing:
        found.append(_own(service, EVALUATION_FAILING, failing, own, FAILING_WINDOW_S, now))
    found += others
    true = {one.watched.state.id for one in found}
    good = Observation(now, False, says="good again", source="watch")
    found += [OwnAlert(one, good) for key, one in own.items() if key not in true]
    return found


def _own(
    service: tuple[str, str],
    name: str,
    of: list[Watched],
    own: dict[AlertId, Watched],
    window_s: float,
    now: float,
) -> OwnAlert:
    worst = max(of, key=lambda one: (one.rule.severity.rank, one.rule.response.page))
    names = ", ".join(one.rule.name for one in of)
    condition = Condition(signal="watch", op="!=", text=f"{name} for {names}" if window_s else name)
    rule = AlertRule(
        name=name,
        role=Role.ALERT,
        severity=worst.rule.severity,
        condition=condition,
        response=worst.rule.response,
        window_s=window_s,
        resolve_after_s=0.0,
        line=worst.rule.line,
    )
    armed = any(one.state.armed for one in of)
    before = own.get(alert_id(*service, name))
    state = before.state if before else new_state(rule, *service, armed=armed, now=now)
    why = next((one.state.problem for one in of if one.state.problem), worst.state.reason)
    says = f"{names} cannot be judged: {why}"
    return OwnAlert(
        Watched(rule, replace(state, armed=armed), CADENCE_S),
        Observation(now, True, float(len(of)), says, source="watch"),
    )


def kept_own_alert(state: AlertState) -> Watched | None:
    """An alert of the watch itself from its kept state; None for a state that belongs to a row of the document.

    Whom it pages stands in its climb already, so that its rule needs no response here.
    """
    windows_s = {EVALUATION_FAILING: FAILING_WINDOW_S, COVERAGE_SHRANK: COVERAGE_WINDOW_S}
    if state.name not in windows_s and not state.name.startswith(NO_DATA):
        return None
    window_s = windows_s.get(state.name, 0.0)
    condition = Condition(signal="watch", op="!=", text=state.name)
    rule = AlertRule(
        state.name, Role.ALERT, state.severity, condition, window_s=window_s, resolve_after_s=0.0
    )
    return Watched(rule, state, CADENCE_S)
