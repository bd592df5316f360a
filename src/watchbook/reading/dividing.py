"""Several services in one document: which lines belong to which. Pure.

Called by `watchbook.reading.read_runbooks`. Services are told apart by `## Service: payments` headings, by headings that
each bring an owner and their own watching, by several `#` headings with their own alerting, or by a table of services
whose rows have a section each. It is careful: headings of components, alerts, issues and environments are no services,
and a document whose checks or alerts stand outside such headings is one service. What stands under none of the headings
belongs to every service, but for checks, metrics and alerts, which would otherwise be watched once for each.
What a part says is read by `reading.runbook`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from watchbook.model.ids import slug
from watchbook.reading.blocks import Block, Fence, List, Paragraph, Table
from watchbook.reading.document import Document, Section
from watchbook.reading.fields import fields_in
from watchbook.reading.overview import name_in_title
from watchbook.reading.synonyms import field_named, plain, section_kind

MOST_SERVICES = (
    64  # of one document; each is read with everything that is shared, so that the work stays bounded
)

_WATCHED = frozenset({"alerting", "monitoring", "health_checks", "metrics"})
_ACTED = frozenset(
    {
        "deployment", "rollback", "scaling", "configuration", "restart", "recovery", "commands", "operations",
        "troubleshooting", "emergency", "overview", "environments", "maintenance", "contacts", "handoff",
    }
)  # fmt: skip
_MARKED = re.compile(
    r"^\W*(?:\d+(?:\.\d+)*[.):]?\s+)?(?:(?:micro-?)?service|dienst|servicio|serviço|servizio)\s*(?::|\s[–—-])\s*(?=\S)",
    re.IGNORECASE,
)
_STAGES = frozenset(
    {
        "production", "prod", "live", "staging", "stage", "preprod", "pre-production", "qa", "test", "testing", "uat", "dev",
        "development", "sandbox", "canary", "local", "kubernetes", "docker", "docker-compose", "aws", "gcp", "azure",
        "linux", "windows", "macos",
    }
)  # fmt: skip
# Fields and subsections of an alert or an issue: what has them is no service.
_ALERT_FIELDS = frozenset(
    {
        "severity", "priority", "threshold", "condition", "trigger", "expression", "alert", "alert name", "symptom",
        "symptoms", "impact", "cause", "causes",
    }
)  # fmt: skip
_ALERT_PARTS = frozenset(
    {
        "meaning", "impact", "diagnosis", "mitigation", "symptoms", "symptom", "cause", "causes", "root cause", "resolution",
        "solution", "fix", "investigation", "triage",
    }
)  # fmt: skip
_FOR_ALL = re.compile(r"\b(?:all|every|each|common|shared|global|general)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """One service of a document: its name, the line of its heading, and its lines.

    `own` and `shared` are ranges of lines, from 1, both ends included; `unread` are lines that stand under no service
    and are read for none; `rows` are those of other services in a table of services that is shared. A document of one
    service is one part with the name "" and the line 0.
    """

    name: str
    line: int
    own: tuple[tuple[int, int], ...]
    shared: tuple[tuple[int, int], ...] = ()
    unread: tuple[tuple[int, int], ...] = ()
    rows: frozenset[int] = frozenset()

    def has(self, line: int) -> bool:
        """Whether the line is the service's own."""
        return any(first <= line <= last for first, last in self.own)


def divide(document: Document) -> tuple[Part, ...]:
    """The services of the document, in its order; one part for the whole where it describes one."""
    whole = (Part("", 0, ((1, len(document.source)),)),)
    found = _services(document)
    if not 2 <= len(found) <= MOST_SERVICES or len({slug(name) for name, _ in found}) != len(found):
        return whole
    taken = tuple((section.line, section.end_line) for _, section in found)
    unread = tuple(_watching_outside(document, [section for _, section in found]))
    shared = _outside(len(document.source), (*taken, *unread))
    listed = _service_rows(document)
    return tuple(
        Part(
            name, section.line, ((section.line, section.end_line),), shared, unread,
            frozenset(line for row, line in listed.items() if row != slug(name)),
        )
        for name, section in found
    )  # fmt: skip


def text_of(part: Part, document: Document) -> str:
    """The text with the lines that belong to other services left empty, so that lines keep their numbers."""
    if not part.line:
        return "\n".join(document.source)
    kept = [""] * len(document.source)
    for first, last in (*part.own, *part.shared):
        kept[first - 1 : last] = document.source[first - 1 : last]
    for number, line in document.lines_with(_LINK_TARGET):
        kept[number - 1] = line
    return "\n".join(kept)


_LINK_TARGET = re.compile(r"^ {0,3}\[[^\]\n]+\]:[ \t]*\S", re.MULTILINE)


def focus(document: Document, part: Part) -> Document:
    """The document with the part's section as its first and topmost, titled with the service's name."""
    found: list[Section] = []

    def without(sections: tuple[Section, ...]) -> tuple[Section, ...]:
        found.extend(section for section in sections if section.line == part.line)
        return tuple(
            replace(section, blocks=_own_rows(section.blocks, part), sections=without(section.sections))
            for section in sections
            if section.line != part.line
        )

    rest = without(document.sections)
    if not found:
        return document
    topmost = replace(found[0], title=part.name, level=1)
    return replace(document, preamble=_own_rows(document.preamble, part), sections=(topmost, *rest))


