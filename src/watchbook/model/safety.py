"""How dangerous a command is. Filled by `reading.shell`, obeyed by diagnosis, procedures and the board.

It only names and orders the classes; how a command gets its class is `reading.shell.classify`.
"""

from dataclasses import dataclass
from enum import StrEnum


class Safety(StrEnum):
    """Class of a command. Only `READ_ONLY` ever runs without a person."""

    READ_ONLY = "read_only"
    ENDLESS = "endless"  # follows, watches, forwards: never ends by itself
    INTERACTIVE = "interactive"  # waits for a person at a terminal
    COSTLY = "costly"  # reads only, but can bring the service down (KEYS *, heap dumps)
    REVEALS = "reveals"  # prints or sends secrets
    UNKNOWN = "unknown"  # could not be proven to be anything better
    CHANGES = "changes"
    DESTRUCTIVE = "destructive"

    @property
    def rank(self) -> int:
        """Order from harmless to dangerous; a list of commands is as dangerous as its highest rank."""
        return _RANKS[self]


_RANKS = {safety: rank for rank, safety in enumerate(Safety)}


def worst(classes: "list[Safety] | tuple[Safety, ...]") -> Safety:
    """The most dangerous of the classes; `READ_ONLY` for none."""
    return max(classes, key=lambda safety: safety.rank, default=Safety.READ_ONLY)


@dataclass(frozen=True, slots=True)
class Classification:
    """A command's class, with the part of it that decided and why (one sentence)."""

    safety: Safety
    reason: str
    part: str = ""
    programs: tuple[str, ...] = ()
    declared: bool = False  # raised from UNKNOWN by `readonly` in a fence
