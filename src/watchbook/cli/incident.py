"""`watchbook incident`: an incident with its timeline, or the list of them. Asks the running server."""

from typing import Any

import click

from watchbook.cli.client import connect, path_of
from watchbook.cli.speaking import DATA, FORMAT, SERVER, clock, print_columns, print_json


@click.command()
@click.argument("number", required=False)
@FORMAT
@SERVER
@DATA
def command(number: str | None, form: str, server: str | None, data: str | None) -> None:
    """Show incident NUMBER with its timeline; without it, list the incidents, newest first."""
    client = connect(server, data)
    if number is None:
        incidents = client.get("/api/v1/incidents")["incidents"]
        if form == "json":
            print_json(incidents)
        elif not incidents:
            print("No incident.")
        else:
            print_columns(
                [
                    (
                        str(i["number"]),
                        i["state"],
                        i["severity"],
                        clock(i["opened_at"]),
                        i["service"],
                        i["title"],
                    )
                    for i in incidents
                ]
            )
        return
    incident = client.get(path_of("incidents", number))
    if form == "json":
        print_json(incident)
    else:
        _say(incident)


def _say(incident: dict[str, Any]) -> None:
    print(f"Incident {incident['number']}: {incident['title']}")
    print(f"{incident['state']}, {incident['severity']}, {incident['service']} in {incident['environment']}")
    rows = [(clock(entry["occurred_at"]), entry["actor"], entry["summary"]) for entry in incident["timeline"]]
    if rows:
        print()
        print_columns(rows)
    if incident["next_action"]:
        print(f"\n→ {incident['next_action']['text']}")
