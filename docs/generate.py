"""Makes the reference pages that come from the code: `make docs`, or `python -m docs.generate`.

`tests/docs/` holds the pages equal to what this makes. Pages written by hand (the API, the wiring, the journal) are held
against the code by tests of their own; nothing here touches them.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import click

from docs import catalogues, forms
from watchbook.app.views.own import Figure
from watchbook.app.watching.figures import Figures
from watchbook.app.watching.gauges import gauges_of
from watchbook.cli.main import watchbook

REFERENCE = Path(__file__).resolve().parent / "reference"
_MADE = "This page is made from the code (`make docs`)."


def main() -> int:
    """Writes every page that differs, and names it."""
    for path, make in PAGES.items():
        text = make()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"written: {path.relative_to(REFERENCE.parents[1])}\n")
    return 0


# The command line


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name, groups before their parts."""
    context = click.Context(watchbook, info_name="watchbook")
    for name in watchbook.list_commands(context):
        command = watchbook.get_command(context, name)
        assert command is not None
        yield f"watchbook {name}", command
        if isinstance(command, click.Group):
            for part in sorted(command.commands):
                yield f"watchbook {name} {part}", command.commands[part]


def command_line_page() -> str:
    """docs/reference/command-line.md."""
    parts = [_COMMAND_LINE_HEAD.format(made=_MADE)]
    for name, command in commands():
        context = click.Context(command, info_name=name)
        usage = " ".join([name, *command.collect_usage_pieces(context)])
        parts += [f"## `{name}`\n", f"```\n{usage}\n```\n", *_help(command), *_options(command, context)]
    return "\n".join(parts).rstrip() + "\n"


_COMMAND_LINE_HEAD = """# The command line

`init`, `check`, `fix`, `diff`, `explain`, `test`, `journal`, and `diagnose` and `run` with `--runbook`, need no server.
The others talk to the one that owns the data folder: `--server URL`, else `--data FOLDER`, else `$WATCHBOOK_DATA`, else
`data` of `watchbook.toml` here or in a folder above, else `.watchbook` beside it.

`--format json` prints what the [API](api.md) answers. Fields may be added, never renamed.

| Exit code | Means |
|---|---|
| 0 | done; `status`: all is well; `check`: nothing at or above `--fail-on`; `diagnose`: a cause is confirmed or likely |
| 1 | not done, or the answer is no: an alert fires, a finding, no cause found, a run that did not complete, no server |
| 2 | the call itself makes no sense: an unknown option, a file that is not there, a wiring with mistakes |
| 130 | ended with Ctrl-C |

Messages of mistakes go to the error output in one line: what, where, what to do. `$WATCHBOOK_ACTOR` is the name that stands
in the journal for what you do; without it, the user of this machine. {made}
"""


def _help(command: click.Command) -> Iterator[str]:
    for paragraph in (command.help or "").split("\n\n"):
        yield " ".join(paragraph.split()) + "\n"


def _options(command: click.Command, context: click.Context) -> list[str]:
    rows = [record for param in command.params if (record := param.get_help_record(context))]
    rows = [(option, says) for option, says in rows if option.startswith("-")]
    if not rows:
        return []
    table = [f"| `{_cell(option)}` | {_cell(says)} |" for option, says in rows]
    return ["| Option | |", "|---|---|", *table, ""]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


# Watchbook's own figures


def own_figures() -> tuple[Figure, ...]:
    """Every figure that `/metrics` exposes, without values: what a gauge reads is not asked."""
    nothing = cast(Any, None)
    gauges = gauges_of(nothing, nothing, nothing, {})
    return (*Figures().all(), *(Figure(gauge.name, "gauge", gauge.says, ()) for gauge in gauges))


def figures_page() -> str:
    """docs/reference/figures.md."""
    rows = [f"| `{_exposed(one)}` | {one.kind} | {_cell(one.says)} |" for one in own_figures()]
    return "\n".join(
        [_FIGURES_HEAD.format(made=_MADE), "| Figure | Kind | What it is |", "|---|---|---|", *rows, ""]
    )


def _exposed(figure: Figure) -> str:
    return f"{figure.name}_total" if figure.kind == "counter" else figure.name


_FIGURES_HEAD = """# Watchbook's own figures

`GET /metrics` answers with these, as OpenMetrics or in Prometheus' older text form. Times are seconds, sizes bytes. A
histogram has the usual `_bucket`, `_sum` and `_count` series. {made}
"""

PAGES: dict[Path, Callable[[], str]] = {
    REFERENCE / "command-line.md": command_line_page,
    REFERENCE / "figures.md": figures_page,
    REFERENCE / "findings.md": catalogues.findings_page,
    REFERENCE / "signals.md": catalogues.signals_page,
    REFERENCE / "forms.md": forms.page,
}

if __name__ == "__main__":
    sys.exit(main())
