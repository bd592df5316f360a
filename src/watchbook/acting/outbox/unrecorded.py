"""Pages that left although nothing could be written: kept in memory and on the spool until they are recorded (rule 14).

Called by `acting.outbox.outbox`. A page sent past a stuck store stays under its key: when it is recorded late, that is
visible, and nothing is lost. It sends nothing.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from watchbook.acting.outbox.records import settled_decision
from watchbook.deciding.page import forgotten
from watchbook.model.alerts import Episode
from watchbook.model.decisions import Decision
from watchbook.model.errors import ConflictError
from watchbook.model.incidents import Entry
from watchbook.model.paging import Notice, NoticeKind, NoticeState
from watchbook.store.codec import builder, plain
from watchbook.store.spool import Spool

if TYPE_CHECKING:
    from watchbook.acting.outbox.outbox import Ledger

SPOOL_WITHIN_S = 1.0  # a spool that hangs does not hold a page back
SAID_AGAIN_S = 5.0
TOGETHER = 100  # recorded at once: they share commits
_BEGINS, _ENDS = (NoticeKind.TRIGGER, NoticeKind.REPEAT), (NoticeKind.RESOLVE,)
_SETTLED = (NoticeState.SENT, NoticeState.FAILED)
_log = logging.getLogger(__name__)


class Unrecorded:
    """Notices by key, as they are now."""

    def __init__(self, store: "Ledger", spool: Spool, clock: Callable[[], float]) -> None:
        self._store, self._spool, self._clock = store, spool, clock
        self._notices: dict[str, Notice] = {}
        self._to_write: dict[str, dict[str, Any]] = {}
        self._writing: asyncio.Task[None] | None = None
        self._said_at = float("-inf")

    def __len__(self) -> int:
        return len(self._notices)

    def knows(self, key: str) -> bool:
        """Whether the notice with that key waits to be recorded."""
        return key in self._notices

    async def add(self, notices: Iterable[Notice], *, spool: bool = True) -> None:
        """Keeps notices, and spools them before they are sent; not for longer than a second."""
        for notice in notices:
            self._notices[notice.key] = notice
            if spool:
                self._to_write[notice.key] = self._page(notice)
        if not self._to_write:
            return
        done, _ = await asyncio.wait((self._begin_writing(),), timeout=SPOOL_WITHIN_S)
        if not done:
            self._complain("the spool does not keep up: pages are sent all the same")

    async def settled(self, notice: Notice) -> None:
        """Keeps how a send ended, so that a restart does not send it again. Nobody waits for that line."""
        self._notices[notice.key] = notice
        self._to_write[notice.key] = self._page(notice)
        self._begin_writing()

    def _page(self, notice: Notice) -> dict[str, Any]:
        return {"notice": plain(notice), "spooled_at": self._clock()}

    def _begin_writing(self) -> "asyncio.Task[None]":
        """One thread at a time writes all that waits: a storm does not become a storm of threads."""
        if self._writing is None or self._writing.done():
            self._writing = asyncio.get_running_loop().create_task(self._write_out())
        return self._writing

    async def _write_out(self) -> None:
        while self._to_write:
            pages, self._to_write = self._to_write, {}
            if not await asyncio.to_thread(self._append, pages):
                self._complain("no spool took a page: it is sent all the same")

    def _append(self, pages: dict[str, dict[str, Any]]) -> bool:
        kept = [self._spool.append(key, page) for key, page in pages.items()]
        return None not in kept

    def _complain(self, says: str) -> None:
        """In the log, at most every five seconds."""
        now = self._clock()
        if now - self._said_at >= SAID_AGAIN_S:
            self._said_at = now
            _log.error("%s (%d pages are not recorded)", says, len(self._notices))

    async def take_up(self) -> None:
        """After a start: what the spool holds goes back into the store; what was not delivered becomes due again."""
        found = await asyncio.to_thread(self._spool.pending)
        for one in found:
            with contextlib.suppress(KeyError, TypeError, ValueError):
                notice: Notice = builder(Notice)(one.page["notice"])
                self._notices[notice.key] = notice
        if self._notices and self._store.problem is None:
            await self._end_forgotten()
            await self.reconcile(lambda _: False)

    async def _end_forgotten(self) -> None:
        """Pages whose episodes were never written: nobody else would ever tell their receivers that they are over."""
        known = {
            (one.episode, one.contact, one.channel) for one in self._notices.values() if one.kind in _ENDS
        }
        ends = []
        for notice in self._notices.values():
            name = (notice.episode, notice.contact, notice.channel)
            asked = notice.kind in _BEGINS and notice.body.get(
                "acknowledge_link"
            )  # those of runs have no end
            if asked and name not in known and await self._store.get(Episode, notice.episode) is None:
                known.add(name)
                ends.append(forgotten(notice, self._clock()))
        if ends:
            await self._store.apply(
                Decision("pages of episodes that were never written are over", tuple(ends))
            )

    async def reconcile(self, on_its_way: Callable[[str], bool]) -> int:
        """Records what can be; how many. Those still being sent wait. Raises `StoreError` while the store is stuck."""
        ready = [notice for key, notice in self._notices.items() if not on_its_way(key)]
        if not ready:
            return 0
        await self._announce(
            ready
        )  # queues behind every late commit: after it, rows that will come are there
        for begin in range(0, len(ready), TOGETHER):
            some = ready[begin : begin + TOGETHER]
            await asyncio.gather(*(self._record(notice) for notice in some))
        await asyncio.to_thread(self._spool.forget, [notice.key for notice in ready])
        for notice in ready:
            self._notices.pop(notice.key, None)
        return len(ready)

    async def _announce(self, ready: list[Notice]) -> None:
        sent = sum(notice.state in _SETTLED for notice in ready)
        says = f"{len(ready)} pages left while nothing could be recorded ({sent} of them settled); they are recorded now"
        entry = Entry("watchbook", "page.reconciled", says, occurred_at=self._clock())
        await self._store.apply(Decision(says, entries=(entry,)))

    async def _record(self, notice: Notice) -> None:
        row = await self._store.get(Notice, notice.key)
        if row is not None and row.state in _SETTLED:
            return
        version = row.version if row is not None else 0
        if notice.state in _SETTLED:
            decision = settled_decision(replace(notice, version=version), recorded=False)
        elif row is None:
            decision = Decision("spooled and not delivered yet", (replace(notice, version=0),))
        else:
            return
        with contextlib.suppress(ConflictError):
            await self._store.apply(decision)
