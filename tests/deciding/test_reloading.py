"""A new text over what is watched (rules 13 and 33): what survives, what begins again, what is kept, what ends."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbook.deciding.audit import audit
from watchbook.deciding.coverage import GONE, owner_response, why_missing
from watchbook.deciding.reloading import NewText, Reloaded, drop_missing, reload
from watchbook.deciding.restoring import Kept, RuleToWatch
from watchbook.deciding.silence import Muting, silence
from watchbook.deciding.watched import MissingRow, ServiceWatch
from watchbook.model.alerts import AlertState, AlertStatus
from watchbook.model.ids import alert_id, slug
from watchbook.model.incidents import JournalEntry
from watchbook.model.runbook import (
    AlertRule,
    Condition,
    Contact,
    Finding,
    Level,
    Response,
    Runbook,
    Service,
    Severity,
)

START = 1_800_000_000.0


def wanted(rule: AlertRule, armed: bool = True, issue: str | None = None) -> RuleToWatch:
    return RuleToWatch(rule, armed, 2.0, issue)


class Book:
    """A timeline with what the store has of it, under texts that come one after the other."""

    def __init__(self, timeline: Any) -> None:
        self.timeline = timeline
        self.states: dict[Any, AlertState] = {
            one.state.id: replace(one.state, version=0) for one in timeline.watch.alerts.values()
        }
        self.seen = 0

    def store(self) -> None:
        """Takes what was decided since, as the store would: each record under the version that it has there."""
        for decision in self.timeline.decisions[self.seen :]:
            for record in decision.saves:
                if isinstance(record, AlertState):
                    before = self.states.get(record.id)
                    assert record.version == (before.version if before else 0), record
                    self.states[record.id] = replace(record, version=record.version + 1)
        self.seen = len(self.timeline.decisions)

    def text(
        self, *rules: AlertRule, at: float | None, missing: tuple[MissingRow, ...] = (), **fresh: Any
    ) -> Reloaded:
        """At `at` (None: at this very moment) the runbook holds these rules."""
        if at is not None:
            self.timeline.run(at)
        at = self.timeline.at
        self.store()
        watch: ServiceWatch = self.timeline.watch
        base = replace(watch, missing=missing, **fresh)
        kept = Kept(states=tuple(self.states.values()), episodes=tuple(watch.episodes.values()))
        reloaded = reload(
            watch, NewText(base, [wanted(rule) for rule in rules], lambda _: GONE), kept, START + at
        )
        self.timeline.take(reloaded.watch, reloaded.decision)
        self.store()
        return reloaded


def names(watch: ServiceWatch) -> list[str]:
    return [one.rule.name for one in watch.alerts.values()]


def changed(rule: AlertRule, value: float = 2.0) -> AlertRule:
    return replace(rule, condition=replace(rule.condition, value=value))


# Identity --------------------------------------------------------------------------------------------------------


def test_the_same_text_again_changes_nothing(timelines: Any) -> None:
    """Rule 13: while one fires and one is pending, the same text writes nothing and says nothing."""
    down, slow = timelines.rule("Down"), timelines.rule("Slow", window_s=60.0)
    timeline = timelines.of(down, slow).push(0, "Down", True).push(0, "Slow", True)
    book = Book(timeline.run(10))
    before = timeline.watch
    again = book.text(down, slow, at=10)
    assert again.watch == before
    assert (again.decision.saves, again.decision.entries) == ((), ())


def test_text_response_and_ladder_change_while_it_fires(timelines: Any) -> None:
    """Rule 13: the episode, its key, its incident and its acknowledgement survive; nobody is paged a second time."""
    down = timelines.rule("Down")
    timeline = timelines.of(down).push(0, "Down", True).acknowledge(10)
    book, episode = Book(timeline), timeline.watch.open_episodes()[0].id
    edited = replace(
        down, text="| other words |", line=99, response=replace(down.response, text="call someone")
    )
    book.text(edited, at=20)
    timeline.push(60, "Down", False).run(120)
    assert [(kind, who) for _, kind, who in timeline.kinds()] == [
        ("trigger", "Ana Ruiz"), ("acknowledge", "Ana Ruiz"), ("resolve", "Ana Ruiz"),
    ]  # fmt: skip
    assert {str(heard.notice.episode) for heard in timeline.heard} == {str(episode)}


def test_a_changed_condition_restarts_only_pending(timelines: Any) -> None:
    """Rule 13: pending begins its window again; firing fires on under the new condition until that is good."""
    down, slow = timelines.rule("Down"), timelines.rule("Slow", window_s=60.0)
    timeline = timelines.of(down, slow).push(0, "Down", True).push(0, "Slow", True)
    book = Book(timeline)
    book.text(changed(down), changed(slow), at=50)
    timeline.run(70)
    assert (timeline.status("Down"), timeline.status("Slow")) == (AlertStatus.FIRING, AlertStatus.PENDING)
    timeline.run(115)
    assert timeline.status("Slow") is AlertStatus.FIRING
    timeline.push(120, "Down", False).run(200)
    assert timeline.status("Down") is AlertStatus.OK
    assert len(timeline.told("resolve")) >= 1
    assert timeline.journal("alert.changed") == [
        "Down has another condition now: Down holds; it fires on until that is good",
        "Slow has another condition now: Slow holds; its window begins again",
    ]


def test_a_rename_carries_everything(timelines: Any) -> None:
    """Rule 13: matched by condition, the alert takes its episode, silence, arming and diagnosis to its new name."""
    down = timelines.rule("Down")
    made, _ = silence(Muting("shop", "Down", START + 900, "known"), "Bo", START)
    timeline = timelines.of(down, silences=[made]).push(0, "Down", True).run(5)
    assert not timeline.told("trigger")
    book = Book(timeline)
    reloaded = book.text(replace(down, name="Till down"), at=10)
    (renaming,) = reloaded.renamed
    assert (renaming.before, renaming.after, renaming.armed) == ("Down", "Till down", True)
    assert [one.alert for one in timeline.watch.silences] == ["Till down"]
    timeline.truth = {"Till down": True}
    timeline.run(890)
    assert not timeline.told("trigger")
    timeline.run(910)
    page = timeline.expect("trigger", "Ana Ruiz", (895, 910))
    assert page.notice.body["alert"] == "Till down"
    assert page.notice.episode == timeline.watch.open_episodes()[0].id
    old = book.states[alert_id("shop", "production", "Down")]
    assert (old.status, old.episode, old.armed) == (AlertStatus.OK, None, False)


def test_a_name_that_is_taken_up_again_begins_anew(timelines: Any) -> None:
    """After a rename the old name is free: another alert under it knows nothing of the episode that moved."""
    down = timelines.rule("Down")
    timeline = timelines.of(down).push(0, "Down", True).run(5)
    book = Book(timeline)
    moved = replace(down, name="Till down")
    book.text(moved, at=10)
    other = changed(down, 7.0)
    book.text(moved, other, at=12)
    assert timeline.status("Down") is AlertStatus.OK
    assert timeline.status("Till down") is AlertStatus.FIRING


def test_swapped_names_are_two_changed_conditions(timelines: Any) -> None:
    """A name is what people silence and answer to: it keeps its state, and only its condition is another."""
    one, two = timelines.rule("One"), changed(timelines.rule("Two"), 5.0)
    timeline = timelines.of(one, two).push(0, "One", True).run(5)
    book = Book(timeline)
    reloaded = book.text(replace(two, name="One"), replace(one, name="Two"), at=10)
    assert not reloaded.renamed
    assert timeline.status("One") is AlertStatus.FIRING
    assert timeline.status("Two") is AlertStatus.OK


def test_a_rename_with_another_condition_is_a_new_alert_and_a_lost_row(timelines: Any) -> None:
    """Nothing says that they are the same: the old one is watched on, the new one begins."""
    down = timelines.rule("Down")
    timeline = timelines.of(down).push(0, "Down", True).run(5)
    book = Book(timeline)
    book.text(changed(replace(down, name="Till down")), at=10)
    assert names(timeline.watch) == ["Till down", "Down"]
    assert timeline.status("Down") is AlertStatus.FIRING
    assert timeline.watch.alerts[alert_id("shop", "production", "Down")].missing is not None


def test_equal_conditions_are_matched_in_order(timelines: Any) -> None:
    """Of two alerts with one condition, the renamed one is matched with the one that is left."""
    one, two = timelines.rule("One"), timelines.rule("Two")
    timeline = timelines.of(one, two).push(0, "Two", True).run(5)
    book = Book(timeline)
    book.text(one, replace(two, name="Three"), at=10)
    assert timeline.status("Three") is AlertStatus.FIRING
    assert names(timeline.watch) == ["One", "Three"]


def test_a_condition_that_became_a_mere_name_is_not_read_any_more(timelines: Any) -> None:
    """A threshold cell that was emptied reads as another system's alert: the last good reading goes on."""
    down = timelines.rule("Down")
    timeline = timelines.of(down).push(0, "Down", True).run(5)
    book = Book(timeline)
    book.text(replace(down, condition=Condition(external="Down")), at=10)
    watched = timeline.watch.alerts[alert_id("shop", "production", "Down")]
    assert watched.rule.condition.signal == "healthy_instances" and watched.missing is not None


