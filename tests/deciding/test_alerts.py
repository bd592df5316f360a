"""Windows, missing data, restarts and flapping of one rule, on a virtual clock (rules 1 to 7)."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchbook.deciding import alerts, answers
from watchbook.deciding.alerts import Transition, evaluate, new_state, resolve_after_s
from watchbook.model.alerts import AlertStatus, Observation
from watchbook.model.runbook import AlertRule, Condition, Role, Severity


def rule(window_s: float = 0.0, **more: Any) -> AlertRule:
    return AlertRule("A", Role.ALERT, Severity.HIGH, Condition(signal="x"), window_s=window_s, **more)


def run(
    a_rule: AlertRule, story: list[tuple[float, bool | None]], cadence_s: float = 60.0
) -> list[tuple[float, Transition]]:
    """Transitions other than `NONE`, with when they happened."""
    state, found = new_state(a_rule, "shop", "production", armed=True, now=0.0), []
    for at, true in story:
        result = evaluate(a_rule, state, Observation(at, true), at, cadence_s)
        state = result.state
        if result.transition is not Transition.NONE:
            found.append((at, result.transition))
    return found


def test_window_fires_at_exactly_nine_minutes() -> None:
    """Rule 1: true since 4 min with a window of 5 min fires at exactly 9 min."""
    story = [(60.0 * minute, minute >= 4) for minute in range(12)]
    assert run(rule(300), story) == [(240.0, Transition.PENDING), (540.0, Transition.FIRED)]


def test_window_does_not_fire_a_moment_early() -> None:
    """A tenth of a second before its window is over a rule is pending."""
    assert run(rule(300), [(240, True), (539.9, True)]) == [(240, Transition.PENDING)]


def test_no_window_fires_at_once() -> None:
    """A condition without a window fires at its first true evaluation."""
    assert run(rule(), [(1.0, True)]) == [(1.0, Transition.FIRED)]


def test_false_in_between_begins_the_window_again() -> None:
    """One good evaluation clears a pending rule."""
    found = run(rule(10), [(0, True), (8, True), (9, False), (12, True), (20, True), (22, True)])
    assert found == [
        (0, Transition.PENDING),
        (9, Transition.CLEARED),
        (12, Transition.PENDING),
        (22, Transition.FIRED),
    ]


def test_hold_keeps_pending_over_missing_data() -> None:
    """Rule 2: no data within the hold keeps a pending rule pending, and it fires with the next true."""
    found = run(rule(300), [(0, True), (60, None), (120, None), (300, True)])
    assert found == [(0, Transition.PENDING), (300, Transition.FIRED)]


@pytest.mark.parametrize(("window_s", "blind_at"), [(0, 600), (299, 600), (600, 1200)])
def test_ok_turns_blind_after_the_hold(window_s: float, blind_at: float) -> None:
    """Rule 2: held for ten minutes or two windows, whichever is longer, then blind."""
    story = [(0, False), *((60.0 * minute, None) for minute in range(1, 30))]
    assert run(rule(window_s), story) == [(blind_at, Transition.BLINDED)]


def test_blind_also_when_there_was_never_any_data() -> None:
    """A rule whose source never answered is blind after the hold, counted from the first evaluation."""
    assert run(rule(), [(60.0 * minute, None) for minute in range(12)]) == [(600, Transition.BLINDED)]


def test_firing_without_data_never_resolves() -> None:
    """Rules 2 and 5: firing turns into *firing, no data*, and only good data resolves it."""
    story = [(0, True), *((60.0 * minute, None) for minute in range(1, 600))]
    assert run(rule(), story) == [(0, Transition.FIRED), (600, Transition.SIGHT_LOST)]


def test_sight_back_to_good_resolves_after_good_time() -> None:
    """After a blind firing good data must last for `resolve_after` before the resolve is announced."""
    story = [
        (0, True),
        *((60.0 * m, None) for m in range(1, 15)),
        *((60.0 * m, False) for m in range(15, 40)),
    ]
    found = run(rule(resolve_after_s=300), story)
    assert found[-2:] == [(900.0, Transition.SIGHT_BACK), (1200.0, Transition.RESOLVED)]


def test_policy_fire_takes_vanished_data_as_true() -> None:
    """Rule 3: with policy `fire` vanished targets fire, after three cadences and the window."""
    story = [(0, False), *((2.0 * n, None) for n in range(1, 20))]
    assert run(rule(no_data="fire"), story, 2.0) == [(6.0, Transition.FIRED)]
    assert run(rule(10, no_data="fire"), story, 2.0) == [(6.0, Transition.PENDING), (16.0, Transition.FIRED)]


def test_policy_fire_waits_a_minute_for_the_first_data() -> None:
    """A watcher that has just begun does not page because nothing was probed yet."""
    story = [(2.0 * n, None) for n in range(40)]
    assert run(rule(no_data="fire"), story, 2.0) == [(60.0, Transition.FIRED)]


def test_policy_ok_clears() -> None:
    """With policy `ok` missing data counts as good."""
    story = [(0, True), *((2.0 * n, None) for n in range(1, 30))]
    found = run(rule(no_data="ok"), story, 2.0)
    assert [transition for _, transition in found] == [
        Transition.FIRED,
        Transition.RESOLVING,
        Transition.RESOLVED,
    ]


def test_failing_evaluation_leaves_the_state() -> None:
    """Rule 5: an error leaves a firing alert firing, and good data ends the problem."""
    a_rule = rule()
    fired = evaluate(a_rule, new_state(a_rule, "s", "p", armed=True, now=0), Observation(0, True), 0, 2).state
    failing = evaluate(a_rule, fired, Observation(2, None, problem="no such metric"), 2, 2)
    assert failing.state.status is AlertStatus.FIRING
    assert failing.problem_changed is Transition.FAILING
    assert "no such metric" in failing.state.problem
    again = evaluate(a_rule, failing.state, Observation(4, None, problem="no such metric"), 4, 2)
    assert again.problem_changed is Transition.NONE
    over = evaluate(a_rule, again.state, Observation(6, True), 6, 2)
    assert over.problem_changed is Transition.FAILING_OVER
    assert over.state.problem == ""


@pytest.mark.parametrize(
    ("window_s", "cadence_s", "stated", "wanted"),
    [(0, 2, None, 16), (300, 15, None, 300), (3600, 15, None, 600), (0, 15, None, 120), (10, 2, 0.0, 0.0)],
)
def test_resolve_after(window_s: float, cadence_s: float, stated: float | None, wanted: float) -> None:
    """Rule 6: the longer of window and 8 cadences, at most 10 min, unless the row says otherwise."""
    assert resolve_after_s(rule(window_s, resolve_after_s=stated), cadence_s) == wanted


def test_flapping_is_one_episode() -> None:
    """Rule 6: fire, resolve, fire inside `resolve_after` is one episode."""
    story = [(2.0 * n, n in (0, 5)) for n in range(20)]
    found = run(rule(), story, 2.0)
    assert found == [
        (0, Transition.FIRED),
        (2, Transition.RESOLVING),
        (10, Transition.RETURNED),
        (12, Transition.RESOLVING),
        (28, Transition.RESOLVED),
    ]


def test_time_without_data_is_no_good_time() -> None:
    """Rule 6 counts good data: a gap in it does not bring the resolve nearer."""
    story = [(2.0 * n, n == 0 or (None if 2 <= n <= 30 else False)) for n in range(60)]
    found = run(rule(), story, 2.0)
    assert found == [(0, Transition.FIRED), (2, Transition.RESOLVING), (78, Transition.RESOLVED)]


def test_restart_counts_no_down_time() -> None:
    """Rule 4: pending for 3 of 5 min, 10 min down: 2 min are left after the restart."""
    a_rule = rule(300)
    state = new_state(a_rule, "s", "p", armed=True, now=0)
    for at in (0.0, 60.0, 120.0, 180.0):
        state = evaluate(a_rule, state, Observation(at, True), at, 60).state
    state = alerts.resume(state, 600.0, 780.0)
    story = {
        at: evaluate(a_rule, state, Observation(at, True), at, 60).transition for at in (780.0, 899.0, 900.0)
    }
    assert story == {780.0: Transition.NONE, 899.0: Transition.NONE, 900.0: Transition.FIRED}


def test_restart_is_not_missing_data() -> None:
    """A rule that was good an hour ago, before the watcher went down, is not blind when it comes back."""
    a_rule = rule()
    state = evaluate(
        a_rule, new_state(a_rule, "s", "p", armed=True, now=0), Observation(0, False), 0, 2
    ).state
    state = alerts.resume(state, 3600, 3600)
    assert evaluate(a_rule, state, Observation(3601, None), 3601, 2).state.status is AlertStatus.OK


def test_changed_condition_restarts_only_pending() -> None:
    """Rule 13: an edited threshold begins a pending window again and leaves a firing alert firing."""
    before, after = rule(300), replace(rule(300), condition=Condition(signal="x", value=2))
    pending = evaluate(
        before, new_state(before, "s", "p", armed=True, now=0), Observation(0, True), 0, 2
    ).state
    assert alerts.adopt(after, pending).status is AlertStatus.OK
    assert alerts.adopt(before, pending).status is AlertStatus.PENDING
    firing = evaluate(before, pending, Observation(300, True), 300, 2).state
    assert alerts.adopt(after, firing).status is AlertStatus.FIRING


@pytest.mark.parametrize("by_s", [-7200.0, 3600.0, 10 * 86400.0])
def test_clock_jump_neither_pages_nor_resolves(timelines: Any, by_s: float) -> None:
    """Rule 7: a jump is reported; pending stays pending, firing firing, and no rung is reached by it."""
    line = timelines.of(timelines.rule("Down"), timelines.rule("Slow", "high", 300.0))
    line.push(0, "Down", True).push(10, "Slow", True).run(20)
    before = len(line.heard)
    line.take(*answers.clock_jumped(line.watch, by_s, timelines.START + 20 + by_s))
    line.at = 22 + by_s
    line.step()
    assert line.status("Down") is AlertStatus.FIRING
    assert line.status("Slow") is AlertStatus.PENDING
    assert len(line.heard) == before
    assert line.journal("clock.jumped")


def test_one_blind_alert_for_a_source(timelines: Any) -> None:
    """Rule 2: two blind rules of one source raise one alert, at the severity of the worst, and page once."""
    line = timelines.of(timelines.rule("A", "medium"), timelines.rule("B", "high"), cadence_s=15.0)
    line.push(0, "A", None).push(0, "B", None).run(700)
    assert line.status("A") is AlertStatus.BLIND
    assert line.status("No data from metrics") is AlertStatus.FIRING
    page = line.expect("trigger", "Ana Ruiz", (590, 620))
    assert page.notice.body["alert"] == "No data from metrics"
    assert page.notice.body["severity"] == "high"
    assert len(line.told("trigger")) == 1
    line.push(705, "A", False).push(705, "B", False).run(720)
    line.expect("resolve", "Ana Ruiz", (700, 722))
    assert line.status("A") is AlertStatus.OK


def test_evaluation_failing_is_told(timelines: Any) -> None:
    """Rule 5: an evaluation that fails for a minute pages as "Evaluation failing", and a firing alert stays."""
    line = timelines.of(timelines.rule("A"), timelines.rule("B", "high"))
    line.push(0, "A", True).push(2, "A", False).push(4, "A", "the source refused").push(
        4, "B", "the source refused"
    ).run(60)
    assert line.status("A") is AlertStatus.RESOLVING
    assert not line.told("resolve")
    line.run(80)
    assert line.status("Evaluation failing") is AlertStatus.FIRING
    assert any("Evaluation failing" in heard.notice.body["summary"] for heard in line.told("update"))


def test_firing_no_data_is_told_hourly_and_closable(timelines: Any) -> None:
    """Rule 2: told at once and again every hour, until good data or a person with a reason ends it."""
    line = timelines.of(timelines.rule("Down"), cadence_s=15.0)
    line.push(0, "Down", True).acknowledge(1, for_s=86400).push(15, "Down", None).run(630 + 2 * 3600)
    assert line.status("Down") is AlertStatus.FIRING_NO_DATA
    assert len([heard for heard in line.told() if "data stopped" in heard.notice.body["summary"]]) == 2
    key = next(iter(line.watch.alerts))
    with pytest.raises(Exception, match="reason"):
        answers.close_alert(line.watch, key, " ", "Ana Ruiz", timelines.START + line.at)
    line.take(
        *answers.close_alert(
            line.watch, key, "the host is gone for good", "Ana Ruiz", timelines.START + line.at
        )
    )
    assert "gone for good" in line.told("resolve")[0].notice.body["summary"]
    assert line.status("Down") is AlertStatus.BLIND


def test_observed_pages_nobody_and_says_whom(timelines: Any) -> None:
    """Rule 12: an alert that is not armed is journalled as "would have paged", and nothing is sent."""
    line = timelines.of(timelines.rule("Down"), armed=False)
    line.push(4, "Down", True).run(1200)
    assert line.heard == []
    (would,) = line.journal("alert.would_page")
    assert would.startswith("would have paged Ana Ruiz at 08:00 UTC: Down")


def test_arming_a_firing_alert_pages(timelines: Any) -> None:
    """Arming an alert that fires already begins its ladder."""
    line = timelines.of(timelines.rule("Down"), armed=False)
    line.push(4, "Down", True).run(10)
    key = next(iter(line.watch.alerts))
    line.take(*answers.set_armed(line.watch, key, True, "Ana Ruiz", timelines.START + 10))
    line.run(14)
    line.expect("trigger", "Ana Ruiz", (10, 14))


truths = st.lists(st.tuples(st.floats(0.1, 400), st.sampled_from([True, False, None])), max_size=60)


@given(truths, st.sampled_from([0.0, 10.0, 300.0]), st.sampled_from(["hold", "fire", "ok"]))
def test_replay_gives_the_same_states(
    story: list[tuple[float, bool | None]], window_s: float, no_data: str
) -> None:
    """The same observations give the same states, and no transition is illegal whatever comes."""
    a_rule = rule(window_s, no_data=no_data)

    def states() -> list[Any]:
        state, now, found = new_state(a_rule, "s", "p", armed=True, now=0.0), 0.0, []
        for gap_s, true in story:
            now += gap_s
            result = evaluate(a_rule, state, Observation(now, true), now, 5.0)
            opened = result.state.status in alerts.OPEN
            assert opened == (result.state.episode is not None)
            if result.transition is Transition.FIRED:
                assert result.state.active_since is not None
                assert now - result.state.active_since >= window_s - 1e-6
            if result.transition is Transition.RESOLVED:
                assert true is False or no_data == "ok"
            state = result.state
            found.append(result)
        return found

    assert states() == states()


def test_reasons_say_for_how_long() -> None:
    """Each status says why in one sentence, with durations counted from the last data."""
    a_rule = rule(300)
    state = new_state(a_rule, "s", "p", armed=True, now=0)
    never = evaluate(a_rule, state, Observation(600, None), 600, 2).state
    assert (never.status, never.reason) == (AlertStatus.BLIND, "no data for 10 min")
    seen = evaluate(a_rule, state, Observation(100, False, says="all good"), 100, 2).state
    assert seen.reason == "all good"
    blind = evaluate(a_rule, seen, Observation(760, None, says="the source is silent"), 760, 2).state
    assert blind.reason == "the source is silent for 11 min"
    pending = evaluate(a_rule, seen, Observation(102, True, says="3 down"), 102, 2).state
    pending = evaluate(a_rule, pending, Observation(162, True, says="3 down"), 162, 2).state
    assert pending.reason == "3 down; fires in 4 min if it stays so"
    fired = evaluate(a_rule, pending, Observation(402, True, says="3 down"), 402, 2).state
    assert fired.reason == "3 down for 5 min"
    good = evaluate(a_rule, fired, Observation(404, False, says="up"), 404, 2).state
    assert good.reason == "up; resolved in 5 min if it stays so"


def test_since_is_when_the_status_began() -> None:
    """Repeated evaluations do not move it; a restart moves it only for a rule that never had data."""
    a_rule = rule()
    state = new_state(a_rule, "s", "p", armed=True, now=5)
    good = evaluate(a_rule, state, Observation(7, False), 7, 2).state
    assert evaluate(a_rule, good, Observation(9, False), 9, 2).state.since == good.since == 5
    fired = evaluate(a_rule, good, Observation(11, True), 11, 2).state
    assert evaluate(a_rule, fired, Observation(13, True), 13, 2).state.since == fired.since == 11
    assert alerts.resume(fired, 100, 113).since == 11
    assert alerts.resume(good, 100, 113).since == 5
    assert alerts.resume(state, 100, 113).since == 113
