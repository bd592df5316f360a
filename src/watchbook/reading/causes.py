"""Causes of an issue: their checks, remedies and advice, from code blocks, list items and table rows.

Called by `reading.troubleshooting`. A remedy becomes a procedure; which cause is at work is decided elsewhere.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace

from watchbook.model.procedures import Parameter, Step
from watchbook.model.safety import Safety
from watchbook.reading.blocks import Fence, Item, Line, Row, Table
from watchbook.reading.fences import Group, read_groups
from watchbook.reading.naming import Names
from watchbook.reading.notes import Context, Notes
from watchbook.reading.shell import classify
from watchbook.reading.step_text import Lines, first_words, is_path
from watchbook.reading.step_words import CHECK, SOLUTION, is_verify
from watchbook.reading.steps import Draft, Setting, StepWriter

_COLUMNS = {
    "issue": re.compile(
        r"symptom|problem|issue|alert|error|failure|scenario|question|\bcodes?\b|what you see|observ|situation",
        re.IGNORECASE,
    ),
    "cause": re.compile(r"cause|reason|likely|diagnos|meaning", re.IGNORECASE),
    "fix": re.compile(
        r"fix|solution|resolution|action|remedy|remediation|mitigation|what to do|workaround|answer|recovery$",
        re.IGNORECASE,
    ),
    "check": re.compile(r"check|verify|how to confirm|investigat", re.IGNORECASE),
}
_ISSUE_HEADERS = re.compile(
    r"(?:common |known )?(?:symptoms?|problems?|issues?|errors?(?: codes?| messages?)?|alerts?(?: names?)?"
    r"|failures?(?: modes?)?|what you see|observations?|situations?)",
    re.IGNORECASE,
)
_CODE_HEADERS = re.compile(r"(?:status |exit )?codes?", re.IGNORECASE)
_FIX_HEADERS = re.compile(
    r"(?:quick |recommended |immediate )?(?:fix(?:es)?|solutions?|resolutions?|remed(?:y|ies|iation)|mitigations?"
    r"|workarounds?|what to do)(?: steps)?",
    re.IGNORECASE,
)
_CAUSE_HEADERS = re.compile(
    r"(?:(?:likely|possible|probable|common|root) )?(?:causes?|reasons?)|meaning", re.IGNORECASE
)
_ACTION_HEADERS = re.compile(r"(?:recommended |immediate |first )?actions?", re.IGNORECASE)


@dataclass(slots=True)
class CauseDraft:
    """A cause while it is being read."""

    name: str
    line: int
    check: list[Step] = field(default_factory=list)
    remedy: list[Step] = field(default_factory=list)
    parameters: list[Parameter] = field(default_factory=list)
    solution: str = ""
    advice: str | None = None
    _ids: dict[str, Names] = field(default_factory=lambda: defaultdict(Names))  # of checks, remedies and both

    def add_item(self, step: Step, check: bool) -> None:
        """A step of an item: its id is one that neither a check nor a remedy has."""
        step = renamed(step, self._ids["both"])
        self._ids["check" if check else "remedy"].take(step.id)
        (self.check if check else self.remedy).append(step)

    def add_checks(self, steps: list[Step]) -> list[Step]:
        """Steps of a block as checks; gives them with the ids that they have there."""
        return self._add(steps, self.check, self._ids["check"])

    def add_remedies(self, steps: list[Step]) -> list[Step]:
        """Steps of a block as remedies; gives them with the ids that they have there."""
        return self._add(steps, self.remedy, self._ids["remedy"])

    def _add(self, steps: list[Step], place: list[Step], ids: Names) -> list[Step]:
        added = [renamed(step, ids) for step in steps]
        for step in added:
            self._ids["both"].take(step.id)
        place += added
        return added


def add_item(item: Item, cause: CauseDraft, notes: Notes, context: Context) -> None:
    """The commands of a list item: what only looks, before any remedy, is the check; the rest mends."""
    writer = StepWriter(notes, Setting(context.environments))
    steps = writer.item(item)
    for step in steps:
        only_reads = step.safety is not None and step.safety.safety is Safety.READ_ONLY
        cause.add_item(step, check=only_reads and bool(CHECK.match(step.name)) and not cause.remedy)
    cause.parameters += writer.parameters


def add_fence(block: Fence, cause: CauseDraft, notes: Notes, context: Context, remedy: bool = False) -> None:
    """`# Check …` and `# Solution: …` groups of a cause: what comes up to the solution is its check."""
    checks = StepWriter(notes, Setting(context.environments, diagnosis=True))
    remedies = StepWriter(notes, Setting(context.environments, rollback=True))
    drafts_of: dict[bool, list[Draft]] = {False: [], True: []}
    notes.also_read(Lines(block.line, block.line))
    notes.also_read(Lines(block.end_line, block.end_line))
    mending = remedy
    for written in read_groups(block):
        mending, group = _side(written, mending, cause, notes)
        if not group.comments and not group.commands:
            continue
        writer = remedies if mending else checks
        drafts_of[mending] += writer.group(group, {}, cause.name)
    added = cause.add_checks(checks.with_choices(drafts_of[False], block))
    cause.add_remedies(remedies.with_choices(drafts_of[True], block))
    cause.parameters += remedies.parameters
    for step in added:
        if step.script and step.safety and step.safety.safety is not Safety.READ_ONLY:
            said = step.safety.safety.value.replace("_", " ")
            notes.find(
                "diagnosis-not-read-only",
                step.line,
                mark=first_words(step.script),
                command=first_words(step.script),
                safety=said,
            )


def _side(group: Group, mending: bool, cause: CauseDraft, notes: Notes) -> tuple[bool, Group]:
    """Whether the group checks or mends, and the group without the word that says so."""
    solution = SOLUTION.match(group.title)
    if solution:
        text = (solution["text"] or "").strip()
        cause.solution = cause.solution or text
        notes.also_read(group.comments[0].line)
        first = replace(group.comments[0], text=text or cause.name)
        return True, replace(group, comments=[first, *group.comments[1:]])
    if is_verify(group.title) and mending:
        return True, group
    if CHECK.match(group.title):
        # Behind a remedy, only an explicit check begins another one.
        return (mending and not re.match(r"check|diagnos", group.title, re.IGNORECASE)), group
    if not mending and group.commands:
        return classify(group.script).safety is not Safety.READ_ONLY, group
    return mending, group


def renamed(step: Step, ids: Names) -> Step:
    """The step with an id that nobody has yet."""
    identity = ids.unique(step.id, "-")
    return step if identity == step.id else replace(step, id=identity)


def columns_of_causes(table: Table) -> dict[str, int]:
    """Which column holds what, by the headers."""
    found: dict[str, int] = {}
    for index, cell in enumerate(table.header.cells):
        for kind, pattern in _COLUMNS.items():
            if kind not in found and index not in found.values() and pattern.search(cell.text):
                found[kind] = index
                break
    return found


def is_issue_table(table: Table) -> bool:
    """Whether the headers leave no doubt that the rows are problems and what helps against them."""
    headers = [cell.text.strip() for cell in table.header.cells]
    said = [
        any(pattern.fullmatch(header) for header in headers)
        for pattern in (_ISSUE_HEADERS, _FIX_HEADERS, _CAUSE_HEADERS, _ACTION_HEADERS)
    ]
    issue, fix, cause, action = said
    coded = any(_CODE_HEADERS.fullmatch(header) for header in headers) and cause
    is_told = (issue or coded) and (fix or (cause and action))
    return is_told and "issue" in columns_of_causes(table)


def cause_of_row(row: Row, columns: dict[str, int], notes: Notes, context: Context) -> CauseDraft:
    """A row `Cause | Fix`: commands in the cells are the check and the remedy."""
    cause = CauseDraft(row.cells[columns["cause"]].text.strip() or "Cause", row.line)
    fix = row.cells[columns["fix"]]
    cause.advice = fix.text.strip() or None
    writer = StepWriter(notes, Setting(context.environments))
    for code in fix.codes:
        if not is_path(code) and re.search(r"\s|^\./", code):
            cause.remedy += writer.item(Item((_code_line(fix, code),), (), row.line, row.line))
    if "check" in columns:
        checker = StepWriter(notes, Setting(context.environments, diagnosis=True))
        cell = row.cells[columns["check"]]
        for code in cell.codes:
            if re.search(r"\s", code):
                cause.check += checker.item(Item((_code_line(cell, code),), (), row.line, row.line))
    cause.parameters = writer.parameters
    notes.read(row, "cause", f"The cause {cause.name}: {cause.advice or 'no advice'}")
    return cause


def _code_line(cell: Line, code: str) -> Line:
    """A line that is one code span of the cell and nothing else."""
    span = next(span for span in cell.spans if span.kind == "code" and span.text == code)
    return cell.cut(span.start, span.end)
