"""What a runbook says: the value that `reading` makes of a document and everything else works from.

Frozen, comparable, free of behaviour. Lines are 1-based lines of the source; times are seconds, ratios are
0..1, sizes bytes (`model.quantities`). The JSON reading (`reading.contract`) is a view of these.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from watchbook.model.procedures import Expectation, Parameter, Procedure, Step
from watchbook.model.quantities import Unit
from watchbook.model.safety import Classification


class Severity(StrEnum):
    """How bad, from every spelling a document may use. The words as written are kept beside it."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for info to 4 for critical."""
        return 4 - tuple(Severity).index(self)


class Role(StrEnum):
    """What a condition is for. Only `ALERT` is ever armed."""

    ALERT = "alert"
    TARGET = "target"
    BAND = "band"
    TRIGGER = "trigger"
    CHECKLIST = "checklist"


class CheckKind(StrEnum):
    HTTP = "http"
    TCP = "tcp"
    TLS = "tls"
    DNS = "dns"
    COMMAND = "command"
    SQL = "sql"


class Level(StrEnum):
    """Severity of a finding."""

    ERROR = "error"  # cannot run as written
    WARNING = "warning"  # will let someone down
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Environment:
    """A place where the service runs, a row of the Environments table."""

    name: str
    url: str | None = None
    instances: tuple[str, ...] = ()  # URLs, a file_sd file, `dns:NAME:PORT`
    selector: str | None = None
    context: str | None = None
    namespace: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class MetricsEndpoint:
    path: str = "/metrics"
    every_s: float = 15.0
    line: int = 0


@dataclass(frozen=True, slots=True)
class Component:
    """A named part of the architecture; its light is the check of the same name."""

    name: str
    description: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    name: str
    url: str
    line: int = 0


UNNAMED = "Unnamed service"  # how a text that names no service is called


@dataclass(frozen=True, slots=True)
class Service:
    name: str
    owner: str | None = None
    on_call: str | None = None
    purpose: str | None = None
    dependencies: tuple[str, ...] = ()
    dependents: tuple[str, ...] = ()
    objective: float | None = None  # ratio over 30 days
    metrics: MetricsEndpoint = field(default_factory=MetricsEndpoint)
    environments: tuple[Environment, ...] = ()
    components: tuple[Component, ...] = ()
    dashboards: tuple[Link, ...] = ()
    diagram: str | None = None  # Mermaid source, kept as written
    line: int = 0


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One probe. `target` of kind http may be a path, resolved against each environment's URL."""

    name: str
    kind: CheckKind
    target: str
    method: str = "GET"
    query: str | None = None  # the SELECT of kind sql
    expect: Expectation = field(default_factory=Expectation)
    max_latency_s: float | None = None
    every_s: float = 15.0
    timeout_s: float = 10.0
    dependency: str | None = None  # the dependency of the same name
    environment: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure of the service and its normal range (a band: drawn, never paging)."""

    name: str
    signal: str
    params: Mapping[str, float | str] = field(default_factory=dict)
    unit: Unit = Unit.COUNT
    low: float | None = None
    high: float | None = None
    query: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Condition:
    """When something is wrong: a signal compared, or a query, or a name that another system evaluates.

    `params` hold what refines the signal: `quantile` (0.95), `check` (name of a health check for
    `probe_success`), `consecutive`, `window_s` of a count, `baseline_factor`.
    """

    signal: str | None = None
    params: Mapping[str, float | str] = field(default_factory=dict)
    op: str = ">"  # > < >= <= == != absent
    value: float = 0.0
    unit: Unit = Unit.COUNT
    promql: str | None = None
    external: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder: who is told, and how long after the first page."""

    who: str
    after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Response:
    """What a firing alert does to people."""

    page: bool = False
    ack_deadline_s: float | None = None
    ack_deadline_from: str = (
        ""  # the severity of the matrix that promises it; empty where the alert states it itself
    )
    channels: tuple[str, ...] = ()  # rooms as written: "#incidents"
    ladder: tuple[Rung, ...] = ()  # complete, after defaults
    actions: tuple[str, ...] = ()  # procedures offered as the next action
    working_hours: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class AlertRule:
    name: str
    role: Role
    severity: Severity
    condition: Condition
    response: Response = field(default_factory=Response)
    severity_text: str = ""
    environment: str | None = None  # None: production, or the only one
    scope: str = "service"  # service | each
    window_s: float = 0.0
    average_s: float | None = None
    min_events: float | None = None
    no_data: str = "hold"  # hold | fire | ok
    resolve_after_s: float | None = None
    source: str | None = None
    selector: str | None = None
    line: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Symptom:
    text: str
    condition: Condition | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an issue may happen: `check` states what holds when the cause is *not* at work."""

    name: str
    check: tuple[Step, ...] = ()
    remedy: tuple[Step, ...] = ()
    procedure: str | None = None  # the remedy's procedure: "ISSUE: CAUSE"
    solution: str = ""  # `# Solution: TEXT`
    advice: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Issue:
    name: str
    alerts: tuple[str, ...] = ()
    symptoms: tuple[Symptom, ...] = ()
    diagnosis: tuple[Step, ...] = ()
    causes: tuple[Cause, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Command:
    """A useful command: named, parameterised, classified; never run by itself."""

    name: str
    group: str
    command: str
    parameters: tuple[Parameter, ...] = ()
    safety: Classification | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Hours:
    """Allowed hours: `days` as 0 (Monday) to 6, local times `HH:MM` in an IANA zone."""

    days: tuple[int, ...]
    start: str
    end: str
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Maintenance:
    notice_s: float | None = None
    hours: tuple[Hours, ...] = ()
    procedure: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Backup:
    every_s: float | None = None
    retention_s: float | None = None
    location: str | None = None
    drill_every_s: float | None = None
    continuous: bool = False  # continuous archiving or replication is declared
    line: int = 0


@dataclass(frozen=True, slots=True)
class Objective:
    """How much may be lost, and how long it may take, for one system or scenario; 0 is *nothing lost*."""

    name: str
    rpo_s: float | None = None
    rto_s: float | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class BackupPlan:
    """How one thing is backed up, a row of a table of backups. `every_s` 0 is *continuously*."""

    name: str
    every_s: float | None = None
    retention_s: float | None = None
    location: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Recovery:
    """Objectives and backups of the whole: the strictest objective, the slowest of the backups that have to meet it."""

    rpo_s: float | None = None
    rto_s: float | None = None
    backup: Backup = field(default_factory=Backup)
    procedure: str | None = None
    line: int = 0
    objectives: tuple[Objective, ...] = ()  # of each system or scenario, where the document tells them apart
    backups: tuple[BackupPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class HandoffItem:
    text: str
    source: str | None = None  # incidents | health | changes | maintenance | contacts
    line: int = 0


@dataclass(frozen=True, slots=True)
class Contact:
    role: str
    name: str
    address: str | None = None  # mail, else phone, else a link
    channel: str | None = None
    line: int = 0
    ways: tuple[str, ...] = ()  # further addresses and rooms, in the document's order


@dataclass(frozen=True, slots=True)
class SeverityLevel:
    """A row of the severity matrix: what the document promises at that severity. `None` where it promises nothing.

    `response_s` 0 is *at once*. Times to answer become deadlines of alerts that state none; times to mend never do.
    """

    severity: Severity
    name: str  # as written: "P1 – Critical"
    response_s: float | None = None
    update_every_s: float | None = None
    resolve_s: float | None = None
    says: str = ""
    line: int = 0
    ladder: tuple[Rung, ...] = ()  # of this severity, where its row gives one


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that is no condition: how long a task takes, what is kept how long, how many, who is asked after when.

    `what` says which of these as far as the words around it do (`duration`, `retention`, `limit`, …, `other`); `values`
    are one number, or both ends of a range, in the base unit `unit` (`hours` of the day: seconds since midnight); `op` is a
    comparison, empty where none is written.
    """

    name: str
    what: str
    op: str
    values: tuple[float, ...]
    unit: Unit
    line: int = 0