# Severity and response -------------------------------------------------------------------------------------------


def test_a_raised_severity_pages_again(timelines: Any) -> None:
    """Rule 33: more severe, it pages anew under the same key, past an acknowledgement of the lesser one."""
    slow = timelines.rule("Slow", severity="medium")
    timeline = timelines.of(slow).push(0, "Slow", True).acknowledge(10)
    book, episode = Book(timeline), timeline.watch.open_episodes()[0].id
    book.text(replace(slow, severity=Severity.CRITICAL), at=20)
    timeline.run(30)
    again = timeline.expect("repeat", "Ana Ruiz", (20, 30))
    assert (again.notice.episode, again.notice.body["severity"]) == (episode, "critical")
    incident = timeline.watch.incident
    assert incident is not None and incident.severity is Severity.CRITICAL
    assert (
        timeline.journal("alert.firing")[-1]
        == "Slow was raised from medium to critical while it fires: it pages again"
    )


def test_a_lowered_severity_does_not_page_again_or_less(timelines: Any) -> None:
    """What woke people stays as severe as it was until it is over."""
    down = timelines.rule("Down")
    timeline = timelines.of(down).push(0, "Down", True).run(10)
    book = Book(timeline)
    book.text(replace(down, severity=Severity.LOW), at=20)
    timeline.run(310)
    assert timeline.watch.open_episodes()[0].severity is Severity.CRITICAL
    timeline.expect("trigger", "Bo Lindqvist", (295, 310))


