"""Everything the faces show, as frozen values. Made by `app`, shown by `cli`, `api` and `web`.

Base units throughout: seconds, ratios 0..1, bytes; moments are wall seconds since 1970 (`*_at`, `since`). Every view is
JSON-ready by `dataclasses.asdict`. Values of `model` stand here unchanged where they already are what people see
(diagnosis, finding, journal entry, silence, contact); the API leaves out their `version`. Nothing here decides or formats.
Procedures, runs and questions: `app.views.runs`; journal, stream and own state: `app.views.own`.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from watchbook.app.views.runs import CommandView, IssueView, ProcedureView, QuestionView, RunSummary
from watchbook.model.diagnosis import Diagnosis
from watchbook.model.incidents import JournalEntry
from watchbook.model.paging import Silence
from watchbook.model.runbook import Contact, Coverage, Finding, Link, Review, Rung


class Health(StrEnum):
    """State of a check, an instance, an environment or a service."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"  # right but slow, or some of it
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"  # could not be judged: the reason says why


class MetricState(StrEnum):
    WITHIN = "within"
    ABOVE = "above"
    BELOW = "below"
    NO_TRAFFIC = "no_traffic"
    NO_DATA = "no_data"
    PROBLEM = "problem"  # cannot be bound or measured: the reason says why
    UNBANDED = "unbanded"  # measured, without a normal range


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something. On loopback a name is only what was given, and journalled as unverified (rule 45)."""

    name: str
    verified: bool = False


@dataclass(frozen=True, slots=True)
class PhasesView:
    """Phases of a probe's latency in seconds (rule 8); None where the kind of probe has no such phase."""

    dns_s: float | None = None
    connect_s: float | None = None
    tls_s: float | None = None
    first_byte_s: float | None = None
    body_s: float | None = None


@dataclass(frozen=True, slots=True)
class InstanceView:
    name: str  # "shop-1" where the source names it, else host and port
    url: str
    status: Health
    reason: str = ""
    since: float | None = None
    latency_s: float | None = None


