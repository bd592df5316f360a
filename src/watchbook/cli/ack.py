"""`watchbook ack`: acknowledges an alert or an incident. Asks the running server."""

import click

from watchbook.cli.client import connect, path_of
from watchbook.cli.speaking import DATA, FORMAT, SERVER, clock, print_json, seconds


@click.command()
@click.argument("target")
@click.option(
    "--for",
    "length",
    default=None,
    metavar="DURATION",
    help="How long it holds (30m, 2h); 30 minutes otherwise.",
)
@click.option("--note", default="", help="What you are doing about it; stands in the timeline.")
@FORMAT
@SERVER
@DATA
def command(
    target: str, length: str | None, note: str, form: str, server: str | None, data: str | None
) -> None:
    """Acknowledge TARGET: an alert's id (shop/production/service-down) or an incident's number.

    The climb stops everywhere. Without any human action on the incident it begins again after 30 minutes.
    """
    body = {"for_s": seconds(length) if length else None, "note": note}
    kind = "alerts" if "/" in target else "incidents"
    given = connect(server, data).post(path_of(kind, target, "acknowledge"), body)
    if form == "json":
        print_json(given)
        return
    until = f" until {clock(given['until'])}" if given["until"] else ""
    print(f"Acknowledged by {given['by']}{until}.")
