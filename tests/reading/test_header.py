"""Head and tail of a document: fields in every form, front matter in YAML and TOML, dates,"
" histories of versions."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchbook.model.runbook import Runbook
from watchbook.reading import read_runbook
from watchbook.reading.dates import is_ambiguous, read_date
from watchbook.reading.document import parse_document


def _head(runbook: Runbook) -> tuple[str, str | None, str | None, str | None]:
    service = runbook.service
    return service.name, service.owner, service.on_call, runbook.review.last_updated


HEADS = {
    "bold": "# Till Runbook\n\n**Owner:** Shop team\n**On-Call:** Ana Ruiz\n**Last Updated:** 2026-11-01\n",
    "list": "# Till\n\n- Owner: Shop team\n- On-Call: Ana Ruiz\n- Last Updated: 1 Nov 2026\n",
    "plain": "# Till\n\nOwner: Shop team\nOn-Call: Ana Ruiz\nLast Updated: November 1st, 2026\n",
    "one line": "# Till\n\n**Owner:** Shop team | **On-Call:** Ana Ruiz | **Last Updated:** 2026-11-01\n",
    "dots": "# Till\n\nOwner: Shop team · On-Call: Ana Ruiz · Last Updated: 2026-11-01\n",
    "table": "# Till\n\n| | |\n|---|---|\n| **Owner** | Shop team |\n| On-Call | Ana Ruiz |\n| Last"
        " updated | 01.11.2026 |\n",
    "a row": "# Till\n\n| Service | Owner | On-Call | Last Updated |\n|---|---|---|---|\n| Till |"
        " Shop team | Ana Ruiz | 2026-11-01 |\n",
    "quote": "# Till\n\n> **Owner:** Shop team\n> **On-Call:** Ana Ruiz\n> **Last Updated:** 2026-11-01\n",
    "yaml": "---\ntitle: Till Runbook\nteam: Shop team\non_call: Ana Ruiz\nlast_reviewed:"
        " 2026-11-01\n---\n\n## Overview\n\nText.\n",
    "nested yaml": "---\nservice:\n  name: Till\n  owner:\n    team: 'Shop team' # us\n  onCall:"
        " {name: Ana Ruiz, phone: \"+49 30 1\"}\n"
    "metadata:\n  lastUpdated: 2026-11-01\n---\n\n## Overview\n\nText.\n",
    "toml": "+++\ntitle = \"Till\"\nlast_updated = 2026-11-01\n[service]\nowner = \"Shop team\"\n"
    "on_call = \"Ana Ruiz\"\n+++\n\n## Overview\n\nText.\n",
    "tail": "# Till\n\n**Owner:** Shop team\n**On-Call:** Ana Ruiz\n\n##"
        " Overview\n\nText.\n\n---\n\n*Last updated: 2026-11-01*\n",
    "spoken tail": "# Till\n\n**Owner:** Shop team\n**On-Call:** Ana Ruiz\n\n##"
        " Overview\n\nText.\n\nLast updated on 1 November 2026 by Ana.\n",
    "badges": "# Till\n\n[![Build](https://b.test/x.svg)](https://b.test)\n\n**Owner:** Shop"
        " team\n**On-Call:** Ana Ruiz\n**Last Updated:** 2026-11-01\n",
}  # fmt: skip


@pytest.mark.parametrize("text", HEADS.values(), ids=HEADS.keys())
def test_head_is_read_in_every_form(text: str) -> None:
    """Service, owner, on-call and date stand in the same fields, whatever they are written as."""
    assert _head(read_runbook(text)) == ("Till", "Shop team", "Ana Ruiz", "2026-11-01")


def test_lists_in_front_matter_are_names() -> None:
    """Both forms of lists, with quotes and comments."""
    text = (
        "---\nservice: Till\ndepends_on:\n  - bank # money\n  - 'stock'\nconsumers: [web,"
        ' "app"]\n---\n# T\n'
    )
    service = read_runbook(text).service
    assert (service.dependencies, service.dependents) == (("bank", "stock"), ("web", "app"))


def test_room_and_ladder_of_the_head_count() -> None:
    """A head names the team's room and who is told after whom."""
    runbook = read_runbook("# Till\n\n**Slack:** #till\n**Escalation:** Ana Ruiz → Bo Moe, 10 min each\n")
    assert runbook.rooms == ("#till",)
    assert [(rung.who, rung.after_s) for rung in runbook.ladder] == [("Ana Ruiz", 0), ("Bo Moe", 600)]


