"""promtool's notation of series over time: its documented examples, and what is no value."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchbook.measuring.labels import METRIC_NAME
from watchbook.measuring.notation import NotationError, read_series, read_values
from watchbook.measuring.window import is_stale


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("-2+4x3", (-2, 2, 6, 10)),  # as promtool's documentation has them
        ("1-2x4", (1, -1, -3, -5, -7)),
        ("1x4", (1, 1, 1, 1, 1)),
        ("1 _x3 5", (1, None, None, None, 5)),
        ("1+0x2 _ 0x0", (1, 1, 1, None, 0)),
        ("0+.5x2", (0, 0.5, 1)),
        ("1e3 +2", (1000, 2)),
        ("", ()),
    ],
)
def test_values_are_those_of_promtool(text: str, values: tuple[float | None, ...]) -> None:
    """A run has one value more than it has steps; `_` is no sample."""
    assert read_values(text) == values


def test_stale_and_not_a_number_are_kept_apart() -> None:
    """Only `stale` ends a series."""
    ended, no_number, endless = read_values("stale NaN Inf")
    assert ended is not None and is_stale(ended)
    assert no_number is not None and math.isnan(no_number) and not is_stale(no_number)
    assert endless == math.inf


@pytest.mark.parametrize(
    "text", ["x5", "0x", "1+x3", "five", "{{schema:1}}", "1x9999999999", "0x150000 0x150000"]
)
def test_anything_else_is_refused(text: str) -> None:
    """Nothing is taken for a value that is none, and nobody fills the memory."""
    with pytest.raises(NotationError):
        read_values(text)


@given(
    st.integers(-1000, 1000),
    st.integers(-50, 50),
    st.integers(0, 40),
    st.lists(st.integers(0, 5), max_size=3),
)
def test_a_run_is_its_values_written_out(first: int, step: int, times: int, more: list[int]) -> None:
    """The short form and the long one are the same series."""
    short = f"{first}{step:+}x{times} " + " ".join(f"_x{count}" for count in more)
    long = " ".join(str(first + step * index) for index in range(times + 1)) + " _" * sum(more)
    assert read_values(short) == read_values(long)


def test_a_series_is_its_labels() -> None:
    """As it stands on a page of metrics."""
    labels = dict(read_series('http_requests_total{status="200", path="a b"}'))
    assert labels == {METRIC_NAME: "http_requests_total", "status": "200", "path": "a b"}
    assert dict(read_series(" up ")) == {METRIC_NAME: "up"}


@pytest.mark.parametrize("text", ["", "a b", "a{", '{x="1"}', "a 1\nb", "# HELP a"])
def test_what_is_no_series_is_refused(text: str) -> None:
    """A text that names none, or more than one."""
    with pytest.raises(NotationError):
        read_series(text)
