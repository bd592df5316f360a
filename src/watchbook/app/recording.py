"""What the store and the journal hold of a text: which is watched, which was accepted, and what a new one changes, in words.

Called by `app.reloading`, which decides when, and by `cli.up` at the start. It changes nothing that is watched.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchbook.app import trusting
from watchbook.app.documents.loading import Loaded, Revision, runbook_of
from watchbook.app.watching.keeping import KeptRows
from watchbook.app.watching.live import LiveService, Trusted, label_of
from watchbook.app.watching.placing import KeptService, load_kept
from watchbook.model.errors import StoreError
from watchbook.model.incidents import Entry
from watchbook.store.marks import KeptText, WatchedRow
from watchbook.store.store import Store

if TYPE_CHECKING:
    from watchbook.reading.differences import Change

APPLIED, ACCEPTED = "applied", "accepted"


@dataclass(frozen=True, slots=True)
class Stored:
    """What the store has of a service."""

    kept: KeptService
    rows: KeptRows
    applied: KeptText | None
    accepted: KeptText | None
    changes: "tuple[Change, ...]" = ()  # from the applied text to the one that comes


async def load_stored(store: Store, service: str) -> Stored:
    """Loads it. Raises StoreError."""
    return Stored(
        await load_kept(store, service),
        KeptRows.of(await store.load(WatchedRow, service=service)),
        await store.get(KeptText, service, APPLIED),
        await store.get(KeptText, service, ACCEPTED),
    )


async def with_changes(stored: Stored, loaded: Loaded) -> Stored:
    """With what the new text changes, in words: found in a thread, before anything is held up."""
    applied = stored.applied
    if applied is None or applied.digest == loaded.runbook.digest:
        return stored
    from watchbook.reading.differences import differences

    def compare() -> "tuple[Change, ...]":
        return differences(runbook_of(applied.text, applied.service), loaded.runbook)

    return replace(stored, changes=await asyncio.to_thread(compare))


def holds_last_good(data: Path, problems: Mapping[str, str]) -> bool:
    """Whether a data folder has a last good text of a source that cannot be read now. Blocking; for the start alone."""
    from watchbook.store.folder import DATABASE
    from watchbook.store.records import load
    from watchbook.store.store import Reader

    if not (data / DATABASE).exists():
        return False
    try:
        reader = Reader(data / DATABASE)
    except StoreError:
        return False
    try:
        texts = reader.read_now(lambda connection: load(connection, KeptText, {"role": APPLIED}))
    finally:
        reader.close()
    places = {str(Path(text.path).absolute()) for text in texts}
    named = {str(Path(label).absolute()) for label in problems}
    return any(place == name or place.startswith(f"{name}/") for place in places for name in named)


def newly_trusted(loaded: Loaded, before: KeptText) -> list[str]:
    """What starting accepts that was not accepted before, for the person who starts."""
    from watchbook.reading.differences import differences

    changes = differences(runbook_of(before.text, before.service), loaded.runbook)
    label = label_of(loaded)
    when = datetime.fromtimestamp(before.at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    first = f"{label} differs from what {before.actor} accepted on {when}; starting accepts it"
    said = [change.says for change in changes if change.kind == "unattended"]
    others = len(changes) - len(said)
    if others:
        which = " other" if said else ""
        said.append(f"{others}{which} change{'s' if others > 1 else ''}: `watchbook journal` tells them")
    return [first, *(f"  {one}" for one in said)]


async def trusted_of(text: KeptText) -> Trusted:
    """What an accepted text lets run, from the store."""
    runbook = await asyncio.to_thread(runbook_of, text.text, text.service)
    return trusting.accepted(
        Loaded(Path(text.path), text.text, runbook, Revision(text.label)), text.actor, text.at
    )


def texts_of(fresh: LiveService, stored: Stored) -> list[KeptText]:
    """The texts to keep: what is applied, and what was accepted where that is this one."""
    found = []
    for role, before, actor in (
        (APPLIED, stored.applied, "watchbook"),
        (ACCEPTED, stored.accepted, fresh.trusted.by),
    ):
        digest = fresh.loaded.runbook.digest
        if role == ACCEPTED and fresh.trusted.digest != digest:
            continue
        if before is not None and before.digest == digest and before.path == str(fresh.loaded.path):
            continue
        label = label_of(fresh.loaded)
        path, version = str(fresh.loaded.path), before.version if before else 0
        text = KeptText(
            fresh.id, role, digest, fresh.loaded.text, label, path, actor, fresh.loaded_at, version
        )
        found.append(text)
    return found


def entries_of(fresh: LiveService, stored: Stored, live: LiveService | None) -> Iterable[Entry]:
    """The journal's words on the text itself."""
    digest, label = fresh.loaded.runbook.digest, label_of(fresh.loaded)
    if fresh.gone and not (live and live.gone):
        says = f"{fresh.gone}: it is watched as it was last read, until someone accepts"
        yield Entry(fresh.id, "document.gone", says, occurred_at=fresh.loaded_at, subject=fresh.id)
    if live is not None and fresh.problem != live.problem:
        says = f"{label} cannot be read: {fresh.problem}" if fresh.problem else f"{label} can be read again"
        yield Entry(fresh.id, "document.unreadable" if fresh.problem else "document.readable", says,
                    occurred_at=fresh.loaded_at, subject=fresh.id)  # fmt: skip
    if stored.applied is not None and stored.applied.digest != digest:
        yield _changed_entry(fresh, stored.applied, stored.changes, label)
    accepted = stored.accepted
    if fresh.trusted.digest == digest and (accepted is None or accepted.digest != digest):
        says = f"{fresh.trusted.by} accepted {label} at {digest[:12]}"
        says += " by starting the watch" if live is None else ""
        says += ": its read-only commands may run unattended"
        yield Entry(fresh.id, "document.accepted", says, fresh.trusted.by, fresh.loaded_at, fresh.id,
                    data={"digest": digest})  # fmt: skip


def _changed_entry(fresh: LiveService, applied: KeptText, changes: "Sequence[Change]", label: str) -> Entry:
    """What the new text changes, in words."""
    said = " ".join(change.says for change in changes[:3])
    more = f" And {len(changes) - 3} more." if len(changes) > 3 else ""
    says = f"{label} changed: {said or 'only words, order or layout.'}{more}"
    data = {
        "digest": fresh.loaded.runbook.digest,
        "before": applied.digest,
        "changes": [change.says for change in changes],
        "waiting": len(fresh.trusted.waiting),
    }
    return Entry(fresh.id, "document.changed", says, occurred_at=fresh.loaded_at, subject=fresh.id, data=data)


def each_once(records: Iterable[Any]) -> tuple[Any, ...]:
    """Records of a service (its silences) that more than one place moved are written once."""
    found: list[Any] = []
    seen: set[tuple[type, Any]] = set()
    for record in records:
        key = (type(record), getattr(record, "id", None) or getattr(record, "episode", None) or id(record))
        if key not in seen:
            seen.add(key)
            found.append(record)
    return tuple(found)
