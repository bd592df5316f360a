"""Values in words that read back as themselves: what readings of conditions, figures and bands are told with.

Called by `reading.conditions`, `reading.figures` and `reading.metrics`. The usual, rounded words are `model.quantities`.
"""

import math

from watchbook.model.quantities import Unit, say
from watchbook.reading.quantities import read_quantity

_RATES = ((1.0, "s"), (60.0, "min"), (3600.0, "h"), (86400.0, "d"))
_SIZES = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))
_PARTS_S = ((86400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))


def say_exactly(value: float, unit: Unit) -> str:
    """A value in words that read back as the same value: as `say` has it where that rounds nothing, else longer.

    `1/6` in a second is `10/min`; `0.123456` is `12.3456%`.
    """
    said = say(value, unit)
    back = read_quantity(said, unit)
    if back is not None and math.isclose(back.value, value, rel_tol=1e-12, abs_tol=1e-15):
        return said
    match unit:
        case Unit.PER_SECOND:
            size, name = next(((size, name) for size, name in _RATES if _is_round(value * size)), _RATES[0])
            return f"{_digits(value * size)}/{name}"
        case Unit.SECONDS if value == int(value) and value > 0:
            rest, parts = int(value), []
            for size, name in _PARTS_S:
                count, rest = divmod(rest, int(size))
                parts += [f"{count} {name}"] if count else []
            return " ".join(parts)
        case Unit.SECONDS:
            return f"{_digits(value)} s"
        case Unit.RATIO:
            return f"{_digits(value * 100)}%"
        case Unit.BYTES:
            whole = (
                (size, name) for size, name in _SIZES if value >= size and _is_round(value / size * 1000)
            )
            size, name = next(whole, (1.0, "B"))
            return f"{_digits(value / size)} {name}"
        case _:
            return _digits(value)


def _is_round(number: float) -> bool:
    return number >= 1 and math.isclose(number, round(number), rel_tol=1e-12)


def _digits(number: float) -> str:
    """All digits that count, without a trailing dust of them."""
    return f"{number:,.0f}" if number == int(number) and abs(number) < 1e15 else f"{number:.15g}"
