"""`watchbook run` from a file: a dry run needs no data folder and leaves none; a run that is left says where it waits."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from watchbook.store import folder

RUNBOOK = """# Shop
**Service:** Shop
## Deployment
**Deploy:**
```bash
# Deploy
./deploy.sh <version>
```
"""
COMMAND = ["-m", "watchbook", "run", "Deploy", "-p", "version=1.2", "--runbook", "RUNBOOK.md"]


def _run(at: Path, *more: str) -> "subprocess.CompletedProcess[str]":
    (at / "RUNBOOK.md").write_text(RUNBOOK)
    return subprocess.run(
        [sys.executable, *COMMAND, *more],
        cwd=at,
        env={name: value for name, value in os.environ.items() if name != "WATCHBOOK_DATA"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.slow
def test_a_dry_run_leaves_nothing_behind(tmp_path: Path) -> None:
    """The plan is shown with its value; no data folder appears beside the runbook."""
    done = _run(tmp_path, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "./deploy.sh 1.2" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["RUNBOOK.md"]


@pytest.mark.slow
def test_a_dry_run_works_beside_a_server(tmp_path: Path) -> None:
    """A data folder that another process owns is neither needed nor waited for."""
    owned = folder.take(tmp_path / ".watchbook")
    try:
        done = _run(tmp_path, "--dry-run")
    finally:
        owned.close()
    assert done.returncode == 0, done.stderr
    assert "./deploy.sh 1.2" in done.stdout


@pytest.mark.slow
def test_a_run_that_is_left_says_where_it_waits(tmp_path: Path) -> None:
    """Nobody answers (no terminal): nothing was executed, and one line says what takes the run over."""
    done = _run(tmp_path)
    assert done.returncode == 130
    assert "left. The run stands still; the next `watchbook up`" in done.stderr
    assert "Traceback" not in done.stderr
