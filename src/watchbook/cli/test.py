"""`watchbook test [PATH…]`: plays the scenarios of runbooks, on a virtual clock, and says what came out otherwise.

Ends with 0 (all as expected), 1 (something came out otherwise) or 2 (a file that cannot be read or does not fit its
runbook). It needs no server and starts nothing; what a scenario means is `app.rehearsing`.
"""

import sys
from pathlib import Path

import click


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]…", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True,
              help="How to print.")  # fmt: skip
@click.option(
    "--junit",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the results into this file as well, as JUnit XML.",
)
@click.option(
    "--only", metavar="TEXT", default="", help="Play only scenarios whose name holds this, in any case."
)
def command(paths: tuple[Path, ...], form: str, junit: Path | None, only: str) -> int:
    """Play the scenarios of runbooks: what would fire, who would be paged, what diagnosis would say.

    PATH is a runbook, a file of scenarios (RUNBOOK.test.yaml), or a folder that is searched for runbooks. Without one,
    the files that watchbook.toml names, or this folder. Nothing is started, asked or sent, and nobody waits: time is
    that of the scenario.
    """
    from watchbook.app.rehearsing import find_sources
    from watchbook.cli import testing

    sources, bare = find_sources(paths or _named() or (Path(),))
    results = testing.play_all(sources, only)
    if junit is not None:
        testing.write_junit(junit, results)
    if form == "json":
        print(testing.in_json(results, bare))
    else:
        for line in testing.in_text(results, bare, sys.stdout.isatty()):
            print(line)
    for problem in testing.problems_of(results):
        print(f"watchbook: {problem}", file=sys.stderr)
    return testing.exit_code(results)


def _named() -> list[Path]:
    """The files, folders and patterns of the wiring found from here."""
    from watchbook.app.documents.choosing import file_paths, wiring_that_names

    wiring = wiring_that_names()
    return file_paths(wiring) if wiring is not None else []
