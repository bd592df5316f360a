"""Contacts, rooms, escalation and key personnel.

Called by `reading.runbook`. Names are kept as written: the wiring says how each is reached.
"""

import re
from dataclasses import dataclass, field

from watchbook.model.ids import slug
from watchbook.model.quantities import Unit, say
from watchbook.model.runbook import Contact
from watchbook.reading.blocks import Field, Line, List, Paragraph, Row, Table
from watchbook.reading.document import Section
from watchbook.reading.fields import fields_in, fields_of_item
from watchbook.reading.ladders import WrittenLadder, read_ladder
from watchbook.reading.notes import Notes
from watchbook.reading.placeholders import placeholder_in
from watchbook.reading.synonyms import field_named, plain
from watchbook.reading.tables import Columns, columns_of

_ROOM = re.compile(r"(?<![\w/&])#[A-Za-z][\w-]*")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"\+?\d[\d ()./-]{6,}\d")
_TEAM = frozenset({"team", "team name", "owning team", "owner team"})
_ROOMS = frozenset(
    {
        "slack channel",
        "slack",
        "channel",
        "chat",
        "team channel",
        "incident channel",
        "incidents channel",
        "teams channel",
        "chat channel",
    }
)
_ROTATION = frozenset(
    {
        "on call rotation",
        "on call schedule",
        "rotation",
        "schedule",
        "pagerduty",
        "opsgenie",
        "on call calendar",
    }
)
_ESCALATION = frozenset(
    {
        "escalation",
        "escalation path",
        "escalation policy",
        "escalation order",
        "escalate to",
        "escalation chain",
        "escalation ladder",
    }
)


@dataclass(slots=True)
class People:
    """Who can be told, and in which order."""

    contacts: list[Contact] = field(default_factory=list)
    rooms: list[str] = field(default_factory=list)
    ladder: WrittenLadder | None = None
    ladder_line: int = 0
    team: str | None = None
    rotation: str | None = None
    lines: dict[str, int] = field(default_factory=dict)
    known: set[tuple[str, str]] = field(default_factory=set)  # role and name of each contact

    def add(self, contact: Contact) -> None:
        """Takes the contact, unless the document named it before."""
        key = (slug(contact.role), slug(contact.name))
        if key not in self.known:
            self.known.add(key)
            self.contacts.append(contact)


def read(section: Section, notes: Notes, people: People) -> None:
    """Adds what the section says to `people`."""
    for part in section.walk():
        role = part.title if part is not section else ""
        for block in part.blocks:
            if isinstance(block, List):
                for item in block.items:
                    fields = list(fields_of_item(item))
                    for found in fields:
                        _take(found, notes, people)
                    if not fields:
                        _bare(item.first, role, notes, people)
            elif isinstance(block, Table):
                _read_table(block, notes, people)
            elif isinstance(block, Paragraph):
                fields = list(fields_in((block,)))
                for found in fields:
                    _take(found, notes, people)
                if not fields:
                    _paragraph(block, role, notes, people)


def _paragraph(block: Paragraph, role: str, notes: Notes, people: People) -> None:
    """A ladder or rooms in running text; otherwise for people."""
    for line in block.lines:
        _bare(line, role, notes, people)


def _bare(line: Line, role: str, notes: Notes, people: People) -> None:
    if line.number in notes.read_lines:
        return
    ladder = read_ladder(line.text) if placeholder_in(line) is None and len(line.text) < 300 else None
    if (
        ladder is not None
        and plain(role) in (*_ESCALATION, "escalation", "escalation path", "")
        and people.ladder is None
        and _names_only(ladder)
    ):
        people.ladder, people.ladder_line = ladder, line.number
        notes.read(line, "escalation", say_ladder(ladder))
    else:
        notes.prose(line)


def _names_only(ladder: WrittenLadder) -> bool:
    """A flow of steps (`Check logs → Restart the pods`) is no ladder: names are short and begin large."""
    return all(
        (len(name.split()) <= 5 and name[:1].isupper()) or name.startswith(("#", "@"))
        for name in ladder.names
    )


def _take(found: Field, notes: Notes, people: People) -> None:
    key = plain(found.key)
    if field_named(found.key) in ("last_updated", "next_review") or placeholder_in(found.value) is not None:
        return
    text = found.value.text.strip()
    if not text:
        if not _opens_list(found):
            notes.find("field-empty", found.line, mark=found.key, field=found.key)
        else:
            notes.prose(found.line)
        return
    people.lines.setdefault(key, found.line)
    rooms = _ROOM.findall(text)
    if key in _ROOMS or (rooms and key.endswith("channel")):
        people.rooms += [room for room in rooms if room not in people.rooms]
        if rooms:
            notes.read(found.line, "room", f"The team's room is {', '.join(rooms)}.")
        else:
            notes.prose(found.line)
    elif key in _TEAM:
        people.team = text
        notes.read(found.line, "team", f"The team is {text}.")
    elif key in _ROTATION:
        people.rotation = _link(found.value) or text
        notes.read(found.line, "rotation", f"On call follows {people.rotation}.")
    elif key in _ESCALATION:
        _escalation(found, notes, people)
    else:
        _person(found, notes, people)


