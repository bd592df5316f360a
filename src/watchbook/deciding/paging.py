"""Who is told when, and why: an episode climbs its ladder until someone acknowledges (rules 14–17 and 19). Pure.

Called by `deciding.watch`, one climb at a time. A step returns the climb as it is then, the notices to send and what
to journal; nothing is sent here. Which of a service's episodes climbs at all is decided in `deciding.leading`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from watchbook.deciding.directory import CONSOLE, Directory, Reach
from watchbook.deciding.hours import next_working_moment
from watchbook.deciding.page import Address, Matter, PagingSettings, headline, page_body
from watchbook.model.alerts import Episode
from watchbook.model.incidents import Entry
from watchbook.model.paging import Climb, Notice, NoticeKind, NoticeState, Silence, notice_key
from watchbook.model.quantities import say_duration
from watchbook.model.runbook import Response, Rung, Severity

GROUP_WAIT_S = {Severity.CRITICAL: 10.0}
LONG_GROUP_WAIT_S = 30.0
RUNG_S = {Severity.CRITICAL: 300.0}
LONG_RUNG_S = 900.0
ASKED_AGAIN_S = 600.0
NOBODY = "nobody"  # stands in a page that no rung of its ladder could take


@dataclass(frozen=True, slots=True)
class Told:
    """One step of a climb. `notices` carry distinct keys and are due at once (or muted)."""

    climb: Climb
    notices: tuple[Notice, ...] = ()
    entries: tuple[Entry, ...] = ()

    def then(self, other: "Told") -> "Told":
        """Both steps; the other was made from this one's climb."""
        return Told(other.climb, self.notices + other.notices, self.entries + other.entries)


def group_wait_s(severity: Severity, settings: PagingSettings) -> float:
    """How long a first page waits for others to the same person (rule 19)."""
    if settings.group_wait_s is not None:
        return settings.group_wait_s
    return GROUP_WAIT_S.get(severity, LONG_GROUP_WAIT_S)


def begin(episode: Episode, response: Response, settings: PagingSettings, now: float) -> Climb:
    """The climb of an episode that has just fired. Its first page is due after the group wait; nobody is told yet."""
    rung_s = RUNG_S.get(episode.severity, LONG_RUNG_S)
    first: float | None = None
    if response.page:
        first = now + group_wait_s(episode.severity, settings)
    elif response.working_hours:
        first = next_working_moment(now + (response.ack_deadline_s or rung_s), settings)
    ladder, last_s = timed_ladder(response, rung_s) if first is not None else ((), rung_s)
    return Climb(
        episode=episode.id,
        ladder=ladder,
        began_at=now,
        next_at=first,
        rung_s=last_s,
        rooms=response.channels,
        working_hours=not response.page and response.working_hours,
    )


def timed_ladder(response: Response, default_s: float) -> tuple[tuple[Rung, ...], float]:
    """The ladder with growing times, and how long its last rung lasts before it repeats.

    A rung lasts the alert's deadline where stated, else what the ladder says, else `default_s`.
    """
    rungs = response.ladder or (Rung(""),)
    steps = [after.after_s - before.after_s for before, after in pairwise(rungs)]
    if response.ack_deadline_s is not None:
        steps = [response.ack_deadline_s] * len(rungs)
    else:
        steps = [step if step > 0 else default_s for step in steps]
        steps.append(steps[-1] if steps else default_s)
    at, timed = 0.0, []
    for rung, step_s in zip(rungs, steps, strict=True):
        timed.append(Rung(rung.who, at))
        at += step_s
    return tuple(timed), steps[-1]


def needs_step(climb: Climb, silence: Silence | None, now: float) -> bool:
    """Whether `expire_acknowledgement` or `advance` would do anything: most of the time nothing is due."""
    if climb.ended_at is not None:
        return False
    if climb.acknowledged_by is not None:
        return climb.acknowledged_until is not None and now >= climb.acknowledged_until
    known = {contact for contact, _ in climb.told}
    due = climb.next_at is not None and now >= climb.next_at
    return (due or any(room not in known for room in climb.rooms)) and not (silence and climb.muted)


