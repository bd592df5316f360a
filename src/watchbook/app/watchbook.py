"""The application: everything put together for one data folder.

Made and run by `cli.up`; the faces see it as `app.faces.Faces`. It composes; what each part does stands in its own
module: `watching` (probes, scrapes, evaluation), `diagnosing`, `operating` (runs), `answering` (what people do),
`overseeing` (what is known).
"""

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from watchbook.acting.auditor import Auditor
from watchbook.acting.outbox import Outbox
from watchbook.acting.runs.ports import Installation
from watchbook.acting.runs.runs import Runs
from watchbook.app.accepting import Accepting
from watchbook.app.answering import Answering
from watchbook.app.application import DiagnoseRequest
from watchbook.app.diagnosing.diagnosing import Diagnosing
from watchbook.app.documents.loading import Loaded
from watchbook.app.documents.sources import Snapshot
from watchbook.app.operating.announcing import LiveAnnouncements, PagingLedger, alarm_of, calm, on_console
from watchbook.app.operating.operating import Operating
from watchbook.app.operating.surroundings import LiveSurroundings
from watchbook.app.overseeing import Overseeing
from watchbook.app.reloading import Floor, Reloading, Sources
from watchbook.app.streaming import Streaming
from watchbook.app.telling import channels_of
from watchbook.app.views.watched import Actor
from watchbook.app.watching.desk import Desk
from watchbook.app.watching.figures import Figures
from watchbook.app.watching.gauges import gauges_of
from watchbook.app.watching.live import LiveService, Place
from watchbook.app.watching.pinning import Pins
from watchbook.app.watching.place_watch import PlaceWatch, Tools
from watchbook.app.watching.placing import Placement, reread
from watchbook.app.watching.stalls import Stalls
from watchbook.app.wiring import Wiring
from watchbook.deciding import answers
from watchbook.deciding.directory import Directory
from watchbook.deciding.page import PagingSettings
from watchbook.deciding.redaction import redact
from watchbook.deciding.storm import failing_upstream
from watchbook.deciding.watched import DiagnosisWanted, ServiceWatch
from watchbook.model.diagnosis import Diagnosis
from watchbook.model.errors import NotFoundError, StoreError
from watchbook.model.ids import ServiceId
from watchbook.model.incidents import Entry
from watchbook.model.paging import Notice
from watchbook.store.folder import DataFolder
from watchbook.store.marks import Answered, Heartbeat
from watchbook.store.spool import Spool, places_for
from watchbook.store.store import Store
from watchbook.world.clock import SteadyClock
from watchbook.world.probes import Prober, ProbeSettings

_log = logging.getLogger(__name__)
HEARTBEAT_S = 5.0
KEPT_ANSWERS_S = 2 * 86400.0


@dataclass(frozen=True, slots=True)
class Setup:
    """What the application is made from. `url` is where the board stands for people."""

    wiring: Wiring
    runbooks: tuple[Loaded, ...]
    folder: DataFolder
    url: str
    shadow: bool = False
    starter: str = "the operator"  # who starts the watch, and accepts the runbooks by it
    sources: Sources | None = (
        None  # where the runbooks come from, to be followed; None: they stay as they are
    )
    problems: Mapping[str, str] = field(
        default_factory=dict
    )  # what of the sources could not be read at the start


