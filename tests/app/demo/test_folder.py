"""The demo's folder and processes: what may be used, what is refused, and that only what was started is ended."""

import os
import socket
import stat
import subprocess
import sys
import threading
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from watchbook.app.demo.folder import PORTS, DemoFolder, example
from watchbook.app.demo.processes import Started, end, start
from watchbook.app.demo.running import Demo
from watchbook.model.errors import ConflictError, UnreachableError, UsageError


def free_base() -> int:
    """The first base whose ports are all free."""
    for base in range(11_000 + os.getpid() % 100 * 50, 32_000, 50):
        sockets = []
        try:
            for distance in PORTS.values():
                one = socket.socket()
                sockets.append(one)
                one.bind(("127.0.0.1", base + distance))
            return base
        except OSError:
            continue
        finally:
            for one in sockets:
                one.close()
    pytest.fail("no free ports")


def test_a_prepared_folder_has_everything(tmp_path: Path) -> None:
    """A fresh folder gets the example on its ports, and a secret that only this user can read and that stays."""
    folder, base = DemoFolder(tmp_path / "demo"), free_base()
    folder.prepare(base)
    assert folder.base == base
    assert (folder.board, folder.phone) == (f"http://127.0.0.1:{base - 10}", f"http://127.0.0.1:{base + 30}")
    wiring = (folder.path / "watchbook.toml").read_text()
    assert f'listen = "127.0.0.1:{base - 10}"' in wiring and f"127.0.0.1:{base + 30}/page" in wiring
    secret = folder.path / "run" / "phone.secret"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600 and len(secret.read_text().strip()) == 64
    kept = secret.read_text()
    folder.prepare(base)
    assert secret.read_text() == kept


def test_the_ports_are_those_of_the_example() -> None:
    """Every distance of a port stands in the example's own list, counted from its first port."""
    listed = (example() / "shop" / "ports.py").read_text()
    wiring = (example() / "watchbook.toml").read_text()
    for name, distance in PORTS.items():
        text = wiring if name in ("the board", "the phone") else listed
        first = 8101 if name in ("shop-2", "shop-3") else 8100 + distance
        assert str(first) in text, name


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    """A folder with other content is never written to; a file is none."""
    (tmp_path / "work.txt").write_text("mine")
    with pytest.raises(ConflictError, match="not a demo's folder"):
        DemoFolder(tmp_path).prepare(free_base())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["work.txt"]
    with pytest.raises(ConflictError, match="not a demo's folder"):
        DemoFolder(tmp_path / "work.txt").prepare(free_base())


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    """The line says which part cannot have its port, and proposes others; nothing is copied."""
    base = free_base()
    with socket.socket() as other:
        other.bind(("127.0.0.1", base + PORTS["the cache"]))
        other.listen()
        with pytest.raises(ConflictError) as refusal:
            DemoFolder(tmp_path / "demo").prepare(base)
    assert f"the port of the cache ({base + 21}) is in use" in str(refusal.value)
    assert f"--ports {base + 10_000}" in str(refusal.value)
    assert not (tmp_path / "demo").exists()


@pytest.mark.parametrize("base", [0, 1033, 65_401, -8100])
def test_an_impossible_base_is_refused(tmp_path: Path, base: int) -> None:
    """Ports outside the range are refused before anything is written."""
    with pytest.raises(UsageError, match="1034 to 65400"):
        DemoFolder(tmp_path / "demo").prepare(base)


def test_a_process_is_known_by_more_than_its_pid(tmp_path: Path) -> None:
    """A started process is alive until it is ended; the same pid with another start time is somebody else's."""
    script = "import time; print('up', flush=True); time.sleep(60)"
    started = start([sys.executable, "-c", script], tmp_path, tmp_path / "log", dict(os.environ))
    assert started.alive()
    assert not Started(started.pid, "1").alive()
    end(Started(started.pid, "1"), grace_s=0.1)
    assert started.alive(), "a stranger with our pid was ended"
    end(started)
    assert not started.alive()


def test_a_process_that_will_not_end_is_killed(tmp_path: Path) -> None:
    """After the grace, a process that ignores being asked is killed."""
    script = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    started = start([sys.executable, "-c", script], tmp_path, tmp_path / "log", dict(os.environ))
    until = time.monotonic() + 10
    while "up" not in (tmp_path / "log").read_text():
        assert time.monotonic() < until
    end(started, grace_s=0.1)
    assert not started.alive()


def test_nothing_is_there_to_stop(tmp_path: Path) -> None:
    """Stopping where no demo is does nothing; breaking or playing there says how to start one."""
    demo = Demo(DemoFolder(tmp_path / "none"))
    assert demo.stop() is False
    with pytest.raises(UnreachableError, match="watchbook demo start"):
        demo.demand_running()


def test_a_demo_whose_watch_was_killed_can_still_be_broken(tmp_path: Path) -> None:
    """The shop runs, whoever watches it; a play wants somebody who watches."""
    base = free_base()
    folder = DemoFolder(tmp_path)
    folder.keep(base=base)
    demo = Demo(DemoFolder(tmp_path))
    page = ("127.0.0.1", demo.folder.base + PORTS["the balancer"])
    server = ThreadingHTTPServer(page, SimpleHTTPRequestHandler)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        demo.demand_running()
        with pytest.raises(UnreachableError, match="nobody watches the demo"):
            demo.demand_running(watched=True)
    finally:
        server.shutdown()
        server.server_close()
        serving.join()


def test_the_commands_refuse_in_one_line(tmp_path: Path) -> None:
    """Unknown plays and folders without a demo end with one line and a code of their own, without a traceback."""
    for arguments, code, says in (
        (["play", "flood"], 2, "there is no play “flood”. Choose from database, memory"),
        (["play", "database"], 1, "no demo runs here"),
        (["break", "database"], 1, "no demo runs here"),
        (["reset"], 1, "no demo runs here"),
    ):
        command = [sys.executable, "-m", "watchbook", "demo", *arguments, "--at", str(tmp_path / "none")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (code, ""), arguments
        assert says in done.stderr and len(done.stderr.splitlines()) == 1, done.stderr
