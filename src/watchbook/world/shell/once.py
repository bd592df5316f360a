"""One command, once, for diagnosis and verification: bounded in time and output, redacted, its whole group ended after it.

Called by `app.diagnosing` and command probes with commands that were proven read-only; this module does not judge that.
No supervisor: when the server goes, nobody needs the answer.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from watchbook.deciding.redaction import without_controls
from watchbook.world.shell.bounded_output import BoundedOutput
from watchbook.world.shell.processes import signal_group
from watchbook.world.shell.spawning import spawning

GRACE_S = 1.0
READ_BYTES = 256 * 1024
LAST_READS = 64


@dataclass(frozen=True, slots=True)
class OneCommand:
    """A bash command and all that it starts with. `environment` is complete: nothing of the server's own is added."""

    command: str
    timeout_s: float = 10.0
    directory: Path = Path("/")
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    limit_bytes: int = 64 * 1024


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What a command did, `output` without control sequences.

    `exit` is None when it did not start or was ended by its limit; `reason` says so.

    126 (not executable) and 127 (not found) are kept as they are, with a reason: the caller must not read them as an answer.
    """

    exit: int | None
    output: str
    truncated: bool
    duration_s: float
    reason: str = ""


async def run_once(one: OneCommand) -> CommandResult:
    """Runs the command and gives what it did; never raises for anything the command does."""
    began = time.monotonic()
    handover = _Handover(one)
    try:
        process = await spawning(handover.start)
    except OSError as problem:
        return CommandResult(None, "", False, time.monotonic() - began, f"not started: {problem.strerror}")
    except asyncio.CancelledError:
        handover.abandon()
        raise
    kept: list[bytes] = []
    output = BoundedOutput(kept.append, one.secrets, one.limit_bytes)
    assert process.stdout is not None
    pipe = process.stdout.fileno()
    os.set_blocking(pipe, False)
    loop = asyncio.get_running_loop()
    loop.add_reader(pipe, _take, pipe, output)
    try:
        timed_out = not await _ended(process, one.timeout_s)
    finally:
        loop.remove_reader(pipe)
        signal_group(process.pid, signal.SIGKILL)
        process.wait()
        for _ in range(LAST_READS):  # bounded: what left the group may go on writing for ever
            if not _take(pipe, output):
                break
        process.stdout.close()
    output.finish()
    text = without_controls(b"".join(kept).decode("utf-8", "replace"))
    code = None if timed_out else _exit_of(process.returncode, one.command)
    reason = f"not ended after {one.timeout_s:g} s" if timed_out else _REASONS.get(code or 0, "")
    return CommandResult(code, text, output.left_out_bytes > 0, time.monotonic() - began, reason)


_REASONS = {126: "the program cannot be executed", 127: "the program is not installed"}


class _Handover:
    """A process on its way from the thread that starts it: one that comes after its caller has gone is ended there."""

    def __init__(self, one: OneCommand) -> None:
        self._one, self._lock, self._gone = one, threading.Lock(), False
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "subprocess.Popen[bytes]":
        process = _start(self._one)
        with self._lock:
            self._process = process
            if self._gone:
                _end(process)
        return process

    def abandon(self) -> None:
        with self._lock:
            self._gone = True
            if self._process is not None:
                _end(self._process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ends the command and all that it started, and lets go of its output."""
    signal_group(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _start(one: OneCommand) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        ["bash", "--norc", "--noprofile", "-o", "pipefail", "-c", one.command],
        cwd=one.directory,
        env=dict(one.environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


async def _ended(process: "subprocess.Popen[bytes]", timeout_s: float) -> bool:
    """Whether the process ended by itself within the time; afterwards it gets TERM and a second of grace."""
    handle = os.pidfd_open(process.pid)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(handle, ended.set)
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await ended.wait()
            return True
        signal_group(process.pid, signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE_S):
                await ended.wait()
        return False
    finally:
        loop.remove_reader(handle)
        os.close(handle)


def _take(pipe: int, output: BoundedOutput) -> bool:
    """Takes what has arrived; False when there is nothing now or any more."""
    try:
        chunk = os.read(pipe, READ_BYTES)
    except BlockingIOError:
        return False
    if not chunk:
        with contextlib.suppress(RuntimeError):
            asyncio.get_running_loop().remove_reader(pipe)
        return False
    output.feed(chunk)
    return True


def _exit_of(returncode: int, command: str) -> int:
    """The exit as a shell gives it: 128 + signal for a command that was killed.

    In `journalctl | head` the first part is cut off by a reader that had enough: that is no failure. All parts behind it
    have succeeded, since a pipeline gives the exit of the last part that failed.
    """
    code = returncode if returncode >= 0 else 128 - returncode
    return 0 if code == 128 + signal.SIGPIPE and "|" in command else code