def advance(climb: Climb, matter: Matter, directory: Directory, silence: Silence | None, now: float) -> Told:
    """Everything that is due at `now`: rooms, the first page, the next rung, or a repeat of the last one."""
    if climb.ended_at is not None or climb.acknowledged_by is not None:
        return Told(climb)
    if silence is not None:
        return _mute(climb, matter, silence, now)
    told = tell_rooms(climb, matter, directory, now)
    if told.climb.next_at is None or now < told.climb.next_at:
        return told
    return told.then(_climb(told.climb, matter, directory, now))


def tell_rooms(climb: Climb, matter: Matter, directory: Directory, now: float) -> Told:
    """Posts to the rooms of the response that were not told yet."""
    known = {contact for contact, _ in climb.told}
    reaches = [directory.room(room) for room in climb.rooms if room not in known]
    if not reaches:
        return Told(climb)
    return tell(climb, matter, NoticeKind.TRIGGER, _copies(reaches), now)


def _mute(climb: Climb, matter: Matter, silence: Silence, now: float) -> Told:
    """Records what the silence holds back, once; the climb goes on when it ends."""
    due = climb.next_at is not None and now >= climb.next_at
    if climb.muted or not (due or (climb.rooms and not climb.told)):
        return Told(climb)
    who = climb.ladder[min(climb.rung, len(climb.ladder) - 1)].who if climb.ladder else ", ".join(climb.rooms)
    muted = replace(climb, muted=True, sequence=climb.sequence + 1, next_at=None)
    notice = _notice(muted, matter, Address(NoticeKind.TRIGGER, who, climb.rung, climb.round), CONSOLE, now)
    left = say_duration(max(0.0, silence.ends_at - now))
    says = f"{who} is not told of {matter.episode.name}: silenced by {silence.author} for {left} more ({silence.reason})"
    entry = _entry(matter.episode, "page.muted", says, now, silence=silence.id)
    return Told(muted, (replace(notice, state=NoticeState.MUTED),), (entry,))


def _climb(climb: Climb, matter: Matter, directory: Directory, now: float) -> Told:
    """Tells the next rung that can be reached; those passed over are reported, and their console hears of it."""
    last = len(climb.ladder) - 1
    first = climb.rung + 1 if climb.started else 0
    if first > last:  # the last rung repeats (rule 16); what refused before is tried again
        first = last
        climb = replace(climb, round=climb.round + 1, failed=())
    reaches = [_without_failed(directory.reach(rung.who), climb) for rung in climb.ladder]
    reachable = reachable_rungs(reaches)
    upward = [at for at in reachable if at >= first]
    downward = [at for at in reachable if at < first]
    told = Told(climb)
    for at in range(first, upward[0] if upward else last + 1):
        told = told.then(_pass_over(told.climb, matter, reaches[at], at, now))
    if upward:
        height, reach = upward[0], reaches[upward[0]]
    else:  # nobody further up: the highest one below hears it again, else the console alone
        height, reach = last, reaches[downward[-1]] if downward else _console(reaches[last])
    lasts_s = rung_lasts_s(climb, height)
    risen = replace(told.climb, rung=height, started=True, next_at=now + lasts_s)
    return told.then(_tell_rung(risen, matter, reach, now, lasts_s))


def reachable_rungs(reaches: list[Reach]) -> list[int]:
    """Rungs worth telling. Where no name of the ladder is wired, the console stands for each named person in turn."""
    wired = [at for at, reach in enumerate(reaches) if reach.wired and reach.channels]
    if wired or any(reach.wired for reach in reaches):
        return wired
    return [at for at, reach in enumerate(reaches) if not reach.empty]


def _tell_rung(climb: Climb, matter: Matter, reach: Reach, now: float, lasts_s: float) -> Told:
    known = {contact for contact, _ in climb.told}
    kind = NoticeKind.REPEAT if reach.person in known else NoticeKind.TRIGGER
    why = (
        f"rung {climb.rung + 1} of {len(climb.ladder)}, round {climb.round + 1}; "
        f"the next is told in {say_duration(lasts_s)} unless someone acknowledges"
    )
    if not reach.wired:
        why = f"no channel reaches {reach.person}, the page goes to the console; {why}"
    return tell(climb, matter, kind, _copies([reach]), now, why=why)


def rung_lasts_s(climb: Climb, index: int) -> float:
    """How long the rung `index` has before the next is told."""
    if index + 1 < len(climb.ladder):
        return climb.ladder[index + 1].after_s - climb.ladder[index].after_s
    return climb.rung_s


