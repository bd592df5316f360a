"""The auditor against the paging code: they agree on every story, and disagree as soon as a notice is dropped (rule 16)."""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbook.deciding import answers, audit
from watchbook.deciding.silence import Muting, silence
from watchbook.deciding.watched import notices_of
from watchbook.model.errors import ConflictError
from watchbook.model.incidents import Entry, JournalEntry
from watchbook.model.paging import Notice, NoticeState

ANA, BO = "Ana Ruiz", "Bo Lindqvist"


def journal_of(line: Any, keep: Callable[[Notice], bool], late_s: float = 0.5) -> list[JournalEntry]:
    """The journal of a timeline, with deliveries of the notices that `keep` lets pass."""
    entries: list[Entry] = []
    for decision in line.decisions:
        entries += decision.entries
        for notice in notices_of(decision):
            if notice.state is NoticeState.DUE and keep(notice):
                data = {name: getattr(notice, name) for name in ("contact", "channel", "rung", "round")}
                data |= {"episode": str(notice.episode), "kind": str(notice.kind)}
                entries.append(Entry("shop", "page.sent", "", occurred_at=notice.due_at + late_s, data=data))
    return [
        JournalEntry(
            n,
            e.service,
            e.kind,
            e.summary,
            e.actor,
            e.occurred_at,
            e.occurred_at,
            e.subject,
            e.incident,
            e.data,
            "",
            "",
        )
        for n, e in enumerate(entries)
    ]


def found(line: Any, keep: Callable[[Notice], bool] = lambda notice: True) -> list[tuple[str, str, str]]:
    missing = audit.audit(journal_of(line, keep), line.START + line.at)
    return [(one.who, one.alert, one.kind) for one in missing]


@pytest.fixture
def story(timelines: Any) -> Callable[..., Any]:
    """A timeline over Down (critical) and Slow (high)."""

    def make(**more: Any) -> Any:
        line = timelines.of(timelines.rule("Down"), timelines.rule("Slow", "high"), **more)
        line.START = timelines.START
        return line

    return make


def test_auditor_agrees_with_a_right_outbox(story: Any) -> None:
    """A whole ladder, told in time: nothing is missing at any moment."""
    line = story().push(0, "Down", True)
    for at in range(50, 1500, 50):
        assert found(line.run(at)) == []


def test_dropped_first_page_is_noticed(story: Any) -> None:
    """An outbox that drops Ana's page is found out after the grace, by name."""
    line = story().push(0, "Down", True).run(50)
    assert found(line, lambda notice: False) == []
    assert found(line.run(70), lambda notice: False) == [(ANA, "Down", "page")]


def test_dropped_escalation_is_noticed(story: Any) -> None:
    """Ana was told, Bo's page was dropped."""
    line = story().push(0, "Down", True).run(400)
    assert found(line, lambda notice: notice.contact == ANA) == [(BO, "Down", "page")]


def test_dropped_resolve_is_noticed(story: Any) -> None:
    """Everyone who was told of the beginning has to be told of the end."""
    line = story().push(0, "Down", True).push(20, "Down", False).run(200)
    assert found(line) == []
    assert found(line, lambda notice: notice.kind != "resolve") == [(ANA, "Down", "resolve")]


def test_acknowledged_needs_nobody_until_it_expires(story: Any) -> None:
    """30 min of quiet; then Bo, ten minutes after the acknowledgement ended."""
    line = story().push(0, "Down", True).acknowledge(100)

    def early(notice: Notice) -> bool:
        return notice.due_at < line.START + 1000

    assert found(line.run(2400), early) == []
    assert found(line.run(2600), early) == [(BO, "Down", "page")]


def test_silenced_needs_nobody(story: Any, timelines: Any) -> None:
    """Under a silence nobody had to be told; after it Ana has to be."""
    start = timelines.START
    made, decision = silence(Muting("shop", None, start + 600, "test"), ANA, start)
    line = story(silences=[made])
    line.decisions.append(decision)
    line.push(10, "Down", True)
    assert found(line.run(590), lambda notice: False) == []
    assert found(line.run(650), lambda notice: False) == []
    assert found(line.run(670), lambda notice: False) == [(ANA, "Down", "page")]


