"""Runs of procedures for the faces: plan, start, answer, show. Implements `application.Operated`.

Called through `app.watchbook`. What a run does is `acting.runs`; here a request becomes an order, bound to the runbook as it
is loaded, and records become views.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from watchbook.acting.runs.ports import StartOrder
from watchbook.acting.runs.runs import Runs
from watchbook.app.application import RunRequest
from watchbook.app.showing import runs as show
from watchbook.app.views.runs import PlanView, QuestionView, RunSummary, RunView, StepView
from watchbook.app.views.watched import Actor
from watchbook.app.watching.live import LiveService
from watchbook.deciding.filling import missing, unknown_names, values_of
from watchbook.deciding.lock import holder_at
from watchbook.deciding.plan import plan
from watchbook.model.errors import ConflictError, NotFoundError, RefusedError, UsageError
from watchbook.model.ids import ServiceId, slug
from watchbook.model.procedures import Procedure, Step
from watchbook.model.runs import Attempt, Question, Run, RunState
from watchbook.store.codec import from_json
from watchbook.store.store import Store

UNDER_WAY = (RunState.QUEUED, RunState.RUNNING, RunState.WAITING)


async def _nothing(_service: ServiceId, _actor: str, _run: str) -> None:
    """Without a watch there is nothing that a human action could hold back."""


class Operating:
    """Runs, as the faces ask for them. `find` gives a live service by id or name."""

    def __init__(
        self,
        runs: Runs,
        store: Store,
        find: Callable[[str], LiveService],
        touch: Callable[[ServiceId, str, str], Awaitable[None]] = _nothing,
    ) -> None:
        """`touch` is told of each human action on a service: who acted, and on which run ("" for a new one)."""
        self._runs, self._store, self._find, self._touch = runs, store, find, touch

    # Asking ----------------------------------------------------------------------------------------------------

    async def plan_run(self, request: RunRequest) -> PlanView:
        service = self._find(request.service)
        procedure = procedure_of(service, request)
        environment = environment_of(service, procedure, request)
        values = values_of(procedure, request.parameters)
        steps = plan(procedure, request.parameters, environment)
        return PlanView(
            service=service.id,
            procedure=procedure.name,
            environment=environment,
            environments=tuple(service.places),
            parameters=procedure.parameters,
            values=values,
            missing=tuple(parameter.name for parameter in missing(procedure, request.parameters)),
            steps=tuple(_planned(one.step, one.commands, one.waits_for) for one in steps),
            safety=str(procedure.safety),
            changing=procedure.changing,
            content_hash=procedure.content_hash,
            holder=self._holder(service.id, environment) if procedure.changing else None,
            on_failure=procedure.on_failure,
            problems=_problems(procedure, request),
        )

    async def start_run(self, request: RunRequest, actor: Actor) -> RunView:
        service = self._find(request.service)
        procedure = procedure_of(service, request)
        problems = _problems(procedure, request)
        if problems:
            raise RefusedError(problems[0], mend="Mend the runbook, then run it.")
        handler = service.loaded.runbook.procedure(procedure.on_failure) if procedure.on_failure else None
        place = service.places.get(environment_of(service, procedure, request) or "")
        incident = place.watch.incident if place else None
        order = StartOrder(
            service=service.id,
            procedure=procedure,
            actor=actor.name,
            directory=str(service.loaded.path.parent.resolve()),  # a run keeps the folder that it began in
            handler=handler,
            environment=environment_of(service, procedure, request),
            parameters=request.parameters,
            content_hash=request.content_hash,
            undoes=request.undoes,
            incident=str(incident.id) if incident else "",
            key=request.key,
        )
        run = await self._runs.start(order)
        await self._touch(service.id, actor.name, "")
        return await self.run(str(run.id))

    async def cancel_run(self, run: str, reason: str, actor: Actor) -> RunView:
        await self._runs.cancel(run, reason, actor.name)
        return await self.run(run)

    async def answer(self, question: str, answer: str, content_hash: str, actor: Actor) -> QuestionView:
        answered = await self._runs.answer(question, answer, content_hash, actor.name)
        await self._touch(ServiceId(answered.service), actor.name, str(answered.run))
        run = await self._store.get(Run, str(answered.run))
        return show.question_view(answered, await self._summary(run) if run else None)

    # Showing ---------------------------------------------------------------------------------------------------

    async def runs(self, service: str | None = None, limit: int = 50) -> tuple[RunSummary, ...]:
        where = {"service": self._find(service).id} if service else {}
        newest = await self._store.newest(Run, limit, **where)
        active = [run for run in self._runs.active() if not where or run.service == where["service"]]
        under_way = {run.id for run in active}
        chosen = [*active, *(run for run in newest if run.id not in under_way)][:limit]
        return tuple([await self._summary(run) for run in chosen])

    async def run(self, run: str) -> RunView:
        return show.run_view(await self._records(await self._known(run)))

    async def run_output(self, run: str, step: str | None = None) -> str:
        records = await self._records(await self._known(run))
        chosen = [attempt for attempt in records.attempts if step is None or attempt.step == step]
        return "\n".join(self._runs.output(run, attempt).rstrip("\n") for attempt in chosen) + "\n"

    async def questions(self, service: str | None = None) -> tuple[QuestionView, ...]:
        wanted = self._find(service).id if service else None
        active = {run.id: run for run in self._runs.active()}
        views = []
        for question in await self._runs.open_questions():
            if wanted in (None, question.service):
                run = active.get(question.run)
                views.append(show.question_view(question, await self._summary(run) if run else None))
        return tuple(views)

    async def question(self, question: str) -> QuestionView:
        known = await self._store.get(Question, question)
        if known is None:
            raise NotFoundError(
                f"there is no question {question}", mend="`watchbook questions` lists those that wait."
            )
        run = await self._store.get(Run, str(known.run))
        return show.question_view(known, await self._summary(run) if run else None)

    # Inside ----------------------------------------------------------------------------------------------------

    async def _known(self, run: str) -> Run:
        known = await self._store.get(Run, run)
        if known is None:
            raise NotFoundError(f"there is no run {run}", mend="`watchbook status` shows the runs under way.")
        return known

    async def _records(self, run: Run) -> show.RunRecords:
        attempts = await self._store.load(Attempt, run=str(run.id))
        questions = await self._store.load(Question, run=str(run.id))
        return show.RunRecords(run, from_json(Procedure, run.procedure_text), attempts, questions)

    async def _summary(self, run: Run) -> RunSummary:
        return show.run_summary(await self._records(run))

    def _holder(self, service: str, environment: str | None) -> str | None:
        run = holder_at(service, environment, self._runs.active())
        return str(run.id) if run else None


def procedure_of(service: LiveService, request: RunRequest) -> Procedure:
    """The procedure that is meant, by its name or as the remedy of a cause. Raises NotFoundError, ConflictError."""
    runbook = service.loaded.runbook
    if request.procedure:
        found = runbook.procedure(request.procedure)
        if found is None:
            known = ", ".join(f"“{procedure.name}”" for procedure in runbook.procedures) or "none"
            raise NotFoundError(
                f"{runbook.service.name} has no procedure “{request.procedure}”", mend=f"It has: {known}."
            )
        return found
    if not request.cause:
        raise UsageError("a procedure or a cause is needed", mend="Name one.")
    causes = [
        (issue, cause)
        for issue in runbook.issues
        for cause in issue.causes
        if slug(cause.name) == slug(request.cause)
    ]
    open_first = _issues_at_work(service)
    causes.sort(key=lambda pair: pair[0].name not in open_first)
    names = list(dict.fromkeys(cause.procedure for _, cause in causes if cause.procedure))
    if not names:
        raise NotFoundError(
            f"{runbook.service.name} has no remedy for “{request.cause}”", mend="Look at its causes."
        )
    found = runbook.procedure(names[0])
    if found is None:
        raise ConflictError(
            f"the remedy “{names[0]}” cannot be found in the runbook", mend="Look at its findings."
        )
    return found


def _issues_at_work(service: LiveService) -> set[str]:
    """Issues whose alert fires now: a cause that two issues name is meant in the one at work."""
    return {
        watched.issue
        for place in service.places.values()
        for watched in place.watch.alerts.values()
        if watched.issue and watched.state.episode is not None
    }


def environment_of(service: LiveService, procedure: Procedure, request: RunRequest) -> str | None:
    """The environment of a run: as asked for; else the only one that its steps name, none where they name several,
    and the one that pages where they name none."""
    if request.environment:
        for name in service.places:
            if slug(name) == slug(request.environment):
                return name
        raise NotFoundError(
            f"{service.loaded.runbook.service.name} has no environment “{request.environment}”",
            mend=f"It has: {', '.join(service.places)}.",
        )
    named = {slug(step.environment) for step in procedure.steps if step.environment}
    if len(named) > 1:
        return None
    for name in service.places:
        if slug(name) in named:
            return name
    production = service.production()
    return production.name if production else None


def _problems(procedure: Procedure, request: RunRequest) -> tuple[str, ...]:
    """Why the run would be refused."""
    found = []
    if not procedure.steps:
        found.append(f"“{procedure.name}” has no step")
    unknown = unknown_names(procedure, request.parameters)
    if unknown:
        found.append(f"“{procedure.name}” has no parameter {unknown[0]}")
    return tuple(found)


def _planned(step: Step, commands: Sequence[str], waits_for: str) -> StepView:
    return replace(show.step_view(step, commands), waits_for=waits_for)
