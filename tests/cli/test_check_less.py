"""`watchbook check` where not everything counts: comments, a baseline, lines that changed; the hook and the action."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from tests.cli.test_check import BAD, GOOD
from tests.programs import require_program

from watchbook.cli.check import command
from watchbook.model.errors import DocumentError
from watchbook.world.git import GitError

ROOT = Path(__file__).parents[2]


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(command, [*arguments, "--at", "2026-12-01"], standalone_mode=False)


def _codes(*arguments: str) -> list[str]:
    (document,) = json.loads(_run(*arguments, "--format", "json").output)["files"]
    return [finding["code"] for finding in document["findings"]]


@pytest.fixture
def runbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bad runbook in a git repository of its own, committed."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    path = Path("RUNBOOK.md")
    path.write_text(BAD)
    _git("init", "-q", "-b", "main")
    _git("add", "-A")
    _git("commit", "-q", "-m", "x")
    return path


def _git(*arguments: str) -> None:
    named = ("-c", "user.name=Ana", "-c", "user.email=ana@till.test", "-c", "commit.gpgsign=false")
    subprocess.run([require_program("git"), *named, *arguments], check=True, capture_output=True)


def test_a_comment_switches_one_finding_off(runbook: Path) -> None:
    """The error beside it counts no more, the summary says so, and nothing else is hidden."""
    before = _codes("RUNBOOK.md")
    runbook.write_text(
        BAD.replace("Disk nearly full |", "Disk nearly full <!-- watchbook: ignore WB301 soon --> |")
    )
    done = _run("RUNBOOK.md")
    assert done.return_value == 0
    assert "; 1 ignored by a comment (" in done.output
    assert _codes("RUNBOOK.md") == [code for code in before if code != "WB301"]


def test_a_baseline_knows_what_was_there(runbook: Path) -> None:
    """Written once, everything is known; moved text stays known; what is new and what is mended is told."""
    done = _run("RUNBOOK.md", "--baseline", "known.json", "--write-baseline")
    assert done.return_value == 0
    assert re.fullmatch(r"known\.json: \d+ findings known from now on\.\n", done.output)
    assert _codes("RUNBOOK.md", "--baseline", "known.json", "--fail-on", "note") == []
    runbook.write_text(BAD.replace("## Alerting", "Some words.\n\n## Alerting"))
    assert _run("RUNBOOK.md", "--baseline", "known.json", "--fail-on", "note").return_value == 0
    runbook.write_text(BAD.replace("**On-Call:** Ana\n", "**On-Call:** [Name]\n"))
    assert _codes("RUNBOOK.md", "--baseline", "known.json") == ["WB001"]
    runbook.write_text(BAD.replace("Disk nearly full", "Disk usage > 90%"))
    assert "2 of the baseline mended" in _run("RUNBOOK.md", "--baseline", "known.json").output


def test_a_baseline_counts_from_its_own_folder(runbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Called from elsewhere it knows the same files, and files that are not checked keep what it knows."""
    other = Path("other-runbook.md")
    other.write_text(BAD)
    _run(".", "--baseline", "known.json", "--write-baseline")
    both = json.loads(Path("known.json").read_text())
    assert set(both["files"]) == {"RUNBOOK.md", "other-runbook.md"}
    assert "watchbook" not in Path("known.json").read_text()
    _run("RUNBOOK.md", "--baseline", "known.json", "--write-baseline")
    assert json.loads(Path("known.json").read_text()) == both
    elsewhere = Path("elsewhere")
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert _codes("../RUNBOOK.md", "--baseline", "../known.json") == []


def test_only_what_changed_is_shown(runbook: Path) -> None:
    """Findings of lines that changed since the revision; the same file has none, a new file all."""
    assert _codes("RUNBOOK.md", "--changed-since", "HEAD") == []
    runbook.write_text(BAD.replace("Ana <ana@till.test>", "[Name]"))
    assert _codes("RUNBOOK.md", "--changed-since", "HEAD") == ["WB001"]
    Path("new-runbook.md").write_text(BAD)
    assert _codes("new-runbook.md", "--changed-since", "HEAD") == _codes("new-runbook.md")


