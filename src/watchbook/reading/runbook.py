"""The whole document: finds its parts, lets each section's module read its own, and joins what they found.

Called through `watchbook.reading.read_runbook`. It knows which module reads which kind of section and in which
order (people before alerts, alerts before issues); what a section means is that module's.
"""

import hashlib
from dataclasses import dataclass, field, replace
from itertools import chain

from watchbook.model.ids import slug
from watchbook.model.procedures import Procedure
from watchbook.model.runbook import (  # fmt: skip
    UNNAMED,
    AlertRule,
    Command,
    Component,
    Environment,
    HandoffItem,
    HealthCheck,
    Issue,
    Link,
    Maintenance,
    MetricsEndpoint,
    Recovery,
    Review,
    Runbook,
    Service,
    Severity,
    SeverityLevel,
)
from watchbook.reading import (
    agreement,
    alert_blocks,
    alerting,
    amounts,
    architecture,
    commands,
    contacts,
    dashboards,
    dividing,
    environments,
    figure_items,
    figure_tables,
    handoff,
    health_checks,
    leftovers,
    maintenance,
    metrics,
    overview,
    procedures,
    recovery,
    recovery_objectives,
    review,
    rule_fences,
    scenarios,
    severity_levels,
    structure,
    troubleshooting,
)  # fmt: skip
from watchbook.reading.blocks import Block, Fence, List, Paragraph, Table
from watchbook.reading.conditions import Known
from watchbook.reading.coverage import cover
from watchbook.reading.document import Document, Section, parse_document
from watchbook.reading.figure_roles import roles_of_sections
from watchbook.reading.heading_fields import find_heading_fields
from watchbook.reading.ladders import WrittenLadder, default_ladder, rungs_of
from watchbook.reading.languages.translating import translated
from watchbook.reading.notes import Context, Notes
from watchbook.reading.outline import outline
from watchbook.reading.people import People
from watchbook.reading.placeholders import find_placeholders
from watchbook.reading.secrets import find_secrets

_PROCEDURES = ("operations", "deployment", "rollback", "scaling", "configuration", "restart", "emergency", "outage",
               "corruption", "security")  # fmt: skip


@dataclass(slots=True)
class _Draft:
    """What has been read so far."""

    document: Document
    chapters: tuple[Section, ...]
    notes: Notes
    part: dividing.Part | None = None
    whole: tuple[Section, ...] = ()  # the chapters with the tables of figures that others do not see
    facts: overview.Facts = field(default_factory=overview.Facts)
    review: Review = field(default_factory=Review)
    environments: tuple[Environment, ...] = ()
    components: tuple[Component, ...] = ()
    diagram: str | None = None
    checks: tuple[HealthCheck, ...] = ()
    dashboards: tuple[Link, ...] = ()
    figures: metrics.Figures = field(default_factory=metrics.Figures)
    people: People = field(default_factory=People)
    ladder: WrittenLadder = field(default_factory=lambda: WrittenLadder(()))
    maintenance: Maintenance | None = None
    recovery: Recovery | None = None
    procedures: tuple[Procedure, ...] = ()
    severities: tuple[SeverityLevel, ...] = ()
    alerts: tuple[AlertRule, ...] = ()
    tables: tuple[figure_tables.FigureTable, ...] = ()
    claimed: list[alert_blocks.Claimed] = field(default_factory=list)
    issues: tuple[Issue, ...] = ()
    commands: tuple[Command, ...] = ()
    handoff: tuple[HandoffItem, ...] = ()

    def of(self, *kinds: str) -> list[Section]:
        """The chapters of those kinds, in document order."""
        return [chapter for chapter in self.chapters if chapter.kind in kinds]

    @property
    def preamble(self) -> Section:
        """What stands before the first heading, as a section without a title."""
        return Section("", 0, 1, 1, self.document.preamble)

    @property
    def context(self) -> Context:
        return Context(
            self.environments, self.facts.dependencies, self.checks, tuple(self.figures.metrics), self.alerts,
            self.procedures,
        )  # fmt: skip


