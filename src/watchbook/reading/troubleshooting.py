"""Troubleshooting: issues with their symptoms, diagnosis, causes, checks, remedies and advice.

Called by `reading.runbook` once the alerts are read. A remedy becomes a procedure named `ISSUE: CAUSE`. Which
cause is at work is decided by `deciding.diagnosis`; here it is only read how that can be told.
"""

import re
from dataclasses import dataclass, replace

from watchbook.model.ids import slug
from watchbook.model.procedures import Procedure, Step, StepKind
from watchbook.model.runbook import Cause, Issue, Symptom
from watchbook.model.safety import Safety
from watchbook.reading.blocks import Block, Comment, Fence, Field, Item, Line, List, Paragraph, Table
from watchbook.reading.causes import CauseDraft, add_fence, add_item, cause_of_row, columns_of_causes, renamed
from watchbook.reading.conditions import Known, ReadCondition, read_condition, say_condition
from watchbook.reading.document import Section
from watchbook.reading.fences import is_shell, read_groups
from watchbook.reading.issue_words import (
    advice_of,
    is_reference,
    issue_name,
    matching_alerts,
    part_of,
    split_condition,
)
from watchbook.reading.naming import Names
from watchbook.reading.notes import Context, Notes
from watchbook.reading.parameters import described, descriptions
from watchbook.reading.placeholders import placeholder_in
from watchbook.reading.procedures import clean_title, scripts_of
from watchbook.reading.shell import classify
from watchbook.reading.step_text import Lines, code_behind_colon, first_words, is_path, item_name, item_text
from watchbook.reading.step_words import CHECK
from watchbook.reading.steps import Setting, StepWriter


@dataclass(frozen=True, slots=True)
class Troubles:
    """What a troubleshooting chapter holds; each remedy is a procedure."""

    issues: tuple[Issue, ...] = ()
    procedures: tuple[Procedure, ...] = ()


def read(section: Section, notes: Notes, context: Context) -> Troubles:
    """The issues of the chapter and the procedures of their remedies."""
    issues: list[Issue] = []
    remedies: list[Procedure] = []
    for part in _issue_sections(section):
        if part is section or _is_group(part) or is_reference(part.title):
            found = _tables(part, notes, context)
            rest = _left_over(part, notes)
        else:
            found, rest = [_IssueReader(part, notes, context).read()], ()
        issues += [issue for issue, _ in found]
        remedies += [procedure for _, procedures in found for procedure in procedures] + list(rest)
    _findings(issues, notes, context)
    return Troubles(tuple(issues), tuple(remedies))


def is_page(section: Section) -> bool:
    """Whether a top heading is one issue as a whole: the form of alert corpora, Meaning, Impact, Diagnosis, Mitigation."""
    parts = [part_of(child.title)[0] for child in section.sections]
    said = {clean_title(child.title).casefold() for child in section.sections}
    return "diagnosis" in parts and ("solution" in parts or bool(said & {"meaning", "impact"}))


def read_page(section: Section, notes: Notes, context: Context) -> Troubles:
    """The issue that a page is; its title is the name of the alert."""
    issue, procedures = _IssueReader(section, notes, context).read()
    return Troubles((replace(issue, alerts=issue.alerts or (issue.name,)),), procedures)


def read_alert(section: Section, name: str, notes: Notes, context: Context) -> Troubles:
    """The issue under a heading that is an alert; none where nothing stands there but what the alert says of itself."""
    if not any(_has_body(part, notes) for part in section.walk()):
        return Troubles()
    issue, procedures = _IssueReader(section, notes, context).read()
    return Troubles((replace(issue, name=name, alerts=issue.alerts or (name,)),), procedures)


def _has_body(section: Section, notes: Notes) -> bool:
    """Whether steps, commands or labelled parts stand in the section, which no alert took."""
    for block in section.blocks:
        if isinstance(block, Fence | List) and not notes.is_told(block.line):
            return True
        if isinstance(block, Paragraph) and not notes.is_told(block.line):
            made = block.lines[0].field() if block.lines else None
            if block.label or (made is not None and part_of(made.key)[0]):
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


