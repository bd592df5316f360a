"""Contacts, rooms, escalation and key personnel: fields, lists, headings of a person each, running text.

Called by `reading.runbook`. Names are kept as written: the wiring says how each is reached. Tables are
`reading.contact_tables`, ladders in lists and sentences `reading.escalation`, what is gathered `reading.people`.
"""

import re
from collections.abc import Iterable, Iterator

from watchbook.reading.blocks import Block, Fence, Field, Item, Line, List, Paragraph, Table
from watchbook.reading.contact_tables import WAYS, fields_of_record, is_record, person_key, read_table
from watchbook.reading.document import Section
from watchbook.reading.escalation import (
    Step,
    is_timed,
    ladder_in_text,
    ladder_of,
    ladder_of_fence,
    ladder_of_items,
    party_in,
    start_of,
    steps_in_text,
)
from watchbook.reading.fields import fields_in, fields_of_item
from watchbook.reading.ladders import WrittenLadder, read_ladder
from watchbook.reading.notes import Notes
from watchbook.reading.people import People, say_contact, take_ladder
from watchbook.reading.persons import (
    Reach,
    contact_of,
    is_name,
    is_party,
    is_role,
    name_in,
    names_in,
    reach_in,
)
from watchbook.reading.placeholders import placeholder_in
from watchbook.reading.quantities import find_duration
from watchbook.reading.synonyms import column_named, field_named, plain, section_kind

_TEAM = frozenset({"team", "team name", "owning team", "owner team"})
_ROOMS = frozenset(
    {
        "slack channel", "slack", "channel", "chat", "team channel", "incident channel", "incidents channel",
        "teams channel", "chat channel", "slack channels", "channels", "war room", "incident room", "discord",
    }
)  # fmt: skip
_ROTATION = frozenset(
    {
        "on call rotation", "on call schedule", "rotation", "schedule", "pagerduty", "opsgenie", "on call calendar",
        "pagerduty schedule", "opsgenie schedule", "pagerduty service", "on call roster",
    }
)  # fmt: skip
_ESCALATION = frozenset(
    {
        "escalation", "escalation path", "escalation policy", "escalation order", "escalate to", "escalation chain",
        "escalation ladder", "contact chain", "call tree", "escalation matrix", "escalation procedure",
    }
)  # fmt: skip
_OPENING = frozenset(
    {
        "key personnel", "key contacts", "contacts", "team", "on call", "escalation", "emergency contacts", "people",
        "key people", "slack channels", "channels", "external contacts", "vendors", "vendor contacts", "internal contacts",
    }
)  # fmt: skip
_ESCALATING = re.compile(r"\b(?:escalat\w+|call tree|contact tree|chain)\b", re.IGNORECASE)
_RUNG_TITLE = re.compile(r"\W*(?:l|level|tier|step|stage|line)\s*-?\s*\d|\W*(?:first|second|third)[-"
    r" ](?:line|level)", re.IGNORECASE)  # fmt: skip
_NAMED = re.compile(r"([^()]+?)\s*(?:\(([^()]*)\))?")


def read(section: Section, notes: Notes, people: People) -> None:
    """Adds what the section says to `people`."""
    _read_rungs(section, notes, people)
    for part in section.walk():
        role = part.title if part is not section else ""
        escalating = section_kind(part.title) == "escalation" or bool(_ESCALATING.search(part.title))
        if not (part is not section and _read_person_of_heading(part, notes, people)):
            opened = ""
            for block in part.blocks:
                _read_block(block, role, escalating, opened, notes, people)
                opened = _opened(block)


def read_head(fields: Iterable[Field], notes: Notes, people: People) -> None:
    """Rooms, rotation and ladder among the fields of the document's head and overview; other fields are not about them."""
    for found in fields:
        key = plain(found.key)
        names_room = key in _ROOMS or key.endswith((" slack", " channel"))
        if names_room and reach_in(found.value).rooms:
            _take(Field("Channel", found.value, found.line, found.bold), notes, people)
        elif (
            key in _ESCALATION
            and read_ladder(found.value.text) is not None
            and placeholder_in(found.value) is None
        ):
            _escalation(found, notes, people)


def _opened(block: Block) -> str:
    """The label that a paragraph in front of a list is: `**Slack Channels:**`."""
    if not isinstance(block, Paragraph) or not block.lines:
        return ""
    if block.label is not None:
        return plain(block.label)
    last = block.lines[-1].text.strip()
    return plain(last) if last.endswith(":") and len(last) < 60 else ""


