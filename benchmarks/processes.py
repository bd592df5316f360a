"""Processes that are measured: timed from start to end with their CPU time, or kept while others measure them."""

import contextlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.installed import Installed, environment

_BOARD = re.compile(r"Board: (http://\S+?)/?$")
PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Took:
    """One whole process, in milliseconds. `cpu_ms` includes children that it waited for."""

    wall_ms: float
    cpu_ms: float


def time_process(command: Sequence[str | Path], directory: Path | None = None) -> Took:
    """Runs a process to its end. Raises RuntimeError unless it exits with 0."""
    arguments = [str(part) for part in command]
    began = time.perf_counter()
    process = subprocess.Popen(
        arguments, cwd=directory, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.stderr is not None
    with process.stderr:
        if process.returncode:
            raise RuntimeError(f"{arguments[0]} ended with {process.returncode}: {process.stderr.read()!r}")
    return Took(1000 * wall_s, 1000 * (usage.ru_utime + usage.ru_stime))


def time_often(command: Sequence[str | Path], count: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Wall and CPU milliseconds of `count` runs, after one that is not counted (disk caches)."""
    time_process(command)
    took = [time_process(command) for _ in range(count)]
    return tuple(one.wall_ms for one in took), tuple(one.cpu_ms for one in took)


@dataclass(slots=True)
class Server:
    """A running `watchbook up`. `began` is `time.perf_counter()` just before it was started."""

    process: "subprocess.Popen[str]"
    began: float
    url: str = ""

    def greeted(self) -> str:
        """Waits for its first line, and gives the board's address."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            found = _BOARD.search(line.strip())
            if found:
                self.url = found[1]
                return self.url
        raise RuntimeError(f"watchbook up ended with {self.process.wait()}")


@contextlib.contextmanager
def standing_watch(
    installed: Installed, paths: Sequence[Path], data: Path, listen: str = "127.0.0.1:0"
) -> Iterator[Server]:
    """`watchbook up` over these runbooks, ended by its pid at the end. Its complaints go to `up.log` beside the data."""
    command = [installed.watchbook, "up", *paths, "--data", data, "--listen", listen]
    with (data.parent / "up.log").open("a") as log:
        began = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=paths[0] if paths[0].is_dir() else paths[0].parent,
            env={**environment(), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            yield Server(process, began)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()
            _end_supervisors(data)


def _end_supervisors(data: Path) -> None:
    """Ends the supervisors of runs that are still under way in that data folder: they outlive their server by design."""
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and f"{data}/runs/".encode() in (entry / "cmdline").read_bytes():
                os.kill(int(entry.name), signal.SIGTERM)
