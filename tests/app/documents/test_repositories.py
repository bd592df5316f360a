"""Runbooks in git: a commit is one version, its folders are on disk for commands, and the last good one stays."""

import os
import stat
from pathlib import Path

import pytest
from tests.world.repositories import PLAIN, Repo

from watchbook.app.documents import exports
from watchbook.app.documents.files import Taken
from watchbook.app.documents.patterns import choose
from watchbook.app.documents.repositories import GitSource
from watchbook.app.documents.sources import Sources, sources_of
from watchbook.app.wiring import Wiring
from watchbook.app.wiring.reading import read_wiring
from watchbook.model.errors import DocumentError

pytestmark = pytest.mark.slow

HEAD = "# Runbook\n\n**Service:** {}\n\n"
ALERTS = """\
| Alert | Condition | Severity | Response |
|---|---|---|---|
| Errors | > {}% errors for 5min | Critical | Page on-call immediately |
"""


def _text(service: str, percent: int = 1) -> str:
    return HEAD.format(service) + "## Alerts\n\n" + ALERTS.format(percent)


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in PLAIN.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "repo")


def _wiring(tmp_path: Path, text: str) -> Wiring:
    return read_wiring(text, tmp_path / "watchbook.toml")


def _sources(tmp_path: Path, said: str = "") -> Sources:
    wiring = _wiring(tmp_path, f'[[sources]]\nrepo = "repo"\nref = "main"\n{said}')
    return sources_of(wiring, [], tmp_path / "data")


def _source(tmp_path: Path, said: str = "") -> GitSource:
    """The one git source, asked directly: no waiting for threads."""
    source = _sources(tmp_path, said)._asked[0]._source
    assert isinstance(source, GitSource)
    return source


def test_a_ref_is_read_with_what_is_said_of_it(repo: Repo, tmp_path: Path) -> None:
    """Label, commit and trust come with each runbook; its folder is on disk, with what stood beside it, as committed."""
    commit = repo.commit(
        {"services/shop/RUNBOOK.md": _text("shop"), "services/shop/bin/look.sh": "echo up\n"}
    )
    repo.git("update-index", "--chmod=+x", "services/shop/bin/look.sh")
    commit = repo.commit(message="mode") if repo.git("diff", "--cached", "--name-only") else commit
    snapshot = _sources(tmp_path, "trusted = true").read()
    one = snapshot.loaded["shop"]  # type: ignore[index]
    assert one.revision.label == f"main@{commit[:7]} services/shop/RUNBOOK.md"
    assert (one.revision.commit, one.revision.trusted) == (commit, True)
    assert one.where(5) == f"main@{commit[:7]} services/shop/RUNBOOK.md:5"
    script = one.path.parent / "bin" / "look.sh"
    assert script.read_text() == "echo up\n" and one.path.read_text() == one.text
    assert not one.path.stat().st_mode & 0o222 and not script.parent.stat().st_mode & 0o222
    (state,) = snapshot.states
    assert (state.kind, state.commit, state.services, state.trusted, state.problem) == (
        "git",
        commit,
        ("shop",),
        True,
        "",
    )


def test_without_a_word_a_ref_is_not_trusted(repo: Repo, tmp_path: Path) -> None:
    """Its commands wait for a person to accept them."""
    repo.commit({"RUNBOOK.md": _text("shop")})
    (one,) = _source(tmp_path).read().loaded
    assert one.revision.trusted is False


def test_a_new_commit_applies_whole_or_not_at_all(repo: Repo, tmp_path: Path) -> None:
    """One runbook that cannot be read holds its whole commit back, with one line, until a commit that can be."""
    good = repo.commit({"a/RUNBOOK.md": _text("a"), "b/RUNBOOK.md": _text("b")})
    source = _source(tmp_path)
    assert len(source.read().loaded) == 2
    bad = repo.commit({"a/RUNBOOK.md": _text("a", 7), "b/RUNBOOK.md": b"\xff\xfe"})
    again = _source(tmp_path)  # as after a restart
    for one in (source, source, again):
        taken = one.read()
        assert _values(taken) == [0.01, 0.01]
        (problem,) = taken.problems.values()
        words = f"{bad[:7]} does not apply: b/RUNBOOK.md at {bad[:7]}:1: not UTF-8"
        assert words in problem and "\n" not in problem
        assert one.commit == good
    fresh = repo.commit({"b/RUNBOOK.md": _text("b", 8)})
    taken = source.read()
    assert _values(taken) == [0.07, 0.08]
    assert (source.commit, taken.problems) == (fresh, {})


