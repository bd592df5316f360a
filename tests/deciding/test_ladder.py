"""How a page climbs: rungs, their times, who holds them, working hours and channels that refuse, on a virtual clock."""

from dataclasses import replace
from typing import Any

import pytest

from watchbook.deciding import answers
from watchbook.deciding.directory import Directory, directory_of, unwired_names
from watchbook.deciding.hours import next_working_moment
from watchbook.deciding.page import PagingSettings
from watchbook.deciding.paging import timed_ladder
from watchbook.model.ids import slug
from watchbook.model.runbook import Contact, Response, Runbook, Rung, Service

ANA, BO, EVA = "Ana Ruiz", "Bo Lindqvist", "Eva Marchetti"


def test_ladder_climbs_until_the_last_rung_repeats(timelines: Any) -> None:
    """Rule 16: Ana at once, Bo after 5 min, Eva after 10, then Eva again every 5 min."""
    line = timelines.of(timelines.rule("Down")).push(1, "Down", True).run(1600)
    line.expect("trigger", ANA, (1, 3.1))
    line.expect("trigger", BO, (301, 303.1))
    line.expect("trigger", EVA, (601, 603.1))
    line.expect("repeat", EVA, (901, 903.1))
    line.expect("repeat", EVA, (1201, 1203.1))
    assert len(line.heard) == 6


def test_deadline_of_the_alert_is_the_length_of_a_rung(timelines: Any) -> None:
    """Responses: `Investigate within 15min` gives every rung 15 minutes, whatever the ladder says."""
    response = Response(page=True, ack_deadline_s=900.0, ladder=timelines.LADDER)
    line = timelines.of(timelines.rule("Errors", "high", response=response)).push(0, "Errors", True).run(1810)
    line.expect("trigger", BO, (900, 901))
    line.expect("trigger", EVA, (1800, 1801))


@pytest.mark.parametrize(
    ("rungs", "default_s", "times", "last_s"),
    [
        (((ANA, 0), (BO, 300), (EVA, 600)), 900, [0, 300, 600], 300),
        (((ANA, 0), (BO, 0)), 300, [0, 300], 300),
        (((ANA, 0),), 900, [0], 900),
        ((), 900, [0], 900),
    ],
)
def test_times_of_a_ladder(rungs: Any, default_s: float, times: list[float], last_s: float) -> None:
    """A rung lasts what the ladder says, else 5 min at critical and 15 below."""
    response = Response(page=True, ladder=tuple(Rung(who, after) for who, after in rungs))
    ladder, found = timed_ladder(response, default_s)
    assert ([rung.after_s for rung in ladder], found) == (times, last_s)


def test_empty_rung_climbs_at_once_and_is_reported(timelines: Any) -> None:
    """Rule 16: nobody is on call: Bo is told in the same moment, and the journal says why."""
    ladder = (Rung("On-Call"), Rung(BO, 300.0))
    line = timelines.of(timelines.rule("Down", response=Response(page=True, ladder=ladder)))
    line.push(0, "Down", True).run(10)
    line.expect("trigger", BO, (0, 0))
    assert line.journal("page.unreachable") == ["nobody holds On-Call: the ladder of Down climbs on at once"]


def test_unwired_name_goes_to_the_console_and_climbs(timelines: Any) -> None:
    """A name nobody wired is heard on the console, and does not hold up the next rung."""
    ladder = (Rung("Zoë Unknown"), Rung(BO, 300.0))
    line = timelines.of(timelines.rule("Down", response=Response(page=True, ladder=ladder)))
    line.push(0, "Down", True).run(10)
    assert [(heard.notice.contact, heard.notice.channel) for heard in line.heard] == [
        ("Zoë Unknown", "console"),
        (BO, "phone"),
    ]


def test_nothing_wired_climbs_on_the_console_at_its_pace(timelines: Any) -> None:
    """Without any wiring the console hears of each rung in its time, not of all at once."""
    line = timelines.of(timelines.rule("Down"), people={}).push(0, "Down", True).run(310)
    assert line.kinds() == [(0, "trigger", ANA), (300, "trigger", BO)]
    assert {heard.notice.channel for heard in line.heard} == {"console"}


def test_page_without_any_ladder_still_goes_somewhere(timelines: Any) -> None:
    """A response that pages, and a document without a single name: the console hears of it."""
    line = timelines.of(timelines.rule("Down", response=Response(page=True))).push(0, "Down", True).run(10)
    assert [(heard.notice.contact, heard.notice.channel) for heard in line.heard] == [("nobody", "console")]


def test_role_is_resolved_when_its_rung_is_reached(timelines: Any) -> None:
    """Rule 16: who holds the role at that moment is told, not who held it when the alert began."""
    ladder = (Rung(ANA), Rung("Backup", 300.0))
    line = timelines.of(timelines.rule("Down", response=Response(page=True, ladder=ladder)))
    line.watch = replace(line.watch, directory=replace(line.watch.directory, roles={"backup": BO}))
    line.push(0, "Down", True).run(100)
    line.watch = replace(line.watch, directory=replace(line.watch.directory, roles={"backup": EVA}))
    line.run(310)
    line.expect("trigger", EVA, (300, 301))
    assert line.told(contact=BO) == []


