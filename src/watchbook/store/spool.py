"""The spool: pages that went out although the store was stuck, kept on another path until the store works again.

Called by `acting.outbox` (append) and at start and after trouble (`pending`, `forget`). Rule 14: a page is never held
back because it cannot be recorded. Lines of JSON, each on the disk before `append` returns. It sends nothing.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from watchbook.store.codec import canonical

_FILE = "pages.jsonl"


def places_for(data: Path) -> tuple[Path, ...]:
    """Where to spool, best first: beside the database, the user's state folder, memory, the temporary folder.

    The first is on the data folder's own file system, which may be the one that is full or read-only; each of the
    others is tried when the one before it does not take the line.
    """
    digest = hashlib.sha256(str(data.absolute()).encode()).hexdigest()[:12]
    name = f"watchbook-{os.getuid()}-{digest}"
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    shared_memory = Path("/dev/shm")
    others = [Path(state) / "watchbook" / digest]
    if shared_memory.is_dir():
        others.append(shared_memory / name)
    others.append(Path(tempfile.gettempdir()) / name)
    return (data / "spool", *others)


@dataclass(frozen=True, slots=True)
class Spooled:
    """A page that was sent without a record. `page` is what was appended."""

    key: str
    page: Mapping[str, Any]


class Spool:
    """Appends to the first of its places that takes a line; reads all of them."""

    def __init__(self, places: Sequence[Path]) -> None:
        self._places = tuple(places)

    def append(self, key: str, page: Mapping[str, Any]) -> Path | None:
        """Keep a page under its key (the notice's). The file it stands in, or None where no place took it.

        `page` is JSON-ready.
        Never raises for a disk's sake: the page goes out in any case.
        """
        line = canonical({"key": key, "page": page}).encode() + b"\n"
        for place in self._places:
            with contextlib.suppress(OSError):
                return _append(place, line)
        return None

    def pending(self) -> tuple[Spooled, ...]:
        """Everything that is spooled, oldest first in each place; a line that a crash left torn is passed over."""
        found: dict[str, Spooled] = {}
        for place in self._places:
            found = {**_standing(_read(place)), **found}
        return tuple(found.values())

    def forget(self, keys: Iterable[str]) -> None:
        """Note that these pages are recorded now. What is appended meanwhile stays."""
        gone = frozenset(keys)
        for place in self._places:
            with contextlib.suppress(OSError):
                _forget(place, gone)


def _append(place: Path, line: bytes) -> Path:
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(place, os.O_CREAT) as file:
        _write_line(file, line)
    return place / _FILE


def _forget(place: Path, gone: frozenset[str]) -> None:
    """Append what is recorded; empty the file once nothing is left in it."""
    with _locked(place) as file:
        standing = _standing((place / _FILE).read_bytes())
        if not standing.keys() & gone:
            return
        if standing.keys() <= gone:
            os.ftruncate(file, 0)
            os.fsync(file)
        else:
            _write_line(file, canonical({"recorded": sorted(gone)}).encode() + b"\n")


@contextlib.contextmanager
def _locked(place: Path, create: int = 0) -> Iterator[int]:
    """The spool file of a place, opened to append, for one process at a time."""
    _check_ours(place)
    flags = os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC | create
    file = os.open(place / _FILE, flags, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        os.close(file)


def _write_line(file: int, line: bytes) -> None:
    """A whole line on the disk, or nothing of it."""
    before = os.fstat(file).st_size
    if before and os.pread(file, 1, before - 1) != b"\n":
        line = b"\n" + line  # a crash left a torn line: it must not swallow this one
    try:
        if os.write(file, line) != len(line):
            raise OSError("the line did not fit")
        os.fsync(file)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(file, before)
        raise


def _check_ours(place: Path) -> None:
    """Refuse a folder that someone else prepared in a shared place."""
    found = place.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise PermissionError(f"{place} is not ours")


def _read(place: Path) -> bytes:
    try:
        _check_ours(place)
        return (place / _FILE).read_bytes()
    except OSError:
        return b""


def _standing(content: bytes) -> dict[str, Spooled]:
    """Pages that were appended and not recorded since."""
    found: dict[str, Spooled] = {}
    for line in content.splitlines():
        with contextlib.suppress(ValueError, KeyError, TypeError):
            said = json.loads(line)
            for key in said.get("recorded", ()):
                found.pop(key, None)
            if "page" in said:
                found[said["key"]] = Spooled(said["key"], said["page"])
    return found