def _values(taken: Taken) -> list[float]:
    """The threshold of each service's alert."""
    return [one.runbook.alerts[0].condition.value for one in taken.loaded]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"RUNBOOK.md": None, "x.md": "x"}, "no file is a runbook"),
        ({"b/RUNBOOK.md": _text("shop")}, "the service “shop” is already described by"),
        ({"RUNBOOK.md": b"\0"}, "this is not a text file"),
    ],
)
def test_a_commit_that_does_not_apply_says_why(
    repo: Repo, tmp_path: Path, files: dict[str, str | bytes | None], words: str
) -> None:
    """A commit without runbooks, with two of one service, or with what is no text."""
    repo.commit({"RUNBOOK.md": _text("shop")})
    source = _source(tmp_path)
    source.read()
    repo.commit(files)
    taken = source.read()
    assert [one.id for one in taken.loaded] == ["shop"]
    assert words in next(iter(taken.problems.values()))


def test_a_runbook_that_a_commit_did_not_touch_is_the_same_value(repo: Repo, tmp_path: Path) -> None:
    """It keeps the revision in which it last changed: nothing has to be taken up again."""
    repo.commit({"a/RUNBOOK.md": _text("a"), "b/RUNBOOK.md": _text("b")})
    source = _source(tmp_path)
    first = {one.id: one for one in source.read().loaded}
    repo.commit({"b/RUNBOOK.md": _text("b", 2)})
    second = {one.id: one for one in source.read().loaded}
    assert second["a"] is first["a"] and second["b"] is not first["b"]  # type: ignore[index]
    state = first["a"].path.parent.resolve()  # type: ignore[index]
    repo.commit({"a/lib.sh": "x\n"})
    third = {one.id: one for one in source.read().loaded}
    assert third["a"] is first["a"] and (third["a"].path.parent / "lib.sh").read_text() == "x\n"  # type: ignore[index]
    assert not (state / "lib.sh").exists(), "a run that began there keeps what it found"


def test_the_last_good_commit_is_watched_while_the_remote_is_away(repo: Repo, tmp_path: Path) -> None:
    """Also after a restart; a first start without it is one line."""
    repo.commit({"RUNBOOK.md": _text("shop")})
    assert len(_sources(tmp_path).read().loaded) == 1
    repo.folder.rename(tmp_path / "away")
    snapshot = _sources(tmp_path).read()
    assert list(snapshot.loaded) == ["shop"]
    (label,) = snapshot.problems
    assert label == f"{tmp_path}/repo main" and "there is no repository" in snapshot.problems[label]
    wiring = _wiring(tmp_path, '[[sources]]\nrepo = "repo"\nref = "main"\n')
    with pytest.raises(DocumentError, match="there is no repository"):
        sources_of(wiring, [], tmp_path / "other").read()


def test_one_source_that_cannot_be_read_does_not_stop_the_start(repo: Repo, tmp_path: Path) -> None:
    """Who restarts at night gets everything else watched, and the problem told."""
    (tmp_path / "RUNBOOK.md").write_text(_text("shop"))
    wiring = _wiring(
        tmp_path, 'runbooks = ["RUNBOOK.md"]\n[[sources]]\nrepo = "nowhere"\n[[sources]]\npath = "gone.md"\n'
    )
    snapshot = sources_of(wiring, [], tmp_path / "data").read()
    assert list(snapshot.loaded) == ["shop"]
    assert len(snapshot.problems) == 2
    with pytest.raises(DocumentError, match="no such file"):
        sources_of(wiring, [tmp_path / "gone.md"], tmp_path / "data").read()


def test_two_sources_of_one_service(repo: Repo, tmp_path: Path) -> None:
    """The first counts; the other is told with both places."""
    (tmp_path / "RUNBOOK.md").write_text(_text("shop", 5))
    commit = repo.commit({"RUNBOOK.md": _text("shop")})
    wiring = _wiring(tmp_path, 'runbooks = ["RUNBOOK.md"]\n[[sources]]\nrepo = "repo"\n')
    snapshot = sources_of(wiring, [], tmp_path / "data").read()
    assert snapshot.loaded["shop"].runbook.alerts[0].condition.value == 0.05  # type: ignore[index]
    assert snapshot.problems == {
        f"main@{commit[:7]} RUNBOOK.md": f"main@{commit[:7]} RUNBOOK.md: the service “shop” is already described by"
        f" {tmp_path}/RUNBOOK.md. Give one of them another **Service:** name."
    }


