"""The one grammar of alert conditions: from `> 1% errors for 5min` to a condition, a window and what refines them.

Called by the alerting module, by symptoms and by everything else that may be measured. It reads what is
written and nothing more: what it cannot read comes back as a `Misread` with the reason, never as a guess.
Queries in code spans are `reading.queries`; quantities `reading.quantities`; signals `model.signals`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from watchbook.model.ids import slug
from watchbook.model.quantities import Quantity, Unit, say
from watchbook.model.runbook import Condition, HealthCheck, Metric
from watchbook.model.signals import Signal, signal_mentioned
from watchbook.reading.quantities import Found, as_expected, duration_at, find_quantities


@dataclass(frozen=True, slots=True)
class Known:
    """What the document defines and a condition may name: its health checks and metrics."""

    checks: tuple[HealthCheck, ...] = ()
    metrics: tuple[Metric, ...] = ()
    service: str = ""


@dataclass(frozen=True, slots=True)
class ReadCondition:
    """A condition with its window: `window_s` is *sustained for*, `average_s` the time it is averaged over."""

    condition: Condition
    scope: str = "service"
    window_s: float = 0.0
    average_s: float | None = None
    min_events: float | None = None
    no_data: str = "hold"


@dataclass(frozen=True, slots=True)
class Misread:
    """Why a text is no condition. `name` and `values` are of the finding it becomes (`model.findings`)."""

    name: str
    values: Mapping[str, object] = field(default_factory=dict)
    mark: str = ""


@dataclass(frozen=True, slots=True)
class _Rest:
    """What is left of the text while its refinements are taken off."""

    text: str
    window_s: float = 0.0
    windowed: bool = False
    average_s: float | None = None
    min_events: float | None = None


def read_condition(text: str, name: str = "", known: Known | None = None) -> ReadCondition | Misread:
    """`text` as one condition of an alert called `name`, which supplies the signal where the text has none."""
    known = known or Known()
    original = " ".join(text.split())
    if not original:
        return Misread("condition-not-understood", _why("it is empty", name))
    rest = _take_refinements(original)
    for reader in (_absence, _failing_check, _no_instances, _baseline):
        found = reader(rest, original, name, known)
        if found is not None:
            return found
    return _comparison(rest, original, name, known)


# --- refinements ----------------------------------------------------------------------------------------------

_FOR = re.compile(
    r"(?:,\s*)?\b(?:sustained\s+)?(?:for|lasting|longer than|during)\s+(?:more than|over|at least|longer than|>=?|≥|the last)?\s*",
    re.IGNORECASE,
)  # fmt: skip
_SUSTAINED = re.compile(r"(?:,\s*)?\bsustained\s+", re.IGNORECASE)
_OVER = re.compile(
    r"(?:,\s*)?\b(?:over|in|within|during|across)\s+(?:the\s+|a\s+|any\s+)?(?:last|past|previous)?\s*",
    re.IGNORECASE,
)
_WINDOW_WORD = re.compile(r"\s*(?:window|period|average|moving average|rolling average)\b", re.IGNORECASE)
_MINIMUM = re.compile(
    r"[(,]?\s*(?:with\s+)?(?:at least|min(?:imum)?\.?(?: of)?|≥|>=)\s*(\d[\d,]*)\s+(?:requests|events|samples|calls)\s*\)?", re.IGNORECASE
)  # fmt: skip


def _take_refinements(text: str) -> _Rest:
    """Takes `(min 50 requests)`, `for 5min` and `over 5m` off the text."""
    rest = _Rest(text)
    minimum = _MINIMUM.search(rest.text)
    if minimum is not None:
        count = float(minimum[1].replace(",", ""))
        rest = replace(rest, text=_without(rest.text, minimum.start(), minimum.end()), min_events=count)
    window = _duration_after(_FOR, rest.text) or _duration_after(_SUSTAINED, rest.text)
    if window is not None:
        start, found = window
        shorter = _without(rest.text, start, found.end)
        rest = replace(rest, text=shorter, window_s=found.quantity.value, windowed=True)
    average = _duration_after(_OVER, rest.text)
    if average is not None:
        start, found = average
        word = _WINDOW_WORD.match(rest.text, found.end)
        shorter = _without(rest.text, start, word.end() if word else found.end)
        if _COMPARATOR.search(shorter) or _COUNTED.search(shorter):
            rest = replace(rest, text=shorter, average_s=found.quantity.value)
    return rest


def _duration_after(pattern: "re.Pattern[str]", text: str) -> tuple[int, Found] | None:
    """The last place where the pattern is followed by a duration: where it starts, and the duration."""
    last = None
    for opening in pattern.finditer(text):
        found = duration_at(text, opening.end())
        if found is not None and not re.match(r"\s*(?:latency|response)", text[found.end :]):
            last = (opening.start(), found)
    return last


def _without(text: str, start: int, end: int) -> str:
    before, after = text[:start].rstrip(" ,("), text[end:].lstrip(" ,)")
    return f"{before} {after}".strip()


# --- comparisons ----------------------------------------------------------------------------------------------

_WORD_OPS = {
    ">=": r"at least|no less than|not less than|reaches|reach|minimum of|min",
    "<=": r"at most|no more than|not more than|up to|maximum of",
    ">": r"greater than|more than|higher than|larger than|longer than|above|over|exceeds?|exceeding|exceeded|beyond|surpass(?:es)?"
    r"|goes above|rises above|is over|is above|grows? beyond|older than",
    "<": r"less than|lower than|fewer than|smaller than|below|under|drops? (?:below|under)|dropping below|falls? (?:below|under)"
    r"|falling below|is below|is under|goes below|shorter than|within less than",
    "!=": r"not equal to|differs from|is not",
    "==": r"equals?|equal to|is exactly",
}
_SYMBOLS = {"≥": ">=", "≤": "<=", "=>": ">=", "=<": "<=", "≠": "!=", "=": "==", "＞": ">", "＜": "<"}
_COMPARATOR = re.compile(
    r"(?P<symbol>>=|<=|==|!=|=>|=<|[<>≥≤≠＞＜]|=(?=\s*[\d.]))|\b(?:(?:is|are|was|stays?|remains?|goes|rises?|has been)\s+)?(?P<word>"
    + "|".join(_WORD_OPS.values())
    + r")\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"^\s*\d")


def _operator(found: "re.Match[str]") -> str:
    if found["symbol"]:
        return _SYMBOLS.get(found["symbol"], found["symbol"])
    return next(op for op, words in _WORD_OPS.items() if re.fullmatch(words, found["word"], re.IGNORECASE))


def _comparison(rest: _Rest, original: str, name: str, known: Known) -> ReadCondition | Misread:
    """`subject > value`, `> value subject`, `> value` (the name is the subject)."""
    text = rest.text
    comparators = [found for found in _COMPARATOR.finditer(text) if _bound_after(text, found)]
    if not comparators:
        return Misread(
            "condition-not-understood", _why(_no_comparison(text), name, _proposal(original, name))
        )
    if len(comparators) > 1 or re.search(r"\b(?:and|or|unless)\b", text):
        reason = "it holds more than one comparison"
        proposal = "Write one row for each comparison, or a query in a code span."
        return Misread("condition-not-understood", _why(reason, name, proposal))
    comparator = comparators[0]
    bound = _bound_after(text, comparator)
    assert bound is not None
    subject = f"{text[: comparator.start()]} {text[bound.end :]}"
    return _with_signal(_Parts(subject, _operator(comparator), bound.quantity, rest, original), name, known)


def _bound_after(text: str, comparator: "re.Match[str]") -> Found | None:
    """The quantity right behind a comparator."""
    at = comparator.end()
    while at < len(text) and text[at] in " \u00a0~":
        at += 1
    found = find_quantities(text[at:])
    if not found or found[0].start != 0:
        return None
    return replace(found[0], start=at, end=at + found[0].end)


@dataclass(frozen=True, slots=True)
class _Parts:
    subject: str
    op: str
    bound: Quantity
    rest: _Rest
    original: str


_CONSECUTIVE = re.compile(r"\bconsecutive\b|\bin a row\b", re.IGNORECASE)
_SUBJECT_NOISE = re.compile(
    r"[()\[\],:;]|\b(?:is|are|any|each|per|on|the|a|an|than|of|at|it|if|when|has|have)\b", re.IGNORECASE
)


def _with_signal(parts: _Parts, name: str, known: Known) -> ReadCondition | Misread:
    """The condition with the signal that its subject, or else the alert's name, stands for."""
    own = _own_metric(parts, name, known)
    if own is not None:
        return own
    unit = parts.bound.unit
    direction = "above" if parts.op[0] == ">" else "below" if parts.op[0] == "<" else None
    subject = " ".join(_SUBJECT_NOISE.sub(" ", parts.subject).split())
    named = subject if _has_words(subject) else name
    mention = signal_mentioned(named, unit, direction)
    if mention is None and named != name and _statistics_only(subject):
        of = "latency" if unit in (Unit.SECONDS, Unit.COUNT) else name
        mention = signal_mentioned(f"{subject} {of}", unit, direction)
    if mention is None:
        return Misread(
            "condition-not-understood", _why(f"`{named.strip()}` is no signal that can be measured", name)
        )
    strange = _strange(mention.rest, known)
    if strange:
        reason = f"`{named.strip()}` is more than {mention.signal.title}: nothing measures `{strange}`"
        return Misread("condition-not-understood", _why(reason, name))
    return _checked(parts, mention.signal, dict(mention.params), name)