def test_refused_channel_climbs_at_once(timelines: Any) -> None:
    """Rule 15: a permanent error climbs in the same moment; the last rung falls back to the console."""
    line = timelines.of(timelines.rule("Down")).push(0, "Down", True).run(10)
    for who in (ANA, BO, EVA):
        (page,) = line.told("trigger", who)
        line.take(*answers.channel_failed(line.watch, page.notice, timelines.START + line.at))
    assert [(kind, whom) for _, kind, whom in line.kinds()] == [
        ("trigger", ANA),
        ("trigger", BO),
        ("trigger", EVA),
        ("repeat", EVA),
    ]
    assert line.heard[-1].notice.channel == "console"
    assert line.heard[-1].at == line.at
    line.run(400)  # and the last rung is tried again in its time, through its own channel
    assert line.heard[-1].notice.channel == "phone"


def test_refused_channel_waits_for_the_person_s_other_channel(timelines: Any) -> None:
    """One of two channels refuses: the person was told through the other, and the ladder keeps its pace."""
    people = {slug(ANA): ("phone", "chat"), slug(BO): ("phone",)}
    line = timelines.of(timelines.rule("Down"), people=people).push(0, "Down", True).run(10)
    line.take(*answers.channel_failed(line.watch, line.heard[0].notice, timelines.START + 10))
    line.run(290)
    assert line.told(contact=BO) == []


def test_medium_response_waits_for_working_hours(timelines: Any) -> None:
    """Responses: at medium the room hears at once, and the first rung when the deadline passes in working hours."""
    response = Response(
        ack_deadline_s=7200.0, working_hours=True, channels=("#shop",), ladder=timelines.LADDER
    )
    line = timelines.of(timelines.rule("Slow", "medium", response=response), cadence_s=600.0)
    line.push(0, "Slow", True).run(3600)  # Friday 08:00 UTC: the deadline is 10:00
    assert [(kind, whom) for _, kind, whom in line.kinds()] == [("trigger", "#shop")]
    line.run(7300)
    line.expect("trigger", ANA, (7200, 7201))


@pytest.mark.parametrize(
    ("at_h", "due_h"),
    [(0, 1), (2, 2), (9, 73), (24, 73), (48, 73)],  # hours after Friday 08:00 UTC; Monday 09:00 is 73
)
def test_working_hours(timelines: Any, at_h: float, due_h: float) -> None:
    """Before nine it waits for nine, in hours it goes at once, on Friday evening it waits for Monday."""
    start = timelines.START
    assert next_working_moment(start + at_h * 3600, PagingSettings()) == start + due_h * 3600


def test_directory_of_a_runbook_and_its_unwired_names() -> None:
    """Roles come from the contacts and the header; names of ladders and rooms without a channel are listed."""
    book = Runbook(
        Service("Shop", on_call=ANA),
        contacts=(Contact("Backup", BO), Contact("Service Owner", EVA)),
        ladder=(Rung("On-Call"), Rung("Backup"), Rung("Service Owner")),
        rooms=("#shop",),
    )
    directory = directory_of(book, {"ana ruiz": ("phone",), "Bo Lindqvist": ("chat", "phone")}, {})
    assert directory.reach("On-Call").person == ANA
    assert directory.reach("backup").channels == ("chat", "phone")
    assert unwired_names(book, directory) == ((EVA, "contact"), ("#shop", "room"))
    assert Directory().reach("").empty


def test_last_rung_that_nobody_holds_is_reported_and_the_one_below_told_again(timelines: Any) -> None:
    """Nobody further up can be reached: the highest one who can hears it again, every time the ladder repeats."""
    ladder = (Rung(ANA), Rung("On-Call", 300.0))
    line = timelines.of(timelines.rule("Down", response=Response(page=True, ladder=ladder)))
    line.push(0, "Down", True).run(910)
    assert line.kinds() == [
        (0, "trigger", ANA),
        (300, "repeat", ANA),
        (600, "repeat", ANA),
        (900, "repeat", ANA),
    ]
    assert len(line.journal("page.unreachable")) == 3


def test_page_goes_at_once_whatever_the_hours(timelines: Any) -> None:
    """A response that pages does not wait for working hours."""
    response = Response(page=True, working_hours=True, ladder=timelines.LADDER)
    line = timelines.of(timelines.rule("Down", response=response)).push(0, "Down", True).run(2)
    line.expect("trigger", ANA, (0, 0))


def test_refused_console_is_the_end_of_it(timelines: Any) -> None:
    """A console that is closed refuses too: that is journalled and goes round no further."""
    line = timelines.of(timelines.rule("Down"), people={}).push(0, "Down", True).run(4)
    line.take(*answers.channel_failed(line.watch, line.heard[0].notice, timelines.START + 4))
    assert len(line.heard) == 1
    assert "refused" in line.journal("page.refused")[0]
