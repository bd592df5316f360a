"""What time does to a runbook: the same document on different days."""

from datetime import date

import pytest

from watchbook.deciding.freshness import freshness
from watchbook.reading import read_runbook

DOCUMENT = "# T\n\n**Owner:** A\n\ntext\n\n**Last Updated:** {last}\n**Next Review:** {following}\n"


@pytest.mark.parametrize(
    ("last", "following", "today", "codes"),
    [
        ("2026-11-23", "2027-02-23", "2026-11-23", []),
        ("2026-11-23", "2027-02-23", "2027-02-23", []),
        ("2026-11-23", "2027-02-23", "2027-02-24", [("WB704", 8)]),
        ("2026-11-23", "2027-02-23", "2026-11-22", [("WB705", 7)]),
        ("2026-11-23", "2026-10-01", "2026-11-23", [("WB708", 8)]),
        ("2025-11-22", "soon", "2026-11-23", [("WB706", 7)]),
        ("2025-11-23", "soon", "2026-11-23", []),
        ("[Date]", "[Date]", "2026-11-23", []),
    ],
)
def test_age_is_judged_by_the_given_day(
    last: str, following: str, today: str, codes: list[tuple[str, int]]
) -> None:
    """Due is not overdue; the future is impossible; without a review a year is old; gaps are no dates."""
    runbook = read_runbook(DOCUMENT.format(last=last, following=following))
    found = freshness(runbook, date.fromisoformat(today))
    assert [(one.code, one.line) for one in found] == codes


def test_sentence_says_how_many_days() -> None:
    """The finding names the date and the days since."""
    runbook = read_runbook(DOCUMENT.format(last="2026-01-01", following="2026-02-01"))
    (finding,) = freshness(runbook, date(2026, 2, 11))
    assert "2026-02-01, 10 days ago" in finding.message
