"""What a text lost (rule 13): watched on, told to the owner, ended by a person."""

from dataclasses import replace
from typing import Any

from tests.deciding.books import Book, changed, names

from watchbook.deciding.coverage import GONE, owner_response, why_missing
from watchbook.deciding.reloading import drop_missing
from watchbook.deciding.watched import MissingRow
from watchbook.model.alerts import AlertStatus
from watchbook.model.runbook import (
    Contact,
    Finding,
    Level,
    Response,
    Runbook,
    Service,
)

START = 1_800_000_000.0


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


def test_an_acceptance_lets_go_only_of_what_is_missing(timelines: Any) -> None:
    """What stands in the text goes on, whatever fires."""
    down, slow = timelines.rule("Down"), changed(timelines.rule("Slow"), 5.0)
    timeline = timelines.of(down, slow).push(0, "Down", True).run(5)
    book = Book(timeline)
    book.text(down, at=10)
    timeline.take(*drop_missing(timeline.watch, "Eva", START + 20))
    assert names(timeline.watch) == ["Down"] and not timeline.told("resolve")
