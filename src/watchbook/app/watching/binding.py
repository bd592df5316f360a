"""Binds what a runbook names to the series that are really there, and reads its value. Called by `app.watching`.

A rule or a metric is bound once, from what the environment exposes; the choice is pinned (`Bound`) and kept by the caller,
so that it never changes by itself. Pure functions over a sample window; deciding what a value means is
`deciding.observing`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from watchbook.deciding.observing import Measured
from watchbook.measuring.labels import QueryError
from watchbook.measuring.measurement import BindingProblem, Measurement, bind_signal, measure
from watchbook.measuring.promql import evaluate_vector, parse
from watchbook.measuring.promql.tree import metric_names
from watchbook.measuring.window import Window
from watchbook.model.ids import slug
from watchbook.model.quantities import say, say_number
from watchbook.model.runbook import AlertRule, Condition, Metric
from watchbook.model.signals import SIGNALS, Signal, averaging_s

_SIGNALS = {signal.name: signal for signal in SIGNALS}
METRIC_AVERAGE_S = 60.0  # figures on the board without a rule of their own


@dataclass(frozen=True, slots=True)
class Bound:
    """How one condition or figure is measured. `compares`: the query is itself a comparison, true where it answers."""

    measurement: Measurement
    signal: Signal
    compares: bool = False


def bind_rule(
    rule: AlertRule, metrics: Sequence[Metric], window: Window, every_s: float
) -> Bound | BindingProblem:
    """Binds an alert's condition. `every_s` is the cadence of the source; the document's own queries come first."""
    condition = rule.condition
    unable = _beyond_this_version(condition)
    if unable is not None:
        return unable
    average_s = averaging_s(rule.window_s, every_s, rule.average_s)
    if condition.promql is not None:
        return _bind_query(condition.promql, rule.name, average_s, compares=True)
    name = condition.signal or ""
    return _bind_name(name, condition.params, metrics, window, average_s)


def _beyond_this_version(condition: Condition) -> BindingProblem | None:
    """Why a condition that is understood is not evaluated: never measured as something else instead."""
    name = condition.signal or condition.external or ""
    if condition.external is not None:
        return BindingProblem(
            name,
            "another system evaluates this alert, and this version takes no alerts from other systems",
            "Write a condition that Watchbook can measure, or leave the page to that system.",
        )
    if "baseline_factor" in condition.params:
        return BindingProblem(
            name,
            "a comparison with the past 7 days cannot be measured: measurements are kept for hours",
            "Write the figure itself, for example `> 10/s`.",
        )
    if condition.signal == "heartbeat_age":
        return BindingProblem(
            name,
            "this version takes no heartbeats from jobs",
            "Add a health check that gives the age as a number, or a metric with a query.",
        )
    return None


def bind_metric(
    metric: Metric, metrics: Sequence[Metric], window: Window, every_s: float
) -> Bound | BindingProblem:
    """Binds a figure of Key Metrics."""
    average_s = max(4 * every_s, METRIC_AVERAGE_S if every_s > 5 else 10 * every_s)
    return _bind_name(metric.signal, metric.params, (metric, *metrics), window, average_s)


def _bind_name(
    name: str, params: Mapping[str, float | str], metrics: Sequence[Metric], window: Window, average_s: float
) -> Bound | BindingProblem:
    for metric in metrics:
        if metric.query and slug(metric.signal) == slug(name) and dict(metric.params) == dict(params):
            return _bind_query(metric.query, metric.name, average_s, unit_of=metric)
    signal = _SIGNALS.get(name)
    if signal is None:
        return BindingProblem(
            name,
            f"“{name}” is neither a known signal nor a metric with a query",
            "Give it a query in a code span under Key Metrics.",
        )
    found = bind_signal(signal, params, window.inventory(), average_s, values=window.label_values)
    return found if isinstance(found, BindingProblem) else Bound(found, signal)


def _bind_query(
    query: str, name: str, average_s: float, *, compares: bool = False, unit_of: Metric | None = None
) -> Bound | BindingProblem:
    try:
        parse(query)
    except QueryError as error:
        return BindingProblem(name, str(error), "Correct the query in the runbook.")
    known = _SIGNALS.get(unit_of.signal) if unit_of else None
    direction = known.bad_direction if known else ("below" if unit_of and unit_of.high is None else "above")
    unit = unit_of.unit if unit_of else _SIGNALS["request_rate"].unit
    signal = known or Signal(slug(name), name, (), unit, direction)
    return Bound(Measurement(signal.name, "the runbook's query", query, average_s), signal, compares)


def read_bound(bound: Bound, window: Window, at_s: float) -> Measured:
    """The value now, in words, with the labels of the worst instance. A query that fails is a problem, not a value."""
    try:
        if bound.compares:
            return _compare(bound, window, at_s)
        measured = measure(bound.measurement, bound.signal, window, at_s)
    except QueryError as error:
        return Measured(None, problem=str(error))
    if measured.state != "value" or measured.value is None:
        return Measured(None, measured.reason or measured.state.replace("_", " "))
    labels = dict(measured.values[0][0]) if measured.values else {}
    events = None if measured.traffic is None else measured.traffic * bound.measurement.average_s
    return Measured(measured.value, in_words(bound, measured.value), labels=labels, events=events)


def _compare(bound: Bound, window: Window, at_s: float) -> Measured:
    """A comparison is true where it answers. Without any series to answer from it is no data, unless it asks for that."""
    query = bound.measurement.query
    vector = evaluate_vector(query, window, at_s)
    if vector:
        labels, value = vector[0]
        return Measured(
            value, f"{say_number(value)} for {bound.signal.title}", labels=dict(labels), true=True
        )
    names = metric_names(parse(query))
    known = window.inventory()
    if names and not any(name in known for name in names) and "absent" not in query:
        return Measured(None, f"no series of {', '.join(sorted(names))}")
    return Measured(None, "nothing exceeds it", true=False)


_PHRASES = {
    "error_ratio": "{} errors",
    "error_rate": "{} errors",
    "request_rate": "{} requests",
    "availability": "{} of requests answered",
    "cpu_utilization": "{} CPU",
    "memory_bytes": "{} of memory",
    "memory_utilization": "{} of memory used",
    "disk_utilization": "{} of the disk used",
    "cache_hit_ratio": "{} cache hits",
}


def in_words(bound: Bound, value: float) -> str:
    """The value as people say it: `4.2% errors`, `p95 412 ms`."""
    said = say(value, bound.signal.unit)
    if bound.signal.name == "latency":
        query = bound.measurement.query
        level = (
            query.removeprefix("histogram_quantile(").split(",", 1)[0]
            if "histogram_quantile(" in query
            else ""
        )
        return f"p{float(level) * 100:g} {said}" if level else f"mean latency {said}"
    return _PHRASES.get(bound.signal.name, "{}").format(said)
