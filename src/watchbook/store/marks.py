"""Small things that the store keeps beside the model: what is armed, who was seen when, requests already answered.

Written by `app` and `api`, read at start. They carry a version like every record.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Arming:
    """A person's word on whether alerts page (rule 12). `alert` "" stands for every alert of the service."""

    service: str
    alert: str
    armed: bool
    actor: str
    at: float
    reason: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """When the watcher last looked at a service: the time after it does not count towards windows (rule 4)."""

    service: str
    seen_at: float
    version: int = 0


@dataclass(frozen=True, slots=True)
class Setting:
    """A value that the installation remembers by name, as text."""

    name: str
    value: str
    version: int = 0


@dataclass(frozen=True, slots=True)
class Answered:
    """A write of the API that was answered (rule 46): the same `Idempotency-Key` gets the same answer again.

    `request` is a digest of method, path and body: the same key with another request is refused by the caller.
    """

    key: str
    request: str
    status: int
    body: str
    at: float
    version: int = 0


@dataclass(frozen=True, slots=True)
class WatchedRow:
    """A row of a runbook as it was last read well (rule 13): the watch goes on under it when the text loses the row.

    `kind` is `alert`, `check` or `environment`; `name` its slug; `environment` the place it belongs to as written.
    `reading` is the value of the model as JSON. `missing_since` None: the row stands in the text. `dropped_at`: someone
    accepted that it is gone, and it is watched no longer.
    """

    service: str
    environment: str
    kind: str
    name: str
    reading: str
    line: int = 0
    missing_since: float | None = None
    says: str = ""  # why it is missing, in one sentence
    dropped_at: float | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class KeptText:
    """A text of a runbook that matters: `applied` is what is watched, `accepted` what may run unattended (rule 22)."""

    service: str
    role: str  # applied | accepted
    digest: str
    text: str
    label: str  # which file or revision it came from, as people read it
    path: str
    actor: str
    at: float
    version: int = 0


@dataclass(frozen=True, slots=True)
class Approval:
    """A person's word that the text with this digest may run its commands, given before it arrived (rule 22)."""

    digest: str
    actor: str
    at: float
    reason: str = ""
    version: int = 0
