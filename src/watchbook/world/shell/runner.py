"""The server's side of a run's shell: start or find its supervisor, give it one step, hear its output and its end.

Called by `acting.runs`. Everything survives the loss of this process: the supervisor finishes the step under way, and
`looking.look` tells what became of it. It decides nothing, and never starts a step twice.
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from watchbook.model.errors import UnreachableError
from watchbook.world.shell.looking import supervisor_of
from watchbook.world.shell.record import SOCKET
from watchbook.world.shell.socket_address import short_address
from watchbook.world.shell.spawning import spawning

SHIM = Path(__file__).with_name("shim.py")
LINE_LIMIT_BYTES = 64 * 1024 * 1024
HELLO_S = 10.0
CONNECT_TRIES, CONNECT_EVERY_S = 20, 0.05

Heard = Callable[[str], None]


class SupervisorLostError(UnreachableError):
    """The run's supervisor went away before it told the outcome; `looking.look` says what became of the step."""


class NotUnderWayError(SupervisorLostError):
    """The supervisor is there and has no such attempt: it never began."""


@dataclass(frozen=True, slots=True)
class Order:
    """One attempt as it is given to the supervisor. `state` is what to start from if the supervisor is new.

    `environment` is all that the step's shell starts with: what the installation lists, parameters and secrets.
    """

    attempt: str
    mark: str
    script: str
    environment: Mapping[str, str]
    directory: str
    timeout_s: float = 3600.0
    grace_s: float = 5.0
    secrets: tuple[str, ...] = ()
    state: Mapping[str, Any] | None = None
    limit_bytes: int = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt. `why` is empty when it ended by itself, else timeout, stopped, killed, or a sentence."""

    exit: int
    why: str = ""
    output_bytes: int = 0
    left_out_bytes: int = 0
    duration_s: float = 0.0
    carried: bool = False
    left: int = 0
    state: Mapping[str, Any] = field(default_factory=dict)


def outcome_of(event: Mapping[str, Any]) -> Outcome:
    """The outcome that a supervisor's `ended` event tells."""
    return Outcome(
        exit=int(event.get("exit", -1)),
        why=str(event.get("why", "")),
        output_bytes=int(event.get("output_bytes", 0)),
        left_out_bytes=int(event.get("left_out_bytes", 0)),
        duration_s=float(event.get("duration_s", 0.0)),
        carried=bool(event.get("carried")),
        left=int(event.get("left", 0)),
        state=event.get("state") or {},
    )


