"""Binary operators between numbers and vectors: arithmetic, comparison, and/or/unless, with Prometheus' matching.

Called by `promql.evaluating` with both sides evaluated. The value of a comparison without `bool` is the left side's.
"""

import math
import operator
from collections.abc import Callable
from functools import lru_cache

from watchbook.measuring.labels import METRIC_NAME, Labels, QueryError, labels_of, say_labels, without_name
from watchbook.measuring.promql.tree import COMPARISONS, SET_OPERATORS, Binary, Matching
from watchbook.measuring.promql.values import Result, Sample, Vector


def _divided(left: float, right: float) -> float:
    if right:  # NaN counts as true
        return left / right
    if left == 0 or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def _remainder(left: float, right: float) -> float:
    try:
        return math.fmod(left, right)
    except ValueError:
        return math.nan


def _raised(left: float, right: float) -> float:
    try:
        return math.pow(left, right)
    except OverflowError:
        return math.inf if left > 0 or right % 2 == 0 else -math.inf
    except ValueError:
        return math.inf if left == 0 else math.nan


_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divided,
    "%": _remainder,
    "^": _raised,
    "atan2": math.atan2,
}
_COMPARISON: dict[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}


def combine(node: Binary, left: Result, right: Result) -> Result:
    """The value of a binary expression. Raises `QueryError` where series cannot be matched one to one."""
    if isinstance(left, float) and isinstance(right, float):
        return _numbers(node, left, right)
    if isinstance(left, list) and isinstance(right, float):
        return _with_number(node, left, right, swapped=False)
    if isinstance(left, float) and isinstance(right, list):
        return _with_number(node, right, left, swapped=True)
    if not isinstance(left, list) or not isinstance(right, list):
        raise QueryError(f"the operator {node.operator} cannot take a range or a text")
    if node.operator in SET_OPERATORS:
        return _set_operation(node, left, right)
    return _vectors(node, left, right)


def _numbers(node: Binary, left: float, right: float) -> float:
    if node.operator in COMPARISONS:
        return float(_COMPARISON[node.operator](left, right))
    return _ARITHMETIC[node.operator](left, right)


def _with_number(node: Binary, vector: Vector, number: float, *, swapped: bool) -> Vector:
    if node.operator not in COMPARISONS:
        arithmetic = _ARITHMETIC[node.operator]
        if swapped:
            return [Sample(without_name(labels), arithmetic(number, value)) for labels, value in vector]
        return [Sample(without_name(labels), arithmetic(value, number)) for labels, value in vector]
    compare = _COMPARISON[node.operator]
    found = []
    for labels, value in vector:
        holds = compare(number, value) if swapped else compare(value, number)
        if node.return_bool:
            found.append(Sample(without_name(labels), float(holds)))
        elif holds:
            found.append(Sample(labels, value))
    return found


@lru_cache(maxsize=65536)
def _signature(labels: Labels, matching: Matching) -> Labels:
    """The labels by which series of both sides find each other."""
    if matching.on:
        return tuple(pair for pair in labels if pair[0] in matching.labels)
    return tuple(pair for pair in labels if pair[0] not in matching.labels and pair[0] != METRIC_NAME)


def _set_operation(node: Binary, left: Vector, right: Vector) -> Vector:
    matching = node.matching
    if node.operator == "or":
        present = {_signature(labels, matching) for labels, _ in left}
        return left + [sample for sample in right if _signature(sample.labels, matching) not in present]
    present = {_signature(labels, matching) for labels, _ in right}
    wanted = node.operator == "and"
    return [sample for sample in left if (_signature(sample.labels, matching) in present) is wanted]


def _vectors(node: Binary, left: Vector, right: Vector) -> Vector:
    if not left or not right:
        return []
    matching = node.matching
    swapped = matching.one_side == "left"
    many, one = (right, left) if swapped else (left, right)
    partners = _partners(one, matching, "left" if swapped else "right")
    found: Vector = []
    seen: set[Labels] = set()
    for labels, value in many:
        signature = _signature(labels, matching)
        partner = partners.get(signature)
        if partner is None:
            continue
        kept = _result_labels(node, labels, partner.labels)
        identity = signature if matching.one_side == "both" else kept
        if identity in seen:  # also where the comparison would filter one of them: data must not decide
            raise _ambiguous(node, identity)
        seen.add(identity)
        values = (partner.value, value) if swapped else (value, partner.value)
        result = _applied(node, *values)
        if result is not None:
            found.append(Sample(kept, result))
    return found


def _ambiguous(node: Binary, labels: Labels) -> QueryError:
    if node.matching.one_side == "both":
        return QueryError(
            f"several series match {say_labels(labels)} on the left side of {node.operator}:"
            " group_left or group_right must say which side has many"
        )
    return QueryError(f"matching with {node.operator} gives two series the labels {say_labels(labels)}")


def _partners(one: Vector, matching: Matching, side: str) -> dict[Labels, Sample]:
    partners: dict[Labels, Sample] = {}
    for sample in one:
        signature = _signature(sample.labels, matching)
        if signature in partners:
            raise QueryError(
                f"several series on the {side} side match {say_labels(signature)},"
                f" among them {say_labels(sample.labels)}"
            )
        partners[signature] = sample
    return partners


def _applied(node: Binary, left: float, right: float) -> float | None:
    """Value for one pair of series; None where a comparison filters it out."""
    if node.operator not in COMPARISONS:
        return _ARITHMETIC[node.operator](left, right)
    holds = _COMPARISON[node.operator](left, right)
    if node.return_bool:
        return float(holds)
    return left if holds else None


def _result_labels(node: Binary, many: Labels, one: Labels) -> Labels:
    """Labels of the result, from the side with many series, plus those that `group_left(…)` asks for."""
    matching = node.matching
    drops_name = node.operator not in COMPARISONS or node.return_bool
    base = without_name(many) if drops_name else many
    if matching.one_side == "both":
        if matching.on:
            return tuple(pair for pair in base if pair[0] in matching.labels)
        return tuple(pair for pair in base if pair[0] not in matching.labels)
    if not matching.include:
        return base
    offered, merged = dict(one), dict(base)
    for name in matching.include:
        merged[name] = offered.get(name, "")
    return labels_of(merged)
