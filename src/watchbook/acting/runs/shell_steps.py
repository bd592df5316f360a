"""Steps that start a process: given to the run's supervisor, heard to their end, looked for after a loss.

Used by `runs.driver`, one for each run. It reads and writes no ledger: it is given a claimed attempt and returns that
attempt with its outcome. It never starts an attempt twice.
"""

import asyncio
import contextlib
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from watchbook.acting.runs.ports import Installation
from watchbook.deciding.expectation import unmet
from watchbook.deciding.filling import script_of
from watchbook.deciding.procedure import VERIFY_S, read_only
from watchbook.deciding.redaction import without_controls
from watchbook.model.errors import UnreachableError
from watchbook.model.ids import key_of
from watchbook.model.procedures import Step, StepKind
from watchbook.model.runs import Attempt, AttemptState
from watchbook.world.shell.looking import Fate, look
from watchbook.world.shell.runner import (
    NotUnderWayError,
    Order,
    Outcome,
    Supervisor,
    SupervisorLostError,
    outcome_of,
)

SHOWN_CHARACTERS = 8192  # of the output, kept with the attempt; all that is kept stands in the run's folder
VERIFY_EVERY_S = 1.0
NOT_CARRIED = (
    "its variables and directory do not carry on (exec, an EXIT trap of its own, or a kill): "
    "the next step starts as this one did"
)


@dataclass(frozen=True, slots=True)
class Surrounding:
    """What the steps of a run start with: environment with parameters and secrets, first directory, what is secret."""

    environment: Mapping[str, str]
    directory: str
    secrets: tuple[str, ...]


def attempt_name(step: str, number: int) -> str:
    """The name of an attempt's files: the step's id where it can be a file name, else made so and told apart."""
    safe = re.sub(r"[^A-Za-z0-9_-]", "-", step)[:60]
    return f"{safe}.{number}" if safe == step else f"{safe}-{key_of(step)[:6]}.{number}"


def kept_file(folder: Path, attempt: Attempt) -> Path | None:
    """The file that keeps an attempt's output, also while it runs; None if there is none (yet)."""
    named = str(attempt.data.get("file", ""))
    if named:
        return folder / Path(named).name
    base = attempt_name(attempt.step, attempt.number)
    repetitions = sorted(folder.glob(f"{base}.*.out"), key=lambda file: int(file.suffixes[-2][1:]))
    whole = folder / f"{base}.out"
    return whole if whole.exists() else next(reversed(repetitions), None)


