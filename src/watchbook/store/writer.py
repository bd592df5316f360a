"""The writer: one thread owns the writing connection of a file; jobs that wait together share one commit.

Called by `store.store` only. A job is a function of a connection; it is answered after its commit is on the disk.
Urgent jobs (pages) go before the others, and a transaction takes new ones for a few milliseconds at most, so that
a busy run does not hold a page back. A store that is stuck (locked, full, read-only) is tried again for ever, and
every waiting caller is told within its own time.
"""

import asyncio
import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, InvalidStateError
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from watchbook.model.errors import StoreError
from watchbook.store import sqlite

Result = TypeVar("Result")
WITHIN_S = 2.0  # rule 14: for a page, a store that cannot commit within this is stuck
PATIENT_S = 5.0  # everything else may wait its turn on a busy machine
_GATHER_S = 0.005  # how long a transaction goes on taking ordinary jobs
_GATHER_URGENT_S = 0.02  # and urgent ones
_AGAIN_S = 0.1  # a stuck store is tried again this often
_PROBE_S = 0.5  # and this often when nothing waits to be written
_log = logging.getLogger(__name__)


@dataclass(eq=False)
class Job(Generic[Result]):
    """Something to write. `keep`: still to be written after its caller was told that the store is stuck."""

    work: Callable[[Connection], Result]
    urgent: bool = False
    keep: bool = False
    answer: "Future[Result]" = field(default_factory=Future)
    inside: bool = False  # part of a transaction that is under way

    @property
    def wanted(self) -> bool:
        """False once its caller has gone away with an error and it is not to be kept."""
        return self.keep or not self.answer.done()


