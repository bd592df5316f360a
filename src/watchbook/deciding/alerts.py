"""One rule, one observation → its next state, and what just happened to it (rules 1–6 and 12). Pure.

Called by `deciding.watch` for every evaluation. It knows of windows, missing data and flapping; episodes' incidents and
who is told are decided elsewhere. `now` and all times are steady wall seconds (`world.clock`), cadences seconds.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from watchbook.deciding.missing import FIRE_CADENCES, Missing, judge_missing
from watchbook.model.alerts import AlertState, AlertStatus, Observation
from watchbook.model.ids import EpisodeId, alert_id, key_of
from watchbook.model.quantities import say_duration
from watchbook.model.runbook import AlertRule

LONGEST_RESOLVE_S = 600.0
RESOLVE_CADENCES = 8
OPEN = (AlertStatus.FIRING, AlertStatus.RESOLVING, AlertStatus.FIRING_NO_DATA)


class Transition(StrEnum):
    """What an evaluation changed. `NONE`: nothing that is worth a journal entry."""

    NONE = "none"
    PENDING = "pending"
    CLEARED = "cleared"  # pending, and no longer true
    FIRED = "fired"
    RETURNED = "returned"  # true again inside `resolve_after`: the same episode (rule 6)
    RESOLVING = "resolving"
    RESOLVED = "resolved"
    BLINDED = "blinded"
    SIGHT_LOST = "sight_lost"  # firing, and no data for longer than the hold
    SIGHT_BACK = "sight_back"
    FAILING = "failing"  # the evaluation itself began to fail (rule 5)
    FAILING_OVER = "failing_over"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The state after an evaluation. `problem_changed` tells `FAILING` and `FAILING_OVER` beside another transition."""

    state: AlertState
    transition: Transition = Transition.NONE
    problem_changed: Transition = Transition.NONE


def new_state(rule: AlertRule, service: str, environment: str, *, armed: bool, now: float) -> AlertState:
    """The state of a rule that was never evaluated."""
    return AlertState(
        id=alert_id(service, environment, rule.name),
        service=service,
        environment=environment,
        name=rule.name,
        severity=rule.severity,
        armed=armed,
        since=now,
        reason="not evaluated yet",
        rule_digest=digest_of(rule),
    )


def digest_of(rule: AlertRule) -> str:
    """Changes with the condition and its window, not with wording or response (rule 13)."""
    condition = rule.condition
    params = sorted((name, str(value)) for name, value in condition.params.items())
    what = (condition.signal, params, condition.op, condition.value, condition.promql, condition.external)
    return key_of(what, rule.window_s, rule.average_s, rule.min_events, rule.scope)


def adopt(rule: AlertRule, state: AlertState) -> AlertState:
    """The kept state under a reloaded rule: a changed condition restarts only *pending* (rule 13)."""
    digest = digest_of(rule)
    if state.rule_digest != digest and state.status is AlertStatus.PENDING:
        reason = "the condition was changed: its window begins again"
        state = replace(state, status=AlertStatus.OK, active_since=None, reason=reason)
    return replace(state, rule_digest=digest, severity=rule.severity, name=rule.name)


def resolve_after_s(rule: AlertRule, cadence_s: float) -> float:
    """How long data must be good before a resolve is announced (rule 6)."""
    if rule.resolve_after_s is not None:
        return rule.resolve_after_s
    return min(LONGEST_RESOLVE_S, max(rule.window_s, RESOLVE_CADENCES * cadence_s))


def episode_id(alert: str, began_at: float) -> EpisodeId:
    """Name of a firing, derived from the alert and its beginning, never from a local number."""
    return EpisodeId(key_of(alert, f"{began_at:.3f}"))


def evaluate(
    rule: AlertRule, state: AlertState, observation: Observation | None, now: float, cadence_s: float
) -> Evaluation:
    """The state after `observation` at `now`; None stands for an evaluation that brought nothing.

    The result depends on nothing else: the same inputs give the same state.
    """
    if observation is not None and observation.problem:
        return _failing(state, observation)
    over = Transition.FAILING_OVER if state.problem and observation is not None else Transition.NONE
    if observation is not None:
        state = replace(state, problem="", source=observation.source)
    if observation is None or observation.true is None:
        evaluation = _without_data(rule, state, observation, now, cadence_s)
    elif observation.true:
        evaluation = _when_true(rule, _seen(state, observation, cadence_s), observation.says, now)
    else:
        seen = _seen(state, observation, cadence_s)
        evaluation = _when_false(rule, seen, observation.says, now, cadence_s)
    return replace(evaluation, problem_changed=over)


def _failing(state: AlertState, observation: Observation) -> Evaluation:
    """Rule 5: the alert stays as it is, whatever it is."""
    problem = f"evaluation failing: {observation.problem}"
    changed = Transition.NONE if state.problem else Transition.FAILING
    return Evaluation(replace(state, problem=problem, source=observation.source), problem_changed=changed)


def _seen(state: AlertState, observation: Observation, cadence_s: float) -> AlertState:
    """With the data in it; time without data does not count as good time (rule 6)."""
    good_since = state.good_since
    if good_since is not None and state.last_good_at is not None:
        gap_s = observation.at_s - state.last_good_at
        if gap_s > FIRE_CADENCES * cadence_s:
            good_since = min(observation.at_s, good_since + gap_s)
    return replace(state, value=observation.value, last_good_at=observation.at_s, good_since=good_since)


def _without_data(
    rule: AlertRule, state: AlertState, observation: Observation | None, now: float, cadence_s: float
) -> Evaluation:
    says = observation.says if observation is not None and observation.says else "no data"
    match judge_missing(rule, state, now, cadence_s):
        case Missing.TRUE:
            return _when_true(rule, state, f"{says}, which this alert takes as true", now)
        case Missing.FALSE:
            return _when_false(rule, state, f"{says}, which this alert takes as good", now, cadence_s)
        case Missing.HOLD:
            return Evaluation(state)
        case Missing.LOST:
            return _lose_sight(state, says, now)


