"""What was seen of the outside: the result of one probe, and the health that follows from several.

Made by `world.probes` and `deciding.health`, kept and shown by `app`. Times are steady wall seconds.
"""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What a probe, or a check, says. Degraded is right but slow, and counts as healthy."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"  # it could not be run: the reason says why


@dataclass(frozen=True, slots=True)
class Phases:
    """Where the time of an HTTP probe went (rule 8), in seconds; None for a phase that did not happen."""

    dns_s: float | None = None
    connect_s: float | None = None
    tls_s: float | None = None
    first_byte_s: float | None = None
    body_s: float | None = None

    def longest(self) -> tuple[str, float] | None:
        """The phase that took longest, in words, and its seconds; None when nothing was measured."""
        named = (
            ("DNS", self.dns_s),
            ("connecting", self.connect_s),
            ("TLS", self.tls_s),
            ("first byte", self.first_byte_s),
            ("body", self.body_s),
        )
        measured = [(name, seconds) for name, seconds in named if seconds is not None]
        return max(measured, key=lambda phase: phase[1], default=None)


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """One probe of one target. `reason` is one sentence: "connection refused by 127.0.0.1:8120".

    `latency_s` counts all phases. `value` is the number that the probe found: seconds left of a certificate, the
    last number of a command's output, the first of a query's rows.
    """

    check: str
    target: str
    at_s: float
    outcome: Outcome
    latency_s: float | None = None
    phases: Phases | None = None
    reason: str = ""
    value: float | None = None


@dataclass(frozen=True, slots=True)
class CheckHealth:
    """Health of one check at one target, as of its last probes. `failures` counts those in a row that did not succeed.

    `recent` holds the last five outcomes, newest last. `since_s` is when the present status began.
    """

    status: Outcome = Outcome.UNKNOWN
    since_s: float | None = None
    reason: str = "not probed yet"
    failures: int = 0
    recent: tuple[Outcome, ...] = ()
