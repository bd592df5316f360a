"""`watchbook accept FILE` without a server: what a person is shown before a text is approved ahead."""

from pathlib import Path
from typing import Any, cast

import pytest

from watchbook.app.documents.loading import Found, load_found
from watchbook.cli.accept import _approve_file
from watchbook.cli.client import Client

SERVICES = """# Services

## Service: Till

### Health Checks
- **Drawer:** `ls drawer`, every 60s

## Service: Cashier

### Health Checks
- **Notes:** `cat notes`, every 60s
"""


class Posted:
    """Stands in for the client of the command line: keeps what is posted."""

    def __init__(self) -> None:
        self.bodies: list[tuple[str, dict[str, Any]]] = []

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        self.bodies.append((path, body))
        return {}


def test_the_commands_of_every_service_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A digest is that of the whole text: approving it lets all of its services run, so all of them are shown."""
    path = tmp_path / "services.md"
    path.write_text(SERVICES)
    till, cashier = load_found(Found(path))
    assert till.runbook.digest == cashier.runbook.digest
    posted = Posted()
    assert _approve_file(cast(Client, posted), path, True, "reviewed") == 0
    said = capsys.readouterr().out
    assert "`ls drawer`" in said and "`cat notes`" in said
    assert posted.bodies == [("/api/v1/approvals", {"digest": till.runbook.digest, "reason": "reviewed"})]
