"""Which documents `watchbook diff` compares: two files, or the runbooks of two revisions of a git repository.

Called by the `diff` command. It fetches texts and has them read; what differs is `reading.differences`.
"""

import os
import posixpath
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from watchbook.app.documents.choosing import file_paths, wiring_that_names
from watchbook.app.documents.joining import group, join, reader_of
from watchbook.app.documents.loading import (
    AbsentError,
    decoded,
    is_named_as_runbook,
    is_pattern,
    matching,
    read_text,
    runbooks_in,
)
from watchbook.app.documents.patterns import choose
from watchbook.model.errors import DocumentError
from watchbook.model.ids import slug
from watchbook.model.runbook import Runbook, Service
from watchbook.reading import read_runbooks
from watchbook.reading.composing import Composed
from watchbook.reading.differences import Change, differences
from watchbook.world.git import Repository, repository_of


@dataclass(frozen=True, slots=True)
class Compared:
    """One document in both states. A path is None where the document is not there. `edited`: the texts differ at all."""

    old_path: str | None
    new_path: str | None
    service: str
    changes: tuple[Change, ...]
    edited: bool = True

    @property
    def path(self) -> str:
        return self.new_path or self.old_path or ""


@dataclass(frozen=True, slots=True)
class _Version:
    """One document in one state."""

    path: str
    composed: Composed
    runbook: Runbook

    @property
    def text(self) -> str:
        return self.composed.text

    def place(self, line: int | None) -> tuple[str, int | None]:
        """The file of a line, empty for the main one, and the line there."""
        if line is None or not self.composed.origins:
            return "", line
        origin = self.composed.origin(line)
        return "" if origin.file == self.composed.files[0] else origin.file, origin.line


def compare_files(old: Path, new: Path) -> list[Compared]:
    """Two files, service by service. Raises `DocumentError` where one cannot be read."""
    return _paired(_versions_of(old), _versions_of(new))


def _versions_of(path: Path) -> list[_Version]:
    composed = join(path.name, (), reader_of(path))
    return [_Version(str(path), composed, runbook) for runbook in read_runbooks(composed.text)]


def compare_revisions(span: str, paths: Sequence[Path], folder: Path) -> list[Compared]:
    """The runbooks of two states of the repository that `folder` is in, by path; a moved one is found by its service.

    `span` is `A..B`, `A...B` (since they parted), or `A` (against the files as they are now). `paths` are files, patterns
    or folders; none: what watchbook.toml names here, else all of `folder`. Documents that did not change, with all their
    files, are left out. Raises `GitError` and `DocumentError`.
    """
    repository = repository_of(folder)
    old, new = _ends(repository, span)
    before = _State(repository, old, repository.files(old))
    after = _State(repository, new, repository.files(new) if new else {})
    taken_before: set[str] = set()
    taken_after: set[str] = set()
    for path in paths or _named_here(repository) or (Path(),):
        wanted = _inside(repository, folder, path)
        one, two = before.take(wanted), after.take(wanted)
        if not one and not two:
            raise DocumentError(
                "there is no runbook here in either state", where=str(path), mend="Check the path."
            )
        taken_before |= one
        taken_after |= two
    changed = _changed(repository, before, after)
    first, second = before.near(taken_before, changed), after.near(taken_after, changed)
    touched = _touched(first, changed) | _touched(second, changed)
    return _paired(_read(first, touched), _read(second, touched))


def _touched(documents: Mapping[str, Composed], changed: Sequence[str]) -> set[str]:
    """The documents of which a file changed, by their main file."""
    names = set(changed)
    return {
        main
        for main, composed in documents.items()
        if not names.isdisjoint(posixpath.join(posixpath.dirname(main), name) for name in composed.files)
    }


def _read(documents: Mapping[str, Composed], wanted: set[str]) -> list[_Version]:
    return [
        _Version(main, composed, runbook)
        for main, composed in documents.items()
        if main in wanted
        for runbook in read_runbooks(composed.text)
    ]


def _named_here(repository: Repository) -> list[Path]:
    """The files that the wiring found from here names, as far as they are in the repository."""
    wiring = wiring_that_names()
    found = file_paths(wiring) if wiring is not None else []
    root = repository.root
    return [path for path in found if Path(os.path.normpath(Path.cwd() / path)).is_relative_to(root)]


def _changed(repository: Repository, before: "_State", after: "_State") -> list[str]:
    """Every Markdown file that is not the same in both states, in order."""
    if before.commit is not None and after.commit is not None:
        names = {*before.files, *after.files}
        return sorted(
            name for name in names if name.endswith(".md") and before.files.get(name) != after.files.get(name)
        )
    return sorted(repository.changed_files(before.commit or "HEAD", "*.md"))


def _ends(repository: Repository, span: str) -> tuple[str, str | None]:
    """The two commits; None for the files as they are."""
    parts = re.fullmatch(r"(.*?)(\.\.\.?)(.*)", span)
    if parts is None:
        return repository.commit(span), None
    old, new = repository.commit(parts[1] or "HEAD"), repository.commit(parts[3] or "HEAD")
    return (repository.common(old, new) if parts[2] == "..." else old), new


