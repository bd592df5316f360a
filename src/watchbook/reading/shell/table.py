"""The form of the table of programs: what each is, which options and subcommands change its class.

Filled by the modules of `programs`, read by `judging`. Data and its small constructors; no decisions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from watchbook.model.safety import Safety

READ = Safety.READ_ONLY
ENDLESS = Safety.ENDLESS
ASK = Safety.INTERACTIVE
COST = Safety.COSTLY
REVEAL = Safety.REVEALS
UNKNOWN = Safety.UNKNOWN
CHANGE = Safety.CHANGES
DESTROY = Safety.DESTRUCTIVE


@dataclass(frozen=True, slots=True)
class Program:
    """One program or subcommand.

    `safety` holds without any of the `flags` (option → its class). `values` are options whose value is the
    next word. `only` lists every other option that is known; an option outside makes the class unknown (None:
    all others are harmless). `commands` are subcommands; a word that is none of them is unknown unless `rest`
    gives the class of all others. `bare` is the class without any operand, `most` the number of operands
    beyond which the class is `over`. `single` programs write long options with one dash. `look` names the
    function of `judging.LOOKS` that judges the call instead of this table, or after it.
    """

    safety: Safety = UNKNOWN
    flags: Mapping[str, Safety] = field(default_factory=dict)
    values: frozenset[str] = frozenset()
    only: frozenset[str] | None = None
    commands: Mapping[str, "Program"] = field(default_factory=dict)
    rest: Safety | None = None
    bare: Safety | None = None
    most: int | None = None
    over: Safety = CHANGE
    single: bool = False
    look: str = ""
    beside: frozenset[str] = (
        frozenset()
    )  # for `listing`: harmless options that do not make a listing by themselves


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def flags(
    changes: str = "",
    destroys: str = "",
    endless: str = "",
    reveals: str = "",
    costs: str = "",
    asks: str = "",
    unknown: str = "",
) -> dict[str, Safety]:
    """Options with their class, from words separated by blanks."""
    classes = {
        CHANGE: changes,
        DESTROY: destroys,
        ENDLESS: endless,
        REVEAL: reveals,
        COST: costs,
        ASK: asks,
        UNKNOWN: unknown,
    }
    return {option: safety for safety, text in classes.items() for option in text.split()}


def each(names: str, program: Program) -> dict[str, Program]:
    """The same entry for several names."""
    return dict.fromkeys(names.split(), program)


def plain(names: str, safety: Safety) -> dict[str, Program]:
    """Names whose class no option changes."""
    return dict.fromkeys(names.split(), Program(safety))


def looks(names: str, look: str) -> dict[str, Program]:
    """Names judged by a function."""
    return dict.fromkeys(names.split(), Program(look=look))
