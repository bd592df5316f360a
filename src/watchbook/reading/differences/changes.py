"""What a change of a runbook is, and how its parts are put into words. Used by the modules of this package only.

`Change` is what `watchbook diff` prints. Nothing here compares anything.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from watchbook.model.quantities import Unit, say

_LONGEST = 140  # characters of a command in a sentence


class Risk(StrEnum):
    """Why a reviewer should look first, worst first."""

    PAGES_LESS = "pages_less"  # somebody would be told later, elsewhere, or not at all
    RUNS_MORE = "runs_more"  # something would run without a person, or without asking again
    GUARDS_LESS = "guards_less"  # a check, a verification, a way back or a promise is weaker
    NONE = "none"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return tuple(Risk).index(self)


KINDS = (
    "service", "alert", "page", "severity", "unattended", "check", "procedure", "step", "parameter", "issue", "command",
    "objective", "environment", "contact", "maintenance", "backup", "metric", "figure", "dependency", "document",
    "finding", "other",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One difference in one sentence. Lines are of the old and of the new text; None where it is not there."""

    kind: str
    risk: Risk
    subject: str
    says: str
    old_line: int | None = None
    new_line: int | None = None
    old_file: str = ""  # the file of the line, where that is a part of the runbook beside the main one
    new_file: str = ""

    @property
    def order(self) -> tuple[int, int, int, int]:
        """What matters first: risk, kind, then the order of the documents."""
        return self.risk.rank, KINDS.index(self.kind), self.new_line or self.old_line or 0, self.old_line or 0


def code(command: str) -> str:
    """A command as it stands in a sentence: one line, in backticks, shortened."""
    text = "; ".join(line.strip() for line in command.strip().splitlines() if line.strip())
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return f"“{text}”" if "`" in text else f"`{text}`"


def listed(names: Iterable[str]) -> str:
    """`A, B and C`."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def lasting(seconds: float | None) -> str:
    """A duration in words; `none` where there is none."""
    return "none" if seconds is None else say(seconds, Unit.SECONDS)


def quoted(text: str | None) -> str:
    """A text of the document as it stands in a sentence."""
    if not text:
        return "nothing"
    shown = " ".join(text.split())
    return f"“{shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + '…'}”"
