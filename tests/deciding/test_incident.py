"""Incidents by hand: how far they are, closing with every reason against it, opening again (rule 33)."""

from dataclasses import replace
from typing import Any

import pytest

from watchbook.deciding import answers, incident
from watchbook.deciding.incident import ClosingFacts, can_close, close, move, reopen
from watchbook.model.errors import ConflictError, RefusedError, UsageError
from watchbook.model.ids import IncidentId
from watchbook.model.incidents import Incident, IncidentState
from watchbook.model.runbook import Severity

OPEN = Incident(
    IncidentId("i"), 7, "shop", "production", "Down", Severity.CRITICAL, IncidentState.OPEN, opened_at=0.0
)
RESOLVED = replace(OPEN, state=IncidentState.RESOLVED, resolved_at=60.0)
ANA = "Ana Ruiz"


@pytest.mark.parametrize(
    ("state", "facts", "against"),
    [
        (IncidentState.RESOLVED, ClosingFacts(), ()),
        (IncidentState.RESOLVED, ClosingFacts(postmortem="reviewed"), ()),
        (IncidentState.OPEN, ClosingFacts(), ("It is open, not resolved.",)),
        (IncidentState.OPEN, ClosingFacts(("Down", "Slow")), ("Down still fires.", "Slow still fires.")),
        (
            IncidentState.RESOLVED,
            ClosingFacts((), ("Database",), ("Rollback",), 2, "missing"),
            (
                "The check Database is not healthy.",
                "The run Rollback is under way.",
                "2 questions wait for an answer.",
                "Its post-mortem is missing; critical and high incidents need one that is reviewed.",
            ),
        ),
        (IncidentState.CLOSED, ClosingFacts(("Down",)), ("It is closed already.",)),
    ],
)
def test_can_close_says_every_reason(
    state: IncidentState, facts: ClosingFacts, against: tuple[str, ...]
) -> None:
    """All that stands against closing is told at once, not only the first."""
    assert can_close(replace(OPEN, state=state), facts) == against


def test_medium_incident_needs_no_postmortem() -> None:
    """Rule 36 asks for one at critical and high."""
    assert can_close(replace(RESOLVED, severity=Severity.MEDIUM), ClosingFacts(postmortem="missing")) == ()


def test_closing_early_needs_a_known_reason() -> None:
    """Rule 33: duplicate, false positive, superseded, external or cancelled; anything else is refused."""
    for reason in ("", "tired of it"):
        with pytest.raises(RefusedError, match="Down still fires"):
            close(OPEN, ClosingFacts(("Down",)), ANA, 10.0, reason)
    decision = close(OPEN, ClosingFacts(("Down",)), ANA, 10.0, "False positive: the probe was wrong")
    (closed,) = decision.saves
    assert (closed.state, closed.closed_at) == (IncidentState.CLOSED, 10.0)
    assert closed.close_reason == "False positive: the probe was wrong"
    assert decision.entries[0].actor == ANA


def test_resolved_incident_closes_and_opens_again_with_a_reason() -> None:
    """A resolved incident needs no reason to close; opening it again needs one."""
    (closed,) = close(RESOLVED, ClosingFacts(), ANA, 70.0).saves
    with pytest.raises(ConflictError, match="closed already"):
        close(closed, ClosingFacts(), ANA, 71.0)
    with pytest.raises(UsageError, match="needs a reason"):
        reopen(closed, ANA, 80.0, " ")
    with pytest.raises(ConflictError, match="is open"):
        reopen(OPEN, ANA, 80.0, "it came back")
    (opened,) = reopen(closed, ANA, 80.0, "it came back").saves
    assert (opened.state, opened.resolved_at, opened.closed_at) == (IncidentState.OPEN, None, None)


def test_people_move_it_forward_only() -> None:
    """Investigating, mitigating, mitigated; never backwards, and resolved only by good data."""
    (moved,) = move(OPEN, IncidentState.MITIGATING, ANA, 5.0).saves
    assert moved.state is IncidentState.MITIGATING
    with pytest.raises(ConflictError):
        move(moved, IncidentState.INVESTIGATING, ANA, 6.0)
    with pytest.raises(UsageError, match="not set to resolved by hand"):
        move(moved, IncidentState.RESOLVED, ANA, 6.0)


def test_moving_the_open_incident_of_a_watch(timelines: Any) -> None:
    """The watch carries the new state, and the end still resolves it."""
    line = timelines.of(timelines.rule("Down"))
    with pytest.raises(ConflictError, match="no incident"):
        answers.move_incident(line.watch, IncidentState.INVESTIGATING, ANA, timelines.START)
    line.push(0, "Down", True).run(4)
    line.take(*answers.move_incident(line.watch, IncidentState.INVESTIGATING, ANA, timelines.START + 4))
    assert line.watch.incident.state is IncidentState.INVESTIGATING
    line.push(6, "Down", False).run(60)
    assert line.watch.incident is None
    assert line.journal("incident.resolved")


def test_attached_alert_makes_it_worse_never_milder() -> None:
    """An incident is as severe as the worst of its alerts."""
    from watchbook.model.alerts import Episode
    from watchbook.model.ids import AlertId, EpisodeId

    episode = Episode(EpisodeId("e"), AlertId("a"), "shop", "production", "Slow", Severity.HIGH, 1.0)
    assert incident.attach(OPEN, episode).severity is Severity.CRITICAL
    assert incident.attach(replace(OPEN, severity=Severity.LOW), episode).severity is Severity.HIGH
    assert incident.attach(incident.attach(OPEN, episode), episode).episodes == (EpisodeId("e"),)