def _has_words(subject: str) -> bool:
    return bool(re.search(r"[^\W\d_]{2,}|\d", subject))


def _statistics_only(subject: str) -> bool:
    """`p95`, `average`, `median`: a statistic without the thing it is of."""
    return not re.sub(
        r"\bp\d+(?:\.\d+)?\b|\b\d+(?:th|st|nd|rd)\b|percentile|mean|median|average|avg",
        "",
        subject.casefold(),
    ).strip()


_COLOUR = frozenset(
    [
        "exhausted",
        "exhaustion",
        "exceeded",
        "breach",
        "problem",
        "issue",
        "nearly",
        "full",
        "saturated",
        "saturation",
        "degradation",
        "degrading",
        "degraded",
        "approaching",
        "reached",
        "leak",
        "sudden",
        "drop",
        "detected",
        "running",
        "out",
        "near",
        "limit",
    ]
)


def _strange(rest: tuple[str, ...], known: Known) -> str:
    """The words that name something else than this service's signal: not its own name, not a manner of being bad."""
    own = set(slug(known.service).split("-"))
    return " ".join(word for word in rest if word not in _COLOUR and word not in own)


def _own_metric(parts: _Parts, name: str, known: Known) -> ReadCondition | Misread | None:
    """A metric that the document defines with a query of its own is a signal, by its name."""
    for metric in known.metrics:
        if metric.query is None:
            continue
        if slug(parts.subject) == slug(metric.name) or (
            not _has_words(parts.subject) and slug(name) == slug(metric.name)
        ):
            value = as_expected(parts.bound, metric.unit)
            if value is None:
                return _wrong_unit(parts, metric.name, metric.unit)
            condition = Condition(
                metric.signal, dict(metric.params), parts.op, value.value, metric.unit, text=parts.original
            )
            return _refined(condition, "service", parts.rest)
    return None


