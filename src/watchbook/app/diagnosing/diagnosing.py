"""Runs diagnoses: an issue's read-only commands, their verdicts, and the result on the record (rule 22).

Called by `app.watchbook` when an alert fires, by people through the API, and by `watchbook diagnose` without a server. Only
commands that are proven read-only, of a trusted revision, are run; verdicts are `deciding.diagnosis`.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from watchbook.app.application import DiagnoseRequest
from watchbook.app.diagnosing.examining import Examiner
from watchbook.app.views.watched import Actor
from watchbook.app.watching.figures import Figures
from watchbook.app.watching.live import LiveService, Place
from watchbook.deciding.diagnosis import Hints
from watchbook.deciding.page import diagnosis_says
from watchbook.model.decisions import Decision
from watchbook.model.diagnosis import Diagnosis
from watchbook.model.errors import NotFoundError, StoreError, UsageError
from watchbook.model.ids import DiagnosisId, key_of, slug
from watchbook.model.incidents import Entry
from watchbook.model.quantities import say_duration
from watchbook.model.runbook import Issue
from watchbook.model.runs import Run, RunState
from watchbook.store.store import Store

EACH_S, WHOLE_S = 10.0, 60.0
AT_ONCE_HERE, AT_ONCE_ALL = 2, 8
OUTPUT_BYTES = 16 * 1024
_log = logging.getLogger(__name__)
RECENT_CHANGE_S = 1800.0
_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)")
_ASSIGNED = re.compile(
    r"(?:^|[\s;(])(?:export\s+|local\s+|for\s+|read\s+(?:-r\s+)?)?([A-Za-z_]\w*)(?:=|\s+in\s)"
)

Tell = Callable[[LiveService, Place, Diagnosis], Awaitable[None]]


class Diagnosing:
    """Diagnoses under way, one for each issue of a place."""

    def __init__(
        self,
        store: Store,
        now: Callable[[], float],
        environment: Mapping[str, str],
        secrets: tuple[str, ...],
        figures: Figures,
    ) -> None:
        self._store, self._now, self._figures = store, now, figures
        self._examiner = Examiner(environment, secrets, now)
        self._under_way: dict[tuple[str, str, str], asyncio.Task[Diagnosis]] = {}
        self._begun: dict[tuple[str, str, str], Diagnosis] = {}
        self._telling: set[asyncio.Future[None]] = set()

    async def close(self) -> None:
        """Ends what is under way."""
        tasks: list[asyncio.Future[Any]] = [*self._under_way.values(), *self._telling]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def ask(
        self, service: LiveService, request: DiagnoseRequest, actor: Actor, tell: Tell
    ) -> Diagnosis:
        """For a person: begins (or joins) the diagnosis, and waits for its end as long as they want."""
        place = place_of(service, request.environment)
        issue, alert = issue_of_request(service, request)
        key = (service.id, place.name, issue.name)
        task = self._task(service, place, issue, alert, actor.name)
        task.add_done_callback(lambda done: self._tell_later(done, tell, service, place))
        if request.wait_s > 0:
            done, _ = await asyncio.wait({task}, timeout=request.wait_s)
            if done:
                return task.result()
        return self._begun[key]

    def _tell_later(
        self, done: "asyncio.Task[Diagnosis]", tell: Tell, service: LiveService, place: Place
    ) -> None:
        """Everyone who was told of the alert hears the result, also when the person who asked has gone."""
        if not done.cancelled() and done.exception() is None:
            telling = asyncio.ensure_future(tell(service, place, done.result()))
            self._telling.add(telling)
            telling.add_done_callback(self._telling.discard)

    async def diagnose(
        self, service: LiveService, place: Place, issue: str, alert: str | None, asked_by: str
    ) -> Diagnosis:
        """The diagnosis of an issue, from its beginning or joined. Raises NotFoundError for an issue that is none."""
        found = next((one for one in service.loaded.runbook.issues if slug(one.name) == slug(issue)), None)
        if found is None:
            raise NotFoundError(f"{service.loaded.runbook.service.name} has no issue “{issue}”")
        return await asyncio.shield(self._task(service, place, found, alert, asked_by))

    def _task(
        self, service: LiveService, place: Place, issue: Issue, alert: str | None, asked_by: str
    ) -> "asyncio.Task[Diagnosis]":
        key = (service.id, place.name, issue.name)
        under_way = self._under_way.get(key)
        if under_way is not None and not under_way.done():
            return under_way
        begun = begin(service, place, issue, alert, asked_by, self._now())
        self._begun[key] = begun
        task = asyncio.create_task(self._run(service, place, issue, begun), name=f"diagnosis of {issue.name}")
        self._under_way[key] = task
        return task

    async def _run(self, service: LiveService, place: Place, issue: Issue, begun: Diagnosis) -> Diagnosis:
        says = f"{begun.asked_by} diagnoses “{issue.name}”"
        kept = await self._keep(begun, _entry(begun, "diagnosis.started", says))
        hints = Hints(recent_change=await self._recent_change(begun))
        ended = await self._examiner.examine(service, place, issue, kept, hints)
        verdicts = [_plain(verdict) for verdict in ended.verdicts]
        diagnosis = await self._keep(ended, _entry(ended, "diagnosis.ended", diagnosis_says(ended), verdicts))
        best = ended.best
        self._figures.diagnoses.add(verdict=str(best.verdict) if best else "none")
        return diagnosis

    async def _keep(self, diagnosis: Diagnosis, entry: Entry) -> Diagnosis:
        """The diagnosis as kept; as it is where the store is stuck: people hear its result all the same."""
        try:
            saved = await self._store.apply(Decision(entry.summary, (diagnosis,), (entry,)))
        except StoreError as error:
            _log.warning("the diagnosis of “%s” could not be kept: %s", diagnosis.issue, error)
            return diagnosis
        kept: Diagnosis = saved[0]
        return kept

    async def _recent_change(self, begun: Diagnosis) -> str:
        """A change shortly before the onset, in one sentence."""
        try:
            runs = await self._store.newest(Run, 10, service=begun.service)
        except StoreError:
            return ""
        for run in runs:
            ended_at = run.ended_at or run.created_at
            if (
                run.changing
                and run.state is RunState.COMPLETED
                and 0 <= begun.began_at - ended_at <= RECENT_CHANGE_S
            ):
                return (
                    f"“{run.procedure}” by {run.actor} ended {say_duration(begun.began_at - ended_at)} before"
                )
        return ""


def begin(
    service: LiveService, place: Place, issue: Issue, alert: str | None, asked_by: str, now: float
) -> Diagnosis:
    """A diagnosis that begins now."""
    incident = place.watch.incident
    return Diagnosis(
        id=DiagnosisId(key_of("diagnosis", service.id, place.name, issue.name, f"{now:.6f}")),
        service=service.id,
        environment=place.name,
        issue=issue.name,
        alert=alert,
        asked_by=asked_by,
        began_at=now,
        incident=str(incident.id) if incident else "",
    )


def place_of(service: LiveService, environment: str | None) -> Place:
    """The environment that is meant; the one that pages where none is named. Raises NotFoundError."""
    if environment is None:
        place = service.production()
        assert place is not None  # every service has an environment
        return place
    for name, place in service.places.items():
        if slug(name) == slug(environment):
            return place
    raise NotFoundError(
        f"there is no environment “{environment}”", mend=f"It has: {', '.join(service.places)}."
    )


def issue_of_request(service: LiveService, request: DiagnoseRequest) -> tuple[Issue, str | None]:
    """The issue that is meant, and the alert that it is diagnosed for. Raises NotFoundError, UsageError."""
    runbook = service.loaded.runbook
    known = ", ".join(f"“{issue.name}”" for issue in runbook.issues) or "none"
    if request.issue:
        found = next((one for one in runbook.issues if slug(one.name) == slug(request.issue)), None)
        if found is None:
            raise NotFoundError(
                f"{runbook.service.name} has no issue “{request.issue}”", mend=f"It has: {known}."
            )
        return found, found.alerts[0] if found.alerts else None
    if not request.alert:
        raise UsageError("an issue or an alert is needed", mend=f"Issues: {known}.")
    name = request.alert.rpartition("/")[2]
    found = runbook.issue_for(name)
    if found is None:
        raise NotFoundError(
            f"no issue of {runbook.service.name} names the alert “{name}”", mend=f"It has: {known}."
        )
    return found, next(alert for alert in found.alerts if slug(alert) == slug(name))


def _entry(diagnosis: Diagnosis, kind: str, says: str, verdicts: Sequence[Mapping[str, str]] = ()) -> Entry:
    data = {"issue": diagnosis.issue, "environment": diagnosis.environment, "verdicts": list(verdicts)}
    return Entry(
        diagnosis.service,
        kind,
        says,
        diagnosis.asked_by,
        diagnosis.ended_at or diagnosis.began_at,
        str(diagnosis.id),
        diagnosis.incident,
        data,
    )


def _plain(verdict: object) -> dict[str, str]:
    return {name: str(getattr(verdict, name)) for name in ("cause", "verdict", "evidence")}
