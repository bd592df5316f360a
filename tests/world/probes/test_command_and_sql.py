"""Command probes with real processes, SQL probes on real SQLite files."""

import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from watchbook.model.observations import Outcome, ProbeResult
from watchbook.model.procedures import Expectation, NumberTest
from watchbook.model.runbook import CheckKind, HealthCheck
from watchbook.world.probes import Prober, ProbeSettings

PATH = "/usr/bin:/bin"


async def command(
    text: str, directory: Path, environment: dict[str, str] | None = None, **parts: Any
) -> ProbeResult:
    what = HealthCheck("Disk", CheckKind.COMMAND, text, **{"timeout_s": 5.0, **parts})
    settings = ProbeSettings(environment={"PATH": PATH, **(environment or {})}, secrets=("s3cret-value",))
    async with Prober(settings) as prober:
        return await prober.probe(what, text, 7.0, directory)


@pytest.mark.parametrize(
    ("text", "expect", "outcome", "reason", "value"),
    [
        ("true", Expectation(), "healthy", "exit 0", None),
        ("echo PONG", Expectation(text="PONG"), "healthy", "exit 0", None),
        ("echo 'Use%'; echo ' 87%'", Expectation(number=NumberTest("<", 0.9)), "healthy", "exit 0", 0.87),
        (
            "echo 'Use%'; echo ' 93%'",
            Expectation(number=NumberTest("<", 0.9)),
            "unhealthy",
            "0.93 is not < 0.9",
            0.93,
        ),
        ("echo 3 of 12,400 rows", Expectation(number=NumberTest(">", 12_000)), "healthy", "exit 0", 12_400),
        ("echo no; exit 3", Expectation(), "unhealthy", "exit 3: no", None),
        ("false", Expectation(), "unhealthy", "exit 1", None),
        ("false | cat", Expectation(), "unhealthy", "exit 1", None),
        ("no-such-program --ping", Expectation(), "unknown", "could not be run: ", None),
        ("sleep 30", Expectation(), "unhealthy", "did not end within 200 ms", None),
    ],
)
async def test_commands(
    tmp_path: Path, text: str, expect: Expectation, outcome: str, reason: str, value: float | None
) -> None:
    """Exit, output and number decide; a missing program is unknown, never unhealthy."""
    result = await command(text, tmp_path, expect=expect, timeout_s=0.2 if "sleep" in text else 5.0)
    assert result.outcome == outcome, result.reason
    assert reason in result.reason
    assert result.value == value or result.outcome is not Outcome.HEALTHY


async def test_environment_is_only_what_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the server's own environment reaches a command, and secrets do not come back."""
    monkeypatch.setenv("WATCHBOOK_LEAK", "yes")
    seen = await command("env", tmp_path, {"DB_HOST": "db"}, expect=Expectation(text="DB_HOST=db"))
    leaked = await command("env", tmp_path, expect=Expectation(text="WATCHBOOK_LEAK"))
    secret = await command("echo $KEY; exit 1", tmp_path, {"KEY": "s3cret-value"})
    assert seen.outcome is Outcome.HEALTHY, seen.reason
    assert leaked.outcome is Outcome.UNHEALTHY
    assert "s3cret" not in secret.reason


async def test_runs_in_the_runbooks_folder(tmp_path: Path) -> None:
    """Relative paths are those of the runbook."""
    (tmp_path / "state").write_text("ready")
    assert (await command("cat state", tmp_path, expect=Expectation(text="ready"))).outcome is Outcome.HEALTHY


async def sql(directory: Path, query: str | None, **parts: Any) -> ProbeResult:
    what = HealthCheck("Orders", CheckKind.SQL, "shop.db", query=query, **{"timeout_s": 1.0, **parts})
    async with Prober() as prober:
        return await prober.probe(what, what.target, 7.0, directory)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute("CREATE TABLE stock (name TEXT, count INTEGER)")
        connection.executemany("INSERT INTO stock VALUES (?, ?)", [("tea", 3), ("coffee", 4)])
    connection.close()
    return tmp_path


async def test_a_number_from_a_query(shop: Path) -> None:
    """The first column of the first row is the value."""
    fine = await sql(shop, "SELECT count(*) FROM stock", expect=Expectation(number=NumberTest(">", 0)))
    few = await sql(shop, "SELECT count(*) FROM stock", expect=Expectation(number=NumberTest(">", 5)))
    assert (fine.outcome, fine.value) == (Outcome.HEALTHY, 2.0)
    assert (few.outcome, few.reason) == (Outcome.UNHEALTHY, "2 is not > 5")


async def test_text_from_a_query(shop: Path) -> None:
    """Rows are lines; a text or pattern is looked for in them."""
    result = await sql(shop, "SELECT name, count FROM stock", expect=Expectation(regex=r"tea\t3\ncoffee\t4"))
    assert result.outcome is Outcome.HEALTHY, result.reason


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM stock",
        "UPDATE stock SET count = 0",
        "DROP TABLE stock",
        "CREATE TABLE x (a)",
        "ATTACH DATABASE 'other.db' AS other",
        "PRAGMA journal_mode = DELETE",
        "VACUUM INTO 'copy.db'",
        "SELECT load_extension('x')",
        "SELECT 1; DELETE FROM stock",
        "WITH x AS (SELECT 1) INSERT INTO stock SELECT 'a', 1",
    ],
)
async def test_nothing_is_ever_written(shop: Path, query: str) -> None:
    """Whatever the query says, the file is only read: it stays the same, and the check is unknown."""
    before = (shop / "shop.db").read_bytes()
    result = await sql(shop, query)
    assert result.outcome is Outcome.UNKNOWN, result.reason
    assert (shop / "shop.db").read_bytes() == before
    assert [path.name for path in shop.iterdir()] == ["shop.db"]


async def test_endless_query_is_interrupted(shop: Path) -> None:
    """A query that would run for ever ends at the limit."""
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    result = await sql(shop, endless, timeout_s=0.2)
    assert (result.outcome, result.reason) == (Outcome.UNHEALTHY, "the query did not end within 200 ms")


async def test_files_that_cannot_be_asked(shop: Path) -> None:
    """A missing file, a file that is no database, a missing table, no query."""
    (shop / "shop.db").rename(shop / "real.db")
    assert (await sql(shop, "SELECT 1")).reason == "there is no file shop.db"
    (shop / "shop.db").write_bytes(b"not a database at all, but long enough to look at" * 50)
    damaged = await sql(shop, "SELECT count(*) FROM stock")
    assert damaged.outcome is Outcome.UNHEALTHY
    assert "shop.db is damaged" in damaged.reason
    (shop / "real.db").replace(shop / "shop.db")
    assert "no such table" in (await sql(shop, "SELECT 1 FROM missing")).reason
    assert (await sql(shop, None)).outcome is Outcome.UNKNOWN


async def test_locked_database(shop: Path) -> None:
    """A file that another process holds exclusively is unhealthy after the limit."""
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        connection = sqlite3.connect(shop / "shop.db", isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
        held.set()
        done.wait(10)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    try:
        result = await sql(shop, "SELECT count(*) FROM stock", timeout_s=0.2)
    finally:
        done.set()
        holder.join()
    assert (result.outcome, result.reason) == (Outcome.UNHEALTHY, "shop.db is locked")
