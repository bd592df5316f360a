"""The demo's folder: where the copy of the shop, the phone's file and the marks of running processes are.

Called by the other modules of `app.demo`. It copies and remembers; it starts nothing.
"""

import json
import secrets
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from watchbook.model.errors import ConflictError, UsageError

MARK = "demo.json"
ORDINARY_BASE = 8100
# Ports by name, as distances from the base; `copy_shop.py` of the example states the rule.
PORTS = {
    "the board": -10,
    "the balancer": 0,
    "shop-1": 1,
    "shop-2": 2,
    "shop-3": 3,
    "staging": 10,
    "staging's database": 19,
    "the database": 20,
    "the cache": 21,
    "the payment API": 22,
    "the phone": 30,
}


def example() -> Path:
    """The shop: beside the sources in a checkout, inside the package in an installed wheel."""
    package = Path(__file__).resolve().parents[2]
    for place in (package.parents[1] / "examples", package / "examples"):
        if (place / "01-shop" / "copy_shop.py").is_file():
            return place / "01-shop"
    raise UsageError("the example 01-shop is missing from this installation", mend="Install Watchbook again.")


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """A folder that holds, or will hold, a demo."""

    path: Path

    @property
    def base(self) -> int:
        """The port that stands for 8100."""
        return int(self.kept().get("base", ORDINARY_BASE))

    def url(self, distance: int) -> str:
        """The address of a program by its port's distance from the base."""
        return f"http://127.0.0.1:{self.base + distance}"

    @property
    def board(self) -> str:
        """Watchbook's address."""
        return self.url(PORTS["the board"])

    @property
    def phone(self) -> str:
        """The phone's address."""
        return self.url(PORTS["the phone"])

    @property
    def shop(self) -> str:
        """The shop's address, which is its balancer's."""
        return self.url(PORTS["the balancer"])

    def kept(self) -> dict[str, Any]:
        """What is remembered of the demo; empty where there is none."""
        try:
            kept = json.loads((self.path / MARK).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return kept if isinstance(kept, dict) else {}

    def keep(self, **changes: Any) -> None:
        """Remembers values, beside those that are there."""
        beside = self.path / f".{MARK}.new"
        beside.write_text(json.dumps({**self.kept(), **changes}, indent=2) + "\n", encoding="utf-8")
        beside.replace(self.path / MARK)

    def prepare(self, base: int) -> None:
        """Copies the shop on these ports, and makes the phone's secret. Raises `ConflictError`, `UsageError`.

        A folder that is in use for something else is refused; one that held a demo keeps its data.
        """
        if not 1034 <= base <= 65_400:
            raise UsageError(f"a port base must be 1034 to 65400, not {base}", mend="Choose --ports 18100.")
        if self.path.exists() and not self.kept() and (not self.path.is_dir() or any(self.path.iterdir())):
            raise ConflictError(
                "this is not a demo's folder, and it is not empty",
                where=str(self.path),
                mend="Choose --at FOLDER.",
            )
        taken = [f"{name} ({base + distance})" for name, distance in PORTS.items() if in_use(base + distance)]
        if taken:
            raise ConflictError(
                f"the port of {', '.join(taken)} is in use",
                mend=f"Stop what listens there, or choose other ports: --ports {base + 10_000}.",
            )
        copying = [sys.executable, str(example() / "copy_shop.py"), str(self.path), str(base)]
        copied = subprocess.run(copying, capture_output=True, text=True, check=False)
        if copied.returncode != 0:
            last = (copied.stderr or copied.stdout).strip().splitlines()
            raise ConflictError(
                f"the example cannot be copied: {last[-1] if last else 'no reason given'}",
                where=str(self.path),
            )
        (self.path / "run").mkdir(exist_ok=True)
        (self.path / "logs").mkdir(exist_ok=True)
        secret = self.path / "run" / "phone.secret"
        if not secret.exists():
            secret.touch(mode=0o600)
            secret.write_text(secrets.token_hex(32) + "\n", encoding="ascii")
        self.keep(version=1, base=base)


def in_use(port: int) -> bool:
    """Whether something listens on the port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
