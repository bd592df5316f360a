"""The numbers of amounts in a text: with a unit, counted things, ranges, hours of the day.

Called by `reading.amounts`. It reads values and the comparison in front of them; what they are of is decided there.
"""

import re
from dataclasses import dataclass

from watchbook.model.quantities import Quantity, Unit
from watchbook.reading.quantities import Found, find_cadence, find_quantities, quantity_at

_BEFORE = 24  # characters in front of a number that say what it is
_MOST = 24  # numbers of one line that are looked at

_THINGS = re.compile(
    r"\s*(?:(?:max(?:imum)?|concurrent|open|idle|active|healthy|ready|running|worker|database|db|api|client)\s+){0,2}"
    r"(?:connections|pods|replicas|nodes|instances|workers|threads|attempts|retries|shards|partitions|brokers|servers|hosts"
    r"|containers|tasks|consumers|backups|copies|events|messages|requests|sessions|users|restarts)\b",
    re.IGNORECASE,
)
_NAMED_COUNT = re.compile(
    r"\b(?:min|max|minimum|maximum|min ?available|max ?unavailable|limit|(?:replica|pod|instance|node|worker|thread"
    r"|connection|retry) counts?|replicas|attempts|retries|concurrency|(?:pool|batch|queue) size)\s*[:=]\s*$",
    re.IGNORECASE,
)
_TO = re.compile(r"\s*(?:–|—|-|…|\.\.\.?|to|and)\s*", re.IGNORECASE)
OPERATOR = re.compile(
    r"(?P<op>>=|<=|≥|≤|>|<|=>|=<)\s*$|\b(?P<words>above|over|more than|exceeds?|below|under|less than|at least|at most|up to"
    r"|within|after)\s*$",
    re.IGNORECASE,
)
_OPERATORS = {
    "≥": ">=", "=>": ">=", "at least": ">=", "≤": "<=", "=<": "<=", "at most": "<=", "up to": "<=", "within": "<=",
    "above": ">", "over": ">", "more than": ">", "exceed": ">", "exceeds": ">", "after": ">", "below": "<", "under": "<",
    "less than": "<",
}  # fmt: skip
_PROCESSOR = re.compile(r"\b(?:v?cpus?|cores?)\b[^\d]*$", re.IGNORECASE)
_MONEY = re.compile(r"[$€£¥]\s*$")
_SOMETIMES = re.compile(
    r"\b(?:back-?ups?|snapshots?|dumps?|replicated?|replication|rotated?|rotations?|drills?|restores?|archives?|archived)\b",
    re.IGNORECASE,
)
_CLOCKS = re.compile(
    r"(?<![\d:.])(?P<from_hour>\d{1,2})(?::(?P<from_minute>\d{2}))?\s?(?P<from_half>[ap]\.?m\b\.?)?\s*(?:–|—|-|to|until)\s*"
    r"(?P<to_hour>\d{1,2})(?::(?P<to_minute>\d{2}))?\s?(?P<to_half>[ap]\.?m\b\.?)?(?![\d:])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Value:
    """One number, or both ends of a range, and the words in front of it."""

    quantities: tuple[Quantity, ...]
    start: int
    end: int
    op: str = ""
    kind: str = ""  # what the form alone says


def values_in(text: str) -> list[Value]:
    """Numbers with a unit, counts of things, ranges, and how often something is kept, in order."""
    found = [one for one in find_quantities(text)[:_MOST] if not _is_other(text, one)]
    values: list[Value] = []
    at = 0
    while at < len(found):
        value, used = _value_at(text, found, at)
        at += used
        if value is not None:
            values.append(value)
    if _SOMETIMES.search(text) and not any(value.quantities[0].unit is Unit.SECONDS for value in values):
        often = find_cadence(text)
        if often is not None and often.quantity.value > 0:
            values.append(Value((often.quantity,), often.start, often.end))
    return values + [value for value in map(_hours, _CLOCKS.finditer(text)) if value is not None]


def _hours(found: "re.Match[str]") -> Value | None:
    """`6:00 PM – 11:00 PM`, `02:00-04:00` in seconds of the day; None for a range of plain numbers (`9-6`)."""
    if not (found["to_half"] or (found["from_minute"] and found["to_minute"])):
        return None
    ends = [
        _second_of_day(found[f"{end}_hour"], found[f"{end}_minute"], found[f"{end}_half"] or found["to_half"])
        for end in ("from", "to")
    ]
    quantities = tuple(Quantity(end, Unit.SECONDS, found[0]) for end in ends if end is not None)
    return Value(quantities, found.start(), found.end(), kind="hours") if len(quantities) == 2 else None


def _second_of_day(hour: str, minute: str | None, half: str | None) -> float | None:
    hours, minutes = int(hour), int(minute or 0)
    if half:
        hours = hours % 12 + (12 if half.casefold().startswith("p") else 0)
    return 3600.0 * hours + 60.0 * minutes if hours <= 24 and minutes < 60 else None


def _is_other(text: str, one: Found) -> bool:
    """Money, and thousandths of a processor, which look like minutes: `CPU: 1000m`."""
    before = text[max(0, one.start - _BEFORE) : one.start]
    millis = one.quantity.text.endswith("m") and one.quantity.unit is Unit.SECONDS
    return bool(_MONEY.search(before) or (millis and _PROCESSOR.search(before)))


def _value_at(text: str, found: list[Found], at: int) -> tuple[Value | None, int]:
    """The amount that begins with the number `at`, with how many numbers it takes; None where it is a bare number."""
    one = found[at]
    operator = _operator(text, one.start)
    if at + 1 < len(found) and _TO.fullmatch(text[one.end : found[at + 1].start]):
        both = _range(text, one, found[at + 1])
        if both is not None:
            return Value(both, one.start, found[at + 1].end, operator), 2
    if one.quantity.unit is not Unit.COUNT or _is_counted(text, one):
        return Value((one.quantity,), one.start, one.end, operator), 1
    return None, 1


def _range(text: str, low: Found, high: Found) -> tuple[Quantity, ...] | None:
    """Both ends in the unit of the higher; None where they are no range."""
    bottom = low.quantity
    if bottom.unit is Unit.COUNT and high.quantity.unit is not Unit.COUNT:
        digits = re.match(r"[\d.,]+", text[high.start :])
        unit = text[high.start + digits.end() : high.end] if digits else ""
        scaled = quantity_at(f"{bottom.text}{unit}")
        bottom = scaled.quantity if scaled is not None else bottom
    counted = high.quantity.unit is not Unit.COUNT or _is_counted(text, high)
    fits = bottom.unit is high.quantity.unit and bottom.value <= high.quantity.value
    return (bottom, high.quantity) if fits and counted else None


def _is_counted(text: str, one: Found) -> bool:
    """Whether a bare number counts something that is operated: `200 connections`, `max: 20`."""
    before = text[max(0, one.start - _BEFORE) : one.start]
    if re.search(r"\b(?:per|of|in)\s*$", before):
        return False  # `1 error per 200 requests`, `3 of 5 nodes`
    return bool(_THINGS.match(text, one.end) or _NAMED_COUNT.search(before))


def _operator(text: str, start: int) -> str:
    found = OPERATOR.search(text[max(0, start - _BEFORE) : start])
    if found is None:
        return ""
    words = (found["op"] or found["words"]).casefold()
    return _OPERATORS.get(words, words)
