"""The store: a decision is written whole or not at all, repeats change nothing, followers hear of commits."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from watchbook.model.decisions import Decision
from watchbook.model.errors import ConflictError, StoreError
from watchbook.model.ids import EpisodeId, IncidentId, RunId, StepId
from watchbook.model.incidents import Entry, Incident, IncidentState
from watchbook.model.paging import Climb, Notice, NoticeKind, NoticeState
from watchbook.model.runbook import Severity
from watchbook.model.runs import Attempt, AttemptState
from watchbook.store import records
from watchbook.store.journal import Wanted, verify
from watchbook.store.marks import Answered, Heartbeat
from watchbook.store.store import Reader, Store


class Clock:
    """Wall seconds that stand still until told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock for `recorded_at`."""
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    """A fresh store."""
    made = Store(tmp_path / "watchbook.sqlite", clock)
    yield made
    made.close()


def _notice(key: str = "n1") -> Notice:
    return Notice(key, EpisodeId("e1"), NoticeKind.TRIGGER, 0, 0, 0, "Ana Ruiz", "phone", created_at=1.0)


def _page(key: str = "n1") -> Decision:
    entry = Entry("shop", "page.queued", f"page {key}", occurred_at=999.0)
    return Decision("rung reached", (_notice(key),), (entry,))


async def test_a_decision_is_kept_with_its_entries(store: Store, clock: Clock) -> None:
    """Records come back with a version, entries chained with the time they were recorded at."""
    applied = await store.apply(_page().then(Decision("", (Climb(EpisodeId("e1"), ()),))))
    assert [record.version for record in applied] == [1, 1]
    assert not applied.repeated
    assert await store.get(Notice, "n1") == applied[0]
    (entry,) = await store.journal()
    assert (entry,) == applied.entries
    assert (entry.occurred_at, entry.recorded_at, entry.sequence) == (999.0, 1000.0, 1)


async def test_a_conflict_undoes_the_whole_decision(store: Store) -> None:
    """When the second record of a decision is stale, the first one and the entries are not written either."""
    (climb,) = await store.apply(Decision("", (Climb(EpisodeId("e1"), ()),)))
    await store.apply(Decision("", (replace(climb, rung=1),)))
    with pytest.raises(ConflictError):
        await store.apply(_page().then(Decision("", (replace(climb, rung=2),))))
    assert await store.load(Notice) == ()
    assert await store.journal() == ()
    found = await store.get(Climb, "e1")
    assert found is not None and (found.rung, found.version) == (1, 2)


async def test_repeating_a_decision_changes_nothing(store: Store) -> None:
    """The same page decided twice (a crash in between) is one row and one entry, and the caller can tell."""
    first = await store.apply(_page())
    again = await store.apply(_page())
    assert again.repeated and again.entries == ()
    assert tuple(again) == tuple(first)
    assert len(await store.journal()) == 1


async def test_of_two_claims_one_wins(store: Store) -> None:
    """Two workers that claim the same attempt: exactly one is told that the claim is its own."""
    attempt = Attempt(RunId("r"), StepId("1"), 1, AttemptState.CLAIMED, 5.0)
    outcomes = await asyncio.gather(*(store.apply(Decision("claim", (attempt,))) for _ in range(5)))
    assert sorted(outcome.repeated for outcome in outcomes) == [False, True, True, True, True]


async def test_two_incidents_at_once_get_two_numbers(store: Store) -> None:
    """Numbers are given inside the transaction."""
    incidents = [
        Incident(
            IncidentId(f"i{n}"), 0, "shop", "production", "x", Severity.LOW, IncidentState.OPEN, float(n)
        )
        for n in range(3)
    ]
    applied = await asyncio.gather(*(store.apply(Decision("", (one,))) for one in incidents))
    assert sorted(saved[0].number for saved in applied) == [1, 2, 3]
    assert [one.number for one in await store.newest(Incident, 2)] == [3, 2]


async def test_followers_hear_of_commits(store: Store) -> None:
    """A follower gets the newest number at once, then after commits with entries; it ends when the store closes."""
    heard: list[int] = []
    arrived = asyncio.Event()

    async def follow() -> None:
        async for sequence in store.subscribe():
            heard.append(sequence)
            arrived.set()

    following = asyncio.create_task(follow())

    async def hears(sequence: int) -> None:
        while not heard or heard[-1] < sequence:
            arrived.clear()
            await asyncio.wait_for(arrived.wait(), 5)

    await hears(0)
    await store.note(Entry("shop", "k", "one"))
    await hears(1)
    await store.apply(Decision("", (Climb(EpisodeId("quiet"), ()),)))
    await store.note(Entry("shop", "k", "two"), Entry("shop", "k", "three"))
    await hears(3)
    assert store.sequence == 3
    assert heard == [0, 1, 3]
    await asyncio.to_thread(store.close)
    await asyncio.wait_for(following, 5)


async def test_what_was_committed_is_there_after_reopening(tmp_path: Path) -> None:
    """A second start finds records, versions, the chain and its numbers where the first one left them."""
    path = tmp_path / "watchbook.sqlite"
    first = Store(path)
    await first.apply(_page("a"))
    await first.seen({"shop": 50.0})
    first.close()
    second = Store(path)
    assert second.sequence == 1
    await second.apply(_page("b"))
    (heartbeat,) = await second.load(Heartbeat)
    assert heartbeat.seen_at == 50.0
    entries = await second.journal()
    assert [entry.sequence for entry in entries] == [1, 2]
    assert verify(entries) is None
    second.close()


async def test_a_closed_store_is_one_private_file(tmp_path: Path) -> None:
    """While it is open nobody else can read it, and after closing everything stands in the one file."""
    path = tmp_path / "watchbook.sqlite"
    store = Store(path)
    await store.apply(_page())
    await store.load(Notice)
    assert all(file.stat().st_mode & 0o077 == 0 for file in tmp_path.iterdir())
    store.close()
    assert list(tmp_path.iterdir()) == [path]
    reader = Reader(path)
    assert len(reader.read_now(lambda connection: records.load(connection, Notice, {}))) == 1
    reader.close()


async def test_heartbeats_overwrite(store: Store) -> None:
    """The last time a service was seen replaces the one before, without a version to know."""
    await store.seen({"shop": 1.0, "search": 2.0})
    await store.seen({"shop": 3.0})
    assert {beat.service: beat.seen_at for beat in await store.load(Heartbeat)} == {
        "shop": 3.0,
        "search": 2.0,
    }


async def test_old_answers_are_forgotten(store: Store) -> None:
    """Answers to repeated requests can be deleted by key and by age; the rest stays."""
    for at, key in enumerate("abc"):
        await store.apply(Decision("", (Answered(key, "POST /x", 200, "{}", float(at)),)))
    assert await store.forget(Answered, key="b") == 1
    assert await store.forget_before(Answered, 2.0) == 1
    assert [answer.key for answer in await store.load(Answered)] == ["c"]


async def test_work_of_ones_own(store: Store) -> None:
    """What no decision says can be written in a transaction of one's own; it is undone whole when it fails."""
    assert await store.write(lambda connection: records.save(connection, _notice())[0].version) == 1

    def fails(connection) -> None:  # type: ignore[no-untyped-def]
        records.save(connection, _notice("n2"))
        raise ValueError("no good")

    with pytest.raises(ValueError, match="no good"):
        await store.write(fails)
    assert [notice.key for notice in await store.load(Notice)] == ["n1"]