def test_worse_alert_has_to_be_told_in_its_own_right(story: Any) -> None:
    """The page of a less severe alert does not stand for a worse one that came later."""
    line = story().push(0, "Slow", True).push(20, "Down", True).run(100)
    assert found(line) == []
    assert found(line, lambda notice: notice.body["alert"] == "Slow") == [(ANA, "Down", "page")]


def test_auditor_shares_no_code_with_the_paging() -> None:
    """It imports neither the paging nor the choice of who leads."""
    tree = ast.parse(Path(audit.__file__).read_text())
    names = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name for name in names if name and name.startswith("watchbook")} == {
        "watchbook.model.ids",
        "watchbook.model.incidents",
    }


steps = st.lists(
    st.tuples(
        st.sampled_from(["Down", "Slow", "ack", "silence", "touch", "wait"]),
        st.booleans(),
        st.integers(1, 60),
    ),
    max_size=20,
)


@pytest.mark.slow
@given(steps=steps)
@settings(max_examples=30, deadline=None)
def test_auditor_and_paging_agree_on_every_story(timelines: Any, steps: list[tuple[str, bool, int]]) -> None:
    """Two computations of the same rules: whatever happens, a right outbox is never accused."""
    line = timelines.of(timelines.rule("Down"), timelines.rule("Slow", "high"), cadence_s=10.0, wait_s=10.0)
    line.START = timelines.START
    for what, true, length in steps:
        now = timelines.START + line.at
        if what == "ack":
            try:
                line.take(*answers.acknowledge(line.watch, ANA, now))
            except ConflictError:
                continue
        elif what == "touch" and line.watch.incident is not None:
            watch, decision = answers.touch(line.watch, ANA, now)
            line.take(watch, decision)
            from watchbook.model.decisions import Decision

            note = Entry("shop", "note", "looked", ANA, now, incident=str(line.watch.incident.id))
            line.decisions.append(Decision("note", entries=(note,)))
        elif what == "silence":
            made, decision = silence(Muting("shop", "Down", now + length * 20, "test"), ANA, now)
            line.watch = answers.with_silences(line.watch, (*line.watch.silences, made))
            line.decisions.append(decision)
        elif what in line.truth:
            line.truth[what] = true
        for _ in range(3):
            line.run(line.at + length * 10)
            assert found(line) == []


def test_every_kind_of_entry_is_read(story: Any, timelines: Any) -> None:
    """Silences that end early, disarmed alerts, restarts and clock jumps change who should have been told."""
    start = timelines.START
    line = story().push(0, "Down", True).run(10)
    journal = journal_of(line, lambda notice: True)

    def missing(later_s: float, *more: Entry) -> list[tuple[str, float]]:
        entries = [*journal, *(entry_in_journal(entry) for entry in more)]
        return [(one.who, one.due_at - start) for one in audit.audit(entries, start + later_s)]

    assert missing(400) == [(BO, 300.5)]
    assert missing(400, Entry("shop", "alert.disarmed", "", subject="shop/production/down")) == []
    again = Entry("shop", "alert.armed", "", subject="shop/production/down")
    assert missing(400, Entry("shop", "alert.disarmed", "", subject="shop/production/down"), again) == [
        (BO, 300.5)
    ]
    assert missing(400, Entry("shop", "watch.resumed", "", occurred_at=start + 380)) == []
    assert missing(450, Entry("shop", "watch.resumed", "", occurred_at=start + 380)) == [(BO, 380.0)]
    jump = Entry("shop", "clock.jumped", "", occurred_at=start + 3700, data={"by_s": 3600.0})
    assert missing(3700, jump) == []
    assert missing(4000, jump) == [(BO, 3900.5)]
    quiet = {"alert": "Down", "starts_at": start + 100, "ends_at": start + 5000, "reason": "test"}
    made = Entry("shop", "silence.created", "", occurred_at=start + 100, subject="s", data=quiet)
    ended = Entry("shop", "silence.ended", "", occurred_at=start + 1000, subject="s", data=quiet)
    assert missing(900, made) == []
    assert missing(1070, made, ended) == [(BO, 1000.0)]
    foreign = Entry("other", "page.sent", "", occurred_at=start + 301, data={"episode": "unknown"})
    assert missing(400, foreign) == [(BO, 300.5)]
    room = {
        "episode": next(iter(line.watch.episodes)),
        "kind": "trigger",
        "contact": "#shop",
        "channel": "chat",
        "rung": 1,
    }
    assert missing(400, Entry("shop", "page.sent", "", occurred_at=start + 301, data=room)) == [(BO, 300.5)]
    update = {**room, "contact": BO, "kind": "update"}
    assert missing(400, Entry("shop", "page.sent", "", occurred_at=start + 301, data=update)) == [(BO, 300.5)]


