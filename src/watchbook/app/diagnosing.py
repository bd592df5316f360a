"""Runs diagnoses: an issue's read-only commands, their verdicts, and the result on the record (rule 22).

Called by `app.watchbook` when an alert fires, by people through the API, and by `watchbook diagnose` without a server. Only
commands that are proven read-only, of a trusted revision, are run; verdicts are `deciding.diagnosis`.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from watchbook.app import binding
from watchbook.app.application import DiagnoseRequest
from watchbook.app.figures import Figures
from watchbook.app.live import LiveService, Place
from watchbook.app.views import Actor
from watchbook.deciding.diagnosis import Hints, conclude, judge_cause, judge_symptom, refusal
from watchbook.deciding.observing import Measured, observe
from watchbook.deciding.page import diagnosis_says
from watchbook.measuring.measurement import BindingProblem
from watchbook.model.decisions import Decision
from watchbook.model.diagnosis import CommandOutcome, Diagnosis, SymptomReading
from watchbook.model.errors import NotFoundError, UsageError
from watchbook.model.ids import DiagnosisId, key_of, slug
from watchbook.model.incidents import Entry
from watchbook.model.procedures import Step
from watchbook.model.quantities import say_duration
from watchbook.model.runbook import AlertRule, Issue, Role, Severity, Symptom
from watchbook.model.runs import Run, RunState
from watchbook.store.store import Store
from watchbook.world.shell.once import OneCommand, run_once

EACH_S, WHOLE_S = 10.0, 60.0
AT_ONCE_HERE, AT_ONCE_ALL = 2, 8
OUTPUT_BYTES = 16 * 1024
RECENT_CHANGE_S = 1800.0
_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)")
_ASSIGNED = re.compile(
    r"(?:^|[\s;(])(?:export\s+|local\s+|for\s+|read\s+(?:-r\s+)?)?([A-Za-z_]\w*)(?:=|\s+in\s)"
)

Tell = Callable[[LiveService, Place, Diagnosis], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class CommandRunner:
    """Runs single read-only commands where the runbook stands, at most eight at once."""

    environment: Mapping[str, str]
    secrets: tuple[str, ...]
    everywhere: asyncio.Semaphore

    async def run(self, step: Step, directory: Path, here: asyncio.Semaphore) -> CommandOutcome:
        """What the step's command did, or why it was not run."""
        script = step.script or "\n".join(step.commands)
        shown = "\n".join(step.commands) or script
        why_not = refusal(step) or self._missing(script)
        if why_not:
            return CommandOutcome(shown, problem=why_not, line=step.line)
        async with here, self.everywhere:
            one = OneCommand(script, EACH_S, directory, self.environment, self.secrets, OUTPUT_BYTES)
            result = await run_once(one)
        problem = result.reason if result.exit is None else ""
        return CommandOutcome(shown, result.exit, result.output, result.duration_s, problem, step.line)

    def _missing(self, script: str) -> str:
        known = {*self.environment, *_ASSIGNED.findall(script)}
        missing = [name for name in _VARIABLE.findall(script) if name not in known]
        return f"the parameter {missing[0]} has no value" if missing else ""


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
        self._runner = CommandRunner(environment, secrets, asyncio.Semaphore(AT_ONCE_ALL))
        self._here: dict[tuple[str, str], asyncio.Semaphore] = {}
        self._under_way: dict[tuple[str, str, str], asyncio.Task[Diagnosis]] = {}
        self._begun: dict[tuple[str, str, str], Diagnosis] = {}

    async def close(self) -> None:
        """Ends what is under way."""
        tasks = list(self._under_way.values())
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
        if not done.cancelled() and done.exception() is None:
            telling = asyncio.ensure_future(tell(service, place, done.result()))
            self._under_way[(service.id, place.name, f"telling {id(telling)}")] = telling  # type: ignore[assignment]
            telling.add_done_callback(
                lambda _: self._under_way.pop((service.id, place.name, f"telling {id(telling)}"), None)
            )

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
        began_at = self._now()
        incident = place.watch.incident
        begun = Diagnosis(
            id=DiagnosisId(key_of("diagnosis", *key, f"{began_at:.6f}")),
            service=service.id,
            environment=place.name,
            issue=issue.name,
            alert=alert,
            asked_by=asked_by,
            began_at=began_at,
            incident=str(incident.id) if incident else "",
        )
        self._begun[key] = begun
        task = asyncio.create_task(self._run(service, place, issue, begun), name=f"diagnosis of {issue.name}")
        self._under_way[key] = task
        return task

    async def _run(self, service: LiveService, place: Place, issue: Issue, begun: Diagnosis) -> Diagnosis:
        says = f"{begun.asked_by} diagnoses “{issue.name}”"
        (kept,) = await self._store.apply(
            Decision(says, (begun,), (_entry(begun, "diagnosis.started", says),))
        )
        examined = await self._examine(service, place, issue, kept)
        ended = conclude(examined, issue.causes, self._now())
        result = diagnosis_says(ended)
        entry = _entry(ended, "diagnosis.ended", result, [_plain(verdict) for verdict in ended.verdicts])
        (saved,) = await self._store.apply(Decision(result, (ended,), (entry,)))
        best = ended.best
        self._figures.diagnoses.add(verdict=str(best.verdict) if best else "none")
        diagnosis: Diagnosis = saved
        return diagnosis

    async def _examine(self, service: LiveService, place: Place, issue: Issue, begun: Diagnosis) -> Diagnosis:
        """Symptoms, the numbered items, and a verdict for each cause, within a minute in all."""
        directory = service.loaded.path.parent.absolute()
        here = self._here.setdefault((service.id, place.name), asyncio.Semaphore(AT_ONCE_HERE))
        trusted = service.is_trusted

        async def outcome(step: Step) -> CommandOutcome:
            if not trusted:
                why = "the runbook has changed since it was accepted"
                return CommandOutcome("\n".join(step.commands), problem=why, line=step.line)
            return await self._runner.run(step, directory, here)

        checks = [step for cause in issue.causes for step in cause.check]
        items = [step for step in issue.diagnosis if step.script or step.commands]
        outcomes = await within(WHOLE_S, [outcome(step) for step in (*checks, *items)])
        of_steps = dict(zip([id(step) for step in (*checks, *items)], outcomes, strict=True))
        hints = Hints(recent_change=await self._recent_change(begun))
        verdicts = tuple(
            judge_cause(cause, [of_steps[id(step)] for step in cause.check], hints) for cause in issue.causes
        )
        findings = tuple(found for step in items if (found := of_steps[id(step)]) is not None)
        symptoms = tuple(judge(symptom, service, place, self._now()) for symptom in issue.symptoms)
        return replace(begun, symptoms=symptoms, findings=findings, verdicts=verdicts)

    async def _recent_change(self, begun: Diagnosis) -> str:
        """A change shortly before the onset, in one sentence."""
        for run in await self._store.newest(Run, 10, service=begun.service):
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


async def within(limit_s: float, work: Sequence[Awaitable[CommandOutcome]]) -> list[CommandOutcome | None]:
    """Results in order; None for what the time was over for."""
    tasks = [asyncio.ensure_future(one) for one in work]
    if not tasks:
        return []
    await asyncio.wait(tasks, timeout=limit_s)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return [None if task.cancelled() else task.result() for task in tasks]


def judge(symptom: Symptom, service: LiveService, place: Place, now: float) -> SymptomReading:
    """A symptom against what is known now; prose stays prose."""
    if symptom.condition is None:
        return judge_symptom(symptom, None)
    rule = AlertRule("symptom", Role.CHECKLIST, Severity.INFO, symptom.condition)
    runbook = service.loaded.runbook

    def measure() -> Measured:
        bound = binding.bind_rule(rule, runbook.metrics, place.window, runbook.service.metrics.every_s)
        if isinstance(bound, BindingProblem):
            return Measured(None, bound.reason)
        return binding.read_bound(bound, place.window, now)

    return judge_symptom(symptom, observe(rule, place.facts(), measure, now))


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
