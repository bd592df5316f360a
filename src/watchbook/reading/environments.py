"""Where the service runs: the Environments table, a list of them, or the URL in the head.

Called by `reading.runbook`. It keeps addresses as written; resolving them is `deciding`'s and the probes'.
"""

import re
from dataclasses import replace

from watchbook.model.ids import slug
from watchbook.model.runbook import Environment
from watchbook.reading.blocks import Line, List, Paragraph, Row, Table
from watchbook.reading.document import Section
from watchbook.reading.fields import fields_in, fields_of_item
from watchbook.reading.notes import Notes
from watchbook.reading.placeholders import placeholder_in
from watchbook.reading.synonyms import column_named, plain
from watchbook.reading.tables import Columns, columns_of

_STAGES = ("production", "prod", "live", "staging", "stage", "preprod", "pre production", "qa", "test", "testing", "uat",
           "dev", "development", "sandbox", "canary", "demo", "local", "dr")  # fmt: skip


def read(section: Section, notes: Notes) -> tuple[Environment, ...]:
    """The environments of the section, in order."""
    found: list[Environment] = []
    for part in section.walk():
        named = _of_heading(part, notes) if part is not section else None
        if named is not None:
            found.append(named)
            continue
        for block in part.blocks:
            if isinstance(block, Table):
                turned = _turned(block)
                found += _read_table(turned, notes)
                if turned is not block:
                    notes.also_read(block)
            elif isinstance(block, List):
                found += _read_list(block, notes)
            elif isinstance(block, Paragraph):
                notes.prose(block)
    return tuple(found)


def is_environment_table(table: Table) -> bool:
    """Whether a table binds environments: a first column of that name and an address beside it."""
    columns = columns_of(table, "environments")
    return columns.at.get("name") == 0 and bool({"url", "instances", "context"} & columns.at.keys())


def _of_heading(part: Section, notes: Notes) -> Environment | None:
    """`### Staging` with `**URL:** …`, `**Namespace:** …` below; only titles that name a stage."""
    if _stage(part.title) not in _STAGES:
        return None
    values: dict[str, Line] = {}
    blocks = [block for block in part.blocks if isinstance(block, Paragraph | List | Table)]
    for found in fields_in(blocks):
        column = column_named("environments", found.key)
        if column and column != "name" and found.value.text.strip() and placeholder_in(found.value) is None:
            values.setdefault(column, found.value)
            notes.also_read(found.line)
    if not {"url", "instances", "context", "namespace"} & values.keys():
        return None
    selector, context, namespace = (
        _code_or_text(values.get(key)) for key in ("selector", "context", "namespace")
    )
    name = re.sub(r"(?i)\s*environment$", "", part.title.strip())
    environment = Environment(
        name, _address(values.get("url")), _instances(values.get("instances")), selector, context, namespace, part.line
    )  # fmt: skip
    notes.read(part.line, "environment", say(environment))
    return environment


def _stage(title: str) -> str:
    return re.sub(r"\s*environment$", "", plain(title))


def _turned(table: Table) -> Table:
    """A table with a column for each environment (`| | Production | Staging |`) as one with a row for each."""
    stages = [_stage(cell.text) in _STAGES for cell in table.header.cells[1:]]
    keys = [column_named("environments", row.cells[0].text) for row in table.rows]
    if len(stages) < 2 or not all(stages) or not {"url", "context", "namespace", "instances"} & set(keys):
        return table
    header = Row(
        (Line(table.header.line, "Environment"), *(row.cells[0] for row in table.rows)), table.header.line
    )
    rows = tuple(
        Row((cell, *(row.cells[index] for row in table.rows)), table.header.line)
        for index, cell in enumerate(table.header.cells)
        if index
    )
    return replace(table, header=header, rows=rows)


def _read_table(table: Table, notes: Notes) -> list[Environment]:
    columns = columns_of(table, "environments")
    if "name" not in columns.at or not {"url", "instances", "context", "namespace"} & columns.at.keys():
        notes.prose(table)
        return []
    notes.also_read(table.header)
    for header in columns.unknown:
        notes.find("column-unknown", table.header, mark=header, column=header, section="Environments")
    return [environment for row in table.rows if (environment := _read_row(columns, row, notes))]


def _read_row(columns: Columns, row: Row, notes: Notes) -> Environment | None:
    name = columns.text(row, "name")
    if not name or any(placeholder_in(cell) for cell in row.cells):
        return None
    url = _address(columns.cell(row, "url"))
    instances = _instances(columns.cell(row, "instances"))
    selector, context, namespace = (
        _code_or_text(columns.cell(row, key)) for key in ("selector", "context", "namespace")
    )
    if not url and not instances and not context:
        notes.find("environment-without-url", row, mark=name, name=name)
    environment = Environment(name, url, instances, selector, context, namespace, row.line)
    notes.read(row, "environment", say(environment))
    return environment


def say(environment: Environment) -> str:
    """The environment in one sentence."""
    parts = [
        f"{environment.name} answers at {environment.url}"
        if environment.url
        else f"{environment.name} is an environment"
    ]
    if environment.instances:
        count = len(environment.instances)
        parts.append(
            f"its instances: {', '.join(environment.instances)}"
            if count > 1
            else f"its instances come from {environment.instances[0]}"
        )
    if environment.selector:
        parts.append(f"its series carry {environment.selector}")
    if environment.context:
        parts.append(f"kubectl uses {environment.context}")
    if environment.namespace:
        parts.append(f"namespace {environment.namespace}")
    return f"{', '.join(parts)}."


def _address(cell: Line | None) -> str | None:
    if cell is None:
        return None
    link = next((span.url for span in cell.spans if span.kind == "link"), None)
    text = (link or (cell.codes[0] if cell.codes else cell.text)).strip()
    return text.rstrip("/") if re.match(r"https?://\S+$", text) else text or None


def _instances(cell: Line | None) -> tuple[str, ...]:
    if cell is None:
        return ()
    return tuple(part.strip(" `") for part in re.split(r"\s*,\s*|\s+and\s+", cell.text) if part.strip(" `"))


def _code_or_text(cell: Line | None) -> str | None:
    if cell is None:
        return None
    return cell.codes[0] if cell.codes else cell.text.strip() or None


def _read_list(block: List, notes: Notes) -> list[Environment]:
    """`- **Staging:** https://…`; items that name no stage are for people."""
    found: list[Environment] = []
    for item in block.items:
        for field in fields_of_item(item):
            url = _address(field.value)
            if (
                slug(field.key).replace("-", " ").removesuffix(" url") in _STAGES
                and url
                and url.startswith("http")
            ):
                environment = Environment(re.sub(r"(?i)\s*url$", "", field.key), url, line=field.line)
                notes.read(field.line, "environment", say(environment))
                found.append(environment)
                break
        else:
            notes.prose(item)
    return found
