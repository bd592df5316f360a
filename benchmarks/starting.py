"""How soon Watchbook is there: the command line's short commands, and `up` until it answers and probes.

Every process is the installed wheel's. Wall time counts from before the process is made until it has ended or answered.
"""

import http.client
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks import peers
from benchmarks.figure import Figure
from benchmarks.installed import ROOT, Installed
from benchmarks.machine import cpu_s, resident_mib
from benchmarks.processes import standing_watch, time_often
from benchmarks.stub import Stub, stubbed

SHOP = ROOT / "examples" / "01-shop" / "RUNBOOK.md"
RUNS = 15
STARTS = 7
SERVICES = 100
SETTLE_S = 20.0


def short_commands(installed: Installed) -> list[Figure]:
    """`--version` and `check`, whole processes."""
    lines = len(SHOP.read_text().splitlines())
    bare_wall, bare_cpu = time_often([installed.python, "-c", "pass"], RUNS)
    bare = Figure("bare Python, for comparison (`python -c pass`)", "ms", bare_wall, cpu=bare_cpu)
    version_wall, version_cpu = time_often([installed.watchbook, "--version"], RUNS)
    check_wall, check_cpu = time_often([installed.watchbook, "check", "--no-cache", SHOP], RUNS)
    peer = peers.short_command(RUNS)
    return [
        bare,
        Figure("`watchbook --version`, whole process", "ms", version_wall, 100, cpu=version_cpu, peer=peer),
        Figure(
            f"`watchbook check --no-cache` of a runbook of {lines} lines, whole process",
            "ms",
            check_wall,
            300,
            cpu=check_cpu,
        ),
    ]


def start_of_up(installed: Installed) -> list[Figure]:
    """`up` over the shop's runbook, until `/health` answers 200 and the service was probed."""
    answered, probed, cpu, later = [], [], [], []
    with tempfile.TemporaryDirectory() as scratch, stubbed() as stub:
        folder = Path(scratch)
        runbook = _over(stub, folder / "RUNBOOK.md", SHOP.read_text())
        for number in range(STARTS + 1):
            health_s, probe_s, used_s = _one_start(installed, runbook, folder / f"data-{number}", stub)
            if number:  # the first one fills the disk caches
                answered.append(1000 * health_s)
                probed.append(1000 * probe_s)
                cpu.append(1000 * used_s)
        for _ in range(STARTS):
            health_s, probe_s, _ = _one_start(installed, runbook, folder / "data-0", stub)
            later.append(1000 * max(health_s, probe_s))
    both = tuple(max(pair) for pair in zip(answered, probed, strict=True))
    return [
        Figure(
            "`up`: `/health` answers and probes have run (new data folder)",
            "ms",
            both,
            1500,
            cpu=tuple(cpu),
            note="the slower of the two",
        ),
        Figure("`up`: `/health` answers", "ms", tuple(answered)),
        Figure("`up`: the first probe has reached the service", "ms", tuple(probed)),
        Figure("`up` over a data folder that is there already", "ms", tuple(later), 1500),
    ]


def _one_start(installed: Installed, runbook: Path, data: Path, stub: Stub) -> tuple[float, float, float]:
    """Seconds to `/health`, seconds to the first probe, CPU seconds used until both."""
    asked_before = stub.asked()
    port = stub.free_port()
    with standing_watch(installed, [runbook], data, f"127.0.0.1:{port}") as server:
        health_s = probe_s = 0.0
        while not (health_s and probe_s):
            now_s = time.perf_counter() - server.began
            if server.process.poll() is not None or now_s > 30:
                raise RuntimeError(f"watchbook up did not start; see {data.parent / 'up.log'}")
            if not probe_s and stub.asked() > asked_before:
                probe_s = time.perf_counter() - server.began
            if not health_s and _is_healthy(port):
                health_s = time.perf_counter() - server.began
            time.sleep(0.002)
        return health_s, probe_s, cpu_s(server.process.pid)


def _is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def many_runbooks(installed: Installed) -> list[Figure]:
    """Memory and idle CPU of `up` with a hundred runbooks, and how fast `/health` answers beside them."""
    with tempfile.TemporaryDirectory() as scratch, stubbed() as stub:
        folder = Path(scratch)
        text = SHOP.read_text().replace(" every 2s", " every 15s").replace(", every 2s", ", every 15s")
        for number in range(SERVICES):
            named = text.replace("**Service:** Shop", f"**Service:** Shop {number}")
            _over(stub, folder / f"runbook-{number}.md", named)
        with standing_watch(installed, [folder], folder / "data") as server:
            url = server.greeted()
            greeted_s = time.perf_counter() - server.began
            time.sleep(SETTLE_S)  # every check has been asked at least once, and series are kept
            used_s, memory = cpu_s(server.process.pid), resident_mib(server.process.pid)
            latencies = health_latencies(url, 300)
            share = 100 * (cpu_s(server.process.pid) - used_s) / (300 * 0.02 + sum(latencies) / 1000)
    return [
        Figure(f"memory of `up` with {SERVICES} runbooks of the shop's size", "MiB", (memory,), 200),
        Figure(
            f"CPU of `up` with {SERVICES} runbooks, checks every 15 s",
            "% of a core",
            (share,),
            note=f"started in {greeted_s:.1f} s; {SERVICES} × 8 checks and scrapes",
        ),
        Figure(f"`/health` latency beside {SERVICES} runbooks, p95", "ms", tuple(latencies), 100, share=0.95),
    ]


def health_latencies(url: str, count: int) -> list[float]:
    """Milliseconds of `count` requests for `/health`, one after another, each 20 ms after the last."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    took = []
    for _ in range(count):
        began = time.perf_counter()
        connection.request("GET", "/health")
        connection.getresponse().read()
        took.append(1000 * (time.perf_counter() - began))
        time.sleep(0.02)
    connection.close()
    return took


def _over(stub: Stub, path: Path, text: str) -> Path:
    """The shop's runbook with every address that of the stub."""
    import re

    addressed = re.sub(r"127\.0\.0\.1:8\d{3}", f"127.0.0.1:{stub.port}", text)
    path.write_text(addressed.replace("`run/production.json`", f"http://127.0.0.1:{stub.port}"))
    return path
