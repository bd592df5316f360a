"""What git knows: the files of a revision, their text, and the lines that changed since one.

Called by `app.documents` and, for repositories elsewhere, by `world.mirrors`. It runs the `git` program
without a shell and reads only; hooks, pagers, external diff programs and locks are left out. Everything that goes wrong
is one `GitError` line.
"""

import contextlib
import hashlib
import os
import re
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from watchbook.model.errors import WatchbookError

_PATIENCE_S = 30.0
_GRACE_S = 2.0
_HUNK = re.compile(r"^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)
_LARGEST_BYTES = 20 * 1024 * 1024
_HEXADECIMAL = re.compile(r"[0-9a-f]{40,64}")


class GitError(WatchbookError):
    """No repository, no such revision, no such file in it, no git."""

    code, exit_code = "git", 2


@dataclass(frozen=True, slots=True)
class Repository:
    """The work tree that a folder lies in. Paths given and returned are relative to `root`, with `/`."""

    root: Path

    def commit(self, revision: str) -> str:
        """The full id of the commit that a revision names."""
        name = f"{revision}^{{commit}}"
        done = self._git("rev-parse", "--verify", "--quiet", "--end-of-options", name, may_fail=True)
        found = done.decode().strip()
        if not _HEXADECIMAL.fullmatch(found):
            raise GitError(
                f"there is no revision “{revision}” here",
                where=str(self.root),
                mend="Fetch it (a shallow clone has only its last commits), or check its name.",
            )
        return found

    def common(self, one: str, other: str) -> str:
        """The commit where two commits parted (`A...B`)."""
        found = self._git("merge-base", one, other, may_fail=True).decode().strip()
        if not found:
            raise GitError(f"{one[:12]} and {other[:12]} have no common commit", where=str(self.root),
                           mend="Name the two revisions with two dots.")  # fmt: skip
        return found

    def files(self, commit: str) -> dict[str, str]:
        """Every file of a commit with the id of what it holds."""
        listed = self._git("ls-tree", "-r", "-z", "--full-tree", commit)
        rows = (row.partition(b"\t") for row in listed.split(b"\0") if row)
        return {os.fsdecode(name): about.split()[2].decode() for about, _, name in rows}

    def bytes_at(self, commit: str, path: str) -> bytes:
        """What a file held at a commit."""
        where = f"{path} at {commit[:12]}"
        size = self._git("cat-file", "-s", f"{commit}:{path}", may_fail=True).decode().strip()
        if not size.isdigit():
            raise GitError("there is no such file at this revision", where=where, mend="Check the path.")
        if int(size) > _LARGEST_BYTES:
            raise GitError("the file is larger than 20 MiB", where=where, mend="Is this the runbook?")
        return self._git("cat-file", "blob", f"{commit}:{path}")

    def changed_lines(self, commit: str, path: str) -> frozenset[int] | None:
        """Lines of the file as it is now that differ from the commit's; None where the commit has no such file.

        Where lines were only removed, the line before and the line behind count as changed.
        """
        if not self._git("ls-tree", "-z", "--full-tree", commit, "--", path):
            return None
        plain = ("--unified=0", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames")
        shown = self._git("diff", *plain, commit, "--", f":(top,literal){path}")
        found: set[int] = set()
        for hunk in _HUNK.finditer(shown.decode("utf-8", "replace")):
            start, count = int(hunk[1]), int(hunk[2] or 1)
            found.update(range(start, start + count) if count else (start, start + 1))
        return frozenset(found)

    def changed_files(self, commit: str, pattern: str) -> set[str]:
        """Files of a pattern (`*.md`, in any folder) that are not as they were at the commit; new ones as well."""
        inside = f":(top,glob)**/{pattern}"
        plain = (
            "--name-only",
            "-z",
            "--no-ext-diff",
            "--no-textconv",
            "--no-renames",
            "--ignore-submodules=all",
        )
        listed = self._git("diff", *plain, commit, "--", inside)
        new = self._git("ls-files", "-z", "--others", "--full-name", "--", inside)
        return {os.fsdecode(name) for name in (*listed.split(b"\0"), *new.split(b"\0")) if name}

    def last_commit_day(self, path: str) -> str | None:
        """The day of the last commit of a file (`2026-11-23`); None where there is none.

        A shallow clone does not know it either: the commit it begins with seems to have touched every file.
        """
        if self._git("rev-parse", "--is-shallow-repository").strip() == b"true":
            return None
        said = self._git("log", "-1", "--format=%cs", "--", f":(top,literal){path}", may_fail=True)
        return said.decode().strip() or None

    def remote(self) -> str | None:
        """The address of `origin`, which may hold a password; None without one."""
        said = self._git("config", "--get", "remote.origin.url", may_fail=True)
        return said.decode("utf-8", "replace").strip() or None

    def _git(self, *arguments: str, may_fail: bool = False) -> bytes:
        return _run(self.root, *arguments, may_fail=may_fail)


def holds(content: bytes, blob: str) -> bool:
    """Whether a file's content is the one that git knows by this id (SHA-1 or, in newer repositories, SHA-256)."""
    text = b"blob %d\0" % len(content) + content
    made = hashlib.sha256(text) if len(blob) == 64 else hashlib.sha1(text, usedforsecurity=False)
    return made.hexdigest() == blob


def repository_of(folder: Path) -> Repository:
    """The repository that a folder lies in. Raises `GitError` where it lies in none."""
    found = _run(folder, "rev-parse", "--show-toplevel", may_fail=True)
    root = os.fsdecode(found).removesuffix("\n")
    if not root:
        raise GitError("this folder is in no git repository", where=str(folder.resolve()),
                       mend="Compare two files, or go to the repository.")  # fmt: skip
    return Repository(Path(root))


def _run(folder: Path, *arguments: str, may_fail: bool = False) -> bytes:
    """What git prints. With `may_fail`, nothing where it refuses."""
    done = call_git(folder, arguments)
    said = done.error.splitlines()
    if done.code != 0 and (not may_fail or "dubious ownership" in done.error):
        reason = said[0].removeprefix("fatal: ") if said else f"git {arguments[0]} ended with {done.code}"
        raise GitError(reason, where=str(folder), mend="See what git says to it.")
    return done.output if done.code == 0 else b""


@dataclass(frozen=True, slots=True)
class Done:
    """How a call of git ended: its exit code, what it printed, and what it complained of."""

    code: int
    output: bytes
    error: str


def call_git(
    folder: Path,
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    given: bytes | None = None,
    patience_s: float = _PATIENCE_S,
) -> Done:
    """Calls git in a folder, without a shell, a pager, a prompt or a lock that others would notice.

    `given` is its standard input. After `patience_s` it is ended, with every process that it started: GitError.
    """
    called = ["git", "--no-pager", "--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.quotepath=false",
              *arguments]  # fmt: skip
    plain = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_LITERAL_PATHSPECS": "0"}
    try:
        process = subprocess.Popen(
            called, cwd=folder, env={**(os.environ if environment is None else environment), **plain},
            stdin=subprocess.DEVNULL if given is None else subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
    except FileNotFoundError:
        if not folder.is_dir():
            raise GitError("this is no folder", where=str(folder), mend="Check the path.") from None
        raise GitError("git is not installed", mend="Install it, or name files.") from None
    except NotADirectoryError:
        raise GitError("this is no folder", where=str(folder), mend="Check the path.") from None
    try:
        output, error = process.communicate(given, timeout=patience_s)
    except subprocess.TimeoutExpired:
        _end(process)
        raise GitError(
            f"git did not answer within {patience_s:g} s", where=str(folder), mend="Try again."
        ) from None
    except BaseException:
        _end(process)
        raise
    return Done(process.returncode, output, error.decode("utf-8", "replace").strip())


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ends a call of git with what it started: asked first, then made to."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=_GRACE_S)
            return
