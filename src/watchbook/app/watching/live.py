"""What is known right now, in memory: one `LiveService` a runbook, one `Place` for each of its environments.

Filled by `app.watching`, read by `app.showing` and `app.diagnosing`. Nothing here is the only copy of something that
matters: alerts, episodes and climbs stand in the store as well. It does no I/O and decides nothing.
"""

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from watchbook.app.documents.loading import Loaded
from watchbook.app.watching.binding import Bound
from watchbook.deciding.coverage import missing_rows
from watchbook.deciding.observing import CheckFact, Facts
from watchbook.deciding.trusting import Command
from watchbook.deciding.watched import MissingRow, ServiceWatch
from watchbook.measuring.window import Window
from watchbook.model.ids import ServiceId, slug
from watchbook.model.observations import CheckHealth, ProbeResult
from watchbook.model.runbook import CheckKind, Environment, HealthCheck, Metric, Runbook
from watchbook.world.instances import Instance

if TYPE_CHECKING:
    from watchbook.reading.differences import Change

POINTS = 60  # of a spark line
STATUS_RANK = ("healthy", "unknown", "degraded", "unhealthy")


@dataclass(slots=True)
class LiveCheck:
    """One check of one target, with what its last probe found and the health that follows from the last few."""

    check: HealthCheck
    target: str
    instance: str | None = None  # its URL, where the target is one instance of the service
    health: CheckHealth = field(default_factory=CheckHealth)
    result: ProbeResult | None = None
    missing: MissingRow | None = None  # the text holds it no longer, and an alert needs it (rule 13)
    waits: str = ""  # why it is not asked: its command is not accepted (rule 22)
    accepted_only: str = ""  # why it is asked as it was accepted, not as the text has it now
    wanted: asyncio.Event = field(
        default_factory=asyncio.Event
    )  # set: probe at once, do not wait for the cadence

    @property
    def status(self) -> str:
        return str(self.health.status)

    @property
    def reason(self) -> str:
        return self.waits or self.health.reason

    @property
    def latency_s(self) -> float | None:
        return self.result.latency_s if self.result else None

    @property
    def value(self) -> float | None:
        return self.result.value if self.result else None


@dataclass(slots=True)
class LiveMetric:
    """A figure of Key Metrics: how it is measured, and its last values."""

    metric: Metric
    bound: Bound | None = None
    problem: str = "not measured yet"
    value: float | None = None
    says: str = ""
    points: deque[tuple[float, float | None]] = field(default_factory=lambda: deque(maxlen=POINTS))


@dataclass(slots=True)
class Place:
    """One environment of one service while it is watched. `pages` is set where its alerts may page."""

    service: ServiceId
    environment: Environment
    pages: bool
    watch: ServiceWatch
    window: Window = field(default_factory=Window)
    checks: dict[tuple[str, str], LiveCheck] = field(default_factory=dict)  # by (name of the check, target)
    metrics: list[LiveMetric] = field(default_factory=list)
    instances: dict[str, Instance] | None = None  # by URL; None until the list was read once
    instances_problem: str = ""
    bound: dict[str, Bound] = field(default_factory=dict)  # pinned, by id of the alert
    unbound: dict[str, str] = field(default_factory=dict)  # why an alert cannot be measured
    service_check: HealthCheck | None = None
    wanted_armed: set[str] = field(default_factory=set)  # alerts that page as soon as they can be measured
    moved_s: float = 0.0  # how far the wall clock jumped since the window was last written
    says: dict[str, str] = field(default_factory=dict)  # what each alert's last observation said, by its id
    missing: MissingRow | None = None  # the text holds this environment no longer

    @property
    def name(self) -> str:
        return self.environment.name

    def of_instances(self) -> list[LiveCheck]:
        """The service check of every instance that is known now, in order of the list."""
        known = self.instances or {}
        return [live for live in self.checks.values() if live.instance in known]

    def of_url(self) -> LiveCheck | None:
        """The service check asked of the environment's URL."""
        if self.service_check is None:
            return None
        mine = (
            live
            for live in self.checks.values()
            if live.check is self.service_check and live.instance is None
        )
        return next(mine, None)

    def facts(self) -> Facts:
        """What conditions are judged from."""
        instances: dict[str, str] | None = None
        if self.instances is not None and self.service_check is not None:
            by_url = {live.instance: live.status for live in self.of_instances()}
            instances = {url: by_url.get(url, "unknown") for url in self.instances}
        checks = {
            slug(live.check.name): _fact(live) for live in self.checks.values() if live.instance is None
        }
        return Facts(instances, checks, self.service_check.name if self.service_check else "")

    def status(self) -> str:
        """The worst of the URL's check and its dependencies' is not the environment's: only what serves users is."""
        url = self.of_url()
        if url is not None:
            return url.status
        statuses = [live.status for live in self.checks.values()]
        return max(statuses, key=STATUS_RANK.index, default="unknown")


