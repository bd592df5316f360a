"""What every reader of conditions works with: results, and the refinements that a text may carry.

Called by `reading.conditions` and its two parts, `reading.comparisons` and `reading.special_conditions`. It
takes `for 5min`, `over 10m` and `(min 50 requests)` off a text; what is left is read there.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from watchbook.model.ids import slug
from watchbook.model.runbook import Condition, HealthCheck, Metric
from watchbook.reading.quantities import Found, duration_at


@dataclass(frozen=True, slots=True)
class Known:
    """What the document defines and a condition may name: its health checks and metrics."""

    checks: tuple[HealthCheck, ...] = ()
    metrics: tuple[Metric, ...] = ()
    service: str = ""
    scrape_every_s: float = 15.0
    names: dict[str, HealthCheck | Metric] = field(
        default_factory=dict, compare=False
    )  # filled when first asked

    def check_named(self, name: str) -> HealthCheck | None:
        """The check of that name; case and punctuation do not count."""
        found = self._named().get(f"check {slug(name)}")
        return found if isinstance(found, HealthCheck) else None

    def metric_named(self, name: str) -> Metric | None:
        """The figure of that name, if it has a query of its own."""
        found = self._named().get(f"metric {slug(name)}")
        return found if isinstance(found, Metric) else None

    def _named(self) -> dict[str, HealthCheck | Metric]:
        if not self.names and (self.checks or self.metrics):
            self.names.update({f"check {slug(check.name)}": check for check in reversed(self.checks)})
            own = (metric for metric in reversed(self.metrics) if metric.query is not None)
            self.names.update({f"metric {slug(metric.name)}": metric for metric in own})
        return self.names


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be read: the whole text, the name of the alert it stands for, and what the document defines."""

    text: str
    name: str
    known: Known


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
class Rest:
    """What is left of the text while its refinements are taken off."""

    text: str
    window_s: float = 0.0
    windowed: bool = False
    average_s: float | None = None
    min_events: float | None = None


WORD_OPS = {
    ">=": r"at least|no less than|no fewer than|not less than|not fewer than|reaches|reach|minimum of|minimum|min"
    r"|(?:(?:must|should|may|can|do|does|did|shall|will)\s?n[o']t|never|not(?: to)?)\s+(?:be\s+|go\s+|drop\s+"
    r"|fall\s+|dip\s+)?"
    r"(?:below|under|less than)",
    "<=": r"at most|no more than|no greater than|no higher than|no longer than|not more than|up to|maximum of"
    r"|maximum|max"
    r"|(?:(?:must|should|may|can|do|does|did|shall|will)\s?n[o']t|never|not(?: to)?)\s+(?:be\s+|go\s+|rise\s+"
    r"|take\s+)?"
    r"(?:exceed(?:s|ing)?|above|over|more than|longer than|greater than|higher than)",
    ">": r"greater than|more than|higher than|larger than|longer than|above|over|exceeds?|exceeding|exceeded|beyond"
    r"|surpass(?:es)?|goes above|rises above|is over|is above|grows? beyond|older than"
    r"|in excess of|crosses|slower than",
    "<": r"less than|lower than|fewer than|smaller than|below|under|drops? (?:below|under)|dropping below"
    r"|falls? (?:below|under)|falling below|is below|is under|goes below|shorter than|within less than"
    r"|younger than|newer than|faster than|quicker than",
    "!=": r"not equal to|differs from|is not",
    "==": r"equals?|equal to|is exactly",
}
SYMBOLS = {"≥": ">=", "≤": "<=", "=>": ">=", "=<": "<=", "≠": "!=", "=": "==", "＞": ">", "＜": "<"}
COMPARATOR = re.compile(
    r"(?P<symbol>>=|<=|==|!=|=>|=<|[<>≥≤≠＞＜]|=(?=\s*[\d.]))"
    r"|\b(?:(?:is|are|was|stays?|remains?|goes|rises?|has been)\s+)?(?P<word>"
    + "|".join(WORD_OPS.values())
    + r")\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"^\s*\d")
_FOR = re.compile(
    r"(?:,\s*)?\b(?:sustained\s+)?(?:for|lasting|longer than|during)\s+"
    r"(?:more than|over|at least|longer than|>=?|≥|the last)?\s*",
    re.IGNORECASE,
)
_SUSTAINED = re.compile(r"(?:,\s*)?\bsustained\s+", re.IGNORECASE)
_OVER = re.compile(
    r"(?:,\s*)?\b(?:over|in|within|during|across)\s+(?:the\s+|a\s+|any\s+)?(?:last|past|previous)?\s*",
    re.IGNORECASE,
)
_WINDOW_WORD = re.compile(r"\s*(?:window|period|average|moving average|rolling average)\b", re.IGNORECASE)
_MINIMUM = re.compile(
    r"[(,]?\s*(?:with\s+)?(?:at least|min(?:imum)?\.?(?: of)?|≥|>=)\s*(\d[\d,]*)\s+"
    r"(?:requests|events|samples|calls)\s*\)?",
    re.IGNORECASE,
)


def take_refinements(text: str) -> Rest:
    """Takes `(min 50 requests)`, `for 5min` and `over 5m` off the text."""
    rest = Rest(text)
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
        if COMPARATOR.search(shorter) or _COUNTED.search(shorter):
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


def refined(condition: Condition, scope: str, rest: Rest, no_data: str = "hold") -> ReadCondition:
    return ReadCondition(condition, scope, rest.window_s, rest.average_s, rest.min_events, no_data)


_ADVICE = "Write a comparison such as `> 1% errors for 5min` or `p95 > 500ms for 10min`."


def why(reason: str, name: str, proposal: str = "") -> dict[str, object]:
    """The values of a condition that was not understood: the reason, and what to write instead."""
    return {"name": name or "this line", "reason": reason, "proposal": proposal or _ADVICE}
