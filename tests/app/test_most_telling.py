"""Which of an incident's diagnoses the board shows first."""

from dataclasses import replace

from watchbook.app.showing.incidents import most_telling
from watchbook.model.diagnosis import CauseVerdict, Diagnosis, Verdict
from watchbook.model.ids import DiagnosisId


def _diagnosis(number: int, issue: str, *verdicts: Verdict) -> Diagnosis:
    judged = tuple(CauseVerdict(f"cause {n}", verdict, "") for n, verdict in enumerate(verdicts))
    made = Diagnosis(
        DiagnosisId(f"d-{number}"), "shop", "production", issue, None, "watchbook", float(number)
    )
    return replace(made, ended_at=float(number), verdicts=judged)


def test_a_joining_alert_does_not_hide_the_confirmed_cause() -> None:
    """Service Down's cause is confirmed; Instance Lost joins ten seconds later and finds nothing."""
    confirmed = _diagnosis(1, "Service is down", Verdict.RULED_OUT, Verdict.CONFIRMED)
    nothing = _diagnosis(2, "Instance is lost", Verdict.RULED_OUT)
    assert most_telling([nothing, confirmed]) is confirmed


def test_only_the_latest_of_an_issue_counts() -> None:
    """A cause that a later look at the same issue rules out is not shown as confirmed any more."""
    old = _diagnosis(1, "Service is down", Verdict.CONFIRMED)
    new = _diagnosis(2, "Service is down", Verdict.RULED_OUT)
    assert most_telling([new, old]) is new


def test_likely_comes_after_confirmed_and_before_nothing() -> None:
    """Among issues: confirmed, then likely, then the newest; none gives none."""
    likely = _diagnosis(1, "a", Verdict.LIKELY)
    nothing = _diagnosis(2, "b")
    confirmed = _diagnosis(0, "c", Verdict.CONFIRMED)
    assert most_telling([nothing, likely]) is likely
    assert most_telling([nothing, likely, confirmed]) is confirmed
    assert most_telling([nothing]) is nothing
    assert most_telling([]) is None
