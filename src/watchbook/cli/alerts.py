"""`watchbook alerts`: the alerts of all services, armed and observed. Asks the running server."""

from typing import Any

import click

from watchbook.cli.client import connect
from watchbook.cli.speaking import DATA, FORMAT, SERVER, ago, print_columns, print_json


@click.command()
@click.option("--service", default=None, help="Only this service.")
@click.option("--firing", is_flag=True, help="Only what fires.")
@FORMAT
@SERVER
@DATA
def command(service: str | None, firing: bool, form: str, server: str | None, data: str | None) -> None:
    """List the alerts of all services, armed and observed."""
    alerts = connect(server, data).get("/api/v1/alerts")["alerts"]
    alerts = [alert for alert in alerts if service is None or alert["id"].split("/")[0] == service.casefold()]
    if firing:
        alerts = [alert for alert in alerts if alert["status"] in ("firing", "firing_no_data", "resolving")]
    if form == "json":
        print_json(alerts)
        return
    if not alerts:
        print("No alert." if not firing else "Nothing fires.")
        return
    print_columns(
        [
            (
                alert["status"].replace("_", " "),
                ago(alert["since"]),
                "armed" if alert["armed"] else "observed",
                alert["severity"],
                alert["id"],
                alert["problem"] or _says(alert),
            )
            for alert in alerts
        ]
    )


def _says(alert: dict[str, Any]) -> str:
    """What was seen last, and that the runbook holds the row no longer."""
    says: str = alert["says"]
    return f"{says} (kept: {alert['missing']})" if alert["missing"] else says
