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


def _run(at: Path, *more: str) -> "subprocess.CompletedProcess[str]":
    command = "-m watchbook run Deploy -p version=1.2 --runbook RUNBOOK.md".split()
    return subprocess.run(
        [sys.executable, *command, *more],
        cwd=at,
        env={name: value for name, value in os.environ.items() if name != "WATCHBOOK_DATA"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _dry_run(at: Path) -> subprocess.CompletedProcess[str]:
    done = _run(tmp_path)
    assert done.returncode == 130
    assert "left. The run stands still; the next `watchbook up`" in done.stderr
    assert "Traceback" not in done.stderr
