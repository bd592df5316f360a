"""Frozen dataclasses ↔ plain JSON-ready values, by their type hints. Pure.

Called by `store.records` for columns, and by whoever keeps a value of the model as JSON text (a run keeps the
procedure that it is bound to). It knows no table and no SQL.
"""

import dataclasses
import json
import math
import types
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

Value = TypeVar("Value")
_PRIMITIVES = (str, int, float, bool, type(None))


def plain(value: Any) -> Any:
    """`value` as JSON-ready values: dataclasses and mappings as objects, tuples and sets as lists, enums by value.

    Numbers that JSON lacks (NaN, infinities) become their names as text; text that is not Unicode (lone
    surrogates of an undecodable output) is made so.
    """
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, str):
        return text_of(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(value)
    if isinstance(value, _PRIMITIVES):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {text_of(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted((plain(item) for item in value), key=canonical)
    return text_of(str(value))


def text_of(text: str) -> str:
    """`text` as it can be stored everywhere: lone surrogates become `?`, NUL its visible picture `␀`."""
    if text.isascii() and "\0" not in text:
        return str(text)
    return text.encode("utf-8", "replace").decode().replace("\0", "␀")


def canonical(value: Any) -> str:
    """The one JSON text of a value: keys sorted, no spaces, ASCII only. What the journal hashes."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def to_json(value: Any) -> str:
    """A value of the model as JSON text; `from_json` with its type gives it back."""
    return canonical(value)


def from_json(hint: type[Value], text: str) -> Value:
    """The value of type `hint` that `to_json` wrote. Fields unknown to this version are left out."""
    anything: Any = hint
    built: Value = builder(anything)(json.loads(text))
    return built


@cache
def hints_of(type_: type) -> dict[str, Any]:
    """Field name → type of a dataclass, with NewTypes taken off."""
    found = get_type_hints(type_)
    return {field.name: _bare(found[field.name]) for field in dataclasses.fields(type_)}


def _bare(hint: Any) -> Any:
    while hasattr(hint, "__supertype__"):
        hint = hint.__supertype__
    return hint


@cache
def builder(hint: Any) -> Callable[[Any], Any]:
    """A function from plain values to a value of type `hint`: the inverse of `plain`."""
    hint = _bare(hint)
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _build_union(get_args(hint))
    if origin is tuple:
        return _build_tuple(get_args(hint))
    if origin in (list, frozenset, set):
        item, whole = builder(get_args(hint)[0]), origin
        return lambda value: whole(item(part) for part in value)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        item = builder(get_args(hint)[1])
        return lambda value: {key: item(part) for key, part in value.items()}
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return _build_dataclass(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    if hint is float:
        return float  # an integer in JSON, or the name of a number that JSON lacks
    return lambda value: value


def _build_union(options: tuple[Any, ...]) -> Callable[[Any], Any]:
    """`X | None`, or a union of JSON's own types (`float | str`), which need no building."""
    others = [option for option in options if option is not type(None)]
    if len(others) != 1:
        return lambda value: value
    inner = builder(others[0])
    return lambda value: None if value is None else inner(value)


def _build_tuple(parts: tuple[Any, ...]) -> Callable[[Any], Any]:
    if len(parts) == 2 and parts[1] is Ellipsis:
        item = builder(parts[0])
        return lambda value: tuple(item(part) for part in value)
    items = [builder(part) for part in parts]
    return lambda value: tuple(item(part) for item, part in zip(items, value, strict=True))


def _build_dataclass(type_: type) -> Callable[[Any], Any]:
    """Built at the first value, not before: `Step` holds choices that hold steps."""
    made: dict[str, Callable[[Any], Any]] = {}

    def build(value: Any) -> Any:
        if not made:
            made.update({name: builder(hint) for name, hint in hints_of(type_).items()})
        return type_(**{name: made[name](part) for name, part in value.items() if name in made})

    return build
