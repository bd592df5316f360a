"""How long this process kept its own event loop waiting: so that a starved watcher does not blame the service.

Run by `app.watchbook`, asked by `app.watching.place_watch` around each probe. It measures, and decides only whether a
failure may be Watchbook's own.
"""

import asyncio
import time

from watchbook.model.observations import Outcome, ProbeResult
from watchbook.model.quantities import say_duration

LOOK_S = 0.02
OWN_SHARE = 0.25  # of a check's timeout: a stall that long may have made the answer late


class Stalls:
    """The time lost so far, in seconds."""

    def __init__(self) -> None:
        self.total_s = 0.0

    async def run(self) -> None:
        """Measures until cancelled."""
        while True:
            began = time.monotonic()
            await asyncio.sleep(LOOK_S)
            late_s = time.monotonic() - began - LOOK_S
            if late_s > LOOK_S:
                self.total_s += late_s


def excused(result: ProbeResult, took_s: float, stalled_s: float, timeout_s: float) -> ProbeResult:
    """The result; *unknown* where the time ran out while Watchbook itself was stalled for a good part of it.

    A refusal or a wrong answer stays what it is: it came, however late.
    """
    ran_out = took_s >= timeout_s
    if result.outcome is not Outcome.UNHEALTHY or not ran_out or stalled_s < OWN_SHARE * timeout_s:
        return result
    reason = f"Watchbook itself was held up for {say_duration(round(stalled_s, 2))}: this says nothing of the service"
    return ProbeResult(
        result.check, result.target, result.at_s, Outcome.UNKNOWN, result.latency_s, None, reason
    )
