"""Maintenance windows: allowed hours and notice; the procedure itself is read by `reading.procedures`.

Called by `reading.runbook`. Enforcing notice and hours is `deciding`'s.
"""

import re

from watchbook.model.quantities import Unit, say
from watchbook.model.runbook import Hours, Maintenance
from watchbook.reading.blocks import Line, List, Paragraph, Table
from watchbook.reading.document import Section
from watchbook.reading.notes import Notes
from watchbook.reading.placeholders import placeholder_in, without_brackets
from watchbook.reading.quantities import find_duration

_DAYS = {name: number for number, names in enumerate(
    ("monday mon mondays", "tuesday tue tues tuesdays", "wednesday wed wednesdays", "thursday thu thurs thursdays",
     "friday fri fridays", "saturday sat saturdays", "sunday sun sundays")) for name in names.split()}  # fmt: skip
_DAY = "|".join(sorted(_DAYS, key=len, reverse=True))
_GROUPS = {
    "daily": range(7),
    "every day": range(7),
    "weekdays": range(5),
    "weekday": range(5),
    "weekends": (5, 6),
    "weekend": (5, 6),
}
_TIME = r"(?<![\d:])(2[0-4]|[01]?\d)(?!\d)(?::([0-5]\d))?(?:\s*(am|pm))?"
_ZONE = r"(?-i:(UTC|GMT|[A-Z][A-Za-z_]+/[A-Z][A-Za-z_/+-]+|[A-Z]{2,5}))"
_HOURS = re.compile(rf"{_TIME}\s*(?:–|—|-|to|until)\s*{_TIME}(?:\s+\(?{_ZONE}\b\)?)?", re.IGNORECASE)
_CLOCK = re.compile(r"\d{1,2}:\d\d|\d{1,2}\s*(?:am|pm)\b", re.IGNORECASE)
_SELDOM = re.compile(
    rf"\b(?:(?:every|each)\s+)?(?:other|second|third|fourth|first|last|1st|2nd|3rd|4th|alternate)\s+(?:{_DAY}|week|month)\b"
    r"|\b(?:bi-?weekly|fortnightly|monthly|quarterly|yearly|every (?:two|three|four|\d+) (?:weeks|months)"
    r"|(?:a|per|of the|each|every) (?:month|quarter|year))\b",
    re.IGNORECASE,
)  # hours of some weeks only
_DAY_LIST = re.compile(rf"\b({_DAY})\b(?:\s*(?:–|—|-|to|through)\s*\b({_DAY})\b)?", re.IGNORECASE)
_NOTICE = re.compile(r"\b(?:announce|notify|notice|inform|communicate|advance)", re.IGNORECASE)
_SCHEDULE = re.compile(r"\b(?:schedule|window|hours?|low.?traffic|off.?peak)\b", re.IGNORECASE)


def read(section: Section, notes: Notes) -> Maintenance:
    """Notice and hours from the lists and lines of the section; steps and unrelated lines are left."""
    notice_s: float | None = None
    hours: list[Hours] = []
    for part in section.walk():
        for line in _lines(part):
            if placeholder_in(line) is not None:
                continue
            value = without_brackets(line)
            told = False
            if _NOTICE.search(value.text) and (found := find_duration(value.text)) and notice_s is None:
                notice_s, told = found.quantity.value, True
                notes.read(
                    line,
                    "notice",
                    f"Maintenance is announced {say(notice_s, Unit.SECONDS)} before it starts.",
                )
            allowed = read_hours(value.text)
            if allowed is not None:
                hours.append(allowed)
                notes.read(line, "hours", f"Maintenance is allowed {say_hours(allowed)}.")
                if allowed.zone is None:
                    notes.find("hours-without-zone", line, mark=value.text, zone="UTC")
            elif (
                not told
                and (_SCHEDULE.search(value.text) or _HOURS.search(value.text))
                and _CLOCK.search(value.text)
            ):
                notes.find("hours-not-understood", line, mark=value.text, text=value.text)
            elif not told:
                notes.prose(line)
    if notice_s is None and hours:
        notes.find("notice-missing", section.line)
    return Maintenance(notice_s, tuple(hours), None, section.line)


def _lines(part: Section) -> list[Line]:
    """The title, items of bullet lists, lines of paragraphs, rows of tables; ordered lists are steps."""
    found: list[Line] = []
    if _HOURS.search(part.title):
        found.append(Line(part.line, part.title))
    for block in part.blocks:
        if isinstance(block, List) and not block.ordered:
            found += [line for item in block.items if item.task is None for line in item.lines[:1]]
        elif isinstance(block, Paragraph) and block.label is None:
            found += block.lines
        elif isinstance(block, Table):
            found += _rows(block)
    return found


def _rows(table: Table) -> list[Line]:
    """Rows that name hours, each as one line: `Weekly | Sunday | 02:00–04:00 | UTC`. Others are told as rows not read."""
    lines = [
        Line(row.line, " ".join(cell.text.strip() for cell in row.cells if cell.text.strip()))
        for row in table.rows
    ]
    return [line for line in lines if _CLOCK.search(line.text)]


def read_hours(text: str) -> Hours | None:
    """`Sunday 02:00–04:00 Europe/Berlin`, `Mon–Fri 22:00-23:00 UTC`, `weekdays 9am to 5pm`.

    Hours that do not come every week (`every second Tuesday`) are none: allowing each week would allow too much.
    """
    found = _HOURS.search(text) if not _SELDOM.search(text) else None
    if found is None or not (found[2] or found[3] or found[5] or found[6]):
        return None
    days = _days(text[: found.start()]) or _days(text[found.end() :])
    start, end = _clock(found[1], found[2], found[3] or found[6]), _clock(found[4], found[5], found[6])
    if days is None or start is None or end is None:
        return None
    zone = found[7]
    return Hours(days, start, end, zone if zone is None or "/" in zone else zone.upper())


def _days(text: str) -> tuple[int, ...] | None:
    for word, days in _GROUPS.items():
        if re.search(rf"\b{word}\b", text, re.IGNORECASE):
            return tuple(days)
    found: list[int] = []
    for match in _DAY_LIST.finditer(text):
        first = _DAYS[match[1].casefold()]
        last = _DAYS[match[2].casefold()] if match[2] else first
        found += [day % 7 for day in range(first, last + 1 if last >= first else last + 8)]
    return tuple(dict.fromkeys(found)) or None


def _clock(hour: str, minute: str | None, half: str | None) -> str | None:
    value = int(hour)
    if half:
        if value > 12:
            return None
        value = value % 12 + (12 if half.casefold() == "pm" else 0)
    return f"{value:02d}:{minute or '00'}" if value < 24 or not int(minute or 0) else None


def say_hours(hours: Hours) -> str:
    """The hours in words: `on Sunday 02:00–04:00 Europe/Berlin`."""
    names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    days = "every day" if len(hours.days) == 7 else "on " + ", ".join(names[day] for day in hours.days)
    return f"{days} {hours.start}–{hours.end} {hours.zone or 'UTC'}"
