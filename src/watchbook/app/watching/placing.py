"""Makes the live services of what was loaded: places, their rules with the states that were kept, who is reached how.

Called by `app.watchbook` at start. What was pending or firing before a restart goes on (rule 4); an alert is what its
service, environment and name say (rule 13), whatever else changed in the document. It watches nothing yet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from watchbook.app.documents.loading import Loaded
from watchbook.app.showing.places import rules_of
from watchbook.app.watching.live import (
    LiveCheck,
    LiveMetric,
    LiveService,
    Place,
    Trusted,
    environments_of,
    paging_environment,
    service_check_of,
)
from watchbook.app.watching.pinning import Pinned, Pins, pinned_by
from watchbook.app.wiring import Wiring
from watchbook.deciding.arming import armed_by_wiring, why_not_armed
from watchbook.deciding.coverage import owner_response
from watchbook.deciding.diagnosis import issue_of
from watchbook.deciding.directory import directory_of
from watchbook.deciding.page import PagingSettings
from watchbook.deciding.restoring import Kept, RuleToWatch, restored
from watchbook.deciding.watched import MissingRow, ServiceWatch
from watchbook.measuring.window import Window
from watchbook.model.alerts import AlertState, Episode
from watchbook.model.diagnosis import Diagnosis
from watchbook.model.ids import alert_id, slug
from watchbook.model.incidents import Incident, IncidentState
from watchbook.model.paging import Climb, Silence
from watchbook.model.runbook import AlertRule, Environment, HealthCheck
from watchbook.store.marks import Arming
from watchbook.store.store import Store
from watchbook.world.probes import full_target

PROBED = ("healthy_instances", "probe_success", "probe_latency")  # signals that need no series
_OPEN = tuple(state for state in IncidentState if state not in (IncidentState.RESOLVED, IncidentState.CLOSED))


@dataclass(frozen=True, slots=True)
class KeptService:
    """What the store has of one service, and people's words on what is armed."""

    records: Kept
    arming: Sequence[Arming]


async def load_kept(store: Store, service: str) -> KeptService:
    """Loads the open records of a service. Raises StoreError."""
    incidents = await store.load(Incident, service=service, state=_OPEN)
    of_incidents = tuple(str(key) for incident in incidents for key in incident.episodes)
    episodes = {episode.id: episode for episode in await store.load(Episode, service=service, ended_at=None)}
    for episode in await store.load(Episode, id=of_incidents) if of_incidents else ():
        episodes[episode.id] = episode
    ids = tuple(str(key) for key in episodes)
    return KeptService(
        Kept(
            states=await store.load(AlertState, service=service),
            episodes=tuple(episodes.values()),
            climbs=await store.load(Climb, episode=ids) if ids else (),
            incidents=incidents,
            silences=await store.load(Silence, service=service),
            diagnoses=await store.newest(Diagnosis, 50, service=service),
        ),
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


async def place_service(loaded: Loaded, kept: KeptService, placement: Placement) -> LiveService:
    """The live service of a runbook, with everything that was kept of it."""
    service = bare_service(loaded, placement.wiring, placement.settings, placement.now)
    rules = {name: rules_of(service, place) for name, place in service.places.items()}
    known = await known_of(rules, service.id, kept, placement)
    for name, place in service.places.items():
        wanted = [rule_to_watch(service, place, rule, known) for rule in rules[name]]
        place.watch = restored(place.watch, wanted, kept.records, placement.now)
    return service


async def reread(place: Place, store: Store, now: float) -> ServiceWatch:
    """The place's watch as the store has it: after a record was found changed by someone else. Raises StoreError."""
    kept = await load_kept(store, place.service)
    rules = [
        RuleToWatch(watched.rule, watched.state.armed, watched.cadence_s, watched.issue, watched.missing)
        for watched in place.watch.alerts.values()
    ]
    return restored(place.watch, rules, kept.records, now)


def bare_service(loaded: Loaded, wiring: Wiring, settings: PagingSettings, now: float) -> LiveService:
    """A runbook's service with its places, one for each environment, without rules: for a look without a server."""
    service = LiveService(loaded, trusted=Trusted(everything=True), loaded_at=now)
    environments = environments_of(loaded)
    paging = paging_environment(environments)
    for environment in environments:
        pages = environment.name == paging
        service.places[environment.name] = bare_place(loaded, environment, pages, wiring, settings)
    return service


def bare_place(
    loaded: Loaded, environment: Environment, pages: bool, wiring: Wiring, settings: PagingSettings
) -> Place:
    """One environment under the document's checks and figures, without rules."""
    runbook = loaded.runbook
    watch = ServiceWatch(
        service=loaded.id,
        environment=environment.name,
        service_name=runbook.service.name,
        directory=directory_of(runbook, wiring.contacts, wiring.rooms),
        settings=settings,
        owner=owner_response(runbook),
    )
    window = Window(wiring.metrics.retention_s, wiring.metrics.memory_bytes)
    place = Place(loaded.id, environment, pages, watch, window, service_check=service_check_of(loaded))
    for check in runbook.health_checks:
        if _belongs(check, environment, pages):
            target = full_target(check, environment.url)
            place.checks[(check.name, target)] = LiveCheck(check, target)
    if pages:
        place.metrics = [LiveMetric(metric) for metric in runbook.metrics]
    return place


def _belongs(check: HealthCheck, environment: Environment, pages: bool) -> bool:
    """A path is asked in every environment, anything else where alerts page, unless the row says otherwise."""
    if check.environment is not None:
        return slug(check.environment) == slug(environment.name)
    return pages or check.target.startswith("/")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a service's alerts before they are watched: people's words, the installation, and pins."""

    arming: Sequence[Arming]
    placement: Placement
    pinned: Pinned


async def known_of(
    rules: Mapping[str, Sequence[AlertRule]], service: str, kept: KeptService, placement: Placement
) -> Known:
    """What is known of these rules, by environment. Raises StoreError."""
    ids = [alert_id(service, environment, rule.name) for environment, of in rules.items() for rule in of]
    return Known(kept.arming, placement, await placement.pins.of(ids))


def rule_to_watch(
    service: LiveService, place: Place, rule: AlertRule, known: Known, missing: MissingRow | None = None
) -> RuleToWatch:
    """A rule, with how it was measured before. What needs series is armed as soon as it can be measured.

    One whose row is `missing` is measured as it was, whatever else the text lost with it.
    """
    key = alert_id(place.service, place.name, rule.name)
    pinned = None if missing else pinned_by(rule, service.loaded.runbook)
    bound = known.pinned.bound(key, pinned)
    if bound is not None:
        place.bound[str(key)] = bound
    wanted = wants_armed(rule, known.arming, known.placement, place.service)
    if wanted:
        place.wanted_armed.add(str(key))
    measurable = bound is not None or (rule.condition.promql is None and rule.condition.signal in PROBED)
    issue = issue_of(service.loaded.runbook, rule)
    return RuleToWatch(
        rule, wanted and measurable, cadence_of(service, place, rule), issue.name if issue else None, missing
    )


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
    if rule.condition.signal in PROBED:
        named = slug(str(rule.condition.params.get("check", "")))
        checks = service.loaded.runbook.health_checks
        check = next((check for check in checks if slug(check.name) == named), place.service_check)
        return check.every_s if check is not None else 15.0
    return service.loaded.runbook.service.metrics.every_s
