"""Figures: every number of a metric or objective that is no alert, with its role: target, band, trigger, checklist.

Called by `reading.runbook` and by `reading.metrics`. A figure is told, shown and compared, and never armed: this
module makes no alert. Roles come of `reading.figure_roles`, values of `reading.limits`.
"""

import re
from dataclasses import dataclass, field, replace

from watchbook.model.ids import slug
from watchbook.model.quantities import Quantity, Unit, say
from watchbook.model.runbook import AlertRule, Condition, Role, Severity
from watchbook.model.signals import Signal, signal_mentioned
from watchbook.reading.blocks import Field, Line
from watchbook.reading.comparisons import as_measured, strange_words
from watchbook.reading.directions import Bad, bad_direction, is_backwards
from watchbook.reading.exactness import say_exactly
from watchbook.reading.figure_roles import Use, is_kind
from watchbook.reading.limits import Limit, read_limits
from watchbook.reading.notes import Notes
from watchbook.reading.refinements import Known


@dataclass(slots=True)
class FigureRules:
    """The figures so far. `rules` never holds an alert."""

    notes: Notes
    known: Known = field(default_factory=Known)
    rules: list[AlertRule] = field(default_factory=list)
    seen: set[tuple[object, ...]] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Written:
    """One value as written: of what, its text, where, and what the table says beside it."""

    name: str
    text: str
    line: int
    use: Use
    unit: str = ""
    window: str = ""
    environment: str | None = None
    context: str = ""  # the whole row or item
    bad: Bad | None = None  # which way is bad, by the other values of the row


def take(written: Written, gathered: FigureRules) -> bool:
    """Reads one value as figures. False where it holds no number; a number not understood is a finding."""
    text = with_unit(written.text, written.unit)
    limits = read_limits(text)
    if limits is None:
        return False
    if isinstance(limits, str):
        _fault(written, limits, gathered)
        return True
    is_range = [limit.op for limit in limits] == [">=", "<="] and len(
        {limit.bound.text for limit in limits}
    ) == 1
    if is_range:
        written = replace(written, use=replace(written.use, sense="either"))
    remarked = len({limit.remark for limit in limits}) > 1
    found = [_rule(written, limit, remarked, gathered) for limit in limits]
    rules = [rule for rule in found if rule is not None]
    for rule in rules:
        key = (
            rule.line,
            slug(rule.name),
            rule.role,
            rule.condition.op,
            rule.condition.value,
            rule.environment,
            rule.window_s,
        )
        if key not in gathered.seen:
            gathered.seen.add(key)
            gathered.rules.append(rule)
    if rules:
        gathered.notes.read(written.line, rules[0].role.value, " ".join(say_figure(rule) for rule in rules))
    return True


def _fault(written: Written, reason: str, gathered: FigureRules) -> None:
    example = {Role.TARGET: "< 200ms", Role.TRIGGER: "> 70% for 5min", Role.CHECKLIST: ">= 80%"}.get(
        written.use.role, "1–40 req/s"
    )
    gathered.notes.find("figure-not-understood", written.line, mark=written.text, role=_ROLES[written.use.role],
                        name=written.name, text=written.text[:80], reason=reason, example=example)  # fmt: skip


_AIMED = re.compile(
    r"(?P<name>[^():<>=≤≥]{2,80}?)\s*\((?:target|goal|objective|slo|sla)s?\s*[:=]?\s+(?P<value>[^()]{1,60})\)\s*\.?\s*",
    re.IGNORECASE,
)


def target_in_brackets(line: Line) -> Field | None:
    """`Error rate (target: < 1%)`: the thing and its target; None where the line is written another way."""
    found = (
        _AIMED.fullmatch(line.text) if line.text.rstrip(" .").endswith(")") and len(line.text) < 200 else None
    )
    if found is None or line.codes:
        return None
    return Field(found["name"].strip(), line.cut(found.start("value"), found.end("value")), line.number)


