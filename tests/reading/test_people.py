"""Responses, ladders, severities, contacts: who is told, when, and in which order."""

import pytest

from watchbook.model.procedures import Procedure
from watchbook.model.runbook import Contact, Severity
from watchbook.reading import read_runbook
from watchbook.reading.ladders import WrittenLadder, default_ladder, read_ladder, rungs_of
from watchbook.reading.responses import read_response
from watchbook.reading.severities import read_severity

LADDER = WrittenLadder(("Ana", "Bo", "Eva"), (300.0, 300.0, 300.0))
CONTACTS = (Contact("On-Call", "Ana"), Contact("Backup", "Bo"), Contact("Security", "Sam Okafor"))
PROCEDURES = (Procedure("Rollback", "rollback"), Procedure("Scale Up", "scaling"))
C, H, M, L = Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW

# severity, text → pages, deadline, channels, working hours
RESPONSES = [
    (C, "Page on-call immediately", True, None, (), False),
    (L, "Page on-call immediately", True, None, (), False),
    (H, "Investigate within 15min", True, 900, (), False),
    (C, "Respond in under 5 minutes", True, 300, (), False),
    (M, "Investigate within 1hr", False, 3600, (), True),
    (L, "Acknowledge within 2 hours", False, 7200, (), True),
    (M, "Page on-call, investigate within 1hr", True, 3600, (), False),
    (H, "Investigate within 15min, #shop", True, 900, ("#shop",), False),
    (C, "#incidents", False, None, ("#incidents",), False),
    (C, "Slack #ops and page on-call", True, None, ("#ops",), False),
    (L, "Ticket, next business day", False, None, (), False),
    (H, "Do not page; ticket", False, None, (), False),
    (H, "Email the team", False, None, (), False),
    (C, "Check the logs", True, None, (), False),
    (M, "Check the logs", False, None, (), False),
    (H, "", True, None, (), False),
    (M, "", False, None, (), False),
]  # fmt: skip


@pytest.mark.parametrize(("severity", "text", "page", "deadline_s", "channels", "working_hours"), RESPONSES)
def test_response_is_read(
    severity: Severity,
    text: str,
    page: bool,
    deadline_s: float | None,
    channels: tuple[str, ...],
    working_hours: bool,
) -> None:
    """A cell says whether it pages now, in working hours, or only tells a room; without one the severity decides."""
    response = read_response(text, severity, LADDER).response
    assert (response.page, response.ack_deadline_s, response.channels, response.working_hours) == (
        page,
        deadline_s,
        channels,
        working_hours,
    )


def test_deadline_at_medium_pages_the_first_rung_when_it_passes() -> None:
    """The team's room is told at once, the first person only after the deadline."""
    response = read_response("Investigate within 1hr", M, LADDER).response
    assert [(rung.who, rung.after_s) for rung in response.ladder] == [("Ana", 3600)]


def test_ladder_in_a_response_replaces_the_general_one() -> None:
    """`Page A → B` is a ladder of its own."""
    response = read_response("Page Ole → Kari, 10 min each", C, LADDER).response
    assert [(rung.who, rung.after_s) for rung in response.ladder] == [("Ole", 0), ("Kari", 600)]


def test_somebody_else_than_on_call_can_be_paged() -> None:
    """`Page security team` is the contact with that role."""
    read = read_response("Page security team", C, LADDER, contacts=CONTACTS)
    assert [rung.who for rung in read.response.ladder] == ["Sam Okafor"]


def test_procedure_in_a_response_is_offered_and_advice_is_kept_apart() -> None:
    """The only procedure of that name becomes an action, other verbs are advice, and the rest is not understood."""
    read = read_response("Rollback if recent deployment, check the logs, frobnicate", H, LADDER, PROCEDURES)
    assert read.response.actions == ("Rollback",)
    assert read.advice == ("check the logs",)
    assert read.unknown == ("frobnicate",)


def test_first_rung_lasts_the_deadline_and_later_ones_as_written() -> None:
    """A stated deadline delays the first climb; `5 min each` the others; without either 5 min at critical, 15 below."""
    assert [rung.after_s for rung in rungs_of(LADDER, H, 900)] == [0, 900, 1200]
    assert [rung.after_s for rung in rungs_of(LADDER, H)] == [0, 300, 600]
    bare = WrittenLadder(("Ana", "Bo", "Eva"), (None, None, None))
    assert [rung.after_s for rung in rungs_of(bare, C)] == [0, 300, 600]
    assert [rung.after_s for rung in rungs_of(bare, H)] == [0, 900, 1800]


@pytest.mark.parametrize(
    ("text", "names", "lasts_s"),
    [
        ("Ana Ruiz → Bo Lindqvist → Eva, 5 min each", ("Ana Ruiz", "Bo Lindqvist", "Eva"), (300, 300, 300)),
        ("Ana (5 min) -> Bo (10 min) -> Eva", ("Ana", "Bo", "Eva"), (300, 600, None)),
        ("Ana => Lead (platform)", ("Ana", "Lead (platform)"), (None, None)),
    ],
)
def test_ladder_is_read(text: str, names: tuple[str, ...], lasts_s: tuple[float | None, ...]) -> None:
    """Arrows separate rungs; times belong to one rung or to each."""
    assert read_ladder(text) == WrittenLadder(names, lasts_s)


