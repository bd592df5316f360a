"""`watchbook fix`: the diff, what is written, and how it ends."""

import os
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.programs import require_program

from watchbook.app.documents.mending import propose, write
from watchbook.cli.fix import command
from watchbook.model.errors import DocumentError

TEXT = """# Operational Runbook: Till

**Service:** [Service Name]
**Owner:** Shop team
**On-Call:** Ana
**Next Review:** 2027-02-23
"""


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(command, [*arguments], standalone_mode=False)


@pytest.fixture
def runbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A runbook in a git repository of its own, committed on a day that is known."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    path = Path("RUNBOOK.md")
    path.write_bytes(TEXT.replace("\n", "\r\n").encode())
    _git("init", "-q", "-b", "main")
    _git("add", "-A")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-11-05T12:00:00+00:00")
    _git("commit", "-q", "-m", "x")
    return path


def _git(*arguments: str) -> None:
    named = ("-c", "user.name=Ana", "-c", "user.email=ana@till.test", "-c", "commit.gpgsign=false")
    subprocess.run([require_program("git"), *named, *arguments], check=True, capture_output=True)


def test_edits_are_shown_first(runbook: Path) -> None:
    """A unified diff and exit 1; the file is as it was."""
    before = runbook.read_bytes()
    done = _run("RUNBOOK.md")
    assert done.return_value == 1
    assert "--- a/RUNBOOK.md\n+++ b/RUNBOOK.md\n@@ -1,6 +1,7 @@\n" in done.output
    assert "-**Service:** [Service Name]\n+**Service:** Till\n" in done.output
    assert "+**Last Updated:** 2026-11-05\n" in done.output
    assert "can be mended: WB001, WB101. Write it with --write." in done.output
    assert runbook.read_bytes() == before


def test_edits_are_written(runbook: Path) -> None:
    """The lines concerned, in the file's own line ends and with its permissions; a second call has nothing to do."""
    runbook.chmod(0o640)
    done = _run(".", "--write")
    assert done.return_value == 0
    wanted = TEXT.replace("[Service Name]", "Till").replace("**Next", "**Last Updated:** 2026-11-05\n**Next")
    assert runbook.read_bytes() == wanted.replace("\n", "\r\n").encode()
    assert runbook.stat().st_mode & 0o777 == 0o640
    again = _run()
    assert again.return_value == 0
    assert again.output == "RUNBOOK.md: nothing to mend by itself\n"
    assert [path.name for path in Path().iterdir() if path.name != ".git"] == ["RUNBOOK.md"]


def test_without_git_no_date_is_made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file in no repository, or never committed: only what the document says is filled in."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", os.fspath(tmp_path.parent))
    path = tmp_path / "RUNBOOK.md"
    path.write_text(TEXT)
    assert propose(path).after == TEXT.replace("[Service Name]", "Till")


def test_a_shallow_clone_knows_no_date(runbook: Path, tmp_path: Path) -> None:
    """Its first commit seems to have touched every file, so its day says nothing."""
    _git("commit", "-q", "--allow-empty", "-m", "y")
    _git("clone", "-q", "--depth", "1", f"file://{tmp_path}", "shallow")
    assert "Last Updated" not in propose(Path("shallow/RUNBOOK.md")).after


def test_a_file_that_changed_meanwhile_is_not_overwritten(runbook: Path) -> None:
    """What an editor saved between the diff and the write stays."""
    proposal = propose(runbook)
    runbook.write_text("something else\n")
    with pytest.raises(DocumentError, match="changed meanwhile"):
        write(proposal)
    assert runbook.read_text() == "something else\n"


def test_a_file_that_is_gone_is_one_line(runbook: Path) -> None:
    """The reason and the place, and nothing is made in its stead."""
    proposal = propose(runbook)
    runbook.unlink()
    with pytest.raises(DocumentError, match="cannot be written"):
        write(proposal)
    assert not runbook.exists()


def test_a_link_stays_a_link(runbook: Path) -> None:
    """The file that it leads to is written."""
    Path("link-runbook.md").symlink_to(runbook.resolve())
    assert _run("link-runbook.md", "--write").return_value == 0
    assert Path("link-runbook.md").is_symlink()
    assert b"Last Updated" in runbook.read_bytes()


def test_a_file_that_cannot_be_read_ends_with_2(runbook: Path) -> None:
    """It is named, and the others are still looked at."""
    Path("b-runbook.md").write_bytes(b"\xff\xfe")
    done = _run(".")
    assert done.return_value == 2
    assert "not UTF-8" in done.stderr
    assert "+**Service:** Till" in done.output
