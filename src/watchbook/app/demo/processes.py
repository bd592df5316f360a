"""Detached processes of the demo: started in a session of their own, known by pid and start time, ended by those.

Called by `app.demo.running` for the phone and for Watchbook; the shop's own scripts do the same for its programs.
"""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

GRACE_S = 10.0


@dataclass(frozen=True, slots=True)
class Started:
    """A process that was started. `began` is the kernel's own mark, so that a pid used again is not mistaken."""

    pid: int
    began: str

    def alive(self) -> bool:
        """Whether it still runs; one that ended and was not yet collected does not."""
        return bool(self.began) and _began(self.pid) == self.began


def start(command: Sequence[str], folder: Path, log: Path, environment: Mapping[str, str]) -> Started:
    """Starts a program that outlives this one. Its output goes to the end of `log`."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            list(command),
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    # Nobody waits for it here: it is looked at by its pid, also from other calls of the command.
    process.returncode = 0
    return Started(process.pid, _began(process.pid))


def end(started: Started, grace_s: float = GRACE_S) -> None:
    """Asks the process to end, and kills it when it does not within the grace."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not started.alive():
            return
        os.kill(started.pid, number)
        until = time.monotonic() + grace_s
        while started.alive() and time.monotonic() < until:
            time.sleep(0.02)


def _began(pid: int) -> str:
    """When a process began, in ticks since boot; empty for one that is gone or only waits to be collected."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]
