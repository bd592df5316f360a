"""Alerts that are no rows: headings with a condition, and headings, labels and items with fields below them.

Called by `reading.runbook` before the rows and items of a chapter are read. `### High Latency (P95 > 10s)`,
`- **Threshold**: 10%`, `Duration: 5 minutes`: each block becomes one `WrittenAlert`, which `reading.alerting` takes
with the findings of a row. Outside alerting a block is an alert only where it names a severity or pages somebody:
prose is never armed. What else stands under such a heading is an issue (`reading.troubleshooting`).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from watchbook.model.runbook import Severity
from watchbook.reading.alerting import Alerts, WrittenAlert, severity_of_heading, take
from watchbook.reading.blocks import Block, Item, Line, List, Paragraph, Table
from watchbook.reading.comparisons import has_comparison
from watchbook.reading.conditions import ReadCondition, read_condition
from watchbook.reading.document import Section
from watchbook.reading.issue_words import has_alert_prefix, is_identifier, issue_name, split_condition
from watchbook.reading.placeholders import placeholder_in
from watchbook.reading.quantities import find_quantities
from watchbook.reading.responses import pages
from watchbook.reading.severities import read_severity, severity_in_brackets, severity_in_front
from watchbook.reading.synonyms import column_named

_MEANING = frozenset(
    {"meaning", "fires when", "fires if", "triggered when", "triggers when", "alerts when", "raised when"}
)
_KEYS = {
    "metric": "metric",
    "signal": "metric",
    "indicator": "metric",
    "alert": "name",
    "alert name": "name",
    "page": "page",
}
_SEVERITY_KEYS = ("severity", "level", "priority", "sev", "alert level", "urgency", "criticality")
_LEVELS = ("warning", "high", "critical")
_PAGES_IN = frozenset({"alerting"})
_STRICT = frozenset(
    {"", "title", "troubleshooting", "emergency", "monitoring", "metrics", "health_checks", "outage"}
)
_LONGEST_RESPONSE = 80  # characters
_ABOUT = re.compile(
    r"meaning|impact|description|summary|severity|remediation|mitigation|diagnosis", re.IGNORECASE
)
_MARK = re.compile(r"\s*([🔴🟠🟡🟢🔵])")
_HIGH = re.compile(
    r"\b(?:high|above|exceed\w*|too many|spike\w*|elevated|excess\w*|over)\b|High(?=[A-Z]|$)", re.IGNORECASE
)
_LOW = re.compile(r"\b(?:low|below|under|too few|drop\w*|insufficient)\b|Low(?=[A-Z]|$)", re.IGNORECASE)


@dataclass(slots=True)
class _Found:
    """One block while it is gathered: its name, its fields by the column they would be, and the lines they stand on."""

    name: str
    line: int
    condition: Line | None = None  # of the heading
    severity: str = ""
    named: bool = False  # the heading says "Alert"
    about: bool = False  # it says what the alert means
    fields: dict[str, Line] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)

    @property
    def response(self) -> str:
        """Who is told; `Page: yes` pages."""
        said = self.fields["response"].text if "response" in self.fields else ""
        page = self.fields["page"].text.strip().casefold() if "page" in self.fields else ""
        called = "Page on-call" if page in ("yes", "true", "y", "✅", "always") else page and f"page {page}"
        return ", ".join(
            part for part in (called if page not in ("no", "false", "n", "❌", "never") else "", said) if part
        )

    @property
    def measures(self) -> bool:
        """Whether it says when the alert fires."""
        levels = any(has_comparison(self.fields[key].text) for key in _LEVELS if key in self.fields)
        return self.condition is not None or levels or bool({"threshold", "condition"} & self.fields.keys())

    @property
    def rated(self) -> bool:
        """Whether a severity or a page word stands in the block itself."""
        severity = self.fields["severity"].text if "severity" in self.fields else self.severity
        return read_severity(severity) is not None or pages(self.response)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A section that is an alert; what is not its fields is the issue of that alert."""

    section: Section
    name: str
    kind: str  # of the chapter
    lines: frozenset[int] = frozenset()  # of the heading and its fields


def read(chapter: Section, alerts: Alerts, claimed: list[Claimed]) -> Section:
    """Takes the blocks of the chapter that are alerts, and gives the chapter without them."""
    loose = chapter.kind in _PAGES_IN
    if not loose and chapter.kind not in _STRICT:
        return chapter
    severity = severity_of_heading(chapter.title) if loose else None
    return _Reader(alerts, chapter.kind, claimed).section(chapter, severity, top=chapter.kind != "")