def _inside(repository: Repository, folder: Path, path: Path) -> str:
    """The path as the repository knows it; empty for its top."""
    whole = Path(os.path.normpath(folder.resolve() / path))
    if not whole.is_relative_to(repository.root):
        raise DocumentError(
            "this lies outside the repository", where=str(path), mend=f"It is {repository.root}."
        )
    return "" if whole == repository.root else whole.relative_to(repository.root).as_posix()


@dataclass(frozen=True, slots=True)
class _State:
    """The repository at a commit, or as its files are now (`commit` is None). `files` are paths with their contents' ids."""

    repository: Repository
    commit: str | None
    files: Mapping[str, str]

    def take(self, wanted: str) -> set[str]:
        """The runbooks that a path names: that very file, those that a pattern takes, or those in the folder."""
        if self.commit is None:
            place = self.repository.root / wanted
            found = [] if is_pattern(Path(wanted)) else runbooks_in(place) if place.is_dir() else [place]
            if is_pattern(Path(wanted)):
                found = matching(place, may_fail=True)
            return {path.relative_to(self.repository.root).as_posix() for path in found if path.exists()}
        if wanted in self.files:
            return {wanted}
        if is_pattern(Path(wanted)):
            return set(choose(self.files, (wanted,)))
        start = f"{wanted}/" if wanted else ""
        return {
            path
            for path in self.files
            if path.startswith(start) and is_named_as_runbook(path.removeprefix(start))
        }

    def near(self, taken: set[str], changed: Sequence[str]) -> dict[str, Composed]:
        """The documents of `taken` that may have changed, whole, by their main file: where Markdown beside them did."""
        files = sorted(path for path in taken if _touches(changed, posixpath.dirname(path)))
        found: dict[str, Composed] = {}
        texts = cache(self._text)
        for main, also in group(files, texts):
            folder = posixpath.dirname(main)

            def read(name: str, folder: str = folder) -> str:
                return texts(posixpath.join(folder, name))

            found[main] = join(posixpath.basename(main), [posixpath.basename(name) for name in also], read)
        return found

    def _text(self, path: str) -> str:
        """A file of this state. Raises `DocumentError`."""
        if self.commit is None:
            return read_text(self.repository.root / path)
        if path not in self.files:
            raise AbsentError("there is no such file", where=f"{path} at {self.commit[:12]}")
        return decoded(self.repository.bytes_at(self.commit, path), f"{path} at {self.commit[:12]}")


def _touches(changed: Sequence[str], folder: str) -> bool:
    """Whether a file in the folder, or below it, changed."""
    start = f"{folder}/" if folder else ""
    at = bisect_left(changed, start)
    return at < len(changed) and changed[at].startswith(start)


def _paired(before: list[_Version], after: list[_Version]) -> list[Compared]:
    """Two states, service by service: those of one path, then those that moved.

    The only service of a path may have another name.
    """
    pairs: list[tuple[_Version, _Version]] = []
    gone, come = list(before), list(after)

    def pair(alike: Callable[[_Version, _Version], bool]) -> None:
        for two in list(come):
            one = next((one for one in gone if alike(one, two)), None)
            if one is not None:
                gone.remove(one)
                come.remove(two)
                pairs.append((one, two))

    def service(version: _Version) -> str:
        return slug(version.runbook.service.name)

    pair(lambda one, two: one.path == two.path and service(one) == service(two))
    alone = Counter(one.path for one in gone), Counter(two.path for two in come)
    pair(lambda one, two: one.path == two.path and alone[0][one.path] == alone[1][two.path] == 1)
    pair(lambda one, two: service(one) == service(two))
    found = [_compared(one, two) for one, two in pairs]
    found += [_compared(None, two) for two in come]
    found += [_compared(one, None) for one in gone]
    return sorted(found, key=lambda compared: (compared.path, compared.service))


def _compared(old: _Version | None, new: _Version | None) -> Compared:
    """What differs; a document that is not there is one that says nothing but the service's name."""
    present = new or old
    assert present is not None
    service = present.runbook.service.name
    nothing = Runbook(Service(service))
    one, two = (version.runbook if version else nothing for version in (old, new))
    if old is None or new is None:
        one, two = replace(one, findings=()), replace(two, findings=())
    edited = old is None or new is None or old.text != new.text
    changes = tuple(_placed(change, old, new) for change in differences(one, two))
    return Compared(old.path if old else None, new.path if new else None, service, changes, edited)


def _placed(change: Change, old: _Version | None, new: _Version | None) -> Change:
    """The change with the files and lines in which its two sides stand."""
    before = old.place(change.old_line) if old is not None else ("", change.old_line)
    after = new.place(change.new_line) if new is not None else ("", change.new_line)
    return replace(change, old_file=before[0], old_line=before[1], new_file=after[0], new_line=after[1])
