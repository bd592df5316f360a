"""Which findings were known before: a baseline counts findings by what they say, not by where they stand. Pure.

Called by `app.documents.checking`, which reads and writes the file. The key of a finding is made of its code, its
sentence and the text it marks, so that moving text keeps it and a second finding of the same words is new.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from watchbook.model.findings import entry
from watchbook.model.ids import key_of
from watchbook.model.runbook import Finding

_SECRET = entry("secret-in-text").code
# What is missing stands nowhere: the line that such a finding is shown at says nothing about it.
MISSING = frozenset(
    entry(name).code
    for name in (
        "section-missing",
        "field-missing",
        "nobody-to-page",
        "alerts-missing",
        "notice-missing",
        "language-unknown",
    )
)
_BY_DATE = frozenset(entry(name).code for name in ("review-overdue", "date-in-future", "update-stale"))


@dataclass(frozen=True, slots=True)
class Sifted:
    """Findings that are new, those that were known, and how many known ones are mended."""

    new: tuple[Finding, ...]
    known: tuple[Finding, ...]
    mended: int


def key(finding: Finding, source: Sequence[str]) -> str:
    """`WB202 1a2b…`: the same for the same words, wherever they stand. `source` are the lines of the document.

    Days that pass do not count, and of a secret only that there is one: its text is in no file that is committed.
    """
    if finding.code in _BY_DATE:
        return finding.code
    said = re.sub(r"\bline \d+", "line", finding.message)
    line = source[finding.line - 1] if 0 < finding.line <= len(source) else ""
    marked = line[finding.column : finding.column + finding.length] if finding.length else line
    text = "" if finding.code == _SECRET or finding.code in MISSING else " ".join(marked.split())
    return f"{finding.code} {key_of(said, text)}"


def count(findings: Sequence[Finding], source: Sequence[str]) -> dict[str, int]:
    """How often each key occurs."""
    return dict(sorted(Counter(key(one, source) for one in findings).items()))


def sift(findings: Sequence[Finding], source: Sequence[str], known: Mapping[str, int]) -> Sifted:
    """Takes what is known off, each as often as it was counted."""
    left = Counter(known)
    new: list[Finding] = []
    old: list[Finding] = []
    for one in findings:
        name = key(one, source)
        if left[name] > 0:
            left[name] -= 1
            old.append(one)
        else:
            new.append(one)
    return Sifted(tuple(new), tuple(old), sum(left.values()))
