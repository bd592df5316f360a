"""Contacts of every shape, and ladders in lists, tables, sentences, headings and diagrams."""

from itertools import pairwise

import pytest

from watchbook.model.runbook import Runbook
from watchbook.reading import read_runbook
from watchbook.reading.contract import contract

MIN = 60.0


def _contacts(text: str) -> list[tuple[str, str, str | None, str | None]]:
    return [
        (one.role, one.name, one.address, one.channel)
        for one in read_runbook(f"# Till\n\n## Contacts\n\n{text}\n").contacts
    ]


def _escalation(text: str) -> Runbook:
    return read_runbook(f"# Till\n\n## Escalation\n\n{text}\n")


def _table(*rows: str) -> str:
    header, *rest = rows
    return "\n".join(
        (f"| {header} |", "|---" * (header.count("|") + 1) + "|", *(f"| {row} |" for row in rest))
    )


ANA, BO, EVA = ("Ana Ruiz", "ana@till.test"), ("Bo Moe", "bo@till.test"), ("Eva Lind", "eva@till.test")

SHAPES = {
    "a column for everything": (
        _table(
            "Role | Name | Phone | Email | Slack | Hours | Timezone",
            "On-Call | Ana Ruiz | +49 30 1234567 | ana@till.test | @ana | 24/7 | CET",
        ),
        [("On-Call", *ANA, "@ana")],
    ),
    "columns in another order": (
        _table("Email | Slack | Who | Responsibility", "ana@till.test | #till | Ana Ruiz | Payments"),
        [("Payments", *ANA, "#till")],
    ),
    "teams": (
        _table(
            "Team | Channel | On-call",
            "Payments | #payments | Ana Ruiz",
            "Platform | #platform | [rota](https://p.test/1)",
        ),
        [
            ("Payments", "Ana Ruiz", None, "#payments"),
            ("Platform", "https://p.test/1", "https://p.test/1", "#platform"),
        ],
    ),
    "vendors": (
        _table("Vendor | Support link | Account", "Stripe | https://s.test/help | acct_1"),
        [("Vendor", "Stripe", "https://s.test/help", None)],
    ),
    "name and contact": (
        _table("Role | Name | Contact | When to Contact", "Lead | Bo Moe | bo@till.test | P1 incidents"),
        [("Lead", *BO, None)],
    ),
    "names only": (
        _table("Name | Responsibility", "Ana Ruiz | Payments"),
        [("Payments", "Ana Ruiz", None, None)],
    ),
    "several in a cell": (
        _table("Role | Contact | Email", "SRE | Ana Ruiz / Bo Moe | ana@till.test, bo@till.test"),
        [("SRE", *ANA, None), ("SRE", *BO, None)],
    ),
    "a line break in a cell": (
        _table("Role | Contact", "SRE | Ana Ruiz<br>Bo Moe"),
        [("SRE", "Ana Ruiz", None, None), ("SRE", "Bo Moe", None, None)],
    ),
    "a second person beside": (
        _table("Area | Primary | Secondary", "Ledger | Ana Ruiz | Bo Moe"),
        [("Ledger", "Ana Ruiz", None, None), ("Ledger backup", "Bo Moe", None, None)],
    ),
    "links of every kind": (
        _table(
            "Role | Contact",
            "On-Call | [Ana Ruiz](mailto:ana@till.test)",
            "Desk | [+49 30 1234567](tel:+49301234567)",
            "Pager | https://pd.test/s/1",
            "Lead | @bo",
        ),
        [
            ("On-Call", *ANA, None),
            ("Desk", "+49301234567", "+49301234567", None),
            ("Pager", "https://pd.test/s/1", "https://pd.test/s/1", None),
            ("Lead", "@bo", None, "@bo"),
        ],
    ),
    "a column for each person": (
        _table(" | Primary | Backup", "Name | Ana Ruiz | Bo Moe", "Email | ana@till.test | bo@till.test"),
        [("Primary", *ANA, None), ("Backup", *BO, None)],
    ),
    "a record": (
        _table("Field | Value", "Name | Ana Ruiz", "Role | On-Call", "Email | ana@till.test", "Slack | @ana"),
        [("On-Call", *ANA, "@ana")],
    ),
    "a list": (
        "- **On-call**: Ana Ruiz (ana@till.test, +49 30 1234567)\n- **Backup:** Bo Moe"
        " <bo@till.test>, #till\n"
        "- Eva Lind – Team Lead – eva@till.test\n- Kari Nes (CTO): +47 900 00 111",
        [
            ("On-call", *ANA, None),
            ("Backup", *BO, "#till"),
            ("Team Lead", *EVA, None),
            ("CTO", "Kari Nes", "+47 900 00 111", None),
        ],
    ),
    "lists in a list": (
        "- **Ana Ruiz** (Team Lead)\n  - Email: ana@till.test\n  - Slack: @ana\n- **On-call**:\n  -"
        " Bo Moe: bo@till.test",
        [("Ana Ruiz", *ANA, "@ana"), ("On-call", *BO, None)],
    ),
    "a heading for each": (
        "### Primary On-Call\n\n- **Phone**: +49 30 1234567\n- **Email**: oncall@till.test\n\n"
        "### Ana Ruiz\n\nRole: Team Lead\nEmail: ana@till.test",
        [("Primary On-Call", "oncall@till.test", "oncall@till.test", None), ("Team Lead", *ANA, None)],
    ),
    "teams and their mail": (
        "- **DevOps Team**: devops@till.test\n- **Security**: security@till.test",
        [
            ("DevOps Team", "devops@till.test", "devops@till.test", None),
            ("Security", "security@till.test", "security@till.test", None),
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), SHAPES.values(), ids=SHAPES.keys())
def test_contacts_are_read_in_every_shape(
    text: str, expected: list[tuple[str, str, str | None, str | None]]
) -> None:
    """Role, name, address and room of each person, wherever they stand."""
    assert _contacts(text) == expected


def test_further_ways_are_kept() -> None:
    """A phone beside a mail is one more way to reach somebody: it stands in the JSON reading as well."""
    text = "## Contacts\n\n- **On-Call:** Ana Ruiz (ana@till.test, +49 30 1234567, https://pd.test/1)\n"
    (read,) = contract(read_runbook(text))["contacts"]
    assert (read["address"], read["ways"]) == ("ana@till.test", ["+49 30 1234567", "https://pd.test/1"])


@pytest.mark.parametrize("text", ["2025-01-31", "24/7", "9:00-17:00 CET", "10.0.0.1:8080", "v1.2.3"])
def test_dates_and_hours_are_no_phones(text: str) -> None:
    """Digits and dashes are a phone only where they are long enough and no date."""
    assert all(
        one.address is None for one in read_runbook(f"## Contacts\n\n- **Lead:** Ana Ruiz, {text}\n").contacts
    )


def test_rooms_are_read_from_lists_and_tables() -> None:
    """`#room (what for)` below a label, and a table of channels."""
    text = "## Contacts\n\n**Slack Channels:**\n- #till-support (people)\n- #till-alerts: automated\n\n"
    runbook = read_runbook(text + _table("Channel | Purpose", "#incidents | Incidents") + "\n")
    assert runbook.rooms == ("#till-support", "#till-alerts", "#incidents")
    assert not runbook.contacts


LADDERS = {
    "levels with times": (
        _table(
            "Level | Who | When",
            "L1 | On-call engineer | Immediately",
            "L2 | Tech lead | after 15 min",
            "L3 | CTO | after 1h",
        ),
        [("On-call engineer", 15 * MIN), ("Tech lead", 45 * MIN), ("CTO", None)],
    ),
    "levels without times": (
        _table("Level | Contact", "L1 | Ana Ruiz", "L2 | Bo Moe"),
        [("Ana Ruiz", None), ("Bo Moe", None)],
    ),
    "times first": (
        _table(
            "Time | Who | How",
            "0 min | On-call | phone",
            "15 min | Team Lead | phone",
            "45 min | CTO | phone",
        ),
        [("On-call", 15 * MIN), ("Team Lead", 30 * MIN), ("CTO", None)],
    ),
    "times that do not rise": (
        _table(
            "Level | Who | Wait", "L1 | Ana Ruiz | 0 min", "L2 | Bo Moe | 15 min", "L3 | Eva Lind | 15 min"
        ),
        [("Ana Ruiz", 15 * MIN), ("Bo Moe", 15 * MIN), ("Eva Lind", None)],
    ),
    "a list of times": (
        "1. **Immediate**: Primary on-call (PagerDuty)\n2. **15 minutes**: Secondary on-call\n3. **1"
        " hour**: CTO",
        [("Primary on-call", 15 * MIN), ("Secondary on-call", 45 * MIN), ("CTO", None)],
    ),
    "ranges": (
        "- 0–15 min: On-call\n- 15–30 min: Team lead\n- 30+ min: CTO",
        [("On-call", 15 * MIN), ("Team lead", 15 * MIN), ("CTO", None)],
    ),
    "a list of levels": (
        "1. **L1** (On-Call Engineer): triage\n2. **L2** (Engineering Lead): hard ones",
        [("On-Call Engineer", None), ("Engineering Lead", None)],
    ),
    "a list of names": (
        "1. Ana Ruiz (5 min)\n2. Bo Moe (10 min)\n3. Eva Lind",
        [("Ana Ruiz", 5 * MIN), ("Bo Moe", 10 * MIN), ("Eva Lind", None)],
    ),
    "orders": (
        "1. Page the on-call engineer\n2. After 15 min, page Bo Moe",
        [("on-call engineer", 15 * MIN), ("Bo Moe", None)],
    ),
    "one sentence": (
        "If no response in 30 minutes, escalate to the Team Lead.",
        [("On-Call", 30 * MIN), ("Team Lead", None)],
    ),
    "sentences": (
        "If no response in 30 minutes, escalate to the Team Lead. If still no response after another"
        " 15 minutes, escalate to the CTO.",
        [("On-Call", 30 * MIN), ("Team Lead", 15 * MIN), ("CTO", None)],
    ),
    "bullets": (
        "- Escalate to the Engineering Manager if unresolved after 30 min\n- Page the CTO after 1 hour",
        [("On-Call", 30 * MIN), ("Engineering Manager", 30 * MIN), ("CTO", None)],
    ),
    "arrows": ("On-call → Team Lead → CTO", [("On-call", None), ("Team Lead", None), ("CTO", None)]),
    "Mermaid": (
        "```mermaid\ngraph LR\n  A[On-call] -->|15 min| B[Team lead]\n  B -- 30 min --> C[CTO]\n```",
        [("On-call", 15 * MIN), ("Team lead", 30 * MIN), ("CTO", None)],
    ),
    "a drawing": (
        "```\nOn-Call\n  ↓ 15 min\nTeam Lead\n  ↓\nCTO\n```",
        [("On-Call", 15 * MIN), ("Team Lead", None), ("CTO", None)],
    ),
    "headings with times": (
        "### Level 1 (0-15 minutes)\n\n- **Contacts**: ops@till.test\n\n### Level 2 (15-30"
        " minutes)\n\n- **Contacts**: lead@till.test",
        [("ops@till.test", 15 * MIN), ("lead@till.test", None)],
    ),
    "headings with names": (
        "### Level 1: On-Call Engineer\n\n- First look\n\n### Level 2: Team Lead\n\n- Hard ones",
        [("On-Call Engineer", None), ("Team Lead", None)],
    ),
}


@pytest.mark.parametrize(("text", "expected"), LADDERS.values(), ids=LADDERS.keys())
def test_ladders_are_read_in_every_shape(text: str, expected: list[tuple[str, float | None]]) -> None:
    """Who is told, and how long each has; a rung without a time of its own lasts five minutes at critical."""
    ladder = _escalation(text).ladder
    assert [rung.who for rung in ladder] == [who for who, _ in expected]
    lasts = [later.after_s - earlier.after_s for earlier, later in pairwise(ladder)]
    assert lasts == [5 * MIN if stated is None else stated for _, stated in expected[:-1]]


@pytest.mark.parametrize(
    "text",
    [
        "1. Check the logs\n2. Restart the service\n3. Call the Team Lead",
        "1. Declare an incident\n2. Page on-call",
        "Check the logs → restart → call",
        _table("Level | Meaning", "L1 | Info", "L2 | Warning"),
        "```mermaid\ngraph LR\n  A[On-call] --> B[Team lead]\n  A --> C[CTO]\n```",
        "```mermaid\ngraph LR\n  A[Alert fires] --> B[Look at the logs]\n```",
        "If errors rise for 30 minutes, restart the queue.",
    ],
)
def test_steps_and_forks_are_no_ladder(text: str) -> None:
    """Only people in one line are a ladder: what somebody does, and charts that fork, page nobody."""
    assert _escalation(text).ladder == ()


def test_time_that_is_not_understood_is_told() -> None:
    """A number in a ladder's column of times is read or has a finding, and so has a diagram with times."""
    text = _table("Level | Who | When", "L1 | Ana Ruiz | 0 min", "L2 | Bo Moe | 2 missed calls")
    assert [one.line for one in _escalation(text).findings if one.code == "WB703"] == [8]
    drawn = "```\n+-----+   +----+\n| Ops |15 min| CTO|\n+-----+   +----+\n```"
    assert [one.code for one in _escalation(drawn).findings if one.code == "WB703"] == ["WB703"]


def test_rung_for_some_severities_is_told() -> None:
    """A ladder knows no severities: a rung that is meant for some of them climbs for all, and the note says so."""
    text = _table(
        "Level | Contact | When", "L1 | On-call engineer | All incidents", "L2 | Tech lead | SEV1 after 30min"
    )
    runbook = _escalation(text)
    assert [rung.after_s for rung in runbook.ladder] == [0, 30 * MIN]
    assert [one.line for one in runbook.findings if one.code == "WB712"] == [8]


def test_specialists_are_not_on_the_ladder() -> None:
    """In a table of roles only rows with a time follow each other; who is meant for one kind of incident is told apart."""
    rows = (
        "On-Call | Ana Ruiz | First response",
        "Lead | Bo Moe | Data breach",
        "CTO | Eva Lind | after 1 hour",
    )
    runbook = _escalation(_table("Role | Contact | When", *rows))
    assert [(rung.who, rung.after_s) for rung in runbook.ladder] == [("Ana Ruiz", 0), ("Eva Lind", 60 * MIN)]
    assert [one.line for one in runbook.findings if one.code == "WB713"] == [8]
    assert len(runbook.contacts) == 3
    listed = _escalation(
        "1. **L1** (On-Call): triage\n2. **L2** (Lead): more\n3. **Specialists**: DBA, Security"
    )
    assert [rung.who for rung in listed.ladder] == ["On-Call", "Lead"]


def test_second_ladder_that_differs_is_told() -> None:
    """The first ladder counts; the same one again is no gap."""
    runbook = _escalation("Ana Ruiz → Bo Moe\n\nAna Ruiz → Bo Moe\n\nEva Lind → Bo Moe")
    assert [rung.who for rung in runbook.ladder] == ["Ana Ruiz", "Bo Moe"]
    assert [one.line for one in runbook.findings if one.code == "WB711"] == [9]


def test_role_on_a_ladder_makes_no_contact() -> None:
    """Nobody is reached through `Tech lead` alone: it is a rung, and no contact."""
    text = _table("Level | Who | When", "L1 | On-call engineer | 0 min", "L2 | Tech lead | 15 min")
    assert _escalation(text).contacts == ()
