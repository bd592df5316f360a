"""Maintenance, recovery, review, hand-off, secrets, and the parts of a runbook that must agree."""

from datetime import date

import pytest

from watchbook.model.runbook import Hours, Level, Runbook
from watchbook.reading import read_runbook
from watchbook.reading.dates import read_date
from watchbook.reading.maintenance import read_hours

HOURS = [
    ("Sunday 02:00–04:00 Europe/Berlin", Hours((6,), "02:00", "04:00", "Europe/Berlin")),
    ("Mon–Fri 22:00-23:30 UTC", Hours((0, 1, 2, 3, 4), "22:00", "23:30", "UTC")),
    ("Fri to Mon 01:00–02:00", Hours((4, 5, 6, 0), "01:00", "02:00", None)),
    ("weekdays 9am to 5pm", Hours((0, 1, 2, 3, 4), "09:00", "17:00", None)),
    ("Tuesday and Thursday, 12am-3am CET", Hours((1, 3), "00:00", "03:00", "CET")),
    ("daily 23:00–24:00 GMT", Hours((0, 1, 2, 3, 4, 5, 6), "23:00", "24:00", "GMT")),
]


@pytest.mark.parametrize(("text", "hours"), HOURS)
def test_hours_are_read(text: str, hours: Hours) -> None:
    """Days, ranges of days over the week's end, clocks of 12 and 24 hours, zones."""
    assert read_hours(text) == hours


@pytest.mark.parametrize(
    "text", ["", "at night", "Sunday", "02:00–04:00", "Sunday 2-4", "Sunday 25:00–26:00", "13pm-14pm Sunday"]
)
def test_other_times_are_no_hours(text: str) -> None:
    """Without day, clock or a possible time nothing is guessed."""
    assert read_hours(text) is None


DATES = [
    ("2026-11-23", date(2026, 11, 23)), ("2026/1/5", date(2026, 1, 5)), ("2026-11", date(2026, 11, 1)),
     ("23 November 2026", date(2026, 11, 23)),
    ("November 23rd, 2026", date(2026, 11, 23)), ("Nov 2026", date(2026, 11, 1)), ("23.11.2026", date(2026, 11, 23)),
    ("2026-11-23T10:00:00Z", date(2026, 11, 23)), ("2026-11-23 (by Ana)", date(2026, 11, 23)),
    ("11/23/2026", date(2026, 11, 23)),
    ("11/12/2026", None), ("31.13.2026", None), ("soon", None), ("", None), ("Smarch 3, 2026", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), DATES)
def test_date_is_read(text: str, expected: date | None) -> None:
    """ISO, words and dots; day and month are never guessed apart."""
    assert read_date(text) == expected


def _codes(runbook: Runbook) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for finding in runbook.findings:
        found.setdefault(finding.code, []).append(finding.line)
    return found


def test_later_of_two_dates_counts_and_the_difference_is_told() -> None:
    """Head and tail give the same field twice."""
    runbook = read_runbook(
        "# T\n\n**Last Updated:** 2026-01-01\n\n## X\n\ntext\n\n**Last Updated:** 2026-02-01\n**Next Review:** 2026-08-01\n"
    )
    assert (runbook.review.last_updated, runbook.review.next_review) == ("2026-02-01", "2026-08-01")
    assert _codes(runbook)["WB104"] == [9]


def test_recovery_is_read_and_held_against_itself() -> None:
    """Cadence, retention, location, drills, objectives; daily backups cannot meet an hour."""
    text = (
        "## Disaster Recovery\n- **Frequency:** Daily\n- **Retention:** 30 days\n- **Location:** `s3://b`\n"
        "- **Testing:** Quarterly restore tests\n\n1. Determine Recovery Point Objective (RPO): 1 hour\n2. RTO: 4h\n"
    )
    runbook = read_runbook(text)
    recovery = runbook.recovery
    assert recovery is not None
    backup = recovery.backup
    assert (backup.every_s, backup.retention_s, backup.location, backup.drill_every_s) == (
        86400,
        2592000,
        "`s3://b`",
        91 * 86400,
    )
    assert (recovery.rpo_s, recovery.rto_s) == (3600, 14400)
    assert _codes(runbook)["WB601"] == [2]
    continuous = read_runbook(text.replace("Daily", "Daily, with continuous WAL archiving"))
    assert "WB601" not in _codes(continuous)


def test_maintenance_is_read() -> None:
    """Notice and hours from the list, steps from the procedure."""
    maintenance = read_runbook(
        "## Maintenance Windows\n### Planned Maintenance\n- Low-traffic hours: Sunday 02:00–04:00 UTC\n"
        "- Announce 72 hours in advance\n\n"
        "**Procedure:**\n1. Announce\n2. Work\n"
    ).maintenance
    assert maintenance is not None
    assert (maintenance.notice_s, maintenance.hours) == (259200, (Hours((6,), "02:00", "04:00", "UTC"),))
    assert maintenance.procedure == "Planned Maintenance"


