"""From the results of probes to the health of a check: repeats before unhealthy, three of five for degraded (rule 6).

Called by `app.watching` after every probe. It probes nothing: it says when to look again, and why.
"""

from dataclasses import dataclass

from watchbook.model.observations import CheckHealth, Outcome, ProbeResult
from watchbook.model.quantities import say_duration

REPEATS = 2  # a failed probe is repeated this often before its check is unhealthy
_RECENT = 5
_DEGRADED_OF_RECENT = 3
_SUCCEEDED = (Outcome.HEALTHY, Outcome.DEGRADED)


@dataclass(frozen=True, slots=True)
class HealthDecision:
    """What follows from one probe. `repeat_after_s` is when to probe again out of turn; None: at the next cadence.

    `probe_dependencies` asks for the checks of the service's dependencies at once, so that a cause is known early.
    """

    health: CheckHealth
    changed: bool
    reason: str
    repeat_after_s: float | None = None
    probe_dependencies: bool = False


def judge_health(health: CheckHealth, result: ProbeResult, every_s: float) -> HealthDecision:
    """The check's health after one more result. A check's cadence `every_s` sets the pace of the repeats."""
    recent = (*health.recent, result.outcome)[-_RECENT:]
    if result.outcome in _SUCCEEDED:
        return _after_success(health, result, recent)
    return _after_failure(health, result, recent, every_s)


def _after_success(health: CheckHealth, result: ProbeResult, recent: tuple[Outcome, ...]) -> HealthDecision:
    slow = recent.count(Outcome.DEGRADED)
    if slow >= _DEGRADED_OF_RECENT:
        status, reason = Outcome.DEGRADED, f"slow in {slow} of the last {len(recent)} probes: {result.reason}"
        if result.outcome is Outcome.HEALTHY:
            reason = f"slow in {slow} of the last {len(recent)} probes"
    else:
        status, reason = Outcome.HEALTHY, result.reason
    return _decided(health, result, CheckHealth(status, None, reason, 0, recent))


def _after_failure(
    health: CheckHealth, result: ProbeResult, recent: tuple[Outcome, ...], every_s: float
) -> HealthDecision:
    """The status stays until the failure has been repeated; a check that was failing already needs no repeats."""
    failures = health.failures + 1
    if failures > REPEATS or health.status is Outcome.UNHEALTHY:
        after = CheckHealth(result.outcome, None, result.reason, failures, recent)
        return _decided(health, result, after)
    delay_s = min(every_s / 4, 2.0) if failures == 1 else min(every_s / 2, 5.0)
    after = CheckHealth(health.status, health.since_s, health.reason, failures, recent)
    reason = f"{result.reason}; looking again in {say_duration(delay_s)}"
    return HealthDecision(after, False, reason, delay_s, probe_dependencies=failures == 1)


def _decided(health: CheckHealth, result: ProbeResult, after: CheckHealth) -> HealthDecision:
    changed = after.status is not health.status
    since_s = result.at_s if changed or health.since_s is None else health.since_s
    kept = CheckHealth(after.status, since_s, after.reason, after.failures, after.recent)
    return HealthDecision(
        kept, changed, f"{after.status}: {after.reason}" if after.reason else str(after.status)
    )
