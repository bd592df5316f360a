"""The hand-off checklist: each item, and the source that fills it in by itself.

Called by `reading.runbook`. Filling in is the application's.
"""

import re

from watchbook.model.runbook import HandoffItem
from watchbook.reading.blocks import List, Paragraph
from watchbook.reading.document import Section
from watchbook.reading.notes import Notes
from watchbook.reading.placeholders import placeholder_in

_SOURCES = (
    ("incidents", r"incident|outage|ongoing issue|open issue"),
    ("health", r"health|alerts?\b|dashboard|system status"),
    ("maintenance", r"maintenance"),
    ("contacts", r"contact|on.?call|roster|phone"),
    ("changes", r"change|deploy|release|commit"),
)


def read(section: Section, notes: Notes) -> tuple[HandoffItem, ...]:
    """The items of the section and its subsections, in order."""
    items: list[HandoffItem] = []
    for part in section.walk():
        for block in part.blocks:
            if isinstance(block, List):
                items += _items(block, notes)
            elif isinstance(block, Paragraph):
                notes.prose(block)
    return tuple(items)


def _items(block: List, notes: Notes) -> list[HandoffItem]:
    found: list[HandoffItem] = []
    for item in block.items:
        text = item.text.strip()
        if not text or placeholder_in(item.first):
            continue
        source = next((name for name, words in _SOURCES if re.search(words, text, re.IGNORECASE)), None)
        found.append(HandoffItem(text, source, item.line))
        if source is None:
            notes.find("handoff-unfilled", item, mark=text, text=text)
        filled = f"filled in from {source}" if source else "written by a person"
        notes.read(item, "handoff", f"An item of the hand-off, {filled}.")
    return found
