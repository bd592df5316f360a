"""The outbox itself: commit, then send; and when nothing can be committed, send all the same (rule 14).

Called by `app` with every decision of the watch. Deliveries are written back; permanent refusals are handed to `refused`,
which lets the ladder climb. A sweep finds what a crash left. It decides neither whom to tell nor when.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

from watchbook.acting.outbox.lanes import Lanes
from watchbook.acting.outbox.records import settled_decision
from watchbook.acting.outbox.unrecorded import SAID_AGAIN_S, Unrecorded
from watchbook.deciding.page import not_recorded
from watchbook.model.decisions import Decision
from watchbook.model.errors import ConflictError, StoreError
from watchbook.model.paging import Notice, NoticeState
from watchbook.store.spool import Spool
from watchbook.world.channels.console import ConsoleChannel
from watchbook.world.ports import Channel

WITHIN_S = 2.0  # rule 14: a store that has not committed by then is stuck
STUCK_WITHIN_S = 0.25  # one that is known to be stuck gets less time
SWEEP_S = 15.0
RECONCILE_S = 1.0
CLOSE_S = 3.0
Record = TypeVar("Record")
_log = logging.getLogger(__name__)


class Ledger(Protocol):
    """What the outbox needs of `store.store.Store`."""

    @property
    def problem(self) -> StoreError | None: ...

    async def apply(
        self, decision: Decision, *, within_s: float = ..., keep: bool | None = None
    ) -> tuple[Any, ...]: ...

    async def get(self, type_: type[Record], *key: Any) -> Record | None: ...

    async def load(self, type_: type[Record], **where: Any) -> tuple[Record, ...]: ...


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a decision. `saved` are its records as they stand; `recorded` False: written later, if at all."""

    recorded: bool
    saved: tuple[Any, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """How a channel does: moments of its last delivery and failure, and what went wrong then."""

    delivered_at: float | None = None
    failed_at: float | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class OutboxHealth:
    """For `/health` (503 unless `recording`) and the board."""

    recording: bool
    problem: str = ""
    waiting: int = 0
    oldest_due_at: float | None = None
    unrecorded: int = 0
    channels: Mapping[str, ChannelHealth] = field(default_factory=dict)


async def _nobody(notice: Notice) -> None:
    _log.warning("%s could not be told: %s", notice.contact, notice.problem)


class Outbox:
    """Pages on their way. Belongs to one event loop; `start` and `close` frame its life."""

    def __init__(
        self,
        store: Ledger,
        channels: Mapping[str, Channel],
        spool: Spool,
        *,
        clock: Callable[[], float],
        refused: Callable[[Notice], Awaitable[None]] = _nobody,
        counted: Callable[[Notice], None] = lambda _: None,
    ) -> None:
        """`channels` by wired name; unknown names go to the console. `refused` is awaited after a permanent failure.

        `counted` sees every notice that was sent, refused for good, or put off to be tried again.
        """
        self._counted = counted
        self._store, self._channels, self._clock, self._refused = store, dict(channels), clock, refused
        self._fallback = self._channels.setdefault("console", ConsoleChannel())
        self._unrecorded = Unrecorded(store, spool, clock)
        self._lanes = Lanes(self._channels, self._fallback, self, clock)
        self._health: dict[str, ChannelHealth] = {}
        self._problem, self._said_at = "", float("-inf")
        self._tasks: list[asyncio.Task[None]] = []
        self._told: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Takes up what a crash left: spooled pages and due rows; then sweeps now and again."""
        await self._unrecorded.take_up()
        await self.sweep()
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._sweeping()), loop.create_task(self._reconciling())]

    async def close(self) -> None:
        """Lets sends under way finish for a moment; what is left stays due and leaves after the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._lanes.close(CLOSE_S)
        await asyncio.gather(*self._told, return_exceptions=True)
        with contextlib.suppress(StoreError):
            await self._unrecorded.reconcile(self._lanes.holds)
        for channel in self._channels.values():
            await channel.close()

    async def apply(self, decision: Decision) -> Recorded:
        """Commits a decision, then sends its notices; without a commit within 2 s they leave marked *not recorded*.

        Raises `ConflictError` where a record changed meanwhile: nothing was kept or sent, read and decide again.
        """
        within_s = STUCK_WITHIN_S if self._store.problem is not None else WITHIN_S
        try:
            saved = tuple(await self._store.apply(decision, within_s=within_s, keep=True))
        except StoreError as error:
            return await self._past_the_store(decision, error)
        self._problem = ""
        self._send(record for record in saved if isinstance(record, Notice))
        return Recorded(True, saved)

    def _send(self, notices: Any) -> None:
        for notice in notices:
            if notice.state in (NoticeState.DUE, NoticeState.SENDING):
                self._lanes.add(notice)

    async def _past_the_store(self, decision: Decision, error: StoreError) -> Recorded:
        """Rule 14, "never closed": the pages go out, are spooled elsewhere, and recorded when that works again."""
        self._problem = str(error)
        pages = [r for r in decision.saves if isinstance(r, Notice) and r.state is NoticeState.DUE]
        marked = [replace(page, body=not_recorded(page.body)) for page in pages]
        await self._unrecorded.add(marked)
        self._send(marked)
        self._complain(len(pages), error)
        return Recorded(False, decision.saves, str(error))

    def _complain(self, pages: int, error: StoreError) -> None:
        """In the log, at most every five seconds."""
        now = self._clock()
        if pages and now - self._said_at >= SAID_AGAIN_S:
            self._said_at = now
            _log.error("pages go out without a record (%d by now): %s", len(self._unrecorded), error)

    async def sweep(self) -> int:
        """Sends every row that is due and not on its way already; how many."""
        try:
            due = await self._store.load(Notice, state=(NoticeState.DUE, NoticeState.SENDING))
        except StoreError as error:
            self._problem = str(error)
            return 0
        if self._store.problem is None and not len(self._unrecorded):
            self._problem = ""
        in_order = sorted(due, key=lambda notice: (notice.created_at, notice.sequence))
        return sum(self._lanes.add(notice) for notice in in_order if not self._unrecorded.knows(notice.key))

    async def settled(self, notice: Notice) -> None:
        """A send ended for good: written down, or kept in memory until that works."""
        self._counted(notice)
        failed = notice.state is NoticeState.FAILED
        now = self._clock()
        before = self._health.get(notice.channel, ChannelHealth())
        self._health[notice.channel] = (
            replace(before, failed_at=now, problem=notice.problem)
            if failed
            else replace(before, delivered_at=now, problem="")
        )
        if self._unrecorded.knows(notice.key):
            await self._unrecorded.settled(notice)
        else:
            await self._record(notice)
        if failed:  # in a task of its own: the ladder's next page may be behind this very lane
            task = asyncio.get_running_loop().create_task(self._refused_safely(notice))
            self._told.add(task)
            task.add_done_callback(self._told.discard)

    async def _record(self, notice: Notice) -> None:
        try:
            await self._store.apply(settled_decision(notice, recorded=True), keep=False)
        except ConflictError:
            _log.warning("the page %s was written by someone else meanwhile", notice.key)
        except StoreError:
            await self._unrecorded.add([notice], spool=False)
            await self._unrecorded.settled(notice)

    async def postponed(self, notice: Notice) -> None:
        """A send will be tried again: the row is not touched, a crash begins it anew under the same key."""
        self._counted(notice)
        before = self._health.get(notice.channel, ChannelHealth())
        self._health[notice.channel] = replace(before, failed_at=self._clock(), problem=notice.problem)

    async def _refused_safely(self, notice: Notice) -> None:
        try:
            await self._refused(notice)
        except Exception:
            _log.exception("the ladder could not climb past a refused page to %s", notice.contact)

    async def _sweeping(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            await self.sweep()

    async def _reconciling(self) -> None:
        while True:
            await asyncio.sleep(RECONCILE_S)
            if not len(self._unrecorded) or self._store.problem is not None:
                continue
            try:
                await self._unrecorded.reconcile(self._lanes.holds)
            except (StoreError, ConflictError) as error:
                _log.warning("pages that went out unrecorded cannot be recorded yet: %s", error)
            else:
                self._problem = ""

    async def idle(self) -> None:
        """Returns when nothing is on its way. For tests and an orderly stop."""
        await self._lanes.idle()
        await asyncio.gather(*self._told, return_exceptions=True)

    def trying(self) -> Mapping[str, Notice]:
        """Notices that have not left yet, by key, with what went wrong in the last try."""
        return {notice.key: notice for notice in self._lanes.waiting}

    def health(self) -> OutboxHealth:
        """From memory alone: answers also while the store is stuck."""
        problem = str(self._store.problem or self._problem or "")
        waiting = self._lanes.waiting
        return OutboxHealth(
            recording=not problem,
            problem=problem,
            waiting=len(waiting),
            oldest_due_at=min((notice.due_at for notice in waiting), default=None),
            unrecorded=len(self._unrecorded),
            channels=dict(self._health),
        )
