"""Mirrors of repositories elsewhere, against real ones: refs, contents, force-pushes, damage, and what fails in words."""

import base64
import os
import shutil
import stat
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.programs import require_program
from tests.world.repositories import PLAIN, Repo

from watchbook.world import mirrors
from watchbook.world.git import Done, GitError, call_git
from watchbook.world.mirrors import Mirror
from watchbook.world.remotes import Remote, complaint

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in PLAIN.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "repo")


def _mirror(repo: Repo, ref: str = "", name: str = "mirror") -> Mirror:
    return Mirror(repo.folder.parent / name, Remote(str(repo.folder), f"file://{repo.folder}"), ref)


def _text(mirror: Mirror, commit: str, path: str) -> bytes:
    return mirror.contents(commit, [mirror.files(commit)[path]])[path]


@pytest.mark.slow
def test_what_a_ref_holds(repo: Repo) -> None:
    """The remote's HEAD, a branch, a tag with and without a note, a full name and a commit all give their commit."""
    first = repo.commit({"RUNBOOK.md": "one\n", "a b/ü.md": "ü\n"})
    repo.git("tag", "plain")
    repo.git("tag", "-a", "-m", "noted", "noted")
    repo.git("branch", "other")
    second = repo.commit({"RUNBOOK.md": "two\n"})
    for ref, commit in (("", second), ("main", second), ("other", first), ("plain", first), ("noted", first),
                        ("refs/heads/other", first), ("refs/tags/noted", first), (first, first)):  # fmt: skip
        mirror = _mirror(repo, ref, f"mirror-{len(ref)}-{ref[-5:]}")
        assert mirror.refresh() == commit, ref
        assert _text(mirror, commit, "RUNBOOK.md") == (b"one\n" if commit == first else b"two\n")
        assert _text(mirror, commit, "a b/ü.md") == "ü\n".encode()
    mirror = _mirror(repo, "")
    mirror.refresh()
    assert mirror.name_of(second) == f"main@{second[:7]}"
    assert _mirror(repo, first).name_of(first) == first[:7]


def test_only_what_is_wanted_is_fetched(repo: Repo) -> None:
    """Contents stay at the remote until they are asked for, and then come together; old commits never come."""
    repo.commit({"RUNBOOK.md": "old\n"})
    commit = repo.commit({"RUNBOOK.md": "new\n", "big.bin": "x" * 100_000, "scripts/a.sh": "a\n"})
    mirror = _mirror(repo)
    mirror.refresh()
    _text(mirror, commit, "RUNBOOK.md")
    held = call_git(
        mirror.folder / "mirror.git", ("cat-file", "--batch-all-objects", "--batch-check=%(objecttype)")
    )
    assert sorted(held.output.split()) == [b"blob", b"commit", b"tree", b"tree"]