def take_fields(name: str, line: int, fields: dict[str, Line], alerts: Alerts) -> None:
    """Takes an alert whose fields (`threshold`, `metric`, `window`, `severity`) stand elsewhere than below a heading."""
    found = _Found(name, line, fields=fields, lines=[line, *(value.number for value in fields.values())])
    _Reader(alerts, "alerting", [])._take(found, None)


def rest_of(chapter: Section) -> Section:
    """The chapter without the blocks that `read` will take, which are no figures; nothing is taken yet."""
    if chapter.kind not in _STRICT | _PAGES_IN:
        return chapter
    return _Reader(None, chapter.kind, []).section(chapter, None, top=chapter.kind != "")


class _Reader:
    """Goes through the sections of one chapter. Without `alerts` it only looks."""

    def __init__(self, alerts: Alerts | None, kind: str, claimed: list[Claimed]) -> None:
        self.alerts, self.kind, self.claimed = alerts, kind, claimed
        self.loose = kind in _PAGES_IN

    def section(self, section: Section, severity: Severity | None, top: bool = False) -> Section:
        """The section without what was taken."""
        own = len(section.blocks)
        if not top:
            own = next((at for at in range(own) if _opens_another(section.blocks, at)), own)
            found = _of_heading(section, own)
            if self._claims(found):
                self._take(found, severity)
                mine = replace(section, blocks=section.blocks[:own])
                self.claimed.append(Claimed(mine, found.name, self.kind, frozenset(found.lines)))
                return replace(
                    section, blocks=tuple(self._blocks(section.blocks[own:], severity)), sections=()
                )
        blocks = tuple(self._blocks(section.blocks, severity))
        inner = severity_of_heading(section.title) if self.loose else None
        parts = tuple(self.section(part, inner or severity) for part in section.sections)
        return replace(section, blocks=blocks, sections=parts)

    def _blocks(self, blocks: tuple[Block, ...], severity: Severity | None) -> Iterator[Block]:
        """The blocks that are no alerts: neither labels with fields nor items with fields below them."""
        index = 0
        while index < len(blocks):
            block = blocks[index]
            found, used = _of_label(blocks, index)
            if found is not None and found.measures and self._claims(found):
                self._take(found, severity)
                index += used
                rest = blocks[index] if used == 1 and index < len(blocks) else None
                taken = set(found.lines)
                if isinstance(rest, List) and any(item.line in taken for item in rest.items):
                    left = tuple(item for item in rest.items if item.line not in taken)
                    yield self._list(replace(rest, items=left), severity)
                    index += 1
                continue
            yield self._list(block, severity) if isinstance(block, List) else block
            index += 1

    def _list(self, block: List, severity: Severity | None) -> List:
        kept: list[Item] = []
        for item in block.items:
            found = _of_item(item)
            if found is not None and found.measures and found.fields and self._claims(found):
                self._take(found, severity)
            else:
                kept.append(item)
        return replace(block, items=tuple(kept))

    def _claims(self, found: _Found) -> bool:
        """Whether the block is an alert, given where it stands."""
        if placeholder_in(Line(found.line, found.name)):
            return False
        if not self.loose:
            rated = "severity" in found.fields or bool(found.severity)
            return (found.measures or found.named or (is_identifier(found.name) and rated)) and found.rated
        return found.measures or found.named or (is_identifier(found.name) and (found.about or found.rated))

    def _take(self, found: _Found, severity: Severity | None) -> None:
        if self.alerts is None:
            return
        notes = self.alerts.notes
        notes.also_read(found.line)
        for line in found.lines:
            if line != found.line:
                notes.read(line, "alert field", f"Part of the alert {found.name}.")
        stated = found.fields["severity"].text if "severity" in found.fields else found.severity
        rating = stated or (severity.value if severity else "")
        text = " | ".join([found.name, *(f"{key}: {value.text}" for key, value in found.fields.items())])
        said = {key: value.text for key, value in found.fields.items()}
        written = WrittenAlert(
            found.name, found.line, self._condition(found), rating, found.response, said.get("window", ""),
            said.get("no data", ""), said.get("resolve after", ""), said.get("environment", ""), text,
        )  # fmt: skip
        levels = [key for key in _LEVELS if key in found.fields and has_comparison(found.fields[key].text)]
        if levels and not {"threshold", "condition"} & found.fields.keys() and found.condition is None:
            for level in levels:
                cell = found.fields[level]
                named = Line(cell.number, f"{found.name} {cell.text}") if not cell.codes else cell
                take(replace(written, name=f"{found.name} {level}", line=cell.number, condition=named, severity=level),
                     self.alerts)  # fmt: skip
            return
        meaning = found.fields.get("meaning")
        if (
            written.condition is not None
            and meaning is not None
            and written.condition.number == meaning.number
        ):
            written = replace(written, line=meaning.number)
        take(written, self.alerts)

    def _condition(self, found: _Found) -> Line | None:
        """What the block says of when it fires: threshold and condition together, behind the metric that it names."""
        threshold, condition = found.fields.get("threshold"), found.fields.get("condition")
        said = threshold or condition or found.condition
        if said is None:
            return self._meaning(found)
        subject = found.fields.get("metric")
        if threshold and condition and not has_comparison(condition.text):
            subject = subject or condition
        if condition and threshold and has_comparison(condition.text) and not has_comparison(threshold.text):
            said = condition
        if said.codes:
            return said
        about = subject.text if subject is not None and not subject.codes else ""
        return self._directed(said, about, found.name)

    def _meaning(self, found: _Found) -> Line | None:
        """`Meaning: Error rate > 1% over 5 minutes`: a meaning with a figure is the condition, one in words is not."""
        said = found.fields.get("meaning")
        if said is None or not find_quantities(said.prose):
            return None
        return Line(said.number, said.text.rstrip(" ."))

    def _directed(self, said: Line, subject: str, name: str) -> Line:
        """`Threshold: 10%` of High Error Rate: above it, where only that makes sense, and said so."""
        written = f"{subject} {said.text}".strip()
        if has_comparison(written) or self._reads(written, name):
            return said if not subject else Line(said.number, written)
        ways = [op for op, word in ((">", _HIGH), ("<", _LOW)) if word.search(name)] or [">", "<"]
        good = [way for op in ways if self._reads(way := f"{subject} {op} {said.text}".strip(), name)]
        if len(good) != 1 or self.alerts is None:
            return said
        where = "above" if ">" in good[0] else "below"
        self.alerts.notes.tell(
            said.number, "alert", f"It is wrong {where} this value: no operator is written."
        )
        return Line(said.number, good[0])

    def _reads(self, text: str, name: str) -> bool:
        known = self.alerts.known if self.alerts is not None else None
        return isinstance(read_condition(text, name, known), ReadCondition)


