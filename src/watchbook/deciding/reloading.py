"""A new text of a runbook over what is being watched: which alert is which, and what goes on (rules 13 and 33). Pure.

Called by `app.reloading` at start and whenever a source has a new version. The rules are those of the new text for one
place; the watch is as it was, whatever fires included. Nobody is told here: the next evaluation does that.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from watchbook.deciding import incident, paging
from watchbook.deciding.alerts import adopt, digest_of, new_state
from watchbook.deciding.coverage import retired
from watchbook.deciding.restoring import Kept, RuleToWatch, consistent
from watchbook.deciding.watch import end_episode, for_the_auditor, join_incident, settle, tells_people
from watchbook.deciding.watched import Draft, MissingRow, ServiceWatch, Watched
from watchbook.model.alerts import AlertState, Episode
from watchbook.model.decisions import Decision
from watchbook.model.ids import AlertId, alert_id, slug
from watchbook.model.incidents import Entry
from watchbook.model.paging import Climb, Silence
from watchbook.model.runbook import AlertRule, Severity


@dataclass(frozen=True, slots=True)
class NewText:
    """What a place is watched by from now on. `why` says of a lost alert, by its name, what became of its row.

    `fresh` holds names, directory, settings and owner of the new text, and what is missing besides alerts.
    """

    fresh: ServiceWatch
    rules: Sequence[RuleToWatch]
    why: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Renaming:
    """An alert that goes by another name now."""

    before: str
    after: str
    old: AlertId
    new: AlertId
    armed: bool


@dataclass(frozen=True, slots=True)
class Reloaded:
    """The watch under the new text, what to keep of the change, and who was renamed."""

    watch: ServiceWatch
    decision: Decision
    renamed: tuple[Renaming, ...] = ()
    changed: tuple[AlertId, ...] = ()  # measured otherwise from now on


@dataclass(slots=True)
class _Pairing:
    """Which rule of the new text is which watched alert."""

    pairs: list[tuple[RuleToWatch, Watched | None]] = field(default_factory=list)
    lost: list[Watched] = field(default_factory=list)


def pair_rules(before: Iterable[Watched], rules: Iterable[RuleToWatch]) -> _Pairing:
    """By name first; what is left, by condition. A row whose condition is another system's now is not read any more.

    Two alerts that swap their names are two changed conditions: a name is what people silence, arm and answer to.
    """
    left = {slug(one.rule.name): one for one in before}
    wanted = [one for one in rules if not _unreadable(left.get(slug(one.rule.name)), one)]
    by_name: dict[int, Watched] = {}
    for index, one in enumerate(wanted):
        found = left.pop(slug(one.rule.name), None)
        if found is not None:
            by_name[index] = found
    by_condition = _numbered(
        (digest_of(one.rule), one) for one in left.values() if not one.rule.condition.external
    )
    rest = [(index, one) for index, one in enumerate(wanted) if index not in by_name]
    for key, index in _numbered((digest_of(one.rule), index) for index, one in rest).items():
        found = by_condition.get(key)
        if found is not None:
            by_name[index] = found
            del left[slug(found.rule.name)]
    pairs = [(one, by_name.get(index)) for index, one in enumerate(wanted)]
    return _Pairing(pairs, list(left.values()))


def _unreadable(before: Watched | None, after: RuleToWatch) -> bool:
    """A condition that was measured here and is only a name now: most likely nobody meant that."""
    return before is not None and bool(after.rule.condition.external) and not before.rule.condition.external


def _numbered(items: Iterable[tuple[str, Any]]) -> dict[tuple[str, int], Any]:
    """Items by key, equal keys counted in order."""
    seen: Counter[str] = Counter()
    found = {}
    for key, item in items:
        seen[key] += 1
        found[(key, seen[key])] = item
    return found


def reload(watch: ServiceWatch, text: NewText, kept: Kept, now: float) -> Reloaded:
    """The watch under a new text: states, open episodes, climbs, incident, silences and arming survive.

    `kept` is what the store has of the service. Rows that are lost stay, marked as missing. The same text again changes
    nothing.
    """
    fresh = text.fresh
    base = replace(
        watch,
        service_name=fresh.service_name,
        directory=fresh.directory,
        settings=fresh.settings,
        missing=_since_before(watch.missing, fresh.missing),
        owner=fresh.owner if fresh.owner.channels else watch.owner,
    )
    draft = Draft(base, now)
    pairing = pair_rules(watch.alerts.values(), text.rules)
    renewing = _Renewing(draft, {state.id: state for state in kept.states}, kept)
    draft.alerts = {}
    for wanted, before in pairing.pairs:
        renewing.renew(wanted, before)
    for one in pairing.lost:
        renewing.lose(one, text.why(one.rule.name))
    for renaming in renewing.renamed:
        renewing.move_silences(renaming)
    after, decision = draft.finish("nothing changed")
    after = replace(after, silences=renewing.silences)
    return Reloaded(after, decision, tuple(renewing.renamed), tuple(renewing.changed))


def _since_before(before: Sequence[MissingRow], after: Sequence[MissingRow]) -> tuple[MissingRow, ...]:
    """What was missing already is missing since then."""
    since = {(row.kind, slug(row.name)): row.since for row in before}
    return tuple(replace(row, since=since.get((row.kind, slug(row.name)), row.since)) for row in after)


@dataclass(slots=True)
class _Renewing:
    """One reload under way: the draft, and what the store has."""

    draft: Draft
    states: Mapping[AlertId, AlertState]
    kept: Kept
    renamed: list[Renaming] = field(default_factory=list)
    changed: list[AlertId] = field(default_factory=list)
    silences: tuple[Silence, ...] = ()

    def __post_init__(self) -> None:
        self.silences = self.draft.before.silences

    def renew(self, wanted: RuleToWatch, before: Watched | None) -> None:
        """One rule of the new text, under what was known of it."""
        watch = self.draft.before
        key = alert_id(watch.service, watch.environment, wanted.rule.name)
        if before is None:
            state = self._state_of(key, wanted)
        elif before.state.id == key:
            state = adopt(wanted.rule, before.state)
        else:
            state = self._rename(wanted, before, key)
        after = Watched(wanted.rule, state, wanted.cadence_s, wanted.issue, wanted.missing)
        self.draft.alerts[key] = after
        if before is None:
            return
        if before.missing is not None and wanted.missing is None:
            self._say("coverage.restored", f"{wanted.rule.name} stands in the runbook again", state)
        if digest_of(before.rule) != digest_of(wanted.rule):
            self.changed.append(key)
            self._say("alert.changed", _condition_says(before, after), state)
        carry_on(self.draft, before, after)

    def _state_of(self, key: AlertId, wanted: RuleToWatch) -> AlertState:
        """A rule that was not watched: as its name was last kept, else never evaluated."""
        watch = self.draft.before
        kept = self.states.get(key)
        if kept is None:
            return new_state(
                wanted.rule, watch.service, watch.environment, armed=wanted.armed, now=self.draft.now
            )
        open_ones = {episode.id for episode in self.kept.episodes if episode.ended_at is None}
        return replace(adopt(wanted.rule, consistent(kept, open_ones)), armed=wanted.armed)

    def _rename(self, wanted: RuleToWatch, before: Watched, key: AlertId) -> AlertState:
        """The same alert under another name: its state, its open episode and its people's words go with it."""
        draft, name = self.draft, wanted.rule.name
        taken = self.states.get(key)
        state = replace(adopt(wanted.rule, before.state), id=key, version=taken.version if taken else 0)
        old = retired(before.state, f"it is called {name} now")
        draft.others.append(old)
        renaming = Renaming(before.rule.name, name, before.state.id, key, before.state.armed)
        self.renamed.append(renaming)
        for episode in draft.open_episodes():
            if episode.alert == before.state.id:
                draft.episodes[episode.id] = replace(episode, alert=key, name=name)
        if before.state.id in draft.diagnoses:
            draft.diagnoses[key] = draft.diagnoses.pop(before.state.id)
        says = f"{before.rule.name} is called {name} now: the same condition, so the same alert"
        self._say("alert.renamed", says, state, old=str(before.state.id), new=str(key), was=before.rule.name)
        return state

    def lose(self, one: Watched, why: str) -> None:
        """A row that the text lost: it is watched on, and the journal says so once."""
        row = MissingRow("alert", one.rule.name, self.draft.now, why, one.state.armed, one.rule.line)
        if one.missing is not None:
            row = replace(row, since=one.missing.since)
        self.draft.alerts[one.state.id] = replace(one, missing=row)
        if one.missing is None or one.missing.says != why:
            says = f"{one.rule.name} is watched as it was last read: {why}"
            self._say("coverage.lost", says, one.state, why=why)

    def move_silences(self, renaming: Renaming) -> None:
        """Silences of an alert follow its name."""
        silences: list[Silence] = []
        for made in self.silences:
            mine = made.alert is not None and slug(made.alert) in (
                slug(renaming.before),
                slug(str(renaming.old)),
            )
            if not mine or made.ended_early_at is not None or made.ends_at <= self.draft.now:
                silences.append(made)
                continue
            moved = replace(made, alert=renaming.after)
            self.draft.others.append(moved)
            silences.append(replace(moved, version=moved.version + 1))
        self.silences = tuple(silences)

    def _say(self, kind: str, says: str, state: AlertState, /, **data: Any) -> None:
        self.draft.say(self.draft.entry(kind, says, state, **data))


