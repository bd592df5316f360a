"""`watchbook journal`: read and verified from the store alone."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from watchbook.cli.main import main
from watchbook.model.decisions import Decision
from watchbook.model.ids import IncidentId
from watchbook.model.incidents import Entry, Incident, IncidentState
from watchbook.model.runbook import Severity
from watchbook.store.folder import DATABASE
from watchbook.store.store import Store


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with an incident and five entries of two services."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("WATCHBOOK_DATA", str(folder))
    store = Store(folder / DATABASE, lambda: 1000.0)
    incident = Incident(
        IncidentId("i-7"), 0, "shop", "production", "down", Severity.HIGH, IncidentState.OPEN, 1.0
    )
    entries = (
        Entry("shop", "alert.firing", "Service Down fires"),
        Entry("shop", "incident.opened", "incident 1 opened", incident="i-7"),
        Entry("Payment API", "alert.firing", "Latency fires"),
        Entry("shop", "acknowledged", "Ana took it", actor="Ana Ruiz", incident="i-7"),
        Entry("shop", "acknowledged", "Bo took it", actor="bo@example", incident="i-7", verified_actor=True),
    )
    store.apply_now(Decision("", (incident,), entries))
    store.close()
    return folder


def _run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["journal", *arguments])
    return int(ended.value.code or 0)


def _forge(data: Path) -> None:
    with closing(sqlite3.connect(data / DATABASE)) as raw:
        raw.execute("update journal set summary = 'nobody was told' where sequence = 2")
        raw.commit()


def test_entries_are_listed(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line an entry, with number, service, kind, who and what; unproven names are marked."""
    assert _run() == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["#1", "#2", "#3", "#4", "#5"]
    assert "Ana Ruiz (unverified)" in lines[3] and lines[3].endswith("Ana took it")
    assert "(unverified)" not in lines[4] + lines[0]


@pytest.mark.parametrize(
    ("arguments", "numbers"),
    [
        (("--service", "payment-api"), [3]),
        (("--service", "SHOP"), [1, 2, 4, 5]),
        (("--incident", "1"), [2, 4, 5]),
        (("--incident", "#1"), [2, 4, 5]),
        (("--incident", "i-7", "--after", "2"), [4, 5]),
        (("--last", "2"), [4, 5]),
        (("--service", "shop", "--last", "1"), [5]),
        (("--after", "5"), []),
    ],
)
def test_entries_are_chosen(
    data: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], numbers: list[int]
) -> None:
    """By service in any spelling, by incident's number or id, after a number, and the newest few."""
    assert _run(*arguments, "--format", "json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["version"] == 1
    assert [entry["sequence"] for entry in said["entries"]] == numbers


def test_json_entries_can_be_checked_by_others(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON holds everything that the hash covers: the chain can be recomputed from it alone."""
    import hashlib

    _run("--format", "json", "--service", "shop")
    previous = ""
    for entry in json.loads(capsys.readouterr().out)["entries"]:
        assert entry["previous"] == previous
        said = {name: value for name, value in entry.items() if name not in ("previous", "hash")}
        text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        previous = hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()
        assert entry["hash"] == previous


def test_a_whole_journal_verifies(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each service's chain is said to be whole, with its length and head; the head is an anchor for later."""
    assert _run("verify") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines] == ["Payment API", "shop"]
    assert all("whole" in line for line in lines)
    head = lines[1].split()[-1]
    assert _run("verify", "--anchor", head) == 0
    assert _run("verify", "--service", "shop", "--format", "json") == 0
    (chain,) = json.loads(capsys.readouterr().out.split("\n", 2)[2])["chains"]
    assert (chain["entries"], chain["head"], chain["broken"]) == (4, head, None)


def test_a_forged_journal_does_not(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first broken link is named, and the exit code says so."""
    _forge(data)
    assert _run("verify") == 1
    printed = capsys.readouterr()
    assert "shop: broken at entry #2: what it says is not what was recorded." in printed.err
    assert _run("verify", "--format", "json") == 1
    said = json.loads(capsys.readouterr().out)
    assert said["whole"] is False
    assert [chain["broken"] and chain["broken"]["sequence"] for chain in said["chains"]] == [None, 2]
    assert _run("verify", "--service", "payment api") == 0


def test_a_cut_end_is_found_by_an_anchor(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Removing the newest entries leaves a whole chain; a head kept elsewhere tells."""
    _run("verify", "--service", "shop")
    head = capsys.readouterr().out.split()[-1]
    with closing(sqlite3.connect(data / DATABASE)) as raw:
        raw.execute("delete from journal where sequence = 5")
        raw.commit()
    assert _run("verify") == 0
    assert _run("verify", "--anchor", head) == 1
    assert f"no entry has the hash {head}" in capsys.readouterr().err


def test_what_is_not_there_is_one_line(
    data: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """An unknown service, an unknown incident and a folder without a database: one line, exit not zero."""
    assert _run("--service", "search") == 2
    assert capsys.readouterr().err == (
        "watchbook: the journal has no service “search”. It has: Payment API, shop.\n"
    )
    assert _run("--incident", "9") == 2
    assert "there is no incident 9" in capsys.readouterr().err
    assert _run("--data", str(tmp_path / "elsewhere")) == 1
    assert "there is no database here" in capsys.readouterr().err


def test_the_journal_is_read_beside_a_server(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """While a store is open and writing, the command reads what is committed."""
    store = Store(data / DATABASE)
    store.apply_now(Decision("", (), (Entry("shop", "k", "fresh"),)))
    assert _run("--last", "1") == 0
    assert capsys.readouterr().out.rstrip().endswith("fresh")
    store.close()
