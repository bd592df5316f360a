"""A service's watch as it was kept: after a restart, or when a runbook is loaded again (rules 4 and 13). Pure.

Called by `app.watching` with what the store has. The time that the watcher was down is taken out by `answers.resume`,
not here.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from watchbook.deciding.alerts import adopt, new_state
from watchbook.deciding.own_alerts import kept_own_alert
from watchbook.deciding.watched import MissingRow, ServiceWatch, Watched
from watchbook.model.alerts import AlertState, AlertStatus, Episode
from watchbook.model.diagnosis import Diagnosis
from watchbook.model.ids import AlertId, EpisodeId, alert_id
from watchbook.model.incidents import Incident
from watchbook.model.paging import Climb, Silence
from watchbook.model.runbook import AlertRule


@dataclass(frozen=True, slots=True)
class Kept:
    """Records as the store has them; those of other services and environments, and those that are over, are passed over."""

    states: tuple[AlertState, ...] = ()
    episodes: tuple[Episode, ...] = ()
    climbs: tuple[Climb, ...] = ()
    incidents: tuple[Incident, ...] = ()
    silences: tuple[Silence, ...] = ()
    diagnoses: tuple[Diagnosis, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleToWatch:
    """A rule of the document with what the installation says of it."""

    rule: AlertRule
    armed: bool
    cadence_s: float
    issue: str | None = None
    missing: MissingRow | None = None  # its row is gone, and it is watched as it was last read


def restored(fresh: ServiceWatch, rules: Iterable[RuleToWatch], kept: Kept, now: float) -> ServiceWatch:
    """`fresh` (names, directory, settings) with these rules, under everything that was kept of them.

    A rule without a kept state begins as never evaluated. Whether a rule is armed comes from `rules`.
    """
    open_ones = {episode.id for episode in kept.episodes if episode.ended_at is None}
    states = {state.id: consistent(state, open_ones) for state in kept.states if _here(fresh, state)}
    alerts: dict[AlertId, Watched] = {}
    for wanted in rules:
        key = alert_id(fresh.service, fresh.environment, wanted.rule.name)
        before = states.get(key)
        if before is not None:
            state = replace(adopt(wanted.rule, before), armed=wanted.armed)
        else:
            state = new_state(wanted.rule, fresh.service, fresh.environment, armed=wanted.armed, now=now)
        alerts[key] = Watched(wanted.rule, state, wanted.cadence_s, wanted.issue, wanted.missing)
    own = {
        key: watched
        for key, state in states.items()
        if key not in alerts and (watched := kept_own_alert(state)) is not None
    }
    incident = _open_incident(fresh, kept.incidents)
    of_incident = set(incident.episodes) if incident else set()
    episodes = {
        episode.id: episode
        for episode in kept.episodes
        if _here(fresh, episode) and (episode.ended_at is None or episode.id in of_incident)
    }
    return replace(
        fresh,
        alerts=alerts,
        own=own,
        episodes=episodes,
        climbs={climb.episode: climb for climb in kept.climbs if climb.episode in episodes},
        incident=incident,
        silences=tuple(
            made for made in kept.silences if made.service == fresh.service and made.ends_at > now
        ),
        diagnoses=_diagnoses(fresh, kept.diagnoses),
    )


def consistent(state: AlertState, open_ones: Collection[EpisodeId]) -> AlertState:
    """A state whose episode is over (its row was gone for a while) begins again, so that it pages when it fires."""
    if state.episode is None or state.episode in open_ones:
        return state
    return replace(state, status=AlertStatus.OK, episode=None, active_since=None, good_since=None)


def _here(watch: ServiceWatch, record: AlertState | Episode | Incident) -> bool:
    return record.service == watch.service and record.environment == watch.environment


def _open_incident(watch: ServiceWatch, incidents: Iterable[Incident]) -> Incident | None:
    found = [
        one for one in incidents if _here(watch, one) and one.resolved_at is None and one.closed_at is None
    ]
    return max(found, key=lambda one: one.opened_at, default=None)


def _diagnoses(watch: ServiceWatch, diagnoses: Iterable[Diagnosis]) -> dict[AlertId, Diagnosis]:
    """The newest that has ended, for each alert."""
    found: dict[AlertId, Diagnosis] = {}
    for one in sorted(diagnoses, key=lambda diagnosis: diagnosis.began_at):
        if one.alert and one.ended_at is not None and one.environment == watch.environment:
            found[alert_id(watch.service, watch.environment, one.alert.rpartition("/")[2])] = one
    return found
