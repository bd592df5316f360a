"""Which commands of a text may run without a person: those that stood in an accepted text as they stand now (rule 22). Pure.

Called by `app.trusting` and `app.diagnosing`. A command is the same only where its words are, in the same folder, and bound
to the same cluster; whether it may run at all is decided by its class (`deciding.diagnosis.refusal`).
"""

from collections.abc import Iterator

from watchbook.deciding.page import NOT_ACCEPTED, moment
from watchbook.model.ids import slug
from watchbook.model.procedures import Step
from watchbook.model.runbook import CheckKind, Environment, HealthCheck, Runbook
from watchbook.model.safety import Safety

Command = tuple[str, ...]
_ONLY_ASKS = frozenset({"GET", "HEAD", "OPTIONS"})


def step_command(step: Step, place: Environment, folder: str) -> Command:
    """What a step of diagnosis would run in an environment."""
    script = step.script or "\n".join(step.commands)
    return ("step", folder, place.context or "", place.namespace or "", script.strip())


def check_command(check: HealthCheck, place: Environment, folder: str) -> Command | None:
    """What a check runs; None where it only asks over the network. An HTTP check that could change something counts."""
    if check.kind in (CheckKind.COMMAND, CheckKind.SQL):
        return ("check", folder, str(check.kind), check.target, check.query or "")
    if check.kind is CheckKind.HTTP and check.method.upper() not in _ONLY_ASKS:
        return ("check", place.url or "", check.method.upper(), check.target)
    return None


def commands_of(runbook: Runbook, folder: str) -> dict[Command, str]:
    """Every command that a text would run without a person, with where it stands in one phrase."""
    found: dict[Command, str] = {}
    for place in runbook.service.environments or (Environment("production"),):
        for check in runbook.health_checks:
            command = check_command(check, place, folder)
            if command is not None:
                found.setdefault(command, f"the check {check.name}")
        for step, where in _steps(runbook):
            found.setdefault(step_command(step, place, folder), where)
    return found


def _steps(runbook: Runbook) -> Iterator[tuple[Step, str]]:
    """Steps of diagnosis that are proven to read."""
    for issue in runbook.issues:
        steps = [*issue.diagnosis, *(step for cause in issue.causes for step in cause.check)]
        for step in steps:
            if (step.script or step.commands) and step.safety and step.safety.safety is Safety.READ_ONLY:
                yield step, f"diagnosis of “{issue.name}”"


def waiting_says(since: float) -> str:
    """Why a command that came with a new text does not run."""
    return f"the runbook's commands changed at {moment(since)[11:16]} UTC and {NOT_ACCEPTED}"


def accepted_check(check: HealthCheck, accepted: Runbook) -> HealthCheck | None:
    """The check of that name as it was accepted, so that it goes on while its new command waits; None where it is new."""
    return next(
        (
            one
            for one in accepted.health_checks
            if slug(one.name) == slug(check.name)
            and one.kind is check.kind
            and slug(one.environment or "") == slug(check.environment or "")
        ),
        None,
    )
