"""What the runs need from elsewhere: a ledger, the facts of an environment, announcements, the installation.

Implemented by `store.store.Store` and by `app`; faked in tests. Protocols and values only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from watchbook.deciding.moves import EnvironmentFacts
from watchbook.model.decisions import NOTHING, Decision
from watchbook.model.procedures import Procedure, Step
from watchbook.model.runs import Run

Record = TypeVar("Record")


class Ledger(Protocol):
    """Keeps decisions, whole or not at all. Raises StoreError when it cannot, ConflictError when a record has moved."""

    async def apply(self, decision: Decision) -> tuple[Any, ...]:
        """The saved records as they now stand, in their order."""
        ...

    async def load(self, type_: type[Record], **where: Any) -> tuple[Record, ...]: ...

    async def get(self, type_: type[Record], *key: Any) -> Record | None: ...


class Surroundings(Protocol):
    """What is wrong in an environment right now."""

    def facts(self, service: str, environment: str | None) -> EnvironmentFacts: ...


class Announcements(Protocol):
    """Rows that reach people; written in the run's own transaction, sent by the outbox."""

    @property
    def available(self) -> bool:
        """Whether posts and notices of a document can be made; otherwise people make them."""
        ...

    def announce(self, run: Run, step: Step, now: float) -> Decision:
        """The post, notice or page that the step asks for."""
        ...

    def alarm(self, run: Run, reason: str, now: float) -> Decision:
        """A page: a rollback has failed (rule 27)."""
        ...


class NothingWatched:
    """Surroundings of a run without a server."""

    def facts(self, service: str, environment: str | None) -> EnvironmentFacts:  # noqa: ARG002
        return EnvironmentFacts()


class NobodyTold:
    """Announcements where there is no outbox: people post themselves, and the failure stands in the journal."""

    available = False

    def announce(self, run: Run, step: Step, now: float) -> Decision:  # noqa: ARG002
        return NOTHING

    def alarm(self, run: Run, reason: str, now: float) -> Decision:  # noqa: ARG002
        return NOTHING


@dataclass(frozen=True, slots=True)
class Installation:
    """Where runs live and what their commands may see.

    `folder` holds a folder for each run. `environment` is complete (rule 47): nothing of the server's own is added.
    `secrets` are values that must never be seen; a value may be in `environment` as well.
    """

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    step_timeout_s: float = 3600.0
    grace_s: float = 5.0
    output_bytes: int = 1024 * 1024


@dataclass(frozen=True, slots=True)
class StartOrder:
    """A run that somebody asks for, bound to the procedure as it reads now.

    `content_hash` equal to the procedure's is the confirmation; empty, the run asks first. `handler` is the procedure
    that `on_failure` names. `key` makes a repeat harmless: the same key gives the run that it started the first time.
    """

    service: str
    procedure: Procedure
    actor: str
    directory: str
    handler: Procedure | None = None
    environment: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    content_hash: str = ""
    undoes: str | None = None
    incident: str = ""
    key: str = ""
