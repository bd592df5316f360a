"""`watchbook diff`: revisions and files, three formats, and how it ends."""

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.cli.test_check import GOOD
from tests.programs import require_program

from watchbook.cli.diff import command
from watchbook.cli.differing import escaped
from watchbook.model.errors import DocumentError, UsageError
from watchbook.world.git import GitError

WORSE = GOOD.replace("0 healthy instances", "0 healthy instances for 10 min")


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, standalone_mode=False)


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    (tmp_path / "old.md").write_text(GOOD)
    (tmp_path / "new.md").write_text(WORSE)
    return str(tmp_path / "old.md"), str(tmp_path / "new.md")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two commits: `till/RUNBOOK.md` pages later in the second, and moves; another runbook stays, a third goes."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    _git("init", "-q", "-b", "main")
    _write("till/RUNBOOK.md", GOOD)
    _write("same/RUNBOOK.md", GOOD.replace("Till", "Same"))
    _write("gone/RUNBOOK.md", GOOD.replace("Till", "Gone"))
    _commit()
    Path("till/RUNBOOK.md").rename("till/new-runbook.md")
    Path("gone/RUNBOOK.md").unlink()
    _write("till/new-runbook.md", WORSE)
    _commit()
    return tmp_path


def _write(name: str, text: str) -> None:
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_text(text)


def _git(*arguments: str) -> None:
    named = ("-c", "user.name=Ana", "-c", "user.email=ana@till.test", "-c", "commit.gpgsign=false")
    subprocess.run([require_program("git"), *named, *arguments], check=True, capture_output=True)


def _commit() -> None:
    _git("add", "-A")
    _git("commit", "-q", "-m", "x")


def test_two_files_are_compared(files: tuple[str, str]) -> None:
    """A line for the change with its risk, its line, and a summary; the call itself ends well."""
    done = _run(*files)
    assert done.return_value == 0
    lines = done.output.splitlines()
    assert lines[1] == "  pages less   19         Down: fires when it holds at once → for 10 min."
    assert lines[-1] == "1 change in 1 runbook: 1 pages less."


def test_exit_code_ends_with_one_only_for_what_pages_less_or_runs_more(files: tuple[str, str]) -> None:
    """The other way round the same edit is no risk."""
    old, new = files
    assert _run(old, new, "--exit-code").return_value == 1
    assert _run(new, old, "--exit-code").return_value == 0
    assert _run(new, old).output.endswith("1 change in 1 runbook: none of them a risk.\n")


def test_the_same_words_in_another_order_are_nothing(files: tuple[str, str]) -> None:
    """Prose and layout are not news."""
    old, _ = files
    Path(old).with_name("prose.md").write_text(GOOD.replace("## Contacts", "Words.\n\n## Contacts"))
    done = _run(old, str(Path(old).with_name("prose.md")))
    assert "only words, order or layout" in done.output
    assert done.output.endswith("Nothing that Watchbook does changes.\n")


def test_two_revisions_are_compared(repository: Path) -> None:
    """A runbook that moved is found by its service, one that went loses its page, one that stayed is not named."""
    done = json.loads(_run("HEAD~1..HEAD", "--format", "json").output)
    assert done["version"] == 0
    gone, till = done["files"]
    assert (till["old_path"], till["new_path"]) == ("till/RUNBOOK.md", "till/new-runbook.md")
    assert [change["risk"] for change in till["changes"]] == ["pages_less"]
    assert gone["new_path"] is None
    assert any(change["says"].startswith("Page for Down removed") for change in gone["changes"])


def test_a_revision_alone_is_compared_with_the_files_as_they_are(repository: Path) -> None:
    """What is not committed yet, new files included."""
    assert _run("HEAD").output == "Nothing that Watchbook does changes.\n"
    _write("same/RUNBOOK.md", WORSE.replace("Till", "Same"))
    _write("fresh/RUNBOOK.md", GOOD.replace("Till", "Fresh"))
    output = _run("HEAD").output
    assert "fresh/RUNBOOK.md: a new runbook, Fresh" in output
    assert "same/RUNBOOK.md: Same" in output
    assert "gone" not in output


def test_paths_narrow_what_is_compared(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders and files, relative to where the call is made."""
    assert "gone" not in _run("HEAD~1..HEAD", "till").output
    monkeypatch.chdir(repository / "till")
    assert "new-runbook.md" in _run("HEAD~1..HEAD").output
    assert "RUNBOOK.md: removed" in _run("HEAD~1..", "../gone/RUNBOOK.md").output


def test_three_dots_compare_since_they_parted(repository: Path) -> None:
    """What happened on main meanwhile is not the branch's change."""
    _git("checkout", "-q", "-b", "side", "HEAD~1")
    _write("same/RUNBOOK.md", WORSE.replace("Till", "Same"))
    _commit()
    assert "gone" not in _run("main...side").output
    assert "gone" in _run("main..side").output


def test_markdown_is_a_comment(files: tuple[str, str]) -> None:
    """Risks stand open under a heading, the rest is folded."""
    Path(files[1]).write_text(WORSE.replace("99.9%", "99.99%"))
    output = _run(*files, "--format", "markdown").output
    assert output.startswith("### Watchbook: 2 changes in 1 runbook: 1 pages less.")
    assert "**▲ Would page less**\n\n- Down: fires when it holds at once → for 10 min. (line 19)" in output
    assert "<details><summary>Other changes (1)</summary>" in output


def test_a_document_cannot_format_the_comment_or_call_anybody() -> None:
    """Marks, HTML and names of people are only text; commands keep their backticks."""
    said = escaped("a **b** <img src=x> [c](d) @team `rm <x> *` | `")
    assert "<img" not in said.replace("\\<img", "")
    assert "@team" not in said
    assert "`rm <x> *`" in said
    assert "\\*\\*b\\*\\*" in said
    assert said.endswith("\\| \\`")


def test_mistakes_are_one_line(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unknown revisions, paths without a runbook or outside, one file alone, a folder in no repository."""
    cases = [
        (("nope..HEAD",), GitError, "no revision “nope”"),
        (("HEAD..nope",), GitError, "no revision “nope”"),
        (("missing.md",), DocumentError, "no such file"),
        (("HEAD~1..HEAD", "nowhere"), DocumentError, "no runbook here in either state"),
        (("HEAD~1..HEAD", "/"), DocumentError, "outside the repository"),
        (("same/RUNBOOK.md",), UsageError, "two files are compared"),
        (("same/RUNBOOK.md", "nope.md"), DocumentError, "no such file"),
    ]
    for arguments, kind, said in cases:
        error = _run(*arguments).exception
        assert isinstance(error, kind), arguments
        assert said in str(error)
        assert error.exit_code == 2
        assert "\n" not in str(error)
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(elsewhere.parent))
    monkeypatch.chdir(elsewhere)
    assert "in no git repository" in str(_run("A..B").exception)
