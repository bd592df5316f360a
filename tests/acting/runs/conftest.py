"""A store, runs over real shells, and a person for the tests of runs."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from watchbook.acting.runs.ports import Installation, StartOrder
from watchbook.acting.runs.runs import Runs
from watchbook.deciding.moves import EnvironmentFacts
from watchbook.model.decisions import NOTHING, Decision
from watchbook.model.incidents import Entry
from watchbook.model.procedures import Parameter, Procedure, Step, StepKind
from watchbook.model.runs import Attempt, Question, Run
from watchbook.model.safety import Classification, Safety
from watchbook.store.store import Store

PATH = os.environ["PATH"]


def make_step(id_: str, script: str = "", kind: StepKind = StepKind.COMMAND, **fields: object) -> Step:
    safety = fields.pop("safety", Safety.CHANGES)
    classified = Classification(safety, "a test says so") if script else None  # type: ignore[arg-type]
    return Step(id_, f"Step {id_}", kind, script=script, safety=classified, **fields)  # type: ignore[arg-type]


def make_procedure(*steps: Step, name: str = "Deploy", **fields: object) -> Procedure:
    return Procedure(name, "deployment", steps, **fields)  # type: ignore[arg-type]


@dataclass
class Scene:
    """What is wrong around the runs, as a test sets it, and who was told."""

    wrong: EnvironmentFacts = field(default_factory=lambda: EnvironmentFacts(watched=True))
    available: bool = False
    told: list[str] = field(default_factory=list)

    def facts(self, service: str, environment: str | None) -> EnvironmentFacts:
        return self.wrong

    def announce(self, run: Run, step: Step, now: float) -> Decision:
        self.told.append(f"announce {step.id}")
        return Decision("", entries=(Entry(run.service, "post.queued", f"{step.name} is posted"),))

    def alarm(self, run: Run, reason: str, now: float) -> Decision:
        self.told.append(f"alarm {reason}")
        return NOTHING


@dataclass
class House:
    """One data folder; `runs` can be stopped and made again, as a restart does."""

    root: Path
    store: Store
    scene: Scene
    environment: dict[str, str]
    secrets: tuple[str, ...] = ()
    ahead_s: float = 0.0  # of the machine's clock, as a test sets it
    runs: Runs = field(init=False)

    def __post_init__(self) -> None:
        self.runs = self.new_runs()

    def new_runs(self) -> Runs:
        installation = Installation(self.root / "runs", self.environment, self.secrets, grace_s=0.3)
        return Runs(self.store, installation, self.now, self.scene, self.scene)

    def now(self) -> float:
        return time.time() + self.ahead_s

    def jump(self, by_s: float) -> None:
        """The wall clock jumps, and the runs are told."""
        self.ahead_s += by_s
        self.runs.clock_moved(by_s)

    async def restart(self) -> None:
        await self.runs.stop()
        self.runs = self.new_runs()
        await self.runs.recover()

    async def start(self, procedure: Procedure, confirmed: bool = True, **fields: object) -> Run:
        content_hash = procedure.content_hash if confirmed else ""
        order = StartOrder("shop", procedure, "ana", str(self.root), content_hash=content_hash)
        return await self.runs.start(replace(order, **fields))  # type: ignore[arg-type]

    async def question(self, kind: str = "") -> Question:
        """The next open question, of that kind."""
        found: list[Question] = []

        async def look() -> bool:
            found[:] = [q for q in await self.runs.open_questions() if kind in ("", q.kind)]
            return bool(found)

        limit = time.monotonic() + 10
        while not await look():
            assert time.monotonic() < limit, f"nobody is asked: {self.runs.active()}"
            await asyncio.sleep(0.005)
        return found[0]

    async def say(self, answer: str, kind: str = "", by: str = "bo") -> Question:
        asked = await self.question(kind)
        return await self.runs.answer(asked.id, answer, asked.content_hash, by)

    async def ended(self, run: Run) -> Run:
        return await asyncio.wait_for(self.runs.ended(run.id), 20)

    async def attempts(self, run: Run) -> list[tuple[str, int, str]]:
        records = await self.store.load(Attempt, run=run.id)
        return [(a.step, a.number, str(a.state)) for a in records]

    async def told(self) -> list[str]:
        return [entry.kind for entry in await self.store.journal()]

    async def until(self, condition: Callable[[], object]) -> None:
        limit = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < limit, "it does not happen"
            await asyncio.sleep(0.005)

    def state(self, run: Run) -> str:
        return next((str(r.state) for r in self.runs.active() if r.id == run.id), "over")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A fresh data folder; its runs are cancelled and their supervisors gone at the end."""
    made = House(tmp_path, Store(tmp_path / "watchbook.sqlite"), Scene(), {"PATH": PATH})
    yield made
    for run in made.runs.active():
        await made.runs.cancel(run.id, "the test is over", "test")
    await made.runs.stop()
    made.store.close()


@pytest.fixture
def step() -> Callable[..., Step]:
    """Makes a step: id, script, kind, and fields."""
    return make_step


@pytest.fixture
def procedure() -> Callable[..., Procedure]:
    """Makes a procedure of steps."""
    return make_procedure


@pytest.fixture
def parameter() -> Callable[..., Parameter]:
    """Makes a parameter."""
    return Parameter
