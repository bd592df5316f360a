"""A query alone in a code block that is an alert's condition: a heading or label such as *Alert expression* says so.

Called by `reading.rule_fences`, which makes alerts of rules. It finds the block and the alert's name; whether the query is
a condition at all is `reading.queries`', and a query under another title is left to whoever shows it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from watchbook.reading.blocks import Fence, Paragraph
from watchbook.reading.document import Section
from watchbook.reading.fences import nested_fences
from watchbook.reading.issue_words import has_alert_prefix, is_identifier, issue_name, names_in

_LANGUAGES = frozenset({"promql", "prometheus", "prom"})
# The condition of an alert for certain, and what may as well be a query to look at.
_CONDITION = re.compile(
    r"\W*(?:alert(?:ing)?\s+(?:expression|expr|query|rule|condition|promql)|(?:firing|trigger)\s+(?:condition|rule|expression)"
    r"|(?:prometheus|promql)\s+(?:expression|rule)|expression|expr|condition)\s*:?\W*",
    re.IGNORECASE,
)
_QUERY = re.compile(r"\W*(?:(?:prometheus|promql)\s+)?(?:query|promql|rule)\s*:?\W*", re.IGNORECASE)
_ELSEWHERE = re.compile(
    r"\b(?:diagnos|investigat|debug|triage|verif|dashboard|panel|mitigat|resol|remed|solution|check|look|recording|useful)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Query:
    """A block that holds the query of the alert `name`; only one that is `certain` makes an alert by itself."""

    fence: Fence
    name: str
    certain: bool


def find_queries(chapters: tuple[Section, ...]) -> Iterator[Query]:
    """The blocks in document order."""
    named = {
        name for chapter in chapters for part in chapter.walk() for name in _alerts_of(part, below=False)
    }
    only = next(iter(named)) if len(named) == 1 else ""
    for chapter in chapters:
        yield from _of_section(chapter, "", only)


def _of_section(section: Section, above: str, only: str) -> Iterator[Query]:
    own = _alerts_of(section, below=True)
    name = own[0] if len(own) == 1 else "" if own else above
    if _ELSEWHERE.search(section.title):
        return
    words = ""
    for block in section.blocks:
        certain = any(_CONDITION.fullmatch(said) for said in (section.title, words))
        for fence in nested_fences((block,)):
            if fence.language.casefold() not in _LANGUAGES:
                continue
            if certain and (name or only):
                yield Query(fence, name or only, True)
            elif name and any(_QUERY.fullmatch(said) for said in (section.title, words)):
                yield Query(fence, name, False)
        words = block.text if isinstance(block, Paragraph) else ""
    for part in section.sections:
        yield from _of_section(part, name, only)


def _alerts_of(section: Section, below: bool) -> tuple[str, ...]:
    """The alerts that a heading names; with `below` a name such as `QueueStuck` without the word *Alert*, too."""
    title = section.title.replace("`", "")
    if has_alert_prefix(title):
        return names_in(title)
    name = issue_name(title)
    return (name,) if below and is_identifier(name) else ()
