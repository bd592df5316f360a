"""The one grammar of alert conditions: from `> 1% errors for 5min` to a condition, a window and what refines them.

Called by the alerting module, by symptoms and by everything else that may be measured. It reads what is
written and nothing more: what it cannot read comes back as a `Misread` with the reason, never as a guess.
Queries in code spans are `reading.queries`; quantities `reading.quantities`; signals `model.signals`.
"""

from watchbook.model.quantities import Unit, say
from watchbook.model.runbook import Condition
from watchbook.model.signals import averaging_s
from watchbook.reading.comparisons import read_comparison
from watchbook.reading.exactness import say_exactly
from watchbook.reading.refinements import Asked, Known, Misread, ReadCondition, take_refinements, why
from watchbook.reading.special_conditions import (
    read_absence,
    read_baseline,
    read_expiry,
    read_failing_check,
    read_no_instances,
)

_LONGEST = 300  # characters; longer texts are no conditions

__all__ = ["Known", "Misread", "ReadCondition", "read_condition", "say_condition"]


def read_condition(text: str, name: str = "", known: Known | None = None) -> ReadCondition | Misread:
    """`text` as one condition of an alert called `name`, which supplies the signal where the text has none."""
    asked = Asked(" ".join(text.split()), name, known or Known())
    if not asked.text:
        return Misread("condition-not-understood", why("it is empty", name))
    if len(asked.text) > _LONGEST:
        return Misread("condition-not-understood", why("it is a text, not a condition", name))
    rest = take_refinements(asked.text)
    for reader in (read_absence, read_expiry, read_failing_check, read_no_instances, read_baseline):
        found = reader(rest, asked)
        if found is not None:
            return found
    return read_comparison(rest, asked)


def say_condition(read: ReadCondition, scrape_every_s: float = 15.0) -> str:
    """One sentence for a person: what is compared, averaged how, for how long."""
    condition = read.condition
    if condition.promql:
        said = f"the query holds ({condition.promql})"
    elif condition.external:
        said = f"another system reports `{condition.external}`"
    elif condition.signal == "probe_success":
        times = (
            f" {condition.params['consecutive']:g} times in a row"
            if "consecutive" in condition.params
            else ""
        )
        said = f"the check {condition.params.get('check', 'of the service')} fails{times}"
    elif condition.signal == "scrape_success":
        said = "an instance does not give its metrics"
    elif condition.op == "absent":
        said = f"{condition.signal} is missing"
    elif "baseline_factor" in condition.params:
        said = f"{condition.signal} > {condition.params['baseline_factor']:g} × its median of the past 7 days"
    else:
        said = f"{_said_signal(condition)} {condition.op} {say_exactly(condition.value, condition.unit)}"
    average_s = read.average_s or _default_average_s(read, scrape_every_s)
    if average_s:
        said += f", averaged over {say(average_s, Unit.SECONDS)}"
    said += f", sustained {say(read.window_s, Unit.SECONDS)}" if read.window_s else ", at once"
    if read.min_events:
        said += f", with at least {read.min_events:g} requests"
    return said


def _said_signal(condition: Condition) -> str:
    """The signal with its parameters: `latency(p95)`, `restarts(in 10 min)`."""
    parts = []
    for key, value in condition.params.items():
        if key == "quantile" and isinstance(value, float):
            parts.append(f"p{value * 100:g}")
        elif key == "window_s" and isinstance(value, float):
            parts.append(f"in {say(value, Unit.SECONDS)}")
        else:
            parts.append(f"{key} {value}")
    return f"{condition.signal}({', '.join(parts)})" if parts else str(condition.signal)


_AVERAGED = frozenset(
    {
        "error_ratio",
        "error_rate",
        "request_rate",
        "availability",
        "latency",
        "status_ratio",
        "status_rate",
        "cache_hit_ratio",
    }
)


def _default_average_s(read: ReadCondition, scrape_every_s: float) -> float:
    """What a rate, ratio or quantile is averaged over where nothing is said; other signals are not averaged."""
    if read.condition.signal not in _AVERAGED:
        return 0.0
    return averaging_s(read.window_s, scrape_every_s)
