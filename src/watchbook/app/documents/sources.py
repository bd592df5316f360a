"""The runbooks of one installation, wherever they are: read at the start, and again whenever a source has something new.

Called by `cli.up` and `app.watchbook`, in a thread: everything here blocks. Files are `documents.files`, git repositories
`documents.repositories`. A slow remote holds nothing else up: each is asked in a thread of its own. It decides nothing
about what a new version means for what is watched.
"""

import hashlib
import logging
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from watchbook.app.documents.files import FileSource, Taken
from watchbook.app.documents.loading import Loaded, Revision, twice
from watchbook.app.wiring import Secret, SourceWiring, Wiring
from watchbook.model.errors import DocumentError
from watchbook.model.ids import ServiceId

if TYPE_CHECKING:
    from watchbook.app.documents.repositories import GitSource

__all__ = ["Revision", "Snapshot", "SourceState", "Sources", "sources_of"]
_log = logging.getLogger(__name__)
FILES_EVERY_S = 2.0
PATIENCE_S, PATIENCE_WITH_GOOD_S = 120.0, 5.0  # at the start: without, and with, a last good version


@dataclass(frozen=True, slots=True)
class SourceState:
    """How a source stands. `since` and `asked` are wall seconds: of its version here, and of the last answer."""

    label: str
    kind: str  # files | git
    services: tuple[ServiceId, ...] = ()
    commit: str = ""
    trusted: bool = False
    every_s: float = FILES_EVERY_S
    since: float = 0.0
    asked: float = 0.0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What can be read now.

    `loaded` holds the last good version of a service whose source cannot be read at the moment; `problems` says, by the
    source's label, in one line why it could not.
    """

    loaded: Mapping[ServiceId, Loaded] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    states: tuple[SourceState, ...] = ()


class Sources:
    """All sources of one installation. `read` never raises after the first time; one thread calls it at a time."""

    def __init__(self, sources: Sequence["FileSource | GitSource"], *, strict: bool = False) -> None:
        """`strict`: a person named these just now, so that any problem ends the first reading."""
        self._strict = strict
        self._asked = [_Asked(source) for source in sources]
        self._first = True
        self.every_s = min((source.every_s for source in sources), default=FILES_EVERY_S)

    @property
    def remote(self) -> bool:
        """Whether a repository is among them, whose mirror needs the data folder."""
        return any(one.remote for one in self._asked)

    def read(self) -> Snapshot:
        """Every service as it is now.

        The first call raises `DocumentError` where nothing at all can be read, or where a path that was named cannot.
        """
        first, self._first = self._first, False
        for one in self._asked:
            one.ask(slower=one.every_s > self.every_s)
        if first:
            ends = time.monotonic() + PATIENCE_S
            for one in self._asked:
                one.wait(ends)
        snapshot = self._joined()
        problems = list(snapshot.problems.values())
        if first and problems and (self._strict or not snapshot.loaded):
            raise DocumentError("\n".join(problems))
        return snapshot

    def states(self) -> tuple[SourceState, ...]:
        """How each source stood when it last answered; nothing is asked."""
        return tuple(one.state() for one in self._asked)

    def _joined(self) -> Snapshot:
        """All sources together. Of two documents of one service the first counts, and the other is a problem."""
        loaded: dict[ServiceId, Loaded] = {}
        problems: dict[str, str] = {}
        for one in self._asked:
            problems.update(one.taken.problems)
            for found in one.taken.loaded:
                other = loaded.setdefault(found.id, found)
                if other is not found:
                    problems[found.label] = str(twice(found, other))
        return Snapshot(loaded, problems, self.states())


class _Asked:
    """A source with what it said last, and the thread that asks it."""

    def __init__(self, source: "FileSource | GitSource") -> None:
        self._source = source
        self._thread: threading.Thread | None = None
        self._due = 0.0  # monotonic
        self._since = self._answered = 0.0
        self.remote = not isinstance(source, FileSource)
        self.every_s = source.every_s
        self.taken = Taken()

    def ask(self, slower: bool) -> None:
        """Asks files at once, a repository in a thread; one that is asked more slowly than others only when it is due."""
        if (slower or self.remote) and time.monotonic() < self._due:
            return
        if self._thread is not None and self._thread.is_alive():
            return
        self._due = time.monotonic() + self.every_s
        if not self.remote:
            self._ask()
            return
        self._thread = threading.Thread(target=self._ask, name=f"source {self._source.label}", daemon=True)
        self._thread.start()

    def _ask(self) -> None:
        try:
            taken = self._source.read()
        except Exception as error:  # a bug: it is told, and what was read stays
            _log.exception("the source %s could not be asked", self._source.label)
            taken = Taken(self.taken.loaded, {self._source.label: f"{self._source.label}: a bug: {error!r}."})
        if [one.revision for one in taken.loaded] != [one.revision for one in self.taken.loaded] or [
            one.runbook.digest for one in taken.loaded
        ] != [one.runbook.digest for one in self.taken.loaded]:
            self._since = time.time()
        self.taken, self._answered = taken, time.time()

    def wait(self, ends: float) -> None:
        """Waits for the first answer: not long where a last good version is here, which then counts meanwhile."""
        if self._thread is None or isinstance(self._source, FileSource):
            return
        self._thread.join(min(PATIENCE_WITH_GOOD_S, ends - time.monotonic()))
        if self._thread.is_alive():
            good = self._source.good_meanwhile()
            if not good.loaded:
                self._thread.join(max(0.0, ends - time.monotonic()))
            if self._thread.is_alive() and not self.taken.loaded:
                says = f"{self._source.label} has not answered yet; it goes on being asked"
                self.taken = Taken(good.loaded, {self._source.label: says})

    def state(self) -> SourceState:
        source, taken = self._source, self.taken
        return SourceState(
            label=source.label,
            kind="git" if self.remote else "files",
            services=tuple(one.id for one in taken.loaded),
            commit=getattr(source, "commit", ""),
            trusted=getattr(source, "trusted", False),
            every_s=source.every_s,
            since=self._since,
            asked=self._answered,
            problem="; ".join(taken.problems.values()),
        )


def sources_of(wiring: Wiring, paths: Sequence[Path], data: Path) -> Sources:
    """What the command line names, else the wiring, else RUNBOOK.md here. `data` is the data folder, for mirrors.

    Raises DocumentError for a secret that cannot be had.
    """
    if paths:
        return Sources([FileSource(paths, FILES_EVERY_S)], strict=True)
    named: list[FileSource | GitSource] = []
    if wiring.runbooks:
        named.append(FileSource(wiring.runbooks, FILES_EVERY_S))
    for one in wiring.sources:
        named.append(_git_source(one, wiring, data) if one.repo else FileSource(one.paths, one.every_s))
    return (
        Sources(named) if named else Sources([FileSource([Path("RUNBOOK.md")], FILES_EVERY_S)], strict=True)
    )


def _git_source(source: SourceWiring, wiring: Wiring, data: Path) -> "GitSource":
    """The source of a repository: its mirror has a folder of its own below `sources/`, named by all that it is."""
    from watchbook.app.documents.repositories import GitSource
    from watchbook.app.wiring.sources import address_problem
    from watchbook.store import folder as data_folder
    from watchbook.world.mirrors import Mirror
    from watchbook.world.remotes import Remote

    address = source.repo.value() if isinstance(source.repo, Secret) else source.repo
    problem = address_problem(address, credentials=True)
    if problem is not None:
        raise DocumentError(problem[0], where=source.where, mend=problem[1])
    if "://" not in address and "/" in address.partition(":")[0]:
        address = str(wiring.folder / address)
    remote = Remote(str(source.repo), address, source.secret.value() if source.secret else "")
    said = "\0".join((str(source.repo), source.ref, *source.globs))
    data_folder.make(data)
    folder = data / "sources" / hashlib.sha256(said.encode()).hexdigest()[:16]
    return GitSource(source, Mirror(folder, remote, source.ref), folder)
