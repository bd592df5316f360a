"""The demo out of a built wheel: the example travels inside, and its copy starts."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]


def test_the_wheel_carries_the_example(tmp_path: Path) -> None:
    """From an unpacked wheel alone, the shop is found, copied to other ports, and its scripts can be run."""
    building = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")]
    subprocess.run(building, cwd=ROOT, check=True, capture_output=True, timeout=60)
    installed = tmp_path / "installed"
    with zipfile.ZipFile(next((tmp_path / "dist").glob("*.whl"))) as wheel:
        names = wheel.namelist()
        wheel.extractall(installed)
    litter = ("/run/", "/logs/", "/data/", "/tls/", "__pycache__", ".watchbook")
    assert not [name for name in names if "examples/" in name and any(part in name for part in litter)]

    script = (
        "from pathlib import Path; import sys; from watchbook.app.demo.folder import DemoFolder, example;"
        "print(example()); DemoFolder(Path(sys.argv[1])).prepare(31_000)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "demo")],
        env={"PYTHONPATH": str(installed), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(installed / "watchbook" / "examples" / "01-shop")
    listed = subprocess.run(
        [tmp_path / "demo" / "faults.sh", "list"], capture_output=True, text=True, check=True
    )
    assert "database" in listed.stdout
    assert "http://127.0.0.1:31000" in (tmp_path / "demo" / "RUNBOOK.md").read_text()
