"""Levels in one text: `>70% = warning, >85% = critical`, `WARN > 70, CRIT > 85`, and bare numbers under a level.

Called by `reading.alerting` and `reading.figure_tables`. It gives each level its part of the text; the condition
itself is read by `reading.conditions`.
"""

import re

from watchbook.model.signals import signal_mentioned
from watchbook.reading.directions import Bad, bad_direction
from watchbook.reading.limits import has_number, read_limits

_LEVEL = re.compile(
    r"(?:\b(?P<alert>alert(?:s|ing)?)\b(?=\s*(?:at|if|when|above|over|below|under|:|>|<|≥|≤|=))"
    r"|\b(?P<word>warn(?:ing)?|crit(?:ical)?|emergency|fatal|yellow|amber|orange|red|p[0-4]|sev[- ]?[0-5])\b"
    r"|\b(?P<page>page)\b(?=\s*(?:$|[,;:)=<>≥≤]|(?:at|if|when)\b))|\((?P<bracketed>high|medium|low|info|major"
    r"|minor)\)|(?P<mark>[🔴🟠🟡]))",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"\s*(?:[=(\[:–—-]|→|->|=>|\bis|\bat|\bfor|\bas)?\s*$", re.IGNORECASE)
_BEHIND = re.compile(
    r"\s*(?:[)\]]?\s*:?\s*|=(?=\s*[^=\d])|=\s*|→|->|–|—)?\s*(?:\b(?:at|if|when|threshold|level)\b)?\s*:?\s*",
    re.IGNORECASE,
)
_CLAUSES = re.compile(r"\s*[;|\n]\s*|,\s+|\s+/\s+|\s+(?:and|&)\s+|\s*<br\s*/?>\s*")
_COLOURS = {
    "yellow": "warning",
    "amber": "warning",
    "orange": "warning",
    "red": "critical",
    "warn": "warning",
    "crit": "critical",
}
_COLOURS |= {"🔴": "critical", "🟠": "warning", "🟡": "warning", "fatal": "critical", "emergency": "critical"}


_COUNTED = re.compile(r"\bconsecutive\b|\bin a row\b|\btimes\b", re.IGNORECASE)  # says by itself what is bad


def levels_in(text: str) -> tuple[tuple[str, str], ...]:
    """Each level of the text with its own part; none where a part has no level, or a level no number."""
    if len(text) > 300 or _LEVEL.search(text) is None or not has_number(text):
        return ()
    found: list[tuple[str, str]] = []
    for part in _CLAUSES.split(text):
        if not part.strip():
            continue
        levels = list(_LEVEL.finditer(part))
        if len(levels) != 1:
            return ()
        rest = _without(part, levels[0])
        if not isinstance(read_limits(rest), tuple):
            return ()
        word = levels[0][levels[0].lastgroup or 0].casefold()
        found.append(("" if word.startswith("alert") else _COLOURS.get(word, word), rest))
    return tuple(found)


_NORMAL = re.compile(
    r"\s*[(\[]?\b(?:is\s+)?(?:normal(?:ly)?|ok|okay|good|healthy|green|fine|typical(?:ly)?)\b[)\]]?\s*:?\s*",
    re.IGNORECASE,
)


def normal_and_levels(text: str) -> tuple[str, str] | None:
    """`< 100 normal, > 1000 critical` as the normal part and that of the levels; None where it is not both."""
    if len(text) > 300 or _NORMAL.search(text) is None or _LEVEL.search(text) is None:
        return None
    parts = [part for part in _CLAUSES.split(text) if part.strip()]
    normal = [part for part in parts if _NORMAL.search(part)]
    levels = ", ".join(part for part in parts if part not in normal)
    if len(normal) != 1 or not levels_in(levels):
        return None
    return _NORMAL.sub(" ", normal[0]).strip(), levels


def _without(part: str, level: "re.Match[str]") -> str:
    before, behind = part[: level.start()], part[level.end() :]
    opening = _BEFORE.search(before)
    before = before[: opening.start()] if opening else before
    closing = _BEHIND.match(behind)
    behind = behind[closing.end() :] if closing else behind
    return f"{before.strip()} {behind.strip()}".strip(" ,;")


def with_operator(text: str, name: str, bad: Bad | None = None) -> str:
    """A bare number or a range under a level, with the comparison that the bad direction of the thing supplies."""
    limits = read_limits(text) if not _COUNTED.search(text) else None
    if not isinstance(limits, tuple) or len({limit.bound.unit for limit in limits}) != 1:
        return text
    mention = signal_mentioned(f"{name} {limits[0].subject}", limits[0].bound.unit)
    signal = mention.signal if mention is not None and not mention.rest else None
    bad = bad_direction((f"{name} {limits[0].subject}", name), signal) or bad
    if bad is None:
        return text
    if len(limits) == 1 and not limits[0].op and "baseline_factor" not in limits[0].params:
        at = text.find(limits[0].bound.text)
        op = ">" if bad == "above" else "<" if limits[0].bound.value else "<="
        return f"{text[:at]}{op} {text[at:]}" if at >= 0 else text
    ends = [limit.op for limit in limits]
    if ends == [">=", "<="] and limits[0].bound.text == limits[1].bound.text:
        number = re.split(
            r"\s*(?:–|—|-|\bto\b|\band\b)\s*",
            re.sub(r"^(?:between|from)\s+", "", limits[0].bound.text.strip()),
        )
        wanted = number[0] if bad == "above" else number[-1]
        if bad == "above" and re.fullmatch(r"[\d.,]+", wanted):
            wanted += re.sub(r"^[\d.,\s]+", "", number[-1])
        before = text[: text.find(limits[0].bound.text)]
        behind = text[text.find(limits[0].bound.text) + len(limits[0].bound.text) :]
        return f"{before}{'>=' if bad == 'above' else '<='} {wanted}{behind}"
    return text


def direction_of_levels(texts: list[str]) -> Bad | None:
    """Which way is bad, by values that rise or fall from the normal one to the critical one."""
    values: list[float] = []
    units = set()
    for text in texts:
        limits = read_limits(text)
        if not isinstance(limits, tuple) or len(limits) != 1:
            return None
        values.append(limits[0].bound.value)
        units.add(limits[0].bound.unit)
    if len(values) < 2 or len(units) != 1 or len(set(values)) != len(values):
        return None
    if values == sorted(values):
        return "above"
    return "below" if values == sorted(values, reverse=True) else None
