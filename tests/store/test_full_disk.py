"""A disk that is full, files that are read-only: told at once in one line, and all is well once they can be written."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parent / "programs" / "meets_a_full_disk.py"


def _own_disk(folder: Path) -> list[str] | None:
    """A command prefix that runs a program with a file system of 1 MB at `folder`; None where the kernel forbids it."""
    mounting = f'mount -t tmpfs -o size=1m none "{folder}" && exec "$0" "$@"'
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mounting]
    try:
        allowed = (
            subprocess.run([*command, "true"], check=False, capture_output=True, timeout=20).returncode == 0
        )
    except OSError:
        return None
    return command if allowed else None


def _told(folder: Path, means: str, prefix: list[str]) -> dict[str, object]:
    command = [*prefix, sys.executable, str(PROGRAM), str(folder), means]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    told: dict[str, object] = json.loads(done.stdout)
    return told


@pytest.mark.slow
@pytest.mark.parametrize("means", ["tmpfs", "limit"])
def test_a_full_disk(tmp_path: Path, means: str) -> None:
    """Both a file system without space and a kernel that refuses writes: told within 2 s, kept pages written later.

    Where this machine lets nobody mount a small file system, the refusing kernel stands for both.
    """
    folder = tmp_path / "data"
    folder.mkdir()
    prefix = _own_disk(folder) if means == "tmpfs" else []
    told = _told(folder, means if prefix is not None else "limit", prefix or [])
    words = "the disk is full" if means == "tmpfs" and prefix is not None else "the disk did not take a write"
    for who in ("ordinary", "page"):
        assert words in told[who]["said"]  # type: ignore[index]
        assert "\n" not in told[who]["said"]  # type: ignore[index]
        assert told[who]["after_s"] < 2.2  # type: ignore[index]
    assert words in str(told["problem"])
    assert told["readable"] == ["before"]
    assert told["afterwards"] == ["before", "during"]
    assert told["broken"] == "None"
    assert (told["still_stuck"], told["lost"]) == (False, 0)
    assert told["kinds"] == ["page", "page"]
    if words == "the disk is full":
        assert told["spooled_in"] == "elsewhere"
        assert (told["spooled"], told["left_in_spool"]) == (["during"], 0)
    else:
        assert told["spooled_in"] is None  # no place at all takes a line: the page goes out all the same


def test_files_that_became_read_only(tmp_path: Path) -> None:
    """Callers are told that the database is read-only; the page is written as soon as it is not, the climb never."""
    folder = tmp_path / "data"
    folder.mkdir()
    program = PROGRAM.parent / "meets_a_read_only_file.py"
    done = subprocess.run(
        [sys.executable, str(program), str(folder)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    for who in ("page", "climb"):
        assert "the database cannot be written: it is read-only" in told[who]
    assert told["after_s"] < 2.2
    assert told["notices"] == ["before", "during"]
    assert (told["climbs"], told["problem"], told["lost"]) == (0, "None", 0)
