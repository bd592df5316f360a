"""What people do about alerts: acknowledge, arm, silence, close. Implements `application.Answered`.

Called through `app.watchbook`. `deciding.answers` decides, the place's desk keeps and tells; people's words on arming
stand in the store beside it. Diagnoses are `app.diagnosing.diagnosing`, texts `app.accepting`.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from watchbook.app.application import AcknowledgeRequest, SilenceRequest
from watchbook.app.overseeing import Overseeing
from watchbook.app.showing.incidents import acknowledgement_of
from watchbook.app.views.own import AcknowledgeLinkView
from watchbook.app.views.watched import AcknowledgementView, Actor, AlertView
from watchbook.app.watching.desk import Desk
from watchbook.app.watching.live import LiveService, Place
from watchbook.deciding import answers, links
from watchbook.deciding.arming import why_not_armed
from watchbook.deciding.silence import Muting, end_silence, silence
from watchbook.deciding.watch import decide_alerts
from watchbook.model.alerts import Episode
from watchbook.model.decisions import Decision
from watchbook.model.errors import ConflictError, NotFoundError, RefusedError
from watchbook.model.ids import EpisodeId, slug
from watchbook.model.paging import Silence
from watchbook.store.marks import Arming
from watchbook.store.store import Store

Desks = Mapping[tuple[str, str], Desk]  # by service and environment


class Answering:
    """People's words, taken."""

    def __init__(
        self,
        overseeing: Overseeing,
        desks: Desks,
        store: Store,
        now: Callable[[], float],
        link_key: bytes,
        shadow: bool,
    ) -> None:
        self._overseeing, self._desks, self._store, self._now = overseeing, desks, store, now
        self._link_key, self._shadow = link_key, shadow

    def _desk(self, service: LiveService, place: Place) -> Desk:
        return self._desks[(service.id, place.name)]

    # Acknowledging ---------------------------------------------------------------------------------------------

    async def acknowledge(self, request: AcknowledgeRequest, actor: Actor) -> AcknowledgementView:
        """By alert or incident. Raises NotFoundError, ConflictError where nothing is open."""
        if "/" in request.target:
            service, place, alert = self._overseeing.find_alert(request.target)
            watched = place.watch.watched(alert)
            episode = watched.state.episode if watched else None
            if episode is None:
                raise ConflictError("this alert does not fire: there is nothing to acknowledge")
            return await self._acknowledge(service, place, episode, request, actor)
        incident = await self._overseeing.find_incident(request.target)
        service = self._overseeing.find(incident.service)
        place = service.places.get(incident.environment) or self._no_place(service, incident.environment)
        return await self._acknowledge(service, place, None, request, actor)

    async def _acknowledge(
        self,
        service: LiveService,
        place: Place,
        episode: EpisodeId | None,
        request: AcknowledgeRequest,
        actor: Actor,
    ) -> AcknowledgementView:
        desk = self._desk(service, place)
        await desk.decide(
            lambda watch, now: answers.acknowledge(
                watch, actor.name, now, for_s=request.for_s, note=request.note, target=episode
            )
        )
        given = acknowledgement_of(list(place.watch.climbs.values()), self._now())
        assert given is not None
        return replace(given, note=request.note)

    def _no_place(self, service: LiveService, environment: str) -> Place:
        raise NotFoundError(
            f"{service.loaded.runbook.service.name} has no environment {environment} any more"
        )

    async def acknowledge_link(self, token: str) -> AcknowledgeLinkView:
        """What a signed link stands for. Raises RefusedError."""
        link = links.read(self._link_key, token, "acknowledge", self._now())
        episode = await self._episode(link.subject)
        if episode is None:
            raise RefusedError(
                "what this link stood for is not known here any more",
                mend="Open the board and acknowledge there.",
            )
        place = self._place_of(episode)
        climb = place.watch.climbs.get(episode.id) if place else None
        return AcknowledgeLinkView(
            target=str(episode.alert),
            service=episode.service,
            title=f"{episode.name}: {episode.summary}",
            contact=link.person,
            since=episode.began_at,
            expires_at=link.expires_at,
            severity=str(episode.severity),
            acknowledged=acknowledgement_of([climb], self._now()) if climb else None,
            ended=episode.ended_at is not None,
        )

    async def acknowledge_by_link(self, token: str) -> AcknowledgementView:
        """Acknowledges as the person whom the page was sent to."""
        link = links.read(self._link_key, token, "acknowledge", self._now())
        episode = await self._episode(link.subject)
        place = self._place_of(episode) if episode else None
        if episode is None or place is None:
            raise RefusedError(
                "what this link stood for is not known here any more",
                mend="Open the board and acknowledge there.",
            )
        service = self._overseeing.find(episode.service)
        request = AcknowledgeRequest(str(episode.alert))
        return await self._acknowledge(service, place, episode.id, request, Actor(link.person))

    async def _episode(self, episode: str) -> Episode | None:
        """An episode as it is in memory, where one that left unrecorded is; else as the store has it."""
        for desk in self._desks.values():
            found = desk.place.watch.episodes.get(EpisodeId(episode))
            if found is not None:
                return found
        return await self._store.get(Episode, episode)

    def _place_of(self, episode: Episode) -> Place | None:
        try:
            return self._overseeing.find(episode.service).places.get(episode.environment)
        except NotFoundError:
            return None

    # Arming, closing -------------------------------------------------------------------------------------------

    async def arm(self, alert: str, actor: Actor) -> AlertView:
        return await self._set_armed(alert, True, actor)

    async def disarm(self, alert: str, actor: Actor) -> AlertView:
        return await self._set_armed(alert, False, actor)

    async def _set_armed(self, alert: str, armed: bool, actor: Actor) -> AlertView:
        service, place, key = self._overseeing.find_alert(alert)
        watched = place.watch.alerts.get(key)
        if watched is None:
            raise RefusedError("this alert is the watch's own and cannot be armed by itself")
        unbound = place.unbound.get(str(key), "")
        why_not = why_not_armed(watched.rule, bound=not unbound, shadow=self._shadow)
        if armed and why_not:
            raise RefusedError(f"{watched.rule.name} cannot be armed: {why_not}", mend=unbound)
        name = slug(watched.rule.name)
        before = await self._store.get(Arming, service.id, name)
        word = Arming(
            service.id, name, armed, actor.name, self._now(), version=before.version if before else 0
        )
        await self._store.apply(Decision("a person's word on arming", (word,)))
        (place.wanted_armed.add if armed else place.wanted_armed.discard)(str(key))
        desk = self._desk(service, place)
        await desk.decide(lambda watch, now: answers.set_armed(watch, key, armed, actor.name, now))
        return await self._overseeing.alert(str(key))

    async def close_alert(self, alert: str, reason: str, actor: Actor) -> AlertView:
        service, place, key = self._overseeing.find_alert(alert)
        desk = self._desk(service, place)
        await desk.decide(lambda watch, now: answers.close_alert(watch, key, reason, actor.name, now))
        return await self._overseeing.alert(str(key))

    # Silences --------------------------------------------------------------------------------------------------

    async def silence(self, request: SilenceRequest, actor: Actor) -> Silence:
        service = self._overseeing.find(request.service)
        if request.alert is not None:
            names = {slug(rule.name) for rule in service.loaded.runbook.alerts}
            watched = (one for place in service.places.values() for one in place.watch.alerts.values())
            names |= {slug(one.rule.name) for one in watched}  # also what the text lost: it pages
            if slug(request.alert.rpartition("/")[2]) not in names:
                raise NotFoundError(
                    f"{request.service} has no alert {request.alert}", mend="`watchbook alerts` lists them."
                )
        muting = Muting(service.id, request.alert, request.ends_at, request.reason, request.starts_at)
        made, decision = silence(muting, actor.name, self._now())
        (saved,) = await self._store.apply(decision)
        await self._refresh_silences(service)
        kept: Silence = saved
        return kept or made

    async def end_silence(self, silence: str, actor: Actor) -> Silence:
        known = await self._store.get(Silence, silence)
        if known is None:
            raise NotFoundError(f"there is no silence {silence}", mend="`watchbook silence` lists them.")
        (saved,) = await self._store.apply(end_silence(known, actor.name, self._now()))
        await self._refresh_silences(self._overseeing.find(known.service))
        kept: Silence = saved
        return kept

    async def _refresh_silences(self, service: LiveService) -> None:
        """Every place of the service decides again under the silences as they are now."""
        silences = await self._store.load(Silence, service=service.id)
        for place in service.places.values():
            desk = self._desk(service, place)
            await desk.decide(
                lambda watch, now: decide_alerts(answers.with_silences(watch, silences), {}, now)
            )
