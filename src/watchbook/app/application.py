"""What the faces may ask of the application: one protocol, implemented by `app.faces`, faked in the faces' tests.

Called by `cli` (through the API or directly), `api` and `web`. Every refusal is an error of `model.errors`:
`NotFoundError` (no such thing), `ConflictError` (there, but in another state), `RefusedError`, `UsageError`, `StoreError`.
Every write is journalled with its actor. It holds no logic, and nothing of HTTP.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from watchbook.app.views.own import (
    AcknowledgeLinkView,
    ChainView,
    EventView,
    Figure,
    HealthView,
    JournalPage,
    SourceView,
)
from watchbook.app.views.runs import PlanView, QuestionView, RunSummary, RunView
from watchbook.app.views.watched import (
    AcknowledgementView,
    Actor,
    AlertView,
    DocumentView,
    IncidentView,
    ServiceSummary,
    ServiceView,
)
from watchbook.model.diagnosis import Diagnosis
from watchbook.model.paging import Silence
from watchbook.store.marks import Approval


@dataclass(frozen=True, slots=True)
class RunRequest:
    """A run that someone asks for: a procedure by name, or a cause whose remedy is meant.

    `content_hash` is the confirmation (rule 29): equal to the procedure's, the run starts without asking;
    empty, it asks a `confirm` question first; another one is a `ConflictError` ("the runbook has changed").
    `key` makes a repeat harmless: the same key gives the run that it started the first time.
    """

    service: str
    procedure: str | None = None
    cause: str | None = None
    environment: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    content_hash: str = ""
    offline: str = ""  # the reason of `--offline`
    undoes: str | None = None  # the run whose failure handler this is
    key: str = ""


@dataclass(frozen=True, slots=True)
class DiagnoseRequest:
    """An issue by name, or an alert (id or name) whose issue is meant. `wait_s` > 0 waits for the end that long."""

    service: str
    issue: str | None = None
    alert: str | None = None
    environment: str | None = None
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class AcknowledgeRequest:
    """`target` is an alert id or an incident id or number; `for_s` None means the usual 30 minutes (rule 16)."""

    target: str
    for_s: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class SilenceRequest:
    """Mutes pages of one alert (name or id), or of the whole service (None), until `ends_at`, which must be given."""

    service: str
    alert: str | None
    ends_at: float
    reason: str
    starts_at: float | None = None  # None: now


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a write answered under an Idempotency-Key, kept for at least a day. `request` is a SHA-256 of the request."""

    key: str
    request: str
    status: int
    body: str
    at: float


class Watched(Protocol):
    """What is known. Reading changes nothing, and never waits for the world."""

    async def services(self) -> tuple[ServiceSummary, ...]: ...

    async def service(self, service: str) -> ServiceView: ...

    async def reading(self, service: str) -> Mapping[str, Any]:
        """The JSON reading of the runbook as loaded (the contract of `watchbook explain --format json`)."""
        ...

    async def alerts(self, service: str | None = None) -> tuple[AlertView, ...]: ...

    async def alert(self, alert: str) -> AlertView: ...

    async def incidents(self, service: str | None = None) -> tuple[IncidentView, ...]:
        """Newest first, at most 100, without timelines."""
        ...

    async def incident(self, incident: str) -> IncidentView:
        """By id or by number."""
        ...

    async def diagnoses(self, service: str | None = None) -> tuple[Diagnosis, ...]:
        """Newest first, at most 50."""
        ...

    async def diagnosis(self, diagnosis: str) -> Diagnosis: ...

    async def silences(self, service: str | None = None) -> tuple[Silence, ...]:
        """Those that have not ended."""
        ...

    async def journal(self, service: str | None, after: int, limit: int) -> JournalPage:
        """Entries with a sequence above `after`, oldest first."""
        ...

    async def journal_before(self, service: str | None, before: int | None, limit: int) -> JournalPage:
        """The newest `limit` entries below `before` (None: of all), newest first; `next_after` is the next `before`."""
        ...

    async def verify_journal(self) -> tuple[ChainView, ...]: ...


class Operated(Protocol):
    """Runs, and the questions that they ask."""

    async def plan_run(self, request: RunRequest) -> PlanView:
        """What `start_run` would do (`--dry-run`). Executes nothing, and takes missing parameters."""
        ...

    async def start_run(self, request: RunRequest, actor: Actor) -> RunView: ...

    async def cancel_run(self, run: str, reason: str, actor: Actor) -> RunView: ...

    async def runs(self, service: str | None = None, limit: int = 50) -> tuple[RunSummary, ...]:
        """Those under way first, then newest first."""
        ...

    async def run(self, run: str) -> RunView: ...

    async def run_output(self, run: str, step: str | None = None) -> str:
        """Output of all attempts of the run or one step as kept: bounded and redacted."""
        ...

    async def questions(self, service: str | None = None) -> tuple[QuestionView, ...]:
        """Those that wait, oldest first."""
        ...

    async def question(self, question: str) -> QuestionView: ...

    async def answer(self, question: str, answer: str, content_hash: str, actor: Actor) -> QuestionView: ...


class Answered(Protocol):
    """What people do about alerts, diagnoses and the document."""

    async def acknowledge(self, request: AcknowledgeRequest, actor: Actor) -> AcknowledgementView: ...

    async def acknowledge_link(self, token: str) -> AcknowledgeLinkView:
        """What the signed link stands for; `RefusedError` when forged or expired. Changes nothing (rule 21)."""
        ...

    async def acknowledge_by_link(self, token: str) -> AcknowledgementView:
        """Acknowledges as the contact that the link was made for."""
        ...

    async def arm(self, alert: str, actor: Actor) -> AlertView: ...

    async def disarm(self, alert: str, actor: Actor) -> AlertView: ...

    async def close_alert(self, alert: str, reason: str, actor: Actor) -> AlertView:
        """Ends a *firing, no data* alert by hand (rule 2); the reason is required."""
        ...

    async def silence(self, request: SilenceRequest, actor: Actor) -> Silence: ...

    async def end_silence(self, silence: str, actor: Actor) -> Silence: ...

    async def diagnose(self, request: DiagnoseRequest, actor: Actor) -> Diagnosis:
        """Starts a diagnosis; one that is under way for the same issue is given back instead."""
        ...

    async def accept_document(self, service: str, digest: str, actor: Actor, shown: str = "") -> DocumentView:
        """Trusts the text with this digest (rule 22), and lets go of what it lost (rule 13).

        `shown` is the `content_hash` of what the person saw. `ConflictError` when that has changed again.
        """
        ...

    async def approve_digest(self, digest: str, actor: Actor, reason: str = "") -> Approval:
        """Trusts the text with this SHA-256 before it arrives (rule 22)."""
        ...


class Application(Watched, Operated, Answered, Protocol):
    """All of it, with the stream, the application's own state, and answers kept for repeats."""

    def events(self, after: int | None = None) -> AsyncIterator[EventView]:
        """Journal entries above `after` (None: from now on), then what happens, as it happens; never ends by itself.

        Also `service.changed` (sequence 0) after probes and evaluations, at most one a second for each service.
        """
        ...

    def health(self) -> HealthView:
        """From memory alone: answers also while the store is stuck."""
        ...

    def sources(self) -> tuple[SourceView, ...]:
        """Where the runbooks come from, as they answered last. From memory alone."""
        ...

    def figures(self) -> tuple[Figure, ...]:
        """From memory alone."""
        ...

    async def recall(self, key: str) -> KeptAnswer | None: ...

    async def keep(self, answer: KeptAnswer) -> None: ...
