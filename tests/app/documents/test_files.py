"""Runbooks in files: what is new is read once it holds still, and what cannot be read stays as it was."""

import os
from pathlib import Path

import pytest

from watchbook.app.documents.files import FileSource
from watchbook.app.documents.joining import gather
from watchbook.app.documents.loading import load_all, load_found
from watchbook.model.errors import DocumentError

ALERTS = """
| Alert | Condition | Severity | Response |
|---|---|---|---|
| {name} | > {percent}% errors for 5min | Critical | Page on-call immediately |
"""


def _text(service: str, percent: int = 1) -> str:
    return (
        f"# Runbook\n\n**Service:** {service}\n\n## Alerts\n{ALERTS.format(name='Errors', percent=percent)}"
    )


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def _value(source: FileSource, service: str) -> float:
    """The threshold of the service's alert, as it is now."""
    (one,) = [one for one in source.read().loaded if one.id == service]
    return one.runbook.alerts[0].condition.value


def _ids(source: FileSource) -> list[str]:
    return [one.id for one in source.read().loaded]


def test_a_change_is_read_once_it_holds_still(tmp_path: Path) -> None:
    """The look that first sees a change waits; the next one reads it, if nothing has changed again."""
    path = _write(tmp_path / "RUNBOOK.md", _text("shop"))
    source = FileSource([path], 2.0)
    assert _value(source, "shop") == 0.01
    _write(path, _text("shop", 2))
    assert _value(source, "shop") == 0.01
    _write(path, _text("shop", 30))
    assert _value(source, "shop") == 0.01, "it was still being written"
    assert _value(source, "shop") == 0.3
    assert source.read().problems == {}


