"""Every fault of the site behind nginx, watched by Watchbook: detected, paged, diagnosed, mended, resolved.

Nothing is known to Watchbook but the example's own runbook; only the wiring differs from the example's, so that a phone
receives the pages instead of the console.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.programs import require_program

from watchbook.app.demo.asking import ask, status_of
from watchbook.app.demo.folder import in_use
from watchbook.app.demo.playing import Performance, Stage
from watchbook.app.demo.plays import Play
from watchbook.app.demo.processes import Started, end, start

pytestmark = [pytest.mark.play, pytest.mark.slow]

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "02-nginx"
PHONE = """
[channels.phone]
kind = "webhook"
url = "http://127.0.0.1:{port}/page"
secret = "file:run/phone.secret"

[contacts]
"Jonas Weber" = ["phone"]
"Mira Sandoval" = ["phone"]
"Lena Fischer" = ["phone"]
"Sam Okafor" = ["phone"]

[rooms]
"#web" = ["phone"]
"#incidents" = ["phone"]
"""


def play(fault: str, alert: str, cause: str, remedy: str) -> Play:
    """A play of the site."""
    return Play(fault, fault, alert, cause, remedy, person="Jonas Weber", service="site")


PLAYS = {
    one.fault: one
    for one in (
        play("nginx", "Front Door Closed", "nginx stopped", "./nginx.sh start"),
        play("one-upstream", "Upstream Lost", "Upstream 2 stopped", "./upstream.sh start 2"),
        play("both-upstreams", "Site Down", "Both upstreams stopped", "./upstream.sh start 1 2"),
        play("certificate", "Certificate Ending", "Certificate near its end", "./certificate.sh renew"),
    )
}


class Site:
    """A copy of the example that runs, with a phone and Watchbook beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.base = folder, free_base()
        self.started: list[Started] = []

    def start(self) -> None:
        """Starts everything; what was started is ended by `stop`, also when this fails."""
        folder = self.folder
        subprocess.run([sys.executable, EXAMPLE / "copy_site.py", folder, str(self.base)], check=True)
        self.script("./site.sh start")
        (folder / "run" / "phone.secret").write_text("a secret of the test")
        wiring = (folder / "watchbook.toml").read_text().partition("[channels.")[0]
        (folder / "watchbook.toml").write_text(wiring + PHONE.format(port=self.base + 30))
        phone = ["-m", "watchbook.app.demo.phone", "--folder", str(folder), "--port", str(self.base + 30)]
        self.launch("phone", phone, f"http://127.0.0.1:{self.base + 30}/health")
        self.launch("watchbook", ["-m", "watchbook", "up", "RUNBOOK.md"], f"{self.board}/health")

    @property
    def board(self) -> str:
        """Watchbook's address."""
        return f"http://127.0.0.1:{self.base + 40}"

    def launch(self, name: str, arguments: list[str], health: str) -> None:
        """Starts a program of Watchbook's, and waits until it answers."""
        environment = {key: value for key, value in os.environ.items() if key != "WATCHBOOK_DATA"}
        log = self.folder / "logs" / f"{name}.log"
        self.started.append(start([sys.executable, *arguments], self.folder, log, environment))
        until = time.monotonic() + 20
        while status_of(health) != 200:
            assert self.started[-1].alive() and time.monotonic() < until, log.read_text()
            time.sleep(0.05)

    def script(self, command: str) -> str:
        """Runs one of the site's scripts, which must succeed."""
        environment = {**os.environ, "SITE_PYTHON": sys.executable}
        done = subprocess.run(
            command.split(),
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def stop(self) -> None:
        """Ends everything."""
        for started in reversed(self.started):
            end(started)
        self.script("./site.sh stop")

    # As a play needs it

    def demand_running(self, *, watched: bool = False) -> None:
        """Everything was started by this test."""
        assert all(started.alive() for started in self.started)

    def broken(self) -> list[str]:
        """The faults that are on now."""
        return [line for line in self.script("./faults.sh status").split() if line != "none"]

    def break_it(self, fault: str) -> None:
        """Breaks it."""
        self.script(f"./faults.sh {fault}")

    def reset(self) -> None:
        """Puts everything right."""
        self.script("./faults.sh reset")

    def healthy(self) -> str:
        """What customers get, once nothing is broken."""
        if self.broken() or status_of(f"http://127.0.0.1:{self.base}/health") != 200:
            return ""
        return "nginx answers 200"

    def pages(self, after: int, wait_s: float = 0.0) -> list[dict[str, Any]]:
        """The pages that the phone got."""
        asked = f"http://127.0.0.1:{self.base + 30}/pages?after={after}&wait={wait_s}"
        found: list[dict[str, Any]] = ask(asked, timeout_s=wait_s + 5)["pages"]
        return found


def free_base() -> int:
    """The first of fifty free ports in a row, below the range that the kernel hands out."""
    for base in range(14_000 + os.getpid() % 300 * 50, 32_000, 50):
        if not any(in_use(base + distance) for distance in (0, 1, 2, 10, 30, 40)):
            return base
    pytest.fail("no free ports")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that is watched, for all plays."""
    require_program("nginx")
    require_program("openssl")
    running = Site(tmp_path_factory.mktemp("site"))
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.mark.parametrize("fault", PLAYS)
def test_play(site: Site, fault: str) -> None:
    """The fault is paged to the right person with its own alert, its cause confirmed, its remedy run, all resolved."""
    stages: list[Stage] = []
    outcome = Performance(site, PLAYS[fault], stages.append).perform()
    told = "\n".join(f"+{stage.at_s} s {stage.says}" for stage in stages)
    assert outcome.passed, f"{outcome.problem}\n{told}"
