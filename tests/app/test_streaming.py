"""Those who follow what happens: readers who do not keep up, and readers who come back from elsewhere."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from watchbook.app import streaming
from watchbook.app.streaming import Streaming
from watchbook.app.views.own import EventView
from watchbook.model.incidents import Entry
from watchbook.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "watchbook.sqlite")
    yield made
    made.close()


async def test_a_reader_who_does_not_read_costs_little_and_loses_no_entry(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Changes wait up to a limit; entries of the journal all arrive, however long nobody looked."""
    monkeypatch.setattr(streaming, "_WAITING", 10)
    now = 0.0
    made = Streaming(store, lambda: now)
    async with aclosing(made.events(0)) as events:  # type: ignore[type-var]
        await store.note(Entry("shop", "alert.firing", "first"))
        assert (await anext(events)).summary == "first"
        for moment in range(100):
            now = float(10 * moment + 10)
            made.changed("shop")
            await store.note(Entry("shop", "alert.firing", f"entry {moment}"))
        (reader,) = made._readers
        assert reader.qsize() <= 10
        found: list[EventView] = []
        while not found or found[-1].summary != "entry 99":
            event = await anext(events)
            if event.sequence:
                found.append(event)
        assert [event.summary for event in found] == [f"entry {moment}" for moment in range(100)]


@pytest.mark.parametrize("after", [5000, 10**30])
async def test_a_reader_from_another_data_folder_hears_what_happens_now(store: Store, after: int) -> None:
    """A number above the newest entry is of a journal that is gone: the reader follows from now on."""
    made = Streaming(store, lambda: 0.0)
    await store.note(Entry("shop", "alert.firing", "before"))
    async with aclosing(made.events(after)) as events:  # type: ignore[type-var]
        while not store.sequence:  # told by the writer's thread after the commit
            await asyncio.sleep(0.001)
        reading = asyncio.ensure_future(anext(events))
        while not made._readers:
            await asyncio.sleep(0)
        await store.note(Entry("shop", "alert.firing", "now"))
        assert (await asyncio.wait_for(reading, 10)).summary == "now"
