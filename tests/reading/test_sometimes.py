"""What the reading says of steps that do not always run."""

from watchbook.reading import read_runbook


def test_the_reading_says_what_runs_only_sometimes() -> None:
    """An alternative and a way back inside a block are told apart from the steps that always run; a lone platform is one."""
    text = (
        "# S\n## Deployment\n**Deploy:**\n```bash\n# First\n./a.sh\n\n# If the cache is cold\n./b.sh\n\n# Docker\n./c.sh\n\n"
        "# Rollback\n./d.sh\n```\n"
    )
    said = {
        reading.line: reading.says for reading in read_runbook(text).readings if "Runs only" in reading.says
    }
    assert said == {
        8: "Runs only where a person chooses it.",
        14: "Runs only to undo the steps above, when one of them fails.",
    }


def test_short_english_notes_are_not_foreign() -> None:
    """A document of tables and bullets has few sentences, and its words are still those of a runbook."""
    text = (
        "# Till\n\n## Service SLOs\n\n| SLO | Target |\n|---|---|\n"
        "| Request latency (p95) | < 0.5s |\n| Uptime | 99.9% |\n\n"
        "## Priorities and SLAs\n\n- P0: immediate response, day or night\n- P1: same business day\n- P2: next sprint\n\n"
        "## Error Budget Policy\n\n- 99.9% quarterly availability\n- Half of the budget burned: pause releases\n\n"
        "## Backup targets\n\n- Backups: daily full, weekly restore tests\n- Service recovery in two hours\n"
    )
    assert "WB007" not in {finding.code for finding in read_runbook(text).findings}
