"""`watchbook test`: files and fences, three outputs, and how it ends."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result
from tests.cli.test_check import GOOD

from watchbook.cli.test import command
from watchbook.model.errors import DocumentError

DOWN = """\
- name: It goes down
  probes: {instances: {0s: 1 of 1, 20s: 0 of 1}}
  expect:
    - {at: 10s, alerts: none, pages: none}
    - {at: 2min, alerts: {Down: firing}}
"""


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(one) for one in arguments], standalone_mode=False)


@pytest.fixture
def runbook(tmp_path: Path) -> Path:
    """A runbook with an alert named Down, and its scenario beside it."""
    path = tmp_path / "RUNBOOK.md"
    path.write_text(GOOD, encoding="utf-8")
    _beside(path, DOWN.replace("Down:", f"{_alert(path)}:"))
    return path


def _alert(path: Path) -> str:
    from watchbook.app.documents.loading import load

    return next(
        rule.name
        for rule in load(path).runbook.alerts
        if rule.condition.signal == "healthy_instances" and rule.condition.value == 0
    )


def _beside(path: Path, text: str) -> None:
    path.with_name("RUNBOOK.test.yaml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("named", ["RUNBOOK.md", "RUNBOOK.test.yaml", ""])
def test_scenarios_are_found_by_runbook_file_and_folder(runbook: Path, named: str) -> None:
    """One line a scenario, one in sum, and 0."""
    done = _run(runbook.parent / named)
    assert done.return_value == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0] == str(runbook.with_name("RUNBOOK.test.yaml"))
    assert lines[1] == "  ok      It goes down (2 min)"
    assert lines[2].startswith("1 scenario in ") and lines[2].endswith(", all as expected.")


def test_scenarios_of_a_fence_are_played_beside_those_of_the_file(runbook: Path) -> None:
    """Both are told, each under its file."""
    fence = DOWN.replace("Down:", f"{_alert(runbook)}:").replace("It goes", "In a fence it goes")
    runbook.write_text(GOOD + f"\n## Tests\n\n```yaml watchbook-test\n{fence}```\n", encoding="utf-8")
    done = _run(runbook)
    assert done.return_value == 0
    assert "In a fence it goes down" in done.stdout
    assert "2 scenarios in " in done.stdout


def test_what_came_out_otherwise_is_told_with_both_lines(runbook: Path) -> None:
    """Text, JSON and JUnit say the same, and it ends with 1."""
    scenario = runbook.with_name("RUNBOOK.test.yaml")
    scenario.write_text(scenario.read_text().replace("firing", "ok"))
    junit = runbook.with_name("results.xml")
    done = _run(runbook, "--junit", junit)
    assert done.return_value == 1
    name = _alert(runbook)
    line = next(n for n, text in enumerate(GOOD.splitlines(), 1) if text.startswith(f"| {name} |"))
    text = done.stdout
    assert f"{scenario}:5: at 2 min" in text
    assert f"expected: {name} is ok" in text
    assert f"happened: {name} is firing: 0 of 1 instances healthy" in text
    assert f"decided by {runbook}:{line}: {name} |" in text
    assert "1 failed." in text
    said = json.loads(_run(runbook, "--format", "json").stdout)
    assert said["exit"] == 1
    (failure,) = said["files"][0]["scenarios"][0]["failures"]
    assert (failure["at_s"], failure["line"], failure["decided"][0]["line"]) == (120.0, 5, line)
    suite = ElementTree.parse(junit).getroot()[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("1", "1", "0")
    (case,) = suite.findall("testcase")
    assert case.get("name") == "It goes down"
    assert f"expected: {name} is ok" in (case.find("failure").text or "")  # type: ignore[union-attr]


def test_every_problem_of_a_file_is_listed(runbook: Path) -> None:
    """Of its form and of its names, in order of lines, and it ends with 2."""
    _beside(
        runbook, DOWN.replace("20s: 0 of 1", "20s: 2 of 1").replace("pages: none", "pages: [Nobody Else]")
    )
    junit = runbook.with_name("results.xml")
    done = _run(runbook.parent, "--junit", junit)
    assert done.return_value == 2
    path = runbook.with_name("RUNBOOK.test.yaml")
    lines = [line.removeprefix(f"watchbook: {path}:").split(".")[0] for line in done.stderr.splitlines()]
    assert lines[0] == "2: “2 of 1” counts no instances"
    assert lines[1].startswith("4: the runbook has no person or room “Nobody Else”")
    (suite,) = ElementTree.parse(junit).getroot()
    assert (suite.get("failures"), suite.get("errors")) == ("0", "1")


def test_a_folder_without_scenarios_is_a_mistake(tmp_path: Path) -> None:
    """A pipeline that tests nothing does not stay green."""
    (tmp_path / "RUNBOOK.md").write_text(GOOD, encoding="utf-8")
    done = _run(tmp_path)
    assert isinstance(done.exception, DocumentError)
    assert "there is no scenario" in str(done.exception)


def test_runbooks_without_scenarios_are_counted(runbook: Path) -> None:
    """Beside those that have some."""
    other = runbook.parent / "other"
    other.mkdir()
    (other / "RUNBOOK.md").write_text(GOOD, encoding="utf-8")
    done = _run(runbook.parent)
    assert done.return_value == 0
    assert done.stdout.rstrip().endswith("1 runbook has no scenarios.")


def test_only_plays_what_is_named(runbook: Path) -> None:
    """By a part of the name, in any case; a name that is nowhere is a mistake."""
    assert _run(runbook, "--only", "GOES").return_value == 0
    assert isinstance(_run(runbook, "--only", "elsewhere").exception, DocumentError)


def test_a_file_that_cannot_be_written_is_said(runbook: Path) -> None:
    """One line with the reason."""
    done = _run(runbook, "--junit", runbook.parent / "none" / "results.xml")
    assert isinstance(done.exception, DocumentError)
    assert "cannot be written" in str(done.exception)


def test_signs_that_xml_does_not_know_are_replaced(runbook: Path) -> None:
    """A name with a control sign still gives a file that can be read."""
    scenario = runbook.with_name("RUNBOOK.test.yaml")
    scenario.write_text(scenario.read_text().replace("name: It goes down", 'name: "It \\u0007 <goes> down"'))
    junit = runbook.with_name("results.xml")
    assert _run(runbook, "--junit", junit).return_value == 0
    (case,) = ElementTree.parse(junit).getroot()[0]
    assert case.get("name") == "It � <goes> down"


@pytest.mark.slow
def test_it_is_a_command_that_starts_nothing(runbook: Path) -> None:
    """As a reader would call it: an exit code, and nothing left behind in the folder."""
    before = sorted(runbook.parent.rglob("*"))
    done = subprocess.run(
        [sys.executable, "-m", "watchbook", "test"],
        cwd=runbook.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(runbook.parent.rglob("*")) == before
