"""Everything that is SQLite's own: how a file is opened, and what its errors mean in one line.

Called by `store.writer` and `store.store`. Another database would bring a module of the same functions.
"""

import contextlib
import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, QueuePool

from watchbook.model.errors import StoreError
from watchbook.store.codec import canonical

_BUSY_MS = 200  # a locked file is asked again by the writer, which can say so meanwhile


def open_to_write(path: Path) -> Engine:
    """An engine whose one connection writes: WAL, each commit on the disk before it returns. `path` must be there."""
    where = f"{path.absolute().as_uri()}?mode=rw"

    def connect() -> sqlite3.Connection:
        raw = sqlite3.connect(
            where, uri=True, isolation_level=None, check_same_thread=False, timeout=_BUSY_MS / 1000
        )
        try:
            (mode,) = raw.execute("pragma journal_mode=wal").fetchone()
            if mode != "wal":
                raise StoreError(
                    "this file system cannot hold the database (no shared memory)",
                    where=str(path),
                    mend="Give another --data.",
                )
            raw.execute("pragma synchronous=full")
            raw.execute("pragma foreign_keys=on")
        except (sqlite3.Error, StoreError):
            raw.close()
            raise
        return raw

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, json_serializer=canonical)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def make(path: Path) -> None:
    """Make an empty database file that only its owner can read; one that is there stays as it is. OSError if not."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


def tidy(path: Path) -> None:
    """After the last connection: bring the log into the file, so that the file alone holds everything."""
    where = f"{path.absolute().as_uri()}?mode=rw"
    with (
        contextlib.suppress(sqlite3.Error),
        contextlib.closing(sqlite3.connect(where, uri=True, timeout=0)) as raw,
    ):
        raw.execute("pragma wal_checkpoint(truncate)")


def open_to_read(path: Path) -> Engine:
    """An engine for reads beside the writer; works on a read-only file system as well."""

    def connect() -> sqlite3.Connection:
        return _connect_read_only(path)

    engine = create_engine(
        "sqlite://", creator=connect, poolclass=QueuePool, pool_size=4, json_serializer=canonical
    )
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def _connect_read_only(path: Path) -> sqlite3.Connection:
    """Read-only; where not even the shared-memory file can be made and there is no log, the file as it lies."""
    where = path.absolute().as_uri()
    raw = sqlite3.connect(
        f"{where}?mode=ro", uri=True, check_same_thread=False, timeout=2, isolation_level=None
    )
    try:
        raw.execute("select 1 from sqlite_master limit 1")
        return raw
    except sqlite3.OperationalError:
        raw.close()
        log = Path(f"{path}-wal")
        if not path.exists() or (log.exists() and log.stat().st_size):
            raise
    return sqlite3.connect(
        f"{where}?mode=ro&immutable=1", uri=True, check_same_thread=False, isolation_level=None
    )


def touch(connection: Connection) -> None:
    """Write a page without changing anything: fails where the disk is full or read-only."""
    (mark,) = connection.exec_driver_sql("pragma user_version").one()
    connection.exec_driver_sql(f"pragma user_version = {int(mark)}")


def code_of(error: BaseException) -> int | None:
    """SQLite's primary result code behind an error, or None."""
    cause: Any = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def is_locked(error: BaseException) -> bool:
    """Whether the file is held by another connection, which may let go any moment."""
    return code_of(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


_MEANINGS = {
    sqlite3.SQLITE_FULL: ("the disk is full", "Free some space; nothing that was committed is lost."),
    sqlite3.SQLITE_READONLY: ("the database cannot be written: it is read-only", "Make it writable again."),
    sqlite3.SQLITE_BUSY: ("the database is locked by another program", "Find it with `fuser` and end it."),
    sqlite3.SQLITE_LOCKED: ("the database is locked by another program", "Find it with `fuser` and end it."),
    sqlite3.SQLITE_IOERR: ("the disk did not take a write", "Look at the kernel's log and at `df`."),
    sqlite3.SQLITE_CORRUPT: ("the database is damaged", "Restore it from a backup, or give another --data."),
    sqlite3.SQLITE_NOTADB: ("this file is not a database of Watchbook", "Give another --data."),
    sqlite3.SQLITE_CANTOPEN: ("the database cannot be opened", "Look at the folder and its permissions."),
    sqlite3.SQLITE_PROTOCOL: ("this file system cannot lock the database", "Give another --data."),
    sqlite3.SQLITE_NOMEM: ("there is no memory left for the database", "End something else on this machine."),
}
STORE_AT_FAULT = frozenset(_MEANINGS)


def store_error(error: BaseException, path: Path) -> StoreError | None:
    """The one line that a user gets where the store itself is at fault; None for every other error."""
    code = code_of(error)
    if code in _MEANINGS:
        what, mend = _MEANINGS[code]
        return StoreError(what, where=str(path), mend=mend)
    if isinstance(error, OSError):
        what = f"the database cannot be opened ({error.strerror or error})"
        return StoreError(what, where=str(path), mend="Look at the folder and its permissions.")
    return None
