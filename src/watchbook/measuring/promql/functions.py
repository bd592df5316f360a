"""The functions of PromQL that Watchbook evaluates, by name.

Called by `promql.evaluating` with arguments that are evaluated already. Functions over ranges are in `ranges`,
quantiles of histograms in `quantiles`. A function that is not in `FUNCTIONS` is refused when a query is parsed.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from watchbook.measuring.labels import METRIC_NAME, Labels, QueryError, labels_of, without_name
from watchbook.measuring.promql import tree
from watchbook.measuring.promql.quantiles import Bucket, bucket_fraction, bucket_quantile
from watchbook.measuring.promql.ranges import KEEPS_NAME, RANGE_FUNCTIONS, Extent, regression
from watchbook.measuring.promql.values import RangeVector, Result, Sample, Vector, quantile


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a function is called with: values, the expressions they came from, and the time of the evaluation."""

    values: Sequence[Result]
    expressions: Sequence[tree.Expression]
    at_ms: int

    def __len__(self) -> int:
        return len(self.values)

    def vector(self, index: int) -> Vector:
        return cast(Vector, self.values[index])

    def scalar(self, index: int) -> float:
        value = self.values[index]
        if not isinstance(value, float):
            raise QueryError("a function was given a vector where it needs a number")
        return value

    def text(self, index: int) -> str:
        value = self.values[index]
        if not isinstance(value, str):
            raise QueryError("a function was given something else where it needs a text")
        return value

    def range(self, index: int) -> RangeVector:
        return cast(RangeVector, self.values[index])


Function = Callable[[Arguments], Result]


def _over_range(name: str) -> Function:
    function = RANGE_FUNCTIONS[name]
    keeps_name = name in KEEPS_NAME

    def apply(arguments: Arguments) -> Result:
        series, start_ms, end_ms = arguments.range(0)
        extent = Extent(start_ms, end_ms)
        found = []
        for labels, times, values in series:
            value = function(times, values, extent)
            if value is not None:
                found.append(Sample(labels if keeps_name else without_name(labels), value))
        return found

    return apply


def _each(function: Callable[[float], float]) -> Function:
    """A function of one number, applied to every value of a vector; outside its domain the result is NaN."""

    def guarded(value: float) -> float:
        try:
            return function(value)
        except ValueError:
            return math.nan
        except OverflowError:
            return math.inf

    def apply(arguments: Arguments) -> Result:
        return [Sample(without_name(labels), guarded(value)) for labels, value in arguments.vector(0)]

    return apply


def _logarithm(function: Callable[[float], float]) -> Callable[[float], float]:
    return lambda value: -math.inf if value == 0 else function(value)


def _whole(function: Callable[[float], int]) -> Callable[[float], float]:
    return lambda value: value if math.isnan(value) or math.isinf(value) else float(function(value))


def _sign(value: float) -> float:
    return value if math.isnan(value) or value == 0 else math.copysign(1.0, value)


def _of_date(part: Callable[[datetime], float]) -> Function:
    """A part of a date in UTC; without an argument, of the time of the evaluation."""

    def of(value: float) -> float:
        try:
            return float(part(datetime.fromtimestamp(math.floor(value), UTC)))
        except (ValueError, OverflowError, OSError):
            return math.nan

    def apply(arguments: Arguments) -> Result:
        if not len(arguments):
            return [Sample((), of(arguments.at_ms / 1000))]
        return [Sample(without_name(labels), of(value)) for labels, value in arguments.vector(0)]

    return apply


