"""The journal's chain: whole as written, and the first broken link is found whatever was done to it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from watchbook.model.incidents import Entry, JournalEntry
from watchbook.store import journal, sqlite
from watchbook.store.journal import Wanted, chain, verify
from watchbook.store.kinds import metadata

texts = st.text(st.characters(codec="utf-8"), max_size=8)
entries = st.builds(
    Entry,
    service=st.sampled_from(("shop", "search")),
    kind=texts,
    summary=texts,
    actor=texts,
    occurred_at=st.floats(0, 2e9),
    subject=texts,
    data=st.dictionaries(texts, texts | st.integers() | st.floats(allow_nan=False) | st.lists(texts)),
    verified_actor=st.booleans(),
)


def _chained(said: list[Entry]) -> list[JournalEntry]:
    heads: dict[str, str] = {}
    links = []
    for number, entry in enumerate(said, 1):
        link = chain(entry, number, heads.get(entry.service, ""), 1000.0 + number)
        heads[entry.service] = link.hash
        links.append(link)
    return links


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """A transaction on a fresh database with all tables."""
    sqlite.make(tmp_path / "watchbook.sqlite")
    engine = sqlite.open_to_write(tmp_path / "watchbook.sqlite")
    with engine.connect() as opened:
        metadata.create_all(opened)
        yield opened
        opened.rollback()
    engine.dispose()


@given(st.lists(entries, max_size=8))
def test_a_journal_as_written_is_whole(said: list[Entry]) -> None:
    """Chains of several services, interleaved, verify."""
    assert verify(_chained(said)) is None


@given(st.lists(entries, min_size=1, max_size=8), st.data())
def test_a_changed_word_is_found_where_it_stands(said: list[Entry], data: st.DataObject) -> None:
    """Changing what any entry says, even with a recomputed hash, breaks the chain at it or at the next one."""
    links = _chained(said)
    place = data.draw(st.integers(0, len(links) - 1))
    forged = replace(links[place], summary=links[place].summary + "!")
    broken = verify([*links[:place], forged, *links[place + 1 :]])
    assert broken is not None and broken.sequence == forged.sequence
    rehashed = replace(forged, hash=journal.digest(journal.said_by(forged), forged.previous))
    later = [link for link in links[place + 1 :] if link.service == forged.service]
    broken = verify([*links[:place], rehashed, *links[place + 1 :]])
    if later:
        assert broken is not None and broken.sequence == later[0].sequence
    else:
        assert broken is None  # the newest entry: only a head kept elsewhere tells


@given(st.lists(entries, min_size=2, max_size=8), st.data())
def test_a_removed_entry_is_found(said: list[Entry], data: st.DataObject) -> None:
    """Removing an entry that another one follows breaks the chain at the follower."""
    links = _chained(said)
    place = data.draw(st.integers(0, len(links) - 1))
    later = [link for link in links[place + 1 :] if link.service == links[place].service]
    broken = verify(links[:place] + links[place + 1 :])
    assert (broken.sequence if broken else None) == (later[0].sequence if later else None)


@pytest.mark.slow
@given(st.lists(entries, min_size=2, max_size=8))
def test_swapped_entries_are_found(said: list[Entry]) -> None:
    """Entries out of their order do not verify."""
    assert verify(list(reversed(_chained(said)))) is not None


@given(entries)
def test_the_hash_covers_every_part(entry: Entry) -> None:
    """Each part of an entry is in its hash."""
    (link,) = _chained([entry])
    changes = {"actor": "mallory", "occurred_at": 5e9, "data": {"k": [1]}, "verified_actor": None}
    for name in ("sequence", "service", "kind", "subject", "incident", "recorded_at"):
        changes[name] = -1 if name in ("sequence", "recorded_at") else getattr(link, name) + "x"
    for name, value in changes.items():
        forged = replace(link, **{name: value})
        assert journal.digest(journal.said_by(forged), "") != link.hash, name


def test_entries_come_back_as_they_were_chained(connection: Connection) -> None:
    """What is read from the table is what was written, hash for hash; and it verifies."""
    said = [
        Entry("shop", "a", "ö \udcff\0", data={"x": float("nan"), "deep": {"y": (1, 2.0)}}, occurred_at=3),
        Entry("search", "b", "two"),
        Entry("shop", "c", "three", incident="i1", subject="r1", actor="ana", verified_actor=True),
    ]
    first = journal.append(connection, said[:1], 100.0)
    rest = journal.append(connection, said[1:], 101.0)
    found = journal.read(connection, Wanted())
    assert found == (*first, *rest)
    assert [entry.sequence for entry in found] == [1, 2, 3]
    assert found[1].occurred_at == 101.0
    assert verify(found) is None


def test_reading_what_is_wanted(connection: Connection) -> None:
    """By number, service, incident, subject, kind; bounded, and newest first."""
    journal.append(
        connection, [Entry("shop", f"k{n % 2}", str(n), incident=f"i{n % 3}") for n in range(6)], 1.0
    )
    journal.append(connection, [Entry("search", "k0", "6", subject="r1")], 2.0)

    def said(wanted: Wanted) -> str:
        return "".join(entry.summary for entry in journal.read(connection, wanted))

    assert said(Wanted(after=4)) == "456"
    assert said(Wanted(before=4, after=1)) == "12"
    assert said(Wanted(service="search")) == "6"
    assert said(Wanted(incident="i1")) == "14"
    assert said(Wanted(subject="r1")) == "6"
    assert said(Wanted(kinds=("k1",))) == "135"
    assert said(Wanted(limit=2, newest_first=True)) == "65"


def test_a_pruned_chain_stays_whole(connection: Connection) -> None:
    """After pruning, twice, the rest verifies because the chain itself says what went."""
    for n in range(6):
        journal.append(connection, [Entry("shop", "k", str(n)), Entry("search", "k", str(n))], float(n))
    assert journal.prune(connection, "shop", 3.0, 10.0) == 3
    assert verify(journal.read(connection, Wanted())) is None
    assert journal.prune(connection, "shop", 5.0, 11.0) == 2
    found = journal.read(connection, Wanted(service="shop"))
    assert [entry.kind for entry in found] == ["k", journal.PRUNED, journal.PRUNED]
    assert verify(journal.read(connection, Wanted())) is None
    assert journal.prune(connection, "shop", 5.0, 12.0) == 0


def test_pruning_leaves_the_newest_entry(connection: Connection) -> None:
    """A service whose entries are all old keeps its newest, so that its chain goes on."""
    journal.append(connection, [Entry("shop", "k", "1"), Entry("shop", "k", "2")], 1.0)
    assert journal.prune(connection, "shop", 99.0, 100.0) == 1
    assert journal.prune(connection, "nobody", 99.0, 100.0) == 0
    assert verify(journal.read(connection, Wanted())) is None


def test_removing_more_than_was_pruned_is_found(connection: Connection) -> None:
    """A beginning that is gone without the chain saying so is a broken link."""
    for n in range(5):
        journal.append(connection, [Entry("shop", "k", str(n))], float(n))
    journal.prune(connection, "shop", 2.0, 10.0)
    found = journal.read(connection, Wanted())
    broken = verify(found[1:])
    assert broken is not None and broken.sequence == found[1].sequence
    assert "nothing says why" in broken.reason


def test_each_service_has_its_own_verdict(connection: Connection) -> None:
    """One service's broken chain does not stain another's; heads and counts are told, in batches of any size."""
    for n in range(5):
        journal.append(connection, [Entry("shop", "k", str(n)), Entry("search", "k", str(n))], float(n))
    table = journal.journal
    connection.execute(table.update().where(table.c.sequence == 5).values(summary="forged"))
    for batch in (1, 3, 1000):
        search, shop = journal.verify_all(connection, batch=batch)
        assert (search.service, search.entries, search.broken) == ("search", 5, None)
        assert shop.broken == journal.Broken(5, "shop", "what it says is not what was recorded")
        assert search.head == journal.read(connection, Wanted(service="search"))[-1].hash
    assert [chain.service for chain in journal.verify_all(connection, "search")] == ["search"]
    assert journal.holds(connection, search.head)
    assert not journal.holds(connection, "0" * 64)
