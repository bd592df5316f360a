"""Samples of the last hours in memory: one series for each label set, read by queries.

Called by `world.metrics` (appends) and `measuring.promql` (selects). One `Window` belongs to one environment of one
service, so that a query never sees another service's figures. It scrapes nothing and reads no clock.

Times are seconds outside and whole milliseconds inside, as in Prometheus. Ranges are open at the left and closed at
the right (Prometheus 3). A stale marker ends a series until its next sample.
"""

import math
import struct
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from watchbook.measuring.blocks import Block, Packer
from watchbook.measuring.labels import METRIC_NAME, Labels, Matchers

RETENTION_S = 3 * 3600.0
_SEALED_AT_ONCE = 60  # samples that leave a head together
_HEAD_SAMPLES = 90  # a head this long is looked at
_HEAD_MS = 330_000  # what most rules look at stays in the head, whatever the cadence
_BLOCK_SAMPLES = 240  # a block is added to until it holds this many
_PRUNE_EVERY_S = 60.0
_WORTH_AN_INDEX = 64  # series of a metric below which a scan is as fast
_ANY_NAME = ""  # of queries that name no metric
_SERIES_BYTES = 1_200  # one series without samples: labels, index entries, two arrays; measured
_HEAD_SAMPLE_BYTES = 18  # 16, and what the arrays hold in reserve
_STALE_BITS = 0x7FF0000000000002
STALE: float = struct.unpack("<d", struct.pack("<Q", _STALE_BITS))[0]
"""The NaN by which Prometheus marks that a series has ended."""


def is_stale(value: float) -> bool:
    """Whether the value is the stale marker (an ordinary NaN is not)."""
    return math.isnan(value) and struct.unpack("<Q", struct.pack("<d", value))[0] == _STALE_BITS


class Latest(NamedTuple):
    """The newest sample of a series. A NamedTuple, as these are made by the thousand in each evaluation."""

    labels: Labels
    at_ms: int
    value: float


class Stretch(NamedTuple):
    """The samples of a series within a range, without stale markers; at least one."""

    labels: Labels
    times_ms: "array[int]"
    values: "array[float]"


class Series:
    """One label set and its samples: a head that grows, and sealed blocks before it."""

    __slots__ = ("blocks", "labels", "lookup", "name", "packer", "times", "values")

    def __init__(self, labels: Labels, packer: Packer) -> None:
        self.packer = packer
        self.labels = labels
        self.lookup = dict(labels)
        self.name = self.lookup.get(METRIC_NAME, "")
        self.times: array[int] = array("q")
        self.values: array[float] = array("d")
        self.blocks: list[Block] = []

    @property
    def last_ms(self) -> int | None:
        if self.times:
            return self.times[-1]
        return self.blocks[-1].last_ms if self.blocks else None

    @property
    def ended(self) -> bool:
        """Whether the newest sample is a stale marker, or none is left."""
        return not self.times or is_stale(self.values[-1])

    def latest(self, start_ms: int, end_ms: int) -> tuple[int, float] | None:
        """Newest sample in (start, end], None where there is none or it is a stale marker."""
        times, values = self.times, self.values
        if not times or times[0] > end_ms:
            times, values = self._reach(start_ms, end_ms)
        index = bisect_right(times, end_ms) - 1
        if index < 0 or times[index] <= start_ms or is_stale(values[index]):
            return None
        return times[index], values[index]

    def between(self, start_ms: int, end_ms: int) -> "tuple[array[int], array[float]]":
        """Samples in (start, end] without stale markers."""
        times, values = self.times, self.values
        if self.blocks and (not times or times[0] > start_ms):
            times, values = self._reach(start_ms, end_ms)
        low, high = bisect_right(times, start_ms), bisect_right(times, end_ms)
        times, values = times[low:high], values[low:high]
        if math.isnan(sum(values)) and any(map(is_stale, values)):  # the sum is the cheapest look for any NaN
            kept = [(at, value) for at, value in zip(times, values, strict=True) if not is_stale(value)]
            return array("q", (at for at, _ in kept)), array("d", (value for _, value in kept))
        return times, values

    def _reach(self, start_ms: int, end_ms: int) -> "tuple[array[int], array[float]]":
        """Head and the sealed blocks that touch the range, joined."""
        times: array[int] = array("q")
        values: array[float] = array("d")
        for block in self.blocks:
            if block.last_ms > start_ms and block.first_ms <= end_ms:
                block_times, block_values = self.packer.unseal(block)
                times.extend(block_times)
                values.extend(block_values)
        times.extend(self.times)
        values.extend(self.values)
        return times, values


