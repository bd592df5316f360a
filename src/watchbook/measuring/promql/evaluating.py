"""Instant queries over a sample window.

Called by rule evaluation, metrics on the board and the catalogue's check of what is there. Evaluation is pure: the
same window, query and time give the same result. It covers floats; native histograms are not kept by the window.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from watchbook.measuring.labels import Labels, Matchers, QueryError, without_name
from watchbook.measuring.promql import tree
from watchbook.measuring.promql.aggregating import aggregate
from watchbook.measuring.promql.functions import FUNCTIONS, Arguments
from watchbook.measuring.promql.matching import combine
from watchbook.measuring.promql.parsing import parse
from watchbook.measuring.promql.values import RangeVector, Result, Sample, Vector
from watchbook.measuring.window import Latest, Stretch

LOOKBACK_S = 300.0
_SUBQUERY_STEP_MS = 60_000


class SampleSource(Protocol):
    """What a query reads from; `Window` is one. Ranges are (start, end], in milliseconds."""

    def latest(self, matchers: Matchers, start_ms: int, end_ms: int) -> Iterator[Latest]: ...

    def select(self, matchers: Matchers, start_ms: int, end_ms: int) -> Iterator[Stretch]: ...


def evaluate(
    query: str | tree.Expression, source: SampleSource, at_s: float, lookback_s: float = LOOKBACK_S
) -> Result:
    """The value of a query at `at_s`. Raises `QueryError` where it cannot be read or evaluated."""
    expression = parse(query) if isinstance(query, str) else query
    at_ms = round(at_s * 1000)
    bounds = (at_ms, at_ms)
    return _Evaluation(source, at_ms, bounds, round(lookback_s * 1000)).value(expression)


def evaluate_vector(
    query: str | tree.Expression, source: SampleSource, at_s: float, lookback_s: float = LOOKBACK_S
) -> Vector:
    """As `evaluate`, always a vector: a scalar becomes one value without labels."""
    result = evaluate(query, source, at_s, lookback_s)
    if isinstance(result, float):
        return [Sample((), result)]
    if isinstance(result, list):
        return result
    raise QueryError("this query gives a range or a text; a condition or metric needs numbers")


def evaluate_steps(
    query: str | tree.Expression, source: SampleSource, start_s: float, end_s: float, step_s: float
) -> dict[Labels, list[tuple[float, float]]]:
    """The query at every step from start to end (both included): points (time in seconds, value) of each series."""
    expression = parse(query) if isinstance(query, str) else query
    bounds = (round(start_s * 1000), round(end_s * 1000))
    found: dict[Labels, list[tuple[float, float]]] = {}
    for at_ms in range(bounds[0], bounds[1] + 1, max(1, round(step_s * 1000))):
        result = _Evaluation(source, at_ms, bounds, round(LOOKBACK_S * 1000)).value(expression)
        vector = [Sample((), result)] if isinstance(result, float) else result
        if not isinstance(vector, list):
            raise QueryError("this query gives a range or a text; it cannot be drawn over time")
        for labels, value in vector:
            found.setdefault(labels, []).append((at_ms / 1000, value))
    return found


@dataclass(frozen=True, slots=True)
class _Evaluation:
    """One query at one time; `bounds` are what `@ start()` and `@ end()` mean."""

    source: SampleSource
    at_ms: int
    bounds: tuple[int, int]
    lookback_ms: int

    def value(self, node: tree.Expression) -> Result:
        match node:
            case tree.Number(value=number):
                return float(number)
            case tree.Text(value=text):
                return text
            case tree.Selector():
                return self._instant(node)
            case tree.Range():
                return self._range(node)
            case tree.Subquery():
                return self._subquery(node)
            case tree.Call():
                return self._call(node)
            case tree.Aggregation():
                return self._aggregation(node)
            case tree.Binary(left=left, right=right):
                return self._distinct(combine(node, self.value(left), self.value(right)), node.operator)
            case tree.Negation(expression=inner):
                return self._distinct(self._negated(self.value(inner)), "-")

    def _moment(self, moment: tree.Moment) -> int:
        match moment.at:
            case None:
                base = self.at_ms
            case "start":
                base = self.bounds[0]
            case "end":
                base = self.bounds[1]
            case int(fixed):
                base = fixed
        return base - moment.offset_ms

    def _newest(self, node: tree.Selector) -> Iterator[Latest]:
        end_ms = self._moment(node.moment)
        return self.source.latest(node.matchers, end_ms - self.lookback_ms, end_ms)

    def _instant(self, node: tree.Selector) -> Vector:
        return [Sample(labels, value) for labels, _, value in self._newest(node)]

    def _range(self, node: tree.Range) -> RangeVector:
        end_ms = self._moment(node.moment)
        start_ms = end_ms - node.range_ms
        stretches = self.source.select(node.matchers, start_ms, end_ms)
        return RangeVector(list(stretches), start_ms, end_ms)

    def _subquery(self, node: tree.Subquery) -> RangeVector:
        end_ms = self._moment(node.moment)
        start_ms = end_ms - node.range_ms
        step_ms = node.step_ms or _SUBQUERY_STEP_MS
        first_ms = (start_ms // step_ms + 1) * step_ms  # steps are aligned to the clock, not to the query
        found: dict[Labels, Stretch] = {}
        for at_ms in range(first_ms, end_ms + 1, step_ms):
            inner = _Evaluation(self.source, at_ms, self.bounds, self.lookback_ms).value(node.expression)
            vector = [Sample((), inner)] if isinstance(inner, float) else inner
            if not isinstance(vector, list):
                raise QueryError("a subquery needs an expression that gives numbers")
            for labels, value in vector:
                samples = found.get(labels)
                if samples is None:
                    samples = found[labels] = Stretch(labels, array("q"), array("d"))
                samples.times_ms.append(at_ms)
                samples.values.append(value)
        return RangeVector(list(found.values()), start_ms, end_ms)

    def _call(self, node: tree.Call) -> Result:
        if node.function == "timestamp" and isinstance(node.arguments[0], tree.Selector):
            newest = self._newest(node.arguments[0])
            return [Sample(without_name(labels), at_ms / 1000) for labels, at_ms, _ in newest]
        values = [self.value(argument) for argument in node.arguments]
        result = FUNCTIONS[node.function](Arguments(values, node.arguments, self.at_ms))
        return self._distinct(result, f"{node.function}()")

    def _aggregation(self, node: tree.Aggregation) -> Vector:
        vector = self.value(node.expression)
        if not isinstance(vector, list):
            raise QueryError(f"{node.operation} needs a vector")
        parameter = None if node.parameter is None else self.value(node.parameter)
        return aggregate(node, vector, parameter)

    def _negated(self, value: Result) -> Result:
        if isinstance(value, float):
            return -value
        if isinstance(value, list):
            return [Sample(without_name(labels), -number) for labels, number in value]
        raise QueryError("a range or a text cannot be negated")

    def _distinct(self, result: Result, what: str) -> Result:
        """The result, unless dropping the metric's name made two of its series the same."""
        if isinstance(result, list) and len({labels for labels, _ in result}) != len(result):
            raise QueryError(f"{what} gives two series the same labels, as it drops the metric's name")
        return result
