"""The service itself: name, owner, on-call, purpose, dependencies, service level, from head and overview.

Called by `reading.runbook` with the title's text, the front matter and the overview. Environments, components
and checks have modules of their own.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from watchbook.model.quantities import Unit, say
from watchbook.model.runbook import Level
from watchbook.reading.blocks import Block, Fence, Field, Line, List, Paragraph, Table, opened
from watchbook.reading.document import Document, Section
from watchbook.reading.fields import fields_in
from watchbook.reading.notes import Notes
from watchbook.reading.placeholders import placeholder_in, without_brackets
from watchbook.reading.quantities import find_quantities
from watchbook.reading.shell.table import words
from watchbook.reading.synonyms import field_named, plain

_TITLE_NOISE = re.compile(
    r"\b(?:enterprise|production)?\s*(?:operational|operations|operation|ops|service|on-?call|production)?\s*"
    r"(?:run-?book|play-?book|runbooks)\b",
    re.IGNORECASE,
)
_FOREIGN_NOISE = re.compile(
    r"\b(?:betriebs(?:handbuch|anleitung)|manuel d['’]exploitation|manual de (?:operaciones|operações)|manuale operativo"
    r"|instrukcja operacyjna|руководство по эксплуатации|draaiboek)\b(?:\s+(?:de|du|des|del|della|da|do|voor|für)\b)?"
    r"|(?:の)?(?:運用手順書|運用マニュアル|ランブック)|运维手册|运行手册|운영 매뉴얼|런북",
    re.IGNORECASE,
)
# `On-Call: Expectations, handover, swaps` tells what a chapter is about: names are written with capitals, or all small.
_TOPICS = re.compile(r"[A-Z][a-z]+(?: [a-z]+)?(?:, (?:and )?[a-z]+(?: [a-z]+)?){1,8}\.?")
_LONGEST_TITLE = 300
_EDITION = re.compile(  # in brackets: of when or which edition the document is
    r"\s*[(\[](?:(?:last )?updated?|as of|version|rev(?:ision)?|v?\d|draft|wip|port \d|pilot|initial)\b[^()\[\]]{0,60}[)\]]",
    re.IGNORECASE,
)
_OF = re.compile(
    r"^(?:for|of|de la|de los|de las|del|de|para|für|zu|du|des|do|da|della|di)\s+(?:the\s+)?(?=\S)",
    re.IGNORECASE,
)
_A_SERVICE = re.compile(
    r"\b(?:service|api|platform|app|worker|gateway|server|system|engine|cluster)\b", re.IGNORECASE
)
_PARTS = re.compile(r"\s+[–—-]\s+|:\s+|\s+\|\s+")
_ABOUT = re.compile(
    r"\s+(?:(?:incident|emergency|alert) response|disaster recovery|backup (?:and|&) (?:recovery|restore)"
    r"|incident management|troubleshooting|on-?call|testing|production deployment)$",
    re.IGNORECASE,
)
_DOCUMENT_WORDS = words(
    "a alert alertas alerting alerts an and audit availability backup backups call canary chaos cheat "
    "cheatsheet checklist common communication communications daily de del deploy deployability "
    "deployment deployments deploys devops disaster doc docs document documentation dr drill drills el "
    "emergencies emergency error escalation escalations flow flows for gestión guide guidelines guides "
    "handbook handling handoff handover hardening how in incident incidentes incidents index "
    "infrastructure la las levels load local los maintenance management manual matrix metric metrics "
    "monitoreo monitoring of on oncall operaciones operation operational operations operator operators "
    "ops our overview page pages paging performance plan plans playbook playbooks policies policy "
    "practices priorities procedure procedures process production pruebas quick readiness readme recovery "
    "reference release releases response restauración restore rollback rollbacks rotation route routes "
    "routing rpo rto rules runbook runbooks scaling script scripts security sev severities severity sheet "
    "sla slas slo slos smoke sop sops sre standard steps strategy support templates test testing tests "
    "the thresholds to tree triage troubleshooting y"
)
# Alone they are as likely the name of a service: `Matrix Runbook`.
_NAMES_ALONE = words(
    "audit canary chaos communication communications flow flows index infrastructure load local matrix performance policy"
    " practices reference release security smoke support tree"
)
_SAID = {
    "service": "The service is {}.",
    "owner": "It belongs to {}.",
    "on_call": "On call: {}.",
    "purpose": "Its purpose: {}",
    "url": "It answers at {}.",
    "criticality": "Its importance: {}.",
}
_SHOWN = {"service": "Service", "owner": "Owner", "on_call": "On-Call", "purpose": "Purpose", "dependencies": "Dependencies",
          "dependents": "Dependents", "objective": "SLA", "url": "URL", "criticality": "Criticality"}  # fmt: skip


@dataclass(slots=True)
class Facts:
    """What the head and overview say of the service; values are texts, None where nothing was said."""

    values: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    dependencies: tuple[str, ...] = ()
    dependents: tuple[str, ...] = ()
    objective: float | None = None

    def get(self, name: str) -> str | None:
        return self.values.get(name)


def read_head(document: Document, title: Section | None, notes: Notes, facts: Facts) -> None:
    """Front matter, the lines before the first heading and those below the title."""
    for found in document.front_matter:
        _take(found, notes, facts)
        notes.also_read(found.line)
    for blocks in (document.preamble, title.blocks if title is not None else ()):
        _read_blocks(blocks, notes, facts, prose=False)
    if title is not None and "service" not in facts.values:
        _name_from_title(title, notes, facts)
    for found in document.front_matter if "service" not in facts.values else ():
        if (
            plain(found.key) == "title"
            and placeholder_in(found.value) is None
            and (name := name_in_title(found.value.text))
        ):
            facts.values["service"] = name
            notes.read(found.line, "service", f"The service is {name}.")
            break


def read_shared_head(document: Document, title: Section | None, notes: Notes, facts: Facts) -> None:
    """Front matter and head of a document of several services: what a service says itself wins, without a finding."""
    blocks = (*document.preamble, *(title.blocks if title is not None else ()))
    for found in (*document.front_matter, *fields_in(blocks)):
        name = field_named(found.key)
        if name and name not in ("service", "purpose", "version") and name not in facts.lines:
            _take(found, notes, facts)
        elif name not in ("last_updated", "next_review"):
            notes.prose(found.line)


def read(section: Section, notes: Notes, facts: Facts) -> None:
    """Adds what the overview says to `facts`."""
    for part in section.walk():
        _read_blocks(part.blocks, notes, facts, prose=True)


def _read_blocks(blocks: Iterable[Block], notes: Notes, facts: Facts, prose: bool) -> None:
    for block in opened(blocks):
        if isinstance(block, Paragraph | List | Table):
            fields = list(fields_in((block,)))
            for found in fields:
                _take(found, notes, facts)
            if isinstance(block, Paragraph) and prose and not fields:
                _prose_purpose(block, notes, facts)
        elif not isinstance(block, Fence):
            notes.prose(block)


def head_fields(document: Document, chapters: tuple[Section, ...]) -> Iterator[Field]:
    """Every field of the front matter, of the lines before the first heading, and of those chapters."""
    yield from document.front_matter
    for blocks in (document.preamble, *(chapter.blocks for chapter in chapters)):
        yield from fields_in(opened(blocks))


def _prose_purpose(block: Paragraph, notes: Notes, facts: Facts) -> None:
    """The first sentence-like paragraph of an overview says what the service is for, where no field does."""
    notes.prose(block)
    text = block.text.strip()
    if "purpose" not in facts.values and len(text.split()) > 3 and placeholder_in(block.lines[0]) is None:
        facts.values["purpose"] = text
        notes.read(block, "purpose", f"Its purpose: {_short(text)}")


def _take(found: Field, notes: Notes, facts: Facts) -> None:
    """One field, if it is one of the service's."""
    name = field_named(found.key)
    value = without_brackets(found.value)
    if name in ("last_updated", "next_review", ""):
        return
    text = _link_text(value)
    if placeholder_in(value) is not None:
        facts.lines.setdefault(name, found.line)
        return
    if not text:
        facts.lines.setdefault(name, found.line)
        if name in _SHOWN:
            notes.find("field-empty", found.line, mark=found.key, field=found.key)
        return
    if name in ("on_call", "owner") and _TOPICS.fullmatch(text):
        notes.prose(found.line)
        return
    if name == "version":
        notes.read(found.line, "note", f"{found.key}: {_short(text)}")
    elif name in facts.values and name in _SAID:
        if facts.values.get(name, "").casefold() != text.casefold():
            notes.find(
                "field-repeated",
                found.line,
                mark=found.key,
                field=found.key,
                first=facts.lines.get(name, 1),
                text=text,
            )
        else:
            notes.also_read(found.line)
    elif name:
        facts.lines.setdefault(name, found.line)
        _keep(name, text, found, notes, facts)