class Writer:
    """Owns the writing connection of one database file."""

    def __init__(self, path: Path, committed: Callable[[], None] = lambda: None) -> None:
        """`committed` is called on the writer's thread after each commit. Raises StoreError at once."""
        self.problem: StoreError | None = (
            None  # why the store is stuck; a lock counts once it cost someone a write
        )
        self._trouble: StoreError | None = None  # why the newest attempt failed
        self.commits = 0
        self._path, self._committed = path, committed
        self._engine: Engine = sqlite.open_to_write(path)
        self._connection: Connection | None = None
        self._identity = _identity(path)
        self._urgent: deque[Job[Any]] = deque()
        self._ordinary: deque[Job[Any]] = deque()
        self._some = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    async def write(
        self,
        work: Callable[[Connection], Result],
        *,
        within_s: float = PATIENT_S,
        urgent: bool = False,
        keep: bool = False,
    ) -> Result:
        """Run `work` in a transaction and return what it returns, once that is on the disk.

        Raises what `work` raises (only its own changes are rolled back), or StoreError where it could not be
        committed within `within_s`. It is withdrawn then, unless `keep`: then it is written as soon as it can be.
        """
        job = Job(work, urgent, keep)
        self.submit(job)
        waiting = asyncio.wrap_future(job.answer)
        waiting.add_done_callback(_see)
        try:
            done, _ = await asyncio.wait((waiting,), timeout=within_s)
        except asyncio.CancelledError:
            if not keep:
                job.answer.cancel()
            raise
        if not done:
            self._give_up(job, within_s)
        return await waiting

    def write_now(self, work: Callable[[Connection], Result], *, within_s: float = PATIENT_S) -> Result:
        """The same for callers without an event loop."""
        job = Job(work)
        self.submit(job)
        with contextlib.suppress(TimeoutError):
            return job.answer.result(within_s)
        self._give_up(job, within_s)
        return job.answer.result()

    def submit(self, job: Job[Any]) -> None:
        """Queue a job; its answer comes after its commit."""
        with self._some:
            if self._closing:
                raise StoreError("the store is closed", where=str(self._path))
            (self._urgent if job.urgent else self._ordinary).append(job)
            self._some.notify()

    def close(self, within_s: float = WITHIN_S) -> int:
        """Write what is queued, then let go of the file. How many jobs could not be written."""
        with self._some:
            self._closing = True
            self._some.notify()
        self._thread.join(within_s)
        with self._some:
            left = [job for job in (*self._urgent, *self._ordinary) if job.wanted]
            self._urgent.clear()
            self._ordinary.clear()
        for job in left:
            _refuse(
                job, StoreError("the store was closed before this could be written", where=str(self._path))
            )
        return len(left)

    @property
    def stopped(self) -> bool:
        """Whether its thread has ended and let go of the file."""
        return not self._thread.is_alive()

    def _give_up(self, job: Job[Any], within_s: float) -> None:
        """Tell the caller that its time is over, unless the answer has just come."""
        with self._some:
            trouble = self.problem = self._trouble
            self._some.notify()
        why = f": {trouble.what}" if trouble else ""
        late = " It may still be written." if job.inside or job.keep else ""
        mend = (trouble.mend if trouble else "") + late
        what = f"could not commit within {within_s:g} s{why}"
        _refuse(job, StoreError(what, where=str(self._path), mend=mend.strip()))

    # ------------------------------------------------------------------------------------------ its thread

    def _run(self) -> None:
        while self._wait_for_work():
            held: list[Job[Any]] = []
            try:
                self._commit_group(held)
            except Exception as error:
                self._stuck(held, error)
        self._let_go()

    def _wait_for_work(self) -> bool:
        """Block until there is a job, or a stuck store is to be tried; False when closing and nothing can be done."""
        with self._some:
            while not self._urgent and not self._ordinary:
                if self._closing:
                    return False
                if not self._some.wait(_PROBE_S if self._trouble else None):
                    return True
            return not (self._closing and self._trouble is not None)

    def _commit_group(self, held: list[Job[Any]]) -> None:
        """One transaction of as many jobs as come within a few milliseconds. `held` are those inside it."""
        connection = self._connect()
        outcomes: list[tuple[Job[Any], Any, BaseException | None]] = []
        with connection.begin():
            began_at = time.monotonic()
            while (job := self._next(time.monotonic() - began_at, held)) is not None:
                held.append(job)
                job.inside = True
                outcomes.append((job, *self._attempt(connection, job)))
            if self._trouble is not None:
                sqlite.touch(connection)  # only a page that is really written shows that the trouble is over
        with self._some:
            self.problem = self._trouble = None
        self.commits += 1
        held.clear()
        for job, result, error in outcomes:
            _deliver(job, result, error)
        self._committed()

    def _next(self, elapsed_s: float, held: list[Job[Any]]) -> Job[Any] | None:
        """The next job for the transaction under way; None when it should be committed now."""
        paging = bool(held) and held[-1].urgent
        urgent_too = not held or elapsed_s < _GATHER_URGENT_S
        ordinary_too = not held or (elapsed_s < _GATHER_S and not paging)
        with self._some:
            while True:
                if self._urgent and urgent_too:
                    job = self._urgent.popleft()
                elif self._ordinary and ordinary_too:
                    job = self._ordinary.popleft()
                else:
                    return None
                if job.wanted:
                    return job

    @staticmethod
    def _attempt(connection: Connection, job: Job[Any]) -> tuple[Any, BaseException | None]:
        """Do a job behind a savepoint of its own: its failure takes nothing else with it."""
        point = connection.begin_nested()
        try:
            result = job.work(connection)
            point.commit()
            return result, None
        except Exception as error:
            if sqlite.code_of(error) in sqlite.STORE_AT_FAULT:
                raise
            point.rollback()
            return None, error

    def _stuck(self, held: list[Job[Any]], error: Exception) -> None:
        """The store did not take a group: put it back, tell why, and try again in a while."""
        problem = sqlite.store_error(error, self._path)
        if not sqlite.is_locked(error):
            self._drop_connection()
        if problem is None and not isinstance(error, StoreError):
            _log.error("a group of writes failed", exc_info=error)
            for job in held:
                _refuse(job, error)
            return
        with self._some:
            self._trouble = problem or (error if isinstance(error, StoreError) else None)
            for job in reversed(held):
                job.inside = False
                (self._urgent if job.urgent else self._ordinary).appendleft(job)
        if not sqlite.is_locked(error):
            self._refuse_all()
        with self._some:
            if not self._closing:
                self._some.wait(_AGAIN_S)

    def _refuse_all(self) -> None:
        """Full, read-only, gone: nobody needs to wait the two seconds to hear it. What is kept stays queued."""
        with self._some:
            problem = self.problem = self._trouble
            if problem is None:
                return
            waiting = [*self._urgent, *self._ordinary]
            self._urgent = deque(job for job in self._urgent if job.keep)
            self._ordinary = deque(job for job in self._ordinary if job.keep)
        for job in waiting:
            _refuse(job, StoreError(problem.what, where=problem.where, mend=problem.mend))

    def _connect(self) -> Connection:
        """The connection; a new one after trouble. StoreError where the file was removed or replaced meanwhile."""
        identity = _identity(self._path)
        if identity != self._identity:
            how = "removed" if identity is None else "replaced"
            raise StoreError(
                f"the database was {how} while it was in use",
                where=str(self._path),
                mend="Put it back, or start again.",
            )
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(DBAPIError):
                connection.invalidate()
                connection.close()

    def _let_go(self) -> None:
        self._drop_connection()
        self._engine.dispose()


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file stands under that name, None for none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _deliver(job: Job[Any], result: Any, error: BaseException | None) -> None:
    """Answer a job whose group is on the disk."""
    if error is not None:
        if job.answer.done():
            _log.warning("a write that came late was refused: %s", error)
        _refuse(job, error)
        return
    with contextlib.suppress(InvalidStateError, CancelledError):
        job.answer.set_result(result)


def _refuse(job: Job[Any], error: BaseException) -> None:
    with contextlib.suppress(InvalidStateError, CancelledError):
        job.answer.set_exception(error)


def _see(answer: "asyncio.Future[Any]") -> None:
    """Look at an answer that nobody may be waiting for any more, so that asyncio does not complain of it."""
    if not answer.cancelled():
        answer.exception()
