"""What keeps one run going: decide, write, act, and again, until the run is over or waits.

One task for each run under way, started by `runs.runs`. The decision is `deciding.procedure`'s; what an attempt's end and
the next claim change is written in one transaction. Nothing is begun that was not written first (rule 23).
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from watchbook.acting.runs.case import Case
from watchbook.acting.runs.ports import Announcements, Installation, Ledger, Surroundings
from watchbook.acting.runs.shell_steps import ShellSteps, Surrounding
from watchbook.deciding.filling import uses, values_of
from watchbook.deciding.moves import (
    Announce,
    Ask,
    Await,
    Begin,
    Claim,
    Finish,
    Look,
    Move,
    Queue,
    Settle,
    Situation,
)
from watchbook.deciding.procedure import acts_on_world, decide, effective_steps
from watchbook.model.errors import StoreError, UnreachableError
from watchbook.model.ids import StepId
from watchbook.model.procedures import Step
from watchbook.model.runs import Attempt, AttemptState, Question, Run, RunState
from watchbook.world.shell.processes import place

FACTS_EVERY_S = 1.0  # how often a watch looks, besides being told
STORE_RETRY_S = (0.05, 0.2, 1.0, 2.0, 5.0)

log = logging.getLogger(__name__)


class Company(Protocol):
    """What a driver needs of the other runs."""

    def holder_for(self, run: Run) -> Run | None:
        """The run that stands in the way."""
        ...

    def undo(self, undone: str, by: Run) -> None:
        """Ends the run that `by` undoes."""
        ...

    def hand_over(self, case: Case, actor: str) -> None:
        """Puts the failure handler's run beside the end of this one, in the same transaction."""
        ...

    def moved(self, case: Case) -> None:
        """The run's state has changed: others may go on."""
        ...


