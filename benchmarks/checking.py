"""How soon `watchbook check` is through many runbooks: one process and all cores, the first time and again.

Every process is the installed wheel's. The runbooks are made of those that ship, each with words of its own, so that none is
known from another. Wall time counts from before the process is made until it has ended.
"""

import os
import tempfile
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.installed import ROOT, Installed
from benchmarks.processes import Took, time_process

SOURCES = ("examples/01-shop/RUNBOOK.md", "examples/02-nginx/RUNBOOK.md", "RUNBOOK.md")
LINES = 500
FILES = 1_000
MANY, SHORT = 10_000, 100
AGAIN = 7


def checking(installed: Installed) -> list[Figure]:
    """1,000 runbooks of 500 lines at first and again; 10,000 of 100 lines on every core."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write(folder / "thousand", FILES, LINES)
        first = _check(installed, folder / "thousand", folder / "cache")
        again = [_check(installed, folder / "thousand", folder / "cache") for _ in range(AGAIN)]
        write(folder / "many", MANY, SHORT)
        many = _check(installed, folder / "many", folder / "other")
        later = _check(installed, folder / "many", folder / "other")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return [
        Figure(
            f"`watchbook check` of {FILES:,} runbooks of {LINES} lines, for the first time, all cores",
            "s",
            (first.wall_ms / 1000,),
            cpu=(first.cpu_ms / 1000,),
            note=f"{FILES * 1000 / first.wall_ms:.0f} runbooks a second on {cores} cores.",
        ),
        Figure(
            f"the same {FILES:,} runbooks again, none changed",
            "s",
            tuple(one.wall_ms / 1000 for one in again),
            1,
            cpu=tuple(one.cpu_ms / 1000 for one in again),
        ),
        Figure(
            f"`watchbook check` of {MANY:,} runbooks of {SHORT} lines, for the first time, all cores",
            "s",
            (many.wall_ms / 1000,),
            cpu=(many.cpu_ms / 1000,),
            note=f"{many.cpu_ms / many.wall_ms:.1f} of {cores} cores busy on average; "
            f"again, none changed: {later.wall_ms / 1000:.1f} s.",
        ),
    ]


def _check(installed: Installed, folder: Path, cache: Path) -> Took:
    command = ["env", f"WATCHBOOK_CACHE={cache}", installed.watchbook, "check", folder]
    return time_process(command)


def write(folder: Path, number: int, lines: int) -> None:
    """Runbooks of about that many lines, each in a folder of its own and no two alike."""
    for index in range(number):
        path = folder / f"service-{index}" / "RUNBOOK.md"
        path.parent.mkdir(parents=True)
        path.write_text(made(index, lines), encoding="utf-8")


def made(index: int, lines: int) -> str:
    """The runbook with that number: one that ships, cut or repeated to the length, under a name of its own."""
    source = (ROOT / SOURCES[index % len(SOURCES)]).read_text(encoding="utf-8")
    written = source.splitlines()
    while len(written) < lines:
        written += ["", f"## More notes {len(written)}", "", *source.splitlines()[10:]]
    text = (
        "\n".join(written[:lines])
        .replace("5 min", f"{5 + index % 50} min")
        .replace("8080", str(20_000 + index))
    )
    opened = text.count("\n```") % 2
    return text + ("\n```\n" if opened else "\n") + f"\n<!-- {index} -->\n"
