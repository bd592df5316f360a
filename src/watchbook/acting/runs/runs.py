"""The runs of this installation: start, answer, cancel, and after a restart go on where the ledger says (rules 23 to 29).

Called by `app.operating`, and alone by the crash tests. What a run does next is `deciding.procedure`'s; carrying it out is
`driver`'s. Faces follow the journal's sequence; nothing is published here.
"""

import asyncio
import contextlib
import logging
import secrets as randomness
from collections.abc import Callable
from dataclasses import replace

from watchbook.acting.runs.case import ACTIVE, OVER, Case
from watchbook.acting.runs.driver import Driver
from watchbook.acting.runs.ports import (
    Announcements,
    Installation,
    Ledger,
    NobodyTold,
    NothingWatched,
    StartOrder,
    Surroundings,
)
from watchbook.acting.runs.shell_steps import kept_file
from watchbook.deciding.asking import question_id
from watchbook.deciding.filling import unknown_names
from watchbook.deciding.lock import holder_for, holds, overlap
from watchbook.deciding.procedure import procedure_names_handler
from watchbook.deciding.redaction import looks_secret, redact, without_controls
from watchbook.model.decisions import Decision
from watchbook.model.errors import ConflictError, NotFoundError, RefusedError, StoreError, UsageError
from watchbook.model.ids import RunId, key_of
from watchbook.model.incidents import Entry
from watchbook.model.procedures import Procedure
from watchbook.model.runs import Attempt, AttemptState, Question, Run, RunState
from watchbook.store.codec import from_json, to_json
from watchbook.world.shell.record import SOCKET
from watchbook.world.shell.runner import Supervisor

DRIVE_AGAIN_S, DRIVE_AGAIN_MOST_S = 1.0, 60.0  # after a bug: twice as long each time

CANCEL_WITHIN_S = 25.0  # longer than a step's grace; a client waits 30 s

log = logging.getLogger(__name__)
FIRST_MOVE_S = 1.0


