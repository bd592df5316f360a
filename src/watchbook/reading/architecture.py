"""Components and diagram of the Architecture section.

Called by `reading.runbook`. A component's light is the check of the same name; nothing here runs.
"""

from watchbook.model.runbook import Component
from watchbook.reading.blocks import Fence, Html, List, Paragraph, Quote, Table
from watchbook.reading.document import Section
from watchbook.reading.notes import Notes
from watchbook.reading.placeholders import placeholder_in


def read(section: Section, notes: Notes) -> tuple[tuple[Component, ...], str | None]:
    """The components in order, and the Mermaid source of the first diagram."""
    components: list[Component] = []
    diagram = None
    for part in section.walk():
        for block in part.blocks:
            match block:
                case Fence() if block.language == "mermaid":
                    diagram = diagram or block.text
                    notes.read(block, "diagram", "A diagram of the service, shown as it is.")
                case Fence() if block.language in (
                    "",
                    "text",
                    "txt",
                    "ascii",
                    "plaintext",
                    "plain",
                    "plantuml",
                    "dot",
                    "graphviz",
                ):
                    notes.prose(block)
                case List():
                    components += _components(block, notes)
                case Paragraph() | Table() | Quote() | Html():
                    notes.prose(block)
    return tuple(components), diagram


def _components(block: List, notes: Notes) -> list[Component]:
    found: list[Component] = []
    for item in block.items:
        field = item.first.field(plain=False)
        if field is None:
            notes.prose(item)
            continue
        if placeholder_in(field.value) is None and field.value.text:
            found.append(Component(field.key, field.value.text, item.line))
            notes.read(item, "component", f"{field.key} is a component of the service.")
        else:
            notes.prose(item)
    return found
