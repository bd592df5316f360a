"""Recovery, backups, maintenance windows, handoffs and environments as strangers write them."""

import pytest

from watchbook.model.runbook import Hours, Runbook
from watchbook.reading import read_runbook
from watchbook.reading.contract import contract

MIN, HOUR, DAY = 60.0, 3600.0, 86400.0


def _recovery(text: str) -> Runbook:
    return read_runbook(f"# Till\n\n## Disaster Recovery\n\n{text}\n")


def _table(*rows: str) -> str:
    header, *rest = rows
    line = "|---" * (header.count("|") + 1) + "|"
    return "\n".join((f"| {header} |", line, *(f"| {row} |" for row in rest)))


OBJECTIVES = {
    "fields": ("**RTO**: 4 hours\n**RPO**: < 1h", HOUR, 4 * HOUR),
    "one line": ("- RPO/RTO: 15 min / 4h", 15 * MIN, 4 * HOUR),
    "the other way round": ("- RTO and RPO targets: 4h, 15 min", 15 * MIN, 4 * HOUR),
    "a table of names": (_table("Metric | Target", "RTO | 4 hours", "RPO | 1 hour"), HOUR, 4 * HOUR),
    "systems": (
        _table("System | RPO | RTO", "Payments | 5 min | < 1h", "Reports | 24h | 1 day"),
        5 * MIN,
        HOUR,
    ),
    "scenarios": (_table("Scenario | RTO", "Disk | 30 minutes", "Region | 4 hours"), None, 4 * HOUR),
    "nothing lost": (_table("System | RPO | RTO", "Ledger | zero | 30 min"), 0.0, 30 * MIN),
    "in words": ("Recovery Time Objective is 4 hours, Recovery Point Objective of 1 hour.", HOUR, 4 * HOUR),
}


@pytest.mark.parametrize(("text", "rpo_s", "rto_s"), OBJECTIVES.values(), ids=OBJECTIVES.keys())
def test_objectives_are_read_in_every_shape(text: str, rpo_s: float | None, rto_s: float | None) -> None:
    """The strictest of several systems; of several scenarios what holds in each of them."""
    recovery = _recovery(text).recovery
    assert recovery is not None
    assert (recovery.rpo_s, recovery.rto_s) == (rpo_s, rto_s)


def test_each_system_keeps_its_own_objective() -> None:
    """Rows of a table stand in the JSON reading, with their lines."""
    read = contract(_recovery(_table("System | RPO | RTO", "Payments | 5 min | 1h", "Reports | - | 1 day")))[
        "recovery"
    ]
    assert read["objectives"] == [
        {"name": "Payments", "rpo_s": 300.0, "rto_s": 3600.0, "line": 7},
        {"name": "Reports", "rto_s": 86400.0, "line": 8},
    ]


@pytest.mark.parametrize(
    "text",
    ["**RTO**: 4", _table("System | RPO", "A | 2"), _table("System | RTO", "A | 3 people"), "RPO/RTO: 1/2"],
)
def test_objective_that_is_no_time_is_told(text: str) -> None:
    """A number that is not understood has a finding, and is no objective."""
    runbook = _recovery(text)
    assert [one for one in runbook.findings if one.code == "WB602"]
    assert runbook.recovery is not None and runbook.recovery.rpo_s is None and runbook.recovery.rto_s is None


def test_backup_table_is_read() -> None:
    """A plan for each row; the slowest one is held against the objective."""
    rows = (
        "PostgreSQL | Daily at 02:00 UTC | 30 days | `s3://b`",
        "Redis | every 6 hours | 7 days | s3",
        "Logs | on change | forever | git",
    )
    recovery = _recovery(_table("What | Frequency | Retention | Location", *rows)).recovery
    assert recovery is not None
    found = [(one.name, one.every_s, one.retention_s, one.location) for one in recovery.backups]
    assert found == [("PostgreSQL", DAY, 30 * DAY, "`s3://b`"), ("Redis", 6 * HOUR, 7 * DAY, "s3")]
    assert (recovery.backup.every_s, recovery.backup.retention_s, recovery.backup.location) == (
        DAY,
        7 * DAY,
        "`s3://b`",
    )


def test_kinds_of_backups_of_one_thing_are_held_to_the_quickest() -> None:
    """Weekly full and hourly incremental backups lose an hour at most."""
    recovery = _recovery(
        _table(
            "Backup Type | Schedule | Retention", "Full | Weekly | 90 days", "Incremental | Hourly | 7 days"
        )
    ).recovery
    assert recovery is not None and recovery.backup.every_s == HOUR


