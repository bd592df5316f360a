"""The instances of one environment: started, stopped, counted, held to their memory limit, and asked how they are.

Called by the balancer. Nothing here mends anything: an instance that ended stays ended, with its exit and its
reason, until a person scales, deploys or restarts.
"""

import json
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shop import settings, web
from shop.figures import resident_bytes

FIRST_RELEASE = "1.0.0"
DRAIN_S = 5.0
STOP_S = 3.0
START_S = 10.0
MIB = 1024 * 1024


@dataclass(slots=True)
class Member:
    """One instance: the process, and what is known about it."""

    name: str
    port: int
    process: "subprocess.Popen[bytes] | None" = None
    release: str = ""
    answered_well: bool = False
    draining: bool = False
    stopping: bool = False
    over_limit: bool = False
    in_flight: int = 0
    exit: int | None = None
    reason: str | None = None
    since: str = ""

    @property
    def running(self) -> bool:
        """Whether its process is there, as far as was looked."""
        return self.process is not None and self.exit is None

    @property
    def healthy(self) -> bool:
        """Whether it runs and said that it is healthy when it was asked last."""
        return self.running and self.answered_well

    def shown(self) -> dict[str, Any]:
        """What `/instances` says about it."""
        pid = self.process.pid if self.process and self.running else None
        return {
            "name": self.name,
            "state": "running" if self.running else "ended",
            "healthy": self.healthy,
            "exit": self.exit,
            "reason": self.reason,
            "since": self.since,
            "release": self.release,
            "pid": pid,
            "memory_bytes": resident_bytes(pid) if pid else 0,
            "url": f"http://{web.HOST}:{self.port}",
        }


