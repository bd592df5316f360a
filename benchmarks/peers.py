"""Other programs that do one of these things, where this machine has them. Nothing is installed for it.

Debian's `prometheus-alertmanager` and `prometheus-blackbox-exporter`, and `ansible` and `pyinfra` of PyPI, found on PATH.
A peer that is not there is said so in the table.
"""

import asyncio
import contextlib
import http.client
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figure import Peer
from benchmarks.installed import environment
from benchmarks.machine import cpu_s
from benchmarks.processes import time_often
from benchmarks.scene import serving
from benchmarks.stub import Stub

ALERTMANAGER = ("prometheus-alertmanager", "alertmanager")
BLACKBOX = ("prometheus-blackbox-exporter", "blackbox_exporter")
_ALERTMANAGER_SETTINGS = """route:
  receiver: phone
  group_by: [alertname]
  group_wait: 0s
  group_interval: 1m
receivers:
- name: phone
  webhook_configs:
  - url: {phone}/alert
    send_resolved: false
"""
_BLACKBOX_SETTINGS = """modules:
  healthy:
    prober: http
    http:
      fail_if_body_not_matches_regexp: ['"status": "healthy"']
"""


class NotStartedError(Exception):
    """A peer that is there and does not run here: the table says so, the measuring goes on."""


def found(names: tuple[str, ...]) -> str | None:
    """The first of these programs that is on PATH."""
    return next((path for name in names if (path := shutil.which(name))), None)


def _missing(name: str, why: str = "not on this machine") -> Peer:
    return Peer(name, missing=why)


def short_command(runs: int) -> Peer:
    """The version of a tool that runs steps."""
    for name in ("pyinfra", "ansible"):
        if shutil.which(name):
            return Peer(f"`{name} --version`", time_often([name, "--version"], runs)[0])
    return _missing("pyinfra, ansible")


def ansible_step(count: int) -> Peer:
    """Milliseconds of one `command` step of ansible on this machine, its start not counted."""
    if not shutil.which("ansible-playbook"):
        return _missing("ansible")
    tasks = [{"command": "true"} for _ in range(count)]
    with tempfile.TemporaryDirectory() as scratch:
        took = []
        for wanted in (tasks[:1], tasks):
            play = Path(scratch) / f"{len(wanted)}.json"
            play.write_text(
                json.dumps(
                    [{"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": wanted}]
                )
            )
            took.append(time_often(["ansible-playbook", "-i", "localhost,", play], 1)[0][0])
    return Peer("ansible `command`", ((took[1] - took[0]) / (count - 1),))


@contextlib.contextmanager
def _running(command: list[str], port: int, directory: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A peer's server, ended by its pid. Ready once its port answers."""
    process = subprocess.Popen(
        command, cwd=directory, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        ends_at = time.monotonic() + 20
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > ends_at:
                raise NotStartedError
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        process.wait(20)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/-/ready" if port else "/")
        return connection.getresponse().status in (200, 404)
    except OSError:
        return False
    finally:
        connection.close()


def blackbox_probe(stub: Stub, count: int) -> Peer:
    """CPU microseconds of one HTTP probe by blackbox_exporter."""
    program = found(BLACKBOX)
    if program is None:
        return _missing("blackbox_exporter")
    try:
        return Peer("blackbox_exporter", _through_blackbox(program, stub, count))
    except NotStartedError:
        return _missing("blackbox_exporter", "did not start")


def _through_blackbox(program: str, stub: Stub, count: int) -> tuple[float, ...]:
    port = stub.free_port()
    with tempfile.TemporaryDirectory() as scratch:
        settings = Path(scratch) / "blackbox.yml"
        settings.write_text(_BLACKBOX_SETTINGS)
        command = [program, f"--config.file={settings}", f"--web.listen-address=127.0.0.1:{port}"]
        with _running(command, port, Path(scratch)) as process:
            target = f"/probe?module=healthy&target=http://127.0.0.1:{stub.port}/health"
            samples = []
            for _ in range(3):
                before = cpu_s(process.pid)
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
                for _ in range(count):
                    connection.request("GET", target)
                    if b"probe_success 1" not in connection.getresponse().read():
                        raise RuntimeError("blackbox_exporter finds the stub ill")
                connection.close()
                samples.append(1e6 * (cpu_s(process.pid) - before) / count)
    return tuple(samples)


async def alertmanager_pages(count: int) -> Peer:
    """Milliseconds from an alert's POST to the webhook it causes, through Alertmanager with `group_wait: 0s`."""
    program = found(ALERTMANAGER)
    if program is None:
        return _missing("Alertmanager")
    received: dict[str, float] = {}
    news = asyncio.Event()

    async def alert(request):  # type: ignore[no-untyped-def]
        from aiohttp import web

        at = time.perf_counter()
        for one in (await request.json())["alerts"]:
            received[one["labels"]["alertname"]] = at
        news.set()
        return web.Response()

    async with serving("POST", {"/alert": alert}) as url:
        with tempfile.TemporaryDirectory() as scratch:
            try:
                return await _through_alertmanager(program, Path(scratch), url, received, news, count)
            except NotStartedError:
                return _missing("Alertmanager", "did not start")


async def _through_alertmanager(
    program: str, folder: Path, url: str, received: dict[str, float], news: asyncio.Event, count: int
) -> Peer:
    import aiohttp

    port = Stub.free_port()
    (folder / "alertmanager.yml").write_text(_ALERTMANAGER_SETTINGS.format(phone=url))
    command = [
        program,
        f"--config.file={folder / 'alertmanager.yml'}",
        f"--storage.path={folder}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    samples = []
    with _running(command, port, folder):
        async with aiohttp.ClientSession() as session:
            for number in range(count + 3):
                name = f"Alert{number}"
                began = time.perf_counter()
                body = [{"labels": {"alertname": name, "severity": "critical"}}]
                async with session.post(f"http://127.0.0.1:{port}/api/v2/alerts", json=body) as answer:
                    answer.raise_for_status()
                async with asyncio.timeout(10):
                    while name not in received:
                        news.clear()
                        await news.wait()
                if number >= 3:
                    samples.append(1000 * (received[name] - began))
                await asyncio.sleep(0.05)
    return Peer("Alertmanager", tuple(samples))