_HARD_RATIOS = frozenset({"error_ratio", "availability", "cache_hit_ratio", "status_ratio", "probe_success"})
_RATIO_LIMITS = frozenset({"disk_utilization", "memory_utilization", "connection_utilization"}) | _HARD_RATIOS


def _checked(
    parts: _Parts, signal: Signal, params: dict[str, float | str], name: str
) -> ReadCondition | Misread:
    """Unit, direction and possible values of the comparison are held against the signal."""
    unit = Unit(signal.unit)
    value = as_expected(parts.bound, unit)
    if value is None:
        return _wrong_unit(parts, signal.title, unit)
    backwards = (signal.bad_direction == "above" and parts.op[0] == "<") or (
        signal.bad_direction == "below" and parts.op[0] == ">"
    )
    if backwards:
        return Misread(
            "condition-backwards", {"name": name, "signal": signal.title, "direction": signal.bad_direction}
        )
    if unit is Unit.RATIO and signal.name in _RATIO_LIMITS and _is_impossible(parts.op, value.value):
        return Misread(
            "value-impossible",
            {"text": value.text, "signal": signal.title, "low": "0%", "high": "100%"},
            value.text,
        )
    if _CONSECUTIVE.search(parts.subject):
        return Misread(
            "condition-not-understood", _why("it compares and counts consecutive failures at once", name)
        )
    if signal.name in ("error_count", "status_count", "restarts") and parts.rest.average_s is not None:
        params["window_s"] = parts.rest.average_s
        parts = replace(parts, rest=replace(parts.rest, average_s=None))
    condition = Condition(signal.name, params, parts.op, value.value, unit, text=parts.original)
    no_data = "fire" if signal.name in ("healthy_instances", "heartbeat_age") else "hold"
    return _refined(condition, signal.scope, parts.rest, no_data)


