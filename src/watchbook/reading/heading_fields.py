"""Documents whose fields are headings: `## Service Tier` over the one line `Platinum`.

Called by `reading.runbook` for the head of the service. What a field means is `reading.overview`'s; a document with fewer
than three of them only has short sections.
"""

from collections.abc import Iterable

from watchbook.reading.blocks import Comment, Field, Paragraph
from watchbook.reading.document import Section
from watchbook.reading.notes import Notes
from watchbook.reading.synonyms import field_named

_FEWEST = 3
_LONGEST = 200  # characters of a value


def find_heading_fields(chapters: Iterable[Section], notes: Notes) -> tuple[Field, ...]:
    """The fields that headings and the one line below them are, in order."""
    found = [(chapter, field) for chapter in chapters if (field := _field_of(chapter)) is not None]
    if len(found) < _FEWEST:
        return ()
    for chapter, _ in found:
        notes.also_read(chapter.line)
    return tuple(field for _, field in found)


def _field_of(chapter: Section) -> Field | None:
    """A heading that names a field, over one line and nothing else."""
    blocks = [block for block in chapter.blocks if not isinstance(block, Comment)]
    if chapter.kind or chapter.sections or len(blocks) != 1 or not field_named(chapter.title):
        return None
    block = blocks[0]
    if not isinstance(block, Paragraph) or len(block.lines) != 1 or len(block.lines[0].text) > _LONGEST:
        return None
    line = block.lines[0]
    return Field(chapter.title, line, line.number) if line.field() is None else None
