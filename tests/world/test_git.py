"""What git is asked, against a real repository: revisions, files, changed lines, and one line for what goes wrong."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.programs import require_program

from watchbook.world.git import GitError, Repository, holds, repository_of

Git = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository that knows no settings of this machine."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    git(tmp_path, "init", "-q", "-b", "main")
    return tmp_path


def git(folder: Path, *arguments: str) -> str:
    """Calls git in the folder as somebody."""
    named = ("-c", "user.name=Ana", "-c", "user.email=ana@till.test", "-c", "commit.gpgsign=false")
    called = [require_program("git"), *named, *arguments]
    return subprocess.run(called, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def commit(folder: Path, name: str, text: str) -> str:
    """Writes one file and commits it; gives the commit."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", name)
    return git(folder, "rev-parse", "HEAD")


def test_text_and_files_of_a_revision(folder: Path) -> None:
    """A file is what it was at its commit, whatever it is now; names with spaces and umlauts are kept."""
    first = commit(folder, "a b/Über RUNBOOK.md", "one\n")
    second = commit(folder, "a b/Über RUNBOOK.md", "two\n")
    repository = repository_of(folder / "a b")
    assert repository.root == folder.resolve()
    assert repository.commit("HEAD~1") == first
    assert repository.bytes_at(first, "a b/Über RUNBOOK.md") == b"one\n"
    assert list(repository.files(second)) == ["a b/Über RUNBOOK.md"]
    assert repository.files(first) != repository.files(second)


def test_what_a_file_holds_is_known_by_its_id(folder: Path) -> None:
    """Without asking git again, in repositories of either kind of id."""
    commit(folder, "RUNBOOK.md", "one\n")
    assert holds(b"one\n", repository_of(folder).files("HEAD")["RUNBOOK.md"])
    assert not holds(b"two\n", repository_of(folder).files("HEAD")["RUNBOOK.md"])
    newer = folder / "newer"
    newer.mkdir()
    git(newer, "init", "-q", "-b", "main", "--object-format=sha256")
    commit(newer, "RUNBOOK.md", "one\n")
    assert holds(b"one\n", repository_of(newer).files("HEAD")["RUNBOOK.md"])


def test_lines_that_changed_since_a_revision(folder: Path) -> None:
    """Added and edited lines; where lines went, their neighbours; a new file has no lines to compare with."""
    first = commit(folder, "RUNBOOK.md", "".join(f"{number}\n" for number in range(1, 11)))
    (folder / "RUNBOOK.md").write_text("1\nnew\n2\n3\nfour\n5\n8\n9\n10\n")
    (folder / "new-runbook.md").write_text("x\n")
    repository = repository_of(folder)
    assert repository.changed_lines(first, "RUNBOOK.md") == {2, 5, 6, 7}
    assert repository.changed_lines(first, "new-runbook.md") is None
    git(folder, "add", "-A")
    assert repository.changed_lines(first, "RUNBOOK.md") == {2, 5, 6, 7}


def test_no_program_of_the_repository_is_called(folder: Path) -> None:
    """External diff programs and text conversions of the repository's settings are left alone."""
    first = commit(folder, "RUNBOOK.md", "one\n")
    (folder / ".gitattributes").write_text("*.md diff=evil\n")
    for key in ("diff.external", "diff.evil.command", "diff.evil.textconv", "core.fsmonitor"):
        git(folder, "config", key, f"touch {folder / 'called'}; cat")
    (folder / "RUNBOOK.md").write_text("two\n")
    assert repository_of(folder).changed_lines(first, "RUNBOOK.md") == {1}
    assert not (folder / "called").exists()


def test_where_two_commits_parted(folder: Path) -> None:
    """`A...B` is asked from their common commit."""
    base = commit(folder, "RUNBOOK.md", "base\n")
    git(folder, "checkout", "-q", "-b", "side")
    side = commit(folder, "RUNBOOK.md", "side\n")
    git(folder, "checkout", "-q", "main")
    main = commit(folder, "RUNBOOK.md", "main\n")
    assert repository_of(folder).common(main, side) == base


def test_commits_without_a_common_one_are_said(folder: Path) -> None:
    """Two histories that never met cannot be compared with three dots."""
    one = commit(folder, "RUNBOOK.md", "one\n")
    git(folder, "checkout", "-q", "--orphan", "other")
    other = commit(folder, "RUNBOOK.md", "two\n")
    with pytest.raises(GitError, match="have no common commit"):
        repository_of(folder).common(one, other)


def test_a_huge_file_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same limit as for files on disk."""
    first = commit(folder, "RUNBOOK.md", "x" * 100)
    monkeypatch.setattr("watchbook.world.git._LARGEST_BYTES", 10)
    with pytest.raises(GitError, match="larger than 20 MiB"):
        repository_of(folder).bytes_at(first, "RUNBOOK.md")


def test_a_git_that_refuses_is_quoted(folder: Path) -> None:
    """What git says itself, in one line."""
    commit(folder, "RUNBOOK.md", "x")
    with pytest.raises(GitError) as raised:
        repository_of(folder).files("0" * 40)
    assert "\n" not in str(raised.value)
    assert "fatal" not in str(raised.value)


@pytest.mark.parametrize("name", ["file", "nowhere"])
def test_a_place_that_is_no_folder_is_one_line(folder: Path, name: str) -> None:
    """Neither a file nor nothing is mistaken for a machine without git."""
    (folder / "file").write_text("x")
    with pytest.raises(GitError, match="this is no folder"):
        repository_of(folder / name)


def _unknown(repository: Repository) -> None:
    repository.commit("nope")


def _option(repository: Repository) -> None:
    repository.commit("--output=x")


def _absent(repository: Repository) -> None:
    repository.bytes_at(repository.commit("HEAD"), "nope.md")


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (_unknown, "no revision “nope”"),
        (_option, "no revision “--output=x”"),
        (_absent, "no such file at this revision"),
    ],
)
def test_what_is_not_there_is_one_line(folder: Path, ask: Callable[[Repository], None], said: str) -> None:
    """An unknown revision, one that looks like an option, a file that is absent at a revision."""
    commit(folder, "RUNBOOK.md", "one\n")
    with pytest.raises(GitError, match=said) as raised:
        ask(repository_of(folder))
    assert "\n" not in str(raised.value)
    assert raised.value.exit_code == 2


def test_no_repository_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder outside of every repository."""
    require_program("git")
    monkeypatch.delenv("GIT_DIR", raising=False)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(GitError, match="in no git repository"):
        repository_of(tmp_path)


def test_a_machine_without_git_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, not a traceback."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError, match="git is not installed"):
        repository_of(tmp_path)
