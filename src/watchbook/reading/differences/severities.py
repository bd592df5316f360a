"""What changes in the severity matrix, in words. Called by the package only.

A slower answer is told as one that pages less; what it does to each alert is told by `differences.alerts`.
"""

from collections.abc import Iterator

from watchbook.model.ids import slug
from watchbook.model.runbook import Runbook, SeverityLevel
from watchbook.reading.differences.changes import Change, Risk, lasting
from watchbook.reading.differences.pairing import pair

_KIND = "severity"


def severity_changes(old: Runbook, new: Runbook) -> Iterator[Change]:
    """Severities that come and go, and what is promised at each."""
    pairs = pair(old.severities, new.severities, lambda level: slug(level.name))
    for one in pairs.removed:
        risk = Risk.PAGES_LESS if one.response_s is not None else Risk.NONE
        yield Change(_KIND, risk, one.name, f"The severity {one.name} is no longer defined.", one.line, None)
    for one in pairs.added:
        says = f"new severity {one.name}: answered within {lasting(one.response_s)}."
        yield Change(_KIND, Risk.NONE, one.name, says, None, one.line)
    for one, two in pairs.kept:
        yield from _promises(one, two)


def _promises(one: SeverityLevel, two: SeverityLevel) -> Iterator[Change]:
    rows = (
        ("response time", one.response_s, two.response_s, Risk.PAGES_LESS),
        ("time between updates", one.update_every_s, two.update_every_s, Risk.GUARDS_LESS),
        ("time to mend", one.resolve_s, two.resolve_s, Risk.GUARDS_LESS),
    )
    lines = (one.line or None, two.line or None)
    for what, before, after, risk in rows:
        if before == after:
            continue
        weaker = after is None or (before is not None and after > before)
        says = f"{two.name}: the {what} is {lasting(before)} → {lasting(after)}."
        yield Change(_KIND, risk if weaker else Risk.NONE, two.name, says, *lines)
    if one.severity is not two.severity:
        risk = Risk.PAGES_LESS if two.severity.rank < one.severity.rank else Risk.NONE
        says = f"{two.name} is {two.severity.value}, was {one.severity.value}."
        yield Change(_KIND, risk, two.name, says, *lines)
    elif one.says != two.says:
        yield Change(_KIND, Risk.NONE, two.name, f"What {two.name} means is worded anew.", *lines)
