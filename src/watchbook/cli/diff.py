"""`watchbook diff A..B [PATH…]` and `watchbook diff OLD.md NEW.md`: what a change of runbooks changes, in words.

Reads, prints and ends with 0; with `--exit-code`, 1 where something would page less or run more. It needs no server.
"""

import sys
from pathlib import Path

import click

from watchbook.model.errors import DocumentError, UsageError


@click.command()
@click.argument("what", metavar="A..B|OLD.md")
@click.argument("paths", nargs=-1, metavar="[PATH|NEW.md]…", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True,
              help="How to print; markdown is a comment for a pull request.")  # fmt: skip
@click.option(
    "--exit-code",
    "strict",
    is_flag=True,
    help="End with 1 where something would page less or run more unattended.",
)
def command(what: str, paths: tuple[Path, ...], form: str, strict: bool) -> int:
    """Say in words what a change of runbooks changes: who is paged, what runs by itself, what is checked.

    A..B are two git revisions, A...B is B since it parted from A, and A alone is compared with the files as they are. PATH
    is a runbook, a pattern or a folder; without one, the files that watchbook.toml names, or this folder. OLD.md NEW.md
    compares two files.
    """
    from watchbook.app.documents.comparing import compare_files, compare_revisions
    from watchbook.cli import differing

    if what.endswith(".md") and ".." not in what.replace("../", "") and not Path(what).exists():
        raise DocumentError("there is no such file", where=what, mend="Check the path.")
    if Path(what).is_file():
        if len(paths) != 1:
            raise UsageError("two files are compared, or two revisions", where=what,
                             mend="Write `watchbook diff OLD.md NEW.md` or `watchbook diff A..B PATH`.")  # fmt: skip
        compared = compare_files(Path(what), paths[0])
    else:
        compared = compare_revisions(what, paths, Path())
    if form == "json":
        print(differing.in_json(compared))
    elif form == "markdown":
        print(differing.in_markdown(compared))
    else:
        for line in differing.in_text(compared, sys.stdout.isatty()):
            print(line)
    return int(strict and any(differing.fails(change) for one in compared for change in one.changes))
