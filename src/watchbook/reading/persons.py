"""Who a piece of text names, and how they are reached: names, roles, mail, phone, rooms, handles, links.

Called by the contacts and escalation modules with cells, items and field values. It takes a text apart; what a person
is to the service is said by those that call it. Nothing is looked up: a name is what looks like one.
"""

import re
from dataclasses import dataclass, field

from watchbook.model.runbook import Contact
from watchbook.reading.blocks import Line

ROOM = re.compile(r"(?<![\w/&])#[A-Za-z][\w-]*")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(
    r"(?<![\w-])(?!\d{4}-\d\d-\d\d|\d{1,3}(?:\.\d{1,3}){3}(?!\d))(?:\+|\()?\d[\d"
    r" ()./-]{6,}\d(?!\w)(?:\s*(?:x|ext\.?)\s*\d{1,6})?"
)
_HANDLE = re.compile(r"(?<![\w@.+-])@[A-Za-z][\w.-]*\w")
_URL = re.compile(r"https?://[^\s<>()|]+[^\s<>()|.,;]")
_EMPTY = re.compile(r"<\s*>|\(\s*[,;/]*\s*\)|\[\s*\]|<\s*(?:tel|mailto):\s*>")
_LABELS = re.compile(
    r"\b(?:e-?mail|mail|phone|tel(?:ephone)?|mobile|cell|slack|teams|pager|pagerduty|opsgenie|dm"
    r"|chat)\s*:\s*",
    re.IGNORECASE,
)
_PARTICLES = frozenset(
    {
        "of", "de", "da", "di", "van", "von", "der", "den", "and", "the", "for", "on-call", "at", "&", "/", "la", "le",
        "bin", "al", "del", "dos", "du", "ter", "ten", "zu",
    }
)  # fmt: skip
_ROLE = re.compile(
    r"\b(?:on[- ]?call|oncall|engineers?|leads?|leader|managers?|manager|director|cto|ceo|cio|ciso|vp"
        r"|head|team|teams|sre|sres"
    r"|dba|dbas|admins?|administrators?|support|owners?|primary|secondary|tertiary|backup|commander"
        r"|supervisor|chief|officer"
    r"|rotation|architects?|developers?|devops|management|leadership|operators?|operations|ops|noc"
        r"|soc|dpo|president|executives?"
    r"|coordinator|responders?|specialists?|vendor|staff|principal|devs?|security|infrastructure"
        r"|platform|helpdesk|service desk)\b",
    re.IGNORECASE,
)  # fmt: skip
_VERB = re.compile(
    r"(?:check|verify|restart|review|look|run|open|investigate|monitor|confirm|try|gather|collect"
    r"|create|update|document|log"
    r"|read|use|follow|identify|assess|start|stop|wait|see|attempt|determine|ensure|find|fix|if|when"
    r"|record|write|post|join"
    r"|declare|begin|initial|triage|acknowledge)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reach:
    """What a text holds: the words left of it, and every way to reach somebody, in order."""

    words: str
    mails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    links: tuple[str, ...] = field(default=())

    @property
    def any(self) -> bool:
        """Whether it reaches anybody."""
        return bool(self.mails or self.phones or self.rooms or self.handles or self.links)

    def joined(self, other: "Reach") -> "Reach":
        """Both, the words of this one first."""
        return Reach(
            self.words or other.words, _once(self.mails, other.mails), _once(self.phones, other.phones),
            _once(self.rooms, other.rooms), _once(self.handles, other.handles), _once(self.links, other.links),
        )  # fmt: skip


def _once(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def reach_in(value: Line) -> Reach:
    """Takes the addresses out of the text; `words` is the rest, without empty brackets and labels such as `Email:`."""
    text = value.text
    if len(text) > 2_000:  # no cell or item of a person is longer
        return Reach(text)
    urls = [span.url for span in value.spans if span.kind == "link" and span.url]
    mails = [url[7:].partition("?")[0] for url in urls if url.casefold().startswith("mailto:")]
    phones = [url[4:].replace("%20", " ") for url in urls if url.casefold().startswith("tel:")]
    links = [url for url in urls if url.casefold().startswith(("http:", "https:"))]
    found: list[list[str]] = []
    for pattern in (_URL, _MAIL, ROOM, _HANDLE, _PHONE):
        here = pattern.findall(text)
        found.append([one.strip() for one in here])
        for one in here:
            text = text.replace(one, " ", 1)
    text = _EMPTY.sub(" ", _LABELS.sub(" ", re.sub(r"\b(?:tel|mailto):\s*", " ", text)))
    if urls and not links and all(url.casefold().startswith("tel:") for url in urls):
        text = re.sub(r"[+\d ()./-]{7,}", " ", text)
    words = " ".join(text.split()).strip(" ,;|:–—-<>/")
    return Reach(
        words,
        _once(tuple(mails), tuple(found[1])),
        _once(tuple(phones), tuple(found[4])),
        tuple(dict.fromkeys(found[2])),
        tuple(dict.fromkeys(found[3])),
        _once(tuple(links), tuple(found[0])),
    )


def name_in(words: str) -> str:
    """The name that a text begins with: up to a comma, a bracket or a dash; empty where it is none."""
    first = re.split(r"\s*[,;|–—(\[]\s*|\s-\s", words, maxsplit=1)[0].strip(" ,;:<>")
    return first if is_name(first) else ""


def names_in(words: str) -> tuple[str, ...]:
    """Several names in one cell: `Ana Ruiz, Bo Moe`, `Ana / Bo`, `Ana and Bo`; one where the rest is no name."""
    parts = [
        part.strip()
        for part in re.split(r"\s*[,;]\s*(?:and\s+)?|\s+/\s+|\s+(?:and|&|or)\s+", words)
        if part.strip()
    ]
    bare = [re.sub(r"\s*\([^()]*\)", "", part) for part in parts]
    if len(bare) > 1 and all(is_name(part) and not is_role(part) for part in bare):
        return tuple(bare)
    one = name_in(words)
    return (one,) if one else ()


def is_name(text: str) -> bool:
    """Whether a text can be a person, team or handle: few words that begin large, no digits, no sentence."""
    words = text.split()
    if not 1 <= len(words) <= 6 or any(character.isdigit() for character in text):
        return False
    return all(_begins_large(word) or word.casefold() in _PARTICLES for word in words)


def _begins_large(word: str) -> bool:
    """Scripts without small and large letters have no other sign of a name than that they are short."""
    first = word[0]
    return first.isupper() or first in "@#(" or (first.isalpha() and not first.islower() and len(word) <= 12)


def is_role(text: str) -> bool:
    """Whether a text names a role (`Engineering Lead`, `on-call`, `CTO`) and is no sentence."""
    return len(text.split()) <= 6 and _ROLE.search(text) is not None and not _VERB.match(text)


def is_party(text: str) -> bool:
    """Whether a text can stand on a ladder: a role, a full name, a room or a handle."""
    text = text.strip()
    if text.startswith(("#", "@")):
        return " " not in text
    if not text or _VERB.match(text) or len(text.split()) > 6:
        return False
    return is_role(text) or (is_name(text) and len(text.split()) > 1)


def contact_of(role: str, name: str, reach: Reach, line: int) -> Contact:
    """The contact: its address is the mail, else the phone, else a link; its channel a room, else a handle."""
    handles = tuple(one for one in reach.handles if one != name)
    addresses = (*reach.mails, *reach.phones, *reach.links)
    rooms = (*reach.rooms, *handles)
    address, channel = (addresses[0] if addresses else None), (rooms[0] if rooms else None)
    called = name or address or channel or ""
    return Contact(role or called, called, address, channel, line, (*addresses[1:], *rooms[1:]))