def _days_in_month(moment: datetime) -> float:
    following = (moment.year + moment.month // 12, moment.month % 12 + 1)
    start = datetime(moment.year, moment.month, 1, tzinfo=UTC)
    return (datetime(*following, 1, tzinfo=UTC) - start).days


def _absent(arguments: Arguments) -> Result:
    """`{} 1` when nothing matches, with the labels that the selector fixes by `=`."""
    value = arguments.values[0]
    present = value.series if isinstance(value, RangeVector) else value
    return [] if present else [Sample(_fixed_labels(arguments.expressions[0]), 1.0)]


def _fixed_labels(expression: tree.Expression) -> Labels:
    if not isinstance(expression, tree.Selector | tree.Range) or expression.matchers.alternatives:
        return ()
    every = [matcher for matcher in expression.matchers.every if matcher.name != METRIC_NAME]
    names = [matcher.name for matcher in every]
    fixed = {m.name: m.value for m in every if m.operator == "=" and names.count(m.name) == 1}
    return labels_of(fixed)


def _round(arguments: Arguments) -> Result:
    nearest = arguments.scalar(1) if len(arguments) > 1 else 1.0
    inverse = 1.0 / nearest if nearest else math.inf

    def rounded(value: float) -> float:
        scaled = value * inverse + 0.5
        return value if math.isnan(scaled) or math.isinf(scaled) else math.floor(scaled) / inverse

    return [Sample(without_name(labels), rounded(value)) for labels, value in arguments.vector(0)]


def _clamp(low: float, high: float, vector: Vector) -> Result:
    if low > high:
        return []
    if math.isnan(low) or math.isnan(high):
        return [Sample(without_name(labels), math.nan) for labels, _ in vector]
    return [
        Sample(without_name(labels), value if math.isnan(value) else max(low, min(high, value)))
        for labels, value in vector
    ]


def _scalar(arguments: Arguments) -> Result:
    vector = arguments.vector(0)
    return vector[0].value if len(vector) == 1 else math.nan


def _histogram_quantile(arguments: Arguments) -> Result:
    level = arguments.scalar(0)
    return [
        Sample(labels, bucket_quantile(level, buckets)) for labels, buckets in _buckets(arguments.vector(1))
    ]


def _histogram_fraction(arguments: Arguments) -> Result:
    low, high = arguments.scalar(0), arguments.scalar(1)
    return [
        Sample(labels, bucket_fraction(low, high, buckets))
        for labels, buckets in _buckets(arguments.vector(2))
    ]


def _buckets(vector: Vector) -> list[tuple[Labels, list[Bucket]]]:
    """Buckets of each histogram: series that differ only in `le`."""
    found: dict[Labels, list[Bucket]] = {}
    for labels, value in vector:
        upper = dict(labels).get("le")
        try:
            bound = float(upper) if upper is not None else None
        except ValueError:
            bound = None
        if bound is not None:
            histogram = tuple(pair for pair in labels if pair[0] not in ("le", METRIC_NAME))
            found.setdefault(histogram, []).append(Bucket(bound, value))
    return list(found.items())


def _label_replace(arguments: Arguments) -> Result:
    target, replacement, source, expression = (arguments.text(index) for index in range(1, 5))
    try:
        pattern = re.compile(expression, re.DOTALL)
    except re.error as error:
        raise QueryError(f"label_replace: {expression!r} is not a regular expression: {error}") from None
    found = []
    for labels, value in arguments.vector(0):
        have = dict(labels)
        match = pattern.fullmatch(have.get(source, ""))
        kept = labels if match is None else labels_of({**have, target: _expanded(match, replacement)})
        found.append(Sample(kept, value))
    return _distinct(found, "label_replace")


def _expanded(match: "re.Match[str]", replacement: str) -> str:
    """The replacement with `$1` and `${name}` filled in; a group that does not exist is empty, as in Go."""
    groups = {str(index): group or "" for index, group in enumerate((match[0], *match.groups()))}
    groups |= match.groupdict("")

    def filled(reference: "re.Match[str]") -> str:
        name = reference[1] or reference[2]
        return groups.get(name, "") if name else "$"

    return re.sub(r"\$(?:\{(\w+)\}|(\w+)|\$)", filled, replacement)


def _label_join(arguments: Arguments) -> Result:
    target, separator = arguments.text(1), arguments.text(2)
    sources = [arguments.text(index) for index in range(3, len(arguments))]
    found = []
    for labels, value in arguments.vector(0):
        have = dict(labels)
        joined = separator.join(have.get(source, "") for source in sources)
        found.append(Sample(labels_of({**have, target: joined}), value))
    return _distinct(found, "label_join")


def _distinct(vector: Vector, function: str) -> Vector:
    if len({labels for labels, _ in vector}) != len(vector):
        raise QueryError(f"{function} gives two series the same labels")
    return vector


def _sorted_by_labels(arguments: Arguments, *, descending: bool) -> Result:
    names = [arguments.text(index) for index in range(1, len(arguments))]

    def key(sample: Sample) -> tuple[list[list[tuple[int, int, str]]], Labels]:
        have = dict(sample.labels)
        return [_natural(have.get(name, "")) for name in names], sample.labels

    return sorted(arguments.vector(0), key=key, reverse=descending)


def _natural(text: str) -> list[tuple[int, int, str]]:
    """A key by which `node-2` comes before `node-10`."""
    parts = re.findall(r"\d+|\D+", text)
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts]


def _sorted(arguments: Arguments, *, descending: bool) -> Result:
    """By value; NaN last both ways."""
    sign = -1 if descending else 1
    return sorted(arguments.vector(0), key=lambda s: (math.isnan(s.value), sign * s.value))


def _quantile_over_time(arguments: Arguments) -> Result:
    level = arguments.scalar(0)
    return [
        Sample(without_name(series.labels), quantile(level, series.values))
        for series in arguments.range(1).series
    ]


