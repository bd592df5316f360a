"""Checks many runbooks, on as many processes as are asked for, and gives what was found in the order they were named.

Called by the `check` command. Each process takes a few runbooks at a time and gives back values; an error of one runbook is
a value as well. Processes are forked where that is safe (Linux; this one has no threads), so that nothing is imported twice.
"""

import gc
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from watchbook.app.documents.checking import Checked, Examination
from watchbook.app.documents.loading import Found
from watchbook.model.errors import DocumentError, WatchbookError

Outcome = tuple[Checked, ...] | DocumentError
_AT_ONCE = (
    8  # runbooks that a process takes: enough that asking costs nothing, few enough that all end together
)
_WORTH_IT = 16  # runbooks for each process: fewer are read before it has begun


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def jobs_for(number: int) -> int:
    """Processes for that many runbooks where nobody says how many: all cores for many, one for a few."""
    return max(1, min(cores(), number // _WORTH_IT))


def check_all(examination: Examination, runbooks: Sequence[Found], jobs: int = 1) -> Iterator[Outcome]:
    """What is found in each runbook, in their order, or why it cannot be read. Any other error ends it: it is raised."""
    if min(jobs, len(runbooks)) < 2:
        for found in runbooks:
            yield _raised(_check(examination, found))
        return
    with _Crew(examination, min(jobs, len(runbooks)), runbooks) as crew:
        for outcome in crew.outcomes():
            yield _raised(outcome)


def _raised(outcome: "tuple[Checked, ...] | _Problem") -> Outcome:
    if not isinstance(outcome, _Problem):
        return outcome
    error = outcome.kind(outcome.what, where=outcome.where, mend=outcome.mend)
    if isinstance(error, DocumentError):
        return error
    raise error


@dataclass(frozen=True, slots=True)
class _Problem:
    """An error on its way between processes."""

    kind: type[WatchbookError]
    what: str
    where: str
    mend: str


def _check(examination: Examination, found: Found) -> "tuple[Checked, ...] | _Problem":
    try:
        return examination.check(found)
    except WatchbookError as error:
        return _Problem(type(error), error.what, error.where, error.mend)


class _Crew:
    """The processes at work. Leaving ends them, whatever they are at."""

    def __init__(self, examination: Examination, jobs: int, runbooks: Sequence[Found]) -> None:
        self.runbooks = runbooks
        self.starts = iter(range(0, len(runbooks), _AT_ONCE))
        self.at: dict[Connection, int] = {}  # where the part begins that a process is at
        self.processes: list[BaseProcess] = []
        context = get_context("fork") if sys.platform == "linux" else get_context("spawn")
        sys.stdout.flush()
        for _ in range(jobs):
            ours, theirs = context.Pipe()
            # A forked process has this one's ends as well: it must close them, or nobody would hear that this one is gone.
            inherited = [*self.at, ours] if sys.platform == "linux" else []
            process = context.Process(target=_work, args=(theirs, examination, inherited), daemon=True)
            process.start()
            theirs.close()
            self.processes.append(process)
            self.at[ours] = -1

    def __enter__(self) -> "_Crew":
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.join()
        for connection in self.at:
            connection.close()

    def outcomes(self) -> "Iterator[tuple[Checked, ...] | _Problem]":
        """What the processes say, in the order of the runbooks."""
        busy = [connection for connection in self.at if self._give(connection)]
        said: dict[int, list[tuple[Checked, ...] | _Problem]] = {}
        following = 0
        while following < len(self.runbooks):
            for connection in wait(busy):
                assert isinstance(connection, Connection)
                said[self.at[connection]] = self._taken(connection)
                if not self._give(connection):
                    busy.remove(connection)
            while following in said:
                yield from said.pop(following)
                following += _AT_ONCE

    def _give(self, connection: Connection) -> bool:
        """The next runbooks for a process; False where none are left."""
        start = next(self.starts, None)
        if start is None:
            return False
        self.at[connection] = start
        connection.send(self.runbooks[start : start + _AT_ONCE])
        return True

    def _taken(self, connection: Connection) -> "list[tuple[Checked, ...] | _Problem]":
        try:
            said: list[tuple[Checked, ...] | _Problem] = connection.recv()
        except (EOFError, ConnectionError):
            first = self.runbooks[self.at[connection]].path
            raise WatchbookError(
                "a process that read runbooks was ended from outside",
                where=f"from {first} on",
                mend="Was there too little memory? Try --jobs 1.",
            ) from None
        return said


def _work(connection: Connection, examination: Examination, inherited: Sequence[Connection]) -> None:
    """A process: checks what it is given until nobody asks any more. Ctrl-C is for the one that started it."""
    for other in inherited:
        other.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    gc.freeze()
    while True:
        try:
            runbooks = connection.recv()
            connection.send([_check(examination, found) for found in runbooks])
        except (EOFError, ConnectionError):
            return
