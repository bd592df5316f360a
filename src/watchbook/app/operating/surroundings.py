"""What is wrong in an environment right now, for runs that watch it. Implements `acting.runs.ports.Surroundings`."""

from collections.abc import Mapping

from watchbook.app.watching.live import LiveService, Place
from watchbook.deciding.moves import EnvironmentFacts
from watchbook.model.alerts import AlertStatus
from watchbook.model.ids import ServiceId, slug

_FIRING = (AlertStatus.FIRING, AlertStatus.FIRING_NO_DATA)


class LiveSurroundings:
    """Facts of the services that are watched here."""

    def __init__(self, live: Mapping[ServiceId, LiveService]) -> None:
        self._live = live

    def facts(self, service: str, environment: str | None) -> EnvironmentFacts:
        """Firing alerts and the unhealthy service check of an environment (None: the one that pages)."""
        found = self._live.get(ServiceId(service))
        place = self._place(found, environment) if found else None
        if place is None:
            return EnvironmentFacts()
        firing = {
            watched.rule.name: watched.state.since or 0.0
            for watched in place.watch.alerts.values()
            if watched.state.status in _FIRING
        }
        url = place.of_url()
        unhealthy = {url.check.name: url.health.since_s or 0.0} if url and url.status == "unhealthy" else {}
        return EnvironmentFacts(watched=True, firing=firing, unhealthy=unhealthy)

    def _place(self, service: LiveService, environment: str | None) -> Place | None:
        if environment is None:
            return service.production()
        return next(
            (place for name, place in service.places.items() if slug(name) == slug(environment)), None
        )