@pytest.mark.parametrize("text", ["", "Ana Ruiz", "→", "Ana →", "Engineering Manager"])
def test_one_name_is_no_ladder(text: str) -> None:
    """A ladder has at least two rungs with names."""
    assert read_ladder(text) is None


def test_default_ladder_follows_the_roles() -> None:
    """On-Call → Backup → Escalation → Service Owner, as far as they are named."""
    contacts = (
        Contact("Service Owner", "Eva"),
        Contact("Backup", "Bo"),
        Contact("On-Call", "Ana"),
        Contact("Cook", "Ida"),
    )
    assert default_ladder(contacts, None).names == ("Ana", "Bo", "Eva")
    assert default_ladder(contacts, "Zoe").names == ("Zoe", "Bo", "Eva")


SEVERITIES = [
    ("P1", C), ("p0", C), ("SEV-1", C), ("Sev 2", H), ("🔴 HIGH", H), ("🔴", C), ("Critical (page)", C), ("warning", M),
     ("⚠️ Warning", M),
    ("Severity 3", M), ("P4", L), ("minor", L), ("info", Severity.INFO), ("P0 - Page", C), ("Page", C), ("Ticket", L),
     ("URGENT", C),
    ("Critical/High", None), ("?", None), ("", None), ("P9", None), ("soon", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "severity"), SEVERITIES)
def test_severity_is_read_from_every_spelling(text: str, severity: Severity | None) -> None:
    """Words count before colours; two severities in one cell are none."""
    assert read_severity(text) is severity


def test_contacts_are_read_from_lists_and_tables() -> None:
    """Name, address and room of each contact, whatever the order of columns; rooms and rotation apart."""
    runbook = read_runbook(
        "## Contacts\n\n**Team:** Shop\n**Slack Channel:** #shop and #incidents\n\n"
        "- **Backup:** Bo Lindqvist <bo@shop.test>\n- **Manager:** Kari Nes, +47 900 00 111\n\n"
        "| Email | Who | Role |\n|---|---|---|\n| ida@shop.test | Ida Moe | Storage |\n"
    )
    found = [(one.role, one.name, one.address) for one in runbook.contacts]
    assert found == [("Backup", "Bo Lindqvist", "bo@shop.test"), ("Manager", "Kari Nes", "+47 900 00 111"),
                     ("Storage", "Ida Moe", "ida@shop.test")]  # fmt: skip
    assert runbook.rooms == ("#shop", "#incidents")
    assert runbook.service.owner == "Shop"


def test_name_that_no_contact_has_is_a_finding() -> None:
    """A ladder that leads to somebody unknown says so."""
    runbook = read_runbook("## Contacts\n\n**Escalation:** Ana → Nobody Known\n\n- **On-Call:** Ana\n")
    assert [(one.code, one.line) for one in runbook.findings if one.code == "WB701"] == [("WB701", 3)]


@pytest.mark.parametrize(
    ("on_call", "codes"),
    [("Zoe Quist", ["WB701"]), ("Ana Ruiz", []), ("https://pager.test/1", []), ("the platform rotation", [])],
)
def test_person_on_call_has_to_be_a_contact(on_call: str, codes: list[str]) -> None:
    """A name in the head that no contact has is told on its line; links and rotations are no names."""
    runbook = read_runbook(f"# T\n\n**On-Call:** {on_call}\n\n## Contacts\n\n- **On-Call:** Ana Ruiz\n")
    assert [one.code for one in runbook.findings if one.code == "WB701" and one.line == 3] == codes


def test_times_written_in_a_ladder_go_before_the_matrix_of_severities() -> None:
    """The matrix says when an alert is answered; it never makes a ladder slower than it is written."""
    runbook = read_runbook("""# Till

## Alerting

| Alert | Severity | Threshold | Response |
|---|---|---|---|
| Slow | P1 | p95 > 1s for 5m | Page Ana → Bo, 10 min each |
| Down | P1 | health check fails for 1m | Page on-call |
| Full | P1 | disk usage > 90% | Page on-call, investigate within 20 min |

## Escalation

Ana → Bo → Eva, 5 min each

## Severity Levels

| Severity | Response Time |
|---|---|
| P1 | 30 minutes |
""")
    times = {rule.name: [rung.after_s for rung in rule.response.ladder] for rule in runbook.alerts}
    assert times == {"Slow": [0.0, 600.0], "Down": [0.0, 300.0, 600.0], "Full": [0.0, 1200.0, 1500.0]}
    assert [rule.response.ack_deadline_s for rule in runbook.alerts] == [1800.0, 1800.0, 1200.0]
