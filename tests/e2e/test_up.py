"""`watchbook up` as a process: what it says, how it refuses, how it survives being killed, how it stops."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.app.stage import Stage, staged, until

pytestmark = pytest.mark.slow
WATCHBOOK = str(Path(sys.executable).parent / "watchbook")


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as made:
        yield made


@contextmanager
def up(stage: Stage, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """A running server over the stage's runbook; killed at the end if it still runs."""
    process = subprocess.Popen(
        [WATCHBOOK, "up", "RUNBOOK.md", *arguments],
        cwd=stage.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def address(stage: Stage, process: "subprocess.Popen[str]") -> str:
    """The URL that this very server announced; empty while it has not."""
    path = stage.folder / ".watchbook" / "server.json"
    note = json.loads(path.read_text()) if path.exists() else {"pid": 0}
    return str(note["url"]) if note["pid"] == process.pid else ""


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return json.load(answer)


def watchbook(*arguments: str, folder: Path, **more: Any) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [WATCHBOOK, *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False, **more
    )


async def test_it_announces_itself_and_stops_in_order(stage: Stage) -> None:
    """The first line names the board; /health answers; SIGTERM ends with 0, and takes server.json away."""
    with up(stage) as process:
        url = await until(lambda: address(stage, process))
        import asyncio

        assert await asyncio.to_thread(get, f"{url}/health") == {"status": "healthy"}
        process.send_signal(signal.SIGTERM)
        out = (await asyncio.to_thread(process.communicate, timeout=15))[0]
        assert process.returncode == 0, out
        assert out.splitlines()[0] == f"Watchbook stands watch. Board: {url}/"
        assert "Till: 2 checks, 2 alerts, 2 of them meant to page" in out
        assert address(stage, process) == ""


async def test_killed_while_it_pages_it_goes_on_with_the_same_episode(stage: Stage) -> None:
    """kill -9 after the page: the next start knows the episode, sends no second trigger, and resolves it."""
    with up(stage) as process:
        await until(lambda: address(stage, process))
        stage.till.healthy = False
        first = (await until(lambda: stage.phone.of("trigger")))[0]
        await until(lambda: stage.phone.of("update"))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    with up(stage) as process:
        await until(lambda: address(stage, process))
        stage.till.healthy = True
        resolve = (await until(lambda: stage.phone.of("resolve")))[0]
        assert resolve["dedup_key"] == first["dedup_key"]
        assert len(stage.phone.of("trigger")) == 1


async def test_commands_speak_with_the_running_server(stage: Stage) -> None:
    """status, alerts, ack, incident, diagnose, run, questions, journal: over the API, in the name of the user."""
    import asyncio

    async def say(*arguments: str) -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, "WATCHBOOK_ACTOR": "ana"}
        return await asyncio.to_thread(watchbook, *arguments, folder=stage.folder, env=environment)

    with up(stage) as process:
        await until(lambda: address(stage, process))
        stage.till.healthy = stage.till.database = False
        await until(lambda: stage.phone.of("update"))
        status = await say("status")
        assert status.returncode == 1
        assert "▲ Till: Service Down: 0 of 3 instances healthy" in status.stdout
        assert "Database connection failure (confirmed)" in status.stdout
        assert "till/production/service-down" in (await say("alerts", "--firing")).stdout
        acknowledged = await say("ack", "till/production/service-down", "--note", "looking")
        assert acknowledged.stdout.startswith("Acknowledged by ana until")
        assert "acknowledged by ana" in (await say("status", "till")).stdout
        diagnosed = await say("diagnose", "Service Down")
        assert diagnosed.returncode == 0 and "Database connection failure: confirmed" in diagnosed.stdout
        ran = await say("run", "Restart", "--yes")
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert (stage.folder / "restarted").exists()
        assert "✓ Restart it" in ran.stdout and "completed" in ran.stdout
        assert "Nothing waits for a person." in (await say("questions")).stdout
        assert "ana acknowledged Service Down" in (await say("incident", "1")).stdout
        verified = await say("journal", "verify", "--format", "json")
        assert verified.returncode == 0
        planned = await say("run", "Database connection failure", "--dry-run")
        assert "touch database-started" in planned.stdout and not (stage.folder / "database-started").exists()
        unknown = await say("run", "Nonsense")
        assert unknown.returncode == 2 and "has no procedure “Nonsense”" in unknown.stderr
        assert unknown.stderr.count("\n") == 1


