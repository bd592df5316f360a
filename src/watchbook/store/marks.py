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
