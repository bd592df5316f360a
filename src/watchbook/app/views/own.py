"""The journal, the stream and Watchbook's own state as the faces show them. Made by `app`, shown by `cli`, `api`, `web`.

Units and form as in `app.views.watched`. Nothing here decides or formats.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from watchbook.app.views.watched import AcknowledgementView
from watchbook.model.incidents import JournalEntry


@dataclass(frozen=True, slots=True)
class JournalPage:
    """Entries after a sequence number, in order. `next_after` continues; None at the end."""

    entries: tuple[JournalEntry, ...]
    next_after: int | None = None


@dataclass(frozen=True, slots=True)
class ChainView:
    """What verifying one service's chain found. `broken_at` is the sequence of the first broken link."""

    service: str
    entries: int
    head: str
    broken_at: int | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class EventView:
    """Something happened. `sequence` is the journal's; 0 for a state change that is not journalled (a probe, a figure)."""

    sequence: int
    kind: str  # as in the journal, or `service.changed`
    service: str
    at: float
    summary: str = ""
    subject: str = ""
    incident: str = ""


@dataclass(frozen=True, slots=True)
class HealthView:
    """Watchbook's own health: `status` is `healthy` exactly when there is no problem."""

    status: str
    problems: tuple[str, ...] = ()
    version: str = ""
    started_at: float = 0.0


@dataclass(frozen=True, slots=True)
class SourceView:
    """Where runbooks come from. `since` is when its version here was taken up, `asked` when it last answered."""

    label: str
    kind: str  # files | git
    services: tuple[str, ...]
    commit: str  # full id; empty for files
    trusted: bool
    every_s: float
    since: float
    asked: float
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Observations at or below `le` seconds (infinity in the last one), cumulative."""

    le: float
    count: int


@dataclass(frozen=True, slots=True)
class Sample:
    """One series of a figure. `value` for counters and gauges; `buckets`, `total` (their sum) for histograms."""

    labels: Mapping[str, str] = field(default_factory=dict)
    value: float = 0.0
    buckets: tuple[Bucket, ...] = ()
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Figure:
    """One of Watchbook's own figures. `name` without `_total`, in base units: `watchbook_store_commit_seconds`."""

    name: str
    kind: str  # counter | gauge | histogram
    says: str  # one sentence of help
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class AcknowledgeLinkView:
    """What a signed link (rule 21) would acknowledge, and for whom it was made."""

    target: str  # alert or incident id
    service: str
    title: str
    contact: str  # the actor of the acknowledgement
    since: float
    expires_at: float
    severity: str = ""
    acknowledged: AcknowledgementView | None = None
    ended: bool = False  # resolved meanwhile: nothing left to acknowledge
