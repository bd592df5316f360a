"""Alert conditions that are read and that nothing measures: `OPA latency > 100ms`, `payment_success_rate < 95%`.

Called by `reading.alerting` where `reading.conditions` knows no signal. The rule is shown with what is missing; the
signal has a name that nothing binds, so it is never armed.
"""

import re

from watchbook.model.ids import slug
from watchbook.model.runbook import Condition
from watchbook.model.signals import signal_mentioned
from watchbook.reading.directions import bad_direction, is_backwards
from watchbook.reading.figures import subject_of
from watchbook.reading.limits import Limit, read_limits
from watchbook.reading.refinements import Known, Misread, ReadCondition, take_refinements

_LEVEL = re.compile(r"\s+(?:warning|critical|warn|crit|high|medium|low|page|p[0-4]|sev\w?\d)$", re.IGNORECASE)
_SENTENCE = re.compile(
    r"^(?:an?|the|any|some|no|more|less|when|if|it)\b|\b(?:will|is|are|was|has|have|had|can|cannot|does|do|did|being|been)\b",
    re.IGNORECASE,
)
_LONGEST = 8  # words; a longer subject is a sentence


def read_unmeasured(text: str, name: str, misread: Misread, known: Known) -> ReadCondition | Misread | None:
    """The condition of a thing that no signal stands for; None where something else is wrong with the text."""
    if misread.name != "condition-not-understood":
        return None
    silent = _silence(text, name)
    if silent is not None:
        return silent
    limits = read_limits(text)
    if not isinstance(limits, tuple) or len(limits) != 1 or limits[0].op[:1] not in ("<", ">"):
        return None
    limit = limits[0]
    said = re.search(r"[^\W\d_]{2,}", limit.subject)
    thing = "" if said else spaced(_LEVEL.sub("", name))
    subject = subject_of(thing, limit, known)
    if _SENTENCE.search(subject.name) and signal_mentioned(subject.name, limit.bound.unit) is not None:
        return None  # it may be that signal in other words: better told than named wrongly
    if subject.signal is not None or len(subject.name.split()) > _LONGEST or not subject.name.strip():
        return None
    bad = bad_direction((subject.name, limit.tail, name))
    if is_backwards(limit.op, bad):
        direction = "high" if bad == "above" else "low"
        return Misread("condition-backwards", {"name": name, "signal": subject.name, "direction": direction})
    return _condition(subject.name, limit, text)


def _silence(text: str, name: str) -> ReadCondition | None:
    """`No metrics for 1 min` of another thing, which the alert is named after."""
    rest = take_refinements(text)
    if _NO_METRICS.fullmatch(rest.text.strip(" .")) is None or not rest.window_s:
        return None
    thing = re.sub(r"\b(?:down|lost|silent|missing|unavailable)\b", "", spaced(name), flags=re.IGNORECASE)
    condition = Condition(f"{slug(thing).replace('-', '_')}_metrics", {}, "absent", text=text)
    return ReadCondition(condition, "service", rest.window_s, no_data="fire")


_NO_METRICS = re.compile(
    r"(?:no|missing|absent|lost)\s+(?:metrics?|data|telemetry)(?:\s+(?:received|reported|arriving))?",
    re.IGNORECASE,
)


def _condition(thing: str, limit: Limit, text: str) -> ReadCondition:
    signal = slug(thing.replace("_", " ")).replace("-", "_")
    condition = Condition(
        signal, dict(limit.params), limit.op, limit.bound.value, limit.bound.unit, text=text
    )
    return ReadCondition(condition, "service", limit.window_s, limit.average_s)


def spaced(name: str) -> str:
    """`RedisMemory` as `Redis Memory`; a name in other spellings stays."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
