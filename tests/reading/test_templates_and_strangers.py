"""The unfilled template and strangers' runbooks, where they are at hand: honest, partial, never a crash."""

import time
from collections import Counter
from pathlib import Path

import pytest

from watchbook.model.runbook import Role, Runbook
from watchbook.reading import read_runbook
from watchbook.reading.contract import contract

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
SEED = SHARED / "seed" / "runbook-template.md"
STRANGERS = sorted(SHARED.glob("corpus/service/*.md")) + sorted(SHARED.glob("corpus/alerts/**/*.md"))
EXAMPLES = [ROOT / "RUNBOOK.md", *sorted((ROOT / "examples").glob("*/RUNBOOK.md"))]

if not SHARED.is_dir():
    STRANGERS = []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_runbooks_that_ship_are_understood_whole(path: Path) -> None:
    """Every line is read or prose, and nothing is worse than a note."""
    runbook = read_runbook(path.read_text())
    assert runbook.coverage.faulted == 0
    assert [one for one in runbook.findings if one.severity != "note"] == []


def _timed(text: str) -> tuple[Runbook, float]:
    began = time.process_time()
    runbook = read_runbook(text)
    return runbook, time.process_time() - began


if SEED.is_file():

    def test_unfilled_template_gives_its_gaps() -> None:
        """37 bracketed placeholders, 2 of them values, and 2 example hosts; no value is read out of a gap."""
        runbook = read_runbook(SEED.read_text())
        codes = Counter(one.code for one in runbook.findings)
        assert (codes["WB001"], codes["WB004"], codes["WB005"]) == (35, 2, 2)
        assert runbook.service.objective is None
        assert runbook.service.owner is None
        assert runbook.contacts == ()
        recovery = runbook.recovery
        assert recovery is not None
        assert (recovery.rpo_s, recovery.rto_s, recovery.backup.every_s) == (3600, 14400, 86400)
        assert codes["WB601"] == 1
        assert [rule.name for rule in runbook.alerts] == ["Service Down", "High Error Rate", "High Latency"]
        assert [issue.alerts for issue in runbook.issues] == [
            ("Service Down",),
            ("High Error Rate",),
            ("High Latency",),
        ]


if STRANGERS:

    @pytest.mark.slow
    def test_strangers_runbooks_are_read_without_a_crash() -> None:
        """No document raises or takes a second; counts add up; only alerts have the role of one."""
        for path in STRANGERS:
            text = path.read_text(errors="replace")
            runbook, seconds = _timed(text)
            if seconds >= 1:  # a busy machine counts against nobody twice
                seconds = min(_timed(text)[1], _timed(text)[1])
            assert seconds < 1, path.name
            coverage = runbook.coverage
            assert coverage.read + coverage.faulted + coverage.prose == coverage.lines, path.name
            assert contract(runbook)["version"] == 0
            assert all(rule.role is Role.ALERT for rule in runbook.alerts), path.name

    @pytest.mark.parametrize("number", ["01", "35", "78"])
    def test_stranger_gives_a_partial_reading(number: str) -> None:
        """Something is read, something is not, and both are said."""
        (path,) = SHARED.glob(f"corpus/service/{number}-*.md")
        runbook = read_runbook(path.read_text())
        assert runbook.coverage.read > 40
        assert runbook.findings
        assert runbook.procedures or runbook.commands
