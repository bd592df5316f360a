"""A new text over what is watched (rules 13 and 33): what survives, what begins again, what is paged."""

from dataclasses import replace
from typing import Any

import pytest
from tests.deciding.books import Book, changed, names

from watchbook.deciding.alerts import new_state
from watchbook.deciding.audit import audit
from watchbook.deciding.silence import Muting, silence
from watchbook.model.alerts import AlertStatus
from watchbook.model.diagnosis import Diagnosis
from watchbook.model.ids import DiagnosisId, EpisodeId, alert_id
from watchbook.model.incidents import JournalEntry
from watchbook.model.runbook import (
    Condition,
    Response,
    Severity,
)

START = 1_800_000_000.0


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


def test_a_name_that_the_store_knows_is_taken_up_as_it_was_kept(timelines: Any) -> None:
    """An older data folder has states and no rows yet: pending goes on; an episode that is over there does not."""
    slow = timelines.rule("Slow", window_s=60.0)
    timeline = timelines.of()
    book = Book(timeline)
    key = alert_id("shop", "production", "Slow")
    known = new_state(slow, "shop", "production", armed=True, now=START)
    pending = replace(known, status=AlertStatus.PENDING, active_since=START, version=3)
    book.states[key] = pending
    book.text(slow, at=10)
    assert timeline.watch.alerts[key].state.status is AlertStatus.PENDING
    timeline.watch = replace(timeline.watch, alerts={})
    book.states[key] = replace(pending, status=AlertStatus.FIRING, episode=EpisodeId("gone"), version=3)
    book.seen = len(timeline.decisions)
    book.text(slow, at=None)
    assert timeline.watch.alerts[key].state.status is AlertStatus.OK


def test_a_diagnosis_and_other_silences_stay_where_they_belong(timelines: Any) -> None:
    """Only what was meant for the renamed alert follows it: its diagnosis, and silences that are not over."""
    down, slow = timelines.rule("Down"), changed(timelines.rule("Slow"), 5.0)
    mine, _ = silence(Muting("shop", "shop/production/down", START + 900, "known"), "Bo", START)
    other, _ = silence(Muting("shop", "Slow", START + 900, "known"), "Bo", START)
    over = replace(mine, id="over", ended_early_at=START + 1)
    timeline = timelines.of(down, slow, silences=[mine, other, over])
    old = alert_id("shop", "production", "Down")
    found = Diagnosis(DiagnosisId("d"), "shop", "production", "Down", "Down", "watchbook", START)
    timeline.watch = replace(timeline.watch, diagnoses={old: found})
    Book(timeline).text(replace(down, name="Till"), slow, at=10)
    assert [one.alert for one in timeline.watch.silences] == ["Till", "Slow", "shop/production/down"]
    assert timeline.watch.diagnoses == {alert_id("shop", "production", "Till"): found}


def test_what_is_observed_or_waits_for_working_hours_keeps_its_climb(timelines: Any) -> None:
    """An edit of the ladder pages nobody who was not to be paged at once."""
    later = Response(working_hours=True, ack_deadline_s=3600.0, ladder=timelines.LADDER)
    slow = timelines.rule("Slow", severity="medium", response=later)
    timeline = timelines.of(slow).push(0, "Slow", True).run(10)
    before = dict(timeline.watch.climbs)
    Book(timeline).text(replace(slow, response=replace(later, ladder=timelines.LADDER[:1])), at=20)
    assert dict(timeline.watch.climbs) == before
    observed = timelines.of(timelines.rule("Down"), armed=False).push(0, "Down", True).run(10)
    Book(observed).text(replace(timelines.rule("Down"), severity=Severity.LOW), at=20)
    assert not observed.heard
