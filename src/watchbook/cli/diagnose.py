"""`watchbook diagnose`: an issue's read-only checks and a verdict for each cause.

Asks the running server, which keeps the diagnosis; without one it runs the same checks from here and keeps nothing.
"""

from pathlib import Path
from typing import Any

import click

from watchbook.cli.client import Client, running_client
from watchbook.cli.speaking import DATA, FORMAT, SERVER, print_json
from watchbook.model.quantities import say_duration

_MARKS = {"confirmed": "▲", "likely": "◐", "ruled_out": "·", "inconclusive": "?"}
WAIT_S = 90.0


@click.command()
@click.argument("issue")
@click.option("--service", default=None, help="Whose issue; needed where several services are watched.")
@click.option("-e", "--environment", default=None, help="Where; the environment that pages otherwise.")
@click.option(
    "--runbook",
    default=None,
    type=click.Path(path_type=Path),
    help="Diagnose from this file, without a server.",
)
@FORMAT
@SERVER
@DATA
def command(
    issue: str,
    service: str | None,
    environment: str | None,
    runbook: Path | None,
    form: str,
    server: str | None,
    data: str | None,
) -> int:
    """Run the read-only checks of ISSUE (or of the issue of an alert) and print a verdict for each cause.

    Only commands that are proven read-only are run. Ends with 0 when a cause is confirmed or likely, 1 otherwise.
    """
    client = None if runbook is not None else running_client(server, data)
    if client is not None:
        found = _ask(client, issue, service, environment)
    else:
        from watchbook.app.operating.alone import diagnose_alone

        found = diagnose_alone(runbook, issue, environment, service)
    if form == "json":
        print_json(found)
    else:
        _say(found)
    return 0 if any(one["verdict"] in ("confirmed", "likely") for one in found["verdicts"]) else 1


def _ask(client: Client, issue: str, service: str | None, environment: str | None) -> dict[str, Any]:
    client.timeout_s = WAIT_S + 10
    named = only_service(client, service)
    known = client.get(f"/api/v1/services/{named}")
    names = {one["name"].casefold() for one in known["issues"]}
    word = "issue" if issue.casefold() in names else "alert"
    wanted = {"service": named, word: issue, "environment": environment, "wait_s": WAIT_S}
    if word == "alert" and not any(
        one["name"].casefold() == issue.rpartition("/")[2].casefold() for one in known["alerts"]
    ):
        wanted = {"service": named, "issue": issue, "environment": environment, "wait_s": WAIT_S}
    found: dict[str, Any] = client.post("/api/v1/diagnoses", wanted)
    return found


def only_service(client: Client, service: str | None) -> str:
    """The service that is meant: as named, else the only one. Raises UsageError where it must be named."""
    from watchbook.model.errors import UsageError
    from watchbook.model.ids import slug

    if service is not None:
        return slug(service)
    known = client.get("/api/v1/services")["services"]
    if len(known) != 1:
        names = ", ".join(one["name"] for one in known) or "none"
        raise UsageError("several services are watched", mend=f"Name one with --service: {names}.")
    return str(known[0]["id"])


def _say(found: dict[str, Any]) -> None:
    print(f"{found['issue']} ({found['service']}, {found['environment']})")
    for symptom in found["symptoms"]:
        mark = {True: "▲", False: "·", None: " "}[symptom["holds"]]
        print(f"  {mark} {symptom['text']}" + (f": {symptom['says']}" if symptom["says"] else ""))
    for outcome in found["findings"]:
        print(f"\n  $ {outcome['command']}")
        for line in (outcome["output"] or outcome["problem"]).splitlines()[:12]:
            print(f"    {line}")
    print()
    for verdict in found["verdicts"]:
        said = verdict["verdict"].replace("_", " ")
        print(f"  {_MARKS[verdict['verdict']]} {verdict['cause']}: {said}: {verdict['evidence']}")
    length_s = (found["ended_at"] or found["began_at"]) - found["began_at"]
    print(f"\n→ {found['next_action']}  ({say_duration(round(length_s, 1))})")
