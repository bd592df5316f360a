"""`watchbook accept`: a person accepts a changed text, after its changes in words. Asks the running server.

What waits is decided by the server; here it is shown, asked about and sent back with the hash of what was shown. A file is
approved by its digest before a source has it.
"""

import sys
from pathlib import Path
from typing import Any

import click

from watchbook.cli.client import Client, connect, path_of
from watchbook.cli.speaking import DATA, SERVER, ago
from watchbook.model.errors import NotFoundError, UsageError
from watchbook.model.ids import slug

_MARKS = {"pages_less": "pages less", "runs_more": "runs more", "guards_less": "guards less", "none": ""}


@click.command()
@click.argument("service", required=False, metavar="[SERVICE|FILE]")
@click.option("--yes", is_flag=True, help="Accept without asking, after printing what is accepted.")
@click.option(
    "--digest", default=None, metavar="SHA256", help="Accept this text only, now or when it arrives."
)
@click.option("--reason", default="", help="Written beside an approval that is given ahead.")
@SERVER
@DATA
def command(
    service: str | None, yes: bool, digest: str | None, reason: str, server: str | None, data: str | None
) -> int:
    """Accept what changed in the runbook of SERVICE, or of all services where something waits.

    Shows in words what the new text changes, then asks. From then on its read-only commands run unattended, and rows that
    are gone from it are watched no longer. With a FILE, or a --digest that no source has yet, that text is approved ahead.

    Ends with 0 when all is accepted, 1 when something still waits.
    """
    client = connect(server, data)
    if service is not None and digest is None and _is_file(client, service):
        return _approve_file(client, Path(service), yes, reason)
    views = _waiting(client, service)
    if digest is not None:
        views = [view for view in views if view["document"]["digest"] == digest]
        if not views:
            return _approve(client, digest, reason)
    if not views:
        print("Nothing waits to be accepted.")
        return 0
    accepted = [_accept(client, view, yes) for view in views]  # each is shown, whatever was said to another
    return 0 if all(accepted) else 1


def _is_file(client: Client, name: str) -> bool:
    """A file, unless a service goes by that name."""
    known = {one["id"] for one in client.get("/api/v1/services")["services"]}
    return slug(name) not in known and Path(name).is_file()


def _waiting(client: Client, service: str | None) -> list[dict[str, Any]]:
    summaries = client.get("/api/v1/services")["services"]
    wanted = [one for one in summaries if service is None or slug(service) == one["id"]]
    if service is not None and not wanted:
        raise NotFoundError(
            f"no service “{service}” is watched here, and there is no such file",
            mend=f"Watched are: {', '.join(one['name'] for one in summaries) or 'none'}.",
        )
    views = [client.get(path_of("services", one["id"])) for one in wanted]
    return [view for view in views if view["document"]["waits"] or view["document"]["changes"]]


def _accept(client: Client, view: dict[str, Any], yes: bool) -> bool:
    """Shows one text, asks, and accepts. False where the person said no."""
    document = view["document"]
    print(f"{view['name']}: {document['revision']} at {document['digest'][:12]}")
    for line in what_waits(document):
        print(f"  {line}")
    if not yes and not _asked(f"Accept this text of {view['name']}?"):
        print(f"{view['name']}: left as it is.")
        return False
    body = {"digest": document["digest"], "content_hash": document["content_hash"]}
    client.post(path_of("services", view["id"], "document", "accept"), body)
    print(f"{view['name']}: accepted.")
    return True


def what_waits(document: dict[str, Any]) -> list[str]:
    """What an acceptance would mean, line by line: changes, what would run, what would be let go."""
    lines = []
    if document["accepted_at"]:
        lines.append(f"accepted last by {document['accepted_by']}, {ago(document['accepted_at'])} ago")
    for change in document["changes"]:
        mark = _MARKS.get(change["risk"], "")
        lines.append(f"{mark:<11}  {change['says']}")
    if not document["changes"]:
        lines.append("the text is the accepted one; only what is missing in it waits")
    lines += [
        f"{'let go':<11}  {row['name']} ({row['kind']}): {row['says']}; it would be watched no longer"
        for row in document["missing"]
        if row["kind"] != "text"
    ]
    return lines


def _asked(question: str) -> bool:
    if not sys.stdin.isatty():
        raise UsageError(
            "there is nobody to ask here", mend="Read what would be accepted above, then add --yes."
        )
    return click.confirm(question, default=False)


def _approve_file(client: Client, path: Path, yes: bool, reason: str) -> int:
    """Shows what a file would run unattended, for each of its services, asks, and approves its digest."""
    from watchbook.app.documents.loading import Found, load_found
    from watchbook.model.runbook import Runbook, Service
    from watchbook.reading.differences import differences

    services = [loaded.runbook for loaded in load_found(Found(path))]
    for runbook in services:
        name = runbook.service.name
        print(f"{path}: {name} at {runbook.digest[:12]}")
        changes = differences(Runbook(Service(name)), runbook)
        runs = [change.says for change in changes if change.kind == "unattended"]
        for says in runs or ["it runs no command unattended"]:
            print(f"  {says}")
    if not yes and not _asked("Approve this text, so that these commands run as soon as a source has it?"):
        print("Left as it is.")
        return 1
    return _approve(client, services[0].digest, reason)


def _approve(client: Client, digest: str, reason: str) -> int:
    client.post("/api/v1/approvals", {"digest": digest, "reason": reason})
    print(f"Approved: {digest[:12]} runs its read-only commands unattended as soon as a source has it.")
    return 0