def _opens_another(blocks: tuple[Block, ...], index: int) -> bool:
    """Whether a label below a heading opens an alert of its own."""
    found, _ = _of_label(blocks, index)
    return found is not None and found.measures


def _of_heading(section: Section, own: int) -> _Found:
    """What a heading and the fields in its first `own` blocks say."""
    found = _named(section.title, section.line)
    for key, line, value in _fields(section.blocks[:own]):
        if not key:
            found.lines.append(line)
        elif key == "response" and _is_advice(value.text):
            continue  # what to do, at length: the issue's
        elif key not in found.fields and value.text and not placeholder_in(value):
            found.fields[key] = value
            found.lines.append(line)
    found.about = any(_ABOUT.match(words) for words in _labels(section))
    if "name" in found.fields and not found.named:
        found.name = found.fields["name"].text
        found.named = True
    found.lines.append(section.line)
    return found


def _is_advice(text: str) -> bool:
    """Whether a response is told in sentences, for whoever looks into it."""
    return not pages(text) and (len(text) > _LONGEST_RESPONSE or re.search(r"[.!?]\s+\S", text) is not None)


def _labels(section: Section) -> Iterator[str]:
    for block in section.blocks:
        for line in block.lines if isinstance(block, Paragraph) else ():
            made = line.field()
            if made is not None:
                yield made.key
        if isinstance(block, Paragraph) and block.label:
            yield block.label
    yield from (part.title for part in section.sections)


def _named(title: str, line: int) -> _Found:
    """Name, severity and condition of a title: `🔴 [P1] High Latency (P95 > 10s)`."""
    mark = _MARK.match(title)
    severity, title = severity_in_front(title)
    named = has_alert_prefix(title)
    name, condition = split_condition(title)
    behind, name = severity_in_brackets(name)
    severity = behind or severity or (mark[1] if mark is not None else "")
    name = issue_name(name) if not named else name
    return _Found(name.strip(), line, Line(line, condition) if condition else None, severity, named, lines=[])


