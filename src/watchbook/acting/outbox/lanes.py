"""Lanes: notices to one contact through one channel about one episode leave in their order, all lanes at once (rule 14).

Called by `acting.outbox.outbox`. A lane repeats its first notice until it is delivered or refused for good, so that a
resolve never overtakes its trigger; other lanes do not wait for it. It writes nothing down: `settled` and `postponed` do.
"""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from watchbook.acting.outbox.backoff import FIRST_S, GIVE_UP_S, wait_s
from watchbook.model.paging import Notice, NoticeState
from watchbook.world.ports import Channel, Delivery, DeliveryResult

_log = logging.getLogger(__name__)
AT_ONCE = 32  # sends under way through one channel


@dataclass(frozen=True, slots=True)
class LaneKey:
    """Whose order must hold."""

    contact: str
    channel: str
    episode: str


class Recorder(Protocol):
    """Who is told how a send ended."""

    async def settled(self, notice: Notice) -> None:
        """Sent, or failed for good: `state`, `tries`, `sent_at` and `problem` say how."""
        ...

    async def postponed(self, notice: Notice) -> None:
        """It will be tried again at `due_at`."""
        ...


class Lanes:
    """Everything that is on its way out."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        fallback: Channel,
        recorder: Recorder,
        clock: Callable[[], float],
    ) -> None:
        self._channels, self._fallback, self._recorder, self._clock = channels, fallback, recorder, clock
        self._waiting: dict[LaneKey, deque[Notice]] = {}
        self._tasks: dict[LaneKey, asyncio.Task[None]] = {}
        self._known: set[str] = set()
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._closing = False

    def add(self, notice: Notice) -> bool:
        """Takes a notice at the end of its lane; False where it is there already."""
        if notice.key in self._known or self._closing:
            return False
        key = LaneKey(notice.contact, notice.channel, notice.episode)
        self._known.add(notice.key)
        self._waiting.setdefault(key, deque()).append(notice)
        if key not in self._tasks:
            task = asyncio.get_running_loop().create_task(self._run(key))
            self._tasks[key] = task
        return True

    @property
    def waiting(self) -> tuple[Notice, ...]:
        """Notices that have not left yet."""
        return tuple(notice for lane in self._waiting.values() for notice in lane)

    def holds(self, key: str) -> bool:
        """Whether the notice with that key is on its way."""
        return key in self._known

    async def idle(self) -> None:
        """Returns when nothing is on its way."""
        while self._tasks:
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def close(self, within_s: float) -> None:
        """Lets what is being sent finish for so long, then stops; the rest stays due in the store."""
        self._closing = True
        tasks = tuple(self._tasks.values())
        if tasks:
            await asyncio.wait(tasks, timeout=within_s)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, key: LaneKey) -> None:
        """Sends a lane's notices one after the other until none is left."""
        lane = self._waiting[key]
        try:
            while lane:
                await self._deliver_safely(lane)
        finally:
            del self._tasks[key]
            if not lane:
                del self._waiting[key]

    async def _deliver_safely(self, lane: deque[Notice]) -> None:
        """A bug in taking down how a send ended holds up neither the lane nor, after the next sweep, its notice."""
        try:
            await self._deliver(lane)
        except Exception:
            _log.exception("how a page was delivered could not be taken down")
            await asyncio.sleep(FIRST_S)

    async def _deliver(self, lane: deque[Notice]) -> None:
        """Tries the first notice of a lane until it is settled."""
        while True:
            notice = lane[0]
            delivery = await self._send(notice)
            tried = replace(notice, tries=notice.tries + 1, problem=delivery.reason)
            now = self._clock()
            if delivery.result is DeliveryResult.OK:
                lane[0] = replace(tried, state=NoticeState.SENT, sent_at=now, problem="")
                break
            if delivery.result is DeliveryResult.PERMANENT or now - notice.created_at > GIVE_UP_S:
                lane[0] = replace(tried, state=NoticeState.FAILED)
                break
            pause_s = wait_s(tried.tries, delivery.retry_after_s, random.random())
            lane[0] = replace(tried, due_at=now + pause_s)
            await self._recorder.postponed(lane[0])
            if self._closing:
                raise asyncio.CancelledError
            await asyncio.sleep(pause_s)
        settled = lane.popleft()
        try:
            await self._recorder.settled(settled)
        finally:
            self._known.discard(settled.key)

    async def _send(self, notice: Notice) -> Delivery:
        channel = self._channels.get(notice.channel, self._fallback)
        slots = self._slots.setdefault(notice.channel, asyncio.Semaphore(AT_ONCE))
        async with slots:
            try:
                return await channel.send(notice)
            except Exception as error:  # a channel must not raise; should it, the page still is tried again
                return Delivery(DeliveryResult.RETRY, f"{type(error).__name__}: {error}")
