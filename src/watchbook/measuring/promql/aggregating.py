"""Aggregations: sum, avg, min, max, count, topk and their kin, by or without labels.

Called by `promql.evaluating` with the vector evaluated. Groups keep the order in which they first appear.
"""

import math
from collections.abc import Callable
from functools import lru_cache

from watchbook.measuring.labels import METRIC_NAME, Labels, QueryError, labels_of
from watchbook.measuring.promql.ranges import largest, smallest
from watchbook.measuring.promql.tree import Aggregation, Grouping
from watchbook.measuring.promql.values import Result, Sample, Vector, mean, quantile, total, variance

_OF_VALUES: dict[str, Callable[[list[float]], float]] = {
    "sum": total,
    "avg": mean,
    "min": smallest,
    "max": largest,
    "count": lambda values: float(len(values)),
    "group": lambda _: 1.0,
    "stddev": lambda values: math.sqrt(variance(values)),
    "stdvar": variance,
}


def aggregate(node: Aggregation, vector: Vector, parameter: Result | None) -> Vector:
    """The aggregated vector. `parameter` is the number of topk and quantile, or the label of count_values."""
    groups: dict[Labels, list[Sample]] = {}
    if node.grouping == Grouping(()):
        groups = {(): vector} if vector else {}
    else:
        for sample in vector:
            groups.setdefault(group_labels(sample.labels, node.grouping), []).append(sample)
    match node.operation:
        case "topk" | "bottomk":
            return _extremes(node.operation, groups, _number(parameter))
        case "quantile":
            level = _number(parameter)
            return [Sample(g, quantile(level, (s.value for s in samples))) for g, samples in groups.items()]
        case "count_values":
            return _counted_values(groups, str(parameter))
    reduce = _OF_VALUES[node.operation]
    return [Sample(group, reduce([s.value for s in samples])) for group, samples in groups.items()]


@lru_cache(maxsize=65536)
def group_labels(labels: Labels, grouping: Grouping) -> Labels:
    """The labels of the group that a series belongs to."""
    if grouping.without:
        return tuple(pair for pair in labels if pair[0] not in grouping.labels and pair[0] != METRIC_NAME)
    return tuple(pair for pair in labels if pair[0] in grouping.labels)


def _number(parameter: Result | None) -> float:
    if not isinstance(parameter, float):
        raise QueryError("this aggregation needs a number as its first argument")
    return parameter


def _extremes(operation: str, groups: dict[Labels, list[Sample]], count: float) -> Vector:
    """The series with the largest (or smallest) values of each group, best first; NaN counts as the worst."""
    if math.isnan(count):
        raise QueryError(f"{operation} needs a number of series, not NaN")
    sign = -1 if operation == "topk" else 1
    kept = []
    for samples in groups.values():
        ordered = sorted(samples, key=lambda s: (math.isnan(s.value), sign * s.value))
        kept.extend(ordered[: max(0, int(min(count, len(ordered))))])
    return kept


def _counted_values(groups: dict[Labels, list[Sample]], label: str) -> Vector:
    counts: dict[Labels, int] = {}
    for group, samples in groups.items():
        for sample in samples:
            key = labels_of({**dict(group), label: say_value(sample.value)})
            counts[key] = counts.get(key, 0) + 1
    return [Sample(labels, float(count)) for labels, count in counts.items()]


def say_value(value: float) -> str:
    """A number as Prometheus writes it: `1`, `0.25`, `+Inf`, `NaN`."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
