"""What a query evaluates to: numbers, texts, vectors, ranges.

Shared by the modules of the evaluation; callers of `evaluate` get a `Result`.
"""

import math
from collections.abc import Iterable
from typing import NamedTuple

from watchbook.measuring.labels import Labels
from watchbook.measuring.window import Stretch


class Sample(NamedTuple):
    """One series' value. A NamedTuple, because these are made by the thousand in each evaluation."""

    labels: Labels
    value: float


class RangeVector(NamedTuple):
    """Series over the range (start, end]."""

    series: list[Stretch]
    start_ms: int
    end_ms: int


Vector = list[Sample]
Result = float | str | Vector | RangeVector
"""A scalar, a text, an instant vector or a range vector."""


def total(values: Iterable[float]) -> float:
    """Sum without loss of precision; infinities and NaN as IEEE says."""
    numbers = list(values)
    try:
        return math.fsum(numbers)
    except (ValueError, OverflowError):
        return sum(numbers)


def mean(values: Iterable[float]) -> float:
    """Arithmetic mean of at least one value, also where the sum alone would overflow."""
    numbers = list(values)
    summed = total(numbers)
    if math.isinf(summed) and not any(math.isinf(number) for number in numbers):
        return total(number / len(numbers) for number in numbers)
    return summed / len(numbers)


def variance(values: Iterable[float]) -> float:
    """Population variance of at least one value."""
    numbers = list(values)
    centre = mean(numbers)
    return total((number - centre) ** 2 for number in numbers) / len(numbers)


def quantile(level: float, values: Iterable[float]) -> float:
    """Quantile by linear interpolation between ranks, NaN counted as smallest, as Prometheus has it."""
    ordered = sorted(values, key=lambda value: (not math.isnan(value), value))
    if not ordered or math.isnan(level):
        return math.nan
    if level < 0:
        return -math.inf
    if level > 1:
        return math.inf
    rank = level * (len(ordered) - 1)
    lower, upper = int(max(0, math.floor(rank))), min(len(ordered) - 1, math.floor(rank) + 1)
    weight = rank - math.floor(rank)
    return ordered[lower] * (1 - weight) + ordered[upper] * weight
