"""What became of an attempt that nobody heard of: every boundary at which server or supervisor can go."""

import asyncio
import json
import os
import signal
import time
from pathlib import Path

import pytest

from watchbook.world.shell.looking import Fate, look, supervisor_of
from watchbook.world.shell.processes import left_overs, place, start_time
from watchbook.world.shell.record import RECOVERY, SUPERVISOR, read_record, take_gate
from watchbook.world.shell.runner import NotUnderWayError, Order, Supervisor

PATH = os.environ["PATH"]


def order(folder: Path, script: str) -> Order:
    return Order("one.1", f"{folder}/one.1", script, {"PATH": PATH}, "/tmp")


def wait_until_gone(pid: int) -> None:
    limit = time.monotonic() + 5
    while start_time(pid) is not None:
        assert time.monotonic() < limit
        time.sleep(0.005)


def test_a_claim_that_was_never_given_is_proven_never(tmp_path: Path) -> None:
    """The gate is open: it never began; and it stays so when asked again, also after recovery itself was lost."""
    assert look(tmp_path / "run", "one.1", place()).fate is Fate.NEVER
    assert look(tmp_path / "run", "one.1", place()).fate is Fate.NEVER


async def test_what_recovery_took_can_no_longer_begin(tmp_path: Path) -> None:
    """An order that was still on its way when recovery looked is refused by the supervisor."""
    supervisor = await Supervisor.of(tmp_path, PATH)
    assert look(tmp_path, "one.1", place()).fate is Fate.NEVER
    refused = order(tmp_path, f"touch {tmp_path}/ran")
    try:
        await asyncio.wait_for(supervisor.perform(refused), 5)
        raise AssertionError("it was not refused")
    except NotUnderWayError:
        pass
    assert not (tmp_path / "ran").exists()
    await supervisor.end()


def test_another_boot_or_namespace_proves_nothing(tmp_path: Path) -> None:
    """Gates and pids mean something only within one boot and pid namespace."""
    seen = look(tmp_path, "one.1", "another-boot/pid:[1]")
    assert seen.fate is Fate.UNKNOWN
    assert not (tmp_path / "one.1.gate").exists()


async def test_an_outcome_on_record_is_taken_from_any_boot(tmp_path: Path) -> None:
    """What is written down as ended has ended."""
    supervisor = await Supervisor.of(tmp_path, PATH)
    await supervisor.perform(order(tmp_path, "exit 7"))
    await supervisor.end()
    seen = look(tmp_path, "one.1", "another-boot/pid:[1]")
    assert (seen.fate, seen.outcome["exit"]) == (Fate.ENDED, 7)


async def test_a_supervisor_that_lives_is_adopted(tmp_path: Path) -> None:
    """A step under way is running; nothing of it is touched."""
    supervisor = await Supervisor.of(tmp_path, PATH)
    begun = asyncio.Event()
    performing = asyncio.create_task(
        supervisor.perform(order(tmp_path, "echo go; sleep 0.2; exit 5"), lambda _: begun.set())
    )
    await asyncio.wait_for(begun.wait(), 5)
    assert look(tmp_path, "one.1", place()).fate is Fate.RUNNING
    assert (await performing).exit == 5
    await supervisor.end()


@pytest.mark.slow
async def test_after_a_lost_supervisor_nothing_of_the_step_is_left(tmp_path: Path) -> None:
    """Unknown, and its processes are ended before anyone is asked: in its session, and marked ones outside of it."""
    supervisor = await Supervisor.of(tmp_path, PATH)
    one = order(tmp_path, "trap '' TERM; setsid sleep 60 & sleep 60 & echo go; sleep 60")
    begun = asyncio.Event()
    performing = asyncio.create_task(supervisor.perform(one, lambda _: begun.set()))
    await asyncio.wait_for(begun.wait(), 5)
    alive = supervisor_of(tmp_path)
    assert alive is not None
    os.kill(alive[0], signal.SIGKILL)
    wait_until_gone(alive[0])
    await asyncio.gather(performing, return_exceptions=True)
    await supervisor.leave()
    seen = await asyncio.to_thread(look, tmp_path, "one.1", place())
    assert seen.fate is Fate.UNKNOWN
    assert "ended" in seen.reason
    assert left_overs(None, one.mark) == []
    again = await asyncio.to_thread(look, tmp_path, "one.1", place())
    assert again.fate is Fate.UNKNOWN


