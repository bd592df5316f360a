"""From something being wrong to a page in someone's hand: alone, and while 150 runs are under way.

Watchbook is the installed wheel's `up`, another process. Services and phone are on this one's loop, so that "the answers
change" and "the page is here" are read from one clock. Decisions are timed from the row that Watchbook committed.
"""

import asyncio
import random
import sqlite3
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks import peers
from benchmarks.figure import Figure
from benchmarks.installed import Installed
from benchmarks.machine import cpu_s, resident_mib
from benchmarks.processes import Server, standing_watch
from benchmarks.scene import Phone, Received, Till, staged, write_runbook, write_wiring

CADENCE = "0.2s"
FAILURES_TOLD = 3  # rule 6: a failed probe is repeated twice before its check is unhealthy
IDLE = (3, 8)  # services, and how often each is broken, where nothing else goes on
BUSY = (8, 5)
RUNS = 150
STEPS = 60
STEP_S = 5
PEER_PAGES = 100


@dataclass(slots=True)
class Times:
    """Milliseconds of everything that happened, by what it was."""

    down_from_change: list[float] = field(default_factory=list)
    down_from_data: list[float] = field(default_factory=list)
    errors_from_change: list[float] = field(default_factory=list)
    diagnosed: list[float] = field(default_factory=list)
    delivered: list[float] = field(default_factory=list)
    health: list[float] = field(default_factory=list)
    begun: list[float] = field(default_factory=list)


def pages(installed: Installed) -> list[Figure]:
    """Condition true → page; page → diagnosis; decided → received; on an otherwise idle Watchbook."""
    times = asyncio.run(_paged(installed, IDLE, runs=0))[0]
    peer = asyncio.run(peers.alertmanager_pages(PEER_PAGES))
    how = f"group_wait 0, checks every {CADENCE}, {IDLE[0]} services"
    return [
        Figure(
            f"service answers 503 → page received, p95 ({how})",
            "ms",
            tuple(times.down_from_change),
            1000,
            share=0.95,
            note="from the change of the answers: one cadence and the two repeats of rule 6 (0.15 s) are in it",
        ),
        Figure(
            "third failed answer (the condition is true in the data) → page received, p95",
            "ms",
            tuple(times.down_from_data),
            1000,
            share=0.95,
        ),
        Figure(
            f"errors counted in /metrics → page received, p95 ({how})",
            "ms",
            tuple(times.errors_from_change),
            1000,
            share=0.95,
            note="from the change of the answers: one scrape's cadence is in it",
        ),
        Figure("page received → diagnosis received, p95", "ms", tuple(times.diagnosed), 5000, share=0.95),
        Figure("alert decided → webhook received, idle, median", "ms", tuple(times.delivered), 3, peer=peer),
        Figure(
            "alert decided → webhook received, idle, p95",
            "ms",
            tuple(times.delivered),
            10,
            share=0.95,
            peer=peer,
            note="committed (synchronous=FULL) before it is sent; Alertmanager keeps nothing over kill -9",
        ),
    ]


def pages_under_runs(installed: Installed) -> list[Figure]:
    """The same while 150 runs are active."""
    times, load = asyncio.run(_paged(installed, BUSY, runs=RUNS))
    return [
        Figure(
            f"page p95 while {RUNS} runs are active: decided → webhook received",
            "ms",
            tuple(times.delivered),
            50,
            share=0.95,
            note=load,
        ),
        Figure(
            f"the same, median, while {RUNS} runs are active",
            "ms",
            tuple(times.delivered),
        ),
        Figure(
            f"service answers 503 → page received, p95, while {RUNS} runs are active",
            "ms",
            tuple(times.down_from_change),
            1000,
            share=0.95,
        ),
        Figure(
            f"page received → diagnosis received, p95, while {RUNS} runs are active",
            "ms",
            tuple(times.diagnosed),
            5000,
            share=0.95,
        ),
        Figure(
            f"`/health` latency while {RUNS} runs are active, p95",
            "ms",
            tuple(times.health),
            100,
            share=0.95,
        ),
    ]


async def _paged(installed: Installed, size: tuple[int, int], runs: int) -> tuple[Times, str]:
    names = [f"till-{number}" for number in range(size[0])]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        async with staged(names) as (tills, phone):
            write_wiring(folder, phone)
            steps = "\n\n".join(f"# Look {n}\necho look {n}; sleep {STEP_S}" for n in range(STEPS))
            for till in tills:
                write_runbook(folder, till, CADENCE, steps)
                (folder / f"healthy-{till.name}").touch()
            with standing_watch(installed, [folder], folder / "data") as server:
                await asyncio.to_thread(server.greeted)
                return await _measured(server, Scene(tills, phone, folder, size[1]), runs)


@dataclass(frozen=True, slots=True)
class Scene:
    """What is broken, who hears of it, where the runbooks are, and how often each service is broken."""

    tills: list[Till]
    phone: Phone
    folder: Path
    rounds: int


