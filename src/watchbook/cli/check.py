"""`watchbook check [PATH…]`: what runbooks leave out, get wrong, or would let someone down with.

Reads, prints and ends with 0 (nothing at or above `--fail-on`), 1 (something), or 2 (a path that cannot be
read). It needs no server and starts nothing, except `bash -n` under `--here` and `git` under
`--changed-since`.
"""

import sys
from datetime import date
from pathlib import Path

import click

from watchbook.app.documents.checking import Checked, Examination, read_baseline, write_baseline
from watchbook.cli import reporting
from watchbook.model.errors import DocumentError
from watchbook.model.runbook import Level


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]…", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json", "github", "sarif"]), default="text", show_default=True,
              help="How to print.")  # fmt: skip
@click.option("--fail-on", type=click.Choice(["error", "warning", "note"]), default="error", show_default=True,
              help="The lowest level that ends with 1.")  # fmt: skip
@click.option("--at", "day", metavar="DATE", help="The day to judge dates by (YYYY-MM-DD). Default: today.")
@click.option("--here", is_flag=True, help="Look at this machine as well: bash -n, and programs on the PATH.")
@click.option(
    "--baseline",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Leave out the findings that this file knows.",
)
@click.option(
    "--write-baseline", "write", is_flag=True, help="Write what is found now into the file of --baseline."
)
@click.option("--changed-since", "since", metavar="REF", help="Only what changed since a git revision.")
def command(
    paths: tuple[Path, ...],
    form: str,
    fail_on: str,
    day: str | None,
    here: bool,
    baseline: Path | None,
    write: bool,
    since: str | None,
) -> int:
    """Say what a runbook leaves out, gets wrong, or would let someone down with.

    PATH is a file, or a folder that is searched for runbooks. Default: this folder.
    """
    if write and (baseline is None or since is not None):
        raise click.UsageError("--write-baseline needs --baseline FILE, and takes no --changed-since.")
    known = read_baseline(baseline) if baseline is not None and not write else {}
    examination = Examination(_day(day), here, None if write else baseline, known, since)
    documents, failed = [], False
    for path in _files(paths or (Path(),)):
        try:
            documents.append(examination.check(path))
        except DocumentError as error:
            print(f"watchbook: {error}", file=sys.stderr)
            failed = True
    if write and baseline is not None:
        return _written(baseline, documents) or 2 * failed
    _print(documents, form)
    if failed:
        return 2
    least = reporting.RANK[Level(fail_on)]
    return int(
        any(reporting.RANK[finding.severity] >= least for one in documents for finding in one.findings)
    )


def _written(baseline: Path, documents: list[Checked]) -> int:
    """Writes the baseline and says so; what is found now fails nothing."""
    count = write_baseline(baseline, documents)
    print(f"{baseline}: {count} finding{'s' if count != 1 else ''} known from now on.")
    return 0


def _day(text: str | None) -> date:
    if text is None:
        return date.today()  # noqa: DTZ011  # reviews are due on a local day
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"“{text}” is no date. Write it as 2026-11-23.", param_hint="--at") from None


def _files(paths: tuple[Path, ...]) -> list[Path]:
    from watchbook.app.documents.loading import find

    return find(list(paths))


def _print(documents: list[Checked], form: str) -> None:
    if form == "json":
        print(reporting.in_json(documents))
    elif form == "sarif":
        print(reporting.in_sarif(documents))
    elif form == "github":
        for one in documents:
            for line in reporting.in_github(one):
                print(line)
    else:
        colour = sys.stdout.isatty()
        for one in documents:
            for line in reporting.in_text(one, colour):
                print(line)
        for one in documents:
            print(reporting.summary(one))
