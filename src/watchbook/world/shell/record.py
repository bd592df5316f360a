"""The folder of a run on disk: its record (one JSON line an event), and the gates that let each attempt begin once.

Written by the run's supervisor process, read by the server when it recovers; only `take_gate` is used by both.
Standard library only, no dataclasses. Nothing secret is ever given to it.
"""
# ruff: noqa: PTH108, PTH118, PTH123

import json
import os
from collections.abc import Mapping

RECORD = "record"
SOCKET = "socket"
LOCK = "lock"
SUPERVISOR = "supervisor"  # taker of a gate: the attempt begins
RECOVERY = "recovery"  # taker of a gate: the attempt never begins

Event = dict[str, object]


class Record:
    """The open record of a run's supervisor; every line is one event with its kind under `event`."""

    def __init__(self, folder: str) -> None:
        self._file = os.open(
            os.path.join(folder, RECORD), os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600
        )

    def write(self, kind: str, event: Mapping[str, object]) -> None:
        """Appends the event; other processes of this boot see it at once."""
        line = json.dumps({"event": kind, **event}, separators=(",", ":")) + "\n"
        os.write(self._file, line.encode("ascii"))

    def sync(self) -> None:
        """Returns when what was written would survive a loss of power."""
        os.fdatasync(self._file)


def read_record(folder: str) -> list[Event]:
    """The events of a run's record in order; a last line that was cut off by a crash is left out."""
    try:
        with open(os.path.join(folder, RECORD), "rb") as file:
            lines = file.read().split(b"\n")[:-1]
    except FileNotFoundError:
        return []
    events = []
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            events.append(event)
    return events


def last_event(events: list[Event], kind: str, attempt: str | None = None) -> Event | None:
    """The last event of that kind, of that attempt if one is named."""
    matching = (e for e in reversed(events) if e.get("event") == kind and attempt in (None, e.get("attempt")))
    return next(matching, None)


def take_gate(folder: str, attempt: str, taker: str) -> str:
    """Takes the attempt's gate for `taker` unless it is taken, and returns who has it.

    The gate appears complete or not at all (a link to a finished file, which fails where one exists, as O_EXCL does),
    so a crash between making and signing it cannot leave it without a name.
    """
    gate = os.path.join(folder, f"{attempt}.gate")
    draft = f"{gate}.{os.getpid()}"
    with open(draft, "w", encoding="ascii") as file:
        file.write(taker)
    try:
        os.link(draft, gate)
    except FileExistsError:
        with open(gate, encoding="ascii") as file:
            return file.read()
    finally:
        os.unlink(draft)
    return taker