def test_a_response_that_pages_no_more_stops_no_climb(timelines: Any) -> None:
    """Rule 16: only a person stops a climb; the edit counts from the next episode on."""
    down = timelines.rule("Down")
    timeline = timelines.of(down).push(0, "Down", True).run(10)
    book = Book(timeline)
    book.text(replace(down, response=Response(channels=("#shop",))), at=20)
    timeline.run(310)
    timeline.expect("trigger", "Bo Lindqvist", (295, 310))
    assert "until someone acknowledges" in timeline.journal("alert.changed")[0]
    timeline.push(320, "Down", False).run(400).push(400, "Down", True).run(900)
    assert not [
        heard for heard in timeline.told("trigger") if heard.at > 400 and heard.notice.contact != "#shop"
    ]


def test_a_response_that_pages_now_begins_to(timelines: Any) -> None:
    """An alert that only told a room while it fires pages from the edit on, and opens the incident."""
    quiet = timelines.rule("Down", response=Response(channels=("#shop",)))
    timeline = timelines.of(quiet).push(0, "Down", True).run(10)
    assert timeline.watch.incident is None
    Book(timeline).text(timelines.rule("Down"), at=20)
    timeline.run(30)
    timeline.expect("trigger", "Ana Ruiz", (20, 30))
    assert timeline.watch.incident is not None


