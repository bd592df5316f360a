"""Turns what is known of a place into the observation of one rule: is its condition true now, and in what words.

Called by `app.watching` at every evaluation. Health of instances and checks is judged here; everything that needs series is
asked of `measure`, a function over the sample window (`measuring`). It keeps no state: windows and episodes are
`deciding.alerts`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from watchbook.model.alerts import Observation
from watchbook.model.ids import slug
from watchbook.model.quantities import say, say_number
from watchbook.model.runbook import AlertRule, Condition


@dataclass(frozen=True, slots=True)
class Measured:
    """What the series say of a condition's signal. `value` None without a problem: no data, or no traffic."""

    value: float | None
    says: str = ""
    problem: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    true: bool | None = None  # a query that is a comparison answers by itself
    events: float | None = None  # requests that the value rests on, in its averaging window


PROBES = "probes"
Measure = Callable[[], Measured]


@dataclass(frozen=True, slots=True)
class CheckFact:
    """A check as it is: `status` is healthy, degraded, unhealthy or unknown."""

    name: str
    status: str
    reason: str = ""
    latency_s: float | None = None
    value: float | None = None  # the number it found: days left, rows, per cent
    failures: int = 0  # consecutive failed probes


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known of one environment at one moment.

    `instances` maps each target to its health ("healthy", …); None in `instances` means that the list itself could not be
    had yet. `service_check` is the name of the check that is asked of the URL and every instance.
    """

    instances: Mapping[str, str] | None
    checks: Mapping[str, CheckFact]  # by slug of the name
    service_check: str = ""


_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def observe(rule: AlertRule, facts: Facts, measure: Measure, now: float) -> Observation:
    """The rule's condition at `now` (wall seconds). Never raises: what cannot be judged is no data, or a problem."""
    condition = rule.condition
    match condition.signal:
        case "healthy_instances":
            return _observe_instances(condition, facts, now)
        case "probe_success":
            return _observe_check(condition, facts, now)
        case "probe_latency" if "check" in condition.params or not condition.promql:
            return _observe_latency(condition, facts, now)
        case "certificate_lifetime" | "backup_age" if _valued(condition, facts) is not None:
            return _observe_value(condition, facts, now)
    measured = measure()
    if measured.problem:
        return Observation(now, None, measured.value, measured.says, measured.problem, measured.labels)
    if rule.min_events is not None and measured.events is not None and measured.events < rule.min_events:
        few = f"{measured.says}, of {say_number(round(measured.events))} requests: fewer than {say_number(rule.min_events)}"
        return Observation(now, False, measured.value, few, labels=measured.labels)
    true = measured.true
    if true is None and measured.value is not None and condition.promql is None:
        true = holds(condition, measured.value)
    says = measured.says or _says(condition, measured.value)
    return Observation(now, true, measured.value, says, labels=measured.labels)


def holds(condition: Condition, value: float) -> bool:
    """Whether the value meets the condition's comparison."""
    compare = _COMPARE.get(condition.op)
    return compare is not None and compare(value, condition.value)


def _says(condition: Condition, value: float | None) -> str:
    if value is None:
        return "no data"
    return say(value, condition.unit) if condition.signal else say_number(value)


def _observe_instances(condition: Condition, facts: Facts, now: float) -> Observation:
    """Counts healthy instances. No targets at all is zero healthy ones (rule 3); a first probe under way is no data."""
    if facts.instances is None:
        return Observation(now, None, says="instances are not known yet", source=PROBES)
    statuses = list(facts.instances.values())
    if "unknown" in statuses and "unhealthy" not in statuses:
        waiting = statuses.count("unknown")
        return Observation(
            now, None, says=f"{waiting} of {len(statuses)} instances not probed yet", source=PROBES
        )
    healthy = sum(status in ("healthy", "degraded") for status in statuses)
    says = (
        f"{healthy} of {len(statuses)} instances healthy" if statuses else "no instance is left in the list"
    )
    return Observation(now, holds(condition, healthy), float(healthy), says, source=PROBES)


def _check_of(condition: Condition, facts: Facts) -> CheckFact | None:
    name = str(condition.params.get("check") or facts.service_check)
    return facts.checks.get(slug(name))


def _observe_check(condition: Condition, facts: Facts, now: float) -> Observation:
    """A check that fails, or has failed so many times in a row. Unknown health is no data."""
    check = _check_of(condition, facts)
    if check is None:
        name = condition.params.get("check", "the service")
        return Observation(now, None, problem=f"there is no check named {name}", source=PROBES)
    if check.status == "unknown":
        return Observation(
            now, None, says=f"{check.name} could not be probed: {check.reason or 'not yet'}", source=PROBES
        )
    consecutive = condition.params.get("consecutive")
    if consecutive is not None:
        true = check.failures >= float(consecutive)
        return Observation(
            now, true, float(check.failures), f"{check.failures} failures in a row: {check.reason}"
        )
    healthy = check.status != "unhealthy"
    says = f"{check.name} is {check.status}" + (f": {check.reason}" if check.reason else "")
    return Observation(now, holds(condition, float(healthy)), float(healthy), says, source=PROBES)


def _observe_latency(condition: Condition, facts: Facts, now: float) -> Observation:
    check = _check_of(condition, facts)
    if check is None or check.latency_s is None:
        return Observation(now, None, says="no answer to time", source=PROBES)
    return Observation(
        now, holds(condition, check.latency_s), check.latency_s, say(check.latency_s, "s"), source=PROBES
    )


def _valued(condition: Condition, facts: Facts) -> CheckFact | None:
    """The check whose number is the condition's signal: the named one, else the only one that found a number."""
    if "check" in condition.params:
        return _check_of(condition, facts)
    wanted = "certificate" if condition.signal == "certificate_lifetime" else "backup"
    found = [check for name, check in facts.checks.items() if wanted in name]
    return found[0] if len(found) == 1 else None


def _observe_value(condition: Condition, facts: Facts, now: float) -> Observation:
    check = _valued(condition, facts)
    if check is None or check.value is None:
        return Observation(now, None, says=check.reason if check else "no data", source=PROBES)
    return Observation(
        now, holds(condition, check.value), check.value, say(check.value, condition.unit), source=PROBES
    )
