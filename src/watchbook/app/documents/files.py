"""Runbooks in files, read again when they have changed and hold still. Called by `documents.sources`; everything blocks.

Files are looked at by time, size and inode: that works on every file system, in containers and over the network. An editor
that writes in place, or puts a new file in the place of the old one, is let finish: a change counts once two looks saw the
same. The files of one runbook are one version: they apply together or, where one cannot be read, not at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from watchbook.app.documents.joining import gather_files, reader_of
from watchbook.app.documents.loading import Found, Loaded, Revision, find, load_found
from watchbook.model.errors import DocumentError

Mark = (
    tuple[int, int, int, int] | None
)  # time of change, size, inode and device; None where there is no such file


@dataclass(frozen=True, slots=True)
class Taken:
    """What a source has now: every service that can be read, and one line for what cannot be, by file or source."""

    loaded: tuple[Loaded, ...] = ()
    problems: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Version:
    """A runbook as it was last read: its services, and the marks of all files that it is made of, or would be."""

    loaded: tuple[Loaded, ...]
    marks: Mapping[Path, Mark]


class FileSource:
    """Files, folders and patterns, named together. `read` never raises."""

    def __init__(self, paths: Sequence[Path], every_s: float) -> None:
        self.label = ", ".join(map(str, paths))
        self.every_s = every_s
        self._paths = list(paths)
        self._listed: dict[Path, list[Path]] = {}  # files under each path, as they count now
        self._versions: dict[Path, _Version] = {}  # by main file
        self._seen: dict[Path, Mark] = {}  # at the last look
        self._problems: dict[str, str] = {}
        self._doubtful: set[str] = set()  # paths that had a problem at the last look
        self._fresh: dict[Path, list[Path]] = {}
        self._faults: dict[Path, str] = {}  # of a runbook that could not be read, by main file
        self._looked = False

    def read(self) -> Taken:
        """What there is now. The first time everything is read as it is; then only what changed and holds still."""
        listed = self._list()
        known = {path for version in self._versions.values() for path in version.marks}
        marks = {path: _mark(path) for path in {*listed, *known}}
        still = {path for path in marks if not self._looked or self._seen.get(path, ()) == marks[path]}
        for path in self._listed.keys() - self._fresh.keys():
            still -= set(self._listed[path])  # nothing is known of what is under a path that has a problem
        before = [path for paths in self._listed.values() for path in paths]
        files = list(dict.fromkeys(self._settled(still)))
        if not self._looked or files != list(dict.fromkeys(before)) or self._changed(marks, still):
            self._take(files, marks, still)
        self._seen, self._looked = marks, True
        loaded = tuple(one for version in self._versions.values() for one in version.loaded)
        faults = {str(path): fault for path, fault in self._faults.items()}
        return Taken(loaded, {**self._problems, **faults})

    def _list(self) -> list[Path]:
        """Every file that is there now, under any of the paths; what is wrong with a path is kept."""
        self._fresh = {}
        problems: dict[str, str] = {}
        for path in self._paths:
            try:
                self._fresh[path] = find([path])
            except DocumentError as error:
                problems[str(path)] = str(error)
        told = (
            problems.keys() & self._doubtful if self._looked else problems.keys()
        )  # not while a file is replaced
        self._problems, self._doubtful = {name: problems[name] for name in told}, set(problems)
        return [file for files in self._fresh.values() for file in files]

    def _settled(self, still: set[Path]) -> list[Path]:
        """The files that count: those that came, or went, only once they hold still. A path with a problem keeps its own."""
        found: list[Path] = []
        for path in self._paths:
            before, now = self._listed.get(path, []), self._fresh.get(path)
            if now is None:
                found += before
                continue
            if now == before:
                found += before
                continue
            had, has = set(before), set(now)
            held = [file for file in before if file not in has and file not in still]
            files = [file for file in now if file in had or file in still]
            self._listed[path] = sorted([*files, *held]) if held else files
            found += self._listed[path]
        return found

    def _changed(self, marks: Mapping[Path, Mark], still: set[Path]) -> bool:
        """Whether a runbook differs from what was read, and holds still."""
        read = {path: mark for version in self._versions.values() for path, mark in version.marks.items()}
        return any(path in still and path in read and read[path] != mark for path, mark in marks.items())

    def _take(self, files: Sequence[Path], marks: Mapping[Path, Mark], still: set[Path]) -> None:
        """Reads what is new; a runbook of which a file is still being written stays as it is."""
        versions: dict[Path, _Version] = {}
        faults: dict[Path, str] = {}
        for found in gather_files(files):
            old = self._versions.get(found.path)
            if old is not None and self._stays(old, found, marks, still):
                versions[found.path] = old
                if found.path in self._faults:
                    faults[found.path] = self._faults[found.path]
                continue
            try:
                versions[found.path] = _read(found)
            except DocumentError as error:
                faults[found.path] = str(error)
                kept = old.loaded if old is not None else ()
                own = {path: marks.get(path) for path in (found.path, *found.also)}
                versions[found.path] = _Version(kept, {**(old.marks if old is not None else {}), **own})
        self._versions, self._faults = versions, faults

    def _stays(self, old: _Version, found: Found, marks: Mapping[Path, Mark], still: set[Path]) -> bool:
        own = [path for path in old.marks if path in marks]
        if any(path not in still for path in (*own, found.path, *found.also)):
            return True
        same = {found.path, *found.also} <= set(old.marks)
        return same and all(old.marks[path] == marks[path] for path in own)


def _read(found: Found) -> _Version:
    """Reads a runbook that did not change meanwhile; where it did, its marks are such that it is read again."""
    tried: dict[Path, Mark] = {}
    read = reader_of(found.path)

    def noted(name: str) -> str:
        path = found.path.parent / name
        tried[path] = _mark(path)
        return read(name)

    loaded = load_found(found, Revision(str(found.path)), noted)
    return _Version(loaded, tried)


def _mark(path: Path) -> Mark:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino, stat.st_dev
