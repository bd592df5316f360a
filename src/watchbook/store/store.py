"""The store: everything that outlives the process. One transaction a decision, reads beside it.

Called by `app`, `acting` and the faces. It decides nothing and performs no effects; it knows what a record is,
not what it means. One process writes a data folder at a time (`store.folder` holds the lock).
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from watchbook.model.decisions import Decision
from watchbook.model.errors import StoreError
from watchbook.model.incidents import Entry, JournalEntry
from watchbook.model.paging import Notice
from watchbook.store import journal, migrate, records, sqlite
from watchbook.store.journal import Chain, Wanted
from watchbook.store.marks import Heartbeat
from watchbook.store.writer import PATIENT_S, WITHIN_S, Writer

Record = TypeVar("Record")
Result = TypeVar("Result")


class Applied(tuple[Any, ...]):
    """The records of a decision as they now stand, in the order of its `saves`.

    `repeated`: every one of them was there already (an idempotent repeat), nothing was written and journalled.
    `entries`: the journal entries that it wrote.
    """

    repeated: bool
    entries: tuple[JournalEntry, ...]

    def __new__(cls, saved: tuple[Any, ...], entries: tuple[JournalEntry, ...], repeated: bool) -> "Applied":
        made = super().__new__(cls, saved)
        made.entries, made.repeated = entries, repeated
        return made


class Store:
    """One data folder's database, opened for writing and reading."""

    def __init__(
        self,
        path: Path,
        clock: Callable[[], float] = time.time,
        redact: Callable[[str], str] = lambda text: text,
    ) -> None:
        """Open (or make) the database file `path`. `clock` gives wall seconds. Raises StoreError.

        `redact` goes over every text of the journal before it is hashed and written: the last place where a secret
        could slip in with someone's words (rule 30). Output is redacted where it is read, long before.
        """
        self.path, self._clock, self._redact = path, clock, redact
        self._followers: set[_Follower] = set()
        self._followers_lock = threading.Lock()
        _prepare(path)
        self.reader = Reader(path)
        self._sequence = self.reader.read_now(journal.last_sequence)
        self._writer = Writer(path, self._committed)

    @property
    def problem(self) -> StoreError | None:
        """Why nothing can be committed at this moment; None while all is well. `/health` answers 503 with it."""
        return self._writer.problem

    @property
    def sequence(self) -> int:
        """Number of the newest journal entry that is committed."""
        return self._sequence

    async def apply(
        self, decision: Decision, *, within_s: float | None = None, keep: bool | None = None
    ) -> Applied:
        """Write a decision whole or not at all; the records come back with their new versions.

        Raises ConflictError where a record has changed since it was read (read again, decide again), StoreError
        where it could not be committed within `within_s` seconds (by default 2 for a decision that pages, 5 for any
        other). After a StoreError it is not written any more, unless `keep`; decisions that page are kept by default
        (rule 14: a late commit is a visible duplicate).
        """
        pages = any(isinstance(record, Notice) for record in decision.saves)
        urgent = any(records.kind_of(type(record)).urgent for record in decision.saves)
        return await self._writer.write(
            lambda connection: self._apply(connection, decision),
            within_s=within_s if within_s is not None else WITHIN_S if pages else PATIENT_S,
            urgent=urgent,
            keep=pages if keep is None else keep,
        )

    def apply_now(self, decision: Decision, *, within_s: float = PATIENT_S) -> Applied:
        """The same for callers without an event loop."""
        return self._writer.write_now(lambda connection: self._apply(connection, decision), within_s=within_s)

    def _apply(self, connection: Connection, decision: Decision) -> Applied:
        outcomes = [records.save(connection, record) for record in decision.saves]
        saved = tuple(record for record, _ in outcomes)
        if outcomes and all(repeat for _, repeat in outcomes):
            return Applied(saved, (), True)
        said = tuple(journal.redacted(entry, self._redact) for entry in decision.entries)
        entries = journal.append(connection, said, self._clock())
        return Applied(saved, entries, False)

    async def write(
        self,
        work: Callable[[Connection], Result],
        *,
        within_s: float = PATIENT_S,
        urgent: bool = False,
        keep: bool = False,
    ) -> Result:
        """Run `work` in a transaction of the writer (`store.writer.Writer.write`). For what no decision says."""
        return await self._writer.write(work, within_s=within_s, urgent=urgent, keep=keep)

    async def note(self, *entries: Entry, within_s: float = PATIENT_S) -> tuple[JournalEntry, ...]:
        """Journal entries that no record goes with."""
        return (await self.apply(Decision("", entries=entries), within_s=within_s)).entries

    async def seen(self, services: Mapping[str, float]) -> None:
        """Remember when each service was last looked at (rule 4). Overwrites, without a version check."""

        def work(connection: Connection) -> None:
            for service, seen_at in services.items():
                before = records.get(connection, Heartbeat, service)
                fresh = before or Heartbeat(service, seen_at)
                records.save(connection, replace(fresh, seen_at=seen_at))

        await self._writer.write(work)

    async def prune(self, service: str, before: float) -> int:
        """Forget a service's journal entries recorded before that time; the chain says so. How many went."""
        return await self._writer.write(
            lambda connection: journal.prune(connection, service, before, self._clock())
        )

    async def forget(self, type_: type, **where: Any) -> int:
        """Delete records that may be forgotten, by values of columns; how many went."""
        return await self._writer.write(lambda connection: records.remove(connection, type_, where))

    async def forget_before(self, type_: type, before: float) -> int:
        """Delete records of a type that are older than that wall time (`Answered`: by `at`); how many went."""
        return await self._writer.write(lambda connection: records.remove_before(connection, type_, before))

    async def read(self, query: Callable[[Connection], Result]) -> Result:
        """Run a query of one's own beside the writer, in a thread."""
        return await self.reader.read(query)

    async def get(self, type_: type[Record], *key: Any) -> Record | None:
        """The record with that key, or None."""
        return await self.reader.read(lambda connection: records.get(connection, type_, *key))

    async def load(self, type_: type[Record], **where: Any) -> tuple[Record, ...]:
        """Records whose columns have those values, oldest first; a tuple of values means any of them."""
        return await self.reader.read(lambda connection: records.load(connection, type_, where))

    async def newest(self, type_: type[Record], count: int, **where: Any) -> tuple[Record, ...]:
        """At most `count` such records, newest first."""
        return await self.reader.read(lambda connection: records.load(connection, type_, where, count))

    async def journal(self, wanted: Wanted | None = None) -> tuple[JournalEntry, ...]:
        """Entries of the journal by sequence."""
        return await self.reader.read(lambda connection: journal.read(connection, wanted or Wanted()))

    async def verify(self, service: str = "") -> tuple[Chain, ...]:
        """Check the journal's chains, of one service or of all."""
        return await self.reader.read(lambda connection: journal.verify_all(connection, service))

    async def subscribe(self) -> AsyncIterator[int]:
        """The journal's newest sequence number, at once and after each commit that added entries; ends at `close`.

        Commits that come faster than they are taken are told as one.
        """
        follower = _Follower(asyncio.get_running_loop())
        with self._followers_lock:
            self._followers.add(follower)
        try:
            told = -1
            while not follower.closed:
                follower.news.clear()
                if self._sequence > told:
                    told = self._sequence
                    yield told
                    continue
                await follower.news.wait()
        finally:
            with self._followers_lock:
                self._followers.discard(follower)

    def close(self) -> int:
        """Write what is queued, end the subscriptions, let go of the file. How many writes were lost."""
        lost = self._writer.close()
        with self._followers_lock:
            followers = tuple(self._followers)
        for follower in followers:
            follower.closed = True
            follower.wake()
        self.reader.close()
        if self._writer.stopped:
            sqlite.tidy(self.path)
        return lost

    def _committed(self) -> None:
        """On the writer's thread, after a commit."""
        newest = self.reader.read_now(journal.last_sequence)
        if newest == self._sequence:
            return
        self._sequence = newest
        with self._followers_lock:
            followers = tuple(self._followers)
        for follower in followers:
            follower.wake()


