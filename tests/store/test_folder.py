"""The data folder: one owner, private, and one clear line for everything that can be wrong with it."""

import contextlib
import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from watchbook.model.decisions import Decision
from watchbook.model.errors import StoreError
from watchbook.model.incidents import Entry
from watchbook.store.folder import ServerNote, is_owned, running_server, take
from watchbook.store.store import Store

PROGRAMS = Path(__file__).parent / "programs"


@contextlib.contextmanager
def _held_by_another(folder: Path, *url: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that owns the folder, until the block ends."""
    command = [sys.executable, str(PROGRAMS / "holds_a_folder.py"), str(folder), *url]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None and process.stdout is not None
    try:
        assert process.stdout.readline() == "taken\n"
        yield process
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


def test_a_new_folder_is_private(tmp_path: Path) -> None:
    """Mode 0700, its own .gitignore, folders for runs and spool; nothing in it is readable by others."""
    folder = take(tmp_path / ".watchbook")
    folder.signing_key()
    folder.announce(ServerNote("http://127.0.0.1:1", os.getpid(), 1.0))
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert (folder.path / ".gitignore").read_text() == "*\n"
    assert folder.runs.is_dir() and folder.spool.is_dir()
    for path in folder.path.iterdir():
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path
    folder.close()


def test_a_folder_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    """A folder that was made by hand with ordinary permissions becomes private."""
    path = tmp_path / "data"
    path.mkdir(mode=0o755)
    path.chmod(0o755)
    take(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_the_signing_key_stays(tmp_path: Path) -> None:
    """The key is made once, and a damaged one is refused instead of quietly replaced."""
    folder = take(tmp_path / "data")
    key = folder.signing_key()
    assert len(key) == 32 and folder.signing_key() == key
    folder.close()
    folder = take(tmp_path / "data")
    assert folder.signing_key() == key
    (folder.path / "signing.key").write_bytes(b"short")
    with pytest.raises(StoreError, match="signing key is damaged"):
        folder.signing_key()
    folder.close()


def test_a_second_server_is_told_of_the_first(tmp_path: Path) -> None:
    """One line with process and address of the server that owns the folder; when it ends, the folder is free."""
    path = tmp_path / "data"
    with _held_by_another(path, "http://127.0.0.1:8090") as first:
        assert is_owned(path)
        with pytest.raises(StoreError) as caught:
            take(path)
        assert f"process {first.pid} at http://127.0.0.1:8090" in str(caught.value)
        assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)
        assert running_server(path) == ServerNote("http://127.0.0.1:8090", first.pid, 5.0)
    assert not is_owned(path)
    take(path).close()


def test_a_command_that_owns_the_folder_is_named(tmp_path: Path) -> None:
    """A run without a server holds the folder as well; an old server.json is not taken for it."""
    path = tmp_path / "data"
    take(path).close()
    (path / "server.json").write_text(json.dumps({"url": "http://old", "pid": 1, "started_at": 1.0}))
    with (
        _held_by_another(path) as other,
        pytest.raises(StoreError, match=f"another Watchbook .* process {other.pid}"),
    ):
        take(path)


def test_a_killed_owner_leaves_the_folder_free(tmp_path: Path) -> None:
    """After kill -9 nothing has to be cleaned up by hand."""
    with _held_by_another(tmp_path / "data", "http://127.0.0.1:8090") as first:
        first.kill()
        first.wait(10)
        folder = take(tmp_path / "data")
        folder.close()
        assert running_server(folder.path) is not None  # not ours: it says a pid that is gone


def test_closing_takes_the_note_away(tmp_path: Path) -> None:
    """server.json goes with its server, and closing twice does no harm."""
    folder = take(tmp_path / "data")
    folder.announce(ServerNote("http://127.0.0.1:1", os.getpid(), 1.0))
    folder.close()
    folder.close()
    assert running_server(folder.path) is None
    assert not is_owned(folder.path)


def test_a_broken_note_is_no_note(tmp_path: Path) -> None:
    """A server.json that says nothing sensible is passed over."""
    for text in ("", "{}", "[1]", '{"url": 1, "pid": "x", "started_at": 0}'):
        (tmp_path / "server.json").write_text(text)
        assert running_server(tmp_path) is None


def test_a_missing_parent_is_named(tmp_path: Path) -> None:
    """A mistyped path is not made in silence."""
    with pytest.raises(StoreError, match=r"the folder .*/no/such does not exist"):
        take(tmp_path / "no" / "such" / "data")
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_its_place(tmp_path: Path) -> None:
    """A file where the folder should be gives one line."""
    path = tmp_path / "data"
    path.write_text("")
    with pytest.raises(StoreError, match="this is not a folder"):
        take(path)


def test_a_folder_without_permission(tmp_path: Path) -> None:
    """Where this user may not write, the line says so."""
    path = tmp_path / "data"
    path.mkdir()
    path.chmod(0o555)
    tmp_path.chmod(0o555)
    done = _run("may_not_write.py", path / "deeper")
    tmp_path.chmod(0o755)
    path.chmod(0o755)
    assert done.stdout.strip() == (
        f"{path / 'deeper'}: the data folder may not be written by this user. Give another --data."
    ), done.stderr


def test_a_read_only_file_system(tmp_path: Path) -> None:
    """A folder on a file system that takes no writes gives one line; without the right to mount one, /sys stands for it."""
    path = tmp_path / "data"
    path.mkdir()
    mounting = f'mount -t tmpfs -o ro none "{path}" && exec "$0" "$@"'
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mounting]
    program = [sys.executable, str(PROGRAMS / "may_not_write.py")]
    try:
        mounted = subprocess.run([*command, "true"], check=False, capture_output=True).returncode == 0
    except OSError:
        mounted = False
    if mounted:
        done = subprocess.run([*command, *program, str(path)], check=False, capture_output=True, text=True)
        assert (
            done.stdout.strip()
            == f"{path}: the data folder is on a read-only file system. Give another --data."
        )
    else:
        done = subprocess.run(
            [*program, "/sys/kernel/watchbook"], check=False, capture_output=True, text=True
        )
        assert done.stdout.startswith("/sys/kernel/watchbook: the data folder ")
        assert done.stdout.count("\n") == 1


def test_a_folder_that_cannot_be_written_can_be_read(tmp_path: Path) -> None:
    """The journal of a data folder on a backup or a read-only disk is read without writing a byte there."""
    database = tmp_path / "watchbook.sqlite"
    store = Store(database)
    store.apply_now(Decision("", (), (Entry("shop", "k", "kept"),)))
    store.close()
    before = sorted(path.name for path in tmp_path.iterdir())
    database.chmod(0o444)
    tmp_path.chmod(0o555)
    done = _run("reads_a_journal.py", database)
    tmp_path.chmod(0o755)
    assert done.stdout == "kept\n", done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def _run(program: str, *arguments: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(PROGRAMS / program), *map(str, arguments)]
    return subprocess.run(command, check=False, capture_output=True, text=True)
