"""`watchbook up`: stands watch over runbooks until it is told to stop. The face that owns the process and its signals.

It loads, takes the data folder, listens, starts the application and the board, and takes everything down in order.
"""

import contextlib
import gc
import logging
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from watchbook.cli.client import actor
from watchbook.cli.speaking import DATA

if TYPE_CHECKING:
    import socket

    from watchbook.app.documents.sources import Snapshot, Sources
    from watchbook.app.watchbook import Setup, Watchbook


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--listen", default=None, metavar="HOST:PORT", help="Where the board and the API stand.")
@click.option("--shadow", is_flag=True, help="Evaluate and journal everything, page nobody.")
@DATA
def command(paths: tuple[Path, ...], listen: str | None, shadow: bool, data: str | None) -> None:
    """Stand watch over the runbooks at PATHS: files, patterns, or folders that hold them.

    Without PATHS, over those that watchbook.toml names in runbooks and [[sources]], or RUNBOOK.md here. What changes there
    is taken up while it runs. Ends with Ctrl-C.
    """
    gc.disable()  # until all is loaded: there is no garbage yet, and looking for it is a tenth of the start
    import asyncio

    from watchbook.api.serving import address_of, open_socket
    from watchbook.app.documents.sources import sources_of
    from watchbook.app.watchbook import Setup
    from watchbook.app.wiring import data_folder, wiring_for
    from watchbook.store import folder

    logging.basicConfig(
        format="watchbook: %(levelname)s: %(message)s", level=logging.WARNING, stream=sys.stderr
    )
    wiring = wiring_for(list(paths))
    place = data_folder(wiring, data)
    sources = sources_of(wiring, paths, place)
    snapshot = None if sources.remote else _first_reading(sources, place)
    with contextlib.ExitStack() as owned:
        taken = owned.enter_context(contextlib.closing(folder.take(place)))
        opened = owned.enter_context(contextlib.closing(open_socket(listen or wiring.listen)))
        snapshot = snapshot or _first_reading(sources, place)
        runbooks = tuple(snapshot.loaded.values())
        setup = Setup(
            wiring, runbooks, taken, address_of(opened), shadow, actor(), sources, snapshot.problems
        )
        asyncio.run(_stand_watch(setup, opened, tuple(snapshot.problems.values())))


def _first_reading(sources: "Sources", data: Path) -> "Snapshot":
    """What can be read now. Where nothing can, the data folder may still hold what was watched before: then that counts.

    Raises DocumentError where there is neither: an operator who named the wrong path hears of it.
    """
    from watchbook.app.recording import holds_last_good
    from watchbook.model.errors import DocumentError

    try:
        return sources.read()
    except DocumentError:
        again = sources.read()
        if not again.problems or not holds_last_good(data, again.problems):
            raise
        return again


async def _stand_watch(setup: "Setup", opened: "socket.socket", problems: tuple[str, ...]) -> None:
    """Runs until SIGINT or SIGTERM. The board answers while the application starts."""
    import asyncio

    from watchbook.api import make_app
    from watchbook.api.serving import serve
    from watchbook.api.settings import ServerSettings
    from watchbook.app.faces import Faces
    from watchbook.app.watchbook import Watchbook
    from watchbook.store.folder import ServerNote

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    watchbook = Watchbook(setup)
    try:
        await watchbook.start()
        app = make_app(Faces(watchbook), ServerSettings(stop, setup.wiring.public_url))
        setup.folder.announce(ServerNote(setup.url, os.getpid(), time.time()))
        _greet(watchbook, setup, problems)
        gc.freeze()  # what was loaded stays: no collection walks over it again, or holds a page back for it
        gc.enable()
        await serve(app, opened, stop)
    finally:
        stop.set()
        await watchbook.close()


def _greet(watchbook: "Watchbook", setup: "Setup", problems: tuple[str, ...]) -> None:
    """What is watched, and what a person should know before trusting it; `problems` are of sources."""
    from watchbook.deciding.directory import unwired_names

    print(f"Watchbook stands watch. Board: {setup.url}/")
    for service in watchbook.live.values():
        runbook, place = service.loaded.runbook, service.production()
        watched = list(place.watch.alerts.values()) if place else []
        armed = sum(str(one.state.id) in place.wanted_armed for one in watched) if place else 0
        checks = sum(len(one.checks) for one in service.places.values())
        print(
            f"  {runbook.service.name}: {checks} checks, {len(watched)} alerts, {armed} of them meant to page"
        )
        errors = sum(finding.severity == "error" for finding in runbook.findings)
        if errors:
            print(f"    ! {errors} findings are errors: watchbook check {service.loaded.path}")
        if place is None:
            continue
        for name, _kind in unwired_names(runbook, place.watch.directory):
            print(f"    ! {name} is wired to no channel: pages go to the console")
    for problem in problems:
        print(f"  ! not read: {problem}")
    for note in watchbook.reloading.notes:
        print(f"  ! {note}")
    if setup.shadow:
        print("  Shadow: everything is evaluated and journalled, nobody is paged.")
    sys.stdout.flush()
