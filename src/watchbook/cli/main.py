"""`watchbook`: finds the command's module, imports only that, and prints a user's error as one line.

Called by the installed script. It knows the commands' names and one sentence for each; what they do is in
`watchbook.cli.NAME`, each of which has a click command named `command`.
"""

import importlib
import sys
from collections.abc import Sequence

import click

from watchbook import __version__
from watchbook.model.errors import WatchbookError

COMMANDS = {
    "init": "Write a first runbook from what is found in a folder.",
    "up": "Stand watch: probes, alerts, paging, board and API on one port.",
    "check": "Say what a runbook leaves out, gets wrong or would let someone down with.",
    "fix": "Show safe edits for findings that have one, or make them.",
    "diff": "Say in words what a change of runbooks changes.",
    "test": "Play the scenarios of a runbook: what fires, who is paged, what diagnosis says.",
    "explain": "Print what each line of a runbook was understood to mean.",
    "status": "Show every service: what is wrong, since when, who was told.",
    "alerts": "List the alerts of all services, armed and observed.",
    "ack": "Acknowledge an alert or an incident; the climb stops.",
    "accept": "Accept what changed in a runbook that is watched.",
    "arm": "Let an alert page, instead of only observing it.",
    "silence": "Mute the pages of a service or an alert until a stated end.",
    "incident": "Show an incident with its timeline.",
    "diagnose": "Run an issue's read-only checks and print a verdict for each cause.",
    "run": "Run a procedure, step by step, on the record.",
    "questions": "List what waits for a person, and answer it.",
    "journal": "Read the journal, or verify its chain.",
    "demo": "Start a small real service with its runbook, and break it.",
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, so that `--version` and `check` start quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"watchbook.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="watchbook %(version)s")
def watchbook() -> None:
    """Watchbook runs the operational runbook: one Markdown file is the probes, the alerts, the paging, the diagnosis
    and the procedures of a service, and stays readable at three in the morning."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point. A `WatchbookError` ends with its one line and its exit code; a bug keeps its traceback."""
    try:
        result = watchbook.main(
            args=list(arguments) if arguments is not None else None, standalone_mode=False
        )
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)
    except WatchbookError as error:
        print(f"watchbook: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    sys.exit(result if isinstance(result, int) else 0)
