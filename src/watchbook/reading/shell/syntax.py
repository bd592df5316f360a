"""The pieces that a shell script is made of: words, redirections, commands.

Made by `grammar`, read by everything else in this package. Data only; nothing here reads text.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Variable:
    """One expansion of a variable; `quoted` inside double quotes, where it stays one word."""

    name: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a command.

    `source` is as written without continuations, `value` what the program receives (None when that depends
    on an expansion), `text` the value with expansions shown as `${NAME}`, `head` what comes before the first
    expansion. `glob` marks unquoted `*`, `?`, `[`.
    """

    source: str
    value: str | None
    text: str
    head: str
    variables: tuple[Variable, ...] = ()
    substitutions: tuple["Command", ...] = ()
    glob: bool = False
    quoted: bool = False
    start: int = 0  # offset in the text that was read

    @property
    def splits(self) -> bool:
        """Whether the shell may make several words of it."""
        return bool(self.substitutions) or any(not variable.quoted for variable in self.variables)


@dataclass(frozen=True, slots=True)
class Redirect:
    """`operator` with its target word; `body` is the text of a here-document or here-string."""

    operator: str
    target: Word
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    name: str
    value: Word


@dataclass(frozen=True, slots=True)
class Command:
    """A simple command. A compound one (`if`, `for`, `{ }`) is flattened into the commands that it may run."""

    words: tuple[Word, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    redirects: tuple[Redirect, ...] = ()
    piped_in: bool = False
    piped_out: bool = False
    background: bool = False
    negated: bool = False
    joined_by: str = ""  # what stands before it: "", ";", "&&", "||", "|", "&"
    offset: int = 0  # where it starts in the prepared text


@dataclass(frozen=True, slots=True)
class Script:
    """Every command that a text may run, in order.

    `joined` is the text without line continuations. `features` names the grammar that was met beyond plain
    words, pipes and lists; `loops` holds the conditions of `while` and `until` as text.
    """

    commands: tuple[Command, ...]
    joined: str
    features: frozenset[str] = frozenset()
    loops: tuple[str, ...] = ()


@dataclass(slots=True)
class Unreadable(Exception):
    """Text outside the part of the shell's grammar that is understood. Never leaves this package.

    `syntax` is True when no shell would take it, False when it is only beyond this reader.
    """

    reason: str
    offset: int = 0
    syntax: bool = False
    args: tuple[object, ...] = field(default=(), init=False)
