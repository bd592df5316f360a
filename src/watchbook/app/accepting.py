"""A person accepts a text: its commands may run unattended, and what it lost is watched no longer (rules 13 and 22).

Called through `app.faces`. An acceptance is bound to what was shown; when anything has changed since, it is refused and the
person looks again. What changes by it is decided in `deciding.reloading` and swapped in as `app.reloading` does.
"""

import contextlib
from dataclasses import replace

from watchbook.acting.outbox import Outbox
from watchbook.app import trusting
from watchbook.app.overseeing import Overseeing
from watchbook.app.reloading import Reloading
from watchbook.app.showing.documents import content_hash, document_view
from watchbook.app.views.watched import Actor, DocumentView
from watchbook.app.watching.live import LiveService
from watchbook.app.watching.renewing import Before, before_of
from watchbook.deciding.reloading import drop_missing
from watchbook.model.decisions import NOTHING, Decision
from watchbook.model.errors import ConflictError
from watchbook.model.incidents import Entry
from watchbook.store.marks import Approval
from watchbook.store.store import Store


class Accepting:
    """People's words on texts."""

    def __init__(self, overseeing: Overseeing, reloading: Reloading, store: Store, outbox: Outbox) -> None:
        self._overseeing, self._reloading, self._store, self._outbox = overseeing, reloading, store, outbox

    async def accept_document(self, service: str, digest: str, actor: Actor, shown: str = "") -> DocumentView:
        """Accepts the text that is watched now. `digest` and `shown` (a content hash) are what the person looked at.

        Raises ConflictError when either is another by now; a service that no source describes is only let go with `shown`.
        """
        async with self._reloading.alone():
            live = self._overseeing.find(service)
            _check(live, digest, shown)
            await self._accept(live, actor.name)
        return document_view(live)

    async def approve_digest(self, digest: str, actor: Actor, reason: str = "") -> Approval:
        """Trusts a text before it arrives: its commands run unattended as soon as a source has it.

        Where it is watched already, they do from now on; what it lost waits for `accept_document` all the same.
        """
        async with self._reloading.alone():
            before = await self._store.get(Approval, digest)
            says = f"{actor.name} approved the text {digest[:12]} ahead: its read-only commands may run unattended"
            approval = before or Approval(digest, actor.name, self._reloading.now(), reason)
            if before is None:
                live = [one for one in self._overseeing.all() if one.loaded.runbook.digest == digest]
                entries = [
                    Entry(
                        one.id,
                        "document.approved",
                        says,
                        actor.name,
                        approval.at,
                        one.id,
                        data={"digest": digest},
                    )
                    for one in live
                ] or [
                    Entry(
                        "watchbook",
                        "document.approved",
                        says,
                        actor.name,
                        approval.at,
                        data={"digest": digest},
                    )
                ]
                (approval,) = await self._store.apply(Decision(says, (approval,), tuple(entries)))
                for one in live:
                    await self._reloading.again(one)
        return approval

    async def _accept(self, live: LiveService, actor: str) -> None:
        """Under the locks of the service's desks: drop, decide anew, record, swap."""
        reloading, now = self._reloading, self._reloading.now()
        trusted = live.trusted
        if not live.gone:
            trusted = trusting.accepted(live.loaded, actor, now)
        async with contextlib.AsyncExitStack() as held:
            await reloading.hold(live, held)
            before: dict[str, Before] = {}
            dropped = NOTHING
            for name, place in live.places.items():
                lost = place.missing is not None or bool(live.gone)
                watch, decision = drop_missing(place.watch, actor, now, whole=lost)
                dropped = dropped.then(decision)
                if not lost:
                    was = before_of(place)
                    kept = [(check, row) for check, row in was.checks if row is None]
                    before[name] = replace(was, watch=watch, checks=kept)
            if live.gone:
                says = f"{actor} accepted that {live.gone}: it is watched no longer"
                entry = Entry(live.id, "document.accepted", says, actor, now, live.id)
                dropped = dropped.then(Decision(says, (), (entry,)))
            await reloading.replace_by(live, before, trusted, dropped, self._outbox)
        await reloading.settle(live)


def _check(live: LiveService, digest: str, shown: str) -> None:
    if live.loaded.runbook.digest != digest or (shown and shown != content_hash(live)):
        raise ConflictError(
            f"the runbook of {live.loaded.runbook.service.name} has changed again since you looked",
            mend="Look at what it changes now, then accept.",
        )
    if live.gone and not shown:
        raise ConflictError(
            f"{live.gone}: accepting would end the watch over {live.loaded.runbook.service.name}",
            mend="Use `watchbook accept` or the board, which show what is let go.",
        )