def test_number_in_a_backup_table_that_is_not_understood_is_told() -> None:
    """Every row that carries a number is read, or has a finding."""
    runbook = _recovery(_table("What | Frequency | Retention", "Files | 3 | 2 copies"))
    assert [one.message for one in runbook.findings if one.code == "WB602"] == [
        "Frequency was not understood: `3`.",
        "Retention was not understood: `2 copies`.",
    ]


SPOKEN = {
    "below a title": ("### Backups\n\n- Daily at 02:00 UTC, kept 30 days", DAY, 30 * DAY, None),
    "a sentence": (
        "Snapshots are taken every 6 hours with 14 days retention. Restores are tested monthly.",
        6 * HOUR,
        14 * DAY,
        30 * DAY,
    ),
    "a field": ("- Backups: daily, retained for 30 days", DAY, 30 * DAY, None),
    "drills": ("- Nightly dumps\n- Restore tests every quarter", DAY, None, 91 * DAY),
    "steps": ("1. Take a daily backup", None, None, None),
    "something else": ("- The team meets daily", None, None, None),
}


@pytest.mark.parametrize(("text", "every_s", "retention_s", "drill_s"), SPOKEN.values(), ids=SPOKEN.keys())
def test_backups_in_words_are_read(
    text: str, every_s: float | None, retention_s: float | None, drill_s: float | None
) -> None:
    """How often, how long kept, how often tried out; steps and other habits are none."""
    recovery = _recovery(text).recovery
    assert recovery is not None
    backup = recovery.backup
    assert (backup.every_s, backup.retention_s, backup.drill_every_s) == (every_s, retention_s, drill_s)


SUNDAY = Hours((6,), "02:00", "04:00", "UTC")
WINDOWS = {
    "a line": ("Sundays 02:00–04:00 UTC", SUNDAY),
    "a title": ("### Weekly window (Sundays 2:00-4:00 UTC)\n\nText.", SUNDAY),
    "a table": (_table("Window | Day | Time | Zone", "Weekly | Sunday | 02:00–04:00 | UTC"), SUNDAY),
}


@pytest.mark.parametrize(("text", "hours"), WINDOWS.values(), ids=WINDOWS.keys())
def test_maintenance_windows_are_read(text: str, hours: Hours) -> None:
    """A list, a title, a row: the same hours."""
    runbook = read_runbook(f"# Till\n\n## Maintenance Windows\n\n{text}\n")
    assert runbook.maintenance is not None and runbook.maintenance.hours == (hours,)


@pytest.mark.parametrize(
    "text",
    [
        "- Every second Tuesday 22:00–23:00 UTC", "- First Sunday of the month 02:00-04:00 UTC",
        "- Monthly, Sunday 02:00–04:00 UTC",
        _table("Window | Schedule", "Patches | every other Sunday 02:00–04:00 UTC"),
    ],
)  # fmt: skip
def test_window_that_is_not_weekly_is_told_and_allows_nothing(text: str) -> None:
    """Hours of some weeks only would allow too much if they were taken for every week's."""
    runbook = read_runbook(f"# Till\n\n## Maintenance Windows\n\n{text}\n")
    assert runbook.maintenance is not None and runbook.maintenance.hours == ()
    assert [one for one in runbook.findings if one.code == "WB603"]


def test_handoff_is_read_from_lists_in_lists_and_tables() -> None:
    """Labels over lists are no items; what stands below them, and rows, are."""
    text = "- **Before:**\n  - [ ] Open incidents\n  - [ ] Snacks\n- [ ] Recent deployments\n\n" + _table(
        "Item | Done", "Silences | ☐"
    )
    items = read_runbook(f"# Till\n\n## On-Call Handoff\n\n{text}\n").handoff
    assert [(one.text, one.source, one.line) for one in items] == [
        ("Open incidents", "incidents", 6), ("Snacks", None, 7), ("Recent deployments", "changes", 8),
        ("Silences", None, 12),
    ]  # fmt: skip


PLACES = {
    "rows": _table(
        "Environment | URL | Namespace",
        "Production | https://t.test | till",
        "Staging | https://s.test | till-s",
    ),
    "columns": _table(
        " | Production | Staging", "URL | https://t.test | https://s.test", "Namespace | till | till-s"
    ),
    "headings": "### Production\n\n- **URL:** https://t.test\n- **Namespace:** `till`\n\n### Staging environment\n\n"
    "URL: https://s.test\nNamespace: till-s",
}


@pytest.mark.parametrize("text", PLACES.values(), ids=PLACES.keys())
def test_environments_are_read_in_every_shape(text: str) -> None:
    """A row, a column or a heading for each environment."""
    places = read_runbook(f"# Till\n\n## Environments\n\n{text}\n").service.environments
    assert [(one.name, one.url, one.namespace) for one in places] == [
        ("Production", "https://t.test", "till"),
        ("Staging", "https://s.test", "till-s"),
    ]
