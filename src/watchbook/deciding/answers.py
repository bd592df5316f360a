"""What people do about alerts: acknowledge, close, arm, silence; and what happens to the watch itself. Pure.

Called by `app` for the CLI, the API, the board and signed links. Each function gives the watch as it is once the decision
is committed, and the decision; those of a refusal raise an error of `model.errors`.
"""

from collections.abc import Iterable
from dataclasses import replace

from watchbook.deciding import alerts, arming, incident, paging
from watchbook.deciding.page import diagnosis_says
from watchbook.deciding.watch import end_episode, settle
from watchbook.deciding.watched import Draft, ServiceWatch
from watchbook.model.alerts import AlertStatus, Episode
from watchbook.model.decisions import Decision
from watchbook.model.diagnosis import Diagnosis
from watchbook.model.errors import ConflictError, NotFoundError, UsageError
from watchbook.model.ids import AlertId, EpisodeId
from watchbook.model.incidents import Entry, IncidentState
from watchbook.model.paging import Climb, Notice, NoticeKind, Silence
from watchbook.model.quantities import say_duration
from watchbook.model.runbook import Severity

ACKNOWLEDGED_S = 1800.0
_EXPIRING = (Severity.CRITICAL, Severity.HIGH)

Answered = tuple[ServiceWatch, Decision]


def acknowledge(
    watch: ServiceWatch, actor: str, now: float, *, for_s: float | None = None, note: str = "",
    target: EpisodeId | None = None,
) -> Answered:  # fmt: skip
    """Stops the climb everywhere: of the whole incident, and of `target` where that belongs to none (rule 16).

    At critical and high it ends after 30 minutes without a human action, or after `for_s` seconds. Acknowledging again
    begins that time anew. Raises `ConflictError` where nothing is open.
    """
    draft = Draft(watch, now)
    episodes = [
        episode
        for episode in draft.open_episodes()
        if episode.id in draft.climbs and (episode.incident is not None or episode.id == target)
    ]
    if target is not None and target not in {episode.id for episode in draft.open_episodes()}:
        raise ConflictError("this alert is over: there is nothing left to acknowledge")
    if not episodes:
        raise ConflictError("nothing is open here: there is nothing to acknowledge")
    for episode in episodes:
        draft.climbs[episode.id] = _acknowledged(draft.climbs[episode.id], episode, actor, now, for_s)
    lead = max(episodes, key=lambda e: (bool(draft.climbs[e.id].told), e.severity.rank, -e.began_at))
    until = draft.climbs[lead.id].acknowledged_until
    says = f"{actor} acknowledged {', '.join(episode.name for episode in episodes)}"
    says += f" for {say_duration(until - now)}" if until is not None else ""
    says += f": {note.strip()}" if note.strip() else ""
    draft.say(
        _entry(lead, "acknowledged", says, actor, now, until=until, episodes=[str(e.id) for e in episodes])
    )
    draft.take(
        paging.tell_everyone(draft.climbs[lead.id], draft.matter(lead), NoticeKind.ACKNOWLEDGE, now, says)
    )
    return settle(draft)


def _acknowledged(climb: Climb, episode: Episode, actor: str, now: float, for_s: float | None) -> Climb:
    until = now + for_s if for_s is not None else None
    if until is None and episode.severity in _EXPIRING:
        until = now + ACKNOWLEDGED_S
    return replace(
        climb, acknowledged_by=actor, acknowledged_at=now, acknowledged_until=until, next_at=None, muted=False
    )


def touch(watch: ServiceWatch, actor: str, now: float) -> Answered:
    """A human action on the incident (a run, an answer, a note): acknowledgements last another 30 minutes from here."""
    draft = Draft(watch, now)
    for key, climb in watch.climbs.items():
        until = climb.acknowledged_until
        if (
            climb.ended_at is None
            and climb.acknowledged_by
            and until is not None
            and until < now + ACKNOWLEDGED_S
        ):
            draft.climbs[key] = replace(climb, acknowledged_until=now + ACKNOWLEDGED_S)
    return draft.finish(f"{actor} is at work")


def tell_diagnosis(watch: ServiceWatch, diagnosis: Diagnosis, alert: AlertId, now: float) -> Answered:
    """A diagnosis has ended: an update to everyone already told; pages that leave later carry it (rule 19)."""
    draft = Draft(watch, now)
    before = draft.diagnoses.get(alert)
    draft.diagnoses[alert] = diagnosis
    episode = next((e for e in draft.open_episodes() if e.alert == alert), None)
    if episode is None:
        return draft.finish("the alert was over before its diagnosis")
    note = f"{episode.name}: {diagnosis_says(diagnosis)}"
    if before is not None and before.began_at >= episode.began_at and _same_result(before, diagnosis):
        return draft.finish(f"{note}; everyone who was told has heard that already")
    own = draft.climbs.get(episode.id)
    if diagnosis.best is None and not (own and own.told):
        return draft.finish(
            f"{note}; nobody was paged for it by itself, and without a cause nobody needs to hear that"
        )
    for climb in _told_of(draft, episode):
        about = draft.episodes[climb.episode]
        matter = replace(draft.matter(about), diagnosis=diagnosis)
        if draft.silence_of(about) is None:
            draft.take(paging.tell_everyone(climb, matter, NoticeKind.UPDATE, now, note))
    return draft.finish(note)


def _same_result(one: Diagnosis, other: Diagnosis) -> bool:
    """Whether both name the same cause with the same verdict, or none."""
    if one.best is None or other.best is None:
        return one.best is other.best
    return (one.best.cause, one.best.verdict) == (other.best.cause, other.best.verdict)


