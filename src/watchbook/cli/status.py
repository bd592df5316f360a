"""`watchbook status`: every service, what is wrong, since when, who was told. Asks the running server."""

from typing import Any

import click

from watchbook.cli.client import connect
from watchbook.cli.speaking import DATA, FORMAT, SERVER, ago, clock, print_json

_MARKS = {"healthy": "●", "degraded": "◐", "unhealthy": "▲", "unknown": "○"}


@click.command()
@click.argument("service", required=False)
@FORMAT
@SERVER
@DATA
def command(service: str | None, form: str, server: str | None, data: str | None) -> int:
    """Show every service, or one of them: what is wrong, since when, who was told.

    Ends with 0 when all is well, 1 when something fires.
    """
    client = connect(server, data)
    summaries = client.get("/api/v1/services")["services"]
    wanted = [
        one
        for one in summaries
        if service is None or service.casefold() in (one["id"], one["name"].casefold())
    ]
    if service is not None and not wanted:
        client.get(f"/api/v1/services/{service}")  # raises the server's own words
    views = [client.get(f"/api/v1/services/{one['id']}") for one in wanted]
    if form == "json":
        print_json(views)
    else:
        for view in views:
            _say(view)
        if service is None:
            _say_sources(client.get("/api/v1/sources")["sources"])
    return 1 if any(view["firing"] for view in views) else 0


def _say(view: dict[str, Any]) -> None:
    print(f"{_MARKS[view['status']]} {view['name']}: {view['headline']}")
    incident = view["incident"]
    if isinstance(incident, dict):
        _say_incident(incident)
    for check in view["checks"]:
        if check["status"] in ("unhealthy", "degraded"):
            print(
                f"    {_MARKS[check['status']]} {check['name']} ({check['environment']}): {check['reason']}"
            )
    for alert in view["alerts"]:
        if alert["problem"]:
            print(f"    ! {alert['name']} cannot be evaluated: {alert['problem']}")
    for silence in view["silences"]:
        muted = silence["alert"] or "all alerts"
        print(
            f"    ! {muted} silenced until {clock(silence['ends_at'])} by {silence['author']}: {silence['reason']}"
        )
    for name in view["unwired"]:
        print(f"    ! {name['name']} is wired to no channel: pages go to the console")
    for line in _of_text(view["document"], view["id"]):
        print(f"    ! {line}")
    for question in view["questions"]:
        print(f"    ? {question['text']}  (watchbook questions {question['id']})")


def _say_sources(sources: list[dict[str, Any]]) -> None:
    """Repositories with what is taken up of them, and whatever cannot be read."""
    for one in sources:
        if one["kind"] == "git" and one["commit"]:
            trusted = ", trusted" if one["trusted"] else ""
            print(f"{one['label']}: at {one['commit'][:7]} for {ago(one['since'])}{trusted}")
        for problem in filter(None, [one["problem"]]):
            print(f"    ! {problem}")


def _of_text(document: dict[str, Any], service: str) -> list[str]:
    """What a person should know of the text that is watched."""
    lines = []
    if document["outdated"]:
        lines.append(f"{document['outdated']}: watched as it was last read")
    if not document["trusted"]:
        lines.append(f"{document['reason']}: {', '.join(document['waiting'])}")
    lines += [
        f"{row['name']} ({row['kind']}): {row['says']}, since {clock(row['since'])}; watched as last read"
        for row in document["missing"]
        if row["kind"] in ("alert", "check", "environment")
    ]
    if document["waits"]:
        lines.append(f"the text waits to be accepted: watchbook accept {service}")
    return lines


def _say_incident(incident: dict[str, Any]) -> None:
    print(f"    incident {incident['number']}, {incident['severity']}, open for {ago(incident['opened_at'])}")
    for told in incident["told"]:
        if told["kind"] in ("trigger", "repeat"):
            problem = f": {told['problem']}" if told["problem"] else ""
            print(f"    {clock(told['at'])} {told['who']} by {told['channel']}, {told['state']}{problem}")
    if incident["acknowledged"]:
        print(
            f"    acknowledged by {incident['acknowledged']['by']} at {clock(incident['acknowledged']['at'])}"
        )
    elif incident["next_rung"]:
        print(f"    next: {incident['next_rung']['who']} at {clock(incident['next_rung']['at'])}")
    best = _best(incident["diagnosis"])
    if best:
        print(f"    {best['cause']} ({best['verdict']}): {best['evidence']}")
    if incident["next_action"]:
        print(f"    → {incident['next_action']['text']}")


def _best(diagnosis: dict[str, Any] | None) -> dict[str, Any] | None:
    verdicts = diagnosis["verdicts"] if diagnosis else []
    for wanted in ("confirmed", "likely"):
        for verdict in verdicts:
            if verdict["verdict"] == wanted:
                found: dict[str, Any] = verdict
                return found
    return None
