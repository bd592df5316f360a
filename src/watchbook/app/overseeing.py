"""What is known, for the faces: services, alerts, incidents, diagnoses, the journal. Implements `application.Watched`.

Called through `app.watchbook`. Live state comes from memory, the rest from the store; views are made by `app.showing`.
Nothing here changes anything.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from watchbook.app.operating.operating import Operating
from watchbook.app.showing import incidents as show_incidents
from watchbook.app.showing import places as show
from watchbook.app.showing.services import ServiceRecords, service_view, summary_of
from watchbook.app.views.own import ChainView, JournalPage
from watchbook.app.views.runs import RunSummary
from watchbook.app.views.watched import AlertView, IncidentView, ServiceSummary, ServiceView
from watchbook.app.watching.live import LiveService, Place
from watchbook.deciding.silence import active
from watchbook.model.diagnosis import Diagnosis
from watchbook.model.errors import NotFoundError
from watchbook.model.ids import AlertId, ServiceId, slug
from watchbook.model.incidents import Incident, JournalEntry
from watchbook.model.paging import Climb, Notice, NoticeState, Silence
from watchbook.store.journal import Wanted, verify_all
from watchbook.store.store import Store

RECENT_INCIDENTS = 5
RECENT_RUNS = 20


class Overseeing:
    """Reads for the faces. `services` is the application's own table of live services."""

    def __init__(
        self,
        services: Mapping[ServiceId, LiveService],
        store: Store,
        operating: Operating,
        now: Callable[[], float],
        *,
        shadow: bool = False,
        trying: Callable[[], Mapping[str, Notice]] = dict,
    ) -> None:
        self._trying = trying
        self._services, self._store, self._operating, self._now, self._shadow = (
            services,
            store,
            operating,
            now,
            shadow,
        )

    def find(self, service: str) -> LiveService:
        """The service of that id or name. Raises NotFoundError."""
        found = self._services.get(ServiceId(slug(service)))
        if found is None:
            known = ", ".join(one.loaded.runbook.service.name for one in self._services.values()) or "none"
            raise NotFoundError(f"no service “{service}” is watched here", mend=f"Watched are: {known}.")
        return found

    def all(self) -> tuple[LiveService, ...]:
        """Every service that is watched."""
        return tuple(self._services.values())

    def find_alert(self, alert: str) -> tuple[LiveService, Place, AlertId]:
        """Where the alert of that id is. Raises NotFoundError."""
        wanted = AlertId("/".join(slug(part) for part in alert.split("/")))
        for service in self._services.values():
            for place in service.places.values():
                if place.watch.watched(wanted) is not None:
                    return service, place, wanted
        raise NotFoundError(f"there is no alert {alert}", mend="`watchbook alerts` lists them.")

    # Services --------------------------------------------------------------------------------------------------

    async def services(self) -> tuple[ServiceSummary, ...]:
        questions = await self._operating.questions()
        counted: dict[str, int] = {}
        for question in questions:
            counted[question.service] = counted.get(question.service, 0) + 1
        return tuple(summary_of(one, counted.get(one.id, 0)) for one in self._services.values())

    async def service(self, service: str) -> ServiceView:
        live = self.find(service)
        runs = await self._operating.runs(live.id, RECENT_RUNS)
        recent = await self._store.newest(Incident, RECENT_INCIDENTS, service=live.id)
        place = live.production()
        open_one = place.watch.incident if place else None
        records = ServiceRecords(
            incident=await self._incident_view(open_one) if open_one else None,
            recent=tuple(
                show_incidents.incident_view(one, live, show_incidents.IncidentRecords(), self._now())
                for one in recent
            ),
            questions=await self._operating.questions(live.id),
            runs=runs,
            diagnoses=await self._store.newest(Diagnosis, 20, service=live.id),
            silences=await self.silences(live.id),
        )
        return service_view(live, records, self._now(), shadow=self._shadow)

    async def reading(self, service: str) -> Mapping[str, Any]:
        from watchbook.app.documents.contracts import contract_of

        return contract_of(self.find(service).loaded)

    # Alerts and incidents --------------------------------------------------------------------------------------

    async def alerts(self, service: str | None = None) -> tuple[AlertView, ...]:
        chosen = [self.find(service)] if service else list(self._services.values())
        now = self._now()
        return tuple(
            view
            for live in chosen
            for place in live.places.values()
            for view in show.alert_views(live, place, now)
        )

    async def alert(self, alert: str) -> AlertView:
        service, place, key = self.find_alert(alert)
        watched = place.watch.watched(key)
        assert watched is not None
        return show.alert_view(service, place, watched, self._now())

    async def incidents(self, service: str | None = None) -> tuple[IncidentView, ...]:
        where = {"service": self.find(service).id} if service else {}
        found = await self._store.newest(Incident, 100, **where)
        empty, now = show_incidents.IncidentRecords(), self._now()
        return tuple(
            show_incidents.incident_view(one, self._services.get(ServiceId(one.service)), empty, now)
            for one in found
        )

    async def incident(self, incident: str) -> IncidentView:
        return await self._incident_view(await self.find_incident(incident))

    async def find_incident(self, incident: str) -> Incident:
        """By id or number. Raises NotFoundError."""
        if incident.isdecimal() and len(incident) < 10:
            numbered = await self._store.load(Incident, number=int(incident))
            if numbered:
                return numbered[0]
        found = await self._store.get(Incident, incident)
        if found is None:
            raise NotFoundError(f"there is no incident {incident}", mend="`watchbook incident` lists them.")
        return found

    async def _incident_view(self, incident: Incident) -> IncidentView:
        episodes = tuple(str(key) for key in incident.episodes)
        diagnoses = await self._store.newest(Diagnosis, 20, incident=str(incident.id))
        records = show_incidents.IncidentRecords(
            notices=await self._notices(episodes),
            climbs=await self._store.load(Climb, episode=episodes) if episodes else (),
            timeline=await self._store.journal(Wanted(incident=str(incident.id), limit=500)),
            diagnosis=show_incidents.most_telling(diagnoses),
            runs=await self._runs_of(incident),
        )
        live = self._services.get(ServiceId(incident.service))
        return show_incidents.incident_view(incident, live, records, self._now())

    async def _notices(self, episodes: tuple[str, ...]) -> tuple[Notice, ...]:
        """Pages as kept; those on their way as they are now: why a try failed is known in memory only."""
        kept = await self._store.load(Notice, episode=episodes) if episodes else ()
        trying = self._trying()
        return tuple(
            replace(notice, tries=now.tries, problem=now.problem)
            if (now := trying.get(notice.key)) and notice.state is not NoticeState.SENT
            else notice
            for notice in kept
        )

    async def _runs_of(self, incident: Incident) -> tuple[RunSummary, ...]:
        if incident.service not in self._services:
            return ()
        runs = await self._operating.runs(incident.service, 100)
        return tuple(run for run in runs if run.incident == incident.id)

    async def diagnoses(self, service: str | None = None) -> tuple[Diagnosis, ...]:
        where = {"service": self.find(service).id} if service else {}
        return await self._store.newest(Diagnosis, 50, **where)

    async def diagnosis(self, diagnosis: str) -> Diagnosis:
        found = await self._store.get(Diagnosis, diagnosis)
        if found is None:
            raise NotFoundError(f"there is no diagnosis {diagnosis}")
        return found

    async def silences(self, service: str | None = None) -> tuple[Silence, ...]:
        where = {"service": self.find(service).id} if service else {}
        now = self._now()
        return tuple(
            s
            for s in await self._store.load(Silence, **where)
            if active(s, now) or (s.starts_at > now and s.ended_early_at is None)
        )

    # Journal ---------------------------------------------------------------------------------------------------

    async def journal(self, service: str | None, after: int, limit: int) -> JournalPage:
        entries = await self._store.journal(Wanted(after=after, service=self._known(service), limit=limit))
        return JournalPage(entries, entries[-1].sequence if len(entries) == limit else None)

    async def journal_before(self, service: str | None, before: int | None, limit: int) -> JournalPage:
        wanted = Wanted(before=before, service=self._known(service), limit=limit, newest_first=True)
        entries: tuple[JournalEntry, ...] = await self._store.journal(wanted)
        return JournalPage(entries, entries[-1].sequence if len(entries) == limit else None)

    def _known(self, service: str | None) -> str:
        return slug(service) if service else ""

    async def verify_journal(self) -> tuple[ChainView, ...]:
        chains = await self._store.read(verify_all)
        return tuple(
            ChainView(
                chain.service,
                chain.entries,
                chain.head,
                chain.broken.sequence if chain.broken else None,
                chain.broken.reason if chain.broken else "",
            )
            for chain in chains
        )
