"""Examines a runbook for `watchbook check`: its findings, less those that comments, a baseline or an old revision cover.

Called by the `check` command. It reads files and asks git; what counts as the same finding is `deciding.baseline`, what a
comment covers is `reading.suppressions`.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchbook.app.documents.loading import Loaded, decoded, load, read_text
from watchbook.deciding.baseline import count, sift
from watchbook.deciding.freshness import freshness
from watchbook.model.errors import DocumentError
from watchbook.model.runbook import Coverage, Finding
from watchbook.reading import read_runbook
from watchbook.reading.document import source_lines
from watchbook.reading.suppressions import suppress

if TYPE_CHECKING:
    from watchbook.world.git import Repository

_VERSION = 0
Baseline = dict[str, dict[str, int]]  # path relative to the baseline's folder → key of a finding → how many


@dataclass(frozen=True, slots=True)
class Checked:
    """One document and what was found in it. `lines` is its source; the counts are of findings that are not shown."""

    path: str
    lines: Sequence[str]
    findings: tuple[Finding, ...]
    coverage: Coverage
    ignored: int = 0  # by a comment
    known: int = 0  # by the baseline
    mended: int = 0  # of the baseline
    unchanged: int = 0  # since a revision


@dataclass(frozen=True, slots=True)
class Examination:
    """How documents are looked at: on which day, whether on this machine, and what is known already."""

    today: date
    here: bool = False
    baseline: Path | None = None
    known: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    since: str | None = None
    _bases: "dict[Path, tuple[Repository, str]]" = field(
        default_factory=dict
    )  # of each folder that was asked about

    def check(self, path: Path) -> Checked:
        """The document with the findings that count, in order of lines. Raises `DocumentError` and `GitError`."""
        loaded = load(path)
        lines = source_lines(loaded.text)
        result = suppress(lines, _findings(loaded, self.today, self.here))
        checked = Checked(
            str(path), lines, _ordered(result.findings), loaded.runbook.coverage, len(result.ignored)
        )
        if self.baseline is not None:
            sifted = sift(checked.findings, lines, self.known.get(name_in(self.baseline, path), {}))
            checked = replace(checked, findings=sifted.new, known=len(sifted.known), mended=sifted.mended)
        if self.since is not None:
            fresh = self._changed(path, checked)
            checked = replace(checked, findings=fresh, unchanged=len(checked.findings) - len(fresh))
        return checked

    def _changed(self, path: Path, checked: Checked) -> tuple[Finding, ...]:
        """Findings on lines that changed since the revision, and those that a change elsewhere brought about."""
        repository, commit = self._base(path.parent)
        name = path.resolve().relative_to(repository.root).as_posix()
        changed = repository.changed_lines(commit, name)
        if changed is None:
            return checked.findings
        if not changed:
            return ()
        text = decoded(repository.bytes_at(commit, name), f"{name} at {commit[:12]}")
        old = Loaded(path, text, read_runbook(text))
        before = source_lines(text)
        known = count(_findings(old, self.today, self.here), before)
        brought = sift(checked.findings, checked.lines, known).new
        return tuple(one for one in checked.findings if one.line in changed or one in brought)

    def _base(self, folder: Path) -> "tuple[Repository, str]":
        """The repository of a folder and the commit to compare with."""
        from watchbook.world.git import repository_of

        if folder not in self._bases:
            repository = repository_of(folder)
            self._bases[folder] = repository, repository.commit(self.since or "HEAD")
        return self._bases[folder]


def _findings(loaded: Loaded, today: date, here: bool) -> list[Finding]:
    found = [*loaded.runbook.findings, *freshness(loaded.runbook, today)]
    if here:
        from watchbook.app.documents.here import look_here

        found += look_here(loaded.runbook, loaded.path.parent)
    return found


def _ordered(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: (finding.line, finding.column, finding.code)))


def name_in(baseline: Path, path: Path) -> str:
    """The document's path as a baseline names it: relative to the baseline's folder, with `/`."""
    return Path(os.path.relpath(path.resolve(), baseline.resolve().parent)).as_posix()


def read_baseline(path: Path) -> Baseline:
    """The findings that a file counts as known. Raises `DocumentError` where it is none."""
    mend = "Write it with --write-baseline."
    try:
        content: Any = json.loads(read_text(path))
        files = content["files"]
        if content["version"] != _VERSION:
            raise DocumentError(
                f"this baseline is of version {content['version']}, not {_VERSION}",
                where=str(path),
                mend=mend,
            )
        return {
            str(name): {str(key): int(number) for key, number in counted.items()}
            for name, counted in files.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DocumentError("this is no baseline", where=str(path), mend=mend) from None


def write_baseline(path: Path, documents: Sequence[Checked]) -> int:
    """Writes what is found now as known; documents that were not checked, and are still there, keep what the file says.

    Gives how many findings it holds. Raises `DocumentError` where it cannot be written.
    """
    files = read_baseline(path) if path.exists() else {}
    files |= {name_in(path, Path(one.path)): count(one.findings, one.lines) for one in documents}
    kept = {
        name: counted for name, counted in sorted(files.items()) if counted and (path.parent / name).exists()
    }
    text = json.dumps({"version": _VERSION, "files": kept}, indent=1, ensure_ascii=False)
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise DocumentError(
            f"cannot be written: {error.strerror}", where=str(path), mend="Check the folder."
        ) from None
    return sum(sum(counted.values()) for counted in kept.values())
