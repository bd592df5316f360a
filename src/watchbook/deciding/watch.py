"""The watch over one service in one environment: observations and now → the next state and one decision. Pure.

Called by `app.watching` after every scrape or probe and whenever `next_due` is reached; it loads, calls, gives the decision
to `acting.outbox`, and keeps the returned `ServiceWatch`. Composes alerts, incident and paging; what people do
(acknowledge, silence, close) is `deciding.answers`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from watchbook.deciding import alerts, coverage, incident, leading, own_alerts, paging
from watchbook.deciding.alerts import Evaluation, Transition
from watchbook.deciding.page import moment, resolved_says
from watchbook.deciding.silence import matches
from watchbook.deciding.watched import DiagnosisWanted, Draft, ServiceWatch, Watched
from watchbook.model.alerts import AlertState, AlertStatus, Episode, Observation
from watchbook.model.decisions import Decision
from watchbook.model.ids import AlertId
from watchbook.model.incidents import Entry
from watchbook.model.paging import NoticeKind
from watchbook.model.quantities import say, say_duration
from watchbook.model.runbook import AlertRule

TOLD_AGAIN_S = 3600.0
_NOTHING = "nothing changed"


def decide_alerts(
    watch: ServiceWatch, observations: Mapping[AlertId, Observation], now: float
) -> tuple[ServiceWatch, Decision]:
    """Everything that follows from what was observed, and from the time alone, at `now`.

    Returns the watch as it is once the decision is committed (versions counted up) and the decision: states, episodes,
    climbs, the incident and notices to save, journal entries, and `DiagnosisWanted` effects. Alerts that are missing in
    `observations` were not evaluated: only time passes for them. The same inputs give the same result.
    """
    draft = Draft(watch, now)
    for key, watched in watch.alerts.items():
        _evaluate(draft, watched, observations.get(key))
    place = (watch.service, watch.environment)
    lost = coverage.coverage_alert(watch, draft.alerts.values(), draft.own, now)
    for own in own_alerts.own_alerts(place, draft.alerts.values(), draft.own, now, lost):
        draft.own[own.watched.state.id] = own.watched
        _evaluate(draft, own.watched, own.observation)
    _end_orphans(draft)
    _arm_firing(draft)
    return settle(draft)


def settle(draft: Draft) -> tuple[ServiceWatch, Decision]:
    """Tells whoever is due to be told, and closes the decision. Called by `deciding.answers` as well."""
    _resolve_incident(draft)
    leader = leading.settle(draft)
    for episode in draft.open_episodes():
        climb = draft.climbs.get(episode.id)
        if climb is None:
            continue
        watched = draft.watched(episode.alert)
        if watched is not None and not watched.state.armed:
            continue
        silence = draft.silence_of(episode)
        if paging.needs_step(climb, silence, draft.now):
            matter, directory = draft.matter(episode), draft.before.directory
            asks = silence is None and leader is not None and leader.id == episode.id
            draft.take(paging.expire_acknowledgement(climb, matter, directory, asks, draft.now))
            draft.take(paging.advance(draft.climbs[episode.id], matter, directory, silence, draft.now))
        _remind_without_data(draft, episode)
    return draft.finish(_NOTHING)


def next_due(watch: ServiceWatch) -> float | None:
    """When something is due by time alone: a page, a rung, the end of an acknowledgement or of a silence that holds.

    None: nothing before new data. After `decide_alerts` at that moment it is over, so that a caller may wait for it.
    """
    moments: list[float | None] = []
    for key, climb in watch.climbs.items():
        episode = watch.episodes.get(key)
        watched = watch.watched(episode.alert) if episode is not None else None
        if episode is None or climb.ended_at is not None or (watched and not watched.state.armed):
            continue
        moments.append(climb.acknowledged_until if climb.acknowledged_by else climb.next_at)
        if climb.muted:
            moments.append(_unmuted_at(watch, episode))
    return min((at for at in moments if at is not None), default=None)


def _unmuted_at(watch: ServiceWatch, episode: Episode) -> float | None:
    """The end of the silence that holds an episode now: of several, the last one."""
    ends = [made.ends_at for made in watch.silences if matches(made, episode) and made.ended_early_at is None]
    return max(ends, default=None)


def _evaluate(draft: Draft, watched: Watched, observation: Observation | None) -> None:
    """One rule: its next state, and what its transition means."""
    evaluation = alerts.evaluate(watched.rule, watched.state, observation, draft.now, watched.cadence_s)
    after = replace(watched, state=evaluation.state)
    draft.set_state(after)
    if evaluation.problem_changed is not Transition.NONE:
        _say_problem(draft, evaluation, watched.state)
    _follow(draft, after, evaluation, watched.state, observation)


def _follow(
    draft: Draft,
    watched: Watched,
    evaluation: Evaluation,
    before: AlertState,
    observation: Observation | None,
) -> None:
    state = watched.state
    match evaluation.transition:
        case Transition.FIRED:
            _begin_episode(draft, watched, observation)
        case Transition.RESOLVED:
            end_episode(draft, before, "")
        case Transition.BLINDED:
            draft.say(draft.entry("alert.blind", f"{state.name} is blind: {state.reason}", state))
        case Transition.SIGHT_LOST:
            _say_sight_lost(draft, state)
        case Transition.SIGHT_BACK:
            draft.say(draft.entry("alert.sight_back", f"{state.name} has data again: {state.reason}", state))
        case Transition.RETURNED:
            says = f"{state.name} is true again: the same episode, no second page"
            draft.say(draft.entry("alert.returned", says, state))
        case Transition.RESOLVING:
            draft.say(draft.entry("alert.resolving", f"{state.name}: {state.reason}", state))
        case _:
            pass


def _say_problem(draft: Draft, evaluation: Evaluation, before: AlertState) -> None:
    if evaluation.problem_changed is Transition.FAILING:
        says = f"{before.name} cannot be evaluated and stays {before.status}: {evaluation.state.problem}"
        draft.say(draft.entry("alert.failing", says, evaluation.state))
    else:
        draft.say(draft.entry("alert.failing_over", f"{before.name} is evaluated again", evaluation.state))


def _say_sight_lost(draft: Draft, state: AlertState) -> None:
    says = f"{state.name} fires, and there is no data any more: {state.reason}"
    draft.say(draft.entry("alert.firing_no_data", says, state))
    climb = draft.climbs.get(state.episode) if state.episode else None
    episode = draft.episodes.get(state.episode) if state.episode else None
    if (
        climb is not None
        and episode is not None
        and climb.ended_at is None
        and draft.silence_of(episode) is None
    ):
        climb = replace(climb, reminded_at=draft.now)
        draft.take(paging.tell_everyone(climb, draft.matter(episode), NoticeKind.UPDATE, draft.now, says))


def _begin_episode(draft: Draft, watched: Watched, observation: Observation | None) -> None:
    """A firing begins: its episode, its incident, its climb, and the wish for a diagnosis."""
    state, rule = watched.state, watched.rule
    assert state.episode is not None
    episode = Episode(
        id=state.episode,
        alert=state.id,
        service=state.service,
        environment=state.environment,
        name=state.name,
        severity=state.severity,
        began_at=draft.now,
        summary=observation.says if observation is not None and observation.says else state.reason,
        value=_said_value(rule, state),
        threshold=_said_threshold(rule),
        paging=state.armed and tells_people(rule),
        true_since=state.active_since,
    )
    draft.episodes[episode.id] = episode
    joined: tuple[Entry, ...] = ()
    joins = episode.paging or (draft.incident is not None and state.armed)
    if joins and not coverage.is_coverage(state):
        joined = (join_incident(draft, episode),)
    episode = draft.episodes[episode.id]
    says = f"{state.name} fires: {state.reason}"
    draft.say(draft.entry("alert.firing", says, state, **for_the_auditor(draft, watched, episode)))
    draft.entries.extend(joined)
    if state.armed:
        draft.climbs[episode.id] = paging.begin(episode, rule.response, draft.before.settings, draft.now)
    else:
        _say_observed(draft, watched)
    if watched.issue:
        draft.effects.append(_diagnosis(watched, episode))


def _diagnosis(watched: Watched, episode: Episode) -> DiagnosisWanted:
    return DiagnosisWanted(
        episode.service,
        episode.environment,
        episode.name,
        watched.issue or "",
        episode.id,
        str(episode.incident or ""),
    )


def tells_people(rule: AlertRule) -> bool:
    """Whether a person is paged for it, at once or in working hours."""
    return rule.response.page or rule.response.working_hours


def for_the_auditor(draft: Draft, watched: Watched, episode: Episode) -> dict[str, Any]:
    """What the auditor needs to say, from the journal alone, who should have been told by when."""
    response, settings = watched.rule.response, draft.before.settings
    default_s = paging.RUNG_S.get(episode.severity, paging.LONG_RUNG_S)
    ladder, last_s = paging.timed_ladder(response, default_s)
    return {
        "paging": episode.paging,
        "own": episode.alert in draft.own,
        "pages_at_once": response.page,
        "group_wait_s": paging.group_wait_s(episode.severity, settings),
        "ladder": [{"who": rung.who, "after_s": rung.after_s} for rung in ladder],
        "rung_s": last_s,
        "rooms": list(response.channels),
    }


def _say_observed(draft: Draft, watched: Watched) -> None:
    """Rule 12: what would have happened, had the alert been armed."""
    response = watched.rule.response
    if response.page or response.working_hours:
        rung = response.ladder[0].who if response.ladder else ""
        who = draft.before.directory.reach(rung).person or rung or "nobody: the ladder is empty"
        verb = "would have paged"
    else:
        who, verb = ", ".join(response.channels) or "nobody", "would have told"
    at = moment(draft.now)[11:16]
    says = f"{verb} {who} at {at} UTC: {watched.state.name}: {watched.state.reason} (observed, not armed)"
    draft.say(draft.entry("alert.would_page", says, watched.state, who=who))


def join_incident(draft: Draft, episode: Episode) -> Entry:
    """Rule 33: the first paging alert opens an incident, later ones attach. Returns the journal's word of it."""
    if draft.incident is None:
        draft.incident = incident.open_incident(episode, draft.now)
        entry = incident.opened_entry(draft.incident, draft.now)
    else:
        draft.incident = incident.attach(draft.incident, episode)
        entry = incident.attached_entry(draft.incident, episode, draft.now)
    draft.episodes[episode.id] = replace(episode, incident=draft.incident.id)
    return entry


