"""The table of programs, by area. `judging` looks names up here; a name that is missing is unknown.

Adding a program: one entry in the module of its area, and a row in `tests/reading/shell/commands.txt`.
"""

from functools import lru_cache

from watchbook.reading.shell.table import Program


@lru_cache(maxsize=1)
def table() -> dict[str, Program]:
    """Every program by name."""
    from watchbook.reading.shell.programs import (
        cloud,
        containers,
        databases,
        development,
        files,
        kubernetes,
        network,
        queues,
        shellwords,
        system,
    )

    areas = (
        shellwords,
        files,
        system,
        network,
        kubernetes,
        containers,
        databases,
        queues,
        development,
        cloud,
    )
    return {name: program for area in areas for name, program in area.PROGRAMS.items()}
