"""The spool: a page that could not be recorded is on some disk, and comes back until it is recorded."""

import os
from pathlib import Path
from typing import Any

import pytest

from watchbook.store.spool import Spool, places_for


def _page(summary: str = "Service Down") -> dict[str, Any]:
    return {
        "service": "shop",
        "summary": summary,
        "contact": "Ana Ruiz",
        "incident": "i1",
        "sent_at": 5.0,
        "rung": 0,
    }


def test_pages_come_back(tmp_path: Path) -> None:
    """What was appended is pending, in order, after a restart too, and readable by its owner only."""
    spool = Spool((tmp_path / "spool",))
    path = spool.append("a", _page("one"))
    spool.append("b", _page("two"))
    assert path is not None and path.stat().st_mode & 0o077 == 0
    pending = Spool((tmp_path / "spool",)).pending()
    assert [(one.key, one.page["summary"]) for one in pending] == [("a", "one"), ("b", "two")]


def test_the_next_place_is_taken(tmp_path: Path) -> None:
    """Where the first place takes nothing, the second does; where none does, nothing is raised."""
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, not a folder")
    spool = Spool((blocked, tmp_path / "other"))
    assert spool.append("a", _page()) == tmp_path / "other" / "pages.jsonl"
    assert [one.key for one in spool.pending()] == ["a"]
    assert Spool((blocked,)).append("a", _page()) is None
    assert Spool((blocked,)).pending() == ()


def test_a_folder_that_someone_else_prepared_is_refused(tmp_path: Path) -> None:
    """In a shared place, a link put there under our name is neither written through nor read."""
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    ours = tmp_path / "ours"
    ours.symlink_to(theirs)
    spool = Spool((ours,))
    assert spool.append("a", _page()) is None
    assert list(theirs.iterdir()) == []
    file = tmp_path / "file"
    file.mkdir()
    (file / "pages.jsonl").symlink_to(tmp_path / "victim")
    assert Spool((file,)).append("a", _page()) is None
    assert not (tmp_path / "victim").exists()


def test_recorded_pages_are_forgotten(tmp_path: Path) -> None:
    """Of three pages one stays pending; once all are recorded the file is empty."""
    places = (tmp_path / "one", tmp_path / "two")
    spool = Spool(places)
    for key in "abc":
        spool.append(key, _page(key))
    Spool(places[1:]).append("d", _page("d"))
    spool.forget(["a", "c", "d"])
    assert [one.key for one in spool.pending()] == ["b"]
    spool.append("a", _page("again"))
    assert [one.key for one in spool.pending()] == ["b", "a"]
    spool.forget(["a", "b"])
    assert spool.pending() == ()
    assert (tmp_path / "one" / "pages.jsonl").stat().st_size == 0


def test_a_torn_line_costs_only_itself(tmp_path: Path) -> None:
    """A crash in the middle of a line loses that line, not the ones before and after it."""
    spool = Spool((tmp_path,))
    spool.append("a", _page())
    with (tmp_path / "pages.jsonl").open("ab") as file:
        file.write(b'{"key":"torn","pa')
    spool.append("b", _page())
    assert [one.key for one in spool.pending()] == ["a", "b"]


def test_places_are_on_other_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the database first, then folders elsewhere that two installations do not share."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    places = places_for(tmp_path / "data")
    assert places[0] == tmp_path / "data" / "spool"
    assert places[1].is_relative_to(tmp_path / "state" / "watchbook")
    assert len(places) >= 3
    assert not set(places) & set(places_for(tmp_path / "other"))
    assert all(str(os.getuid()) in place.name for place in places[2:])
