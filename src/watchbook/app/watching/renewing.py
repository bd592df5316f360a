"""A service under a new text: its places made anew over what was watched before, and swapped in as one (rule 13).

Called by `app.reloading`. `prepare` changes nothing that is watched; `swap` does, without waiting for anything, so that no
evaluation ever sees half of a text. What the text lost stays: rules by `deciding.reloading`, and here the checks and
environments that they need. It writes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from watchbook.app.showing.places import rules_of
from watchbook.app.watching.live import (
    LiveCheck,
    LiveMetric,
    LiveService,
    Place,
    label_of,
)
from watchbook.app.watching.placing import (
    PROBED,
    KeptService,
    Placement,
    bare_place,
    known_of,
    rule_to_watch,
)
from watchbook.deciding.coverage import GONE, why_missing
from watchbook.deciding.reloading import NewText, Reloaded, reload
from watchbook.deciding.restoring import RuleToWatch
from watchbook.deciding.watched import MissingRow, ServiceWatch, Watched
from watchbook.model.ids import slug
from watchbook.model.paging import Silence
from watchbook.model.runbook import Environment, HealthCheck
from watchbook.world.probes import full_target


@dataclass(frozen=True, slots=True)
class Before:
    """What one place watched until now: live, or as its rows were kept over a restart."""

    environment: Environment
    pages: bool
    watch: ServiceWatch
    checks: Sequence[tuple[HealthCheck, MissingRow | None]] = ()
    service_check: str = ""  # name of the check that is asked of every instance
    wanted_armed: frozenset[str] = frozenset()
    missing: MissingRow | None = None


@dataclass(slots=True)
class Prepared:
    """A service as it will be, and what each place's reload decided."""

    service: LiveService
    reloaded: dict[str, Reloaded] = field(default_factory=dict)


def before_of(place: Place) -> Before:
    """A live place, as it is watched now."""
    checks = [(live.check, live.missing) for live in place.checks.values() if live.instance is None]
    check = place.service_check.name if place.service_check else ""
    return Before(
        place.environment,
        place.pages,
        place.watch,
        checks,
        check,
        frozenset(place.wanted_armed),
        place.missing,
    )


Rules = Mapping[str, Sequence[RuleToWatch]]  # by environment


async def rules_to_watch(fresh: LiveService, kept: KeptService, placement: Placement) -> Rules:
    """The rules of the new text, with how they were measured before: asked of the store before anything is held up."""
    if fresh.gone:
        return {}
    rules = {place.name: rules_of(fresh, place) for place in fresh.places.values()}
    known = await known_of(rules, fresh.id, kept, placement)
    return {
        name: [rule_to_watch(fresh, fresh.places[name], rule, known) for rule in of]
        for name, of in rules.items()
    }


def prepare(
    fresh: LiveService, before: Mapping[str, Before], ahead: Rules, kept: KeptService, placement: Placement
) -> Prepared:
    """The service `fresh` (made of the new text, its trust decided) over what was watched. Changes nothing live.

    Where `fresh.gone` says why no source describes it any more, every row of it is missing.
    """
    prepared, now = Prepared(fresh), placement.now
    _keep_environments(fresh, before, placement)
    for place in list(fresh.places.values()):
        was = before.get(place.name)
        rules = ahead.get(place.name, ())
        if was is None:
            was = Before(place.environment, place.pages, place.watch)
        place.watch = replace(place.watch, silences=was.watch.silences)
        _keep_checks(fresh, place, was, now)
        base = replace(place.watch, missing=tuple(_lost(fresh, place)))
        text = NewText(base, rules, partial(_why, fresh, place))
        reloaded = reload(was.watch, text, kept.records, now)
        prepared.reloaded[place.name] = reloaded
        place.watch = reloaded.watch
        _carry_wishes(place, was, reloaded)
    _share_silences(prepared)
    return prepared


