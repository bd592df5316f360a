"""Examines one issue: its symptoms, its read-only commands, a verdict for each cause (rule 22).

Called by `app.diagnosing.diagnosing`, which keeps the result, and by `app.operating.alone`, which does not. Only
commands that are proven read-only, of a trusted revision, are run; verdicts are `deciding.diagnosis`.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from watchbook.app.watching import binding
from watchbook.app.watching.live import LiveCheck, LiveService, Place
from watchbook.deciding.cluster import bind_cluster
from watchbook.deciding.diagnosis import Hints, conclude, judge_cause, judge_symptom, refusal
from watchbook.deciding.observing import Measured, observe
from watchbook.deciding.trusting import step_command, waiting_says
from watchbook.measuring.measurement import BindingProblem
from watchbook.model.diagnosis import CommandOutcome, Diagnosis, SymptomReading
from watchbook.model.observations import CheckHealth
from watchbook.model.procedures import Step
from watchbook.model.runbook import AlertRule, Environment, Issue, Role, Severity, Symptom
from watchbook.world.instances import discover
from watchbook.world.probes import Prober, full_target
from watchbook.world.shell.once import OneCommand, run_once

EACH_S, WHOLE_S = 10.0, 60.0
AT_ONCE_HERE, AT_ONCE_ALL = 2, 8
OUTPUT_BYTES = 16 * 1024
_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)")
_ASSIGNED = re.compile(
    r"(?:^|[\s;(])(?:export\s+|local\s+|for\s+|read\s+(?:-r\s+)?)?([A-Za-z_]\w*)(?:=|\s+in\s)"
)


@dataclass(frozen=True, slots=True)
class CommandRunner:
    """Runs single read-only commands where the runbook stands, at most eight at once."""

    environment: Mapping[str, str]
    secrets: tuple[str, ...]
    everywhere: asyncio.Semaphore

    async def run(
        self, step: Step, directory: Path, place: Environment, here: asyncio.Semaphore
    ) -> CommandOutcome:
        """What the step's command did in an environment, or why it was not run."""
        script = step.script or "\n".join(step.commands)
        shown = "\n".join(step.commands) or script
        programs = step.safety.programs if step.safety else ()
        bound = bind_cluster(script, programs, place, self.environment)
        why_not = refusal(step) or self._missing(script) or bound.refusal
        if why_not:
            return CommandOutcome(shown, problem=why_not, line=step.line)
        async with here, self.everywhere:
            environment = {**self.environment, **bound.environment}
            one = OneCommand(bound.script, EACH_S, directory, environment, self.secrets, OUTPUT_BYTES)
            result = await run_once(one)
        problem = result.reason if result.exit is None else ""
        return CommandOutcome(shown, result.exit, result.output, result.duration_s, problem, step.line)

    def _missing(self, script: str) -> str:
        known = {*self.environment, *_ASSIGNED.findall(script)}
        missing = [name for name in _VARIABLE.findall(script) if name not in known]
        return f"the parameter {missing[0]} has no value" if missing else ""


class Examiner:
    """Examines issues, at most two commands at once in a place and eight in all."""

    def __init__(
        self, environment: Mapping[str, str], secrets: tuple[str, ...], now: Callable[[], float]
    ) -> None:
        self._now = now
        self._runner = CommandRunner(environment, secrets, asyncio.Semaphore(AT_ONCE_ALL))
        self._here: dict[tuple[str, str], asyncio.Semaphore] = {}

    async def examine(
        self, service: LiveService, place: Place, issue: Issue, begun: Diagnosis, hints: Hints
    ) -> Diagnosis:
        """Symptoms, the numbered items, and a verdict for each cause, within a minute in all."""
        directory = service.loaded.path.parent.absolute()
        here = self._here.setdefault((service.id, place.name), asyncio.Semaphore(AT_ONCE_HERE))
        trusted, folder = service.trusted, str(directory)

        async def outcome(step: Step) -> CommandOutcome:
            if not trusted.allows(step_command(step, place.environment, folder)):
                why = waiting_says(trusted.since)
                return CommandOutcome("\n".join(step.commands), problem=why, line=step.line)
            return await self._runner.run(step, directory, place.environment, here)

        checks = [step for cause in issue.causes for step in cause.check]
        items = [step for step in issue.diagnosis if step.script or step.commands]
        outcomes = await within(WHOLE_S, [outcome(step) for step in (*checks, *items)])
        of_steps = dict(zip([id(step) for step in (*checks, *items)], outcomes, strict=True))
        verdicts = tuple(
            judge_cause(cause, [of_steps[id(step)] for step in cause.check], hints) for cause in issue.causes
        )
        findings = tuple(found for step in items if (found := of_steps[id(step)]) is not None)
        symptoms = tuple(judge(symptom, service, place, self._now()) for symptom in issue.symptoms)
        examined = replace(begun, symptoms=symptoms, findings=findings, verdicts=verdicts)
        return conclude(examined, issue.causes, self._now())


async def look_once(service: LiveService, place: Place, prober: Prober, now: float) -> None:
    """Reads the instances and asks every check once, where no watch does."""
    directory = service.loaded.path.parent
    found = await discover(place.environment.instances, directory, place.environment.url)
    place.instances = {one.url: one for one in found.instances or ()}
    check = place.service_check
    if check is not None:
        for url in place.instances:
            place.checks[(check.name, f"instance {url}")] = LiveCheck(
                check, full_target(check, url), instance=url
            )

    async def look(live: LiveCheck) -> None:
        live.result = await prober.probe(live.check, live.target, now, directory)
        live.health = CheckHealth(live.result.outcome, now, live.result.reason)

    await asyncio.gather(*(look(live) for live in place.checks.values()))


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
