"""Incidents and the journal's entries. Decided by `deciding.incident`, kept in the hash-chained journal by `store`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from watchbook.model.ids import EpisodeId, IncidentId
from watchbook.model.runbook import Severity


class IncidentState(StrEnum):
    OPEN = "open"
    INVESTIGATING = "investigating"
    MITIGATING = "mitigating"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Incident:
    """One or more episodes of a service (rule 33). `number` counts up a data folder, for people."""

    id: IncidentId
    number: int
    service: str
    environment: str
    title: str
    severity: Severity
    state: IncidentState
    opened_at: float
    episodes: tuple[EpisodeId, ...] = ()
    resolved_at: float | None = None
    closed_at: float | None = None
    close_reason: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to be journalled: what happened, to which service, by whom. Not yet chained.

    `kind` is dotted: `alert.firing`, `page.sent`, `run.started`, `step.ended`, `incident.opened`, `diagnosis.ended`,
    `question.answered`, `acknowledged`. `summary` is one sentence for people; `data` is JSON-ready.
    """

    service: str
    kind: str
    summary: str
    actor: str = "watchbook"
    occurred_at: float = 0.0
    subject: str = ""  # id of the alert, run, incident …
    incident: str = ""  # whose timeline it stands in
    data: Mapping[str, Any] = field(default_factory=dict)
    verified_actor: bool = False  # loopback names are journalled as unverified (rule 45)


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """An entry as it stands in the journal. `sequence` counts over all services, `hash` chains one service's entries."""

    sequence: int
    service: str
    kind: str
    summary: str
    actor: str
    occurred_at: float
    recorded_at: float
    subject: str
    incident: str
    data: Mapping[str, Any]
    previous: str
    hash: str
    verified_actor: bool = False
