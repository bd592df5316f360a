"""A starved watcher does not blame the service: what ran out of time while Watchbook was held up is unknown."""

import asyncio
import time

import pytest

from watchbook.app.watching.stalls import Stalls, excused
from watchbook.model.observations import Outcome, ProbeResult

LATE = ProbeResult("Health", "http://x/health", 0.0, Outcome.UNHEALTHY, reason="did not answer within 1 s")


@pytest.mark.parametrize(
    ("result", "took_s", "stalled_s", "outcome"),
    [
        (LATE, 1.0, 0.3, Outcome.UNKNOWN),
        (LATE, 1.0, 0.1, Outcome.UNHEALTHY),  # our share was small
        (LATE, 0.4, 0.3, Outcome.UNHEALTHY),  # it answered within the time, and wrongly
        (ProbeResult("Health", "x", 0.0, Outcome.HEALTHY), 1.0, 0.9, Outcome.HEALTHY),
    ],
)
def test_only_our_own_delay_excuses(
    result: ProbeResult, took_s: float, stalled_s: float, outcome: Outcome
) -> None:
    """Unknown only where the time ran out and a quarter of it was Watchbook's own."""
    assert excused(result, took_s, stalled_s, timeout_s=1.0).outcome is outcome


async def test_a_blocked_loop_is_measured() -> None:
    """Work that blocks the loop counts; ordinary waiting does not."""
    stalls = Stalls()
    looking = asyncio.create_task(stalls.run())
    await asyncio.sleep(0)
    blocked_until = time.monotonic() + 0.2
    while time.monotonic() < blocked_until:
        pass
    async with asyncio.timeout(5):
        while not stalls.total_s:
            await asyncio.sleep(0)
    looking.cancel()
    assert stalls.total_s > 0.1
