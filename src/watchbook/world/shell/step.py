"""One step under way: its shell, its two pipes, its time limit, its end.

Used by the run's supervisor process only. Standard library only. It keeps no history and talks to nobody: `poll`
says when the step has ended, and `finish` what came of it.
"""

import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Callable, Collection, Mapping

from watchbook.world.shell.bounded_output import LIMIT_BYTES, BoundedOutput
from watchbook.world.shell.carrying import (
    BLOCK_FD,
    BLOCK_OPENS,
    CARRY_FD,
    GO_FD,
    START_FD,
    Carried,
    read_dump,
)
from watchbook.world.shell.processes import (
    MARKER,
    children_left,
    end_left_overs,
    end_those_that_missed,
    group_exists,
    signal_group,
    start_time,
)

PIPE_BYTES = 1024 * 1024
READ_BYTES = 256 * 1024
LOOK_AGAIN_S = 0.1  # while a step is being ended
NOT_GIVEN = ("BASH_ENV", "BASHOPTS", "SHELLOPTS")  # they would change the step's shell before it begins
DRAIN_BYTES = 4 * PIPE_BYTES  # what a background process may still push in after its step ended


class StepProcess:
    """The shell of one attempt. It waits for `go`; without it, it ends and has run nothing."""

    def __init__(
        self,
        order: Mapping[str, object],
        carried: Carried,
        secrets: Collection[str],
        show: Callable[[bytes], None],
    ) -> None:
        self.attempt = str(order["attempt"])
        self.mark = str(order.get("mark") or self.attempt)
        self.timeout_s = float(str(order.get("timeout_s") or 3600.0))
        self.grace_s = float(str(order.get("grace_s") or 5.0))
        self.secrets = tuple(secrets)
        self.given = given_environment(order)
        limit = int(str(order.get("limit_bytes") or LIMIT_BYTES))
        self.output = BoundedOutput(show, self.secrets, limit)
        self._dump: list[bytes] = []
        self._status: int | None = None
        self._ending = ""  # why the step is ended from outside: "timeout", "stopped", "killed"
        self._kill_at: float | None = None
        self._look_again_at = 0.0
        self._told: list[
            int
        ] = []  # who was there when TERM was sent: what tidies up since then is left alone
        self.pid, self.output_pipe, self.carry_pipe, self._go_pipe = self._spawn(
            str(order["script"]), carried
        )
        self.started = start_time(self.pid) or 0
        self._began = time.monotonic()
        self._deadline = self._began + self.timeout_s

    def _spawn(self, script: str, carried: Carried) -> tuple[int, int, int, int]:
        """Starts the shell in a session of its own; returns its pid and this side's ends of the pipes."""
        output_read, output_write = _pipe(PIPE_BYTES)
        carry_read, carry_write = _pipe(PIPE_BYTES)
        go_read, go_write = os.pipe2(os.O_CLOEXEC)
        start = _memory_file("start", carried.start_text())
        block = _memory_file("block", BLOCK_OPENS + script + "\n")
        environment = {**self.given, MARKER: self.mark}
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
            *[
                (os.POSIX_SPAWN_DUP2, ours, theirs)
                for ours, theirs in (
                    (output_write, 1),
                    (output_write, 2),
                    (go_read, GO_FD),
                    (start, START_FD),
                    (block, BLOCK_FD),
                    (carry_write, CARRY_FD),
                )
            ],
        ]
        try:
            pid = os.posix_spawnp(
                "bash",
                ["bash", "--norc", "--noprofile", f"/dev/fd/{START_FD}"],
                environment,
                file_actions=actions,
                setsid=True,
                setsigmask=(),
                setsigdef=(signal.SIGPIPE, signal.SIGXFSZ, signal.SIGTERM, signal.SIGINT, signal.SIGHUP),
            )
        except OSError:
            for descriptor in (output_read, carry_read, go_write):
                os.close(descriptor)
            raise
        finally:
            for descriptor in (output_write, carry_write, go_read, start, block):
                os.close(descriptor)
        return pid, output_read, carry_read, go_write

    def go(self) -> None:
        """Lets the shell begin. Call it when the start is on record."""
        with contextlib.suppress(BrokenPipeError):  # the shell was killed meanwhile: its exit says so
            os.write(self._go_pipe, b"\n")
        os.close(self._go_pipe)

    def refuse(self) -> None:
        """Lets the shell end without having run anything."""
        os.close(self._go_pipe)

    def read(self, descriptor: int) -> int:
        """Takes what has arrived in one of the two pipes; returns how many bytes that were."""
        try:
            chunk = os.read(descriptor, READ_BYTES)
        except BlockingIOError:
            return 0
        if not chunk:
            self._close(descriptor)
        elif descriptor == self.output_pipe:
            self.output.feed(chunk)
        else:
            self._dump.append(chunk)
        return len(chunk)

    def exited(self, status: int) -> None:
        """Its shell was reaped with this wait status. What a shell that was killed leaves running is ended as well."""
        self._status = status
        if os.WIFSIGNALED(status) and not self._ending:
            self.end("killed")

    @property
    def over(self) -> bool:
        """Whether the step has ended: its shell has, and where it was ended from outside, its whole group has."""
        if self._status is None:
            return False
        return not self._ending or not group_exists(self.pid)

    def wait_s(self) -> float:
        """Seconds until `enforce` has something to do."""
        if self._kill_at is None:
            return max(0.0, self._deadline - time.monotonic())
        return max(0.0, min(LOOK_AGAIN_S, self._kill_at - time.monotonic()))

    def enforce(self) -> None:
        """Holds the time limit: TERM to the whole process group when it is over, KILL after the grace period."""
        now = time.monotonic()
        if self._kill_at is None:
            if now >= self._deadline:
                self.end("timeout")
        elif now >= self._kill_at:
            signal_group(self.pid, signal.SIGKILL)
            self._kill_at = now + 1.0
        elif now >= self._look_again_at:
            end_those_that_missed(signal.SIGTERM, self._told)
            self._look_again_at = now + LOOK_AGAIN_S

    def end(self, why: str) -> None:
        """Ends the step from outside."""
        self._ending = self._ending or why
        if self._kill_at is None:
            signal_group(self.pid, signal.SIGSTOP)  # nothing forks between the look and the signal
            self._told = children_left(self.pid, self.mark)
            signal_group(self.pid, signal.SIGTERM)
            signal_group(self.pid, signal.SIGCONT)  # a stopped process takes no TERM
            self._kill_at = time.monotonic() + self.grace_s
            self._look_again_at = time.monotonic() + LOOK_AGAIN_S

    def finish(self) -> tuple[dict[str, object], Carried | None]:
        """The outcome of the ended step, and the state to carry (None: stays as before the step)."""
        status = self._status or 0
        self._drain()
        if (
            self._ending == "killed"
        ):  # nobody knows how far it came: nothing of it acts while a person is asked
            end_left_overs(self.pid, self.mark, min(self.grace_s, 2.0))
        self.output.finish()
        carried = None if self._ending else read_dump(b"".join(self._dump))
        exit_code = 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        left = children_left(self.pid, self.mark) if has_children() else []
        outcome: dict[str, object] = {
            "attempt": self.attempt,
            "exit": exit_code,
            "why": self._ending,
            "output_bytes": self.output.seen_bytes,
            "left_out_bytes": self.output.left_out_bytes,
            "duration_s": round(time.monotonic() - self._began, 6),
            "carried": carried is not None,
            "left": len(left),
        }
        if carried is not None:
            outcome["state"] = carried.for_disk(self.given, self.secrets)
        return outcome, carried

    def _drain(self) -> None:
        """Takes what is in the pipes now. Their end may never come: a background process can hold them open."""
        for descriptor in self.open_pipes():
            left = DRAIN_BYTES
            while left > 0 and descriptor in self.open_pipes():
                taken = self.read(descriptor)
                if not taken:
                    break
                left -= taken

    def open_pipes(self) -> list[int]:
        """The pipes that have not ended."""
        return [pipe for pipe in (self.output_pipe, self.carry_pipe) if pipe >= 0]

    def _close(self, descriptor: int) -> None:
        os.close(descriptor)
        if descriptor == self.output_pipe:
            self.output_pipe = -1
        else:
            self.carry_pipe = -1


