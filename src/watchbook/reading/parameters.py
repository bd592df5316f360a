"""Parameters of commands: placeholders, environment variables, words in capitals, and figures of a scaling.

Called by `reading.steps` for every script. Values never become part of the text: the script that runs names
them as environment variables, `<pod-name>` as `"${pod_name}"`. Asking a person for them is `app.operating`'s.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from watchbook.model.procedures import Parameter
from watchbook.reading.blocks import Block, List, Table
from watchbook.reading.shell.grammar import read_script
from watchbook.reading.shell.placeholders import Placeholder, as_variables, find_placeholders, quotations
from watchbook.reading.shell.syntax import Command, Script, Unreadable, Word
from watchbook.reading.shell.table import words

# Variables that every shell or login has, and the shell's special ones.
_GIVEN = words(
    "HOME USER LOGNAME PWD OLDPWD PATH SHELL HOSTNAME RANDOM SECONDS LINENO UID EUID PPID LANG "
    "TERM TMPDIR BASHPID "
    "OSTYPE HOSTTYPE MACHTYPE SHLVL COLUMNS LINES REPLY OPTARG OPTIND IFS EDITOR EPOCHSECONDS "
    "BASH_VERSION FUNCNAME"
)
_CAPITALS = re.compile(
    r"(?:YOUR|MY|THE)_[A-Z0-9_]+|[A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9]|NAMESPACE|POD|SERVICE|VERSION|"
    r"HOSTNAME|CONTAINER|DEPLOYMENT|NODE|RELEASE|TAG"
)
_PATTERN_PROGRAMS = words(
    "grep egrep fgrep zgrep rg awk sed jq echo printf psql mysql sqlite3 redis-cli export test [ [["
)
_MOST_TEXT = 100_000  # characters; a longer script is never run, so nothing is filled in
_FIGURE = re.compile(r"--(?P<name>[a-z][a-z0-9-]*)=(?P<value>\d+)")
_OPTION = re.compile(r"--(?P<name>[a-z][a-z0-9-]*)")
_DESCRIBED = re.compile(r"`?(?P<name>[$<{]*[A-Za-z][\w -]*[>}]*)`?\s*(?::|–|—|-|=)\s*(?P<text>.+)", re.DOTALL)
_DEFAULT = re.compile(
    r"\bdefaults? (?:to |is |of )?:?\s*`?(?P<value>[\w.:/@-]+)`?|\(default:?\s*`?(?P<other>[\w.:/@-]+)`?\)",
    re.IGNORECASE,
)


# What is said about a parameter: its words, its default, the line.
Descriptions = dict[str, tuple[str, str | None, int]]


@dataclass(frozen=True, slots=True)
class Filled:
    """A script as it runs, its parameters, and the placeholders that no value can reach (single quotes)."""

    script: str
    parameters: tuple[Parameter, ...]
    unreachable: tuple[Placeholder, ...]


def fill(text: str, line: int, assigned: set[str], *, figures: bool = False) -> Filled:
    """The script of `text` with every parameter as an environment variable.

    `assigned` are variables that earlier steps set; the names that this script sets are added. With `figures`
    the numbers of options are parameters with that default (`--replicas=10` of a scaling).
    """
    if len(text) > _MOST_TEXT:
        return Filled(text, (), ())
    reached, unreachable = _divided(text)
    found = [Parameter(p.variable, source=p.form, line=_line_of(text, p.start, line)) for p in reached]
    script, _ = as_variables(text)
    if figures:
        script, numbers = _figures(script, line)
        found += numbers
    script, capitals = _capitals(script, line)
    found += capitals
    names = {parameter.name for parameter in found}
    for name in variables_of(script, assigned):
        if name not in names:
            found.append(Parameter(name, source="env", line=line))
            names.add(name)
    unique = {parameter.name: parameter for parameter in reversed(found)}
    ordered = [unique[name] for name in dict.fromkeys(parameter.name for parameter in found)]
    return Filled(script, tuple(ordered), tuple(unreachable))


def _divided(text: str) -> tuple[list[Placeholder], list[Placeholder]]:
    """Placeholders that a value can take the place of, and those in single quotes; comments hold none."""
    places = find_placeholders(text)
    states = quotations(text, [place.start for place in places])
    reached = [place for place, state in zip(places, states, strict=True) if state not in ("'", "#")]
    return reached, [place for place, state in zip(places, states, strict=True) if state == "'"]


def _line_of(text: str, offset: int, line: int) -> int:
    return line + text.count("\n", 0, offset)


def _figures(script: str, line: int) -> tuple[str, list[Parameter]]:
    """`--replicas=10` or `--replicas 10` → `--replicas="${replicas}"`, with 10 as the default."""
    found: list[Parameter] = []
    cuts: list[tuple[int, int, str]] = []
    for command in _commands_of(script):
        for before, word in pairwise(command.words):
            figure = _FIGURE.fullmatch(word.source)
            option = _OPTION.fullmatch(before.source) if word.source.isdigit() else None
            named = (figure and figure["name"]) or (option and option["name"])
            if not named:
                continue
            name = named.replace("-", "_")
            value = figure["value"] if figure else word.source
            start = word.start + len(word.source) - len(value)
            cuts.append((start, start + len(value), f'"${{{name}}}"'))
            found.append(Parameter(name, value, "literal", line=_line_of(script, start, line)))
    return _put(script, cuts), found


def _capitals(script: str, line: int) -> tuple[str, list[Parameter]]:
    """Words in capitals as arguments, `kubectl logs POD_NAME`, that are nobody's pattern or assignment."""
    found: list[Parameter] = []
    cuts: list[tuple[int, int, str]] = []
    for command in _commands_of(script) if re.search(r"[A-Z]{3}", script) else ():
        program = command.words[0].value if command.words else None
        for word in command.words[1:]:
            if program not in _PATTERN_PROGRAMS and not word.quoted and _CAPITALS.fullmatch(word.source):
                cuts.append((word.start, word.start + len(word.source), f'"${{{word.source}}}"'))
                found.append(Parameter(word.source, source="caps", line=_line_of(script, word.start, line)))
    return _put(script, cuts), found


