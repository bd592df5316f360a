"""Incidents: opened by the first paging alert of a service, resolved when all their episodes are (rule 33). Pure.

Called by `deciding.watch` for what happens by itself and by `app` for what people do. It pages nobody.
"""

from dataclasses import dataclass, replace

from watchbook.model.alerts import Episode
from watchbook.model.decisions import Decision
from watchbook.model.errors import ConflictError, RefusedError, UsageError
from watchbook.model.ids import IncidentId, key_of
from watchbook.model.incidents import Entry, Incident, IncidentState
from watchbook.model.quantities import say_duration
from watchbook.model.runbook import Severity

EARLY_REASONS = ("duplicate", "false positive", "superseded", "external", "cancelled")
_ORDER = tuple(IncidentState)
_BY_PEOPLE = (IncidentState.INVESTIGATING, IncidentState.MITIGATING, IncidentState.MITIGATED)


@dataclass(frozen=True, slots=True)
class ClosingFacts:
    """What may stand against closing. `postmortem`: "", "missing", "draft", "in review", "reviewed" or "closed"."""

    open_episodes: tuple[str, ...] = ()  # names of alerts that still fire
    unhealthy: tuple[str, ...] = ()  # checks that are not healthy
    runs_under_way: tuple[str, ...] = ()
    questions: int = 0
    postmortem: str = ""


def open_incident(episode: Episode, now: float) -> Incident:
    """A new incident for an episode that pages. `number` 0: the store counts it up."""
    return Incident(
        id=IncidentId(key_of("incident", episode.id)),
        number=0,
        service=episode.service,
        environment=episode.environment,
        title=f"{episode.name}: {episode.summary}" if episode.summary else episode.name,
        severity=episode.severity,
        state=IncidentState.OPEN,
        opened_at=now,
        episodes=(episode.id,),
    )


def attach(incident: Incident, episode: Episode) -> Incident:
    """A later episode of the same service. The incident is as severe as the worst of them."""
    worst = max(incident.severity, episode.severity, key=lambda severity: severity.rank)
    episodes = tuple(dict.fromkeys((*incident.episodes, episode.id)))
    return replace(incident, episodes=episodes, severity=worst)


def resolve(incident: Incident, now: float) -> tuple[Incident, Entry]:
    """All its episodes are over."""
    says = f"Incident resolved after {say_duration(max(0.0, now - incident.opened_at))}: {incident.title}"
    resolved = replace(incident, state=IncidentState.RESOLVED, resolved_at=now)
    return resolved, _entry(incident, "incident.resolved", says, "watchbook", now)


def move(incident: Incident, state: IncidentState, actor: str, now: float) -> Decision:
    """A person says how far it is: investigating, mitigating or mitigated. Raises `ConflictError` backwards or when over."""
    if state not in _BY_PEOPLE:
        raise UsageError(
            f"an incident is not set to {state} by hand", mend=f"Use one of {', '.join(_BY_PEOPLE)}."
        )
    if _ORDER.index(state) <= _ORDER.index(incident.state):
        raise ConflictError(f"the incident is {incident.state} already")
    says = f"{actor} says: {state}"
    return Decision(
        says, (replace(incident, state=state),), (_entry(incident, f"incident.{state}", says, actor, now),)
    )


def can_close(incident: Incident, facts: ClosingFacts) -> tuple[str, ...]:
    """Every reason that stands against closing, one sentence each; empty when it may be closed."""
    if incident.state is IncidentState.CLOSED:
        return ("It is closed already.",)
    against = [f"{name} still fires." for name in facts.open_episodes]
    if incident.state is not IncidentState.RESOLVED and not facts.open_episodes:
        against.append(f"It is {incident.state}, not resolved.")
    against += [f"The check {name} is not healthy." for name in facts.unhealthy]
    against += [f"The run {name} is under way." for name in facts.runs_under_way]
    if facts.questions:
        against.append(f"{facts.questions} question{'s' if facts.questions > 1 else ''} wait for an answer.")
    wants_postmortem = incident.severity in (Severity.CRITICAL, Severity.HIGH) and facts.postmortem
    if wants_postmortem and facts.postmortem not in ("reviewed", "closed"):
        against.append(
            f"Its post-mortem is {facts.postmortem}; critical and high incidents need one that is reviewed."
        )
    return tuple(against)


def close(incident: Incident, facts: ClosingFacts, actor: str, now: float, reason: str = "") -> Decision:
    """Closes it. Raises `RefusedError` with everything that stands against it, unless `reason` allows closing early."""
    against = can_close(incident, facts)
    if incident.state is IncidentState.CLOSED:
        raise ConflictError("the incident is closed already")
    early = reason.strip().casefold()
    if against and not early.startswith(EARLY_REASONS):
        raise RefusedError(
            f"the incident cannot be closed: {' '.join(against)}",
            mend=f"To close it early, give a reason that begins with {', '.join(EARLY_REASONS)}.",
        )
    says = f"{actor} closed the incident" + (f": {reason.strip()}" if reason.strip() else "")
    closed = replace(incident, state=IncidentState.CLOSED, closed_at=now, close_reason=reason.strip())
    return Decision(says, (closed,), (_entry(incident, "incident.closed", says, actor, now),))


def reopen(incident: Incident, actor: str, now: float, reason: str) -> Decision:
    """Opens it again, which needs a reason. Raises `ConflictError` when it is open, `UsageError` without a reason."""
    if incident.state not in (IncidentState.RESOLVED, IncidentState.CLOSED):
        raise ConflictError(f"the incident is {incident.state}: it does not need to be opened again")
    if not reason.strip():
        raise UsageError("opening an incident again needs a reason", mend="Say what came back.")
    says = f"{actor} opened the incident again: {reason.strip()}"
    opened = replace(incident, state=IncidentState.OPEN, resolved_at=None, closed_at=None, close_reason="")
    return Decision(says, (opened,), (_entry(incident, "incident.reopened", says, actor, now),))


def opened_entry(incident: Incident, now: float) -> Entry:
    """The journal's word of a new incident."""
    return _entry(incident, "incident.opened", f"Incident opened: {incident.title}", "watchbook", now)


def attached_entry(incident: Incident, episode: Episode, now: float) -> Entry:
    """The journal's word of a later alert."""
    says = f"{episode.name} joins the open incident “{incident.title}”"
    entry = _entry(incident, "incident.attached", says, "watchbook", now)
    return replace(entry, data={**entry.data, "episode": str(episode.id), "alert": episode.name})


def _entry(incident: Incident, kind: str, says: str, actor: str, now: float) -> Entry:
    data = {"severity": str(incident.severity), "environment": incident.environment, "title": incident.title}
    return Entry(incident.service, kind, says, actor, now, str(incident.id), str(incident.id), data)