def read(text: str) -> Runbook:
    """The runbook that `text` is. Never raises; the same text gives the same value everywhere."""
    return _read(parse_document(text), text)


def read_all(text: str) -> tuple[Runbook, ...]:
    """A runbook for each service that the text describes, in its order. Lines are those of the whole text.

    What is shared is read for each service; a finding in it is told with the first one that has it.
    """
    document = parse_document(text)
    parts = dividing.divide(translated(document).document)
    if len(parts) == 1:
        return (_read(document, text),)
    found: list[Runbook] = []
    told: set[tuple[str, int, str]] = set()
    for part in parts:
        runbook = _read(parse_document(dividing.text_of(part, document)), text, part)
        kept = tuple(one for one in runbook.findings if (one.code, one.line, one.message) not in told)
        told |= {(one.code, one.line, one.message) for one in kept if not part.has(one.line)}
        found.append(replace(runbook, findings=kept))
    return tuple(found)


def _read(whole: Document, text: str, part: dividing.Part | None = None) -> Runbook:
    """The runbook in the document, or of one of its services; `text` is what the digest is made of."""
    spoken = translated(whole)
    whole = dividing.focus(spoken.document, part) if part is not None else spoken.document
    document, tests = scenarios.set_aside(whole)
    draft = _Draft(document, outline(document), Notes(document.source), part)
    structure.find(whole, spoken, draft.notes)
    for fence in tests:
        draft.notes.read(fence, "scenarios", scenarios.SAYS)
    _read_headings(draft)
    draft.whole = _set_tables_aside(draft)
    draft.review = review.read(document, draft.notes)
    _read_service(draft)
    _read_watching(draft)
    _read_people(draft)
    _read_acting(draft)
    _read_alerts(draft)
    _read_issues(draft)
    draft.procedures = procedures.finish(draft.procedures, draft.notes)
    draft.chapters = draft.whole
    figure_items.read_items(
        draft.chapters,
        roles_of_sections(document.sections),
        draft.figures.others(draft.notes, draft.facts.get("service") or ""),
    )
    _find_open_fences(draft)
    find_placeholders(document, draft.notes)
    find_secrets(document, draft.notes)
    draft.document = whole  # scenarios are content, too
    return _finish(text, draft)


def _set_tables_aside(draft: _Draft) -> tuple[Section, ...]:
    """Takes the tables of figures out of the chapters whose modules read none such; gives the chapters as they were."""
    whole = draft.chapters
    draft.tables = figure_tables.find_tables(whole, roles_of_sections(draft.document.sections))
    aside = [found.source or found.table for found in draft.tables if figure_tables.is_set_aside(found)]
    if aside:
        draft.chapters = tuple(_without(chapter, aside) for chapter in whole)
    return whole


def _read_headings(draft: _Draft) -> None:
    for chapter in draft.chapters:
        if chapter.kind and chapter.kind not in ("title", "contents"):
            name = chapter.kind.replace("_", " ")
            draft.notes.read(chapter.line, "section", f"Here begins the section {name}.")
        for part in chapter.walk():
            draft.notes.prose(part.line)
    for chapter in draft.of("contents"):
        draft.notes.prose(_whole(chapter))


def _find_open_fences(draft: _Draft) -> None:
    for chapter in draft.chapters:
        for block in chapter.all_blocks:
            if isinstance(block, Fence) and not block.closed and not block.indented:
                marker = draft.document.source[block.line - 1].strip()[:3]
                draft.notes.find(
                    "fence-unclosed", block.line, marker=f"`{marker}`" if "`" not in marker else marker
                )


@dataclass(frozen=True, slots=True)
class _Lines:
    line: int
    end_line: int


def _whole(chapter: Section) -> _Lines:
    return _Lines(chapter.line, max((block.end_line for block in chapter.all_blocks), default=chapter.line))