async def test_chains_are_checked_as_stored(store: Store) -> None:
    """The store gives every service's verdict, or one service's."""
    await store.note(Entry("shop", "k", "1"), Entry("search", "k", "1"))
    assert [(chain.service, chain.broken) for chain in await store.verify()] == [
        ("search", None),
        ("shop", None),
    ]
    assert [chain.service for chain in await store.verify("shop")] == ["shop"]


async def test_pruning_keeps_the_chain(store: Store, clock: Clock) -> None:
    """Old entries go, the chain says so, and it verifies."""
    for n in range(4):
        clock.now = float(n)
        await store.note(Entry("shop", "k", str(n)))
    assert await store.prune("shop", 2.0) == 2
    assert verify(await store.journal(Wanted(service="shop"))) is None


async def test_a_page_past_a_locked_store(store: Store) -> None:
    """The outbox hears within its time that the store is stuck, an ordinary decision is withdrawn, the page kept."""
    climb = Decision("", (Climb(EpisodeId("e1"), ()),), (Entry("shop", "x", "not to be written"),))
    with contextlib.closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("begin exclusive")
        began = time.monotonic()
        outcomes = await asyncio.gather(
            store.apply(_page(), within_s=0.5), store.apply(climb, within_s=0.5), return_exceptions=True
        )
        assert time.monotonic() - began < 4
        assert all(isinstance(outcome, StoreError) for outcome in outcomes)
        assert store.problem is not None and "locked" in str(store.problem)
        assert await store.load(Notice) == ()  # reads go on
        other.execute("rollback")
    await store.note(Entry("shop", "after", "the lock is gone"))
    assert store.problem is None
    assert [notice.state for notice in await store.load(Notice)] == [NoticeState.DUE]
    assert await store.load(Climb) == ()
    assert [entry.kind for entry in await store.journal()] == ["page.queued", "after"]


