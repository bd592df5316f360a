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
    for place, state in zip(placeholders, quotations(text, [p.start for p in placeholders]), strict=True):
        if state in ("'", "#"):
            left.append(place)
            continue
        pieces.append(text[last : place.start])
        pieces.append("${" + place.variable + "}" if state == '"' else '"${' + place.variable + '}"')
        last = place.end
    return "".join(pieces) + text[last:], left


def quotations(text: str, places: list[int]) -> list[str]:
    """What the shell is inside of at each place (ascending): `'`, `"` (also a here-document), `#`, or ""."""
    found: list[str] = []
    documents = _here_documents(text) if "<<" in text else []
    state, index, passed = "", 0, 0
    for place in places:
        while index < place:
            state, index = _after(text, index, state)
        while passed < len(documents) and documents[passed][1] <= place:
            passed += 1
        inside = passed < len(documents) and documents[passed][0] <= place
        found.append('"' if not state and inside else state)
    return found


def _after(text: str, index: int, state: str) -> tuple[str, int]:
    """The state behind the character at `index`, and the next place to look at."""
    character = text[index]
    if state == "'":
        return ("" if character == "'" else state), index + 1
    if state == "#":
        return ("" if character == "\n" else state), index + 1
    if character == "\\":
        return state, index + 2
    if state == '"':
        return ("" if character == '"' else state), index + 1
    if character in "'\"":
        return character, index + 1
    if character == "#" and (index == 0 or text[index - 1] in " \t\n;&|("):
        return "#", index + 1
    return state, index + 1


def _here_documents(text: str) -> list[tuple[int, int]]:
    """Ranges of the bodies of here-documents."""
    found: list[tuple[int, int]] = []
    waiting, start, place = None, 0, 0
    for line in text.split("\n"):
        if waiting is not None:
            if line.strip("\t") == waiting:
                found.append((start, place))
                waiting = None
        elif match := re.search(r"<<-?\s*(['\"]?)(\w+)\1", line):
            waiting, start = match[2], place + len(line) + 1
        place += len(line) + 1
    return [*found, (start, len(text))] if waiting is not None else found
