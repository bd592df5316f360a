"""What the exit of a command says about health: the catalogue of programs whose exits are dependable.

Called by `reading.troubleshooting`; `deciding.diagnosis` obeys the answer. An exit that is not catalogued never
confirms or rules out a cause by itself.
"""

from dataclasses import dataclass

from watchbook.reading.shell.arguments import split
from watchbook.reading.shell.grammar import read_script
from watchbook.reading.shell.judging import program_name
from watchbook.reading.shell.placeholders import as_variables
from watchbook.reading.shell.programs.network import CURL_VALUES
from watchbook.reading.shell.programs.shellwords import PREFIXES
from watchbook.reading.shell.syntax import Command, Unreadable, Word
from watchbook.reading.shell.table import Program


@dataclass(frozen=True, slots=True)
class ExitMeaning:
    """`kind` is `expects_zero` (zero is healthy) or `found_confirms` (zero: the trouble was found). `judging`
    are the non-zero exits that say something about the service; every other one could not judge."""

    kind: str
    judging: frozenset[int]


_ZERO = {
    "psql": frozenset({2}),
    "pg_isready": frozenset({1, 2}),
    "diff": frozenset({1}),
    "cmp": frozenset({1}),
    "test": frozenset({1}),
    "[": frozenset({1}),
    "[[": frozenset({1}),
    "redis-cli": frozenset({1}),
    "valkey-cli": frozenset({1}),
    "systemctl": frozenset({3}),
    "nc": frozenset({1}),
    "ncat": frozenset({1}),
    "curl": frozenset({5, 6, 7, 16, 18, 22, 35, 47, 52, 55, 56, 60}),
    "mysqladmin": frozenset({1}),
    "nginx": frozenset({1}),
}
_FOUND = frozenset({"grep", "egrep", "fgrep", "zgrep", "rg", "pgrep"})
_LOOKED_THROUGH = frozenset({"sudo", "nice", "timeout", "command", "time"})


def exit_meaning(script: str) -> ExitMeaning | None:
    """The meaning of the script's exit, or None where it decides nothing."""
    text, _left = as_variables(script)
    try:
        parsed = read_script(text)
    except Unreadable:
        return None
    if (
        not parsed.commands
        or parsed.features & {"compound"}
        or any(c.joined_by in ("||", "&") for c in parsed.commands)
    ):
        return None
    last = parsed.commands[-1]
    if last.negated or last.background or not last.words:
        return None
    words = _unwrapped(last.words)
    if not words or words[0].value is None:
        return None
    name = program_name(words[0].value)
    if name in _FOUND or (name == "journalctl" and _has(words, "-g", "--grep")):
        inverted = _has(words, "-v", "--invert-match", "-L", "--files-without-match")
        return None if inverted else ExitMeaning("found_confirms", frozenset({1}))
    alone = len([c for c in parsed.commands if c.joined_by == "|"]) == 0
    if name in _ZERO and alone and _applies(name, words, last):
        return ExitMeaning("expects_zero", _ZERO[name])
    return None


def _unwrapped(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The command inside `sudo`, `timeout 5` and their like, which hand its exit through."""
    for _ in range(4):
        name = words[0].value if words else None
        if name not in _LOOKED_THROUGH:
            return words
        program, skipped = PREFIXES.get(name, (Program(), 0))
        arguments = split(words[1:], program, operands=skipped + 1)
        if not arguments.positions:
            return ()
        words = words[1:][arguments.positions[0] :][skipped:]
    return words


def _has(words: tuple[Word, ...], *names: str) -> bool:
    arguments = split(words[1:], Program(values=CURL_VALUES if words[0].value == "curl" else frozenset()))
    return arguments.has(*names)


def _applies(name: str, words: tuple[Word, ...], _last: Command) -> bool:
    """Whether the call is the catalogued form of the program."""
    first = next((word.value for word in words[1:] if not word.head.startswith("-")), None)
    rules = {
        "curl": lambda: _has(words, "-f", "--fail", "--fail-with-body"),
        "nc": lambda: _has(words, "-z"),
        "ncat": lambda: _has(words, "-z"),
        "systemctl": lambda: first in ("is-active", "status", "is-system-running") and first == "is-active",
        "redis-cli": lambda: any((word.value or "").lower() == "ping" for word in words[1:]),
        "valkey-cli": lambda: any((word.value or "").lower() == "ping" for word in words[1:]),
        "mysqladmin": lambda: first == "ping",
        "nginx": lambda: _has(words, "-t"),
        "psql": lambda: (
            _has(words, "-c", "-l")
            or any(
                "-c" in (word.value or "") or "c" in (word.value or "")[1:]
                for word in words[1:]
                if word.head.startswith("-")
            )
        ),
    }
    rule = rules.get(name)
    return rule() if rule else True
