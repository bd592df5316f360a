"""Dates in every common spelling → a day. Pure; what a date is for is said by those that call it.

Called by `reading.review`. Days and months are never guessed apart: `01/02/2025` is two dates, and so none.
"""

import calendar
import re
from datetime import date

from watchbook.reading.languages.months import MONTHS

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?:[T ]\d{1,2}:\d{2}\S*(?:\s[A-Z]{2,5})?)?")
_DAY_MONTH = re.compile(
    r"(?:the\s+)?(\d{1,2})(?:st|nd|rd|th|er|º|°)?\.?[\s-]+(?:de\s+|of\s+)?([^\W\d_]+)\.?,?[\s-]+(?:de\s+)?(\d{4})"
    r"(?:\s*(?:г\.?|r\.?))?"
)
_MONTH_DAY = re.compile(r"([^\W\d_]+)\.?[\s-]+(?:(\d{1,2})(?:st|nd|rd|th)?,?[\s-]+)?(?:de\s+)?(\d{4})")
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?:\s*г\.?)?")
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")
_EAST = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(?:(\d{1,2})\s*[日일])?")
_QUARTER = re.compile(r"(?:Q([1-4])[\s/-]*(\d{4})|(\d{4})[\s/-]*Q([1-4]))", re.IGNORECASE)
_WEEKDAY = re.compile(r"^[^\W\d_]{3,12}\.?,\s+(?=\d|[^\W\d_]+\s+\d)")
_BEHIND = re.compile(
    r"\s*(?:,\s+|\s)(?:by|von|par|por|di|door|at|@|um)\s+.*$|\s+[–—-]\s+.*$|\s*[;|].*$|,\s+\D+$",
    re.IGNORECASE,
)


def is_ambiguous(text: str) -> bool:
    """Whether the text is a date whose day and month cannot be told apart: `01/02/2025`."""
    found = _SLASHED.fullmatch(_bare(text))
    return found is not None and int(found[1]) <= 12 and int(found[2]) <= 12 and found[1] != found[2]


def read_date(text: str, last: bool = False) -> date | None:
    """The day that the text spells, or None.

    ISO (`2026-11-23`), in words (`23 November 2026`, `November 23rd, 2026`, `Nov 2026`), dotted (day first), with
    slashes where one number is over 12, quarters, and `2026年11月23日`. A month or quarter is its first day, or its last
    one where `last` is asked for (until when something is due).
    """
    bare = _bare(text)
    for pattern, order in ((_ISO, "ymd"), (_EAST, "ymd"), (_DOTTED, "dmy")):
        if found := pattern.fullmatch(bare):
            parts = dict(zip(order, found.groups(), strict=False))
            return _date(int(parts["y"]), int(parts["m"]), parts["d"], last)
    if found := _DAY_MONTH.fullmatch(bare):
        return _date(int(found[3]), MONTHS.get(found[2].casefold(), 0), found[1], last)
    if found := _MONTH_DAY.fullmatch(bare):
        return _date(int(found[3]), MONTHS.get(found[1].casefold(), 0), found[2], last)
    if found := _QUARTER.fullmatch(bare):
        quarter, year = int(found[1] or found[4]), int(found[2] or found[3])
        return _date(year, quarter * 3 if last else quarter * 3 - 2, None, last)
    if (found := _SLASHED.fullmatch(bare)) and not is_ambiguous(bare):
        first, second = int(found[1]), int(found[2])
        day, month = (second, first) if second > 12 else (first, second)
        return _date(int(found[3]), month, str(day), last)
    return None


def _bare(text: str) -> str:
    """The text without weekday, brackets, marks, and who wrote it behind."""
    text = text.strip().strip("*_`()[]. ")
    text = re.sub(r"\s*\([^()]*\)?$", "", text)
    return _BEHIND.sub("", _WEEKDAY.sub("", text)).strip(" ,.*_`")


def _date(year: int, month: int, day: str | None, last: bool) -> date | None:
    try:
        if day is None and last:
            return date(year, month, calendar.monthrange(year, month)[1])
        return date(year, month, int(day or 1))
    except ValueError:  # there is no such day (calendar.IllegalMonthError is one)
        return None