async def test_a_shell_that_never_got_the_word_to_go_has_run_nothing(tmp_path: Path) -> None:
    """Gate taken, supervisor gone, no start on record: the waiting shell ended with the pipe it read from."""
    assert take_gate(str(tmp_path), "one.1", SUPERVISOR) == SUPERVISOR
    assert look(tmp_path, "one.1", place()).fate is Fate.NEVER


async def test_the_next_supervisor_does_not_stand_for_the_last(tmp_path: Path) -> None:
    """A step of a supervisor that is gone is unknown, also while a new one lives in the same folder."""
    supervisor = await Supervisor.of(tmp_path, PATH)
    begun = asyncio.Event()
    performing = asyncio.create_task(
        supervisor.perform(order(tmp_path, "echo go; sleep 60"), lambda _: begun.set())
    )
    await asyncio.wait_for(begun.wait(), 5)
    alive = supervisor_of(tmp_path)
    assert alive is not None
    os.kill(alive[0], signal.SIGKILL)
    wait_until_gone(alive[0])
    await asyncio.gather(performing, return_exceptions=True)
    await supervisor.leave()
    fresh = await Supervisor.of(tmp_path, PATH)
    assert (await asyncio.to_thread(look, tmp_path, "one.1", place())).fate is Fate.UNKNOWN
    await fresh.end()


async def test_a_pid_of_somebody_else_is_no_supervisor(tmp_path: Path) -> None:
    """A process is known by its start time as well: a pid that was given out again proves nothing."""
    event = {"event": "supervisor", "pid": os.getpid(), "started": 1, "place": place()}
    (tmp_path / "record").write_text(json.dumps(event) + "\n")
    assert supervisor_of(tmp_path) is None


def test_a_gate_has_one_taker(tmp_path: Path) -> None:
    """Whoever comes second learns who was first."""
    assert take_gate(str(tmp_path), "one.1", RECOVERY) == RECOVERY
    assert take_gate(str(tmp_path), "one.1", SUPERVISOR) == RECOVERY
    assert [file.name for file in tmp_path.iterdir()] == ["one.1.gate"]


def test_a_record_that_was_cut_off_is_read_up_to_the_cut(tmp_path: Path) -> None:
    """A last line without an end was never an event."""
    (tmp_path / "record").write_text('{"event":"started","attempt":"one.1"}\n{"event":"ended","att')
    assert [event["event"] for event in read_record(str(tmp_path))] == ["started"]


async def test_a_supervisor_that_does_not_answer_is_ended(tmp_path: Path, monkeypatch: object) -> None:
    """One that is stopped hears nobody: it is ended, and a new one is started."""
    supervisor = await Supervisor.of(tmp_path, PATH)
    await supervisor.leave()
    alive = supervisor_of(tmp_path)
    assert alive is not None
    os.kill(alive[0], signal.SIGSTOP)
    import watchbook.world.shell.runner as runner

    monkeypatch.setattr(runner, "HELLO_S", 0.2)  # type: ignore[attr-defined]
    fresh = await asyncio.wait_for(Supervisor.of(tmp_path, PATH), 10)
    assert fresh.fresh
    wait_until_gone(alive[0])
    await fresh.end()


async def test_a_folder_has_one_supervisor(tmp_path: Path) -> None:
    """Two servers that start one at the same moment get the same: the second start does nothing."""
    first, second = await asyncio.gather(Supervisor.of(tmp_path, PATH), Supervisor.of(tmp_path, PATH))
    assert len([e for e in read_record(str(tmp_path)) if e["event"] == "supervisor"]) == 1
    assert (await second.perform(order(tmp_path, "exit 3"))).exit == 3
    await second.leave()
    await first.end()
