"""Where the wiring and the data folder are."""

from pathlib import Path

import pytest

from watchbook.app.wiring import data_folder, find_data_folder, find_wiring, load_wiring, wiring_for
from watchbook.model.errors import DocumentError


@pytest.fixture(autouse=True)
def _no_data_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WATCHBOOK_DATA", raising=False)


def _tree(root: Path) -> Path:
    """`root/team/shop/RUNBOOK.md`, with a wiring in `team`."""
    shop = root / "team" / "shop"
    shop.mkdir(parents=True)
    (shop / "RUNBOOK.md").write_text("# Shop\n")
    (root / "team" / "watchbook.toml").write_text('data = "state"\n')
    return shop / "RUNBOOK.md"


def test_the_wiring_is_beside_the_runbook_or_above(tmp_path: Path) -> None:
    """Beside the first runbook wins over above it; a folder is searched like a file in it."""
    runbook = _tree(tmp_path)
    assert find_wiring(runbook) == find_wiring(runbook.parent) == tmp_path / "team" / "watchbook.toml"
    beside = runbook.with_name("watchbook.toml")
    beside.write_text('listen = "127.0.0.1:1"\n')
    assert find_wiring(runbook) == beside
    assert wiring_for([runbook]).listen == "127.0.0.1:1"


def test_without_a_wiring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file anywhere: nothing wired, the data beside the runbook; without a runbook, in the current folder."""
    runbook = tmp_path / "RUNBOOK.md"
    runbook.write_text("# Shop\n")
    wiring = wiring_for([runbook])
    assert (wiring.path, wiring.folder) == (None, tmp_path)
    assert data_folder(wiring, None, {}) == tmp_path / ".watchbook"
    monkeypatch.chdir(tmp_path)
    assert wiring_for().folder == tmp_path
    assert find_data_folder() == tmp_path / ".watchbook"


def test_the_order_of_data_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--data, then $WATCHBOOK_DATA, then the wiring's, then `.watchbook` beside it; relative ones begin where named."""
    runbook = _tree(tmp_path)
    wiring = wiring_for([runbook])
    environ = {"WATCHBOOK_DATA": str(tmp_path / "variable")}
    monkeypatch.chdir(tmp_path)
    assert data_folder(wiring, "option", environ) == tmp_path / "option"
    assert data_folder(wiring, None, environ) == tmp_path / "variable"
    assert data_folder(wiring, None, {}) == tmp_path / "team" / "state"
    (tmp_path / "team" / "watchbook.toml").write_text("")
    assert data_folder(wiring_for([runbook]), None, {}) == tmp_path / "team" / ".watchbook"
    assert find_data_folder("option") == tmp_path / "option"
    monkeypatch.setenv("WATCHBOOK_DATA", "variable")
    assert find_data_folder() == tmp_path / "variable"


def test_a_command_finds_the_folder_from_below(tmp_path: Path) -> None:
    """From any folder below: the wiring's data, or a data folder that is there without a wiring."""
    runbook = _tree(tmp_path)
    assert find_data_folder(None, runbook.parent) == tmp_path / "team" / "state"
    deep = tmp_path / "alone" / "deep"
    deep.mkdir(parents=True)
    (tmp_path / "alone" / ".watchbook").mkdir()
    assert find_data_folder(None, deep) == tmp_path / "alone" / ".watchbook"


@pytest.mark.parametrize("text", ["data = 'state'\nlisten = 1\nunknown = 2", "data = 'state'\n"])
def test_a_mistake_elsewhere_does_not_hide_the_server(tmp_path: Path, text: str) -> None:
    """`status` finds the data folder although the wiring has a mistake that `up` would refuse."""
    (tmp_path / "watchbook.toml").write_text(text)
    assert find_data_folder(None, tmp_path) == tmp_path / "state"


def test_a_broken_file_means_the_folder_beside_it(tmp_path: Path) -> None:
    """Where the file is no TOML at all, or says no path, the usual folder is meant."""
    for text in ("data = ", "data = 5", "data = ''"):
        (tmp_path / "watchbook.toml").write_text(text)
        assert find_data_folder(None, tmp_path) == tmp_path / ".watchbook"


def test_an_unreadable_wiring_is_one_line(tmp_path: Path) -> None:
    """A missing file, a folder and a binary file each give one line."""
    path = tmp_path / "watchbook.toml"
    with pytest.raises(DocumentError, match="cannot be read"):
        load_wiring(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DocumentError) as caught:
        load_wiring(path)
    assert str(caught.value) == f"{path}: the wiring is not text in UTF-8 (byte 0). Save it as UTF-8."
    path.unlink()
    path.mkdir()
    with pytest.raises(DocumentError, match="cannot be read"):
        load_wiring(path)
    assert find_wiring(tmp_path) is None or find_wiring(tmp_path) != path