def test_another_ladder_is_climbed_at_the_same_height(timelines: Any) -> None:
    """Rule 16: who is asked next is who the runbook names now; who was told already is not told again."""
    down = timelines.rule("Down")
    timeline = timelines.of(down).push(0, "Down", True).run(10)
    ladder = (down.response.ladder[0], replace(down.response.ladder[1], who="Eva Marchetti"))
    Book(timeline).text(replace(down, response=replace(down.response, ladder=ladder)), at=20)
    timeline.run(310)
    timeline.expect("trigger", "Eva Marchetti", (295, 310))
    assert not timeline.told("trigger", "Bo Lindqvist")


@pytest.mark.parametrize("edit", ["rename", "ladder", "raise", "quiet"])
def test_the_auditor_agrees_after_every_edit(timelines: Any, edit: str) -> None:
    """Rule 16: from the journal alone nobody is missing, whatever was edited while it fires; silence would be noticed."""
    down = timelines.rule("Down", severity="high")
    timeline = timelines.of(down).push(0, "Down", True).run(10)
    ladder = tuple(replace(rung, after_s=3 * rung.after_s) for rung in down.response.ladder)
    edited = {
        "rename": replace(down, name="Other"),
        "ladder": replace(down, response=replace(down.response, ladder=ladder)),
        "raise": replace(down, severity=Severity.CRITICAL),
        "quiet": replace(down, response=Response()),
    }[edit]
    Book(timeline).text(edited, at=20)
    timeline.truth = {edited.name: True}
    timeline.run(4000)
    assert audit(_journal(timeline), START + 4000) == ()
    silent = [entry for entry in _journal(timeline) if entry.kind != "page.sent"]
    assert audit(silent, START + 4000)


def _journal(timeline: Any) -> list[JournalEntry]:
    """The journal, with each page as sent."""
    found: list[JournalEntry] = []

    def add(kind: str, at: float, service: str, subject: str, incident: str, data: Any) -> None:
        found.append(
            JournalEntry(
                len(found) + 1, service, kind, kind, "watchbook", at, at, subject, incident, data, "", ""
            )
        )

    heard = list(timeline.heard)
    for decision in timeline.decisions:
        for entry in decision.entries:
            add(entry.kind, entry.occurred_at, entry.service, entry.subject, entry.incident, entry.data)
        keys = {getattr(record, "key", "") for record in decision.saves}
        for one in [one for one in heard if one.notice.key in keys]:
            notice = one.notice
            data = {"episode": str(notice.episode), "contact": notice.contact, "channel": notice.channel,
                    "kind": str(notice.kind), "rung": notice.rung}  # fmt: skip
            add("page.sent", START + one.at, "shop", notice.key, "", data)
    return found


# Coverage --------------------------------------------------------------------------------------------------------


def test_a_lost_row_is_watched_on_and_the_owner_is_told(timelines: Any) -> None:
    """Rule 13: it pages under its last good reading; after a minute the owner hears of it once, outside any incident."""
    down = timelines.rule("Down")
    timeline = timelines.of(down, rooms={"shop": ("chat",)})
    book = Book(timeline)
    owner = Response(channels=("#shop",))
    book.text(at=10, owner=owner)
    timeline.run(60)
    assert not timeline.heard
    timeline.run(80)
    told = timeline.expect("trigger", "#shop", (68, 80))
    assert told.notice.body["summary"] == (
        "Coverage shrank: Down: its row is gone from the runbook; watched as last read until someone accepts "
        "(`watchbook accept shop`)"
    )
    assert timeline.watch.incident is None
    timeline.push(100, "Down", True).run(110)
    timeline.expect("trigger", "Ana Ruiz", (100, 110))
    assert timeline.watch.incident is not None and timeline.watch.incident.title.startswith("Down")


