"""Splits the words behind a program into options and operands, by the table's knowledge of the program.

Called by `judging` and by the functions that look into particular programs. It decides no class.
"""

import re
from dataclasses import dataclass, field

from watchbook.reading.shell.syntax import Command, Word
from watchbook.reading.shell.table import Program, words

_SEVERAL = re.compile(
    r"^[@*]$|(?:^|_)(?:OPTS?|OPTIONS?|EXTRAS?|SWITCHES|ARGS?|ARGUMENTS?|FLAGS?|PARAMS?|CMD|COMMAND)(?:$|_)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Option:
    """An option as written, `--name` or `-n`, and its value when it has one."""

    name: str
    value: Word | None = None


@dataclass(slots=True)
class Arguments:
    """`operands` without options; `position` of each in the words; `hazy` when a word may be any number of
    options, `odd` holds the option that cannot be read."""

    options: list[Option] = field(default_factory=list)
    operands: list[Word] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    hazy: bool = False
    odd: str = ""

    def has(self, *names: str) -> bool:
        return any(option.name in names for option in self.options)

    def values(self, *names: str) -> list[Word]:
        """Values of all options of these names, in order."""
        return [option.value for option in self.options if option.name in names and option.value is not None]


def split(
    args: tuple[Word, ...],
    program: Program,
    *,
    operands: int | None = None,
    parents: frozenset[str] = frozenset(),
) -> Arguments:
    """Options and operands of a call. With `operands`, everything behind that many operands is left alone:
    it belongs to a command inside (`sudo`, `timeout 5 …`)."""
    found = Arguments()
    valued = program.values | parents
    index = 0
    while index < len(args):
        word = args[index]
        found.hazy = found.hazy or is_hazy(word)
        if word.value == "--":
            found.positions.extend(range(index + 1, len(args)))
            found.operands.extend(args[index + 1 :])
            return found
        if is_option(word):
            index += _take(found, args, index, valued, program)
            continue
        found.operands.append(word)
        found.positions.append(index)
        index += 1
        if operands is not None and len(found.operands) >= operands:
            found.operands.extend(args[index:])
            found.positions.extend(range(index, len(args)))
            return found
    return found


def is_option(word: Word) -> bool:
    return word.head.startswith("-") and word.text != "-"


def is_hazy(word: Word) -> bool:
    """Whether the word may stand for several options: `$@`, `$CURL_OPTS`, what `xargs` appends."""
    if word.glob and word.text.startswith(("*", "?", "[")) and word.text == "*":
        return True
    if word.substitutions and not word.head and not all(map(_gives_names, _sources(word))):
        return True
    return any(_SEVERAL.search(variable.name) for variable in word.variables) and not word.head.strip("-")


# Programs whose output is names, ids and numbers, which no option looks like.
_GIVE_NAMES = words(
    "kubectl oc docker podman nerdctl crictl docker-compose pgrep pidof ps lsof date hostname dirname basename which "
    "command readlink realpath pwd git aws gcloud az doctl systemctl helm id whoami nproc uname seq getent dig find ls "
    "mktemp psql mysql redis-cli wc stat du df kafka-topics.sh kafka-topics sudo timeout terraform consul nomad virsh lsblk"
)


def _sources(word: Word) -> list[Command]:
    """The commands inside the word's substitutions that read nothing: where the text comes from."""
    return [command for command in word.substitutions if not command.piped_in and command.words]


def _gives_names(command: Command) -> bool:
    return command.words[0].value in _GIVE_NAMES


def _take(
    found: Arguments, args: tuple[Word, ...], index: int, valued: frozenset[str], program: Program
) -> int:
    """Reads the option at `index` into `found`; the number of words that it takes."""
    word = args[index]
    long = program.single or word.head.startswith("--")
    name, sign, _ = word.head.partition("=")
    if sign and long:
        found.options.append(Option(name, _behind(word, len(name) + 1)))
        return 1
    if long:
        if word.value is None:
            found.odd = word.text
            return 1
        return _with_value(found, args, index, name, valued)
    return _cluster(found, args, index, valued)


def _cluster(found: Arguments, args: tuple[Word, ...], index: int, valued: frozenset[str]) -> int:
    """`-abc`: options of one letter each, of which the last may take the rest or the next word as value."""
    word = args[index]
    if word.text in valued and word.value is not None:
        return _with_value(found, args, index, word.text, valued)
    for place, letter in enumerate(word.head[1:], start=1):
        option = "-" + letter
        if option in valued:
            if len(word.text) > place + 1:
                found.options.append(Option(option, _behind(word, place + 1)))
                return 1
            return _with_value(found, args, index, option, valued)
        found.options.append(Option(option))
    if word.value is None:
        found.odd = word.text
    return 1


def _with_value(
    found: Arguments, args: tuple[Word, ...], index: int, name: str, valued: frozenset[str]
) -> int:
    if name in valued and index + 1 < len(args):
        found.hazy = found.hazy or (args[index + 1].splits and is_hazy(args[index + 1]))
        found.options.append(Option(name, args[index + 1]))
        return 2
    found.options.append(Option(name))
    return 1


def _behind(word: Word, size: int) -> Word:
    """The part of the word behind its first `size` characters."""
    return Word(
        word.source,
        word.value[size:] if word.value is not None else None,
        word.text[size:],
        word.head[size:],
        word.variables,
        word.substitutions,
        word.glob,
        word.quoted,
    )