class _Follower:
    """One subscription: an event on its own loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop, self.news, self.closed = loop, asyncio.Event(), False

    def wake(self) -> None:
        with contextlib.suppress(RuntimeError):  # its loop has ended
            self.loop.call_soon_threadsafe(self.news.set)


class Reader:
    """Reads of a database file: beside the writer, or without any server."""

    def __init__(self, path: Path) -> None:
        """Raises StoreError where the file is missing, foreign, older or newer."""
        self.path = path
        if not path.exists():
            raise StoreError("there is no database here", where=str(path))
        self._engine = sqlite.open_to_read(path)
        self._threads = ThreadPoolExecutor(4, "store-read")
        try:
            self.read_now(lambda connection: migrate.check(connection, path))
        except BaseException:
            self.close()
            raise

    async def read(self, query: Callable[[Connection], Result]) -> Result:
        """What `query` returns, from a thread. Raises StoreError where the file cannot be read."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.read_now, query)

    def read_now(self, query: Callable[[Connection], Result]) -> Result:
        """The same on the caller's thread."""
        try:
            with self._engine.connect() as connection:
                return query(connection)
        except DBAPIError as error:
            known = sqlite.store_error(error, self.path)
            if known is None:
                raise
            raise known from error

    def close(self) -> None:
        """Let go of the file."""
        self._threads.shutdown(wait=True)
        self._engine.dispose()


def _prepare(path: Path) -> None:
    """Make or migrate the tables, in one transaction."""
    engine = sqlite.open_to_write(path)
    try:
        sqlite.make(path)
        with engine.begin() as connection:
            migrate.bring_up(connection, path)
    except (DBAPIError, OSError) as error:
        known = sqlite.store_error(error, path)
        if known is None:
            raise
        raise known from error
    finally:
        engine.dispose()
