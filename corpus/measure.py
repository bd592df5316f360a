"""What was understood of one document, counted. Pure but for the stopwatch.

Called by the report. It judges nothing: the labelled documents and their scores are another matter
(`tests/corpus`).
"""

import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from corpus.sources import Listed, Source
from watchbook.model.procedures import Step
from watchbook.model.runbook import Coverage, Role, Runbook
from watchbook.model.safety import Safety
from watchbook.reading import read_runbook
from watchbook.reading.quantities import find_cadence, find_quantities


@dataclass(frozen=True, slots=True)
class Measured:
    """Counts of one document or, added up, of many. `roles` counts conditions by what they are for, `classes`
    commands (of steps and on their own) by their safety, `milliseconds` is the time of one reading."""

    name: str
    documents: int = 1
    coverage: Coverage = field(default_factory=Coverage)
    roles: Counter[Role] = field(default_factory=Counter)
    procedures: int = 0
    steps: int = 0
    classes: Counter[Safety] = field(default_factory=Counter)
    issues: int = 0
    contacts: int = 0
    amounts: int = 0
    findings: int = 0
    milliseconds: float = 0.0


def measure(source: Source) -> Measured:
    """Reads the document once and counts."""
    began = time.perf_counter()
    runbook = read_runbook(source.text)
    milliseconds = 1000 * (time.perf_counter() - began)
    return count(source.name, runbook, milliseconds)


def count(name: str, runbook: Runbook, milliseconds: float = 0.0) -> Measured:
    """The counts of a runbook that was read."""
    steps = list(_steps(runbook))
    judged = [step.safety for step in steps] + [command.safety for command in runbook.commands]
    return Measured(
        name,
        1,
        runbook.coverage,
        roles(runbook),
        len(runbook.procedures),
        len(steps),
        Counter(one.safety for one in judged if one is not None),
        len(runbook.issues),
        len(runbook.contacts),
        len(runbook.amounts),
        len(runbook.findings),
        milliseconds,
    )


def roles(runbook: Runbook) -> Counter[Role]:
    """Conditions by role. A metric with a normal range is a band."""
    found = Counter(rule.role for rule in (*runbook.alerts, *runbook.figures))
    found[Role.BAND] += sum(metric.low is not None or metric.high is not None for metric in runbook.metrics)
    return found


def added(name: str, parts: Iterable[Measured]) -> Measured:
    """The sum of several; of nothing, a document of zeros."""
    total = Measured(name, 0)
    for part in parts:
        ours, theirs = total.coverage, part.coverage
        total = Measured(
            name,
            total.documents + part.documents,
            Coverage(ours.lines + theirs.lines, ours.read + theirs.read, ours.faulted + theirs.faulted,
                     ours.prose + theirs.prose),
            total.roles + part.roles,
            total.procedures + part.procedures,
            total.steps + part.steps,
            total.classes + part.classes,
            total.issues + part.issues,
            total.contacts + part.contacts,
            total.amounts + part.amounts,
            total.findings + part.findings,
            total.milliseconds + part.milliseconds,
        )  # fmt: skip
    return total


def share_of_quantities(lines: Iterable[Listed]) -> tuple[int, int, tuple[str, ...]]:
    """How many lines carry a number, how many of those are read as a quantity, and the ones that are not."""
    numbered = [line for line in lines if re.search(r"\d", line.text)]
    missed = tuple(line.text for line in numbered if not holds_quantity(line.text))
    return len(numbered), len(numbered) - len(missed), missed


def holds_quantity(text: str) -> bool:
    """Whether the grammar of quantities takes anything in the text: a value or a cadence."""
    return bool(find_quantities(text)) or find_cadence(text) is not None


def _steps(runbook: Runbook) -> Iterator[Step]:
    for procedure in runbook.procedures:
        yield from _nested(procedure.steps)
    for issue in runbook.issues:
        yield from _nested(issue.diagnosis)
        for cause in issue.causes:
            yield from _nested(cause.check)
            if cause.procedure is None:  # otherwise its remedy is a procedure, and counted there
                yield from _nested(cause.remedy)


def _nested(steps: Iterable[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        for choice in step.choices:
            yield from _nested(choice.steps)