def _opens_list(found: Field) -> bool:
    """`**Key Personnel:**` before a list is a label, not an empty field."""
    return len(found.key.split()) >= 1 and plain(found.key) in (
        "key personnel", "key contacts", "contacts", "team", "on call", "escalation", "emergency contacts", "people",
        "key people",
    )  # fmt: skip


def _escalation(found: Field, notes: Notes, people: People) -> None:
    text = found.value.text.strip()
    ladder = read_ladder(text)
    if ladder is not None:
        people.ladder, people.ladder_line = ladder, found.line
        notes.read(found.line, "escalation", say_ladder(ladder))
    elif len(text.split()) <= 6:
        _person(found, notes, people)
    else:
        notes.find("escalation-not-understood", found.line, mark=text, text=text)


def _person(found: Field, notes: Notes, people: People) -> None:
    """`- **Backup:** Bo Lindqvist <bo@shop.test>`."""
    name, address, channel = _who(found.value)
    name = name if _is_name(name) else ""
    if not name and not address:
        notes.prose(found.line)
        return
    contact = Contact(found.key, name or address or "", address, channel, found.line)
    people.add(contact)
    notes.read(found.line, "contact", say_contact(contact))


_PARTICLES = frozenset(
    [
        "of",
        "de",
        "da",
        "di",
        "van",
        "von",
        "der",
        "den",
        "and",
        "the",
        "for",
        "on-call",
        "at",
        "&",
        "/",
        "la",
        "le",
        "bin",
        "al",
    ]
)


def _is_name(text: str) -> bool:
    """Whether a text can be a person, team or handle: few words that begin large, no digits, no sentence."""
    words = text.split()
    if not 1 <= len(words) <= 6 or any(character.isdigit() for character in text):
        return False
    return all(word[0].isupper() or word[0] in "@#(" or word.casefold() in _PARTICLES for word in words)


def _link(value: Line) -> str | None:
    return next((span.url for span in value.spans if span.kind == "link" and span.url), None)


def _who(value: Line) -> tuple[str, str | None, str | None]:
    """Name, address and room in a value."""
    text = value.text
    mail = _MAIL.search(text)
    phone = _PHONE.search(text)
    room = _ROOM.search(text)
    for found in (mail, phone, room):
        if found is not None:
            text = text.replace(found[0], " ")
    text = re.sub(r"<\s*>|\(\s*\)|\[\s*\]", " ", text)
    name = re.split(r"\s*[,;|–—(]\s*|\s-\s", " ".join(text.split()).strip(" ,;|:–—-<>()"), maxsplit=1)[
        0
    ].strip(" ,;:<>")
    address = mail[0] if mail else (phone[0].strip() if phone else _link(value))
    return name, address, room[0] if room else None


def _read_table(table: Table, notes: Notes, people: People) -> None:
    columns = columns_of(table, "contacts")
    if not {"name", "address"} & columns.at.keys():
        notes.prose(table)
        return
    notes.also_read(table.header)
    for row in table.rows:
        _read_row(columns, row, notes, people)


def _read_row(columns: Columns, row: Row, notes: Notes, people: People) -> None:
    cell = columns.cell(row, "name") or columns.cell(row, "address")
    if cell is None or any(placeholder_in(part) for part in row.cells):
        notes.prose(row)
        return
    name, address, channel = _who(cell)
    other = columns.cell(row, "address")
    if other is not None and other is not cell:
        _, address, more = _who(other)
        address, channel = address or other.text.strip(), channel or more
    room = columns.cell(row, "channel")
    if room is not None:
        channel = (_ROOM.findall(room.text) or [room.text.strip()])[0]
    name = name if _is_name(name) else ""
    role = columns.text(row, "role") or name
    if not name and not address and not channel:
        notes.prose(row)
        return
    contact = Contact(role, name or address or channel or "", address, channel, row.line)
    people.add(contact)
    notes.read(row, "contact", say_contact(contact))


def say_contact(contact: Contact) -> str:
    """The contact in one sentence."""
    where = f", {contact.address}" if contact.address and contact.address != contact.name else ""
    return f"{contact.role} is {contact.name}{where}{f', {contact.channel}' if contact.channel else ''}."


def say_ladder(ladder: WrittenLadder) -> str:
    """The ladder in one sentence."""
    lasts = set(ladder.lasts_s)
    only = lasts.pop() if len(lasts) == 1 else None
    each = f", {say(only, Unit.SECONDS)} each" if only else ""
    return f"Pages climb {' → '.join(ladder.names)}{each}."
