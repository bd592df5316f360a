"""The examples' runbooks as Watchbook reads them: whole, without anything to mend, and every section of the template."""

import re
from pathlib import Path

import pytest

from watchbook.reading import read_runbook

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SEED = Path(__file__).resolve().parents[3] / "shared" / "seed" / "runbook-template.md"
RUNBOOKS = sorted(EXAMPLES.glob("*/RUNBOOK.md"))


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.parent.name)
def test_a_shipped_runbook_is_understood_whole(path: Path) -> None:
    """No line is left over, and no finding is worse than a note."""
    runbook = read_runbook(path.read_text(encoding="utf-8"))
    assert runbook.coverage.faulted == 0
    assert [finding for finding in runbook.findings if finding.severity != "note"] == []


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.parent.name)
def test_every_issue_has_an_alert_and_every_cause_a_check_and_a_remedy(path: Path) -> None:
    """Each alert is explained by an issue, and each cause can be checked without a person and mended by one."""
    runbook = read_runbook(path.read_text(encoding="utf-8"))
    named = {alert for issue in runbook.issues for alert in issue.alerts}
    assert {rule.name for rule in runbook.alerts if rule.role == "alert"} == named
    for cause in (cause for issue in runbook.issues for cause in issue.causes if not cause.advice):
        assert cause.check and all(
            step.safety and step.safety.safety == "read_only" for step in cause.check
        ), cause.name
        assert any(step.kind == "command" for step in cause.remedy), cause.name
        assert cause.remedy[-1].kind == "verify", cause.name


def headings(path: Path) -> list[str]:
    """Second- and third-level titles, without the issues, which each runbook has its own of."""
    found = re.findall(r"^##+ (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [title for title in found if not title.startswith("Issue: ")]


if SEED.exists():

    @pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.parent.name)
    def test_no_section_of_the_template_is_missing(path: Path) -> None:
        """A runbook that ships has the sections of the template in its order; nginx has no scaling."""
        left_out = {"Scaling", "Metrics"} if path.parent.name == "02-nginx" else set()
        wanted = [title for title in headings(SEED) if title not in left_out]
        assert [title for title in headings(path) if title in wanted] == wanted
