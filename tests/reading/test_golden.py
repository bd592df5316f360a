"""Whole documents: Markdown in, JSON reading out. `--update-golden` writes what the reader says now."""

import json
from pathlib import Path

import pytest

from watchbook.reading import read_runbook
from watchbook.reading.contract import contract

GOLDEN = Path(__file__).parent / "golden"
DOCUMENTS = sorted([*GOLDEN.glob("*.md"), *GOLDEN.glob("*.txt")])  # .txt: other languages, not spell-checked


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_document_gives_its_reading(document: Path, pytestconfig: pytest.Config) -> None:
    """Each document of golden/ gives exactly the JSON beside it."""
    read = json.loads(json.dumps(contract(read_runbook(document.read_text()))))
    del read["digest"]
    golden = document.with_suffix(".json")
    if pytestconfig.getoption("--update-golden"):
        golden.write_text(json.dumps(read, indent=1, ensure_ascii=False) + "\n")
    assert read == json.loads(golden.read_text())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_every_line_is_accounted_for(document: Path) -> None:
    """The counts of read, faulted and prose lines add up to the lines of content, and places lie inside the document."""
    text = document.read_text()
    runbook = read_runbook(text)
    coverage = runbook.coverage
    assert coverage.read + coverage.faulted + coverage.prose == coverage.lines > 0
    last = len(text.splitlines())
    assert all(1 <= place.line <= last for place in (*runbook.readings, *runbook.findings))
