"""Pages about runs: a rollback that failed is a page, not a log line (rule 27).

Implements `acting.runs.ports.Announcements`. Posts and notices of a document's steps are made by people, and recorded;
`available` says so. The page goes to the first rung of the service's ladder and stands in the run's own transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from watchbook.acting.outbox import Outbox
from watchbook.app.watching.live import LiveService, Place
from watchbook.deciding.directory import CONSOLE
from watchbook.deciding.page import Address, Matter, page_body
from watchbook.model.alerts import Episode
from watchbook.model.decisions import NOTHING, Decision
from watchbook.model.ids import EpisodeId, ServiceId, alert_id, key_of
from watchbook.model.incidents import Entry
from watchbook.model.paging import Notice, NoticeKind, NoticeState, notice_key
from watchbook.model.procedures import Step
from watchbook.model.runbook import Severity
from watchbook.model.runs import Run
from watchbook.store.store import Store

Record = TypeVar("Record")


class LiveAnnouncements:
    """Pages of the services that are watched here."""

    available = False

    def __init__(self, live: Mapping[ServiceId, LiveService]) -> None:
        self._live = live

    def announce(self, run: Run, step: Step, now: float) -> Decision:  # noqa: ARG002
        """Nothing: people post, and say so in the run."""
        return NOTHING

    def alarm(self, run: Run, reason: str, now: float) -> Decision:
        """One page to whoever is on call."""
        service = self._live.get(ServiceId(run.service))
        place = service.production() if service else None
        if service is None or place is None:
            return NOTHING
        says = f"{run.procedure} failed: {reason}"
        notices = tuple(_notices(service, place, run, says, now))
        entry = Entry(
            run.service, "run.alarm", says, occurred_at=now, subject=str(run.id), incident=run.incident
        )
        return Decision(says, notices, (entry,))


def alarm_of(run: str) -> EpisodeId:
    """What the pages about a run are kept and told apart by."""
    return EpisodeId(key_of("run alarm", run))


def calm(told: Sequence[Notice], says: str, now: float) -> Decision:
    """Everyone who was paged about a run hears that a person has taken it up. `told` are all notices of its alarm."""
    over = {(one.contact, one.channel) for one in told if one.kind is NoticeKind.RESOLVE}
    opened = [
        one for one in told if one.kind is NoticeKind.TRIGGER and (one.contact, one.channel) not in over
    ]
    notices = tuple(_resolved(one, says, now) for one in opened)
    return Decision(says, notices) if notices else NOTHING


def _resolved(trigger: Notice, says: str, now: float) -> Notice:
    kind = NoticeKind.RESOLVE
    return Notice(
        key=notice_key(trigger.episode, kind, 1, 0, 0, trigger.contact, trigger.channel),
        episode=trigger.episode,
        kind=kind,
        sequence=1,
        rung=0,
        round=0,
        contact=trigger.contact,
        channel=trigger.channel,
        body={**trigger.body, "kind": str(kind), "summary": says, "next_action": ""},
        due_at=now,
        created_at=now,
    )


def _notices(service: LiveService, place: Place, run: Run, says: str, now: float) -> list[Notice]:
    """A notice for each channel of the first person on the ladder."""
    ladder = service.loaded.runbook.ladder
    reach = place.watch.directory.reach(ladder[0].who if ladder else "on-call")
    episode = Episode(
        id=alarm_of(run.id),
        alert=alert_id(run.service, run.environment or place.name, f"{run.procedure} failed"),
        service=run.service,
        environment=run.environment or place.name,
        name=f"{run.procedure} failed",
        severity=Severity.CRITICAL,
        began_at=now,
        summary=says,
    )
    matter = Matter(episode, service.loaded.runbook.service.name, settings=place.watch.settings)
    address = Address(NoticeKind.TRIGGER, reach.person or reach.name, 0, 0, note=says)
    body = {
        **page_body(matter, address, now),
        "incident": run.incident,
        "next_action": f"Open run {run.id} on the board.",
    }
    body["acknowledge_link"] = None  # there is nothing that would climb
    return [_notice(episode, address, channel, body, now) for channel in reach.channels]


def _notice(episode: Episode, address: Address, channel: str, body: dict[str, Any], now: float) -> Notice:
    return Notice(
        key=notice_key(episode.id, address.kind, 0, 0, 0, address.contact, channel),
        episode=episode.id,
        kind=address.kind,
        sequence=0,
        rung=0,
        round=0,
        contact=address.contact,
        channel=channel,
        body=body,
        due_at=now,
        created_at=now,
    )


def on_console(notice: Notice, now: float) -> Decision:
    """A page that no ladder climbs for and that its channel refused: it is said at least where Watchbook runs."""
    if (
        notice.kind is not NoticeKind.TRIGGER
        or notice.channel == CONSOLE
        or notice.body.get("acknowledge_link")
    ):
        return NOTHING
    key = notice_key(notice.episode, notice.kind, notice.sequence, 0, 0, notice.contact, CONSOLE)
    copy = replace(
        notice, key=key, channel=CONSOLE, state=NoticeState.DUE, tries=0, problem="", due_at=now, version=0
    )
    return Decision(f"{notice.contact} could not be told through {notice.channel}", (copy,))


class PagingLedger:
    """The store as runs see it: what pages goes through the outbox, so that it leaves at once."""

    def __init__(self, store: Store, outbox: Outbox) -> None:
        self._store, self._outbox = store, outbox

    async def apply(self, decision: Decision) -> tuple[Any, ...]:
        """As `Store.apply`. Raises StoreError for what is only a change: that must not happen unrecorded (rule 23)."""
        if any(isinstance(record, Notice) for record in decision.saves):
            return (await self._outbox.apply(decision)).saved
        return await self._store.apply(decision)

    async def load(self, type_: type[Record], **where: Any) -> tuple[Record, ...]:
        return await self._store.load(type_, **where)

    async def get(self, type_: type[Record], *key: Any) -> Record | None:
        return await self._store.get(type_, *key)
