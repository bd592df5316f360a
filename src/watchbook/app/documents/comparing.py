"""Which documents `watchbook diff` compares: two files, or the runbooks of two revisions of a git repository.

Called by the `diff` command. It fetches texts and has them read; what differs is `reading.differences`.
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from watchbook.app.documents.loading import decoded, is_named_as_runbook, read_text, runbooks_in
from watchbook.model.errors import DocumentError
from watchbook.model.ids import slug
from watchbook.model.runbook import Runbook, Service
from watchbook.reading import read_runbook
from watchbook.reading.differences import Change, differences
from watchbook.world.git import Repository, holds, repository_of


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
    text: str
    runbook: Runbook


def compare_files(old: Path, new: Path) -> Compared:
    """Two files. Raises `DocumentError` where one cannot be read."""
    return _compared(_version(str(old), read_text(old)), _version(str(new), read_text(new)))


def compare_revisions(span: str, paths: Sequence[Path], folder: Path) -> list[Compared]:
    """The runbooks of two states of the repository that `folder` is in, by path; a moved one is found by its service.

    `span` is `A..B`, `A...B` (since they parted), or `A` (against the files as they are now). `paths` are files or
    folders; none: all of `folder`. Documents that did not change are left out. Raises `GitError` and `DocumentError`.
    """
    repository = repository_of(folder)
    old, new = _ends(repository, span)
    before = _State(repository, old, repository.files(old))
    after = _State(repository, new, repository.files(new) if new else {})
    taken_before: set[str] = set()
    taken_after: set[str] = set()
    for path in paths or (Path(),):
        wanted = _inside(repository, folder, path)
        one, two = before.take(wanted), after.take(wanted)
        if not one and not two:
            raise DocumentError(
                "there is no runbook here in either state", where=str(path), mend="Check the path."
            )
        taken_before |= one
        taken_after |= two
    return _paired(before.versions(taken_before, after), after.versions(taken_after, before))


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
        """The runbooks that a path names: that very file, or those in the folder."""
        if self.commit is None:
            place = self.repository.root / wanted
            found = runbooks_in(place) if place.is_dir() else [place] if place.exists() else []
            return {path.relative_to(self.repository.root).as_posix() for path in found}
        if wanted in self.files:
            return {wanted}
        start = f"{wanted}/" if wanted else ""
        return {
            path
            for path in self.files
            if path.startswith(start) and is_named_as_runbook(path.removeprefix(start))
        }

    def versions(self, taken: set[str], other: "_State") -> dict[str, _Version]:
        """The documents of `taken` that are not the same in the other state."""
        return {path: self._version(path) for path in sorted(taken) if not self._same(path, other)}

    def _same(self, path: str, other: "_State") -> bool:
        if self.commit is not None and other.commit is not None:
            return self.files[path] == other.files.get(path)
        place, known = self.repository.root / path, self.files or other.files
        return path in known and place.is_file() and holds(place.read_bytes(), known[path])

    def _version(self, path: str) -> _Version:
        if self.commit is None:
            return _version(path, read_text(self.repository.root / path))
        raw = self.repository.bytes_at(self.commit, path)
        return _version(path, decoded(raw, f"{path} at {self.commit[:12]}"))


def _version(path: str, text: str) -> _Version:
    return _Version(path, text, read_runbook(text))


def _paired(before: dict[str, _Version], after: dict[str, _Version]) -> list[Compared]:
    """By path, then by service."""
    pairs = [(before[path], after[path]) for path in after if path in before]
    gone = [one for path, one in before.items() if path not in after]
    come = [one for path, one in after.items() if path not in before]
    by_service = {slug(one.runbook.service.name): one for one in gone}
    found = [_compared(one, two) for one, two in pairs]
    for two in come:
        one = by_service.pop(slug(two.runbook.service.name), None)
        gone = [other for other in gone if other is not one]
        found.append(_compared(one, two))
    found += [_compared(one, None) for one in gone]
    return sorted(found, key=lambda compared: compared.path)


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
    return Compared(
        old.path if old else None, new.path if new else None, service, differences(one, two), edited
    )
