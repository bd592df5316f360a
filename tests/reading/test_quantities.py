"""The grammar of quantities: what is read, what is refused, and that what is said is read back."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchbook.model.quantities import Unit, say
from watchbook.reading.exactness import say_exactly
from watchbook.reading.quantities import (
    find_cadence,
    find_duration,
    find_quantities,
    read_duration,
    read_quantity,
)
from watchbook.reading.ranges import read_band

S, R, B, P, C = Unit.SECONDS, Unit.RATIO, Unit.BYTES, Unit.PER_SECOND, Unit.COUNT

QUANTITIES = [
    ("5min", 300, S), ("5 minutes", 300, S), ("5m", 300, S), ("1hr", 3600, S), ("72 hours", 259200, S), ("100ms", 0.1, S),
    ("0.5s", 0.5, S), ("1h30m", 5400, S), ("1 hour 30 minutes", 5400, S), ("1 h and 30 min", 5400, S),
     ("14 days", 1209600, S),
    ("2 weeks", 1209600, S), ("30-second", 30, S), ("250 µs", 0.00025, S), ("3 months", 7776000, S),
    ("1%", 0.01, R), ("99.95 %", 0.9995, R), ("60 percent", 0.6, R), ("150%", 1.5, R), ("1.1%", 0.011, R),
    ("512 MB", 512e6, B), ("2Gi", 2 * 2**30, B), ("2 GiB", 2 * 2**30, B), ("64 kB", 64e3, B), ("1.5 TB", 1.5e12, B),
     ("100 bytes", 100, B),
    ("50 req/s", 50, P), ("10/min", 1 / 6, P), ("10 per minute", 1 / 6, P), ("10 errors per minute", 1 / 6, P),
     ("2k rps", 2000, P),
    ("600 rpm", 10, P), ("3600/hour", 1, P), ("20 checkouts/s", 20, P), ("10 MB/s", 10e6, P),
    ("10 per 5 minutes", 1 / 30, P), ("5/5min", 1 / 60, P), ("50 requests a second", 50, P), ("200 msgs/s", 200, P),
    ("5 GB/day", 5e9 / 86400, P), ("100 tps", 100, P), ("100 Mbps", 12.5e6, P), ("3 per week", 3 / 604800, P),
    ("250 μs", 0.00025, S), ("90 secs", 90, S), ("1.5 million", 1.5e6, C), ("100 k", 1e5, C), ("1_000", 1000, C),
    ("1\u202f000", 1000, C), ("10 Kb", 10e3, B), ("60seconds", 60, S),
    ("10,000", 10_000, C), ("5k", 5000, C), ("5M", 5e6, C), ("0.01", 0.01, C), ("-3", -3, C), ("1e3", 1000, C), ("7", 7, C),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value", "unit"), QUANTITIES)
def test_quantity_is_read_in_its_base_unit(text: str, value: float, unit: Unit) -> None:
    """Each spelling gives its value in the base unit, with the words it was written in."""
    found = read_quantity(text)
    assert found is not None
    assert found.value == pytest.approx(value, rel=1e-12)
    assert (found.unit, found.text) == (unit, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "p95",
        "1.2.3",
        "10,5",
        "10.0.0.1",
        "v2",
        "five",
        "5 healthy",
        "%",
        "9" * 40,
        "1/2",
        "12:30",
        "99,9 %",
        "1 000",
        "5 m/s",
        "2x",
        "10x baseline",
        "3 of 5",
        "1.2.3.4",
    ],
)
def test_what_is_no_quantity_is_refused(text: str) -> None:
    """Versions, addresses, clock times, ids and words are none."""
    assert read_quantity(text) is None


def test_letter_m_depends_on_what_is_expected() -> None:
    """`700m` is minutes, or thousandths where a ratio is expected."""
    assert (read_quantity("700m") or pytest.fail()).value == 42_000
    assert (read_quantity("700m", R) or pytest.fail()).value == 0.7


def test_for_one_minute_is_no_rate_and_per_minute_is_no_window() -> None:
    """`1 min` behind "for" is a duration; `10/min` is a rate, not ten of something and a minute."""
    window, rate = find_quantities("for 1 min")[0], find_quantities(">10/min")[0]
    assert (window.quantity.value, window.quantity.unit) == (60, S)
    assert rate.quantity.unit is P
    assert len(find_quantities(">10/min")) == 1


def test_all_quantities_are_found_in_running_text() -> None:
    """Digits inside words, addresses and statuses with a letter are left alone."""
    found = find_quantities("p95 > 500ms for 10min on 10.0.0.1, 5xx, HTTP/2, 3 of 4")
    assert [one.quantity.text for one in found] == ["500ms", "10min", "3", "4"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("99,9 % of calls", []), ("12,34", []), ("1 000 req/s", []), ("3/5 pods", []), ("at 12:30", []), ("5 m/s", []),
        ("30s-60s", ["30s", "60s"]), ("5 s-expressions", ["5"]), ("10-20ms", ["10", "20ms"]), ("10–20 ms", ["10", "20 ms"]),
        ("≥5% and ≤10%", ["5%", "10%"]), ("100ms±10ms", ["100ms", "10ms"]), ("2x the normal 50/s", ["50/s"]),
        ("20 connections, 5k msgs", ["20", "5k"]), ("1,234,567 rows", ["1,234,567"]),
    ],
)  # fmt: skip
def test_part_of_a_number_is_never_taken_for_all_of_it(text: str, found: list[str]) -> None:
    """Decimal commas, groups split by spaces, fractions and clock times are none, rather than a piece of themselves."""
    assert [one.quantity.text for one in find_quantities(text)] == found


_DURATIONS = {
    1e-9: "ns nanosecond nanoseconds", 1e-6: "us µs μs usec microsecond microseconds",
    1e-3: "ms msec msecs millis millisecond milliseconds", 1.0: "s sec secs second seconds",
    60.0: "m min mins minute minutes", 3600.0: "h hr hrs hour hours", 86400.0: "d day days",
    604800.0: "w wk wks week weeks", 2592000.0: "mo month months", 7862400.0: "quarter quarters",
    31536000.0: "y yr yrs year years",
}  # fmt: skip
_SPELLINGS = [(size, word) for size, words in _DURATIONS.items() for word in words.split()]


@given(spelling=st.sampled_from(_SPELLINGS), count=st.integers(1, 9999), space=st.sampled_from(["", " "]))
def test_every_spelling_of_a_duration_is_read(spelling: tuple[float, str], count: int, space: str) -> None:
    """Each unit in each spelling, with and without a space, is that many of it; behind `for` it is a duration as well."""
    size, word = spelling
    text = f"{count}{space}{word}"
    read = read_duration(text)
    assert read is not None
    assert math.isclose(read, count * size, rel_tol=1e-9)
    (one,) = find_quantities(f"for {text}")
    assert (one.quantity.unit, one.quantity.text) == (S, text)


_PERIODS = {
    "s": 1, "sec": 1, "second": 1, "min": 60, "minute": 60, "h": 3600, "hr": 3600, "hour": 3600, "d": 86400, "day": 86400,
    "week": 604800,
}  # fmt: skip


@given(
    period=st.sampled_from(sorted(_PERIODS)),
    count=st.integers(0, 10**6),
    noun=st.sampled_from(["", " req", " errors", " msgs", "requests"]),
    per=st.sampled_from(["/", " per "]),
)
def test_every_spelling_of_a_rate_is_read(period: str, count: int, noun: str, per: str) -> None:
    """`10/min`, `10 req/min`, `10 errors per minute` are rates in a second, never a count and a window."""
    text = f"{count}{noun}{per}{period}"
    (one,) = find_quantities(f">{text}")
    assert (one.quantity.unit, one.quantity.text) == (P, text)
    assert math.isclose(one.quantity.value, count / _PERIODS[period], rel_tol=1e-9, abs_tol=1e-12)


BANDS = [
    ("10k-20k req/s", None, 10e3, 20e3, P), ("1k–2k", None, 1000, 2000, C),
    ("100ms ± 10ms", None, 0.09, 0.11, S), ("500 ± 10%", None, 450, 550, C), ("100 ms ± 10", None, 0.09, 0.11, S),
    ("≥ 5 req/s", None, 5, None, P), ("no more than 10k", None, None, 10_000, C), ("10 – 20 ms", None, 0.01, 0.02, S),
    ("1–40 req/s", None, 1, 40, P), ("1-40/s", None, 1, 40, P), ("50-500 req/s", None, 50, 500, P),
     ("35% to 70%", None, 0.35, 0.7, R),
    ("20-30%", None, 0.2, 0.3, R), ("100–700m", R, 0.1, 0.7, R), ("0.1-0.5", R, 0.1, 0.5, R),
     ("100-200ms", None, 0.1, 0.2, S),
    ("100ms-1s", None, 0.1, 1, S), ("between 1 and 5 min", None, 60, 300, S), ("1k-5k", None, 1000, 5000, C),
    ("< 70%", None, None, 0.7, R), ("≤ 70%", None, None, 0.7, R), ("up to 5", None, None, 5, C),
     ("below 250ms", None, None, 0.25, S),
    ("> 80%", None, 0.8, None, R), ("at least 3", None, 3, None, C), ("under 2 GiB", None, None, 2**31, B),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expects", "low", "high", "unit"), BANDS)
def test_band_is_read(
    text: str, expects: Unit | None, low: float | None, high: float | None, unit: Unit
) -> None:
    """A range gives both ends, a limit one; an end without a unit takes that of the other."""
    band = read_band(text, expects)
    assert band is not None
    assert (band.low, band.high, band.unit) == (low, high, unit)


@pytest.mark.parametrize(
    "text", ["", "5", "low", "40-1/s", "1-2-3", "1 req/s - 5 ms", "< fast", "<", "5 to", "99.9% availability"]
)
def test_what_is_no_band_is_refused(text: str) -> None:
    """Bare numbers, words, falling ranges and mixed units are none."""
    assert read_band(text) is None


CADENCES = [
    ("Daily automated backups", 86400), ("Quarterly restore tests", 91 * 86400), ("every 6 hours", 21600),
     ("Every hour", 3600),
    ("twice a day", 43200), ("once a week", 604800), ("nightly at 02:00", 86400), ("every 15s", 15),
     ("bi-weekly", 14 * 86400),
    ("continuous", 0),
]  # fmt: skip


@pytest.mark.parametrize(("text", "seconds"), CADENCES)
def test_cadence_is_found_in_running_text(text: str, seconds: float) -> None:
    """Words and durations behind "every" say how often."""
    found = find_cadence(text)
    assert found is not None
    assert found.quantity.value == seconds


def test_durations_in_words() -> None:
    """`an hour` is a duration; a bare number is none."""
    assert read_duration("an hour") == 3600
    assert read_duration("half an hour") == 1800
    assert read_duration("30") is None
    assert read_duration("30 requests") is None
    assert (find_duration("Post-mortem within 48 hours") or pytest.fail()).quantity.value == 172_800
    assert find_duration("as soon as it can be done") is None


def _printable(unit: Unit) -> st.SearchStrategy[float]:
    """Values that `say` prints without rounding."""
    match unit:
        case Unit.SECONDS:
            whole = st.integers(0, 59)
            return st.one_of(
                st.integers(1, 999).map(lambda milliseconds: milliseconds / 1000),
                st.builds(lambda h, m: h * 3600.0 + m * 60, st.integers(1, 23), whole),
                st.builds(lambda m, s: m * 60.0 + s, st.integers(1, 59), whole),
                st.builds(lambda d, h: d * 86400.0 + h * 3600, st.integers(1, 900), st.integers(0, 23)),
            )
        case Unit.RATIO:
            return st.integers(0, 9999).map(lambda parts: parts / 10_000)
        case Unit.BYTES:
            return st.builds(
                lambda n, power: float(n * 2**power),
                st.integers(1, 1023),
                st.sampled_from([0, 10, 20, 30, 40]),
            )
        case _:
            return st.integers(0, 10**9).map(float)


@pytest.mark.parametrize("unit", list(Unit))
@given(data=st.data())
def test_what_is_said_is_read_back(unit: Unit, data: st.DataObject) -> None:
    """Printing a value and reading it gives the same value, in every unit."""
    value = data.draw(_printable(unit))
    found = read_quantity(say(value, unit), unit)
    assert found is not None
    assert found.unit is unit
    assert math.isclose(found.value, value, rel_tol=1e-9)


@pytest.mark.parametrize("unit", list(Unit))
@given(data=st.data())
def test_what_is_said_exactly_is_read_back_whatever_the_value(unit: Unit, data: st.DataObject) -> None:
    """Printed for a condition, every value reads back as itself: a sixth in a second is `10/min`."""
    numbers = st.one_of(
        st.floats(0, 1e9, allow_nan=False).filter(lambda value: value == 0 or value > 1e-7),
        st.integers(1, 10**6).map(lambda count: count / 60),
        st.integers(0, 10**12).map(float),
    )
    value = data.draw(numbers)
    found = read_quantity(say_exactly(value, unit), unit)
    assert found is not None
    assert found.unit is unit
    assert math.isclose(found.value, value, rel_tol=1e-9, abs_tol=1e-12)


def test_exact_sentences_stay_short_where_they_can() -> None:
    """The usual spelling where it rounds nothing, else the largest unit that takes the value whole."""
    said = [
        say_exactly(value, unit)
        for value, unit in (
            (0.25, S),
            (1 / 6, P),
            (5e8, B),
            (2**30, B),
            (0.9999, R),
            (3045855, S),
            (1234.5, C),
        )
    ]
    assert said == ["250 ms", "10/min", "500 MB", "1 GiB", "99.99%", "35 d 6 h 4 min 15 s", "1,234.5"]


@given(st.text(max_size=200))
def test_any_text_is_survived(text: str) -> None:
    """No text raises, and what is found lies inside it."""
    for found in find_quantities(text):
        assert 0 <= found.start < found.end <= len(text)
        assert math.isfinite(found.quantity.value)
    read_band(text)
    find_cadence(text)
    find_duration(text)
