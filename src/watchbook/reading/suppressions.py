"""Comments that switch a finding off: `<!-- watchbook: ignore WB202 the cache may be down -->`. Pure.

Called by `app.documents.checking`. A comment behind something counts for its line; alone on its line it counts for the
next line, and for the whole section above a heading, the whole block above a table or a code block. It counts for the
codes that it names and no other. The reading itself (`reading.runbook`) holds every finding, switched off or not.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from watchbook.model.findings import catalogue, entry, finding
from watchbook.model.runbook import Finding

_OPENING = re.compile(r"<!--[ \t]*watchbook[ \t]*:", re.IGNORECASE)
_WORDS = re.compile(r"\s*ignore\b\s*(?P<codes>(?:WB\d+[\s,]*)*)(?P<reason>.*)", re.DOTALL | re.IGNORECASE)
_CODE = re.compile(r"WB\d+", re.IGNORECASE)
_FENCE = re.compile(r"[\s>]*(?:(?:[-*+]|\d+[.)])\s+)*(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}(#{1,6})(?:\s|$)")
# Found on some days or on some machines only: a comment for one of them is never unused.
_SOMETIMES = frozenset(
    entry(name).code
    for name in (
        "review-overdue", "date-in-future", "update-stale", "review-before-update", "program-missing", "bash-refuses",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Suppression:
    """A comment: where it stands, and that findings of `code` on lines `first` to `last` are switched off."""

    line: int
    code: str
    first: int
    last: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Suppressed:
    """Findings that count, in their order with those about the comments themselves behind, and those switched off."""

    findings: tuple[Finding, ...]
    ignored: tuple[Finding, ...]


def suppress(source: Sequence[str], findings: Sequence[Finding]) -> Suppressed:
    """Applies the comments of a document (`source` are its lines, index 0 = line 1) to its findings.

    A comment that switches nothing off is a finding itself, and so is one that names no code of the catalogue.
    """
    comments, mistakes = read_suppressions(source)
    if not comments:
        return Suppressed((*findings, *mistakes), ())
    ignored = [one for one in findings if any(_covers(comment, one) for comment in comments)]
    unused = [
        finding("suppression-unused", comment.line, code=comment.code)
        for comment in comments
        if comment.code not in _SOMETIMES and not any(_covers(comment, one) for one in ignored)
    ]
    kept = [one for one in findings if one not in ignored]
    return Suppressed((*kept, *mistakes, *unused), tuple(ignored))


def _covers(comment: Suppression, one: Finding) -> bool:
    return comment.code == one.code and comment.first <= one.line <= comment.last


def read_suppressions(source: Sequence[str]) -> tuple[tuple[Suppression, ...], tuple[Finding, ...]]:
    """The comments with the lines that they count for, and findings for those that say nothing usable."""
    if not any("watchbook" in line.casefold() and "<!--" in line for line in source):
        return (), ()
    closing = _fences(source)
    known = {one.code for one in catalogue().values()}
    found: list[Suppression] = []
    mistakes: list[Finding] = []
    starts = _offsets(source)
    text = "\n".join(source)
    ends = _Ends(source, closing)
    for opening in _OPENING.finditer(text):
        close = text.find("-->", opening.end())
        if close < 0:
            break
        said = text[opening.end() : close]
        line, end = bisect_right(starts, opening.start()), bisect_right(starts, close)
        before = source[line - 1][: opening.start() - starts[line - 1]]
        if line in closing or before.count("`") % 2:
            continue
        words = _WORDS.fullmatch(said)
        codes = [code.upper() for code in _CODE.findall(words["codes"])] if words else []
        if words is None or not codes or not known.issuperset(codes):
            mistakes.append(finding("suppression-not-understood", line, text=" ".join(said.split())[:60]))
            continue
        behind = source[end - 1][close + 3 - starts[end - 1] :]
        last = end if before.strip(" >\t") or behind.strip() else ends.below(end)
        found += [Suppression(line, code, line, last, " ".join(words["reason"].split())) for code in codes]
    return tuple(found), tuple(mistakes)


def _offsets(source: Sequence[str]) -> list[int]:
    """Where each line starts in the joined text."""
    starts, at = [], 0
    for line in source:
        starts.append(at)
        at += len(line) + 1
    return starts


def _fences(source: Sequence[str]) -> dict[int, int]:
    """Every line of a code block, its marks included, with the block's last line."""
    found: dict[int, int] = {}
    opened: tuple[int, str] | None = None
    for number, line in enumerate(source, 1):
        mark = _FENCE.match(line)
        if opened is None:
            opened = (
                (number, mark[1]) if mark and not ("`" in mark[1] and "`" in line[mark.end() :]) else None
            )
        elif mark and mark[1].startswith(opened[1]) and not line[mark.end() :].strip():
            found.update(dict.fromkeys(range(opened[0], number + 1), number))
            opened = None
    if opened is not None:
        found.update(dict.fromkeys(range(opened[0], len(source) + 1), len(source)))
    return found


class _Ends:
    """How far a comment that stands alone counts. Each answer is worked out once, so that many comments cost no more."""

    def __init__(self, source: Sequence[str], fences: dict[int, int]) -> None:
        self._source, self._fences = source, fences
        self._targets = _next_content(source)
        self._known: dict[int, int] = {}

    def below(self, end: int) -> int:
        """The last line that a comment ending on line `end` counts for."""
        target = self._targets[end]
        if target not in self._known:
            self._known[target] = self._end(target)
        return self._known[target]

    def _end(self, target: int) -> int:
        if target > len(self._source):
            return len(self._source)
        if target in self._fences:
            return self._fences[target]
        heading = _HEADING.match(self._source[target - 1])
        if heading:
            return self._end_of_section(target, len(heading[1]))
        last = target
        while "|" in self._source[last - 1] and last < len(self._source) and "|" in self._source[last]:
            last += 1
        return last

    def _end_of_section(self, start: int, level: int) -> int:
        """The line before the next heading of that level or above."""
        for number in range(start + 1, len(self._source) + 1):
            heading = _HEADING.match(self._source[number - 1]) if number not in self._fences else None
            if heading and len(heading[1]) <= level:
                return number - 1
        return len(self._source)


def _next_content(source: Sequence[str]) -> list[int]:
    """For each line (index 0: the start) the next one below that holds something and does not open with a comment."""
    found = [len(source) + 1] * (len(source) + 1)
    for number in range(len(source), 0, -1):
        text = source[number - 1].strip(" >\t")
        found[number - 1] = number if text and not text.startswith("<!--") else found[number]
    return found