def _own_rows(blocks: tuple[Block, ...], part: Part) -> tuple[Block, ...]:
    """The blocks without the rows of other services in a table of services."""
    if not part.rows:
        return blocks
    return tuple(
        replace(block, rows=tuple(row for row in block.rows if row.line not in part.rows))
        if isinstance(block, Table)
        else block
        for block in blocks
    )


# --- which sections are services --------------------------------------------------------------------------------


def _services(document: Document) -> list[tuple[str, Section]]:
    """Name and section of each service, or nothing where the document is about one."""
    for siblings in _families(document):
        marked = [(_MARKED.sub("", one.title).strip(), one) for one in siblings if _MARKED.match(one.title)]
        if sum(_is_described(section) for _, section in marked) >= 2:
            return marked
    listed = _service_rows(document)
    for siblings in _families(document):
        if siblings[0].level > 2:
            continue
        found = [(_name(one), one) for one in siblings if _is_service(one, listed)]
        if len(found) >= 2 and not any(_watching_outside(document, [section for _, section in found])):
            return found
    return []


def _families(document: Document) -> Iterator[tuple[Section, ...]]:
    """Sections beside each other, from the top down to the third level, outside of sections that have a kind."""
    level: list[tuple[Section, ...]] = [document.sections]
    for depth in range(3):
        yield from (siblings for siblings in level if siblings)
        level = [
            one.sections for siblings in level for one in siblings if not section_kind(one.title) or not depth
        ]


def _name(section: Section) -> str:
    """The service's name: its field, or the title without the words that every runbook's title has."""
    for found in fields_in(block for block in section.blocks if isinstance(block, Paragraph | List)):
        if field_named(found.key) == "service" and plain(found.key) != "name" and found.value.text.strip():
            return found.value.text.strip()
    return name_in_title(section.title) or section.title.strip()


def _is_described(section: Section) -> bool:
    """Whether a section says something that a service's runbook says."""
    kinds = _kinds_in(section)
    return (
        bool(kinds & (_WATCHED | _ACTED))
        or _has_people(section)
        or any(isinstance(block, Table | Fence) for block in section.blocks)
    )


def _is_service(section: Section, listed: dict[str, int]) -> bool:
    """Whether an unmarked heading is a service's: it brings its own people and watching, or is a page of its own."""
    if section_kind(section.title) or slug(section.title) in _STAGES or _is_alert(section):
        return False
    kinds = _kinds_in(section)
    if _has_people(section) or slug(_name(section)) in listed:
        return bool(kinds & (_WATCHED | {"deployment"}))
    alerts = any(
        section_kind(child.title) in ("alerting", "monitoring") and "alert" in child.title.casefold()
        for child in section.sections
    )
    return section.level == 1 and alerts and len(kinds & (_WATCHED | _ACTED)) >= 2


def _is_alert(section: Section) -> bool:
    """Whether the section is about one alert or issue."""
    if any(plain(child.title) in _ALERT_PARTS for child in section.sections):
        return True
    return any(
        plain(found.key) in _ALERT_FIELDS
        for found in fields_in(block for block in section.blocks if isinstance(block, Paragraph | List))
    )


def _kinds_in(section: Section) -> set[str]:
    return {kind for child in section.sections if (kind := section_kind(child.title))}


def _has_people(section: Section) -> bool:
    """Whether the section names its own owner or who is on call."""
    blocks = [*section.blocks]
    for child in section.sections:
        if section_kind(child.title) in ("overview", "contacts"):
            blocks += child.blocks
    return any(field_named(found.key) in ("owner", "on_call") for found in fields_in(blocks))


def _service_rows(document: Document) -> dict[str, int]:
    """Each service of a table `Service | Owner | …` and the line of its row."""
    rows: dict[str, int] = {}
    tables = [block for block in document.preamble if isinstance(block, Table)]
    for section in document.sections:
        for part in (section, *section.sections):
            tables += [block for block in part.blocks if isinstance(block, Table)]
    for table in tables:
        header = [plain(cell.text) for cell in table.header.cells]
        named = header[0] in ("service", "services", "service name", "microservice")
        if named and any(field_named(cell) in ("owner", "on_call") for cell in header[1:]):
            for row in table.rows:
                rows.setdefault(slug(row.cells[0].text), row.line)
    rows.pop("", None)
    return rows


# --- what stands outside ----------------------------------------------------------------------------------------


def _watching_outside(document: Document, services: list[Section]) -> list[tuple[int, int]]:
    """Lines of checks, metrics and alerts that belong to no service, unless their title says they are for all."""
    inside = {section.line for section in services}
    found: list[tuple[int, int]] = []

    def look(sections: tuple[Section, ...]) -> None:
        for section in sections:
            if section.line in inside:
                continue
            if section_kind(section.title) in _WATCHED and not _FOR_ALL.search(section.title):
                found.append((section.line, section.end_line))
            else:
                look(section.sections)

    look(document.sections)
    return found


def _outside(last: int, taken: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """The ranges of lines from 1 to `last` that are in none of the ranges."""
    free: list[tuple[int, int]] = []
    at = 1
    for first, end in sorted(taken):
        if first > at:
            free.append((at, first - 1))
        at = max(at, end + 1)
    if at <= last:
        free.append((at, last))
    return tuple(free)
