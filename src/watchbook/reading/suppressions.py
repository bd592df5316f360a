"""Comments that switch a finding off: `<!-- watchbook: ignore WB202 the cache may be down -->`. Pure.

Called by `app.checking`. A comment behind something counts for its line; alone on its line it counts for the next line, and
for the whole section above a heading, the whole block above a table or a code block. It counts for the codes that it names
and no other. The reading itself (`reading.runbook`) holds every finding, switched off or not.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from watchbook.model.findings import catalogue, entry, finding
from watchbook.model.runbook import Finding

_COMMENT = re.compile(r"<!--\s*watchbook\s*:(.*?)-->", re.DOTALL | re.IGNORECASE)
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
    for comment in _COMMENT.finditer(text):
        line, end = _line_of(starts, comment.start()), _line_of(starts, comment.end() - 1)
        before = source[line - 1][: comment.start() - starts[line - 1]]
        if line in closing or before.count("`") % 2:
            continue
        words = _WORDS.fullmatch(comment[1])
        codes = [code.upper() for code in _CODE.findall(words["codes"])] if words else []
        if words is None or not codes or not known.issuperset(codes):
            mistakes.append(
                finding("suppression-not-understood", line, text=" ".join(comment[1].split())[:60])
            )
            continue
        behind = source[end - 1][comment.end() - starts[end - 1] :]
        first, last = _lines(source, closing, line, end, alone=not (before.strip(" >\t") or behind.strip()))
        found += [Suppression(line, code, first, last, " ".join(words["reason"].split())) for code in codes]
    return tuple(found), tuple(mistakes)


def _offsets(source: Sequence[str]) -> list[int]:
    """Where each line starts in the joined text."""
    starts, at = [], 0
    for line in source:
        starts.append(at)
        at += len(line) + 1
    return starts


def _line_of(starts: Sequence[int], offset: int) -> int:
    from bisect import bisect_right

    return bisect_right(starts, offset)


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


def _lines(
    source: Sequence[str], fences: dict[int, int], line: int, end: int, *, alone: bool
) -> tuple[int, int]:
    """First and last line that the comment on lines `line` to `end` counts for."""
    if not alone:
        return line, end
    following = (
        number
        for number in range(end + 1, len(source) + 1)
        if source[number - 1].strip() and not source[number - 1].lstrip(" >\t").startswith("<!--")
    )
    target = next(following, end)
    heading = _HEADING.match(source[target - 1])
    if heading and target not in fences:
        return line, _end_of_section(source, fences, target, len(heading[1]))
    if target in fences:
        return line, fences[target]
    last = target
    if "|" in source[target - 1]:
        while last < len(source) and "|" in source[last]:
            last += 1
    return line, last


def _end_of_section(source: Sequence[str], fences: dict[int, int], start: int, level: int) -> int:
    """The line before the next heading of that level or above."""
    for number in range(start + 1, len(source) + 1):
        heading = _HEADING.match(source[number - 1]) if number not in fences else None
        if heading and len(heading[1]) <= level:
            return number - 1
    return len(source)