def _keep(name: str, text: str, found: Field, notes: Notes, facts: Facts) -> None:
    if name in ("dependencies", "dependents"):
        names = split_names(text)
        if name == "dependencies":
            facts.dependencies = _joined(facts.dependencies, names)
            notes.read(found.line, "dependencies", f"It depends on {', '.join(names) or 'nothing'}.")
        else:
            facts.dependents = _joined(facts.dependents, names)
            notes.read(found.line, "dependents", f"It is used by {', '.join(names) or 'nobody'}.")
    elif name == "objective":
        _objective(text, found, notes, facts)
    else:
        facts.values[name] = text
        notes.read(found.line, name, _SAID[name].format(_short(text)))


def _joined(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _objective(text: str, found: Field, notes: Notes, facts: Facts) -> None:
    """`99.9%` over 30 days, with its error budget."""
    ratios = [one.quantity for one in find_quantities(text) if one.quantity.unit is Unit.RATIO]
    if len(ratios) != 1 or not 0.5 <= ratios[0].value < 1:
        notes.find("objective-not-understood", found.line, mark=text, text=text)
        return
    facts.objective = ratios[0].value
    budget_s = (1 - ratios[0].value) * 30 * 86400
    notes.read(found.line, "objective", f"{say(ratios[0].value, Unit.RATIO)} of requests succeed over 30 days:"
               f" an error budget of {say(budget_s, Unit.SECONDS)}.")  # fmt: skip


def split_names(text: str) -> tuple[str, ...]:
    """Names separated by commas, semicolons or `and`; explanations in brackets do not count; `none` is nobody."""
    bare = re.sub(r"\s*\([^()]*\)", "", text)
    parts = re.split(r"\s*[,;]\s*(?:and\s+)?|\s+(?:and|&)\s+", bare)
    names = (part.strip(" .") for part in parts)
    return tuple(
        name for name in names if name and name.casefold() not in ("none", "n/a", "-", "–", "—", "nothing")
    )


def _link_text(value: Line) -> str:
    """The text of a value; a bare link gives its address where its words say nothing more."""
    text = value.text.strip()
    links = [span for span in value.spans if span.kind == "link"]
    if (
        len(links) == 1
        and links[0].text.strip() == text
        and links[0].text.casefold() in ("link", "here", "schedule")
    ):
        return links[0].url
    return text


def _name_from_title(title: Section, notes: Notes, facts: Facts) -> None:
    """The service's name from `Operational Runbook: Shop` or `Shop – Runbook`."""
    if placeholder_in(Line(title.line, title.title)) is not None:
        return
    name = name_in_title(title.title)
    if name:
        facts.values["service"] = name
        notes.read(title.line, "service", f"The service is {name}.")


def name_in_title(title: str) -> str:
    """The service in a document's title: `Operational Runbook: Shop` → `Shop`; empty where it names none."""
    bare = _EDITION.sub(" ", re.sub(r"^\s*\d{1,2}[.)]\s+", "", title[:_LONGEST_TITLE]))
    name = _tidy(_FOREIGN_NOISE.sub(" ", _TITLE_NOISE.sub(" ", bare)))
    is_manual = name != _tidy(bare)
    name = _OF.sub("", name) if _TITLE_NOISE.match(bare.strip()) else name
    if _A_SERVICE.search(bare) and not _TITLE_NOISE.search(bare):
        return name
    parts = _PARTS.split(name)
    named = [part for part in parts if not _is_of_documents(part)]
    if len(parts) > 1 and named and len(named) < len(parts):
        name = _tidy(" – ".join(named))
    elif not named:
        return name if _A_SERVICE.search(bare) or not (is_manual or len(name.split()) > 1) else ""
    shorter = _tidy(_ABOUT.sub("", name)) if is_manual else name
    return shorter if shorter and not _is_of_documents(shorter) else name


def _tidy(name: str) -> str:
    return re.sub(r"^[^\w(\[]+", "", re.sub(r"\s+", " ", name)).strip(" :–—-|/#*")


def _is_of_documents(name: str) -> bool:
    """Whether all words of a title say what a document is about, and none of them which service."""
    said = re.findall(r"[^\W_]+", name.casefold())
    if len(said) == 1 and said[0] in _NAMES_ALONE:
        return False
    return bool(said) and all(word in _DOCUMENT_WORDS for word in said)


def _short(text: str) -> str:
    return text if len(text) <= 160 else f"{text[:157]}…"


def find_missing(facts: Facts, notes: Notes, line: int) -> None:
    """Findings for the fields without which people cannot be reached or the service cannot be told."""
    for name, example in (("service", "Shop"), ("owner", "Checkout team"), ("on_call", "Ana Ruiz")):
        if not facts.get(name) and name not in facts.lines:
            notes.find(
                "field-missing", line, field=_SHOWN[name], section="the head of the document", example=example
            )
    if facts.objective is None and "objective" not in facts.lines:
        notes.find(
            "field-missing", line, level=Level.NOTE, field="SLA", section="Service Overview", example="99.9%"
        )