class Supervisor:
    """A connection to the supervisor of one run."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fresh: bool) -> None:
        self._reader, self._writer = reader, writer
        self.fresh = fresh  # started by this call: it holds no state of the run yet
        self.running = ""  # the attempt that was under way when this connection was made

    @classmethod
    async def of(cls, folder: Path, path: str) -> "Supervisor":
        """The supervisor of the run in `folder`, started if there is none. `path` is the PATH on which it finds bash.

        Raises UnreachableError when it does not start.
        """
        found = await cls.find(folder)
        if found is not None:
            return found
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            await spawning(lambda: _start(folder, path))
        except OSError as problem:
            raise UnreachableError(
                f"the supervisor of a run did not start: {problem.strerror}", where=str(folder)
            ) from problem
        for _ in range(
            CONNECT_TRIES
        ):  # it listens already, unless an earlier server was just starting one as well
            started = await cls._connected(folder, fresh=True)
            if started is not None:
                return started
            await asyncio.sleep(CONNECT_EVERY_S)
        raise UnreachableError("a run's supervisor does not answer", where=str(folder))

    @classmethod
    async def find(cls, folder: Path) -> "Supervisor | None":
        """The supervisor that is alive in `folder`. One that does not answer is ended: nobody could hear it."""
        if not (folder / SOCKET).exists():
            return None
        found = await cls._connected(folder, fresh=False)
        if found is None:
            await asyncio.to_thread(_end_unheard, folder)
        return found

    @classmethod
    async def _connected(cls, folder: Path, fresh: bool) -> "Supervisor | None":
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.setblocking(False)
        loop = asyncio.get_running_loop()
        try:
            with short_address(str(folder), SOCKET) as address:
                await loop.sock_connect(connection, address)
            reader, writer = await asyncio.open_unix_connection(sock=connection, limit=LINE_LIMIT_BYTES)
        except OSError:
            connection.close()
            return None
        supervisor = cls(reader, writer, fresh)
        try:
            async with asyncio.timeout(HELLO_S):
                hello = await supervisor._heard()
        except (TimeoutError, SupervisorLostError):
            await supervisor.leave()
            return None
        except BaseException:
            await supervisor.leave()
            raise
        supervisor.running = str(hello.get("running") or "")
        return supervisor

    async def perform(self, order: Order, heard: Heard | None = None) -> Outcome:
        """Gives the attempt to the supervisor and waits for its end. Raises SupervisorLostError."""
        await self._say({"order": "step", **asdict(order)})
        return await self._end_of(order.attempt, heard)

    async def adopt(self, attempt: str, heard: Heard | None = None) -> Outcome:
        """Waits for the end of an attempt that an earlier server gave. Raises SupervisorLostError."""
        await self._say({"order": "look", "attempt": attempt})
        return await self._end_of(attempt, heard)

    async def stop(self, attempt: str) -> None:
        """Ends the attempt: TERM to its process group, KILL after the grace period. `perform` returns its outcome."""
        await self._say({"order": "stop", "attempt": attempt})

    async def end(self) -> None:
        """The run is over: the supervisor forgets its state and goes when nothing it started writes to it any more."""
        with contextlib.suppress(SupervisorLostError):
            await self._say({"order": "end"})
        await self.leave()

    async def leave(self) -> None:
        """Closes this connection; the supervisor lives on."""
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def _end_of(self, attempt: str, heard: Heard | None) -> Outcome:
        while True:
            event = await self._heard()
            if event.get("attempt") != attempt:
                continue
            kind = event["event"]
            if kind == "ended" or (kind == "state" and event.get("state") == "ended"):
                return outcome_of(event)
            if kind == "output" and heard is not None:
                heard(str(event["text"]))
            if kind == "refused" or (kind == "state" and event.get("state") == "never"):
                raise NotUnderWayError(
                    f"attempt {attempt} is not under way: {event.get('why', 'it never began')}"
                )

    async def _say(self, message: Mapping[str, Any]) -> None:
        self._writer.write(json.dumps(message, separators=(",", ":")).encode("ascii") + b"\n")
        try:
            await self._writer.drain()
        except OSError as error:
            raise SupervisorLostError("the run's supervisor is gone") from error

    async def _heard(self) -> dict[str, Any]:
        try:
            line = await self._reader.readline()
        except (OSError, ValueError) as error:
            raise SupervisorLostError("the run's supervisor is gone") from error
        if not line.endswith(b"\n"):
            raise SupervisorLostError("the run's supervisor is gone")
        event: dict[str, Any] = json.loads(line)
        return event


def _start(folder: Path, path: str) -> None:
    """Starts a supervisor that detaches; returns when it listens."""
    process = subprocess.run(
        [sys.executable, "-I", "-S", str(SHIM), str(folder)],
        env={"PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        check=False,
    )
    if process.returncode != 0:
        last = process.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise UnreachableError(
            f"the supervisor of a run did not start: {' '.join(last)}",
            where=str(folder),
            mend="Check the disk and the permissions of the data folder.",
        )


def _end_unheard(folder: Path) -> None:
    """Ends a supervisor that lives but does not answer; it is known by more than its pid."""
    alive = supervisor_of(folder)
    if alive is not None:
        with contextlib.suppress(OSError):
            os.kill(alive[0], signal.SIGKILL)
    (folder / SOCKET).unlink(missing_ok=True)
