"""Tables of people: a row for each person, a column for each, vendors, rooms, and ladders with their times.

Called by the contacts module. Columns are found by their headers in any order (`reading.synonyms`); what a cell holds is
taken apart by `reading.persons`. A table that names nobody and no room is left to people.
"""

import re
from dataclasses import dataclass, replace

from watchbook.reading.blocks import Field, Line, Row, Table
from watchbook.reading.escalation import Step, ladder_of, party_in, start_of
from watchbook.reading.ladders import WrittenLadder
from watchbook.reading.notes import Notes
from watchbook.reading.people import People, say_contact, take_ladder
from watchbook.reading.persons import Reach, contact_of, is_name, is_role, name_in, names_in, reach_in
from watchbook.reading.placeholders import placeholder_in
from watchbook.reading.severities import read_severity, severity_words
from watchbook.reading.synonyms import column_named, plain

WAYS = ("address", "email", "phone", "channel", "link")
_LEVELS = re.compile(r"\W*(?:(?:l|level|tier|step|stage|line)\s*-?\s*\d|\d(?:st|nd|rd|th)?\b|first"
    r"|second|third|primary|secondary)", re.IGNORECASE)  # fmt: skip
_MEANS = re.compile(
    r"(?:(?:phone|e-?mail|mail|sms|call|chat|slack|teams|in person|text|phone call)[\s/,&+or]*)+",
    re.IGNORECASE,
)
_NOTHING = frozenset({"", "-", "–", "—", "n/a", "na", "none", "/", "tbd", "?"})


@dataclass(frozen=True, slots=True)
class _Grid:
    """A table with the kind of each column; `of` gives the cells of a kind in a row."""

    table: Table
    kinds: tuple[str, ...]

    def of(self, row: Row, *kinds: str) -> list[Line]:
        return [
            cell
            for kind, cell in zip(self.kinds, row.cells, strict=False)
            if kind in kinds and cell.text.strip().casefold() not in _NOTHING
        ]

    def text(self, row: Row, kind: str) -> str:
        cells = self.of(row, kind)
        return cells[0].text.strip() if cells else ""

    def header(self, kind: str) -> str:
        return next(
            (
                cell.text.strip()
                for one, cell in zip(self.kinds, self.table.header.cells, strict=False)
                if one == kind
            ),
            "",
        )


def read_table(table: Table, escalating: bool, notes: Notes, people: People) -> None:
    """Adds the people, rooms and the ladder of the table. `escalating` says that it stands under escalation."""
    written, table = table, _turned(table)
    grid = _Grid(table, _kinds(table))
    others = {"name", "vendor", "address", "email", "phone", "link"} & set(grid.kinds)
    if "channel" in grid.kinds and not others and _read_rooms(grid, notes, people):
        return
    if not {"name", "vendor", "address", "email", "phone"} & set(grid.kinds) or not _is_about_people(grid):
        notes.prose(table)
        return
    notes.also_read(table.header if table is written else written)
    for row in table.rows:
        _read_row(grid, row, notes, people)
    _read_ladder(grid, escalating, notes, people)


def is_record(table: Table) -> bool:
    """A two-column table of fields: `Name | Ana Ruiz`, `Phone | …`, whatever its header says."""
    if len(table.header.cells) != 2 or len(table.rows) < 2:
        return False
    if column_named("contacts", table.header.cells[0].text) not in ("", "name") or not _is_head_of_record(
        table
    ):
        return False
    keys = [person_key(row.cells[0].text) for row in table.rows]
    return bool(set(keys) & {*WAYS}) and sum(bool(key) for key in keys) * 2 > len(keys)


def _is_head_of_record(table: Table) -> bool:
    """A header that says nothing (`Field | Value`), or is the first field itself (`Name | Ana Ruiz`)."""
    first, second = (cell.text for cell in table.header.cells)
    return (
        not column_named("contacts", first)
        or (person_key(first) == "name" and _is_person(table.header.cells[1]))
        or not (first.strip() or second.strip())
    )


def person_key(key: str) -> str:
    """What a field says of one person: name, role, a way to reach them, a note; empty for roles (`On-Call`, `Lead`)."""
    kind = column_named("contacts", key)
    if kind == "name":
        return (
            kind
            if plain(key) in ("name", "full name", "contact name", "person", "contact", "contact person")
            else ""
        )
    return kind if kind in ("note", *WAYS) or plain(key) in ("role", "title", "position", "job title") else ""