async def _measured(server: Server, scene: Scene, runs: int) -> tuple[Times, str]:
    times, tills, phone, folder = Times(), scene.tills, scene.phone, scene.folder
    async with aiohttp.ClientSession(server.url) as session:
        await _all_watched(session, tills)
        begun = await _begin(session, tills, runs) if runs else []
        used_s, began = cpu_s(server.process.pid), time.perf_counter()
        looking = asyncio.create_task(_look_at_health(session, times))
        try:
            await asyncio.gather(*(_broken_and_mended(till, scene, times) for till in tills))
        finally:
            looking.cancel()
        share = 100 * (cpu_s(server.process.pid) - used_s) / (time.perf_counter() - began)
        active = await _active(session) if runs else 0
        memory = resident_mib(server.process.pid)
        for run in begun:
            await _post(session, f"/api/v1/runs/{run}/cancel", {"reason": "the measuring is over"})
    decided = _decided(folder / "data" / "watchbook.sqlite")
    times.delivered += [1000 * (one.wall - decided[one.key]) for one in phone.pages if one.key in decided]
    load = (
        f"{active} of {runs} runs still active at the end, a step (`echo`; `sleep {STEP_S}`) about every "
        f"{1000 * STEP_S / max(1, runs):.0f} ms; Watchbook used {share:.0f} % of a core and {memory:.0f} MiB; "
        f"{len(times.delivered)} pages"
    )
    return times, load


async def _all_watched(session: aiohttp.ClientSession, tills: list[Till]) -> None:
    """Until every service is probed, scraped and bound: an alert that is not bound yet does not page."""
    async with asyncio.timeout(60):
        while True:
            async with session.get("/api/v1/alerts") as answer:
                alerts = (await answer.json())["alerts"]
            if len(alerts) == 2 * len(tills) and all(
                one["armed"] and one["status"] == "ok" for one in alerts
            ):
                break
            await asyncio.sleep(0.2)
    await asyncio.sleep(3)


async def _begin(session: aiohttp.ClientSession, tills: list[Till], runs: int) -> list[str]:
    """Starts the runs, spread over the services, and waits until each is in a step."""
    begun = []
    for number in range(runs):
        body = {"service": tills[number % len(tills)].name, "procedure": "Look around"}
        plan = await _post(session, "/api/v1/runs", {**body, "dry_run": True})
        view = await _post(session, "/api/v1/runs", {**body, "content_hash": plan["content_hash"]})
        begun.append(view["id"])
    async with asyncio.timeout(60):
        while await _active(session) < runs:  # noqa: ASYNC110  # another process: no event
            await asyncio.sleep(0.2)
    return begun


async def _active(session: aiohttp.ClientSession) -> int:
    async with session.get("/api/v1/runs", params={"limit": "500"}) as answer:
        return sum(one["state"] == "running" for one in (await answer.json())["runs"])


async def _post(session: aiohttp.ClientSession, path: str, body: dict[str, Any]) -> dict[str, Any]:
    async with session.post(path, json=body) as answer:
        said: dict[str, Any] = await answer.json()
        if answer.status >= 400:
            raise RuntimeError(f"{path} answered {answer.status}: {said}")
        return said


async def _broken_and_mended(till: Till, scene: Scene, times: Times) -> None:
    """Down, mended, errors, mended; several times, at moments of its own."""
    dice, phone = random.Random(till.name), scene.phone
    down, errors = (till.name, "Service Down"), (till.name, "High Error Rate")
    healthy = scene.folder / f"healthy-{till.name}"
    for _ in range(scene.rounds):
        await asyncio.sleep(dice.uniform(0.2, 2.0))
        healthy.unlink()
        changed = till.change(healthy=False)
        paged = await phone.next(down, "trigger", changed)
        times.down_from_change.append(1000 * (paged.at - changed))
        times.down_from_data.append(1000 * (paged.at - till.answers[FAILURES_TOLD - 1]))
        told = await _diagnosed(down, phone, paged)
        times.diagnosed.append(1000 * (told.at - paged.at))
        healthy.touch()
        await phone.next(down, "resolve", till.change())
        await asyncio.sleep(dice.uniform(0.2, 2.0))
        changed = till.change(failing=True)
        paged = await phone.next(errors, "trigger", changed)
        times.errors_from_change.append(1000 * (paged.at - changed))
        await phone.next(errors, "resolve", till.change())


async def _diagnosed(about: tuple[str, str], phone: Phone, paged: Received) -> Received:
    """The update that brings the confirmed cause."""
    after = paged.at
    while True:
        told = await phone.next(about, "update", after)
        if told.page["cause"] and told.page["cause"]["verdict"] == "confirmed":
            return told
        after = told.at


async def _look_at_health(session: aiohttp.ClientSession, times: Times) -> None:
    while True:
        began = time.perf_counter()
        async with session.get("/health") as answer:
            await answer.read()
        times.health.append(1000 * (time.perf_counter() - began))
        await asyncio.sleep(0.1)


def _decided(database: Path) -> dict[str, float]:
    """When each notice was decided, by its key, in wall seconds: the moment that its row carries."""
    connection = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)
    try:
        return dict(connection.execute("select key, created_at from outbox"))
    finally:
        connection.close()
