"""Pages while the disk is full or read-only: they leave, are spooled elsewhere, and are recorded afterwards (rule 14)."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).parent / "programs" / "meets_a_bad_disk.py"


def _own_disk(folder: Path) -> list[str] | None:
    """A command prefix that gives a program a file system of 1 MB at `folder`; None where the kernel forbids it."""
    mounting = f'mount -t tmpfs -o size=1m none "{folder}" && exec "$0" "$@"'
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mounting]
    try:
        done = subprocess.run([*command, "true"], check=False, capture_output=True, timeout=20)
    except OSError:
        return None
    return command if done.returncode == 0 else None


@pytest.mark.slow
@pytest.mark.parametrize("means", ["full", "readonly", "limit"])
async def test_page_leaves_past_a_bad_disk(receiver: Any, tmp_path: Path, means: str) -> None:
    """Where this machine lets nobody mount a file system, a kernel that refuses every write stands for all three."""
    folder, elsewhere = tmp_path / "data", tmp_path / "elsewhere"
    folder.mkdir()
    prefix = _own_disk(folder) if means != "limit" else []
    means = means if prefix is not None else "limit"
    command = [
        *(prefix or []),
        sys.executable,
        str(PROGRAM),
        str(folder),
        str(elsewhere),
        receiver.url,
        means,
    ]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, err.decode()
    seen = json.loads(out)
    names = ["before", "during", *(["later"] if means == "readonly" else [])]
    assert [page["summary"].removeprefix("[not recorded] ") for page in receiver.got] == names
    assert [page.get("recorded", True) for page in receiver.got] == [True] + [False] * (len(names) - 1)
    assert (seen["before"], seen["during"]) == (True, False)
    if means == "readonly":
        assert (seen["remounted"], seen["later"]) == (True, False)
        assert "read-only" in seen["health"]["problem"] or "cannot be opened" in seen["health"]["problem"]
    assert seen["after_s"] < 4.0 * (len(names) - 1)
    assert seen["health"]["recording"] is False
    assert seen["health"]["problem"]
    assert seen["health"]["unrecorded"] == len(names) - 1
    assert seen["spooled"] == (len(names) - 1 if means == "full" else 0 if means == "limit" else 1)
    assert seen["rows"] == sorted(f"{name} sent" for name in names)
    assert (seen["left"], seen["recording"], seen["broken"]) == ([0, 0], True, "None")