def _share_silences(prepared: Prepared) -> None:
    """A silence is the service's: one that followed an alert to its new name did so for every environment."""
    moved: dict[str, Silence] = {}
    for reloaded in prepared.reloaded.values():
        if reloaded.renamed:
            moved |= {one.id: one for one in reloaded.watch.silences if one.version > _version_of(moved, one)}
    if moved:
        for place in prepared.service.places.values():
            silences = tuple(moved.get(one.id, one) for one in place.watch.silences)
            place.watch = replace(place.watch, silences=silences)


def _version_of(moved: Mapping[str, Silence], one: Silence) -> int:
    """The newest version of a silence that was seen."""
    return moved[one.id].version if one.id in moved else -1


def _why(fresh: LiveService, place: Place, name: str) -> str:
    """Why an alert is missing here."""
    if fresh.gone:
        return fresh.gone
    return place.missing.says if place.missing else why_missing(fresh.loaded.runbook, name)


def _keep_environments(fresh: LiveService, before: Mapping[str, Before], placement: Placement) -> None:
    """An environment that the text lost stays while it has alerts; one without is let go."""
    for name, was in before.items():
        if name in fresh.places:
            if fresh.gone:
                service = fresh.loaded.runbook.service
                row = was.missing or _row("service", service.name, placement.now, fresh.gone, service.line)
                fresh.places[name].missing = row
            continue
        if not was.watch.alerts:
            continue
        says = "this environment is gone from the runbook"
        place = bare_place(fresh.loaded, was.environment, was.pages, placement.wiring, placement.settings)
        place.missing = was.missing or _row("environment", name, placement.now, says, was.environment.line)
        fresh.places[name] = place


def _row(kind: str, name: str, now: float, says: str, line: int) -> MissingRow:
    return MissingRow(kind, name, now, says, line=line)


def _keep_checks(fresh: LiveService, place: Place, was: Before, now: float) -> None:
    """Checks that the text lost stay where an armed alert needs them; all of them where the place itself is lost."""
    have = {slug(live.check.name) for live in place.checks.values()}
    lost = [(check, row) for check, row in was.checks if slug(check.name) not in have]
    whole = bool(fresh.gone) or place.missing is not None
    needed = _needed(was.watch.alerts.values(), was.service_check)
    for check, row in lost:
        if not whole and slug(check.name) not in needed:
            continue
        target = full_target(check, place.environment.url)
        says = fresh.gone or (place.missing.says if place.missing else GONE)
        missing = row or _row("check", check.name, now, says, check.line)
        place.checks[(check.name, target)] = LiveCheck(check, target, missing=replace(missing, needed=True))
    if was.service_check and slug(was.service_check) not in have:
        kept = next(
            (
                live.check
                for live in place.checks.values()
                if slug(live.check.name) == slug(was.service_check)
            ),
            None,
        )
        place.service_check = kept or place.service_check


def _needed(alerts: Iterable[Watched], service_check: str) -> set[str]:
    """Names of checks that an armed alert is judged by."""
    found = set()
    for one in alerts:
        if one.state.armed and one.rule.condition.signal in PROBED:
            found.add(slug(str(one.rule.condition.params.get("check") or service_check)))
        elif one.state.armed and "check" in one.rule.condition.params:
            found.add(slug(str(one.rule.condition.params["check"])))
    return found


def _lost(fresh: LiveService, place: Place) -> Iterable[MissingRow]:
    """What is missing here besides alerts."""
    if fresh.problem:
        yield MissingRow(
            "text",
            label_of(fresh.loaded),
            fresh.loaded_at,
            fresh.problem,
            True,
        )
    if place.missing is not None:
        yield place.missing
    for live in place.checks.values():
        if live.missing is not None and place.missing is None:
            yield live.missing


def _carry_wishes(place: Place, was: Before, reloaded: Reloaded) -> None:
    """What should page goes on to: what was armed stays wanted, under its new name as well."""
    for renaming in reloaded.renamed:
        wanted = str(renaming.old) in was.wanted_armed
        (place.wanted_armed.add if wanted else place.wanted_armed.discard)(str(renaming.new))
        if str(renaming.old) in place.bound:  # after a restart: as it was pinned under its old name
            place.bound[str(renaming.new)] = place.bound.pop(str(renaming.old))
    for key, watched in place.watch.alerts.items():
        if watched.missing is not None and str(key) in was.wanted_armed:
            place.wanted_armed.add(str(key))