def test_a_file_put_in_its_place_is_a_change_with_the_same_time_and_size(tmp_path: Path) -> None:
    """Editors write a new file and rename it: the inode tells, also where time and size are the same."""
    path = _write(tmp_path / "RUNBOOK.md", _text("shop", 1))
    source = FileSource([path], 2.0)
    source.read()
    stat = path.stat()
    fresh = _write(tmp_path / "RUNBOOK.md.swap", _text("shop", 2))
    os.utime(fresh, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    fresh.replace(path)
    source.read()
    assert _value(source, "shop") == 0.02


def test_a_file_that_is_gone_for_a_moment_is_no_change(tmp_path: Path) -> None:
    """Between taking the old file away and writing the new one, nothing is told and nothing is lost."""
    path = _write(tmp_path / "a" / "RUNBOOK.md", _text("shop"))
    _write(tmp_path / "b" / "RUNBOOK.md", _text("cart"))
    for paths in ([tmp_path], [path, tmp_path / "b"], [tmp_path / "*" / "RUNBOOK.md"]):
        source = FileSource(paths, 2.0)
        assert _ids(source) == ["shop", "cart"]
        path.unlink()
        taken = source.read()
        assert [one.id for one in taken.loaded] == ["shop", "cart"] and taken.problems == {}
        _write(path, _text("shop"))
        assert _ids(source) == ["shop", "cart"]
        assert _ids(source) == ["shop", "cart"]


def test_a_folder_and_a_pattern_find_what_comes_and_goes(tmp_path: Path) -> None:
    """A new runbook is read, one that was taken away is not described any more: both once they hold still."""
    _write(tmp_path / "a" / "RUNBOOK.md", _text("a"))
    for paths in ([tmp_path], [tmp_path / "**" / "RUNBOOK.md"]):
        source = FileSource(paths, 2.0)
        assert _ids(source) == ["a"]
        path = _write(tmp_path / "b" / "RUNBOOK.md", _text("b"))
        assert _ids(source) == ["a"]
        assert _ids(source) == ["a", "b"]
        path.unlink()
        assert _ids(source) == ["a", "b"]
        assert _ids(source) == ["a"]


def test_what_was_named_and_is_gone_stays_with_a_problem(tmp_path: Path) -> None:
    """A named file, or a folder in which nothing is left, is no decision to stop watching: it is told, and mended later."""
    path = _write(tmp_path / "x" / "RUNBOOK.md", _text("shop"))
    for named in (path, tmp_path / "x", tmp_path / "x" / "*.md"):
        source = FileSource([named], 2.0)
        source.read()
        path.unlink()
        source.read()
        taken = source.read()
        assert [one.id for one in taken.loaded] == ["shop"]
        assert list(taken.problems) == [str(named)]
        _write(path, _text("shop", 5))
        source.read()
        assert _value(source, "shop") == 0.05
        assert source.read().problems == {}
        _write(path, _text("shop"))


def test_a_path_that_nobody_may_look_at_is_told(tmp_path: Path) -> None:
    """Of two paths the one that the system refuses is a problem, from the first look on; the other is read."""
    good, bad = _write(tmp_path / "RUNBOOK.md", _text("shop")), tmp_path / f"{'x' * 300}.md"
    source = FileSource([good, bad], 2.0)
    for _ in range(3):
        taken = source.read()
        assert [one.id for one in taken.loaded] == ["shop"]
        assert list(taken.problems) == [str(bad)]


def test_a_file_that_cannot_be_read_keeps_its_own_runbook(tmp_path: Path) -> None:
    """One runbook that is no text holds no other up; it stays as last read, with one line, until it is mended."""
    bad = _write(tmp_path / "a" / "RUNBOOK.md", _text("a"))
    good = _write(tmp_path / "b" / "RUNBOOK.md", _text("b"))
    source = FileSource([tmp_path], 2.0)
    source.read()
    bad.write_bytes(b"# Runbook\n\xff\xfe\n")
    _write(good, _text("b", 7))
    source.read()
    taken = source.read()
    assert {one.id: one.runbook.alerts[0].condition.value for one in taken.loaded} == {"a": 0.01, "b": 0.07}
    assert "not UTF-8" in taken.problems[str(bad)] and len(taken.problems) == 1
    assert source.read().problems == taken.problems, "it goes on being told"
    _write(bad, _text("a", 9))
    source.read()
    assert _value(source, "a") == 0.09
    assert source.read().problems == {}


def test_the_files_of_one_runbook_are_one_version(tmp_path: Path) -> None:
    """A part that changes, comes or goes changes the runbook; while one of its files is written, all of it waits."""
    main = _write(
        tmp_path / "RUNBOOK.md", "# Shop\n\n**Service:** shop\n\n## Alerts\n\nSee [alerts](parts/alerts.md)\n"
    )
    part = _write(tmp_path / "parts" / "alerts.md", "# Alerts\n" + ALERTS.format(name="Errors", percent=1))
    source = FileSource([main], 2.0)
    assert _value(source, "shop") == 0.01
    _write(part, "# Alerts\n" + ALERTS.format(name="Errors", percent=3))
    source.read()
    _write(main, main.read_text() + "\n## Contacts\n")
    assert _value(source, "shop") == 0.01, "the main file is being written"
    assert _value(source, "shop") == 0.03
    part.unlink()
    source.read()
    (one,) = source.read().loaded
    assert one.runbook.alerts == ()
    assert [found.code for found in one.runbook.findings if found.line == 7] == ["WB018"]
    _write(part, "# Alerts\n" + ALERTS.format(name="Errors", percent=4))
    source.read()
    assert _value(source, "shop") == 0.04
    assert source.read().loaded[0].where(source.read().loaded[0].runbook.alerts[0].line) == f"{part}:5"


def test_a_runbook_that_did_not_change_is_not_read_again(tmp_path: Path) -> None:
    """It is the very same value: looking at 400 files costs 400 looks."""
    for name in "ab":
        _write(tmp_path / name / "RUNBOOK.md", _text(name))
    source = FileSource([tmp_path], 2.0)
    first = {one.id: one for one in source.read().loaded}
    _write(tmp_path / "b" / "RUNBOOK.md", _text("b", 2))
    source.read()
    second = {one.id: one for one in source.read().loaded}
    assert second["a"] is first["a"] and second["b"] is not first["b"]


def test_several_services_in_one_file(tmp_path: Path) -> None:
    """Each is a value of its own, with the same path and text."""
    parts = "".join(
        f"## Service: {name}\n\n### Alerts\n{ALERTS.format(name='Errors', percent=1)}\n"
        for name in ("a", "b")
    )
    path = _write(tmp_path / "RUNBOOK.md", f"# Services\n\n{parts}")
    one, two = FileSource([path], 2.0).read().loaded
    assert (one.id, two.id, one.path, one.text) == ("a", "b", two.path, two.text)


def test_files_beside_each_other_that_name_one_service_are_one_runbook(tmp_path: Path) -> None:
    """They are joined, RUNBOOK.md first; a copy of it, with the same sections, is not: nobody could tell which holds."""
    _write(
        tmp_path / "shop" / "contacts-runbook.md", "# Contacts\n\n**Service:** shop\n\n- On-Call: Ana Ruiz\n"
    )
    _write(tmp_path / "shop" / "RUNBOOK.md", _text("shop"))
    (one,) = load_all([tmp_path])
    assert [path.name for path in one.files] == ["RUNBOOK.md", "contacts-runbook.md"]
    assert one.where(one.runbook.contacts[0].line) == f"{tmp_path}/shop/contacts-runbook.md:5"
    _write(tmp_path / "shop" / "old-runbook.md", _text("shop"))
    with pytest.raises(
        DocumentError, match=r"already described by .*RUNBOOK\.md; both have a section “Alerts”"
    ):
        load_all([tmp_path])


def test_what_another_file_includes_is_no_runbook_of_its_own(tmp_path: Path) -> None:
    """Also where its name would be found in a folder; files that include each other are found once."""
    _write(tmp_path / "RUNBOOK.md", "# Shop\n\n## Alerts\n\nSee [alerts](alert-runbook.md)\n")
    _write(tmp_path / "alert-runbook.md", "# Alerts\n\n## Escalation\n\n[back](RUNBOOK.md)\n")
    assert [found.path.name for found in gather([tmp_path])] == ["RUNBOOK.md"]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    """A symbolic link beside the runbook cannot bring in a file from elsewhere."""
    secret = _write(tmp_path / "secret.md", "# Alerts\n")
    main = _write(tmp_path / "shop" / "RUNBOOK.md", "# Shop\n\n## Alerts\n\nSee [alerts](alerts.md)\n")
    (main.parent / "alerts.md").symlink_to(secret)
    (one,) = load_found(gather([main])[0])
    assert one.files == (main,)
    assert "WB018" in {found.code for found in one.runbook.findings}


def test_patterns_find_files_of_any_name(tmp_path: Path) -> None:
    """`*` and `**` name files; a pattern without a match is one line."""
    for name in ("a/ops.md", "a/deep/ops.md", "b/ops.md", "node_modules/x/ops.md"):
        _write(tmp_path / name, _text(name))
    names = [found.path.relative_to(tmp_path).as_posix() for found in gather([tmp_path / "**" / "ops.md"])]
    assert names == ["a/deep/ops.md", "a/ops.md", "b/ops.md"]
    assert [found.path.name for found in gather([tmp_path / "[ab]" / "*.md"])] == ["ops.md", "ops.md"]
    with pytest.raises(DocumentError, match="no file matches this pattern"):
        gather([tmp_path / "*.txt"])


def test_files_that_name_no_service_stay_apart(tmp_path: Path) -> None:
    """A name that nobody filled in, and none at all, are no name that files could share."""
    for name in ("RUNBOOK.md", "b-runbook.md"):
        _write(tmp_path / name, "# A\n\n**Service:** [Service Name]\n")
    _write(tmp_path / "c-runbook.md", "# B\n")
    _write(tmp_path / "d-runbook.md", "")
    assert [found.also for found in gather([tmp_path])] == [(), (), (), ()]


def test_a_part_that_cannot_be_read_holds_its_runbook(tmp_path: Path) -> None:
    """What is half written, or no text, is no part that was taken away: the runbook stays as last read, and it is told."""
    _write(tmp_path / "RUNBOOK.md", "# Shop\n\n**Service:** shop\n\n## Alerts\n\nSee [alerts](alerts.md)\n")
    part = _write(tmp_path / "alerts.md", "# Alerts\n" + ALERTS.format(name="Errors", percent=1))
    source = FileSource([tmp_path], 2.0)
    source.read()
    part.write_bytes(b"\xff\xff")
    source.read()
    taken = source.read()
    assert [one.runbook.alerts[0].condition.value for one in taken.loaded] == [0.01]
    assert f"{part}:1: not UTF-8" in taken.problems[str(tmp_path / "RUNBOOK.md")]


def test_a_mounted_config_map_is_read_once(tmp_path: Path) -> None:
    """Its files are links into a folder that is swapped whole: nothing is found twice, and a new version is seen."""
    _write(tmp_path / "..2026_1" / "RUNBOOK.md", _text("shop"))
    (tmp_path / "..data").symlink_to("..2026_1")
    (tmp_path / "RUNBOOK.md").symlink_to("..data/RUNBOOK.md")
    source = FileSource([tmp_path], 2.0)
    assert _value(source, "shop") == 0.01
    _write(tmp_path / "..2026_2" / "RUNBOOK.md", _text("shop", 6))
    (tmp_path / "..fresh").symlink_to("..2026_2")
    (tmp_path / "..fresh").replace(tmp_path / "..data")
    source.read()
    assert _value(source, "shop") == 0.06
