"""Lines of strangers' runbooks, written back into a document as their authors would: their numbers are read, or told.

Not collected where the lists are absent.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from watchbook.model.runbook import Runbook, Severity
from watchbook.reading import read_runbook
from watchbook.reading.figure_roles import role_of_title
from watchbook.reading.ladders import WrittenLadder
from watchbook.reading.quantities import find_quantities
from watchbook.reading.responses import read_response
from watchbook.reading.synonyms import section_kind

LISTS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "lists"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list: its text, what it was found in, and the name beside it."""

    text: str
    kind: str
    name: str
    row: tuple[tuple[str, str], ...] = ()  # header and cell of the others of its row

    def document(self) -> tuple[str, int]:
        """The line back in a document, and where it stands: with the other cells of its row, or as an item."""
        form, _, title = self.kind.partition(":")
        if "table" in form:
            first = "Alert" if form == "alert-table" else "Metric"
            cells = dict((*self.row, (title or "condition", self.text)))
            if first == "Alert" or set(cells) == {"threshold"}:
                cells["severity"] = "P2"
            header, row = " | ".join((first, *cells)), " | ".join((self.name or "Thing", *cells.values()))
            rule = "---|" * (len(cells) + 1)
            section = "Alerts" if first == "Alert" else "Key Metrics"
            return f"# Shop\n\n## {section}\n\n| {header} |\n|{rule}\n| {row} |\n", 7
        item = re.sub(r"^([A-Z][\w /()]{1,40}): ", r"**\1**: ", self.text)
        head = "## Key Metrics\n\n### " if not section_kind(title) and role_of_title(title) is None else "## "
        name = f"**{self.name}**: " if not title and self.name else ""
        text = f"# Shop\n\n{head}{title or 'Key Metrics'}\n\n- {name}{item}\n"
        return text, text.count("\n")


def _entries(name: str) -> list[Entry]:
    rows = [line.split("\t") for line in (LISTS / name).read_text().splitlines()]
    beside: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows:
        if row[2].startswith("metric-table"):
            beside.setdefault((row[1], row[3]), {})[row[2].partition(":")[2]] = row[0]
    return [
        Entry(row[0], row[2], row[3].strip(), tuple(beside.get((row[1], row[3]), {}).items()))
        for row in (row if len(row) > 3 else [*row, ""] for row in rows)
    ]


def _has_number(text: str) -> bool:
    """Whether digits stand there that are no part of a name such as `P2` or `SEV-1`."""
    return bool(re.search(r"(?<![\w-])\d", text))


def _values(runbook: Runbook, line: int) -> set[float]:
    rules = [rule for rule in (*runbook.alerts, *runbook.figures) if rule.line == line]
    found = {round(rule.condition.value, 9) for rule in rules if not rule.condition.external}
    found |= {rule.window_s for rule in rules}
    found |= {
        200.0 for rule in rules if rule.condition.signal == "probe_success"
    }  # `HTTP != 200` is a failing check
    for metric in runbook.metrics:
        if metric.line == line:
            found |= {round(end, 9) for end in (metric.low, metric.high) if end is not None}
    return found


_REFUSED = ("WB302", "WB303")  # a comparison that is read, and would fire while all is well


def _is_understood(entry: Entry) -> bool:
    """Whether a number of the line stands in an alert, a figure or a normal range, or its comparison is refused."""
    text, line = entry.document()
    runbook = read_runbook(text)
    numbers = {round(one.quantity.value, 9) for one in find_quantities(entry.text)}
    refused = any(finding.code in _REFUSED and finding.line == line for finding in runbook.findings)
    return refused or bool(numbers & _values(runbook, line))


def _is_told(entry: Entry) -> bool:
    text, line = entry.document()
    runbook = read_runbook(text)
    return line in {finding.line for finding in runbook.findings} or bool(_values(runbook, line))


if LISTS.is_dir():
    THRESHOLDS = [entry for entry in _entries("thresholds.tsv") if _has_number(entry.text)]
    RANGES = [entry for entry in _entries("ranges.tsv") if _has_number(entry.text)]
    RESPONSES = [entry for entry in _entries("responses.tsv") if "table" in entry.kind]

    def test_every_number_of_a_threshold_is_a_quantity() -> None:
        """The grammar finds each number of nearly every line, with its unit."""
        left = [entry.text for entry in THRESHOLDS if not find_quantities(entry.text)]
        assert len(left) <= len(THRESHOLDS) * 0.02, left

    def test_thresholds_are_read_from_their_documents() -> None:
        """At least nine of ten lines with a number give a condition with that number, in one role or another."""
        missed = [entry for entry in THRESHOLDS if not _is_understood(entry)]
        assert len(missed) <= len(THRESHOLDS) * 0.1, [f"{one.kind}: {one.text}" for one in missed]

    @pytest.mark.parametrize(
        "entry", [one for one in [*THRESHOLDS, *RANGES] if "table" in one.kind], ids=lambda one: one.text
    )
    def test_row_with_a_number_is_read_or_told(entry: Entry) -> None:
        """No row of a table is left in silence."""
        assert _is_told(entry)

    @pytest.mark.parametrize("entry", RESPONSES, ids=lambda one: one.text)
    def test_response_is_read_or_told(entry: Entry) -> None:
        """Each part of a response pages, tells, sets a deadline, is advice for a person, or is told as not understood."""
        read = read_response(entry.text, Severity.HIGH, WrittenLadder(("Ana",), (None,)))
        times = [one.quantity.value for one in find_quantities(entry.text) if one.quantity.unit == "s"]
        if times and read.response.ack_deadline_s is None:
            assert read.unknown or read.advice
        elif times:
            assert read.response.ack_deadline_s == times[0]