def _lose_sight(state: AlertState, says: str, now: float) -> Evaluation:
    since = state.last_good_at if state.last_good_at is not None else state.since
    reason = f"{says} for {say_duration(max(0.0, now - (since if since is not None else now)))}"
    if state.status in (AlertStatus.BLIND, AlertStatus.FIRING_NO_DATA):
        return Evaluation(state)
    if state.status in OPEN:
        lost = replace(state, status=AlertStatus.FIRING_NO_DATA, since=now, good_since=None, reason=reason)
        return Evaluation(lost, Transition.SIGHT_LOST)
    blind = replace(state, status=AlertStatus.BLIND, since=now, active_since=None, reason=reason)
    return Evaluation(blind, Transition.BLINDED)


def _when_true(rule: AlertRule, state: AlertState, says: str, now: float) -> Evaluation:
    if state.status in OPEN:
        return _still_firing(state, says, now)
    since = state.active_since if state.active_since is not None else now
    if now - since >= rule.window_s - 1e-6:
        fired = replace(
            state,
            status=AlertStatus.FIRING,
            active_since=since,
            good_since=None,
            since=now,
            reason=_held(says, rule.window_s),
            episode=episode_id(state.id, now),
        )
        return Evaluation(fired, Transition.FIRED)
    left = say_duration(max(0.0, rule.window_s - (now - since)))
    reason = f"{says}; fires in {left} if it stays so"
    if state.status is AlertStatus.PENDING:
        return Evaluation(replace(state, reason=reason))
    pending = replace(state, status=AlertStatus.PENDING, active_since=since, since=now, reason=reason)
    return Evaluation(pending, Transition.PENDING)


def _held(says: str, window_s: float) -> str:
    return f"{says} for {say_duration(window_s)}" if window_s else says


def _still_firing(state: AlertState, says: str, now: float) -> Evaluation:
    if state.status is AlertStatus.FIRING:
        return Evaluation(replace(state, reason=says))
    back = replace(state, status=AlertStatus.FIRING, good_since=None, since=now, reason=says)
    was_blind = state.status is AlertStatus.FIRING_NO_DATA
    return Evaluation(back, Transition.SIGHT_BACK if was_blind else Transition.RETURNED)


def _when_false(rule: AlertRule, state: AlertState, says: str, now: float, cadence_s: float) -> Evaluation:
    if state.status in OPEN:
        return _becoming_good(rule, state, says, now, cadence_s)
    transition = {
        AlertStatus.PENDING: Transition.CLEARED,
        AlertStatus.BLIND: Transition.SIGHT_BACK,
    }.get(state.status, Transition.NONE)
    since = now if transition is not Transition.NONE or state.since is None else state.since
    good = replace(state, status=AlertStatus.OK, active_since=None, since=since, reason=says or "good")
    return Evaluation(good, transition)


def _becoming_good(rule: AlertRule, state: AlertState, says: str, now: float, cadence_s: float) -> Evaluation:
    wait_s = resolve_after_s(rule, cadence_s)
    good_since = state.good_since if state.good_since is not None else now
    if now - good_since >= wait_s - 1e-6:
        resolved = replace(
            state, status=AlertStatus.OK, active_since=None, good_since=None, since=now, reason=says or "good"
        )
        return Evaluation(replace(resolved, episode=None), Transition.RESOLVED)
    reason = f"{says or 'good'}; resolved in {say_duration(wait_s - (now - good_since))} if it stays so"
    if state.status is AlertStatus.RESOLVING:
        return Evaluation(replace(state, good_since=good_since, reason=reason))
    resolving = replace(state, status=AlertStatus.RESOLVING, good_since=good_since, since=now, reason=reason)
    was_blind = state.status is AlertStatus.FIRING_NO_DATA
    return Evaluation(resolving, Transition.SIGHT_BACK if was_blind else Transition.RESOLVING)


def resume(state: AlertState, down_s: float, now: float) -> AlertState:
    """After a restart: time while the watcher was down counts towards no window, and not as missing data (rule 4).

    No mark is left ahead of `now`, should the machine's clock have gone back meanwhile (rule 7).
    """
    fresh = state.last_good_at is None and state.status is AlertStatus.OK
    return replace(
        state,
        active_since=_not_after(_moved(state.active_since, down_s), now),
        good_since=_not_after(_moved(state.good_since, down_s), now),
        last_good_at=None if state.last_good_at is None else now,
        since=now if fresh else _not_after(state.since, now),
    )


def shift(state: AlertState, by_s: float) -> AlertState:
    """After a jump of the wall clock by `by_s`: all marks move with it, so that it neither pages nor resolves (rule 7)."""
    return replace(
        state,
        active_since=_moved(state.active_since, by_s),
        good_since=_moved(state.good_since, by_s),
        last_good_at=_moved(state.last_good_at, by_s),
        since=_moved(state.since, by_s),
    )


def _moved(moment: float | None, by_s: float) -> float | None:
    return None if moment is None else moment + by_s


def _not_after(moment: float | None, now: float) -> float | None:
    return None if moment is None else min(moment, now)


def close_by_hand(state: AlertState, reason: str, now: float) -> AlertState:
    """Ends a *firing, no data* alert with a person's reason (rule 2); it is blind from then on."""
    return replace(
        state,
        status=AlertStatus.BLIND,
        active_since=None,
        good_since=None,
        since=now,
        episode=None,
        reason=f"closed by hand: {reason}",
    )
