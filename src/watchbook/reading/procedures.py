"""Procedures: deployment, rollback, scaling, configuration, emergency, maintenance, recovery, and any other
numbered steps or verified commands.

Called by `reading.runbook` with one chapter at a time, and at the end with all procedures (`finish`), when the
way back of each is known. What one block of commands says is `reading.steps`'; fields of a chapter (hours,
backups) are read by their own modules before.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise

from watchbook.model.ids import slug
from watchbook.model.procedures import Parameter, Procedure, Step, StepKind
from watchbook.model.runbook import Command
from watchbook.reading.blocks import Block, Fence, Item, Line, List, Paragraph, Table
from watchbook.reading.commands import read_fence as read_commands
from watchbook.reading.document import Section
from watchbook.reading.fences import is_shell
from watchbook.reading.naming import Names
from watchbook.reading.notes import Context, Notes
from watchbook.reading.parameters import Descriptions, described, descriptions, used_in
from watchbook.reading.step_forms import (
    are_facts,
    are_steps,
    has_command,
    has_steps,
    introduced,
    is_aside,
    is_in_order,
    is_response,
    is_routine,
    opens,
    tells_what_to_do,
)
from watchbook.reading.step_tables import columns_of_steps, read_step_table
from watchbook.reading.step_text import Lines
from watchbook.reading.step_ways import Ways
from watchbook.reading.step_words import is_procedural
from watchbook.reading.steps import Setting, StepWriter

PROCEDURAL = frozenset(
    {
        "deployment",
        "rollback",
        "scaling",
        "configuration",
        "restart",
        "emergency",
        "outage",
        "corruption",
        "security",
        "maintenance",
        "recovery",
    }
)
_ROLLBACK = re.compile(r"\b(?:roll(?:ing)?[\s-]?back|revert|undo)\b", re.IGNORECASE)
_GENERIC = re.compile(
    r"(?:(?:the\s+)?(?:procedure|steps?|process|instructions?|actions?|commands?|how to|"
    r"step[- ]by[- ]step|immediate actions?|"
    r"what to do|execution|implementation|tasks?|checklist|usage|example|details)|(?:if|when|in case)\b.*)",
    re.IGNORECASE,
)
_NUMBERED_PART = re.compile(
    r"(?:step|phase|stage|paso|fase|etapa|étape|passo|schritt|stap|krok|шаг)\s*\d+\b\.?", re.IGNORECASE
)
_NUMBERING = re.compile(r"^\W*(?:(?:\d+(?:\.\d+)*|[A-Z])[.):]\s+|\d+(?:\.\d+)+\s+)?")
_PEOPLE = re.compile(
    r"\b(?:contacts?|escalation|call tree|severity|severities|roles|responsibilities)\b", re.IGNORECASE
)
_NEEDS_CARE = frozenset({"deployment", "configuration"})


@dataclass(frozen=True, slots=True)
class Operations:
    """What a chapter holds: procedures, and commands that belong to none."""

    procedures: tuple[Procedure, ...] = ()
    commands: tuple[Command, ...] = ()


@dataclass(slots=True)
class _Unit:
    """A heading or label with the blocks under it."""

    name: str
    line: int
    blocks: list[Block] = field(default_factory=list)
    parts: set[int] = field(
        default_factory=set
    )  # lines of headings such as "Step 2: Migrate" inside the unit
    introduced: bool = False  # by a sentence that says that these are steps


def read(section: Section, notes: Notes, context: Context) -> Operations:
    """Procedures and loose commands of one chapter (`section.kind` says which), in document order."""
    known = descriptions(block for part in section.walk() for block in part.blocks)
    reader = _Chapter(section.kind, notes, context, known)
    for unit in _units(section):
        reader.unit(unit)
    return Operations(tuple(_with_way_back(reader.found)), tuple(reader.commands))


def read_anywhere(section: Section, notes: Notes, context: Context) -> tuple[Procedure, ...]:
    """Only the procedures of a chapter about something else; what is no procedure stays as it is."""
    known = descriptions(block for part in section.walk() for block in part.blocks)
    reader = _Chapter(section.kind, notes, context, known)
    for unit in _units(section):
        if (
            not _FOR_READERS.search(unit.name)
            and not _is_taken(unit.blocks, notes)
            and reader.is_procedure(unit)
        ):
            reader.unit(unit)
            continue
        for name, words, block in introduced(unit.name, unit.blocks):
            if not _is_taken([block], notes):
                reader.unit(_Unit(name, words.line, [block], introduced=True))
    return tuple(_with_way_back(reader.found))


_FOR_READERS = re.compile(
    r"\b(?:related|references?|links?|see also|contents|navigation|principles?|goals?|objectives?|features?|roadmap|glossary"
    r"|lessons|changelog|history|resources|reading|assumptions|targets?|metrics|scope|overview|about|sign[- ]?off"
    r"|notes?|tips|best practices|guidelines|conventions|policy|policies|permissions|cheat ?sheets?|useful)\b",
    re.IGNORECASE,
)


def _is_taken(blocks: Iterable[Block], notes: Notes) -> bool:
    """Whether most of the steps are in a reading already."""
    places = [place.line for place in _places(blocks)]
    return bool(places) and sum(line in notes.read_lines for line in places) * 2 > len(places)


def _places(blocks: Iterable[Block]) -> Iterable[Item | Lines]:
    """Where the steps of a unit stand: its items and the first line in each of its code blocks."""
    for block in blocks:
        if isinstance(block, List):
            yield from block.items
        elif isinstance(block, Table):
            yield from (Lines(row.line, row.line) for row in block.rows)
        elif isinstance(block, Fence):
            yield Lines(block.first_line, block.first_line)


def _units(section: Section) -> list[_Unit]:
    """The headings and labels of the chapter that have blocks of their own, in order."""
    found: list[_Unit] = []
    for part in section.walk():
        title = clean_title(part.title)
        if _NUMBERED_PART.match(title) and found and part is not section:
            words = Line(part.line, f"{_NUMBERED_PART.sub('', title, count=1).strip(' :.–—-') or title}:")
            found[-1].blocks.append(Paragraph((words,), part.line, part.line))
            found[-1].parts.add(part.line)
            found[-1].blocks.extend(part.blocks)
            continue
        heading = unit = _Unit(title, part.line)
        found.append(unit)
        for block in part.blocks:
            label = block.label if isinstance(block, Paragraph) else None
            if isinstance(block, Paragraph) and (item := _step_in_words(block)) is not None:
                unit.blocks.append(List((item,), True, block.line, block.end_line))
                continue
            if isinstance(block, Paragraph) and _names_part(block):
                name = _NUMBERED_PART.sub("", label or block.text, count=1).strip(" :.–—-")
                unit.blocks.append(replace(block, lines=(Line(block.line, f"{name or block.text}:"),)))
                unit.parts.add(block.line)
                continue
            if label and not _GENERIC.fullmatch(label) and not _NUMBERED_PART.match(label):
                unit = _Unit(clean_title(label), block.line)
                found.append(unit)
            elif label and len(unit.blocks) > 1 and not any(has_steps(one) for one in heading.blocks):
                # "Scheduling: …" and then "Procedure: …": the procedure of the heading.
                unit = heading
            unit.blocks.append(block)
    return found


_STEP = re.compile(r"step\s*\d+\s*[.:)–—-]\s+(?=\S)", re.IGNORECASE)


def _step_in_words(block: Paragraph) -> Item | None:
    """`**Step 2.** Ask for removal.`: a numbered item that is written as a paragraph."""
    first = block.lines[0] if block.lines else None
    found = _STEP.match(first.text) if first is not None else None
    if first is None or found is None or block.label is not None or first.text.rstrip().endswith(":"):
        return None
    rest = first.cut(found.end())
    if len(rest.text.split()) < _FEWEST_WORDS:
        return None
    return Item((rest, *block.lines[1:]), (), block.line, block.end_line)


_FEWEST_WORDS = 3  # `Step 1: Prepare` is the name of what stands below it


@lru_cache(maxsize=1024)
def _names_part(block: Paragraph) -> bool:
    """Whether a paragraph is one line such as `Phase 1: Prepare`, which names what stands below it."""
    return len(block.lines) == 1 and len(block.text) < 80 and _NUMBERED_PART.match(block.text) is not None


@lru_cache(maxsize=4096)
def clean_title(title: str) -> str:
    """A title without numbering, emoji and a closing colon: `3.2 🚀 Normal Deployment:` → `Normal Deployment`."""
    text = _NUMBERING.sub("", title.strip()).strip().rstrip(":").strip()
    text = re.sub(
        r"^(?:procedure|runbook|playbook|how[- ]?to)\s*(?:#?\d+\s*)?[:–—-]\s*", "", text, flags=re.IGNORECASE
    )
    return re.sub(r"^[^\w(\[\"'`<{]+", "", text) or title.strip()


class _Chapter:
    """Reads the units of one chapter."""

    def __init__(self, kind: str, notes: Notes, context: Context, known: Descriptions) -> None:
        self.kind, self.notes, self.context, self.known = kind, notes, context, known
        self.found: list[Procedure] = []
        self.names = Names(slug)
        self.described = sorted((line, name) for name, (_, _, line) in known.items())
        self.commands: list[Command] = []

    def unit(self, unit: _Unit) -> None:
        """A procedure, or loose commands, or prose."""
        for block in unit.blocks:
            if isinstance(block, List | Table):
                self._tell_descriptions(block)
        if not unit.introduced and not self.is_procedure(unit):
            self._loose(unit)
            return
        rollback = self.kind == "rollback" or bool(_ROLLBACK.search(unit.name))
        setting = Setting(self.context.environments, self.kind == "scaling", rollback)
        writer = StepWriter(self.notes, setting)
        steps = self._steps(unit, writer)
        if not steps:
            return
        self._tell(unit)
        section = "rollback" if rollback else self.kind or "operations"
        attribute = writer.attributes.get("name") if self.kind not in PROCEDURAL else None
        name = self.names.unique(attribute or unit.name)
        handler = self._handler(name, writer)
        on_failure = handler.name if handler else _named_rollback(writer.attributes)
        self.found.append(
            Procedure(
                name,
                section,
                tuple(steps),
                self._parameters(steps, writer.parameters),
                on_failure,
                writer.attributes.get("rollback") == "auto",
                rollback,
                unit.line,
            )
        )
        if handler:
            self.names.take(handler.name)
            self.found.append(handler)

    def _parameters(self, steps: Iterable[Step], met: list[Parameter]) -> tuple[Parameter, ...]:
        used = " ".join(script for step in steps for script in scripts_of(step))
        return described(used_in(met, used), self.known)

    def _handler(self, name: str, writer: StepWriter) -> Procedure | None:
        """The procedure of rollback text inside a block of commands."""
        if not writer.handler:
            return None
        steps = tuple(writer.handler)
        parameters = self._parameters(steps, writer.parameters)
        return Procedure(f"{name}: rollback", "rollback", steps, parameters, None, False, True, steps[0].line)

    def is_procedure(self, unit: _Unit) -> bool:
        """Whether the blocks under the heading or label are steps; lists of people are not."""
        if is_aside(unit.name) or (_PEOPLE.search(unit.name) and not is_response(unit.name, unit.blocks)):
            return False
        if self.kind in PROCEDURAL:
            return any(has_steps(block) for block in unit.blocks if not self._is_told(block))
        for block in unit.blocks:
            if isinstance(block, Fence) and is_shell(block) and (is_in_order(block) or is_routine(unit.name)):
                return True
            if isinstance(block, List) and sum(item.task is not None for item in block.items) > 1:
                return True
            if isinstance(block, Table) and is_procedural(unit.name) and columns_of_steps(block):
                return True
        return (
            are_steps(unit.name, unit.blocks)
            or (bool(unit.parts) and any(has_steps(block) for block in unit.blocks))
            or _is_told_in_parts(unit)
        )

    def _steps(self, unit: _Unit, writer: StepWriter) -> list[Step]:
        ways = Ways(writer)
        before = ""
        told = _is_told_in_parts(unit)
        for block, following in zip(unit.blocks, [*unit.blocks[1:], None], strict=True):
            match block:
                case Paragraph() if told and block.line in unit.parts and isinstance(following, List):
                    first = Line(block.line, block.text.rstrip(":"))
                    ways.add(writer.item(Item((first,), (following,), block.line, following.end_line)))
                case List() if told and self.notes.is_told(block.line):
                    pass
                case Fence():
                    ways.block(before, writer.fence(block, before or unit.name))
                case List() if isinstance(following, Fence) and opens(block):
                    ways.add(self._list(replace(block, items=block.items[:-1]), writer))
                    last = block.items[-1].first
                    before = last.text.strip().rstrip(":")
                    self.notes.read(last, "step", f"The step {before}, with the commands below it.")
                    continue
                case List() if are_facts(block) or is_aside(before):
                    self._prose(block)
                case List():
                    ways.add(self._list(block, writer, tells_what_to_do(unit.name, block)))
                case Table() if columns_of_steps(block):
                    ways.add(read_step_table(block, writer))
                case Paragraph():
                    self._paragraph(block)
                    before = _introduction(block)
                    continue
                case _:
                    self._prose(block)
            before = ""
        return ways.done()

    def _list(self, block: List, writer: StepWriter, told: bool = False) -> list[Step]:
        """Numbered and task items are steps; of other lists the items with a command, or all where they say what to do."""
        steps: list[Step] = []
        for item in block.items:
            if block.ordered or item.task is not None or has_command(item) or told:
                steps += writer.item(item)
            elif not self.notes.is_told(item.line):
                self.notes.prose(item)
        return steps

    def _loose(self, unit: _Unit) -> None:
        """Blocks that are no steps: commands are kept by name, everything else is for people."""
        for block in unit.blocks:
            if isinstance(block, Fence) and is_shell(block):
                self.commands += read_commands(block, unit.name, self.notes, self.known)
            else:
                self._prose(block)

    def _paragraph(self, block: Paragraph) -> None:
        if block.lines and not self.notes.is_told(block.line):
            self.notes.prose(block)

    def _prose(self, block: Block) -> None:
        if not self._is_told(block):
            self.notes.prose(block)

    def _is_told(self, block: Block) -> bool:
        return self.notes.is_told(block.line) and not (isinstance(block, List) and block.ordered)

    def _tell(self, unit: _Unit) -> None:
        """The heading or label that names the procedure is part of its reading."""
        self.notes.read(Lines(unit.line, unit.line), "procedure", f"The procedure “{unit.name}”.")

    def _tell_descriptions(self, block: List | Table) -> None:
        first, last = (bisect_left(self.described, (line, "")) for line in (block.line, block.end_line + 1))
        for line, name in self.described[first:last]:
            text, default, _ = self.known[name]
            if not self.notes.is_told(line):
                by_default = f", {default} by default" if default else ""
                self.notes.read(line, "parameter", f"The parameter {name}{by_default}: {text}")


def _is_told_in_parts(unit: _Unit) -> bool:
    """Whether headings such as `Step 1: Acknowledge` stand over plain lists that say what each step is."""
    listed = sum(
        isinstance(before, Paragraph) and before.line in unit.parts and isinstance(block, List)
        for before, block in pairwise(unit.blocks)
    )
    return listed > 1 and not any(has_steps(block) for block in unit.blocks)


def _with_way_back(found: list[Procedure]) -> list[Procedure]:
    """Procedures of a chapter with the rollback that stands beside them."""
    back = next(
        (procedure for procedure in found if procedure.rollback and ": rollback" not in procedure.name), None
    )
    if back is None:
        return found
    return [
        replace(procedure, on_failure=back.name)
        if not procedure.rollback and procedure.on_failure is None and procedure.changing
        else procedure
        for procedure in found
    ]


def finish(procedures: tuple[Procedure, ...], notes: Notes) -> tuple[Procedure, ...]:
    """All procedures with unique names and their way back, and the findings that need to see them all.

    A deployment without a rollback beside it takes the document's only one.
    """
    unique = _unique(procedures, notes)
    ways = [procedure for procedure in unique if procedure.rollback and ": rollback" not in procedure.name]
    linked = tuple(
        replace(procedure, on_failure=ways[0].name)
        if procedure.section == "deployment"
        and procedure.on_failure is None
        and procedure.changing
        and len(ways) == 1
        else procedure
        for procedure in unique
    )
    for procedure in linked:
        _findings(procedure, notes)
    return linked


def _unique(procedures: tuple[Procedure, ...], notes: Notes) -> list[Procedure]:
    first: dict[str, Procedure] = {}
    names = Names(slug)
    found: list[Procedure] = []
    for procedure in procedures:
        name = procedure.name
        known = first.setdefault(slug(name), procedure)
        if known is not procedure:
            notes.find("procedure-repeated", procedure.line, name=name, first=known.line)
            name = f"{name} (line {procedure.line})"
        found.append(replace(procedure, name=names.unique(name)))
    return found


def _findings(procedure: Procedure, notes: Notes) -> None:
    """Verification, way back and descriptions, where the procedure changes something."""
    commands = any(scripts_of(step) for step in procedure.steps)
    if procedure.section in _NEEDS_CARE and procedure.changing and commands and not procedure.rollback:
        if not any(_verifies(step) for step in procedure.steps):
            notes.find("procedure-unverified", procedure.line, name=procedure.name)
        if procedure.on_failure is None:
            notes.find("procedure-without-rollback", procedure.line, name=procedure.name)
    for parameter in procedure.parameters:
        if parameter.description is None and parameter.source != "literal":
            notes.find(
                "parameter-undescribed",
                parameter.line or procedure.line,
                mark=parameter.name,
                name=parameter.name,
            )


def _verifies(step: Step) -> bool:
    return step.kind is StepKind.VERIFY or any(
        _verifies(one) for choice in step.choices for one in choice.steps
    )


def scripts_of(step: Step) -> list[str]:
    """The scripts of a step and of everything that it offers."""
    found = [step.script] if step.script else []
    return found + [script for choice in step.choices for one in choice.steps for script in scripts_of(one)]


def _named_rollback(attributes: dict[str, str]) -> str | None:
    name = attributes.get("rollback")
    return name if name and name != "auto" else None


def _introduction(block: Paragraph) -> str:
    """The words before a block that introduce it: the last sentence, when it ends in a colon."""
    text = block.text.strip()
    if not text.endswith(":") or block.label:
        return ""
    return re.split(r"(?<=[.!?])\s+", text)[-1].rstrip(":").strip()[:80]
