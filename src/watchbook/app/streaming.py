"""The stream of what happens: journal entries as they are committed, and changes of services.

Called through `app.watchbook`. It keeps nothing: a reader that comes back asks for what it missed by the journal's sequence.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing

from watchbook.app.views.own import EventView
from watchbook.model.incidents import JournalEntry
from watchbook.store.journal import Wanted
from watchbook.store.store import Store

CHANGED_EVERY_S = 1.0
_BATCH = 200
_WAITING = 1000  # news that wait for a reader who does not keep up


class Streaming:
    """Readers, and when each service was last said to have changed."""

    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        self._store, self._now = store, now
        self._readers: set[asyncio.Queue[EventView | int]] = set()
        self._said: dict[str, float] = {}

    def changed(self, service: str) -> None:
        """A service looks different; said at most once a second."""
        now = self._now()
        if now - self._said.get(service, 0.0) < CHANGED_EVERY_S:
            return
        self._said[service] = now
        event = EventView(0, "service.changed", service, now)
        for reader in self._readers:
            if not reader.full():  # one who does not read is told again with the next change
                reader.put_nowait(event)

    async def events(self, after: int | None) -> AsyncIterator[EventView]:
        """Journal entries above `after` (None: from now on), and changes, until the reader goes or the store closes.

        An `after` above the newest entry is of another data folder: from now on, then.
        """
        newest = self._store.sequence
        last = newest if after is None or after > newest else after
        reader: asyncio.Queue[EventView | int] = asyncio.Queue(_WAITING)
        self._readers.add(reader)
        following = asyncio.create_task(self._follow_journal(reader))
        try:
            while True:
                news = await reader.get()
                if isinstance(news, EventView):
                    yield news
                    continue
                if news < 0:
                    return
                while entries := await self._store.journal(Wanted(after=last, limit=_BATCH)):
                    for entry in entries:
                        last = entry.sequence
                        yield event_of(entry)
        finally:
            self._readers.discard(reader)
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    async def _follow_journal(self, reader: "asyncio.Queue[EventView | int]") -> None:
        async with aclosing(self._store.subscribe()) as sequences:  # type: ignore[type-var]
            async for sequence in sequences:
                _press(reader, sequence)
        _press(reader, -1)


def _press(reader: "asyncio.Queue[EventView | int]", sequence: int) -> None:
    """Tells of the journal in any case: entries are read from the store, only that there are new ones must arrive."""
    if reader.full():
        reader.get_nowait()
    reader.put_nowait(sequence)


def event_of(entry: JournalEntry) -> EventView:
    """A journal entry as an event."""
    return EventView(
        entry.sequence,
        entry.kind,
        entry.service,
        entry.occurred_at,
        entry.summary,
        entry.subject,
        entry.incident,
    )
