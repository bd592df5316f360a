"""Follows the sources: a new text is taken up whole or not at all, while alerts go on (rules 13 and 22).

Made and run by `app.watchbook`. A service's change is decided under the locks of its desks, committed as one decision, and
swapped in without waiting in between; a crash before the swap finds the committed rows at the next start and comes to the
same. It sends nothing: the next evaluation tells whoever is to be told.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from watchbook.acting.outbox import Recorded
from watchbook.app import trusting
from watchbook.app.documents.loading import Loaded, Revision, runbook_of
from watchbook.app.documents.sources import Snapshot
from watchbook.app.recording import (
    APPLIED,
    Stored,
    each_once,
    entries_of,
    load_stored,
    newly_trusted,
    texts_of,
    trusted_of,
    with_changes,
)
from watchbook.app.watching.desk import Desk
from watchbook.app.watching.keeping import KeptRows
from watchbook.app.watching.live import LiveService, Place, Trusted, label_of, service_check_among
from watchbook.app.watching.pinning import pinned_by
from watchbook.app.watching.placing import (
    Placement,
    bare_place,
    bare_service,
    known_of,
    rule_to_watch,
    wants_armed,
)
from watchbook.app.watching.renewing import Before, Prepared, before_of, prepare, rules_to_watch, swap
from watchbook.deciding.reloading import Renaming
from watchbook.deciding.restoring import restored
from watchbook.model.decisions import Decision
from watchbook.model.errors import ConflictError, StoreError
from watchbook.model.ids import ServiceId, slug
from watchbook.model.runbook import UNNAMED, HealthCheck
from watchbook.store.marks import Approval, Arming, KeptText, WatchedRow
from watchbook.store.store import Store

_log = logging.getLogger(__name__)


class Carrier(Protocol):
    """`acting.outbox`: what ends by an acceptance is told at once."""

    async def apply(self, decision: Decision) -> Recorded: ...


class Sources(Protocol):
    """`app.documents.sources`: blocking, called in a thread."""

    every_s: float

    def read(self) -> Snapshot: ...


@dataclass(frozen=True, slots=True)
class Floor:
    """What a reload acts on: the live services and their desks, and how watching begins and ends."""

    store: Store
    live: dict[ServiceId, LiveService]
    desks: dict[tuple[str, str], Desk]
    placement: Callable[[], Placement]
    begin: Callable[[LiveService, Place], None]  # a place that came: its desk and its watch
    end: Callable[[str, str], Awaitable[None]]  # a place that went
    renewed: Callable[[LiveService], None]  # checks and rules are others now
    problems: dict[str, str]


class Reloading:
    """Takes up new texts. One at a time; belongs to one event loop."""

    def __init__(self, floor: Floor, starter: str) -> None:
        self._floor, self._starter = floor, starter
        self._lock = asyncio.Lock()
        self.notes: list[str] = []  # what `up` says when it starts: what changed since it was last accepted

    # Start -----------------------------------------------------------------------------------------------------

    async def start(self, snapshot: Snapshot) -> None:
        """Takes up every service, over what was watched before the start; the operator accepts the texts by starting."""
        applied = await self._floor.store.load(KeptText, role=APPLIED)
        snapshot = _believed(snapshot, [(text.path, text.service) for text in applied])
        for loaded in snapshot.loaded.values():
            await self._take(loaded, trusts=True)
        for text in applied:
            if ServiceId(text.service) not in self._floor.live:
                await self._take_gone(text, snapshot)

    async def _take_gone(self, text: KeptText, snapshot: Snapshot) -> None:
        """A service that was watched and that no source describes now."""
        rows = KeptRows.of(await self._floor.store.load(WatchedRow, service=text.service))
        if not rows.environments():
            return
        runbook = await asyncio.to_thread(runbook_of, text.text, text.service)
        loaded = Loaded(Path(text.path), text.text, runbook, Revision(text.label))
        if loaded.id != text.service:
            return  # this version reads another name from it
        problem = _problem_of(loaded, snapshot)
        gone = "" if problem else _gone(text.label)
        why = f"{text.label} cannot be read" if problem else gone
        self.notes.append(f"{runbook.service.name} is watched as it was last read: {why}")
        await self._take(loaded, trusts=False, gone=gone, problem=problem)

    async def _take(self, loaded: Loaded, *, trusts: bool, gone: str = "", problem: str = "") -> LiveService:
        """Begins to watch a service, over what is kept of it."""
        floor, now = self._floor, self._floor.placement().now
        stored = await load_stored(self._floor.store, loaded.id)
        fresh = bare_service(loaded, floor.placement().wiring, floor.placement().settings, now)
        fresh.gone, fresh.problem = gone, problem
        fresh.trusted = await self._trust_of_taken(fresh, stored, trusts)
        trusting.hold_back(fresh)
        if trusts and stored.accepted is not None and stored.accepted.digest != loaded.runbook.digest:
            self.notes += await asyncio.to_thread(newly_trusted, loaded, stored.accepted)
        before = await self._before(fresh, stored)
        ahead = await rules_to_watch(fresh, stored.kept, floor.placement())
        stored = await with_changes(stored, loaded)
        prepared = prepare(fresh, before, ahead, stored.kept, floor.placement())
        await self._commit(prepared, stored, None)
        floor.live[fresh.id] = fresh
        await self._pin_renamed(fresh, prepared)
        return fresh

    async def _trust_of_taken(self, fresh: LiveService, stored: Stored, trusts: bool) -> Trusted:
        """What of a service that comes may run: all of it at the start, or of an approved text; else nothing new."""
        now, loaded = self._floor.placement().now, fresh.loaded
        if trusts:
            return trusting.accepted(loaded, self._starter, now)
        if loaded.revision.trusted:
            return trusting.accepted(loaded, f"the trusted revision {loaded.revision.label}", now)
        approval = await self._floor.store.get(Approval, loaded.runbook.digest)
        if approval is not None:
            return trusting.accepted(loaded, approval.actor, now)
        known = await trusted_of(stored.accepted) if stored.accepted else trusting.nothing(loaded)
        return await asyncio.to_thread(trusting.beside, known, loaded, now)

    async def _before(self, fresh: LiveService, stored: Stored) -> dict[str, Before]:
        """What was watched before the start, from the kept rows."""
        found: dict[str, Before] = {}
        placement = self._floor.placement()
        for kept, missing in stored.rows.environments():
            environment = kept.environment
            place = fresh.places.get(environment.name) or bare_place(
                fresh.loaded, environment, kept.pages, placement.wiring, placement.settings
            )
            rows = stored.rows.alerts(environment.name)
            known = await known_of(
                {environment.name: [rule for rule, _ in rows]}, fresh.id, stored.kept, placement
            )
            rules = [
                rule_to_watch(fresh, place, rule, known, replace(lost, name=rule.name) if lost else None)
                for rule, lost in rows
            ]
            watch = restored(place.watch, rules, stored.kept.records, placement.now)
            checks = [
                (check, replace(lost, name=check.name) if lost else None)
                for check, lost in stored.rows.checks(environment.name)
            ]
            found[environment.name] = Before(
                environment,
                kept.pages,
                watch,
                checks,
                _service_check_among([check for check, _ in checks]),
                frozenset(place.wanted_armed),
                missing,
            )
            place.wanted_armed = set()
        return found

    # Following -------------------------------------------------------------------------------------------------

    async def follow(self, sources: Sources) -> None:
        """Asks the sources for ever. A text that cannot be taken up now is tried again."""
        while True:
            await asyncio.sleep(sources.every_s)
            try:
                await self.apply(await asyncio.to_thread(sources.read))
            except Exception:
                _log.exception("the runbooks could not be taken up again; it is tried again")

    async def apply(self, snapshot: Snapshot) -> None:
        """Takes up what is new in a snapshot. A service's change that cannot be recorded now waits for the next time."""
        async with self._lock:
            known = [(str(live.loaded.path), live.id) for live in self._floor.live.values()]
            snapshot = _believed(snapshot, known)
            for loaded in snapshot.loaded.values():
                await self._apply_one(loaded, _problem_of(loaded, snapshot))
            for service in list(self._floor.live.values()):
                if service.id not in snapshot.loaded:
                    await self._apply_absence(service, _problem_of(service.loaded, snapshot))
            self._say_problems(snapshot.problems)

    async def _apply_one(self, loaded: Loaded, problem: str) -> None:
        live = self._floor.live.get(loaded.id)
        try:
            if live is None:
                live = await self._take(loaded, trusts=False)
                for place in live.places.values():
                    self._floor.begin(live, place)
            elif _differs(live, loaded, problem):
                await self._renew(live, loaded, gone="", problem=problem)
        except StoreError as error:
            _log.warning("the new text of %s is taken up as soon as it can be recorded: %s", loaded.id, error)
        except Exception as error:  # the others are taken up all the same
            _log.exception("the new text of %s could not be taken up; it is tried again", loaded.id)
            says = f"the new text of {loaded.runbook.service.name} could not be taken up: {error}"
            self._floor.problems[f"reload {loaded.id}"] = says
        else:
            self._floor.problems.pop(f"reload {loaded.id}", None)

    async def _apply_absence(self, live: LiveService, problem: str) -> None:
        """A service of which nothing was read: its source has a problem, or does not describe it any more."""
        label = label_of(live.loaded)
        gone = "" if problem else _gone(label)
        if (live.gone, live.problem) != (gone, problem):
            try:
                await self._renew(live, live.loaded, gone=gone, problem=problem)
            except StoreError as error:
                _log.warning("%s; it is taken up as soon as it can be recorded: %s", gone or problem, error)

    def _say_problems(self, problems: Mapping[str, str]) -> None:
        """In /health: which text cannot be read, for as long as it cannot."""
        mine = "source "
        for key in [key for key in self._floor.problems if key.startswith(mine)]:
            del self._floor.problems[key]
        for label, why in problems.items():
            says = f"{label}: {why.removeprefix(f'{label}: ')} What was last read of it is watched."
            self._floor.problems[f"{mine}{label}"] = says

    async def _renew(self, live: LiveService, loaded: Loaded, *, gone: str, problem: str) -> None:
        """A live service under another text, whole or not at all."""
        if self._floor.store.problem is not None:
            return  # what cannot be recorded is not done; pages have the store's time to themselves
        for attempt in (1, 2):
            try:
                await self._renew_once(live, loaded, gone, problem)
                return
            except ConflictError:
                if attempt == 2:
                    raise
                await self._reread(live)

    async def _renew_once(self, live: LiveService, loaded: Loaded, gone: str, problem: str) -> None:
        stored = await with_changes(await load_stored(self._floor.store, live.id), loaded)
        placement = self._floor.placement()
        fresh = bare_service(loaded, placement.wiring, placement.settings, placement.now)
        fresh.gone, fresh.problem, fresh.trusted = gone, problem, await self._trust_of(live, loaded)
        trusting.hold_back(fresh)
        ahead = await rules_to_watch(fresh, stored.kept, placement)
        async with contextlib.AsyncExitStack() as held:
            await self.hold(live, held)
            before = {name: before_of(place) for name, place in live.places.items()}
            prepared = prepare(fresh, before, ahead, stored.kept, self._floor.placement())
            await self._commit(prepared, stored, live)
            swap(live, prepared)
        await self.settle(live)
        await self._pin_renamed(live, prepared)

    async def _pin_renamed(self, live: LiveService, prepared: Prepared) -> None:
        """How a renamed alert is measured stays pinned, under its new name."""
        pins = self._floor.placement().pins
        for environment, reloaded in prepared.reloaded.items():
            place = live.places[environment]
            for renaming in reloaded.renamed:
                bound = place.bound.get(str(renaming.new))
                if bound is not None:
                    rule = place.watch.alerts[renaming.new].rule
                    try:
                        await pins.keep(renaming.new, pinned_by(rule, live.loaded.runbook), bound)
                    except StoreError as error:
                        _log.warning("how %s is measured could not be kept: %s", renaming.new, error)

    # For acceptances -------------------------------------------------------------------------------------------

    def alone(self) -> asyncio.Lock:
        """Hold it while a text is accepted: nothing is taken up meanwhile."""
        return self._lock

    def now(self) -> float:
        return self._floor.placement().now

    async def again(self, live: LiveService) -> None:
        """Decides anew what of the same text may run. Under `alone`."""
        await self._renew(live, live.loaded, gone=live.gone, problem=live.problem)

    async def hold(self, live: LiveService, held: contextlib.AsyncExitStack) -> None:
        """Nothing is decided about the service until `held` is left."""
        for place in live.places.values():
            await held.enter_async_context(self._floor.desks[(live.id, place.name)].held())

    async def replace_by(
        self,
        live: LiveService,
        before: Mapping[str, Before],
        trusted: Trusted,
        dropped: Decision,
        carrier: Carrier,
    ) -> None:
        """The service under the same text and another acceptance, over `before`; one without any place is let go.

        Raises StoreError where that cannot be recorded: then nothing has changed.
        """
        problem = self._floor.store.problem
        if problem is not None:
            raise problem
        stored, placement = await load_stored(self._floor.store, live.id), self._floor.placement()
        fresh = bare_service(live.loaded, placement.wiring, placement.settings, placement.now)
        fresh.gone, fresh.problem, fresh.trusted = live.gone, live.problem, trusted
        if live.gone:
            fresh.places.clear()
        trusting.hold_back(fresh)
        ahead = await rules_to_watch(fresh, stored.kept, placement)
        prepared = prepare(fresh, before, ahead, stored.kept, placement)
        decision = dropped.then(self._decision(prepared, stored, live))
        if not (await carrier.apply(decision)).recorded:
            raise StoreError("the acceptance could not be recorded", mend="Try again in a moment.")
        swap(live, prepared)

    async def settle(self, live: LiveService) -> None:
        """What came with a swap is watched, what went is not; called when its desks are free."""
        floor = self._floor
        for service, environment in list(floor.desks):
            if service == live.id and environment not in live.places:
                await floor.end(service, environment)
        for place in live.places.values():
            if (live.id, place.name) not in floor.desks:
                floor.begin(live, place)
        if not live.places:
            floor.live.pop(live.id, None)
        floor.renewed(live)

    async def _reread(self, live: LiveService) -> None:
        for place in live.places.values():
            await self._floor.desks[(live.id, place.name)].reread()

    async def _trust_of(self, live: LiveService, loaded: Loaded) -> Trusted:
        now = self._floor.placement().now
        if loaded.revision.trusted:
            return trusting.accepted(loaded, f"the trusted revision {loaded.revision.label}", now)
        approval = await self._floor.store.get(Approval, loaded.runbook.digest)
        if approval is not None:
            return trusting.accepted(loaded, approval.actor, now)
        return await asyncio.to_thread(trusting.beside, live.trusted, loaded, now)

    # The store -------------------------------------------------------------------------------------------------

    async def _commit(self, prepared: Prepared, stored: Stored, live: LiveService | None) -> None:
        """Everything of one change in one transaction: states, rows, texts, and the journal's words."""
        decision = self._decision(prepared, stored, live)
        if decision.saves or decision.entries:
            await self._floor.store.apply(decision, keep=False)

    def _decision(self, prepared: Prepared, stored: Stored, live: LiveService | None) -> Decision:
        fresh = prepared.service
        decisions = [one.decision for one in prepared.reloaded.values()]
        renamed = [one for reloaded in prepared.reloaded.values() for one in reloaded.renamed]
        saves = [record for decision in decisions for record in decision.saves]
        saves += self._words_on_arming(fresh.id, renamed, prepared, stored)
        saves += stored.rows.changes(fresh, fresh.loaded_at)
        saves += texts_of(fresh, stored)
        entries = list(entries_of(fresh, stored, live))
        entries += [entry for decision in decisions for entry in decision.entries]
        return Decision("a new text", each_once(saves), tuple(entries))

    def _words_on_arming(
        self, service: str, renamed: Iterable[Renaming], prepared: Prepared, stored: Stored
    ) -> list[Arming]:
        """A person's word, or the wiring's, on an alert goes with it to its new name."""
        placement, found = self._floor.placement(), []
        for one in renamed:
            wanted = any(str(one.new) in place.wanted_armed for place in prepared.service.places.values())
            rule = next(
                place.watch.alerts[one.new].rule
                for place in prepared.service.places.values()
                if one.new in place.watch.alerts
            )
            if placement.shadow or wants_armed(rule, stored.kept.arming, placement, service) == wanted:
                continue
            name = slug(one.after)
            before = next((word for word in stored.kept.arming if word.alert == name), None)
            version = before.version if before else 0
            reason = f"as {one.before} was, whose name it was"
            found.append(Arming(service, name, wanted, "watchbook", placement.now, reason, version))
        return found