def test_a_row_that_comes_back_clears_it(timelines: Any) -> None:
    """Restoring the row is enough: the owner hears that it is over, and the alert never noticed."""
    down = timelines.rule("Down")
    timeline = timelines.of(down).push(0, "Down", True).run(5)
    book = Book(timeline)
    book.text(at=10)
    timeline.run(100)
    book.text(down, at=100)
    timeline.run(110)
    assert timeline.status("Down") is AlertStatus.FIRING
    assert timeline.status("Coverage shrank") is AlertStatus.OK
    assert timeline.journal("coverage.restored") == ["Down stands in the runbook again"]
    assert len(timeline.told("trigger", "Ana Ruiz")) == 1


def test_a_slip_of_the_editor_tells_nobody(timelines: Any) -> None:
    """A file that is written in two steps lost its rows for a second: nothing is told."""
    down = timelines.rule("Down")
    timeline = timelines.of(down)
    book = Book(timeline)
    book.text(at=10)
    book.text(down, at=12)
    timeline.run(200)
    assert not timeline.heard


def test_what_was_only_observed_tells_nobody_when_it_goes(timelines: Any) -> None:
    """Rule 12: the row is kept and shown, and its loss is journalled as something that would have been told."""
    down = timelines.rule("Down")
    timeline = timelines.of(down, armed=False)
    Book(timeline).text(at=10)
    timeline.run(100)
    assert not timeline.heard
    assert timeline.status("Coverage shrank") is AlertStatus.FIRING


def test_an_acceptance_ends_what_was_open(timelines: Any) -> None:
    """Everyone who was paged hears why it is over; the incident resolves, and the name is free."""
    down = timelines.rule("Down")
    timeline = timelines.of(down).push(0, "Down", True).run(5)
    book = Book(timeline)
    book.text(at=10)
    timeline.take(*drop_missing(timeline.watch, "Eva", START + 20))
    over = timeline.expect("resolve", "Ana Ruiz", (10, 20))
    assert "removed from the runbook, accepted by Eva" in over.notice.body["summary"]
    assert timeline.watch.alerts == {} and timeline.watch.incident is None
    entry = next(e for d in timeline.decisions for e in d.entries if e.kind == "coverage.accepted")
    assert entry.actor == "Eva"


def test_a_whole_place_goes_with_the_watchs_own_alerts(timelines: Any) -> None:
    """Accepted, an environment that is gone leaves no open episode behind, its own alerts' included."""
    down = timelines.rule("Down")
    timeline = timelines.of(down).push(0, "Down", "broken query").run(100)
    assert timeline.status("Evaluation failing") is AlertStatus.FIRING
    book = Book(timeline)
    book.text(at=100)
    timeline.take(*drop_missing(timeline.watch, "Eva", START + 110, whole=True))
    assert not timeline.watch.open_episodes() and not timeline.watch.own


def test_a_missing_check_is_told_as_well(timelines: Any) -> None:
    """What is missing besides alerts stands in the same word to the owner."""
    down = timelines.rule("Down")
    timeline = timelines.of(down)
    book = Book(timeline)
    row = MissingRow("check", "Database", START + 10, GONE, needed=True)
    book.text(down, at=10, missing=(row,), owner=Response(channels=("Eva Marchetti",)))
    timeline.run(100)
    told = timeline.expect("trigger", "Eva Marchetti", (60, 100))
    assert "Database: its row is gone" in told.notice.body["summary"]
    later = book.text(down, at=100, missing=(replace(row, since=START + 100),))
    assert later.watch.missing[0].since == START + 10


def test_why_a_row_is_missing_is_what_the_reader_found() -> None:
    """An unreadable row is told apart from one that is gone, with the line and the finding."""
    finding = Finding(
        "WB301", Level.WARNING, 12, "The condition of Disk Full was not understood: no number.", ""
    )
    runbook = Runbook(Service("Shop"), findings=(finding,))
    assert why_missing(runbook, "Disk Full") == (
        "its row cannot be read (line 12: The condition of Disk Full was not understood: no number)"
    )
    assert why_missing(runbook, "Service Down") == GONE


