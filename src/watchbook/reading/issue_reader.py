"""One issue: its symptoms, diagnosis, causes, remedies and advice, from the blocks below its heading.

Called by `reading.troubleshooting`, which finds the headings, rows and labels that are issues. Causes are read by
`reading.causes`, steps by `reading.steps`. It decides nothing about which cause is at work.
"""

import re
from dataclasses import replace

from watchbook.model.ids import slug
from watchbook.model.procedures import Procedure, Step, StepKind
from watchbook.model.runbook import Cause, Issue, Symptom
from watchbook.model.safety import Safety
from watchbook.reading.blocks import (
    Block,
    Comment,
    Fence,
    Field,
    Item,
    Line,
    List,
    Paragraph,
    Table,
)
from watchbook.reading.causes import CauseDraft, add_fence, add_item, cause_of_row, columns_of_causes, renamed
from watchbook.reading.conditions import Known, ReadCondition, read_condition, say_condition
from watchbook.reading.document import Section
from watchbook.reading.fences import is_shell, read_groups
from watchbook.reading.issue_words import advice_of, issue_name, part_of, split_condition
from watchbook.reading.naming import Names
from watchbook.reading.notes import Context, Notes
from watchbook.reading.parameters import described, descriptions, used_in
from watchbook.reading.placeholders import placeholder_in
from watchbook.reading.procedures import clean_title, scripts_of
from watchbook.reading.shell import classify
from watchbook.reading.step_text import Lines, command_in, first_words, is_path, item_name, item_text
from watchbook.reading.step_words import CHECK, alternative, is_imperative
from watchbook.reading.steps import Setting, StepWriter

_LOOKS = re.compile(
    r"(?:open|filter|go to|navigate|search|watch|tail|correlate|assess|read)\b", re.IGNORECASE
)
_OPENING = frozenset(
    {"symptoms", "cause", "causes", "diagnosis", "solution"}
)  # also where the key is not bold
_LONGEST_WAY = 120  # characters
_LABEL = 7  # below every heading