def _predict_linear(arguments: Arguments) -> Result:
    ahead_s = arguments.scalar(1)
    found = []
    for labels, times, values in arguments.range(0).series:
        line = regression(times, values, arguments.at_ms)
        if line is not None:
            found.append(Sample(without_name(labels), line[0] * ahead_s + line[1]))
    return found


def _smoothed(arguments: Arguments) -> Result:
    """Double exponential smoothing (Holt-Winters without seasons)."""
    smoothing, trending = arguments.scalar(1), arguments.scalar(2)
    if not (0 < smoothing < 1 and 0 < trending < 1):
        raise QueryError("double_exponential_smoothing needs factors between 0 and 1")
    found = []
    for labels, _, values in arguments.range(0).series:
        if len(values) >= 2:
            level, trend = values[0], values[1] - values[0]
            for index in range(1, len(values)):
                risen = smoothing * values[index] + (1 - smoothing) * (level + trend)
                trend = trending * (risen - level) + (1 - trending) * trend
                level = risen
            found.append(Sample(without_name(labels), level))
    return found


def _moment_of(choose: Callable[[Sequence[float]], int]) -> Function:
    """When, in seconds, the chosen sample of each series was taken."""

    def apply(arguments: Arguments) -> Result:
        return [
            Sample(without_name(labels), times[choose(values)] / 1000)
            for labels, times, values in arguments.range(0).series
        ]

    return apply


def _last_of(better: Callable[[float, float], bool]) -> Callable[[Sequence[float]], int]:
    def choose(values: Sequence[float]) -> int:
        best = 0
        for index, value in enumerate(values):
            if better(value, values[best]) or math.isnan(values[best]):
                best = index
        return best

    return choose


_ONE_NUMBER: dict[str, Callable[[float], float]] = {
    "abs": abs,
    "ceil": _whole(math.ceil),
    "floor": _whole(math.floor),
    "exp": math.exp,
    "ln": _logarithm(math.log),
    "log2": _logarithm(math.log2),
    "log10": _logarithm(math.log10),
    "sqrt": math.sqrt,
    "sgn": _sign,
    "deg": math.degrees,
    "rad": math.radians,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "asin": math.asin,
    "acos": math.acos,
    "atan": math.atan,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "tanh": math.tanh,
    "asinh": math.asinh,
    "acosh": math.acosh,
    "atanh": math.atanh,
}
_DATE_PARTS: dict[str, Callable[[datetime], float]] = {
    "minute": lambda moment: moment.minute,
    "hour": lambda moment: moment.hour,
    "day_of_week": lambda moment: moment.isoweekday() % 7,
    "day_of_month": lambda moment: moment.day,
    "day_of_year": lambda moment: moment.timetuple().tm_yday,
    "days_in_month": _days_in_month,
    "month": lambda moment: moment.month,
    "year": lambda moment: moment.year,
}

FUNCTIONS: dict[str, Function] = {
    **{name: _over_range(name) for name in RANGE_FUNCTIONS},
    **{name: _each(function) for name, function in _ONE_NUMBER.items()},
    **{name: _of_date(part) for name, part in _DATE_PARTS.items()},
    "absent": _absent,
    "absent_over_time": _absent,
    "clamp": lambda a: _clamp(a.scalar(1), a.scalar(2), a.vector(0)),
    "clamp_max": lambda a: _clamp(-math.inf, a.scalar(1), a.vector(0)),
    "clamp_min": lambda a: _clamp(a.scalar(1), math.inf, a.vector(0)),
    "double_exponential_smoothing": _smoothed,
    "holt_winters": _smoothed,
    "histogram_fraction": _histogram_fraction,
    "histogram_quantile": _histogram_quantile,
    "label_join": _label_join,
    "label_replace": _label_replace,
    "pi": lambda _: math.pi,
    "predict_linear": _predict_linear,
    "quantile_over_time": _quantile_over_time,
    "round": _round,
    "scalar": _scalar,
    "sort": lambda a: _sorted(a, descending=False),
    "sort_desc": lambda a: _sorted(a, descending=True),
    "sort_by_label": lambda a: _sorted_by_labels(a, descending=False),
    "sort_by_label_desc": lambda a: _sorted_by_labels(a, descending=True),
    "time": lambda a: a.at_ms / 1000,
    "timestamp": lambda a: [Sample(without_name(labels), a.at_ms / 1000) for labels, _ in a.vector(0)],
    "ts_of_first_over_time": _moment_of(lambda _: 0),
    "ts_of_last_over_time": _moment_of(lambda _: -1),
    "ts_of_max_over_time": _moment_of(_last_of(lambda a, b: a >= b)),
    "ts_of_min_over_time": _moment_of(_last_of(lambda a, b: a <= b)),
    "vector": lambda a: [Sample((), a.scalar(0))],
}
