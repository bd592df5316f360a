"""`watchbook explain FILE`: what each line of a runbook was understood to mean.

Prints the readings beside their lines, the JSON reading (a contract, see docs/reference), or a page for a browser. Needs no
server.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from watchbook.cli.speaking import FORMAT, print_json
from watchbook.model.errors import UsageError
from watchbook.model.runbook import Runbook

if TYPE_CHECKING:
    from watchbook.app.documents.loading import Found, Loaded


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
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
def command(file: Path | None, form: str, everything: bool, html: bool, output: Path | None) -> int:
    """Print what each line of a runbook was understood to mean.

    FILE is a runbook, a pattern, or a folder with runbooks. Without it, those that watchbook.toml names, or RUNBOOK.md.
    """
    from watchbook.app.documents.choosing import runbooks_meant
    from watchbook.app.documents.contracts import contract_of
    from watchbook.app.documents.loading import load_found

    if output is not None and not html:
        raise click.UsageError("-o is for --html.")
    meant = runbooks_meant([file] if file else [], Path("RUNBOOK.md"))
    for problem in meant.problems:
        print(f"watchbook: {problem}", file=sys.stderr)
    if html:
        return _as_page(meant.runbooks, str(file or Path.cwd()), output)
    for found in meant.runbooks:
        loaded = load_found(found)
        if form == "json":
            for one in loaded:
                print_json(contract_of(one))
        else:
            for line in explained(loaded, everything, sys.stdout.isatty()):
                print(line)
    return 2 if meant.problems else 0


def _as_page(runbooks: "Sequence[Found]", named: str, output: Path | None) -> int:
    """Writes the page of one document to a file, or prints it."""
    from watchbook.app.documents.loading import load_found
    from watchbook.web.explanation import explanation

    if len(runbooks) != 1:
        raise UsageError(
            f"there are {len(runbooks)} runbooks here, and a page holds one", where=named, mend="Name one."
        )
    loaded = load_found(runbooks[0])
    page = explanation(_together(loaded), loaded[0].text, runbooks[0].path.name)
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


def _together(loaded: "Sequence[Loaded]") -> Runbook:
    """What was read of one text for all its services: each reading and finding once."""
    runbooks = [one.runbook for one in loaded]
    readings = tuple(dict.fromkeys(reading for one in runbooks for reading in one.readings))
    findings = tuple(dict.fromkeys(finding for one in runbooks for finding in one.findings))
    return replace(runbooks[0], readings=readings, findings=findings)


def explained(loaded: "Sequence[Loaded]", everything: bool, colour: bool) -> Iterable[str]:
    """The document with each reading (`→`) and finding (`!`) below the line it belongs to; then a sum for each service.

    Lines have the numbers of their file; where a runbook is over several files, each is named where its lines begin.
    Secrets are hidden.
    """
    from watchbook.reading.document import source_lines
    from watchbook.reading.secrets import hide_secrets
    from watchbook.reading.summary import say_counts

    source = hide_secrets("\n".join(source_lines(loaded[0].text))).split("\n")
    below = _below(_together(loaded), loaded[0], colour)
    at = ""
    for number, line in enumerate(source, 1):
        if number in below or (everything and line.strip()):
            file, there = loaded[0].place(number)
            if file != at and loaded[0].composed is not None:
                yield _painted(f"{file}:", "1", colour)
            at = file
            yield f"{there:5} | {line}"
            yield from (f"      |   {said}" for said in below.get(number, ()))
    for one in loaded:
        coverage = one.runbook.coverage
        yield ""
        yield (
            f"{one.runbook.service.name}: {coverage.lines} lines of content: {coverage.read} read,"
            f" {coverage.faulted} not understood, {coverage.prose} prose."
        )
        yield f"{say_counts(one.runbook)}."


def _below(runbook: Runbook, loaded: "Loaded", colour: bool) -> dict[int, list[str]]:
    """What is said below each line."""
    from watchbook.reading.secrets import hide_secrets

    below: dict[int, list[str]] = {}
    for reading in runbook.readings:
        last = loaded.place(reading.end_line)[1]
        until = f" (to line {last})" if reading.end_line > reading.line else ""
        said = _painted(f"→ {reading.kind}{until}: {hide_secrets(reading.says)}", "32", colour)
        below.setdefault(reading.line, []).append(said)
    for finding in runbook.findings:
        said = f"! {finding.severity.value} {finding.code}: {finding.message}"
        below.setdefault(finding.line, []).append(_painted(said, "33", colour))
    return below


def _painted(text: str, code: str, colour: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if colour else text
