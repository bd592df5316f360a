"""Prometheus rules in code blocks become alerts with their query, window, severity and line, or findings."""

from pathlib import Path

import pytest

from watchbook.measuring.promql.functions import FUNCTIONS as EVALUATED
from watchbook.measuring.promql.parsing import parse
from watchbook.model import promql
from watchbook.model.runbook import Level, Runbook, Severity
from watchbook.reading import read_runbook
from watchbook.reading.rule_fences import seconds_of

RULES = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "rules"

_GROUPS = """# Basket

## Alerting

```yaml
groups:
  - name: basket.rules
    interval: 30s
    rules:
      - record: job:basket_errors:rate5m
        expr: sum by (job) (rate(basket_errors_total[5m]))
      - alert: BasketErrors
        expr: |
          sum(rate(basket_errors_total[5m]))
            / sum(rate(basket_requests_total[5m])) > 0.02
        for: 1h30m
        keep_firing_for: 10m
        labels:
          severity: page
        annotations:
          summary: "Baskets fail: {{ $value | humanizePercentage }}"
          runbook_url: https://wiki.basket.test/errors
      - alert: BasketGone
        expr: absent(up{job="basket"} == 1)
        labels: {severity: warning, team: shop}
```
"""


def _codes(runbook: Runbook) -> list[str]:
    return [
        finding.code for finding in runbook.findings if finding.code in ("WB301", "WB318", "WB311", "WB208")
    ]


def test_a_group_gives_its_alerts_and_tells_its_recording_rules() -> None:
    """Query, window, severity, resolve time and line come from the rule; a recording rule is told and prose."""
    runbook = read_runbook(_GROUPS)
    errors, gone = runbook.alerts
    lines = _GROUPS.split("\n")
    assert (errors.name, errors.severity, errors.severity_text) == ("BasketErrors", Severity.CRITICAL, "page")
    assert (errors.window_s, errors.resolve_after_s, errors.scope) == (5400.0, 600.0, "each")
    assert errors.condition.promql == (
        "sum(rate(basket_errors_total[5m]))\n  / sum(rate(basket_requests_total[5m])) > 0.02"
    )
    assert lines[errors.line - 1].strip() == "- alert: BasketErrors"
    assert (gone.name, gone.severity, gone.window_s) == ("BasketGone", Severity.MEDIUM, 0.0)
    said = {reading.line: reading for reading in runbook.readings}
    record = said[lines.index("      - record: job:basket_errors:rate5m") + 1]
    assert record.kind == "prose"
    assert "Watchbook does not" in record.says
    assert _codes(runbook) == []


def test_a_rule_has_prometheus_semantics_for_missing_data_and_says_so() -> None:
    """Rule 2: imported rules use Prometheus' own semantics, where an empty answer ends the alert."""
    runbook = read_runbook(_GROUPS)
    assert {alert.no_data for alert in runbook.alerts} == {"ok"}
    says = [reading.says for reading in runbook.readings if "As in Prometheus" in reading.says]
    assert len(says) == 2
    assert "https://wiki.basket.test/errors" in says[0]


_MANIFEST = """# Basket

## Notes for operators

```
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: basket
spec:
  groups:
  - name: a
    labels:
      severity: critical
    rules:
    - alert: QueueStuck
      expr: basket_queue_length > 500
      for: 10m
```
"""
_BARE = """# Basket

```yml
- alert: DiskFull
  expr: node_filesystem_avail_bytes / node_filesystem_size_bytes < 0.1
  for: 5m
  labels:
    severity: warning
- alert: DiskFull
  expr: node_filesystem_avail_bytes / node_filesystem_size_bytes < 0.03
  labels:
    severity: critical
---
alert: ClockOff
expr: abs(node_timex_offset_seconds) > 0.05
labels: {severity: low}
```
"""


def test_a_manifest_in_an_unlabelled_fence_under_any_heading_is_read() -> None:
    """What says `alert:` and `expr:` is a rule wherever it stands; labels of the group are its labels."""
    (alert,) = read_runbook(_MANIFEST).alerts
    assert (alert.name, alert.severity, alert.window_s) == ("QueueStuck", Severity.CRITICAL, 600.0)


def test_bare_lists_and_several_documents_are_read_and_a_shared_name_is_told_apart() -> None:
    """Prometheus allows one name for each level; here a name is one alert."""
    runbook = read_runbook(_BARE)
    assert [(a.name, a.severity.value) for a in runbook.alerts] == [
        ("DiskFull", "medium"), ("DiskFull critical", "critical"), ("ClockOff", "low"),
    ]  # fmt: skip
    assert _codes(runbook) == []


def _one(rule: str, language: str = "yaml", above: str = "") -> Runbook:
    return read_runbook(f"# Basket\n\n## Alerts\n\n{above}```{language}\n{rule}\n```\n")


