"""A figure: what was measured, against what, and how it came out. Made by each benchmark, shown by `report`."""

import math
import statistics
from dataclasses import dataclass


def percentile(samples: tuple[float, ...], share: float) -> float:
    """The sample below which `share` (0 to 1) of all lie, by nearest rank."""
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(share * len(ordered) - 1e-9) - 1)]


@dataclass(frozen=True, slots=True)
class Peer:
    """The same thing done by another program in the same run, in the figure's unit."""

    name: str
    samples: tuple[float, ...] = ()
    missing: str = ""  # why there are no samples


@dataclass(frozen=True, slots=True)
class Figure:
    """One row. `target` is what the value may be at most; None where nothing was promised.

    `share` None compares the median with the target, else that percentile. `cpu` are CPU times of the same runs, which
    a busy machine disturbs less than wall times.
    """

    what: str
    unit: str
    samples: tuple[float, ...]
    target: float | None = None
    share: float | None = None
    cpu: tuple[float, ...] = ()
    peer: Peer | None = None
    note: str = ""

    @property
    def value(self) -> float:
        """The median, or the percentile that the target is about."""
        return statistics.median(self.samples) if self.share is None else percentile(self.samples, self.share)

    @property
    def peer_value(self) -> float | None:
        if self.peer is None or not self.peer.samples:
            return None
        share = self.share
        return statistics.median(self.peer.samples) if share is None else percentile(self.peer.samples, share)

    @property
    def met(self) -> bool | None:
        """None where nothing was promised."""
        return None if self.target is None else self.value <= self.target
