"""The harness's parts work: names, the stub, the scene's runbook, processes that are timed and ended."""

import asyncio
import http.client
import sys
from pathlib import Path

import pytest
from benchmarks.processes import time_process
from benchmarks.scene import Phone, Till, staged, write_runbook, write_wiring
from benchmarks.stub import stubbed

from benchmarks import __main__ as entry
from benchmarks import machine, reading
from watchbook.app.documents.loading import load
from watchbook.app.wiring import load_wiring


def test_a_name_that_is_none_is_said_with_those_that_are(capsys: pytest.CaptureFixture[str]) -> None:
    """A misspelt name measures nothing, and ends with 2."""
    assert entry.main(["pagse"]) == 2
    said = capsys.readouterr().err
    assert "“pagse”" in said
    assert "pages-under-runs" in said


def test_the_machine_is_described_without_its_name() -> None:
    """CPU, cores, memory, kernel and Python have values; the host's name is not among them."""
    import platform

    described = dict(machine.describe())
    assert all(described.values())
    assert int(described["Cores"]) >= 1
    assert platform.node() not in " ".join(described.values())


def test_a_process_is_timed_and_its_failure_is_no_figure() -> None:
    """CPU time is part of the wall time's run; an exit other than 0 raises."""
    took = time_process([sys.executable, "-c", "sum(range(200_000))"])
    assert took.wall_ms > 0
    assert took.cpu_ms > 0
    with pytest.raises(RuntimeError, match="ended with 3"):
        time_process([sys.executable, "-c", "raise SystemExit(3)"])


def test_the_stub_answers_and_counts() -> None:
    """Health, metrics and ping are answered on one connection, and counted; asking for the count is not."""
    with stubbed() as stub:
        assert stub.asked() == 0
        connection = http.client.HTTPConnection("127.0.0.1", stub.port, timeout=10)
        told = {}
        for path in ("/health", "/metrics", "/ping"):
            connection.request("GET", path)
            told[path] = connection.getresponse().read().decode()
        connection.close()
        assert told["/health"] == '{"status": "healthy"}'
        assert "http_requests_total" in told["/metrics"]
        assert told["/ping"] == "pong"
        assert stub.asked() == 3


async def test_the_scene_is_read_whole(tmp_path: Path) -> None:
    """The runbook that is measured has no finding above a note, its two alerts, and a procedure that changes nothing."""
    async with staged(["till-0"]) as (tills, phone):
        write_wiring(tmp_path, phone)
        path = write_runbook(tmp_path, tills[0], "0.2s", "# Look 1\necho 1; sleep 5\n\n# Look 2\necho 2")
        runbook = load(path).runbook
        assert [finding for finding in runbook.findings if finding.severity in ("error", "warning")] == []
        assert [rule.name for rule in runbook.alerts] == ["Service Down", "High Error Rate"]
        look = next(one for one in runbook.procedures if one.name == "Look around")
        assert len(look.steps) == 2
        assert not look.changing
        assert runbook.health_checks[0].every_s == 0.2
        assert load_wiring(tmp_path / "watchbook.toml").group_wait_s == 0.0


async def test_the_phone_finds_the_page_that_is_meant() -> None:
    """Pages of other services, alerts, kinds and times are passed over; one that comes later is waited for."""
    import aiohttp

    async with staged(["till-0"]) as (_, phone), aiohttp.ClientSession(phone.url) as session:

        async def send(key: str, service: str, alert: str, kind: str) -> None:
            page = {"service": service, "alert": alert, "kind": kind}
            async with session.post("/page", json=page, headers={"Idempotency-Key": key}) as answer:
                assert answer.status == 200

        await send("1", "till-0", "Service Down", "trigger")
        first = await phone.next(("till-0", "Service Down"), "trigger", 0.0)
        assert first.key == "1"
        waiting = asyncio.create_task(phone.next(("till-0", "Service Down"), "trigger", first.at))
        await send("2", "till-1", "Service Down", "trigger")
        await send("3", "till-0", "High Error Rate", "trigger")
        await send("4", "till-0", "Service Down", "resolve")
        await send("5", "till-0", "Service Down", "trigger")
        assert (await waiting).key == "5"


async def test_a_till_says_what_it_was_told_to_say() -> None:
    """Its answers change at once, and are counted from then on."""
    import aiohttp

    async with staged(["till-0"]) as (tills, _), aiohttp.ClientSession(tills[0].url) as session:
        till: Till = tills[0]

        async def status() -> int:
            async with session.get("/one/health") as answer:
                return answer.status

        assert await status() == 200
        till.change(healthy=False)
        assert (await status(), await status()) == (503, 503)
        assert len(till.answers) == 2
        till.change(failing=True)
        async with session.get("/one/metrics") as answer:
            text = await answer.text()
        assert 'code="500"} 10' in text


def test_what_the_reading_remembers_is_forgotten() -> None:
    """A second reading of the same commands is as much work as the first."""
    from watchbook.reading import read_runbook
    from watchbook.reading.shell.grammar import _read

    read_runbook("## Common Operations\n\n### Deployment\n\n```bash\n# Look\nls\n```\n")
    assert _read.cache_info().currsize > 0
    reading.forget()
    assert _read.cache_info().currsize == 0


def test_the_phone_starts_empty() -> None:
    """No page stands before one was sent."""
    assert Phone().pages == []
