"""The class of a shell script: two readers find what runs, the table says how dangerous that is.

Called by everything in `reading` that meets a command. `read_only` is only ever the answer when every part is
proven; any doubt is `unknown`.
"""

import re
from functools import lru_cache

from watchbook.model.safety import Classification, Safety
from watchbook.reading.shell import (
    constants,
    looks_data,
    looks_development,
    looks_files,
    looks_network,
    looks_platforms,
    looks_wrappers,
    second_opinion,
)
from watchbook.reading.shell.grammar import read_script
from watchbook.reading.shell.judging import Judge, Look, known, most_dangerous
from watchbook.reading.shell.placeholders import as_variables
from watchbook.reading.shell.programs import table
from watchbook.reading.shell.syntax import Command, Script, Unreadable

_LOOKS: dict[str, Look] = {
    **looks_wrappers.LOOKS,
    **looks_files.LOOKS,
    **looks_network.LOOKS,
    **looks_data.LOOKS,
    **looks_development.LOOKS,
    **looks_platforms.LOOKS,
}
_MOST_TEXT = 100_000
_SENTENCE = re.compile(r"(?:[A-Z][a-z]+|[Tt]he|[Aa]n?)(?:,? [A-Za-z][a-z']*){2,}[.:!]?\s*")


def classify(script: str) -> Classification:
    """The class of the whole script: that of its most dangerous part, with the reason in one sentence."""
    return most_dangerous(_parts(script, 0))


def classes(script: str) -> frozenset[Safety]:
    """Every class that occurs in the script, for findings such as "interactive inside a procedure"."""
    return frozenset(part.safety for part in _parts(script, 0))


def programs_of(script: str) -> tuple[str, ...]:
    """Names of the programs that the script runs, for checking that they are installed."""
    return classify(script).programs


@lru_cache(maxsize=2048)
def _parts(script: str, depth: int) -> tuple[Classification, ...]:
    """A classification for each command of the script, and one for each doubt about the whole."""
    if len(script) > _MOST_TEXT or depth > 8:
        return (known(Safety.UNKNOWN, "the script is too large to be read"),)
    text, _left = as_variables(script)
    try:
        parsed = read_script(text)
    except Unreadable as problem:
        return (known(Safety.UNKNOWN, problem.reason),)
    if not parsed.commands:
        return (known(Safety.UNKNOWN, "there is no command"),)
    judge = Judge(_inner, _LOOKS)
    found = [judge.command(command, depth) for command in parsed.commands]
    values = constants.values_of(parsed.commands)
    if values:
        found += [
            judge.command(one, depth)
            for command in parsed.commands
            for one in constants.filled(command, values)
        ]
    if parsed.features and not second_opinion.agrees(parsed):
        found.append(known(Safety.UNKNOWN, "two readers of shell disagree about what runs"))
    found += [_loop(condition) for condition in parsed.loops]
    return tuple(found)


def _inner(text: str, depth: int) -> Classification:
    return most_dangerous(_parts(text, depth))


def _loop(condition: str) -> Classification:
    """`while read` ends with its input; a loop for anything else may never end."""
    if re.match(r"(?:IFS=\S*\s+)?read\b", condition):
        return known(Safety.READ_ONLY, "a loop over lines")
    return known(Safety.ENDLESS, f"it loops while `{condition}`" if condition else "it loops", condition)


def syntax_problem(script: str) -> str | None:
    """Why the text cannot be run as a script: no shell would take it, or it is English. None when it can."""
    if len(script) > _MOST_TEXT:
        return None
    text, _left = as_variables(script)
    try:
        parsed = read_script(text)
    except Unreadable as problem:
        if problem.syntax:
            line = text.count("\n", 0, problem.offset) + 1
            return f"line {line}: {problem.reason}"
        line_index = second_opinion.refuses(text)
        return (
            f"line {line_index + 1}: the shell's grammar does not take it" if line_index is not None else None
        )
    return _english(parsed)


def _english(parsed: Script) -> str | None:
    """A command that reads as a sentence: several plain words, the first one no known program."""
    for command in parsed.commands:
        text = " ".join(word.text for word in command.words)
        if _SENTENCE.fullmatch(text) and _first(command) not in table():
            return f"“{text[:60]}” is a sentence, not a command"
    return None


def _first(command: Command) -> str:
    return (command.words[0].value or "") if command.words else ""
