"""Everything held of one service in one environment, and the draft that a decision about it is written in. Pure.

`ServiceWatch` is loaded and kept in memory by `app.watching`; `Draft` lives for one call of a function of `deciding.watch`
or `deciding.answers`. Neither decides anything.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from watchbook.deciding.directory import Directory
from watchbook.deciding.page import Matter, PagingSettings
from watchbook.deciding.paging import Told
from watchbook.deciding.silence import silenced_by
from watchbook.model.alerts import AlertState, Episode
from watchbook.model.decisions import Decision
from watchbook.model.diagnosis import Diagnosis
from watchbook.model.ids import AlertId, EpisodeId
from watchbook.model.incidents import Entry, Incident
from watchbook.model.paging import Climb, Notice, Silence
from watchbook.model.runbook import AlertRule, Response


@dataclass(frozen=True, slots=True)
class Watched:
    """One rule with its state. `cadence_s` is how often it is evaluated; `issue` the issue diagnosed when it fires.

    `missing`: the text holds its row no longer; it goes on under its last good reading (rule 13).
    """

    rule: AlertRule
    state: AlertState
    cadence_s: float
    issue: str | None = None
    missing: "MissingRow | None" = None


@dataclass(frozen=True, slots=True)
class MissingRow:
    """A row that was watched and that the newest text does not hold any more, or not so that it can be read.

    `kind` is alert, check, environment, service or text; `needed`: something that pages depends on it.
    """

    kind: str
    name: str
    since: float
    says: str  # "its row is gone", "its condition was not understood: …"
    needed: bool = False
    line: int = 0  # where it stood


@dataclass(frozen=True, slots=True)
class ServiceWatch:
    """What is held of one service and environment between decisions. Versions are those that the store has.

    `alerts` come from the document; `own` are the watch's own ("No data from metrics", "Evaluation failing").
    `episodes` and `climbs` hold the open ones, and the ended ones of the open incident.
    """

    service: str
    environment: str
    service_name: str = ""
    alerts: Mapping[AlertId, Watched] = field(default_factory=dict)
    own: Mapping[AlertId, Watched] = field(default_factory=dict)
    episodes: Mapping[EpisodeId, Episode] = field(default_factory=dict)
    climbs: Mapping[EpisodeId, Climb] = field(default_factory=dict)
    incident: Incident | None = None
    silences: tuple[Silence, ...] = ()
    diagnoses: Mapping[AlertId, Diagnosis] = field(default_factory=dict)
    directory: Directory = field(default_factory=Directory)
    settings: PagingSettings = field(default_factory=PagingSettings)
    missing: tuple[MissingRow, ...] = ()  # what is missing besides alerts: checks, the environment, the text
    owner: Response = field(default_factory=Response)  # how the owner hears that the text lost something

    def watched(self, alert: AlertId) -> Watched | None:
        """The rule and state of an alert, own or of the document."""
        return self.alerts.get(alert) or self.own.get(alert)

    def open_episodes(self) -> tuple[Episode, ...]:
        return tuple(episode for episode in self.episodes.values() if episode.ended_at is None)


@dataclass(frozen=True, slots=True)
class DiagnosisWanted:
    """An effect: an alert began to fire, and the runbook has an issue for it. Done by `app.diagnosing`."""

    service: str
    environment: str
    alert: str
    issue: str
    episode: EpisodeId
    incident: str = ""


# What of a state must survive a crash; the value and the words of every evaluation need not.
_REMEMBERED = (
    "status",
    "armed",
    "active_since",
    "good_since",
    "episode",
    "problem",
    "rule_digest",
    "severity",
)


class Draft:
    """A decision being made: the watch as it will be, with everything that changed. Mutable, never kept."""

    def __init__(self, watch: ServiceWatch, now: float) -> None:
        self.before, self.now = watch, now
        self.alerts, self.own = dict(watch.alerts), dict(watch.own)
        self.episodes, self.climbs = dict(watch.episodes), dict(watch.climbs)
        self.diagnoses = dict(watch.diagnoses)
        self.incident = watch.incident
        self.notices: list[Any] = []
        self.entries: list[Entry] = []
        self.effects: list[Any] = []
        self.reasons: list[str] = []
        self.others: list[Any] = []  # records that are no part of the watch any more, or of several watches

    def watched(self, alert: AlertId) -> Watched | None:
        return self.alerts.get(alert) or self.own.get(alert)

    def set_state(self, watched: Watched) -> None:
        """The watched alert as it is now."""
        table = self.alerts if watched.state.id in self.alerts else self.own
        table[watched.state.id] = watched

    def open_episodes(self) -> list[Episode]:
        return [episode for episode in self.episodes.values() if episode.ended_at is None]

    def silence_of(self, episode: Episode) -> Silence | None:
        return silenced_by(self.before.silences, episode, self.now)

    def matter(self, episode: Episode) -> Matter:
        """What a page about the episode is about, as far as is known now."""
        watched = self.watched(episode.alert)
        also = [
            other
            for other in self.open_episodes()
            if other.id != episode.id and other.paging and self.silence_of(other) is None
        ]
        diagnosis = self.diagnoses.get(episode.alert)
        if diagnosis is not None and diagnosis.began_at < episode.began_at:
            diagnosis = None  # of an earlier episode
        return Matter(
            episode=episode,
            service_name=self.before.service_name,
            actions=watched.rule.response.actions if watched else (),
            issue=watched.issue if watched else None,
            diagnosis=diagnosis,
            also=tuple(also),
            settings=self.before.settings,
        )

    def take(self, told: Told) -> None:
        """A step of a climb: what is sent, what is journalled, and the climb as it is then."""
        self.climbs[told.climb.episode] = told.climb
        self.notices.extend(told.notices)
        self.entries.extend(told.entries)

    def say(self, entry: Entry) -> None:
        """A journal entry that is a reason of the decision as well."""
        self.entries.append(entry)
        self.reasons.append(entry.summary)

    def entry(self, kind: str, says: str, state: AlertState, /, **data: Any) -> Entry:
        """A journal entry about an alert, in the timeline of its incident."""
        episode = self.episodes.get(state.episode) if state.episode else None
        incident = str(episode.incident or "") if episode else ""
        known = {"alert": state.name, "environment": state.environment, "severity": str(state.severity)}
        if episode is not None:
            known["episode"] = str(episode.id)
        return Entry(
            self.before.service, kind, says, "watchbook", self.now, str(state.id), incident, {**known, **data}
        )

    def finish(self, nothing: str) -> tuple[ServiceWatch, Decision]:
        """The watch as it is once the decision is committed, and the decision."""
        saved: list[Any] = []
        self.alerts = {key: self._saved_state(watched, saved) for key, watched in self.alerts.items()}
        self.own = {key: self._saved_state(watched, saved) for key, watched in self.own.items()}
        self.episodes = self._saved(self.episodes, self.before.episodes, saved)
        self.climbs = self._saved(self.climbs, self.before.climbs, saved)
        incident = self.incident
        if incident is not None and incident != self.before.incident:
            saved.append(incident)
            incident = replace(incident, version=incident.version + 1)
        decision = Decision(
            reason="; ".join(self.reasons) or nothing,
            saves=(*saved, *self.others, *self.notices),
            entries=tuple(self.entries),
            effects=tuple(self.effects),
        )
        return self._after(incident), decision

    def _after(self, incident: Incident | None) -> ServiceWatch:
        over = incident is not None and incident.resolved_at is not None
        kept = {
            key: episode
            for key, episode in self.episodes.items()
            if episode.ended_at is None or (episode.incident is not None and not over)
        }
        return replace(
            self.before,
            alerts=self.alerts,
            own=self.own,
            episodes=kept,
            climbs={key: climb for key, climb in self.climbs.items() if key in kept},
            incident=None if over else incident,
            diagnoses=self.diagnoses,
        )

    def _saved_state(self, watched: Watched, saved: list[Any]) -> Watched:
        """The alert with its next version, where something changed that must survive a crash."""
        before = self.before.watched(watched.state.id)
        same = before is not None and all(
            getattr(before.state, name) == getattr(watched.state, name) for name in _REMEMBERED
        )
        if same:
            return watched
        saved.append(watched.state)
        return replace(watched, state=replace(watched.state, version=watched.state.version + 1))

    @staticmethod
    def _saved(after: dict[Any, Any], before: Mapping[Any, Any], saved: list[Any]) -> dict[Any, Any]:
        kept = {}
        for key, record in after.items():
            if record == before.get(key):
                kept[key] = record
                continue
            saved.append(record)
            kept[key] = replace(record, version=record.version + 1)
        return kept


def notices_of(decision: Decision) -> tuple[Notice, ...]:
    """The notices that a decision sends (or mutes), in order."""
    return tuple(record for record in decision.saves if isinstance(record, Notice))


def numbered(watch: ServiceWatch, saved: Iterable[Any]) -> ServiceWatch:
    """The watch with the number that the store gave its incident; `saved` are the records as they came back."""
    for record in saved:
        if isinstance(record, Incident) and watch.incident is not None and record.id == watch.incident.id:
            return replace(watch, incident=replace(watch.incident, number=record.number))
    return watch
