"""kill -9 in the middle of writing: what was answered is there, nothing is torn, the chain holds."""

import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from watchbook.model.paging import Climb, Notice
from watchbook.store import records
from watchbook.store.journal import Wanted, read, verify
from watchbook.store.store import Reader

PROGRAM = Path(__file__).parent / "programs" / "writes_until_killed.py"


def _killed_after(database: Path, first: int, lines: int, delay_s: float) -> list[str]:
    """Run the writing program, kill it after that many answers and a little more; the answers that came out."""
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM), str(database), str(first)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    answered = [process.stdout.readline().strip() for _ in range(lines)]
    killing = threading.Timer(delay_s, process.kill)
    killing.start()
    answered += [line.strip() for line in process.stdout if line.endswith("\n")]
    assert process.wait() == -signal.SIGKILL
    process.stdout.close()
    killing.join()
    assert answered[0] == "open"
    return answered[1:]


@pytest.mark.slow
@pytest.mark.crash
def test_nothing_is_torn_and_nothing_answered_is_lost(tmp_path: Path) -> None:
    """Killed at random points, again and again on the same file: every answered decision is whole and the chain verifies."""
    database = tmp_path / "watchbook.sqlite"
    dice = random.Random(34)
    answered: set[str] = set()
    for round_ in range(8):
        answered |= set(
            _killed_after(database, round_ * 1_000_000, dice.randint(1, 300), dice.random() * 0.05)
        )
        reader = Reader(database)
        notices = reader.read_now(lambda connection: records.load(connection, Notice, {}))
        climbs = reader.read_now(lambda connection: records.load(connection, Climb, {}))
        entries = reader.read_now(lambda connection: read(connection, Wanted()))
        reader.close()
        written = {notice.key for notice in notices}
        assert answered <= written
        assert written == {climb.episode for climb in climbs}
        for kind in ("a", "b"):
            said = [entry.summary for entry in entries if entry.kind == kind]
            assert len(said) == len(written) and set(said) == written
        assert verify(entries) is None
    assert len(answered) > 8
