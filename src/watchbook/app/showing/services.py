"""A service, whole, as a view: what the board shows. Called by `app.overseeing`, which loads the records; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from watchbook.app.showing import places as show
from watchbook.app.showing import runs as show_runs
from watchbook.app.showing.documents import document_view, waits
from watchbook.app.views.runs import IssueView, QuestionView, RunSummary
from watchbook.app.views.watched import (
    HandoffView,
    Health,
    IncidentView,
    ServiceSummary,
    ServiceView,
    UnwiredView,
)
from watchbook.app.watching.live import STATUS_RANK, LiveService
from watchbook.deciding.directory import unwired_names
from watchbook.model.alerts import AlertState, AlertStatus
from watchbook.model.diagnosis import Diagnosis
from watchbook.model.ids import slug
from watchbook.model.paging import Silence
from watchbook.model.runbook import Level, Runbook

_FIRING = (AlertStatus.FIRING, AlertStatus.FIRING_NO_DATA, AlertStatus.RESOLVING)


@dataclass(frozen=True, slots=True)
class ServiceRecords:
    """What the store has of one service. `incident` is the open one."""

    incident: IncidentView | None = None
    recent: Sequence[IncidentView] = ()
    questions: Sequence[QuestionView] = ()
    runs: Sequence[RunSummary] = ()
    diagnoses: Sequence[Diagnosis] = ()
    silences: Sequence[Silence] = ()


def summary_of(service: LiveService, questions: int) -> ServiceSummary:
    """A service in a line: the worst that fires, else the worst check, else all well."""
    runbook = service.loaded.runbook
    states = [watched.state for place in service.places.values() for watched in place.watch.alerts.values()]
    firing = [state for state in states if state.status in _FIRING]
    place = service.production()
    worst = max(firing, key=lambda state: (state.armed, state.severity.rank), default=None)
    status = Health(place.status() if place else "unknown")
    headline, since = _headline(service, worst)
    return ServiceSummary(
        id=service.id,
        name=runbook.service.name,
        status=_summary_status(status, worst),
        headline=headline,
        since=since,
        owner=runbook.service.owner,
        on_call=runbook.service.on_call,
        path=str(service.loaded.path),
        alerts=len(states),
        armed=sum(state.armed for state in states),
        firing=len(firing),
        questions=questions,
        incident=place.watch.incident.number if place and place.watch.incident else None,
        errors=sum(finding.severity is Level.ERROR for finding in runbook.findings),
        warnings=sum(finding.severity is Level.WARNING for finding in runbook.findings),
        waits=waits(service),
    )


def _summary_status(status: Health, worst: AlertState | None) -> Health:
    """What fires colours the service, also where its health check still answers."""
    if worst is None or status is Health.UNHEALTHY:
        return status
    return Health.UNHEALTHY if worst.severity.rank >= 4 else Health.DEGRADED


def _headline(service: LiveService, worst: AlertState | None) -> tuple[str, float | None]:
    if worst is not None:
        says = (
            service.places[worst.environment].says.get(str(worst.id))
            if worst.status is AlertStatus.FIRING
            else worst.reason
        )
        return f"{worst.name}: {says or worst.reason}", worst.since
    place = service.production()
    bad = (
        [live for live in place.checks.values() if live.status in ("unhealthy", "degraded")] if place else []
    )
    if bad:
        first = max(bad, key=lambda live: (live.instance is None, STATUS_RANK.index(live.status)))
        return f"{first.check.name} is {first.status}: {first.reason}", first.health.since_s
    if place is not None and not place.checks:
        return "the runbook has no health check", None
    if place is not None and place.status() == "unknown":
        url = place.of_url()
        return (url.reason if url else "nothing was probed yet"), None
    return "all well", None


def service_view(service: LiveService, records: ServiceRecords, now: float, *, shadow: bool) -> ServiceView:
    """Everything the board shows of a service."""
    runbook = service.loaded.runbook
    places = list(service.places.values())
    last = show_runs.last_runs(records.runs)
    return ServiceView(
        summary=summary_of(service, len(records.questions)),
        at=now,
        document=document_view(service),
        purpose=runbook.service.purpose,
        dependencies=runbook.service.dependencies,
        dependents=runbook.service.dependents,
        objective=runbook.service.objective,
        environments=tuple(show.environment_view(place) for place in places),
        checks=tuple(view for place in places for view in show.check_views(place)),
        metrics=tuple(show.metric_view(place, live) for place in places for live in place.metrics),
        alerts=tuple(view for place in places for view in show.alert_views(service, place, now)),
        incident=records.incident,
        recent_incidents=tuple(records.recent),
        questions=tuple(records.questions),
        runs=tuple(records.runs),
        procedures=tuple(show_runs.procedure_view(one, last.get(one.name)) for one in runbook.procedures),
        issues=_issues(runbook, records.diagnoses),
        commands=tuple(show_runs.command_view(command) for command in runbook.commands),
        contacts=runbook.contacts,
        ladder=runbook.ladder,
        handoff=_handoff(runbook, records),
        unwired=_unwired(service),
        silences=tuple(records.silences),
        findings=runbook.findings,
        coverage=runbook.coverage,
        review=runbook.review,
        dashboards=runbook.service.dashboards,
        shadow=shadow,
    )


def _issues(runbook: Runbook, diagnoses: Sequence[Diagnosis]) -> tuple[IssueView, ...]:
    newest: dict[str, Diagnosis] = {}
    for diagnosis in sorted(diagnoses, key=lambda one: one.began_at):
        newest[diagnosis.issue] = diagnosis
    return tuple(show_runs.issue_view(issue, newest.get(issue.name)) for issue in runbook.issues)


def _handoff(runbook: Runbook, records: ServiceRecords) -> tuple[HandoffView, ...]:
    """The handoff list, with an answer where a source is at hand; the rest is for people."""
    answers = {
        "incidents": "none open"
        if records.incident is None
        else f"{records.incident.title}, {records.incident.state}"
    }
    changes = [run for run in records.runs if run.changing]
    answers["changes"] = (
        f"{len(changes)} recent, the last: {changes[0].procedure}" if changes else "none by a run"
    )
    return tuple(
        HandoffView(item.text, item.source, answers.get(item.source or ""), item.line)
        for item in runbook.handoff
    )


def _unwired(service: LiveService) -> tuple[UnwiredView, ...]:
    place = service.production()
    if place is None:
        return ()
    runbook = service.loaded.runbook
    lines = {slug(contact.name): contact.line for contact in runbook.contacts}
    return tuple(
        UnwiredView(name, kind, lines.get(slug(name), 0))
        for name, kind in unwired_names(runbook, place.watch.directory)
    )
