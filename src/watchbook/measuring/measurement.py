"""From a signal to the one query that measures it, and from the query to a value with its state.

Called by `app` when an alert is armed (`bind_signal`) and at every evaluation (`measure`). It chooses among the
families of `measuring.catalogue` by what a service really exposes, never by guessing: none, or two conventions at
once, is a `BindingProblem` that says which, and what to do. The choice is a value that the caller pins.
"""

import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from watchbook.measuring.catalogue import (
    CLIENT,
    DURATIONS,
    FAILURES,
    GAUGES,
    NOT_THE_SERVICE,
    OBSERVED,
    OF_REQUESTS,
    REQUESTS,
    SUCCESSES,
    Durations,
    Gauge,
    Requests,
)
from watchbook.measuring.labels import Labels
from watchbook.measuring.promql import evaluate_vector
from watchbook.measuring.promql.evaluating import SampleSource
from watchbook.model.signals import Signal

Inventory = Mapping[str, frozenset[str]]
"""What a service exposes: each metric's name and the names of its labels."""

LabelValues = Callable[[str, str], Collection[str]]
"""The values that a label of a metric has now."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """How one signal is measured: `query` gives its value, `traffic` the requests a second it rests on (or "").

    `by` are the labels that tell instances apart; empty for one value of the whole service.
    """

    signal: str
    convention: str
    query: str
    average_s: float
    traffic: str = ""
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BindingProblem:
    """Why a signal cannot be measured here, and what to do about it."""

    signal: str
    reason: str
    mend: str


_WRITE_THE_QUERY = "Write the query that is meant in a code span under Key Metrics, or narrow the selector."


class _UnclearOutcomeError(Exception):
    """A status label whose values do not say what is a failure."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A signal's value at one time. `values` holds each instance's, worst first; `value` is the worst.

    `no_traffic`: the service answers, nobody asked. `no_data`: there is nothing to tell from.
    """

    state: Literal["value", "no_traffic", "no_data"]
    value: float | None = None
    values: tuple[tuple[Labels, float], ...] = ()
    traffic: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where and how long to measure: the selector's matchers and the averaging window, filled into templates."""

    selector: str
    average_s: float

    def fill(self, template: str, *names: str) -> str:
        inner = self.selector.strip().strip("{}").strip().rstrip(",")
        query = template.replace("$S", f"{inner}," if inner else "").replace("$W", say_range(self.average_s))
        for index, name in enumerate(names, start=1):
            query = query.replace(f"${index}", name)
        return re.sub(r",\}", "}", query)


def say_range(seconds: float) -> str:
    """A duration as PromQL writes it in brackets: `10s`, `5m`, `1500ms`."""
    milliseconds = max(1, round(seconds * 1000))
    for size, unit in ((3_600_000, "h"), (60_000, "m"), (1000, "s")):
        if milliseconds % size == 0:
            return f"{milliseconds // size}{unit}"
    return f"{milliseconds}ms"


def bind_signal(
    signal: Signal,
    params: Mapping[str, float | str],
    inventory: Inventory,
    average_s: float,
    selector: str = "",
    values: LabelValues | None = None,
) -> Measurement | BindingProblem:
    """The one measurement of a signal among what `inventory` offers, or the problem with it.

    `average_s` is the averaging window (`model.signals.averaging_s`); `params["window_s"]` replaces it where a count
    names its own. `selector` holds the label matchers of the environment, with or without braces. With `values`,
    a status label that holds words instead of HTTP statuses is understood, or is a problem: never a silent 0 %.
    """
    if signal.name in OBSERVED:
        return BindingProblem(
            signal.name,
            f"{signal.title}: answered by Watchbook's own {OBSERVED[signal.name]}, not by metrics",
            "Nothing to do: the alert works without metrics.",
        )
    place = _Place(selector, float(params.get("window_s", average_s)))
    names = {name: labels for name, labels in inventory.items() if not name.startswith(NOT_THE_SERVICE)}
    if signal.name in OF_REQUESTS:
        try:
            found = _of_requests(signal, params, names, place, values)
        except _UnclearOutcomeError as error:
            return BindingProblem(signal.name, str(error), _WRITE_THE_QUERY)
    elif signal.name == "latency":
        found = _of_latency(params, names, place)
    else:
        found = _of_gauges(signal, names, place)
    return _only_one(signal, found)