@dataclass(frozen=True, slots=True)
class EnvironmentView:
    name: str
    url: str | None
    status: Health
    pages: bool = False  # whether this environment's alerts page
    instances: tuple[InstanceView, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class CheckView:
    """One health check in one environment, as last seen."""

    name: str
    kind: str  # http | tcp | tls | dns | command | sql
    target: str  # complete: the URL that is asked
    environment: str | None
    status: Health
    reason: str = ""  # "503, expected 200", "connection refused"
    since: float | None = None  # when this status began
    checked_at: float | None = None
    latency_s: float | None = None
    max_latency_s: float | None = None
    phases: PhasesView = field(default_factory=PhasesView)
    every_s: float = 15.0
    dependency: str | None = None
    line: int = 0
    missing: str = ""  # why the text holds it no more; an alert needs it, so that it is still asked
    waits: str = ""  # why its command is not run as the text has it


@dataclass(frozen=True, slots=True)
class MetricView:
    """A figure, its normal range and its recent past. `points` are (moment, value or None), oldest first, at most 60."""

    name: str
    signal: str
    unit: str  # model.quantities.Unit
    environment: str | None
    state: MetricState
    value: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""
    points: tuple[tuple[float, float | None], ...] = ()
    query: str | None = None  # the PromQL that measures it
    line: int = 0


@dataclass(frozen=True, slots=True)
class AlertView:
    id: str  # shop/production/service-down
    name: str
    environment: str
    severity: str
    status: str  # model.alerts.AlertStatus
    armed: bool
    severity_text: str = ""
    since: float | None = None  # when this status began
    active_since: float | None = None
    value: float | None = None
    unit: str = "count"
    says: str = ""  # "0 of 3 instances healthy"
    threshold: str = ""  # as written: "> 1% errors for 10s"
    window_s: float = 0.0
    response: str = ""  # as written
    reason: str = ""  # why it is in this status, or why it cannot be armed
    problem: str = ""  # "evaluation failing: …"
    issue: str | None = None  # the issue that names it
    incident: str | None = None
    silenced_until: float | None = None
    acknowledged_by: str | None = None
    line: int = 0
    missing: str = ""  # why the text holds its row no more; it is watched as it was last read

    @property
    def firing(self) -> bool:
        """Whether an episode is open: firing, firing without data, or resolving."""
        return self.status in ("firing", "firing_no_data", "resolving")


@dataclass(frozen=True, slots=True)
class ToldView:
    """One message to one person or room."""

    who: str
    channel: str
    kind: str  # model.paging.NoticeKind
    state: str  # model.paging.NoticeState
    at: float  # sent_at, else due_at
    rung: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class AcknowledgementView:
    by: str
    at: float
    until: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class NextRungView:
    """Who is told next if nobody acknowledges, and when."""

    who: str
    at: float


@dataclass(frozen=True, slots=True)
class ActionView:
    """The next action in one sentence, and the procedure offered for it with what it would run."""

    text: str
    procedure: str | None = None
    environment: str | None = None
    commands: tuple[str, ...] = ()
    safety: str | None = None


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident with its evidence. `timeline` is in order of `occurred_at`, oldest first."""

    id: str
    number: int
    service: str  # id
    environment: str
    title: str  # "Service Down: 0 of 3 instances healthy"
    severity: str
    state: str  # model.incidents.IncidentState
    opened_at: float
    resolved_at: float | None = None
    closed_at: float | None = None
    close_reason: str = ""
    alerts: tuple[AlertView, ...] = ()
    told: tuple[ToldView, ...] = ()
    acknowledged: AcknowledgementView | None = None
    next_rung: NextRungView | None = None
    timeline: tuple[JournalEntry, ...] = ()
    diagnosis: Diagnosis | None = None  # the latest; `ended_at` None while it runs
    next_action: ActionView | None = None
    runs: tuple[RunSummary, ...] = ()


@dataclass(frozen=True, slots=True)
class HandoffView:
    """An item of the handoff list; `answer` is filled from its source, None where a person has to."""

    text: str
    source: str | None = None
    answer: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class UnwiredView:
    """A name of the runbook that no channel was wired to: its pages go to the console."""

    name: str  # "Ana Ruiz", "#incidents"
    kind: str  # contact | room
    line: int = 0


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One difference of the text from the one that was accepted, in one sentence."""

    kind: str  # alert | page | unattended | check | …
    risk: str  # pages_less | runs_more | guards_less | none
    says: str
    old_line: int | None = None
    new_line: int | None = None


@dataclass(frozen=True, slots=True)
class MissingView:
    """A row that was watched and that the text holds no more; it is watched as it was last read (rule 13)."""

    kind: str  # alert | check | environment | service | text
    name: str
    since: float
    says: str
    needed: bool = False  # it pages, or something that pages depends on it


@dataclass(frozen=True, slots=True)
class DocumentView:
    """The runbook's text as it is watched. `trusted` is rule 22: every command of it may run unattended.

    `waits`: a person is to accept something, a command that came or a row that went. `content_hash` stands for exactly
    what is shown here: an acceptance that names it is refused when anything has changed since.
    """

    service: str
    path: str
    text: str
    digest: str  # SHA-256 of the text
    trusted: bool
    loaded_at: float = 0.0
    reason: str = ""  # "the runbook's commands changed at 03:12 UTC and nobody has accepted them yet"
    outdated: str = (
        ""  # why the text that is watched is not the source's any more: it cannot be read, or is gone
    )
    revision: str = ""  # which file or revision it came from, as people read it
    waits: bool = False
    waiting: tuple[str, ...] = ()  # where the commands stand that nobody has accepted
    missing: tuple[MissingView, ...] = ()
    changes: tuple[ChangeView, ...] = ()  # from the accepted text to this one, what matters first
    accepted_by: str = ""
    accepted_at: float | None = None
    content_hash: str = ""


@dataclass(frozen=True, slots=True)
class ServiceSummary:
    id: str
    name: str
    status: Health
    headline: str  # "Service Down: 0 of 3 instances healthy", "all well"
    since: float | None = None
    owner: str | None = None
    on_call: str | None = None
    path: str = ""
    alerts: int = 0
    armed: int = 0
    firing: int = 0
    questions: int = 0
    incident: int | None = None  # number of the open one
    errors: int = 0  # findings that are errors
    warnings: int = 0
    waits: bool = False  # its text waits for someone to accept it


@dataclass(frozen=True, slots=True)
class ServiceView:
    """One service, whole: what the board shows and `GET /api/v1/services/ID` answers."""

    summary: ServiceSummary
    at: float  # when this view was made
    document: DocumentView
    purpose: str | None = None
    dependencies: tuple[str, ...] = ()
    dependents: tuple[str, ...] = ()
    objective: float | None = None
    environments: tuple[EnvironmentView, ...] = ()
    checks: tuple[CheckView, ...] = ()
    metrics: tuple[MetricView, ...] = ()
    alerts: tuple[AlertView, ...] = ()
    incident: IncidentView | None = None  # the open one
    recent_incidents: tuple[IncidentView, ...] = ()  # without timeline, newest first
    questions: tuple[QuestionView, ...] = ()
    runs: tuple[RunSummary, ...] = ()  # under way first, then recent, newest first
    procedures: tuple[ProcedureView, ...] = ()
    issues: tuple[IssueView, ...] = ()
    commands: tuple[CommandView, ...] = ()
    contacts: tuple[Contact, ...] = ()
    ladder: tuple[Rung, ...] = ()
    handoff: tuple[HandoffView, ...] = ()
    unwired: tuple[UnwiredView, ...] = ()
    silences: tuple[Silence, ...] = ()
    findings: tuple[Finding, ...] = ()
    coverage: Coverage = field(default_factory=Coverage)
    review: Review = field(default_factory=Review)
    dashboards: tuple[Link, ...] = ()
    shadow: bool = False  # `up --shadow`: nobody is paged
