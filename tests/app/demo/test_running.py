"""Starting the demo when something is in the way: one clear error, and nothing is left running."""

import os
import sys
from pathlib import Path

import pytest

from watchbook.app.demo.asking import status_of
from watchbook.app.demo.folder import PORTS, DemoFolder, in_use
from watchbook.app.demo.running import Demo
from watchbook.model.errors import UsageError, WatchbookError


def test_a_missing_program_is_named_before_anything_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not installed is named, and no folder is made."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="the demo needs bash, curl, setsid"):
        Demo(DemoFolder(tmp_path / "demo")).start(None, print)
    assert not (tmp_path / "demo").exists()


@pytest.mark.slow
def test_what_was_started_is_stopped_when_watchbook_does_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When Watchbook ends at once, its last words are the error, and shop and phone are ended again."""
    base = next(
        base
        for base in range(15_000 + os.getpid() % 300 * 50, 32_000, 50)
        if not any(in_use(base + distance) for distance in PORTS.values())
    )
    monkeypatch.setattr(
        Demo, "_watchbook", lambda _: [sys.executable, "-c", "import sys; sys.exit('out of luck')"]
    )
    demo = Demo(DemoFolder(tmp_path / "demo"))
    said: list[str] = []
    with pytest.raises(WatchbookError, match="watchbook ended: out of luck"):
        demo.start(base, said.append)
    assert [line.split()[0] for line in said] == ["shop", "phone"]
    assert [status_of(f"http://127.0.0.1:{base + distance}/health") for distance in PORTS.values()] == [
        0
    ] * len(PORTS)
    assert not any(program.running for program in demo.programs())
