"""Working hours of an installation, also in odd zones and with odd settings."""

import pytest

from watchbook.deciding.hours import next_working_moment
from watchbook.deciding.page import PagingSettings

FRIDAY_EIGHT = 1_800_000_000.0  # 2027-01-15 08:00 UTC


@pytest.mark.parametrize(
    ("settings", "due_h"),
    [
        (PagingSettings(zone="Europe/Berlin"), 0.0),  # 09:00 there
        (PagingSettings(zone="America/New_York"), 6.0),
        (PagingSettings(zone="Nowhere/Atall"), 1.0),  # an unknown zone is UTC
        (PagingSettings(work_days=()), 0.0),  # no working day at all: better now than never
        (PagingSettings(work_days=(6,), work_from="10:00", work_to="12:00"), 50.0),
    ],
)
def test_next_working_moment(settings: PagingSettings, due_h: float) -> None:
    """In hours it goes at once, outside them when they begin."""
    assert next_working_moment(FRIDAY_EIGHT, settings) == FRIDAY_EIGHT + due_h * 3600
