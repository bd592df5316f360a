"""Comparisons: `subject > value`, `> value subject`, and `> value` of the thing an alert is named after.

Called by `reading.conditions`. It finds the signal, holds unit, direction and value against it, and says why
where that fails. Forms without a comparison are `reading.special_conditions`.
"""

import re
from dataclasses import dataclass, replace

from watchbook.model.ids import slug
from watchbook.model.quantities import Quantity, Unit
from watchbook.model.runbook import Condition
from watchbook.model.signals import Signal, signal_mentioned
from watchbook.reading.quantities import Found, as_expected, find_quantities
from watchbook.reading.refinements import (
    COMPARATOR,
    SYMBOLS,
    WORD_OPS,
    Asked,
    Known,
    Misread,
    ReadCondition,
    Rest,
    refined,
    why,
)


def _operator(found: "re.Match[str]") -> str:
    symbol = found["symbol"]
    if symbol:
        return SYMBOLS.get(symbol, str(symbol))
    return next(op for op, words in WORD_OPS.items() if re.fullmatch(words, found["word"], re.IGNORECASE))


def read_comparison(rest: Rest, asked: Asked) -> ReadCondition | Misread:
    """`subject > value`, `> value subject`, `> value` (the name is the subject)."""
    text, name = usual_form(rest.text), asked.name
    comparators = [found for found in COMPARATOR.finditer(text) if _bound_after(text, found)]
    if not comparators:
        return Misread(
            "condition-not-understood", why(_no_comparison(text), name, _proposal(asked.text, name))
        )
    if len(comparators) > 1 or re.search(r"\b(?:and|or|unless)\b", text):
        reason = "it holds more than one comparison"
        proposal = "Write one row for each comparison, or a query in a code span."
        return Misread("condition-not-understood", why(reason, name, proposal))
    comparator = comparators[0]
    bound = _bound_after(text, comparator)
    assert bound is not None
    subject = f"{text[: comparator.start()]} {_OF_WHOLE.sub('', text[bound.end :])}"
    return _with_signal(
        _Parts(subject, _operator(comparator), bound.quantity, rest, asked.text), name, asked.known
    )


_OR_MORE = re.compile(
    r"(?P<number>[^\s(]*\d[^\s(]*(?:\s?(?:%|[a-zµ]{1,12}(?:/[a-z]{1,6})?))?)\s*"
    r"(?:(?P<more>\+(?=\s|$)|\bor\s+(?:more|higher|above|greater|over|worse|longer|better)\b|\band\s+(?:above|up|over|higher)\b)"
    r"|(?P<less>\bor\s+(?:less|fewer|lower|below|under|shorter)\b|\band\s+(?:below|lower|under)\b))",
    re.IGNORECASE,
)


_OF_WHOLE = re.compile(  # `> 80% of max`: a share is one of the whole anyway
    r"^\s*of\s+(?:the\s+|its\s+|all\s+)?(?:max(?:imum)?|limit|capacity|pool|total|quota|available)(?:\s+(?:connections|size|capacity))?\b",
    re.IGNORECASE,
)


def usual_form(text: str) -> str:
    """`80% or more` as `>= 80%`, `5+` as `>= 5`, `30 s or less` as `<= 30 s`."""

    def turned(found: "re.Match[str]") -> str:
        quantities = find_quantities(found["number"])
        if (
            len(quantities) != 1
            or quantities[0].start != 0
            or quantities[0].end != len(found["number"].rstrip())
        ):
            return found[0]
        return f"{'>=' if found['more'] else '<='} {found['number'].rstrip()}"

    return (
        _OR_MORE.sub(turned, text)
        if len(text) <= 400 and re.search(r"\+|\bor\b|\band\b", text, re.IGNORECASE)
        else text
    )


def bounds_of(text: str) -> list[tuple[str, int, Found]]:
    """Every comparison with a number: its operator, where the comparator stands, and the quantity behind it."""
    found = ((one, _bound_after(text, one)) for one in COMPARATOR.finditer(text[:400]))
    return [(_operator(one), one.start(), bound) for one, bound in found if bound is not None]


def has_comparison(text: str) -> bool:
    """Whether the text compares something with a number, whatever it is."""
    return any(_bound_after(text, found) for found in COMPARATOR.finditer(text[:400]))


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
    rest: Rest
    original: str