def _read_service(draft: _Draft) -> None:
    notes, facts = draft.notes, draft.facts
    title = next(iter(draft.of("title")), None)
    if draft.part is None:
        fields = (*draft.document.front_matter, *find_heading_fields(draft.chapters, notes))
        overview.read_head(replace(draft.document, front_matter=fields), title, notes, facts)
    else:
        _read_heads(draft, title)
    for chapter in draft.of("overview"):
        bound = [
            block
            for block in chapter.blocks
            if isinstance(block, Table) and environments.is_environment_table(block)
        ]
        draft.environments += environments.read(replace(chapter, blocks=tuple(bound), sections=()), notes)
        overview.read(
            replace(chapter, blocks=tuple(block for block in chapter.blocks if block not in bound)),
            notes,
            facts,
        )
    for chapter in draft.of("environments"):
        draft.environments += environments.read(chapter, notes)
    draft.environments = _distinct(draft.environments, notes)
    url = facts.get("url")
    if url and not draft.environments and url.startswith("http"):
        draft.environments = (Environment("production", url.rstrip("/"), line=facts.lines.get("url", 0)),)
    overview.find_missing(facts, notes, title.line if title is not None else 1)
    for chapter in draft.of("architecture"):
        components, diagram = architecture.read(chapter, notes)
        draft.components += components
        draft.diagram = draft.diagram or diagram


def _read_heads(draft: _Draft, title: Section | None) -> None:
    """The head of one of several services, then what the document's own head says for all of them."""
    document, notes = draft.document, draft.notes
    overview.read_head(replace(document, preamble=(), front_matter=()), title, notes, draft.facts)
    shared = next((one for one in document.sections[1:] if one.level == 1), None)
    overview.read_shared_head(document, shared, notes, draft.facts)
    for first, _ in draft.part.unread if draft.part is not None else ():
        notes.find("section-of-no-service", first)


def _distinct(found: tuple[Environment, ...], notes: Notes) -> tuple[Environment, ...]:
    """Each environment once; a second row of one name is told."""
    first: dict[str, Environment] = {}
    for one in found:
        known = first.setdefault(slug(one.name), one)
        if known is not one:
            notes.find(
                "field-repeated",
                one.line,
                mark=one.name,
                field=one.name,
                first=known.line,
                text=one.url or "",
            )
    return tuple(first.values())


def _read_watching(draft: _Draft) -> None:
    notes = draft.notes
    for chapter in draft.of("health_checks"):
        draft.checks += health_checks.read(chapter, notes, draft.context)
    for chapter in draft.of("dashboards"):
        draft.dashboards += dashboards.read(chapter, notes)
    for chapter in draft.of("metrics", "monitoring"):
        tables = [
            block
            for block in chapter.all_blocks
            if isinstance(block, Table) and alerting.is_alert_table(block)
        ]
        metrics.read(_without(alert_blocks.rest_of(chapter), tables), notes, draft.figures)


def _without(section: Section, blocks: list[Table]) -> Section:
    """The section without some of its blocks."""
    if not blocks:
        return section
    sections = tuple(_without(part, blocks) for part in section.sections)
    return replace(
        section, blocks=tuple(block for block in section.blocks if block not in blocks), sections=sections
    )


def _read_people(draft: _Draft) -> None:
    contacts.read_head(
        overview.head_fields(draft.document, tuple(draft.of("title", "overview"))), draft.notes, draft.people
    )
    for chapter in draft.of("contacts", "escalation"):
        contacts.read(chapter, draft.notes, draft.people)
    for chapter in draft.of("handoff"):
        draft.handoff += handoff.read(chapter, draft.notes)
    people = draft.people
    on_call = next(
        (one.name for one in people.contacts if slug(one.role) in ("on-call", "oncall", "primary-on-call")),
        None,
    )
    named = draft.facts.get("on_call")
    person = named if named and "://" not in named and not named.startswith("#") else None
    draft.ladder = people.ladder or default_ladder(tuple(people.contacts), on_call or person)


