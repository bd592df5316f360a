"""Working hours of an installation: when a notice that may wait is due (document.md, "Responses"). Pure.

Called by `deciding.paging` for responses at medium or low severity. Rotations and handoffs are another matter.
"""

from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from watchbook.deciding.page import PagingSettings


def next_working_moment(at: float, settings: PagingSettings) -> float:
    """The first moment from `at` on (wall seconds) that lies in working hours."""
    zone = _zone(settings.zone)
    opens, closes = time.fromisoformat(settings.work_from), time.fromisoformat(settings.work_to)
    local = datetime.fromtimestamp(at, zone)
    for days in range(9):
        day = (local + timedelta(days=days)).date()
        if day.weekday() not in settings.work_days:
            continue
        begin = datetime.combine(day, opens, zone).timestamp()
        end = datetime.combine(day, closes, zone).timestamp()
        if at < end:
            return max(at, begin)
    return at  # no working day in the settings: better now than never


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
