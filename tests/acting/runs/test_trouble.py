"""Runs when things around them break: a store that cannot write, a run of another version, a shell that is killed."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from watchbook.acting.runs.ports import Installation, StartOrder
from watchbook.acting.runs.runs import Runs
from watchbook.deciding.procedure import decide
from watchbook.model.decisions import Decision
from watchbook.model.errors import StoreError
from watchbook.model.procedures import StepKind
from watchbook.model.runs import Attempt, AttemptState, Run
from watchbook.model.safety import Safety
from watchbook.store.store import Store
from watchbook.world.shell.record import last_event, read_record

Make = Callable[..., Any]


class FailingLedger:
    """The real store, refusing every write while `broken`; it remembers what it refused."""

    def __init__(self, store: Store) -> None:
        self.store, self.broken, self.refused = store, False, 0

    async def apply(self, decision: Decision) -> tuple[Any, ...]:
        if self.broken:
            self.refused += 1
            raise StoreError("the disk is full")
        return await self.store.apply(decision)

    async def load(self, type_: type[Any], **where: Any) -> tuple[Any, ...]:
        return await self.store.load(type_, **where)

    async def get(self, type_: type[Any], *key: Any) -> Any:
        return await self.store.get(type_, *key)


async def test_what_cannot_be_written_does_not_happen(
    house: Any, step: Make, procedure: Make, tmp_path: Path
) -> None:
    """Rule 23: with a full disk no step begins; when it can be written again, the run goes on by itself."""
    ledger = FailingLedger(house.store)
    runs = Runs(ledger, Installation(tmp_path / "runs", house.environment), time.time)
    todo = procedure(
        step("one", "touch one; while ! test -e go; do sleep 0.01; done"), step("two", "touch two")
    )
    run = await runs.start(StartOrder("shop", todo, "ana", str(tmp_path), content_hash=todo.content_hash))
    await house.until((tmp_path / "one").exists)
    ledger.broken = True
    (tmp_path / "go").touch()
    await house.until(lambda: ledger.refused >= 2)
    assert not (tmp_path / "two").exists()
    ledger.broken = False
    assert (await asyncio.wait_for(runs.ended(run.id), 10)).state == "completed"
    assert (tmp_path / "two").exists()
    records = await house.store.load(Attempt, run=run.id)
    assert [(a.step, a.number, a.state) for a in records] == [
        ("one", 1, AttemptState.ENDED),
        ("two", 1, AttemptState.ENDED),
    ]
    await runs.stop()


async def test_a_cancellation_that_cannot_be_written_says_so(
    house: Any, step: Make, procedure: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a full disk the step is stopped at once; the person hears that the end is not recorded yet, and it is later."""
    monkeypatch.setattr("watchbook.acting.runs.runs.CANCEL_WITHIN_S", 0.5)
    ledger = FailingLedger(house.store)
    runs = Runs(ledger, Installation(tmp_path / "runs", house.environment, grace_s=0.2), time.time)
    todo = procedure(step("one", "touch one; sleep 60"))
    run = await runs.start(StartOrder("shop", todo, "ana", str(tmp_path), content_hash=todo.content_hash))
    await house.until((tmp_path / "one").exists)
    ledger.broken = True
    with pytest.raises(StoreError, match="could not be recorded"):
        await runs.cancel(run.id, "enough", "ana")
    ledger.broken = False
    assert (await asyncio.wait_for(runs.ended(run.id), 10)).state == "cancelled"
    await runs.stop()


async def test_an_answer_that_cannot_be_written_is_not_taken(house: Any, step: Make, procedure: Make) -> None:
    """The person is told, the question stays open, and the same answer works later."""
    ledger = FailingLedger(house.store)
    runs = Runs(ledger, Installation(house.root / "runs", house.environment), time.time)
    todo = procedure(step("m", kind=StepKind.MANUAL))
    run = await runs.start(StartOrder("shop", todo, "ana", str(house.root)))
    limit = time.monotonic() + 5
    while not (asked := await runs.open_questions()):
        assert time.monotonic() < limit
        await asyncio.sleep(0.005)
    ledger.broken = True
    with pytest.raises(StoreError):
        await runs.answer(asked[0].id, "done", asked[0].content_hash, "bo")
    with pytest.raises(StoreError):
        await runs.start(StartOrder("shop", procedure(step("x", "true")), "ana", str(house.root)))
    assert [q.id for q in await runs.open_questions()] == [asked[0].id]
    assert len(runs.active()) == 1
    ledger.broken = False
    await runs.answer(asked[0].id, "done", asked[0].content_hash, "bo")
    assert (await asyncio.wait_for(runs.ended(run.id), 10)).state == "completed"
    await runs.stop()


