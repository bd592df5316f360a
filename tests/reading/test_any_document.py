"""Whatever the text: no exception, the same value twice, time that grows with its size, law 1."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from watchbook.model.runbook import Role
from watchbook.reading import read_runbook
from watchbook.reading.contract import contract
from watchbook.reading.differences import differences
from watchbook.reading.document import source_lines

GOLDEN = Path(__file__).parent / "golden"
LINES = [line for path in sorted(GOLDEN.glob("*.md")) for line in path.read_text().splitlines()]


@given(st.text(max_size=600))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read(text: str) -> None:
    """No text raises, and the contract can be made of it."""
    contract(read_runbook(text))


@given(st.lists(st.one_of(st.sampled_from(LINES), st.text(max_size=60)), max_size=60))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_shuffled_lines_of_runbooks_are_read(lines: list[str]) -> None:
    """Lines of real sections in any order: nothing raises, counts add up, places lie inside the document."""
    text = "\n".join(lines)
    runbook = read_runbook(text)
    coverage = runbook.coverage
    assert coverage.read + coverage.faulted + coverage.prose == coverage.lines
    last = len(source_lines(text))
    assert all(1 <= place.line <= last for place in (*runbook.readings, *runbook.findings))
    assert all(rule.role is Role.ALERT for rule in runbook.alerts)


WORDS = st.sampled_from(
    ["High error rate", "API", "`kubectl get pods`", "**Owner:**", "> 5% for 5 min", "99.9%",
     "Ana <ana@example.com>", "|", "→",
     "critical", "[TODO]", "<pod-name>", "$(date)", "Page on-call", "every Sunday 02:00",
     "https://a.example.com/health", "200",
     "`df -h | tail -1`", "**If** that fails:", "rollback", "1.5 GiB", "<br>", "<!-- x -->", "\\|", "p95 < 300ms", "—"]
)  # fmt: skip
TEXT = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
TITLES = st.sampled_from(
    ["Alerting", "Health Checks", "Deployment", "Rollback", "Troubleshooting", "Contacts",
     "Escalation", "Maintenance", "SLO",
     "Disaster Recovery", "Environments", "Key Metrics", "Useful Commands", "Overview", "Handoff",
     "Emergency", "Anything", ""]
)  # fmt: skip
COMMANDS = st.sampled_from(
    ["ls", "kubectl delete pod <pod>", "# Verify", "# If it fails", "curl -f $URL", "cat <<E",
     "E", "for i in 1 2; do", "done",
     "psql -c 'SELECT 1'", "a=1 \\", "echo 'open", "# Wait 5 minutes", "$ ls", "out: 1",
     "if true; then", "fi", "ls &&", "| wc", ""]
)  # fmt: skip
CELLS = st.lists(TEXT, min_size=2, max_size=5).map(lambda cells: f"| {' | '.join(cells)} |")
HEADERS = st.lists(
    st.sampled_from(["Alert", "Severity", "Threshold", "Response", "Metric", "Symptom", "Cause", "Fix", "Role", "Name"]),
    min_size=2, max_size=5,
).map(lambda names: f"| {' | '.join(names)} |\n|{'---|' * len(names)}")  # fmt: skip
HEADINGS = st.builds(
    lambda level, title: f"{'#' * level} {title}", st.integers(1, 4), st.one_of(TITLES, TEXT)
)
FENCES = st.builds(
    lambda language, lines, end: "\n".join([f"```{language}", *lines, end]),
    st.sampled_from(["bash", "", "yaml", "sql", "console", "promql", "bash {name=x}"]),
    st.lists(COMMANDS, max_size=6), st.sampled_from(["```", "```", "```", ""]),
)  # fmt: skip
TABLES = st.builds(lambda header, rows: "\n".join([header, *rows]), HEADERS, st.lists(CELLS, max_size=4))
LEAVES = st.one_of(
    TEXT, FENCES, TABLES, TEXT.map(lambda text: f"**{text}**"), TEXT.map(lambda text: f"**Severity:** {text}"),
    TEXT.map(lambda text: f"<details>\n<summary>{text}</summary>\n"),
)  # fmt: skip


def _item(mark: str, first: str, inside: list[str]) -> str:
    indented = "\n\n".join(inside).replace("\n", "\n" + " " * len(mark))
    return f"{mark}{first}\n\n{' ' * len(mark)}{indented}" if inside else f"{mark}{first}"


BLOCKS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(_item, st.sampled_from(["- ", "1. ", "- [ ] ", "* "]), TEXT, st.lists(inner, max_size=2)),
        inner.map(lambda text: "> " + text.replace("\n", "\n> ")),
    ),
    max_leaves=4,
)
PARTS = st.lists(st.one_of(HEADINGS, BLOCKS, BLOCKS), max_size=14)


@pytest.mark.slow
@given(PARTS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_documents_built_of_pieces_are_read(parts: list[str]) -> None:
    """Headings, tables, code, lists in quotes in lists, in any order: counts add up, nothing but an alert is armed."""
    text = "\n\n".join(parts)
    runbook = read_runbook(text)
    told = runbook.coverage
    assert told.read + told.faulted + told.prose == told.lines
    last = len(source_lines(text))
    assert all(1 <= place.line <= last for place in (*runbook.readings, *runbook.findings))
    assert all(rule.role is Role.ALERT for rule in runbook.alerts)
    assert read_runbook(text) == runbook
    json.dumps(contract(runbook), allow_nan=False)


@given(PARTS, PARTS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_two_documents_are_compared(old: list[str], new: list[str]) -> None:
    """A document does not differ from itself, and any two are compared without an exception."""
    before, after = read_runbook("\n\n".join(old)), read_runbook("\n\n".join(new))
    assert differences(before, before) == ()
    differences(before, after)


def test_same_text_gives_the_same_value() -> None:
    """Reading is pure: two readings are equal, and Windows line ends change nothing but the digest."""
    text = (GOLDEN / "whole.md").read_text()
    first, second = read_runbook(text), read_runbook(text)
    assert first == second
    windows = contract(read_runbook(text.replace("\n", "\r\n")))
    unix = contract(first)
    del windows["digest"], unix["digest"]
    assert windows == unix


@pytest.mark.parametrize(
    "text",
    ["", "\n", "# ", "---\n---\n", "```", "|", "- ", "<!--", "\ufeff", "\x00", "[](", "\ud800", "a" * 50_000],
)
def test_odd_beginnings_are_read(text: str) -> None:
    """Texts of almost nothing, open fences and comments, lone surrogates, one huge word."""
    runbook = read_runbook(text)
    assert runbook.service.name


@pytest.mark.slow
@pytest.mark.parametrize("name", ["whole", "forms"])
def test_time_grows_with_the_size(name: str) -> None:
    """Sixteen times the document takes at most about sixteen times as long (twice that is allowed for noise)."""
    text = (GOLDEN / f"{name}.md").read_text()
    read_runbook(text)

    def seconds(copies: int) -> float:
        best = float("inf")
        for _ in range(3):
            began = time.process_time()
            read_runbook("\n\n".join([text] * copies))
            best = min(best, time.process_time() - began)
        return best

    assert seconds(32) < 32 * seconds(2)


HARD = {
    "cells": "## Alerting\n| Alert | Threshold |\n|---|---|\n"
    + "| a | > 1% errors for 5 min over 5 min for 5 min |\n" * 2_000,
    "long condition": "## Alerting\n| Alert | Threshold |\n|---|---|\n| a | "
    + "no healthy check fails for 5 min over " * 2_000
    + "|\n",
    "fields": "**A:** b\n" * 20_000,
    "digits": "## Key Metrics\n- **Error Rate:** " + "1,1." * 20_000,
    "headings": "# Alerts\n" * 10_000,
    "ladder": "## Contacts\n**Escalation:** " + "Ana → " * 20_000,
    "hours": "## Maintenance\n- window " + "Sunday 02:00–04:00 " * 2_000,
    "secrets": "token=" * 30_000,
    "steps": "## Deployment\n```bash\n" + "# Do it\nkubectl get pods\n\n" * 5_000 + "```\n",
    "curl": "## Health Checks\n```bash\n" + "curl -s http://a\n" * 3_000 + "```\n",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", list(HARD))
def test_hard_document_takes_no_longer_than_its_size(name: str) -> None:
    """Documents made to be slow: at most 8 s each for up to 200,000 characters."""
    began = time.process_time()
    read_runbook(HARD[name])
    assert time.process_time() - began < 8