class ShellSteps:
    """The supervisor of one run, as the run's driver sees it."""

    def __init__(self, run: str, installation: Installation, clock: Callable[[], float]) -> None:
        self.run, self._installation, self._clock = run, installation, clock
        self.folder = installation.folder / run
        self._supervisor: Supervisor | None = None
        self._under_way = ""
        self._stopping = False

    async def supervisor(self) -> Supervisor:
        """The run's supervisor, found or started. Raises UnreachableError."""
        if self._supervisor is None:
            path = self._installation.environment.get("PATH", "/usr/local/bin:/usr/bin:/bin")
            self._supervisor = await Supervisor.of(self.folder, path)
            await self._stop_stray(self._supervisor)
        return self._supervisor

    async def perform(
        self, step: Step, attempt: Attempt, surrounding: Surrounding, state: Mapping[str, Any] | None
    ) -> Attempt:
        """The claimed attempt with its outcome; a read-only verification is repeated until it holds (30 s)."""
        if step.kind is StepKind.VERIFY and read_only(step):
            return await self._verify(step, attempt, surrounding, state)
        order = self._order(step, attempt_name(step.id, attempt.number), surrounding, state)
        return await self._given(step, attempt, order)

    async def find_out(self, step: Step, attempt: Attempt) -> Attempt:
        """What became of an attempt that was claimed before: adopted and heard to its end, or looked up."""
        if step.kind is StepKind.VERIFY and read_only(step):
            await self._stop_leftover_verification()
            return replace(
                attempt, state=AttemptState.UNKNOWN, reason="it was interrupted", ended_at=self._clock()
            )
        return await self._found(step, attempt, attempt_name(step.id, attempt.number))

    async def stop(self) -> None:
        """Ends the attempt under way (`perform` returns with its outcome), and lets no other begin."""
        self._stopping = True
        if self._supervisor is not None and self._under_way:
            with contextlib.suppress(SupervisorLostError):
                await self._supervisor.stop(self._under_way)

    async def leave(self) -> None:
        """Lets go of the supervisor, which lives on."""
        supervisor, self._supervisor = self._supervisor, None
        if supervisor is not None:
            await supervisor.leave()

    async def end(self) -> None:
        """The run is over: its supervisor goes."""
        supervisor, self._supervisor = self._supervisor, None
        if supervisor is None and self.folder.exists():
            supervisor = await Supervisor.find(self.folder)
        if supervisor is not None:
            await supervisor.end()

    def _order(
        self, step: Step, name: str, surrounding: Surrounding, state: Mapping[str, Any] | None
    ) -> Order:
        return Order(
            attempt=name,
            mark=f"{self.run}/{name}",
            script=script_of(step),
            environment=surrounding.environment,
            directory=surrounding.directory,
            timeout_s=step.timeout_s or self._installation.step_timeout_s,
            grace_s=self._installation.grace_s,
            secrets=surrounding.secrets,
            state=state,
            limit_bytes=self._installation.output_bytes,
        )

    async def _given(self, step: Step, attempt: Attempt, order: Order) -> Attempt:
        try:
            supervisor = await self.supervisor()
        except UnreachableError as problem:
            return self._ended(step, attempt, Outcome(126, why=str(problem)), order.attempt)
        if self._stopping:
            return replace(
                attempt, state=AttemptState.NEVER, reason="the run was stopped before", ended_at=self._clock()
            )
        self._under_way = order.attempt
        try:
            outcome = await supervisor.perform(order if supervisor.fresh else replace(order, state=None))
            supervisor.fresh = False
        except SupervisorLostError:
            await self.leave()
            return await self._found(step, attempt, order.attempt)
        finally:
            self._under_way = ""
        return self._ended(step, attempt, outcome, order.attempt)

    async def _found(self, step: Step, attempt: Attempt, name: str) -> Attempt:
        while True:
            seen = await asyncio.to_thread(look, self.folder, name, attempt.boot)
            if seen.fate is Fate.ENDED:
                return self._ended(step, attempt, outcome_of(seen.outcome), name)
            if seen.fate is not Fate.RUNNING:
                state = AttemptState.NEVER if seen.fate is Fate.NEVER else AttemptState.UNKNOWN
                shown = "" if state is AttemptState.NEVER else _kept_output(self.folder, name)
                return replace(
                    attempt, state=state, reason=seen.reason, ended_at=self._clock(), output=_excerpt(shown)
                )
            try:
                outcome = await self._adopted(name)
            except NotUnderWayError as never:
                return replace(attempt, state=AttemptState.NEVER, reason=never.what, ended_at=self._clock())
            if outcome is not None:
                return self._ended(step, attempt, outcome, name)

    async def _adopted(self, name: str) -> Outcome | None:
        """Hears the attempt to its end under the supervisor that has it; None when that is lost meanwhile."""
        await self.leave()
        supervisor = await Supervisor.find(self.folder)
        if supervisor is None:
            return None
        self._supervisor, self._under_way = supervisor, name
        try:
            if self._stopping:
                await supervisor.stop(name)
            return await supervisor.adopt(name)
        except NotUnderWayError:
            raise
        except SupervisorLostError:
            await self.leave()
            return None
        finally:
            self._under_way = ""

    async def _stop_leftover_verification(self) -> None:
        """A verification that an earlier server began: it is repeated from the start, so what runs of it is ended."""
        await self.leave()
        self._supervisor = await Supervisor.find(self.folder) if self.folder.exists() else None
        if self._supervisor is not None:
            await self._stop_stray(self._supervisor)

    async def _stop_stray(self, supervisor: Supervisor) -> None:
        """Ends what the supervisor is running when a new attempt is about to be given to it."""
        if not supervisor.running:
            return
        try:
            await supervisor.stop(supervisor.running)
            await supervisor.adopt(supervisor.running)
        except SupervisorLostError:
            await self.leave()

    async def _verify(
        self, step: Step, attempt: Attempt, surrounding: Surrounding, state: Mapping[str, Any] | None
    ) -> Attempt:
        """Repeats the step every second until it holds; each repetition has its own gate and output."""
        limit = time.monotonic() + (step.timeout_s or VERIFY_S)
        base = attempt_name(step.id, attempt.number)
        repetition = 0
        while True:
            repetition += 1
            name = f"{base}.{repetition}"
            order = self._order(step, name, surrounding, state)
            order = replace(order, timeout_s=max(1.0, limit - time.monotonic()))
            done = await self._given(step, attempt, order)
            over = done.good or done.state is AttemptState.UNKNOWN or _stopped(done)
            if over or time.monotonic() + VERIFY_EVERY_S > limit:
                tries = f" (after {repetition} tries)" if repetition > 1 else ""
                return replace(done, reason=f"{done.reason}{tries}")
            await asyncio.sleep(VERIFY_EVERY_S)
            await asyncio.to_thread(_forget, self.folder, name)

    def _ended(self, step: Step, attempt: Attempt, outcome: Outcome, name: str) -> Attempt:
        """The attempt with what came of it, judged by exit and expectation."""
        output = _kept_output(self.folder, name)
        good, reason = _judged(step, outcome, output)
        data: dict[str, Any] = {"file": f"{name}.out"}
        if outcome.carried:
            data["state"] = dict(outcome.state)
        elif not outcome.why.startswith("directory gone"):
            data["note"] = NOT_CARRIED
            reason = reason if outcome.why else f"{reason}; {NOT_CARRIED}"
        if outcome.left:
            data["left"] = outcome.left
        return replace(
            attempt,
            state=AttemptState.ENDED,
            exit=outcome.exit,
            good=good,
            reason=reason,
            ended_at=self._clock(),
            output=_excerpt(output),
            output_bytes=outcome.output_bytes,
            data={**attempt.data, **data},
        )


