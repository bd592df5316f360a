"""From results of probes to the health of a check, on a virtual clock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchbook.deciding.health import HealthDecision, judge_health
from watchbook.model.observations import CheckHealth, Outcome, ProbeResult

H, D, U, X = Outcome.HEALTHY, Outcome.DEGRADED, Outcome.UNHEALTHY, Outcome.UNKNOWN


def result(outcome: Outcome, at_s: float = 0.0) -> ProbeResult:
    return ProbeResult("Service", "http://a", at_s, outcome, 0.01, None, f"{outcome} at {at_s:g}")


def after(*outcomes: Outcome, every_s: float = 2.0) -> list[HealthDecision]:
    """Decisions on results that arrive a second apart."""
    health, decisions = CheckHealth(), []
    for at_s, outcome in enumerate(outcomes):
        decisions.append(judge_health(health, result(outcome, at_s), every_s))
        health = decisions[-1].health
    return decisions


def test_first_success_is_healthy_at_once() -> None:
    """A check that was never probed needs one right answer."""
    (decision,) = after(H)
    assert (decision.health.status, decision.changed, decision.health.since_s) == (H, True, 0.0)
    assert decision.repeat_after_s is None


def test_two_repeats_before_unhealthy() -> None:
    """The first failure changes nothing; its repeats come after a quarter and a half of the cadence."""
    decisions = after(H, U, U, U)
    assert [decision.health.status for decision in decisions] == [H, H, H, U]
    assert [decision.repeat_after_s for decision in decisions] == [None, 0.5, 1.0, None]
    assert [decision.probe_dependencies for decision in decisions] == [False, True, False, False]
    assert decisions[3].changed
    assert decisions[3].health.since_s == 3.0
    assert decisions[3].health.failures == 3
    assert decisions[3].reason == "unhealthy: unhealthy at 3"


def test_repeats_are_at_most_two_and_five_seconds_late() -> None:
    """A slow cadence does not make detection slow."""
    decisions = after(H, U, U, every_s=60.0)
    assert [decision.repeat_after_s for decision in decisions] == [None, 2.0, 5.0]


def test_a_success_between_forgets_the_failures() -> None:
    """Fail, fail, right: nothing happened."""
    decisions = after(H, U, U, H, U)
    assert [decision.health.status for decision in decisions] == [H] * 5
    assert decisions[4].health.failures == 1
    assert not any(decision.changed for decision in decisions[1:])


def test_failing_check_recovers_with_one_success_and_counts_on_meanwhile() -> None:
    """Flapping is held by the alert (rule 6), not by the check; consecutive failures are counted."""
    decisions = after(U, U, U, U, U, H)
    assert [decision.health.status for decision in decisions] == [X, X, U, U, U, H]
    assert [decision.health.failures for decision in decisions] == [1, 2, 3, 4, 5, 0]
    assert decisions[3].repeat_after_s is None
    assert decisions[4].health.since_s == 2.0


def test_three_of_five_slow_is_degraded() -> None:
    """One slow answer is none; three of the last five are, until they are fewer."""
    decisions = after(H, D, H, D, D, H, H, H)
    assert [decision.health.status for decision in decisions] == [H, H, H, H, D, D, H, H]
    assert decisions[4].health.reason.startswith("slow in 3 of the last 5 probes: degraded at 4")
    assert decisions[5].health.reason == "slow in 3 of the last 5 probes"


def test_what_cannot_be_run_is_unknown_after_its_repeats() -> None:
    """A check that can no longer be run becomes unknown, with the reason; it is never taken for unhealthy."""
    decisions = after(H, X, X, X)
    assert [decision.health.status for decision in decisions] == [H, H, H, X]
    assert decisions[3].health.reason == "unknown at 3"


def test_unhealthy_then_impossible() -> None:
    """A failing check that cannot be run any more says so at once."""
    decisions = after(U, U, U, X)
    assert decisions[3].health.status is X


@given(st.lists(st.sampled_from(list(Outcome)), max_size=40), st.floats(0.5, 600))
def test_always(outcomes: list[Outcome], every_s: float) -> None:
    """Never unhealthy without three failures in a row; one success always ends it; repeats are bounded."""
    for index, decision in enumerate(after(*outcomes, every_s=every_s)):
        recent = outcomes[max(0, index - 2) : index + 1]
        if decision.health.status is U and decision.changed:
            assert len(recent) == 3
            assert not {H, D} & set(recent)
        if outcomes[index] in (H, D):
            assert decision.health.status in (H, D)
            assert decision.health.failures == 0
        assert decision.repeat_after_s is None or decision.repeat_after_s <= min(every_s / 2, 5.0)
        assert len(decision.health.recent) <= 5
        assert decision.health.since_s is None or decision.health.since_s <= index


@pytest.mark.parametrize("outcome", list(Outcome))
def test_reason_is_never_empty(outcome: Outcome) -> None:
    """Every decision says why."""
    assert all(decision.reason for decision in after(outcome, outcome, outcome))