SECRETS = [
    "key AKIA" + "IOSFODNN7EXAMPL3", "export TOKEN=" + "a8f5f167f44f4964e6c9", "postgres://app:" + "s3cr37pwd@db/x",
    "token ghp_" + "a1B2" * 9,
    "-----BEGIN RSA " + "PRIVATE KEY-----", "password: " + "Tr0ub4dor&3x",
]  # fmt: skip
NO_SECRETS = [
    "password: $DB_PASSWORD", "token=<token>", "postgres://app:password@db/x", "postgres://user:${PW}@db/x",
    "api_key: your-api-key-1",
    "password=changeme1", "the secret is kept in the vault", "secret: env:SHOP_SECRET", "https://example.test/a:b@c",
    "token: /run/secrets/token1",
]  # fmt: skip


@pytest.mark.parametrize("line", SECRETS)
def test_secret_in_the_text_is_an_error_and_never_repeated(line: str) -> None:
    """Known shapes of credentials are found; message and mend do not hold them."""
    (finding,) = [one for one in read_runbook(f"# T\n\n    {line}\n").findings if one.code == "WB801"]
    assert finding.severity is Level.ERROR
    assert not any(
        part in finding.message + finding.mend
        for part in line.split()
        if len(part) > 8 and "PRIVATE" not in part
    )


@pytest.mark.parametrize("line", NO_SECRETS)
def test_names_and_gaps_are_no_secrets(line: str) -> None:
    """Variables, placeholders, words and paths are left alone."""
    assert "WB801" not in _codes(read_runbook(f"# T\n\n    {line}\n"))


def test_hand_off_items_know_their_source() -> None:
    """Items that a source fills name it; the others are written by a person."""
    items = read_runbook(
        "## On-Call Handoff\n- [ ] Review open incidents\n- [ ] Check system health\n- [ ] Water the plants\n"
    ).handoff
    assert [(item.text, item.source) for item in items] == [
        ("Review open incidents", "incidents"), ("Check system health", "health"), ("Water the plants", None),
    ]  # fmt: skip


def test_alert_without_issue_and_check_without_alert_are_told() -> None:
    """Parts of the runbook that do not lead to each other."""
    runbook = read_runbook(
        "## Dependencies Health\n- **Cache:** `tcp://c:1`\n"
        "## Alerting\n| Alert | Severity | Threshold | Response |\n|---|---|---|---|\n"
        "| Down | Critical | 0 healthy instances | Page on-call |\n"
        "## Troubleshooting\n### Issue: Slow\n**Symptoms:**\n- p95 > 1s\n"
    )
    codes = _codes(runbook)
    assert codes["WB308"] == [6]
    assert codes["WB202"] == [2]
    assert codes["WB702"] == [1]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("| A | Critical | Disk nearly full | Page on-call |", "WB301"),
        ("| A | Critical | p95 < 200ms | Page on-call |", "WB302"),
        ("| A | Critical | > 150% errors | Page on-call |", "WB303"),
        ("| A | Sunny | > 1% errors | Page on-call |", "WB304"),
        ("| A | | > 1% errors | Page on-call |", "WB305"),
        ("| A | High | > 1% errors | frobnicate |", "WB306"),
        ("| A | High | > 1% errors | |", "WB307"),
        ("| A | Critical | > 1% errors | #ops |", "WB309"),
        ("| A | High | Search check fails | Page on-call |", "WB310"),
        ("| A | High | | Page on-call |", "WB313"),
        ("| A | High | p95 > 500 | Page on-call |", "WB210"),
    ],
)
def test_row_that_is_not_right_has_its_finding(row: str, code: str) -> None:
    """Every way for a row of the alert table to be wrong, with the line it stands on."""
    runbook = read_runbook(
        f"## Alerting\n| Alert | Severity | Threshold | Response |\n|---|---|---|---|\n{row}\n"
    )
    assert _codes(runbook)[code] == [4]
    armed = code in ("WB304", "WB305", "WB306", "WB307", "WB309", "WB313")
    assert bool(runbook.alerts) is armed


def test_same_name_twice_is_told() -> None:
    """The second alert of a name is not taken: silences and pages are bound to names."""
    table = "| Alert | Severity | Threshold | Response |\n|---|---|---|---|\n"
    runbook = read_runbook(
        f"## Alerting\n{table}| A | High | > 1% errors | Page |\n| a | Low | > 2% errors | Page |\n"
    )
    assert [rule.line for rule in runbook.alerts] == [4]
    assert _codes(runbook)["WB311"] == [5]


@pytest.mark.parametrize(
    ("section", "line", "code"),
    [
        ("Alerting", "- Watch out when CPU > 90%", "WB003"),
        ("Alerting", "Somebody should look when errors exceed 5%.", "WB003"),
        ("Alerting", "- Be kind to the person on call", None),
        ("Key Metrics", "- Sometimes, when busy, > 80%", "WB003"),
        ("Key Metrics", "- See the dashboard for everything else", None),
    ],
)
def test_line_that_compares_something_is_never_left_in_silence(
    section: str, line: str, code: str | None
) -> None:
    """Running text is prose; where it compares something with a number it says that it does nothing."""
    found = [one.code for one in read_runbook(f"## {section}\n\n{line}\n").findings if one.line == 3]
    assert [one for one in found if one == "WB003"] == ([code] if code else [])
