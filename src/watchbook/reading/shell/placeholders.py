"""Placeholders in shell text: `<pod-name>` and `{{ name }}`, which a person fills in.

Called by `classify` (they are words, never redirections) and by `reading.parameters`, which writes the script
that runs. Both use the same rule, so that what is judged is what runs.
"""

import re
from dataclasses import dataclass

# A `<` that opens no here-document, process substitution or descriptor; a name; a `>` that appends nothing.
_ANGLE = re.compile(
    r"(?<![<\w&])<([A-Za-z][A-Za-z0-9_. -]*[A-Za-z0-9]|[A-Za-z])>(?!>|&|\()|"
    r"(?<=[\w])<([A-Za-z][A-Za-z0-9_-]*)>(?!>|&|\()"
)
_BRACES = re.compile(r"\{\{ *([A-Za-z][A-Za-z0-9_-]*) *\}\}")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One placeholder: `name` as written, `variable` as the shell can hold it, `form` angle or braces."""

    name: str
    variable: str
    form: str
    start: int
    end: int


def find_placeholders(text: str) -> list[Placeholder]:
    """Every placeholder of the text, in order."""
    found: list[Placeholder] = []
    if "<" not in text and "{" not in text:
        return found
    for form, pattern in (("angle", _ANGLE), ("braces", _BRACES)):
        for match in pattern.finditer(text):
            name = next(group for group in match.groups() if group)
            found.append(Placeholder(name, variable_name(name), form, match.start(), match.end()))
    return sorted(found, key=lambda one: one.start)


def variable_name(name: str) -> str:
    """The name of the environment variable that holds the value: `pod-name` → `pod_name`."""
    return re.sub(r"[^A-Za-z0-9_]+", "_", name.strip()).strip("_")


def as_variables(text: str) -> tuple[str, list[Placeholder]]:
    """The text with each placeholder as `"${name}"` (`${name}` inside double quotes or a here-document), and
    the placeholders inside single quotes or comments, which the shell would not fill in and are left."""
    pieces, left, last = [], [], 0
    placeholders = find_placeholders(text)
    if not placeholders:
        return text, []
    for place in placeholders:
        state = quotation(text, place.start)
        if state in ("'", "#"):
            left.append(place)
            continue
        pieces.append(text[last : place.start])
        pieces.append("${" + place.variable + "}" if state == '"' else '"${' + place.variable + '}"')
        last = place.end
    return "".join(pieces) + text[last:], left


def quotation(text: str, place: int) -> str:
    """What the shell is inside of at `place`: `'`, `"` (also a here-document), `#`, or ""."""
    state, index = "", 0
    while index < place:
        character = text[index]
        if state == "'":
            state = "" if character == "'" else state
        elif state == "#":
            state = "" if character == "\n" else state
        elif character == "\\":
            index += 1
        elif state == '"':
            state = "" if character == '"' else state
        elif character in "'\"":
            state = character
        elif character == "#" and (index == 0 or text[index - 1] in " \t\n;&|("):
            state = "#"
        index += 1
    if state == "" and _in_here_document(text, place):
        return '"'
    return state


def _in_here_document(text: str, place: int) -> bool:
    """Whether the line of `place` belongs to an open here-document."""
    waiting = None
    for line in text[:place].split("\n")[:-1]:
        if waiting is not None:
            waiting = None if line.strip("\t") == waiting else waiting
            continue
        match = re.search(r"<<-?\s*(['\"]?)(\w+)\1", line)
        waiting = match[2] if match else None
    return waiting is not None