def _judged(step: Step, outcome: Outcome, output: str) -> tuple[bool, str]:
    """Whether the step did what was expected, and why not."""
    if outcome.why == "timeout":
        return False, f"it did not end in time, and was ended (exit {outcome.exit})"
    if outcome.why == "killed":
        return False, f"its shell was killed (exit {outcome.exit}), and what it left was ended"
    if outcome.why == "stopped":
        return False, f"stopped (exit {outcome.exit})"
    if outcome.why:
        return False, f"{outcome.why} (exit {outcome.exit})"
    if outcome.exit != 0:
        last = next((line.strip() for line in reversed(output.splitlines()) if line.strip()), "")
        return False, f"exit {outcome.exit}: {last[:200]}" if last else f"exit {outcome.exit}"
    missed = unmet(step.expect, output) if step.expect is not None else ""
    return (False, missed) if missed else (True, "exit 0")


def _stopped(attempt: Attempt) -> bool:
    return attempt.reason.startswith("stopped")


def _kept_output(folder: Path, name: str) -> str:
    """The output as its file keeps it (bounded and redacted), without control sequences: people and pages read it."""
    try:
        return without_controls((folder / f"{name}.out").read_bytes().decode("utf-8", "replace"))
    except OSError:
        return ""


def _excerpt(output: str) -> str:
    """Beginning and end of a long output, for the ledger and pages."""
    if len(output) <= SHOWN_CHARACTERS:
        return output
    head = SHOWN_CHARACTERS // 4
    return f"{output[:head]}\n[…]\n{output[-(SHOWN_CHARACTERS - head) :]}"


def _forget(folder: Path, name: str) -> None:
    """Removes the files of a repetition that did not hold."""
    for ending in ("out", "gate"):
        with contextlib.suppress(OSError):
            (folder / f"{name}.{ending}").unlink()