class _IssueReader:
    """Reads one issue: goes through its blocks, knowing which part they belong to."""

    def __init__(self, section: Section, notes: Notes, context: Context) -> None:
        self.section, self.notes, self.context = section, notes, context
        name, condition = split_condition(section.title)
        self.name = issue_name(name)
        self.known = descriptions(section.all_blocks)
        self.alerts: list[str] = []
        self.symptoms: list[Symptom] = []
        self.diagnosis: list[Step] = []
        self.causes: list[CauseDraft] = []
        self.procedures: list[Procedure] = []
        self.ids, self.names = Names(), Names(slug)  # of steps of the diagnosis, of remedies
        self.part = ""
        self.title = ""
        self.writer = StepWriter(notes, Setting(context.environments, diagnosis=True))
        if condition:
            self._symptom(Line(section.line, condition), section.line)

    def read(self) -> tuple[Issue, tuple[Procedure, ...]]:
        self.notes.read(self.section.line, "issue", f"The issue “{self.name}”.")
        for section in self.section.walk():
            if section is not self.section:
                self._open(section.title, section.line)
            for block in section.blocks:
                self._block(block)
        causes = tuple(self._cause(cause) for cause in self.causes)
        alerts = tuple(dict.fromkeys(self.alerts)) or matching_alerts(
            self.name, self.symptoms, self.context.alerts
        )
        if alerts and not self.alerts:
            self.notes.read(
                self.section.line, "issue", f"“{self.name}” is where the alert {', '.join(alerts)} leads."
            )
        issue = Issue(
            self.name, alerts, tuple(self.symptoms), tuple(self.diagnosis), causes, self.section.line
        )
        return issue, tuple(self.procedures)

    def _open(self, title: str, line: int) -> None:
        """A label or heading opens a part of the issue."""
        kind, name = part_of(title)
        if kind == "cause" or (not kind and self.part in ("cause", "causes", "solution")):
            self.causes.append(CauseDraft(name or clean_title(title), line))
            self.notes.read(line, "cause", f"A cause of “{self.name}”: {name or clean_title(title)}.")
            self.part = "cause"
        else:
            self.part = kind or "other"
            self.notes.also_read(line) if kind else self.notes.prose(line)
        self.title = name or clean_title(title)

    def _block(self, block: Block) -> None:
        match block:
            case Paragraph() if block.label:
                self._open(block.label, block.line)
            case Paragraph():
                self._paragraph(block)
            case List():
                self._list(block)
            case Fence():
                self._fence(block)
            case Table() if self._is_cause_table(block):
                self._causes_of_table(block)
            case Comment():
                pass
            case _:
                self.notes.prose(block)

    def _paragraph(self, block: Paragraph) -> None:
        """Fields (`**Alert:** Service Down`, `**Cause:** …`) and prose."""
        for line in block.lines:
            found = line.field()
            kind, name = part_of(found.key) if found else ("", "")
            if found is None or not kind:
                self._words(line)
            else:
                self._field(found, kind, name, line)

    def _field(self, found: Field, kind: str, name: str, line: Line) -> None:
        """`**Alert:** …`, `**Cause:** …`: a part of the issue in one line."""
        if kind == "alert":
            self._alert(line, found.value)
        elif kind == "symptoms":
            self.part = kind
            if found.value.text:
                self._symptom(found.value, line.number)
        elif kind in ("cause", "causes") and (name or found.value.text):
            self.causes.append(CauseDraft(name or found.value.text, line.number))
            self.notes.read(line, "cause", f"A cause of “{self.name}”: {name or found.value.text}.")
            self.part = "cause"
        elif kind in ("diagnosis", "solution"):
            # A fix right behind its cause is that cause's.
            behind = kind == "solution" and self.part == "cause" and bool(self.causes)
            self.part, self.title = "cause" if behind else kind, name or found.key
            self._words(found.value)
        else:
            self.part = kind
            self.notes.prose(line)

    def _words(self, line: Line) -> None:
        """Running text: a command behind a colon counts where commands are read; the rest is for people."""
        code = code_behind_colon(line)
        if code and not is_path(code) and self.part in ("diagnosis", "solution", "cause") and " " in code:
            self._item(Item((line,), (), line.number, line.number))
        elif self.part == "symptoms" and line.text:
            self._symptom(line, line.number)
        elif (
            self.part in ("solution", "cause")
            and self.causes
            and self.causes[-1].advice is None
            and line.text
        ):
            self.causes[-1].advice = line.text
            self.notes.read(line, "advice", f"Advice for “{self.causes[-1].name}”.")
        else:
            self.notes.prose(line)

    def _alert(self, line: Line, value: Line) -> None:
        names = value.codes or tuple(re.split(r",|\band\b|;", value.text))
        known = {slug(alert.name): alert.name for alert in self.context.alerts}
        for name in (one.strip().strip("\"“”'") for one in names):
            if not name or placeholder_in(value):
                continue
            if known and slug(name) not in known:
                listed = ", ".join(known.values())
                self.notes.find(
                    "issue-alert-undefined", line, mark=name, name=self.name, alert=name, known=listed
                )
            self.alerts.append(known.get(slug(name), name))
        self.notes.read(
            line,
            "issue",
            f"The alert {', '.join(self.alerts)} leads here." if self.alerts else "No alert is named.",
        )

    def _symptom(self, line: Line, number: int) -> None:
        known = Known(self.context.health_checks, self.context.metrics)
        read = read_condition(line.text, "", known)
        if isinstance(read, ReadCondition):
            self.symptoms.append(Symptom(line.text, read.condition, number))
            self.notes.read(number, "symptom", f"Measured: {say_condition(read)}.")
        else:
            self.symptoms.append(Symptom(line.text, None, number))
            self.notes.read(number, "symptom", "Shown to the person: it cannot be measured.")

    def _list(self, block: List) -> None:
        for item in block.items:
            found = (
                item.first.field() if self.part in ("", "other") or item.first.field(plain=False) else None
            )
            kind, name = part_of(found.key) if found else ("", "")
            if found and kind:
                self._field(found, kind, name, item.first)
                for inner in item.blocks:
                    self._block(inner)
            elif self.part == "symptoms":
                self._symptom(item.first, item.line)
            elif self.part == "" and block.ordered and not kind:
                self._unlabelled(item)
            else:
                self._item(item)

    def _unlabelled(self, item: Item) -> None:
        """A numbered item right below the issue: looking is diagnosis, everything else is advice or a remedy."""
        before, self.part = self.part, "diagnosis" if CHECK.match(item.first.text) else "solution"
        self._item(item)
        self.part = before

    def _item(self, item: Item) -> None:
        """An item by the part that it stands in."""
        if self.part == "diagnosis":
            self._diagnose(self.writer.item(item))
        elif self.part == "causes":
            self._cause_of_item(item)
        elif self.part in ("solution", "cause"):
            self._solve(item)
        else:
            self.notes.prose(item)

    def _cause_of_item(self, item: Item) -> None:
        """`- Database is down: restart it` in a list of causes; `- Out of memory` names one."""
        advised = advice_of(item.text)
        code = code_behind_colon(item.first)
        name = item_name(item.first) if code else (advised[0] if advised else item.text)
        cause = CauseDraft(
            name.strip(), item.line, advice=advised[1].strip() if advised and not code else None
        )
        self.causes.append(cause)
        self.notes.read(item, "cause", f"A cause of “{self.name}”: {cause.name}.")
        if code and not is_path(code):
            add_item(item, cause, self.notes, self.context)

    def _solve(self, item: Item) -> None:
        """`- If A: do B` is advice for the cause A; an item with a command is a remedy."""
        code = code_behind_colon(item.first)
        has_commands = (code is not None and not is_path(code)) or any(
            isinstance(b, Fence) and is_shell(b) for b in item.blocks
        )
        if self.part == "cause" and self.causes and (has_commands or not self._advises(item)):
            if has_commands:
                add_item(item, self.causes[-1], self.notes, self.context)
            else:
                cause = self.causes[-1]
                cause.advice = f"{cause.advice}\n{item.text}" if cause.advice else item_text(item)
                self.notes.read(item, "advice", f"Advice for “{cause.name}”.")
            return
        if has_commands:
            cause = self._solution_cause(item_name(item.first) or self.title, item.line)
            add_item(item, cause, self.notes, self.context)
            return
        found = advice_of(item.text)
        name, advice = found if found else (item.text, item.text)
        self.causes.append(CauseDraft(name, item.line, advice=advice))
        self.notes.read(item, "advice", f"Advice where {name[:60]}: {advice[:80]}")

    def _advises(self, item: Item) -> bool:
        """Inside a cause only `If …` is advice for another one."""
        return item.text.casefold().startswith("if ") and advice_of(item.text) is not None

    def _solution_cause(self, name: str, line: int) -> CauseDraft:
        """The cause that a remedy under a plain "Resolution" belongs to; numbered items share one."""
        if self.part == "cause" and self.causes:
            return self.causes[-1]
        title = self.title or "Resolution"
        if self.causes and self.causes[-1].name == title:
            return self.causes[-1]
        self.causes.append(CauseDraft(title if name == title else name, line))
        return self.causes[-1]

    def _fence(self, block: Fence) -> None:
        if not is_shell(block):
            self.notes.prose(block)
        elif self.part == "diagnosis" or (self.part in ("", "symptoms") and _only_reads(block)):
            self._diagnose(self.writer.fence(block, self.title or "Diagnosis"))
        elif self.part == "cause" and self.causes:
            add_fence(block, self.causes[-1], self.notes, self.context)
        elif self.part == "solution":
            cause = self._solution_cause(self.title or "Resolution", block.line)
            add_fence(block, cause, self.notes, self.context, remedy=True)
        elif self.part in ("other", "causes", ""):
            if _only_reads(block):
                self._diagnose(self.writer.fence(block, self.title))
            else:
                self.causes.append(CauseDraft(self.title or "Resolution", block.line))
                add_fence(block, self.causes[-1], self.notes, self.context)
        else:
            self.notes.prose(block)

    def _diagnose(self, steps: list[Step]) -> None:
        for step in steps:
            if step.script and step.safety and step.safety.safety is not Safety.READ_ONLY:
                said = step.safety.safety.value.replace("_", " ")
                short = first_words(step.script)
                self.notes.find("diagnosis-not-read-only", step.line, mark=short, command=short, safety=said)
            self.diagnosis.append(renamed(step, self.ids))

    def _cause(self, cause: CauseDraft) -> Cause:
        """The finished cause, with its remedy as a procedure."""
        procedure = None
        if any(step.script or step.kind is not StepKind.MANUAL for step in cause.remedy) or (
            cause.remedy and cause.solution
        ):
            procedure = self.names.unique(f"{self.name}: {cause.name}")
            used = " ".join(script for step in cause.remedy for script in scripts_of(step))
            parameters = described(
                (p for p in cause.parameters if re.search(rf"\$\{{?{p.name}\b", used)), self.known
            )
            self.procedures.append(
                Procedure(procedure, "remedy", tuple(cause.remedy), parameters, line=cause.line)
            )
        if not cause.check and procedure and not cause.advice:
            self.notes.find("cause-without-check", cause.line, name=cause.name)
        if cause.check and procedure is None and not cause.advice:
            self.notes.find("cause-without-remedy", cause.line, name=cause.name)
        return Cause(
            cause.name,
            tuple(cause.check),
            tuple(cause.remedy),
            procedure,
            cause.solution,
            cause.advice,
            cause.line,
        )

    def _is_cause_table(self, block: Table) -> bool:
        return {"cause", "fix"} <= set(columns_of_causes(block))

    def _causes_of_table(self, block: Table) -> None:
        columns = columns_of_causes(block)
        self.notes.also_read(Lines(block.line, block.line + 1))
        for row in block.rows:
            self.causes.append(cause_of_row(row, columns, self.notes, self.context))


