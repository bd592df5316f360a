"""docs/reference/how-a-runbook-is-read.md: its conditions are what the reader says, and its JSON keys are there."""

import re
from pathlib import Path

import pytest

from watchbook.model.runbook import CheckKind, HealthCheck
from watchbook.reading import read_runbook
from watchbook.reading.conditions import Known, ReadCondition, read_condition, say_condition
from watchbook.reading.contract import contract
from watchbook.reading.queries import is_query, read_query_condition, split_window

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "how-a-runbook-is-read.md"
WHOLE = Path(__file__).parent / "golden" / "whole.md"
KNOWN = Known(
    checks=(
        HealthCheck("Service Health", CheckKind.HTTP, "/health"),
        HealthCheck("Database", CheckKind.TCP, "db:1", dependency="Database"),
    )
)
EXAMPLES = [
    ("", "> 1% errors for 5min"), ("", "p95 > 500ms for 10min"), ("", "P95 latency above 0.5s over 5 min"),
     ("", "0 healthy instances"),
    ("", "no healthy pods for 1 min"), ("", "< 3 healthy instances"), ("High CPU Usage", ">80%"),
     ("Error Rate", ">10/min for 1 min"),
    ("", "error rate > 1% (min 50 requests)"), ("", "> 5 failures in 5min"), ("", "3 consecutive"),
     ("", "Database check fails for 30s"),
    ("", "No metrics for 1 min"), ("", "heartbeat missing for 26h"), ("", "no successful backup for 26h"),
    ("", "Certificate expires in < 14 days"), ("", "401s > 10x baseline"), ("", '`up{job="x"} == 0 for 1m`'),
]  # fmt: skip
_PART = re.compile(
    r"(<!-- conditions:.*?-->\n\| Alert .*?\n\|---.*?\n)(.*?)(<!-- end of conditions -->)", re.DOTALL
)


def _rows() -> str:
    return "".join(f"| {name or '–'} | {_shown(text)} | {_said(text, name)} |\n" for name, text in EXAMPLES)


def _shown(text: str) -> str:
    return text if text.startswith("`") else f"`{text}`"


def _said(text: str, name: str) -> str:
    code = text.strip("`")
    query = text.startswith("`") and is_query(split_window(code)[0])
    read = read_query_condition(code, name) if query else read_condition(text, name, KNOWN)
    assert isinstance(read, ReadCondition), text
    return say_condition(read).replace("|", "\\|")


def test_conditions_of_the_page_are_what_the_reader_says(pytestconfig: pytest.Config) -> None:
    """The table of conditions is made by the reader itself."""
    page = PAGE.read_text()
    made = _PART.sub(lambda found: found[1] + _rows() + found[3], page)
    if pytestconfig.getoption("--update-golden"):
        PAGE.write_text(made)
    assert PAGE.read_text() == made
    assert page.count("end of conditions") == 1


def test_keys_of_the_page_are_those_of_the_contract() -> None:
    """Every key that the page names is in the reading of a whole runbook, and none of the reading's parts is left out."""
    reading = contract(read_runbook(WHOLE.read_text()))
    part = PAGE.read_text().split("## The JSON reading")[1]
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| (.*) \|$", part, re.MULTILINE)
    rows = [row for row in rows if row[0] != "`files`"]  # only of a runbook over several files
    named = {key for keys, _ in rows for key in re.findall(r"`(\w+)`", keys)}
    assert named == set(reading) - {"version", "rooms", "digest"}
    for keys, holds in rows:
        promised = set(re.findall(r"`(\w+)`", holds.split(";")[0]))  # behind a semicolon: only sometimes
        for key in re.findall(r"`(\w+)`", keys):
            values = reading[key] if isinstance(reading[key], list) else [reading[key]]
            assert promised <= {name for value in values for name in value}, key
