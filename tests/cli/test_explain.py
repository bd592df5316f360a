"""`watchbook explain`: the reading in text and as the JSON contract."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from watchbook.cli.explain import command

WHOLE = Path(__file__).parents[1] / "reading" / "golden" / "whole.md"

# The contract, version 0: keys that programs may rely on.
KEYS = {
    "service": {
        "name",
        "owner",
        "on_call",
        "purpose",
        "dependencies",
        "dependents",
        "objective",
        "metrics",
        "environments",
    },
    "health_checks": {"name", "kind", "target", "expect", "every_s", "timeout_s", "line"},
    "metrics": {"name", "signal", "params", "unit", "line"},
    "alerts": {
        "name",
        "role",
        "severity",
        "environment",
        "scope",
        "condition",
        "window_s",
        "no_data",
        "response",
        "line",
    },
    "procedures": {"name", "section", "parameters", "steps", "line"},
    "issues": {"name", "alerts", "symptoms", "diagnosis", "causes", "line"},
    "commands": {"name", "group", "command", "parameters", "safety", "line"},
    "maintenance": {"notice_s", "hours", "procedure", "line"},
    "recovery": {"rpo_s", "rto_s", "backup", "procedure", "line"},
    "handoff": {"text", "line"},
    "contacts": {"role", "name", "address", "line"},
    "ladder": {"who", "after_s"},
    "review": {"last_updated", "next_review"},
    "coverage": {"lines", "read", "faulted", "prose"},
    "readings": {"line", "kind", "text", "says"},
    "findings": {"code", "severity", "line", "message", "mend"},
}


def _explain(*arguments: str) -> str:
    done = CliRunner().invoke(
        command, [str(WHOLE), *arguments], standalone_mode=False, catch_exceptions=False
    )
    assert done.return_value == 0
    return done.output


def test_each_reading_stands_below_its_line() -> None:
    """The source line, then what it was understood to mean; prose only when asked for."""
    lines = _explain().splitlines()
    at = next(index for index, line in enumerate(lines) if "| Ledger Down |" in line)
    assert lines[at + 1].strip().startswith("|   → alert: Ledger Down: critical when healthy_instances == 0")
    assert "LLM" not in "\n".join(lines)
    assert "LLM" in _explain("--all")
    assert lines[-2].startswith("Ledger: ")


@pytest.mark.parametrize("part", list(KEYS))
def test_json_keeps_the_contract(part: str) -> None:
    """Every promised key is there, in every object of its kind."""
    reading = json.loads(_explain("--format", "json"))
    assert reading["version"] == 0
    values = reading[part] if isinstance(reading[part], list) else [reading[part]]
    assert values
    for value in values:
        assert KEYS[part] <= value.keys()


def test_json_names_only_values_of_the_contract() -> None:
    """Kinds, roles, classes and levels are those of the contract."""
    reading = json.loads(_explain("--format", "json"))
    steps = [step for procedure in reading["procedures"] for step in procedure["steps"]]
    kinds = {"command", "verify", "watch", "wait", "manual", "choice", "notify", "status", "page", "approve"}
    assert {step["kind"] for step in steps} <= kinds
    assert {check["kind"] for check in reading["health_checks"]} <= {
        "http",
        "tcp",
        "tls",
        "dns",
        "command",
        "sql",
    }
    assert {alert["role"] for alert in reading["alerts"]} <= {
        "alert",
        "target",
        "band",
        "trigger",
        "checklist",
    }
    assert {alert["severity"] for alert in reading["alerts"]} <= {"critical", "high", "medium", "low", "info"}
    assert {finding["severity"] for finding in reading["findings"]} <= {"error", "warning", "note"}


def test_html_is_one_page_on_the_output_or_in_a_file(tmp_path: Path) -> None:
    """The same page either way; the file's name stands in it."""
    printed = CliRunner().invoke(command, [str(WHOLE), "--html"], standalone_mode=False)
    output = tmp_path / "explained.html"
    written = CliRunner().invoke(command, [str(WHOLE), "--html", "-o", str(output)], standalone_mode=False)
    assert (printed.return_value, written.return_value, written.output) == (0, 0, "")
    assert printed.output == output.read_text() + "\n"
    assert "What Watchbook understood of whole.md" in printed.output


def test_html_of_several_runbooks_or_to_nowhere_is_one_line(tmp_path: Path) -> None:
    """A page holds one document; a folder that is not there is said; -o alone makes no sense."""
    for name in ("a-runbook.md", "b-runbook.md"):
        (tmp_path / name).write_text(WHOLE.read_text())
    several = CliRunner().invoke(command, [str(tmp_path), "--html"])
    assert "there are 2 runbooks here" in str(several.exception)
    nowhere = CliRunner().invoke(command, [str(WHOLE), "--html", "-o", str(tmp_path / "no" / "x.html")])
    assert "cannot be written" in str(nowhere.exception)
    assert CliRunner().invoke(command, [str(WHOLE), "-o", "x.html"]).exit_code == 2