def _read_block(block: Block, role: str, escalating: bool, opened: str, notes: Notes, people: People) -> None:
    if isinstance(block, List):
        _read_list(block, role, escalating or bool(_ESCALATING.search(opened)), notes, people)
    elif isinstance(block, Table):
        if is_record(block):
            _take_person(fields_of_record(block), role, block.line, notes, people)
            notes.also_read(block)
        else:
            read_table(block, escalating, notes, people)
    elif isinstance(block, Paragraph):
        fields = list(fields_in((block,)))
        for found in fields:
            _take(found, notes, people, role)
        if not fields:
            _paragraph(block, role, escalating, notes, people)
    elif isinstance(block, Fence) and escalating and block.line not in notes.read_lines:
        ladder = ladder_of_fence(block)
        if ladder is not None:
            take_ladder(ladder, block.line, block, notes, people)
        elif block.language in ("", "mermaid", "text") and find_duration(block.text) is not None:
            notes.find("escalation-not-understood", block.line, text="the diagram")
            notes.prose(block)


# --- lists ------------------------------------------------------------------------------------------------------


def _read_list(block: List, role: str, escalating: bool, notes: Notes, people: People) -> None:
    if escalating and len(block.items) > 1 and not any(placeholder_in(item.first) for item in block.items):
        told_by_time = all(is_timed(item.first) or steps_in_text(item.first.text) for item in block.items)
        ladder = ladder_of_items(block.items) if block.ordered or told_by_time else None
        if ladder is not None:
            for item in block.items:
                _reachable(item.first, people)
            take_ladder(ladder, block.line, block, notes, people)
            return
    for item in block.items:
        _read_item(item, role, escalating, notes, people)


def _reachable(line: Line, people: People) -> None:
    """The person of a rung, where the rung also says how to reach them."""
    found = line.field()
    reach = reach_in(found.value if found is not None else line)
    named = name_in(reach.words)
    who = named if len(named.split()) > 1 else ""
    if reach.any and found is not None and (who or is_role(found.key)):
        people.add(contact_of(found.key, who, reach, line.number))


def _read_item(item: Item, role: str, escalating: bool, notes: Notes, people: People) -> None:
    below = [one for block in item.blocks if isinstance(block, List) for one in block.items]
    keys = [found.key for one in below if (found := one.first.field()) is not None]
    if below and _are_ways(keys):
        label = item.first.text.strip().rstrip(":").strip()
        fields = [found for one in below if (found := one.first.field()) is not None]
        _take_person(fields, label, item.line, notes, people)
        notes.also_read(item.first)
        return
    first = item.first.field()
    if below and first is not None and not first.value.text and plain(first.key) not in _ROTATION:
        _read_below(first.key, below, escalating, notes, people)
        notes.also_read(item.first)
        return
    fields = list(fields_of_item(item))
    for found in fields:
        _take(found, notes, people, role)
    if not fields:
        _bare(item.first, role, escalating, notes, people)
        for one in below:
            _read_item(one, role, escalating, notes, people)


def _are_ways(keys: list[str]) -> bool:
    """Whether the keys are those of one person: a way to reach somebody, beside a name or another way."""
    kinds = [person_key(key) for key in keys]
    return bool(set(kinds) & {*WAYS}) and all(kinds) and kinds.count("name") <= 1


def _read_below(key: str, below: list[Item], escalating: bool, notes: Notes, people: People) -> None:
    """`- **On-call**:` over a list: people of that role, rooms, the rungs of a ladder."""
    if plain(key) in _ESCALATION and (ladder := ladder_of_items(below)) is not None:
        take_ladder(ladder, below[0].line, below[0].first, notes, people)
        for one in below[1:]:
            notes.also_read(one.first)
        return
    role = key if is_role(key) and plain(key) not in _OPENING - {"on call"} else ""
    for one in below:
        reach = reach_in(one.first)
        name = name_in(reach.words)
        if role and name and not is_role(name) and reach.any:
            contact = contact_of(role, name, reach, one.line)
            people.add(contact)
            notes.read(one.first, "contact", say_contact(contact))
        else:
            _read_item(one, role, escalating, notes, people)


# --- headings ---------------------------------------------------------------------------------------------------


def _read_person_of_heading(part: Section, notes: Notes, people: People) -> bool:
    """`#### Primary On-Call` with Phone, Email and Slack below: one contact. Several roles below are not one person."""
    blocks = [block for block in part.blocks if isinstance(block, Paragraph | List | Table)]
    fields = list(_fields_of(blocks))
    if (
        not fields
        or not _are_ways([found.key for found in fields])
        or any(isinstance(one, Fence) for one in part.blocks)
    ):
        return False
    if section_kind(part.title) in ("contacts", "escalation") and not is_role(part.title):
        return False
    _take_person(fields, part.title, part.line, notes, people)
    return True