async def test_no_secret_reaches_the_journal(tmp_path: Path) -> None:
    """A declared secret in someone's words, in a name or deep in the data is taken out before anything is written."""
    path = tmp_path / "watchbook.sqlite"
    store = Store(path, redact=lambda text: text.replace("hunter2-secret", "[redacted]"))
    data = {"note": "use hunter2-secret", "list": [{"deep": "hunter2-secret"}], "count": 2}
    (entry,) = await store.note(
        Entry("shop", "k", "Ana wrote hunter2-secret", actor="hunter2-secret", data=data)
    )
    assert entry.summary == "Ana wrote [redacted]"
    assert entry.data == {"note": "use [redacted]", "list": [{"deep": "[redacted]"}], "count": 2}
    assert verify(await store.journal()) is None
    store.close()
    assert all(b"hunter2" not in file.read_bytes() for file in tmp_path.iterdir())


async def test_reading_one_consistent_state(store: Store) -> None:
    """Two lookups of one query see the same state, although a decision is committed between them."""
    await store.apply(_page("a"))
    loop = asyncio.get_running_loop()

    def query(connection):  # type: ignore[no-untyped-def]
        before = len(records.load(connection, Notice, {}))
        asyncio.run_coroutine_threadsafe(store.apply(_page("b")), loop).result(5)
        return before, len(records.load(connection, Notice, {}))

    assert await store.read(query) == (1, 1)
    assert len(await store.load(Notice)) == 2


def test_without_a_loop(tmp_path: Path) -> None:
    """Commands apply and read without an event loop."""
    store = Store(tmp_path / "watchbook.sqlite")
    assert store.apply_now(_page())[0].version == 1
    assert store.reader.read_now(lambda connection: len(records.load(connection, Notice, {}))) == 1
    store.close()


def test_what_cannot_be_opened_is_one_line(tmp_path: Path) -> None:
    """A foreign file, a folder, a missing folder and a missing database each give one line that names the place."""
    binary = tmp_path / "binary.sqlite"
    binary.write_bytes(bytes(range(256)) * 64)
    foreign = tmp_path / "foreign.sqlite"
    with contextlib.closing(sqlite3.connect(foreign)) as raw:
        raw.execute("create table customers(name text)")
    expected = {
        binary: "not a database of Watchbook",
        foreign: "it has the table customers",
        tmp_path: "cannot be opened",
        tmp_path / "nowhere" / "x.sqlite": "cannot be opened",
    }
    for path, words in expected.items():
        with pytest.raises(StoreError, match=words) as caught:
            Store(path)
        assert str(caught.value).startswith(f"{path}: ")
        assert "\n" not in str(caught.value)
    with pytest.raises(StoreError, match="no database here"):
        Reader(tmp_path / "missing.sqlite")
    with contextlib.closing(sqlite3.connect(foreign)) as raw:
        assert raw.execute("select count(*) from sqlite_master").fetchone() == (1,)