def _without_failed(reach: Reach, climb: Climb) -> Reach:
    refused = {channel for contact, channel in climb.failed if contact == reach.person}
    return replace(reach, channels=tuple(name for name in reach.channels if name not in refused))


def _console(reach: Reach) -> Reach:
    """Where no rung can be reached the page still goes somewhere."""
    return Reach(reach.name, reach.person or NOBODY, (CONSOLE,), wired=False)


def _pass_over(climb: Climb, matter: Matter, reach: Reach, index: int, now: float) -> Told:
    name = reach.person or reach.name or f"rung {index + 1}"
    if reach.empty:
        why = f"nobody holds {reach.name or 'this rung'}"
    elif reach.wired:
        why = f"every channel of {name} refused the page"
    else:
        why = f"no channel is wired to {name}"
    says = f"{why}: the ladder of {matter.episode.name} climbs on at once"
    entry = _entry(
        matter.episode, "page.unreachable", says, now, rung=index, round=climb.round, who=reach.name
    )
    if reach.empty or reach.wired:
        return Told(climb, (), (entry,))
    rung = replace(climb, rung=index)
    told = tell(rung, matter, NoticeKind.TRIGGER, [(name, CONSOLE)], now, why=why)
    return Told(replace(told.climb, rung=climb.rung), told.notices, (entry, *told.entries))


def tell(
    climb: Climb, matter: Matter, kind: NoticeKind, copies: Iterable[tuple[str, str]], now: float,
    *, note: str = "", why: str = "",
) -> Told:  # fmt: skip
    """One telling: a notice for each (contact, channel), under the climb's next sequence number."""
    pairs = tuple(dict.fromkeys(copies))
    if not pairs:
        return Told(climb)
    told = tuple(dict.fromkeys((*climb.told, *pairs)))
    climb = replace(climb, sequence=climb.sequence + 1, told=told)
    notices = tuple(
        _notice(climb, matter, Address(kind, contact, climb.rung, climb.round, note), channel, now)
        for contact, channel in pairs
    )
    contacts = tuple(dict.fromkeys(contact for contact, _ in pairs))
    says = f"{_SAID[kind].format(', '.join(contacts))}: {note or headline(matter)}"
    data = {"kind": str(kind), "contacts": list(contacts), "rung": climb.rung, "round": climb.round}
    data |= {"sequence": climb.sequence, "why": why, "keys": [notice.key for notice in notices]}
    return Told(climb, notices, (_entry(matter.episode, "page.decided", says, now, **data),))


_SAID = {
    NoticeKind.TRIGGER: "paging {}",
    NoticeKind.REPEAT: "paging {} again",
    NoticeKind.UPDATE: "updating {}",
    NoticeKind.ACKNOWLEDGE: "telling {} of the acknowledgement",
    NoticeKind.RESOLVE: "telling {} of the end",
}


def tell_everyone(climb: Climb, matter: Matter, kind: NoticeKind, now: float, note: str) -> Told:
    """A notice to everyone already told of this episode."""
    return tell(climb, matter, kind, climb.told, now, note=note)


def channel_failed(climb: Climb, notice: Notice, matter: Matter, directory: Directory, now: float) -> Told:
    """A channel refused a page for good: the ladder climbs at once when that was the last way to this rung (rule 15)."""
    if climb.ended_at is not None or notice.kind not in (NoticeKind.TRIGGER, NoticeKind.REPEAT):
        return Told(climb)
    climb = replace(climb, failed=tuple(dict.fromkeys((*climb.failed, (notice.contact, notice.channel)))))
    says = f"{notice.contact} could not be told through {notice.channel}: {notice.problem or 'refused'}"
    entry = _entry(matter.episode, "page.refused", says, now, rung=notice.rung, round=notice.round)
    if notice.channel == CONSOLE or climb.acknowledged_by is not None or climb.next_at is None:
        return Told(climb, (), (entry,))
    if notice.round != climb.round:
        return Told(climb, (), (entry,))
    if _without_failed(directory.reach(notice.contact), climb).channels:
        return Told(climb, (), (entry,))  # another channel of the same person still has it
    above = [_without_failed(directory.reach(rung.who), climb) for rung in climb.ladder[climb.rung + 1 :]]
    if notice.rung == climb.rung and any(reach.wired and reach.channels for reach in above):
        return Told(replace(climb, next_at=now), (), (entry,))
    told = tell(climb, matter, NoticeKind.REPEAT, [(notice.contact, CONSOLE)], now, why=says)
    return Told(told.climb, told.notices, (entry, *told.entries))


