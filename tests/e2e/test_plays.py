"""Every play of the demo, without a person: broken, paged over a real webhook, diagnosed, mended, resolved.

The demo runs as a user starts it, from the command line, in a folder and on ports of its own. The judging is the
command's own; here its stages are checked once more, so that a play that says PASS too early fails.
"""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from watchbook.app.demo.folder import PORTS
from watchbook.app.demo.plays import LONGEST_PLAY_S, PLAYS

pytestmark = [pytest.mark.play, pytest.mark.slow]

STAGES = ["broken", "paged", "diagnosed", "confirmed", "remedied", "recovered", "told", "resolved"]


def free_base() -> int:
    """The first base whose ports are all free, below the range that the kernel hands out."""
    for base in range(13_000 + os.getpid() % 300 * 50, 32_000, 50):
        if all(free(base + distance) for distance in PORTS.values()):
            return base
    pytest.fail("no free ports")


def free(port: int) -> bool:
    """Whether nobody listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def watchbook(*arguments: str | Path, within_s: float = 120.0) -> subprocess.CompletedProcess[str]:
    """Calls the command as a user does."""
    command = [sys.executable, "-m", "watchbook", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=within_s, check=False)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A demo that runs, for all plays."""
    folder = tmp_path_factory.mktemp("plays") / "demo"
    started = watchbook("demo", "start", "--at", folder, "--ports", str(free_base()))
    try:
        assert started.returncode == 0, started.stderr
        yield folder
    finally:
        stopped = watchbook("demo", "stop", "--at", folder)
    assert stopped.returncode == 0, stopped.stderr


def status(demo: Path) -> dict[str, Any]:
    """What `demo status` says."""
    told: dict[str, Any] = json.loads(watchbook("demo", "status", "--at", demo, "--format", "json").stdout)
    return told


@pytest.mark.parametrize("fault", PLAYS)
def test_play(demo: Path, fault: str) -> None:
    """The fault is paged to the right person, its cause confirmed, its remedy confirmed, and its incident resolved."""
    done = watchbook("demo", "play", fault, "--at", demo, "--format", "json")
    assert done.stdout, done.stderr
    outcome = json.loads(done.stdout)
    told = "\n".join(f"+{stage['at_s']} s {stage['says']}" for stage in outcome["stages"])
    assert done.returncode == 0, f"{outcome['problem']}\n{told}\n{done.stderr}"
    assert outcome["passed"] and outcome["took_s"] <= LONGEST_PLAY_S
    seen = [stage["name"] for stage in outcome["stages"]]
    assert [name for name in STAGES if name in seen] == [
        name for name in STAGES if name != "diagnosed" or name in seen
    ]
    play = PLAYS[fault]
    assert f"paged {play.person}: {play.alert}" in told
    assert f"{play.cause} (confirmed)" in told
    assert f"confirmed {play.remedy}" in told
    assert status(demo) | {"programs": []} == {"running": True, "programs": [], "broken": []}


def test_only_one_fault_at_a_time(demo: Path) -> None:
    """A play is refused while anything else is broken, and says what; `reset` puts it right."""
    assert watchbook("demo", "break", "cache", "--at", demo).returncode == 0
    refused = watchbook("demo", "play", "database", "--at", demo)
    assert refused.returncode == 1
    assert "cache is broken already" in refused.stderr
    assert status(demo)["broken"] == ["cache"]
    assert watchbook("demo", "reset", "--at", demo).returncode == 0
    assert status(demo)["broken"] == []


def test_starting_twice_starts_nothing(demo: Path) -> None:
    """A second start says that it runs; one on other ports is refused."""
    again = watchbook("demo", "start", "--at", demo)
    assert again.returncode == 0 and "already runs" in again.stdout
    elsewhere = watchbook("demo", "start", "--at", demo, "--ports", "9100")
    assert elsewhere.returncode == 1 and "already runs here" in elsewhere.stderr


def test_an_unknown_fault_is_refused(demo: Path) -> None:
    """A fault that there is not is refused with the list of those that there are."""
    refused = watchbook("demo", "break", "flood", "--at", demo)
    assert refused.returncode == 2
    assert "there is no fault “flood”. Choose from database, memory" in refused.stderr


def test_the_foreground_shows_pages_and_stops_everything(tmp_path: Path) -> None:
    """`make demo`: pages are printed as they arrive, and Ctrl-C leaves no process behind."""
    folder = tmp_path / "demo"
    start = ["demo", "start", "--foreground", "--at", str(folder), "--ports", str(free_base())]
    command = [sys.executable, "-m", "watchbook", *start]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            told = iter(running.stdout.readline, "")
            assert any("Ctrl-C stops everything" in line for line in told)
            assert watchbook("demo", "break", "database", "--at", folder).returncode == 0
            assert any("trigger to Ana Ruiz: Service Down" in line for line in told)
            running.send_signal(signal.SIGINT)
            assert "the demo is stopped" in running.stdout.read()
            assert running.wait(30) == 0
        finally:
            running.kill()
            watchbook("demo", "stop", "--at", folder)
    assert processes_in(folder) == []


def processes_in(folder: Path) -> list[str]:
    """Command lines of processes whose working folder this is."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "cwd").resolve(strict=True) == folder.resolve():
                found.append((entry / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue  # it ended while we looked
    return found