def end_episode(draft: Draft, before: AlertState, because: str) -> None:
    """The episode of `before` is over: everyone who was told hears it. `because` is a person's reason, or empty."""
    episode = draft.episodes.get(before.episode) if before.episode else None
    if episode is None or episode.ended_at is not None:
        return
    episode = replace(episode, ended_at=draft.now, closed_because=because)
    draft.episodes[episode.id] = episode
    says = resolved_says(episode, draft.now)
    draft.say(draft.entry("alert.resolved", says, before, because=because))
    climb = draft.climbs.get(episode.id)
    if climb is not None and climb.ended_at is None:
        draft.take(paging.end(climb, draft.matter(episode), draft.now, says))


def _end_orphans(draft: Draft) -> None:
    """Episodes whose row is gone from the document cannot be judged any more: they end, and say so."""
    for episode in draft.open_episodes():
        if draft.watched(episode.alert) is None:
            state = AlertState(
                episode.alert,
                episode.service,
                episode.environment,
                episode.name,
                episode.severity,
                episode=episode.id,
            )
            end_episode(draft, state, "its row is gone from the runbook")


def _arm_firing(draft: Draft) -> None:
    """Alerts that were armed while they fire: they begin to page now."""
    for episode in draft.open_episodes():
        watched = draft.watched(episode.alert)
        if watched is None or not watched.state.armed or episode.id in draft.climbs:
            continue
        armed = replace(episode, paging=tells_people(watched.rule))
        draft.episodes[episode.id] = armed
        if armed.paging:
            draft.entries.append(join_incident(draft, armed))
            armed = draft.episodes[episode.id]
        draft.climbs[episode.id] = paging.begin(
            armed, watched.rule.response, draft.before.settings, draft.now
        )
        says = f"{armed.name} was armed while it fires: it pages from now on"
        draft.say(draft.entry("alert.firing", says, watched.state, **for_the_auditor(draft, watched, armed)))