def _is_impossible(op: str, value: float) -> bool:
    """Whether a ratio can never (or must always) be so."""
    return not 0 <= value <= 1 or (op == ">" and value == 1) or (op == "<" and value == 0)


def _wrong_unit(parts: _Parts, name: str, unit: Unit) -> Misread:
    words = {
        Unit.SECONDS: "time",
        Unit.RATIO: "per cent",
        Unit.BYTES: "bytes",
        Unit.PER_SECOND: "events in a second",
    }
    return Misread("unit-mismatch", {
        "name": name, "expected": words.get(unit, "a number"), "text": parts.bound.text,
        "found": words.get(parts.bound.unit, "a bare number"),
    }, parts.bound.text)  # fmt: skip


def _refined(condition: Condition, scope: str, rest: _Rest, no_data: str = "hold") -> ReadCondition:
    return ReadCondition(condition, scope, rest.window_s, rest.average_s, rest.min_events, no_data)


def _why(reason: str, name: str, proposal: str = "") -> dict[str, object]:
    return {"name": name or "this line", "reason": reason,
            "proposal": proposal or "Write a comparison such as `> 1% errors for 5min` or `p95 > 500ms for 10min`."}  # fmt: skip


def _no_comparison(text: str) -> str:
    quantities = find_quantities(text)
    if quantities:
        return f"it says `{quantities[0].quantity.text}` and not whether more or less is bad"
    return "it holds no number to compare with"


_EXAMPLES = {
    "disk_utilization": "Disk usage > 90% for 5min",
    "latency": "p95 > 500ms for 10min",
    "error_ratio": "> 1% errors for 5min",
    "healthy_instances": "0 healthy instances",
    "memory_utilization": "Memory usage > 90% for 5min",
    "cpu_utilization": "CPU usage > 80% for 10min",
    "queue_depth": "Queue depth > 1000 for 5min",
    "certificate_lifetime": "Certificate expires in < 14 days",
}


def _proposal(text: str, name: str) -> str:
    """The nearest condition that can be read: a comparison of the signal that is mentioned."""
    quantities = find_quantities(text)
    if quantities and (mention := signal_mentioned(text, quantities[0].quantity.unit)) and not mention.params:
        sign = "<" if mention.signal.bad_direction == "below" else ">"
        return f"Write for example `{sign} {quantities[0].quantity.text} {mention.alias}`."
    for words in (text, name):
        mention = signal_mentioned(words)
        if mention is not None and mention.signal.name in _EXAMPLES:
            return f"Write for example `{_EXAMPLES[mention.signal.name]}`."
    if re.search(r"\bslow\b|\bdegraded\b", text, re.IGNORECASE):
        return f"Write for example `{_EXAMPLES['latency']}`."
    if re.search(
        r"\b(?:down|unavailable|not responding|unreachable|crash\w*)\b", f"{text} {name}", re.IGNORECASE
    ):
        return "Write for example `0 healthy instances` or `health check fails for 1 min`."
    if re.search(r"\b(?:full|space)\b", text, re.IGNORECASE):
        return f"Write for example `{_EXAMPLES['disk_utilization']}`."
    return ""


# --- special forms --------------------------------------------------------------------------------------------

_NO_METRICS = re.compile(
    r"(?:no|missing|absent|lost)\s+(?:metrics?|data|telemetry|scrapes?)(?:\s+(?:received|reported|arriving))?|metrics?\s+(?:missing|absent|stopped)",
    re.IGNORECASE,
)  # fmt: skip
_HEARTBEAT = re.compile(
    r"(?:(?P<of>[\w -]+?)\s+)?heartbeats?\s+(?:is\s+)?(?:missing|missed|absent|lost|not received|overdue)|(?:no|missing|missed)\s+(?:(?P<before>[\w-]+)\s+)?heartbeats?(?:\s+from\s+(?P<from>[\w -]+))?",
    re.IGNORECASE,
)
_NO_BACKUP = re.compile(
    r"no\s+(?:successful\s+|recent\s+|new\s+)*backups?(?:\s+(?:completed|taken))?|backups?\s+(?:is\s+|are\s+)?(?:missing|overdue)|last\s+(?:successful\s+)?backup\s*(?:is\s+)?(?:older than|>|more than)\s*",
    re.IGNORECASE,
)


