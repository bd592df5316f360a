"""The demo as a whole: started, stopped, looked at, broken and put right.

Called by `cli.demo` and by `app.demo.playing`. Start and stop work by pids and by the shop's own scripts; whatever was
not started here is left alone.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from watchbook.app.demo.asking import ask, status_of
from watchbook.app.demo.folder import PORTS, DemoFolder
from watchbook.app.demo.processes import Started, end, start
from watchbook.model.errors import ConflictError, UnreachableError, UsageError, WatchbookError

PROGRAMS = ("bash", "curl", "setsid")
START_S = 20.0


@dataclass(frozen=True, slots=True)
class Program:
    """One part of the demo, as it is now."""

    name: str
    address: str
    running: bool


class Demo:
    """The demo in one folder."""

    def __init__(self, folder: DemoFolder) -> None:
        self.folder = folder

    @property
    def board(self) -> str:
        """Watchbook's address."""
        return self.folder.board

    def start(self, base: int | None, say: Callable[[str], None]) -> None:
        """Copies and starts everything, telling each part; starts nothing twice. Without a base, the one kept.

        What was started is ended again where a later part cannot be. Raises a `WatchbookError` that says why.
        """
        missing = [name for name in PROGRAMS if shutil.which(name) is None]
        if missing:
            raise UsageError(f"the demo needs {', '.join(missing)}", mend="Install it and start again.")
        if self.watching():
            if base not in (None, self.folder.base):
                raise ConflictError(
                    f"the demo already runs here, on ports from {self.folder.base}",
                    mend="Stop it first: watchbook demo stop.",
                )
            say(f"the demo already runs in {self.folder.path}")
            return
        self.stop()
        self.folder.prepare(base if base is not None else self.folder.base)
        try:
            self.script("./shop.sh start", within_s=60.0)
            say(f"shop     {self.folder.shop}   three instances, a database, a cache, staging, two customers")
            self._start("phone", self._phone(), f"{self.folder.phone}/health")
            say(f"phone    {self.folder.phone}   shows the pages it gets")
            self._start("watchbook", self._watchbook(), f"{self.folder.board}/health")
        except BaseException:
            self.stop()
            raise
        say(f"board    {self.folder.board}   stands watch over {self.folder.path / 'RUNBOOK.md'}")

    def stop(self) -> bool:
        """Ends everything that runs; whether anything was there to end. The watcher goes first, so that it pages nobody."""
        was_there = False
        for name in ("watchbook", "phone"):
            started = self._started(name)
            was_there = was_there or (started is not None and started.alive())
            if started is not None:
                end(started)
        if (self.folder.path / "shop.sh").exists():
            was_there = was_there or status_of(f"{self.folder.shop}/health") != 0
            self.script("./shop.sh stop", within_s=60.0)
        if self.folder.kept():
            self.folder.keep(processes={})
        return was_there

    def watching(self) -> bool:
        """Whether Watchbook runs here."""
        started = self._started("watchbook")
        return started is not None and started.alive()

    def programs(self) -> list[Program]:
        """Every part of the demo and whether it answers."""
        asked = [("watchbook", self.folder.board), ("phone", self.folder.phone), ("shop", self.folder.shop)]
        return [Program(name, address, status_of(f"{address}/health") != 0) for name, address in asked]

    def broken(self) -> list[str]:
        """The faults that are on now, looked at from outside."""
        return [line for line in self.script("./faults.sh status").split() if line != "none"]

    def faults(self) -> dict[str, str]:
        """What can be broken: name, and what it does."""
        listed = (line.partition(" ") for line in self.script("./faults.sh list").splitlines())
        return {name: text.strip() for name, _, text in listed}

    def break_it(self, fault: str) -> None:
        """Breaks the shop. Raises `UsageError` for a fault that there is not."""
        known = self.faults()
        if fault not in known:
            raise UsageError(f"there is no fault “{fault}”", mend=f"Choose from {', '.join(known)}.")
        self.script(f"./faults.sh {fault}")

    def reset(self) -> None:
        """Puts everything right."""
        self.script("./faults.sh reset", within_s=60.0)

    def healthy(self) -> str:
        """What the balancer counts, once all instances that are wanted are healthy; empty before."""
        counts = ask(f"{self.folder.shop}/instances")
        if counts["healthy"] != counts["wanted"] or not counts["wanted"]:
            return ""
        return f"{counts['healthy']} of {counts['wanted']} instances healthy"

    def demand_running(self, *, watched: bool = False) -> None:
        """Raises `UnreachableError` unless the shop runs; with `watched`, unless somebody watches it, also by hand."""
        where = str(self.folder.path)
        if not self.folder.kept() or status_of(f"{self.folder.shop}/health") == 0:
            raise UnreachableError(
                "no demo runs here", where=where, mend="Start it with: watchbook demo start."
            )
        if watched and status_of(f"{self.folder.board}/health") == 0:
            raise UnreachableError(
                "nobody watches the demo", where=where, mend="Start Watchbook in that folder: watchbook up."
            )

    def pages(self, after: int, wait_s: float = 0.0) -> list[dict[str, Any]]:
        """The pages that the phone got after a number; waits for one at most so long."""
        answer = ask(f"{self.folder.phone}/pages?after={after}&wait={wait_s}", timeout_s=wait_s + 5.0)
        pages: list[dict[str, Any]] = answer["pages"]
        return pages

    def script(self, command: str, within_s: float = 30.0) -> str:
        """Runs one of the shop's scripts, and gives its output. Raises `WatchbookError` with its last words."""
        environment = {**_environment(), "SHOP_PYTHON": sys.executable}
        try:
            done = subprocess.run(
                command.split(),
                cwd=self.folder.path,
                env=environment,
                capture_output=True,
                text=True,
                timeout=within_s,
                stdin=subprocess.DEVNULL,
                check=False,
            )
        except FileNotFoundError:
            raise UnreachableError(
                "no demo is here", where=str(self.folder.path), mend="Start it with: watchbook demo start."
            ) from None
        except subprocess.TimeoutExpired:
            raise WatchbookError(
                f"{command} did not end within {within_s:.0f} s", where=str(self.folder.path)
            ) from None
        if done.returncode != 0:
            words = (done.stderr or done.stdout).strip().splitlines()
            raise WatchbookError(
                f"{command} failed: {words[-1] if words else 'without a word'}", where=str(self.folder.path)
            )
        return done.stdout

    # Parts

    def _phone(self) -> list[str]:
        port = self.folder.base + PORTS["the phone"]
        folder = str(self.folder.path)
        return [sys.executable, "-m", "watchbook.app.demo.phone", "--folder", folder, "--port", str(port)]

    def _watchbook(self) -> list[str]:
        return [sys.executable, "-m", "watchbook", "up", "RUNBOOK.md"]

    def _start(self, name: str, command: list[str], health: str) -> None:
        log = self.folder.path / "logs" / f"{name}.log"
        started = start(command, self.folder.path, log, _environment())
        processes = self.folder.kept().get("processes", {})
        self.folder.keep(processes={**processes, name: [started.pid, started.began]})
        until = time.monotonic() + START_S
        while status_of(health) != 200:
            if not started.alive():
                words = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
                raise WatchbookError(
                    f"{name} ended: {words[-1] if words else 'without a word'}", where=str(log)
                )
            if time.monotonic() > until:
                raise WatchbookError(f"{name} does not answer on {health}", where=str(log))
            time.sleep(0.05)

    def _started(self, name: str) -> Started | None:
        known = self.folder.kept().get("processes", {}).get(name)
        return Started(int(known[0]), str(known[1])) if known else None


def _environment() -> dict[str, str]:
    """This environment without what would point Watchbook elsewhere."""
    return {
        name: value for name, value in os.environ.items() if name not in ("WATCHBOOK_DATA", "WATCHBOOK_ACTOR")
    }
