"""`watchbook journal`: the journal of a data folder, and the check of its chains. Reads the store; no server is needed.

It changes nothing, and does not disturb a server that runs.
"""

import dataclasses
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from watchbook.cli.speaking import DATA, FORMAT, clock, print_columns, print_json

if TYPE_CHECKING:
    from watchbook.model.incidents import JournalEntry
    from watchbook.store.journal import Chain
    from watchbook.store.store import Reader


@click.group(invoke_without_command=True)
@click.option("--service", default="", help="Only this service.")
@click.option("--incident", default="", help="Only this incident: its number or its id.")
@click.option("--after", type=click.IntRange(0), default=0, help="Only entries with a higher number.")
@click.option("--last", type=click.IntRange(1), default=None, help="Only the newest so many.")
@FORMAT
@DATA
@click.pass_context
def command(
    context: click.Context,
    service: str,
    incident: str,
    after: int,
    last: int | None,
    form: str,
    data: str | None,
) -> None:
    """Read the journal, or verify its chain.

    Each service's entries are chained: every entry holds the hash of the one before it.
    """
    context.obj = {"service": service, "data": data, "form": form}
    if context.invoked_subcommand is not None:
        return
    from watchbook.store.journal import Wanted, read

    reader = _open(data)
    try:
        incident = _incident_id(reader, incident)
        service = _service_known(reader, service)
        wanted = Wanted(
            after=after, service=service, incident=incident, limit=last, newest_first=last is not None
        )
        entries = reader.read_now(lambda connection: read(connection, wanted))
    finally:
        reader.close()
    _print_entries(tuple(reversed(entries)) if last is not None else entries, form)


@command.command()
@click.option("--service", default="", help="Only this service.")
@click.option(
    "--anchor", multiple=True, metavar="HASH", help="A head kept elsewhere, which must be in the chain."
)
@FORMAT
@DATA
@click.pass_context
def verify(context: click.Context, service: str, anchor: tuple[str, ...], form: str, data: str | None) -> int:
    """Check that no entry was changed, removed or put in between; name the first broken link.

    Prints each service's head: the hash of its newest entry. Keep it somewhere else, and give it as --anchor later.
    """
    from watchbook.store.journal import holds, verify_all

    form = context.obj["form"] if form == "text" else form
    reader = _open(data or context.obj["data"])
    try:
        service = _service_known(reader, service or context.obj["service"])
        chains = reader.read_now(lambda connection: verify_all(connection, service))
        lost = [one for one in anchor if not reader.read_now(partial(holds, anchor=one))]
    finally:
        reader.close()
    if form == "json":
        print_json(_as_json(chains, lost))
    else:
        _print_chains(chains, lost)
    return 1 if lost or any(chain.broken for chain in chains) else 0


def _open(data: str | None) -> "Reader":
    from watchbook.app.wiring import find_data_folder
    from watchbook.store.folder import DATABASE
    from watchbook.store.store import Reader

    return Reader(find_data_folder(data) / DATABASE)


def _service_known(reader: "Reader", service: str) -> str:
    """The service as the journal writes it, from any spelling. NotFoundError names those that are there."""
    from watchbook.model.errors import NotFoundError
    from watchbook.model.ids import slug
    from watchbook.store.journal import services

    if not service:
        return ""
    known = reader.read_now(services)
    for name in known:
        if slug(name) == slug(service):
            return name
    raise NotFoundError(
        f"the journal has no service “{service}”", mend=f"It has: {', '.join(known) or 'none yet'}."
    )


def _incident_id(reader: "Reader", incident: str) -> str:
    """An incident's id from what a person gives. NotFoundError for a number that is not there."""
    from watchbook.model.errors import NotFoundError
    from watchbook.model.incidents import Incident
    from watchbook.store.records import load

    number = incident.removeprefix("#")
    if not number.isdecimal():
        return incident
    found = reader.read_now(lambda connection: load(connection, Incident, {"number": int(number)}))
    if not found:
        raise NotFoundError(f"there is no incident {number}", mend="`watchbook incident` lists them.")
    return str(found[0].id)


def _print_entries(entries: "tuple[JournalEntry, ...]", form: str) -> None:
    if form == "json":
        print_json({"version": 1, "entries": [dataclasses.asdict(entry) for entry in entries]})
    elif not entries:
        print("No entries.")
    else:
        print_columns(
            [
                (
                    f"#{entry.sequence}",
                    clock(entry.occurred_at),
                    entry.service,
                    entry.kind,
                    _actor(entry),
                    entry.summary,
                )
                for entry in entries
            ]
        )


def _actor(entry: "JournalEntry") -> str:
    """Names given on this machine are nobody's proof (rule 45)."""
    if entry.verified_actor or entry.actor == "watchbook":
        return entry.actor
    return f"{entry.actor} (unverified)"


def _as_json(chains: "tuple[Chain, ...]", lost: list[str]) -> dict[str, Any]:
    return {
        "version": 1,
        "whole": not lost and not any(chain.broken for chain in chains),
        "chains": [dataclasses.asdict(chain) for chain in chains],
        "missing_anchors": lost,
    }


def _print_chains(chains: "tuple[Chain, ...]", lost: list[str]) -> None:
    if not chains:
        print("No entries.")
    print_columns(
        [
            (
                chain.service,
                f"{chain.entries} entries",
                "whole" if chain.broken is None else "BROKEN",
                f"head {chain.head}",
            )
            for chain in chains
        ]
    )
    for chain in chains:
        if chain.broken is not None:
            print(
                f"watchbook: {chain.service}: broken at entry #{chain.broken.sequence}: {chain.broken.reason}.",
                file=sys.stderr,
            )
    for anchor in lost:
        print(f"watchbook: no entry has the hash {anchor}: it was pruned, or is gone.", file=sys.stderr)