def _only_one(signal: Signal, found: list[Measurement]) -> Measurement | BindingProblem:
    """The only measurement found; a problem where there is none, or a choice to make."""
    if not found:
        return BindingProblem(
            signal.name,
            f"no metric here measures {signal.title}",
            "Name a metric of this signal with a query in a code span under Key Metrics.",
        )
    if len(found) > 1:
        listed = "; ".join(f"{m.convention}: `{m.query}`" for m in found[:3])
        return BindingProblem(
            signal.name,
            f"{signal.title} can be measured in more than one way ({listed})",
            _WRITE_THE_QUERY,
        )
    return found[0]


def _matching_names(pattern: str, inventory: Inventory) -> list[str]:
    if pattern in inventory:
        return [pattern]
    compiled = re.compile(pattern)
    return sorted(name for name in inventory if compiled.fullmatch(name))


def _of_requests(
    signal: Signal,
    params: Mapping[str, float | str],
    inventory: Inventory,
    place: _Place,
    values: LabelValues | None,
) -> list[Measurement]:
    """Measurements from request counters; of each convention only the first variant that is there."""
    found: list[Measurement] = []
    settled: set[str] = set()
    for family in REQUESTS:
        if family.convention in settled:
            continue
        for name in _matching_names(family.counter, inventory):
            label = next((label for label in family.status_labels if label in inventory[name]), None)
            if label is None and (family.needs_status or signal.name != "request_rate"):
                continue
            settled.add(family.convention)
            outcome = ""
            if "status" in params:
                outcome = f'{label}=~"{_status_pattern(str(params["status"]))}"'
            elif signal.name != "request_rate":
                held = values(name, label or "") if values and family.convention == CLIENT else ()
                outcome = f'{label}=~"{_failures(family, name, label or "", held)}"'
            found.append(_request_measurement(signal, family.convention, name, outcome, place))
    return found


def _failures(family: Requests, name: str, label: str, held: Collection[str]) -> str:
    """The pattern of outcomes that are failures, by the values that the label holds now."""
    words = {value.casefold() for value in held if value and not re.fullmatch(r"[1-5](\d\d|xx|XX)", value)}
    if not words:
        return family.errors
    unknown = sorted(words - FAILURES - SUCCESSES)
    if unknown:
        shown = ", ".join(f"“{word}”" for word in unknown[:3])
        raise _UnclearOutcomeError(
            f"the label {label} of {name} holds {shown}: what is a failure cannot be told"
        )
    return f"{family.errors}|(?i:{'|'.join(sorted(FAILURES))})"


def _request_measurement(
    signal: Signal, convention: str, name: str, outcome: str, place: _Place
) -> Measurement:
    """The measurement from one counter; `outcome` is the matcher of the requests in question."""
    total = place.fill("sum(rate($1{$S}[$W]))", name)
    chosen = place.fill(f"sum(rate($1{{$S{outcome}}}[$W]))", name)
    counted = place.fill(f"sum(increase($1{{$S{outcome}}}[$W]))", name)
    # `or … * 0`: failures that never happened have no series yet; beside a total they are zero, not unknown.
    ratio = f"({chosen} or {total} * 0) / ({total} > 0)"
    query = {
        "request_rate": total,
        "error_ratio": ratio,
        "status_ratio": ratio,
        "availability": f"1 - {ratio}",
        "error_rate": f"{chosen} or {total} * 0",
        "status_rate": f"{chosen} or {total} * 0",
        "error_count": f"{counted} or {total} * 0",
        "status_count": f"{counted} or {total} * 0",
    }[signal.name]
    return Measurement(signal.name, convention, query, place.average_s, traffic=total)


