"""Which live thing stands beside which part of the runbook's text. Pure; called by `web.board`.

Everything is placed by its line: beside the passage that holds it, or, when it can be acted on, under the very block
that says it. What has no line stands beside the beginning. It renders nothing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Protocol, TypeVar

from watchbook.app.views.runs import CauseView, CommandView, IssueView, ProcedureView
from watchbook.app.views.watched import (
    AlertView,
    CheckView,
    EnvironmentView,
    HandoffView,
    MetricView,
    ServiceView,
    UnwiredView,
)
from watchbook.model.diagnosis import CauseVerdict
from watchbook.model.ids import slug
from watchbook.model.runbook import Contact, Finding
from watchbook.web.prose import Block, Passage, passages
from watchbook.web.wording import Light, alert_light, light, worst_light

_NAMED = re.compile(r"\s{0,3}[-*+] \*\*([^*]+?):?\*\*")


class Placed(Protocol):
    @property
    def line(self) -> int: ...


T = TypeVar("T", bound=Placed)


@dataclass(frozen=True, slots=True)
class Beside:
    """What is alive beside one passage."""

    environments: tuple[EnvironmentView, ...] = ()
    checks: tuple[CheckView, ...] = ()
    metrics: tuple[MetricView, ...] = ()
    alerts: tuple[AlertView, ...] = ()
    commands: tuple[CommandView, ...] = ()
    contacts: tuple[Contact, ...] = ()
    handoff: tuple[HandoffView, ...] = ()
    unwired: tuple[UnwiredView, ...] = ()

    @property
    def empty(self) -> bool:
        return not any(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True, slots=True)
class Bar:
    """Something to do or to know, directly under a block: a procedure, a cause, an issue, or all findings about it."""

    part: str
    procedure: ProcedureView | None = None
    cause: CauseView | None = None
    issue: IssueView | None = None
    findings: tuple[Finding, ...] = ()
    verdict: CauseVerdict | None = None  # of the cause, in the latest diagnosis


@dataclass(frozen=True, slots=True)
class Piece:
    block: Block
    bars: tuple[Bar, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A passage with its pieces and what stands beside it."""

    passage: Passage
    part: str
    pieces: tuple[Piece, ...]
    beside: Beside


@dataclass(frozen=True, slots=True)
class Section:
    """An entry of the page's navigation, with the worst light under it."""

    anchor: str
    title: str
    part: str
    light: Light | None


@dataclass(frozen=True, slots=True)
class Arrangement:
    rows: tuple[Row, ...]
    sections: tuple[Section, ...]
    lights: dict[int, Light]  # by source line
    components: dict[str, Light]  # by slug: a component's light is the check of the same name


def arrange(view: ServiceView) -> Arrangement:
    """The runbook's passages with everything alive in its place."""
    text = passages(view.document.text)
    bars = _bars(view)
    rows: list[Row] = []
    for number, passage in enumerate(text):
        end = text[number + 1].start - 1 if number + 1 < len(text) else 1 << 31
        beside = _beside(view, 0 if number == 0 else passage.start, end)
        start = 0 if number == 0 else passage.start
        inside = [(line, bar) for line, bar in bars if start <= line <= end]
        findings = [finding for finding in view.findings if start <= finding.line <= end]
        rows.append(Row(passage, f"beside-{number}", _pieces(passage, inside, findings), beside))
    components = _components(view)
    lights = _named_lights(view.document.text, components) | _lights(view)
    return Arrangement(tuple(rows), tuple(_sections(rows, lights)), lights, components)


def _beside(view: ServiceView, start: int, end: int) -> Beside:
    def within(things: Iterable[T]) -> tuple[T, ...]:
        return tuple(thing for thing in things if start <= thing.line <= end)

    return Beside(
        within(view.environments),
        within(view.checks),
        within(view.metrics),
        within(view.alerts),
        within(view.commands),
        within(view.contacts),
        within(view.handoff),
        within(view.unwired),
    )


def _pieces(passage: Passage, bars: list[tuple[int, Bar]], findings: list[Finding]) -> tuple[Piece, ...]:
    """Each bar goes under the last block that begins at or before its line; findings about a block stand together."""
    held: list[list[Bar]] = [[] for _ in passage.blocks]
    faults: list[list[Finding]] = [[] for _ in passage.blocks]

    def place(line: int) -> int:
        return max((i for i, block in enumerate(passage.blocks) if block.start <= line), default=0)

    for finding in findings:
        faults[place(finding.line)].append(finding)
    for line, bar in bars:
        held[place(line)].append(bar)
    for block, those, found in zip(passage.blocks, held, faults, strict=True):
        if found:
            those.insert(0, Bar(f"findings-{block.start}", findings=tuple(found)))
    return tuple(Piece(block, tuple(those)) for block, those in zip(passage.blocks, held, strict=True))