def test_a_runbook_over_several_files_in_git(repo: Repo, tmp_path: Path) -> None:
    """Included files and files of one service come from the same commit, and keep their names."""
    commit = repo.commit(
        {
            "shop/RUNBOOK.md": HEAD.format("shop") + "## Alerts\n\nSee [alerts](parts/alerts.md)\n",
            "shop/parts/alerts.md": "# Alerts\n\n" + ALERTS.format(3),
            "shop/runbook-contacts.md": "# Contacts\n\n**Service:** shop\n\n- On-Call: Ana Ruiz\n",
        }
    )
    (one,) = _source(tmp_path).read().loaded
    label = f"main@{commit[:7]} shop"
    assert one.where(one.runbook.alerts[0].line) == f"{label}/parts/alerts.md:5"
    assert one.where(one.runbook.contacts[0].line) == f"{label}/runbook-contacts.md:5"


@pytest.mark.slow
def test_old_folders_go(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few states stay for runs that began with them; what was left half written goes when it is old."""
    monkeypatch.setattr(exports, "KEPT", 2)
    source = _source(tmp_path)
    for number in range(6):
        repo.commit({"RUNBOOK.md": _text("shop", number + 1)})
        (one,) = source.read().loaded
    folders = one.path.parent.resolve().parent
    assert len(list(folders.iterdir())) == 3 and one.path.exists()
    left = folders / ".new-left"
    left.mkdir()
    os.utime(left, (0, 0))
    repo.commit({"RUNBOOK.md": _text("shop", 9)})
    source.read()
    assert not left.exists()
    assert stat.S_IMODE(folders.stat().st_mode) == 0o700


@pytest.mark.parametrize("limit", [("MOST_FILES", 2), ("MOST_BYTES", 150)])
def test_a_folder_that_is_too_large_holds_the_texts(
    repo: Repo,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    limit: tuple[str, int],
) -> None:
    """The runbook is watched all the same; that its commands find nothing else is logged."""
    monkeypatch.setattr(exports, *limit)
    repo.commit({"RUNBOOK.md": _text("shop"), "a.sh": "x", "b.sh": "x"})
    (one,) = _source(tmp_path).read().loaded
    assert [path.name for path in one.path.parent.iterdir()] == ["RUNBOOK.md"]
    assert "only its Markdown is written" in caplog.text


def test_a_repository_is_asked_when_it_is_due(repo: Repo, tmp_path: Path) -> None:
    """Files are looked at every time, a repository in its own time: a second look does not ask it again."""
    repo.commit({"RUNBOOK.md": _text("shop")})
    sources = _sources(tmp_path, 'every = "1h"')
    first = sources.read()
    repo.commit({"RUNBOOK.md": _text("shop", 2)})
    assert sources.read().loaded == first.loaded
    assert sources.every_s == 3600.0


@pytest.mark.parametrize(
    ("globs", "chosen"),
    [
        ((), ["RUNBOOK.md", "a/RUNBOOK.md", "a/b/my-runbook.md"]),
        (("services/*/ops.md",), ["services/x/ops.md"]),
        (("**/ops.md",), ["services/x/deep/ops.md", "services/x/ops.md"]),
        (("services/**",), ["services/x/deep/ops.md", "services/x/ops.md"]),
        (("a",), ["a/RUNBOOK.md", "a/b/my-runbook.md"]),
        (("a/",), ["a/RUNBOOK.md", "a/b/my-runbook.md"]),
        (("a/*.md", "RUNBOOK.md"), ["RUNBOOK.md", "a/RUNBOOK.md", "a/notes.md"]),
        (("?/[Rn]*.md",), ["a/RUNBOOK.md", "a/notes.md"]),
        (("?/[!R]*.md",), ["a/notes.md"]),
        ((".github/*.md",), [".github/ops.md"]),
        (("*.txt",), []),
        (("a.c",), []),
    ],
)
def test_patterns_in_a_tree(globs: tuple[str, ...], chosen: list[str]) -> None:
    """As on disk: `*` stays in one folder, `**` does not, and what begins with a dot must be named."""
    paths = ["RUNBOOK.md", "a/RUNBOOK.md", "a/b/my-runbook.md", "a/notes.md", "services/x/ops.md", "services/x/deep/ops.md",
             ".github/ops.md", "node_modules/RUNBOOK.md", "abc"]  # fmt: skip
    assert choose(paths, globs) == chosen
