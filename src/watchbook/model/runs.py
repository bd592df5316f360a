"""Runs of procedures, their attempts and the questions they ask. Decided by `deciding.procedure`, done by `acting.runs`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from watchbook.model.ids import QuestionId, RunId, StepId


class RunState(StrEnum):
    QUEUED = "queued"  # another run holds the service and environment
    RUNNING = "running"
    WAITING = "waiting"  # for a person, a timer or a watch
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class AttemptState(StrEnum):
    CLAIMED = "claimed"  # journalled as started; its process may or may not exist
    ENDED = "ended"
    NEVER = "never"  # provably did not begin
    UNKNOWN = "unknown"  # interrupted: a person decides unless it may be repeated


@dataclass(frozen=True, slots=True)
class Run:
    """A procedure under way. `procedure_text` (JSON) is the exact text it is bound to (rule 23)."""

    id: RunId
    service: str
    procedure: str
    environment: str | None
    parameters: Mapping[str, str]
    actor: str
    state: RunState
    created_at: float
    content_hash: str
    procedure_text: str = ""
    changing: bool = True
    undoes: RunId | None = None  # a failure handler names the run it undoes
    holder: RunId | None = None  # while queued: the run that holds the lock
    started_at: float | None = None
    ended_at: float | None = None
    reason: str = ""
    incident: str = ""
    version: int = 0
    handler_text: str = ""  # the failure handler (JSON) as it was when the run started; empty: there is none
    directory: str = ""  # the runbook's folder: where the first step begins
    waits_for: str = ""  # while waiting: "person", "watch" (both yield the lock to a rollback) or "timer"
    rollback: bool = False  # its procedure undoes another


@dataclass(frozen=True, slots=True)
class Attempt:
    run: RunId
    step: StepId
    number: int
    state: AttemptState
    claimed_at: float
    boot: str = ""
    ended_at: float | None = None
    exit: int | None = None
    output: str = ""  # bounded, redacted
    output_bytes: int = 0
    reason: str = ""
    actor: str = ""  # who did a manual step
    version: int = 0
    good: bool | None = None  # whether it did what was expected; None: not judged
    data: Mapping[str, Any] = field(default_factory=dict)  # state that carries; alerts when a watch began


@dataclass(frozen=True, slots=True)
class Question:
    """Everything that waits for a person (rule 46). Answered with an option and the content hash it was asked with."""

    id: QuestionId
    run: RunId
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
    data: Mapping[str, str] = field(default_factory=dict)
    version: int = 0