@pytest.mark.parametrize(
    "text",
    [
        "---\nJust a rule\n---\n\n# T\n",
        "---\nowner: X\n# no end\n",
        "+++\nnot toml at all\n+++\n",
        "---\n---\n",
        "+++\n",
    ],
)
def test_other_rules_are_no_front_matter(text: str) -> None:
    """A line of dashes at the top is a rule unless keys follow and a second one ends them."""
    assert parse_document(text).front_matter == ()


@given(st.text(alphabet="ab: -[]{}\"'#|=\n\t,.", max_size=120), st.sampled_from(["---", "+++"]))
def test_any_front_matter_is_read_or_left(text: str, fence: str) -> None:
    """Nothing raises, and fields stand on lines of the head."""
    document = parse_document(f"{fence}\n{text}\n{fence}\n\n# T\n")
    assert all(1 < field.line <= document.front_matter_end for field in document.front_matter)


DATES = [
    ("2025-01-31", date(2025, 1, 31)), ("31 Jan 2025", date(2025, 1, 31)), ("31-Jan-2025", date(2025, 1, 31)),
    ("January 31st, 2025", date(2025, 1, 31)), ("31.01.2025", date(2025, 1, 31)), ("31. 1. 2025", date(2025, 1, 31)),
    ("31/01/2025", date(2025, 1, 31)), ("01/31/2025", date(2025, 1, 31)), ("01/01/2025", date(2025, 1, 1)),
    ("Friday, 31 January 2025", date(2025, 1, 31)), ("2025-01-31 10:00 UTC", date(2025, 1, 31)),
    ("2025-01-31 by Ana", date(2025, 1, 31)), ("2025-01-31, Ana Ruiz", date(2025, 1, 31)),
    ("2025年1月31日", date(2025, 1, 31)),
    ("31. März 2025", date(2025, 3, 31)), ("31 de enero de 2025", date(2025, 1, 31)),
    ("1er février 2025", date(2025, 2, 1)),
    ("Q3 2025", date(2025, 7, 1)), ("2025-Q3", date(2025, 7, 1)),
    ("01/02/2025", None), ("2025", None), ("30 Feb 2025", None), ("Q5 2025", None), ("13/13/2025", None), ("soon", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), DATES)
def test_date_is_read_in_every_spelling(text: str, expected: date | None) -> None:
    """Words in several languages, dots, slashes that leave no doubt; impossible days are none."""
    assert read_date(text) == expected


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_date_that_is_printed_is_read(day: date) -> None:
    """Every day in every form gives that day; with slashes only where it leaves no doubt."""
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%B %d, %Y", "%Y/%m/%d"):
        assert read_date(day.strftime(form)) == day
    slashed = day.strftime("%d/%m/%Y")
    assert read_date(slashed) == (None if is_ambiguous(slashed) else day)


def test_date_with_two_readings_is_a_finding() -> None:
    """`01/02/2025` is never guessed: the finding says what to write."""
    runbook = read_runbook("# T\n\n**Last Updated:** 01/02/2025\n")
    assert runbook.review.last_updated is None
    assert [one.line for one in runbook.findings if one.code == "WB109"] == [3]


def test_review_in_a_month_or_quarter_is_due_at_its_end() -> None:
    """Until the last day nothing is overdue."""
    for text, due in (("Q1 2025", "2025-03-31"), ("February 2028", "2028-02-29")):
        assert read_runbook(f"# T\n\n**Next Review:** {text}\n").review.next_review == due