def _of_label(blocks: tuple[Block, ...], index: int) -> tuple[_Found | None, int]:
    """`**High Error Rate**` with fields on its next lines or in the list or table below; and how many blocks that takes."""
    block = blocks[index]
    if not isinstance(block, Paragraph) or not block.lines or not block.lines[0].spans:
        return None, 0
    first = block.lines[0]
    label = Paragraph((first,), first.number, first.number).label
    if label is None:
        return None, 0
    found = _named(label, first.number)
    rest = (replace(block, lines=block.lines[1:]),) if len(block.lines) > 1 else ()
    below = blocks[index + 1 : index + 2] if not rest else ()
    taken = [(key, line, value) for key, line, value in _fields((*rest, *below)) if value.text]
    if not taken and found.condition is None:
        return None, 0
    found.fields = {key: value for key, _, value in reversed(taken) if key}
    found.lines = [first.number, *(line for _, line, _ in taken)]
    whole = len(taken) == _size(below) if below else True
    return found, 2 if below and taken and whole else 1


def _size(blocks: tuple[Block, ...]) -> int:
    """How many fields a block could hold at most."""
    block = blocks[0] if blocks else None
    if isinstance(block, List):
        return len(block.items)
    return len(block.rows) + 1 if isinstance(block, Table) else -1


def _of_one_line(item: Item) -> _Found | None:
    """`**CPU** – Threshold: 85%, Duration: 10 minutes, Severity: Major`."""
    own = item.first.field(plain=False)
    if own is None or item.blocks:
        return None
    edges = [0, *(found.end() for found in _NEXT_FIELD.finditer(own.value.text))]
    ends = [*(found.start() for found in _NEXT_FIELD.finditer(own.value.text)), len(own.value.text)]
    parts = [own.value.cut(start, end) for start, end in zip(edges, ends, strict=True)]
    taken = list(_of_lines(parts))
    if len(taken) < 2 or len(taken) < len(parts):
        return None
    found = _named(own.key, item.line)
    found.fields = {key: value for key, _, value in reversed(taken)}
    found.lines = [item.line]
    return found


def _of_item(item: Item) -> _Found | None:
    """An item with fields listed below it, or behind it in one line."""
    if not item.blocks or not item.first.text:
        return _of_one_line(item)
    own = item.first.field(plain=False)
    title = own.key if own is not None and not own.value.text else item.first.text
    found = _named(title.rstrip(":"), item.line)
    taken = [(key, line, value) for key, line, value in _fields(item.blocks) if value.text]
    found.fields = {key: value for key, _, value in reversed(taken) if key}
    found.lines = [item.line, *(line for _, line, _ in taken)]
    return found


def _fields(blocks: Iterable[Block]) -> Iterator[tuple[str, int, Line]]:
    """Fields that a row of an alert table would have as columns, wherever they stand in these blocks."""
    for block in blocks:
        match block:
            case Paragraph():
                yield from _of_lines(block.lines)
            case List():
                yield from _of_lines(item.first for item in block.items)
            case Table() if len(block.header.cells) == 2:
                rows = [
                    (_column(row.cells[0].text.strip().rstrip(":")), row)
                    for row in (block.header, *block.rows)
                ]
                if sum(bool(column) for column, _ in rows) > 1:
                    yield from ((column, row.line, row.cells[1]) for column, row in rows if column)
                    yield "", block.line, block.header.cells[0]
            case _:
                pass


_FIRES = re.compile(
    r"(?:this (?:alert|alarm) )?(?:fires|triggers|is raised|is triggered|alerts) (?:when|if)\s+",
    re.IGNORECASE,
)
_NEXT_FIELD = re.compile(r"\s*[,;|]\s*(?=[A-Z][\w ]{1,24}:\s)")


def _of_lines(lines: Iterable[Line]) -> Iterator[tuple[str, int, Line]]:
    for whole in lines:
        line, fires = whole, _FIRES.search(whole.text)
        if fires is not None and (fires.start() == 0 or line.text[: fires.start()].rstrip()[-1:] in ".;,–—"):
            yield "meaning", line.number, line.cut(fires.end())
            line = line.cut(0, fires.start())
        made = line.field()
        column = _column(made.key) if made is not None else ""
        if made is not None and column:
            yield column, line.number, made.value


def _column(key: str) -> str:
    """The column of an alert table that the key of a field would be; "" for keys that mean something else here."""
    lower = key.casefold()
    if lower in _KEYS:
        return _KEYS[lower]
    if lower in _MEANING:
        return "meaning"
    column = column_named("alerts", key)
    if column == "severity":
        return "severity" if lower in _SEVERITY_KEYS else ""
    return "" if column == "name" else column