class Watchbook:
    """The application of one data folder. `start` and `close` frame its life; both in the same event loop."""

    def __init__(self, setup: Setup) -> None:
        """Opens the store. Raises StoreError, and DocumentError for a secret that cannot be had."""
        wiring = setup.wiring
        self.setup, self.clock, self.figures = setup, SteadyClock(), Figures()
        self.started_at = self.clock.now()
        self._forgot_at = 0.0
        self.live: dict[ServiceId, LiveService] = {}
        self.desks: dict[tuple[str, str], Desk] = {}
        self.problems: dict[str, str] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._watches: dict[tuple[str, str], tuple[PlaceWatch, asyncio.Task[None]]] = {}
        secrets, environment = wiring.secrets(), wiring.command_environment()
        self.store = Store(setup.folder.database, redact=lambda text: redact(text, secrets))
        link_key = setup.folder.signing_key()
        self.settings = PagingSettings(
            group_wait_s=wiring.group_wait_s, public_url=wiring.public_url or setup.url, link_key=link_key
        )
        channels = channels_of(wiring)
        self.outbox = Outbox(
            self.store,
            channels,
            Spool(places_for(setup.folder.path)),
            clock=self.clock.now,
            refused=self._refused,
            counted=self.figures.count_page,
        )
        installation = Installation(setup.folder.runs, environment, secrets)
        self.auditor = Auditor(self.store, channels, self._directory_of, clock=self.clock.now)
        self.runs = Runs(
            PagingLedger(self.store, self.outbox),
            installation,
            self.clock.now,
            LiveSurroundings(self.live),
            LiveAnnouncements(self.live),
        )
        self.operating = Operating(self.runs, self.store, self._find, self._touch)
        self.overseeing = Overseeing(
            self.live,
            self.store,
            self.operating,
            self.clock.now,
            shadow=setup.shadow,
            trying=self.outbox.trying,
        )
        self.answering = Answering(
            self.overseeing, self.desks, self.store, self.clock.now, link_key, setup.shadow
        )
        self.diagnosing = Diagnosing(self.store, self.clock.now, environment, secrets, self.figures)
        self.streaming = Streaming(self.store, self.clock.now)
        self._pins, self._stalls = Pins(self.store), Stalls()
        self.reloading = self._make_reloading()
        self.accepting = Accepting(self.overseeing, self.reloading, self.store, self.outbox)
        self.prober = Prober(ProbeSettings(environment, secrets))
        self.figures.gauges += gauges_of(self.outbox, self.runs, self.store, self.live)

    def _make_reloading(self) -> Reloading:
        """What takes up new texts, acting on this application."""
        floor = Floor(
            self.store,
            self.live,
            self.desks,
            self._placement,
            self._watch,
            self._unwatch,
            self._renewed,
            self.problems,
        )
        return Reloading(floor, self.setup.starter)

    def _find(self, service: str) -> LiveService:
        return self.overseeing.find(service)

    def _directory_of(self, service: str) -> Directory:
        live = self.live.get(ServiceId(service))
        place = live.production() if live else None
        return place.watch.directory if place else Directory()

    # Life ------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Takes up what was going on, and begins to watch."""
        snapshot = Snapshot({one.id: one for one in self.setup.runbooks}, self.setup.problems)
        await self.reloading.start(snapshot)
        for service in self.live.values():
            await self._resume(service)
        await self.outbox.start()
        await self.runs.recover()
        await self.prober.__aenter__()
        self._begin(self._stalls.run(), "look at its own delays")
        for service in self.live.values():
            for place in service.places.values():
                self._watch(service, place)
        self._begin(self._heartbeat(), "heartbeat")
        self._begin(self.auditor.run(), "audit of pages")
        if self.setup.sources is not None:
            self._begin(self.reloading.follow(self.setup.sources), "follow the runbooks")

    def _placement(self) -> Placement:
        return Placement(self.setup.wiring, self.settings, self._pins, self.clock.now(), self.setup.shadow)

    async def _resume(self, service: LiveService) -> None:
        """The time in which a service was not watched is taken out of its windows (rule 4)."""
        seen = await self.store.get(Heartbeat, service.id)
        down_s = self.clock.now() - seen.seen_at if seen else 0.0
        for place in service.places.values():
            desk = self._desk_for(service, place)
            if seen is not None:
                await desk.decide(lambda watch, now: answers.resume(watch, down_s, now))

    def _desk_for(self, service: LiveService, place: Place) -> Desk:
        desk = Desk(place, self.outbox, self.clock.now, self._wanted, self._reread)
        self.desks[(service.id, place.name)] = desk
        return desk

    def _watch(self, service: LiveService, place: Place) -> None:
        """Begins to watch a place, at its desk or a new one."""
        key = (service.id, place.name)
        desk = self.desks.get(key) or self._desk_for(service, place)
        tools = Tools(self.prober, self.figures, self._pins, self._stalls, self.clock.now, self._changed)
        watch = PlaceWatch(service, place, desk, tools)
        self._watches[key] = (watch, self._begin(watch.run(), f"{service.id}:{place.name}"))

    async def _unwatch(self, service: str, environment: str) -> None:
        """Ends the watch of a place that nobody watches any more."""
        key = (service, environment)
        watch = self._watches.pop(key, None)
        if watch is not None:
            self._tasks.remove(watch[1])
            watch[1].cancel()
            await asyncio.gather(watch[1], return_exceptions=True)
        self.desks.pop(key, None)

    def _renewed(self, service: LiveService) -> None:
        """A service has another text."""
        for place in service.places.values():
            found = self._watches.get((service.id, place.name))
            if found is not None:
                found[0].renew()
        self._changed(service.id)

    def _begin(self, work: Coroutine[Any, Any, None], name: str) -> "asyncio.Task[None]":
        task = asyncio.create_task(work)
        task.set_name(name)
        task.add_done_callback(self._ended)
        self._tasks.append(task)
        return task

    def _ended(self, task: "asyncio.Task[None]") -> None:
        """A watch that ends by itself is a bug: it stands in `/health` until the next start."""
        if not task.cancelled() and task.exception() is not None:
            self.problems[task.get_name()] = f"the watch of {task.get_name()} has ended: {task.exception()}"
            _log.error("the watch of %s has ended", task.get_name(), exc_info=task.exception())

    async def close(self) -> None:
        """Stops watching, lets sends under way finish, and closes the store. Runs under way go on without us."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.diagnosing.close()
        await self.runs.stop()
        await self.outbox.close()
        await self.prober.__aexit__(None, None, None)
        lost = await asyncio.to_thread(self.store.close)
        if lost:
            _log.error("%d writes could not be committed before the end", lost)

    # What goes on ----------------------------------------------------------------------------------------------

    def _changed(self, service: str) -> None:
        self.streaming.changed(service)
        self.runs.facts_changed(service)

    async def _heartbeat(self) -> None:
        """Says that we look (rule 4), and notices a wall clock that jumped (rule 7)."""
        while True:
            jumped_s = self.clock.jump()
            if jumped_s:  # nothing is awaited in between: nobody decides by the new time and the old marks
                self._move_marks(jumped_s)
            now = self.clock.now()
            try:
                await self.store.seen(dict.fromkeys(self.live, now))
                await self._forget(now)
            except StoreError as error:  # it says in /health what is wrong with it
                _log.warning("the watch could not be marked as alive: %s", error)
            except Exception:
                _log.exception("the watch could not be marked as alive")
            await asyncio.sleep(HEARTBEAT_S)

    async def _forget(self, now: float) -> None:
        """Answers kept for repeats are forgotten after two days; looked at once an hour."""
        if now - self._forgot_at > 3600.0:
            self._forgot_at = now
            await self.store.forget_before(Answered, now - KEPT_ANSWERS_S)

    async def _touch(self, service: ServiceId, actor: str, run: str) -> None:
        """A person acts: what was acknowledged stays so for longer (rule 16), and the alarm of a run is over."""
        if run:
            told = await self.store.load(Notice, episode=alarm_of(run))
            calmed = calm(told, f"{actor} has taken it up", self.clock.now())
            if calmed.saves:
                await self.outbox.apply(calmed)
        for place in self.live[service].places.values():
            if place.watch.incident is not None:
                desk = self.desks[(service, place.name)]
                await desk.decide(lambda watch, now: answers.touch(watch, actor, now))

    def _move_marks(self, by_s: float) -> None:
        for desk in self.desks.values():
            desk.clock_moved(by_s)
        self.runs.clock_moved(by_s)

    async def _refused(self, notice: Notice) -> None:
        """A channel refused a page for good: the ladder climbs (rule 15)."""
        for desk in self.desks.values():
            if notice.episode in desk.place.watch.episodes:
                await desk.decide(lambda watch, now: answers.channel_failed(watch, notice, now))
                return
        decision = on_console(notice, self.clock.now())
        if decision.saves:
            await self.outbox.apply(decision)

    async def _wanted(self, wanted: DiagnosisWanted) -> None:
        """An alert began to fire: diagnose its issue, and tell everyone who was told of it."""
        service = self.live.get(ServiceId(wanted.service))
        place = service.places.get(wanted.environment) if service else None
        if service is None or place is None:
            return  # let go meanwhile
        upstream = failing_upstream(service.id, self._dependencies(), self._failing())
        if upstream is not None:
            says = f"“{wanted.issue}” is not diagnosed: {upstream}, which it depends on, is failing and is diagnosed"
            entry = Entry(
                service.id, "diagnosis.left", says, occurred_at=self.clock.now(), incident=wanted.incident
            )
            await self.store.note(entry)
            return
        try:
            diagnosis = await self.diagnosing.diagnose(
                service, place, wanted.issue, wanted.alert, "watchbook"
            )
        except NotFoundError:
            says = f"“{wanted.issue}” is not diagnosed: the runbook does not hold it any more"
            now = self.clock.now()
            await self.store.note(
                Entry(service.id, "diagnosis.left", says, occurred_at=now, incident=wanted.incident)
            )
            return
        await self._tell(service, place, diagnosis)

    def _dependencies(self) -> dict[str, tuple[str, ...]]:
        return {service.id: service.loaded.runbook.service.dependencies for service in self.live.values()}

    def _failing(self) -> set[str]:
        return {
            service.id
            for service in self.live.values()
            if any(place.watch.incident is not None for place in service.places.values())
        }

    async def _reread(self, place: Place) -> ServiceWatch:
        return await reread(place, self.store, self.clock.now())

    async def _tell(self, service: LiveService, place: Place, diagnosis: Diagnosis) -> None:
        rule = next((w for w in place.watch.alerts.values() if w.rule.name == diagnosis.alert), None)
        if rule is None:
            return
        desk = self.desks[(service.id, place.name)]
        await desk.decide(lambda watch, now: answers.tell_diagnosis(watch, diagnosis, rule.state.id, now))

    async def diagnose(self, request: DiagnoseRequest, actor: Actor) -> Diagnosis:
        """Starts a diagnosis for a person; everyone who was told of the alert hears its result."""
        service = self._find(request.service)
        return await self.diagnosing.ask(service, request, actor, self._tell)
