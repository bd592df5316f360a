"""The hand-off checklist: each item, and the source that fills it in by itself.

Called by `reading.runbook`. Filling in is the application's.
"""

import re

from watchbook.model.runbook import HandoffItem
from watchbook.reading.blocks import Item, Line, List, Paragraph, Table
from watchbook.reading.document import Section
from watchbook.reading.notes import Notes
from watchbook.reading.placeholders import placeholder_in

_SOURCES = (
    (
        "incidents",
        r"incident|outage|ongoing issue|open issue|vorf[aä]ll|störung|incidente|インシデント|障害|故障|장애|инцидент"
        r"|incydent",
    ),
    ("health", r"health|alerts?\b|dashboard|system status|alarm|alerte|alerta|アラート|警报|告警|알림"),
    (
        "maintenance",
        r"maintenance|wartung|mantenimiento|manutenção|manutenzione|onderhoud|メンテナンス|维护|점검",
    ),
    ("contacts", r"contact|on.?call|roster|phone|kontakt|連絡先|联系人|연락처"),
    (
        "changes",
        r"change|deploy|release|commit|änderung|changement|cambio|déploiement|despliegue|変更|デプロイ|变更|변경",
    ),
)


def read(section: Section, notes: Notes) -> tuple[HandoffItem, ...]:
    """The items of the section and its subsections, in order."""
    items: list[HandoffItem] = []
    for part in section.walk():
        for block in part.blocks:
            if isinstance(block, List):
                items += _items(block, notes)
            elif isinstance(block, Table):
                items += _rows(block, notes)
            elif isinstance(block, Paragraph):
                notes.prose(block)
    return tuple(items)


def _rows(table: Table, notes: Notes) -> list[HandoffItem]:
    """`Item | Status | Notes`: the first cell that says something is the item."""
    notes.also_read(table.header)
    found = []
    for row in table.rows:
        cell = next((cell for cell in row.cells if re.search(r"[^\W\d_]{3}", cell.text)), None)
        if cell is None or any(placeholder_in(one) for one in row.cells[:1]):
            notes.prose(row)
        else:
            found.append(_item(cell, row.line, notes))
    return found


def _items(block: List, notes: Notes) -> list[HandoffItem]:
    found: list[HandoffItem] = []
    for item in block.items:
        below = [inner for inner in item.blocks if isinstance(inner, List)]
        if not item.text.strip() or placeholder_in(item.first):
            continue
        if below and _is_label(item):
            notes.prose(item.first)
        else:
            found.append(_item(item.first, item.line, notes, item.text.strip()))
            notes.also_read(item)
        for inner in below:
            found += _items(inner, notes)
    return found


def _is_label(item: Item) -> bool:
    """`**Systems:**` over a list of its own is no item: those below are."""
    return item.task is None and item.text.strip().endswith(":")


def _item(line: Line, number: int, notes: Notes, text: str = "") -> HandoffItem:
    text = text or line.text.strip()
    source = next((name for name, words in _SOURCES if re.search(words, text, re.IGNORECASE)), None)
    if source is None:
        notes.find("handoff-unfilled", number, mark=text, text=text)
    filled = f"filled in from {source}" if source else "written by a person"
    notes.read(number, "handoff", f"An item of the hand-off, {filled}.")
    return HandoffItem(text, source, number)