class Runs:
    """All runs that are not over, each with its driver."""

    def __init__(
        self,
        ledger: Ledger,
        installation: Installation,
        clock: Callable[[], float],
        surroundings: Surroundings | None = None,
        announcements: Announcements | None = None,
    ) -> None:
        """`clock` gives wall seconds. Without surroundings nothing is watched, without announcements nobody is told."""
        self._ledger, self._installation, self._clock = ledger, installation, clock
        self._surroundings = surroundings or NothingWatched()
        self._announcements = announcements or NobodyTold()
        self._cases: dict[str, Case] = {}
        self._drivers: dict[str, Driver] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._stopped = False
        self._handed_over: dict[str, Case] = {}  # run that ended → its handler's run, written with that end

    # ------------------------------------------------------------------ what people ask for

    async def start(self, order: StartOrder) -> Run:
        """Starts (or queues) a run; it asks for what is missing. Raises UsageError, ConflictError, StoreError."""
        procedure = order.procedure
        if order.content_hash and order.content_hash != procedure.content_hash:
            raise ConflictError(
                "the runbook has changed since its commands were shown", mend="Look at the procedure again."
            )
        unknown = unknown_names(procedure, order.parameters)
        if unknown:
            names = ", ".join(p.name for p in procedure.parameters) or "none"
            raise UsageError(
                f"{procedure.name} has no parameter {unknown[0]}", mend=f"Its parameters: {names}."
            )
        id_ = RunId(key_of("run", order.key)) if order.key else RunId(randomness.token_hex(6))
        existing = self._cases.get(id_)
        known = existing.run if existing else await self._ledger.get(Run, id_)
        if known is not None:
            return known
        case = self._new_case(id_, order)
        case.note("run.asked", f"{order.actor} asked for {procedure.name}", self._clock(), order.actor)
        self._cases[id_] = case
        try:
            async with case.lock:
                await case.commit(self._ledger, "a run is asked for", self._installation.secrets)
        except BaseException:
            del self._cases[id_]
            raise
        self._drive(case)
        with contextlib.suppress(
            TimeoutError
        ):  # so that the answer holds the question that the run begins with
            async with asyncio.timeout(FIRST_MOVE_S):
                await case.moved.wait()
        return case.run

    async def answer(self, question: str, answer: str, content_hash: str, actor: str) -> Question:
        """Answers a question. Raises NotFoundError, ConflictError (answered, or text changed), UsageError, RefusedError."""
        case = self._case_asking(question)
        if case is None:
            raise await self._no_longer_asked(question)
        async with case.lock:
            asked = case.questions[question]
            if asked.answered_at is not None:
                raise await self._no_longer_asked(question)
            self._check_answer(case, asked, answer, content_hash, actor)
            undo = case.checkpoint()
            answered = self._put_answer(case, asked, answer, actor)
            await case.commit_or_undo(self._ledger, "answered", self._installation.secrets, undo)
            answered = case.questions[answered.id]
        case.wake.set()
        return answered

    async def cancel(self, run: str, reason: str, actor: str) -> Run:
        """Stops the step under way and ends the run.

        Raises NotFoundError, ConflictError when it is over, StoreError while its end cannot be written: it ends later then.
        """
        case = self._cases.get(run)
        if case is None:
            known = await self._ledger.get(Run, run)
            if known is None:
                raise NotFoundError(f"there is no run {run}", mend="List them with `watchbook status`.")
            raise ConflictError(f"run {run} is over ({known.state})")
        self._stop_case(case, f"{actor} cancelled it: {reason}" if reason else f"{actor} cancelled it")
        try:
            async with asyncio.timeout(CANCEL_WITHIN_S):
                await case.over.wait()
        except TimeoutError:
            raise StoreError(
                f"run {run} is being stopped, and its end could not be recorded within {CANCEL_WITHIN_S:g} s",
                mend="It ends as soon as that works. `/health` says what stands in the way.",
            ) from None
        return await self.ended(run)

    async def open_questions(self) -> tuple[Question, ...]:
        """Questions that wait for a person, oldest first; those that are written."""
        asked = [q for c in self._cases.values() for q in c.questions.values()]
        waiting = [q for q in asked if q.answered_at is None and q.version > 0]
        return tuple(sorted(waiting, key=lambda q: (q.asked_at, q.id)))

    def active(self) -> tuple[Run, ...]:
        """Runs that are not over, oldest first."""
        return tuple(sorted((c.run for c in self._cases.values()), key=lambda run: (run.created_at, run.id)))

    def output(self, run: str, attempt: Attempt) -> str:
        """All that is kept of an attempt's output, also while it runs, without control sequences (rule 30).

        Where the file is gone, what the ledger has.
        """
        kept = kept_file(self._installation.folder / run, attempt)
        try:
            raw = kept.read_bytes() if kept is not None else None
        except OSError:
            raw = None
        if raw is None:
            return attempt.output
        return without_controls(redact(raw.decode("utf-8", "replace"), self._installation.secrets))

    async def ended(self, run: str) -> Run:
        """Waits until the run is over. Raises NotFoundError."""
        case = self._cases.get(run)
        if case is not None:
            await case.over.wait()
        known = await self._ledger.get(Run, run)
        if known is None:
            raise NotFoundError(f"there is no run {run}")
        return known

    def facts_changed(self, service: str) -> None:
        """An alert or check of the service has changed: watches look at once."""
        for case in self._cases.values():
            if case.run.service == service:
                case.wake.set()

    def clock_moved(self, by_s: float) -> None:
        """The wall clock jumped: waits and watches last as long as they would have (rule 7)."""
        for case in self._cases.values():
            case.moved_s += by_s
            case.wake.set()

    # ------------------------------------------------------------------ start and stop of the server

    async def recover(self) -> int:
        """Goes on with every run that is not over; how many there are. Call it once, before anything is started."""
        runs = await self._ledger.load(Run, state=ACTIVE)
        for run in runs:
            try:
                self._cases[run.id] = await self._loaded(run)
            except (TypeError, ValueError, KeyError) as problem:
                log.error("run %s cannot be read by this version", run.id, exc_info=problem)
                await self._give_up(
                    run, f"this version of Watchbook cannot read it ({type(problem).__name__})"
                )
        for case in list(self._cases.values()):
            self._drive(case)
        await self._end_orphans()
        return len(runs)

    async def stop(self) -> None:
        """Lets go of all runs. Steps under way go on under their supervisors, and are adopted by the next `recover`."""
        self._stopped = True
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._tasks.clear()

    # ------------------------------------------------------------------ what drivers need (driver.Company)

    def holder_for(self, run: Run) -> Run | None:
        """The run that stands in the way of this one (rule 28)."""
        return holder_for(run, (case.run for case in self._cases.values()))

    def undo(self, undone: str, by: Run) -> None:
        """Ends the run that a rollback undoes: its step is stopped, or its waiting is over."""
        case = self._cases.get(undone)
        if case is not None and not case.cancelling:
            self._stop_case(case, f"undone by run {by.id} ({by.procedure})")

    def hand_over(self, case: Case, actor: str) -> None:
        """Creates the failure handler's run in the same transaction as the end of the run that failed."""
        if case.handler is None:
            return
        names = {p.name for p in case.handler.parameters}
        order = StartOrder(
            service=case.run.service,
            procedure=case.handler,
            actor=actor,
            directory=case.run.directory,
            environment=case.run.environment,
            parameters={n: v for n, v in {**case.run.parameters, **case.secrets}.items() if n in names},
            content_hash=case.handler.content_hash,
            undoes=case.run.id,
            incident=case.run.incident,
        )
        handler = self._new_case(RunId(key_of("handler", case.run.id)), order)
        handler.note("run.asked", f"{actor} asked for {order.procedure.name}", self._clock(), actor)
        case.besides(handler.written_by_another())
        self._handed_over[case.run.id] = handler

    def moved(self, case: Case) -> None:
        """After each commit of a run: whoever may go on now is told."""
        case.moved.set()
        if case.run.state in OVER:
            self._cases.pop(case.run.id, None)
            handler = self._handed_over.pop(case.run.id, None)
            if handler is not None:
                handler.was_written()
                self._cases[handler.run.id] = handler
                self._drive(handler)
        for other in self._cases.values():
            waits_here = other is not case and other.run.service == case.run.service
            if waits_here and other.run.state is RunState.QUEUED:
                other.wake.set()

    # ------------------------------------------------------------------ inside

    def _new_case(self, id_: RunId, order: StartOrder) -> Case:
        """The run as asked for. A given content hash is the confirmation, and stands as an answered question."""
        now = self._clock()
        hidden = {n: v for n, v in order.parameters.items() if self._is_secret(n, v)}
        run = Run(
            id=id_,
            service=order.service,
            procedure=order.procedure.name,
            environment=order.environment,
            parameters={n: v for n, v in order.parameters.items() if n not in hidden},
            actor=order.actor,
            state=RunState.WAITING,
            created_at=now,
            content_hash=order.procedure.content_hash,
            procedure_text=to_json(order.procedure),
            handler_text=to_json(order.handler) if order.handler else "",
            directory=order.directory,
            changing=order.procedure.changing,
            rollback=order.procedure.rollback,
            incident=order.incident,
        )
        run = replace(
            run, undoes=RunId(order.undoes) if order.undoes else self._undone_by(run, order.procedure)
        )
        case = Case(run, order.procedure, order.handler, secrets=hidden)
        case.put(run)
        if order.content_hash:
            case.put(_confirmed(run, order.actor, now))
        return case

    def _undone_by(self, run: Run, procedure: Procedure) -> RunId | None:
        """The run under way whose failure handler this procedure is."""
        if not procedure.rollback:
            return None
        for case in self._cases.values():
            under_way = case.run.changing and holds(case.run) and overlap(run, case.run)
            if under_way and procedure_names_handler(case.procedure, procedure):
                return case.run.id
        return None

    def _is_secret(self, name: str, value: str) -> bool:
        return looks_secret(name) or any(secret and secret in value for secret in self._installation.secrets)

    def _drive(self, case: Case) -> None:
        driver = Driver(
            case,
            self,
            self._ledger,
            self._installation,
            self._surroundings,
            self._announcements,
            self._clock,
        )
        self._drivers[case.run.id] = driver
        task = asyncio.get_running_loop().create_task(driver.drive(), name=f"run {case.run.id}")
        self._tasks[case.run.id] = task
        task.add_done_callback(lambda done: self._let_go(case, done))

    def _let_go(self, case: Case, done: "asyncio.Task[None]") -> None:
        """A driver has ended. One that broke is a bug: its run is read from the ledger again and goes on from there."""
        if self._tasks.get(case.run.id) is done:
            del self._tasks[case.run.id]
            self._drivers.pop(case.run.id, None)
        if done.cancelled() or done.exception() is None:
            return
        log.error("run %s broke, and goes on from the ledger", case.run.id, exc_info=done.exception())
        if not self._stopped:
            again = asyncio.get_running_loop().create_task(self._drive_again(case))
            self._tasks[f"again {case.run.id}"] = again
            again.add_done_callback(lambda _: self._tasks.pop(f"again {case.run.id}", None))

    async def _drive_again(self, broken: Case) -> None:
        """Reads the run from the ledger and drives it, with what was only in memory; tried until the ledger answers."""
        while True:
            await asyncio.sleep(min(DRIVE_AGAIN_S * 2**broken.breaks, DRIVE_AGAIN_MOST_S))
            try:
                run = await self._ledger.get(Run, broken.run.id)
                case = await self._loaded(run) if run is not None else None
            except StoreError:
                continue
            break
        if case is None or case.run.state in OVER:
            self._cases.pop(broken.run.id, None)
            broken.over.set()
            return
        case.secrets, case.cancelling, case.over = broken.secrets, broken.cancelling, broken.over
        case.breaks = broken.breaks + 1
        self._cases[case.run.id] = case
        self._drive(case)

    def _stop_case(self, case: Case, why: str) -> None:
        case.cancelling = case.cancelling or why
        case.wake.set()
        driver = self._drivers.get(case.run.id)
        if driver is not None:
            stopping = asyncio.get_running_loop().create_task(driver.shell.stop())
            self._tasks[f"stop {case.run.id}"] = stopping
            stopping.add_done_callback(lambda _: self._tasks.pop(f"stop {case.run.id}", None))

    def _case_asking(self, question: str) -> Case | None:
        return next((c for c in self._cases.values() if question in c.questions), None)

    async def _no_longer_asked(self, question: str) -> ConflictError | NotFoundError:
        known = await self._ledger.get(Question, question)
        if known is None:
            return NotFoundError(f"there is no question {question}")
        return ConflictError(f"it was answered already: {known.answer} by {known.answered_by}")

    def _check_answer(self, case: Case, asked: Question, answer: str, content_hash: str, actor: str) -> None:
        if content_hash != asked.content_hash:
            raise ConflictError(
                "the answer is for another text than the run has", mend="Read the question again."
            )
        if asked.options and answer not in asked.options:
            raise UsageError(
                f"{answer!r} is no answer here", mend=f"Answer one of: {', '.join(asked.options)}."
            )
        if not asked.options and not answer:
            raise UsageError("an empty answer is no value", mend="Give a value.")
        if asked.kind == "approve" and answer == "confirm":
            approved = [q for q in case.questions.values() if q.kind == "approve" and q.step == asked.step]
            if actor == case.run.actor or any(q.answered_by == actor for q in approved):
                raise RefusedError(
                    "approval comes from someone other than the starter, and from each person once"
                )

    def _put_answer(self, case: Case, asked: Question, answer: str, actor: str) -> Question:
        """Takes the answer; a value that is secret stays in memory only."""
        now = self._clock()
        said = answer
        if asked.kind == "parameter":
            name = asked.data["name"]
            if self._is_secret(name, answer) or name in case.lost:
                case.secrets[name] = answer
                said = "[secret]"
            else:
                case.set_run(parameters={**case.run.parameters, name: answer})
        answered = replace(asked, answered_at=now, answer=said, answered_by=actor)
        case.put(answered)
        summary = f"{actor} answered {said}: {asked.text}"
        case.note("question.answered", summary, now, actor, question=asked.id, step=asked.step)
        return answered

    async def _loaded(self, run: Run) -> Case:
        """The run as the ledger has it. What it watched while nobody looked is not known: a watch begins again."""
        handler = from_json(Procedure, run.handler_text) if run.handler_text else None
        case = Case(run, from_json(Procedure, run.procedure_text), handler)
        for attempt in await self._ledger.load(Attempt, run=run.id):
            case.attempts[(attempt.step, attempt.number)] = attempt
        for question in await self._ledger.load(Question, run=run.id):
            case.questions[question.id] = question
        for attempt in list(case.attempts.values()):
            if attempt.state is AttemptState.CLAIMED and "watched" in attempt.data:
                why, now = "nobody watched while the server was away", self._clock()
                case.put(replace(attempt, state=AttemptState.UNKNOWN, reason=why, ended_at=now))
                case.note("step.interrupted", f"the watch was interrupted: {why}", now, step=attempt.step)
        return case

    async def _give_up(self, run: Run, reason: str) -> None:
        """Ends a run that cannot be driven; one run must not keep the server from starting."""
        now = self._clock()
        failed = replace(run, state=RunState.FAILED, reason=reason, ended_at=now, waits_for="", holder=None)
        entry = Entry(
            run.service, "run.failed", f"{run.procedure} failed: {reason}", occurred_at=now, subject=run.id
        )
        await self._ledger.apply(Decision(reason, (failed,), (entry,)))

    async def _end_orphans(self) -> None:
        """Supervisors of runs that ended while their server was going down are told so."""
        folder = self._installation.folder
        if not folder.exists():
            return
        for socket in await asyncio.to_thread(lambda: sorted(folder.glob(f"*/{SOCKET}"))):
            if socket.parent.name not in self._cases:
                supervisor = await Supervisor.find(socket.parent)
                if supervisor is not None:
                    await supervisor.end()


def _confirmed(run: Run, actor: str, now: float) -> Question:
    """The confirmation that came with the order."""
    return Question(
        id=question_id(run.id, "confirm", ""),
        run=run.id,
        service=run.service,
        kind="confirm",
        text=f"Run {run.procedure} for {run.service}?",
        options=("confirm", "reject"),
        content_hash=run.content_hash,
        asked_at=now,
        answered_at=now,
        answer="confirm",
        answered_by=actor,
    )
