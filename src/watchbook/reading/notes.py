"""Readings and findings, gathered while a document is read. Every section module writes into one `Notes`.

It keeps law 1: each line of content ends up read, faulted or prose (`reading.coverage` counts). It decides
nothing: codes, levels and sentences of findings stand in `model.findings`.

How a section module looks:

    def read(section: Section, notes: Notes, context: Context) -> tuple[Contact, ...]:
        for block in section.blocks:
            if isinstance(block, List):
                for item in block.items:
                    field = item.first.field()
                    if field is None:
                        notes.prose(item)                        # for people, never acted on
                    elif not field.value.text:
                        notes.find("field-empty", item, mark=field.key, field=field.key)
                    else:
                        notes.read(item.first, "contact", f"{field.key} is {field.value.text}.")

`place` is anything with `line` and `end_line` (nodes of `reading.document`), or a line number. `mark` is the
text to underline in the line; `**values` fill the sentences of the finding's entry in `model.findings`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from watchbook.model.findings import Entry, entry
from watchbook.model.procedures import Procedure
from watchbook.model.runbook import AlertRule, Environment, Finding, HealthCheck, Level, Metric, Reading

_LONGEST_MARKED = (
    20_000  # characters: a thousand findings on one huge line are told in no more time than on short ones
)


class Place(Protocol):
    """Where something stands: first and last line of the source, from 1."""

    @property
    def line(self) -> int: ...
    @property
    def end_line(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Context:
    """What the sections before said, for those that refer to it. Passed to every section module."""

    environments: tuple[Environment, ...] = ()
    dependencies: tuple[str, ...] = ()
    health_checks: tuple[HealthCheck, ...] = ()
    metrics: tuple[Metric, ...] = ()
    alerts: tuple[AlertRule, ...] = ()
    procedures: tuple[Procedure, ...] = ()


_ABOUT_WHAT_IS_MISSING = frozenset({"field-missing", "section-missing", "alerts-missing", "nobody-to-page"})


class Notes:
    """What was understood and what was not, line by line. `source` are the document's lines (index 0 = line 1)."""

    def __init__(self, source: tuple[str, ...]) -> None:
        self.source = source
        self.readings: list[Reading] = []
        self.findings: list[Finding] = []
        self.read_lines: set[int] = set()
        self.prose_lines: set[int] = set()
        self._found_lines: set[int] = set()
        self._faulted_lines: set[int] = set()  # whose own words have a finding
        self._told: set[tuple[str, int, str]] = set()  # sentence, line, mark

    def read(self, place: "Place | int", kind: str, says: str) -> None:
        """The lines of `place` were understood to be a `kind`; `says` is one sentence for a person."""
        line, end = _range(place)
        self.read_lines.update(range(line, end + 1))
        text = "\n".join(self.source[line - 1 : end]).strip()
        self.readings.append(Reading(line, kind, text, says, end))

    def also_read(self, place: "Place | int") -> None:
        """The lines belong to a reading that is told elsewhere (a separator, the rest of a block)."""
        line, end = _range(place)
        self.read_lines.update(range(line, end + 1))

    def tell(self, place: "Place | int", kind: str, says: str) -> None:
        """One more sentence about lines whose kind is told already."""
        line, end = _range(place)
        self.readings.append(Reading(line, kind, "\n".join(self.source[line - 1 : end]).strip(), says, end))

    def aside(self, place: "Place | int", says: str) -> None:
        """The lines are for people, and `says` why: they look as if they were meant for the program."""
        self.prose(place)
        self.tell(place, "prose", says)

    def find(
        self,
        kind: str,
        place: "Place | int",
        /,
        mark: str = "",
        *,
        level: Level | None = None,
        **values: object,
    ) -> None:
        """The finding `kind` of the catalogue at `place`; told once for each line, mark and sentence."""
        known = entry(kind)
        self._keep(known, level or known.level, place, mark, values)

    def _keep(
        self, known: Entry, level: Level, place: "Place | int", mark: str, values: Mapping[str, object]
    ) -> None:
        line, _ = _range(place)
        message, mend = known.message.format_map(values), known.mend.format_map(values)
        if (message, line, mark) in self._told:
            return
        self._told.add((message, line, mark))
        self._found_lines.add(line)
        if known.name not in _ABOUT_WHAT_IS_MISSING:
            self._faulted_lines.add(line)
        column, length = self._mark(line, mark)
        self.findings.append(Finding(known.code, level, line, message, mend, column, length))

    def misread(self, kind: str, place: "Place | int", mark: str, values: Mapping[str, object]) -> None:
        """A finding whose values came from a grammar (`reading.conditions.Misread`)."""
        known = entry(kind)
        self._keep(known, known.level, place, mark, values)

    def prose(self, place: "Place | int") -> None:
        """The lines are for people: shown, never acted on."""
        line, end = _range(place)
        self.prose_lines.update(range(line, end + 1))

    def is_told(self, line: int) -> bool:
        """Whether something was said about the line already."""
        return line in self.read_lines or line in self.prose_lines or line in self._found_lines

    @property
    def found_lines(self) -> set[int]:
        """The lines whose own words have findings; what the document lacks is told at some line as well."""
        return self._faulted_lines

    def is_read(self, places: "Iterable[Place]") -> bool:
        """Whether something was understood in any of the places already."""
        return any(place.line in self.read_lines for place in places)

    def _mark(self, line: int, mark: str) -> tuple[int, int]:
        """Column and length of `mark` in the source line; the line's text without its indentation otherwise."""
        source = self.source[line - 1] if 0 < line <= len(self.source) else ""
        source = source[:_LONGEST_MARKED]
        at = source.find(mark) if mark else -1
        if at >= 0:
            return at, len(mark)
        stripped = source.strip()
        return (source.find(stripped), len(stripped)) if stripped else (0, 0)


def _range(place: "Place | int") -> tuple[int, int]:
    if isinstance(place, int):
        return place, place
    return place.line, max(place.line, place.end_line)
