"""Mends runbooks on disk for `watchbook fix`: which edits are safe for a file, and writing them.

Called by the `fix` command. What is safe is `reading.fixes`; this asks git for the day of a file's last commit and keeps
the file as it is elsewhere: its byte order mark, its line ends, its permissions.
"""

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from watchbook.app.documents.loading import read_text
from watchbook.model.errors import DocumentError
from watchbook.reading.fixes import Fix, Known, mend


@dataclass(frozen=True, slots=True)
class Proposal:
    """One file as it is and as it would be, exactly; the same text twice where nothing can be mended."""

    path: Path
    before: str
    after: str
    fixes: tuple[Fix, ...]


def propose(path: Path) -> Proposal:
    """The safe edits of a runbook. Raises `DocumentError` as `loading.read_text` does."""
    read_text(path)  # the checks: it is there, it is text, it is not too large
    before = path.read_bytes().decode("utf-8")
    mended = mend(before, Known(_last_commit_day(path)))
    return Proposal(path, before, mended.text, mended.fixes)


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
