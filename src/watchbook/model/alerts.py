"""What an alert is doing now, and its episodes. Decided by `deciding.alerts`, kept by `store`, shown by every face."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from watchbook.model.ids import AlertId, EpisodeId, IncidentId
from watchbook.model.runbook import Severity


class AlertStatus(StrEnum):
    OK = "ok"
    PENDING = "pending"  # true, but not yet for its window
    FIRING = "firing"
    RESOLVING = "resolving"  # good again, inside `resolve_after`: the same episode if it comes back
    BLIND = "blind"  # no data for longer than the hold
    FIRING_NO_DATA = "firing_no_data"


@dataclass(frozen=True, slots=True)
class AlertState:
    """One alert of one environment. Times are wall seconds; `active_since` skips time the watcher was down (rule 4)."""

    id: AlertId
    service: str
    environment: str
    name: str
    severity: Severity
    status: AlertStatus = AlertStatus.OK
    armed: bool = False
    active_since: float | None = None  # condition true since, less the watcher's own absence
    good_since: float | None = None  # condition false since, while an episode is open
    last_good_at: float | None = None  # last evaluation that had data
    since: float | None = None  # when the present status began
    value: float | None = None
    reason: str = ""  # one sentence: why it is in this status
    problem: str = ""  # "evaluation failing: …", empty when evaluation works
    episode: EpisodeId | None = None
    rule_digest: str = ""  # of the condition: a change restarts only pending (rule 13)
    version: int = 0
    source: str = ""  # where its data comes from, as the last observation said: "metrics", "probes"


@dataclass(frozen=True, slots=True)
class Episode:
    """One firing of an alert, flaps included (rule 33). Its id is the receiver's deduplication key."""

    id: EpisodeId
    alert: AlertId
    service: str
    environment: str
    name: str
    severity: Severity
    began_at: float
    summary: str = ""  # "0 of 3 instances healthy"
    value: str = ""  # as said to people
    threshold: str = ""
    ended_at: float | None = None
    paging: bool = False  # armed and its response pages
    incident: IncidentId | None = None
    version: int = 0
    true_since: float | None = None  # when the condition began to hold, before its window
    closed_because: str = ""  # a person's reason, where no good evaluation ended it


@dataclass(frozen=True, slots=True)
class Observation:
    """What one evaluation of a rule found at `at_s`. `value` None with no problem means no data."""

    at_s: float
    true: bool | None  # None: no data
    value: float | None = None
    says: str = ""  # "3 of 3 instances unhealthy", "4.2% errors"
    problem: str = ""  # evaluation failed: the state stays as it is (rule 5)
    labels: Mapping[str, str] = field(default_factory=dict)
    source: str = "metrics"  # who was asked; one *blind* alert stands for all rules of a source
