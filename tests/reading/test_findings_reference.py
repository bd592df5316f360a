"""Every finding in the code is in the catalogue. That its page is up to date is held by tests/docs."""

import re
from pathlib import Path

import pytest

from watchbook.model.findings import catalogue, finding

ROOT = Path(__file__).resolve().parents[2]


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
