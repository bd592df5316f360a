"""Troubleshooting: where issues stand, as headings, labels, questions, items and rows.

Called by `reading.runbook` once the alerts are read. What one issue says is `reading.issue_reader`'s; a remedy
becomes a procedure named `ISSUE: CAUSE`. Which cause is at work is decided by `deciding.diagnosis`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from watchbook.model.procedures import Procedure
from watchbook.model.runbook import AlertRule, Cause, Issue, Symptom
from watchbook.reading.blocks import Block, Comment, Fence, Item, Line, List, Paragraph, Table
from watchbook.reading.causes import CauseDraft, cause_of_row, columns_of_causes, is_issue_table
from watchbook.reading.document import Section
from watchbook.reading.fences import is_shell
from watchbook.reading.issue_reader import IssueReader
from watchbook.reading.issue_words import (
    AlertIndex,
    has_alert_prefix,
    is_beside,
    is_page,
    is_reference,
    names_in,
    page_names,
    part_of,
)
from watchbook.reading.notes import Context, Notes
from watchbook.reading.procedures import clean_title
from watchbook.reading.step_forms import is_aside
from watchbook.reading.step_text import Lines
from watchbook.reading.step_words import is_imperative
from watchbook.reading.synonyms import section_kind

__all__ = [
    "Troubles",
    "is_page",
    "link",
    "read",
    "read_alert",
    "read_detected",
    "read_page",
    "read_symptoms",
    "read_tables",
]

_TELLING = frozenset({"symptoms", "cause", "causes", "diagnosis", "solution"})
_QUESTION = re.compile(r"(?:Q|Question)\s*\d*\s*[:.]\s*(?P<text>.+)", re.IGNORECASE | re.DOTALL)


_NUMBERED = re.compile(
    r"(?:scenario|issue|problem|case|incident)\s*#?\d+\s*[:.)–—-]\s*(?P<text>\S.{2,120})", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Troubles:
    """What a troubleshooting chapter holds; each remedy is a procedure."""

    issues: tuple[Issue, ...] = ()
    procedures: tuple[Procedure, ...] = ()


Found = tuple[Issue, tuple[Procedure, ...]]


def read(section: Section, notes: Notes, context: Context) -> Troubles:
    """The issues of the chapter and the procedures of their remedies."""
    found: list[Found] = []
    for part in _issue_sections(section):
        if part is section or _is_group(part) or is_beside(part):
            found += _gathered(part, notes, context)
            _left_over(part, notes)
        else:
            found.append(IssueReader(part, notes, context).read())
    return _troubles(found)


def _troubles(found: list[Found]) -> Troubles:
    issues = tuple(issue for issue, _ in found)
    return Troubles(issues, tuple(procedure for _, remedies in found for procedure in remedies))


def link(issues: tuple[Issue, ...], alerts: tuple[AlertRule, ...], notes: Notes) -> tuple[Issue, ...]:
    """All issues of the document, each with the alerts that lead to it; a finding where none does."""
    index = AlertIndex(alerts)
    return tuple(_linked(issue, index, bool(alerts), notes) for issue in issues)


def _linked(issue: Issue, index: AlertIndex, has_alerts: bool, notes: Notes) -> Issue:
    if issue.alerts:
        return issue
    names = index.matching(issue.name, issue.symptoms)
    if names:
        notes.read(issue.line, "issue", f"“{issue.name}” is where the alert {', '.join(names)} leads.")
    elif has_alerts:
        notes.find("issue-without-alert", issue.line, name=issue.name)
    return replace(issue, alerts=names)


def read_page(section: Section, notes: Notes, context: Context) -> Troubles:
    """The issue that a page is; its title is the name of the alert, or its headings `Alert: …` name the alerts."""
    own = [
        part
        for part in section.sections
        if _TELLING & {part_of(part.title)[0]} or not section_kind(part.title)
    ]
    named = [
        name for part in section.walk() if has_alert_prefix(part.title) for name in names_in(part.title)
    ]  # fmt: skip
    page = replace(section, sections=tuple(own))
    issue, procedures = IssueReader(page, notes, context).read()
    names = page_names(section.title)
    alerts = issue.alerts or tuple(dict.fromkeys(named)) or names
    notes.tell(section.line, "issue", f"The page of the alert {' or '.join(alerts)}.")
    return Troubles((replace(issue, name=names[0], alerts=alerts),), procedures)


def read_alert(
    section: Section, name: str, taken: frozenset[int], notes: Notes, context: Context
) -> Troubles:
    """The issue under a heading that is an alert, without the lines that the alert has taken; none where nothing else is."""
    if not any(_has_body(part, taken) for part in section.walk()):
        return Troubles()
    issue, procedures = IssueReader(section, notes, context, taken).read()
    return Troubles((replace(issue, name=name, alerts=issue.alerts or (name,)),), procedures)


def read_tables(section: Section, notes: Notes, context: Context) -> Troubles:
    """Issues of tables such as `Symptom | Cause | Fix` anywhere else, where the headers leave no doubt."""
    found: list[Found] = []
    for block in section.all_blocks:
        if isinstance(block, Table) and is_issue_table(block) and not notes.is_read(block.rows):
            found += _rows(block, section.level, notes, context)
    return _troubles(found)


def read_symptoms(
    section: Section, procedures: tuple[Procedure, ...], notes: Notes, context: Context
) -> Troubles:
    """The issues of a chapter of procedures: a heading with symptoms above its steps, whose remedy is the procedure."""
    found: list[Found] = []
    for part in section.walk():
        blocks = tuple(_of_symptoms(part.blocks))
        remedy = next((one for one in procedures if part.line <= one.line <= part.end_line), None)
        if not blocks or remedy is None:
            continue
        reader = IssueReader(replace(part, blocks=blocks, sections=()), notes, context)
        issue, _ = reader.read()
        cause = Cause(remedy.name, procedure=remedy.name, line=remedy.line)
        found.append((replace(issue, causes=(cause,)), ()))
    return _troubles(found)


_SEEN = re.compile(
    r"(?:detection|symptoms?|signs?|how (?:it is|to) detect(?:ed)?|how you notice|what you (?:will )?see"
    r"|when to use(?: this(?: \w+)?)?)",
    re.IGNORECASE,
)
_DONE = re.compile(
    r"(?:(?:incident |initial |immediate )?(?:playbook|mitigation|response|remediation|resolution|recovery|fix)"
    r"(?: (?:steps|procedure|actions|playbook|plan))?|what to do)",
    re.IGNORECASE,
)


def read_detected(
    page: Section, procedures: tuple[Procedure, ...], notes: Notes, context: Context
) -> Troubles:
    """The issue that a page is whose *Detection* says what is seen, and whose *Playbook* or *Mitigation* is a procedure."""
    seen = next((part for part in page.sections if _SEEN.fullmatch(clean_title(part.title))), None)
    lines = {part.line for part in page.sections if _DONE.fullmatch(clean_title(part.title))}
    remedies = [one for one in procedures if one.line in lines]
    items = [item for block in seen.blocks if isinstance(block, List) for item in block.items] if seen else []
    told = [item for item in items if not is_imperative(item.first.text)]
    if seen is None or not remedies or len(told) * 2 <= len(items):
        return Troubles()
    reader = IssueReader(replace(page, blocks=(), sections=()), notes, context)
    reader.name, reader.part = page_names(page.title)[0], "symptoms"
    notes.also_read(seen.line)
    for item in items:
        reader.words(item.first)
    issue, _ = reader.read()
    causes = tuple(Cause(one.name, procedure=one.name, line=one.line) for one in remedies)
    return Troubles((replace(issue, causes=causes),))


def _of_symptoms(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """The lines and lists that say what is seen."""
    open_label = False
    for block in blocks:
        if isinstance(block, Paragraph):
            open_label = block.label is not None and part_of(block.label)[0] == "symptoms"
            lines = tuple(line for line in block.lines if open_label or _says_symptoms(line))
            if lines:
                yield replace(block, lines=lines)
            open_label = open_label or (bool(lines) and lines[-1].text.rstrip().endswith(":"))
        elif isinstance(block, List) and open_label:
            yield block
        else:
            open_label = False


def _says_symptoms(line: Line) -> bool:
    made = line.field()
    return made is not None and part_of(made.key)[0] == "symptoms"


def _has_body(section: Section, taken: frozenset[int]) -> bool:
    """Whether steps, commands or labelled parts stand in the section, which no alert took."""
    for block in section.blocks:
        if isinstance(block, Fence):
            return True
        if isinstance(block, List) and any(item.line not in taken for item in block.items):
            return True
        if isinstance(block, Paragraph):
            made = [line.field() for line in block.lines if line.number not in taken]
            if block.label or any(one and part_of(one.key)[0] not in ("", "prose", "alert") for one in made):
                return True
    return False


def _issue_sections(section: Section) -> list[Section]:
    """The sections that are issues: those right below the chapter, or below a heading that only groups them."""
    found = [section]
    for part in section.sections:
        found += _issue_sections(part) if _is_group(part) else [part]
    return found


def _is_group(section: Section) -> bool:
    """Whether a heading only gathers issues: its subsections look like issues, not like parts of one."""
    if not section.sections:
        return False
    parts = [part_of(child.title)[0] for child in section.sections]
    return all(not kind for kind in parts) and not any(
        isinstance(block, Fence) or (isinstance(block, Paragraph) and block.label) for block in section.blocks
    )


# --- issues without a heading of their own --------------------------------------------------------------------


def _gathered(section: Section, notes: Notes, context: Context) -> list[Found]:
    """Issues right under the chapter: labels and questions with blocks below them, items, rows of tables."""
    found: list[Found] = []
    rest: list[Block] = []
    for title, line, blocks in _labelled(section.blocks):
        if title and _is_answered(title, blocks):
            inner = Section(title, section.level + 1, line, line, blocks)
            found.append(IssueReader(inner, notes, context).read())
        else:
            rest += blocks
    for block in rest:
        if isinstance(block, Table) and {"issue"} < set(columns_of_causes(block)):
            found += _rows(block, section.level, notes, context)
        elif isinstance(block, List):
            found += _items(block, section.level, notes, context)
    return found


def _labelled(blocks: tuple[Block, ...]) -> Iterator[tuple[str, int, tuple[Block, ...]]]:
    """The blocks in front of the first label, then each label or question with the blocks up to the next."""
    title, line, taken = "", 0, list[Block]()
    for block in blocks:
        words, rest = _opening(block)
        if words and not part_of(words)[0]:
            yield title, line, tuple(taken)
            title, line, taken = words, block.line, rest
        else:
            taken.append(block)
    yield title, line, tuple(taken)


def _opening(block: Block) -> tuple[str, list[Block]]:
    """The words of a label or question, and what else stands in its paragraph."""
    if not isinstance(block, Paragraph) or not block.lines:
        return "", []
    first = block.lines[0]
    label = Paragraph((first,), first.number, first.number).label
    question = _QUESTION.fullmatch(first.text)
    made = first.field(plain=False)
    numbered = _NUMBERED.fullmatch(first.text) if len(block.lines) == 1 else None
    words = question["text"] if question else label or (numbered["text"] if numbered else "")
    if not words and made is not None and not part_of(made.key)[0] and len(block.lines) > 1:
        return "", []
    later = block.lines[1:]
    rest = [Paragraph(later, later[0].number, block.end_line)] if words and later else []
    return words.strip().rstrip(":"), list(rest)


_SHOWN = frozenset(
    {"", "text", "txt", "plaintext", "plain", "log", "logs", "output", "none"}
)  # examples, no answers


def _is_answered(title: str, blocks: tuple[Block, ...]) -> bool:
    """Whether what stands below a label says what to do: a labelled part, commands or numbered steps."""
    if is_reference(title) or is_aside(title):
        return False
    for block in blocks:
        match block:
            case Fence() if not block.indented and (
                is_shell(block) or block.language.casefold() not in _SHOWN
            ):
                return True
            case List():
                if block.ordered or any(_part(item.first) for item in block.items):
                    return True
            case Paragraph() if any(_part(line) for line in block.lines):
                return True
            case _:
                pass
    return False


def _part(line: Line) -> bool:
    made = line.field()
    return made is not None and part_of(made.key)[0] not in ("", "prose")


def _items(block: List, level: int, notes: Notes, context: Context) -> list[Found]:
    """`- **High memory**: restart the workers`, or with its parts listed below it."""
    found: list[Found] = []
    for item in block.items:
        made = item.first.field(plain=False)
        parts = any(_part(inner.first) for one in item.blocks if isinstance(one, List) for inner in one.items)
        bold = _bold(item.first)
        if made is not None and part_of(made.key)[0]:
            continue
        if parts and (bold or made is not None):
            title = made.key if made is not None else item.first.text.rstrip(":")
            first = (Paragraph((made.value,), item.line, item.line),) if made and made.value.text else ()
            inner = Section(title, level + 1, item.line, item.line, (*first, *item.blocks))
            found.append(IssueReader(inner, notes, context).read())
        elif made is not None and made.value.text and not item.blocks:
            found.append(_advised(item, made.key, made.value, level, notes, context))
    return found


def _bold(line: Line) -> bool:
    return bool(line.spans) and line.spans[0].kind == "strong" and line.spans[0].start == 0


def _advised(item: Item, name: str, value: Line, level: int, notes: Notes, context: Context) -> Found:
    """An item that names a problem and what helps against it."""
    reader = IssueReader(Section(name, level + 1, item.line, item.line), notes, context)
    reader.part, reader.title = "solution", name
    reader.words(value)
    if not reader.causes:
        reader.causes.append(CauseDraft(reader.name, item.line, advice=value.text))
    return reader.read()


def _rows(block: Table, level: int, notes: Notes, context: Context) -> list[Found]:
    """`Symptom | Cause | Fix` in any order, an issue for each row; rows of one symptom are one issue."""
    columns = columns_of_causes(block)
    columns.setdefault("cause", columns["issue"])
    columns.setdefault("fix", columns["cause"])
    notes.also_read(Lines(block.line, block.line + 1))
    is_alert = "alert" in block.header.cells[columns["issue"]].text.casefold()
    readers: dict[str, IssueReader] = {}
    for row in block.rows:
        cell = row.cells[columns["issue"]]
        name = cell.text.strip()
        if not name:
            notes.prose(row)
            continue
        if name not in readers:
            readers[name] = IssueReader(Section(name, level + 1, row.line, row.line), notes, context)
            if is_alert:
                readers[name].alerts += cell.codes or (name,)
            if not readers[name].symptoms:
                readers[name].symptoms = [Symptom(name, None, row.line)]
        readers[name].causes.append(cause_of_row(row, columns, notes, context))
    return [reader.read() for reader in readers.values()]


def _left_over(section: Section, notes: Notes) -> None:
    """Words between the chapter's heading and its first issue are for people."""
    for block in section.blocks:
        if not isinstance(block, Fence | Comment | List) and not notes.is_told(block.line):
            notes.prose(block)
        elif isinstance(block, List):
            for item in block.items:
                if not notes.is_told(item.line):
                    notes.prose(Lines(item.line, item.line))
