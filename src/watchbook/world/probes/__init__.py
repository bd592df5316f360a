"""Probes: one module for each kind of health check. They ask, time and judge one answer, and decide nothing more.

Called by `app.watching` through `Prober`. Repeats, cadence and health over time are `deciding.health` and the caller's.
"""

from watchbook.world.probes.prober import Prober, ProbeSettings, full_target

__all__ = ["ProbeSettings", "Prober", "full_target"]
