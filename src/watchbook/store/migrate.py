"""Brings a database to this version's tables. Called when a store is opened.

The fast path reads one row: a database of this version is taken as it is, a new one gets all tables at once. Only
an older one imports alembic. One of a newer version is refused.
"""

from pathlib import Path

from sqlalchemy import Connection, insert, inspect, text
from sqlalchemy.exc import DBAPIError

from watchbook.model.errors import StoreError
from watchbook.store import sqlite
from watchbook.store.schema import SCHEMA_VERSION, metadata, schema_version

MIGRATIONS = Path(__file__).parent / "migrations"


def revision_of(version: int) -> str:
    """A version as alembic's revision: 1 → "0001"."""
    return f"{version:04d}"


def bring_up(connection: Connection, path: Path) -> None:
    """Create or migrate the tables, inside the caller's transaction. StoreError for what cannot be used."""
    found = version_found(connection, path)
    if found is None:
        metadata.create_all(connection, checkfirst=False)
        connection.execute(insert(schema_version), {"version_num": revision_of(SCHEMA_VERSION)})
    elif found < SCHEMA_VERSION:
        upgrade(connection)


def check(connection: Connection, path: Path) -> None:
    """For readers: refuse a database that is empty, older or newer than this version."""
    found = version_found(connection, path)
    if found is None:
        raise StoreError("there is nothing in this database yet", where=str(path))
    if found < SCHEMA_VERSION:
        raise StoreError(
            f"the database is of an older version ({found}; this Watchbook has {SCHEMA_VERSION})",
            where=str(path),
            mend="Start `watchbook up` once: it brings the database up.",
        )


def version_found(connection: Connection, path: Path) -> int | None:
    """Version of the tables, None for an empty database. StoreError for a newer or a foreign one."""
    try:
        row = connection.execute(text("select version_num from schema_version")).first()
    except DBAPIError as error:
        known = sqlite.store_error(error, path)
        if known is not None:
            raise known from error
        row = None
    if row is None:
        tables = [name for name in inspect(connection).get_table_names() if name != "schema_version"]
        if tables:
            raise StoreError(
                f"this database is not Watchbook's: it has the table {tables[0]} and no version",
                where=str(path),
                mend="Give another --data.",
            )
        return None
    version = int(row[0]) if str(row[0]).isdigit() else SCHEMA_VERSION + 1
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"the database is of a newer version ({row[0]}; this Watchbook knows {SCHEMA_VERSION})",
            where=str(path),
            mend="Upgrade Watchbook, or give another --data.",
        )
    return version


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run alembic's migrations on this connection, inside its transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
