"""Dashboards: links, by the words in front of them. Called by `reading.runbook`; nothing is fetched here."""

import re

from watchbook.model.runbook import Link
from watchbook.reading.blocks import Line, List
from watchbook.reading.document import Section
from watchbook.reading.fields import fields_in
from watchbook.reading.notes import Notes
from watchbook.reading.placeholders import placeholder_in


def read(section: Section, notes: Notes) -> tuple[Link, ...]:
    """The links of the section, by the words in front of them."""
    links: list[Link] = []
    for part in section.walk():
        for found in fields_in(part.blocks):
            if placeholder_in(found.value) is not None:
                continue
            url = _url(found.value)
            if url is None:
                notes.find("link-missing", found.line, mark=found.key, name=found.key)
            else:
                links.append(Link(found.key, url, found.line))
                notes.read(found.line, "link", f"{found.key} is at {url}.")
        for block in part.blocks:
            links += _bare_links(block, notes)
    return tuple(links)


def _url(value: Line) -> str | None:
    link = next((span.url for span in value.spans if span.kind == "link" and span.url), None)
    bare = re.search(r"https?://[^\s`)>]+", value.text)
    return link or (bare[0] if bare else None)


def _bare_links(block: object, notes: Notes) -> list[Link]:
    """List items that are nothing but a link."""
    found: list[Link] = []
    for item in block.items if isinstance(block, List) else ():
        if item.first.field() is None and (url := _url(item.first)) is not None:
            found.append(Link(item.first.text.strip(), url, item.line))
            notes.read(item, "link", f"{item.first.text.strip()} is at {url}.")
        elif item.first.field() is None:
            notes.prose(item)
    return found
