"""Procedures, plans, runs and questions as the faces show them. Made by `app.operating`, shown by `cli`, `api` and `web`.

Units and form as in `app.views.watched`. Nothing here decides or formats.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from watchbook.model.diagnosis import Diagnosis
from watchbook.model.procedures import Parameter


class StepState(StrEnum):
    """Where a step of a run stands; the attempts beside it say how it came there."""

    TO_DO = "to_do"
    RUNNING = "running"
    WAITING = "waiting"  # for a person, a timer or a watch
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    INTERRUPTED = "interrupted"  # outcome unknown (rule 24)


@dataclass(frozen=True, slots=True)
class StepView:
    """One step as it stands in the document, or with parameters filled in (in a plan or a run)."""

    id: str
    name: str
    kind: str  # model.runbook.StepKind
    environment: str | None = None
    commands: tuple[str, ...] = ()
    safety: str | None = None  # model.safety.Safety
    safety_reason: str = ""
    expects: str = ""  # '{"status": "healthy"}', as people read it
    text: str = ""
    duration_s: float | None = None
    timeout_s: float | None = None
    choices: tuple[str, ...] = ()
    waits_for: str = ""  # "a person confirms", "staging for 15 min"; empty when it goes on by itself
    line: int = 0


@dataclass(frozen=True, slots=True)
class RunSummary:
    id: str
    service: str
    procedure: str
    environment: str | None
    state: str  # model.runs.RunState
    actor: str
    created_at: float
    started_at: float | None = None
    ended_at: float | None = None
    reason: str = ""
    changing: bool = True
    now: str = ""  # name of the step under way, or what it waits for
    done: int = 0
    steps: int = 0
    holder: str | None = None  # while queued: the run that holds the lock
    undoes: str | None = None
    incident: str = ""


@dataclass(frozen=True, slots=True)
class AttemptView:
    number: int
    state: str  # model.runs.AttemptState
    claimed_at: float
    ended_at: float | None = None
    exit: int | None = None
    output: str = ""  # bounded, redacted
    output_bytes: int = 0  # before the bound
    reason: str = ""
    actor: str = ""


@dataclass(frozen=True, slots=True)
class StepRunView:
    step: StepView
    state: StepState
    reason: str = ""
    attempts: tuple[AttemptView, ...] = ()
    until: float | None = None  # end of a watch or a wait


@dataclass(frozen=True, slots=True)
class QuestionView:
    """Everything that waits for a person (rule 46). `options` are words that `answer` takes; empty: any value."""

    id: str
    run: str
    service: str
    kind: str  # confirm | parameter | choice | interrupted | failed | manual | approve
    text: str
    commands: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    content_hash: str = ""
    step: str = ""
    asked_at: float = 0.0
    answered_at: float | None = None
    answer: str = ""
    answered_by: str = ""
    procedure: str = ""
    environment: str | None = None
    handler: str = ""  # what the answer "rollback" runs, and its commands
    handler_commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunView:
    summary: RunSummary
    parameters: Mapping[str, str] = field(default_factory=dict)
    content_hash: str = ""
    steps: tuple[StepRunView, ...] = ()
    questions: tuple[QuestionView, ...] = ()  # open ones first, then answered ones
    on_failure: str | None = None


@dataclass(frozen=True, slots=True)
class PlanView:
    """What a run would do (rule 32): every step filled in, its class, what would wait for whom. Nothing is executed."""

    service: str
    procedure: str
    environment: str | None
    environments: tuple[str, ...] = ()  # that may be chosen
    parameters: tuple[Parameter, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)  # given or by default
    missing: tuple[str, ...] = ()  # parameters that still need a value
    steps: tuple[StepView, ...] = ()
    safety: str = "read_only"
    changing: bool = True
    content_hash: str = ""
    holder: str | None = None  # the run it would queue behind
    on_failure: str | None = None
    problems: tuple[str, ...] = ()  # why it would be refused; empty: it may start


@dataclass(frozen=True, slots=True)
class ProcedureView:
    name: str
    section: str
    steps: tuple[StepView, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    safety: str = "read_only"
    changing: bool = True
    rollback: bool = False
    on_failure: str | None = None
    content_hash: str = ""
    last_run: RunSummary | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class CauseView:
    name: str
    solution: str = ""
    procedure: str | None = None  # name of the remedy
    advice: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class IssueView:
    name: str
    alerts: tuple[str, ...] = ()
    causes: tuple[CauseView, ...] = ()
    last_diagnosis: Diagnosis | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class CommandView:
    name: str
    group: str
    command: str
    parameters: tuple[Parameter, ...] = ()
    safety: str | None = None
    safety_reason: str = ""
    line: int = 0
