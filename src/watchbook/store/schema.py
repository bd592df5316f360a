"""The tables, and which records of the model they keep. SQLAlchemy Core; portable between SQLite and PostgreSQL.

Called by `store.records` (saving, loading), `store.migrate` (creating) and `store.journal`. Tables of runs stand
in `store.tables_runs`. A change here needs a migration: `tests/store/test_migrate.py` holds them together.
"""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Double, Index, Integer, String, Table

from watchbook.model.alerts import AlertState, Episode
from watchbook.model.diagnosis import Diagnosis
from watchbook.model.incidents import Incident
from watchbook.model.paging import Climb, Notice, Silence
from watchbook.store.kinds import Kind, metadata, table_of
from watchbook.store.marks import Answered, Approval, Arming, Heartbeat, KeptText, Setting, WatchedRow

__all__ = ["KINDS", "SCHEMA_VERSION", "journal", "metadata", "schema_version"]

SCHEMA_VERSION = 2

schema_version = Table("schema_version", metadata, Column("version_num", String(32), primary_key=True))

journal = Table(
    "journal",
    metadata,
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("service", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("summary", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("occurred_at", Double, nullable=False),
    Column("recorded_at", Double, nullable=False),
    Column("subject", String, nullable=False),
    Column("incident", String, nullable=False),
    Column("data", JSON, nullable=False),
    Column("previous", String, nullable=False),
    Column("hash", String, nullable=False),
    Column("verified_actor", Boolean, nullable=False),
    Index("journal_by_service", "service", "sequence"),
    Index("journal_by_incident", "incident", "sequence"),
    Index("journal_by_subject", "subject", "sequence"),
)

KINDS = (
    Kind(
        AlertState,
        table_of("alert_state", AlertState, ("id",), indexes=(("service",),)),
        ("id",),
        order="id",
        urgent=True,
    ),
    Kind(
        Episode,
        table_of("episode", Episode, ("id",), indexes=(("service", "began_at"), ("ended_at",))),
        ("id",),
        order="began_at",
        urgent=True,
    ),
    Kind(
        Notice,
        table_of("outbox", Notice, ("key",), indexes=(("state", "due_at"), ("episode",))),
        ("key",),
        order="created_at",
        once=True,
        urgent=True,
    ),
    Kind(Climb, table_of("climb", Climb, ("episode",)), ("episode",), order="began_at", urgent=True),
    Kind(Silence, table_of("silence", Silence, ("id",), indexes=(("service",),)), ("id",), order="starts_at"),
    Kind(
        Incident,
        table_of("incident", Incident, ("id",), indexes=(("service", "state"),), unique="number"),
        ("id",),
        order="number",
        urgent=True,
        numbered="number",
    ),
    Kind(
        Diagnosis,
        table_of("diagnosis", Diagnosis, ("id",), indexes=(("service", "began_at"), ("incident",))),
        ("id",),
        order="began_at",
    ),
    Kind(Arming, table_of("arming", Arming, ("service", "alert")), ("service", "alert"), order="at"),
    Kind(Heartbeat, table_of("heartbeat", Heartbeat, ("service",)), ("service",), order="seen_at"),
    Kind(Setting, table_of("setting", Setting, ("name",)), ("name",), order="name"),
    Kind(
        Answered,
        table_of("answered", Answered, ("key",), indexes=(("at",),)),
        ("key",),
        order="at",
        once=True,
    ),
    Kind(
        WatchedRow,
        table_of("watched_row", WatchedRow, ("service", "environment", "kind", "name")),
        ("service", "environment", "kind", "name"),
        order="line",
    ),
    Kind(KeptText, table_of("kept_text", KeptText, ("service", "role")), ("service", "role"), order="at"),
    Kind(Approval, table_of("approval", Approval, ("digest",)), ("digest",), order="at"),
)
