"""Notifications, and who has been told. Decided by `deciding.paging`, sent by `acting.outbox` through `world.channels`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from watchbook.model.ids import EpisodeId, key_of
from watchbook.model.runbook import Rung


class NoticeKind(StrEnum):
    TRIGGER = "trigger"
    UPDATE = "update"
    REPEAT = "repeat"
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"


class NoticeState(StrEnum):
    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"  # permanently: the ladder climbed past it
    MUTED = "muted"  # a silence or maintenance held it back


@dataclass(frozen=True, slots=True)
class Notice:
    """A row of the outbox, committed before it is sent (rule 14). `body` is the page as JSON-ready values."""

    key: str
    episode: EpisodeId
    kind: NoticeKind
    sequence: int
    rung: int
    round: int
    contact: str  # a person or a room, as the runbook writes it
    channel: str  # a name of the wiring, or "console"
    body: Mapping[str, Any] = field(default_factory=dict)
    state: NoticeState = NoticeState.DUE
    due_at: float = 0.0
    created_at: float = 0.0
    tries: int = 0
    sent_at: float | None = None
    problem: str = ""
    version: int = 0


def notice_key(
    episode: str, kind: str, sequence: int, rung: int, round_: int, contact: str, channel: str
) -> str:
    """The key of rule 14: the same on every machine and after every crash."""
    return key_of(episode, kind, sequence, rung, round_, contact, channel)


@dataclass(frozen=True, slots=True)
class Climb:
    """How far an episode has climbed its ladder. `round` counts repeats of the last rung."""

    episode: EpisodeId
    ladder: tuple[Rung, ...]
    rung: int = 0
    round: int = 0
    sequence: int = 0
    began_at: float = 0.0
    next_at: float | None = None  # when the next rung is due; None when stopped
    acknowledged_by: str | None = None
    acknowledged_at: float | None = None
    acknowledged_until: float | None = None
    ended_at: float | None = None
    told: tuple[tuple[str, str], ...] = ()  # (contact, channel) of everyone already told
    version: int = 0
    started: bool = False  # the first rung has been told; before that `rung` means nothing yet
    rung_s: float = 900.0  # how long a rung lasts where the ladder does not say
    rooms: tuple[str, ...] = ()  # "#incidents": told with the first page, or at once when no one is paged
    working_hours: bool = False  # the first rung waits for its deadline and for working hours
    muted: bool = False  # a silence holds it; when that ends, the climb goes on
    failed: tuple[tuple[str, str], ...] = ()  # (contact, channel) refused permanently in this round
    reminded_at: float | None = None  # when "firing, no data" was last told


@dataclass(frozen=True, slots=True)
class Silence:
    """Mutes pages, never watching (rule 17). An end is required."""

    id: str
    service: str
    alert: str | None  # None: all alerts of the service
    starts_at: float
    ends_at: float
    author: str
    reason: str
    ended_early_at: float | None = None
    version: int = 0