def _condition_says(before: Watched, after: Watched) -> str:
    """What a changed condition means for what goes on."""
    name, new = after.rule.name, after.rule.condition.text or after.rule.text
    says = f"{name} has another condition now: {new}" if new else f"{name} has another condition now"
    if before.state.episode is not None:
        return f"{says}; it fires on until that is good"
    return f"{says}; its window begins again" if before.state.active_since is not None else says


def carry_on(draft: Draft, before: Watched, after: Watched) -> None:
    """What an edit of severity and response means for an episode that is open.

    More severe: it pages again (rule 33). A response that pages now begins to. One that pages no longer does not stop a
    climb: only a person does (rule 16). Another ladder is climbed on at the same height.
    """
    episode = draft.episodes.get(after.state.episode) if after.state.episode else None
    climb = draft.climbs.get(episode.id) if episode else None
    if episode is None or episode.ended_at is not None:
        return
    raised = after.rule.severity.rank > episode.severity.rank
    if raised:
        episode = _raise(draft, episode, after.rule.severity)
    if climb is None or climb.ended_at is not None or not after.state.armed:
        return
    tells = tells_people(after.rule)
    if tells and (raised or not episode.paging):
        _page_anew(draft, episode, climb, before, after)
    elif tells:
        _climb_on(draft, episode, climb, after)
    elif episode.paging and tells_people(before.rule):
        says = f"{episode.name} does not page any more by its runbook; what it began goes on until someone acknowledges"
        draft.say(draft.entry("alert.changed", says, after.state))