async def test_a_second_server_on_the_data_folder_is_refused(stage: Stage) -> None:
    """One clear line names the process that owns the folder."""
    import asyncio

    with up(stage) as process:
        url = await until(lambda: address(stage, process))
        second = await asyncio.to_thread(watchbook, "up", "RUNBOOK.md", folder=stage.folder)
        assert second.returncode == 1
        assert f"a server already owns this data folder: process {process.pid} at {url}" in second.stderr
        assert second.stderr.count("\n") == 1


async def test_a_port_in_use_is_one_line(stage: Stage) -> None:
    """The port and what to do instead."""
    import asyncio

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = await asyncio.to_thread(
            watchbook, "up", "RUNBOOK.md", "--listen", f"127.0.0.1:{port}", folder=stage.folder
        )
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"watchbook: port {port} of 127.0.0.1 is in use")
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (("up", "nowhere.md"), 2, "nowhere.md: there is no such file"),
        (("up", "empty"), 2, "empty: no runbook in this folder"),
        (("up", "binary.md"), 2, "binary.md: this is not a text file"),
        (("up", "RUNBOOK.md", "--listen", "0.0.0.0:8090"), 1, "could be reached by others"),
        (("up", "RUNBOOK.md", "--data", "no/such/parent"), 1, "does not exist"),
        (("check", "nowhere.md"), 2, "nowhere.md: there is no such file"),
        (("explain", "binary.md"), 2, "binary.md: this is not a text file"),
        (("status",), 2, "no server runs on this data folder"),
        (("run", "Restart", "--server", "http://127.0.0.1:1"), 1, "Watchbook does not answer"),
        (("run", "Nonsense"), 2, "has no procedure “Nonsense”"),
        (("diagnose", "Nonsense"), 2, "has no issue “Nonsense”"),
        (("silence", "till"), 2, ""),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
async def test_bad_input_is_one_clear_line(
    stage: Stage, arguments: tuple[str, ...], code: int, complaint: str
) -> None:
    """What, where, what to do: one line on stderr, a non-zero exit, no traceback."""
    import asyncio

    (stage.folder / "empty").mkdir()
    (stage.folder / "binary.md").write_bytes(b"\x7fELF\0\0\0")
    done = await asyncio.to_thread(watchbook, *arguments, folder=stage.folder)
    assert done.returncode in (code, 1, 2) and done.returncode != 0
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.strip().count("\n") == 0


async def test_without_a_server_it_runs_and_diagnoses_alone(stage: Stage) -> None:
    """No server: `run` takes the folder's lock and writes the same journal; `diagnose` keeps nothing."""
    import asyncio

    ran = await asyncio.to_thread(watchbook, "run", "Restart", "--yes", folder=stage.folder)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (stage.folder / "restarted").exists()
    assert any("Restart" in entry["summary"] for entry in stage.journalled("run.started"))
    stage.till.database = False
    found = await asyncio.to_thread(watchbook, "diagnose", "Service is down", folder=stage.folder)
    assert "Database connection failure: confirmed" in found.stdout, found.stdout + found.stderr
    assert stage.journalled("diagnosis.started") == []


async def test_killed_in_the_middle_of_a_step_nothing_is_repeated(stage: Stage) -> None:
    """kill -9 of the server while a step runs: its supervisor finishes it, and the next server adopts the end."""
    import asyncio

    text = (stage.folder / "RUNBOOK.md").read_text()
    slow = "# Restart it\nfor n in 1 2 3 4 5 6 7 8; do echo x >> effects; sleep 0.25; done"
    (stage.folder / "RUNBOOK.md").write_text(
        text.replace("# Restart it\ntouch restarted", slow + "\ntouch restarted")
    )
    environment = {**os.environ, "WATCHBOOK_ACTOR": "ana"}
    with up(stage) as process:
        await until(lambda: address(stage, process))
        running = subprocess.Popen(
            [WATCHBOOK, "run", "Restart", "--yes"], cwd=stage.folder, env=environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        effects = stage.folder / "effects"
        await until(effects.exists)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        running.wait(timeout=40)
    with up(stage) as process:
        await until(lambda: address(stage, process))
        await until((stage.folder / "restarted").exists)
        url = address(stage, process)
        ends_at = time.monotonic() + 20
        while (runs := await asyncio.to_thread(get, f"{url}/api/v1/runs"))["runs"][0]["state"] != "completed":
            assert time.monotonic() < ends_at, runs
            await asyncio.sleep(0.1)
    assert effects.read_text().count("x") == 8
