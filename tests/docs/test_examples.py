"""What the documentation shows works: commands are called, runbooks are read, wirings are taken."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from tests.docs.pages import DOCS, ROOT, Block, blocks, name_of, pages

from watchbook.app.wiring.reading import read_wiring
from watchbook.cli.main import watchbook
from watchbook.reading import read_runbook

SHELL = ("", "bash", "sh", "console")
_COMMAND = re.compile(r"^(?:\.venv/bin/)?watchbook (?P<rest>[^#\n]*)", re.MULTILINE)
_IN_A_SENTENCE = re.compile(r"`(?:\.venv/bin/)?watchbook ([^`]+)`")
# What can be called without a server, in a copy of nothing: it reads a file of this repository, or prints help.
CHEAP = [
    "--version",
    "--help",
    "check examples/01-shop",
    "check --fail-on warning --at 2026-11-23 RUNBOOK.md",
    "check --format github examples/02-nginx",
    "check --format sarif examples",
    "check --format json examples",
    "check --at 2026-11-23 examples",
    "explain RUNBOOK.md",
    "explain RUNBOOK.md --format json",
    "explain RUNBOOK.md --html",
    "diff examples/01-shop/RUNBOOK.md RUNBOOK.md",
    "diff examples/01-shop/RUNBOOK.md RUNBOOK.md --format markdown",
]


def _calls(page: Path) -> list[str]:
    """Every call of Watchbook that a page shows, in its blocks and in its sentences."""
    text = page.read_text(encoding="utf-8")
    found = [
        call["rest"]
        for block in blocks(page)
        if block.language in SHELL
        for call in _COMMAND.finditer(block.text)
    ]
    return [*found, *_IN_A_SENTENCE.findall(text)]


def _parsed(words: list[str]) -> None:
    """Lets click parse a call without running it. Raises what click raises."""
    context = click.Context(watchbook, info_name="watchbook")
    command: click.Command = watchbook
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(context, words[0])
        if found is None:
            raise click.UsageError(f"there is no command {words[0]}")
        if isinstance(found, click.Group) and len(words) == 1:
            return
        command, words = found, words[1:]
    with command.make_context("watchbook", words, resilient_parsing="=" in words) as parsed:
        assert parsed is not None


PAGES_WITH_CALLS = [page for page in pages() if _calls(page) and page.parent.name != "decisions"]


@pytest.mark.parametrize("page", PAGES_WITH_CALLS, ids=name_of)
def test_every_call_that_is_shown_can_be_called(page: Path) -> None:
    """Commands, options and their values exist. Names in capitals stand for values; `…` ends a call."""
    for call in _calls(page):
        if "…" in call or "[OPTIONS]" in call or call.split()[0] in ("--help", "--version"):
            continue
        words = shlex.split(call.replace("HOST:PORT", "127.0.0.1:1"))
        try:
            _parsed(words)
        except click.exceptions.MissingParameter:
            assert len(words) <= 2, f"{name_of(page)}: watchbook {call}"  # only its name is mentioned
        except click.ClickException as error:
            pytest.fail(f"{name_of(page)}: watchbook {call}: {error.message}")


@pytest.mark.slow
@pytest.mark.parametrize("call", CHEAP)
def test_calls_that_cost_nothing_work(call: str) -> None:
    """From the folder of the repository, as a reader would type them."""
    called = [sys.executable, "-m", "watchbook", *shlex.split(call)]
    done = subprocess.run(called, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr or done.stdout[-2000:]
    assert done.stdout


@pytest.mark.parametrize(
    "page", [DOCS.parent / "README.md", *sorted((DOCS / "guide").glob("*.md"))], ids=name_of
)
def test_make_targets_that_are_named_exist(page: Path) -> None:
    """`make demo` and its like are in the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", page.read_text(encoding="utf-8"), re.MULTILINE)) <= targets


def _runbook_of_the_guide() -> str:
    found = [
        block.text for block in blocks(DOCS / "guide" / "write-a-runbook.md") if block.language == "markdown"
    ]
    return "\n".join(found)


def test_the_runbook_of_the_guide_is_read_whole() -> None:
    """All its examples together are one runbook: no errors, and nothing but notes that it is short on purpose."""
    runbook = read_runbook(_runbook_of_the_guide())
    # WB002 a section left out, WB202 a check without an alert, WB308 an alert without an issue.
    assert {finding.code for finding in runbook.findings} <= {"WB002", "WB202", "WB308"}
    assert {check.kind.value for check in runbook.health_checks} == {"http", "tcp", "tls", "command", "sql"}
    assert len(runbook.alerts) == 7
    assert [rung.who for rung in runbook.ladder] == ["Ana Ruiz", "Bo Lindqvist", "Eva Marchetti"]
    assert {procedure.name for procedure in runbook.procedures} >= {
        "Normal Deployment",
        "Rollback",
        "Complete Outage",
    }
    causes = [cause for issue in runbook.issues for cause in issue.causes]
    assert [(cause.name, len(cause.check), bool(cause.remedy)) for cause in causes] == [
        ("Database connection failure", 1, True),
        ("Out of memory", 1, True),
    ]


def _wirings() -> list[tuple[Path, Block]]:
    return [(page, block) for page in pages() for block in blocks(page) if block.language == "toml"]


@pytest.mark.parametrize(
    ("page", "block"),
    _wirings(),
    ids=lambda value: name_of(value) if isinstance(value, Path) else str(value.line),
)
def test_every_wiring_that_is_shown_is_taken(page: Path, block: Block) -> None:
    """No key is unknown and no value is refused."""
    read_wiring(block.text, ROOT / "watchbook.toml")
