"""Columns of a table by what their headers mean, in any order.

Called by every module that reads tables. It recognises headers through synonyms; what stands in the cells is
read by the module that asks.
"""

from dataclasses import dataclass

from watchbook.reading.blocks import Line, Row, Table
from watchbook.reading.synonyms import column_named

_NOTHING = frozenset({"", "-", "–", "—", "n/a", "na", "none", "/", "tbd"})


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each known column of one table stands; `unknown` are headers that mean nothing here."""

    table: Table
    at: dict[str, int]
    unknown: tuple[str, ...]

    def cell(self, row: Row, column: str) -> Line | None:
        """The cell of that column, or None where there is no such column or nothing in it."""
        index = self.at.get(column)
        if index is None or index >= len(row.cells):
            return None
        cell = row.cells[index]
        return None if cell.text.strip().casefold() in _NOTHING else cell

    def text(self, row: Row, column: str) -> str:
        cell = self.cell(row, column)
        return cell.text.strip() if cell is not None else ""


def columns_of(table: Table, kind: str) -> Columns:
    """The columns of a `kind` of table ("alerts", "environments", …) by the synonyms of that kind."""
    at: dict[str, int] = {}
    unknown: list[str] = []
    for index, cell in enumerate(table.header.cells):
        column = column_named(kind, cell.text)
        if column and column not in at:
            at[column] = index
        elif cell.text.strip():
            unknown.append(cell.text.strip())
    return Columns(table, at, tuple(unknown))
