"""What the outside looks like from inside: one protocol for each kind of adapter, and the values they answer with.

Called by `acting` and `app`, implemented in the folders of `world`. Adapters translate their library's exceptions into
these values; they decide nothing.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from watchbook.model.paging import Notice


class DeliveryResult(StrEnum):
    """How a send ended. `RETRY`: it may work later, under the same key; `PERMANENT`: it will not (rule 15)."""

    OK = "ok"
    RETRY = "retry"
    PERMANENT = "permanent"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a channel says of one send. `reason` is one sentence where it was not taken."""

    result: DeliveryResult
    reason: str = ""
    retry_after_s: float | None = None  # as the receiver asked


class Channel(Protocol):
    """One way to reach people, as wired under a name."""

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> str:
        """console | webhook"""
        ...

    async def send(self, notice: Notice) -> Delivery:
        """Sends `notice.body` under `notice.key`, so that a receiver can tell a repeat. Never raises."""
        ...

    async def close(self) -> None:
        """Lets go of connections."""
        ...
