"""Variables whose values stand in the script itself: what a command becomes with them filled in.

Called by `classify`, which judges a command as it is written and with the values, and takes the worse: `X=-delete; find .
$X` removes files. It never makes a command better, so it may be incomplete: values from other commands, from the
environment or from `read` are not known here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice, product

from watchbook.reading.shell.syntax import Assignment, Command, Word

_DECLARES = frozenset({"export", "declare", "local", "readonly", "typeset"})
_MOST_WAYS = 8  # so many combinations of values are tried


def values_of(commands: Iterable[Command]) -> dict[str, list[str]]:
    """Every literal value that the script gives to a variable, by name. Words of a `for` are values, too."""
    found: dict[str, list[str]] = {}
    for command in commands:
        for assignment in (*command.assignments, *_declared(command)):
            value = assignment.value.value
            if value is not None and value not in found.setdefault(assignment.name, []):
                found[assignment.name].append(value)
    return {name: values for name, values in found.items() if values}


def _declared(command: Command) -> Iterator[Assignment]:
    """Assignments among the words of `export NAME=VALUE`."""
    if not command.words or command.words[0].value not in _DECLARES:
        return
    for word in command.words[1:]:
        name, sign, value = (word.value or "").partition("=")
        if sign:
            yield Assignment(name.rstrip("+"), _literal(word, value))


def filled(command: Command, values: dict[str, list[str]]) -> Iterator[Command]:
    """The command with known values in place of variables, in each combination up to a bound; none without a variable."""
    words = (*command.words, *(redirect.target for redirect in command.redirects))
    names = sorted(
        {variable.name for word in words for variable in word.variables if variable.name in values}
    )
    if not names:
        return
    for chosen in islice(product(*(values[name] for name in names)), _MOST_WAYS):
        known = dict(zip(names, chosen, strict=True))
        redirects = tuple(replace(one, target=_one_word(one.target, known)) for one in command.redirects)
        yield replace(
            command,
            words=tuple(made for word in command.words for made in _made(word, known)),
            redirects=redirects,
        )


def _made(word: Word, known: dict[str, str]) -> list[Word]:
    """The words that the shell makes of one: a value with blanks, outside quotes, is several."""
    if not any(variable.name in known for variable in word.variables):
        return [word]
    whole = _one_word(word, known)
    splits = not word.quoted and whole.value is not None and not word.substitutions
    return [_literal(word, part) for part in whole.value.split()] if splits and whole.value else [whole]


def _one_word(word: Word, known: dict[str, str]) -> Word:
    text = word.text
    for name, value in known.items():
        text = text.replace("${" + name + "}", value)
    left = tuple(variable for variable in word.variables if variable.name not in known)
    if left or word.substitutions:
        first = min(
            (text.find("${" + one.name + "}") for one in left if "${" + one.name + "}" in text), default=0
        )
        return replace(word, text=text, head=text[: max(first, len(word.head))], variables=left)
    return _literal(word, text)


def _literal(word: Word, text: str) -> Word:
    glob = word.glob or (not word.quoted and any(mark in text for mark in "*?["))
    return Word(text, text, text, text, (), (), glob, word.quoted, word.start)
