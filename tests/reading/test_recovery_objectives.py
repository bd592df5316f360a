"""RPO and RTO outside a section on recovery: stated ones are objectives, everything else is not."""

import pytest

from watchbook.reading import read_runbook

MINUTE, HOUR = 60.0, 3600.0


@pytest.mark.parametrize(
    ("text", "rpo_s", "rto_s"),
    [
        ("- **Recovery Point Objective (RPO):** 20 minutes\n- **RTO**: 3 hours to full service.", 20 * MINUTE, 3 * HOUR),
        ("- RPO 10m, RTO 6h; the other region takes over", 10 * MINUTE, 6 * HOUR),
        ("Target RPO: 24 hours\n\nRTO target: ≤ 2 hours", 24 * HOUR, 2 * HOUR),
        ("- **RTO:** 2,700 seconds (45 minutes)", None, 45 * MINUTE),
        ("| Metric | Target |\n|---|---|\n| RPO | 5 minutes |\n| RTO | < 1 hour |", 5 * MINUTE, HOUR),
        ("- RTO: 4 hours and RPO: 1 hour", HOUR, 4 * HOUR),
        ("5. Recover (RTO 4h, RPO 24h): restore the copy", 24 * HOUR, 4 * HOUR),
    ],
)  # fmt: skip
def test_stated_objectives(text: str, rpo_s: float | None, rto_s: float | None) -> None:
    """An objective that is stated as a field, an item or a row is the service's, whatever its section is called."""
    recovery = read_runbook(f"# Till\n\n## Objectives\n\n{text}\n").recovery
    assert recovery is not None
    assert (recovery.rpo_s, recovery.rto_s) == (rpo_s, rto_s)


@pytest.mark.parametrize(
    "text",
    [
        "## Drill results\n\n- RTO: 50 minutes",
        "## Objectives\n\n- RTO: 4 hours for tier 1, 24 hours for the rest",
        "## Tier 1\n\n- RTO: 4 hours\n\n## Tier 2\n\n- RTO: 24 hours",
        "## Notes\n\nWe once missed the RTO: 2 hours became 5.",
        "## Notes\n\n- The job fails where a value is above RTO > 30 min",
        "## Objectives\n\n- RTO: [X hours]",
        "## Objectives\n\n- RTO: 30",
    ],
)
def test_no_objectives(text: str) -> None:
    """Results of drills, objectives of different things, sentences and bare numbers are no objective of the service."""
    assert read_runbook(f"# Till\n\n{text}\n").recovery is None


def test_section_on_recovery_goes_first() -> None:
    """What the section on recovery says counts; elsewhere only the missing objective is taken."""
    text = "# Till\n\n## SLOs\n\n- RPO: 1 hour\n- RTO: 9 hours\n\n## Backups & DR\n\n- RTO: 2 hours\n"
    recovery = read_runbook(text).recovery
    assert recovery is not None
    assert (recovery.rpo_s, recovery.rto_s) == (HOUR, 2 * HOUR)


@pytest.mark.parametrize("title", ["DR", "RPO/RTO", "RTO and RPO", "Backups & DR", "Backup Policy"])
def test_titles(title: str) -> None:
    """Short titles of recovery begin that section."""
    runbook = read_runbook(f"# Till\n\n## {title}\n\n- RPO: 1 hour\n- Daily backups, kept for 30 days\n")
    assert runbook.recovery is not None
    assert runbook.recovery.backup.retention_s == 30 * 24 * HOUR


def test_alerting_below_levels_of_service() -> None:
    """A section on alerts below service levels holds alerts and no targets."""
    text = (
        "# Till\n\n## SLOs\n\n- Availability: 99.9%\n\n### Alerting Configuration\n\n"
        "**Critical alerts** (page):\n\n- Error rate > 10% for 5m\n\n**Warning alerts:**\n\n- Disk usage > 80%\n"
    )
    runbook = read_runbook(text)
    assert [
        (rule.severity.value, rule.condition.signal, rule.condition.value) for rule in runbook.alerts
    ] == [
        ("critical", "error_ratio", 0.1),
        ("medium", "disk_utilization", 0.8),
    ]
    assert all(figure.condition.value not in (0.1, 0.8) for figure in runbook.figures)


DAY = 24 * HOUR


@pytest.mark.parametrize(
    ("line", "every_s", "retention_s", "drill_s", "continuous"),
    [
        ("- Dumps are written every 8 hours and retained 12 days", 8 * HOUR, 12 * DAY, None, False),
        ("- Monthly full, daily incremental backups, kept 3 weeks", DAY, 21 * DAY, None, False),
        ("- Full copy nightly; kept 9 days; WAL archived continuously", DAY, 9 * DAY, None, True),
        ("- Backups: daily full; weekly restore drills", DAY, None, 7 * DAY, False),
        ("- Hourly backups, restored for a test every week", HOUR, None, 7 * DAY, False),
        ("- **Schedule**: verify backups weekly", None, None, 7 * DAY, False),
        ("Backups run nightly and are verified weekly", DAY, None, 7 * DAY, False),
    ],
)
def test_backups_in_a_sentence(
    line: str, every_s: float | None, retention_s: float | None, drill_s: float | None, continuous: bool
) -> None:
    """Each part of a line has a cadence of its own: the most frequent backup, and how often a restore is tested."""
    recovery = read_runbook(f"# Till\n\n## Backups\n\n{line}\n").recovery
    assert recovery is not None
    backup = recovery.backup
    assert (backup.every_s, backup.retention_s, backup.drill_every_s, backup.continuous) == (
        every_s,
        retention_s,
        drill_s,
        continuous,
    )
