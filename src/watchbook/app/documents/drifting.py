"""Where a runbook and a Prometheus no longer say the same, for `check --prometheus URL`. Pure.

Called by `documents.checking` with what `world.metrics.prometheus` read. It compares what both name: rules by their names,
queries as they are parsed, and the series that the runbook's queries need.
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from watchbook.measuring.labels import Matchers, QueryError
from watchbook.measuring.promql.parsing import parse
from watchbook.model.findings import finding
from watchbook.model.ids import slug
from watchbook.model.quantities import Unit, say
from watchbook.model.runbook import AlertRule, Finding, Runbook
from watchbook.reading.severities import read_severity
from watchbook.world.metrics.prometheus import RuleThere, There

_OF_SERVICE = ("service", "app", "job", "service_name")


def find_drift(runbook: Runbook, there: There) -> list[Finding]:
    """Rules that are missing there, differ, or are written nowhere here; and series that nobody has."""
    by_name = {slug(rule.name): rule for rule in there.rules}
    found: list[Finding] = []
    for alert in runbook.alerts:
        rule = by_name.get(slug(alert.name)) or by_name.get(slug(alert.condition.external or ""))
        if rule is None and alert.condition.external:
            found.append(finding("rule-absent", alert.line, name=alert.name))
        elif rule is not None and alert.condition.promql:
            differences = "; ".join(_differences(alert, rule))
            if differences:
                found.append(finding("rule-differs", alert.line, name=alert.name, difference=differences))
    queries = [(alert.condition.promql, alert.line) for alert in runbook.alerts]
    queries += [(metric.query, metric.line) for metric in runbook.metrics]
    for query, line in queries:
        for metric in sorted(_metrics_of(query or "") - there.metrics):
            found.append(finding("series-absent", line, metric=metric))
    return [*found, *_unwritten(runbook, there)]


def _differences(alert: AlertRule, rule: RuleThere) -> Iterator[str]:
    if not _is_same(alert.condition.promql or "", rule.query):
        yield f"its query there is `{' '.join(rule.query.split())}`"
    if alert.window_s != rule.window_s:
        yield f"it waits {say(rule.window_s, Unit.SECONDS)} there, and {say(alert.window_s, Unit.SECONDS)} here"
    severity = read_severity(rule.labels.get("severity", ""))
    if severity is not None and severity is not alert.severity:
        yield f"it is {severity.value} there, and {alert.severity.value} here"


def _is_same(one: str, other: str) -> bool:
    try:
        return parse(one) == parse(other)
    except QueryError:
        return " ".join(one.split()) == " ".join(other.split())


def _metrics_of(query: str) -> set[str]:
    """Names of the series that a query needs; none where it cannot be read, which has a finding of its own."""
    if not query:
        return set()
    try:
        return set(_names(parse(query)))
    except QueryError:
        return set()


def _names(node: object) -> Iterator[str]:
    if isinstance(node, Matchers):
        if node.metric:
            yield node.metric
    elif isinstance(node, tuple):
        for part in node:
            yield from _names(part)
    elif is_dataclass(node):
        for one in fields(node):
            yield from _names(getattr(node, one.name))


def _unwritten(runbook: Runbook, there: There) -> Iterator[Finding]:
    """Rules there that name this service and that no row names."""
    service = slug(runbook.service.name)
    here = {slug(name) for alert in runbook.alerts for name in (alert.name, alert.condition.external or "")}
    for rule in there.rules:
        if slug(rule.name) not in here and any(
            slug(rule.labels.get(key, "")) == service for key in _OF_SERVICE
        ):
            yield finding("rule-unwritten", 1, name=rule.name)