def test_the_owner_is_the_team_and_the_service_owner() -> None:
    """The team's channel first, then the person who owns the service; without either, whoever the head names."""
    contacts = (Contact("Service Owner", "Eva Marchetti"),)
    assert owner_response(Runbook(Service("Shop"), contacts=contacts, rooms=("#shop", "#all"))).channels == (
        "#shop",
        "Eva Marchetti",
    )
    assert owner_response(Runbook(Service("Shop", owner="Shop team"))).channels == ("Shop team",)


# Any sequence of edits ---------------------------------------------------------------------------------------------

NAMES = ("One", "Two", "Three", "Four")
rows = st.lists(
    st.tuples(
        st.sampled_from(NAMES), st.sampled_from((1.0, 2.0, 3.0)), st.sampled_from(("critical", "medium"))
    ),
    max_size=4,
    unique_by=lambda row: row[0],
)


@settings(max_examples=200, deadline=None)
@given(texts=st.lists(rows, min_size=1, max_size=6), firing=st.sets(st.sampled_from(NAMES)))
def test_no_sequence_of_edits_loses_an_open_episode(
    timelines: Any, texts: list[Any], firing: set[str]
) -> None:
    """Whatever is edited in whatever order, every open episode stays open with its alert, and no armed alert is lost."""
    book = _opened(timelines, texts[0], firing)
    episodes = {one.id for one in book.timeline.watch.open_episodes()}
    count = len(book.timeline.watch.alerts)
    for step, text in enumerate(texts[1:], 1):
        book.text(*_rules(timelines, text), at=10.0 + step)
        watch = book.timeline.watch
        assert {one.id for one in watch.open_episodes()} == episodes
        held = {one.state.episode for one in watch.alerts.values()} - {None}
        assert held == episodes
        assert {slug(name) for name, _, _ in text} <= {slug(one.rule.name) for one in watch.alerts.values()}
        assert len(watch.alerts) >= count
        count = len(watch.alerts)
        assert all(one.state.armed for one in watch.alerts.values())
        book.timeline.run(10.5 + step)
        before = book.timeline.watch
        again = book.text(*_rules(timelines, text), at=None)
        assert (again.watch, again.decision.saves, again.decision.entries) == (before, (), ())


@settings(max_examples=200, deadline=None)
@given(first=rows, second=rows, firing=st.sets(st.sampled_from(NAMES)))
def test_there_and_back_is_where_it_was(timelines: Any, first: Any, second: Any, firing: set[str]) -> None:
    """A, then B, then A: every alert of A is as it was, and only what B brought is missing now."""
    book = _opened(timelines, first, firing)
    before = {key: one.state for key, one in book.timeline.watch.alerts.items()}
    book.text(*_rules(timelines, second), at=11.0)
    book.text(*_rules(timelines, first), at=12.0)
    after = book.timeline.watch.alerts
    episodes = {state.episode for state in before.values()} - {None}
    assert {one.state.episode for one in after.values()} - {None} == episodes
    wanted_names = {slug(name) for name, _, _ in first}
    for key, one in after.items():
        assert (one.missing is None) == (slug(one.rule.name) in wanted_names), key
    renamed = {slug(name) for name, _, _ in second} - wanted_names
    if not renamed:  # nothing could have been taken for another's new name
        for key, state in before.items():
            now = after[key].state
            assert (now.status, now.episode, now.armed, now.severity) == (
                state.status, state.episode, state.armed, state.severity,
            )  # fmt: skip


def _rules(timelines: Any, text: Any) -> list[AlertRule]:
    return [changed(timelines.rule(name, severity=severity), value) for name, value, severity in text]


def _opened(timelines: Any, text: Any, firing: set[str]) -> Book:
    """Ten seconds under the first text, with some alerts firing."""
    timeline = timelines.of(*_rules(timelines, text))
    for name in firing & {name for name, _, _ in text}:
        timeline.push(0, name, True)
    timeline.run(10).truth = {}  # from here on nothing new is seen: only the texts change
    return Book(timeline)
