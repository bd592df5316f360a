"""`watchbook arm`: lets alerts page, or only be observed again. Asks the running server."""

import click

from watchbook.cli.client import Client, connect, path_of
from watchbook.cli.speaking import DATA, SERVER
from watchbook.model.errors import NotFoundError
from watchbook.model.ids import slug


@click.command()
@click.argument("service")
@click.argument("alert", required=False)
@click.option("--off", is_flag=True, help="Observe only, instead of paging.")
@SERVER
@DATA
def command(service: str, alert: str | None, off: bool, server: str | None, data: str | None) -> None:
    """Let ALERT of SERVICE page, or all of its alerts.

    Until then they are observed: evaluated and journalled, sent to nobody.
    """
    client = connect(server, data)
    for one in _chosen(client, service, alert):
        after = client.post(path_of("alerts", one, "disarm" if off else "arm"), {})
        print(
            f"{after['name']} ({after['environment']}): {'armed, it pages' if after['armed'] else 'observed'}"
        )


def _chosen(client: Client, service: str, alert: str | None) -> list[str]:
    ids = [
        one["id"]
        for one in client.get("/api/v1/alerts")["alerts"]
        if one["id"].split("/")[0] == slug(service)
    ]
    if alert is not None:
        ids = [one for one in ids if one.rsplit("/", 1)[1] == slug(alert) or one == alert]
    if not ids:
        raise NotFoundError(
            f"{service} has no alert" + (f" named {alert}" if alert else ""),
            mend="`watchbook alerts` lists them.",
        )
    return ids