def test_a_new_commit_is_seen_and_nothing_is_fetched_without_one(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the ref stands still a look only asks for it."""
    first = repo.commit({"RUNBOOK.md": "one\n"})
    mirror = _mirror(repo)
    assert mirror.refresh() == first
    called: list[str] = []

    def counted(folder: Path, arguments: tuple[str, ...], **more: Any) -> Done:
        called.append(arguments[0])
        return call_git(folder, arguments, **more)

    monkeypatch.setattr(mirrors, "call_git", counted)
    assert mirror.refresh() == first
    assert "fetch" not in called and "ls-remote" in called
    second = repo.commit({"RUNBOOK.md": "two\n"})
    assert mirror.refresh() == second
    assert "fetch" in called


def test_a_force_pushed_ref_is_followed(repo: Repo) -> None:
    """The ref is what its team says it is, also where it does not go on from the last commit."""
    first = repo.commit({"RUNBOOK.md": "one\n"})
    repo.commit({"RUNBOOK.md": "two\n"})
    mirror = _mirror(repo)
    mirror.refresh()
    repo.git("reset", "-q", "--hard", first)
    third = repo.commit({"RUNBOOK.md": "three\n"})
    assert mirror.refresh() == third
    assert _text(mirror, third, "RUNBOOK.md") == b"three\n"


@pytest.mark.parametrize(
    ("ref", "words"),
    [
        ("gone", "there is no branch or tag “gone”. Check ref"),
        ("abc1234", "named by its whole id"),
        ("0" * 40, "the ref is not there any more"),
        ("twice", "a branch and a tag named “twice”"),
        ("refs/heads/gone", "there is no branch or tag"),
    ],
)
def test_a_ref_that_cannot_be_had_is_one_line(repo: Repo, ref: str, words: str) -> None:
    """It names the repository as people know it, and what to do."""
    repo.commit({"RUNBOOK.md": "one\n"})
    repo.git("branch", "twice")
    repo.git("tag", "twice")
    with pytest.raises(GitError) as caught:
        _mirror(repo, ref).refresh()
    assert words in str(caught.value) and str(caught.value).startswith(f"{repo.folder}: ")
    assert "\n" not in str(caught.value)


def test_the_last_good_commit_stays_when_the_remote_is_gone(repo: Repo) -> None:
    """A remote that is taken away, and a ref that vanished, are one line; what was kept is still read, without it."""
    commit = repo.commit({"RUNBOOK.md": "one\n"})
    mirror = _mirror(repo, "main")
    mirror.keep(mirror.refresh())
    _text(mirror, commit, "RUNBOOK.md")
    repo.git("branch", "-m", "main", "trunk")
    with pytest.raises(GitError, match="there is no branch or tag “main”"):
        mirror.refresh()
    repo.folder.rename(repo.folder.with_name("away"))
    with pytest.raises(GitError, match=r"there is no repository.*Check repo"):
        mirror.refresh()
    again = _mirror(repo, "main")
    assert again.good() == commit
    assert _text(again, commit, "RUNBOOK.md") == b"one\n"


@pytest.mark.parametrize("damage", ["head", "objects", "all", "file"])
def test_a_damaged_mirror_is_made_anew(repo: Repo, damage: str) -> None:
    """Whatever was broken in it, the next look gives the commit again."""
    repo.commit({"RUNBOOK.md": "one\n"})
    mirror = _mirror(repo)
    mirror.keep(mirror.refresh())
    bare = mirror.folder / "mirror.git"
    if damage == "head":
        (bare / "HEAD").write_text("nonsense\n")
    elif damage == "objects":
        shutil.rmtree(bare / "objects")
        (bare / "objects").mkdir()
    else:
        shutil.rmtree(bare)
        if damage == "file":
            bare.mkdir()
    second = repo.commit({"RUNBOOK.md": "two\n"})
    assert mirror.refresh() == second
    assert _text(mirror, second, "RUNBOOK.md") == b"two\n"


def test_a_damaged_mirror_stays_while_the_remote_is_away(repo: Repo) -> None:
    """It is only replaced by a whole one."""
    repo.commit({"RUNBOOK.md": "one\n"})
    mirror = _mirror(repo)
    mirror.refresh()
    (mirror.folder / "mirror.git" / "HEAD").write_text("nonsense\n")
    repo.folder.rename(repo.folder.with_name("away"))
    with pytest.raises(GitError, match="there is no repository"):
        mirror.refresh()
    assert (mirror.folder / "mirror.git" / "objects").is_dir()


def test_links_and_submodules_are_left_out(repo: Repo) -> None:
    """They lead elsewhere; what may be executed is known."""
    (repo.folder / "link.md").symlink_to("/etc/passwd")
    commit = repo.commit({"RUNBOOK.md": "one\n", "run.sh": "ls\n"})
    repo.git("update-index", "--chmod=+x", "run.sh")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{commit},module")
    repo.git("commit", "-q", "-m", "more")
    mirror = _mirror(repo)
    files = mirror.files(mirror.refresh())
    assert {name: entry.executable for name, entry in files.items()} == {"RUNBOOK.md": False, "run.sh": True}


def test_a_file_that_is_too_large_is_refused(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its path, and how to leave it out."""
    monkeypatch.setattr(mirrors, "_LARGEST_BYTES", 10)
    commit = repo.commit({"RUNBOOK.md": "more than ten\n"})
    mirror = _mirror(repo)
    mirror.refresh()
    with pytest.raises(GitError, match=r"RUNBOOK\.md is larger than"):
        _text(mirror, commit, "RUNBOOK.md")


def test_a_damaged_content_is_fetched_again(repo: Repo) -> None:
    """What cannot be read is told once; the next look makes the mirror anew."""
    commit = repo.commit({"RUNBOOK.md": "one\n"})
    mirror = _mirror(repo)
    mirror.refresh()
    assert _text(mirror, commit, "RUNBOOK.md") == b"one\n"
    held = (mirror.folder / "mirror.git" / "objects" / "pack").glob("*.pack")
    for pack in held:
        if b"blob" in call_git(pack.parent, ("verify-pack", "-v", str(pack))).output:
            pack.chmod(0o600)
            pack.write_bytes(pack.read_bytes()[:-30] + b"x" * 30)
    with pytest.raises(GitError, match=r"its mirror is damaged .*It is made anew"):
        _text(mirror, commit, "RUNBOOK.md")
    assert mirror.refresh() == commit
    assert _text(mirror, commit, "RUNBOOK.md") == b"one\n"


@pytest.mark.slow
def test_many_fetches_do_not_fill_the_disk(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many packs the mirror is made anew, and the last good commit is in it."""
    monkeypatch.setattr(mirrors, "_MOST_PACKS", 3)
    mirror = _mirror(repo)
    for number in range(6):
        commit = repo.commit({"RUNBOOK.md": f"{number}\n"})
        assert mirror.refresh() == commit
        assert _text(mirror, commit, "RUNBOOK.md") == f"{number}\n".encode()
        mirror.keep(commit)
        assert mirror._packs() <= 5
    assert mirror.good() == commit


def test_no_git_is_one_line(repo: Repo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without the program there is nothing to try again."""
    repo.commit({"RUNBOOK.md": "one\n"})
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError, match=r"git is not installed\. Install"):
        _mirror(repo).refresh()


def test_a_call_that_takes_too_long_is_ended_with_all_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A git that waits for something that waits is gone with it."""
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\nsleep 600 & echo $! > "$WROTE"\nwait\n')
    program.chmod(0o755)
    wrote = tmp_path / "child"
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("WROTE", str(wrote))
    with pytest.raises(GitError, match=r"did not answer within 0\.5 s"):
        call_git(tmp_path, ("fetch",), patience_s=0.5)
    child = int(wrote.read_text())
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and _lives(child):
        threading.Event().wait(0.02)
    assert not _lives(child)


def _lives(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.parametrize("address", ["ext::sh -c touch% {mark}", "fd::3", "git://127.0.0.1:1/x"])
def test_git_runs_no_program_for_an_address(tmp_path: Path, address: str) -> None:
    """Even an address that came past the wiring is refused by git itself."""
    mark = tmp_path / "mark"
    with pytest.raises(GitError):
        Mirror(tmp_path / "mirror", Remote("it", address.format(mark=mark))).refresh()
    assert not mark.exists()


def _ssh(folder: Path) -> Path:
    """A program that notes how ssh is called and runs what it is to run, on this machine."""
    program = folder / "as-ssh"
    program.write_text(f'#!/bin/sh\necho "$@" >> {folder}/called\nfor last; do :; done\nexec sh -c "$last"\n')
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("by", ["environment", "setting"])
def test_a_repository_over_ssh(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str) -> None:
    """The user's own way to call ssh is kept, and it is told not to ask for anything."""
    program = _ssh(tmp_path)
    if by == "environment":
        monkeypatch.setenv("GIT_SSH_COMMAND", str(program))
    else:
        (tmp_path / "settings").write_text(f"[core]\n\tsshCommand = {program} -i key\n")
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "settings"))
    monkeypatch.setenv("GIT_SSH_VARIANT", "ssh")
    commit = repo.commit({"RUNBOOK.md": "one\n"})
    for number, address in enumerate((f"ssh://ana@git.test{repo.folder}", f"ana@git.test:{repo.folder}")):
        mirror = Mirror(tmp_path / f"mirror-{number}", Remote(address, address), "main")
        assert mirror.refresh() == commit
        assert _text(mirror, commit, "RUNBOOK.md") == b"one\n"
    called = (tmp_path / "called").read_text()
    assert "BatchMode=yes" in called and ("-i key" in called) == (by == "setting")


