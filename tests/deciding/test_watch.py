"""What must hold of a service's watch whatever happens: replay, crashes, acknowledgements, and that no page is lost."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbook.deciding import answers
from watchbook.deciding.restoring import Kept, RuleToWatch, restored
from watchbook.deciding.silence import Muting, silence
from watchbook.deciding.watch import decide_alerts, next_due
from watchbook.deciding.watched import ServiceWatch
from watchbook.model.alerts import AlertState, Episode
from watchbook.model.decisions import Decision
from watchbook.model.errors import ConflictError
from watchbook.model.incidents import Incident
from watchbook.model.paging import Climb, Notice, NoticeKind, NoticeState
from watchbook.model.runbook import Severity

KEYS = {AlertState: "id", Episode: "id", Climb: "episode", Incident: "id", Notice: "key"}


@dataclass
class Ledger:
    """What a store does with decisions: every record under its key, with a version check."""

    records: dict[tuple[type, str], Any] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)

    def apply(self, decision: Decision) -> None:
        for record in decision.saves:
            key = (type(record), getattr(record, KEYS[type(record)]))
            before = self.records.get(key)
            assert (before.version if before else 0) == record.version, f"conflict on {key}"
            self.records[key] = replace(record, version=record.version + 1)
            if isinstance(record, Notice):
                assert before is None, f"the key of {record} is used twice"
                self.notices.append(record)

    def kept(self, silences: tuple[Any, ...]) -> Kept:
        def of(type_: type) -> tuple[Any, ...]:
            return tuple(record for (kind, _), record in self.records.items() if kind is type_)

        return Kept(of(AlertState), of(Episode), of(Climb), of(Incident), silences)


def crash(watch: ServiceWatch, ledger: Ledger, now: float, down_s: float) -> tuple[ServiceWatch, Decision]:
    """`kill -9`, and `down_s` later a watch made of nothing but the document and the ledger."""
    rules = [
        RuleToWatch(one.rule, one.state.armed, one.cadence_s, one.issue) for one in watch.alerts.values()
    ]
    fresh = ServiceWatch(
        watch.service,
        watch.environment,
        watch.service_name,
        directory=watch.directory,
        settings=watch.settings,
    )
    return answers.resume(restored(fresh, rules, ledger.kept(watch.silences), now), down_s, now)


steps = st.lists(
    st.tuples(
        st.sampled_from(["Down", "Slow", "Errors", "ack", "crash", "wait", "silence", "refuse"]),
        st.sampled_from([True, False, None]),
        st.integers(1, 30),
    ),
    max_size=25,
)


def play(timelines: Any, story: list[tuple[str, Any, int]]) -> tuple[Any, Ledger, list[float]]:
    """Plays a story; the ledger takes every decision, and its version check must never refuse one."""
    rules = [timelines.rule("Down"), timelines.rule("Slow", "high", 20.0), timelines.rule("Errors", "high")]
    line = timelines.of(*rules, cadence_s=10.0, wait_s=10.0)
    ledger, seen, acknowledged = Ledger(), 0, []
    for what, true, length in story:
        now = timelines.START + line.at
        if what == "ack":
            try:
                line.take(*answers.acknowledge(line.watch, "Ana Ruiz", now))
                acknowledged.append(line.at)
            except ConflictError:
                pass
        elif what == "crash":
            line.take(*crash(line.watch, ledger, now + length, float(length)))
            line.at += length
        elif what == "silence":
            made, _ = silence(Muting("shop", "Down", now + length * 20, "test"), "Ana Ruiz", now)
            line.watch = answers.with_silences(line.watch, (*line.watch.silences, made))
        elif what == "refuse" and line.heard:
            line.take(*answers.channel_failed(line.watch, line.heard[-1].notice, now))
        elif what in line.truth:
            line.truth[what] = true
        for decision in line.decisions[seen:]:
            ledger.apply(decision)
        seen = len(line.decisions)
        line.run(line.at + length * 10)
        for decision in line.decisions[seen:]:
            ledger.apply(decision)
        seen = len(line.decisions)
    return line, ledger, acknowledged


@pytest.mark.slow
@given(story=steps)
@settings(max_examples=40, deadline=None)
def test_the_same_story_gives_the_same_notices(timelines: Any, story: list[tuple[str, Any, int]]) -> None:
    """Replay: with the same inputs every decision is the same, keys of notices included."""
    first, _, _ = play(timelines, story)
    second, _, _ = play(timelines, story)
    assert first.decisions == second.decisions


@pytest.mark.slow
@given(story=steps)
@settings(max_examples=40, deadline=None)
def test_every_page_has_its_resolve_and_none_overtakes(
    timelines: Any, story: list[tuple[str, Any, int]]
) -> None:
    """Whatever happened, once all is good everyone who was told of an episode hears of its end, and last of all."""
    line, ledger, _ = play(timelines, story)
    line.truth = dict.fromkeys(line.truth, False)
    before = len(line.decisions)
    line.run(line.at + 1000)
    for decision in line.decisions[before:]:
        ledger.apply(decision)
    assert line.watch.open_episodes() == ()
    assert line.watch.incident is None
    told = [notice for notice in ledger.notices if notice.state is NoticeState.DUE]
    lanes: dict[tuple[str, str, str], list[NoticeKind]] = {}
    for notice in told:
        lanes.setdefault((notice.episode, notice.contact, notice.channel), []).append(notice.kind)
    for kinds in lanes.values():
        assert kinds[-1] is NoticeKind.RESOLVE
        assert kinds.count(NoticeKind.RESOLVE) == 1


@pytest.mark.slow
@given(story=steps)
@settings(max_examples=40, deadline=None)
def test_no_page_is_lost_over_crashes(timelines: Any, story: list[tuple[str, Any, int]]) -> None:
    """A critical alert that is not silenced or acknowledged is told within group wait and one cadence, crashes or not."""
    line, ledger, _ = play(timelines, story)
    line.watch = answers.with_silences(line.watch, ())
    line.truth = {"Down": True, "Slow": None, "Errors": None}
    before = len(line.decisions)
    line.run(line.at + 25)
    line.take(
        *crash(line.watch, _applied(ledger, line.decisions[before:]), timelines.START + line.at + 5, 5.0)
    )
    line.run(line.at + 40)
    down = next(e for e in line.watch.open_episodes() if e.name == "Down")
    climb = line.watch.climbs[down.id]
    answered = climb.acknowledged_by is not None or any(
        other.acknowledged_by for other in line.watch.climbs.values() if other.ended_at is None
    )
    assert answered or climb.told, "nobody heard of it"


def _applied(ledger: Ledger, decisions: list[Decision]) -> Ledger:
    for decision in decisions:
        ledger.apply(decision)
    return ledger


@pytest.mark.slow
@given(story=steps)
@settings(max_examples=40, deadline=None)
def test_an_acknowledgement_always_stops_the_climb(timelines: Any, story: list[tuple[str, Any, int]]) -> None:
    """After an acknowledgement nobody is paged for 30 minutes, whatever fires that is not worse."""
    line, _, _ = play(timelines, story)
    line.watch = answers.with_silences(line.watch, ())
    line.truth = dict.fromkeys(line.truth, True)
    line.run(line.at + 60)
    worst = max(episode.severity.rank for episode in line.watch.open_episodes())
    assert worst == Severity.CRITICAL.rank
    line.take(*answers.acknowledge(line.watch, "Ana Ruiz", timelines.START + line.at))
    heard = len(line.heard)
    line.run(line.at + 1700)
    assert [
        str(one.notice.kind) for one in line.heard[heard:] if one.notice.kind in ("trigger", "repeat")
    ] == []


@pytest.mark.parametrize("down_s", [1.0, 400.0])
def test_escalation_goes_on_after_a_crash(timelines: Any, down_s: float) -> None:
    """Ana was told, the watcher was killed: Bo is told when he is due, or at once when that is over."""
    line = timelines.of(timelines.rule("Down")).push(0, "Down", True).run(10)
    ledger = _applied(Ledger(), line.decisions)
    line.take(*crash(line.watch, ledger, timelines.START + 10 + down_s, down_s))
    line.at += down_s
    line.run(max(310.0, line.at + 4))
    assert len(line.told("trigger", "Ana Ruiz")) == 1
    line.expect("trigger", "Bo Lindqvist", (max(300.0, 10 + down_s), max(302.0, 14 + down_s)))


def test_own_alert_survives_a_crash(timelines: Any) -> None:
    """A *blind* alert that was paged is resolved after a crash, too."""
    line = timelines.of(timelines.rule("A"), cadence_s=15.0).push(0, "A", None).run(700)
    assert line.told("trigger")
    line.take(*crash(line.watch, _applied(Ledger(), line.decisions), timelines.START + 710, 10.0))
    line.at = 710
    line.push(712, "A", False).run(760)
    resolved = line.expect("resolve", "Ana Ruiz", (710, 730))
    assert resolved.notice.body["alert"] == "No data from metrics"


def test_nothing_is_saved_when_nothing_happens(timelines: Any) -> None:
    """A good evaluation after another writes nothing: 1,000 rules at a 2 s cadence must not keep the disk busy."""
    line = timelines.of(timelines.rule("A"), timelines.rule("B")).run(100)
    assert [decision for decision in line.decisions if decision.saves or decision.entries] == []


def test_decision_depends_on_nothing_but_its_inputs(timelines: Any) -> None:
    """The watch given in is not changed."""
    line = timelines.of(timelines.rule("Down")).run(2)
    before = replace(line.watch)
    key = next(iter(line.watch.alerts))
    from watchbook.model.alerts import Observation

    decide_alerts(line.watch, {key: Observation(timelines.START + 3, True)}, timelines.START + 3)
    assert line.watch == before


def test_row_that_comes_back_pages_again(timelines: Any) -> None:
    """Its row was removed while it fired, which ended the episode; put back, it fires and pages anew."""
    line = timelines.of(timelines.rule("Down")).push(0, "Down", True).run(10)
    watched = next(iter(line.watch.alerts.values()))
    line.watch = replace(line.watch, alerts={})
    line.truth.clear()
    line.run(14)
    ledger = _applied(Ledger(), line.decisions)
    fresh = replace(line.watch, alerts={}, episodes={}, climbs={}, incident=None)
    rules = [RuleToWatch(watched.rule, True, 2.0)]
    line.watch = restored(fresh, rules, ledger.kept(()), timelines.START + 15)
    line.push(16, "Down", True).run(20)
    line.expect("trigger", "Ana Ruiz", (16, 18))


def test_the_longest_of_several_silences_holds(timelines: Any) -> None:
    """What is due is the end of the last one; one that a person ended does not count."""
    start = timelines.START
    made = [
        silence(Muting("shop", None, start + 100.0 * n, f"reason {n}"), "Ana Ruiz", start)[0]
        for n in (1, 3, 2)
    ]
    made.append(replace(made[1], id="x", ends_at=start + 900.0, ended_early_at=start + 1))
    line = timelines.of(timelines.rule("Down"), silences=made).push(10, "Down", True).run(20)
    assert next_due(line.watch) == start + 300
    line.run(310)
    line.expect("trigger", "Ana Ruiz", (300, 302))


@pytest.mark.parametrize("acknowledged", [False, True])
def test_clock_that_went_back_while_down_delays_nothing(timelines: Any, acknowledged: bool) -> None:
    """Killed, and started again under a clock that is a day behind: windows and rungs do not wait for that day."""
    line = timelines.of(timelines.rule("Down"), timelines.rule("Slow", "critical", 60.0))
    line.push(0, "Down", True).push(20, "Slow", True).run(30)
    if acknowledged:
        line.acknowledge(30)
    ledger = _applied(Ledger(), line.decisions)
    line.at = -86400.0
    line.take(*crash(line.watch, ledger, timelines.START + line.at, -86430.0))
    line.run(line.at + 62)
    assert line.status("Slow").value == "firing"
    line.run(-86400 + (2500 if acknowledged else 400))
    told = [heard for heard in line.told("trigger", "Bo Lindqvist") if heard.at < 0]
    assert len(told) == 1