def _status_pattern(status: str) -> str:
    """`401` → `401`; `4xx` → every status of that class, however it is written."""
    return (
        f"{status[0]}..|{status[0]}xx|{status[0]}XX"
        if status.casefold().endswith("xx")
        else re.escape(status)
    )


def _of_latency(params: Mapping[str, float | str], inventory: Inventory, place: _Place) -> list[Measurement]:
    """Measurements from histograms and summaries of durations; of each convention only the first variant."""
    found: list[Measurement] = []
    settled: set[str] = set()
    level = params.get("quantile")
    for family in DURATIONS:
        if family.convention in settled:
            continue
        for suffix in ("_bucket", "", "_sum"):
            bases = [
                name.removesuffix(suffix) if suffix else name
                for name in _matching_names(family.base + suffix, inventory)
            ]
            made = [
                measurement
                for base in bases
                if (measurement := _latency_measurement(family, (base, suffix), level, inventory, place))
            ]
            if made:
                settled.add(family.convention)
                found.extend(made)
                break
    return found


def _latency_measurement(
    family: Durations, series: tuple[str, str], level: float | str | None, inventory: Inventory, place: _Place
) -> Measurement | None:
    """A quantile or a mean from one base name; None where what is there cannot give it."""
    base, suffix = series
    scale = "" if family.scale == 1.0 else f" * {family.scale:g}"
    has_count = f"{base}_count" in inventory
    traffic = place.fill("sum(rate($1{$S}[$W]))", f"{base}_count") if has_count else ""
    if level is None:
        if f"{base}_sum" not in inventory or not has_count:
            return None
        query = place.fill("sum(rate($1{$S}[$W]))", f"{base}_sum") + f" / ({traffic} > 0)"
    elif suffix == "_bucket":
        buckets = place.fill("sum by (le) (rate($1{$S}[$W]))", f"{base}_bucket")
        query = f"histogram_quantile({float(level):g}, {buckets})"
    elif suffix == "" and "quantile" in inventory[base]:
        query = place.fill(f'max($1{{$Squantile="{float(level):g}"}})', base)
    else:
        return None
    return Measurement("latency", family.convention, query + scale, place.average_s, traffic=traffic)


def _of_gauges(signal: Signal, inventory: Inventory, place: _Place) -> list[Measurement]:
    """Measurements from queries of their own; of each convention only the first variant that is there."""
    found: list[Measurement] = []
    settled: set[str] = set()
    for gauge in GAUGES.get(signal.name, ()):
        fitting = [_matching_names(need, inventory) for need in gauge.needs]
        if gauge.convention in settled or not all(fitting):
            continue
        settled.add(gauge.convention)
        others = [names[0] for names in fitting[1:]]
        found.extend(_gauge_measurement(signal, gauge, (first, *others), place) for first in fitting[0])
    return found


def _gauge_measurement(signal: Signal, gauge: Gauge, names: tuple[str, ...], place: _Place) -> Measurement:
    query, traffic = place.fill(gauge.query, *names), place.fill(gauge.traffic, *names)
    return Measurement(signal.name, gauge.convention, query, place.average_s, traffic, gauge.by)


def measure(measurement: Measurement, signal: Signal, source: SampleSource, at_s: float) -> Measured:
    """The signal's value at `at_s`. Raises `QueryError` where a query of the user's cannot be evaluated."""
    traffic = None
    if measurement.traffic:
        asked = evaluate_vector(measurement.traffic, source, at_s)
        traffic = asked[0].value if asked else None
    vector = evaluate_vector(measurement.query, source, at_s)
    values = [(labels, value) for labels, value in vector if not math.isnan(value)]
    if values:
        upwards = signal.bad_direction != "below"
        values.sort(key=lambda pair: -pair[1] if upwards else pair[1])
        return Measured("value", values[0][1], tuple(values), traffic)
    if traffic == 0 or (vector and signal.name == "latency"):  # a quantile of nothing is NaN
        return Measured("no_traffic", None, (), 0.0, "no requests in the averaging window")
    return Measured("no_data", None, (), traffic, f"no data for `{measurement.query}`")
