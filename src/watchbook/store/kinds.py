"""A kind of record: which dataclass is kept in which table, and how its rows are told apart.

Called by `store.schema` and `store.tables_runs`, which declare the kinds, and by `store.records`, which saves and
loads them. Columns follow the dataclass's fields, so that a record and its row cannot drift apart.
"""

from dataclasses import dataclass, fields
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin

from sqlalchemy import JSON, BigInteger, Boolean, Column, Double, Index, MetaData, String, Table

from watchbook.store.codec import hints_of

metadata = MetaData()


@dataclass(frozen=True)
class Kind:
    """How records of one type are kept.

    `once`: saving a new record whose key is already there is a repeat, not a conflict (the stored one stands).
    `urgent`: its writes go before the others' (pages and what decides them). `numbered`: a field that the store
    counts up when a new record comes with 0. `order`: the column that tells older from newer.
    """

    type: type
    table: Table
    key: tuple[str, ...]
    order: str
    once: bool = False
    urgent: bool = False
    numbered: str | None = None


def table_of(
    name: str,
    type_: type,
    key: tuple[str, ...],
    *,
    indexes: tuple[tuple[str, ...], ...] = (),
    unique: str = "",
) -> Table:
    """A table with one column for each field of the dataclass `type_`; compound fields are JSON."""
    hints = hints_of(type_)
    columns = [_column(field.name, hints[field.name], field.name in key) for field in fields(type_)]
    extra = [Index(f"{name}_by_{'_'.join(columns)}", *columns) for columns in indexes]
    if unique:
        extra.append(Index(f"{name}_one_{unique}", unique, unique=True))
    return Table(name, metadata, *columns, *extra)


def _column(name: str, hint: Any, in_key: bool) -> "Column[Any]":
    optional = get_origin(hint) in (Union, UnionType) and type(None) in get_args(hint)
    inner = next(part for part in get_args(hint) if part is not type(None)) if optional else hint
    while hasattr(inner, "__supertype__"):
        inner = inner.__supertype__
    return Column(name, _sql_type(inner), primary_key=in_key, nullable=optional, autoincrement=False)


def _sql_type(hint: Any) -> Any:
    if not isinstance(hint, type):
        return JSON(none_as_null=True)
    if issubclass(hint, bool):
        return Boolean()
    if issubclass(hint, (str, Enum)):
        return String()
    if issubclass(hint, int):
        return BigInteger()
    if issubclass(hint, float):
        return Double()
    return JSON(none_as_null=True)


def is_json(column: "Column[Any]") -> bool:
    """Whether the column keeps a compound value."""
    return isinstance(column.type, JSON)