def with_unit(text: str, unit: str) -> str:
    """A bare number with the unit that the table says elsewhere."""
    unit = unit.strip("()[] ")
    if not unit or not re.fullmatch(r"\s*(?:[<>=≤≥]+\s*)?[\d.,]+\s*", text):
        return text
    glue = "" if unit[0] in "%/" else " "
    return f"{text.strip()}{glue}{unit}"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a limit is about: the name people read, and the signal, where the catalogue knows it."""

    name: str
    signal: Signal | None
    signal_name: str | None
    params: dict[str, float | str]


_STATISTIC = re.compile(
    r"p\d{2,3}(?:\.\d+)?|\d+(?:th|st|nd|rd)(?: percentile)?|median|mean|average|avg", re.IGNORECASE
)
_REQUESTS = re.compile(r"\b(?:rps|qps|tps|rpm|qpm|tpm)\b|\b(?:requests?|reqs?)\s?(?:/|per\b)", re.IGNORECASE)
_OWN = (
    r"(?:the|our|each|per|all|any|api|app|application|service|server|web|backend|pods?|containers?|instances?"
    r"|replicas?"
    r"|tasks?|total|overall|average|avg|global|prod|production)"
)
_OWN_PARTS = re.compile(rf"\({_OWN}(?:[\s,/]+{_OWN}){{0,8}}\)", re.IGNORECASE)
_TAIL_NOISE = re.compile(
    r"\b(?:warning|critical|sustained|capacity|max|maximum|min|minimum|or better|target)\b", re.IGNORECASE
)


_FOR_EXAMPLE = re.compile(r"^(?:e\.?g|i\.?e)\b\.?[,:]?\s*", re.IGNORECASE)


def subject_of(name: str, limit: Limit, known: Known) -> Subject:
    """The catalogue's signal where name and words say one outright; otherwise the thing under its own name."""
    said = _FOR_EXAMPLE.sub("", limit.subject).strip(" :,-–—.")
    tail = _TAIL_NOISE.sub("", limit.tail).strip()
    if _PEOPLE.search(f"{name} {said}") or _is_of_people(name, said, limit):
        return Subject(_shown(name, said) or limit.tail or "figure", None, None, {})
    shown = _shown(name, said) or tail or "figure"
    if _STATISTIC.fullmatch(tail) and slug(tail) not in slug(shown):
        shown = f"{shown} ({tail})"  # `Search latency: < 800ms P95`
    name = _OWN_PARTS.sub(" ", name).strip() or name
    alone = name if _STATISTIC.fullmatch(name.strip()) else ""
    statistic = " ".join(_STATISTIC.findall(f"{said} {tail} {alone}"))
    attempts = [f"{name} {said} {statistic}", f"{said} {statistic}"] if said else [f"{name} {statistic}"]
    if _STATISTIC.fullmatch((said or name).strip()) and limit.bound.unit is Unit.SECONDS:
        attempts.append(f"latency {statistic}")
    attempts += [f"{said or name} {tail}"] if tail else []
    if tail and not said:
        attempts.append(tail)
    if not said and _REQUESTS.search(limit.bound.text) and (not name or is_kind(name)):
        attempts.append("request rate")
    for words in attempts:
        mention = signal_mentioned(words, limit.bound.unit)
        if mention is None or strange_words(mention.rest, known):
            continue
        if (
            said
            and words is attempts[1]
            and strange_words(tuple(slug(name).split("-")), known)
            and not is_kind(name)
        ):
            continue  # `Search: latency < 2s` is not this service's latency
        if as_measured(limit.bound, mention.signal) is None and "baseline_factor" not in limit.params:
            if words is attempts[-1]:
                return Subject(shown, mention.signal, mention.signal.name, dict(mention.params))
            continue
        return Subject(shown, mention.signal, mention.signal.name, dict(mention.params))
    return Subject(shown, None, None, {})


_PEOPLE = re.compile(
    r"\b(?:alert|incident|support|ticket|page|first|initial|on[- ]?call|team|human|escalation|vendor)s?"
    r"\s+(?:response|resolution|reply|ack\w*)",
    re.IGNORECASE,
)


def is_of_people(name: str) -> bool:
    """Whether a name says how soon somebody answers: `Alert response time`."""
    return _PEOPLE.search(name) is not None


def _is_of_people(name: str, said: str, limit: Limit) -> bool:
    """A response time of minutes is one of people, not of requests."""
    long = limit.bound.unit is Unit.SECONDS and limit.bound.value >= 300
    return long and "response" in f"{name} {said}".casefold()


def _shown(name: str, said: str) -> str:
    if not said or slug(said) == slug(name) or (_STATISTIC.fullmatch(said) and slug(said) in slug(name)):
        return name
    if not name or (is_kind(name) and not _STATISTIC.fullmatch(said)):
        return said
    return f"{name} ({said})" if _STATISTIC.fullmatch(said) else f"{name}: {said}"