def swap(live: LiveService, prepared: Prepared) -> None:
    """The live service becomes the prepared one, in place: watches under way go on with the same objects."""
    fresh = prepared.service
    live.loaded, live.loaded_at, live.trusted = fresh.loaded, fresh.loaded_at, fresh.trusted
    live.gone, live.problem = fresh.gone, fresh.problem
    for name in [name for name in live.places if name not in fresh.places]:
        del live.places[name]
    places = {}
    for name, place in fresh.places.items():
        known = live.places.get(name)
        if known is None:
            places[name] = place
        else:
            _swap_place(known, place, prepared.reloaded.get(name))
            places[name] = known
    live.places.clear()
    live.places.update(places)


def _swap_place(live: Place, fresh: Place, reloaded: Reloaded | None) -> None:
    """One place: checks and figures that did not change keep what is known of them."""
    live.environment, live.pages, live.missing = fresh.environment, fresh.pages, fresh.missing
    live.watch, live.wanted_armed = fresh.watch, fresh.wanted_armed
    _swap_checks(live, fresh)
    live.service_check = fresh.service_check
    known = {_plain(one.metric): one for one in live.metrics}
    live.metrics = [_swap_metric(known.get(_plain(one.metric)), one) for one in fresh.metrics]
    _swap_bindings(live, fresh, reloaded)


def _plain(metric: object) -> object:
    return replace(metric, line=0, params=tuple(sorted(metric.params.items())))  # type: ignore[type-var,attr-defined]


def _swap_metric(known: LiveMetric | None, fresh: LiveMetric) -> LiveMetric:
    if known is None:
        return fresh
    known.metric = fresh.metric
    return known


def _swap_checks(live: Place, fresh: Place) -> None:
    """A check whose question is the same goes on; one that is asked otherwise begins anew, at once."""
    checks: dict[tuple[str, str], LiveCheck] = {}
    for key, new in fresh.checks.items():
        known = live.checks.get(key)
        checks[key] = _swap_check(known, new) if known is not None and known.instance is None else new
    same = live.service_check is not None and fresh.service_check is not None
    if same and _question(live.service_check) == _question(fresh.service_check):
        for key, known in live.checks.items():
            if known.instance is not None and fresh.service_check is not None:
                known.check = fresh.service_check
                checks[key] = known
    live.checks.clear()
    live.checks.update(checks)


def _question(check: HealthCheck | None) -> object:
    """What is asked, and what is a right answer: not how often."""
    return check and replace(check, line=0, every_s=0.0, timeout_s=0.0, dependency=None, environment=None)


def _swap_check(known: LiveCheck, fresh: LiveCheck) -> LiveCheck:
    if _question(known.check) != _question(fresh.check) or known.waits != fresh.waits:
        return fresh
    if known.check.every_s != fresh.check.every_s:
        known.wanted.set()
    known.check, known.missing, known.accepted_only = fresh.check, fresh.missing, fresh.accepted_only
    return known


def _swap_bindings(live: Place, fresh: Place, reloaded: Reloaded | None) -> None:
    """How alerts are measured: as it was pinned, under its new name as well; a changed condition is bound anew."""
    renamed = {str(one.new): str(one.old) for one in reloaded.renamed} if reloaded else {}
    changed = {str(key) for key in reloaded.changed} if reloaded else set()
    bound, unbound, says = {}, {}, {}
    for key in map(str, live.watch.alerts):
        old = renamed.get(key, key)
        if key not in changed and old in live.bound:
            bound[key] = live.bound[old]
        elif key in fresh.bound:
            bound[key] = fresh.bound[key]
        if key not in changed and old in live.unbound:
            unbound[key] = live.unbound[old]
        if old in live.says:
            says[key] = live.says[old]
    live.bound, live.unbound, live.says = bound, unbound, says
