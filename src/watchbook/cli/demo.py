"""`watchbook demo`: a small real service with its runbook, to break and to watch. Starts, stops and plays `app.demo`.

Needs no server: it starts one. It decides nothing about the shop; what it can break stands in the example's scripts.
"""

import contextlib
import shutil
import signal
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from watchbook.cli.speaking import FORMAT, clock, print_columns, print_json
from watchbook.model.errors import UsageError, WatchbookError

if TYPE_CHECKING:
    from watchbook.app.demo.running import Demo

AT = click.option(
    "--at",
    "folder",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo"),
    show_default=True,
    help="Folder of the demo.",
)


@click.group()
def command() -> None:
    """Start a small real service with its runbook, and break it.

    Everything runs on this machine, in a folder of its own.
    """


@command.command()
@AT
@click.option("--ports", "base", metavar="BASE", type=int, default=None, help="First port, instead of 8100.")
@click.option(
    "--foreground", is_flag=True, help="Stay until Ctrl-C, show the pages, and stop everything then."
)
@FORMAT
def start(folder: Path, base: int | None, foreground: bool, form: str) -> int:
    """Start the shop, a phone for its pages, and Watchbook over both."""
    demo = _demo(folder)
    text = form == "text"
    try:
        demo.start(base, _say if text else lambda _: None)
    except KeyboardInterrupt:
        demo.stop()
        raise
    if not text:
        print_json({"board": demo.folder.board, "phone": demo.folder.phone, "shop": demo.folder.shop})
    else:
        _invite(demo, "" if folder == Path("demo") else f" --at {folder}")
    return _stay(demo) if foreground else 0


@command.command()
@AT
@FORMAT
def stop(folder: Path, form: str) -> None:
    """Stop everything that runs; the folder stays."""
    was_there = _demo(folder).stop()
    if form == "json":
        print_json({"stopped": was_there})
    else:
        print("the demo is stopped" if was_there else f"no demo ran in {folder}")


@command.command()
@AT
@FORMAT
def status(folder: Path, form: str) -> int:
    """Say what runs, where, and what is broken. Ends with 1 where something does not run."""
    demo = _demo(folder)
    programs = demo.programs() if demo.folder.kept() else []
    running = bool(programs) and all(program.running for program in programs)
    broken = demo.broken() if running else []
    if form == "json":
        print_json({"running": running, "programs": [asdict(one) for one in programs], "broken": broken})
        return 0 if running else 1
    if not programs:
        print(f"no demo in {folder}: watchbook demo start")
    for program in programs:
        print(f"{program.name:<10} {program.address}  {'runs' if program.running else 'is stopped'}")
    if running:
        print(f"broken     {', '.join(broken) or 'nothing'}")
    return 0 if running else 1


@command.command(name="break")
@click.argument("name")
@AT
@FORMAT
def break_it(name: str, folder: Path, form: str) -> None:
    """Break the shop: database, memory, deployment, errors, latency, outage, cache or crash."""
    demo = _demo(folder)
    demo.demand_running()
    demo.break_it(name)
    if form == "json":
        print_json({"broken": name})
    else:
        print(f"{name}: {demo.faults()[name]}. Watch {demo.folder.board} and {demo.folder.phone}")


@command.command()
@AT
@FORMAT
def reset(folder: Path, form: str) -> None:
    """Put everything right, whatever was broken."""
    demo = _demo(folder)
    demo.demand_running()
    demo.reset()
    print_json({"broken": []}) if form == "json" else print("the shop is healthy")


@command.command()
@click.argument("name")
@AT
@click.option(
    "--ports",
    "base",
    metavar="BASE",
    type=int,
    default=None,
    help="Start a demo on these ports first; stop it after.",
)
@FORMAT
def play(name: str, folder: Path, base: int | None, form: str) -> int:
    """Break the shop, and follow Watchbook until the incident is resolved, without a person.

    Ends with PASS and 0, or with FAIL, what was expected, and 1.
    """
    from watchbook.app.demo.playing import Performance, Stage
    from watchbook.app.demo.plays import PLAYS

    if name not in PLAYS:
        raise UsageError(f"there is no play “{name}”", mend=f"Choose from {', '.join(PLAYS)}.")

    def say(stage: Stage) -> None:
        if form == "text":
            print(f"+{stage.at_s:.1f} s {stage.says}", flush=True)

    demo = _demo(folder)
    started = base is not None and not demo.watching()
    if started:
        demo.start(base, lambda _: None)
    try:
        outcome = Performance(demo, PLAYS[name], say).perform()
    finally:
        if started:
            demo.stop()
    if form == "json":
        print_json(asdict(outcome))
    elif outcome.passed:
        print(f"PASS {name} {outcome.took_s:.1f} s")
    else:
        print(f"FAIL {name} {outcome.took_s:.1f} s: {outcome.problem}")
    return 0 if outcome.passed else 1


def _say(line: str) -> None:
    """Prints a line; a reader that has gone (`| head -1`) does not end what is being started."""
    with contextlib.suppress(BrokenPipeError):
        print(line, flush=True)


def _invite(demo: "Demo", at: str) -> None:
    """How to break things, and where to look."""
    called = _called()
    rows = [(f"{called} demo break {name}{at}", says) for name, says in demo.faults().items()]
    rows.append((f"{called} demo reset{at}", "puts everything right"))
    rows.append((f"{called} demo play database{at}", "breaks it, and mends it without a person"))
    rows.append((f"{called} demo stop{at}", "stops everything"))
    print()
    print_columns(rows, indent="  ")
    print(f"\nOpen {demo.folder.board} and break something.")


def _called() -> str:
    """How a person calls Watchbook here: by its name where that is found, else by the path it was called with."""
    program = Path(sys.argv[0])
    if shutil.which("watchbook") is not None or program.name != "watchbook":
        return "watchbook"
    here = Path.cwd()
    absolute = program.absolute()
    return str(absolute.relative_to(here) if absolute.is_relative_to(here) else absolute)


def _stay(demo: "Demo") -> int:
    """Prints pages as the phone gets them, until Ctrl-C or SIGTERM; then stops everything. 1 where Watchbook ended."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    print("Ctrl-C stops everything.", flush=True)
    pages = demo.pages(0)
    seen = pages[-1]["number"] if pages else 0
    try:
        while demo.watching() and not ended.is_set():
            for page in demo.pages(seen, wait_s=0.5):
                seen, body = page["number"], page["body"]
                at = clock(page["received_at"])
                print(f"{at}  {body['kind']} to {body['contact']}: {body.get('summary', '')}", flush=True)
    except WatchbookError as error:
        print(f"watchbook: {error}", file=sys.stderr)
    finally:
        if not ended.is_set() and not demo.watching():
            log = demo.folder.path / "logs" / "watchbook.log"
            print(f"watchbook: {log}: Watchbook ended; its last words stand there.", file=sys.stderr)
        demo.stop()
        print("the demo is stopped")
    return 0 if ended.is_set() else 1


def _demo(folder: Path) -> "Demo":
    from watchbook.app.demo.folder import DemoFolder
    from watchbook.app.demo.running import Demo

    return Demo(DemoFolder(folder.absolute()))
