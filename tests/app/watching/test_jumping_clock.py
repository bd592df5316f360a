"""Rule 7 through the whole application: the machine's clock jumps while a service is watched."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.app.stage import Stage, staged, until

from watchbook.app import watchbook as application
from watchbook.world import clock

pytestmark = pytest.mark.slow


class MachineClock:
    """Stands for the module `time` where the application's clock looks; a test sets it ahead."""

    ahead_s = 0.0

    def time(self) -> float:
        return time.time() + self.ahead_s

    def monotonic(self) -> float:
        return time.monotonic()


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as made:
        yield made


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> MachineClock:
    made = MachineClock()
    monkeypatch.setattr(clock, "time", made)
    monkeypatch.setattr(application, "HEARTBEAT_S", 0.2)
    return made


@pytest.mark.parametrize("by_s", [7200.0, -7200.0])
async def test_the_watch_goes_on_after_a_jump(stage: Stage, machine: MachineClock, by_s: float) -> None:
    """Nobody is paged for it; what begins to be wrong afterwards is seen, paged and resolved as ever, measured or probed."""
    async with stage.watching() as faces:
        await until(lambda: figure(stage) is not None)
        machine.ahead_s += by_s
        await until(lambda: stage.journalled("clock.jumped"))
        window = stage.watchbook.live["till"].places["production"].window  # type: ignore[union-attr, index]
        taken = window.rejected
        stage.till.errors += 100_000
        await until(lambda: (figure(stage) or 0.0) > 0.01)
        stage.till.healthy = False
        await until(lambda: "Service Down" in [page["alert"] for page in stage.phone.of("trigger")])
        stage.till.healthy = True
        await until(lambda: "Service Down" in [page["alert"] for page in stage.phone.of("resolve")])
        assert window.rejected == taken
        assert stage.phone.pages[0]["alert"] == "High Error Rate"
        assert faces.health().problems == ()


def figure(stage: Stage) -> float | None:
    """The error rate as the board shows it."""
    assert stage.watchbook is not None
    place = stage.watchbook.live["till"].places["production"]  # type: ignore[index]
    return next(live.value for live in place.metrics if live.metric.name == "Error Rate")
