"""How the command line says things: columns, moments, durations, JSON. Used by every command; it asks nobody."""

import json
import sys
import time
from collections.abc import Sequence
from typing import Any

import click

from watchbook.model.quantities import say_duration

FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print.",
)
SERVER = click.option(
    "--server", metavar="URL", default=None, help="Address of the server, instead of the one found."
)
DATA = click.option(
    "--data",
    metavar="FOLDER",
    default=None,
    help="Data folder whose server is meant, instead of the one found.",
)


def print_json(value: Any) -> None:
    """The value as JSON, for programs: indented, one final newline."""
    json.dump(value, sys.stdout, indent=2, ensure_ascii=False)
    print()


def print_columns(rows: Sequence[Sequence[str]], indent: str = "") -> None:
    """Rows with their cells aligned; the last cell is as long as it is."""
    widths = [
        max((len(row[i]) for row in rows if i < len(row) - 1), default=0)
        for i in range(max(map(len, rows), default=0))
    ]
    for row in rows:
        cells = [cell.ljust(widths[i]) if i < len(row) - 1 else cell for i, cell in enumerate(row)]
        print((indent + "  ".join(cells)).rstrip())


def clock(at: float | None) -> str:
    """A moment in this machine's zone: `03:12:04`, with the date where it is not today's."""
    if at is None:
        return "–"
    local = time.localtime(at)
    today = time.localtime()[:3] == local[:3]
    return time.strftime("%H:%M:%S" if today else "%Y-%m-%d %H:%M:%S", local)


def ago(at: float | None) -> str:
    """How long ago: `2 min 6 s`."""
    return say_duration(max(0.0, round(time.time() - at))) if at is not None else "–"


def seconds(text: str) -> float:
    """A duration from the command line (`30m`, `2 hours`, `90s`) in seconds. Raises click's error where it is none."""
    from watchbook.reading.quantities import read_duration

    length_s = read_duration(text)
    if length_s is None or length_s <= 0:
        raise click.BadParameter(f"“{text}” is no duration. Write it as 30m, 2h or 1 day.")
    return length_s
