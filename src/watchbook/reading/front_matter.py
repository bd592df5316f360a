"""The head of a document between `---` (YAML) or `+++` (TOML) lines → fields. Pure.

Called by `reading.document`. It takes what heads of documents hold: scalars, lists in both forms, mappings below a key or
in braces, quoted texts, comments, block texts. A key below another is one field of both names (`owner: {slack: #x}` is
`owner slack`); `name`, `team`, `title` and `id` below a key are its value. What is no such head gives no fields.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from watchbook.reading.blocks import Field, Line

_LONGEST = 400  # lines
_ABOVE = 12  # lines of a template, comments and blank ones, that may stand in front of the head
_LEADING = re.compile(r"\s*(?:<%.*%>|<!--.*-->|\{/\*.*\*/\})?\s*")
_KEY = re.compile(r"(\s*)(?:-\s+)?([\"']?)([^\W\d_][\w .-]{0,60})\2\s*:(?:\s+(.*))?$")
_ENTRY = re.compile(r"\s*-\s+(.*)")
_ASSIGNED = re.compile(r"\s*([\"']?)([\w.-]{1,60})\1\s*=\s*(.*)$")
_TABLE = re.compile(r"\s*\[{1,2}([\w.\"' -]{1,80})\]{1,2}\s*(?:#.*)?$")
_ITSELF = frozenset({"name", "team", "title", "id"})
_CONTAINERS = frozenset(
    {"service", "metadata", "meta", "runbook", "document", "info", "params", "extra", "custom", "annotations"}
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def read_front_matter(source: tuple[str, ...]) -> tuple[tuple[Field, ...], int]:
    """Fields of the head and its last line; no fields and 0 where the document begins otherwise."""
    start = next((i for i, line in enumerate(source[:_ABOVE]) if not _LEADING.fullmatch(line)), 0)
    opening = source[start].rstrip() if source else ""
    if opening not in ("---", "+++"):
        return (), 0
    closing = ("---", "...") if opening == "---" else ("+++",)
    lines = source[start + 1 : start + _LONGEST]
    length = next((i for i, line in enumerate(lines) if line.rstrip() in closing), 0)
    if not length:
        return (), 0
    read = _yaml if opening == "---" else _toml
    fields = [
        replace(field, line=field.line + start, value=replace(field.value, number=field.value.number + start))
        for field in read(lines[:length])
    ]
    return (tuple(fields), start + length + 2) if fields else ((), 0)


def _yaml(lines: tuple[str, ...]) -> list[Field]:
    """Fields of `key: value` lines; a line that is none of the forms says that this is no head at all."""
    fields: list[Field] = []
    path: list[tuple[int, str]] = []  # indentation and name of the keys above
    block = -1  # indentation of a key whose text stands on the lines below
    for number, line in enumerate(lines, 2):
        indent = len(line) - len(line.lstrip())
        if block >= 0 and (not line.strip() or indent > block):
            if fields and line.strip():
                fields[-1] = _with(fields[-1], line.strip(), " ")
            continue
        block = -1
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _KEY.match(line)
        if found:
            value, indent = _bare(found[4] or ""), found.start(3)
            if path and indent > path[-1][0] and fields and not fields[-1].value.text:
                fields.pop()  # a key over others
            path = [(at, name) for at, name in path if at < indent] + [(indent, found[3])]
            if re.fullmatch(r"[|>][+-]?\d?", value):
                block, value = indent, ""
            fields += _fields([name for _, name in path], value, number)
        elif (entry := _ENTRY.match(line)) and fields:
            fields[-1] = _with(fields[-1], ", ".join(_texts(_bare(entry[1]))), ", ")
        elif not line.startswith((" ", "\t")):
            return []
    return fields


def _toml(lines: tuple[str, ...]) -> list[Field]:
    """Fields of `key = value` lines below `[table]` headers; arrays may go over several lines."""
    fields: list[Field] = []
    table: list[str] = []
    opened = False
    for number, line in enumerate(lines, 2):
        if opened:
            opened = "]" not in line
            fields[-1] = _with(fields[-1], ", ".join(_texts(f"[{_bare(line).strip(',]')}]")), ", ")
        elif not line.strip() or line.lstrip().startswith("#"):
            continue
        elif header := _TABLE.match(line):
            table = [part.strip(" \"'") for part in header[1].split(".")]
        elif found := _ASSIGNED.match(line):
            value = _bare(found[3])
            opened = value.startswith("[") and "]" not in value
            fields += _fields([*table, *found[2].split(".")], value + ("]" if opened else ""), number)
        else:
            return []
    return fields


def _fields(path: list[str], value: str, number: int) -> Iterator[Field]:
    """The field of a key with the keys above it; a mapping in braces gives one for each of its keys."""
    if value.startswith("{") and value.endswith("}"):
        for part in _split(value[1:-1]):
            key, _, inner = part.partition("=" if "=" in part and ":" not in part else ":")
            if key.strip():
                yield from _fields([*path, key.strip(" \"'")], inner.strip(), number)
        return
    if (
        len(path) > 1
        and path[0].casefold() in _CONTAINERS
        and not (path[0] == "service" and path[1] in _ITSELF)
    ):
        path = path[1:]
    above = path[:-1] if len(path) > 1 and path[-1].casefold() in _ITSELF else path
    key = " ".join(_CAMEL.sub(" ", name).replace("_", " ").strip() for name in above[-2:])
    yield Field(key, Line(number, ", ".join(_texts(value))), number, bold=False)


def _with(field: Field, text: str, joint: str) -> Field:
    joined = joint.join(part for part in (field.value.text, text) if part)
    return replace(field, value=Line(field.value.number, joined))


def _bare(value: str) -> str:
    """A value without the comment behind it."""
    value = value.strip()
    if value[:1] in ("'", '"'):
        end = value.find(value[0], 1)
        return value[: end + 1] if end > 0 else value
    return re.sub(r"(?:^|\s)#(?=\s|$).*$", "", value).strip()


def _texts(value: str) -> list[str]:
    """The entries of `[a, "b"]`, or the value itself, without quotes."""
    if value.startswith("[") and value.endswith("]"):
        return [part.strip(" \"'") for part in _split(value[1:-1]) if part.strip(" \"'")]
    return [value.strip().strip("\"'").strip()]


def _split(text: str) -> list[str]:
    """The parts between commas, but for commas in quotes."""
    return [found[0].strip() for found in re.finditer(r"(?:\"[^\"]*\"|'[^']*'|[^,\"'])+", text)]
