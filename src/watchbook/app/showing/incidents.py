"""Incidents, who was told, and the next action as views. Called by `app.watchbook`, which loads the records; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from watchbook.app.showing.places import alert_view
from watchbook.app.views.runs import RunSummary
from watchbook.app.views.watched import (
    AcknowledgementView,
    ActionView,
    AlertView,
    IncidentView,
    NextRungView,
    ToldView,
)
from watchbook.app.watching.live import LiveService, Place
from watchbook.model.diagnosis import Diagnosis, Verdict
from watchbook.model.incidents import Incident, IncidentState, JournalEntry
from watchbook.model.paging import Climb, Notice, NoticeState
from watchbook.model.runbook import Runbook

OVER = (IncidentState.RESOLVED, IncidentState.CLOSED)


@dataclass(frozen=True, slots=True)
class IncidentRecords:
    """What the store has of one incident. `diagnosis` is the most telling one."""

    notices: Sequence[Notice] = ()
    climbs: Sequence[Climb] = ()
    timeline: Sequence[JournalEntry] = ()
    diagnosis: Diagnosis | None = None
    runs: Sequence[RunSummary] = ()


def incident_view(
    incident: Incident, service: LiveService | None, records: IncidentRecords, now: float
) -> IncidentView:
    """An incident with its evidence; of a service that is not watched any more, what the store still has."""
    place = service.places.get(incident.environment) if service else None
    over = incident.state in OVER
    return IncidentView(
        id=str(incident.id),
        number=incident.number,
        service=incident.service,
        environment=incident.environment,
        title=incident.title,
        severity=str(incident.severity),
        state=str(incident.state),
        opened_at=incident.opened_at,
        resolved_at=incident.resolved_at,
        closed_at=incident.closed_at,
        close_reason=incident.close_reason,
        alerts=_alerts(incident, service, place, now),
        told=tuple(told_view(notice) for notice in records.notices),
        acknowledged=acknowledgement_of(records.climbs, now),
        next_rung=None if over else next_rung_of(records.climbs, now),
        timeline=tuple(sorted(records.timeline, key=lambda entry: (entry.occurred_at, entry.sequence))),
        diagnosis=records.diagnosis,
        next_action=None if over else next_action_of(service, place, records.diagnosis),
        runs=tuple(records.runs),
    )


def most_telling(diagnoses: Sequence[Diagnosis]) -> Diagnosis | None:
    """Of the latest diagnosis of each issue, one that confirms a cause, else one that finds a likely one, else the newest.

    An alert that joins an incident is diagnosed for its own issue; finding nothing there must not hide the confirmed
    cause of the first. `diagnoses` are newest first.
    """
    latest = {diagnosis.issue: diagnosis for diagnosis in reversed(diagnoses)}
    for wanted in (Verdict.CONFIRMED, Verdict.LIKELY):
        for diagnosis in diagnoses:
            best = diagnosis.best
            if diagnosis is latest[diagnosis.issue] and best and best.verdict is wanted:
                return diagnosis
    return diagnoses[0] if diagnoses else None


def _alerts(
    incident: Incident, service: LiveService | None, place: Place | None, now: float
) -> tuple[AlertView, ...]:
    if service is None or place is None:
        return ()
    mine = {place.watch.episodes[key].alert for key in incident.episodes if key in place.watch.episodes}
    watched = [place.watch.watched(alert) for alert in sorted(mine)]
    return tuple(alert_view(service, place, one, now) for one in watched if one is not None)


def told_view(notice: Notice) -> ToldView:
    """One message, whether it has left or not."""
    return ToldView(
        who=notice.contact,
        channel=notice.channel,
        kind=str(notice.kind),
        state=str(notice.state),
        at=notice.sent_at or notice.due_at,
        rung=notice.rung,
        problem=notice.problem if notice.state is not NoticeState.SENT else "",
    )


def acknowledgement_of(climbs: Sequence[Climb], now: float) -> AcknowledgementView | None:
    """The acknowledgement that holds, or held at the end; None while one climb goes on without any."""
    held = [
        climb
        for climb in climbs
        if climb.acknowledged_by
        and (climb.acknowledged_until is None or climb.acknowledged_until > now or climb.ended_at)
    ]
    if not held:
        return None
    newest = max(held, key=lambda climb: climb.acknowledged_at or 0.0)
    return AcknowledgementView(
        newest.acknowledged_by or "", newest.acknowledged_at or 0.0, newest.acknowledged_until
    )


def next_rung_of(climbs: Sequence[Climb], now: float) -> NextRungView | None:
    """Who is told next, by the climb that reaches its next rung first; nobody while a silence holds it."""
    waiting = [
        c
        for c in climbs
        if c.ended_at is None and c.next_at is not None and not c.acknowledged_by and c.ladder and not c.muted
    ]
    if not waiting:
        return None
    first = min(waiting, key=lambda climb: climb.next_at or now)
    index = min(first.rung + 1, len(first.ladder) - 1) if first.started else 0
    return NextRungView(first.ladder[index].who, first.next_at or now)


def next_action_of(
    service: LiveService | None, place: Place | None, diagnosis: Diagnosis | None
) -> ActionView | None:
    """What to do next: the remedy of the confirmed or likely cause with its commands, else what a page would say."""
    if diagnosis is None or diagnosis.ended_at is None or service is None:
        return None
    runbook: Runbook = service.loaded.runbook
    procedure = runbook.procedure(diagnosis.next_procedure) if diagnosis.next_procedure else None
    best = diagnosis.best
    text = best.solution if best and best.solution and procedure else diagnosis.next_action
    if not text:
        return None
    action = ActionView(text=text)
    if procedure is None:
        return action
    commands = tuple(command for step in procedure.steps for command in step.commands if step.changing)
    return replace(
        action,
        procedure=procedure.name,
        environment=place.name if place else None,
        commands=commands,
        safety=str(procedure.safety),
    )