def given_environment(order: Mapping[str, object]) -> dict[str, str]:
    """The environment that the order gives: what the installation lists, parameters and secrets."""
    environment = order.get("environment")
    if not isinstance(environment, dict):
        return {}
    return {str(k): str(v) for k, v in environment.items() if k not in NOT_GIVEN}


def secrets_of(order: Mapping[str, object]) -> list[str]:
    """The values that the order declares secret."""
    secrets = order.get("secrets")
    return [str(secret) for secret in secrets] if isinstance(secrets, list) else []


def has_children() -> bool:
    """Whether this process has any child at all (it adopts what its steps leave behind)."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _pipe(size: int) -> tuple[int, int]:
    """A pipe whose reading end does not block."""
    reading, writing = os.pipe2(os.O_CLOEXEC)
    os.set_blocking(reading, False)
    with contextlib.suppress(OSError):  # over the user's limit for pipes: the ordinary size does as well
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, size)
    return reading, writing


def _memory_file(name: str, text: str) -> int:
    """A file in memory that holds `text`; nothing of it is on any disk."""
    descriptor = os.memfd_create(name, os.MFD_CLOEXEC)
    raw = text.encode("utf-8", "surrogateescape")
    written = 0
    while written < len(raw):
        written += os.write(descriptor, raw[written:])
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor
