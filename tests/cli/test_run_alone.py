"""`watchbook run --dry-run` from a file: it needs no data folder, and leaves none."""

import os
import subprocess
import sys
from pathlib import Path

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


def _dry_run(at: Path) -> subprocess.CompletedProcess[str]:
    called = [
        sys.executable,
        "-m",
        "watchbook",
        "run",
        "Deploy",
        "-p",
        "version=1.2",
        "--dry-run",
        "--runbook",
        "RUNBOOK.md",
    ]
    environment = {name: value for name, value in os.environ.items() if name != "WATCHBOOK_DATA"}
    return subprocess.run(
        called, cwd=at, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_dry_run_leaves_nothing_behind(tmp_path: Path) -> None:
    """The plan is shown with its value; no data folder appears beside the runbook."""
    (tmp_path / "RUNBOOK.md").write_text(RUNBOOK)
    done = _dry_run(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "./deploy.sh 1.2" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["RUNBOOK.md"]


def test_a_dry_run_works_beside_a_server(tmp_path: Path) -> None:
    """A data folder that another process owns is neither needed nor waited for."""
    (tmp_path / "RUNBOOK.md").write_text(RUNBOOK)
    owned = folder.take(tmp_path / ".watchbook")
    try:
        done = _dry_run(tmp_path)
    finally:
        owned.close()
    assert done.returncode == 0, done.stderr
    assert "./deploy.sh 1.2" in done.stdout


def test_a_run_that_is_left_says_where_it_waits(tmp_path: Path) -> None:
    """Nobody answers (no terminal): nothing was executed, and one line says what takes the run over."""
    (tmp_path / "RUNBOOK.md").write_text(RUNBOOK)
    called = [sys.executable, "-m", "watchbook", "run", "Deploy", "-p", "version=1.2", "--runbook", "RUNBOOK.md"]
    environment = {name: value for name, value in os.environ.items() if name != "WATCHBOOK_DATA"}
    done = subprocess.run(
        called, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL
    )  # fmt: skip
    assert done.returncode == 130
    assert "left. The run stands still; the next `watchbook up`" in done.stderr
    assert "Traceback" not in done.stderr
