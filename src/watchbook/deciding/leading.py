"""Of several alerts of one service, which one climbs its ladder (rules 17, 19 and 33). Pure.

Called by `deciding.watch` before anything is sent. One episode leads: the most severe, then the oldest. It pages for all
of them; the others join it as updates, and take over when it ends while they still fire. What is silenced never leads,
so that it never keeps another alert quiet. How a climb goes on is `deciding.paging`.
"""

from dataclasses import replace

from watchbook.deciding import paging
from watchbook.deciding.page import said_together
from watchbook.deciding.watched import Draft
from watchbook.model.alerts import Episode
from watchbook.model.incidents import Entry
from watchbook.model.paging import Climb, NoticeKind


def leader_of(draft: Draft) -> Episode | None:
    """The open episode that climbs: armed, with a ladder, not silenced; the most severe, then the oldest."""
    candidates = [episode for episode in draft.open_episodes() if _may_lead(draft, episode)]
    return max(candidates, key=lambda e: (_rank(draft, e), -e.began_at, str(e.id)), default=None)


def _rank(draft: Draft, episode: Episode) -> float:
    """How severe, for leading. The watch's own alerts (no data) stand half a step below the document's of the same
    severity: that a source went silent never keeps it quiet that the service is down."""
    return episode.severity.rank - (0.5 if episode.alert in draft.own else 0.0)


def _may_lead(draft: Draft, episode: Episode) -> bool:
    climb = draft.climbs.get(episode.id)
    watched = draft.watched(episode.alert)
    armed = watched is None or watched.state.armed
    return bool(climb and climb.ladder and armed and draft.silence_of(episode) is None)


def settle(draft: Draft) -> Episode | None:
    """One leader climbs; every other open climb is held. Returns the leader."""
    leader = leader_of(draft)
    for episode in draft.open_episodes():
        climb = draft.climbs.get(episode.id)
        if climb is None:
            continue
        if climb.muted and draft.silence_of(episode) is None:
            climb = replace(climb, muted=False)
        if not climb.ladder or draft.silence_of(episode) is not None:
            draft.climbs[episode.id] = climb
        elif leader is not None and episode.id == leader.id:
            draft.climbs[episode.id] = _lead(draft, episode, climb)
        else:
            draft.climbs[episode.id] = replace(climb, next_at=None)
    if leader is not None:
        _tell_of_newcomers(draft, leader)
    return leader


def _lead(draft: Draft, episode: Episode, climb: Climb) -> Climb:
    """The leader's climb: as it is, or taken up now, under the acknowledgement of whom it takes over from."""
    if climb.acknowledged_by is not None:
        return climb
    waiting = [
        other.next_at
        for key, other in draft.before.climbs.items()
        if key != episode.id and other.next_at is not None and not other.started and other.ended_at is None
    ]
    if climb.next_at is not None:  # a group that waits does not wait longer because a worse alert joined it
        fresh = episode.id not in draft.before.climbs and not climb.working_hours
        return replace(climb, next_at=min(climb.next_at, *waiting)) if waiting and fresh else climb
    inherited = _acknowledged_above(draft, episode)
    if inherited is not None:
        return replace(
            climb,
            acknowledged_by=inherited.acknowledged_by,
            acknowledged_at=inherited.acknowledged_at,
            acknowledged_until=inherited.acknowledged_until,
        )
    draft.say(_takes_over(draft, episode))
    return replace(climb, next_at=draft.now)


def _acknowledged_above(draft: Draft, episode: Episode) -> Climb | None:
    """The newest acknowledgement of this incident, where it was of something at least as severe."""
    found = [
        climb
        for key, climb in draft.climbs.items()
        if climb.acknowledged_by is not None
        and (other := draft.episodes.get(key)) is not None
        and other.incident == episode.incident
        and _rank(draft, other) >= _rank(draft, episode)
    ]
    return max(found, key=lambda climb: climb.acknowledged_at or 0.0, default=None)


def _takes_over(draft: Draft, episode: Episode) -> Entry:
    says = f"{episode.name} still fires and leads now: its ladder begins"
    return Entry(
        episode.service,
        "page.leads",
        says,
        occurred_at=draft.now,
        subject=str(episode.alert),
        incident=str(episode.incident or ""),
        data={"episode": str(episode.id), "alert": episode.name, "environment": episode.environment},
    )


def _tell_of_newcomers(draft: Draft, leader: Episode) -> None:
    """Alerts that began just now and do not lead: one update to everyone whom the leader told already."""
    climb = draft.climbs[leader.id]
    if not climb.told or leader.id not in draft.before.climbs:
        return
    newcomers = [
        episode
        for episode in draft.open_episodes()
        if episode.id not in draft.before.episodes
        and episode.id != leader.id
        and episode.paging
        and draft.silence_of(episode) is None
    ]
    if newcomers:
        note = "Also firing now: " + said_together([f"{one.name}: {one.summary}" for one in newcomers], "; ")
        draft.take(paging.tell_everyone(climb, draft.matter(leader), NoticeKind.UPDATE, draft.now, note))
