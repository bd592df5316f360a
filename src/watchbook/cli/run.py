"""`watchbook run`: a procedure, step by step, on the record. Over the running server, or alone where none runs.

It shows every command before it asks, prints what steps do as they do it, and puts each question to the person here.
"""

import sys
import time
from pathlib import Path
from typing import Any

import click

from watchbook.app.operating.operator import Operator
from watchbook.cli.client import running_client
from watchbook.cli.diagnose import only_service
from watchbook.cli.questions import show
from watchbook.cli.speaking import DATA, FORMAT, SERVER, print_json
from watchbook.model.errors import UsageError

_MARKS = {
    "done": "✓",
    "failed": "✗",
    "skipped": "–",
    "interrupted": "!",
    "running": "…",
    "waiting": "…",
    "to_do": " ",
}
_OVER = ("completed", "failed", "cancelled")
LOOK_S = 0.2


@click.command()
@click.argument("procedure")
@click.option("--service", default=None, help="Whose procedure; needed where several services are watched.")
@click.option(
    "-e", "--environment", default=None, help="Run the steps of this environment, and those of none."
)
@click.option(
    "-p", "--parameter", "parameters", multiple=True, metavar="NAME=VALUE", help="A parameter's value."
)
@click.option("--dry-run", is_flag=True, help="Show every step with its values filled in; execute nothing.")
@click.option(
    "--yes", is_flag=True, help="Confirm what is shown, without asking. Everything else is still asked."
)
@click.option(
    "--runbook", default=None, type=click.Path(path_type=Path), help="Run from this file, without a server."
)
@click.option("--offline", default="", metavar="REASON", help="Why this runs without the server; journalled.")
@FORMAT
@SERVER
@DATA
def command(
    procedure: str,
    service: str | None,
    environment: str | None,
    parameters: tuple[str, ...],
    dry_run: bool,
    yes: bool,
    runbook: Path | None,
    offline: str,
    form: str,
    server: str | None,
    data: str | None,
) -> int:
    """Run PROCEDURE, or the remedy of a cause of that name.

    Ends with 0 when it completed, 1 when it did not. A run that was left waits for its answers on the board.
    """
    wanted: dict[str, Any] = {
        "environment": environment,
        "parameters": dict(_pair(one) for one in parameters),
    }
    client = None if runbook is not None or offline else running_client(server, data)
    operator: Operator
    if client is not None:
        from watchbook.cli.remote import RemoteOperator

        operator = RemoteOperator(client, only_service(client, service))
    else:
        from watchbook.app.operating.alone import AloneOperator

        operator = AloneOperator(runbook, service, data, offline, writes=not dry_run)
    with operator:
        plan = operator.plan({**wanted, "procedure": procedure})
        if dry_run:
            return _show_plan(plan, form)
        for problem in plan["problems"]:
            raise UsageError(problem, mend="Mend the runbook, then run it.")
        run = operator.start({**wanted, "procedure": plan["procedure"]})
        try:
            return _follow(operator, run, yes, form)
        except (click.Abort, KeyboardInterrupt):
            print(f"\nwatchbook: left. {operator.left}", file=sys.stderr)
            raise


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.BadParameter(f"“{text}” is not NAME=VALUE.")
    return name, value


def _show_plan(plan: dict[str, Any], form: str) -> int:
    if form == "json":
        print_json(plan)
        return 1 if plan["problems"] else 0
    where = f" in {plan['environment']}" if plan["environment"] else ""
    print(
        f"{plan['procedure']}{where}: {len(plan['steps'])} steps, {plan['safety'].replace('_', ' ')}. Nothing is executed."
    )
    for number, step in enumerate(plan["steps"], 1):
        waits = f"  (waits for {step['waits_for']})" if step["waits_for"] else ""
        print(f"\n{number}. {step['name'] or step['text']}{waits}")
        for line in step["commands"]:
            print(f"     {line}    [{(step['safety'] or '').replace('_', ' ')}]")
        if step["expects"]:
            print(f"     expected: {step['expects']}")
    for name in plan["missing"]:
        print(f"\n! {name} has no value: -p {name}=…")
    for problem in plan["problems"]:
        print(f"\n! {problem}")
    if plan["holder"]:
        print(f"\n! it would wait for run {plan['holder']}")
    return 1 if plan["problems"] else 0


def _follow(operator: Operator, run: dict[str, Any], yes: bool, form: str) -> int:
    """Prints steps as they move and puts questions, until the run is over."""
    said: dict[str, str] = {}
    while True:
        if form == "text":
            _say_moves(run, said)
        open_ones = [question for question in run["questions"] if question["answered_at"] is None]
        if run["state"] in _OVER:
            break
        if open_ones:
            run = _answer(operator, run, open_ones[0], yes)
            continue
        time.sleep(LOOK_S)
        run = operator.run(run["id"])
    if form == "json":
        print_json(run)
    else:
        print(f"{run['state']}: {run['reason']}" if run["reason"] else run["state"])
    return 0 if run["state"] == "completed" else 1


def _say_moves(run: dict[str, Any], said: dict[str, str]) -> None:
    if run["state"] == "queued" and said.get("") != "queued":
        said[""] = "queued"
        print(f"… waits for run {run['holder']}, which holds {run['service']}")
    for one in run["steps"]:
        step, state = one["step"], one["state"]
        if state == "to_do" or said.get(step["id"]) == state:
            continue
        said[step["id"]] = state
        reason = (
            f": {one['reason']}" if one["reason"] and state in ("failed", "interrupted", "skipped") else ""
        )
        print(f"{_MARKS[state]} {step['name'] or step['text']}{reason}")
        if state in ("done", "failed") and one["attempts"]:
            for line in one["attempts"][-1]["output"].splitlines()[-15:]:
                print(f"    {line}")


def _answer(operator: Operator, run: dict[str, Any], question: dict[str, Any], yes: bool) -> dict[str, Any]:
    """Puts one question to the person, and gives the answer."""
    print()
    if yes and question["kind"] == "confirm" and not question["step"]:
        answer = "confirm"
        show(question, answered=answer)
    else:
        show(question)
        kind = click.Choice(question["options"]) if question["options"] else None
        hidden = question["kind"] == "parameter" and "secret" in question["text"].casefold()
        answer = str(click.prompt("Answer", type=kind, hide_input=hidden, show_choices=False))
    operator.answer(question["id"], answer, question["content_hash"])
    return operator.run(run["id"])