def _fact(live: LiveCheck) -> CheckFact:
    return CheckFact(
        live.check.name, live.status, live.reason, live.latency_s, live.value, live.health.failures
    )


@dataclass(frozen=True, slots=True)
class Trusted:
    """The text whose commands run unattended, and what the text that is watched would run beside it.

    `everything`: without a watch, a person runs this text and means it.
    """

    digest: str = ""
    runbook: Runbook | None = None
    by: str = ""
    at: float = 0.0
    commands: frozenset[Command] = frozenset()
    waiting: Mapping[Command, str] = field(
        default_factory=dict
    )  # commands that nobody has accepted, with their place
    since: float = 0.0  # when the first of them came
    changes: "tuple[Change, ...]" = ()  # from the accepted text to the one that is watched
    everything: bool = False

    def allows(self, command: Command | None) -> bool:
        return self.everything or command is None or command in self.commands


@dataclass(slots=True)
class LiveService:
    """A runbook that is watched, with its environments. `trusted` is what may run unattended of it (rule 22)."""

    loaded: Loaded
    places: dict[str, Place] = field(default_factory=dict)  # by name of the environment
    trusted: Trusted = field(default_factory=Trusted)
    loaded_at: float = 0.0
    gone: str = ""  # why no source describes it any more: it is watched as it was last read
    problem: str = ""  # why its text cannot be read now: it is watched as it was last read

    @property
    def id(self) -> ServiceId:
        return self.loaded.id

    @property
    def is_trusted(self) -> bool:
        """Whether every command of the text may run unattended."""
        return not self.trusted.waiting

    @property
    def missing(self) -> tuple[MissingRow, ...]:
        """Everything that the text lost, of all environments."""
        found = [
            row
            for place in self.places.values()
            for row in missing_rows(place.watch, place.watch.alerts.values())
        ]
        return tuple({(row.kind, row.name): row for row in found}.values())

    def production(self) -> Place | None:
        """The environment whose alerts page."""
        return next((place for place in self.places.values() if place.pages), None)


def label_of(loaded: Loaded) -> str:
    """A text as sentences name it: its file, or its revision where it comes from git."""
    return loaded.revision.label if loaded.revision.commit else loaded.path.name


def environments_of(loaded: Loaded) -> tuple[Environment, ...]:
    """The document's environments; one without a name where it has none."""
    return loaded.runbook.service.environments or (Environment("production"),)


def paging_environment(environments: tuple[Environment, ...]) -> str:
    """Only production pages: the one of that name, else the only or first one."""
    names = [environment.name for environment in environments]
    return next((name for name in names if slug(name) in ("production", "prod", "live")), names[0])


def service_check_of(loaded: Loaded) -> HealthCheck | None:
    """The check of the service itself, of a document."""
    return service_check_among(loaded.runbook.health_checks)


def service_check_among(checks: Sequence[HealthCheck]) -> HealthCheck | None:
    """The check of the service itself: the first HTTP one with a path as target, else the first of no dependency."""
    relative = (
        c for c in checks if c.kind is CheckKind.HTTP and c.target.startswith("/") and not c.dependency
    )
    own = (c for c in checks if not c.dependency)
    return next(relative, None) or next(own, None)


def each_check(services: "dict[ServiceId, LiveService]") -> Iterator[LiveCheck]:
    """Every check of every place."""
    for service in services.values():
        for place in service.places.values():
            yield from place.checks.values()