def _absence(rest: _Rest, original: str, name: str, known: Known) -> ReadCondition | Misread | None:
    """`No metrics for 1 min`, `heartbeat missing for 26h`, `no successful backup for 26h`."""
    text = rest.text.strip(" .")
    if _NO_METRICS.fullmatch(text):
        condition = Condition("scrape_success", {}, "<", 1.0, Unit.RATIO, text=original)
        return ReadCondition(condition, "service", rest.window_s, no_data="fire")
    age_s = rest.window_s or rest.average_s or 0.0
    heartbeat = _HEARTBEAT.fullmatch(text)
    if heartbeat is not None:
        of = (heartbeat["of"] or heartbeat["before"] or heartbeat["from"] or "").strip()
        return _aged("heartbeat_age", {"name": of} if of else {}, age_s, original, name)
    if _NO_BACKUP.fullmatch(text):
        return _aged("backup_age", {}, age_s, original, name)
    return None


def _aged(
    signal: str, params: dict[str, float | str], age_s: float, original: str, name: str
) -> ReadCondition | Misread:
    if not age_s:
        return Misread("condition-not-understood", _why(
            "it does not say after how long", name, f"Write for example `{original} for 26h`."))  # fmt: skip
    no_data = "fire" if signal == "heartbeat_age" else "hold"
    return ReadCondition(Condition(signal, params, ">", age_s, Unit.SECONDS, text=original), no_data=no_data)


_CHECK_FAILS = re.compile(
    r"(?P<who>.*?)\b(?:health\s*)?(?:checks?|probes?|endpoint)(?:\s+endpoint)?\s+(?:is\s+|are\s+|keeps\s+)?(?:fail(?:s|ing|ed|ure)?|unhealthy|down|red"
    r"|(?:does not|doesn.t|not) (?:answer|respond)(?:ing)?|returns? (?:errors?|5xx|non-200|503|500)(?: or times out)?|times out)", re.IGNORECASE,
)  # fmt: skip
_TIMES = re.compile(
    r"(?:>=?\s*|≥\s*|more than\s+|after\s+)?(?P<count>\d+)\s*(?:x\s+)?consecutive(?:\s+(?:failures|failed|times|probes|checks|health checks|failed health checks|failed checks|failed probes|health check failures|check failures|probe failures))*(?:\s+of\s+(?:the\s+)?(?P<who>[\w ]+?)(?:\s+check)?)?",
    re.IGNORECASE,
)  # fmt: skip
_REPEATED = re.compile(
    r",?\s*\(?(?P<count>\d+)\s*(?:consecutive\s+)?(?:times|x)(?:\s+in a row)?\)?|,?\s*\(?(?P<count2>\d+)\s+consecutive(?: (?:failures|times))?\)?",
    re.IGNORECASE,
)


def _failing_check(rest: _Rest, original: str, name: str, known: Known) -> ReadCondition | Misread | None:
    """`health check fails`, `Database check fails for 30s`, `3 consecutive failures`."""
    text = rest.text.strip(" .")
    params: dict[str, float | str] = {}
    alone = _TIMES.fullmatch(text)
    if alone is not None:
        params["consecutive"] = float(alone["count"])
        return _check_condition(alone["who"] or "", params, rest, original, name, known)
    fails = _CHECK_FAILS.match(text)
    if fails is None:
        return None
    behind = text[fails.end() :].strip()
    repeated = _REPEATED.fullmatch(behind) if behind else None
    if behind and repeated is None:
        return None
    if repeated is not None:
        params["consecutive"] = float(repeated["count"] or repeated["count2"])
    return _check_condition(fails["who"], params, rest, original, name, known)


