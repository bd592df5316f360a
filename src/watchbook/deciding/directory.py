"""Whom a name of the runbook means, and through which channels they are reached. Pure.

Built by `app.wiring` from the runbook's contacts and `watchbook.toml`, asked by `deciding.paging` at the moment when a
rung is reached (rule 16). It sends nothing, and never fails: a name that nobody wired goes to the console.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from watchbook.model.ids import slug
from watchbook.model.runbook import Contact, Runbook

CONSOLE = "console"
ROLES = frozenset(
    (
        *("on-call", "oncall", "primary", "primary-on-call", "backup", "secondary", "secondary-on-call"),
        *("escalation", "service-owner", "owner", "manager", "engineering-manager", "team-lead", "security"),
        "on-call-engineer",
    )
)


@dataclass(frozen=True, slots=True)
class Reach:
    """A name, resolved. `person` is empty for a role that nobody holds; `wired` False: only the console hears of it."""

    name: str
    person: str
    channels: tuple[str, ...]
    wired: bool

    @property
    def empty(self) -> bool:
        return not self.person


@dataclass(frozen=True, slots=True)
class Directory:
    """Names as slugs. `people` and `rooms` give channels in order, `roles` the person who holds a role now."""

    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rooms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)

    def reach(self, who: str) -> Reach:
        """The person (or the holder of the role) `who`, now."""
        name = who.strip()
        key = slug(name) if name else ""
        channels = self.people.get(key)
        if channels:
            return Reach(name, name, channels, wired=True)
        holder = self.roles.get(key, "").strip()
        if holder and slug(holder) != key:
            found = self.people.get(slug(holder))
            return Reach(name, holder, found or (CONSOLE,), wired=bool(found))
        if not name or (key in ROLES and not holder):
            return Reach(name, "", (CONSOLE,), wired=False)
        return Reach(name, name, (CONSOLE,), wired=False)

    def room(self, name: str) -> Reach:
        """A room (`#incidents`) and its channels; a person's, where a name that is no room stands in its place."""
        channels = self.rooms.get(slug(name))
        if not channels and not name.startswith("#") and (person := self.reach(name)).wired:
            return person
        return Reach(name, name, channels or (CONSOLE,), wired=bool(channels))


def directory_of(
    runbook: Runbook, contacts: Mapping[str, tuple[str, ...]], rooms: Mapping[str, tuple[str, ...]]
) -> Directory:
    """The directory of one runbook under an installation's wiring (`[contacts]` and `[rooms]`)."""
    roles = {slug(contact.role): contact.name for contact in runbook.contacts if _names_someone(contact)}
    if runbook.service.on_call:
        roles["on-call"] = runbook.service.on_call
    return Directory(
        people={slug(name): tuple(channels) for name, channels in contacts.items() if channels},
        rooms={slug(name): tuple(channels) for name, channels in rooms.items() if channels},
        roles=roles,
    )


def _names_someone(contact: Contact) -> bool:
    return bool(contact.role.strip() and contact.name.strip())


def unwired_names(runbook: Runbook, directory: Directory) -> tuple[tuple[str, str], ...]:
    """(name, "contact" or "room") of everyone whom a page could be for and nobody wired, in order of the document."""
    found: dict[tuple[str, str], None] = {}
    ladders = [runbook.ladder, *(rule.response.ladder for rule in runbook.alerts)]
    for rung in (rung for ladder in ladders for rung in ladder):
        reach = directory.reach(rung.who)
        if not reach.wired:
            found[(reach.person or rung.who, "contact")] = None
    for name in (*runbook.rooms, *(room for rule in runbook.alerts for room in rule.response.channels)):
        if not directory.room(name).wired:
            found[(name, "room")] = None
    return tuple(found)
