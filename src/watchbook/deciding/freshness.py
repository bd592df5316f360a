"""What time has done to a runbook: reviews that are due, dates that cannot be right.

Called by `check --at DATE` and by the watch, with the day given. Pure: it reads no clock. What the text alone
says is found by `reading`; drills and reviews that happened are the journal's.
"""

from collections.abc import Mapping
from datetime import date

from watchbook.model.findings import finding
from watchbook.model.runbook import Finding, Review, Runbook

STALE_DAYS = 365


def freshness(runbook: Runbook, today: date) -> tuple[Finding, ...]:
    """Findings about the document's age on the day `today`."""
    return freshness_of(runbook.review, lines_of_dates(runbook), today)


def lines_of_dates(runbook: Runbook) -> dict[str, int]:
    """The line of each date, by the field that it stands in."""
    return {
        reading.says.split(":")[0]: reading.line for reading in runbook.readings if reading.kind == "review"
    }


def freshness_of(review: Review, lines: Mapping[str, int], today: date) -> tuple[Finding, ...]:
    """The same of the dates alone; `lines` as `lines_of_dates` gives them."""
    last, following = _date(review.last_updated), _date(review.next_review)
    found: list[Finding] = []
    if last is not None:
        line = lines.get("Last Updated", 1)
        if last > today:
            found.append(finding("date-in-future", line, field="Last Updated", date=last.isoformat()))
        elif following is None and (today - last).days > STALE_DAYS:
            found.append(finding("update-stale", line, days=(today - last).days, date=last.isoformat()))
    if following is not None:
        line = lines.get("Next Review", 1)
        if last is not None and following < last:
            found.append(
                finding("review-before-update", line, next=following.isoformat(), last=last.isoformat())
            )
        elif following < today:
            found.append(
                finding("review-overdue", line, date=following.isoformat(), days=(today - following).days)
            )
    return tuple(found)


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