def _fields_of(blocks: Iterable[Block]) -> Iterator[Field]:
    for block in blocks:
        if isinstance(block, Table) and is_record(block):
            yield from fields_of_record(block)
        else:
            yield from fields_in((block,))


def _take_person(fields: list[Field], label: str, line: int, notes: Notes, people: People) -> None:
    """One contact out of fields that belong together; `label` is the person's name, or the role."""
    role, name, reach = "", "", Reach("")
    for found in fields:
        kind = column_named("contacts", found.key)
        if placeholder_in(found.value) is not None:
            return
        value = reach_in(found.value)
        if kind == "name":
            name, reach = name_in(value.words) or value.words, reach.joined(Reach("", *_ways(value)))
        elif kind == "role":
            role = found.value.text.strip()
        elif kind in WAYS:
            words = value.words if not value.any else ""
            value = Reach("", *_ways(value))
            if words and kind == "channel":
                value = Reach("", rooms=(words,))
            elif words and kind == "link":
                value = Reach("", links=(words,))
            reach = reach.joined(value)
    words = re.sub(r"\s*\([^()]*\)\s*$", "", label).strip(" :*_")
    if not name and is_name(words) and not is_role(words):
        name = words
    role = role or (words if words != name else "") or name
    if not name and not reach.any:
        return
    contact = contact_of(role, name, reach, line)
    people.add(contact)
    for found in fields:
        notes.also_read(found.line)
    notes.read(fields[0].line, "contact", say_contact(contact))


def _ways(reach: Reach) -> tuple[tuple[str, ...], ...]:
    return reach.mails, reach.phones, reach.rooms, reach.handles, reach.links


def _read_rungs(section: Section, notes: Notes, people: People) -> None:
    """`### Level 1 (0–15 minutes)` and `### Level 2: Team Lead` below each other are the rungs of a ladder."""
    for part in section.walk():
        rungs = [child for child in part.sections if _RUNG_TITLE.match(child.title)]
        steps = [step for child in rungs if (step := _rung(child)) is not None]
        if len(rungs) > 1 and len(steps) == len(rungs):
            ladder = ladder_of(steps)
            if ladder is not None:
                take_ladder(ladder, rungs[0].line, rungs[0].line, notes, people)
                for child in rungs[1:]:
                    notes.also_read(child.line)


def _rung(part: Section) -> Step | None:
    """Who is told at this level: in the title behind a colon or dash, or the first contact below."""
    brackets = re.search(r"\(([^()]*)\)", part.title)
    start = start_of(brackets[1]) if brackets else None
    head = re.split(r"\s*:\s+|\s+[–—-]\s+", re.sub(r"\([^()]*\)", "", part.title).strip(), maxsplit=1)
    who = (
        party_in(head[1]) if len(head) > 1 else (party_in(brackets[1]) if brackets and start is None else "")
    )
    if not who:
        blocks = [block for block in part.blocks if isinstance(block, Paragraph | List | Table)]
        for found in fields_in(blocks):
            if (
                column_named("contacts", found.key) in ("name", "email", "address")
                and placeholder_in(found.value) is None
            ):
                reach = reach_in(found.value)
                who = who or name_in(reach.words) or party_in(reach.words) or next(iter(reach.mails), "")
    return Step(who, start) if who else None


# --- running text -----------------------------------------------------------------------------------------------


def _paragraph(block: Paragraph, role: str, escalating: bool, notes: Notes, people: People) -> None:
    """A ladder, people or rooms in running text; otherwise for people."""
    if escalating and not any(map(placeholder_in, block.lines)) and (ladder := ladder_in_text((block.text,))):
        take_ladder(ladder, block.line, block, notes, people)
        return
    for line in block.lines:
        _bare(line, role, escalating, notes, people)


def _bare(line: Line, role: str, escalating: bool, notes: Notes, people: People) -> None:
    if line.number in notes.read_lines:
        return
    told = placeholder_in(line) is None and len(line.text) < 300
    ladder = read_ladder(line.text) if told else None
    if (
        ladder is not None
        and (escalating or plain(role) in (*_ESCALATION, "escalation", "escalation path", ""))
        and _names_only(ladder)
    ):
        take_ladder(ladder, line.number, line, notes, people)
    elif told and escalating and (spoken := ladder_in_text((line.text,))) is not None:
        take_ladder(spoken, line.number, line, notes, people)
    elif told and _is_room(line):
        _rooms(line, notes, people)
    elif not (told and _bare_person(line, role, notes, people)):
        notes.prose(line)