def _commands_of(script: str) -> tuple[Command, ...]:
    try:
        return read_script(script).commands
    except Unreadable:
        return ()


def _put(script: str, cuts: list[tuple[int, int, str]]) -> str:
    """The script with ranges replaced; ranges hold the words as they were read."""
    pieces: list[str] = []
    last = 0
    for start, end, text in sorted(cuts):
        pieces += (script[last:start], text)
        last = end
    return "".join(pieces) + script[last:]


def variables_of(script: str, assigned: set[str]) -> list[str]:
    """Variables that the script uses before anything sets them, in order; what it sets joins `assigned`."""
    try:
        parsed = read_script(script)
    except Unreadable:
        return _by_pattern(script, assigned)
    used: list[str] = []
    _walk(parsed.commands, assigned, used)
    used += [name for name in _in_here_documents(parsed) if name not in assigned]
    return [
        name for name in dict.fromkeys(used) if re.fullmatch(r"[A-Za-z_]\w*", name) and name not in _GIVEN
    ]


def _walk(commands: Iterable[Command], assigned: set[str], used: list[str]) -> None:
    for command in commands:
        for word in _words(command):
            used += [variable.name for variable in word.variables if variable.name not in assigned]
            _walk(word.substitutions, assigned, used)
        assigned.update(assignment.name for assignment in command.assignments if not command.words)
        first = command.words[0].value if command.words else None
        if first in ("export", "declare", "local", "readonly", "typeset", "read"):
            for word in command.words[1:]:
                assigned.add(word.head.partition("=")[0])


def _words(command: Command) -> list[Word]:
    return [
        *(assignment.value for assignment in command.assignments),
        *command.words,
        *(redirect.target for redirect in command.redirects),
    ]


def _in_here_documents(parsed: Script) -> list[str]:
    found: list[str] = []
    for command in parsed.commands:
        for redirect in command.redirects:
            if redirect.body and not redirect.target.quoted:
                found += re.findall(r"\$\{?([A-Za-z_]\w*)", redirect.body)
    return found


def used_in(parameters: Iterable[Parameter], script: str) -> Iterable[Parameter]:
    """The parameters whose variable the script names."""
    named = set(re.findall(r"\$\{?(\w+)", script))
    return (parameter for parameter in parameters if parameter.name in named)


def _by_pattern(script: str, assigned: set[str]) -> list[str]:
    """For a script that the reader does not take: every `$NAME` that no line assigns."""
    set_here = set(re.findall(r"(?:^|[\s;(])(?:export\s+|local\s+)?([A-Za-z_]\w*)=", script))
    set_here |= set(re.findall(r"\bfor\s+([A-Za-z_]\w*)\s+in\b", script))
    used = re.findall(r"(?<!\\)\$\{?([A-Za-z_]\w*)", script)
    wanted = [name for name in dict.fromkeys(used) if name not in assigned | set_here | _GIVEN]
    assigned |= set_here
    return wanted


def descriptions(blocks: Iterable[Block]) -> Descriptions:
    """What list items and table rows say about parameters: name → (text, default, line).

    An item describes a parameter when it begins with the name in a code span.
    """
    found: Descriptions = {}
    for block in blocks:
        if isinstance(block, List):
            for item in block.items:
                first = item.first
                if first.spans and first.spans[0].kind == "code" and first.spans[0].start == 0:
                    described = _DESCRIBED.fullmatch(first.marked)
                    if described:
                        _describe(found, first.spans[0].text, described["text"], item.line)
        elif isinstance(block, Table) and len(block.header.cells) >= 2:
            for row in block.rows:
                if row.cells[0].codes and re.search(
                    r"param|variable|argument|name", block.header.cells[0].text, re.IGNORECASE
                ):
                    _describe(found, row.cells[0].codes[0], row.cells[-1].marked, row.line)
    return found


def _describe(found: Descriptions, name: str, text: str, line: int) -> None:
    plain = re.sub(r"[^A-Za-z0-9_]+", "_", name.strip("$<>{} ")).strip("_")
    default = _DEFAULT.search(text)
    found.setdefault(plain, (text.strip(), (default["value"] or default["other"]) if default else None, line))


def described(parameters: Iterable[Parameter], known: Descriptions) -> tuple[Parameter, ...]:
    """The parameters with their descriptions and defaults, each name once, in order."""
    unique: dict[str, Parameter] = {}
    for parameter in parameters:
        if parameter.name in unique:
            continue
        text, default, _line = known.get(parameter.name, (None, None, 0))
        unique[parameter.name] = replace(parameter, description=text, default=parameter.default or default)
    return tuple(unique.values())
