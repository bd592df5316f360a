"""Which section is what: the tree of a document with a kind on every section, and its chapters.

Called by `reading.runbook`. It looks at titles and places (a "Logs" below Useful Commands is a group of
commands, not a chapter); what stands in a chapter is read by that chapter's module.
"""

import re
from dataclasses import replace

from watchbook.reading.document import Document, Section
from watchbook.reading.issue_words import is_issue
from watchbook.reading.synonyms import section_kind

# Inside these, subsections have kinds of their own only where listed; any other title belongs to the chapter.
_INSIDE: dict[str, frozenset[str]] = {
    "overview": frozenset({"environments", "architecture"}),
    "architecture": frozenset({"environments"}),
    "environments": frozenset(),
    "health_checks": frozenset({"alerting", "metrics"}),
    "dashboards": frozenset(),
    "metrics": frozenset({"alerting", "dashboards", "targets"}),
    "targets": frozenset({"alerting", "metrics", "dashboards", "recovery"}),
    "alerting": frozenset({"severities", "metrics", "dashboards", "escalation", "contacts"}),
    "severities": frozenset({"escalation", "contacts"}),
    "deployment": frozenset({"rollback"}),
    "rollback": frozenset(),
    "scaling": frozenset(),
    "configuration": frozenset(),
    "restart": frozenset(),
    "troubleshooting": frozenset(),
    "emergency": frozenset(
        {"outage", "corruption", "security", "severities", "escalation", "contacts", "rollback"}
    ),
    "outage": frozenset(),
    "corruption": frozenset(),
    "security": frozenset(),
    "maintenance": frozenset(),
    "recovery": frozenset(),
    "commands": frozenset(),
    "handoff": frozenset(),
    "escalation": frozenset(),
    "contacts": frozenset({"escalation"}),
    "review": frozenset(),
    "contents": frozenset(),
}
# Sections whose parts may be issues of their own.
_PASSED = frozenset({"operations", "monitoring", "metrics", "health_checks", "dashboards", "restart"})
_PART = re.compile(
    r"\W*(?:step|phase|stage|paso|fase|etapa|étape|passo|schritt|stap|krok|шаг)\s*\d+\b", re.IGNORECASE
)
_EVERYWHERE = frozenset(_INSIDE) | {"monitoring", "operations"}


def outline(document: Document) -> tuple[Section, ...]:
    """The chapters of the document in order: each section that has a kind, lifted out of sections of other kinds.

    A chapter keeps the subsections that belong to it. Sections without a kind become chapters of kind ""
    (with their own text only where parts of them were lifted out). Chapters of one kind follow each other in
    document order; their module reads each and joins what they say.
    """
    chapters: list[Section] = []
    for index, section in enumerate(document.sections):
        _lift(section, _EVERYWHERE, chapters, top=index == 0 and _is_title(section))
    return tuple(chapters)


# Words that name a document as often as a section of one: `On-call: search cluster`.
_NAMES = frozenset({"contacts", "overview", "handoff", "escalation", "environments"})


def _is_title(section: Section) -> bool:
    """Whether the first heading names the document: it says nothing of a section, or has sections of other kinds below."""
    if section.level != 1:
        return False
    if section_kind(section.title) in _NAMES and len(section.sections) > 1:
        return True
    return not section_kind(section.title) or any(section_kind(child.title) for child in section.sections)


def _lift(section: Section, allowed: frozenset[str], chapters: list[Section], top: bool = False) -> None:
    """Appends the section as a chapter, and after it the subsections that are chapters of their own."""
    kind = "" if top else section_kind(section.title)
    kind = kind if kind in allowed else ""
    if not top and (not kind or kind in _PASSED) and is_issue(section):
        chapters.append(_one_issue(section))
        return
    if not top and not kind and _is_in_parts(section):
        chapters.append(section)
        return
    inside = _INSIDE.get(kind, _EVERYWHERE)
    place = len(chapters)
    kept: list[Section] = []
    for child in section.sections:
        child_kind = section_kind(child.title)
        lifted = bool(child_kind) and child_kind in inside and child_kind != kind
        if lifted or not kind or (kind in _PASSED and is_issue(child)):
            _lift(child, inside, chapters)
        else:
            kept.append(_without_lifted(child, kind, inside, chapters))
    chapters.insert(place, replace(section, kind="title" if top and not kind else kind, sections=tuple(kept)))


def _one_issue(section: Section) -> Section:
    """A chapter that holds one issue, which stands outside troubleshooting."""
    return Section("", section.level - 1, section.line, section.end_line, (), (section,), "troubleshooting")


def _is_in_parts(section: Section) -> bool:
    """Whether a heading is one procedure whose steps are headings: `Step 1: …`, `Phase 2 – …`, with remarks behind."""
    steps = [_PART.match(child.title) is not None for child in section.sections]
    others = [child for child, step in zip(section.sections, steps, strict=True) if not step]
    return (
        sum(steps) > max(1, len(others))
        and all(steps[: sum(steps)])
        and not any(section_kind(child.title) for child in others)
    )


def _without_lifted(section: Section, kind: str, inside: frozenset[str], chapters: list[Section]) -> Section:
    """A subsection that stays in its chapter, without those parts of it that are chapters."""
    kept: list[Section] = []
    for child in section.sections:
        child_kind = section_kind(child.title)
        if child_kind and child_kind in inside and child_kind != kind:
            _lift(child, inside, chapters)
        else:
            kept.append(_without_lifted(child, kind, inside, chapters))
    return replace(section, sections=tuple(kept))
