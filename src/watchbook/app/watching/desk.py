"""Where decisions about one place are made, one at a time: load, decide, hand to the outbox, keep.

Called by `app.watching.place_watch` at every evaluation and by `app.answering` for what people do. The pure functions
of `deciding` decide; the outbox commits and sends, and keeps what a stuck store could not take.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Protocol

from watchbook.acting.outbox import Recorded
from watchbook.app.watching.live import Place
from watchbook.deciding import answers
from watchbook.deciding.watch import decide_alerts, next_due
from watchbook.deciding.watched import DiagnosisWanted, ServiceWatch, numbered
from watchbook.model.alerts import Observation
from watchbook.model.decisions import Decision
from watchbook.model.errors import ConflictError
from watchbook.model.ids import AlertId

Answer = Callable[[ServiceWatch, float], tuple[ServiceWatch, Decision]]


class Carrier(Protocol):
    """`acting.outbox`: commits a decision and sends its notices; past a stuck store they leave unrecorded (rule 14)."""

    async def apply(self, decision: Decision) -> Recorded: ...


class Desk:
    """One place's decisions, in order. `diagnose` is called for each diagnosis that a decision wants."""

    def __init__(
        self,
        place: Place,
        carrier: Carrier,
        now: Callable[[], float],
        diagnose: Callable[[DiagnosisWanted], Awaitable[None]],
        reread: Callable[[Place], Awaitable[ServiceWatch]],
    ) -> None:
        """`reread` gives the place's watch as the store has it, where a record turns out to have changed there."""
        self.place, self._carrier, self._now, self._diagnose = place, carrier, now, diagnose
        self._reread = reread
        self._lock = asyncio.Lock()
        self._under_way: set[asyncio.Future[None]] = set()
        self._moved_s = 0.0

    def clock_moved(self, by_s: float) -> None:
        """The wall clock jumped: every mark moves with it before anything else is decided (rule 7)."""
        self._moved_s += by_s
        self.place.moved_s += by_s

    @property
    def due(self) -> float | None:
        """When something is due by time alone."""
        return next_due(self.place.watch)

    async def observe(self, observations: Mapping[AlertId, Observation]) -> Decision:
        """Decides what follows from the observations, and from the time."""
        return await self.decide(lambda watch, now: decide_alerts(watch, observations, now))

    async def decide(self, answer: Answer) -> Decision:
        """Makes one decision and keeps it. Raises what `answer` refuses with."""
        async with self._lock:
            await self._follow_clock()
            decision = await self._decide(answer)
        for effect in decision.effects:
            if isinstance(effect, DiagnosisWanted):
                self._begin(effect)
        return decision

    @contextlib.asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Nothing is decided here meanwhile: the place is being given another text. Marks follow the clock first."""
        async with self._lock:
            await self._follow_clock()
            yield

    async def reread(self) -> None:
        """The watch as the store has it: a record turned out to have changed there."""
        async with self._lock:
            self.place.watch = await self._reread(self.place)

    async def _follow_clock(self) -> None:
        if self._moved_s:
            by_s, self._moved_s = self._moved_s, 0.0
            await self._decide(lambda watch, now: answers.clock_jumped(watch, by_s, now))

    async def _decide(self, answer: Answer) -> Decision:
        """The same, inside the lock and without its effects."""
        after, decision = answer(self.place.watch, self._now())
        try:
            saved = await self._record(decision)
        except ConflictError:
            self.place.watch = await self._reread(self.place)
            after, decision = answer(self.place.watch, self._now())
            saved = await self._record(decision)
        self.place.watch = numbered(after, saved)
        return decision

    async def _record(self, decision: Decision) -> tuple[object, ...]:
        """What became of the decision's records. Raises ConflictError where one of them has changed in the store."""
        if not decision.saves and not decision.entries:
            return ()
        return (await self._carrier.apply(decision)).saved

    def _begin(self, wanted: DiagnosisWanted) -> None:
        task = asyncio.ensure_future(self._diagnose(wanted))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def close(self) -> None:
        """Ends the diagnoses that this desk began."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
