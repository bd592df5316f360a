"""Quantiles and fractions of classic histograms: buckets with an upper bound `le` and cumulative counts.

Called by `promql.functions`. The method is Prometheus' (`quantile.go` of its promql package): linear interpolation in
the bucket that holds the rank, buckets made monotonic first. Native histograms are not read.
"""

import math
from collections.abc import Iterable
from typing import NamedTuple


class Bucket(NamedTuple):
    """Observations up to and including `upper`."""

    upper: float
    observations: float


def _prepared(buckets: Iterable[Bucket]) -> list[Bucket] | None:
    """Buckets in order, equal bounds merged, counts never falling; None without a `+Inf` bucket."""
    merged: dict[float, float] = {}
    for bucket in buckets:
        merged[bucket.upper] = merged.get(bucket.upper, 0.0) + bucket.observations
    ordered = [Bucket(upper, merged[upper]) for upper in sorted(merged)]
    if not ordered or ordered[-1].upper != math.inf:
        return None
    highest, rising = -math.inf, []
    for bucket in ordered:
        highest = max(highest, bucket.observations)
        rising.append(Bucket(bucket.upper, highest))
    return rising


def bucket_quantile(level: float, buckets: Iterable[Bucket]) -> float:
    """Value below which the share `level` of the observations lies; NaN where the buckets cannot tell."""
    if math.isnan(level):
        return math.nan
    if level < 0:
        return -math.inf
    if level > 1:
        return math.inf
    ordered = _prepared(buckets)
    if ordered is None or len(ordered) < 2 or not ordered[-1].observations > 0:
        return math.nan
    rank = level * ordered[-1].observations
    index = next(
        (i for i, bucket in enumerate(ordered[:-1]) if bucket.observations >= rank), len(ordered) - 1
    )
    if index == len(ordered) - 1:
        return ordered[-2].upper
    if index == 0 and ordered[0].upper <= 0:
        return ordered[0].upper
    lower = ordered[index - 1] if index else Bucket(0.0, 0.0)
    within = ordered[index].observations - lower.observations
    return lower.upper + (ordered[index].upper - lower.upper) * ((rank - lower.observations) / within)


def bucket_fraction(low: float, high: float, buckets: Iterable[Bucket]) -> float:
    """Share of the observations between `low` and `high`; NaN where the buckets cannot tell."""
    ordered = _prepared(buckets)
    if ordered is None or not ordered[-1].observations > 0 or math.isnan(low) or math.isnan(high):
        return math.nan
    if low >= high:
        return 0.0
    return (_rank(high, ordered) - _rank(low, ordered)) / ordered[-1].observations


def _rank(value: float, ordered: list[Bucket]) -> float:
    """Observations at or below `value`, interpolated within its bucket."""
    below = 0.0
    lower = 0.0 if ordered[0].upper > 0 else -math.inf
    for bucket in ordered:
        if value <= lower:
            return below
        if value < bucket.upper:
            if math.isinf(bucket.upper):
                return below
            if math.isinf(lower):
                return bucket.observations
            return below + (bucket.observations - below) * (value - lower) / (bucket.upper - lower)
        below, lower = bucket.observations, bucket.upper
    return below