class _Numbering:
    """Ids by order in the document: names repeat themselves, and are long on a bad line."""

    def __init__(self) -> None:
        self._used: dict[str, int] = {}

    def name(self, kind: str) -> str:
        self._used[kind] = self._used.get(kind, 0) + 1
        return f"{kind}-{self._used[kind]}"


def _bars(view: ServiceView) -> list[tuple[int, Bar]]:
    """All bars with the line that they stand under, in the order in which they are shown."""
    found: list[tuple[int, Bar]] = []
    unique = _Numbering()
    by_name = {slug(procedure.name): procedure for procedure in view.procedures}
    remedies: set[str] = set()
    for issue in view.issues:
        found.append((issue.line, Bar(unique.name("issue"), issue=issue)))
        verdicts = {
            verdict.cause: verdict
            for verdict in (issue.last_diagnosis.verdicts if issue.last_diagnosis else ())
        }
        for cause in issue.causes:
            remedy = by_name.get(slug(cause.procedure)) if cause.procedure else None
            remedies.add(remedy.name if remedy else "")
            part = unique.name("cause")
            bar = Bar(part, cause=cause, procedure=remedy, verdict=verdicts.get(cause.name))
            found.append((_last_line(remedy, cause.line), bar))
    for procedure in view.procedures:
        if procedure.name not in remedies:
            bar = Bar(unique.name("procedure"), procedure=procedure)
            found.append((_last_line(procedure, procedure.line), bar))
    return found


def _last_line(procedure: ProcedureView | None, line: int) -> int:
    return max([line, *(step.line for step in procedure.steps)]) if procedure else line


def _lights(view: ServiceView) -> dict[int, Light]:
    """The worst light of everything on each line: what stands beside the words themselves."""
    found: dict[int, list[Light]] = {}
    for check in view.checks:
        found.setdefault(check.line, []).append(light(check.status))
    for environment in view.environments:
        found.setdefault(environment.line, []).append(light(environment.status))
    for metric in view.metrics:
        found.setdefault(metric.line, []).append(light(metric.state))
    for alert in view.alerts:
        found.setdefault(alert.line, []).append(alert_light(alert))
    for unwired in view.unwired:
        found.setdefault(unwired.line, []).append(Light("warn", "not wired to any channel"))
    worst = {line: worst_light(lights) for line, lights in found.items() if line}
    return {line: one for line, one in worst.items() if one}


def _named_lights(text: str, components: dict[str, Light]) -> dict[int, Light]:
    """Lights of list items that begin with a component's name in bold: `- **Database:** orders and stock`."""
    found = {}
    for number, line in enumerate(text.split("\n"), start=1):
        named = _NAMED.match(line)
        if named and (one := components.get(slug(named.group(1)))):
            found[number] = one
    return found


def _components(view: ServiceView) -> dict[str, Light]:
    """Lights for the diagram: checks by name, and the instances together."""
    found: dict[str, list[Light]] = {}
    for check in view.checks:
        found.setdefault(slug(check.name), []).append(light(check.status))
    for environment in view.environments:
        if environment.pages and environment.instances:
            found.setdefault("instances", []).append(light(environment.status))
    if view.checks:
        found.setdefault(slug(view.summary.name), []).append(light(view.summary.status))
    worst = {name: worst_light(lights) for name, lights in found.items()}
    return {name: one for name, one in worst.items() if one}


def _sections(rows: list[Row], lights: dict[int, Light]) -> Iterable[Section]:
    """One entry for each second-level heading (or first-level, where a document uses those)."""
    levels = [row.passage.level for row in rows if row.passage.level]
    top = 2 if levels.count(2) > 1 else min(levels, default=1)
    starts = [row.passage for row in rows if row.passage.level == top]
    for number, passage in enumerate(starts):
        end = starts[number + 1].start if number + 1 < len(starts) else 1 << 31
        worst = worst_light([one for line, one in lights.items() if passage.start <= line < end])
        yield Section(passage.anchor, passage.title, f"section-{number}", worst)
