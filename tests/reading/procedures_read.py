"""A procedure read from a few lines, for the tests of procedures and of their steps."""

from watchbook.model.procedures import Procedure, Step
from watchbook.model.runbook import Runbook
from watchbook.reading import read_runbook


def read_shop(text: str) -> Runbook:
    return read_runbook("# Operational Runbook: Shop\n\n**Service:** Shop\n\n" + text)


def procedure_of(text: str, name: str) -> Procedure:
    found = read_shop(text).procedure(name)
    assert found is not None, [one.name for one in read_shop(text).procedures]
    return found


def shapes_of(steps: tuple[Step, ...]) -> list[tuple[str, str]]:
    return [(step.kind.value, step.name) for step in steps]


def codes_of(text: str) -> set[str]:
    return {finding.code for finding in read_shop(text).findings}
