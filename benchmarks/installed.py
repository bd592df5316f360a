"""Watchbook as a user has it: a wheel of this tree in a virtual environment of its own, with bytecode.

Called once a session of measuring. An editable checkout would be compiled anew at every start where
PYTHONDONTWRITEBYTECODE is set. Dependencies are shared with the environment that runs this, through one `.pth` line,
so that nothing is downloaded.
"""

import os
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Installed:
    """The environment: its folder, interpreter and program."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def watchbook(self) -> Path:
        return self.folder / "bin" / "watchbook"


def environment() -> dict[str, str]:
    """What measured processes see: the ordinary environment without Python's switches."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def install(folder: Path) -> Installed:
    """Builds the wheel from this tree and installs it below `folder`. Raises CalledProcessError."""
    wheels, place = folder / "wheel", folder / "venv"
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    _call([*pip, "wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(wheels), str(ROOT)])
    venv.create(place, with_pip=False, symlinks=True)
    made = Installed(place)
    wheel = next(wheels.glob("watchbook-*.whl"))
    install = ["install", "--no-deps", "--no-index", "--compile", str(wheel)]
    _call([*pip, "--python", str(made.python), *install])
    site = next((place / "lib").glob("python3*")) / "site-packages"
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return made


def _call(command: list[str]) -> None:
    subprocess.run(command, check=True, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL)
