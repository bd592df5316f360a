"""What a run would do (`--dry-run`, rule 32): every step filled in, its class, and what would wait for whom.

Called by `app.operating` and the CLI. It executes nothing and needs no server.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from watchbook.deciding.filling import shown_commands, values_of
from watchbook.deciding.procedure import VERIFY_S, by_hand, read_only
from watchbook.model.ids import slug
from watchbook.model.procedures import Procedure, Step, StepKind
from watchbook.model.safety import Safety


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step as it would run. `waits_for` is a sentence; empty when it goes on by itself. `choice` names its alternative."""

    step: Step
    commands: tuple[str, ...]
    safety: Safety | None
    waits_for: str
    choice: str = ""


def plan(
    procedure: Procedure, parameters: Mapping[str, str], environment: str | None, announces: bool = False
) -> tuple[PlannedStep, ...]:
    """The steps of a run of `procedure` in `environment` (None: all), alternatives behind the choice they belong to."""
    values = values_of(procedure, parameters)
    planned: list[PlannedStep] = []

    def add(steps: tuple[Step, ...], choice: str) -> None:
        for step in steps:
            if environment and step.environment and slug(step.environment) != slug(environment):
                continue
            waits_for = _waits_for(step, announces)
            safety = step.safety.safety if step.safety else None
            planned.append(PlannedStep(step, shown_commands(step, values), safety, waits_for, choice))
            for way in step.choices:
                add(way.steps, way.name)

    add(procedure.steps, "")
    return tuple(planned)


def _waits_for(step: Step, announces: bool) -> str:
    """Who or what the step would wait for."""
    if step.kind is StepKind.CHOICE:
        return f"a person to choose: {', '.join(choice.name for choice in step.choices)}"
    if step.approvals or step.kind is StepKind.APPROVE:
        return f"{max(step.approvals, 1)} other than the starter to approve"
    if by_hand(step, announces):
        return "a person to do it and say so"
    if step.kind is StepKind.WAIT:
        return f"{_spoken(step.duration_s)} to pass"
    if step.kind is StepKind.WATCH:
        where = f" in {step.environment}" if step.environment else ""
        return f"{_spoken(step.duration_s)} without a new alert{where}"
    if step.until_alert_resolved:
        return f"alert {step.until_alert_resolved} to resolve"
    if step.kind is StepKind.VERIFY and read_only(step):
        return f"it to hold, for at most {_spoken(step.timeout_s or VERIFY_S)}"
    if step.safety is not None and step.safety.safety is Safety.DESTRUCTIVE:
        return "a person to confirm this step"
    return ""


def _spoken(seconds: float | None) -> str:
    value = seconds or 0.0
    if value >= 60 and value % 60 == 0:
        return f"{value / 60:g} min"
    return f"{value:g} s"