@dataclass(slots=True)
class Fleet:
    """All instances of an environment. `first_port` is the first one's; the next one has the next port."""

    environment: str
    first_port: int
    most: int
    log: web.Log
    replicas: int = 3
    memory_limit_bytes: int = 128 * MIB
    members: list[Member] = field(default_factory=list)
    changing: threading.Lock = field(default_factory=threading.Lock)
    counting: threading.Lock = field(default_factory=threading.Lock)
    releases: web.Log = field(default_factory=lambda: web.Log("logs/releases.log"))

    def release_file(self) -> Path:
        """Where the release that should run is written."""
        return Path(f"run/release.{self.environment}")

    def known_good_file(self) -> Path:
        """Where the release that a person accepted is written; production's has the plain name."""
        plain = "run/release.known-good"
        return Path(plain if self.environment == "production" else f"{plain}.{self.environment}")

    def open(self) -> None:
        """Reads what was wanted before, and starts it."""
        settings.prepare(self.environment)
        for path in (self.release_file(), self.known_good_file()):
            if not path.exists():
                web.write_file(str(path), FIRST_RELEASE + "\n")
        state = Path(f"run/state.{self.environment}.json")
        if state.exists():
            kept = json.loads(state.read_text(encoding="utf-8"))
            self.replicas, self.memory_limit_bytes = kept["replicas"], kept["memory_limit_bytes"]
        with self.changing:
            self._resize()

    def current_release(self) -> str:
        """The release that should run."""
        return self.release_file().read_text(encoding="utf-8").strip()

    def known_good(self) -> str:
        """The release that was accepted last."""
        return self.known_good_file().read_text(encoding="utf-8").strip()

    # What people ask for

    def scale(self, replicas: int, memory_limit_bytes: int | None) -> None:
        """Runs that many instances from now on; starts those that ended. Raises ValueError."""
        if not 0 <= replicas <= self.most:
            raise ValueError(f"replicas must be 0 to {self.most}, not {replicas}")
        if memory_limit_bytes is not None and memory_limit_bytes < 32 * MIB:
            raise ValueError("an instance needs a memory limit of 32M at least")
        with self.changing:
            self.replicas = replicas
            self.memory_limit_bytes = memory_limit_bytes or self.memory_limit_bytes
            self._resize()

    def deploy(self, version: str, how: str) -> None:
        """Replaces the instances one by one by those of a release. Whether they are healthy is not judged here.

        Raises ValueError where there is no such release, RuntimeError where an instance does not come up.
        """
        settings.release(version)
        with self.changing:
            before = self.current_release()
            web.write_file(str(self.release_file()), version + "\n")
            self.releases.write(f"{self.environment} {how}: {before} -> {version}")
            for member in self.members:
                self._drain(member)
                self._end(member)
                self._start(member)

    def accept(self) -> str:
        """Marks the running release as known good, and returns it."""
        version = self.current_release()
        web.write_file(str(self.known_good_file()), version + "\n")
        self.releases.write(f"{self.environment} accept: {version}")
        return version

    def close(self) -> None:
        """Ends every instance."""
        with self.changing:
            for member in self.members:
                member.stopping = True
                if member.process:
                    member.process.terminate()
            for member in self.members:
                self._end(member)

    # What goes on by itself

    def look(self) -> None:
        """Notices instances that ended, and ends those that exceed their memory limit."""
        for member in list(self.members):
            if not member.running or member.process is None:
                continue
            if member.process.poll() is not None:
                self._ended(member)
                continue
            held = resident_bytes(member.process.pid)
            if held > self.memory_limit_bytes and not member.over_limit:
                member.over_limit = True
                self.log.write(
                    f"{member.name} holds {held // MIB} MB of {self.memory_limit_bytes // MIB} MB: killed"
                )
                member.process.kill()

    def ask_health(self) -> None:
        """Asks every running instance how it is."""
        for member in list(self.members):
            if member.running:
                self._ask(member)

    def pick(self, turn: int) -> Member | None:
        """The instance that takes the next request, counted as in flight; nothing when none is healthy."""
        with self.counting:
            ready = [member for member in self.members if member.healthy and not member.draining]
            if not ready:
                return None
            chosen = ready[turn % len(ready)]
            chosen.in_flight += 1
            return chosen

    def done(self, member: Member) -> None:
        """One request less in flight."""
        with self.counting:
            member.in_flight -= 1

    # Steps; `changing` is held

    def _resize(self) -> None:
        for member in self.members[self.replicas :]:
            self._drain(member)
            self._end(member)
        del self.members[self.replicas :]
        for number in range(len(self.members), self.replicas):
            name = "staging" if self.environment == "staging" else f"shop-{number + 1}"
            self.members.append(Member(name, self.first_port + number))
        wanted = {"replicas": self.replicas, "memory_limit_bytes": self.memory_limit_bytes}
        web.write_file(f"run/state.{self.environment}.json", json.dumps(wanted) + "\n")
        listed = [
            {"targets": [f"{web.HOST}:{member.port}"], "labels": {"name": member.name}}
            for member in self.members
        ]
        web.write_file(f"run/{self.environment}.json", json.dumps(listed) + "\n")
        self._notice()
        missing = [member for member in self.members if not member.running]
        for member in missing:
            self._launch(member)
        for member in missing:
            self._await(member)

    def _notice(self) -> None:
        """Records who ended just now, so that nobody counts as running who is not."""
        for member in self.members:
            if member.running and member.process is not None:
                if member.over_limit:
                    member.process.wait()  # killed, and not yet gone
                if member.process.poll() is not None:
                    self._ended(member)

    def _start(self, member: Member) -> None:
        self._launch(member)
        self._await(member)

    def _launch(self, member: Member) -> None:
        version = self.current_release()
        command = [sys.executable, "-E", "-s", "-m", "shop.instance", "--name", member.name]
        command += ["--port", str(member.port), "--environment", self.environment, "--release", version]
        with Path(f"logs/{member.name}.log").open("ab") as log:
            member.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True
            )
        member.release, member.exit, member.reason = version, None, None
        member.stopping = member.over_limit = member.answered_well = False
        member.since = now()
        self.log.write(f"{member.name} started: release {version}, pid {member.process.pid}")

    def _await(self, member: Member) -> None:
        """Waits until the instance answers anything at all."""
        until = time.monotonic() + START_S
        while time.monotonic() < until and member.running:
            if self._ask(member):
                member.draining = False
                return
            if member.process is not None and member.process.poll() is not None:
                self._ended(member)
            time.sleep(0.02)
        raise RuntimeError(f"{member.name} does not answer on port {member.port}: see logs/{member.name}.log")

    def _ask(self, member: Member) -> bool:
        """Asks for health; whether there was an answer at all."""
        try:
            status, _ = web.ask(member.port, "GET", "/health", timeout_s=2.0)
        except web.Unreachable:
            member.answered_well = False
            return False
        member.answered_well = status == 200
        return True

    def _drain(self, member: Member) -> None:
        """Takes the instance out of rotation, and gives requests in flight time to end."""
        member.draining = True
        until = time.monotonic() + DRAIN_S
        while member.in_flight and time.monotonic() < until:
            time.sleep(0.01)

    def _end(self, member: Member) -> None:
        """Ends the process: asked first, killed when it does not."""
        if member.process is None or not member.running:
            return
        member.stopping = True
        member.process.send_signal(signal.SIGTERM)
        try:
            member.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            member.process.kill()
            member.process.wait()
        self._ended(member)

    def _ended(self, member: Member) -> None:
        """Records how the process ended, once."""
        with self.counting:
            code = member.process.returncode if member.process else None
            if member.process is None or code is None or member.exit is not None:
                return
            member.exit = 128 - code if code < 0 else code
        member.answered_well = False
        member.reason = reason_of(member, code)
        member.since = now()
        if member.process.stdin:
            member.process.stdin.close()
        self.log.write(f"{member.name} ended: exit {member.exit}, {member.reason}")


def reason_of(member: Member, code: int) -> str:
    """Why an instance ended, in a few words."""
    if member.over_limit:
        return "out of memory"
    if member.stopping:
        return "stopped"
    if code in (0, -signal.SIGTERM, -signal.SIGINT):
        return "ended from outside"
    return "crashed"


def now() -> str:
    """The time of day, UTC."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
