"""Views as JSON-ready values. Used by every route of the API, and by the command line without a server.

It adds and decides nothing: fields keep their names. `version` of the model's records is the store's own and stays out;
a view's `summary` record is merged into the object, so that a run's `id` and `state` stand at its top.
"""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any


def to_json(value: Any) -> Any:
    """`value` as dicts, lists and plain values. Figures that JSON cannot write (infinity, not a number) become null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return _record(value)
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [to_json(item) for item in value]
    return str(value)


def _record(value: Any) -> dict[str, Any]:
    of_model = type(value).__module__.startswith("watchbook.model")
    record: dict[str, Any] = {}
    for field in fields(value):
        item = getattr(value, field.name)
        if of_model and field.name == "version":
            continue
        if field.name == "summary" and is_dataclass(item):
            record.update(to_json(item))
        else:
            record[field.name] = to_json(item)
    return record