def test_what_a_change_brings_about_elsewhere_is_shown(runbook: Path) -> None:
    """The removed alert was the only user of the check, and the check's line did not change."""
    checked = "- **Cache:** `tcp://cache:1`\n\n## Alerting"
    row = "| Cache | High | Cache check fails | Page on-call |\n"
    runbook.write_text(
        GOOD.replace("## Alerting", "### Dependencies Health\n" + checked).replace(
            "|---|---|---|---|\n", "|---|---|---|---|\n" + row
        )
    )
    _git("commit", "-aqm", "x")
    assert "WB202" not in _codes("RUNBOOK.md")
    runbook.write_text(runbook.read_text().replace(row, ""))
    assert _codes("RUNBOOK.md", "--changed-since", "HEAD") == ["WB202"]


def test_mistakes_are_one_line(runbook: Path) -> None:
    """A missing or broken baseline, an unknown revision, options that exclude each other."""
    Path("list.json").write_text("[]")
    Path("newer.json").write_text('{"version": 7, "files": {}}')
    for arguments, kind, said in (
        (("--baseline", "none.json"), DocumentError, "no such file"),
        (("--baseline", "list.json"), DocumentError, "no baseline"),
        (("--baseline", "newer.json"), DocumentError, "version 7"),
        (("--baseline", "no/folder.json", "--write-baseline"), DocumentError, "cannot be written"),
        (("--changed-since", "nope"), GitError, "no revision “nope”"),
    ):
        error = _run("RUNBOOK.md", *arguments).exception
        assert isinstance(error, kind), arguments
        assert said in str(error)
    assert CliRunner().invoke(command, ["RUNBOOK.md", "--write-baseline"]).exit_code == 2


def test_the_hook_takes_runbooks_and_calls_a_command_that_is_there() -> None:
    """Its pattern takes what a folder's search takes."""
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert hook["entry"] == "watchbook check"
    takes = re.compile(hook["files"])
    assert all(takes.search(name) for name in ("RUNBOOK.md", "a/b/till-runbook.md", "Runbook_2.md"))
    assert not any(takes.search(name) for name in ("README.md", "runbook/notes.md", "runbook.txt"))


def _action_step(name: str) -> dict[str, object]:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    return next(step for step in action["runs"]["steps"] if step["name"] == name)


def _act(step: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a step of the action as GitHub would, with `watchbook` on the PATH."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    script = str(_action_step(step)["run"])
    assert "${{" not in script
    return subprocess.run(["bash", "-c", script], env={**os.environ, "PATH": path, **environment},
                          capture_output=True, text=True, check=False)  # fmt: skip


def test_the_action_annotates_and_fails(runbook: Path) -> None:
    """Paths one a line, with spaces; nothing of an input is run; empty inputs are not passed on."""
    Path("a b").mkdir()
    Path("a b/RUNBOOK.md").write_text(GOOD)
    inputs = {"PATHS": "RUNBOOK.md\n\na b\n", "FAIL_ON": "error", "BASELINE": "", "CHANGED_SINCE": ""}
    done = _act("Check", **inputs)
    assert done.returncode == 1, done.stderr
    assert "::error file=RUNBOOK.md,line=19" in done.stdout
    assert "file=a b/RUNBOOK.md" in done.stdout
    assert _act("Check", **inputs | {"CHANGED_SINCE": "HEAD"}).returncode == 0
    assert _act("Check", **inputs | {"PATHS": "$(touch called)"}).returncode == 2
    assert not Path("called").exists()


@pytest.mark.slow
def test_the_action_says_what_a_pull_request_changes(runbook: Path) -> None:
    """Into the job's summary; without history it says what to do and does not fail."""
    _git("update-ref", "refs/remotes/origin/main", "HEAD")
    runbook.write_text(GOOD)
    _git("commit", "-aqm", "y")
    done = _act("Summary", BASE="main", GITHUB_STEP_SUMMARY="summary.md")
    assert done.returncode == 0, done.stderr
    assert "new alert" in Path("summary.md").read_text()
    done = _act("Summary", BASE="nope", GITHUB_STEP_SUMMARY="summary.md")
    assert done.returncode == 0
    assert "fetch-depth 0" in done.stdout
