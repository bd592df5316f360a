"""Limits as people write them in cells and items: `≤ 80 %`, `P95 < 200ms, P99 < 500ms`, `99.9% uptime`, `10–20 MB`.

Called by `reading.figures` and `reading.levels`. It reads what is compared with what, in which words; whether
the limit is an alert, a target or a band is decided by those that call it. A text with a number that is not
understood whole comes back as a reason, never as part of itself.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from watchbook.model.quantities import Quantity, Unit
from watchbook.reading.comparisons import bounds_of, usual_form
from watchbook.reading.quantities import Found, duration_at, find_quantities
from watchbook.reading.ranges import read_band
from watchbook.reading.refinements import take_refinements


@dataclass(frozen=True, slots=True)
class Limit:
    """One bound: `op` is empty where a number stands alone. `subject` and `tail` are the words around it."""

    op: str
    bound: Quantity
    subject: str = ""
    tail: str = ""
    window_s: float = 0.0
    average_s: float | None = None
    params: Mapping[str, float | str] = field(default_factory=dict)
    remark: str = ""  # what stood in brackets


_MARKS = re.compile(r"[✅❌✔✖✓✗☑⚠🔴🟠🟡🟢🔵⚪⚫🟥🟧🟨🟩🟦🚨🔥💥⛔🛑\ufe0f]+|^\[[ xX]\]\s*|<br\s*/?>\s*$")
_BRACKETS = re.compile(r"\s*\(([^()]*)\)")
_CLAUSES = re.compile(r"\s*;\s*|,\s+|\s+(?:and|&)\s+|\s+/\s+|\s*<br\s*/?>\s*|\s+·\s+")
_ROLLING = re.compile(r"\b(?:rolling|window|avg|average|mean|averaged|over|last|trailing)\b", re.IGNORECASE)
_STATISTIC = re.compile(
    r"\b(?:[1-5]xx|\d+(?:st|nd|rd|th))\b|\bp\d{2,3}(?:\.\d+)?\b|\b(?:p50|median|mean|average|avg|max|maximum)\b",
    re.IGNORECASE,
)
_CONNECTED = re.compile(
    r"\b(?:if|when|unless|except|while|until|otherwise|or|and|but|then|from|after|before|times|of the time"
    r"|not|never|no longer|vs\.?|versus|compared)\b|[?]",
    re.IGNORECASE,
)
_PER_TIME = re.compile(
    r"\s*(?:/\s?|\bper\s+|\ban?\s+)(second|minute|hour|day|week|month|min|h|hr|d)\b", re.IGNORECASE
)
_TIMES = re.compile(
    r"(?P<op>>=?|<=?|≥|≤)?\s*(?P<factor>\d+(?:\.\d+)?)\s*[x×]\s+(?:the\s+|its\s+)?(?:baseline|normal|average"
    r"|usual|median"
    r"|typical)(?:\s+(?P<behind>[\w ]{0,40}))?",
    re.IGNORECASE,
)
_WITHIN = re.compile(r"\bwithin\s+(?=\d)", re.IGNORECASE)
_SHARE = re.compile(
    r"(?<![<>=≤≥\w.] )(?<![<>=≤≥\w.])(\d{2}(?:\.\d+)?)\s?% of (?:all )?(?:requests|calls|queries|responses"
    r"|reads|writes|transactions)\s+"
    r"(?:(?:are |is )?(?:served|answered|complete[sd]?|respond(?:ed)?|finish(?:ed)?|return(?:ed)?)\s+)?(?:in\s+)?"
    r"(?=[<≤]|under|below|within|in less than|less than|faster than|at most|up to)",
    re.IGNORECASE,
)
_PROMISED = re.compile(  # `95% < 200ms`
    r"^(\d{2}(?:\.\d+)?)\s?%\s*(?=(?:<=?|≤|under|below|within|in under|in less than)\s*[\d.]+\s?(?:ms|s|secs?|seconds)\b)",
    re.IGNORECASE,
)
_ENDS = re.compile(r"\b(min|max|minimum|maximum)\s*[:=]\s*(?=\d)", re.IGNORECASE)
_YES = re.compile(r"^(?:yes|y|on|enabled)\b[\s,:;–—-]*(?=\S)", re.IGNORECASE)
_MODAL = re.compile(
    r"\s+(?:(?:should|must|shall|will|has to|needs to|to)\s+)?(?:be|stay|stays|remain|remains|keep|keeps|is|are"
    r"|was|reach(?:es)?|kept|back to|returns? to|down to|drops? to|falls? to)$"
    r"|\s+(?:should|must|shall|will)$",
    re.IGNORECASE,
)
_LONGEST = 300  # characters
_LONGEST_TAIL = 5  # words; more is a sentence that says something else


def read_limits(text: str) -> tuple[Limit, ...] | str | None:
    """Every limit of `text`; a reason where it holds a number that is not understood; None where it holds none."""
    if len(text) > _LONGEST:
        return None  # a text for people
    cleaned = " ".join(_MARKS.sub(" ", text).split()).strip(" .*_~:–—")
    if not has_number(cleaned):
        return None
    if re.search(r"[$€£]\s?\d|\d\s?(?:[$€£]|(?:usd|eur|gbp)\b)", cleaned, re.IGNORECASE):
        return "it is an amount of money"
    cleaned = _PROMISED.sub(r"p\1 ", cleaned)
    cleaned = _ENDS.sub(r"\1 ", _YES.sub("", cleaned))
    if "(" in cleaned and not has_number(_BRACKETS.sub(" ", cleaned)):
        cleaned = _said_in_brackets(cleaned)
    whole = _clause(cleaned)
    if not isinstance(whole, str):
        return whole
    parts = [part.replace("\0", ",").replace("\1", "/") for part in _CLAUSES.split(_masked(cleaned))]
    parts = [part.strip(" .") for part in parts if has_number(part)]
    if len(parts) < 2 and not _CLAUSES.search(_masked(cleaned)):
        return whole
    limits: list[Limit] = []
    for part in parts:
        one = _clause(part)
        if isinstance(one, str):
            return whole
        limits += [_of_the_same(limit, limits[-1]) if limits else limit for limit in one]
    return tuple(limits)


def _of_the_same(limit: Limit, before: Limit) -> Limit:
    """`latency < 300ms reads, < 800ms writes`: what names nothing is of the thing in front of it."""
    if (
        limit.subject
        or not limit.op
        or not limit.tail
        or not before.subject
        or limit.bound.unit is not before.bound.unit
    ):
        return limit
    return replace(limit, subject=f"{before.subject} {limit.tail}", tail="")


def _said_in_brackets(text: str) -> str:
    """`Benchmarks met (p95 < 100ms, p99 < 200ms)`: what stands in the brackets is what is said, of its own things."""
    inside = " ".join(found[1] for found in _BRACKETS.finditer(text) if has_number(found[1]))
    named = all(
        re.search(r"[^\W\d_]{2,}|\bp\d", part.split("<")[0].split(">")[0])
        for part in _CLAUSES.split(inside)
        if has_number(part)
    )
    return inside if named and bounds_of(inside) else " ".join(re.sub(r"[()]", " ", text).split())


def _masked(text: str) -> str:
    """The text with the separators inside brackets hidden: a remark is never cut in two."""
    return _BRACKETS.sub(lambda found: found[0].replace(",", "\0").replace("/", "\1"), text)


def has_number(text: str) -> bool:
    """Whether digits stand there that are not part of a name (`p95`, `5xx`, `sha256`)."""
    return bool(find_quantities(text)) or bool(re.search(r"(?<![\w.])\d+(?:\.\d+)?\s?[x×]?(?!\w)", text))


@dataclass(frozen=True, slots=True)
class _Said:
    """A clause without its remarks: `remark` is what stood in brackets, `average_s` what a remark says of time."""

    text: str
    remark: str = ""
    average_s: float | None = None


def _without_remarks(text: str) -> _Said:
    """The text without bracketed remarks; `(p95)` stays, `(rolling 30 days)` is the time it is averaged over."""
    outside = _BRACKETS.sub(" ", text)
    if not has_number(outside) and _BRACKETS.search(text):
        return _Said(" ".join(re.sub(r"[()]", " ", text).split()))  # `Latest backup verified (< 24h old)`
    average_s: float | None = None
    remarks: list[str] = []
    for remark in _BRACKETS.finditer(text):
        durations = [one for one in find_quantities(remark[1]) if one.quantity.unit is Unit.SECONDS]
        if _ROLLING.search(remark[1]) and not bounds_of(remark[1]) and len(durations) == 1:
            average_s = durations[0].quantity.value
        elif not _STATISTIC.fullmatch(remark[1].strip()):
            remarks.append(remark[1].strip())
    kept = _BRACKETS.sub(
        lambda found: f" {found[1]} " if _STATISTIC.fullmatch(found[1].strip()) else " ", text
    )
    return _Said(" ".join(kept.split()), ", ".join(remarks), average_s)


def _clause(text: str) -> tuple[Limit, ...] | str:
    """One limit, or the two ends of a range; a reason where it is neither."""
    said = _without_remarks(_SHARE.sub(r"p\1 ", text))
    read = _said(_WITHIN.sub("<= ", usual_form(said.text)))
    if isinstance(read, str):
        return read
    return tuple(replace(one, remark=said.remark, average_s=one.average_s or said.average_s) for one in read)


def _said(text: str) -> tuple[Limit, ...] | str:
    times = _TIMES.fullmatch(text.strip())
    if times is not None:
        factor = float(times["factor"])
        op = {"≥": ">=", "≤": "<="}.get(times["op"] or "", times["op"] or "")
        return (Limit(op, Quantity(factor, Unit.COUNT, times[0]), tail=(times["behind"] or "").strip(),
                      params={"baseline_factor": factor}),)  # fmt: skip
    rest = take_refinements(text)
    bounds = bounds_of(rest.text)
    if len(bounds) == 2 and not _CONNECTED.search(rest.text):
        return _from_to(rest.text, bounds) or "it holds more than one comparison"
    if len(bounds) > 1:
        return "it holds more than one comparison"
    if bounds:
        op, start, found = bounds[0]
        return _limit(rest.text[:start], op, found, rest.text[found.end :], rest.window_s, rest.average_s)
    return _uncompared(rest.text, rest.window_s, rest.average_s)


def _from_to(text: str, bounds: list[tuple[str, int, Found]]) -> tuple[Limit, ...] | None:
    """`> 10ms < 50ms`: a lower and an upper end of one thing."""
    (low_op, low_at, low), (high_op, high_at, high) = bounds
    between, behind = text[low.end : high_at].strip(" ,"), text[high.end :].strip()
    falls = low.quantity.unit is not high.quantity.unit or low.quantity.value > high.quantity.value
    if between or behind or falls or low_op[0] != ">" or high_op[0] != "<":
        return None
    subject = text[:low_at].strip(" :,-")
    return Limit(low_op, low.quantity, subject), Limit(high_op, high.quantity, subject)


def _uncompared(text: str, window_s: float, average_s: float | None) -> tuple[Limit, ...] | str:
    """A range, or a number alone with words around it."""
    found = find_quantities(text)
    if not found:
        return "it holds no number with a meaning"
    start = found[0].start
    opening = re.search(r"\b(?:between|from)\s+$", text[:start], re.IGNORECASE)
    at = opening.start() if opening else start
    for end in sorted({one.end for one in found}, reverse=True):
        band = read_band(text[at:end])
        if band is not None and band.low is not None and band.high is not None:
            if any(one.start >= end for one in found):
                return "it holds more than one number"
            low = Found(Quantity(band.low, band.unit, text[at:end]), start, end)
            high = Found(Quantity(band.high, band.unit, text[at:end]), start, end)
            ends = [
                _limit(text[:at], op, one, text[end:], window_s, average_s)
                for op, one in ((">=", low), ("<=", high))
            ]
            kept = [one for limits in ends if not isinstance(limits, str) for one in limits]
            return tuple(kept) if len(kept) == 2 else "the words behind the range say more than it"
    if len(found) > 1:
        return "it holds more than one number"
    return _limit(text[:start], "", found[0], text[found[0].end :], window_s, average_s)


def _limit(
    before: str, op: str, found: Found, behind: str, window_s: float, average_s: float | None
) -> tuple[Limit, ...] | str:
    """The limit with the words around it, where they say nothing more."""
    subject, tail = _MODAL.sub("", before.strip(" :,-–—=~≈")), behind.strip(" .,:;-–—")
    params: dict[str, float | str] = {}
    per = _PER_TIME.match(behind)
    if per is not None and found.quantity.unit is not Unit.PER_SECOND:
        duration = duration_at(f"1 {per[1]}")
        if duration is None:
            return f"`{found.quantity.text}{per[0]}` is not understood"
        params["window_s"] = duration.quantity.value
        tail = behind[per.end() :].strip(" .,")
    if re.search(r"\d", _STATISTIC.sub("", tail)) or _CONNECTED.search(tail):
        return f"`{tail}` behind the number changes what it means"
    if len(tail.split()) > _LONGEST_TAIL or re.match(r"[/*^+=<>%]", tail):
        return f"`{tail[:60]}` behind the number is not understood"
    if re.search(r"(?<![\w.])\d", _STATISTIC.sub("", subject)) or _CONNECTED.search(subject):
        return f"`{subject[-60:]}` in front of the number is not understood"
    return (Limit(op, found.quantity, subject, tail, window_s, average_s, params),)
