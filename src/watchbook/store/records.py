"""Records of the model ↔ rows: save with a version check, load by values of columns.

Called by `store.store` inside its transactions and reads. One table for each type, declared as `Kind`s in
`store.schema` and `store.tables_runs`. It opens no connection and commits nothing.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    Connection,
    Double,
    RowMapping,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.elements import ColumnElement

from watchbook.model.errors import ConflictError
from watchbook.store import schema, tables_runs
from watchbook.store.codec import builder, hints_of, plain, text_of
from watchbook.store.kinds import Kind, is_json

Record = TypeVar("Record")
KINDS: dict[type, Kind] = {kind.type: kind for kind in (*schema.KINDS, *tables_runs.KINDS)}


def kind_of(type_: type) -> Kind:
    """How records of a type are kept; TypeError for a type that no table keeps (a bug of the caller)."""
    try:
        return KINDS[type_]
    except KeyError:
        raise TypeError(f"no table keeps records of type {type_.__name__}") from None


def save(connection: Connection, record: Any) -> tuple[Any, bool]:
    """Insert (version 0) or update a record; the record as it now stands, and whether it was already there.

    Raises ConflictError where its version is not the stored one, or a new record's key is taken (kinds that are
    saved `once` give the stored record back instead).
    """
    kind = kind_of(type(record))
    if record.version == 0:
        return _insert(connection, kind, record)
    return _update(connection, kind, record), False


def _insert(connection: Connection, kind: Kind, record: Any) -> tuple[Any, bool]:
    if kind.once:
        stored = get(connection, kind.type, *(getattr(record, name) for name in kind.key))
        if stored is not None:
            return stored, True
    if kind.numbered and getattr(record, kind.numbered) == 0:
        highest = connection.execute(select(func.max(kind.table.c[kind.numbered]))).scalar()
        record = replace(record, **{kind.numbered: (highest or 0) + 1})
    saved = replace(record, version=1)
    try:
        connection.execute(_insert_statement(kind.type), row_of(saved))
    except IntegrityError as error:
        raise ConflictError(
            f"{_said(kind, record)} is there already", mend="Read it again, then repeat."
        ) from error
    return saved, False


def _update(connection: Connection, kind: Kind, record: Any) -> Any:
    saved = replace(record, version=record.version + 1)
    if kind.numbered and getattr(record, kind.numbered) == 0:  # decided before its number was known
        stored = get(connection, kind.type, *(getattr(record, name) for name in kind.key))
        if stored is not None:
            saved = replace(saved, **{kind.numbered: getattr(stored, kind.numbered)})
    row = row_of(saved)
    values = {f"new_{name}": value for name, value in row.items() if name not in kind.key}
    keys = {f"key_{name}": row[name] for name in kind.key}
    result = connection.execute(
        _update_statement(kind.type), {**values, **keys, "key_version": record.version}
    )
    if result.rowcount != 1:
        raise ConflictError(
            f"{_said(kind, record)} has changed meanwhile", mend="Read it again, then repeat."
        )
    return saved


@cache
def _insert_statement(type_: type) -> Any:
    table = kind_of(type_).table
    return insert(table).values({column.name: bindparam(column.name) for column in table.columns})


@cache
def _update_statement(type_: type) -> Any:
    kind = kind_of(type_)
    matches = [kind.table.c[name] == bindparam(f"key_{name}") for name in (*kind.key, "version")]
    changed: dict[str, Any] = {
        column.name: bindparam(f"new_{column.name}")
        for column in kind.table.columns
        if column.name not in kind.key
    }
    return update(kind.table).where(and_(*matches)).values(changed)


def _said(kind: Kind, record: Any) -> str:
    words = {"AlertState": "alert state", "Notice": "page"}
    name = words.get(kind.type.__name__, kind.type.__name__.lower())
    return f"{name} {'/'.join(str(getattr(record, part)) for part in kind.key)}"


def get(connection: Connection, type_: type[Record], *key: Any) -> Record | None:
    """The record with that key, or None."""
    kind = kind_of(type_)
    row = connection.execute(
        _get_statement(kind.type), dict(zip(kind.key, map(_encoded, key), strict=True))
    ).first()
    return None if row is None else record_of(type_, row._mapping)


@cache
def _get_statement(type_: type) -> Any:
    kind = kind_of(type_)
    return select(kind.table).where(and_(*(kind.table.c[name] == bindparam(name) for name in kind.key)))


def load(
    connection: Connection, type_: type[Record], where: Mapping[str, Any], newest: int | None = None
) -> tuple[Record, ...]:
    """Records whose columns have those values, oldest first; `newest` gives that many, newest first.

    A value that is a tuple, list or set means any of its members; None means that the column is empty.
    """
    kind = kind_of(type_)
    order: list[Any] = [kind.table.c[name] for name in dict.fromkeys((kind.order, *kind.key))]
    query = select(kind.table).where(*conditions(kind, where))
    if newest is not None:
        order = [column.desc() for column in order]
    query = query.order_by(*order).limit(newest)
    return tuple(record_of(type_, row._mapping) for row in connection.execute(query))


def remove(connection: Connection, type_: type, where: Mapping[str, Any]) -> int:
    """Delete records by values of columns; how many. Only for what may be forgotten (old answers)."""
    kind = kind_of(type_)
    return int(connection.execute(delete(kind.table).where(*conditions(kind, where))).rowcount)


def remove_before(connection: Connection, type_: type, before: float) -> int:
    """Delete records whose time (the column that orders them) is before that; how many."""
    kind = kind_of(type_)
    return int(connection.execute(delete(kind.table).where(kind.table.c[kind.order] < before)).rowcount)


def conditions(kind: Kind, where: Mapping[str, Any]) -> Iterable[ColumnElement[bool]]:
    """SQL conditions for values of columns; TypeError for a column that is not there."""
    for name, value in where.items():
        if name not in kind.table.c or is_json(kind.table.c[name]):
            raise TypeError(f"records of type {kind.type.__name__} cannot be looked up by {name}")
        column = kind.table.c[name]
        if value is None:
            yield column.is_(None)
        elif isinstance(value, (tuple, list, set, frozenset)):
            yield column.in_([_encoded(part) for part in value])
        else:
            yield column == _encoded(value)


def row_of(record: Any) -> dict[str, Any]:
    """A record as column name → value for its table."""
    return {name: encode(getattr(record, name)) for name, encode in _encoders(kind_of(type(record)).type)}


@cache
def _encoders(type_: type) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    table = kind_of(type_).table
    return tuple((field.name, _encoder(table.c[field.name])) for field in fields(type_))


def _encoder(column: Column[Any]) -> Callable[[Any], Any]:
    if is_json(column):
        return plain
    if isinstance(column.type, Double):
        return _encoded_float
    return _encoded


def _encoded(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return text_of(value) if isinstance(value, str) else value


def _encoded_float(value: float | None) -> float | None:
    """SQL has no NaN that every database keeps: it is stored as no value."""
    return None if value is None or math.isnan(value) else float(value)


def record_of(type_: type[Record], row: RowMapping) -> Record:
    """The record that a row keeps."""
    return type_(
        **{
            name: (build(row[name]) if build is not None and row[name] is not None else row[name])
            for name, build in _decoders(kind_of(type_).type)
        }
    )


@cache
def _decoders(type_: type) -> tuple[tuple[str, Callable[[Any], Any] | None], ...]:
    """Field → builder, None where the column's value is the field's value already."""
    hints = hints_of(type_)
    table = kind_of(type_).table
    found: list[tuple[str, Callable[[Any], Any] | None]] = []
    for field in fields(type_):
        hint = hints[field.name]
        ready = not is_json(table.c[field.name]) and not _holds_enum(hint)
        found.append((field.name, None if ready else builder(hint)))
    return tuple(found)


def _holds_enum(hint: Any) -> bool:
    parts = getattr(hint, "__args__", (hint,))
    return any(isinstance(part, type) and issubclass(part, Enum) for part in parts)