class Window:
    """All series of one environment, kept for `retention_s`, or for less where `limit_bytes` demands it."""

    def __init__(self, retention_s: float = RETENTION_S, limit_bytes: int = 512 * 1024 * 1024) -> None:
        self.retention_s = retention_s
        self.limit_bytes = limit_bytes
        self._series: dict[Labels, Series] = {}
        self._by_name: dict[str, list[Series]] = {}
        self._index: dict[tuple[str, str], dict[str, list[Series]]] = {}
        self._chosen: dict[Matchers, tuple[int, list[Series]]] = {}
        self._generations: dict[str, int] = {}
        self._head_samples = 0
        self._sealed_bytes = 0
        self._packer = Packer()
        self._prune_due_s = 0.0
        self.rejected = 0

    def __len__(self) -> int:
        return len(self._series)

    @property
    def size_bytes(self) -> int:
        """Memory in use, estimated from measured sizes."""
        return (
            len(self._series) * _SERIES_BYTES + self._head_samples * _HEAD_SAMPLE_BYTES + self._sealed_bytes
        )

    def append(self, labels: Labels, at_s: float, value: float) -> bool:
        """Adds a sample. False, and counted in `rejected`, when it is not newer than the series' last one."""
        return self._append(labels, round(at_s * 1000), value)

    def append_all(self, samples: Iterable[tuple[Labels, float]], at_s: float) -> int:
        """Adds samples of one instant, and drops old ones once a minute; returns how many were taken."""
        at_ms = round(at_s * 1000)
        if at_s >= self._prune_due_s:
            self._prune_due_s = at_s + _PRUNE_EVERY_S
            self.prune(at_s)
        return sum(self._append(labels, at_ms, value) for labels, value in samples)

    def begin(self, labels: Labels, at_s: float) -> bool:
        """Says that a counter which is about to appear stood at zero at `at_s`. False where the series is known."""
        return labels not in self._series and self._append(labels, round(at_s * 1000), 0.0)

    def end(self, labels: Labels, at_s: float) -> bool:
        """Marks a series as ended: a query at `at_s` or later no longer sees it. False where it is unknown."""
        series = self._series.get(labels)
        if series is None or series.ended:
            return False
        return self._append(labels, round(at_s * 1000), STALE)

    def _append(self, labels: Labels, at_ms: int, value: float) -> bool:
        series = self._series.get(labels)
        if series is None:
            series = self._add(labels)
        times = series.times
        if times and times[-1] >= at_ms:
            self.rejected += 1
            return False
        times.append(at_ms)
        series.values.append(value)
        self._head_samples += 1
        if len(times) >= _HEAD_SAMPLES and times[_SEALED_AT_ONCE] < at_ms - _HEAD_MS:
            self._seal(series)
        return True

    def _add(self, labels: Labels) -> Series:
        series = self._series[labels] = Series(labels, self._packer)
        self._by_name.setdefault(series.name, []).append(series)
        for (name, label), postings in self._index.items():
            if name == series.name:
                postings.setdefault(series.lookup.get(label, ""), []).append(series)
        self._changed(series.name)
        return series

    def _changed(self, name: str) -> None:
        """Selections of this metric, and of all metrics, have to be made anew."""
        for changed in (name, _ANY_NAME):
            self._generations[changed] = self._generations.get(changed, 0) + 1

    def _seal(self, series: Series) -> None:
        """Packs the oldest samples of the head, into the last block where it has room."""
        times, values = series.times[:_SEALED_AT_ONCE], series.values[:_SEALED_AT_ONCE]
        del series.times[:_SEALED_AT_ONCE]
        del series.values[:_SEALED_AT_ONCE]
        self._head_samples -= _SEALED_AT_ONCE
        if series.blocks and series.blocks[-1].count + len(times) <= _BLOCK_SAMPLES:
            last = series.blocks.pop()
            self._sealed_bytes -= last.size_bytes
            block_times, block_values = self._packer.unseal(last)
            times, values = block_times + times, block_values + values
        block = self._packer.seal(times, values)
        series.blocks.append(block)
        self._sealed_bytes += block.size_bytes

    def shift(self, by_s: float) -> None:
        """Moves every sample by `by_s`: after a jump of the wall clock, what is added next follows what is there."""
        by_ms = round(by_s * 1000)
        self._prune_due_s += by_s
        for series in self._series.values():
            series.times = array("q", (at + by_ms for at in series.times))
            series.blocks = [block.moved(by_ms) for block in series.blocks]

    def prune(self, now_s: float) -> None:
        """Drops what is older than the retention; shortens the retention while the byte limit is exceeded."""
        self._drop_before(round((now_s - self.retention_s) * 1000))
        while self.size_bytes > self.limit_bytes and self.retention_s > 60:
            self.retention_s *= 0.8
            self._drop_before(round((now_s - self.retention_s) * 1000))

    def _drop_before(self, limit_ms: int) -> None:
        gone = []
        for series in self._series.values():
            while series.blocks and series.blocks[0].last_ms <= limit_ms:
                self._sealed_bytes -= series.blocks.pop(0).size_bytes
            if not series.blocks and series.times and series.times[0] <= limit_ms:
                self._trim_head(series, limit_ms)
            if not series.blocks and not series.times:
                gone.append(series)
        for name in {series.name for series in gone}:
            self._forget(name, [series for series in gone if series.name == name])

    def _forget(self, name: str, gone: list[Series]) -> None:
        """Takes series of one metric out of every index."""
        for series in gone:
            del self._series[series.labels]
        left = [series for series in self._by_name[name] if series.labels in self._series]
        if left:
            self._by_name[name] = left
        else:
            del self._by_name[name]
        for key in [key for key in self._index if key[0] == name]:
            del self._index[key]
        self._changed(name)

    def _trim_head(self, series: Series, limit_ms: int) -> None:
        cut = bisect_right(series.times, limit_ms)
        del series.times[:cut]
        del series.values[:cut]
        self._head_samples -= cut

    def chosen(self, matchers: Matchers) -> list[Series]:
        """Series that the matchers accept; remembered until a series appears or goes."""
        name = matchers.metric
        generation = self._generations.get(_ANY_NAME if name is None else name, 0)
        known = self._chosen.get(matchers)
        if known is not None and known[0] == generation:
            return known[1]
        found = [series for series in self._candidates(matchers) if matchers.accept(series.lookup)]
        if len(self._chosen) > 10_000:
            self._chosen.clear()
        self._chosen[matchers] = (generation, found)
        return found

    def _candidates(self, matchers: Matchers) -> Iterable[Series]:
        """A list that holds all series which can match: those of the metric, narrowed by the rarest fixed label."""
        name = matchers.metric
        if name is None:
            return list(self._series.values())
        shortest = self._by_name.get(name, [])
        for matcher in matchers.every:
            if matcher.operator == "=" and matcher.name != METRIC_NAME and len(shortest) > _WORTH_AN_INDEX:
                postings = self._postings(name, matcher.name).get(matcher.value, [])
                shortest = min(shortest, postings, key=len)
        return shortest

    def _postings(self, name: str, label: str) -> dict[str, list[Series]]:
        """Series of a metric by the value of one label; made when it is first asked for."""
        postings = self._index.get((name, label))
        if postings is None:
            postings = self._index[name, label] = {}
            for series in self._by_name.get(name, []):
                postings.setdefault(series.lookup.get(label, ""), []).append(series)
        return postings

    def latest(self, matchers: Matchers, start_ms: int, end_ms: int) -> Iterator[Latest]:
        """Newest sample of every series that matches and has one in (start, end]."""
        for series in self.chosen(matchers):
            sample = series.latest(start_ms, end_ms)
            if sample is not None:
                yield Latest(series.labels, *sample)

    def select(self, matchers: Matchers, start_ms: int, end_ms: int) -> Iterator[Stretch]:
        """Samples in (start, end] of every series that matches and has any."""
        for series in self.chosen(matchers):
            times, values = series.between(start_ms, end_ms)
            if times:
                yield Stretch(series.labels, times, values)

    def label_values(self, metric: str, label: str) -> set[str]:
        """Values of one label over the series of a metric that have not ended; "" for series without it."""
        return {series.lookup.get(label, "") for series in self._by_name.get(metric, []) if not series.ended}

    def inventory(self) -> dict[str, frozenset[str]]:
        """Metrics that have a series which has not ended, and the names of their labels."""
        return {
            name: frozenset(label for series in live for label in series.lookup)
            for name, siblings in self._by_name.items()
            if (live := [series for series in siblings if not series.ended])
        }
