"""What changed about the service, its places, people, promises, maintenance and recovery, and about findings. Pure.

Called by `reading.differences`.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from watchbook.model.ids import slug
from watchbook.model.quantities import Unit, say
from watchbook.model.runbook import Contact, Environment, Finding, Level, Maintenance, Recovery, Runbook
from watchbook.reading.differences.changes import Change, Risk, lasting, listed, quoted
from watchbook.reading.differences.pairing import pair
from watchbook.reading.maintenance import say_hours
from watchbook.reading.metrics import say_metric


def service_changes(old: Runbook, new: Runbook) -> Iterator[Change]:
    """The service itself, what it depends on, what it promises, where its metrics are."""
    one, two = old.service, new.service

    def change(kind: str, says: str, risk: Risk = Risk.NONE) -> Change:
        return Change(kind, risk, two.name, says, one.line or None, two.line or None)

    if slug(one.name) != slug(two.name):
        yield change("service", f"The service is called {two.name}, was {one.name}: what is armed or silenced, "
                     "and its history, are bound to the name.", Risk.PAGES_LESS)  # fmt: skip
    for what, before, after in (("owner", one.owner, two.owner), ("on-call", one.on_call, two.on_call),
                                ("purpose", one.purpose, two.purpose)):  # fmt: skip
        if before != after:
            yield change("service", f"The {what} is {quoted(after)}, was {quoted(before)}.")
    if one.objective != two.objective:
        less = two.objective is None or (one.objective or 0.0) > two.objective
        said = [say(x, Unit.RATIO) if x is not None else "none" for x in (one.objective, two.objective)]
        yield change("objective", f"The service level (SLA) is {said[0]} → {said[1]}.", _weaker(less))
    for role, had, has in (("dependency", one.dependencies, two.dependencies),
                           ("dependent", one.dependents, two.dependents)):  # fmt: skip
        yield from (change("dependency", f"New {role}: {name}.") for name in _without(has, had))
        yield from (change("dependency", f"No longer a {role}: {name}.") for name in _without(had, has))
    if (one.metrics.path, one.metrics.every_s) != (two.metrics.path, two.metrics.every_s):
        said = [f"GET {x.path} every {lasting(x.every_s)}" for x in (one.metrics, two.metrics)]
        yield change(
            "metric",
            f"The metrics endpoint is {said[1]}, was {said[0]}.",
            _weaker(two.metrics.every_s > one.metrics.every_s),
        )
    parts = [[f"{x.name}: {x.description}" for x in service.components] for service in (one, two)]
    links = [[f"{x.name}: {x.url}" for x in service.dashboards] for service in (one, two)]
    if parts[0] != parts[1]:
        yield change("service", f"Components changed: {_both(*parts)}.")
    if links[0] != links[1]:
        yield change("service", f"Dashboards changed: {_both(*links)}.")
    if one.diagram != two.diagram:
        yield change("service", "The diagram was redrawn.")


def _weaker(weaker: bool) -> Risk:
    return Risk.GUARDS_LESS if weaker else Risk.NONE


def _without(names: Sequence[str], others: Sequence[str]) -> list[str]:
    known = {slug(name) for name in others}
    return [name for name in names if slug(name) not in known]


def _both(before: Sequence[str], after: Sequence[str]) -> str:
    """What came and what went."""
    come = [quoted(one) for one in after if one not in before]
    gone = [quoted(one) for one in before if one not in after]
    parts = [f"new {listed(come)}"] if come else []
    return "; ".join(parts + ([f"gone {listed(gone)}"] if gone else [])) or "their order"


def environment_changes(old: Runbook, new: Runbook) -> Iterator[Change]:
    """Places where the service runs."""
    pairs = pair(
        old.service.environments, new.service.environments, lambda one: slug(one.name), lambda one: one.url
    )
    for one in pairs.removed:
        yield Change("environment", Risk.PAGES_LESS, one.name, f"environment {one.name} removed: nothing is asked there.",
                     one.line, None)  # fmt: skip
    for one in pairs.added:
        yield Change(
            "environment",
            Risk.NONE,
            one.name,
            f"new environment {one.name}, at {one.url or 'no address'}.",
            None,
            one.line,
        )
    for one, two in pairs.kept:
        for risk, says in _environment(one, two):
            yield Change(
                "environment", risk, two.name, f"environment {two.name}: {says}.", one.line, two.line
            )


def _environment(old: Environment, new: Environment) -> Iterator[tuple[Risk, str]]:
    """Context and namespace say where `kubectl` of a diagnosis lands, and without a context it is not run."""
    if slug(old.name) != slug(new.name):
        yield Risk.NONE, f"renamed, was {old.name}"
    instances = [listed(one.instances) if one.instances else None for one in (old, new)]
    for what, before, after in (("address", old.url, new.url), ("instances", instances[0], instances[1]),
                                ("selector", old.selector, new.selector)):  # fmt: skip
        if before != after:
            yield Risk.NONE, f"{what} {before or 'none'} → {after or 'none'}"
    for what, before, after in (
        ("context", old.context, new.context),
        ("namespace", old.namespace, new.namespace),
    ):
        if before != after:
            where = (
                "diagnosis would run kubectl there unattended"
                if after
                else "diagnosis no longer runs kubectl there"
            )
            risk = Risk.RUNS_MORE if after or what == "namespace" else Risk.GUARDS_LESS
            yield (
                risk,
                f"{what} {before or 'none'} → {after or 'none'}; {where if what == 'context' else 'kubectl lands there'}",
            )


def metric_changes(old: Runbook, new: Runbook) -> Iterator[Change]:
    """Figures and their bands; a band never pages."""
    pairs = pair(old.metrics, new.metrics, lambda one: slug(one.name))
    for one in pairs.removed:
        yield Change("metric", Risk.NONE, one.name, f"metric {one.name} removed.", one.line, None)
    for one in pairs.added:
        yield Change("metric", Risk.NONE, one.name, f"new metric {say_metric(one)}", None, one.line)
    for one, two in pairs.kept:
        if say_metric(one).casefold() != say_metric(two).casefold():
            yield Change(
                "metric",
                Risk.NONE,
                two.name,
                f"metric {say_metric(two)} It was: {say_metric(one)}",
                one.line,
                two.line,
            )


def people_changes(old: Runbook, new: Runbook) -> Iterator[Change]:
    """Contacts and rooms. Who is paged after whom is told with the alerts."""
    pairs = pair(old.contacts, new.contacts, lambda one: (slug(one.role), slug(one.name)), lambda one: slug(one.name),
                 lambda one: slug(one.role))  # fmt: skip
    for one in pairs.removed:
        yield Change("contact", Risk.NONE, one.name, f"contact removed: {_contact(one)}.", one.line, None)
    for one in pairs.added:
        yield Change("contact", Risk.NONE, one.name, f"new contact: {_contact(one)}.", None, one.line)
    for one, two in pairs.kept:
        if _contact(one) != _contact(two):
            lost = bool(one.address or one.channel) and not (two.address or two.channel)
            says = f"contact {_contact(one)} → {_contact(two)}{': no address any more' if lost else ''}."
            yield Change(
                "contact", Risk.PAGES_LESS if lost else Risk.NONE, two.name, says, one.line, two.line
            )
    gone, come = [
        [room for room in x if room not in y] for x, y in ((old.rooms, new.rooms), (new.rooms, old.rooms))
    ]
    if old.rooms != new.rooms:
        said = [listed(x) if x else "none" for x in (old.rooms, new.rooms)]
        less = bool(gone) and not come
        yield Change(
            "contact",
            Risk.PAGES_LESS if less else Risk.NONE,
            "rooms",
            f"The team's rooms are {said[1]}, were {said[0]}.",
        )


def _contact(contact: Contact) -> str:
    """`On-Call Ana Ruiz (ana@shop.test)`."""
    at = ", ".join(
        part for part in (contact.address, contact.channel, *contact.ways) if part and part != contact.name
    )
    return f"{contact.role} {contact.name}{f' ({at})' if at else ''}"


def promise_changes(old: Runbook, new: Runbook) -> Iterator[Change]:
    """Recovery objectives, backups, maintenance, reviews, the handoff."""
    yield from _recovery(old.recovery or Recovery(), new.recovery or Recovery())
    yield from _maintenance(old.maintenance or Maintenance(), new.maintenance or Maintenance())
    for what, before, after in (
        ("last update", old.review.last_updated, new.review.last_updated),
        ("next review", old.review.next_review, new.review.next_review),
    ):
        if before != after:
            gone = what == "next review" and after is None
            yield Change(
                "document",
                _weaker(gone),
                "review",
                f"The {what} is {after or 'not given'}, was {before or 'not given'}.",
            )
    before_texts, after_texts = [one.text for one in old.handoff], [one.text for one in new.handoff]
    if before_texts != after_texts:
        yield Change(
            "document", Risk.NONE, "handoff", f"The handoff list changed: {_both(before_texts, after_texts)}."
        )


_Row = tuple[
    str, str, float | None, float | None, bool
]  # kind, what, before, after, whether longer is weaker


def _recovery(old: Recovery, new: Recovery) -> Iterator[Change]:
    lines = (old.line or None, new.line or None)
    rows: tuple[_Row, ...] = (
        ("objective", "recovery point (RPO)", old.rpo_s, new.rpo_s, True),
        ("objective", "recovery time (RTO)", old.rto_s, new.rto_s, True),
        ("backup", "time between backups", old.backup.every_s, new.backup.every_s, True),
        ("backup", "retention of backups", old.backup.retention_s, new.backup.retention_s, False),
        ("backup", "time between restore tests", old.backup.drill_every_s, new.backup.drill_every_s, True),
    )
    yield from _durations(rows, lines)
    if old.backup.location != new.backup.location:
        yield Change("backup", _weaker(not new.backup.location), "location",
                     f"Backups are kept in {new.backup.location or 'no named place'}, was {old.backup.location or 'none'}.",
                     *lines)  # fmt: skip
    if old.backup.continuous != new.backup.continuous:
        says = (
            "Continuous archiving is declared now."
            if new.backup.continuous
            else "Continuous archiving is no longer declared."
        )
        yield Change("backup", _weaker(old.backup.continuous), "continuous archiving", says, *lines)
    if slug(old.procedure or "") != slug(new.procedure or ""):
        yield Change("backup", _weaker(not new.procedure), "recovery",
                     f"The recovery procedure is {quoted(new.procedure)}, was {quoted(old.procedure)}.", *lines)  # fmt: skip


def _durations(rows: Sequence[_Row], lines: tuple[int | None, int | None]) -> Iterator[Change]:
    for kind, what, before, after, longer_is_weaker in rows:
        if before == after:
            continue
        worse: Callable[[float, float], bool] = (
            (lambda x, y: y > x) if longer_is_weaker else (lambda x, y: y < x)
        )
        weaker = after is None or (before is not None and worse(before, after))
        yield Change(
            kind, _weaker(weaker), what, f"The {what} is {lasting(before)} → {lasting(after)}.", *lines
        )


def _maintenance(old: Maintenance, new: Maintenance) -> Iterator[Change]:
    lines = (old.line or None, new.line or None)
    yield from _durations(
        (("maintenance", "notice before maintenance", old.notice_s, new.notice_s, False),), lines
    )
    if old.hours != new.hours:
        said = ["; ".join(map(say_hours, one.hours)) or "at any hour" for one in (old, new)]
        yield Change(
            "maintenance",
            _weaker(not new.hours),
            "hours",
            f"Maintenance is allowed {said[1]}, was {said[0]}.",
            *lines,
        )
    if slug(old.procedure or "") != slug(new.procedure or ""):
        says = f"The maintenance procedure is {quoted(new.procedure)}, was {quoted(old.procedure)}."
        yield Change("maintenance", Risk.NONE, "procedure", says, *lines)


def finding_changes(old: Runbook, new: Runbook) -> Iterator[Change]:
    """Findings that appear, and those that are mended. Where one stands does not count."""
    pairs = pair(old.findings, new.findings, _key)
    for one in pairs.added:
        risk = Risk.GUARDS_LESS if one.severity is Level.ERROR else Risk.NONE
        yield Change(
            "finding", risk, one.code, f"{one.code} appears ({one.severity}): {one.message}", None, one.line
        )
    for one in pairs.removed:
        yield Change("finding", Risk.NONE, one.code, f"{one.code} is mended: {one.message}", one.line, None)


def _key(finding: Finding) -> tuple[str, str]:
    return finding.code, re.sub(r"\bline \d+", "line", finding.message)