class Driver:
    """Carries out the moves of one run."""

    def __init__(
        self,
        case: Case,
        company: Company,
        ledger: Ledger,
        installation: Installation,
        surroundings: Surroundings,
        announcements: Announcements,
        clock: Callable[[], float],
    ) -> None:
        self.case, self._company = case, company
        self._ledger, self._installation = ledger, installation
        self._surroundings, self._announcements, self._clock = surroundings, announcements, clock
        self.shell = ShellSteps(case.run.id, installation, clock)
        self._next: Move | None = None  # decided, not yet committed

    async def drive(self) -> None:
        """Until the run is over. Cancelling this leaves the run as the ledger has it, to be driven again."""
        ended: Attempt | None = None
        try:
            while True:
                move = await self._turn(ended)
                ended = None
                if isinstance(move, Claim | Look):
                    ended = await self._act(move)
                elif isinstance(move, Finish):
                    break
                else:
                    await self._wait(move.until if isinstance(move, Await) else None, move)
        except BaseException:
            await self.shell.leave()
            raise
        await self.shell.end()
        self.case.over.set()
        self._company.moved(self.case)

    async def _turn(self, ended: Attempt | None) -> Move:
        """Takes an attempt's outcome, decides, and writes both; the move that is to be carried out now."""
        tries = 0
        while True:
            async with self.case.lock:
                self.case.wake.clear()
                self._follow_clock()
                if ended is not None:
                    self._take(ended)
                    ended = None
                if self._next is None:
                    self._next = await self._decided()
                with contextlib.suppress(StoreError):
                    await self.case.commit(self._ledger, "run", self._installation.secrets)
                    move, self._next = self._next, None
                    self._company.moved(self.case)
                    return move
            # What cannot be written does not happen; it is tried again until it can.
            await asyncio.sleep(STORE_RETRY_S[min(tries, len(STORE_RETRY_S) - 1)])
            tries += 1

    def _follow_clock(self) -> None:
        """After a jump of the wall clock, the marks of waits and watches under way move with it."""
        by_s, self.case.moved_s = self.case.moved_s, 0.0
        if not by_s:
            return
        for attempt in [a for a in self.case.attempts.values() if a.state is AttemptState.CLAIMED]:
            if not acts_on_world(self._step(attempt)):
                self.case.put(_moved(attempt, by_s))

    async def _decided(self) -> Move:
        """Decides and puts down row effects until something must be awaited, done or ended."""
        while True:
            if self.case.cancelling and not self._unheard():
                return self._finish(Finish(RunState.CANCELLED, self.case.cancelling))
            now = self._clock()
            move = decide(self._situation(), now)
            if isinstance(move, Claim) and acts_on_world(move.step):
                if await self._shell_state_lost(move.step):
                    continue
                return self._claim(move, now)
            if isinstance(move, Look):
                self.case.set_run(state=RunState.RUNNING, waits_for="", reason=move.reason)
                return move
            if isinstance(move, Await):
                self.case.set_run(state=RunState.WAITING, waits_for=move.waits_for, reason=move.reason)
                return move
            if isinstance(move, Queue):
                return self._queue(move, now)
            if isinstance(move, Finish):
                return self._finish(move)
            self._put_down(move, now)

    def _unheard(self) -> bool:
        """Whether a process may be under way whose outcome must be known before the run can end."""
        claimed = [a for a in self.case.attempts.values() if a.state is AttemptState.CLAIMED]
        return any(acts_on_world(self._step(attempt)) for attempt in claimed)

    def _situation(self) -> Situation:
        case = self.case
        run = case.run
        return case.situation(
            facts=lambda environment: self._surroundings.facts(run.service, environment),
            known=frozenset(self._installation.environment),
            holder=self._company.holder_for(run),
            announces=self._announcements.available,
        )

    def _put_down(self, move: Begin | Claim | Settle | Announce | Ask, now: float) -> None:
        """Row effects: written with whatever follows."""
        case = self.case
        if isinstance(move, Begin):
            case.set_run(
                state=RunState.RUNNING, started_at=now, holder=None, waits_for="", reason=move.reason
            )
            case.note("run.started", f"{case.run.procedure} started", now, case.run.actor)
            if case.run.undoes:
                self._company.undo(case.run.undoes, case.run)
        elif isinstance(move, Claim):
            self._claim(move, now)
        elif isinstance(move, Ask):
            case.put(_asked_at(move, now))
            asked = move.question
            case.note("question.asked", asked.text, now, question=asked.id, question_kind=asked.kind)
            if move.alarm:
                case.besides(self._announcements.alarm(case.run, move.alarm, now))
        else:
            self._settle(move, now)

    def _settle(self, move: Settle | Announce, now: float) -> None:
        """Ends a row attempt; one that was never claimed is claimed and ended at once."""
        case = self.case
        if isinstance(move, Announce):
            case.besides(self._announcements.announce(case.run, move.step, now))
        known = case.attempts.get((move.step.id, move.number))
        attempt = known or self._new_attempt(move.step, move.number, now)
        good = move.good if isinstance(move, Settle) else True
        actor = move.actor if isinstance(move, Settle) else ""
        self._take(_with_end(attempt, now, good, move.reason, actor), move.step)

    def _claim(self, move: Claim, now: float) -> Move:
        case = self.case
        case.put(_with_data(self._new_attempt(move.step, move.number, now), move))
        case.set_run(
            state=RunState.RUNNING, waits_for="", holder=None, reason=f"{move.step.name}: {move.reason}"
        )
        again = f" (attempt {move.number}: {move.reason})" if move.number > 1 else ""
        said = f"{move.step.name} started{again}"
        case.note("step.started", said, now, step=move.step.id, attempt=move.number)
        return move

    def _new_attempt(self, step: Step, number: int, now: float) -> Attempt:
        return Attempt(self.case.run.id, StepId(step.id), number, AttemptState.CLAIMED, now, boot=place())

    def _take(self, attempt: Attempt, step: Step | None = None) -> None:
        """Puts down the end of an attempt and its entry in the journal."""
        case, now = self.case, self._clock()
        case.put(attempt)
        name = (step or self._step(attempt)).name
        said = {
            AttemptState.ENDED: f"{name} {'failed' if attempt.good is False else 'ended'}: {attempt.reason}",
            AttemptState.NEVER: f"{name} did not begin: {attempt.reason}",
            AttemptState.UNKNOWN: f"{name} was interrupted: {attempt.reason}",
        }[attempt.state]
        data: dict[str, Any] = {"step": attempt.step, "attempt": attempt.number, "exit": attempt.exit}
        notes = {key: attempt.data[key] for key in ("note", "left") if key in attempt.data}
        kind = {"ended": "step.ended", "never": "step.never", "unknown": "step.interrupted"}[attempt.state]
        case.note(kind, said, now, attempt.actor or "watchbook", **data, **notes)

    def _step(self, attempt: Attempt) -> Step:
        return next(step for step in effective_steps(self._situation()) if step.id == attempt.step)

    def _queue(self, move: Queue, now: float) -> Move:
        case = self.case
        if case.run.holder != move.holder.id or case.run.state is not RunState.QUEUED:
            case.set_run(state=RunState.QUEUED, holder=move.holder.id, waits_for="", reason=move.reason)
            case.note("run.queued", f"{case.run.procedure} waits: {move.reason}", now, holder=move.holder.id)
        if case.run.undoes == move.holder.id:
            self._company.undo(move.holder.id, case.run)
        return move

    def _finish(self, move: Finish) -> Move:
        case, now = self.case, self._clock()
        for attempt in [a for a in case.attempts.values() if a.state is AttemptState.CLAIMED]:
            self._take(_with_end(attempt, now, False, f"the run ended: {move.reason}", ""))
        case.set_run(state=move.state, ended_at=now, waits_for="", holder=None, reason=move.reason)
        for question in [q for q in case.questions.values() if q.answered_at is None]:
            case.put(_withdrawn(question, now))
        word = str(move.state)
        case.note(f"run.{word}", f"{case.run.procedure} {word}: {move.reason}", now)
        if move.handler:
            self._company.hand_over(case, _who_decided(case))
        return move

    async def _act(self, move: Claim | Look) -> Attempt:
        """Does what was claimed, or finds out what became of it."""
        if isinstance(move, Look):
            return await self.shell.find_out(move.step, move.attempt)
        attempt = self.case.attempts[(move.step.id, move.number)]
        return await self.shell.perform(move.step, attempt, self._surrounding(), self._carried_state())

    def _surrounding(self) -> Surrounding:
        """What the step's shell starts with: the installation's environment, then defaults, values and secrets."""
        case = self.case
        installed = self._installation.environment
        defaults = {n: v for n, v in values_of(case.procedure, {}).items() if n not in installed}
        environment = {**installed, **defaults, **case.run.parameters, **case.secrets}
        secrets = (*self._installation.secrets, *case.secrets.values())
        return Surrounding(environment, case.run.directory, secrets)

    def _carried_state(self) -> dict[str, object] | None:
        """What the last step that carried anything left, as far as it may be written down (rule 25)."""
        with_state = [a for a in self.case.attempts.values() if "state" in a.data]
        last = max(with_state, key=lambda a: (a.ended_at or 0.0, a.claimed_at), default=None)
        return dict(last.data["state"]) if last is not None else None

    async def _shell_state_lost(self, step: Step) -> bool:
        """Whether the run's shell is new and lacks values that were not written down and that are still used."""
        state = self._carried_state()
        withheld = [str(name) for name in (state or {}).get("withheld", [])]  # type: ignore[attr-defined]
        if not withheld or self.case.lost:
            return False
        try:
            supervisor = await self.shell.supervisor()
        except UnreachableError:
            return False
        if not supervisor.fresh:
            return False
        steps = effective_steps(self._situation())
        to_come = steps[steps.index(step) :] if step in steps else steps
        known = {*self._installation.environment, *self.case.run.parameters, *self.case.secrets}
        self.case.lost = tuple(n for n in withheld if n not in known and any(uses(s, n) for s in to_come))
        return bool(self.case.lost)

    async def _wait(self, until: float | None, move: Move) -> None:
        """Until an answer, other facts, another run's end, or the time."""
        limit_s = None if until is None else max(0.0, until - self._clock())
        if isinstance(move, Await) and move.waits_for == "watch":
            limit_s = min(FACTS_EVERY_S, limit_s if limit_s is not None else FACTS_EVERY_S)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                await self.case.wake.wait()


