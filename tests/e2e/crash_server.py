"""A server that only acts, for the crash tests: store, runs and shell, no web.

Started by `test_crash.py` as a process of its own. It recovers, starts the run if there is none, answers nothing, and
writes what its runs wait for to `waiting.json`, from which the test answers through `answers/`.
"""

import asyncio
import json
import os
import sys
import time
from pathlib import Path

from watchbook.acting.runs.ports import Installation, StartOrder
from watchbook.acting.runs.runs import Runs
from watchbook.model.procedures import Procedure, Step, StepKind
from watchbook.model.runs import Run
from watchbook.model.safety import Classification, Safety
from watchbook.store.store import Store

STEPS = 20
RUN_KEY = "the one run"


def procedure(effects: Path) -> Procedure:
    """Twenty steps; each appends a line to a file of its own, in two halves with a little work between them.

    Steps 5 and 15 are idempotent, 10 is read-only: these may run again by themselves. A variable is carried along.
    """
    return Procedure("Twenty steps", "deployment", tuple(_step(n, effects) for n in range(1, STEPS + 1)))


def _step(number: int, effects: Path) -> Step:
    script = (
        f"count=$(( ${{count:-0}} + 1 ))\n"
        f"echo begin >> '{effects}/{number}'\n"
        f"{ {0: 'sleep 0.01', 1: 'for i in 1 2 3 4 5; do /bin/true; done', 2: '( sleep 0.005; : ) & wait'}[number % 3] }\n"
        f'echo "secret is $DATABASE_PASSWORD"; printf \'%s\' "${{DATABASE_PASSWORD:0:5}}"; sleep 0.001\n'
        f"printf '%s\\n' \"${{DATABASE_PASSWORD:5}}\"\n"
        f"echo end >> '{effects}/{number}'"
    )
    safety = Safety.READ_ONLY if number == 10 else Safety.CHANGES
    return Step(
        f"step-{number}",
        f"Step {number}",
        StepKind.COMMAND,
        script=script,
        safety=Classification(safety, ""),
        idempotent=number in (5, 15),
    )


async def serve(root: Path, secret: str) -> None:
    """Runs until killed, or until the run is over."""
    store = Store(root / "data" / "watchbook.sqlite")
    environment = {"PATH": os.environ["PATH"], "DATABASE_PASSWORD": secret}
    runs = Runs(store, Installation(root / "data" / "runs", environment, (secret,)), time.time)
    await runs.recover()
    todo = procedure(root / "effects")
    run = await runs.start(
        StartOrder("shop", todo, "test", str(root), content_hash=todo.content_hash, key=RUN_KEY)
    )
    (root / "ready").touch()
    over = asyncio.create_task(runs.ended(run.id))
    while not over.done():
        for question in await runs.open_questions():
            answer = root / "answers" / question.id
            if answer.exists():
                await runs.answer(question.id, answer.read_text(), question.content_hash, "test")
            else:
                _write(
                    root / "waiting.json", {"id": question.id, "kind": question.kind, "step": question.step}
                )
        await asyncio.wait([over], timeout=0.005)
    known = await store.get(Run, run.id)
    _write(
        root / "over.json",
        {"state": str(known.state) if known else "", "reason": known.reason if known else ""},
    )
    await runs.stop()
    store.close()


def _write(path: Path, value: dict[str, str]) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(value))
    draft.replace(path)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2]))
