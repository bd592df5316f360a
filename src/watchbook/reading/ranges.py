"""Ranges: `1–40 req/s`, `35% to 70%`, `< 70%`, `up to 5`, `100ms ± 10ms`. The one grammar of quantities, with two ends.

Called by every module that reads bands. What a range means is decided by those that call it.
"""

import re

from watchbook.model.quantities import Band, Quantity, Unit
from watchbook.reading.quantities import NUMBER, Found, as_expected, quantity_at, read_quantity, rounded

_BETWEEN = re.compile(r"(?:between|from)\s+", re.IGNORECASE)
_TO = re.compile(r"\s*(?:–|—|-|\.\.\.?|…|to|and)\s*", re.IGNORECASE)
_BELOW = re.compile(
    r"(?:<=|≤|=<|<|below|under|less than|lower than|fewer than|up to|at most|no more than|not more than|max(?:imum)?:?"
    r"|within|stay(?:s)? (?:below|under))\s*", re.IGNORECASE,
)  # fmt: skip
_ABOVE = re.compile(
    r"(?:>=|≥|=>|>|above|over|more than|greater than|higher than|at least|no less than|not less than|min(?:imum)?:?)\s*",
    re.IGNORECASE,
)


def read_band(text: str, expects: Unit | None = None) -> Band | None:
    """The text as a normal range: `1–40 req/s`, `35% to 70%`, `< 70%`, `up to 5`, `≥ 3`; None where it is none."""
    text = text.strip().rstrip(".").strip()
    if not text:
        return None
    for pattern, is_low in ((_BELOW, False), (_ABOVE, True)):
        opening = pattern.match(text)
        if opening is None:
            continue
        found = quantity_at(text, opening.end(), expects)
        if found is None or found.end != len(text):
            return None
        bound = as_expected(found.quantity, expects)
        if bound is None:
            return None
        return Band(bound.value if is_low else None, None if is_low else bound.value, bound.unit, text)
    return _two_ended(text, expects)


def _about(text: str, expects: Unit | None) -> Band | None:
    """`100ms ± 10ms`, `500 ± 10%`: a middle, and how far to both sides."""
    middle, _, spread = text.partition("±" if "±" in text else "+/-")
    one, two = read_quantity(middle, expects), read_quantity(spread)
    if one is None or two is None or two.value < 0:
        return None
    if two.unit is Unit.RATIO and one.unit is not Unit.RATIO:
        away = abs(one.value) * two.value
    elif two.unit in (one.unit, Unit.COUNT):
        away = _in_unit_of(middle, two, expects)
    else:
        return None
    return Band(rounded(one.value - away), rounded(one.value + away), one.unit, text)


def _in_unit_of(middle: str, spread: Quantity, expects: Unit | None) -> float:
    """The spread; one without a unit takes that of the middle (`100 ms ± 10`)."""
    number = NUMBER.match(middle.strip())
    if spread.unit is not Unit.COUNT or number is None:
        return spread.value
    scaled = quantity_at(f"{spread.text}{middle.strip()[number.end() :]}", 0, expects)
    return scaled.quantity.value if scaled is not None else spread.value


def _two_ended(text: str, expects: Unit | None) -> Band | None:
    if "±" in text or "+/-" in text:
        return _about(text, expects)
    opening = _BETWEEN.match(text)
    at = opening.end() if opening else 0
    first = NUMBER.match(text, at)
    low = quantity_at(text, at, expects)
    if low is None or first is None:
        return None
    for end in (low.end, first.end()):  # in "100–700m" the dash may look like the start of a unit
        to = _TO.match(text, end)
        high = quantity_at(text, to.end(), expects) if to else None
        if high is not None and high.end == len(text):
            return _joined_band(text, low, high, expects)
    return None


_MULTIPLIED = ("k", "K", "M", "G", "T")


def _joined_band(text: str, low: Found, high: Found, expects: Unit | None) -> Band | None:
    """Both ends in one unit: an end without a unit takes that of the other."""
    top = as_expected(high.quantity, expects)
    if top is None:
        return None
    bottom = as_expected(low.quantity, expects) or low.quantity
    if bottom.unit is Unit.COUNT and top.unit is not Unit.COUNT:
        suffix = text[NUMBER.match(text, high.start).end() : high.end]  # type: ignore[union-attr]
        if bottom.text[-1:] in _MULTIPLIED and suffix[:1] in _MULTIPLIED:
            suffix = suffix[1:]  # `10k-20k req/s`
        scaled = quantity_at(f"{bottom.text}{suffix}", 0, expects)
        bottom = scaled.quantity if scaled is not None else bottom
    if bottom.unit is not top.unit or bottom.value > top.value:
        return None
    return Band(bottom.value, top.value, top.unit, text)
