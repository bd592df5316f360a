"""What a runbook says to do: procedures, their steps and parameters, and what a right answer looks like.

Made by `reading.procedures` and `reading.troubleshooting`, run by `acting.runs`. Free of behaviour but for the
content hash that binds a run to its text.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from watchbook.model.safety import Classification, Safety, worst


class StepKind(StrEnum):
    COMMAND = "command"
    VERIFY = "verify"
    WATCH = "watch"
    WAIT = "wait"
    MANUAL = "manual"
    CHOICE = "choice"
    NOTIFY = "notify"
    STATUS = "status"
    PAGE = "page"
    APPROVE = "approve"


@dataclass(frozen=True, slots=True)
class NumberTest:
    """A comparison of a number: `op` is one of `> < >= <= == !=`, `value` in base units."""

    op: str
    value: float


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a right answer looks like. Every part that is set must hold."""

    status: str | None = None  # "200" or a class, "2xx"
    json: str | None = None  # a JSON document as text, matched as a subset
    text: str | None = None  # contained in the answer
    regex: str | None = None
    number: NumberTest | None = None
    inverted: bool = False  # `# Confirmed if:`: meeting it confirms the cause
    line: int = 0


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value a person gives when a procedure runs; it reaches the command as an environment variable."""

    name: str
    default: str | None = None
    source: str = "angle"  # angle | braces | env | caps | literal
    description: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """One way of an alternative; `steps` run when it is chosen."""

    name: str
    steps: "tuple[Step, ...]" = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. `script` is shell text with parameters as `"${name}"`; `commands` is as written.

    `exit_meaning`: "expects_zero" when a zero exit of the script is a catalogued sign of health,
    "found_confirms" when finding something confirms, "" when the exit decides nothing.
    """

    id: str
    name: str
    kind: StepKind
    environment: str | None = None
    commands: tuple[str, ...] = ()
    script: str = ""
    safety: Classification | None = None
    duration_s: float | None = None  # watch and wait
    timeout_s: float | None = None
    retry: int = 0
    idempotent: bool = False
    expect: Expectation | None = None
    until_alert_resolved: str | None = None  # `# Verify: alert X resolved`
    exit_meaning: str = ""
    choices: tuple[Choice, ...] = ()
    approvals: int = 0
    text: str = ""  # prose of a manual step
    line: int = 0

    @property
    def changing(self) -> bool:
        """Whether the step may change the world: everything that is not proven to be harmless."""
        nested = any(step.changing for choice in self.choices for step in choice.steps)
        if self.safety is None:
            return nested
        return nested or self.safety.safety in (Safety.CHANGES, Safety.DESTRUCTIVE, Safety.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Procedure:
    """Steps in order. Runs are bound to `content_hash`, so that an edit never changes a run under way."""

    name: str
    section: str  # deployment, rollback, scaling, configuration, remedy, outage, corruption, security, ...
    steps: tuple[Step, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    on_failure: str | None = None  # name of the procedure offered when this one fails
    rollback_auto: bool = False
    rollback: bool = False  # this procedure undoes another
    line: int = 0

    @property
    def changing(self) -> bool:
        return any(step.changing for step in self.steps)

    @property
    def safety(self) -> Safety:
        """The most dangerous class of its steps."""
        return worst([step.safety.safety for step in self.steps if step.safety])

    @property
    def content_hash(self) -> str:
        """SHA-256 of everything that decides what runs (not of lines: moving text keeps the hash)."""
        return hashlib.sha256(repr(_content(self)).encode()).hexdigest()


def _content(procedure: Procedure) -> tuple[object, ...]:
    return (
        procedure.name,
        tuple(_step_content(step) for step in procedure.steps),
        tuple((p.name, p.default) for p in procedure.parameters),
        procedure.on_failure,
        procedure.rollback_auto,
    )


def _step_content(step: Step) -> tuple[object, ...]:
    expect = step.expect
    return (
        (
            step.id,
            step.name,
            str(step.kind),
            step.environment,
            step.script,
            step.text,
            step.duration_s,
            step.timeout_s,
        ),
        (
            step.retry,
            step.idempotent,
            step.until_alert_resolved,
            step.safety.safety.value if step.safety else None,
        ),
        expect
        and (expect.status, expect.json, expect.text, expect.regex, repr(expect.number), expect.inverted),
        tuple((choice.name, tuple(_step_content(s) for s in choice.steps)) for choice in step.choices),
    )
