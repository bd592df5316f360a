"""`watchbook init [FOLDER]`: looks around, asks what it cannot find out, and writes a first RUNBOOK.md and watchbook.toml.

It says what it found and where, never overwrites without `--force`, and runs nothing but `git`, to learn the project's name.
Ends with 0, or 2 where a runbook is there already or the folder cannot be written.
"""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from watchbook.model.errors import DocumentError

if TYPE_CHECKING:
    from watchbook.app.drafting import Answers, Subject
    from watchbook.world.surveying.facts import Survey


_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:/[\w./-]*)?")


@click.command()
@click.argument("folder", metavar="[FOLDER]", default=".", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Ask nothing: take what was found, and leave gaps for the rest.")
@click.option("--force", is_flag=True, help="Overwrite a RUNBOOK.md and a watchbook.toml that are there.")
def command(folder: Path, yes: bool, force: bool) -> int:
    """Write a first runbook from what is found in a folder, and from what you answer.

    It looks at compose files, Kubernetes manifests, systemd units, Prometheus rules, OpenAPI files, package.json,
    pyproject.toml, the Dockerfile and the git remote. What nobody could tell it stands as a gap in brackets; watchbook
    check lists those. FOLDER: default is this folder.
    """
    from watchbook.app.drafting import Answers, choose, write_runbook, write_wiring
    from watchbook.world.surveying import survey

    runbook, wiring = folder / "RUNBOOK.md", folder / "watchbook.toml"
    _refuse(folder, runbook, force)
    found = survey(folder)
    subject = choose(found)
    for line in _found(subject, found):
        print(line)
    answers = Answers() if yes else _ask(subject)
    _write(runbook, write_runbook(subject, answers, date.today()))  # noqa: DTZ011  # a local day
    if force or not wiring.exists():
        _write(wiring, write_wiring(answers))
    else:
        print(f"{wiring} is left as it is.")
    _tell(runbook)
    return 0


def _refuse(folder: Path, runbook: Path, force: bool) -> None:
    if not folder.is_dir():
        raise DocumentError("there is no such folder", where=str(folder), mend="Check the path.")
    if not force and (runbook.exists() or runbook.is_symlink()):
        raise DocumentError(
            "there is a runbook already", where=str(runbook), mend="Look at it with `watchbook check`, or use --force."
        )  # fmt: skip


def _found(subject: "Subject", survey: "Survey") -> list[str]:
    """One line for each thing that was found and is used, with its file; then what could not be read."""
    platform = subject.workload or subject.container or subject.unit
    rows = [
        ("service", subject.name, subject.name_source),
        ("purpose", subject.purpose, subject.purpose_source),
        (
            "runs as",
            f"{_kind(subject)} {platform.name}" if platform else "",
            platform.source if platform else "",
        ),
        (f"address of {subject.environment}", subject.url, subject.url_source),
        ("health endpoint", subject.health, subject.health_source),
        *(("dependency", one.name, _source_of(one.name, survey)) for one in subject.dependencies),
        *(("alert", rule.name, rule.source) for rule in subject.rules),
    ]
    lines = [f"found: {what}: {value} ({source})" for what, value, source in rows if value]
    return [*lines, *(f"not read: {name}: {reason}" for name, reason in survey.unread)]


def _kind(subject: "Subject") -> str:
    if subject.workload is not None:
        return subject.workload.kind
    return "compose service" if subject.container is not None else "systemd unit"


def _source_of(name: str, survey: "Survey") -> str:
    return next((one.source for one in survey.containers if one.name == name), "")


def _ask(subject: "Subject") -> "Answers":
    """Questions on the terminal; an empty answer leaves a gap."""
    from watchbook.app.drafting import Answers

    print("An empty answer leaves a gap that you can fill in later.")
    answers = Answers(
        name=_question("Name of the service", subject.name),
        purpose=_question("What it does", subject.purpose),
        url=_address(subject.url),
        owner=_question("The team that owns it"),
        on_call=_question("Who is on call"),
    )
    if answers.on_call:
        answers = replace(answers, address=_question(f"How {answers.on_call} is reached (mail address)"))
    return replace(answers, room=_question("The team's channel, such as #shop").lstrip("#"))


def _address(known: str) -> str:
    """Asked until it is an address or empty: it comes to stand in commands."""
    while True:
        answer = _question("Its address, beginning with http:// or https://", known)
        if not answer or _ADDRESS.fullmatch(answer):
            return answer
        print(f"“{answer}” is no address that a check can ask.")


def _question(text: str, known: str = "") -> str:
    return str(click.prompt(text, default=known, show_default=bool(known))).strip()


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DocumentError(
            f"cannot be written: {error.strerror}", where=str(path), mend="Check the folder."
        ) from None
    print(f"written: {path}")


def _tell(runbook: Path) -> None:
    """How much is left to do, as `check` sees it."""
    from watchbook.app.documents.loading import load
    from watchbook.model.findings import entry

    findings = load(runbook).runbook.findings
    gaps = sum(finding.code == entry("placeholder-left").code for finding in findings)
    print(f"{gaps} gaps are left: `watchbook check {runbook}` lists them.")