def _check_condition(
    who: str, params: dict[str, float | str], rest: _Rest, original: str, name: str, known: Known
) -> ReadCondition | Misread:
    """`probe_success < 1` of the check that is named, or of the service's own."""
    wanted = re.sub(
        r"\b(?:the|any|service|service's|its|our|http|if)\b", "", who, flags=re.IGNORECASE
    ).strip()
    if wanted:
        check = next((c for c in known.checks if slug(c.name) == slug(wanted)), None)
        if check is None:
            names = ", ".join(c.name for c in known.checks) or "none"
            return Misread("check-undefined", {"name": name, "check": wanted, "known": names}, wanted)
        params["check"] = check.name
    else:
        service = next((c for c in known.checks if c.dependency is None), None)
        if service is not None:
            params["check"] = service.name
    condition = Condition("probe_success", params, "<", 1.0, Unit.RATIO, text=original)
    return ReadCondition(condition, "each", rest.window_s, rest.average_s)


_NO_INSTANCES = re.compile(
    r"(?:0|no|zero|all)\s+(?P<what>(?:healthy|available|ready|running|live)\s+\w+|(?:instances|pods|replicas|nodes|targets)\s+(?:(?:are|show as|report as)\s+)?(?P<state>healthy|up|available|ready|running|down|unhealthy|unavailable))", re.IGNORECASE,
)  # fmt: skip


def _no_instances(rest: _Rest, original: str, name: str, known: Known) -> ReadCondition | Misread | None:
    """`0 healthy instances`, `no healthy pods`, `all pods down`."""
    found = _NO_INSTANCES.fullmatch(rest.text.strip(" ."))
    if found is None:
        return None
    bad = (found["state"] or "").casefold() in ("down", "unhealthy", "unavailable")
    if rest.text.strip().casefold().startswith("all") is not bad:
        return None  # "all pods healthy" is no alarm, "no pods unhealthy" neither
    mention = signal_mentioned(found["what"], "count") if not bad else None
    if not bad and (mention is None or mention.signal.name != "healthy_instances"):
        return None
    condition = Condition("healthy_instances", {}, "==", 0.0, Unit.COUNT, text=original)
    return ReadCondition(condition, "service", rest.window_s, no_data="fire")


_BASELINE = re.compile(
    r"(?P<subject>.*?)\s*(?:>|above|more than|exceeds?|over)\s*(?P<factor>\d+(?:\.\d+)?)\s*(?:x|×|times)\s+(?:the\s+|its\s+)?(?:baseline|normal|average|usual|median|typical)(?P<behind>.*)",
    re.IGNORECASE,
)  # fmt: skip


def _baseline(rest: _Rest, original: str, name: str, known: Known) -> ReadCondition | Misread | None:
    """`401s > 10x baseline`: relative to the same signal's median over the past 7 days."""
    found = _BASELINE.fullmatch(rest.text.strip(" ."))
    if found is None:
        return None
    subject = f"{found['subject']} {found['behind']}".strip()
    mention = signal_mentioned(subject or name, None, "above")
    if mention is None or (mention.rest and subject):
        return Misread(
            "condition-not-understood", _why(f"`{subject or name}` is no signal that can be measured", name)
        )
    factor = float(found["factor"])
    params = {**dict(mention.params), "baseline_factor": factor}
    condition = Condition(mention.signal.name, params, ">", factor, Unit(mention.signal.unit), text=original)
    return _refined(condition, mention.signal.scope, rest)


def say_condition(read: ReadCondition) -> str:
    """One sentence for a person: what is compared, averaged how, for how long."""
    condition = read.condition
    if condition.promql:
        said = f"the query holds ({condition.promql})"
    elif condition.external:
        said = f"another system reports `{condition.external}`"
    elif condition.op == "absent":
        said = f"{condition.signal} is absent"
    elif "baseline_factor" in condition.params:
        said = f"{condition.signal} > {condition.params['baseline_factor']:g} × its median of the past 7 days"
    else:
        params = ", ".join(f"{key}={value:g}" if isinstance(value, float) else f"{key}={value}"
                           for key, value in condition.params.items())  # fmt: skip
        said = f"{condition.signal}{f'({params})' if params else ''} {condition.op} {say(condition.value, condition.unit)}"
    if read.average_s:
        said += f", averaged over {say(read.average_s, Unit.SECONDS)}"
    said += f", sustained {say(read.window_s, Unit.SECONDS)}" if read.window_s else ", at once"
    if read.min_events:
        said += f", with at least {read.min_events:g} requests"
    return said
