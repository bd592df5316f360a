"""Processes of this machine: who one is, whether it still is, what a step left behind, and ending it.

Called by the run's supervisor process and by the server when it recovers. Standard library only, no dataclasses.
A process is known by boot, pid namespace, pid and start time: a pid alone may belong to someone else by now.
(Like all modules of the supervisor process it does without pathlib, whose import costs as much as the whole start.)
"""
# ruff: noqa: PTH115, PTH123, PTH208

import os
import signal
import time

MARKER = (
    "WATCHBOOK_ATTEMPT"  # names the attempt in the environment of each of its processes; it is never carried
)


def boot_id() -> str:
    """The id that the kernel drew when this machine started."""
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        return file.read().strip()


def pid_namespace() -> str:
    """The namespace in which this process's pids have a meaning."""
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return ""


def place() -> str:
    """Boot and pid namespace in one word: proofs about processes hold only while it stays the same."""
    return f"{boot_id()}/{pid_namespace()}"


def start_time(pid: int) -> int | None:
    """When the process began, in ticks since boot; None if there is none, or only its unreaped remains."""
    found = _stat(pid)
    return None if found is None or found[0] == "Z" else found[2]


def is_alive(pid: int, started: int) -> bool:
    """Whether the process of that pid is the one that began at `started`."""
    return start_time(pid) == started


def left_overs(session: int | None, mark: str) -> list[int]:
    """Processes of the session, or with the attempt's mark in their environment. Zombies and this process do not count."""
    wanted = f"{MARKER}={mark}".encode("utf-8", "surrogateescape")
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) == os.getpid():
            continue
        state = _stat(int(name))
        if state is None or state[0] == "Z":
            continue
        if (session is not None and state[1] == session) or wanted in _environment(int(name)):
            found.append(int(name))
    return found


def children_left(session: int, mark: str) -> list[int]:
    """Descendants of this process in the session or with the mark; this process adopts what its steps leave behind."""
    wanted = f"{MARKER}={mark}".encode("utf-8", "surrogateescape")
    found, waiting = [], [os.getpid()]
    while waiting:
        for child in _children(waiting.pop()):
            waiting.append(child)
            state = _stat(child)
            if state is None or state[0] == "Z":
                continue
            if state[1] == session or wanted in _environment(child):
                found.append(child)
    return found


def end_left_overs(session: int | None, mark: str, grace_s: float = 2.0) -> int:
    """Ends what the attempt left: TERM, and KILL for what is there after `grace_s`. Returns how many there were.

    Blocks until they are gone (at most a second longer than the grace); call it from a thread.
    """
    ended: set[int] = set()
    limit = time.monotonic() + grace_s
    empty = 0
    while empty < 2 and time.monotonic() < limit + 1.0:
        pids = left_overs(session, mark)
        empty = (
            0 if pids else empty + 1
        )  # a process that is just becoming another program shows no environment
        sign = signal.SIGTERM if time.monotonic() < limit else signal.SIGKILL
        for pid in pids:
            if pid not in ended or sign == signal.SIGKILL:
                _signal(pid, sign)
            ended.add(pid)
        time.sleep(0.005)
    return len(ended)


def signal_group(group: int, sign: int) -> None:
    """Sends the signal to the process group, if it still exists."""
    try:
        os.killpg(group, sign)
    except (ProcessLookupError, PermissionError):
        return


def group_exists(group: int) -> bool:
    """Whether the process group still has a member."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def end_those_that_missed(sign: int, pids: list[int]) -> None:
    """Sends the signal again to those of the processes that neither catch, ignore nor block it, and still live.

    A shell's child that gets a signal between its fork and its exec loses it. Programs that heard it and are tidying up
    are not told twice.
    """
    bit = 1 << (sign - 1)
    for pid in pids:
        masks = _signal_masks(pid)
        if masks is not None and not any(mask & bit for mask in masks):
            _signal(pid, sign)


def _signal_masks(pid: int) -> list[int] | None:
    """Blocked, ignored and caught signals of a process."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
            lines = [line.split() for line in file if line.startswith(("SigBlk", "SigIgn", "SigCgt"))]
    except OSError:
        return None
    return [int(fields[1], 16) for fields in lines]


def _signal(pid: int, sign: int) -> None:
    try:
        os.kill(pid, sign)
    except (ProcessLookupError, PermissionError):
        return


def _stat(pid: int) -> tuple[str, int, int] | None:
    """State letter, session and start time of a process."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return None
    return (fields[0].decode("ascii"), int(fields[3]), int(fields[19])) if len(fields) > 19 else None


def _environment(pid: int) -> list[bytes]:
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            return file.read().split(b"\0")
    except OSError:
        return []


def _children(pid: int) -> list[int]:
    try:
        with open(f"/proc/{pid}/task/{pid}/children", "rb") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []
