"""The data folder: who owns it, and what lies where in it.

Called by `app.wiring` and the commands that start something. One process owns a folder at a time: it holds a file
lock that ends with the process, however it ends. This module opens no database.
"""

import contextlib
import errno
import fcntl
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from watchbook.model.errors import StoreError

DATABASE = "watchbook.sqlite"
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class ServerNote:
    """`server.json`: by what the command line finds a running server. `started_at` is wall seconds."""

    url: str
    pid: int
    started_at: float


class DataFolder:
    """A folder that this process owns until `close`. Made by `take`."""

    def __init__(self, path: Path, lock: int) -> None:
        self.path, self._lock = path, lock

    @property
    def database(self) -> Path:
        """The one database file."""
        return self.path / DATABASE

    @property
    def runs(self) -> Path:
        """One folder a run: gate files, shim, bounded and redacted output."""
        return self.path / "runs"

    @property
    def spool(self) -> Path:
        """Pages that went out while the store was stuck, where this folder still takes writes."""
        return self.path / "spool"

    def signing_key(self) -> bytes:
        """The key of acknowledge links: made at first use, readable by the owner only."""
        path = self.path / "signing.key"
        try:
            key = path.read_bytes()
        except FileNotFoundError:
            key = secrets.token_bytes(_KEY_BYTES)
            _write_whole(path, key)
        except OSError as error:
            raise _said(error, path) from error
        if len(key) != _KEY_BYTES:
            raise StoreError(
                "the signing key is damaged",
                where=str(path),
                mend="Remove it: links sent so far end with it.",
            )
        return key

    def announce(self, note: ServerNote) -> None:
        """Write `server.json`."""
        _write_whole(self.path / "server.json", json.dumps(asdict(note)).encode() + b"\n")

    def close(self) -> None:
        """Take `server.json` away where it is ours, and let the folder go. Safe to repeat."""
        if self._lock < 0:
            return
        note = running_server(self.path)
        if note is not None and note.pid == os.getpid():
            with contextlib.suppress(OSError):
                (self.path / "server.json").unlink()
        with contextlib.suppress(OSError):
            fcntl.flock(
                self._lock, fcntl.LOCK_UN
            )  # a process that is just being spawned may hold the file open
        os.close(self._lock)
        self._lock = -1


def take(path: Path) -> DataFolder:
    """Make the folder where it is missing (not its parents) and own it. StoreError says in one line why not."""
    path = path.absolute()
    try:
        _make(path)
        lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _said(error, path) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(lock, 100).decode(errors="replace").strip()
        os.close(lock)
        raise _taken(path, holder) from None
    except OSError as error:
        os.close(lock)
        raise _said(error, path) from error
    try:
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    except OSError as error:
        os.close(lock)
        raise _said(error, path) from error
    return DataFolder(path, lock)


def make(path: Path) -> None:
    """Make the folder where it is missing (not its parents), without owning it. StoreError says in one line why not."""
    try:
        _make(path.absolute())
    except OSError as error:
        raise _said(error, path) from error


def _make(path: Path) -> None:
    if not path.parent.is_dir():
        raise StoreError(
            f"the folder {path.parent} does not exist",
            where=str(path),
            mend="Make it, or give another --data.",
        )
    path.mkdir(mode=0o700, exist_ok=True)
    if path.stat().st_mode & 0o077:
        path.chmod(0o700)
    ignore = path / ".gitignore"
    if not ignore.exists():
        _write_whole(ignore, b"*\n")
    for name in ("runs", "spool"):
        (path / name).mkdir(mode=0o700, exist_ok=True)


def running_server(path: Path) -> ServerNote | None:
    """What `server.json` of a data folder says, or None where there is none. It may be of a server that is gone."""
    try:
        said = json.loads((path / "server.json").read_bytes())
        return ServerNote(str(said["url"]), int(said["pid"]), float(said["started_at"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_owned(path: Path) -> bool:
    """Whether a living process owns the folder."""
    try:
        lock = os.open(path / "lock", os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    else:
        return False
    finally:
        os.close(lock)


def _taken(path: Path, holder: str) -> StoreError:
    note = running_server(path)
    if note is not None and str(note.pid) == holder:
        what = f"a server already owns this data folder: process {holder} at {note.url}"
    else:
        what = f"another Watchbook owns this data folder: process {holder or 'unknown'}"
    return StoreError(what, where=str(path), mend="Use that one, end it, or give another --data.")


def _write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a crash, finds all of it or none; mode 0600."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(file, content)
            os.fsync(file)
        finally:
            os.close(file)
        fresh.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise _said(error, path) from error


def _said(error: OSError, path: Path) -> StoreError:
    """An operating system's error as the one line that a user gets."""
    where = str(path)
    match error.errno:
        case errno.EROFS:
            return StoreError(
                "the data folder is on a read-only file system", where=where, mend="Give another --data."
            )
        case errno.ENOSPC | errno.EDQUOT:
            return StoreError(
                "the disk is full", where=where, mend="Free some space, or give another --data."
            )
        case errno.EACCES | errno.EPERM:
            return StoreError(
                "the data folder may not be written by this user", where=where, mend="Give another --data."
            )
        case errno.ENOTDIR | errno.EEXIST:
            return StoreError("this is not a folder", where=where, mend="Give another --data.")
        case _:
            return StoreError(
                f"the data folder cannot be used ({error.strerror or error})",
                where=where,
                mend="Give another --data.",
            )
