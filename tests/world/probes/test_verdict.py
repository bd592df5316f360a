"""The last number of an output."""

import pytest

from watchbook.deciding.expectation import last_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("87%", 0.87),
        ("Use%\n 9 %\n", 0.09),
        ("12,400 rows", 12400.0),
        ("-3.5e2", -350.0),
        ("disk1 is at 40", 40.0),
        ("v1.2.3", None),
        ("", None),
        ("none", None),
        ("a 1 b 2", 2.0),
    ],
)
def test_last_number(text: str, number: float | None) -> None:
    """Percentages become ratios; digits inside words are no numbers."""
    assert last_number(text) == number