@pytest.mark.parametrize(
    ("rule", "code", "line", "part"),
    [
        ("- alert: A\n  expr: {{ .Values.metric }} > 1", "WB318", 7, "template"),
        (
            '{{- if .Values.alerts }}\n- alert: A\n  expr: up{job="b"} == 0\n{{- end }}',
            "WB318",
            6,
            "template",
        ),
        ("- alert: A\n  expr: x > {{ .Values.limit }}", "WB318", 6, "template"),
        ("- alert: A\n  expr: up == 0\n   for: 5m", "WB318", 8, "YAML"),
        ("- alert: A\n  expr: up == 0\n  annotations:\n    summary: Down: call", "WB318", 9, "YAML"),
        ("- alert: A\n  expr: sum(rate(x[5m])", "WB301", 7, "does not parse"),
        ('- alert: A\n  expr: rate({app="x"} |= "error" [5m]) > 1', "WB301", 7, "does not parse"),
        ("- alert: A\n  expr: rate(x[5m])", "WB301", 7, "compares nothing"),
        ("- alert: A\n  expr: x > bool 1", "WB301", 7, "compares nothing"),
        ("- alert: A\n  expr: limitk(2, x) > 1", "WB301", 7, "limitk"),
        ("- alert: A\n  expr: ", "WB301", 7, "does not parse"),
    ],
)
def test_what_cannot_be_read_has_a_finding_on_its_line_and_arms_nothing(
    rule: str, code: str, line: int, part: str
) -> None:
    """A template, bad YAML, a query that nobody can evaluate: told, never guessed, never raised."""
    runbook = _one(rule)
    assert runbook.alerts == ()
    found = [finding for finding in runbook.findings if finding.code == code]
    assert [finding.line for finding in found] == [line]
    assert part in found[0].message


def test_a_bad_duration_is_told_and_the_alert_kept() -> None:
    """Without its window the alert fires sooner, never later."""
    runbook = _one("- alert: A\n  expr: up == 0\n  for: five\n  labels: {severity: high}")
    assert [alert.window_s for alert in runbook.alerts] == [0.0]
    assert _codes(runbook) == ["WB208"]


def test_an_example_is_told_and_not_armed() -> None:
    """What the page itself calls an example may be anybody's rule."""
    runbook = _one("- alert: A\n  expr: up == 0", above="For example:\n\n")
    assert runbook.alerts == ()
    (found,) = [finding for finding in runbook.findings if finding.code == "WB318"]
    assert (found.severity, "example" in found.message) == (Level.NOTE, True)


def test_a_row_without_a_condition_takes_the_query_of_the_rule_of_its_name() -> None:
    """A table for people and the rules below it are one alert: the row's response, the rule's query."""
    runbook = read_runbook(
        "# Basket\n\n## Alerts\n\n| Alert | Severity | Action |\n|---|---|---|\n"
        "| BasketDown | Critical | Page on-call immediately |\n\n"
        '```yaml\n- alert: BasketDown\n  expr: sum(up{job="basket"}) == 0\n  for: 2m\n```\n'
    )
    (alert,) = runbook.alerts
    assert (alert.line, alert.window_s, alert.response.page) == (7, 120.0, True)
    assert alert.condition.promql == 'sum(up{job="basket"}) == 0'
    assert not [finding for finding in runbook.findings if finding.code == "WB313"]


def test_one_condition_with_its_labels_is_an_alert_named_by_its_heading() -> None:
    """Some write a rule without the name of the alert, as another product asks for it."""
    block = "condition: sum(rate(fails_total[5m])) > 5\nfor: 5m\nlabels:\n  severity: warning"
    (alert,) = _one(block, above="### Too many fails\n\n").alerts
    assert (alert.name, alert.window_s, alert.severity) == ("Too many fails", 300.0, Severity.MEDIUM)
    assert alert.condition.promql == "sum(rate(fails_total[5m])) > 5"
    refused = _one(block.replace("fails_total", "fails{a=b}"), above="### Too many fails\n\n")
    assert (refused.alerts, _codes(refused)) == ((), ["WB301"])


@pytest.mark.parametrize(
    "fence",
    [
        "route:\n  receiver: team\nreceivers:\n- name: team",
        '{"panels": [{"alert": {"name": "x"}, "expr": "y"}]}',
        "condition: C\nfor: 5m\ndata:\n- refId: A",
        "condition: service_healthy\nfor: db",
        "alert: email me\nto: ops",
        "scrape_configs:\n- job_name: x",
    ],
)
def test_other_configuration_is_no_alert(fence: str) -> None:
    """Routing, dashboards and settings hold words such as alert and never arm anything."""
    runbook = _one(fence)
    assert runbook.alerts == ()
    assert "WB318" not in _codes(runbook)


def test_durations_are_prometheus_own() -> None:
    """Units in falling order, a bare 0, and nothing else."""
    assert seconds_of("1d12h") == 129_600.0
    assert seconds_of("90s") == 90.0
    assert seconds_of("250ms") == 0.25
    assert seconds_of("0") == 0.0
    assert [seconds_of(text) for text in ("", "5", "5 m", "5m1h", "five", "1.5h")] == [None] * 6


def test_the_names_that_reading_knows_are_those_that_are_evaluated() -> None:
    """A function that is evaluated is never refused, and one that is not is told when the page is read."""
    assert frozenset(EVALUATED) == promql.FUNCTIONS
    first = {"topk": "1, ", "bottomk": "1, ", "quantile": "1, ", "count_values": '"v", '}
    for name in promql.AGGREGATIONS:
        parse(f"{name}({first.get(name, '')}x)")


@pytest.mark.skipif(not RULES.exists(), reason="strangers' rules are not part of the repository")
def test_every_alert_of_strangers_rule_files_is_read() -> None:
    """Real rule files, read as a fence: as many alerts as they have, each with its query as it stands."""
    import yaml

    count = 0
    for path in sorted(RULES.rglob("rules.yaml")):
        loaded = yaml.safe_load(path.read_text())
        groups = loaded.get("groups") or loaded["spec"]["groups"]
        wanted = [rule for group in groups for rule in group["rules"] if "alert" in rule]
        runbook = read_runbook(f"# X\n\n## Alerting\n\n```yaml\n{path.read_text()}\n```\n")
        assert [a.condition.promql for a in runbook.alerts] == [r["expr"].strip() for r in wanted], path
        count += len(wanted)
    assert count > 100