_CONSECUTIVE = re.compile(r"\bconsecutive\b|\bin a row\b", re.IGNORECASE)
_SUBJECT_NOISE = re.compile(
    r"[()\[\],:;]|\b(?:is|are|any|each|per|on|the|a|an|than|of|at|it|if|when|has|have|times)\b", re.IGNORECASE
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
            "condition-not-understood", why(f"`{named.strip()}` is no signal that can be measured", name)
        )
    strange = strange_words(mention.rest, known)
    if strange:
        reason = f"`{named.strip()}` is more than {mention.signal.title}: nothing measures `{strange}`"
        return Misread("condition-not-understood", why(reason, name))
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


def strange_words(rest: tuple[str, ...], known: Known) -> str:
    """The words that name something else than this service's signal: not its own name, not a manner of being bad."""
    own = set(slug(known.service).split("-"))
    return " ".join(word for word in rest if word not in _COLOUR and word not in own)


def _own_metric(parts: _Parts, name: str, known: Known) -> ReadCondition | Misread | None:
    """A metric that the document defines with a query of its own is a signal, by its name."""
    named = parts.subject if _has_words(parts.subject) else name
    metric = known.metric_named(named)
    if metric is None:
        return None
    value = as_expected(parts.bound, metric.unit)
    if value is None:
        return _wrong_unit(parts, metric.name, metric.unit)
    params = dict(metric.params)
    condition = Condition(metric.signal, params, parts.op, value.value, metric.unit, text=parts.original)
    return refined(condition, "service", parts.rest)


_HARD_RATIOS = frozenset({"error_ratio", "availability", "cache_hit_ratio", "status_ratio", "probe_success"})
_RATIO_LIMITS = frozenset({"disk_utilization", "memory_utilization", "connection_utilization"}) | _HARD_RATIOS


_SHARES = frozenset(
    {"cpu_utilization", "memory_utilization", "heap_utilization", "disk_utilization", "disk_free_ratio", "availability",
     "cache_hit_ratio", "connection_utilization", "file_descriptor_utilization"}
)  # fmt: skip


def as_measured(quantity: Quantity, signal: Signal) -> Quantity | None:
    """The quantity in the signal's unit. `CPU > 80` can only be per cent: a share of 80 times the whole is none."""
    fitting = as_expected(quantity, Unit(signal.unit))
    bare = quantity.unit is Unit.COUNT and 5 <= quantity.value <= 100
    if fitting is None and bare and signal.name in _SHARES:
        return Quantity(round(quantity.value / 100, 10), Unit.RATIO, quantity.text)
    return fitting


def _checked(
    parts: _Parts, signal: Signal, params: dict[str, float | str], name: str
) -> ReadCondition | Misread:
    """Unit, direction and possible values of the comparison are held against the signal."""
    unit = Unit(signal.unit)
    value = as_measured(parts.bound, signal)
    if value is None:
        return _wrong_unit(parts, signal.title, unit)
    backwards = (signal.bad_direction == "above" and parts.op[0] == "<") or (
        signal.bad_direction == "below" and parts.op[0] == ">"
    )
    if backwards:
        return Misread(
            "condition-backwards",
            {
                "name": name,
                "signal": signal.title,
                "direction": "high" if signal.bad_direction == "above" else "low",
            },
        )
    if unit is Unit.RATIO and signal.name in _RATIO_LIMITS and _is_impossible(parts.op, value.value):
        return Misread(
            "value-impossible",
            {"text": value.text, "signal": signal.title, "low": "0%", "high": "100%"},
            value.text,
        )
    if _CONSECUTIVE.search(parts.subject):
        return Misread(
            "condition-not-understood", why("it compares and counts consecutive failures at once", name)
        )
    if signal.name in ("error_count", "status_count", "restarts") and parts.rest.average_s is not None:
        params["window_s"] = parts.rest.average_s
        parts = replace(parts, rest=replace(parts.rest, average_s=None))
    condition = Condition(signal.name, params, parts.op, value.value, unit, text=parts.original)
    no_data = "fire" if signal.name in ("healthy_instances", "heartbeat_age") else "hold"
    return refined(condition, signal.scope, parts.rest, no_data)


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
