"""Makes the live services of what was loaded: places, their rules with the states that were kept, who is reached how.

Called by `app.watchbook` at start. What was pending or firing before a restart goes on (rule 4); an alert is what its
service, environment and name say (rule 13), whatever else changed in the document. It watches nothing yet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from watchbook.app.live import (
    LiveCheck,
    LiveMetric,
    LiveService,
    Place,
    environments_of,
    paging_environment,
    service_check_of,
)
from watchbook.app.loading import Loaded
from watchbook.app.pinning import Pins
from watchbook.app.showing.places import rules_of
from watchbook.app.wiring import Wiring
from watchbook.deciding.alerts import adopt, digest_of, new_state
from watchbook.deciding.arming import armed_by_wiring, why_not_armed
from watchbook.deciding.directory import directory_of
from watchbook.deciding.page import PagingSettings
from watchbook.deciding.watched import ServiceWatch, Watched
from watchbook.measuring.window import Window
from watchbook.model.alerts import AlertState, AlertStatus, Episode
from watchbook.model.ids import AlertId, alert_id, slug
from watchbook.model.incidents import Incident, IncidentState
from watchbook.model.paging import Climb, Silence
from watchbook.model.runbook import AlertRule, Environment, HealthCheck
from watchbook.store.marks import Arming
from watchbook.store.store import Store
from watchbook.world.probes import full_target


@dataclass(frozen=True, slots=True)
class Kept:
    """What the store has of one service: states, open episodes and those of the open incident, climbs, silences."""

    states: Mapping[AlertId, AlertState]
    episodes: Sequence[Episode]
    climbs: Sequence[Climb]
    silences: Sequence[Silence]
    incidents: Sequence[Incident]
    arming: Sequence[Arming]


async def load_kept(store: Store, service: str) -> Kept:
    """Loads it. Raises StoreError."""
    states = await store.load(AlertState, service=service)
    incidents = [
        incident
        for incident in await store.load(Incident, service=service)
        if incident.state not in (IncidentState.RESOLVED, IncidentState.CLOSED)
    ]
    open_ids = {str(incident.id) for incident in incidents}
    episodes = [
        episode
        for episode in await store.load(Episode, service=service)
        if episode.ended_at is None or str(episode.incident) in open_ids
    ]
    climbs = (
        await store.load(Climb, episode=tuple(str(episode.id) for episode in episodes)) if episodes else ()
    )
    return Kept(
        {state.id: state for state in states},
        episodes,
        climbs,
        await store.load(Silence, service=service),
        incidents,
        await store.load(Arming, service=service),
    )


@dataclass(frozen=True, slots=True)
class Placement:
    """What places are made from, besides the document."""

    wiring: Wiring
    settings: PagingSettings
    pins: Pins
    now: float
    shadow: bool = False


async def place_service(loaded: Loaded, kept: Kept, placement: Placement, trusted: str) -> LiveService:
    """The live service of a runbook: one place for each environment of the document."""
    service = LiveService(loaded, trusted=trusted, loaded_at=placement.now)
    environments = environments_of(loaded)
    paging = paging_environment(environments)
    for environment in environments:
        place = _place(loaded, environment, environment.name == paging, kept, placement)
        service.places[environment.name] = place
        await _take_rules(service, place, kept, placement)
    return service


def _place(loaded: Loaded, environment: Environment, pages: bool, kept: Kept, placement: Placement) -> Place:
    runbook, wiring = loaded.runbook, placement.wiring
    open_here = [e for e in kept.episodes if e.environment == environment.name]
    ids = {episode.id for episode in open_here}
    watch = ServiceWatch(
        service=loaded.id,
        environment=environment.name,
        service_name=runbook.service.name,
        episodes={episode.id: episode for episode in open_here},
        climbs={climb.episode: climb for climb in kept.climbs if climb.episode in ids},
        incident=next((i for i in kept.incidents if i.environment == environment.name), None),
        silences=tuple(kept.silences),
        directory=directory_of(runbook, wiring.contacts, wiring.rooms),
        settings=placement.settings,
    )
    window = Window(wiring.metrics.retention_s, wiring.metrics.memory_bytes)
    place = Place(loaded.id, environment, pages, watch, window, service_check=service_check_of(loaded))
    for check in runbook.health_checks:
        if _belongs(check, environment, pages, place.service_check):
            target = full_target(check, environment.url)
            place.checks[(check.name, target)] = LiveCheck(check, target)
    if pages:
        place.metrics = [LiveMetric(metric) for metric in runbook.metrics]
    return place


def _belongs(check: HealthCheck, environment: Environment, pages: bool, own: HealthCheck | None) -> bool:
    """Relative targets are asked in every environment, absolute ones where the alerts page, unless a row says otherwise."""
    if check.environment is not None:
        return slug(check.environment) == slug(environment.name)
    return pages or (check is own and check.target.startswith("/")) or check.target.startswith("/")


async def _take_rules(service: LiveService, place: Place, kept: Kept, placement: Placement) -> None:
    """Every rule with the state that was kept for it, or a new one; and how it was measured."""
    alerts: dict[AlertId, Watched] = {}
    for rule in rules_of(service, place):
        key = alert_id(place.service, place.name, rule.name)
        bound = await placement.pins.load(key, digest_of(rule))
        if bound is not None:
            place.bound[str(key)] = bound
        armed = wants_armed(rule, kept.arming, placement, place.service)
        if armed:
            place.wanted_armed.add(key)
        state = kept.states.get(key)
        if state is None:
            probed = rule.condition.promql is None and rule.condition.signal in (
                "healthy_instances",
                "probe_success",
            )
            state = new_state(
                rule,
                place.service,
                place.name,
                armed=armed and (probed or bound is not None),
                now=placement.now,
            )
        else:
            state = replace(adopt(rule, state), armed=armed and (state.armed or bound is not None))
        issue = service.loaded.runbook.issue_for(rule.name)
        alerts[key] = Watched(rule, state, cadence_of(service, place, rule), issue.name if issue else None)
    place.watch = replace(place.watch, alerts=alerts, own=_own(alerts, kept, place))


def _own(alerts: Mapping[AlertId, Watched], kept: Kept, place: Place) -> Mapping[AlertId, Watched]:
    """The watch's own alerts that were firing when it ended: they go on, and resolve when their data is good."""
    from watchbook.model.runbook import Condition, Role

    found: dict[AlertId, Watched] = {}
    for key, state in kept.states.items():
        if key in alerts or state.environment != place.name or state.status is AlertStatus.OK:
            continue
        if state.name.startswith("No data from ") or state.name == "Evaluation failing":
            condition = Condition(signal="watch", op="!=", text=state.name)
            found[key] = Watched(
                AlertRule(state.name, Role.ALERT, state.severity, condition, resolve_after_s=0.0), state, 15.0
            )
    return found


def wants_armed(rule: AlertRule, arming: Sequence[Arming], placement: Placement, service: str) -> bool:
    """Whether the rule should page: a person's last word, else the wiring's, unless it may not at all (rule 12)."""
    if why_not_armed(rule, shadow=placement.shadow):
        return False
    words = [one for one in arming if one.alert in ("", slug(rule.name))]
    if words:
        return max(words, key=lambda one: one.at).armed
    return armed_by_wiring(placement.wiring.armed, service, rule.name)


def cadence_of(service: LiveService, place: Place, rule: AlertRule) -> float:
    """How often the rule's data comes: its probe's cadence, or the scrapes'."""
    if rule.condition.signal in ("healthy_instances", "probe_success", "probe_latency"):
        named = slug(str(rule.condition.params.get("check", "")))
        check = next(
            (c for c in service.loaded.runbook.health_checks if slug(c.name) == named), place.service_check
        )
        return check.every_s if check is not None else 15.0
    return service.loaded.runbook.service.metrics.every_s
