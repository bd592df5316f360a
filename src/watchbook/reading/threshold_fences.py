"""Alerts in a YAML block that are no rules of Prometheus: entries with a metric, a threshold, a duration and a severity.

Called by `reading.rule_fences` for the blocks that it does not read itself. An entry becomes the fields of an alert, which
`reading.alert_blocks` takes as if they stood below a heading; what a threshold means is read there.
"""

import re
from collections.abc import Iterator

from watchbook.reading import alert_blocks
from watchbook.reading.alerting import Alerts
from watchbook.reading.blocks import Fence, Line
from watchbook.reading.yaml_nodes import Node, YamlError, read_documents

_LANGUAGES = frozenset({"", "yaml", "yml"})
_LEVEL = re.compile(r"^[ \t]*(?:-[ \t]+)?threshold[ \t]*:[ \t]*\S", re.MULTILINE)
_RATED = re.compile(r"^[ \t]*(?:-[ \t]+)?(?:severity|priority|level)[ \t]*:[ \t]*\S", re.MULTILINE)
_LISTS = frozenset({"alerts", "alert_rules", "alertrules", "alarms", "alerting"})
_NAMES = ("alert", "name", "title", "alarm")
_METRICS = ("metric", "signal", "indicator")
_RATINGS = ("severity", "priority", "level")
_DURATIONS = ("for", "duration", "window", "period")
_OPERATORS = ("operator", "comparison", "op")
_DEEPEST = 6


def is_thresholds(fence: Fence) -> bool:
    """Whether a block holds thresholds with severities."""
    if fence.language.casefold() not in _LANGUAGES:
        return False
    return _LEVEL.search(fence.text) is not None and _RATED.search(fence.text) is not None


def read_thresholds(fence: Fence, alerting: bool, alerts: Alerts) -> None:
    """Takes the entries below `alerts:`, or all where the block stands under alerting; a block that is no YAML is left."""
    try:
        documents = list(read_documents(fence.text, fence.first_line))
    except YamlError:
        return
    entries = [entry for node in documents for entry in _entries(node, alerting)]
    begins = [_line(entry) for entry in entries] + [fence.first_line + len(fence.lines)]
    for entry, following in zip(entries, begins[1:], strict=False):
        _take(entry, following - 1, alerts)
    if entries:
        for number in range(fence.line, fence.end_line + 1):
            if number not in alerts.notes.read_lines:
                alerts.notes.prose(number)


def _entries(node: Node, inside: bool, depth: int = 0) -> Iterator[Node]:
    keys = {pair.key.casefold() for pair in node.entries}
    if inside and "threshold" in keys and keys & {*_NAMES, *_METRICS} and keys & {*_RATINGS}:
        yield node
    elif depth < _DEEPEST:
        for one in node.listed:
            yield from _entries(one, inside, depth + 1)
        for pair in node.entries:
            yield from _entries(pair.value, inside or pair.key.casefold() in _LISTS, depth + 1)


def _take(entry: Node, last: int, alerts: Alerts) -> None:
    said = {pair.key.casefold(): pair for pair in entry.entries if pair.value.text}

    def first(keys: tuple[str, ...]) -> Line | None:
        pair = next((said[key] for key in keys if key in said), None)
        return Line(pair.line, (pair.value.text or "").strip()) if pair else None

    metric, level, operator = first(_METRICS), first(("threshold",)), first(_OPERATORS)
    name = first(_NAMES) or metric
    if level is None or name is None:
        return
    if operator is not None:
        level = Line(level.number, f"{operator.text} {level.text}")
    fields = {"threshold": level, "severity": first(_RATINGS), "window": first(_DURATIONS)}
    if metric is not None:
        fields["metric"] = Line(metric.number, metric.text.replace("_", " "))
    written = {key: value for key, value in fields.items() if value is not None}
    alert_blocks.take_fields(_spoken(name.text), _line(entry), written, alerts)
    for number in range(_line(entry), last + 1):
        if number not in alerts.notes.read_lines and any(pair.line == number for pair in entry.entries):
            alerts.notes.also_read(number)


def _spoken(name: str) -> str:
    """`error_rate` → `error rate`; other names as they are."""
    return name.replace("_", " ") if name.islower() else name


def _line(entry: Node) -> int:
    return min((pair.line for pair in entry.entries), default=entry.line)
