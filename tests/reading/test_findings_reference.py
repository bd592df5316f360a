"""docs/reference/findings.md is made from the catalogue, and every finding in the code is in the catalogue."""

import re
from pathlib import Path

import pytest

from watchbook.model.findings import Entry, catalogue, finding

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "findings.md"
AREAS = {
    "0": "The document", "1": "Service and environments", "2": "Checks and metrics", "3": "Alerts",
    "4": "Procedures and commands",
    "5": "Troubleshooting", "6": "Maintenance and recovery", "7": "People and review", "8": "Secrets",
}  # fmt: skip
HEAD = """# Findings

What `watchbook check` says, code by code. A finding is an **error** (it cannot run as written), a **warning** (it will
let someone down) or a **note**. `--fail-on` decides which of them end with 1. This page is made from the code
(`pytest tests/reading/test_findings_reference.py --update-golden`).
"""


def _page() -> str:
    parts = [HEAD]
    area = ""
    for entry in catalogue().values():
        if entry.code[2] != area:
            area = entry.code[2]
            parts.append(f"## {AREAS[area]}\n")
        parts.append(_entry(entry))
    return "\n".join(parts)


def _entry(entry: Entry) -> str:
    message = re.sub(r"`?\{(\w+)\}`?", lambda found: f"*{found[1].replace('_', ' ')}*", entry.message)
    mend = re.sub(r"\{(\w+)\}", lambda found: f"*{found[1].replace('_', ' ')}*", entry.mend)
    return f"### {entry.code} {entry.name} ({entry.level.value})\n\n{message}\n\nWhy: {entry.why}\n\nMend: {mend}\n"


def test_page_is_made_from_the_catalogue(pytestconfig: pytest.Config) -> None:
    """Every code has its entry in the reference, in the words of the code."""
    if pytestconfig.getoption("--update-golden"):
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(_page())
    assert PAGE.read_text() == _page()


def test_codes_are_unique_and_ordered() -> None:
    """No code or name stands twice, and codes rise, so that the page reads in order."""
    entries = list(catalogue().values())
    codes = [entry.code for entry in entries]
    assert codes == sorted(set(codes))
    assert len({entry.name for entry in entries}) == len(entries)
    assert all(re.fullmatch(r"WB\d{3}", code) for code in codes)


def test_every_finding_in_the_code_is_in_the_catalogue() -> None:
    """Names in `notes.find(…)`, `Misread(…)` and `finding(…)` exist, and no entry is without a use."""
    used: set[str] = set()
    for path in (ROOT / "src").rglob("*.py"):
        if "findings_of" not in path.name:
            used |= set(
                re.findall(r"(?:\bfind|Misread|\bfinding|_finding|_note)\(\s*\"([a-z-]+)\"", path.read_text())
            )
            used |= {name for name in catalogue() if f'"{name}"' in path.read_text()}
    assert used == set(catalogue()), sorted(used ^ set(catalogue()))


def test_sentences_are_filled_with_their_values() -> None:
    """A finding's message and mend hold the values they are given, and a missing value is a bug that shows."""
    found = finding("check-unused", 7, name="Cache")
    assert (found.line, found.code) == (7, "WB202")
    assert "the check Cache" in found.message
    with pytest.raises(KeyError):
        finding("check-unused", 7)
