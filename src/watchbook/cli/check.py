"""`watchbook check [PATH…]`: what runbooks leave out, get wrong, or would let someone down with.

Reads, prints and ends with 0 (nothing at or above `--fail-on`), 1 (something), or 2 (a path that cannot be
read). It needs no server and starts nothing, except `bash -n` under `--here` and `git` under
`--changed-since`; it asks nobody, except under `--online` and `--prometheus`.
"""

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from watchbook.app.documents.checking import Checked, Examination, read_baseline, write_baseline
from watchbook.cli import reporting
from watchbook.model.errors import DocumentError
from watchbook.model.runbook import Level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watchbook.app.documents.cache import Cache
    from watchbook.app.documents.many import Outcome
    from watchbook.world.metrics.prometheus import There


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]…", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json", "github", "sarif"]), default="text", show_default=True,
              help="How to print.")  # fmt: skip
@click.option("--fail-on", type=click.Choice(["error", "warning", "note"]), default="error", show_default=True,
              help="The lowest level that ends with 1.")  # fmt: skip
@click.option("--at", "day", metavar="DATE", help="The day to judge dates by (YYYY-MM-DD). Default: today.")
@click.option("--here", is_flag=True, help="Look at this machine as well: bash -n, and programs on the PATH.")
@click.option("--online", is_flag=True, help="Ask whether the links of the text still lead somewhere.")
@click.option(
    "--prometheus",
    metavar="URL",
    help="Hold alerts and queries against the rules and series of a Prometheus.",
)
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
@click.option("--jobs", metavar="N", type=click.IntRange(0), default=0,
              help="Processes. Default: one for a few runbooks, every core for many.")  # fmt: skip
@click.option("--no-cache", is_flag=True, help="Read every runbook, known or not, and keep nothing.")
def command(
    paths: tuple[Path, ...],
    form: str,
    fail_on: str,
    day: str | None,
    here: bool,
    online: bool,
    prometheus: str | None,
    baseline: Path | None,
    write: bool,
    since: str | None,
    jobs: int,
    no_cache: bool,
) -> int:
    """Say what a runbook leaves out, gets wrong, or would let someone down with.

    PATH is a file, a pattern, or a folder that is searched for runbooks. Without one, what watchbook.toml names, or this
    folder.
    """
    if write and (baseline is None or since is not None):
        raise click.UsageError("--write-baseline needs --baseline FILE, and takes no --changed-since.")
    known = read_baseline(baseline) if baseline is not None and not write else {}
    examination = Examination(
        _day(day), here, None if write else baseline, known, since, write, None if no_cache else _cache(),
        online, _there(prometheus) if prometheus else None,
    )  # fmt: skip
    outcomes = _outcomes(examination, paths, jobs)
    if write and baseline is not None:
        documents, failed = _sorted_out(outcomes)
        return _written(baseline, documents) or 2 * failed
    if form in ("json", "sarif"):
        documents, failed = _sorted_out(outcomes)
        print(reporting.in_json(documents) if form == "json" else reporting.in_sarif(documents))
        worst = max((_worst(one) for one in documents), default=-1)
    else:
        worst, failed = _print_as_they_come(outcomes, form)
    return 2 if failed else int(worst >= reporting.RANK[Level(fail_on)])


def _there(url: str) -> "There":
    from watchbook.world.metrics.prometheus import read_prometheus

    return read_prometheus(url)


def _cache() -> "Cache | None":
    from watchbook.app.documents.cache import open_cache

    return open_cache()


def _outcomes(examination: Examination, paths: tuple[Path, ...], jobs: int) -> "Iterator[Outcome]":
    """What is found in each runbook, or why it cannot be read, in the order of the paths."""
    from watchbook.app.documents.choosing import runbooks_meant
    from watchbook.app.documents.many import check_all, jobs_for

    meant = runbooks_meant(paths, otherwise=Path())
    for problem in meant.problems:
        yield DocumentError(problem)
    yield from check_all(examination, meant.runbooks, jobs or jobs_for(len(meant.runbooks)))


def _sorted_out(outcomes: "Iterator[Outcome]") -> tuple[list[Checked], bool]:
    """The files that were checked, and whether there was one that cannot be read; that is told."""
    documents: list[Checked] = []
    failed = False
    for outcome in outcomes:
        if isinstance(outcome, DocumentError):
            print(f"watchbook: {outcome}", file=sys.stderr)
            failed = True
        else:
            documents += outcome
    return documents, failed


def _print_as_they_come(outcomes: "Iterator[Outcome]", form: str) -> tuple[int, bool]:
    """Prints what is found in each file, then a line for each; gives the rank of the worst, and whether one failed.

    Of a file that was printed only that line is kept: there may be ten thousand.
    """
    colour = sys.stdout.isatty()
    summaries: list[str] = []
    worst, failed = -1, False
    for outcome in outcomes:
        documents, unread = _sorted_out(iter((outcome,)))
        failed = failed or unread
        for one in documents:
            worst = max(worst, _worst(one))
            lines = reporting.in_github(one) if form == "github" else reporting.in_text(one, colour)
            sys.stdout.write("".join(f"{line}\n" for line in lines))
            summaries.append(reporting.summary(one))
    if form == "text":
        sys.stdout.writelines(f"{line}\n" for line in summaries)
    return worst, failed


def _worst(one: Checked) -> int:
    return max((reporting.RANK[finding.severity] for finding in one.findings), default=-1)


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
