"""The auditor: reads the journal, computes again who should have been told, and raises its own alert (rule 16).

Started by `app` beside the outbox, and independent of it: what it finds goes straight to the channels of the person who
was missed and to the console. It repairs nothing; the outbox and its ladder go on as they were.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Protocol

from watchbook.deciding.audit import ACTION_S, KINDS, Missing, audit
from watchbook.deciding.directory import CONSOLE, Directory
from watchbook.deciding.page import PAGE_VERSION, moment
from watchbook.model.errors import StoreError
from watchbook.model.ids import EpisodeId, key_of
from watchbook.model.incidents import Entry, JournalEntry
from watchbook.model.paging import Notice, NoticeKind
from watchbook.store.journal import Wanted
from watchbook.world.channels.console import ConsoleChannel
from watchbook.world.ports import Channel, Delivery, DeliveryResult

EVERY_S = 10.0
TOLD_AGAIN_S = 300.0
BEGIN_WITH = 20_000  # journal entries that are looked at after a start
_log = logging.getLogger(__name__)


class Journal(Protocol):
    """What the auditor needs of `store.store.Store`."""

    async def journal(self, wanted: Wanted | None = None) -> tuple[JournalEntry, ...]: ...

    async def note(self, *entries: Entry) -> tuple[JournalEntry, ...]: ...


class Auditor:
    """Looks every ten seconds. `directory_of` gives the people of a service, by its id."""

    def __init__(
        self,
        store: Journal,
        channels: Mapping[str, Channel],
        directory_of: Callable[[str], Directory],
        *,
        clock: Callable[[], float],
    ) -> None:
        self._store, self._channels, self._directory_of, self._clock = (
            store,
            dict(channels),
            directory_of,
            clock,
        )
        self._channels.setdefault(CONSOLE, ConsoleChannel())
        self._entries: list[JournalEntry] = []
        self._after = 0
        self._raised: dict[tuple[str, str, str], tuple[float, int]] = {}  # what was said → when, how often
        self.missing: tuple[Missing, ...] = ()  # as last seen: for the board and `/health`

    async def run(self) -> None:
        """Looks until it is cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                await self.look()
            except StoreError as error:
                _log.warning("the auditor cannot read the journal: %s", error)
            except Exception:
                _log.exception("the auditor stumbled")

    async def look(self) -> tuple[Missing, ...]:
        """Reads what is new, and tells whoever was missed."""
        await self._read()
        now = self._clock()
        self.missing = audit(self._entries, now)
        current = {_name(missing) for missing in self.missing}
        for name in [name for name in self._raised if name not in current]:
            del self._raised[name]
            await self._note(
                "audit.agrees", f"{name[2]} is settled: the outbox and the journal agree again", name[0]
            )
        for missing in self.missing:
            await self._raise(missing, now)
        return self.missing

    async def _read(self) -> None:
        wanted = Wanted(after=self._after)
        if not self._after:
            wanted = Wanted(newest_first=True, limit=BEGIN_WITH)
        found = sorted(await self._store.journal(wanted), key=lambda entry: entry.sequence)
        if found:
            self._after = found[-1].sequence
        self._entries += [entry for entry in found if _matters(entry)]
        self._entries = _without_old(self._entries, self._clock())

    async def _raise(self, missing: Missing, now: float) -> None:
        said_at, times = self._raised.get(_name(missing), (None, 0))
        if said_at is not None and now - said_at < TOLD_AGAIN_S:
            return
        self._raised[_name(missing)] = (now, times + 1)
        if not times:
            await self._note(
                "audit.disagrees", f"{missing.says} (due at {moment(missing.due_at)})", missing.service
            )
        reach = self._directory_of(missing.service).reach(missing.who)
        for name in dict.fromkeys((*reach.channels, CONSOLE)):
            delivery = await self._send(
                name, self._notice(missing, reach.person or missing.who, name, times, now)
            )
            if delivery.result is not DeliveryResult.OK:
                _log.error("the auditor could not tell %s through %s: %s", missing.who, name, delivery.reason)

    async def _send(self, name: str, notice: Notice) -> Delivery:
        channel = self._channels.get(name, self._channels[CONSOLE])
        try:
            return await channel.send(notice)
        except Exception as error:
            return Delivery(DeliveryResult.RETRY, str(error))

    @staticmethod
    def _notice(missing: Missing, contact: str, channel: str, times: int, now: float) -> Notice:
        episode = EpisodeId(key_of("audit", *_name(missing)))
        kind = NoticeKind.REPEAT if times else NoticeKind.TRIGGER
        body = {
            "version": PAGE_VERSION,
            "kind": str(kind),
            "dedup_key": str(episode),
            "service": missing.service,
            "environment": missing.environment,
            "alert": "Page missing",
            "severity": "critical",
            "summary": f"Watchbook's auditor: {missing.says}",
            "since": moment(missing.due_at),
            "value": "",
            "threshold": "",
            "cause": None,
            "next_action": f"Look at {missing.alert} on the board, and at the outbox in Watchbook's own runbook.",
            "contact": contact,
            "rung": 0,
            "round": times,
            "link": None,
            "acknowledge_link": None,
        }
        key = key_of(episode, kind, times, contact, channel)
        return Notice(key, episode, kind, times, 0, times, contact, channel, body, due_at=now, created_at=now)

    async def _note(self, kind: str, says: str, service: str) -> None:
        try:
            await self._store.note(Entry(service, kind, says, "auditor", self._clock()))
        except StoreError as error:
            _log.error("%s (not journalled: %s)", says, error)


def _name(missing: Missing) -> tuple[str, str, str]:
    return (missing.service, missing.episode, missing.says)


def _matters(entry: JournalEntry) -> bool:
    return entry.kind in KINDS or (entry.actor not in ("watchbook", "auditor") and bool(entry.incident))


def _without_old(entries: list[JournalEntry], now: float) -> list[JournalEntry]:
    """Without what belongs to episodes that ended long ago, and without old words while nothing fires.

    What happened before an episode began says nothing about it, but for what lasts.
    """
    ended = {
        str(entry.data.get("episode"))
        for entry in entries
        if entry.kind == "alert.resolved" and entry.occurred_at < now - 2 * ACTION_S
    }
    left = [entry for entry in entries if str(entry.data.get("episode")) not in ended]
    if any(entry.kind == "alert.firing" for entry in left):
        return left
    return [entry for entry in left if entry.occurred_at >= now - 2 * ACTION_S or _lasts(entry, now)]


def _lasts(entry: JournalEntry, now: float) -> bool:
    """Whether it bears on episodes that are still to begin: a silence before its end, an alert that was disarmed."""
    silences = entry.kind.startswith("silence.") and float(entry.data.get("ends_at") or 0.0) > now
    return silences or entry.kind in ("alert.armed", "alert.disarmed")