async def test_a_run_of_another_version_does_not_stop_the_others(
    house: Any, step: Make, procedure: Make
) -> None:
    """A run whose text cannot be read ends as failed, with the reason; the rest goes on."""
    good = await house.start(procedure(step("m", kind=StepKind.MANUAL)))
    await house.question("manual")
    foreign = replace(good, id="foreign", procedure_text='{"name": 7}', version=0, service="other")
    await house.store.apply(Decision("", (foreign,)))
    await house.restart()
    known = await house.store.get(Run, "foreign")
    assert (known.state, "cannot read it" in known.reason) == ("failed", True)
    await house.say("done", "manual")
    assert (await house.ended(good)).state == "completed"


async def test_a_killed_shell_leaves_nothing_behind(house: Any, step: Make, procedure: Make) -> None:
    """Somebody kills the step's shell: what it started is ended before a person is asked, also outside its group."""
    script = "setsid sh -c 'sleep 0.5; touch late' & touch begun; sleep 0.5; touch later"
    run = await house.start(procedure(step("one", script)))
    await house.until((house.root / "begun").exists)
    started = last_event(read_record(str(house.root / "runs" / run.id)), "started")
    assert started is not None
    os.kill(int(str(started["pid"])), signal.SIGKILL)
    assert "its shell was killed" in (await house.question("failed")).text
    await asyncio.sleep(0.7)
    assert not (house.root / "late").exists()
    assert not (house.root / "later").exists()


async def test_output_can_be_read_while_a_step_runs(house: Any, step: Make, procedure: Make) -> None:
    """What is kept so far is there before the step has ended."""
    run = await house.start(
        procedure(step("one", "echo first; while ! test -e go; do sleep 0.01; done; echo last"))
    )

    async def output() -> str:
        records = await house.store.load(Attempt, run=run.id)
        return house.runs.output(run.id, records[0]) if records else ""

    limit = time.monotonic() + 5
    while await output() != "first\n":
        assert time.monotonic() < limit
        await asyncio.sleep(0.01)
    (house.root / "go").touch()
    assert (await house.ended(run)).state == "completed"
    assert await output() == "first\nlast\n"


async def test_a_supervisor_that_cannot_start_is_a_failed_step(
    house: Any, step: Make, procedure: Make, tmp_path: Path
) -> None:
    """The reason says what to look at; nothing was run, and retry works when it is mended."""
    (house.root / "runs").write_text("not a folder")
    run = await house.start(procedure(step("one", "touch one")))
    asked = await house.question("failed")
    assert not (house.root / "one").exists()
    (house.root / "runs").unlink()
    await house.runs.answer(asked.id, "retry", asked.content_hash, "bo")
    assert (await house.ended(run)).state == "completed"


async def test_stops_and_starts_at_any_moment_repeat_nothing(house: Any, step: Make, procedure: Make) -> None:
    """A server that restarts all the time still runs every step once."""
    steps = [step(f"s{n}", f"echo x >> s{n}", safety=Safety.CHANGES) for n in range(12)]
    run = await house.start(procedure(*steps))
    for pause in (0.0, 0.002, 0.01, 0.005, 0.02, 0.001, 0.015):
        await asyncio.sleep(pause)
        await house.restart()
    assert (await house.ended(run)).state == "completed"
    assert [(house.root / f"s{n}").read_text() for n in range(12)] == ["x\n"] * 12


async def test_a_driver_that_breaks_goes_on_from_the_ledger(
    house: Any, step: Make, procedure: Make, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A bug while deciding is logged with its traceback; the run is read again and comes to its end."""
    from watchbook.acting.runs import driver, runs

    monkeypatch.setattr(runs, "DRIVE_AGAIN_S", 0.01)
    calls = 0

    def buggy(situation: Any, now: float) -> Any:
        nonlocal calls
        calls += 1
        if calls in (2, 4, 5):
            raise ZeroDivisionError("a bug")
        return decide(situation, now)

    monkeypatch.setattr(driver, "decide", buggy)
    run = await house.start(procedure(step("one", "echo x >> one"), step("two", "echo x >> two")))
    assert (await house.ended(run)).state == "completed"
    assert [(house.root / name).read_text() for name in ("one", "two")] == ["x\n", "x\n"]
    assert "goes on from the ledger" in caplog.text
