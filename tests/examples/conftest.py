"""Copies of the examples that really run, each on ports of its own, for the tests in this folder.

Nothing here uses Watchbook: what a fault breaks and what a remedy mends is observed over HTTP, in metrics and files.
"""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def free_base() -> int:
    """The first of fifty ports that nobody uses now, below the range the kernel hands out by itself."""
    start = 12_000 + os.getpid() * 50 % 18_000
    for base in [*range(start, 32_000, 50), *range(12_000, start, 50)]:
        if all(can_bind(port) for port in range(base - 10, base + 40)):
            return base
    pytest.fail("no fifty free ports in a row")


def can_bind(port: int) -> bool:
    """Whether the port is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def until(holds: Callable[[], Any], within_s: float, what: str) -> Any:
    """Asks again until `holds()` is true and returns its value; fails with what was waited for."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        value = holds()
        if value:
            return value
        time.sleep(0.02)
    pytest.fail(f"not within {within_s} s: {what}")


@dataclass(frozen=True)
class Copy:
    """A copy of an example in a folder of its own; `base` is the port that stands for 8100."""

    folder: Path
    base: int

    def run(self, command: str, within_s: float = 30.0) -> subprocess.CompletedProcess[str]:
        """Runs a command line in the folder, in an environment as bare as Watchbook's own."""
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        return subprocess.run(
            ["bash", "-c", command],
            check=False,
            cwd=self.folder,
            env={
                "PATH": path,
                "LANG": "C.UTF-8",
                "SHOP_PYTHON": sys.executable,
                "SITE_PYTHON": sys.executable,
            },
            capture_output=True,
            text=True,
            timeout=within_s,
            stdin=subprocess.DEVNULL,
        )

    def do(self, command: str) -> str:
        """Runs a command line that must succeed; its output."""
        done = self.run(command)
        assert done.returncode == 0, f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def ask(self, number: int, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Asks the program at base + number; status 0 when nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.base + number, timeout=20)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()

    def get(self, number: int, path: str) -> Any:
        """A JSON document of the program at base + number."""
        return json.loads(self.ask(number, "GET", path)[1])

    def text(self, number: int, path: str) -> str:
        """A text of the program at base + number; empty when nobody answers."""
        return self.ask(number, "GET", path)[1].decode()

    def pids(self) -> list[int]:
        """Processes of this copy that run now: those whose working folder it is."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and (entry / "cwd").resolve(strict=True) == self.folder.resolve():
                    found.append(int(entry.name))
            except OSError:
                continue  # it ended while we looked
        return found

    def total(self, name: str, *wanted: str) -> float:
        """A metric's sum over all its series and instances, of those lines that contain what is wanted."""
        lines = "".join(self.text(number, "/metrics") for number in (1, 2, 3)).splitlines()
        found = [line for line in lines if re.match(rf"{name}[{{ ]", line)]
        return sum(float(line.rsplit(" ", 1)[1]) for line in found if all(part in line for part in wanted))


def make_copy(example: str, folder: Path) -> Copy:
    """A copy of an example on free ports, not yet started."""
    copy = Copy(folder, free_base())
    source = next((EXAMPLES / example).glob("copy_*.py"))
    subprocess.run([sys.executable, source, folder, str(copy.base)], check=True, timeout=20)
    return copy


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """A shop that runs, for all tests of a module."""
    copy = make_copy("01-shop", tmp_path_factory.mktemp("shop"))
    copy.do("./shop.sh start")
    try:
        yield copy
    finally:
        copy.do("./shop.sh stop")
