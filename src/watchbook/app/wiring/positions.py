"""On which line each key of a TOML text stands. Pure. Called by `app.wiring.reading`, whose problems name lines.

The standard library's parser gives values without places; here it is asked statement by statement.
"""

import tomllib
from collections import Counter
from typing import Any

Path = tuple[str, ...]


def lines_of(text: str) -> dict[Path, int]:
    """Key path → 1-based line, for a text that is valid TOML: `("channels", "phone", "kind")` → 11.

    Tables count where their header stands, or else their first key. Entries of arrays of tables have their number
    as a part of the path: `("sources", "1", "repo")`.
    """
    found: dict[Path, int] = {}
    table: Path = ()
    entries: Counter[Path] = Counter()
    lines = text.splitlines()
    number = 0
    while number < len(lines):
        first, statement = number, lines[number]
        number += 1
        if not statement.strip() or statement.lstrip().startswith("#"):
            continue
        parsed = _parsed(statement)
        while parsed is None and number < len(lines):
            statement += "\n" + lines[number]
            number += 1
            parsed = _parsed(statement)
        header = statement.lstrip().startswith("[")
        for path in _paths(parsed or {}):
            whole = path if header else table + path
            if statement.lstrip().startswith("[["):
                entries[path] += 1
                whole = (*path, str(entries[path] - 1))
            for length in range(1, len(whole) + 1):
                found.setdefault(whole[:length], first + 1)
            if header:
                table = whole
    return found


def _parsed(statement: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(statement)
    except tomllib.TOMLDecodeError:
        return None


def _paths(value: Any) -> list[Path]:
    """Paths to the leaves; an inline table's keys are leaves of their own."""
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        value = value[0]
    if not isinstance(value, dict) or not value:
        return [()]
    return [(key, *rest) for key, inner in value.items() for rest in _paths(inner)]
