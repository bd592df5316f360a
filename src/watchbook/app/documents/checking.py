"""Examines runbooks for `watchbook check`: their findings, less those that comments, a baseline or an old revision cover.

Called by the `check` command, for many runbooks through `documents.many`. It reads files and asks git; what counts as the
same finding is `deciding.baseline`, what a comment covers is `reading.suppressions`, what a text says on any day is
`documents.examined`.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchbook.app.documents.examined import Examined, shown
from watchbook.app.documents.joining import join, reader_of
from watchbook.app.documents.loading import AbsentError, Found, decoded, read_text
from watchbook.deciding.baseline import count, sift
from watchbook.deciding.freshness import freshness_of
from watchbook.model.errors import DocumentError
from watchbook.model.runbook import Coverage, Finding
from watchbook.reading.composing import Composed
from watchbook.reading.document import source_lines

if TYPE_CHECKING:
    from watchbook.app.documents.cache import Cache
    from watchbook.model.runbook import Runbook
    from watchbook.world.git import Repository
    from watchbook.world.metrics.prometheus import There

_VERSION = 0
Baseline = dict[str, dict[str, int]]  # path relative to the baseline's folder → key of a finding → how many
Read = Callable[[str], str]  # a file's name, relative to the main file's folder → its text


@dataclass(frozen=True, slots=True)
class Checked:
    """One file and what was found in it. `shown` are the lines that findings stand on, with secrets hidden.

    The counts are of findings that are not shown. `coverage` is None for a file that is part of another's runbook: its lines
    are counted there. `counted` are the keys of the findings, where a baseline is written.
    """

    path: str
    shown: Mapping[int, str]
    findings: tuple[Finding, ...]
    coverage: Coverage | None
    ignored: int = 0  # by a comment
    known: int = 0  # by the baseline
    mended: int = 0  # of the baseline
    unchanged: int = 0  # since a revision
    counted: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Examination:
    """How documents are looked at: on which day, whether on this machine, and what is known already.

    With `counting` the findings are counted for a baseline. `kept` is where unchanged texts are known from, if anywhere.
    `online` asks for the links; `there` is the Prometheus that is held against them.
    """

    today: date
    here: bool = False
    baseline: Path | None = None
    known: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    since: str | None = None
    counting: bool = False
    kept: "Cache | None" = None
    online: bool = False
    there: "There | None" = None
    _bases: "dict[Path, tuple[Repository, str]]" = field(
        default_factory=dict
    )  # of each folder that was asked about

    def check(self, found: Found) -> tuple[Checked, ...]:
        """Each file of a runbook with the findings that count, in order of lines. Raises `DocumentError`, `GitError`."""
        read = cache(reader_of(found.path))
        files = self._files(found, read)
        if self.baseline is None and self.since is None and not self.counting:
            return tuple(checked for _, checked in files)
        fresh = self._changes(found, [name for name, _ in files]) if self.since is not None else None
        return tuple(self._less(checked, name, source_lines(read(name)), fresh) for name, checked in files)

    def _less(self, checked: Checked, name: str, lines: Sequence[str], changes: "_Changes | None") -> Checked:
        """The file without what the baseline knows and what did not change; counted, where that is asked."""
        if self.baseline is not None:
            known = self.known.get(name_in(self.baseline, Path(checked.path)), {})
            sifted = sift(checked.findings, lines, known)
            checked = replace(checked, findings=sifted.new, known=len(sifted.known), mended=sifted.mended)
        if changes is not None:
            fresh = changes.fresh(name, checked.findings, lines)
            checked = replace(checked, findings=fresh, unchanged=len(checked.findings) - len(fresh))
        return replace(checked, counted=count(checked.findings, lines)) if self.counting else checked

    def _files(self, found: Found, read: Read) -> list[tuple[str, Checked]]:
        """The files of a runbook, by their names beside the main one, with what is found today; the main one first."""
        composed, known, runbooks = self._known(found, read)
        findings = _distinct(
            [
                *known.findings,
                *(
                    one
                    for dated in known.dates
                    for one in freshness_of(dated.review, dated.lines, self.today)
                ),
                *(one for runbook in runbooks for one in self._outside(runbook, found.path.parent)),
                *(_online(composed.text) if self.online else ()),
            ]
        )
        ignored: Sequence[Finding] = ()
        if known.comments:
            from watchbook.reading.suppressions import suppress

            result = suppress(source_lines(composed.text), findings)
            findings, ignored = [*result.findings], result.ignored
        lines: Mapping[int, str] = known.shown
        if any(one.line not in lines for one in findings):
            lines = shown(composed.text, {one.line for one in findings})
        return list(_by_file(found, composed, findings, ignored, lines, known.coverage))

    def _outside(self, runbook: "Runbook", folder: Path) -> Iterator[Finding]:
        """What this machine and a Prometheus say of a runbook, where they are asked."""
        if self.here:
            yield from _here(runbook, folder)
        if self.there is not None:
            from watchbook.app.documents.drifting import find_drift

            yield from find_drift(runbook, self.there)

    def _known(self, found: Found, read: Read) -> "tuple[Composed, Examined, tuple[Runbook, ...]]":
        """What the runbook says on any day; its runbooks only where more than the text is looked at."""
        name, also = found.path.name, [path.name for path in found.also]
        text = read(name)
        key = self.kept.key(text) if self.kept is not None and not also else ""
        if self.kept is not None and key and not self.here and self.there is None:
            known = self.kept.get(key)
            if known is not None:
                return Composed(text, (name,)), known, ()
        from watchbook.app.documents.examined import examined
        from watchbook.reading import read_runbooks

        composed = join(name, also, read)
        runbooks = read_runbooks(composed.text)
        known = examined(composed.text, runbooks, composed.findings)
        if self.kept is not None and key and not composed.origins:
            self.kept.put(key, known)
        return composed, known, runbooks

    def _changes(self, found: Found, names: Sequence[str]) -> "_Changes":
        """What changed in the files since the revision, and what they said before."""
        repository, commit = self._base(found.path.parent)
        folder = found.path.parent

        def path(name: str) -> str:
            return (folder / name).resolve().relative_to(repository.root).as_posix()

        def read(name: str) -> str:
            if repository.changed_lines(commit, path(name)) is None:
                raise AbsentError("there was no such file", where=name, mend="")
            return decoded(repository.bytes_at(commit, path(name)), f"{path(name)} at {commit[:12]}")

        changed = {name: repository.changed_lines(commit, path(name)) for name in names}
        if changed[names[0]] is None or not any(lines is None or lines for lines in changed.values()):
            return _Changes(changed, {})
        old = Found(found.path, tuple(one for one in found.also if changed.get(one.name) is not None))
        before = self._files(old, read)
        return _Changes(
            changed, {name: count(checked.findings, source_lines(read(name))) for name, checked in before}
        )

    def _base(self, folder: Path) -> "tuple[Repository, str]":
        """The repository of a folder and the commit to compare with."""
        from watchbook.world.git import repository_of

        if folder not in self._bases:
            repository = repository_of(folder)
            self._bases[folder] = repository, repository.commit(self.since or "HEAD")
        return self._bases[folder]


@dataclass(frozen=True, slots=True)
class _Changes:
    """Changed lines of each file (None: all of it is new), and how often the files said what, before."""

    lines: Mapping[str, frozenset[int] | None]
    before: Mapping[str, Mapping[str, int]]

    def fresh(self, name: str, findings: tuple[Finding, ...], source: Sequence[str]) -> tuple[Finding, ...]:
        """Findings on lines that changed, and those that a change elsewhere brought about."""
        changed = self.lines.get(name)
        if changed is None:
            return findings
        if not any(lines is None or lines for lines in self.lines.values()):
            return ()
        brought = sift(findings, source, self.before.get(name, {})).new
        return tuple(one for one in findings if one.line in changed or one in brought)


def _by_file(
    found: Found,
    composed: Composed,
    findings: Sequence[Finding],
    ignored: Sequence[Finding],
    lines: Mapping[int, str],
    coverage: Coverage,
) -> Iterator[tuple[str, Checked]]:
    """The findings of a whole text in the files that it was joined from, the main one first."""
    main, known_as = found.path.name, found.label or str(found.path)
    if not composed.origins:
        yield main, Checked(known_as, lines, _ordered(findings), coverage, len(ignored))
        return
    within: dict[str, list[Finding]] = {name: [] for name in composed.files}
    shown_in: dict[str, dict[int, str]] = {name: {} for name in composed.files}
    for one in findings:
        name, placed = composed.placed(one)
        within.setdefault(name, []).append(placed)
        text = lines.get(one.line, "")[composed.origin(one.line).shift :]
        shown_in.setdefault(name, {})[placed.line] = text
    left = [composed.placed(one)[0] for one in ignored]
    for name, placed_here in within.items():
        path = known_as if name == main else known_as.removesuffix(main) + name
        covered = coverage if name == main else None
        yield name, Checked(path, shown_in[name], _ordered(placed_here), covered, left.count(name))


def _online(text: str) -> list[Finding]:
    from watchbook.app.documents.online import look_online

    return look_online(text)


def _here(runbook: "Runbook", folder: Path) -> list[Finding]:
    from watchbook.app.documents.here import look_here

    return look_here(runbook, folder)


def _distinct(findings: Sequence[Finding]) -> list[Finding]:
    """Each finding once: several services of a text share what stands above them."""
    return list(dict.fromkeys(findings))


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
    files |= {name_in(path, Path(one.path)): dict(one.counted) for one in documents}
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
