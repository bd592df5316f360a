"""The journal: one hash chain a service, and its check. Rule 34.

`chain`, `digest` and `verify` are pure; `append`, `read` and `prune` work inside a transaction of `store.store`.
An entry's hash is SHA-256 over the canonical JSON of everything it says and the hash of the entry before it, so
that a changed, removed or inserted entry breaks the chain. It does not stop someone who rewrites a whole chain:
for that, keep the head hash somewhere else and compare it.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from watchbook.model.incidents import Entry, JournalEntry
from watchbook.store.codec import canonical, plain, text_of
from watchbook.store.schema import journal

PRUNED = "journal.pruned"


@dataclass(frozen=True, slots=True)
class Broken:
    """The first entry that does not fit its chain, and why (one sentence)."""

    sequence: int
    service: str
    reason: str


def digest(said: Mapping[str, Any], previous: str) -> str:
    """Hash of an entry: everything but `hash` itself, after the hash before it ("" for the first)."""
    parts = {name: value for name, value in said.items() if name not in ("hash", "previous")}
    return hashlib.sha256(f"{previous}\n{canonical(parts)}".encode()).hexdigest()


def chain(entry: Entry, sequence: int, previous: str, recorded_at: float) -> JournalEntry:
    """The entry as it stands in the journal, behind the one whose hash is `previous`."""
    said = {
        "sequence": sequence,
        "service": text_of(entry.service),
        "kind": text_of(entry.kind),
        "summary": text_of(entry.summary),
        "actor": text_of(entry.actor),
        "occurred_at": float(entry.occurred_at or recorded_at),
        "recorded_at": float(recorded_at),
        "subject": text_of(entry.subject),
        "incident": text_of(entry.incident),
        "data": plain(entry.data),
        "verified_actor": bool(entry.verified_actor),
    }
    return JournalEntry(**said, previous=previous, hash=digest(said, previous))


def said_by(entry: JournalEntry) -> dict[str, Any]:
    """An entry as column name → value."""
    return {name: getattr(entry, name) for name in _COLUMNS}


_COLUMNS = tuple(column.name for column in journal.columns)


class Verifier:
    """Checks entries one by one, in order of sequence, of any number of services. `broken` is the first bad link.

    A chain may begin in the middle only where a later entry of the same service says that it was pruned up to
    that very hash.
    """

    def __init__(self) -> None:
        self.broken: Broken | None = None
        self.heads: dict[str, str] = {}
        self.counts: dict[str, int] = {}
        self._unexplained: dict[str, JournalEntry] = {}
        self._last_sequence = 0

    def take(self, entry: JournalEntry) -> None:
        """The next entry."""
        if self.broken is not None:
            return
        reason = self._fault(entry)
        if reason:
            self.broken = Broken(entry.sequence, entry.service, reason)
        self.heads[entry.service] = entry.hash
        self.counts[entry.service] = self.counts.get(entry.service, 0) + 1
        self._last_sequence = entry.sequence

    def _fault(self, entry: JournalEntry) -> str:
        if entry.sequence <= self._last_sequence:
            return "its number does not follow the one before"
        if digest(said_by(entry), entry.previous) != entry.hash:
            return "what it says is not what was recorded"
        before = self.heads.get(entry.service)
        if before is None:
            if entry.previous:
                self._unexplained[entry.service] = entry
        elif entry.previous != before:
            return "the entry before it is missing or was replaced"
        first = self._unexplained.get(entry.service)
        if first and entry.kind == PRUNED and entry.data.get("last_hash") == first.previous:
            del self._unexplained[entry.service]
        return ""

    def finish(self) -> Broken | None:
        """The first broken link, now that all entries were taken."""
        if self.broken is None and self._unexplained:
            first = min(self._unexplained.values(), key=lambda entry: entry.sequence)
            self.broken = Broken(
                first.sequence, first.service, "entries before it are gone and nothing says why"
            )
        return self.broken


def verify(entries: Iterable[JournalEntry]) -> Broken | None:
    """The first broken link of a whole journal (all services, ordered by sequence), or None."""
    verifier = Verifier()
    for entry in entries:
        verifier.take(entry)
    return verifier.finish()


def append(connection: Connection, entries: Sequence[Entry], recorded_at: float) -> tuple[JournalEntry, ...]:
    """Chain and write entries; the caller's transaction is the only one that writes the journal."""
    if not entries:
        return ()
    sequence = last_sequence(connection)
    heads: dict[str, str] = {}
    chained: list[JournalEntry] = []
    for entry in entries:
        service = text_of(entry.service)
        if service not in heads:
            heads[service] = connection.execute(_head(), {"of": service}).scalar() or ""
        sequence += 1
        link = chain(entry, sequence, heads[service], recorded_at)
        heads[service] = link.hash
        chained.append(link)
    connection.execute(insert(journal), [said_by(link) for link in chained])
    return tuple(chained)


@cache
def _head() -> Any:
    newest = select(journal.c.hash).where(journal.c.service == bindparam("of"))
    return newest.order_by(journal.c.sequence.desc()).limit(1)


def last_sequence(connection: Connection) -> int:
    """Number of the newest entry; 0 for an empty journal."""
    return int(connection.execute(select(func.max(journal.c.sequence))).scalar() or 0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries to read: those after a number, of a service, an incident, a subject. Empty text: of any."""

    after: int = 0
    service: str = ""
    incident: str = ""
    subject: str = ""
    kinds: tuple[str, ...] = ()
    limit: int | None = None
    newest_first: bool = False


def read(connection: Connection, wanted: Wanted) -> tuple[JournalEntry, ...]:
    """Entries by sequence."""
    query = select(journal).where(journal.c.sequence > wanted.after)
    for name in ("service", "incident", "subject"):
        value = getattr(wanted, name)
        if value:
            query = query.where(journal.c[name] == value)
    if wanted.kinds:
        query = query.where(journal.c.kind.in_(wanted.kinds))
    order = journal.c.sequence.desc() if wanted.newest_first else journal.c.sequence
    query = query.order_by(order).limit(wanted.limit)
    return tuple(JournalEntry(**row._mapping) for row in connection.execute(query))


def prune(connection: Connection, service: str, before: float, recorded_at: float) -> int:
    """Forget a service's entries recorded before that time, and append what the chain needs to stay whole.

    The newest entry always stays. How many entries went.
    """
    newest = select(func.max(journal.c.sequence)).where(journal.c.service == service).scalar_subquery()
    old = (journal.c.service == service, journal.c.recorded_at < before, journal.c.sequence < newest)
    last = connection.execute(
        select(journal.c.sequence, journal.c.hash).where(*old).order_by(journal.c.sequence.desc()).limit(1)
    ).first()
    if last is None:
        return 0
    doomed = (journal.c.service == service, journal.c.sequence <= last.sequence)
    count = int(connection.execute(delete(journal).where(*doomed)).rowcount)
    entry = Entry(
        service=service,
        kind=PRUNED,
        summary=f"{count} entries up to number {last.sequence} were pruned",
        occurred_at=recorded_at,
        data={"count": count, "last_sequence": last.sequence, "last_hash": last.hash},
    )
    append(connection, (entry,), recorded_at)
    return count
