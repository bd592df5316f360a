"""Watchbook's own figures: what `/metrics` exposes. Counted by the watch, the outbox and the runs; read from memory.

It measures nothing by itself. Names are those of the reference (`docs/reference/figures.md`), units are base units.
"""

import bisect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from watchbook.app.views.own import Bucket, Figure, Sample
from watchbook.model.paging import Notice, NoticeState

Labels = tuple[tuple[str, str], ...]
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass(slots=True)
class Counter:
    """Counts up, one series for each set of labels."""

    name: str
    says: str
    _counts: dict[Labels, float] = field(default_factory=dict)

    def add(self, amount: float = 1.0, **labels: str) -> None:
        key = tuple(sorted(labels.items()))
        self._counts[key] = self._counts.get(key, 0.0) + amount

    def figure(self) -> Figure:
        samples = tuple(Sample(dict(key), value) for key, value in self._counts.items())
        return Figure(self.name, "counter", self.says, samples)


@dataclass(slots=True)
class Histogram:
    """How long things took, in seconds."""

    name: str
    says: str
    bounds: tuple[float, ...] = _SECONDS
    _counts: list[int] = field(default_factory=list)
    _total: float = 0.0

    def observe(self, seconds: float) -> None:
        if not self._counts:
            self._counts = [0] * (len(self.bounds) + 1)
        self._counts[bisect.bisect_left(self.bounds, seconds)] += 1
        self._total += seconds

    def figure(self) -> Figure:
        counts, buckets, sum_so_far = self._counts or [0] * (len(self.bounds) + 1), [], 0
        for bound, count in zip((*self.bounds, float("inf")), counts, strict=True):
            sum_so_far += count
            buckets.append(Bucket(bound, sum_so_far))
        return Figure(self.name, "histogram", self.says, (Sample(buckets=tuple(buckets), total=self._total),))


@dataclass(slots=True)
class Gauge:
    """A value that is asked for when it is exposed: (labels, value) pairs."""

    name: str
    says: str
    read: Callable[[], Iterable[tuple[dict[str, str], float]]]

    def figure(self) -> Figure:
        return Figure(
            self.name, "gauge", self.says, tuple(Sample(labels, value) for labels, value in self.read())
        )


@dataclass(slots=True)
class Figures:
    """All of them. `gauges` are added by whoever knows the value."""

    probes: Counter = field(
        default_factory=lambda: Counter("watchbook_probes", "Probes by service and outcome.")
    )
    failures: Counter = field(
        default_factory=lambda: Counter("watchbook_loop_failures", "Loops that failed and began again.")
    )
    evaluations: Histogram = field(
        default_factory=lambda: Histogram(
            "watchbook_evaluation_seconds", "One evaluation of all rules of a place, with its commit."
        )
    )
    lateness: Histogram = field(
        default_factory=lambda: Histogram("watchbook_probe_lateness_seconds", "How late probes began.")
    )
    pages: Counter = field(
        default_factory=lambda: Counter("watchbook_pages", "Pages by outcome: sent, retried or failed.")
    )
    delivery: Histogram = field(
        default_factory=lambda: Histogram(
            "watchbook_page_delivery_seconds", "From a page's decision to its delivery."
        )
    )
    diagnoses: Counter = field(
        default_factory=lambda: Counter("watchbook_diagnoses", "Diagnoses by the best verdict.")
    )
    gauges: list[Gauge] = field(default_factory=list)

    def count_page(self, notice: Notice) -> None:
        """A page was sent, refused for good, or put off."""
        outcome = {NoticeState.SENT: "sent", NoticeState.FAILED: "failed"}.get(notice.state, "retried")
        self.pages.add(channel=notice.channel, outcome=outcome)
        if notice.sent_at is not None and notice.state is NoticeState.SENT:
            self.delivery.observe(max(0.0, notice.sent_at - notice.created_at))

    def all(self) -> tuple[Figure, ...]:
        """Every figure as it is now."""
        counted = (
            self.probes,
            self.failures,
            self.evaluations,
            self.lateness,
            self.pages,
            self.delivery,
            self.diagnoses,
        )
        return (*(kind.figure() for kind in counted), *(gauge.figure() for gauge in self.gauges))
