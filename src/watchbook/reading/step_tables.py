"""Tables of steps: `Task | Command | Verification`, `Step | Action | Owner`.

Called by `reading.procedures`. A row whose command is in a code span is a command step, with a verification where that
is a command as well; every other row is done by a person. It knows nothing of procedures.
"""

import re

from watchbook.model.procedures import Step
from watchbook.reading.blocks import Item, Line, Row, Table
from watchbook.reading.fences import Commented, Group, Ordered
from watchbook.reading.step_text import Lines, is_command
from watchbook.reading.steps import StepWriter

_COLUMNS = {
    "name": re.compile(
        r"(?:task|step|action|activity|test|operation|check|item|what)s?(?: name| description)?",
        re.IGNORECASE,
    ),
    "command": re.compile(
        r"(?:command|procedure|how|command ?/ ?procedure|steps?|action|instructions?|details)s?",
        re.IGNORECASE,
    ),
    "verify": re.compile(
        r"(?:verification|verify|validation|success criteria|expected(?: result| outcome| output)?|done when|acceptance)",
        re.IGNORECASE,
    ),
    "number": re.compile(r"#|no\.?|nr\.?|order|step(?: #| no\.?)?", re.IGNORECASE),
}


def columns_of_steps(table: Table) -> dict[str, int]:
    """Where the columns of a table of steps stand; {} for any other table."""
    headers = [cell.text.strip() for cell in table.header.cells]
    found: dict[str, int] = {}
    if headers and _COLUMNS["number"].fullmatch(headers[0]) and _are_numbers(table):
        found["number"] = 0
    for kind in ("name", "verify", "command"):
        for index, header in enumerate(headers):
            if index not in found.values() and _COLUMNS[kind].fullmatch(header):
                found[kind] = index
                break
    is_told = "verify" in found or ("number" in found and ("command" in found or len(headers) > 1))
    with_commands = "command" in found and any(
        is_command(code) for row in table.rows for code in row.cells[found["command"]].codes
    )
    return found if "name" in found and (is_told or with_commands) else {}


def _are_numbers(table: Table) -> bool:
    return bool(table.rows) and all(re.fullmatch(r"\W*\d+\W*", row.cells[0].text) for row in table.rows)


def read_step_table(table: Table, writer: StepWriter) -> list[Step]:
    """The steps of the rows, in order; none where the table is not one of steps."""
    columns = columns_of_steps(table)
    if not columns:
        return []
    writer.notes.also_read(Lines(table.line, table.line + 1))
    return [step for row in table.rows for step in _steps_of(row, columns, writer)]


def _steps_of(row: Row, columns: dict[str, int], writer: StepWriter) -> list[Step]:
    name = row.cells[columns["name"]].text.strip()
    command = _command_of(row, columns.get("command"))
    check = _command_of(row, columns.get("verify"))
    steps: list[Step] = []
    if command is None:
        told = " | ".join(cell.text for cell in row.cells if cell.text.strip())
        steps += writer.item(Item((Line(row.line, told if name else row.text),), (), row.line, row.line))
    else:
        steps += _written(writer, name, command, row.line)
    if check is not None:
        steps += _written(writer, f"Verify: {name}", check, row.line)
    return steps


def _written(writer: StepWriter, title: str, command: str, line: int) -> list[Step]:
    group = Group([Commented(line, title)], [Ordered(line, line, command)])
    return [draft.step for draft in writer.group(group, {})]


def _command_of(row: Row, column: int | None) -> str | None:
    """The one command in a cell."""
    if column is None:
        return None
    codes = [code for code in row.cells[column].codes if is_command(code)]
    return codes[0].strip() if len(codes) == 1 else None
