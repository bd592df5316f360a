"""Whatever is killed, and whenever: no step is repeated in silence, none is lost, no run is stuck, no secret is written.

`WATCHBOOK_KILLS` sets how many kills (100; `make chaos` does 1,000), `WATCHBOOK_SEED` the random choices.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from watchbook.world.shell.processes import is_alive
from watchbook.world.shell.record import last_event, read_record

HERE = Path(__file__).parent
KILLS = int(os.environ.get("WATCHBOOK_KILLS", "100"))
SEED = int(os.environ.get("WATCHBOOK_SEED", str(time.time_ns() % 1_000_000)))
SECRET = "correct-horse-battery-staple-7731"
STUCK_S = 30.0
STEPS = 20
MAY_REPEAT = {5, 10, 15}  # declared idempotent, or read-only
VICTIMS = (
    ("server",),
    ("shim",),
    ("shell",),
    ("server", "shim"),
    ("server", "shell"),
    ("server", "shim", "shell"),
)


@dataclass
class Nursery:
    """A process that forks servers."""

    process: "subprocess.Popen[str]"

    def start(self, root: Path) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{root} {SECRET}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """One for all runs; it and its servers are gone at the end."""
    environment = {**os.environ, "PYTHONPATH": f"{HERE}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    process = subprocess.Popen(
        [sys.executable, str(HERE / "crash_nursery.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    yield Nursery(process)
    assert process.stdin is not None
    process.stdin.close()
    process.wait(10)
    assert process.stdout is not None
    process.stdout.close()


@dataclass
class Trial:
    """One run of twenty steps under fire, and a person who looks before answering."""

    root: Path
    nursery: Nursery
    dice: random.Random
    server: int = 0
    kills: int = 0
    tally: Counter[str] = field(default_factory=Counter)
    retries: Counter[int] = field(default_factory=Counter)
    waved_through: set[int] = field(default_factory=set)  # answered "done" or "skip"

    def start_server(self) -> None:
        (self.root / "ready").unlink(missing_ok=True)
        self.server = self.nursery.start(self.root)
        self.wait_for(lambda: (self.root / "ready").exists() or self.over, "the server does not come up")

    @property
    def over(self) -> dict[str, str] | None:
        return _json(self.root / "over.json")

    def wait_for(self, condition: Callable[[], object], otherwise: str) -> None:
        """Waits for the condition; what a person is asked meanwhile is answered."""
        limit = time.monotonic() + STUCK_S
        while not condition():
            self.answer()
            if time.monotonic() > limit:
                log = (self.root / "server.log").read_text()[-3000:]
                pytest.fail(f"{otherwise} (seed {SEED}, {self.root}): {self.over} {log}")
            time.sleep(0.002)

    def answer(self) -> None:
        """What a careful person answers: looks at the effect of the step, then says retry or done."""
        asked = _json(self.root / "waiting.json")
        if asked is None or (self.root / "answers" / asked["id"]).exists():
            return
        number = int(asked["step"].rpartition("-")[2])
        before = self.lines(number)
        time.sleep(0.01)
        assert self.lines(number) == before, f"step {number} still acts while a person is asked (seed {SEED})"
        began, ended = before.count("begin"), before.count("end")
        said = (
            "done"
            if ended and ended == began
            else "retry"
            if not began
            else self.dice.choice(["retry", "done"])
        )
        self.tally[f"{asked['kind']}: {said}"] += 1
        if said == "retry":
            self.retries[number] += 1
        else:
            self.waved_through.add(number)
        draft = self.root / "answers" / f"{asked['id']}.draft"
        draft.write_text(said)
        draft.replace(self.root / "answers" / asked["id"])

    def run_under_fire(self) -> None:
        """Starts, is hit a few times at random moments, and must come to its end."""
        self.start_server()
        for _ in range(self.dice.randint(1, 8)):
            moment = time.monotonic() + self.dice.uniform(0.0, 0.12)
            self.wait_for(lambda at=moment: time.monotonic() >= at or self.over, "time stands still")
            if self.over:
                return
            self.kill(self.dice.choice(VICTIMS))
        self.wait_for(lambda: self.over, "the run is stuck")

    def kill(self, victims: tuple[str, ...]) -> None:
        """Kills what is alive of the victims; a server that was hit is started again."""
        hit = [name for name in victims if self._kill_one(name)]
        self.kills += len(hit)
        self.tally.update(hit)
        if "server" in hit:
            self.start_server()

    def _kill_one(self, name: str) -> bool:
        if name == "server":
            return _killed(self.server)
        events = [e for folder in (self.root / "data" / "runs").glob("*") for e in read_record(str(folder))]
        event = last_event(events, "supervisor" if name == "shim" else "started")
        if event is None or (name == "shell" and last_event(events, "ended", str(event["attempt"]))):
            return False
        pid, started = int(str(event["pid"])), int(str(event["started"]))
        return is_alive(pid, started) and _killed(pid)

    def lines(self, number: int) -> list[str]:
        try:
            return (self.root / "effects" / str(number)).read_text().splitlines()
        except FileNotFoundError:
            return []

    def judge(self) -> None:
        """Counts the effects of every step against what the person allowed."""
        assert self.over == {"state": "completed", "reason": "every step has ended well"}, (self.over, SEED)
        for number in range(1, STEPS + 1):
            began = self.lines(number).count("begin")
            allowed = 1 + self.retries[number]
            assert began >= 1 or number in self.waved_through, f"step {number} was lost (seed {SEED})"
            if number not in MAY_REPEAT:
                assert began <= allowed, f"step {number} ran {began} times, {allowed} allowed (seed {SEED})"
            assert number in self.waved_through or self.lines(number)[-1] == "end"
        self.search_for_secrets()

    def search_for_secrets(self) -> None:
        """Every byte under the data folder, the database's own files included."""
        for file in (self.root / "data").rglob("*"):
            if file.is_file():
                assert SECRET.encode() not in file.read_bytes(), f"a secret is in {file} (seed {SEED})"


def _json(path: Path) -> dict[str, str] | None:
    try:
        found: dict[str, str] = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    return found


def _killed(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    limit = time.monotonic() + 5
    while time.monotonic() < limit:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.0005)
    raise AssertionError(f"process {pid} does not end")


@pytest.mark.slow
@pytest.mark.crash
def test_kills_at_random_points(nursery: Nursery, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Server, shim, shell or several of them are killed over and over: effects are counted, and add up."""
    dice = random.Random(SEED)
    tally: Counter[str] = Counter()
    kills = runs = 0
    while kills < KILLS:
        runs += 1
        root = tmp_path / f"run-{runs}"
        for folder in ("data", "effects", "answers"):
            (root / folder).mkdir(parents=True)
        trial = Trial(root, nursery, dice)
        trial.run_under_fire()
        trial.judge()
        kills += trial.kills
        tally.update(trial.tally)
    with capsys.disabled():
        print(
            f"\n{kills} kills over {runs} runs (seed {SEED}): {dict(sorted(tally.items()))}; 0 repeated, 0 lost, 0 stuck"
        )
