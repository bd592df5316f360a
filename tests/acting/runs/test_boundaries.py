"""A server that goes at each of its durable boundaries: right before and right after every write."""

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from watchbook.acting.runs.ports import Installation, StartOrder
from watchbook.acting.runs.runs import Runs
from watchbook.model.decisions import Decision
from watchbook.model.procedures import Choice, StepKind
from watchbook.model.runs import Run
from watchbook.model.safety import Safety
from watchbook.store.store import Store

Make = Callable[..., Any]


class Gone(BaseException):
    """The server is not there any more."""


class LedgerUntil:
    """The store, until the given write: then the server is gone, before or after it; nothing is written from then on."""

    def __init__(self, store: Store, last: int, after: bool) -> None:
        self.store, self.left, self.after, self.gone = store, last, after, asyncio.Event()

    async def apply(self, decision: Decision) -> tuple[Any, ...]:
        if self.gone.is_set():
            raise Gone
        self.left -= 1
        if self.left > 0:
            return await self.store.apply(decision)
        if self.after:
            await self.store.apply(decision)
        self.gone.set()
        raise Gone

    async def load(self, type_: type[Any], **where: Any) -> tuple[Any, ...]:
        return await self.store.load(type_, **where)

    async def get(self, type_: type[Any], *key: Any) -> Any:
        return await self.store.get(type_, *key)


def order(root: Path, step: Make, procedure: Make) -> StartOrder:
    """Every kind of step; each world step leaves a line."""
    todo = procedure(
        step("one", "x=1; echo x >> one"),
        step("v", "test -e one; echo x >> v", StepKind.VERIFY, safety=Safety.READ_ONLY),
        step("w", kind=StepKind.WAIT, duration_s=0.01),
        step("c", kind=StepKind.CHOICE, choices=(Choice("way", (step("way", "echo $x >> way"),)),)),
        step("m", kind=StepKind.MANUAL),
        step("bad", "echo x >> bad; test -e mended"),
        step("last", "echo x >> last"),
    )
    return StartOrder("shop", todo, "ana", str(root), content_hash=todo.content_hash, key="one")


async def serve(runs: Runs, start: StartOrder, until: asyncio.Event) -> Run | None:
    """Serves and answers until the run is over, or the server is gone."""
    run = await runs.start(start)
    over = asyncio.create_task(runs.ended(run.id))
    limit = time.monotonic() + 20
    while not over.done() and not until.is_set():
        assert time.monotonic() < limit, runs.active()
        for asked in await runs.open_questions():
            said = {"choice": "way", "manual": "done", "failed": "retry"}[asked.kind]
            if asked.kind == "failed":
                (Path(start.directory) / "mended").touch()
            answering = asyncio.create_task(runs.answer(asked.id, said, asked.content_hash, "bo"))
            gone = asyncio.create_task(until.wait())
            await asyncio.wait([answering, gone], return_when=asyncio.FIRST_COMPLETED)
            gone.cancel()
            answering.cancel()
            await asyncio.gather(answering, gone, return_exceptions=True)
        await asyncio.wait([over], timeout=0.002)
    if over.done():
        return over.result()
    over.cancel()
    await asyncio.gather(over, return_exceptions=True)
    return None


def let_go(runs: Runs) -> None:
    """What a kill does: tasks are no more, connections are closed, nothing else happens."""
    for task in runs._tasks.values():
        task.cancel()


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_every_boundary(tmp_path: Path, step: Make, procedure: Make, after: bool) -> None:
    """Wherever the server goes, the next one brings the run to its end, and every step has happened once."""
    last = 1
    while True:
        root = tmp_path / str(last)
        root.mkdir()
        store = Store(root / "watchbook.sqlite")
        installation = Installation(root / "runs", {"PATH": os.environ["PATH"]})
        ledger = LedgerUntil(store, last, after)
        first = Runs(ledger, installation, time.time)
        start = order(root, step, procedure)
        starting = asyncio.create_task(serve(first, start, ledger.gone))
        gone = asyncio.create_task(ledger.gone.wait())
        await asyncio.wait([starting, gone], return_when=asyncio.FIRST_COMPLETED)
        reached = ledger.gone.is_set()
        starting.cancel()
        gone.cancel()
        await asyncio.gather(starting, gone, return_exceptions=True)
        first._stopped = True
        tasks = list(first._tasks.values())
        let_go(first)
        await asyncio.gather(*tasks, return_exceptions=True)
        if reached:
            second = Runs(store, installation, time.time)
            await second.recover()
            ended = await serve(second, start, asyncio.Event())
            assert ended is not None
            assert ended.state == "completed", (last, ended.reason)
            await second.stop()
        store.close()
        for name, lines in {"one": "x\n", "way": "1\n", "bad": "x\nx\n", "last": "x\n"}.items():
            assert (root / name).read_text() == lines, (last, after, name)
        if not reached:
            break
        last += 1
    assert last > 10
