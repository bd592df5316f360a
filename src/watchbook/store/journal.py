"""The journal: one hash chain a service, and its check. Rule 34.

`chain`, `digest` and `verify` are pure; `append`, `read` and `prune` work inside a transaction of `store.store`.
An entry's hash is SHA-256 over the canonical JSON of everything it says and the hash of the entry before it, so
that a changed, removed or inserted entry breaks the chain. It does not stop someone who rewrites a whole chain:
for that, keep the head hash somewhere else and compare it.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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


def redacted(entry: Entry, redact: Callable[[str], str]) -> Entry:
    """The entry with every text of its summary, actor and data gone over by `redact`."""
    return replace(
        entry,
        summary=redact(entry.summary),
        actor=redact(entry.actor),
        data=_redacted_value(plain(entry.data), redact),
    )


def _redacted_value(value: Any, redact: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {name: _redacted_value(part, redact) for name, part in value.items()}
    if isinstance(value, list):
        return [_redacted_value(part, redact) for part in value]
    return value


def said_by(entry: JournalEntry) -> dict[str, Any]:
    """An entry as column name → value."""
    return {name: getattr(entry, name) for name in _COLUMNS}


_COLUMNS = tuple(column.name for column in journal.columns)


@dataclass(frozen=True, slots=True)
class Chain:
    """What checking one service's chain found: how many entries, the hash of the newest, the first broken link."""

    service: str
    entries: int
    head: str
    broken: Broken | None = None


class Verifier:
    """Checks entries one by one, in order of sequence, of any number of services.

    A chain may begin in the middle only where a later entry of the same service says that it was pruned up to
    that very hash.
    """

    def __init__(self) -> None:
        self._heads: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._broken: dict[str, Broken] = {}
        self._unexplained: dict[str, JournalEntry] = {}
        self._last_sequence = 0

    def take(self, entry: JournalEntry) -> None:
        """The next entry."""
        reason = self._fault(entry)
        if reason:
            self._broken.setdefault(entry.service, Broken(entry.sequence, entry.service, reason))
        self._heads[entry.service] = entry.hash
        self._counts[entry.service] = self._counts.get(entry.service, 0) + 1
        self._last_sequence = entry.sequence

    def _fault(self, entry: JournalEntry) -> str:
        if entry.sequence <= self._last_sequence:
            return "its number does not follow the one before"
        if digest(said_by(entry), entry.previous) != entry.hash:
            return "what it says is not what was recorded"
        before = self._heads.get(entry.service)
        if before is None:
            if entry.previous:
                self._unexplained[entry.service] = entry
        elif entry.previous != before:
            return "the entry before it is missing or was replaced"
        first = self._unexplained.get(entry.service)
        if first and entry.kind == PRUNED and entry.data.get("last_hash") == first.previous:
            del self._unexplained[entry.service]
        return ""

    def chains(self) -> tuple[Chain, ...]:
        """What was found, by service in alphabetical order, now that all entries were taken."""
        for service, first in self._unexplained.items():
            reason = "entries before it are gone and nothing says why"
            self._broken[service] = Broken(first.sequence, service, reason)
        return tuple(
            Chain(service, self._counts[service], head, self._broken.get(service))
            for service, head in sorted(self._heads.items())
        )


def verify(entries: Iterable[JournalEntry]) -> Broken | None:
    """The first broken link of a whole journal (all services, ordered by sequence), or None."""
    verifier = Verifier()
    for entry in entries:
        verifier.take(entry)
    broken = [chain.broken for chain in verifier.chains() if chain.broken]
    return min(broken, key=lambda link: link.sequence, default=None)


def verify_all(connection: Connection, service: str = "", batch: int = 1000) -> tuple[Chain, ...]:
    """Check the chains as they are stored, of one service or all, without holding them in memory."""
    verifier, after = Verifier(), 0
    while entries := read(connection, Wanted(after=after, service=service, limit=batch)):
        for entry in entries:
            verifier.take(entry)
        after = entries[-1].sequence
    return verifier.chains()


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
    connection.execute(_INSERT, [said_by(link) for link in chained])
    return tuple(chained)


@cache
def _head() -> Any:
    newest = select(journal.c.hash).where(journal.c.service == bindparam("of"))
    return newest.order_by(journal.c.sequence.desc()).limit(1)


def last_sequence(connection: Connection) -> int:
    """Number of the newest entry; 0 for an empty journal."""
    return int(connection.execute(_LAST).scalar() or 0)


_LAST = select(func.max(journal.c.sequence))
_INSERT = insert(journal)


def services(connection: Connection) -> tuple[str, ...]:
    """Services that the journal knows, in alphabetical order."""
    found = connection.execute(select(journal.c.service).distinct().order_by(journal.c.service))
    return tuple(found.scalars())


def holds(connection: Connection, anchor: str) -> bool:
    """Whether an entry with that hash is in the journal: a head that was kept elsewhere is part of the chain."""
    return connection.execute(select(journal.c.sequence).where(journal.c.hash == anchor)).first() is not None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries to read: numbers between `after` and `before` (both excluded), of a service, an incident, a
    subject, of some kinds. Empty: of any."""

    after: int = 0
    before: int | None = None
    service: str = ""
    incident: str = ""
    subject: str = ""
    kinds: tuple[str, ...] = ()
    limit: int | None = None
    newest_first: bool = False


def read(connection: Connection, wanted: Wanted) -> tuple[JournalEntry, ...]:
    """Entries by sequence."""
    query = select(journal).where(journal.c.sequence > wanted.after)
    if wanted.before is not None:
        query = query.where(journal.c.sequence < wanted.before)
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
