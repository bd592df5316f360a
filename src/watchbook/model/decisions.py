"""A decision is a value: what to keep, what to journal, what to do, and why. Made in `deciding`, kept by `store.apply`."""

from dataclasses import dataclass
from typing import Any

from watchbook.model.incidents import Entry


@dataclass(frozen=True, slots=True)
class Decision:
    """One step of the world as we keep it; written in one transaction with a version check.

    `saves` are records of the model (AlertState, Episode, Climb, Notice, Incident, Run …), each carrying the
    version that it was read with (0: new). `effects` are for `acting`, after the commit.
    """

    reason: str
    saves: tuple[Any, ...] = ()
    entries: tuple[Entry, ...] = ()
    effects: tuple[Any, ...] = ()

    def then(self, other: "Decision") -> "Decision":
        """Both decisions as one transaction."""
        return Decision(
            reason="; ".join(filter(None, (self.reason, other.reason))),
            saves=self.saves + other.saves,
            entries=self.entries + other.entries,
            effects=self.effects + other.effects,
        )


NOTHING = Decision("nothing to do")
