"""What a durable step costs over the same script in a bare subprocess. This process's own runs, store and supervisors.

A durable step is claimed and journalled (a commit that is on the disk), given to the run's supervisor, bounded and
redacted, its shell's state carried to the next step, and its end journalled.
"""

import asyncio
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks import peers
from benchmarks.figure import Figure
from benchmarks.installed import environment

STEPS = 60
REPEATS = 12
SCRIPT = "echo done"


def durable_step() -> list[Figure]:
    """The overhead of one step, and the start of a run."""
    bare, durable, first = [], [], []
    for number in range(REPEATS + 1):
        bare_ms = _bare()
        step_ms, start_ms = asyncio.run(_durable())
        if number:
            bare.append(bare_ms)
            durable.append(step_ms)
            first.append(start_ms)
    overhead = tuple(one - other for one, other in zip(durable, bare, strict=True))
    took = f"{statistics.median(durable):.1f} ms, `bash -c` alone {statistics.median(bare):.1f} ms; each of {STEPS} steps"
    return [
        Figure(
            "durable shell step, overhead over a bare `bash -c`",
            "ms",
            overhead,
            6,
            peer=peers.ansible_step(5),
            note=took,
        ),
        Figure("start of a run: asked for → first step under way", "ms", tuple(first)),
        Figure(
            "4 KiB written and made durable (fdatasync) on this disk, for comparison",
            "ms",
            _durable_writes(),
            note="every step and every page waits for one such write at least",
        ),
    ]


def _durable_writes() -> tuple[float, ...]:
    """Milliseconds of each of a hundred."""
    took = []
    with tempfile.TemporaryFile() as file:
        for _ in range(100):
            file.write(bytes(4096))
            file.flush()
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append(1000 * (time.perf_counter() - began))
    return tuple(took)


def _bare() -> float:
    """Milliseconds of one bare step."""
    began = time.perf_counter()
    for _ in range(STEPS):
        subprocess.run(["bash", "-c", SCRIPT], check=True, capture_output=True, env=environment())
    return 1000 * (time.perf_counter() - began) / STEPS


async def _durable() -> tuple[float, float]:
    """Milliseconds of one durable step, and from the order to the first claim's end less one step."""
    from watchbook.acting.runs.ports import Installation, StartOrder
    from watchbook.acting.runs.runs import Runs
    from watchbook.model.procedures import Procedure, Step, StepKind
    from watchbook.model.runs import Attempt
    from watchbook.model.safety import Classification, Safety
    from watchbook.store.store import Store

    safety = Classification(Safety.CHANGES, "it is measured")
    steps = [
        Step(f"step-{n}", f"Step {n}", StepKind.COMMAND, script=SCRIPT, safety=safety) for n in range(STEPS)
    ]
    procedure = Procedure("Measured", "deployment", tuple(steps))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        store = Store(folder / "watchbook.sqlite")
        runs = Runs(store, Installation(folder / "runs", {"PATH": os.environ["PATH"]}), time.time)
        order = StartOrder("shop", procedure, "bench", scratch, content_hash=procedure.content_hash)
        asked = time.time()
        run = await runs.start(order)
        await runs.ended(run.id)
        attempts = sorted(await store.load(Attempt, run=run.id), key=lambda one: one.claimed_at)
        await runs.stop()
        store.close()
    if len(attempts) != STEPS or not all(one.good for one in attempts):
        raise RuntimeError(f"the run did not go well: {[one.reason for one in attempts]}")
    ends = [one.ended_at or 0.0 for one in attempts]
    step_ms = 1000 * (ends[-1] - ends[0]) / (STEPS - 1)
    return step_ms, max(0.0, 1000 * (ends[0] - asked) - step_ms)