def _resolve_incident(draft: Draft) -> None:
    """An incident is resolved when all its episodes are."""
    if draft.incident is None:
        return
    known = [draft.episodes[key] for key in draft.incident.episodes if key in draft.episodes]
    if all(episode.ended_at is not None for episode in known):
        draft.incident, entry = incident.resolve(draft.incident, draft.now)
        draft.say(entry)


def _remind_without_data(draft: Draft, episode: Episode) -> None:
    """Rule 2: *firing, no data* is told again every hour, whoever acknowledged it."""
    watched, climb = draft.watched(episode.alert), draft.climbs[episode.id]
    if watched is None or watched.state.status is not AlertStatus.FIRING_NO_DATA or not climb.told:
        return
    last = climb.reminded_at if climb.reminded_at is not None else watched.state.since
    if last is None or draft.now - last < TOLD_AGAIN_S or draft.silence_of(episode) is not None:
        return
    lost_s = draft.now - (watched.state.last_good_at or episode.began_at)
    note = f"{episode.name} was firing when its data stopped {say_duration(lost_s)} ago"
    note += "; close it with a reason if it is over"
    told = paging.tell_everyone(climb, draft.matter(episode), NoticeKind.REPEAT, draft.now, note)
    draft.take(replace(told, climb=replace(told.climb, reminded_at=draft.now)))


def _said_value(rule: AlertRule, state: AlertState) -> str:
    return "" if state.value is None else say(state.value, rule.condition.unit)


def _said_threshold(rule: AlertRule) -> str:
    condition = rule.condition
    if condition.text:
        return condition.text
    if condition.promql:
        return condition.promql
    window = f" for {say_duration(rule.window_s)}" if rule.window_s else ""
    return f"{condition.op} {say(condition.value, condition.unit)}{window}"