def _told_of(draft: Draft, episode: Episode) -> list[Climb]:
    """Climbs whose people heard of the episode: its own, and the one that leads its incident; each person once."""
    own = draft.climbs.get(episode.id)
    found = [own] if own is not None and own.told and own.ended_at is None else []
    known = {pair for climb in found for pair in climb.told}
    for other in draft.open_episodes():
        climb = draft.climbs.get(other.id)
        same = other.incident is not None and other.incident == episode.incident and other.id != episode.id
        if same and climb is not None and not set(climb.told) <= known:
            found.append(climb)
            known |= set(climb.told)
    return found


def close_alert(watch: ServiceWatch, alert: AlertId, reason: str, actor: str, now: float) -> Answered:
    """Ends a *firing, no data* alert by hand (rule 2). Raises `UsageError` without a reason, `ConflictError` otherwise."""
    watched = watch.watched(alert)
    if watched is None:
        raise NotFoundError(f"there is no alert {alert} here")
    if watched.state.status is not AlertStatus.FIRING_NO_DATA:
        raise ConflictError(
            f"{watched.state.name} is {watched.state.status}, not firing without data",
            mend="Only good data resolves an alert that has data; to mute its pages, silence it.",
        )
    if not reason.strip():
        raise UsageError("closing an alert by hand needs a reason", mend="Say how you know that it is over.")
    draft = Draft(watch, now)
    because = f"{reason.strip()}, {actor}"
    draft.set_state(replace(watched, state=alerts.close_by_hand(watched.state, because, now)))
    end_episode(draft, watched.state, because)
    return settle(draft)


def set_armed(watch: ServiceWatch, alert: AlertId, armed: bool, actor: str, now: float) -> Answered:
    """Arms or disarms an alert of the document (rule 12)."""
    watched = watch.alerts.get(alert)
    if watched is None:
        raise NotFoundError(f"there is no alert {alert} here")
    decision = (arming.arm if armed else arming.disarm)(watched.state, actor, now)
    if not decision.saves:
        return watch, decision
    draft = Draft(watch, now)
    draft.set_state(replace(watched, state=replace(watched.state, armed=armed)))
    for entry in decision.entries:
        draft.say(entry)
    return draft.finish(decision.reason)


def move_incident(watch: ServiceWatch, state: IncidentState, actor: str, now: float) -> Answered:
    """A person says how far the open incident is. Raises `ConflictError` without one, or backwards."""
    if watch.incident is None:
        raise ConflictError("no incident is open here")
    decision = incident.move(watch.incident, state, actor, now)
    draft = Draft(watch, now)
    draft.incident = replace(watch.incident, state=state)
    for entry in decision.entries:
        draft.say(entry)
    return draft.finish(decision.reason)


def with_silences(watch: ServiceWatch, silences: Iterable[Silence]) -> ServiceWatch:
    """The watch under these silences; call `decide_alerts` next, so that one that ended lets its pages go."""
    return replace(watch, silences=tuple(silences))


def channel_failed(watch: ServiceWatch, notice: Notice, now: float) -> Answered:
    """A channel refused a notice for good: the ladder climbs at once (rule 15)."""
    draft = Draft(watch, now)
    climb, episode = draft.climbs.get(notice.episode), draft.episodes.get(notice.episode)
    if climb is None or episode is None:
        return draft.finish("the alert was over before its page was refused")
    draft.take(paging.channel_failed(climb, notice, draft.matter(episode), watch.directory, now))
    return settle(draft)


def resume(watch: ServiceWatch, down_s: float, now: float) -> Answered:
    """After a restart: `down_s` seconds count towards no window (rule 4). Escalation is not held back by them."""
    draft, down_s = Draft(watch, now), max(0.0, down_s)
    for watched in (*watch.alerts.values(), *watch.own.values()):
        draft.set_state(replace(watched, state=alerts.resume(watched.state, down_s, now)))
    draft.climbs = {key: paging.not_ahead(climb, now) for key, climb in watch.climbs.items()}
    says = f"the watch over {watch.environment} began again after {say_duration(down_s)}, which count towards no window"
    draft.say(_own_entry(watch, "watch.resumed", says, now, down_s=down_s))
    return draft.finish(says)


def clock_jumped(watch: ServiceWatch, by_s: float, now: float) -> Answered:
    """The wall clock jumped by `by_s`: every mark moves with it, which neither pages nor resolves (rule 7)."""
    draft = Draft(watch, now)
    for watched in (*watch.alerts.values(), *watch.own.values()):
        draft.set_state(replace(watched, state=alerts.shift(watched.state, by_s)))
    draft.climbs = {key: paging.shift(climb, by_s) for key, climb in watch.climbs.items()}
    way = "forward" if by_s > 0 else "back"
    says = f"the clock of this machine jumped {way} by {say_duration(abs(by_s))}; no alert follows from that"
    draft.say(_own_entry(watch, "clock.jumped", says, now, by_s=by_s))
    return draft.finish(says)


def _entry(episode: Episode, kind: str, says: str, actor: str, now: float, /, **data: object) -> Entry:
    known = {"episode": str(episode.id), "alert": episode.name, "environment": episode.environment}
    return Entry(
        episode.service,
        kind,
        says,
        actor,
        now,
        str(episode.alert),
        str(episode.incident or ""),
        {**known, **data},
    )


def _own_entry(watch: ServiceWatch, kind: str, says: str, now: float, /, **data: object) -> Entry:
    return Entry(watch.service, kind, says, occurred_at=now, data={"environment": watch.environment, **data})
