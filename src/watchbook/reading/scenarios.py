"""Scenarios of a runbook: the text of `RUNBOOK.test.yaml`, or of a `yaml watchbook-test` fence, → `Scenario`s. Pure.

Called by `app.rehearsing`, and by `reading.runbook`, which sets the fences aside before anything else is read. It lists
everything that is wrong with a text, with lines; whether names are those of the runbook is looked at by the caller.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches

from watchbook.model.alerts import AlertStatus
from watchbook.model.diagnosis import Verdict
from watchbook.model.observations import Outcome
from watchbook.model.scenarios import (
    ActGiven,
    DiagnosisExpected,
    Expected,
    OutputGiven,
    PageExpected,
    ProbeGiven,
    Problem,
    Scenario,
    SeriesGiven,
    StatusExpected,
    VerdictExpected,
)
from watchbook.reading.blocks import Block, Fence
from watchbook.reading.document import Document, Section, parse_document
from watchbook.reading.quantities import read_duration
from watchbook.reading.yaml_nodes import Node, Pair, YamlError, read_yaml

MARK = "watchbook-test"
SAYS = "Scenarios that `watchbook test` plays; nothing of them is watched, run or paged."
INSTANCES = "instances"
KEYS = {
    "the file": ("scenarios", "environment", "service", "starts", "group_wait", "interval"),
    "a scenario": (
        *(
            "name",
            "environment",
            "service",
            "starts",
            "group_wait",
            "interval",
            "series",
            "probes",
            "commands",
        ),
        *("people", "expect"),
    ),
    "a series": ("series", "values"),
    "a probe": ("status", "reason", "latency", "value"),
    "a command": ("command", "line", "exit", "output", "problem"),
    "an act": ("at", "acknowledge"),
    "an expectation": ("at", "alerts", "others", "pages", "ended", "diagnosis"),
    "a page": ("to", "at", "from", "by", "alert"),
    "a diagnosis": ("issue", "alert", "verdicts", "next", "procedure"),
}
STATUSES = tuple(str(status) for status in AlertStatus)
OUTCOMES = tuple(str(outcome) for outcome in Outcome)
VERDICTS = tuple(str(verdict) for verdict in Verdict)
_COUNT = re.compile(r"(\d{1,4})\s+of\s+(\d{1,4})")
LONGEST_S = 31 * 86400.0  # of a scenario: a day of probes every two seconds takes some seconds to play
NEAR_S = 1.0  # a page that is expected at a moment may leave this much before or after


@dataclass(frozen=True, slots=True)
class Found:
    """What a text holds. Scenarios are complete only where `problems` is empty."""

    scenarios: tuple[Scenario, ...]
    problems: tuple[Problem, ...]


def is_scenarios(block: Block) -> bool:
    """Whether a block is a fence of scenarios; one that is never closed would take the rest of the document with it."""
    return (
        isinstance(block, Fence)
        and block.closed
        and block.language.casefold() in ("yaml", "yml", "json")
        and MARK in block.attributes.replace("{", " ").replace("}", " ").split()
    )


def set_aside(document: Document) -> tuple[Document, tuple[Fence, ...]]:
    """The document without its fences of scenarios, and these."""
    taken = [block for block in _blocks(document) if is_scenarios(block)]
    if not taken:
        return document, ()

    def left(section: Section) -> Section:
        blocks = tuple(block for block in section.blocks if not is_scenarios(block))
        return replace(section, blocks=blocks, sections=tuple(map(left, section.sections)))

    preamble = tuple(block for block in document.preamble if not is_scenarios(block))
    pruned = replace(document, preamble=preamble, sections=tuple(map(left, document.sections)))
    return pruned, tuple(block for block in taken if isinstance(block, Fence))


def _blocks(document: Document) -> Iterator[Block]:
    yield from document.preamble
    for section in document.walk():
        yield from section.blocks


def scenarios_in_document(text: str) -> Found:
    """The scenarios in the fences of a runbook, in order."""
    found: list[Found] = []
    for fence in set_aside(parse_document(text))[1]:
        found.append(read_scenarios(fence.text, fence.first_line))
    return Found(
        tuple(one for part in found for one in part.scenarios),
        tuple(one for part in found for one in part.problems),
    )


def read_scenarios(text: str, first_line: int = 1) -> Found:
    """The scenarios that a text says; a list of them, or a mapping with `scenarios` and what holds for all."""
    try:
        node = read_yaml(text, first_line)
    except YamlError as error:
        return Found((), (Problem(error.line, error.what, "See the guide “Test a runbook”."),))
    reader = _Reader()
    scenarios = tuple(reader.whole(node))
    return Found(scenarios, tuple(sorted(reader.problems, key=lambda problem: problem.line)))


class _Reader:
    """Takes nodes apart, noting problems instead of stopping at the first."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def whole(self, node: Node) -> Iterable[Scenario]:
        common = Scenario("")
        if node.pairs is not None:
            fields = self._fields(node, "the file")
            common = self._common(fields, common)
            if "scenarios" not in fields:
                self._say(node.line, "there is no `scenarios`", "Write them as a list under `scenarios:`.")
                return
            node = fields["scenarios"].value
        items = self._items(node, "scenarios")
        if not items and not self.problems:
            self._say(node.line, "there is no scenario", "Write a list of them.")
        names: set[str] = set()
        for item in items:
            scenario = self._scenario(item, common)
            if scenario.name in names:
                self._say(item.line, f"two scenarios are named “{scenario.name}”", "Rename one of them.")
            names.add(scenario.name)
            yield scenario

    def _common(self, fields: dict[str, Pair], base: Scenario) -> Scenario:
        return replace(
            base,
            environment=self._text(fields.get("environment")) or base.environment,
            service=self._text(fields.get("service")) or base.service,
            starts=self._text(fields.get("starts")) or base.starts,
            group_wait_s=self._duration(fields.get("group_wait"), base.group_wait_s),
            interval_s=self._duration(fields.get("interval"), base.interval_s, positive=True),
        )

    def _scenario(self, node: Node, common: Scenario) -> Scenario:
        fields = self._fields(node, "a scenario")
        name = self._text(fields.get("name"))
        if not name:
            self._say(node.line, "this scenario has no name", "Begin it with `- name: What happens`.")
        expected = tuple(self._expected(item) for item in self._list(fields.get("expect")))
        if not expected:
            mend = "Say under `expect:` what must be true, and at which moment."
            self._say(node.line, f"nothing is expected in “{name}”", mend)
        return replace(
            self._common(fields, common),
            name=name,
            line=node.line,
            series=tuple(self._series(item) for item in self._list(fields.get("series"))),
            probes=tuple(self._probes(fields.get("probes"))),
            outputs=tuple(self._output(item) for item in self._list(fields.get("commands"))),
            acts=tuple(self._act(item) for item in self._list(fields.get("people"))),
            expected=tuple(sorted(expected, key=lambda one: one.at_s)),
        )

    def _series(self, node: Node) -> SeriesGiven:
        fields = self._fields(node, "a series", "series", "values")
        return SeriesGiven(
            self._text(fields.get("series")),
            self._text(fields.get("values")),
            self._line(fields, "values", node),
        )

    def _probes(self, pair: Pair | None) -> Iterator[ProbeGiven]:
        for check in self._pairs(pair, "probes"):
            for moment in self._pairs(check, f"the probes of {check.key}"):
                at_s = self._moment(moment.key, moment.line)
                if check.key.casefold() == INSTANCES:
                    yield self._instances(moment, at_s)
                else:
                    yield self._probe(check.key, moment, at_s)

    def _instances(self, moment: Pair, at_s: float) -> ProbeGiven:
        text = self._text(moment)
        given = ProbeGiven("", at_s, line=moment.line)
        if text == "unknown":
            return replace(given, status="unknown")
        found = _COUNT.fullmatch(text)
        if found is None or int(found[1]) > int(found[2]):
            self._say(moment.line, f"“{text}” counts no instances", "Write how many are healthy: `2 of 3`.")
            return given
        return replace(given, healthy=int(found[1]), of=int(found[2]))

    def _probe(self, check: str, moment: Pair, at_s: float) -> ProbeGiven:
        given = ProbeGiven(check, at_s, line=moment.line)
        if moment.value.pairs is None:
            status = self._choice(moment, OUTCOMES)
            return replace(given, status=status or given.status)
        fields = self._fields(moment.value, "a probe")
        status = self._choice(fields["status"], OUTCOMES) if "status" in fields else given.status
        return replace(
            given,
            status=status or given.status,
            reason=self._text(fields.get("reason")),
            latency_s=self._duration(fields.get("latency"), None),
            value=self._number(fields.get("value")),
        )

    def _output(self, node: Node) -> OutputGiven:
        fields = self._fields(node, "a command")
        command, line = self._text(fields.get("command")).strip(), self._number(fields.get("line"))
        if bool(command) == (line is not None):
            self._say(
                node.line, "a command is named by its text or by its line", "Write `command:` or `line:`."
            )
        exit_code = self._number(fields.get("exit"))
        problem = self._text(fields.get("problem"))
        if exit_code is not None and not (exit_code == int(exit_code) and 0 <= exit_code <= 255):
            self._say(fields["exit"].line, "an exit code is a whole number from 0 to 255", "Correct it.")
        return OutputGiven(
            command,
            None if line is None else int(line),
            None if problem else int(exit_code or 0),
            self._text(fields.get("output")),
            problem,
            node.line,
        )

    def _act(self, node: Node) -> ActGiven:
        fields = self._fields(node, "an act", "at", "acknowledge")
        return ActGiven(self._at(fields, "at"), self._text(fields.get("acknowledge")), node.line)

    def _expected(self, node: Node) -> Expected:
        fields = self._fields(node, "an expectation", "at")
        others = self._choice(fields["others"], ("silent", "any")) if "others" in fields else "silent"
        alerts = fields.get("alerts")
        expected = Expected(
            self._at(fields, "at"),
            None if alerts is None else tuple(self._statuses(alerts)),
            others != "any",
            self._pages(fields.get("pages")),
            self._pages(fields.get("ended")),
            tuple(self._diagnosis(item) for item in self._one_or_list(fields.get("diagnosis"))),
            node.line,
        )
        if not {"alerts", "pages", "ended", "diagnosis"} & set(fields):
            self._say(
                node.line, "nothing is expected at this moment", "Name alerts, pages, ended or diagnosis."
            )
        return expected

    def _statuses(self, pair: Pair) -> Iterator[StatusExpected]:
        if pair.value.text is not None and pair.value.text.casefold() == "none":
            return
        for alert in self._pairs(pair, "alerts"):
            yield StatusExpected(alert.key, self._choice(alert, STATUSES) or "ok", alert.line)

    def _pages(self, pair: Pair | None) -> tuple[PageExpected, ...] | None:
        if pair is None:
            return None
        if pair.value.text is not None and pair.value.text.casefold() == "none":
            return ()
        return tuple(self._page(item) for item in self._items(pair.value, pair.key))

    def _page(self, node: Node) -> PageExpected:
        if node.text is not None:
            return PageExpected(node.text, line=node.line)
        fields = self._fields(node, "a page", "to")
        at_s = self._at(fields, "at") if "at" in fields else None
        return PageExpected(
            self._text(fields.get("to")),
            at_s - NEAR_S if at_s is not None else self._duration(fields.get("from"), None),
            at_s + NEAR_S if at_s is not None else self._duration(fields.get("by"), None),
            self._text(fields.get("alert")),
            node.line,
        )

    def _diagnosis(self, node: Node) -> DiagnosisExpected:
        fields = self._fields(node, "a diagnosis")
        subject = self._text(fields.get("issue")) or self._text(fields.get("alert"))
        if not subject or {"issue", "alert"} <= set(fields):
            self._say(
                node.line, "a diagnosis is that of an issue or of an alert", "Write `issue:` or `alert:`."
            )
        verdicts = tuple(
            VerdictExpected(pair.key, self._choice(pair, VERDICTS) or "", pair.line)
            for pair in self._pairs(fields.get("verdicts"), "verdicts")
        )
        procedure = self._text(fields["procedure"]) if "procedure" in fields else None
        return DiagnosisExpected(subject, verdicts, self._text(fields.get("next")), procedure, node.line)

    # Parts ------------------------------------------------------------------------------------------------------

    def _say(self, line: int, what: str, mend: str = "") -> None:
        self.problems.append(Problem(line, what, mend))

    def _fields(self, node: Node, what: str, *needed: str) -> dict[str, Pair]:
        """The known keys of a mapping; others are problems, and so are needed ones that are missing."""
        if node.pairs is None:
            self._say(node.line, f"{what} is a mapping, and this is {node.kind}", "Write `KEY: VALUE` lines.")
            return {}
        known, fields = KEYS[what], {pair.key: pair for pair in node.pairs}
        for key in [key for key in fields if key not in known]:
            near = get_close_matches(key, known, 1)
            mend = f"Did you mean `{near[0]}`?" if near else f"It may have: {', '.join(known)}."
            self._say(fields.pop(key).line, f"`{key}` is nothing that {what} has", mend)
        for key in needed:
            if key not in fields:
                self._say(node.line, f"{what} needs `{key}`", "Add it.")
        return fields

    def _items(self, node: Node, name: str) -> tuple[Node, ...]:
        if node.items is None and not node.empty:
            self._say(node.line, f"`{name}` is a list, and this is {node.kind}", "Begin each line with `- `.")
        return node.items or ()

    def _list(self, pair: Pair | None) -> tuple[Node, ...]:
        return self._items(pair.value, pair.key) if pair is not None else ()

    def _one_or_list(self, pair: Pair | None) -> tuple[Node, ...]:
        if pair is not None and pair.value.pairs is not None:
            return (pair.value,)
        return self._list(pair)

    def _pairs(self, pair: Pair | None, name: str) -> tuple[Pair, ...]:
        if pair is None or pair.value.empty:
            return ()
        if pair.value.pairs is None:
            self._say(
                pair.line, f"`{name}` is a mapping, and this is {pair.value.kind}", "Write `KEY: VALUE`."
            )
        return pair.value.pairs or ()

    def _text(self, pair: Pair | None) -> str:
        if pair is None or pair.value.empty:
            return ""
        if pair.value.text is None:
            self._say(pair.line, f"`{pair.key}` is a text, and this is {pair.value.kind}", "Write one value.")
        return pair.value.text or ""

    def _choice(self, pair: Pair, choices: tuple[str, ...]) -> str | None:
        text = self._text(pair).casefold().replace(" ", "_")
        if text in choices:
            return text
        self._say(pair.line, f"“{self._text(pair)}” is none of {', '.join(choices)}", "Choose one of them.")
        return None

    def _number(self, pair: Pair | None) -> float | None:
        return self._read(pair, _number, "a number")

    def _duration(self, pair: Pair | None, default: float | None, *, positive: bool = False) -> float | None:
        found = self._read(pair, _seconds, "a duration such as 30s or 5min")
        if found is not None and positive and found <= 0 and pair is not None:
            self._say(pair.line, f"`{pair.key}` must be longer than nothing", "Write for example 15s.")
            return default
        return default if found is None else found

    def _read(self, pair: Pair | None, read: Callable[[str], float | None], what: str) -> float | None:
        if pair is None:
            return None
        text = self._text(pair).strip()
        found = read(text)
        if found is None:
            self._say(pair.line, f"“{text}” is not {what}", "Correct it.")
        return found

    def _at(self, fields: dict[str, Pair], key: str) -> float:
        at_s = self._duration(fields.get(key), 0.0) or 0.0
        if at_s > LONGEST_S:
            self._say(fields[key].line, "a scenario lasts at most 31 days", "Choose an earlier moment.")
        return at_s

    def _moment(self, text: str, line: int) -> float:
        found = _seconds(text)
        if found is None:
            self._say(line, f"“{text}” is no moment", "Write how long after the beginning: 0s, 30s, 5min.")
        return found or 0.0

    @staticmethod
    def _line(fields: dict[str, Pair], key: str, node: Node) -> int:
        return fields[key].line if key in fields else node.line


def _seconds(text: str) -> float | None:
    found = 0.0 if text.strip() == "0" else read_duration(text)
    return found if found is not None and found >= 0 else None


def _number(text: str) -> float | None:
    """A number, or a quantity of time, in base units."""
    try:
        return float(text) if re.fullmatch(r"[-+]?[\d.]+(?:[eE][-+]?\d+)?", text) else read_duration(text)
    except ValueError:
        return None
