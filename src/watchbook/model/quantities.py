"""Values in base units, and how they are said to people. Read by `reading.quantities`, said by every face.

It holds and prints quantities; the grammar that reads them from text is `reading.quantities`.
"""

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """Base units. Everything is converted to one of these when it is read."""

    SECONDS = "s"
    RATIO = "ratio"  # 1 % is 0.01
    BYTES = "bytes"
    PER_SECOND = "1/s"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Quantity:
    """One value in its base unit, with the words it was written in."""

    value: float
    unit: Unit
    text: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """A normal range in base units; an open end is `None`."""

    low: float | None
    high: float | None
    unit: Unit
    text: str = ""


_STEPS_S = ((86400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))
_STEPS_BYTES = ((2.0**40, "TiB"), (2.0**30, "GiB"), (2.0**20, "MiB"), (2.0**10, "KiB"))


def say_number(value: float) -> str:
    """A number without needless digits: `3`, `0.25`, `1,200`."""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:.4g}" if abs(value) < 1000 else f"{value:,.1f}"


def say_duration(seconds: float) -> str:
    """A duration in its largest whole units: `90.0` → `1 min 30 s`, `0.25` → `250 ms`, `604800` → `7 d`."""
    if seconds < 0:
        return f"-{say_duration(-seconds)}"
    if seconds < 1:
        return f"{say_number(round(seconds * 1000, 3 if seconds < 0.001 else 1))} ms" if seconds else "0 s"
    if seconds < 10 and seconds != int(seconds):
        return f"{seconds:.3g} s"
    rest, parts = round(seconds), []
    for size, name in _STEPS_S:
        count, rest = divmod(rest, int(size))
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts[:2])


def say_bytes(count: float) -> str:
    """A size in binary units: `134217728` → `128 MiB`."""
    for size, name in _STEPS_BYTES:
        if abs(count) >= size:
            return f"{say_number(round(count / size, 2))} {name}"
    return f"{say_number(count)} B"


def say(value: float, unit: Unit | str) -> str:
    """A value in words a person reads: ratios as per cent, seconds and bytes in their natural size."""
    match Unit(unit):
        case Unit.RATIO:
            percent = round(value * 100, 6)
            return (
                f"{f'{percent:.6g}' if 99 < percent < 100 else say_number(percent)}%"  # 99.999% is not 100%
            )
        case Unit.SECONDS:
            return say_duration(value)
        case Unit.BYTES:
            return say_bytes(value)
        case Unit.PER_SECOND:
            return f"{say_number(round(value, 6))}/s"
        case Unit.COUNT:
            return say_number(value)