def _read_acting(draft: _Draft) -> None:
    """Procedures of every kind, maintenance and recovery."""
    for chapter in draft.of(*_PROCEDURES):
        _read_procedures(chapter, draft)
    for chapter in draft.of("maintenance"):
        found = maintenance.read(chapter, draft.notes)
        first = _read_procedures(_steps_only(chapter), draft)
        found = replace(found, procedure=first.name if first else None)
        draft.maintenance = (
            found if draft.maintenance is None else _merged_maintenance(draft.maintenance, found)
        )
    whole = {chapter.line: chapter for chapter in draft.whole}
    for chapter in draft.of("recovery"):
        found_here = recovery.read(whole.get(chapter.line, chapter), draft.notes)
        draft.recovery = recovery.merged(draft.recovery, found_here)
        first = _read_procedures(_steps_only(chapter), draft)
        if draft.recovery.procedure is None and first is not None:
            draft.recovery = replace(draft.recovery, procedure=first.name)
    draft.recovery = recovery_objectives.read(draft.whole, draft.notes, draft.recovery)


def _read_procedures(chapter: Section, draft: _Draft) -> Procedure | None:
    """Adds the procedures and loose commands of the chapter; gives the first procedure that does not undo another."""
    found = procedures.read(chapter, draft.notes, draft.context)
    draft.procedures += found.procedures
    draft.commands += found.commands
    return next((procedure for procedure in found.procedures if not procedure.rollback), None)


def _steps_only(section: Section) -> Section:
    """The section with what may be steps: ordered and task lists, fences, and the labels in front of them."""
    kept: list[Block] = []
    for index, block in enumerate(section.blocks):
        following = section.blocks[index + 1] if index + 1 < len(section.blocks) else None
        if (
            isinstance(block, Fence)
            or (isinstance(block, List) and _is_steps(block))
            or (
                isinstance(block, Paragraph)
                and block.label is not None
                and (isinstance(following, Fence) or (isinstance(following, List) and _is_steps(following)))
            )
        ):
            kept.append(block)
    return replace(
        section, blocks=tuple(kept), sections=tuple(_steps_only(part) for part in section.sections)
    )


def _is_steps(block: List) -> bool:
    return block.ordered or any(item.task is not None for item in block.items)


def _merged_maintenance(first: Maintenance, second: Maintenance) -> Maintenance:
    notice_s = first.notice_s if first.notice_s is not None else second.notice_s
    return Maintenance(notice_s, first.hours + second.hours, first.procedure or second.procedure, first.line)


def _read_alerts(draft: _Draft) -> None:
    every_s = (draft.figures.endpoint or MetricsEndpoint()).every_s
    known = Known(draft.checks, tuple(draft.figures.metrics), draft.facts.get("service") or "", every_s)
    draft.severities = severity_levels.read(draft.chapters, draft.notes)
    alerts = alerting.Alerts(
        draft.notes, known, draft.context, draft.ladder, tuple(draft.people.contacts), draft.severities
    )
    rules = rule_fences.find((draft.preamble, *draft.chapters), alerts)
    for chapter in draft.chapters:
        rest = alert_blocks.read(chapter, alerts, draft.claimed)
        if chapter.kind == "alerting":
            alerting.read(rest, alerts)
    for chapter in draft.of("metrics", "monitoring"):
        for block in chapter.all_blocks:
            if isinstance(block, Table) and alerting.is_alert_table(block):
                alerting.read_table(block, alerts)
    others = replace(
        alerts, known=replace(known, service="")
    )  # what stands below `AI Services` is not this service's
    for name, text, line, elsewhere in draft.figures.levelled:
        for written in alerting.written_levels(name, text, line):
            alerting.take(written, others if elsewhere else alerts)
    figures = draft.figures.others(draft.notes, known.service)
    for metric in figure_tables.read_tables(draft.tables, figures, alerts):
        draft.figures.add_drawn(metric)
    rules.take()
    draft.alerts = tuple(alerts.rules)


