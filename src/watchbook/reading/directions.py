"""Which way is bad: more or less, by the signal or by the words of a name. Pure words and look-up.

Called by `reading.figures`, `reading.levels` and `reading.alerting`. Where the words say both or nothing, it says nothing.
"""

import re
from collections.abc import Sequence
from typing import Literal

from watchbook.model.signals import Signal

Bad = Literal["above", "below"]

_LESS_IS_BETTER = re.compile(
    r"\b(?:latenc(?:y|ies)|time|duration|delays?|lag|errors?|fail(?:s|ed|ures?|ing)?|usage|utili[sz]ation|used"
    r"|consumption"
    r"|restarts?|incidents?|vulnerability|vulnerabilities|defects?|bugs?|drop ?offs?|stuck|queue|backlog|depth|costs?"
    r"|age|pauses?"
    r"|timeouts?|loss|jitter|mtt[rda]|rto|rpo|missing|missed|crash(?:es)?|alerts|false positives?|pressure"
    r"|saturation|5xx|4xx"
    r"|exceptions?|retr(?:y|ies)|rejected|rejections|dropped|drops|throttl\w+|evictions?|abandon\w*|bounce"
    r"|churn|downtime"
    r"|load average|cpu|memory|ram|heap|disk|overhead|staleness|backups? age|growth|budget|conflicts|deadlocks?"
    r"|locks?|p\d\d+)\b"
)
_MORE_IS_BETTER = re.compile(
    r"\b(?:success(?:ful)?(?: rate)?|availab(?:le|ility)|uptime|hits?|coverage|throughput|precision|recall"
    r"|accuracy|satisfaction"
    r"|apdex|score|compliance|healthy|free|remaining|headroom|conversions?|delivered|deliverability"
    r"|delivery rate|freshness"
    r"|durability|ready|retention|replicas|instances|pods|lifetime|validity|completeness|passing|pass rate"
    r"|mtbf|deploy frequency|deployment frequency|quorum|up)\b"
)


def bad_direction(names: Sequence[str], signal: Signal | None = None) -> Bad | None:
    """Which way is bad for the thing of these names (the most telling first); None where nobody can tell."""
    if signal is not None:
        return None if signal.bad_direction == "either" else signal.bad_direction
    for name in names:
        words = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name).replace("_", " ").replace("-", " ").casefold()
        less, more = _LESS_IS_BETTER.search(words), _MORE_IS_BETTER.search(words)
        if less and more:
            return _head_of(words)
        if less:
            return "above"
        if more:
            return "below"
    return None


def _head_of(words: str) -> Bad | None:
    """Of `failed deliveries success rate` the last words say what is counted; `time to ready` is still a time."""
    if re.search(
        r"\b(?:success(?:ful)?|hit|pass|availability|compliance) ?(?:rate|ratio|percentage)?$", words
    ):
        return "below"
    if re.search(
        r"\b(?:latency|duration|lag|delay|time|errors?|failures?|usage|utili[sz]ation)(?: rate| ratio)?(?: p\d+)?$",
        words,
    ):
        return "above"
    return None


def is_backwards(op: str, bad: Bad | None) -> bool:
    """Whether a comparison says what is good, where it should say what is bad."""
    return (bad == "above" and op[:1] == "<") or (bad == "below" and op[:1] == ">")
