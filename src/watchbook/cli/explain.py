"""`watchbook explain FILE`: what each line of a runbook was understood to mean.

Prints the readings beside their lines, the JSON reading (a contract, see docs/reference), or a page for a browser. Needs no
server.
"""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from watchbook.cli.speaking import FORMAT, print_json
from watchbook.model.errors import UsageError
from watchbook.model.runbook import Runbook


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@FORMAT
@click.option("--all", "everything", is_flag=True, help="Show lines that are prose as well.")
@click.option(
    "--html",
    is_flag=True,
    help="One page with each reading in the margin, complete in itself, for any browser.",
)
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Write the page of --html here."
)
def command(file: Path, form: str, everything: bool, html: bool, output: Path | None) -> int:
    """Print what each line of a runbook was understood to mean.

    FILE is a runbook, or a folder with one.
    """
    from watchbook.app.documents.loading import find, load
    from watchbook.reading.document import source_lines

    if output is not None and not html:
        raise click.UsageError("-o is for --html.")
    if html:
        return _as_page(find([file]), file, output)
    for path in find([file]):
        loaded = load(path)
        if form == "json":
            from watchbook.reading.contract import contract

            print_json(contract(loaded.runbook))
        else:
            for line in explained(loaded.runbook, source_lines(loaded.text), everything, sys.stdout.isatty()):
                print(line)
    return 0


def _as_page(paths: Sequence[Path], named: Path, output: Path | None) -> int:
    """Writes the page of one document to a file, or prints it."""
    from watchbook.app.documents.loading import load
    from watchbook.web.explanation import explanation

    if len(paths) != 1:
        raise UsageError(
            f"there are {len(paths)} runbooks here, and a page holds one", where=str(named), mend="Name one."
        )
    loaded = load(paths[0])
    page = explanation(loaded.runbook, loaded.text, paths[0].name)
    if output is None:
        print(page)
        return 0
    try:
        output.write_text(page, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"cannot be written: {error.strerror}", where=str(output), mend="Check the folder."
        ) from None
    return 0


def explained(runbook: Runbook, source: Sequence[str], everything: bool, colour: bool) -> Iterable[str]:
    """The document with each reading (`→`) and finding (`!`) below the line it belongs to; secrets are hidden."""
    from watchbook.reading.secrets import hide_secrets

    source = hide_secrets("\n".join(source)).split("\n")
    below: dict[int, list[str]] = {}
    for reading in runbook.readings:
        until = f" (to line {reading.end_line})" if reading.end_line > reading.line else ""
        below.setdefault(reading.line, []).append(
            _painted(f"→ {reading.kind}{until}: {hide_secrets(reading.says)}", "32", colour)
        )
    for finding in runbook.findings:
        said = f"! {finding.severity.value} {finding.code}: {finding.message}"
        below.setdefault(finding.line, []).append(_painted(said, "33", colour))
    for number, line in enumerate(source, 1):
        if number in below or (everything and line.strip()):
            yield f"{number:5} | {line}"
            yield from (f"      |   {said}" for said in below.get(number, ()))
    coverage = runbook.coverage
    yield ""
    yield (
        f"{runbook.service.name}: {coverage.lines} lines of content: {coverage.read} read,"
        f" {coverage.faulted} not understood, {coverage.prose} prose."
    )
    yield _counted(runbook)


def _counted(runbook: Runbook) -> str:
    """How many of each thing the document gives."""
    counts = (
        ("health check", len(runbook.health_checks)), ("metric", len(runbook.metrics)), ("alert", len(runbook.alerts)),
        ("procedure", len(runbook.procedures)), ("issue", len(runbook.issues)), ("command", len(runbook.commands)),
        ("contact", len(runbook.contacts)),
    )  # fmt: skip
    return ", ".join(f"{count} {name}{'s' if count != 1 else ''}" for name, count in counts) + "."


def _painted(text: str, code: str, colour: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if colour else text
