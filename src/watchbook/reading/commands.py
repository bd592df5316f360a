"""Useful commands: each commented command of a block, by name and group, with its parameters and class.

Called by `reading.runbook` for the chapter Useful Commands, and by `reading.procedures` for blocks that are no
steps. Commands are shown and can be copied or run by a person; none runs by itself.
"""

import re

from watchbook.model.procedures import Parameter
from watchbook.model.runbook import Command
from watchbook.model.safety import Safety
from watchbook.reading.blocks import Block, Fence, Item, List, Paragraph, Table
from watchbook.reading.document import Section
from watchbook.reading.fences import Group, is_shell, read_attributes, read_groups
from watchbook.reading.notes import Context, Notes
from watchbook.reading.parameters import Descriptions, described, descriptions, fill
from watchbook.reading.shell import classify, programs_of, syntax_problem
from watchbook.reading.step_text import (
    Lines,
    command_in,
    first_words,
    is_command,
    is_path,
    item_name,
    say_safety,
)
from watchbook.reading.steps import with_attributes


def read(section: Section, notes: Notes, _context: Context) -> tuple[Command, ...]:
    """The commands of the chapter in order; the group is the heading or label above."""
    known = descriptions(block for part in section.walk() for block in part.blocks)
    found: list[Command] = []
    for part in section.walk():
        group = part.title.strip()
        for block in part.blocks:
            if isinstance(block, Paragraph) and block.label:
                group = block.label
                notes.prose(block)
            else:
                found += _block(block, group, notes, known)
    return tuple(found)


def _block(block: Block, group: str, notes: Notes, known: Descriptions) -> list[Command]:
    match block:
        case Fence() if is_shell(block):
            return read_fence(block, group, notes, known)
        case List():
            return _list(block, group, notes, known)
        case Table():
            return _table(block, group, notes, known)
        case _:
            notes.prose(block)
            return []


def read_fence(fence: Fence, group: str, notes: Notes, known: Descriptions) -> list[Command]:
    """The commands of a block: one for each comment, or for each line where there are no comments."""
    attributes = read_attributes(fence)
    groups = read_groups(fence)
    found: list[Command] = []
    for part in groups:
        if not part.commands:
            notes.prose(Lines(part.line, part.end_line))
            continue
        for one in _separate(part):
            command = _command(one, group, attributes, notes, known)
            found += [command] if command else []
    if found:
        notes.also_read(Lines(fence.line, fence.line))
        notes.also_read(Lines(fence.end_line, fence.end_line))
    elif not groups:
        notes.prose(fence)
    return found


def _separate(group: Group) -> list[Group]:
    """Commands without a comment are one each; under a comment they belong together."""
    if group.comments or len(group.commands) < 2:
        return [group]
    return [Group([], [command]) for command in group.commands]


def _command(
    group: Group, title: str, attributes: dict[str, str], notes: Notes, known: Descriptions
) -> Command | None:
    text = group.script
    place = Lines(group.line, group.end_line)
    problem = syntax_problem(text)
    if problem:
        name = "fence-holds-prose" if "is a sentence" in problem else "command-unparsable"
        notes.find(
            name, Lines(group.commands[0].line, group.commands[0].end_line), text=text[:60], reason=problem
        )
        return None
    if not programs_of(text) and classify(text).safety is Safety.READ_ONLY:
        notes.aside(place, "Only variables are set here: no command is run.")
        return None
    filled = fill(text, group.commands[0].line, set())
    for one in filled.unreachable:
        notes.find("parameter-in-single-quotes", group.commands[0], mark=one.name, name=one.name)
    safety = with_attributes(classify(filled.script), attributes)
    behind = _BEHIND.search(text) if "\n" not in text else None
    name = group.title or (behind["says"] if behind else first_words(text))
    parameters: tuple[Parameter, ...] = described(filled.parameters, known)
    given = f", with {', '.join(p.name for p in parameters)}" if parameters else ""
    notes.read(place, "command", f"The command “{name}” ({say_safety(safety.safety)}){given}.")
    return Command(name, title, filled.script, parameters, safety, group.commands[0].line)


def _list(block: List, group: str, notes: Notes, known: Descriptions) -> list[Command]:
    """Items such as `- Logs: `kubectl logs …``, and blocks below items."""
    found: list[Command] = []
    for item in block.items:
        code = code_of(item)
        if code and not is_path(code) and re.search(r"\s|^\./", code):
            found += read_item(item, code, group, notes, known)
        else:
            notes.prose(Lines(item.line, item.line))
        for inner in item.blocks:
            found += _block(inner, item_name(item.first) or group, notes, known)
    return found


def code_of(item: Item) -> str | None:
    """The command of an item, wherever it stands in it."""
    return command_in(item.first) or _leading_code(item.first.text, item.first.codes)


def read_item(item: Item, code: str, group: str, notes: Notes, known: Descriptions) -> list[Command]:
    """The command `code` of an item, named by the words around it."""
    name = item_name(item.first) if command_in(item.first) else item.first.prose.strip(" -–:")
    one = _from_code(code, name, group, item.line, notes, known)
    return [one] if one else []


def _leading_code(text: str, codes: tuple[str, ...]) -> str | None:
    """The command of `` `kubectl get pods` - shows the pods ``."""
    return codes[0] if len(codes) == 1 and text.startswith(codes[0]) else None


def read_table(block: Table, group: str, notes: Notes, known: Descriptions) -> list[Command]:
    """A table anywhere with a column titled Command whose cells are commands."""
    column = next(
        (at for at, cell in enumerate(block.header.cells) if _COMMAND_HEADER.fullmatch(cell.text.strip())),
        None,
    )
    if column is None or not any(
        is_command(code) for row in block.rows for code in row.cells[column].codes
    ):  # fmt: skip
        return []
    return _table(block, group, notes, known)


_BEHIND = re.compile(r"\S\s+#\s+(?P<says>[^#\"'`]{3,80})$")  # `./shop.sh start   # about a second`
_COMMAND_HEADER = re.compile(r"(?:shell |cli )?commands?(?: line)?|cmd", re.IGNORECASE)


def _table(block: Table, group: str, notes: Notes, known: Descriptions) -> list[Command]:
    """A table with a column of commands: `Task | Command`."""
    columns = [
        index
        for index, cell in enumerate(block.header.cells)
        if re.search(r"command|\bcmd\b|usage|how", cell.text, re.IGNORECASE)
    ]
    found: list[Command] = []
    if not columns:
        notes.prose(block)
        return []
    notes.also_read(Lines(block.line, block.line + 1))
    for row in block.rows:
        cell = row.cells[columns[0]]
        names = [
            other.text.strip()
            for index, other in enumerate(row.cells)
            if index != columns[0] and other.text.strip()
        ]
        one = (
            _from_code(cell.codes[0], names[0] if names else "", group, row.line, notes, known)
            if cell.codes
            else None
        )
        if one:
            found.append(one)
        elif not notes.is_told(row.line):
            notes.prose(row)
    return found


def _from_code(
    code: str, name: str, group: str, line: int, notes: Notes, known: Descriptions
) -> Command | None:
    """A command of a code span."""
    if syntax_problem(code):
        notes.find("command-unparsable", line, mark=code, reason=syntax_problem(code))
        return None
    filled = fill(code, line, set())
    safety = classify(filled.script)
    notes.read(line, "command", f"The command “{name or first_words(code)}” ({say_safety(safety.safety)}).")
    return Command(
        name or first_words(code), group, filled.script, described(filled.parameters, known), safety, line
    )
