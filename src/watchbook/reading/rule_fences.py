"""Prometheus alert rules in code blocks: groups, a PrometheusRule manifest, or a bare list of rules.

Called by `reading.runbook` before tables and blocks of alerts are read. Each rule becomes an alert with its query, as
Prometheus means it: it fires for every series that the query gives, and missing data ends it. Recording rules are
told and never evaluated. What the query says is `reading.queries`', YAML is `reading.yaml_nodes`'.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from watchbook.model.ids import slug
from watchbook.model.runbook import AlertRule, Level
from watchbook.reading.alerting import Alerts, WrittenAlert, take
from watchbook.reading.blocks import Block, Fence, Paragraph
from watchbook.reading.conditions import Misread, ReadCondition
from watchbook.reading.document import Section
from watchbook.reading.fences import nested_fences
from watchbook.reading.naming import Names
from watchbook.reading.queries import read_rule_query
from watchbook.reading.query_fences import Query, find_queries
from watchbook.reading.step_text import Lines
from watchbook.reading.threshold_fences import is_thresholds, read_thresholds
from watchbook.reading.yaml_nodes import Node, Pair, YamlError, read_documents

_LANGUAGES = frozenset(
    {"", "yaml", "yml", "promql", "prometheus", "prom", "json", "text", "txt", "helm", "jinja"}
)
_ALERT = re.compile(r"^[ \t]*(?:-[ \t]+)?[\"']?(?:alert|record)[\"']?[ \t]*:[ \t]*\S", re.MULTILINE)
_EXPR = re.compile(r"^[ \t]*(?:-[ \t]+)?[\"']?expr[\"']?[ \t]*:", re.MULTILINE)
_CONDITION = re.compile(r"^condition[ \t]*:[^\n]*[<>=]", re.MULTILINE)
_HELD = re.compile(r"^(?:for|labels)[ \t]*:", re.MULTILINE)
_TEMPLATE = re.compile(
    r"\{\{-|-\}\}|\{\{\s*(?:\.\w+|include|if|range|end|with|template|toYaml|default|tpl)\b|\{%"
)
_EXAMPLE = re.compile(r"\b(?:examples?|sample|template|e\.g\.|for instance|exercise)\b", re.IGNORECASE)
_DURATION = re.compile(r"(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?")
_SECONDS = (31_536_000.0, 604_800.0, 86_400.0, 3_600.0, 60.0, 1.0, 0.001)
_MISSING = "As in Prometheus, it fires for every series that the query gives, and missing data ends it"


@dataclass(slots=True)
class Rules:
    """The rules in the code blocks of a document. `names` counts them by name, which several may share."""

    alerts: Alerts
    names: dict[str, int] = field(default_factory=dict)
    found: "list[tuple[_Rule, ReadCondition]]" = field(default_factory=list)
    _taken: Names = field(default_factory=lambda: Names(slug))
    _rows: dict[str, AlertRule] = field(default_factory=dict)  # the first alert of each name

    def take(self) -> None:
        """Makes alerts of them, once rows and blocks of alerts are read; a row without a condition took its query."""
        for key, _ in self.alerts.lines:
            self._taken.take(key)
        looked = 0
        for rule, read in self.found:
            for row in self.alerts.rules[looked:]:
                self._rows.setdefault(slug(row.name), row)
            looked = len(self.alerts.rules)
            self._take(rule, read)

    def fence(self, fence: Fence, introduced: str) -> None:
        notes = self.alerts.notes
        if _EXAMPLE.search(introduced):
            notes.find(
                "rules-not-read", fence, reason="the words above call them an example", level=Level.NOTE,
                advice="Take that word away where these rules are in use.",
            )  # fmt: skip
            notes.prose(fence)
            return
        try:
            rules = [
                rule
                for node in read_documents(fence.text, fence.first_line)
                for rule in _rules_of(_spelled(node, introduced.partition("\n")[0].strip()))
            ]
        except YamlError as error:
            templated = _TEMPLATE.search(fence.text)
            notes.find(
                "rules-not-read", error.line, reason=_TEMPLATED if templated else f"this is no YAML, {error.what}",
                advice=_RENDER if templated else "Mend the line; Prometheus refuses the whole file as well.",
            )  # fmt: skip
            notes.prose(fence)
            return
        notes.also_read(Lines(fence.line, fence.first_line - 1))
        begins = [rule.line for rule in rules] + [fence.first_line + len(fence.lines)]
        for rule, following in zip(rules, begins[1:], strict=True):
            self.rule(rule, following - 1)
        self._told_around(fence)

    def query(self, query: Query) -> None:
        """A query alone in a block is the condition of its alert; one that compares nothing is shown."""
        fence, name = query.fence, query.name
        read = read_rule_query(fence.text, name)
        if isinstance(read, Misread) or slug(name) in self.alerts.queries:
            return
        line = fence.first_line
        pairs = (Pair("alert", line, Node(line, name)), Pair("expr", line, Node(line, fence.text)))
        self.alerts.queries[slug(name)] = read = replace(read, no_data="ok")
        self.found.append((_Rule(Node(line, pairs=pairs), Node(), query), read))

    def _told_around(self, fence: Fence) -> None:
        """What stands between the rules (groups, a manifest's head) belongs to no alert."""
        notes = self.alerts.notes
        for number in range(fence.line, fence.end_line + 1):
            if number not in notes.read_lines:
                notes.prose(number)

    def rule(self, rule: "_Rule", end_line: int) -> None:
        notes = self.alerts.notes
        place = Lines(rule.line, max(rule.line, end_line))
        if rule.record is not None:
            notes.aside(
                place, f"The recording rule {rule.record.said}: Prometheus evaluates it, Watchbook does not."
            )
            return
        name = rule.name.said
        if any(
            "{{" in part.said for part in (rule.name, rule.expr, rule.at("for"), rule.labelled("severity"))
        ):
            notes.find("rules-not-read", rule.name.line, mark=name, reason=_TEMPLATED, advice=_RENDER)
            notes.prose(place)
            return
        read = self._condition(rule)
        if isinstance(read, Misread):
            notes.misread(read.name, rule.expr.line, read.mark, read.values)
            notes.prose(place)
            return
        notes.also_read(place)
        self.found.append((rule, read))
        self.alerts.queries.setdefault(slug(name), read)

    def _condition(self, rule: "_Rule") -> ReadCondition | Misread:
        read = read_rule_query(rule.expr.said, rule.name.said)
        if isinstance(read, Misread):
            return read
        return replace(read, window_s=self._seconds(rule, "for") or 0.0, no_data="ok")

    def _seconds(self, rule: "_Rule", key: str) -> float | None:
        """A duration as Prometheus writes it; a finding where it is none."""
        node = rule.at(key)
        if node.empty:
            return None
        found = seconds_of(node.said)
        if found is None:
            self.alerts.notes.find(
                "duration-not-understood", node.line, mark=node.said, text=node.said, name=rule.name.said
            )
        return found

    def _take(self, rule: "_Rule", read: ReadCondition) -> None:
        notes, name = self.alerts.notes, rule.name.said
        if rule.alone is not None:
            if slug(name) not in self._rows and not rule.alone.certain:
                return
            notes.also_read(rule.alone.fence)
        row = self._rows.get(slug(name))
        if (
            row is not None
            and (row.condition == read.condition or rule.alone is not None)
            and slug(name) not in self.names
        ):
            self.names[slug(name)] = 1
            notes.tell(rule.name.line, "alert", f"The query of the alert {row.name} on line {row.line}.")
            return
        severity = (
            rule.labelled("severity").said or rule.labelled("priority").said or rule.labelled("level").said
        )
        keep_s = self._seconds(rule, "keep_firing_for")
        count = self.names[slug(name)] = self.names.get(slug(name), 0) + 1
        if count > 1:
            name = self._another(name, severity)
        self._taken.take(name)
        take(
            WrittenAlert(
                name, rule.name.line, None, severity, text=rule.told, read=read, resolve_after_s=keep_s
            ),
            self.alerts,
        )
        link = rule.annotated("runbook_url").said
        also = f" Its runbook is {link}." if link and "{{" not in link else ""
        told = f": {rule.told}" if rule.told else ""
        notes.tell(rule.name.line, "alert", f"{_MISSING}{told.rstrip('.')}.{also}")

    def _another(self, name: str, severity: str) -> str:
        """Rules may share a name (one for each level); an alert's name is its own."""
        return self._taken.unique(f"{name} {severity}" if severity else f"{name} 2")


_TEMPLATED = "a template fills them in, and what comes out is not known here"
_RENDER = "Put the rendered rules here (`helm template`), or a row for the alert in a table under Alerting."


@dataclass(frozen=True, slots=True)
class _Rule:
    """One mapping with `alert` or `record`, and the labels of its group."""

    node: Node
    group: Node
    alone: Query | None = None  # a query in a block of its own, whose alert stands elsewhere

    @property
    def line(self) -> int:
        return min((pair.line for pair in self.node.entries), default=self.node.line)

    @property
    def name(self) -> Node:
        return _with_line(self.node, "alert")

    @property
    def record(self) -> Node | None:
        return self.node.at("record") if not self.node.at("record").empty else None

    @property
    def expr(self) -> Node:
        return _with_line(self.node, "expr")

    @property
    def told(self) -> str:
        """What the rule says of itself, without the template's variables being filled in."""
        for key in ("summary", "description", "message"):
            text = " ".join(self.annotated(key).said.split())
            if text:
                return text[:200]
        return ""

    def at(self, key: str) -> Node:
        return _with_line(self.node, key)

    def labelled(self, name: str) -> Node:
        own = self.node.at("labels", name)
        return own if not own.empty else self.group.at("labels", name)

    def annotated(self, name: str) -> Node:
        return self.node.at("annotations", name)


def _with_line(node: Node, key: str) -> Node:
    """The value under a key, at the line of the key: blocks of text begin below it."""
    pair: Pair | None = next((pair for pair in node.entries if pair.key == key), None)
    return replace(pair.value, line=pair.line) if pair else Node(node.line)


def _spelled(node: Node, title: str) -> Node:
    """A rule without a name whose query is a `condition`, as Prometheus would spell it; its heading is its name."""
    keys = {pair.key: pair for pair in node.entries}
    condition = keys.get("condition")
    if condition is None or "expr" in keys or not keys.keys() & {"for", "labels"}:
        return node
    named = next((keys[key].value.said for key in ("alert", "name", "title") if key in keys), "") or title
    rest = tuple(pair for pair in node.entries if pair.key not in ("condition", "alert", "name", "title"))
    name = Pair("alert", condition.line, Node(condition.line, text=named))
    return replace(node, pairs=(name, Pair("expr", condition.line, condition.value), *rest))


def _rules_of(node: Node, group: Node | None = None, depth: int = 0) -> Iterator[_Rule]:
    """The rules below a node, wherever they stand: groups, a manifest's `spec`, values of a chart, a bare list."""
    group = group or Node()
    keys = {pair.key for pair in node.entries}
    if "expr" in keys and keys & {"alert", "record"}:
        yield _Rule(node, group)
    elif depth < _DEEPEST:
        here = node if "rules" in keys else group
        for below in (*node.listed, *(pair.value for pair in node.entries)):
            yield from _rules_of(below, here, depth + 1)


_DEEPEST = 12  # of groups in a manifest in a list in values


def seconds_of(text: str) -> float | None:
    """A duration in Prometheus' notation, in seconds: `5m`, `1h30m`, `0`."""
    text = text.strip()
    if text == "0":
        return 0.0
    found = _DURATION.fullmatch(text)
    if not text or found is None:
        return None
    return sum(int(part) * unit for part, unit in zip(found.groups(), _SECONDS, strict=True) if part)


def is_rules(fence: Fence) -> bool:
    """Whether a code block holds alert or recording rules of Prometheus, or one condition with its labels."""
    if fence.language.casefold() not in _LANGUAGES:
        return False
    if _EXPR.search(fence.text) is not None and _ALERT.search(fence.text) is not None:
        return True
    return _CONDITION.search(fence.text) is not None and _HELD.search(fence.text) is not None


def find(sections: tuple[Section, ...], alerts: Alerts) -> Rules:
    """The rules of every code block in the sections; `take` makes alerts of them."""
    rules = Rules(alerts)
    for section in sections:
        for part in section.walk():
            for fence, introduced in _introduced(part):
                if is_rules(fence):
                    rules.fence(fence, introduced)
                elif is_thresholds(fence) and not _EXAMPLE.search(introduced):
                    read_thresholds(fence, section.kind == "alerting", alerts)
    for query in find_queries(sections):
        if not is_rules(query.fence):
            rules.query(query)
    return rules


def _introduced(section: Section) -> Iterator[tuple[Fence, str]]:
    """The code blocks of a section with its title and the words right before each."""
    before: Block | None = None
    for block in section.blocks:
        words = before.text if isinstance(before, Paragraph) else ""
        for fence in nested_fences((block,)):
            yield fence, f"{section.title}\n{words}"
        before = block