def _is_room(line: Line) -> bool:
    """`#till-alerts (automated alerts)`: a line that begins with a room."""
    return bool(re.match(r"#[A-Za-z][\w-]+(?:\s*(?:[(:–—-]|,|$))", line.text.strip()))


def _rooms(line: Line, notes: Notes, people: People) -> None:
    rooms = reach_in(line).rooms
    for room in rooms:
        people.add_room(room)
    notes.read(line, "room", f"The team's room is {', '.join(rooms)}.")


def _bare_person(line: Line, role: str, notes: Notes, people: People) -> bool:
    """`Ana Ruiz (On-call), ana@till.test`, `Ana Ruiz – Team Lead – +47 …`: a name, with a way to reach it."""
    reach = reach_in(line)
    name = name_in(reach.words)
    if not name or not reach.any or len(line.text.split()) > 16:
        return False
    rest = reach.words[len(name) :].strip(" ,;|:–—-()")
    title = re.split(r"\s*[,;|()]\s*|\s[–—-]\s", rest, maxsplit=1)[0].strip()
    if title and not is_role(title) and len(title.split()) > 4:
        return False
    contact = contact_of(title or role or name, name, reach, line.number)
    people.add(contact)
    notes.read(line, "contact", say_contact(contact))
    return True


def _names_only(ladder: WrittenLadder) -> bool:
    """A flow of steps (`Check logs → Restart the pods`) is no ladder: names are short and begin large."""
    return all(
        (len(name.split()) <= 5 and name[:1].isupper()) or is_party(name) or name.startswith(("#", "@"))
        for name in ladder.names
    )


# --- fields -----------------------------------------------------------------------------------------------------


def _take(found: Field, notes: Notes, people: People, role: str = "") -> None:
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
    rooms = reach_in(found.value).rooms
    if key in _ROOMS or (rooms and key.endswith(("channel", "channels"))):
        if rooms:
            _rooms(found.value, notes, people)
        else:
            notes.prose(found.line)
    elif found.key.startswith("#"):
        _rooms(Line(found.line, f"{found.key} {text}"), notes, people)
    elif key in _TEAM and not reach_in(found.value).any:
        people.team = text
        notes.read(found.line, "team", f"The team is {text}.")
    elif key in _ROTATION:
        rotation = next(iter(reach_in(found.value).links), text)
        notes.read(found.line, "rotation", f"On call follows {rotation}.")
    elif key in _ESCALATION:
        _escalation(found, notes, people)
    else:
        _person(found, notes, people, role)


def _opens_list(found: Field) -> bool:
    """`**Key Personnel:**` before a list is a label, not an empty field."""
    return plain(found.key) in _OPENING or plain(found.key).endswith((" contacts", " channels"))


def _escalation(found: Field, notes: Notes, people: People) -> None:
    text = found.value.text.strip()
    ladder = read_ladder(text) or ladder_in_text((text,))
    if ladder is not None:
        take_ladder(ladder, found.line, found.line, notes, people)
    elif len(text.split()) <= 6 or reach_in(found.value).any:
        _person(found, notes, people)
    else:
        notes.find("escalation-not-understood", found.line, mark=text, text=text)


def _person(found: Field, notes: Notes, people: People, role: str = "") -> None:
    """`- **Backup:** Bo Lindqvist <bo@shop.test>`, `- Kari Nes (CTO): +47 …`; several names share the role.

    `role` is what the heading or list above says, where the key is only `Contact` or a name.
    """
    if re.search(r"→|->|=>", found.value.text) and plain(found.key) not in _ESCALATION:
        notes.prose(found.line)
        return
    reach = reach_in(found.value)
    names = names_in(reach.words)
    if not names and not reach.any:
        notes.prose(found.line)
        return
    title = role if role and person_key(found.key) else found.key
    named = _NAMED.fullmatch(found.key) if not names and not person_key(found.key) else None
    if named is not None and is_name(named[1]) and not is_role(named[1]) and (named[2] or " " in named[1]):
        names, title = (named[1],), named[2] or role or named[1]
    for name in names or ("",):
        contact = contact_of(title, name, reach, found.line)
        people.add(contact)
        notes.read(found.line, "contact", say_contact(contact))
