"""What no section took: numbered steps and commands anywhere, and a reason for every other code block.

Called by `reading.runbook` last of all readers. Numbered steps under any heading are a procedure, shell in any block
and a code span that is a whole command at its item are commands; other blocks are for people, and it is said why.
"""

from collections.abc import Iterable, Iterator

from watchbook.model.procedures import Procedure
from watchbook.model.runbook import Command
from watchbook.reading import commands, procedures
from watchbook.reading.blocks import Block, Fence, List, Paragraph, Table
from watchbook.reading.document import Section
from watchbook.reading.fences import is_shell, nested_fences, what_it_is
from watchbook.reading.notes import Context, Notes
from watchbook.reading.parameters import Descriptions, descriptions
from watchbook.reading.step_text import is_command

_NOWHERE = frozenset({"contents", "review", "contacts", "escalation"})
_STEPS = frozenset(
    {"", "title", "monitoring", "health_checks", "dashboards", "metrics", "alerting", "architecture"}
)


def read_procedures(chapters: Iterable[Section], notes: Notes, context: Context) -> tuple[Procedure, ...]:
    """Procedures of chapters that are not about procedures: numbered steps, and blocks that verify what they did."""
    found: list[Procedure] = []
    for chapter in chapters:
        if chapter.kind in _STEPS:
            found += procedures.read_anywhere(chapter, notes, context)
    return tuple(found)


def read_commands(chapters: Iterable[Section], notes: Notes) -> tuple[Command, ...]:
    """Commands in blocks, items and tables that nobody has read, in document order."""
    found: list[Command] = []
    for chapter in chapters:
        if chapter.kind in _NOWHERE:
            continue
        known = descriptions(chapter.all_blocks)
        for part in chapter.walk():
            for group, block in _grouped(part):
                found += _left(block, group, notes, known)
    return tuple(found)


def _grouped(section: Section) -> Iterator[tuple[str, Block]]:
    """The blocks of a section, each with the label or heading above it."""
    group = section.title.strip()
    for block in section.blocks:
        if isinstance(block, Paragraph) and block.label:
            group = block.label
        yield group, block


def _left(block: Block, group: str, notes: Notes, known: Descriptions) -> list[Command]:
    found: list[Command] = []
    for fence in nested_fences((block,)):
        if is_shell(fence) and not _is_taken(fence, notes):
            found += commands.read_fence(fence, group, notes, known)
    if isinstance(block, List):
        found += _of_items(block, group, notes, known)
    elif isinstance(block, Table) and not notes.is_read(block.rows):
        found += commands.read_table(block, group, notes, known)
    return found


def _of_items(block: List, group: str, notes: Notes, known: Descriptions) -> list[Command]:
    """Items such as `` `kubectl get pods` – lists the pods ``, at any depth."""
    found: list[Command] = []
    for item in block.items:
        if item.line not in notes.read_lines and item.line not in notes.found_lines:
            code = commands.code_of(item)
            if code is not None and is_command(code):
                found += commands.read_item(item, code, group, notes, known)
        for inner in item.blocks:
            if isinstance(inner, List):
                found += _of_items(inner, group, notes, known)
    return found


def _is_taken(fence: Fence, notes: Notes) -> bool:
    """Whether any command of the block is in a reading or has a finding."""
    lines = range(fence.first_line, fence.first_line + len(fence.lines))
    return any(line in notes.read_lines or line in notes.found_lines for line in lines)


def give_reasons(chapters: Iterable[Section], notes: Notes) -> None:
    """Says of every code block that nobody reads what it is."""
    told = {reading.line for reading in notes.readings} | notes.found_lines
    for chapter in chapters:
        for part in chapter.walk():
            for fence in nested_fences(part.blocks):
                if told.isdisjoint(range(fence.line, fence.end_line + 1)) and fence.text.strip():
                    notes.aside(fence, f"{what_it_is(fence)}: shown, never acted on.")
