"""A git repository elsewhere, kept as a small bare mirror: one ref, its newest commit, only the files that are wanted.

Called by `app.documents.repositories`. It asks the remote and fetches through the `git` program; whom it may ask, and how,
is `world.remotes`. What a commit holds is read from the mirror without any network. Every failure is one `GitError` line
that names the repository as people know it. It keeps no credentials and decides nothing about what a new commit means.
"""

import contextlib
import fcntl
import os
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from watchbook.world.git import Done, GitError, call_git
from watchbook.world.remotes import Remote, complaint

_ASK_S, _FETCH_S, _LOCAL_S, _LOCK_S = 30.0, 300.0, 60.0, 20.0
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_TIP, _GOOD = "refs/watchbook/tip", "refs/watchbook/good"
_MOST_PACKS = 100  # then it is made anew: a mirror of single commits never needs so many
_LARGEST_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a commit: its path in the tree (with `/`), the id of what it holds, and whether it may be executed."""

    path: str
    blob: str
    executable: bool = False


class TooLargeError(GitError):
    """More bytes than are wanted."""


class Mirror:
    """The mirror of one ref. Made without touching anything; `folder` is its own, made when it is first needed."""

    def __init__(self, folder: Path, remote: Remote, ref: str = "") -> None:
        """An empty `ref` is the remote's HEAD; else a branch, a tag, `refs/…`, or the whole id of a commit."""
        self.folder, self.remote, self.ref = folder, remote, ref
        self.shown_ref = ref.removeprefix("refs/heads/").removeprefix("refs/tags/") or "HEAD"
        if _COMMIT.fullmatch(ref):
            self.shown_ref = ref[:7]
        self._bare = folder / "mirror.git"
        self._whole: set[str] = set()  # commits whose trees were found whole
        self._damaged = False  # something in it could not be read

    def name_of(self, commit: str) -> str:
        """A commit as people name it: `main@1a2b3c4`."""
        return commit[:7] if self.ref == commit else f"{self.shown_ref}@{commit[:7]}"

    # What is here -------------------------------------------------------------------------------------------

    def good(self) -> str:
        """The commit that was last kept as good; empty without one."""
        return self._resolved(_GOOD)

    def keep(self, commit: str) -> None:
        """Keeps a commit as good: it is what there is while the remote cannot be reached."""
        self._local("update-ref", _GOOD, commit)

    def files(self, commit: str) -> dict[str, Entry]:
        """Files of a commit by path. Links and submodules are left out: they lead elsewhere."""
        found: dict[str, Entry] = {}
        for row in self._local("ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0"):
            about, _, name = row.partition(b"\t")
            mode, kind, blob = [*about.split(), b"", b"", b""][:3]
            path = os.fsdecode(name)
            if kind == b"blob" and mode in (b"100644", b"100755") and _is_safe(path):
                found[path] = Entry(path, blob.decode(), mode == b"100755")
        return found

    def tree(self, commit: str, folder: str) -> str:
        """The id of all that a folder of a commit holds; empty text for the top."""
        return self._local("rev-parse", "--verify", f"{commit}:{folder}").decode().strip()

    def contents(
        self, commit: str, entries: Sequence[Entry], most_bytes: int | None = None
    ) -> dict[str, bytes]:
        """What files of a commit hold, by path; those that are not here yet are fetched, all at once.

        TooLargeError where one is over 20 MiB, or all are over `most_bytes`: nothing of them is then held in memory.
        """
        if not entries:
            return {}
        self._bring(commit, entries)
        wanted = "".join(f"{entry.blob}\n" for entry in entries).encode()
        sizes = self._local(
            "cat-file", "--batch-check=%(objecttype) %(objectsize)", given=wanted
        ).splitlines()
        total = 0
        for entry, said in zip(entries, sizes, strict=True):
            kind, _, size = said.partition(b" ")
            if kind != b"blob":
                raise self._error(f"{entry.path} is missing from the mirror", "It is fetched again.")
            total += int(size)
            what = f"{entry.path} is larger than 20 MiB" if int(size) > _LARGEST_BYTES else ""
            if what or (most_bytes is not None and total > most_bytes):
                raise TooLargeError(
                    what or "it is too large", where=self.remote.shown, mend="Leave it out with glob."
                )
        return _split(self._local("cat-file", "--batch", given=wanted), entries)

    # What is there ------------------------------------------------------------------------------------------

    def refresh(self) -> str:
        """Asks the remote, fetches what is new, and gives the commit that the ref is at. Raises GitError.

        A mirror that is damaged is made anew, beside the old one, which stays until the new one is whole.
        """
        with self._locked():
            if self._damaged or not self._is_sound():
                return self._rebuild()
            commit, name = self._ask(self._bare)
            if commit != self._resolved(_TIP) or not self._has(commit):
                if self._packs() > _MOST_PACKS:
                    return self._rebuild()
                commit = self._fetch(self._bare, name)
            return commit

    def _ask(self, bare: Path) -> tuple[str, str]:
        """The commit of the ref at the remote, and what to fetch for it."""
        if _COMMIT.fullmatch(self.ref):
            return self.ref, self.ref
        wanted = [self.ref or "HEAD"]
        if self.ref and not self.ref.startswith("refs/"):
            wanted = [f"refs/heads/{self.ref}", f"refs/tags/{self.ref}", f"refs/tags/{self.ref}^{{}}"]
        listed = self._remote(bare, _ASK_S, "ls-remote", "--symref", "--end-of-options", "origin", *wanted)
        refs: dict[str, str] = {}
        for line in listed.output.decode("utf-8", "replace").splitlines():
            value, _, name = line.partition("\t")
            if value.startswith("ref: ") and name == "HEAD":
                self.shown_ref = value.removeprefix("ref: ").removeprefix("refs/heads/")
            elif name in wanted or name.removesuffix("^{}") in wanted:
                refs[name] = value
        names = [name for name in refs if not name.endswith("^{}")]
        if len(names) > 1:
            raise self._error(
                f"there is a branch and a tag named “{self.ref}”",
                f'Write ref = "refs/heads/{self.ref}" or "refs/tags/{self.ref}".',
            )
        if not names:
            raise self._error(
                f"there is no branch or tag “{self.ref or 'HEAD'}”",
                "A commit is named by its whole id."
                if re.fullmatch("[0-9a-f]{7,39}", self.ref)
                else "Check ref.",
            )
        return refs.get(f"{names[0]}^{{}}", refs[names[0]]), names[0]

    def _fetch(self, bare: Path, name: str) -> str:
        arguments = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--force",
                     "--depth=1", "--filter=blob:none", "--end-of-options", "origin", f"+{name}:{_TIP}")  # fmt: skip
        self._remote(bare, _FETCH_S, *arguments)
        found = self._resolved(_TIP, bare)
        if not found:
            raise self._error("what is fetched is no commit", "Check ref.")
        return found

    def _bring(self, commit: str, entries: Sequence[Entry]) -> None:
        """Fetches contents that the mirror does not hold yet."""
        listed = self._local(
            "rev-list", "--objects", "--no-object-names", "--missing=print", "--no-walk", commit
        )
        absent = {line[1:] for line in listed.decode().splitlines() if line.startswith("?")}
        missing = sorted(absent & {entry.blob for entry in entries})
        if missing:
            arguments = ("-c", "fetch.negotiationAlgorithm=noop", "fetch", "--quiet", "--no-tags", "--no-write-fetch-head",
                         "--no-recurse-submodules", "--filter=blob:none", "--stdin", "origin")  # fmt: skip
            given = "".join(f"{blob}\n" for blob in missing).encode()
            self._remote(self._bare, _FETCH_S, *arguments, given=given)

    # Its own life -------------------------------------------------------------------------------------------

    def _is_sound(self) -> bool:
        """Whether the mirror can be read, with the trees of the commits that it keeps."""
        if not (self._bare / "HEAD").is_file():
            return False
        if call_git(self._bare, ("rev-parse", "--is-bare-repository"), environment=self._own()).code != 0:
            return False
        for commit in {self._resolved(_TIP), self._resolved(_GOOD)} - {""} - self._whole:
            listed = call_git(
                self._bare, ("ls-tree", "-r", "-t", "--full-tree", commit), environment=self._own()
            )
            if listed.code != 0:
                return False
            self._whole.add(commit)
        return True

    def _rebuild(self) -> str:
        """A new mirror in the place of the old one, once it holds the ref's commit."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self.folder / "mirror.new"
        shutil.rmtree(fresh, ignore_errors=True)
        done = call_git(
            self.folder, ("init", "--quiet", "--bare", "--template=", "mirror.new"), environment=self._own()
        )
        if done.code != 0:
            raise self._error(f"the mirror cannot be made: {done.error}", "Check the data folder.")
        commit, name = self._ask(fresh)
        commit = self._fetch(fresh, name)
        good = self._resolved(_GOOD) if self._bare.exists() else ""
        if good == commit:
            call_git(fresh, ("update-ref", _GOOD, commit), environment=self._own())
        shutil.rmtree(self._bare, ignore_errors=True)
        fresh.replace(self._bare)
        self._damaged, self._whole = False, set()
        return commit

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time works on the mirror."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            deadline = time.monotonic() + _LOCK_S
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise self._error("another process is fetching it", "Try again.") from None
                    time.sleep(0.1)
            yield
        finally:
            os.close(lock)

    def _packs(self) -> int:
        return sum(1 for _ in (self._bare / "objects" / "pack").glob("*.pack"))

    def _resolved(self, name: str, bare: Path | None = None) -> str:
        """The commit that a name of the mirror stands for; empty where there is none."""
        place = bare or self._bare
        if not place.is_dir():
            return ""
        arguments = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        said = call_git(place, arguments, environment=self._own()).output.decode().strip()
        return said if _COMMIT.fullmatch(said) else ""

    def _has(self, commit: str) -> bool:
        arguments = ("cat-file", "-e", f"{commit}^{{tree}}")
        return call_git(self._bare, arguments, environment=self._own()).code == 0

    def _own(self) -> dict[str, str]:
        return self.remote.environment(offline=True)

    def _local(self, *arguments: str, given: bytes | None = None) -> bytes:
        """What git says of the mirror alone; it may not ask the remote for it."""
        done = call_git(self._bare, arguments, environment=self._own(), given=given, patience_s=_LOCAL_S)
        if done.code != 0:
            self._damaged = True
            raise self._error(
                f"its mirror is damaged ({done.error.partition(chr(10))[0]})", "It is made anew."
            )
        return done.output

    def _remote(self, bare: Path, patience_s: float, *arguments: str, given: bytes | None = None) -> Done:
        """A call that asks the remote."""
        environment = self.remote.environment(ssh=self._ssh(bare))
        try:
            done = call_git(bare, arguments, environment=environment, given=given, patience_s=patience_s)
        except GitError as error:
            mend = "Install git, or name files." if "not installed" in error.what else "It is tried again."
            raise self._error(error.what, mend) from None
        if done.code != 0:
            raise self._error(*complaint(done.error, self.remote))
        return done

    def _ssh(self, bare: Path) -> str:
        """What the user's settings call for ssh; empty without a word."""
        if self.remote.protocol != "ssh":
            return ""
        said = call_git(bare, ("config", "--get", "core.sshCommand"), environment=self._own())
        return said.output.decode("utf-8", "replace").strip() if said.code == 0 else ""

    def _error(self, what: str, mend: str) -> GitError:
        return GitError(what, where=self.remote.shown, mend=mend)


def _split(output: bytes, entries: Sequence[Entry]) -> dict[str, bytes]:
    """The answers of `cat-file --batch`: a head with the size, the content, a line feed, for each."""
    found: dict[str, bytes] = {}
    at = 0
    for entry in entries:
        end = output.index(b"\n", at)
        size = int(output[at:end].split()[2])
        found[entry.path] = output[end + 1 : end + 1 + size]
        at = end + size + 2
    return found


def _is_safe(path: str) -> bool:
    """Whether a path stays where it is put: trees are made by anyone."""
    parts = path.split("/")
    return not path.startswith("/") and all(
        part not in ("", ".", "..") and part.casefold() != ".git" and "\\" not in part for part in parts
    )