def _read_issues(draft: _Draft) -> None:
    """Troubleshooting and commands, then what stands anywhere else and nobody has read."""
    for chapter in draft.of("troubleshooting"):
        _add_issues(draft, troubleshooting.read(chapter, draft.notes, draft.context))
    for one in draft.claimed:
        if one.kind not in ("troubleshooting", "emergency", "outage"):
            _add_issues(
                draft,
                troubleshooting.read_alert(one.section, one.name, one.lines, draft.notes, draft.context),
            )
    for section in draft.document.sections if not draft.issues else ():
        if troubleshooting.is_page(section):
            _add_issues(draft, troubleshooting.read_page(section, draft.notes, draft.context))
    acting = draft.procedures
    for chapter in draft.chapters:
        if chapter.kind in _PROCEDURES:
            _add_issues(draft, troubleshooting.read_symptoms(chapter, acting, draft.notes, draft.context))
        if chapter.kind not in ("troubleshooting", "contents"):
            _add_issues(draft, troubleshooting.read_tables(chapter, draft.notes, draft.context))
    draft.issues = troubleshooting.link(draft.issues, draft.alerts, draft.notes)
    for chapter in draft.of("commands"):
        draft.commands += commands.read(chapter, draft.notes, draft.context)
    everywhere = (draft.preamble, *draft.chapters)
    draft.procedures += leftovers.read_procedures(everywhere, draft.notes, draft.context)
    if not draft.issues:
        pages = [
            troubleshooting.read_detected(section, draft.procedures, draft.notes, draft.context).issues
            for section in draft.document.sections
        ]
        draft.issues = troubleshooting.link(tuple(chain(*pages)), draft.alerts, draft.notes)
    draft.commands += leftovers.read_commands(everywhere, draft.notes)
    leftovers.give_reasons(everywhere, draft.notes)


def _with_amounts(runbook: Runbook, draft: _Draft) -> Runbook:
    """Last of all: the numbers that no other module has read."""
    told = amounts.told_values(runbook, draft.people.ladder, draft.notes)
    return replace(runbook, amounts=amounts.read((draft.preamble, *draft.chapters), draft.notes, told))


def _add_issues(draft: _Draft, found: troubleshooting.Troubles) -> None:
    draft.issues += found.issues
    draft.procedures += found.procedures


def _finish(text: str, draft: _Draft) -> Runbook:
    """The value, after the findings that need all of it."""
    notes, people = draft.notes, draft.people
    if not text.strip():
        notes.find("document-empty", 1)
    runbook = Runbook(
        _service(draft), draft.checks, tuple(draft.figures.metrics), draft.alerts, draft.procedures, draft.issues,
            draft.commands,
        draft.maintenance, draft.recovery, draft.handoff, tuple(people.contacts), rungs_of(draft.ladder, Severity.CRITICAL),
        tuple(people.rooms), draft.review, severities=draft.severities,
    )  # fmt: skip
    runbook = _with_amounts(replace(runbook, figures=tuple(draft.figures.rules)), draft)
    first = len(notes.findings)
    agreement.find_missing_sections(draft.document, draft.chapters, notes)
    agreement.find_disagreements(runbook, draft.ladder, people.ladder_line, notes)
    if draft.part is not None:
        _place_at(draft.part.line, first, notes)
    coverage = cover(draft.document, draft.chapters, notes)
    readings = tuple(sorted(notes.readings, key=lambda reading: reading.line))
    findings = tuple(sorted(notes.findings, key=lambda finding: (finding.line, finding.column, finding.code)))
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return replace(runbook, coverage=coverage, readings=readings, findings=findings, digest=digest)


def _place_at(line: int, first: int, notes: Notes) -> None:
    """Findings about the whole that stand on line 1 belong to the heading of the service they are about."""
    notes.findings[first:] = [
        replace(one, line=line, column=0, length=0) if one.line == 1 else one
        for one in notes.findings[first:]
    ]


def _service(draft: _Draft) -> Service:
    facts = draft.facts
    return Service(
        facts.get("service") or UNNAMED, facts.get("owner") or draft.people.team, facts.get("on_call"),
            facts.get("purpose"),
        facts.dependencies, facts.dependents, facts.objective, draft.figures.endpoint or MetricsEndpoint(),
        draft.environments,
        draft.components, draft.dashboards, draft.diagram, facts.lines.get("dependencies", facts.lines.get("service", 1)),
    )  # fmt: skip
