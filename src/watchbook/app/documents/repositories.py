"""Runbooks in a git repository: what a ref holds, a commit at a time. Called by `documents.sources`; everything blocks.

A commit is one version: it applies whole or, where one of its runbooks cannot be read, not at all. For the commands of a
runbook, its folder is written to disk as it was at that commit (`documents.exports`). How git is asked is `world.mirrors`.
"""

import posixpath
from collections.abc import Mapping
from pathlib import Path

from watchbook.app.documents.exports import Exports
from watchbook.app.documents.files import Taken
from watchbook.app.documents.joining import group, join
from watchbook.app.documents.loading import AbsentError, Loaded, Revision, decoded, loaded_from, twice
from watchbook.app.documents.patterns import choose
from watchbook.app.wiring import SourceWiring
from watchbook.model.errors import DocumentError, WatchbookError
from watchbook.model.ids import ServiceId
from watchbook.reading.composing import MOST_FILES, wanted
from watchbook.world.git import GitError
from watchbook.world.mirrors import Entry, Mirror

MOST_RUNBOOKS = 10_000


class GitSource:
    """One ref of one repository. `read` never raises; it asks the remote."""

    def __init__(self, wiring: SourceWiring, mirror: Mirror, folder: Path) -> None:
        """`folder` is the source's own: for the folders of its runbooks."""
        self.label = " ".join((mirror.remote.shown, mirror.shown_ref, *wiring.globs))
        self.every_s = wiring.every_s
        self._wiring, self._mirror, self._exports = wiring, mirror, Exports(folder)
        self._commit = ""  # what was read last, good or not
        self._good = ""
        self._bad = ""  # why that one does not apply
        self._taken = Taken()

    @property
    def commit(self) -> str:
        """The commit that applies: the newest that could be read; empty before the first."""
        return self._good

    @property
    def trusted(self) -> bool:
        return self._wiring.trusted

    def good_meanwhile(self) -> Taken:
        """The last good version, while the remote is being asked: nothing of the source's state is touched."""
        try:
            good = self._mirror.good()
            if not good:
                return Taken()
            loaded, states = self._load(good)
            self._exports.point(states, missing=True)
            return Taken(loaded)
        except (WatchbookError, OSError):
            return Taken()

    def _take_last_good(self) -> None:
        """After a start without the remote: the last good commit, if the mirror has one."""
        if not self._taken.loaded:
            self._taken = self.good_meanwhile()
            self._good = self._mirror.good() if self._taken.loaded else ""

    def read(self) -> Taken:
        """What the ref holds now. While that cannot be had, the last good version and why."""
        problem = ""
        try:
            commit = self._mirror.refresh()
            if commit != self._commit:
                self._take(commit)
            elif self._bad:
                problem = self._bad
        except WatchbookError as error:
            problem = str(DocumentError(error.what, where=self.label, mend=error.mend))
        except OSError as error:
            problem = f"{self.label}: the data folder cannot be used ({error.strerror}). Check it."
        if problem:
            self._take_last_good()
        self._taken = Taken(self._taken.loaded, {self.label: problem} if problem else {})
        return self._taken

    def _take(self, commit: str) -> None:
        """Reads a commit. Raises where it does not apply; what was read before stays."""
        try:
            loaded, states = self._load(commit)
        except GitError:
            raise  # nothing is known of the commit: it is tried again
        except DocumentError as error:
            refused = DocumentError(f"{commit[:7]} does not apply: {error}", where=self.label)
            self._commit, self._bad = commit, str(refused)
            raise refused from None
        self._commit, self._good, self._bad, self._taken = commit, commit, "", Taken(loaded)
        self._exports.point(states)
        self._mirror.keep(commit)
        self._exports.prune(states.values())

    def _load(self, commit: str) -> tuple[tuple[Loaded, ...], dict[str, Path]]:
        """What a commit says, and where on disk the folders of its runbooks are as they were then."""
        files = self._mirror.files(commit)
        chosen = choose(files, self._wiring.globs)
        if not chosen:
            said = ", ".join(self._wiring.globs) or "names with “runbook” in them"
            raise DocumentError(f"no file is a runbook ({said})", mend="Check glob.")
        if len(chosen) > MOST_RUNBOOKS:
            raise DocumentError(f"{len(chosen)} files are runbooks", mend="Say which with glob.")
        tree = _Tree(self._mirror, commit, files)
        tree.fetch(chosen)
        states: dict[str, Path] = {}
        found: dict[ServiceId, Loaded] = {}
        for main, also in group(chosen, tree.text):
            folder = posixpath.dirname(main)
            if folder not in states:
                states[folder] = self._exports.export(self._mirror, commit, folder, files)
            for one in self._runbook(tree, main, also):
                if one.id in found:
                    raise twice(one, found[one.id])
                found[one.id] = one
        return tuple(found.values()), states

    def _runbook(self, tree: "_Tree", main: str, also: tuple[str, ...]) -> tuple[Loaded, ...]:
        """One runbook of a commit; what did not change since the commit before is that one's."""
        folder = posixpath.dirname(main)
        composed = join(
            posixpath.basename(main),
            [posixpath.basename(name) for name in also],
            lambda name: tree.text(posixpath.join(folder, name)),
        )
        path = self._exports.place(folder) / posixpath.basename(main)
        known = [one for one in self._taken.loaded if one.path == path and one.text == composed.text]
        if known:
            return tuple(known)
        revision = Revision(
            f"{self._mirror.name_of(tree.commit)} {main}", tree.commit, self._wiring.trusted, self.label
        )
        return loaded_from(composed, path, revision)


class _Tree:
    """The texts of one commit, fetched many at a time."""

    def __init__(self, mirror: Mirror, commit: str, files: Mapping[str, Entry]) -> None:
        self.commit, self.files = commit, files
        self._mirror = mirror
        self._raw: dict[str, bytes] = {}

    def fetch(self, names: list[str]) -> None:
        """The contents of these files, and of all that they include."""
        waiting = set(names)
        for _ in range(MOST_FILES):
            new = [
                self.files[name] for name in sorted(waiting) if name in self.files and name not in self._raw
            ]
            if not new:
                return
            self._raw |= self._mirror.contents(self.commit, new)
            waiting = {one for entry in new for one in _includes(entry.path, self._raw[entry.path])}

    def text(self, name: str) -> str:
        """Raises DocumentError where there is no such file, or where it is no text."""
        if name not in self._raw:
            raise AbsentError("there is no such file", where=f"{name} at {self.commit[:7]}")
        return decoded(self._raw[name], f"{name} at {self.commit[:7]}")


def _includes(name: str, raw: bytes) -> list[str]:
    folder, text = posixpath.dirname(name), raw.decode("utf-8", "replace")
    return [posixpath.join(folder, one) for one in wanted(posixpath.basename(name), text)]
