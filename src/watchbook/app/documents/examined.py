"""What `check` knows of a text on any day and on any machine, and its form on disk.

Made by reading (`examine`), or taken from the cache (`documents.cache`); used by `documents.checking`, which adds what the
day, the machine, a baseline and a revision say. The form on disk is lists of text and numbers: whatever it does not fit is
no reading, and is made again. It holds no secret: lines that are shown are kept with secrets hidden.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from watchbook.model.runbook import Coverage, Finding, Level, Review, Runbook

FORM = 1  # of what is kept; another number is another key


@dataclass(frozen=True, slots=True)
class Dated:
    """The dates of one service, and on which line each field stands."""

    review: Review
    lines: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Examined:
    """Findings of every service of a text, its dates and coverage, and the lines that a finding shows (`shown`, by number).

    `comments` says whether a comment may switch findings off.
    """

    findings: tuple[Finding, ...]
    dates: tuple[Dated, ...]
    coverage: Coverage
    shown: Mapping[int, str]
    comments: bool


def examined(text: str, runbooks: Sequence[Runbook], more: Sequence[Finding] = ()) -> Examined:
    """What was read of a text, for `check`; with `more` findings, about its making."""
    from watchbook.deciding.freshness import lines_of_dates

    findings = (*(finding for runbook in runbooks for finding in runbook.findings), *more)
    dates = tuple(Dated(runbook.review, lines_of_dates(runbook)) for runbook in runbooks)
    wanted = {finding.line for finding in findings} | {1}
    wanted |= {line for dated in dates for line in dated.lines.values()}
    return Examined(
        findings,
        dates,
        _sum([runbook.coverage for runbook in runbooks]),
        shown(text, wanted),
        "watchbook" in text.casefold(),
    )


def shown(text: str, wanted: set[int]) -> dict[int, str]:
    """Lines of a text by number, as they may be printed: a log of checks must not repeat a secret."""
    from watchbook.reading.document import source_lines
    from watchbook.reading.secrets import hide_secrets

    lines = hide_secrets("\n".join(source_lines(text)), keep_length=True).split("\n")
    return {number: lines[number - 1] for number in sorted(wanted) if 0 < number <= len(lines)}


def _sum(coverages: Sequence[Coverage]) -> Coverage:
    """Of several services: what is shared was read for each of them, and counts for each."""
    return Coverage(
        sum(one.lines for one in coverages),
        sum(one.read for one in coverages),
        sum(one.faulted for one in coverages),
        sum(one.prose for one in coverages),
    )


def to_json(known: Examined) -> str:
    """The form on disk."""
    return json.dumps(
        {
            "findings": [
                [one.code, one.severity.value, one.line, one.message, one.mend, one.column, one.length]
                for one in known.findings
            ],
            "dates": [
                [one.review.last_updated, one.review.next_review, dict(one.lines)] for one in known.dates
            ],
            "coverage": [
                known.coverage.lines, known.coverage.read, known.coverage.faulted, known.coverage.prose
            ],
            "shown": {str(number): line for number, line in known.shown.items()},
            "comments": known.comments,
        },
        separators=(",", ":"),
    )  # fmt: skip


def from_json(text: str) -> Examined | None:
    """The reading that the text is; None where it is none."""
    try:
        kept: Any = json.loads(text)
        lines, read, faulted, prose = map(_number, kept["coverage"])
        return Examined(
            tuple(_finding(*one) for one in kept["findings"]),
            tuple(
                Dated(Review(_maybe(last), _maybe(following)), {_word(k): _number(v) for k, v in at.items()})
                for last, following, at in kept["dates"]
            ),
            Coverage(lines, read, faulted, prose),
            {int(number): _word(line) for number, line in kept["shown"].items()},
            kept["comments"] is not False,
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _finding(code: Any, level: Any, line: Any, message: Any, mend: Any, column: Any, length: Any) -> Finding:
    place = _number(line), _word(message), _word(mend), _number(column), _number(length)
    return Finding(_word(code), Level(level), *place)


def _word(value: Any) -> str:
    if type(value) is not str:
        raise TypeError("text is expected")
    return value


def _maybe(value: Any) -> str | None:
    return None if value is None else _word(value)


def _number(value: Any) -> int:
    if type(value) is not int:
        raise TypeError("a number is expected")
    return value
