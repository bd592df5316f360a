"""The report of `make corpus` counts right and reads well. Its documents are written here."""

import subprocess
import sys
from collections import Counter

import pytest
from corpus.measure import added, count, holds_quantity, measure, share_of_quantities
from corpus.sources import Listed, Source
from corpus.table import WIDEST, table
from tests.corpus.scoring import Score

from corpus import report, sources
from watchbook.model.runbook import Role
from watchbook.model.safety import Safety

PAGE = """# Till

**Owner:** Team Till

## Key Metrics
- **Requests:** 20-80 req/s

## Alerting

| Alert | Severity | Condition | Response |
|---|---|---|---|
| Errors | Critical | > 1% errors for 5min | Page on-call |

## Deployment

```bash
# Look around
kubectl get pods
# Deploy
kubectl apply -f till.yaml
```

## Useful Commands

```bash
tail -f /var/log/till.log
```
"""


def test_a_document_is_counted_once_in_each_column() -> None:
    """One alert, one band, one procedure of two steps, three commands of three classes."""
    found = measure(Source("service", "till", PAGE))
    assert found.documents == 1
    assert found.roles == Counter({Role.ALERT: 1, Role.BAND: 1})
    assert (found.procedures, found.steps) == (1, 2)
    assert found.classes == Counter({Safety.READ_ONLY: 1, Safety.CHANGES: 1, Safety.ENDLESS: 1})
    assert found.coverage.lines == found.coverage.read + found.coverage.faulted + found.coverage.prose
    assert found.findings > 0
    assert found.milliseconds > 0


def test_sums_are_sums() -> None:
    """Adding a document to itself doubles every count; adding nothing gives zeros."""
    one = measure(Source("service", "till", PAGE))
    two = added("both", [one, one])
    assert two.documents == 2
    assert two.coverage.read == 2 * one.coverage.read
    assert two.classes[Safety.CHANGES] == 2
    assert two.milliseconds == pytest.approx(2 * one.milliseconds)
    assert report.row(added("none", []))[1:5] == [0, 0, 0, 0]


def test_each_row_has_a_cell_for_each_heading() -> None:
    """Headings, documents and sums line up."""
    one = measure(Source("service", "till", PAGE))
    lines = list(report.section("service", [one, one]))
    assert lines[0] == "service (2 documents)"
    head, rule, first, second, second_rule, total, slowest, _ = lines[1:]
    assert rule == second_rule
    assert first == second
    assert len(total.split()) == len(head.replace("read %", "read%").split()) + 1  # "in sum" is two words
    assert slowest.startswith("slowest: till, ")


def test_a_table_is_as_wide_as_its_cells() -> None:
    """Words to the left, numbers to the right, zeros as dots, long names cut."""
    lines = table(("name", "n"), [["a", 5], ["b" * 99, 0], ["sum", 12345]], total=True)
    assert lines[0].startswith("name ")
    assert lines[2] == "a".ljust(WIDEST) + "      5"
    assert lines[3] == "b" * (WIDEST - 1) + "…" + "      ·"
    assert lines[4] == lines[1]
    assert lines[5].endswith("  12345")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("> 500ms", True), ("daily", True), ("99.9 %", True), ("gets slow", False), ("P2", False)],
)
def test_what_is_a_quantity(text: str, expected: bool) -> None:
    """A value or a cadence, and no name that holds a digit."""
    assert holds_quantity(text) is expected


def test_the_share_leaves_out_lines_without_a_number() -> None:
    """Three lines, two with a number, one of them understood: 1 of 2, and the other is told."""
    lines = [Listed("> 5%", "a"), Listed("too slow", "b"), Listed("level P2", "c")]
    assert share_of_quantities(lines) == (2, 1, ("level P2",))


def test_lists_say_what_is_missed() -> None:
    """The first few lines that are not understood are told, the rest are counted."""
    lines = tuple(Listed(f"P{number}", "") for number in range(5))
    told = list(report.of_lists([("levels", lines)]))
    assert "levels      5         5     ·       0" in told
    assert "not read in levels: P0" in told
    assert "not read in levels: … and 2 more" in told


def test_scores_are_told_with_what_is_wrong() -> None:
    """Rows, the share of them that is understood, and the first wrong readings by name."""
    good = Score(rows=3, understood=3, conditions=2, classes=1)
    bad = Score(
        rows=1,
        understood=0,
        missed=("b:7: x",),
        wrong=tuple(f"b:{n}: y" for n in range(7)),
        armed=("b:9: z",),
    )
    told = list(report.scores([("a", good), ("b", bad)]))
    assert told[0] == "labelled by hand (2 documents)"
    assert told[-9].split() == ["in", "sum", "4", "3", "75.0", "·", "2", "1", "7", "1"]
    assert "armed wrongly: b:9: z" in told
    assert "wrong: … and 2 more" in told
    assert told[-1] == "not understood: b:7: x"


def test_a_list_has_its_text_first_and_its_name_last() -> None:
    """Columns are text, source, kind, name; empty lines are left out."""
    assert sources.listed("> 5%\tx.md\ttable\tCPU\n\nold\n") == (Listed("> 5%", "CPU"), Listed("old", ""))


def test_rules_are_read_as_a_fence() -> None:
    """A file of rules becomes a page with one closed fence under alerting."""
    page = sources.as_fence("disk", "groups:\n- name: x\n\n")
    assert page.count("```") == 2
    assert count("disk", _read(page)).coverage.lines > 0


@pytest.mark.slow
def test_the_report_runs_with_and_without_a_corpus() -> None:
    """Where the corpus lies the report ends with its lists; elsewhere one line says that there is none."""
    done = subprocess.run(
        [sys.executable, "-m", "corpus", "72-"], cwd=sources.ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "service (1 documents)" in done.stdout or "there is no corpus" in done.stdout


def _read(text: str):  # type: ignore[no-untyped-def]
    from watchbook.reading import read_runbook

    return read_runbook(text)