def end(climb: Climb, matter: Matter, now: float, note: str) -> Told:
    """The episode is over: everyone who was told hears it, also under a silence (rule 17)."""
    ended = replace(climb, ended_at=now, next_at=None, muted=False)
    return tell_everyone(ended, matter, NoticeKind.RESOLVE, now, note)


def expire_acknowledgement(
    climb: Climb, matter: Matter, directory: Directory, asks: bool, now: float
) -> Told:
    """Rule 16: after its time the same person is asked again, and ten minutes later the ladder climbs on.

    `asks` False: the climb does not lead, or is silenced; its acknowledgement ends without a word.
    """
    until = climb.acknowledged_until
    if climb.ended_at is not None or climb.acknowledged_by is None or until is None or now < until:
        return Told(climb)
    who = climb.acknowledged_by
    says = f"{who} acknowledged {matter.episode.name} and nothing was done since: asked again"
    climb = replace(
        climb,
        acknowledged_by=None,
        acknowledged_at=None,
        acknowledged_until=None,
        next_at=now + ASKED_AGAIN_S if climb.ladder else None,
    )
    if not climb.ladder or not asks:
        return Told(climb)
    entry = _entry(matter.episode, "acknowledgement.expired", says, now, who=who)
    reach = directory.reach(who)
    if not reach.wired:  # acknowledged under a name that no channel knows: whoever was told last is asked
        reach = directory.reach(climb.ladder[min(climb.rung, len(climb.ladder) - 1)].who)
    note = f"Are you still on it? {matter.episode.name} is acknowledged and still firing"
    told = tell(climb, matter, NoticeKind.REPEAT, _copies([reach]), now, note=note, why=says)
    return Told(told.climb, told.notices, (entry, *told.entries))


def shift(climb: Climb, by_s: float) -> Climb:
    """After a jump of the wall clock: all marks move with it (rule 7)."""

    def moved(at: float | None) -> float | None:
        return None if at is None else at + by_s

    return replace(
        climb,
        began_at=climb.began_at + by_s,
        next_at=moved(climb.next_at),
        acknowledged_at=moved(climb.acknowledged_at),
        acknowledged_until=moved(climb.acknowledged_until),
        reminded_at=moved(climb.reminded_at),
    )


def not_ahead(climb: Climb, now: float) -> Climb:
    """After a restart under a clock that went back: nothing is due later than it could be by any rung (rule 7)."""
    if climb.working_hours or climb.ended_at is not None or climb.began_at <= now:
        return climb
    back = shift(climb, now - climb.began_at)
    longest_s = max([rung_lasts_s(climb, at) for at in range(len(climb.ladder))], default=climb.rung_s)
    latest = now + max(longest_s, ASKED_AGAIN_S)
    return replace(back, next_at=None if back.next_at is None else min(back.next_at, latest))


def _copies(reaches: Iterable[Reach]) -> list[tuple[str, str]]:
    return [(reach.person, channel) for reach in reaches for channel in reach.channels]


def _notice(climb: Climb, matter: Matter, address: Address, channel: str, now: float) -> Notice:
    key = notice_key(
        climb.episode, address.kind, climb.sequence, address.rung, address.round, address.contact, channel
    )
    return Notice(
        key=key,
        episode=climb.episode,
        kind=address.kind,
        sequence=climb.sequence,
        rung=address.rung,
        round=address.round,
        contact=address.contact,
        channel=channel,
        body=page_body(matter, address, now),
        due_at=now,
        created_at=now,
    )


def _entry(episode: Episode, kind: str, says: str, now: float, /, **data: object) -> Entry:
    return Entry(
        service=episode.service,
        kind=kind,
        summary=says,
        occurred_at=now,
        subject=str(episode.alert),
        incident=str(episode.incident or ""),
        data={"episode": str(episode.id), "alert": episode.name, "environment": episode.environment, **data},
    )
