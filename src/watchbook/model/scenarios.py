"""A runbook's own unit tests: what happens in a scenario, what is expected of it, and what came of it.

Read by `reading.scenarios`, played by `app.rehearsing`, judged by `deciding.expected`. Moments and durations are seconds
since the scenario's beginning; `line` is that of the scenario's own file.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a test file that cannot be taken, and how to mend it."""

    line: int
    what: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class SeriesGiven:
    """A series, and its values in promtool's notation, both as written."""

    series: str
    values: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class ProbeGiven:
    """What probes of a check find from `at_s` on. `healthy` and `of` count instances, where `check` is empty."""

    check: str
    at_s: float
    status: str = "healthy"  # healthy | degraded | unhealthy | unknown
    reason: str = ""
    latency_s: float | None = None
    value: float | None = None
    healthy: int = 0
    of: int = 0
    line: int = 0


@dataclass(frozen=True, slots=True)
class OutputGiven:
    """What a diagnosis command prints. It is named by its text or by the line of the runbook it stands on."""

    command: str
    runbook_line: int | None = None
    exit: int | None = 0
    output: str = ""
    problem: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class ActGiven:
    """What a person does: acknowledges."""

    at_s: float
    acknowledge: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class PageExpected:
    """One page: to whom, and from when to when it may leave; `alert` empty: for any."""

    to: str
    from_s: float | None = None
    by_s: float | None = None
    alert: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class StatusExpected:
    alert: str
    status: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class VerdictExpected:
    cause: str
    verdict: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class DiagnosisExpected:
    """The last diagnosis of an issue, or of an alert's issue. `next` must be part of the next action."""

    subject: str
    verdicts: tuple[VerdictExpected, ...] = ()
    next: str = ""
    procedure: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Expected:
    """What must be true at `at_s`; None: not asked. `pages`: all so far, in order; `ended`: all who heard of an end."""

    at_s: float
    alerts: tuple[StatusExpected, ...] | None = None
    others_silent: bool = True
    pages: tuple[PageExpected, ...] | None = None
    ended: tuple[PageExpected, ...] | None = None
    diagnoses: tuple[DiagnosisExpected, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Scenario:
    """One story over time. `starts` is an ISO date and time (UTC where it names no zone); empty: a Wednesday at 10:00."""

    name: str
    environment: str = ""
    service: str = ""  # of a runbook that describes several
    starts: str = ""
    group_wait_s: float | None = None
    interval_s: float | None = None  # of series; None: the runbook's cadence of metrics
    series: tuple[SeriesGiven, ...] = ()
    probes: tuple[ProbeGiven, ...] = ()
    outputs: tuple[OutputGiven, ...] = ()
    acts: tuple[ActGiven, ...] = ()
    expected: tuple[Expected, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Deciding:
    """A line of the runbook that decided something, with what stands there."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Failure:
    """An expectation that was not met: at which moment, what was expected, what happened, and what decided it."""

    at_s: float
    line: int
    expected: str
    happened: str
    decided: tuple[Deciding, ...] = field(default=())