def fields_of_record(table: Table) -> list[Field]:
    """The rows of such a table, with its header where that is a field as well (`Name | Ana Ruiz`)."""
    first = table.header.cells
    headed = person_key(first[0].text) == "name" and _is_person(first[1])
    rows = (*((table.header,) if headed else ()), *table.rows)
    return [Field(row.cells[0].text.strip(" :"), row.cells[1], row.line) for row in rows]


def _is_person(cell: Line) -> bool:
    return is_name(cell.text.strip()) and not column_named("contacts", cell.text)


def _kinds(table: Table) -> tuple[str, ...]:
    """The kind of each column; a second column of names beside one is a way to reach them (`Name | Contact`)."""
    kinds = [column_named("contacts", cell.text) for cell in table.header.cells]
    plain_names = [plain(cell.text) for cell in table.header.cells]
    named = [index for index, kind in enumerate(kinds) if kind == "name"]
    for index in named if len(named) > 1 else ():
        if plain_names[index] in ("contact", "contacts", "notify"):
            kinds[index] = "address"
    if kinds.count("name") > 1:
        first = kinds.index("name")
        if plain_names[first] in ("owner", "team", "responsible", "lead"):
            kinds[first] = "role"
        kinds = [
            kind if kind != "name" or index == kinds.index("name") else "backup"
            for index, kind in enumerate(kinds)
        ]
    if "vendor" in kinds and ("name" in kinds or not {*WAYS} & set(kinds)):
        kinds[kinds.index("vendor")] = "role"
    if "role" not in kinds and kinds and not kinds[0] and len(kinds) > 1:
        kinds[0] = "role"
    return tuple(kinds)


def _is_about_people(grid: _Grid) -> bool:
    """A column called Contact or Owner alone is not enough: its cells hold names, roles or addresses."""
    cells = [cell for row in grid.table.rows for cell in grid.of(row, "name", "backup", *WAYS)]
    return any(
        reach_in(cell).any or names_in(cell.text) or is_role(cell.text) or placeholder_in(cell)
        for cell in cells
    )


def _turned(table: Table) -> Table:
    """A table with a column for each person (`| | Primary | Backup |`, rows Name, Phone, …) as one with a row for each."""
    keys = [column_named("contacts", row.cells[0].text) for row in table.rows]
    headed = [column_named("contacts", cell.text) for cell in table.header.cells[1:]]
    if (
        len(table.rows) < 2
        or len(table.header.cells) < 3
        or not all(key in ("name", "role", "note", *WAYS) for key in keys)
    ):
        return table
    if any(kind in (*WAYS, "after") for kind in headed):
        return table
    header = Row((Line(table.header.line, "Role"), *(row.cells[0] for row in table.rows)), table.header.line)
    rows = tuple(
        Row((cell, *(row.cells[index] for row in table.rows)), table.header.line)
        for index, cell in enumerate(table.header.cells)
        if index and cell.text.strip()
    )
    return replace(table, header=header, rows=rows)


def _read_rooms(grid: _Grid, notes: Notes, people: People) -> bool:
    """`Channel | Purpose`: rooms of the team."""
    found = [
        (row, room)
        for row in grid.table.rows
        for cell in grid.of(row, "channel")
        for room in reach_in(cell).rooms
    ]
    for row, room in found:
        people.add_room(room)
        notes.read(
            row, "room", f"{room} is a room of the team, for {grid.text(row, 'role') or 'everything'}."
        )
    if found:
        notes.also_read(grid.table.header)
    return bool(found)


def _read_row(grid: _Grid, row: Row, notes: Notes, people: People) -> None:
    cells = grid.of(row, "name", "vendor") or grid.of(row, *WAYS)
    if not cells or any(placeholder_in(cell) for cell in row.cells):
        notes.prose(row)
        return
    reach = Reach("")
    for cell in grid.of(row, *WAYS):
        if cell is not cells[0]:
            reach = reach.joined(_reach_of(cell, grid, row))
    role = grid.text(row, "role") or ("Vendor" if grid.of(row, "vendor") else "")
    told = _people_in(cells[0], role, reach, row, people, vendor=bool(grid.of(row, "vendor")))
    for cell in grid.of(row, "backup"):
        second = f"{role} backup" if role else "Backup"
        told += _people_in(cell, second, Reach(""), row, people)
    for sentence in told:
        notes.read(row, "contact", sentence)
    if not told:
        notes.prose(row)