def _only_reads(block: Fence) -> bool:
    groups = [group for group in read_groups(block) if group.commands]
    return bool(groups) and all(classify(group.script).safety is Safety.READ_ONLY for group in groups)


def _tables(section: Section, notes: Notes, context: Context) -> list[tuple[Issue, tuple[Procedure, ...]]]:
    """Issues of tables right under the chapter: `Symptom | Cause | Fix`, one for each row."""
    found: list[tuple[Issue, tuple[Procedure, ...]]] = []
    for block in section.blocks:
        columns = columns_of_causes(block) if isinstance(block, Table) else {}
        if not isinstance(block, Table) or "issue" not in columns or not {"cause", "fix"} & set(columns):
            continue
        columns.setdefault("cause", columns["issue"])
        columns.setdefault("fix", columns["cause"])
        notes.also_read(Lines(block.line, block.line + 1))
        for row in block.rows:
            name = row.cells[columns["issue"]].text.strip()
            reader = _IssueReader(Section(name, section.level + 1, row.line, row.line), notes, context)
            reader.causes = [cause_of_row(row, columns, notes, context)]
            reader.symptoms = [Symptom(name, None, row.line)]
            if name:
                found.append(reader.read())
    return found


def _left_over(section: Section, notes: Notes) -> tuple[Procedure, ...]:
    """Words between the chapter's heading and its first issue are for people."""
    for block in section.blocks:
        if not isinstance(block, Fence | Comment) and not notes.is_told(block.line):
            notes.prose(block)
    return ()


def _findings(issues: list[Issue], notes: Notes, context: Context) -> None:
    if not context.alerts:
        return
    for issue in issues:
        if not issue.alerts:
            notes.find("issue-without-alert", issue.line, name=issue.name)