def _gone(label: str) -> str:
    return f"{label} describes it no longer"


def _believed(snapshot: Snapshot, known: Iterable[tuple[str, str]]) -> Snapshot:
    """Without texts that are no new version of their file: empty, or naming no service, where it described one before.

    `known` are paths and the services that they described. What is passed over is a problem of that file.
    """
    before: dict[str, set[str]] = {}
    for path, service in known:
        before.setdefault(path, set()).add(service)
    loaded, problems = dict(snapshot.loaded), dict(snapshot.problems)
    for service, one in snapshot.loaded.items():
        mates = before.get(str(one.path), set())
        if mates and service not in mates and one.runbook.service.name == UNNAMED:
            why = "names no service any more" if one.text.strip() else "is empty"
            problems[str(one.path)] = f"the file {why}"
            del loaded[service]
    return Snapshot(loaded, problems, snapshot.states)


def _problem_of(loaded: Loaded, snapshot: Snapshot) -> str:
    """Why the text of a service cannot be read now; empty where it can."""
    labels = {loaded.revision.label, str(loaded.path)} | {str(folder) for folder in loaded.path.parents}
    labels |= {state.label for state in snapshot.states if loaded.id in state.services}
    for label, why in snapshot.problems.items():
        if label in labels and label != ".":
            return why.removeprefix(f"{label}: ").rstrip(".")
    return ""


def _differs(live: LiveService, loaded: Loaded, problem: str) -> bool:
    """Whether a source has something new for a live service."""
    same = live.loaded.runbook.digest == loaded.runbook.digest and live.loaded.revision == loaded.revision
    return not same or live.loaded.path != loaded.path or bool(live.gone) or live.problem != problem


def _service_check_among(checks: list[HealthCheck]) -> str:
    """The name of the check that was asked of every instance: chosen as in a text that holds these."""
    found = service_check_among(checks)
    return found.name if found else ""
