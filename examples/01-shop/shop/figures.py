"""The figures of one instance, as Prometheus text or OpenMetrics.

Called by instance.py. Names follow the habits of Prometheus' client libraries. It keeps no history.
"""

import os
import threading
import time
from bisect import bisect_left
from collections import defaultdict
from pathlib import Path

BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
OPENMETRICS = "application/openmetrics-text"
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"

Labels = tuple[tuple[str, str], ...]


def resident_bytes(pid: int | str = "self") -> int:
    """Memory that a process holds, in bytes; 0 where it cannot be read or has ended."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


class Figures:
    """Counters, gauges and one histogram family. Safe to use from many threads."""

    def __init__(self, release: str) -> None:
        self.lock = threading.Lock()
        self.release = release
        self.began = time.time()
        self.counters: dict[str, dict[Labels, float]] = {}
        self.help: dict[str, str] = {}
        self.durations: dict[str, list[int]] = defaultdict(lambda: [0] * (len(BUCKETS_S) + 1))
        self.sums_s: dict[str, float] = defaultdict(float)

    def declare(self, name: str, help_text: str, *labels: Labels) -> None:
        """Names a counter, without its `_total`; the label sets given are shown as 0 from the start."""
        self.help[name] = help_text
        self.counters[name] = dict.fromkeys(labels, 0.0)

    def count(self, name: str, amount: float = 1, **labels: str) -> None:
        """Adds to a counter."""
        key = tuple(labels.items())
        with self.lock:
            self.counters[name][key] = self.counters[name].get(key, 0.0) + amount

    def took(self, handler: str, seconds: float) -> None:
        """Records how long one request took."""
        with self.lock:
            self.durations[handler][bisect_left(BUCKETS_S, seconds)] += 1
            self.sums_s[handler] += seconds

    def render(self, accept: str) -> tuple[str, str]:
        """The figures as text, and the content type that goes with the form the reader accepts."""
        modern = OPENMETRICS in accept
        with self.lock:
            lines = [*self._counters(modern), *self._histogram()]
        lines += self._process(modern)
        if modern:
            return "\n".join([*lines, "# EOF", ""]), f"{OPENMETRICS}; version=1.0.0; charset=utf-8"
        return "\n".join([*lines, ""]), PROMETHEUS

    def _counters(self, modern: bool) -> list[str]:
        lines = []
        for name, series in self.counters.items():
            shown = name if modern else f"{name}_total"
            lines += [f"# HELP {shown} {self.help[name]}", f"# TYPE {shown} counter"]
            lines += [f"{name}_total{label_text(key)} {value:.10g}" for key, value in series.items()]
        return lines

    def _histogram(self) -> list[str]:
        name = "http_request_duration_seconds"
        lines = [f"# HELP {name} Time to answer a customer's request.", f"# TYPE {name} histogram"]
        for handler, counts in self.durations.items():
            below = 0
            for bound, number in zip((*map(str, BUCKETS_S), "+Inf"), counts, strict=True):
                below += number
                lines.append(f'{name}_bucket{{handler="{handler}",le="{bound}"}} {below}')
            lines.append(f'{name}_sum{{handler="{handler}"}} {self.sums_s[handler]:.6f}')
            lines.append(f'{name}_count{{handler="{handler}"}} {below}')
        return lines

    def _process(self, modern: bool) -> list[str]:
        cpu = "process_cpu_seconds" if modern else "process_cpu_seconds_total"
        return [
            f"# HELP {cpu} Processor time used, user and system.",
            f"# TYPE {cpu} counter",
            f"process_cpu_seconds_total {time.process_time():.4f}",
            "# HELP process_resident_memory_bytes Memory held.",
            "# TYPE process_resident_memory_bytes gauge",
            f"process_resident_memory_bytes {resident_bytes()}",
            "# HELP process_start_time_seconds When the process began, as Unix time.",
            "# TYPE process_start_time_seconds gauge",
            f"process_start_time_seconds {self.began:.3f}",
            "# HELP shop_release_info The release that runs.",
            "# TYPE shop_release_info gauge",
            f'shop_release_info{{release="{self.release}"}} 1',
        ]


def label_text(labels: Labels) -> str:
    """Labels as they stand behind a metric's name; values here never need escaping."""
    return "{" + ",".join(f'{name}="{value}"' for name, value in labels) + "}" if labels else ""
