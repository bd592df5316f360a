"""All sources together: who is asked when, and what a slow remote may hold up."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.programs import require_program
from tests.world.repositories import PLAIN, Repo

from watchbook.app.documents import sources as module
from watchbook.app.documents.files import FileSource, Taken
from watchbook.app.documents.sources import Sources, sources_of
from watchbook.app.wiring.reading import read_wiring
from watchbook.model.errors import DocumentError
from watchbook.world import mirrors

TEXT = "# Runbook\n\n**Service:** {}\n"


def _until(holds: Callable[[], object], within_s: float = 20.0) -> None:
    ends = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < ends
        threading.Event().wait(0.02)


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file: while it is there, remotes do not answer."""
    for name, value in PLAIN.items():
        monkeypatch.setenv(name, value)
    mark, program = tmp_path / "slow", tmp_path / "bin" / "git"
    program.parent.mkdir()
    real = require_program("git")
    program.write_text(
        f'#!/bin/sh\ncase "$*" in *ls-remote*) [ -e {mark} ] && sleep 60 ;; esac\nexec {real} "$@"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(mirrors, "_ASK_S", 2.0)
    monkeypatch.setattr(module, "PATIENCE_WITH_GOOD_S", 0.1)
    return mark


@pytest.mark.slow
def test_a_slow_remote_holds_nothing_else_up(slow: Path, tmp_path: Path) -> None:
    """With a last good version the start does not wait for it; files are read meanwhile; at the end it is told."""
    repo = Repo(tmp_path / "repo")
    repo.commit({"RUNBOOK.md": TEXT.format("far")})
    near = tmp_path / "RUNBOOK.md"
    near.write_text(TEXT.format("near"))
    wiring = read_wiring(
        'runbooks = ["RUNBOOK.md"]\n[[sources]]\nrepo = "repo"\nevery = "1s"\n', tmp_path / "watchbook.toml"
    )

    def made() -> Sources:
        return sources_of(wiring, [], tmp_path / "data")

    assert set(made().read().loaded) == {"near", "far"}
    slow.touch()
    sources = made()
    began = time.monotonic()
    snapshot = sources.read()
    assert time.monotonic() - began < 1.5, "it did not wait for the remote"
    assert set(snapshot.loaded) == {"near", "far"}
    assert "has not answered yet" in next(iter(snapshot.problems.values()))
    _until(lambda: "did not answer within" in "".join(sources.read().problems.values()))
    assert set(sources.read().loaded) == {"near", "far"}
    slow.unlink()
    _until(lambda: not sources.read().problems)


def test_sources_are_asked_in_their_own_time(tmp_path: Path) -> None:
    """One that is looked at once an hour is not looked at with one that is looked at every second."""
    asked: list[str] = []

    class Counted(FileSource):
        def read(self) -> Taken:
            asked.append(self.label)
            return super().read()

    for name in ("a", "b"):
        (tmp_path / f"{name}.md").write_text(TEXT.format(name))
    often, seldom = Counted([tmp_path / "a.md"], 1.0), Counted([tmp_path / "b.md"], 3600.0)
    sources = Sources([often, seldom])
    assert sources.every_s == 1.0
    for _ in range(3):
        assert set(sources.read().loaded) == {"a", "b"}
    assert (asked.count(often.label), asked.count(seldom.label)) == (3, 1)


def test_a_bug_in_a_source_is_told_and_stops_nothing(tmp_path: Path) -> None:
    """Reading never raises after the first time: what was read stays, and the source stands with its problem."""

    class Broken(FileSource):
        broken = False

        def read(self) -> Taken:
            if self.broken:
                raise ZeroDivisionError
            return super().read()

    path = tmp_path / "a.md"
    path.write_text(TEXT.format("a"))
    source = Broken([path], 1.0)
    sources = Sources([source])
    sources.read()
    source.broken = True
    snapshot = sources.read()
    assert list(snapshot.loaded) == ["a"] and "ZeroDivisionError" in snapshot.problems[str(path)]
    assert snapshot.states[0].problem == snapshot.problems[str(path)]


def test_what_a_person_names_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path on the command line, and RUNBOOK.md where nothing is named, end the start with one line."""
    monkeypatch.chdir(tmp_path)
    wiring = read_wiring("", tmp_path / "watchbook.toml")
    for paths in ([], [Path("gone.md")], [Path("*.md")]):
        with pytest.raises(DocumentError):
            sources_of(wiring, paths, tmp_path / "data").read()
    (tmp_path / "RUNBOOK.md").write_text(TEXT.format("here"))
    assert list(sources_of(wiring, [], tmp_path / "data").read().loaded) == ["here"]
    assert not (tmp_path / "data").exists(), "files need no mirror"