def _raise(draft: Draft, episode: Episode, severity: Severity) -> Episode:
    """An open episode becomes more severe, never less: who was woken for it hears its end as what it was."""
    raised = replace(episode, severity=severity)
    draft.episodes[episode.id] = raised
    if draft.incident is not None and episode.id in draft.incident.episodes:
        draft.incident = incident.attach(draft.incident, raised)
    return raised


def _page_anew(draft: Draft, episode: Episode, climb: Climb, before: Watched, after: Watched) -> None:
    """The ladder begins again from its first rung, under the same episode and so the same key at the receiver."""
    joined: tuple[Entry, ...] = ()
    if not episode.paging:
        episode = replace(episode, paging=True)
        draft.episodes[episode.id] = episode
        joined = (join_incident(draft, episode),)
        episode = draft.episodes[episode.id]
    begun = paging.begin(episode, after.rule.response, draft.before.settings, draft.now)
    draft.climbs[episode.id] = replace(begun, sequence=climb.sequence, told=climb.told, version=climb.version)
    if after.rule.severity is before.rule.severity:
        says = f"{episode.name} pages from now on: its response was changed while it fires"
    else:
        raised = f"raised from {before.rule.severity} to {after.rule.severity}"
        says = f"{episode.name} was {raised} while it fires: it pages again"
    draft.say(draft.entry("alert.firing", says, after.state, **for_the_auditor(draft, after, episode)))
    draft.entries.extend(joined)


def _climb_on(draft: Draft, episode: Episode, climb: Climb, after: Watched) -> None:
    """The new ladder at the same height; rooms that came are told, what is due stays due."""
    response: AlertRule = after.rule
    default_s = paging.RUNG_S.get(episode.severity, paging.LONG_RUNG_S)
    ladder, last_s = paging.timed_ladder(response.response, default_s)
    if climb.working_hours or not climb.ladder:
        return
    rung = min(climb.rung, len(ladder) - 1)
    changed = replace(climb, ladder=ladder, rung_s=last_s, rooms=response.response.channels, rung=rung)
    if changed == climb:
        return
    draft.climbs[episode.id] = changed
    says = f"{episode.name} climbs the ladder as the runbook has it now"
    draft.say(draft.entry("alert.changed", says, after.state, **for_the_auditor(draft, after, episode)))


def drop_missing(
    watch: ServiceWatch, actor: str, now: float, *, whole: bool = False
) -> tuple[ServiceWatch, Decision]:
    """Someone accepted what is missing: those alerts are watched no longer, and what they had open ends with that reason.

    `whole`: the environment goes, and with it the watch's own alerts there.
    """
    because = f"removed from the runbook, accepted by {actor}"
    draft = Draft(replace(watch, missing=()), now)
    for key, one in watch.alerts.items():
        if one.missing is None:
            continue
        end_episode(draft, one.state, because)
        says = f"{one.rule.name} is watched no longer: {because}"
        draft.say(replace(draft.entry("coverage.accepted", says, one.state), actor=actor))
        del draft.alerts[key]
        draft.others.append(retired(one.state, because))
    for own in watch.own.values() if whole else ():
        end_episode(draft, own.state, because)
        del draft.own[own.state.id]
        draft.others.append(retired(own.state, because))
    return settle(draft)
