"""`watchbook silence`: mutes pages until a stated end, lists silences, ends one early. Asks the running server."""

import time

import click

from watchbook.cli.client import connect, path_of
from watchbook.cli.speaking import DATA, FORMAT, SERVER, clock, print_columns, print_json, seconds
from watchbook.model.errors import UsageError


@click.command()
@click.argument("service", required=False)
@click.argument("alert", required=False)
@click.option(
    "--for", "length", default=None, metavar="DURATION", help="How long (2h, 1 day). A silence needs an end."
)
@click.option("--reason", default=None, help="Why; stands in the journal and the handoff.")
@click.option("--end", "ended", default=None, metavar="ID", help="End this silence now.")
@FORMAT
@SERVER
@DATA
def command(
    service: str | None,
    alert: str | None,
    length: str | None,
    reason: str | None,
    ended: str | None,
    form: str,
    server: str | None,
    data: str | None,
) -> None:
    """Mute the pages of SERVICE, or of one ALERT of it. Without arguments, list the silences.

    Watching goes on: what is muted is journalled, and a resolve is always told.
    """
    client = connect(server, data)
    if ended is not None:
        client.post(path_of("silences", ended, "end"), {})
        print(f"Silence {ended} is over.")
        return
    if service is None:
        silences = client.get("/api/v1/silences")["silences"]
        if form == "json":
            print_json(silences)
        elif not silences:
            print("No silence.")
        else:
            print_columns(
                [
                    (
                        s["id"],
                        s["service"],
                        s["alert"] or "all alerts",
                        f"until {clock(s['ends_at'])}",
                        s["author"],
                        s["reason"],
                    )
                    for s in silences
                ]
            )
        return
    if length is None:
        raise UsageError("a silence needs an end", mend="Add --for 2h.")
    if not reason:
        raise UsageError(
            "a silence needs a reason", mend='Add --reason "…"; it stands in the journal and the handoff.'
        )
    body = {"service": service, "alert": alert, "ends_at": time.time() + seconds(length), "reason": reason}
    made = client.post("/api/v1/silences", body)
    if form == "json":
        print_json(made)
    else:
        print(
            f"Silence {made['id']} until {clock(made['ends_at'])}. End it with: watchbook silence --end {made['id']}"
        )
