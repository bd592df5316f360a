"""What became of an attempt whose outcome nobody heard: ended, running, never began, or unknown (rule 24).

Called by the server when it recovers, in a thread (it reads /proc and may wait for processes to end). It asks no
supervisor; where one is alive, the caller adopts it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from watchbook.world.shell.processes import end_left_overs, is_alive, place
from watchbook.world.shell.record import RECOVERY, Event, last_event, read_record, take_gate


class Fate(StrEnum):
    ENDED = "ended"
    RUNNING = "running"  # its supervisor is alive: adopt it
    NEVER = "never"  # proven; it never will begin either
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Look:
    """Fate of an attempt, with the reason in one sentence; `outcome` is the record's event where it ended."""

    fate: Fate
    reason: str
    outcome: Mapping[str, object] = field(default_factory=dict)


def look(folder: Path, attempt: str, claimed_at_place: str) -> Look:
    """The fate of `attempt`, claimed when boot and pid namespace were `claimed_at_place`.

    An attempt that is unknown has no process left when this returns: left-overs are ended before anyone is asked.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    events = read_record(str(folder))
    if ended := last_event(events, "ended", attempt):
        return Look(Fate.ENDED, "its outcome is on record", ended)
    if claimed_at_place != place():
        return Look(Fate.UNKNOWN, "the machine or container was started again while the step was under way")
    if take_gate(str(folder), attempt, RECOVERY) == RECOVERY:
        return Look(Fate.NEVER, "its gate was still open: the step never began, and now never will")
    if _supervisor_alive(events) and not _of_an_earlier_one(events, attempt):
        return Look(Fate.RUNNING, "its supervisor is alive")
    return _after_supervisor(folder, attempt)


def _after_supervisor(folder: Path, attempt: str) -> Look:
    """The fate under a supervisor that is gone; what it wrote last may have come after the first reading."""
    events = read_record(str(folder))
    if ended := last_event(events, "ended", attempt):
        return Look(Fate.ENDED, "its outcome is on record", ended)
    started = last_event(events, "started", attempt)
    if started is None:
        return Look(Fate.NEVER, "its supervisor was gone before the shell got the word to begin")
    session = started.get("pid")
    count = end_left_overs(session if isinstance(session, int) else None, str(started.get("mark")))
    left = f"; {count} left-over process{'es were' if count != 1 else ' was'} ended" if count else ""
    return Look(Fate.UNKNOWN, f"its supervisor is gone and left no outcome{left}")


def _of_an_earlier_one(events: list[Event], attempt: str) -> bool:
    """Whether the attempt was started by a supervisor before the present one."""
    started = last_event(events, "started", attempt)
    present = last_event(events, "supervisor")
    return started is not None and present is not None and events.index(started) < events.index(present)


def supervisor_of(folder: Path) -> tuple[int, int] | None:
    """Pid and start time of the run's supervisor if it is alive here."""
    events = read_record(str(folder))
    if not _supervisor_alive(events):
        return None
    event = last_event(events, "supervisor")
    return (int(str(event["pid"])), int(str(event["started"]))) if event else None


def _supervisor_alive(events: list[Event]) -> bool:
    event = last_event(events, "supervisor")
    if event is None or event.get("place") != place():
        return False
    return is_alive(int(str(event.get("pid", 0))), int(str(event.get("started", 0))))