def entry_in_journal(entry: Entry) -> JournalEntry:
    """An entry as the journal gives it back."""
    return JournalEntry(
        0,
        entry.service,
        entry.kind,
        "",
        entry.actor,
        entry.occurred_at,
        0.0,
        entry.subject,
        "",
        entry.data,
        "",
        "",
    )


def test_words_of_what_is_missing() -> None:
    """One sentence, for the page and the board."""
    page = audit.Missing("shop", "production", "e", "Down", ANA, 1.0)
    assert page.says == "Ana Ruiz should have been told of Down and was not"
    over = audit.Missing("shop", "production", "e", "Down", ANA, 1.0, "resolve")
    assert over.says == "Ana Ruiz should have been told that Down is over and was not"


def test_jump_after_an_acknowledgement(story: Any, timelines: Any) -> None:
    """An acknowledgement moves with the clock, too."""
    start = timelines.START
    line = story().push(0, "Down", True).acknowledge(100).run(110)
    jump = Entry("shop", "clock.jumped", "", occurred_at=start + 3710, data={"by_s": 3600.0})
    entries = [*journal_of(line, lambda notice: True), entry_in_journal(jump)]
    assert audit.audit(entries, start + 3600 + 2500) == ()
    assert len(audit.audit(entries, start + 3600 + 2570)) == 1


def test_resolves_have_their_grace(story: Any, timelines: Any) -> None:
    """A resolve that is on its way is not missing for a minute, nor for a minute after a restart."""
    start = timelines.START
    line = story().push(0, "Down", True).push(20, "Down", False).run(60)
    entries = journal_of(line, lambda notice: notice.kind != "resolve")
    ended = next(entry.occurred_at for entry in entries if entry.kind == "alert.resolved")
    assert audit.audit(entries, ended + 59) == ()
    assert len(audit.audit(entries, ended + 61)) == 1
    again = entry_in_journal(Entry("shop", "watch.resumed", "", occurred_at=ended + 100))
    assert audit.audit([*entries, again], ended + 150) == ()
    assert len(audit.audit([*entries, again], ended + 161)) == 1
    assert start < ended


def test_acknowledgement_covers_its_incident_from_its_moment(story: Any) -> None:
    """Before it was given it excuses nothing; an action in another incident does not make it longer."""
    line = story().push(0, "Down", True).acknowledge(100).run(110)
    entries = journal_of(line, lambda notice: False)
    assert [one.who for one in audit.audit(entries, line.START + 90)] == [ANA]
    assert audit.audit(entries, line.START + 110) == ()
    incident = str(next(iter(line.watch.episodes.values())).incident)

    def acted(at: float, where: str) -> JournalEntry:
        return JournalEntry(0, "shop", "run.started", "", ANA, line.START + at, 0.0, "", where, {}, "", "")

    at = line.START + 100 + 1800 + 600 + 61
    assert len(audit.audit(entries, at)) == 1
    assert len(audit.audit([*entries, acted(1500, "another")], at)) == 1
    assert audit.audit([*entries, acted(1500, incident)], at) == ()
    assert len(audit.audit([*entries, acted(2200, incident)], at)) == 1, "too late: it had ended"
