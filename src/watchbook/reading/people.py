"""Who can be told, and in which order: what the contacts modules gather.

Written by `reading.contacts` and `reading.contact_tables`, read by `reading.runbook`. It reads no text.
"""

from dataclasses import dataclass, field

from watchbook.model.ids import slug
from watchbook.model.quantities import Unit, say
from watchbook.model.runbook import Contact
from watchbook.reading.ladders import WrittenLadder
from watchbook.reading.notes import Notes, Place


@dataclass(slots=True)
class People:
    """Contacts, rooms and the ladder of a document, in its order."""

    contacts: list[Contact] = field(default_factory=list)
    rooms: list[str] = field(default_factory=list)
    ladder: WrittenLadder | None = None
    ladder_line: int = 0
    team: str | None = None
    known: set[tuple[str, str]] = field(default_factory=set)  # role and name of each contact

    def add(self, contact: Contact) -> None:
        """Takes the contact, unless the document named it before."""
        key = (slug(contact.role), slug(contact.name))
        if key not in self.known:
            self.known.add(key)
            self.contacts.append(contact)

    def add_room(self, room: str) -> None:
        """Takes the room, unless it was named before."""
        if room not in self.rooms:
            self.rooms.append(room)


def take_ladder(ladder: WrittenLadder, line: int, place: Place | int, notes: Notes, people: People) -> None:
    """The first ladder of a document counts; another one that says otherwise is told."""
    if people.ladder is None:
        people.ladder, people.ladder_line = ladder, line
        notes.read(place, "escalation", say_ladder(ladder))
    elif people.ladder == ladder:
        notes.also_read(place)
    else:
        names = " → ".join(ladder.names)
        notes.find("escalation-repeated", place, first=people.ladder_line, text=names)


def say_contact(contact: Contact) -> str:
    """The contact in one sentence."""
    ways = [contact.address, contact.channel, *contact.ways]
    where = ", ".join(way for way in ways if way and way != contact.name)
    return f"{contact.role} is {contact.name}{f', {where}' if where else ''}."


def say_ladder(ladder: WrittenLadder) -> str:
    """The ladder in one sentence."""
    lasts = set(ladder.lasts_s)
    only = lasts.pop() if len(lasts) == 1 else None
    if only:
        return f"Pages climb {' → '.join(ladder.names)}, {say(only, Unit.SECONDS)} each."
    times = (*ladder.lasts_s, *([None] * len(ladder.names)))
    rungs = [
        f"{name} ({say(lasts, Unit.SECONDS)})" if lasts else name
        for name, lasts in zip(ladder.names, times, strict=False)
    ]
    return f"Pages climb {' → '.join(rungs)}."
