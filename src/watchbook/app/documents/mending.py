"""Mends runbooks on disk for `watchbook fix`: which edits are safe for a file, and writing them.

Called by the `fix` command. What is safe is `reading.fixes`; this puts an edit into the file that its line stands in, asks
git for the day of a file's last commit and keeps the file as it is elsewhere: its byte order mark, its line ends, its
permissions.
"""

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from watchbook.app.documents.joining import join, reader_of
from watchbook.app.documents.loading import Found
from watchbook.model.errors import DocumentError
from watchbook.reading.composing import compose
from watchbook.reading.fixes import Edit, Fix, Known, apply_edits, find_fixes, mend

_MOST_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Proposal:
    """One file as it is and as it would be, exactly; the same text twice where nothing can be mended."""

    path: Path
    before: str
    after: str
    fixes: tuple[Fix, ...]


def propose(path: Path) -> Proposal:
    """The safe edits of a runbook in one file. Raises `DocumentError` as `loading.read_text` does."""
    return propose_all(Found(path))[0]


def propose_all(found: Found) -> list[Proposal]:
    """The safe edits of each file of a runbook, the main one first. Raises `DocumentError` as `loading.read_text` does."""
    raw: dict[str, str] = {}
    inside = reader_of(found.path)

    def read(name: str) -> str:
        if name not in raw:
            inside(name)  # the checks: it is there, it is text, it is not too large
            raw[name] = (found.path.parent / name).read_bytes().decode("utf-8")
        return raw[name]

    main, also = found.path.name, [path.name for path in found.also]
    composed = join(main, also, read)
    before = {name: raw[name] for name in composed.files}
    if composed.origins:
        after, fixes = _mended(main, also, dict(raw), _last_day([found.path, *found.also]))
    else:
        mended = mend(before[main], Known(_last_commit_day(found.path)))
        after, fixes = {main: mended.text}, {main: list(mended.fixes)}
    return [
        Proposal(found.path.parent / name, text, after[name], tuple(fixes.get(name, ())))
        for name, text in before.items()
    ]


def _mended(
    main: str, also: Sequence[str], texts: dict[str, str], day: str | None
) -> tuple[dict[str, str], dict[str, list[Fix]]]:
    """Each file with its fixes in it. Fixes are found in the whole, and made where their lines stand.

    Every round leaves fewer findings, as in a single file. A fix in a heading that joining made deeper is left to people.
    """
    fixes: dict[str, list[Fix]] = {}
    for _ in range(_MOST_ROUNDS):
        composed = compose(main, texts, also)
        edits: dict[str, list[Edit]] = {}
        for fix in find_fixes(composed.text, Known(day)):
            placed = [(composed.origin(edit.line), edit) for edit in fix.edits]
            if any(origin.shift for origin, _ in placed):
                continue
            for origin, edit in placed:
                edits.setdefault(origin.file, []).append(replace(edit, line=origin.line))
            at = composed.origin(fix.line)
            fixes.setdefault(at.file, []).append(replace(fix, line=at.line))
        if not edits:
            break
        texts = texts | {name: apply_edits(texts[name], wanted) for name, wanted in edits.items()}
    return texts, fixes


def _last_day(paths: Sequence[Path]) -> str | None:
    """The day of the last commit of any of the files."""
    return max((day for path in paths if (day := _last_commit_day(path))), default=None)


def _last_commit_day(path: Path) -> str | None:
    """From git; None where there is no git, no repository or no commit of the file."""
    from watchbook.world.git import GitError, repository_of

    whole = path.resolve()
    try:
        repository = repository_of(whole.parent)
        return repository.last_commit_day(whole.relative_to(repository.root.resolve()).as_posix())
    except (GitError, ValueError):
        return None


def write(proposal: Proposal) -> None:
    """Puts the mended text in the file's place, whole or not at all.

    Raises `DocumentError` where it cannot be written, or where the file changed in the meantime.
    """
    path = proposal.path.resolve()
    try:
        if path.read_bytes() != proposal.before.encode("utf-8"):
            raise DocumentError("the file changed meanwhile", where=str(proposal.path), mend="Call it again.")
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(proposal.after.encode("utf-8"))
            shutil.copymode(path, name)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise DocumentError(
            f"cannot be written: {error.strerror}", where=str(proposal.path), mend="Check its permissions."
        ) from None
