"""Folders of a git commit on disk, for the commands of the runbooks in them. Called by `documents.repositories`.

A folder is written once for each state that it had, whole or not at all, and cannot be written to: what a command finds
beside its runbook is what was committed. Old states go; a few stay, for runs that began with them.
"""

import contextlib
import hashlib
import logging
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from watchbook.world.git import GitError
from watchbook.world.mirrors import Entry, Mirror, TooLargeError

KEPT = 20  # states that stay beside those in use
MOST_FILES, MOST_BYTES = 5_000, 256 * 1024 * 1024
LEFT_S = 3600.0  # what was begun longer ago than this nobody is writing any more
_log = logging.getLogger(__name__)


class Exports:
    """The folders of one source: each state below `folders`, named by the id of its tree, and a link to the one that counts.

    The link is the folder's place for as long as the source is watched: what was accepted of its commands stays accepted
    while other files in it change, as with a folder that people edit.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._links = folder / "folders", folder / "at"
        self._heavy: set[str] = set()  # folders that are too much

    def place(self, folder: str) -> Path:
        """Where a folder of the repository is found, whatever its state; empty text is the top."""
        name = quote(folder, safe="") or "%"
        return self._links / (name if len(name) < 200 else hashlib.sha256(name.encode()).hexdigest())

    def point(self, states: Mapping[str, Path], *, missing: bool = False) -> None:
        """From now on these folders have these states. `missing`: only those that had none."""
        self._links.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder, state in states.items():
            link = self.place(folder)
            target = Path(os.path.relpath(state, self._links))
            if link.is_symlink() and (missing or link.readlink() == target):
                continue
            fresh = link.with_name(f".{os.getpid()}-{threading.get_ident()}")
            fresh.unlink(missing_ok=True)
            fresh.symlink_to(target)
            fresh.replace(link)

    def export(self, mirror: Mirror, commit: str, folder: str, files: Mapping[str, Entry]) -> Path:
        """Where a folder of a commit stands on disk, written if it was not there. Raises GitError and OSError.

        One that is too large holds only its texts in Markdown, and that is logged.
        """
        place = self._folder / mirror.tree(commit, folder)
        if place.is_dir():
            with contextlib.suppress(OSError):
                os.utime(place)
            return place
        start = f"{folder}/" if folder else ""
        inside = [entry for path, entry in files.items() if path.startswith(start)]
        self._write(place, start, inside, self._contents(mirror, commit, folder, inside))
        return place

    def _contents(
        self, mirror: Mirror, commit: str, folder: str, inside: Sequence[Entry]
    ) -> Mapping[str, bytes]:
        """What the files of a folder hold; of its Markdown alone where all is too much, or does not come over the line."""
        if folder not in self._heavy:
            why = f"has {len(inside)} files"
            try:
                if len(inside) <= MOST_FILES:
                    return mirror.contents(commit, inside, MOST_BYTES)
            except TooLargeError:
                why = "is larger than 256 MiB, or holds a file over 20 MiB"
            except GitError as error:
                why = f"does not come over the line ({error.what})"
            self._heavy.add(folder)
            says = "only its Markdown is written to disk, and commands find nothing else there"
            _log.warning("%s: %s %s: %s", mirror.remote.shown, folder or "its top", why, says)
        return mirror.contents(commit, [entry for entry in inside if entry.path.endswith(".md")])

    def _write(
        self, place: Path, start: str, entries: Sequence[Entry], contents: Mapping[str, bytes]
    ) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=self._folder, prefix=".new-"))
        try:
            for entry in (entry for entry in entries if entry.path in contents):
                path = fresh / entry.path.removeprefix(start)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(contents[entry.path])
                path.chmod(0o555 if entry.executable else 0o444)
            for inside, _, _ in os.walk(fresh, topdown=False):
                if Path(inside) != fresh:
                    Path(inside).chmod(0o555)
            _put(fresh, place)
        except BaseException:
            remove(fresh)
            raise

    def prune(self, used: Iterable[Path]) -> None:
        """Takes away what was left half written, and all but the newest states beside those in use."""
        with contextlib.suppress(OSError):
            names = {path.name for path in used}
            names |= {link.readlink().name for link in self._links.iterdir() if link.is_symlink()}
            states = sorted(self._folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
            spare = [path for path in states if path.name not in names and not path.name.startswith(".new-")]
            old = time.time() - LEFT_S
            left = [path for path in states if path.name.startswith(".new-") and path.stat().st_mtime < old]
            for path in (*spare[KEPT:], *left):
                remove(path)


def _put(fresh: Path, place: Path) -> None:
    """Puts a whole folder in its place; another process may have done so meanwhile, with the same."""
    try:
        fresh.rename(place)
    except OSError:
        if not place.is_dir():
            raise
        remove(fresh)
        return
    place.chmod(0o555)


def remove(folder: Path) -> None:
    """Takes a folder away that cannot be written to."""
    for inside, _, _ in os.walk(folder):
        with contextlib.suppress(OSError):
            Path(inside).chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)
