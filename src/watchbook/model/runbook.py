"""What a runbook says: the value that `reading` makes of a document and everything else works from.

Frozen, comparable, free of behaviour. Lines are 1-based lines of the source; times are seconds, ratios are
0..1, sizes bytes (`model.quantities`). The JSON reading (`reading.contract`) is a view of these.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from watchbook.model.quantities import Unit
from watchbook.model.safety import Classification, Safety, worst


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


class Level(StrEnum):
    """Severity of a finding."""

    ERROR = "error"  # cannot run as written
    WARNING = "warning"  # will let someone down
    NOTE = "note"


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
class Recovery:
    rpo_s: float | None = None
    rto_s: float | None = None
    backup: Backup = field(default_factory=Backup)
    procedure: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class HandoffItem:
    text: str
    source: str | None = None  # incidents | health | changes | maintenance | contacts
    line: int = 0


@dataclass(frozen=True, slots=True)
class Contact:
    role: str
    name: str
    address: str | None = None
    channel: str | None = None
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
