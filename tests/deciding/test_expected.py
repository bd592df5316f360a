"""Expectations of scenarios against what happened: each can be met and missed, and misses name what decided."""

from typing import Any

import pytest

from watchbook.deciding.expected import Happened, Telling, issue_meant, unmet
from watchbook.model.diagnosis import CauseVerdict, Diagnosis, Verdict
from watchbook.model.ids import DiagnosisId
from watchbook.model.paging import NoticeKind
from watchbook.model.runbook import Cause, Issue, Runbook, Service
from watchbook.model.scenarios import (
    Deciding,
    DiagnosisExpected,
    Expected,
    PageExpected,
    StatusExpected,
    VerdictExpected,
)

ISSUE = Issue("Broken", ("Down",), causes=(Cause("Disk full", line=31), Cause("Cable out", line=35)), line=30)
DIAGNOSED = Diagnosis(
    DiagnosisId("d"), "shop", "production", "Broken", "Down", "watchbook", 0.0,
    verdicts=(CauseVerdict("Disk full", Verdict.CONFIRMED, "100% used"), CauseVerdict("Cable out", Verdict.RULED_OUT, "up")),
    next_action="Run “Broken: Disk full”: Empty it.", next_procedure="Broken: Disk full",
)  # fmt: skip
TOLD = (
    Telling(10.0, NoticeKind.TRIGGER, "Ana Ruiz", "Down"),
    Telling(12.0, NoticeKind.UPDATE, "Ana Ruiz", "Down"),
    Telling(310.0, NoticeKind.REPEAT, "Bo Lindqvist", "Down"),
    Telling(400.0, NoticeKind.RESOLVE, "Ana Ruiz", "Down"),
    Telling(400.0, NoticeKind.RESOLVE, "Bo Lindqvist", "Down"),
)


@pytest.fixture
def happened(timelines: Any) -> tuple[Happened, Runbook]:
    """An alert that fires for a minute, another that is quiet, four tellings and a diagnosis."""
    down, quiet = timelines.rule("Down", line=7), timelines.rule("Quiet", line=8)
    timeline = timelines.of(down, quiet).push(0, "Down", True).run(60)
    runbook = Runbook(Service("Shop"), alerts=(down, quiet), issues=(ISSUE,))
    return Happened(timeline.watch, TOLD, {"broken": DIAGNOSED}), runbook


def _expected(**parts: Any) -> Expected:
    return Expected(500.0, line=1, **parts)


def _page(to: str, **more: Any) -> PageExpected:
    return PageExpected(to, line=2, **more)


def _diagnosis(**parts: Any) -> Expected:
    return _expected(diagnoses=(DiagnosisExpected("Broken", line=3, **parts),))


MET = [
    _expected(),
    _expected(alerts=(StatusExpected("down", "firing"), StatusExpected("Quiet", "ok"))),
    _expected(alerts=(), others_silent=False),
    _expected(pages=(_page("ana ruiz", from_s=10.0, by_s=10.0, alert="Down"), _page("Bo Lindqvist"))),
    _expected(ended=(_page("Bo Lindqvist"), _page("Ana Ruiz", alert="Down"))),
    _diagnosis(
        verdicts=(VerdictExpected("disk full", "confirmed"),), next="empty it", procedure="Broken: Disk full"
    ),
]
MISSED = [
    (_expected(alerts=(StatusExpected("Down", "ok", 2),)), "Down is ok", "Down is firing: it is True", 7),
    (_expected(alerts=(StatusExpected("No data from metrics", "firing", 2),), others_silent=False),
     "No data from metrics is firing", "No data from metrics is ok", None),
    (_expected(alerts=()), "Down is silent: only what is named here may fire", "Down is firing: it is True", 7),
    (_expected(pages=()), "nobody is paged", "Ana Ruiz was paged for Down at 10 s; Bo Lindqvist", 7),
    (_expected(pages=(_page("Ana Ruiz"),)), "1 page, and no more", "Bo Lindqvist was paged for Down at 5 min 10 s", 7),
    (_expected(pages=(_page("Bo Lindqvist"), _page("Ana Ruiz"))), "page 1 goes to Bo Lindqvist", "Ana Ruiz was paged", 7),
    (_expected(pages=(_page("Ana Ruiz", alert="Quiet"),)),
     "page 1 goes to Ana Ruiz for Quiet", "Ana Ruiz was paged for Down", 7),
    (_expected(pages=(_page("Ana Ruiz", from_s=11.0),)), "page 1 goes to Ana Ruiz from 11 s on", "Ana Ruiz was paged", 7),
    (_expected(pages=(_page("Ana Ruiz", by_s=9.0),)), "page 1 goes to Ana Ruiz by 9 s", "Ana Ruiz was paged", 7),
    (_expected(pages=(_page("Ana Ruiz"), _page("Bo Lindqvist"), _page("Eva"))), "page 3 goes to Eva",
     "page 3 never left; paged so far: Ana Ruiz at 10 s, Bo Lindqvist at 5 min 10 s", None),
    (_expected(ended=(_page("Ana Ruiz"),)),
     "only who is named under `ended` hears of an end, not Bo Lindqvist", "Bo Lindqvist heard", 7),
    (_expected(ended=(_page("Ana Ruiz"), _page("Bo Lindqvist"), _page("Eva"))), "Eva hears of the end", "not so", None),
    (_diagnosis(verdicts=(VerdictExpected("Disk full", "likely", 4),)),
     "“Disk full” is likely", "it is confirmed: 100% used", 31),
    (_diagnosis(verdicts=(VerdictExpected("Fire", "likely", 4),)), "“Fire” is likely", "it was not judged", None),
    (_diagnosis(next="Dance"), "the next step says “Dance”", "it says: Run", 31),
    (_diagnosis(procedure="none"), "no procedure is offered", "“Broken: Disk full” is offered", 31),
    (_diagnosis(procedure="Broken: Cable out"),
     "the procedure “Broken: Cable out” is offered", "“Broken: Disk full” is", 31),
    (_expected(diagnoses=(DiagnosisExpected("Rain"),)), "“Rain” was diagnosed", "it was not", None),
]  # fmt: skip


@pytest.mark.parametrize("expected", MET)
def test_what_is_so_is_no_failure(happened: tuple[Happened, Runbook], expected: Expected) -> None:
    """Names count without case, updates are no pages, ends have no order."""
    assert unmet(expected, *happened) == ()


@pytest.mark.parametrize(("expected", "wanted", "seen", "line"), MISSED)
def test_what_is_otherwise_says_both_and_the_line(
    happened: tuple[Happened, Runbook], expected: Expected, wanted: str, seen: str, line: int | None
) -> None:
    """One failure, at the moment, with the line of the runbook where there is one."""
    (failure,) = unmet(expected, *happened)
    assert (failure.at_s, failure.expected) == (500.0, wanted)
    assert failure.happened.startswith(seen)
    assert [one.line for one in failure.decided] == ([] if line is None else [line])


def test_an_issue_is_meant_by_its_name_or_by_its_alert(happened: tuple[Happened, Runbook]) -> None:
    """And by nothing else; an issue that was not diagnosed is named with its line."""
    now, runbook = happened
    assert issue_meant(runbook, "broken") is ISSUE
    assert issue_meant(runbook, "Down") is ISSUE
    assert issue_meant(runbook, "Quiet") is None
    (failure,) = unmet(_expected(diagnoses=(DiagnosisExpected("Down"),)), Happened(now.watch), runbook)
    assert failure.decided == (Deciding(30, "Broken"),)