def _moved(attempt: Attempt, by_s: float) -> Attempt:
    data = dict(attempt.data)
    if "firing" in data:  # since when: alerts' marks move as well
        data["firing"] = {name: since + by_s for name, since in data["firing"].items()}
    return replace(attempt, claimed_at=attempt.claimed_at + by_s, data=data)


def _asked_at(move: Ask, now: float) -> Question:
    return replace(move.question, asked_at=now)


def _withdrawn(question: Question, now: float) -> Question:
    """A question whose run ended before anyone answered."""
    return replace(question, answered_at=now, answer="withdrawn", answered_by="watchbook")


def _with_data(attempt: Attempt, move: Claim) -> Attempt:
    return replace(attempt, data=dict(move.data)) if move.data else attempt


def _with_end(attempt: Attempt, now: float, good: bool | None, reason: str, actor: str) -> Attempt:
    return replace(attempt, state=AttemptState.ENDED, ended_at=now, good=good, reason=reason, actor=actor)


def _who_decided(case: Case) -> str:
    """Who chose the rollback; the watch itself where the document says `rollback=auto`."""
    chosen = [q for q in case.questions.values() if q.answer == "rollback"]
    return max(chosen, key=lambda q: q.answered_at or 0.0).answered_by if chosen else "watchbook"