@dataclass(frozen=True, slots=True)
class Review:
    """Dates as ISO text (`2026-11-23`): the pure layers compare, they do not read a calendar."""

    last_updated: str | None = None
    next_review: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What one line (or block of lines) was understood to be, in one sentence."""

    line: int
    kind: str
    text: str
    says: str
    end_line: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that the reader could not take, or that will let someone down, and how to mend it."""

    code: str
    severity: Level
    line: int
    message: str
    mend: str
    column: int = 0  # 0-based start of the marked text, and its length; 0, 0 marks the whole line
    length: int = 0


@dataclass(frozen=True, slots=True)
class Coverage:
    """Lines of content, and how many of them are read, faulted (finding only) or prose."""

    lines: int = 0
    read: int = 0
    faulted: int = 0
    prose: int = 0


@dataclass(frozen=True, slots=True)
class Runbook:
    """A whole document as understood. `digest` is the SHA-256 of its text."""

    service: Service
    health_checks: tuple[HealthCheck, ...] = ()
    metrics: tuple[Metric, ...] = ()
    alerts: tuple[AlertRule, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    issues: tuple[Issue, ...] = ()
    commands: tuple[Command, ...] = ()
    maintenance: Maintenance | None = None
    recovery: Recovery | None = None
    handoff: tuple[HandoffItem, ...] = ()
    contacts: tuple[Contact, ...] = ()
    ladder: tuple[Rung, ...] = ()
    rooms: tuple[str, ...] = ()  # "#shop": the team's channel first
    review: Review = field(default_factory=Review)
    coverage: Coverage = field(default_factory=Coverage)
    readings: tuple[Reading, ...] = ()
    findings: tuple[Finding, ...] = ()
    digest: str = ""
    severities: tuple[SeverityLevel, ...] = ()
    figures: tuple[AlertRule, ...] = ()  # targets, bands, triggers, checklists: never armed
    amounts: tuple[Amount, ...] = ()  # every other number that people go by; nothing acts on them

    def procedure(self, name: str) -> Procedure | None:
        """The procedure of that name; case and punctuation do not count."""
        from watchbook.model.ids import slug

        wanted = slug(name)
        return next((p for p in self.procedures if slug(p.name) == wanted), None)

    def issue_for(self, alert: str) -> Issue | None:
        """The first issue that names the alert."""
        from watchbook.model.ids import slug

        wanted = slug(alert)
        return next((i for i in self.issues if any(slug(a) == wanted for a in i.alerts)), None)