def test_review_cycle_gives_the_next_review() -> None:
    """`Quarterly` counts from the last update where no day is named."""
    text = "# T\n\n**Last Updated:** 2026-01-01\n**Review Cycle:** Quarterly\n"
    assert read_runbook(text).review.next_review == "2026-04-02"
    named = read_runbook(f"{text}**Next Review:** 2026-03-01\n")
    assert named.review.next_review == "2026-03-01"


HISTORIES = {
    "table": "| Version | Date | Author | Changes |\n|---|---|---|---|\n| 1.0 | 2025-01-31 | Ana |"
        " First |\n| 1.1 | 2025-03-01 | Bo | More |\n",
    "other order": "| Date | Version | Description |\n|---|---|---|\n| 1 Mar 2025 | 1.1 | More |\n|"
        " 31 Jan 2025 | 1.0 | First |\n",
    "list": "- 2025-01-31: First version (Ana)\n- 2025-03-01 – More\n",
    "versions": "- v1.1 (2025-03-01): More\n- v1.0 (2025-01-31): First\n",
}  # fmt: skip


@pytest.mark.parametrize("text", HISTORIES.values(), ids=HISTORIES.keys())
def test_history_of_versions_gives_the_last_update(text: str) -> None:
    """The latest day counts, in whatever order the history runs."""
    runbook = read_runbook(f"# T\n\nText.\n\n## Version History\n\n{text}")
    assert runbook.review.last_updated == "2025-03-01"
    assert not [one for one in runbook.findings if one.code in ("WB104", "WB105")]


def test_history_that_is_newer_than_the_head_is_told() -> None:
    """Whoever wrote the history forgot the head."""
    text = f"# T\n\n**Last Updated:** 2025-02-01\n\n## Version History\n\n{HISTORIES['table']}"
    runbook = read_runbook(text)
    assert runbook.review.last_updated == "2025-03-01"
    assert [one.line for one in runbook.findings if one.code == "WB104"] == [10]


def test_other_tables_with_dates_are_no_history() -> None:
    """Incidents and releases have dates as well: a history has versions and changes."""
    text = (
        "# T\n\n**Last Updated:** 2025-01-01\n\n## Log\n\n| Date | Action | Env |\n|---|---|---"
        "|\n| 2025-06-01 | moved | prod |\n"
    )
    assert read_runbook(text).review.last_updated == "2025-01-01"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Till — Disaster Recovery Runbook", "Till"),
        ("Disaster Recovery Runbook: Till", "Till"),
        ("Till Incident Response Runbook", "Till"),
        ("Till (updated 2031-04-05 10:00 UTC)", "Till"),
        ("Order Management (OMS) Runbook (v2.1)", "Order Management (OMS)"),
        ("Runbook de la Caja", "Caja"),
        ("Runbook for the Till", "Till"),
        ("De Gier Runbook", "De Gier"),
        ("Matrix Runbook", "Matrix"),
        ("Backup Service Runbook", "Backup"),
        ("Load Balancer Runbook", "Load Balancer"),
        ("Metrics Gateway Runbook", "Metrics Gateway"),
        ("Disaster Recovery Plan", ""),
        ("Deployment Runbook", ""),
        ("SLOs and Alerts", ""),
        ("Incident Response & On-Call (pilot)", ""),
    ],
)
def test_service_in_a_title(title: str, name: str) -> None:
    """A title names the service; words that say only what the document is about name none."""
    from watchbook.reading.overview import name_in_title

    assert name_in_title(title) == name


@pytest.mark.parametrize(
    ("value", "on_call"),
    [
        ("Expectations, handover, swaps", None),
        ("Ana, Bo, Cy", "Ana, Bo, Cy"),
        ("ana, bo", "ana, bo"),
        ("Ana Ruiz", "Ana Ruiz"),
    ],
)
def test_topics_are_no_people(value: str, on_call: str | None) -> None:
    """A list of what a chapter is about names nobody who is on call."""
    runbook = read_runbook(f"# Till\n\n## Summary\n\n- **On-Call**: {value}\n")
    assert runbook.service.on_call == on_call
