"""The one grammar of quantities: durations, ratios, sizes, rates, counts and ranges, from text to base units.

Called by every section module and by `reading.conditions`. It reads values; whether a value is a window, a
threshold or a target is decided by those that call it. How values are said is `model.quantities`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from watchbook.model.quantities import Quantity, Unit

_LARGEST = 1e15  # larger numbers are ids, not quantities
_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0

# Units whose case matters, tried first; then words in any case.
_EXACT: dict[str, tuple[Unit, float]] = {
    "m": (Unit.SECONDS, _MINUTE),
    "B": (Unit.BYTES, 1),
    "kB": (Unit.BYTES, 1e3),
    "KB": (Unit.BYTES, 1e3),
    "MB": (Unit.BYTES, 1e6),
    "GB": (Unit.BYTES, 1e9),
    "TB": (Unit.BYTES, 1e12),
    "PB": (Unit.BYTES, 1e15),
    "kbps": (Unit.PER_SECOND, 1e3 / 8),
    "Kbps": (Unit.PER_SECOND, 1e3 / 8),
    "Mbps": (Unit.PER_SECOND, 1e6 / 8),
    "Gbps": (Unit.PER_SECOND, 1e9 / 8),
    "kBps": (Unit.PER_SECOND, 1e3),
    "KBps": (Unit.PER_SECOND, 1e3),
    "MBps": (Unit.PER_SECOND, 1e6),
    "GBps": (Unit.PER_SECOND, 1e9),
    "Ki": (Unit.BYTES, 2.0**10),
    "Mi": (Unit.BYTES, 2.0**20),
    "Gi": (Unit.BYTES, 2.0**30),
    "Ti": (Unit.BYTES, 2.0**40),
}
_WORDS: dict[str, tuple[Unit, float]] = {}
for _unit, _size, _names in (
    (Unit.SECONDS, 1e-9, "ns nanosecond nanoseconds"),
    (Unit.SECONDS, 1e-6, "us µs μs usec microsecond microseconds"),
    (Unit.SECONDS, 1e-3, "ms msec msecs millis millisecond milliseconds"),
    (Unit.SECONDS, 1.0, "s sec secs second seconds"),
    (Unit.SECONDS, _MINUTE, "min mins minute minutes"),
    (Unit.SECONDS, _HOUR, "h hr hrs hour hours"),
    (Unit.SECONDS, _DAY, "d day days"),
    (Unit.SECONDS, 7 * _DAY, "w wk wks week weeks"),
    (Unit.SECONDS, 30 * _DAY, "mo month months"),
    (Unit.SECONDS, 91 * _DAY, "quarter quarters"),
    (Unit.SECONDS, 365 * _DAY, "y yr yrs year years"),
    (Unit.RATIO, 0.01, "% percent pct"),
    (Unit.BYTES, 1.0, "byte bytes"),
    (Unit.BYTES, 1e3, "kilobyte kilobytes kb"),
    (Unit.BYTES, 1e6, "megabyte megabytes mb"),
    (Unit.BYTES, 1e9, "gigabyte gigabytes gb"),
    (Unit.BYTES, 1e12, "terabyte terabytes tb"),
    (Unit.BYTES, 2.0**10, "kib"),
    (Unit.BYTES, 2.0**20, "mib"),
    (Unit.BYTES, 2.0**30, "gib"),
    (Unit.BYTES, 2.0**40, "tib"),
    (Unit.PER_SECOND, 1.0, "rps qps tps iops"),
    (Unit.PER_SECOND, 1 / _MINUTE, "rpm qpm tpm"),
):
    _WORDS.update(dict.fromkeys(_names.split(), (_unit, _size)))

_PERIODS = {"s": 1.0, "sec": 1.0, "second": 1.0, "m": _MINUTE, "min": _MINUTE, "minute": _MINUTE, "h": _HOUR}
_PERIODS.update({"hr": _HOUR, "hour": _HOUR, "d": _DAY, "day": _DAY, "week": 7 * _DAY, "wk": 7 * _DAY})
_PERIODS.update({"month": 30 * _DAY, "mo": 30 * _DAY, "year": 365 * _DAY, "yr": 365 * _DAY})
_MULTIPLIERS = {"k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_LARGE = {"thousand": 1e3, "million": 1e6, "mio": 1e6, "billion": 1e9}
_SPELLED = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "ten": 10,
    "half an": 0.5,
}
_CADENCES = {
    "continuous": 0.0,
    "continuously": 0.0,
    "hourly": _HOUR,
    "daily": _DAY,
    "nightly": _DAY,
    "weekly": 7 * _DAY,
    "biweekly": 14 * _DAY,
    "fortnightly": 14 * _DAY,
    "monthly": 30 * _DAY,
    "quarterly": 91 * _DAY,
    "annually": 365 * _DAY,
    "annual": 365 * _DAY,
    "yearly": 365 * _DAY,
}

NUMBER = re.compile(
    r"[-+−]?(?:\d{1,3}(?:[,_\u00a0\u202f\u2009]\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?(?![.,]?\d)|\.\d+"
)
_UNIT = re.compile(r"[ \u00a0\u202f]?-?(%|[A-Za-zµμ]+)")
_NO_NUMBER = re.compile(  # `1:30`, `3/5`, `5 m/s`, `99,9`
    r":\d|/(?=\d)(?!\d+(?:\.\d+)?\s?(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|weeks?|months?)\b)"
    r"|\s?m/[a-z]|[,.]\d"
)
_SPACED = re.compile(r"[-+−]?\d{1,3}(?: \d{3})+(?![\d.,]\d|\d)")
_PERIOD_NAMES = r"(\d+(?:\.\d+)?)?\s?([A-Za-z]+)"
_PER = re.compile(rf"\s*(?:/\s*|(?:per|an?|each|every)\s+){_PERIOD_NAMES}")
_NOUN_PER = re.compile(rf"\s*[A-Za-z]+(?:\s[A-Za-z]+)?\s*(?:/\s?|\s(?:per|an?|each|every)\s+){_PERIOD_NAMES}")


@dataclass(frozen=True, slots=True)
class Found:
    """A quantity inside a text, and where it stands."""

    quantity: Quantity
    start: int
    end: int


def quantity_at(text: str, start: int = 0, expects: Unit | None = None) -> Found | None:
    """The quantity that begins exactly at `start`; the longest reading wins (`1 h 30 min`, `50 req/s`).

    `expects` decides what the letter alone leaves open: `700m` is minutes, or thousandths where a ratio or
    count is expected; `512M` are bytes where bytes are.
    """
    number = NUMBER.match(text, start)
    if number is None or _NO_NUMBER.match(text, number.end()):
        return None
    value = _number(number[0])
    if abs(value) > _LARGEST:
        return None
    found = _with_unit(text, start, number.end(), value, expects)
    if found.quantity.unit is Unit.SECONDS:
        return _joined_durations(text, found)
    return found


def _number(digits: str) -> float:
    """The digits without what groups them."""
    return float(re.sub(r"[,_\s]", "", digits).replace("−", "-"))


def _with_unit(text: str, start: int, end: int, value: float, expects: Unit | None) -> Found:
    """The number at `start:end` with the unit behind it, or as a count."""
    unit = _UNIT.match(text, end)
    word = unit[1] if unit else ""
    if unit is not None and word == "m" and expects in (Unit.RATIO, Unit.COUNT):
        return _found(text, start, unit.end(), value / 1000, expects)
    known = (_EXACT.get(word) or _WORDS.get(word.casefold())) if word else None
    if unit is not None and known is not None and not _is_article(text, unit):
        per = _PER.match(text, unit.end()) if known[0] is Unit.BYTES else None
        period = _period(per)
        if per is not None and period is not None:
            return _found(text, start, per.end(), value * known[1] / period, Unit.PER_SECOND)
        return _found(text, start, unit.end(), value * known[1], known[0])
    if unit is not None and word.casefold() in _LARGE:
        return _with_rate(text, start, unit.end(), value * _LARGE[word.casefold()], allow_word=True)
    if word in _MULTIPLIERS and unit is not None and (unit.start(1) == end or word in ("k", "K", "M")):
        if expects is Unit.BYTES:
            return _found(text, start, unit.end(), value * _MULTIPLIERS[word], Unit.BYTES)
        return _with_rate(text, start, unit.end(), value * _MULTIPLIERS[word], allow_word=True)
    return _with_rate(text, start, end, value, allow_word=False)


def _is_article(text: str, unit: "re.Match[str]") -> bool:
    """Whether a unit letter is really the start of something else: `5 s-expressions`, `3 d'accord`."""
    behind = text[unit.end() : unit.end() + 2]
    return len(unit[1]) == 1 and unit[1] != "%" and bool(re.match(r"['’_]|-[A-Za-z]", behind))


def _with_rate(text: str, start: int, end: int, value: float, allow_word: bool) -> Found:
    """A bare number, or a rate where `/min`, `per second` or `req/s` follows."""
    if allow_word and (unit := _UNIT.match(text, end)) and (known := _WORDS.get(unit[1].casefold())):
        return _found(text, start, unit.end(), value * known[1], known[0])
    for pattern in (_PER, _NOUN_PER):
        per = pattern.match(text, end)
        period = _period(per)
        if per is not None and period is not None:
            return _found(text, start, per.end(), value / period, Unit.PER_SECOND)
    return _found(text, start, end, value, Unit.COUNT)


def _period(per: "re.Match[str] | None") -> float | None:
    """The seconds that something is counted in: of `per minute`, `/5min`, `a day`."""
    size = _PERIODS.get(_singular(per[2])) if per is not None else None
    return size * float(per[1] or 1) or None if per is not None and size is not None else None


def _joined_durations(text: str, first: Found) -> Found:
    """`1h30m`, `1 hour 30 minutes`: durations that follow each other, in falling units, are one."""
    total, end, last = first.quantity.value, first.end, first.quantity.value
    while True:
        gap = re.compile(r"\s?(?:and\s)?").match(text, end)
        at = gap.end() if gap else end
        number = NUMBER.match(text, at)
        if number is None:
            break
        more = _with_unit(text, at, number.end(), _number(number[0]), None)
        if more.quantity.unit is not Unit.SECONDS or not 0 < more.quantity.value < last:
            break
        total, end, last = total + more.quantity.value, more.end, more.quantity.value
    return first if end == first.end else _found(text, first.start, end, total, Unit.SECONDS)


def _singular(word: str) -> str:
    word = word.casefold()
    return word[:-1] if len(word) > 2 and word.endswith("s") else word


def _found(text: str, start: int, end: int, value: float, unit: Unit) -> Found:
    return Found(Quantity(rounded(value), unit, text[start:end].strip()), start, end)


def rounded(value: float) -> float:
    """Without the dust of scaling: 1.1 % is 0.011, not 0.011000000000000001."""
    return float(f"{value:.15g}")


def find_quantities(text: str, expects: Unit | None = None) -> list[Found]:
    """All quantities in the text, in order; digits inside words (`p95`, `5xx`, `v2`, `HTTP/2`) are none."""
    return list(_quantities_in(text, expects))


@lru_cache(maxsize=4096)  # one line is asked by everything that could have written it
def _quantities_in(text: str, expects: Unit | None) -> tuple[Found, ...]:
    found: list[Found] = []
    at = 0
    for number in re.finditer(r"(?<![\w.#/:@])(?<!\d,)[-+−]?\.?\d", text):
        start = number.start()
        if start < at:
            continue
        groups = _SPACED.match(text, start)
        if groups is not None:  # `1 000`: one number or two, nobody can tell
            at = groups.end()
            continue
        one = quantity_at(text, start, expects)
        if one is not None and not re.match(r"[\w]", text[one.end : one.end + 1]):
            found.append(one)
            at = one.end
    return tuple(found)


def read_quantity(text: str, expects: Unit | None = None) -> Quantity | None:
    """The text as one quantity and nothing else. A fraction is a ratio where a ratio is expected."""
    text = text.strip().rstrip(".").strip()
    found = quantity_at(text, 0, expects)
    if found is None or found.end != len(text):
        return None
    return as_expected(found.quantity, expects)


def as_expected(quantity: Quantity, expects: Unit | None) -> Quantity | None:
    """The quantity in the expected unit: a bare number up to 1 may be a ratio, a bare number a count; else None."""
    if expects is None or quantity.unit is expects:
        return quantity
    if expects is Unit.RATIO and quantity.unit is Unit.COUNT and 0 <= quantity.value <= 1:
        return Quantity(quantity.value, Unit.RATIO, quantity.text)
    return None


def duration_at(text: str, start: int = 0) -> Found | None:
    """The duration that begins at `start`, in digits or words (`5 min`, `an hour`, `30-second`); never a bare number."""
    found = quantity_at(text, start)
    if found is not None:
        return found if found.quantity.unit is Unit.SECONDS else None
    spelled = re.compile(r"(half an|an?|one|two|three|four|five|six|ten)\s+([A-Za-z]+)", re.IGNORECASE).match(
        text, start
    )
    if spelled is None:
        return None
    known = _WORDS.get(spelled[2].casefold())
    if known is None or known[0] is not Unit.SECONDS or len(spelled[2]) < 3:
        return None
    return _found(text, start, spelled.end(), _SPELLED[spelled[1].casefold()] * known[1], Unit.SECONDS)


def read_duration(text: str) -> float | None:
    """The text as one duration in seconds and nothing else; None where it is none."""
    text = text.strip().rstrip(".").strip()
    found = duration_at(text)
    return found.quantity.value if found is not None and found.end == len(text) else None


_EVERY = re.compile(r"\b(?:every|each|once (?:a|an|per)|per)\s+", re.IGNORECASE)
_TIMES = re.compile(r"\b(once|twice|\d+ times|\d+x) (?:a|an|per) (\w+)", re.IGNORECASE)


def find_cadence(text: str) -> Found | None:
    """How often, in seconds, from running text: `Daily automated backups`, `every 6 hours`, `twice a day`."""
    times = _TIMES.search(text)
    if times is not None and (known := _WORDS.get(times[2].casefold())) and known[0] is Unit.SECONDS:
        count = {"once": 1.0, "twice": 2.0}.get(times[1].casefold()) or float(
            re.split(r"\D", times[1])[0] or 1
        )
        return _found(text, times.start(), times.end(), known[1] / max(count, 1), Unit.SECONDS)
    for every in _EVERY.finditer(text):
        if found := duration_at(text, every.end()):
            return Found(found.quantity, every.start(), found.end)
        word = re.compile(r"[A-Za-z]+").match(text, every.end())
        known = _WORDS.get(word[0].casefold()) if word else None
        if word is not None and known is not None and known[0] is Unit.SECONDS and len(word[0]) > 2:
            return _found(text, every.start(), word.end(), known[1], Unit.SECONDS)
    for word in re.finditer(r"[A-Za-z]+(?:-[a-z]+)?", text):
        value = _CADENCES.get(word[0].casefold().replace("-", ""))
        if value is not None:
            return _found(text, word.start(), word.end(), value, Unit.SECONDS)
    return None


def find_duration(text: str) -> Found | None:
    """The first duration in running text."""
    for one in find_quantities(text):
        if one.quantity.unit is Unit.SECONDS:
            return one
    for spelled in re.finditer(r"\b(?:half an|an?|one|two|three)\s", text, re.IGNORECASE):
        if found := duration_at(text, spelled.start()):
            return found
    return None
