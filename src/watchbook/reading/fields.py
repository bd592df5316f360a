"""Fields of a section in all their spellings: lines of a paragraph, list items, two-column tables.

Called by the section modules. It finds `Key: value`; what a key means is `reading.synonyms`.
"""

import re
from collections.abc import Iterable, Iterator

from watchbook.reading.blocks import Block, Field, Item, Line, List, Paragraph, Table
from watchbook.reading.synonyms import field_named


def fields_in(blocks: Iterable[Block], plain: bool = True) -> Iterator[Field]:
    """Every field of the blocks in order. `plain` accepts keys that are not bold."""
    for block in blocks:
        match block:
            case Paragraph():
                for line in block.lines:
                    yield from _field(line, plain)
            case List():
                for item in block.items:
                    yield from fields_of_item(item, plain)
            case Table():
                if _is_one_record(block):
                    yield from _fields_of_record(block)
                elif len(block.header.cells) == 2:
                    yield from _fields_of_table(block)


def fields_of_item(item: Item, plain: bool = True) -> Iterator[Field]:
    """The field of an item, with the values of a list below it where it has none itself."""
    for line in item.lines:
        parts = _parts(line)
        for part in parts if len(parts) > 1 else ():
            yield from _field(part, plain)
        field = line.field(plain) if len(parts) == 1 else None
        if field is None:
            continue
        nested = next((block for block in item.blocks if isinstance(block, List)), None)
        if not field.value.text and nested is not None:
            joined = ", ".join(entry.text for entry in nested.items)
            yield Field(field.key, Line(field.line, joined), field.line, field.bold)
        else:
            yield field


def _field(line: Line, plain: bool) -> Iterator[Field]:
    for part in _parts(line):
        field = part.field(plain)
        if field is not None:
            yield field


_BETWEEN = re.compile(r"\s+(?:\||·|•|∙)\s+")


def _parts(line: Line) -> tuple[Line, ...]:
    """`**Owner:** Till | **Updated:** 2026-11-23` is several fields in one line, where every part is one."""
    if "|" not in line.text and "·" not in line.text and "•" not in line.text:
        return (line,)
    gaps = [found for found in _BETWEEN.finditer(line.text) if not line.in_code(found.start())]
    edges = [0, *(edge for gap in gaps for edge in gap.span()), len(line.text)]
    parts = tuple(line.cut(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True))
    return parts if len(parts) > 1 and all(part.field() is not None for part in parts) else (line,)


def _fields_of_table(table: Table) -> Iterator[Field]:
    """Rows of `Key | Value`; a header that is itself a field (`**Owner** | Shop`) counts as a row."""
    for row in table.rows:
        if len(row.cells) == 2 and row.cells[0].text.strip():
            key = row.cells[0].text.strip().rstrip(":").strip()
            yield Field(key, row.cells[1], row.line)


def _is_one_record(table: Table) -> bool:
    """`Service | Owner | On-call` over a single row: the header holds the keys, the row the values."""
    if len(table.rows) != 1:
        return False
    known = [bool(field_named(cell.text)) for cell in table.header.cells]
    return sum(known) >= 2 and not field_named(table.rows[0].cells[0].text)


def _fields_of_record(table: Table) -> Iterator[Field]:
    for key, value in zip(table.header.cells, table.rows[0].cells, strict=True):
        if key.text.strip():
            yield Field(key.text.strip(), value, value.number)
