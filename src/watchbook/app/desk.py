"""Where decisions about one place are made, one at a time: load, decide, hand to the outbox, keep.

Called by `app.watching` at every evaluation and by `app.answering` for what people do. The pure functions of `deciding`
decide; the outbox commits and sends, and keeps what a stuck store could not take.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from typing import Protocol

from watchbook.acting.outbox import Recorded
from watchbook.app.live import Place
from watchbook.deciding.watch import decide_alerts, next_due
from watchbook.deciding.watched import DiagnosisWanted, ServiceWatch
from watchbook.model.alerts import Observation
from watchbook.model.decisions import Decision
from watchbook.model.ids import AlertId
from watchbook.model.incidents import Incident

Answer = Callable[[ServiceWatch, float], tuple[ServiceWatch, Decision]]


class Carrier(Protocol):
    """`acting.outbox`: commits a decision and sends its notices; past a stuck store they leave unrecorded (rule 14)."""

    async def apply(self, decision: Decision) -> Recorded: ...


def _numbered(watch: ServiceWatch, saved: Iterable[object]) -> ServiceWatch:
    """The watch with the number that the store gave its new incident."""
    for record in saved:
        if isinstance(record, Incident) and watch.incident is not None and record.id == watch.incident.id:
            return replace(watch, incident=replace(watch.incident, number=record.number))
    return watch


class Desk:
    """One place's decisions, in order. `diagnose` is called for each diagnosis that a decision wants."""

    def __init__(
        self,
        place: Place,
        carrier: Carrier,
        now: Callable[[], float],
        diagnose: Callable[[DiagnosisWanted], Awaitable[None]],
    ) -> None:
        self.place, self._carrier, self._now, self._diagnose = place, carrier, now, diagnose
        self._lock = asyncio.Lock()
        self._under_way: set[asyncio.Future[None]] = set()

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
            after, decision = answer(self.place.watch, self._now())
            if decision.saves or decision.entries:
                recorded = await self._carrier.apply(decision)
                after = _numbered(after, recorded.saved)
            self.place.watch = after
        for effect in decision.effects:
            if isinstance(effect, DiagnosisWanted):
                self._begin(effect)
        return decision

    def _begin(self, wanted: DiagnosisWanted) -> None:
        task = asyncio.ensure_future(self._diagnose(wanted))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def close(self) -> None:
        """Ends the diagnoses that this desk began."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
