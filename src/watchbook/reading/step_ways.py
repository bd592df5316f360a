"""Blocks of commands that stand beside each other, not behind each other: `Option A: …`, `Or: …`, `If it is stuck: …`.

Called by `reading.procedures`, block by block. The words over a block say that it is one of several ways, or is gone only
in some case; such blocks become one choice. Ways inside a block are told apart by `reading.steps`.
"""

from dataclasses import dataclass, field

from watchbook.model.procedures import Choice, Step, StepKind
from watchbook.reading.step_words import alternative
from watchbook.reading.steps import StepWriter


@dataclass(slots=True)
class Ways:
    """The steps so far, and the ways that are still open."""

    writer: StepWriter
    steps: list[Step] = field(default_factory=list)
    _open: list[tuple[str, tuple[Step, ...]]] = field(default_factory=list)
    _kind: str = ""
    _before: tuple[str, list[Step]] = ("", [])  # the block before, which an `Or:` stands beside

    def add(self, steps: list[Step]) -> None:
        """Steps that follow."""
        self._close()
        self.steps += steps
        if steps:
            self._before = ("", [])

    def block(self, words: str, steps: list[Step]) -> None:
        """The steps of a block under those words."""
        kind = alternative(words) if words else ""
        if not steps or kind not in ("option", "or", "if") or self._is_chosen(steps):
            self._close()
            self.steps += steps
            self._before = (words, steps)
            return
        if kind == "or" and not self._open:
            name, before = self._before
            if before and self.steps[-len(before) :] == before:
                del self.steps[-len(before) :]
                self._open.append((name or before[0].name, tuple(before)))
        elif self._open and kind not in (self._kind, "or"):
            self._close()
        self._kind = self._kind or kind
        self._open.append((words, tuple(steps)))

    def done(self) -> list[Step]:
        """All steps in order."""
        self._close()
        return self.steps

    @staticmethod
    def _is_chosen(steps: list[Step]) -> bool:
        """Whether the block is a choice already."""
        return len(steps) == 1 and steps[0].kind is StepKind.CHOICE

    def _close(self) -> None:
        if not self._open:
            return
        ways = [Choice(name, steps) for name, steps in self._open]
        line = self._open[0][1][0].line
        if self._kind == "if" or len(ways) == 1:
            ways.append(Choice("Leave it out"))
        for _, steps in self._open:
            self.writer.notes.tell(steps[0].line, "step", "Runs only where a person chooses it.")
        self.steps.append(self.writer.choice(" or ".join(name for name, _ in self._open), tuple(ways), line))
        self._open, self._kind, self._before = [], "", ("", [])