class IssueReader:
    """Reads one issue: goes through its blocks, knowing which part they belong to."""

    def __init__(
        self, section: Section, notes: Notes, context: Context, taken: frozenset[int] = frozenset()
    ) -> None:
        """`taken` are lines that somebody else has read: they stay theirs."""
        self.section, self.notes, self.context, self.taken = section, notes, context, taken
        name, condition = split_condition(section.title)
        self.name = issue_name(name)
        self.known = descriptions(section.all_blocks)
        self.alerts: list[str] = []
        self.symptoms: list[Symptom] = []
        self.diagnosis: list[Step] = []
        self.causes: list[CauseDraft] = []
        self.procedures: list[Procedure] = []
        self.ids, self.names = Names(), Names(slug)  # of steps of the diagnosis, of remedies
        self.part = "answer" if self.name.endswith("?") else ""
        self.title = ""
        self.level = section.level  # of the heading that opened the part
        self.opening = ""  # the words right before a code block
        self.writer = StepWriter(notes, Setting(context.environments, diagnosis=True))
        if condition and section.line not in taken:
            self._symptom(Line(section.line, condition), section.line)

    def read(self) -> tuple[Issue, tuple[Procedure, ...]]:
        """The issue with the alerts that it names itself, and the procedures of its remedies."""
        self.notes.read(self.section.line, "issue", f"The issue “{self.name}”.")
        for section in self.section.walk():
            if section is not self.section:
                self._open(section.title, section.line, section.level)
            for block in section.blocks:
                self._block(block)
        causes = tuple(self._cause(cause) for cause in self.causes)
        alerts = tuple(dict.fromkeys(self.alerts))
        issue = Issue(
            self.name, alerts, tuple(self.symptoms), tuple(self.diagnosis), causes, self.section.line
        )
        return issue, tuple(self.procedures)

    def _open(self, title: str, line: int, level: int) -> None:
        """A label or heading opens a part of the issue; without a name of a part it belongs to the part above it."""
        kind, name = part_of(title)
        inside = level > self.level
        self.opening = ""
        if kind == "cause" or (not kind and inside and self.part in ("cause", "causes", "solution")):
            self.causes.append(CauseDraft(name or clean_title(title), line))
            self.notes.read(line, "cause", f"A cause of “{self.name}”: {name or clean_title(title)}.")
            self.part = "cause"
        elif not kind and inside and self.part == "diagnosis":
            self.notes.also_read(line)
        else:
            self.part = kind or "other"
            self.notes.also_read(line) if kind else self.notes.prose(line)
        self.title = name or clean_title(title)
        if kind or not inside:
            self.level = level

    def _block(self, block: Block) -> None:
        """One block, without the lines that are taken."""
        if self.taken:
            if isinstance(block, Paragraph):
                lines = tuple(line for line in block.lines if line.number not in self.taken)
                block = replace(block, lines=lines)
                if not lines:
                    return
            elif isinstance(block, List):
                block = replace(block, items=tuple(i for i in block.items if i.line not in self.taken))
            elif isinstance(block, Table) and block.line in self.taken:
                return
        match block:
            case Paragraph() if block.label:
                self._open(block.label, block.line, _LABEL)
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

    def _look(self, block: Paragraph) -> None:
        """A paragraph of a diagnosis: what a person looks at; one that ends in a colon opens what follows."""
        if block.text.rstrip().endswith(":"):
            self.opening = re.split(r"(?<=[.!?])\s+", block.text.strip())[-1].rstrip(" :")[:80]
            self.notes.also_read(block)
            return
        item = Item(block.lines, (), block.line, block.end_line)
        self._diagnose(self.writer.item(item))

    def _advise(self, block: Paragraph) -> None:
        """A paragraph of a remedy: advice of the cause at hand, else of the part that it stands in."""
        if self.part == "cause" and self.causes:
            cause = self.causes[-1]
        else:
            cause = self._solution_cause(self.title or "Resolution", block.line)
        cause.advice = f"{cause.advice}\n{block.text}" if cause.advice else block.text
        self.notes.read(block, "advice", f"Advice for “{cause.name}”.")

    def _is_another_way(self, block: Paragraph) -> bool:
        """`Option B: reroute` over a block: a remedy of its own, never run behind the one before it."""
        way = alternative(block.text)
        if way not in ("option", "or") or len(block.text) > _LONGEST_WAY:
            return False
        name = block.text.strip().rstrip(":.")
        self.causes.append(CauseDraft(name, block.line, advice=name))
        self.notes.read(block, "cause", f"Another way out of “{self.name}”: {name}.")
        self.part = "cause"
        return True

    def _paragraph(self, block: Paragraph) -> None:
        """Fields (`**Alert:** Service Down`, `**Cause:** …`), what a person looks at, advice, and prose."""
        ending = re.split(r"(?<=[.!?])\s+", block.text.strip())[-1]
        if ending.endswith(":") and part_of(ending)[0] not in ("", "prose"):
            self._open(ending, block.end_line, _LABEL)  # `Probably a stall. Check:` over a list
            self.notes.also_read(block)
            return
        if not any(self._is_part(line) or line.number in self.notes.read_lines for line in block.lines):
            if (
                self.part == "diagnosis"
                and command_in(block.lines[0] if block.lines else Line(0, "")) is None
            ):
                self._look(block)
                return
            if self.part in ("solution", "cause") and self._is_another_way(block):
                return
            if self.part in ("solution", "cause", "answer") and not block.text.rstrip().endswith(":"):
                self._advise(block)
                return
        for line in block.lines:
            found = line.field()
            kind, name = part_of(found.key) if found else ("", "")
            if found is None or not kind:
                if line.number not in self.notes.read_lines:
                    self.words(line)
            else:
                self._field(found, kind, name, line)

    @staticmethod
    def _is_part(line: Line) -> bool:
        found = line.field()
        return found is not None and bool(part_of(found.key)[0])

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
            self.words(found.value)
        else:
            if not found.value.text:
                self.part = kind
            if line.number not in self.notes.read_lines:
                self.notes.prose(line)

    def words(self, line: Line) -> None:
        """Running text: a command behind a colon counts where commands are read; the rest is for people."""
        code = command_in(line)
        if code and not is_path(code) and self.part in ("diagnosis", "solution", "cause") and " " in code:
            self._item(Item((line,), (), line.number, line.number))
            if self.name.endswith("?") and self.causes and self.causes[-1].advice is None:
                self.causes[-1].advice = line.text
        elif self.part == "diagnosis" and line.text:
            self._look(Paragraph((line,), line.number, line.number))
        elif self.part == "symptoms" and line.text:
            self._symptom(line, line.number)
        elif self.part in ("solution", "cause", "answer") and line.text:
            self._advise(Paragraph((line,), line.number, line.number))
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
            found = item.first.field()
            kind, name = part_of(found.key) if found else ("", "")
            if found and not found.bold and self.part not in ("", "other") and kind not in _OPENING:
                found, kind = None, ""
            opened = item.first.text.rstrip().endswith(":") and part_of(item.first.text.rstrip(" :"))[0]
            if found and kind:
                self._field(found, kind, name, item.first)
                for inner in item.blocks:
                    self._block(inner)
            elif opened and item.blocks:
                self._nested(opened, item)
            elif self.part == "symptoms":
                self._symptom(item.first, item.line)
            elif self.part == "" and not kind and (block.ordered or is_imperative(item.text)):
                self._unlabelled(item)
            else:
                self._item(item)

    def _nested(self, part: str, item: Item) -> None:
        """`3. Common causes:` with a list below it; what follows belongs to the part before again."""
        before, self.part = (self.part, self.title), part
        self.title = item.first.text.rstrip(" :")
        self.notes.also_read(Lines(item.line, item.line))
        for inner in item.blocks:
            self._block(inner)
        self.part, self.title = before

    def _unlabelled(self, item: Item) -> None:
        """An item right below the issue: looking is diagnosis, everything else is advice or a remedy."""
        looks = CHECK.match(item.first.text) or _LOOKS.match(item.first.text)
        before, self.part = self.part, "diagnosis" if looks else "solution"
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
        code = command_in(item.first)
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
        code = command_in(item.first)
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
        opening, self.opening = self.opening, ""
        if not is_shell(block):
            self._foreign(block, opening)
        elif self.part == "diagnosis" or (
            self.part in ("", "symptoms", "answer", "prose") and _only_reads(block)
        ):
            self._diagnose(self.writer.fence(block, opening or self.title or "Diagnosis"))
        elif self.part == "cause" and self.causes:
            add_fence(block, self.causes[-1], self.notes, self.context)
        elif self.part == "solution":
            cause = self._solution_cause(self.title or "Resolution", block.line)
            add_fence(block, cause, self.notes, self.context, remedy=True)
        elif self.part in ("other", "causes", "", "answer", "prose"):
            if _only_reads(block):
                self._diagnose(self.writer.fence(block, self.title))
            else:
                self.causes.append(CauseDraft(self.title or "Resolution", block.line))
                add_fence(block, self.causes[-1], self.notes, self.context)
        else:
            self.notes.prose(block)

    def _foreign(self, block: Fence, opening: str) -> None:
        """A query in a diagnosis is run by a person; other text is an example."""
        if self.part in ("diagnosis", "") and block.language.casefold() in ("promql", "sql", "logql"):
            self._diagnose(self.writer.fence(block, opening or self.title))
        elif block.first_line not in self.notes.read_lines:
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
            parameters = described(used_in(cause.parameters, used), self.known)
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