def _rule(written: Written, limit: Limit, remarked: bool, gathered: FigureRules) -> AlertRule | None:
    """One limit as a rule of its role; None, with a finding, where it makes no sense."""
    subject = subject_of(written.name, limit, gathered.known)
    value = limit.bound
    if written.use.subject in ("RTO", "RPO") and value.unit is Unit.COUNT:
        if value.value:
            _fault(written, f"`{value.text}` has no unit of time", gathered)
            return None
        value = Quantity(0.0, Unit.SECONDS, value.text)
    if subject.signal is not None and "baseline_factor" not in limit.params:
        fitting = as_measured(value, subject.signal)
        if fitting is None:
            _fault(written, f"`{value.text}` is not how {subject.signal.title} is measured", gathered)
            return None
        value = fitting
    op = _operator(written, limit, value, subject)
    if op is None:
        _fault(written, f"it does not say whether {value.text} is the most or the least", gathered)
        return None
    bad = bad_direction((), subject.signal) if subject.signal is not None else None
    if written.use.sense == "good" and is_backwards(op, _turned(bad)) and limit.op:
        _fault(written, f"`{limit.op} {value.text}` is how it looks when something is wrong", gathered)
        return None
    if written.use.sense == "bad" and is_backwards(op, bad):
        _fault(written, f"`{limit.op} {value.text}` is how it looks when all is well", gathered)
        return None
    name = f"{subject.name} ({limit.remark})" if remarked and limit.remark else subject.name
    params = {**subject.params, **limit.params}
    condition = Condition(subject.signal_name, params, op, value.value, value.unit, text=written.text)
    scope = subject.signal.scope if subject.signal is not None else "service"
    return AlertRule(
        name, written.use.role, Severity.INFO, condition, environment=written.environment, scope=scope,
        window_s=limit.window_s, average_s=limit.average_s or _measured_over(written.window), line=written.line,
        text=written.context or written.text,
    )  # fmt: skip


_CRITERIA = re.compile(r"\bcriteri", re.IGNORECASE)


def _measured_over(window: str) -> float | None:
    limits = read_limits(window) if window else None
    if not isinstance(limits, tuple) or len(limits) != 1 or limits[0].bound.unit is not Unit.SECONDS:
        return None
    return limits[0].bound.value


def _turned(bad: Bad | None) -> Bad | None:
    return None if bad is None else "below" if bad == "above" else "above"


def _operator(written: Written, limit: Limit, value: Quantity, subject: Subject) -> str | None:
    """The comparison as written; of a bare number the one that its column and the thing mean."""
    if limit.op:
        return limit.op
    sense = written.use.sense
    if sense in ("low", "high"):
        return ">=" if sense == "low" else "<="
    if sense in ("up", "down"):
        return ">" if sense == "up" else "<"
    if written.use.role is Role.BAND:
        return "=="
    names = [name for name in (subject.name, limit.tail, written.name) if not _CRITERIA.search(name)]
    bad = bad_direction(names, subject.signal) or written.bad
    if subject.signal is not None and subject.signal.name == "request_rate":
        bad = "below"  # a rate of requests that is asked for is one to be reached
    if bad is None and value.unit is Unit.SECONDS and value.value < 60 and subject.signal is None:
        bad = "above"  # what takes seconds is the better the shorter it takes
    if value.value == 0 and sense == "good" and bad != "below":
        return "=="
    if bad is None:
        return "==" if sense == "good" and value.unit is Unit.RATIO and value.value == 1 else None
    if sense == "good":
        return "<=" if bad == "above" else ">="
    return ">" if bad == "above" else "<"


_ROLES = {
    Role.TARGET: "target",
    Role.BAND: "normal range",
    Role.TRIGGER: "scaling trigger",
    Role.CHECKLIST: "criterion",
}
_OPS = {">": "above", "<": "below", ">=": "at least", "<=": "at most", "==": "exactly", "!=": "other than"}
_TOLD = {
    Role.TARGET: "a target, which never pages",
    Role.BAND: "a normal range, which never pages",
    Role.TRIGGER: "a trigger of scaling, which never pages",
    Role.CHECKLIST: "a point of a checklist, which never pages",
}


def say_value(rule: AlertRule) -> str:
    """The comparison of a figure in words: `at most 200 ms, averaged over 5 min, for 10 min`."""
    condition = rule.condition
    if "baseline_factor" in condition.params:
        said = f"{_OPS.get(condition.op, condition.op)} {condition.params['baseline_factor']:g} × normal"
    else:
        said = f"{_OPS.get(condition.op, condition.op)} {say_exactly(condition.value, condition.unit)}"
    within_s = condition.params.get("window_s")
    if isinstance(within_s, float):
        said += f" in {say(within_s, Unit.SECONDS)}"
    if rule.average_s:
        said += f", over {say(rule.average_s, Unit.SECONDS)}"
    if rule.window_s:
        said += f", for {say(rule.window_s, Unit.SECONDS)}"
    return said


def say_figure(rule: AlertRule) -> str:
    """The figure in one sentence."""
    place = f" in {rule.environment}" if rule.environment else ""
    return f"{rule.name}{place} {say_value(rule)}: {_TOLD[rule.role]}."
