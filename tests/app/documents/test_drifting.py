"""What a runbook and a Prometheus no longer say alike: rules, windows, severities, series."""

from watchbook.app.documents.drifting import find_drift
from watchbook.reading import read_runbook
from watchbook.world.metrics.prometheus import RuleThere, There

RUNBOOK = """# Till

**Service:** Till

## Key Metrics

- **Sales:** 2–8/s `sum(rate(sales_total[5m]))`

## Alerting

| Alert | Severity | Threshold | Response |
|---|---|---|---|
| Till Errors | critical | `sum(rate(errors_total{app="till"}[5m])) > 1` for 5m | Page on-call |
| Queue Stuck | high | | Page on-call |
| Slow | high | p95 > 500ms for 5m | Page on-call |
"""
SAME = 'sum  ( rate(errors_total{app="till"}[5m]) )  >  1'
METRICS = frozenset({"errors_total", "sales_total"})


def _codes(*rules: RuleThere, metrics: frozenset[str] = METRICS) -> list[tuple[str, int]]:
    return [(one.code, one.line) for one in find_drift(read_runbook(RUNBOOK), There(rules, metrics))]


def test_what_is_the_same_is_silent() -> None:
    """However a query is laid out, and whoever writes a severity in another word."""
    assert _codes(
        RuleThere("TillErrors", SAME, 300.0, {"severity": "page"}),
        RuleThere("Till Errors", SAME, 300.0, {"severity": "critical"}),
        RuleThere("QueueStuck", "queue > 5"),
        RuleThere("Queue Stuck", "queue > 5"),
        RuleThere("Other", "x > 1", 0.0, {"service": "ledger"}),
    ) == []  # fmt: skip


def test_what_differs_is_said_with_both_sides() -> None:
    """Query, window and severity in one sentence."""
    rule = RuleThere(
        "Till Errors", 'sum(rate(errors_total{app="till"}[1m])) > 2', 60.0, {"severity": "warning"}
    )
    found = [one for one in find_drift(read_runbook(RUNBOOK), There((rule,), METRICS)) if one.code == "WB324"]
    (one,) = found
    assert one.line == 13
    for part in ("[1m]", "> 2", "it waits 1 min there, and 5 min here", "medium there, and critical here"):
        assert part in one.message


def test_a_rule_that_nobody_evaluates_and_series_that_nobody_has() -> None:
    """An alert that waits for another system, a query over nothing."""
    assert _codes(metrics=frozenset({"errors_total"})) == [("WB323", 14), ("WB325", 7)]


def test_a_rule_of_the_service_that_no_row_names_is_a_note() -> None:
    """Known by its labels."""
    rule = RuleThere("TillDiskFull", "disk > 1", 0.0, {"app": "till"})
    assert ("WB326", 1) in _codes(rule, RuleThere("Queue Stuck", "q > 1"))