# --- over HTTP ----------------------------------------------------------------------------------------------------


class _Server(ThreadingHTTPServer):
    """A repository over HTTP by git's own server program; asks for a password where it has one."""

    daemon_threads = True
    root: Path
    password = ""
    elsewhere = ""
    seen: list[str]


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        if self.headers.get("Transfer-Encoding", "") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer(body)

    def _answer(self, body: bytes) -> None:
        server = self.server
        given = self.headers.get("Authorization", "")
        server.seen.append(given)
        if server.elsewhere:
            self.send_response(302)
            self.send_header("Location", server.elsewhere + self.path)
            self.end_headers()
            return
        if server.password and given != "Basic " + base64.b64encode(server.password.encode()).decode():
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.end_headers()
            return
        path, _, query = self.path.partition("?")
        environment = {
            **os.environ, **PLAIN, "GIT_PROJECT_ROOT": str(server.root), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path,
            "QUERY_STRING": query, "REQUEST_METHOD": self.command, "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)), "HTTP_GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""), "REMOTE_USER": "ana",
        }  # fmt: skip
        done = subprocess.run(
            [require_program("git"), "http-backend"],
            input=body,
            env=environment,
            capture_output=True,
            check=False,
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        lines = [line.partition(": ") for line in head.decode().splitlines()]
        status = next((value for name, _, value in lines if name == "Status"), "200 OK")
        self.send_response(int(status.split()[0]))
        for name, _, value in lines:
            if name != "Status":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def server(repo: Repo) -> Iterator[_Server]:
    made = _Server(("127.0.0.1", 0), _Handler)
    made.root, made.seen = repo.folder.parent, []
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def _url(server: _Server) -> str:
    return f"http://127.0.0.1:{server.server_port}/repo/.git"


def test_a_repository_over_http(repo: Repo, server: _Server, tmp_path: Path) -> None:
    """It is asked, fetched, and asked for single files, as over the network."""
    commit = repo.commit({"RUNBOOK.md": "one\n", "other.md": "x\n"})
    mirror = Mirror(tmp_path / "mirror", Remote(_url(server), _url(server)), "main")
    assert mirror.refresh() == commit
    assert _text(mirror, commit, "RUNBOOK.md") == b"one\n"


def test_a_password_is_given_and_never_shown(repo: Repo, server: _Server, tmp_path: Path) -> None:
    """A token, or a name and a password, open it; they stand in no file of the mirror and in no message."""
    commit = repo.commit({"RUNBOOK.md": "one\n"})
    server.password = "x-access-token:hunter2-secret"
    mirror = Mirror(tmp_path / "mirror", Remote(_url(server), _url(server), "hunter2-secret"))
    assert mirror.refresh() == commit
    for path in (tmp_path / "mirror").rglob("*"):
        assert path.is_dir() or b"hunter2" not in path.read_bytes(), path
    with pytest.raises(GitError, match=r"git was not let in\. Give it secret") as caught:
        Mirror(tmp_path / "other", Remote(_url(server), _url(server), "wrong-secret")).refresh()
    assert "secret" not in str(caught.value).replace("secret = ", "")
    server.password = "ana:hunter2-secret"
    assert (
        Mirror(tmp_path / "third", Remote(_url(server), _url(server), "ana:hunter2-secret")).refresh()
        == commit
    )
    inside = _url(server).replace("http://", "http://ana:hunter2-secret@")
    assert Mirror(tmp_path / "fourth", Remote("env:REPO", inside)).refresh() == commit
    with pytest.raises(GitError) as caught:
        Mirror(tmp_path / "fifth", Remote("env:REPO", inside + "x")).refresh()
    assert str(caught.value).startswith("env:REPO: ") and "hunter2" not in str(caught.value)


def test_nobody_is_asked_for_a_password(repo: Repo, server: _Server, tmp_path: Path) -> None:
    """Where none is known it is refused at once, without a prompt that nobody would see."""
    repo.commit({"RUNBOOK.md": "one\n"})
    server.password = "ana:secret"
    with pytest.raises(GitError, match="git was not let in"):
        Mirror(tmp_path / "mirror", Remote(_url(server), _url(server))).refresh()


def test_a_password_does_not_go_elsewhere(repo: Repo, server: _Server, tmp_path: Path) -> None:
    """A server that sends git to another one does not get the password sent there."""
    repo.commit({"RUNBOOK.md": "one\n"})
    other = _Server(("127.0.0.1", 0), _Handler)
    other.root, other.seen = server.root, []
    thread = threading.Thread(target=other.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        server.elsewhere = f"http://127.0.0.1:{other.server_port}"
        with pytest.raises(GitError):
            Mirror(tmp_path / "mirror", Remote(_url(server), _url(server), "hunter2-secret")).refresh()
        assert not any(other.seen)
    finally:
        other.shutdown()
        thread.join()
        other.server_close()


def test_what_a_mirror_is_readable_by(repo: Repo) -> None:
    """Only by the user that Watchbook runs as."""
    repo.commit({"RUNBOOK.md": "one\n"})
    mirror = _mirror(repo)
    mirror.refresh()
    assert stat.S_IMODE(mirror.folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("fatal: unable to access 'https://x/': Could not resolve host: x", "its host is not known here"),
        ("fatal: unable to access 'https://x/': Failed to connect to x port 443", "it cannot be reached"),
        (
            "ssh: connect to host x port 22: Connection refused\nfatal: Could not read from remote repository.",
            "cannot be reached",
        ),
        (
            "git@x: Permission denied (publickey).\nfatal: Could not read from remote repository.",
            "git was not let in",
        ),
        (
            "Host key verification failed.\nfatal: Could not read from remote repository.",
            "ssh does not know this host",
        ),
        (
            "fatal: unable to access 'https://x/': SSL certificate problem: self-signed",
            "its certificate is not trusted",
        ),
        ("fatal: transport 'http' not allowed", "a protocol that is not allowed"),
        (
            "ERROR: Repository not found.\nfatal: Could not read from remote repository.",
            "there is no repository",
        ),
        ("fatal: something https://ana:hunter2@x/ else", "git failed: something https://x/ else"),
        ("fatal: leaked t0ken-value here", "git failed: leaked … here"),
        ("", "it gave no reason"),
    ],
)
def test_what_git_complains_of_in_words(error: str, words: str) -> None:
    """Each is a sentence of ours; what is not known is git's own line, without any secret."""
    what, mend = complaint(error, Remote("x", "https://x/", "t0ken-value"))
    assert words in what and mend
