"""Functions over the samples of a range: rate, increase, *_over_time and their kin.

Called by `promql.functions`. Each takes the samples of one series and the range, and gives a number, or None where
there are too few samples. Extrapolation follows Prometheus (`extrapolatedRate` of its promql package): up to the
range's edges where these are near, by half an interval otherwise, and never below zero for a counter.
"""

import math
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from operator import gt

from watchbook.measuring.promql.values import mean, quantile, total, variance


@dataclass(frozen=True, slots=True)
class Extent:
    """The range that was asked for: (start, end], in milliseconds."""

    start_ms: int
    end_ms: int

    @property
    def length_s(self) -> float:
        return (self.end_ms - self.start_ms) / 1000


RangeFunction = Callable[["array[int]", "array[float]", Extent], float | None]


def rate(times: "array[int]", values: "array[float]", extent: Extent) -> float | None:
    """Growth of a counter in a second."""
    grown = _extrapolated(times, values, extent, counter=True)
    return None if grown is None else grown / extent.length_s


def increase(times: "array[int]", values: "array[float]", extent: Extent) -> float | None:
    """Growth of a counter over the range, resets repaired, extrapolated to the range's edges."""
    return _extrapolated(times, values, extent, counter=True)


def delta(times: "array[int]", values: "array[float]", extent: Extent) -> float | None:
    """Difference of a gauge over the range, extrapolated to the range's edges."""
    return _extrapolated(times, values, extent, counter=False)


def _extrapolated(
    times: "array[int]", values: "array[float]", extent: Extent, *, counter: bool
) -> float | None:
    if len(times) < 2:
        return None
    first = previous = values[0]
    grown = values[-1] - first
    if counter and any(map(gt, values, values[1:])):  # a reset is rare: looked for at the speed of C
        for value in values:
            if value < previous:
                grown += previous
            previous = value
    sampled_s = (times[-1] - times[0]) / 1000
    step_s = sampled_s / (len(times) - 1)
    to_start_s = _reach((times[0] - extent.start_ms) / 1000, step_s)
    if counter and grown > 0 and first >= 0:
        to_start_s = min(to_start_s, sampled_s * (first / grown))
    to_end_s = _reach((extent.end_ms - times[-1]) / 1000, step_s)
    return grown * ((sampled_s + to_start_s + to_end_s) / sampled_s)


def _reach(distance_s: float, step_s: float) -> float:
    """How far to extrapolate towards an edge: all the way when it is about one interval away."""
    return distance_s if distance_s < step_s * 1.1 else step_s / 2


def irate(times: "array[int]", values: "array[float]", _extent: Extent) -> float | None:
    """Growth of a counter in a second, from its last two samples."""
    if len(times) < 2 or times[-1] == times[-2]:
        return None
    grown = values[-1] if values[-1] < values[-2] else values[-1] - values[-2]
    return grown / ((times[-1] - times[-2]) / 1000)


def idelta(times: "array[int]", values: "array[float]", _extent: Extent) -> float | None:
    """Difference of the last two samples."""
    return values[-1] - values[-2] if len(times) >= 2 else None


def changes(_times: "array[int]", values: "array[float]", _extent: Extent) -> float | None:
    """How often the value changed; NaN after NaN is no change."""
    return float(sum(1 for a, b in pairwise(values) if a != b and not (math.isnan(a) and math.isnan(b))))


def resets(_times: "array[int]", values: "array[float]", _extent: Extent) -> float | None:
    """How often a counter fell."""
    return float(sum(1 for a, b in pairwise(values) if b < a))


def regression(times: "array[int]", values: "array[float]", origin_ms: int) -> tuple[float, float] | None:
    """Slope (per second) and value at `origin_ms` of the least-squares line; None with fewer than two samples."""
    if len(times) < 2:
        return None
    if all(value == values[0] for value in values):
        return (math.nan, math.nan) if math.isinf(values[0]) else (0.0, values[0])
    xs = [(at - origin_ms) / 1000 for at in times]
    count = len(xs)
    sum_x, sum_y = total(xs), total(values)
    covariance = total(x * y for x, y in zip(xs, values, strict=True)) - sum_x * sum_y / count
    spread = total(x * x for x in xs) - sum_x * sum_x / count
    slope = covariance / spread
    return slope, sum_y / count - slope * sum_x / count


def deriv(times: "array[int]", values: "array[float]", _extent: Extent) -> float | None:
    """Slope of a gauge per second, by least squares."""
    line = regression(times, values, times[0])
    return None if line is None else line[0]


def avg_over_time(_times: "array[int]", values: "array[float]", _extent: Extent) -> float | None:
    return mean(values)


def sum_over_time(_times: "array[int]", values: "array[float]", _extent: Extent) -> float | None:
    return total(values)


def min_over_time(_times: "array[int]", values: "array[float]", _extent: Extent) -> float | None:
    return smallest(values)


def max_over_time(_times: "array[int]", values: "array[float]", _extent: Extent) -> float | None:
    return largest(values)


def count_over_time(times: "array[int]", _values: "array[float]", _extent: Extent) -> float | None:
    return float(len(times))


def last_over_time(_times: "array[int]", values: "array[float]", _extent: Extent) -> float | None:
    return values[-1]


def first_over_time(_times: "array[int]", values: "array[float]", _extent: Extent) -> float | None:
    return values[0]


def present_over_time(_times: "array[int]", _values: "array[float]", _extent: Extent) -> float | None:
    return 1.0


def stdvar_over_time(_times: "array[int]", values: "array[float]", _extent: Extent) -> float | None:
    return variance(values)


def stddev_over_time(_times: "array[int]", values: "array[float]", _extent: Extent) -> float | None:
    return math.sqrt(variance(values))


def mad_over_time(_times: "array[int]", values: "array[float]", _extent: Extent) -> float | None:
    """Median of the distances from the median; NaN where any value is NaN."""
    if any(map(math.isnan, values)):
        return math.nan
    centre = quantile(0.5, values)
    return quantile(0.5, (abs(value - centre) for value in values))


def smallest(values: "array[float] | list[float]") -> float:
    """Smallest value; NaN only where there is nothing else."""
    return min((value for value in values if not math.isnan(value)), default=math.nan)


def largest(values: "array[float] | list[float]") -> float:
    """Largest value; NaN only where there is nothing else."""
    return max((value for value in values if not math.isnan(value)), default=math.nan)


RANGE_FUNCTIONS: dict[str, RangeFunction] = {
    "rate": rate,
    "increase": increase,
    "delta": delta,
    "irate": irate,
    "idelta": idelta,
    "changes": changes,
    "resets": resets,
    "deriv": deriv,
    "avg_over_time": avg_over_time,
    "sum_over_time": sum_over_time,
    "min_over_time": min_over_time,
    "max_over_time": max_over_time,
    "count_over_time": count_over_time,
    "last_over_time": last_over_time,
    "first_over_time": first_over_time,
    "present_over_time": present_over_time,
    "stdvar_over_time": stdvar_over_time,
    "stddev_over_time": stddev_over_time,
    "mad_over_time": mad_over_time,
}

KEEPS_NAME = frozenset(("last_over_time", "first_over_time"))
