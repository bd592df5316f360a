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