def _reach_of(cell: Line, grid: _Grid, row: Row) -> Reach:
    """The ways in a cell; a word in a column of rooms or links is one as well (`incidents`, `PagerDuty`)."""
    reach = reach_in(cell)
    if reach.any:
        return replace(reach, words="")
    words = reach.words
    if cell in grid.of(row, "channel"):
        return Reach("", rooms=(words,))
    return (
        Reach("", links=(words,)) if words and len(words) <= 80 and not _MEANS.fullmatch(words) else Reach("")
    )


def _people_in(
    cell: Line, role: str, others: Reach, row: Row, people: People, vendor: bool = False
) -> list[str]:
    """The contacts of one cell, told as sentences; several names share the addresses, or have one each in order."""
    own = reach_in(cell)
    names = (own.words,) if vendor and own.words else names_in(own.words)
    reach = Reach(own.words, own.mails, own.phones, own.rooms, own.handles, own.links).joined(others)
    bare_role = all(is_role(name) for name in names) and (not role or bool(_LEVELS.match(role)))
    if not reach.any and (not names or bare_role):
        return []
    each = [reach] * max(len(names), 1)
    if len(names) > 1:
        each = [_share(reach, index, len(names)) for index in range(len(names))]
    sentences = []
    for name, one in zip(names or (name_in(own.words),), each, strict=True):
        contact = contact_of(role or name, name, one, row.line)
        people.add(contact)
        sentences.append(say_contact(contact))
    return sentences


def _share(reach: Reach, index: int, count: int) -> Reach:
    """What reaches one of several people: their own where there is one for each, else all of it."""

    def own(values: tuple[str, ...]) -> tuple[str, ...]:
        return values[index : index + 1] if len(values) == count else values

    return replace(reach, mails=own(reach.mails), phones=own(reach.phones), handles=own(reach.handles))


def _read_ladder(grid: _Grid, escalating: bool, notes: Notes, people: People) -> None:
    """The rows in order, where the table says that they follow each other: by levels, or by times under escalation."""
    after = grid.header("after")
    levels = [bool(_LEVELS.match(grid.text(row, "role"))) for row in grid.table.rows]
    timed = bool(after) and plain(after) not in ("response time",)
    escalating = escalating or "escalat" in plain(after)
    if len(levels) < 2 or not (all(levels) or (escalating and timed)):
        return
    steps: list[Step] = []
    for row in grid.table.rows:
        who = _who(grid, row)
        if who is None:
            return
        text = grid.text(row, "after") if timed else ""
        start = start_of(text) if text else None
        if text and start is None and steps and not all(levels) and not _has_number(text):
            notes.find("escalation-without-time", row, mark=text, text=text, who=who)
            continue
        if text and start is None and _has_number(text):
            notes.find("escalation-not-understood", row, mark=text, text=text)
        elif start and severity_words(text):
            notes.find("escalation-for-some", row, mark=text, text=text, who=who)
        steps.append(Step(who, start))
    if not all(levels) and not any(step.start_s is not None for step in steps):
        return
    ladder = _ladder(steps)
    if ladder is not None:
        take_ladder(ladder, grid.table.rows[0].line, grid.table, notes, people)


def _ladder(steps: list[Step]) -> WrittenLadder | None:
    """Rows without a time (`P1 incidents`) stand where they stand; a first row without one is told at once."""
    return ladder_of([replace(steps[0], start_s=steps[0].start_s or 0.0), *steps[1:]]) if steps else None


def _has_number(text: str) -> bool:
    return bool(
        re.search(r"\d", re.sub(r"\b(?:[ps]|sev)[\s-]?\d\b|24/7|24x7", "", text, flags=re.IGNORECASE))
    )


def _who(grid: _Grid, row: Row) -> str | None:
    """The rung of a row: the person where one is named, else the role in words, else the address."""
    cells = grid.of(row, "name", "vendor") or grid.of(row, *WAYS)
    if not cells or any(placeholder_in(cell) for cell in row.cells):
        return None
    reach = reach_in(cells[0])
    names = names_in(reach.words)
    role = grid.text(row, "role")
    who = names[0] if names else party_in(reach.words)
    if who and read_severity(who) is None:
        return who if is_name(who) or not role or _LEVELS.match(role) else role
    address = next(iter((*reach.mails, *reach.phones, *reach.links)), None)
    return address or (role if is_role(role) and not _LEVELS.fullmatch(role) else None)
