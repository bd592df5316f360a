"""`watchbook init`: what it says, asks, writes and refuses."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.world.surveying.test_surveying import COMPOSE, RULES

from watchbook.cli.check import command as check
from watchbook.cli.init import command
from watchbook.model.errors import DocumentError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project with a compose file and rules."""
    monkeypatch.chdir(tmp_path)
    Path("compose.yml").write_text(COMPOSE)
    Path("rules.yml").write_text(RULES)
    Path("package.json").write_text('{"name": "till", "description": "Takes money"}')
    return tmp_path


def _run(*arguments: str, answers: str = "") -> Result:
    return CliRunner().invoke(command, [*arguments], input=answers, standalone_mode=False)


def test_what_was_found_is_shown_with_its_place(folder: Path) -> None:
    """One line each, then what was written and how many gaps are left; check finds no error in it."""
    done = _run("--yes")
    assert done.return_value == 0
    for line in (
        "found: service: till (package.json)",
        "found: runs as: compose service till (compose.yml:2)",
        "found: address of local: http://127.0.0.1:8080 (compose.yml:2)",
        "found: health endpoint: /healthz (compose.yml:2)",
        "found: dependency: store (compose.yml:9)",
        "found: alert: TillErrors (rules.yml:6)",
        "written: RUNBOOK.md",
        "written: watchbook.toml",
    ):
        assert line in done.output.splitlines()
    checked = CliRunner().invoke(check, ["RUNBOOK.md"], standalone_mode=False)
    assert checked.return_value == 0
    gaps = checked.output.count(" WB001: ")
    assert gaps > 30
    assert f"{gaps} gaps are left: `watchbook check RUNBOOK.md` lists them." in done.output


def test_what_no_file_says_is_asked(folder: Path) -> None:
    """An empty answer takes what was found, or leaves a gap; an address that is none is asked again."""
    answers = "\n\nfoo; rm -rf /\nhttps://till.shop.test\nShop team\nAna Ruiz\nana@shop.test\n#shop\n"
    done = _run(answers=answers)
    assert done.return_value == 0
    assert "“foo; rm -rf /” is no address" in done.output
    text = Path("RUNBOOK.md").read_text()
    assert "**Purpose:** Takes money\n" in text
    assert "| production | https://till.shop.test |" in text
    assert "- **On-Call:** Ana Ruiz <ana@shop.test>" in text
    assert "**Slack Channel:** #shop\n" in text
    assert "rm -rf" not in text
    assert '"Ana Ruiz" = ["console"]' in Path("watchbook.toml").read_text()


def test_nothing_is_overwritten_unasked(folder: Path) -> None:
    """A runbook that is there stays, and a wiring that is there stays beside a new one; --force replaces both."""
    Path("RUNBOOK.md").write_text("mine")
    assert isinstance(_run("--yes").exception, DocumentError)
    assert Path("RUNBOOK.md").read_text() == "mine"
    assert not Path("watchbook.toml").exists()
    Path("RUNBOOK.md").unlink()
    Path("watchbook.toml").write_text("# mine\n")
    assert "watchbook.toml is left as it is." in _run("--yes").output
    assert Path("watchbook.toml").read_text() == "# mine\n"
    assert _run("--yes", "--force").return_value == 0
    assert Path("watchbook.toml").read_text() != "# mine\n"


def test_an_ended_terminal_writes_nothing(folder: Path) -> None:
    """Without answers nothing is guessed, and no half file is left."""
    assert _run(answers="").exception is not None
    assert not Path("RUNBOOK.md").exists()


def test_a_folder_that_is_not_there_is_one_line(folder: Path) -> None:
    """And one that cannot be written."""
    error = _run("nowhere", "--yes").exception
    assert isinstance(error, DocumentError)
    assert "there is no such folder" in str(error)
    Path("RUNBOOK.md").symlink_to("nowhere/RUNBOOK.md")
    assert "there is a runbook already" in str(_run("--yes").exception)
    assert "cannot be written" in str(_run("--yes", "--force").exception)


def test_files_that_are_not_read_are_named(folder: Path) -> None:
    """With why; a unit that runs is shown as one."""
    Path("compose.yml").write_text("services:\n\t- x\n")
    Path("till.service").write_text("[Service]\nExecStart=/usr/bin/till\n")
    done = _run("--yes")
    assert "not read: compose.yml: line 2: a tab indents this line: use spaces" in done.output.splitlines()
    assert "found: runs as: systemd unit till (till.service:1)" in done.output.splitlines()
