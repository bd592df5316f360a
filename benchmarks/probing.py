"""CPU of one HTTP probe: Watchbook's prober in this process, against a service in another."""

import asyncio
import time
from pathlib import Path

from benchmarks import peers
from benchmarks.figure import Figure
from benchmarks.stub import Stub, stubbed

PROBES = 2000
AT_ONCE = 20
REPEATS = 5
PEER_PROBES = 500
_RUNBOOK = """## Health Checks

### Service Health
- **Endpoint:** `GET /health`
- **Expected Response:** `{"status": "healthy"}`
"""


def probes() -> list[Figure]:
    """CPU microseconds a probe, with the verdict (status and JSON), beside blackbox_exporter."""
    with stubbed() as stub:
        samples = asyncio.run(_probed(stub))
        peer = peers.blackbox_probe(stub, PEER_PROBES)
    half = Figure("", "", peer.samples).value / 2 if peer.samples else None
    return [
        Figure(
            "HTTP probe with JSON verdict, CPU",
            "µs",
            samples,
            half,
            peer=peer,
            note="the target is half of blackbox_exporter's in the same run" if half else "",
        )
    ]


async def _probed(stub: Stub) -> tuple[float, ...]:
    from watchbook.model.observations import Outcome
    from watchbook.model.runbook import HealthCheck
    from watchbook.reading import read_runbook
    from watchbook.world.probes import Prober

    check: HealthCheck = read_runbook(_RUNBOOK).health_checks[0]
    target = f"http://127.0.0.1:{stub.port}/health"
    samples = []
    async with Prober() as prober:

        async def probe(count: int) -> None:
            for _ in range(count):
                result = await prober.probe(check, target, time.time(), Path())
                if result.outcome is not Outcome.HEALTHY:
                    raise RuntimeError(f"the stub is ill: {result.reason}")

        await probe(50)
        for _ in range(REPEATS):
            began = time.process_time()
            await asyncio.gather(*(probe(PROBES // AT_ONCE) for _ in range(AT_ONCE)))
            samples.append(1e6 * (time.process_time() - began) / PROBES)
    return tuple(samples)
