"""What is odd about a document as a whole: its language, its markup, what is hidden in it. Findings only.

Called by `reading.runbook` before anything is read. It reads nothing; it says why something may be read in part.
"""

import re

from watchbook.reading.blocks import Html
from watchbook.reading.document import Document
from watchbook.reading.languages.translating import Translated
from watchbook.reading.notes import Notes

_MARKS = re.compile(r"(?:^|\s)#{1,6}\s+\S|\*\*[^*\n]{2,40}:\*\*|\*\*[^*\n]{2,40}\*\*:|\|\s*:?-{3,}:?\s*\|")
_SHORT = 400  # characters; a short line is a note, not a document
_MARKDOWN = re.compile(r"^\s{0,3}(?:#{1,6}\s+\S|[-*+]\s+\*\*|\|.*\|\s*$|\*\*[^*]+:?\*\*|```)", re.MULTILINE)


def find(document: Document, spoken: Translated, notes: Notes) -> None:
    """Findings about language, numbers, markup, hidden characters, HTML, and a document on one line."""
    if spoken.language is not None:
        notes.find("language-partly-read", 1, language=spoken.language.name)
    for line, number in spoken.doubtful:
        notes.find("number-ambiguous", line, mark=number, text=number)
    for oddity in document.oddities:
        kind = "other-markup" if oddity.kind == "markup" else "hidden-character"
        notes.find(kind, oddity.line, name=oddity.text)
    for section in document.walk():
        for block in section.blocks:
            if isinstance(block, Html):
                _in_html(block, notes)
    for block in document.preamble:
        if isinstance(block, Html):
            _in_html(block, notes)
    _on_one_line(document, notes)


def _in_html(block: Html, notes: Notes) -> None:
    """A list, table or heading that the HTML around it hides."""
    found = _MARKDOWN.search(block.text, block.text.find("\n") + 1) if "\n" in block.text else None
    if found is not None and len(block.text) < 200_000:
        notes.find("markdown-in-html", block.line + block.text.count("\n", 0, found.start()))


def _on_one_line(document: Document, notes: Notes) -> None:
    spoken = [(number, line) for number, line in enumerate(document.source[:50], start=1) if line.strip()]
    if len(document.source) > 50 or not 1 <= len(spoken) <= 2:
        return
    for number, line in spoken:
        if len(line) >= _SHORT and len(_MARKS.findall(line[:20_000])) >= 3:
            notes.find("document-on-one-line", number)
