"""Pages that left although nothing could be written: kept in memory and on the spool until they are recorded (rule 14).

Called by `acting.outbox.outbox`. A page sent past a stuck store stays under its key: when it is recorded late, that is
visible, and nothing is lost. It sends nothing.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from watchbook.acting.outbox.records import settled_decision
from watchbook.model.decisions import Decision
from watchbook.model.errors import ConflictError
from watchbook.model.incidents import Entry
from watchbook.model.paging import Notice, NoticeState
from watchbook.store.codec import builder, plain
from watchbook.store.spool import Spool

if TYPE_CHECKING:
    from watchbook.acting.outbox.outbox import Ledger

SPOOL_WITHIN_S = 1.0  # a spool that hangs does not hold a page back
_SETTLED = (NoticeState.SENT, NoticeState.FAILED)
_log = logging.getLogger(__name__)


class Unrecorded:
    """Notices by key, as they are now."""

    def __init__(self, store: "Ledger", spool: Spool, clock: Callable[[], float]) -> None:
        self._store, self._spool, self._clock = store, spool, clock
        self._notices: dict[str, Notice] = {}

    def __len__(self) -> int:
        return len(self._notices)

    def knows(self, key: str) -> bool:
        """Whether the notice with that key waits to be recorded."""
        return key in self._notices

    async def add(self, notices: Iterable[Notice], *, spool: bool = True) -> None:
        """Keeps notices, and spools them before they are sent."""
        for notice in notices:
            self._notices[notice.key] = notice
            if spool:
                await self._to_spool(notice)

    async def settled(self, notice: Notice) -> None:
        """Keeps how a send ended, so that a restart does not send it again."""
        self._notices[notice.key] = notice
        await self._to_spool(notice)

    async def _to_spool(self, notice: Notice) -> None:
        page = {"notice": plain(notice), "spooled_at": self._clock()}
        work = asyncio.to_thread(self._spool.append, notice.key, page)
        try:
            if await asyncio.wait_for(work, SPOOL_WITHIN_S) is None:
                _log.error("no spool took the page to %s: it is sent all the same", notice.contact)
        except TimeoutError:
            _log.error("the spool hangs: the page to %s is sent all the same", notice.contact)

    async def take_up(self) -> None:
        """After a start: what the spool holds goes back into the store; what was not delivered becomes due again."""
        found = await asyncio.to_thread(self._spool.pending)
        for one in found:
            with contextlib.suppress(KeyError, TypeError, ValueError):
                notice: Notice = builder(Notice)(one.page["notice"])
                self._notices[notice.key] = notice
        if self._notices and self._store.problem is None:
            await self.reconcile(lambda _: False)

    async def reconcile(self, on_its_way: Callable[[str], bool]) -> int:
        """Records what can be; how many. Those still being sent wait. Raises `StoreError` while the store is stuck."""
        ready = [notice for key, notice in self._notices.items() if not on_its_way(key)]
        if not ready:
            return 0
        await self._announce(
            ready
        )  # queues behind every late commit: after it, rows that will come are there
        done: list[str] = []
        for notice in ready:
            await self._record(notice)
            del self._notices[notice.key]
            done.append(notice.key)
        await asyncio.to_thread(self._spool.forget, done)
        return len(done)

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
