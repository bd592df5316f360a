"""Alerts that are no rows: conditions in headings, blocks of fields; and prose that is never armed."""

import pytest

from watchbook.model.runbook import AlertRule, Runbook, Severity
from watchbook.reading import read_runbook


def _read(text: str, above: str = "## Alerting\n\n") -> Runbook:
    return read_runbook(f"# Basket\n\n{above}{text}\n")


def _one(text: str, above: str = "## Alerting\n\n") -> AlertRule:
    (alert,) = _read(text, above).alerts
    return alert


@pytest.mark.parametrize(
    ("heading", "name", "signal", "value", "window_s"),
    [
        ("### High Latency (P95 > 10s)", "High Latency", "latency", 10.0, 0.0),
        ("#### Alert: Slow baskets (P95 > 10s for 5m)", "Slow baskets", "latency", 10.0, 300.0),
        ("### 1. HighErrorRate - error rate > 5%", "HighErrorRate", "error_ratio", 0.05, 0.0),
        ("### 🔥 CPU is hot – CPU > 90% for 10 min", "CPU is hot", "cpu_utilization", 0.9, 600.0),
        ("### Queue too long: queue depth > 1,000", "Queue too long", "queue_depth", 1000.0, 0.0),
        ("### Error rate > 2% for 5min", "Error rate > 2% for 5min", "error_ratio", 0.02, 300.0),
        ("### Disk (`/var`) (disk usage > 85%)", "Disk (/var)", "disk_utilization", 0.85, 0.0),
    ],
)
def test_a_heading_under_alerting_may_hold_the_condition(
    heading: str, name: str, signal: str, value: float, window_s: float
) -> None:
    """In brackets, behind a dash or a colon, or as the whole heading."""
    alert = _one(f"{heading}\n\nLook at the graphs.")
    assert (alert.name, alert.condition.signal, alert.condition.value) == (name, signal, value)
    assert (alert.window_s, alert.line) == (window_s, 5)


_FIELDS = [
    "### High error rate\n\n- **Threshold**: > 10% errors\n- **Duration**: 5 minutes\n- **Severity**: Critical\n"
    "- **Action**: Page on-call immediately",
    "### High error rate\n\n**Condition:** error rate > 10%\n**For:** 5m\n**Priority:** P1\n**Notify:** page on-call",
    "### High error rate\n\nThreshold: > 10%\nDuration: 5 minutes\nSeverity: Critical\nResponse: Page on-call",
    "### High error rate\n\n| Field | Value |\n|---|---|\n| Trigger | errors > 10% |\n| Duration | 5 min |\n"
    "| Severity | SEV-1 |\n| Response | Page on-call |",
    "**High error rate**\n\n- Threshold: > 10% errors\n- For: 5 min\n- Severity: critical\n- Action: page on-call",
    "**High error rate**\nThreshold: > 10% errors\nFor: 5 min\nSeverity: critical\nAction: page on-call",
    "- **High error rate**\n  - Trigger: error rate > 10%\n  - Duration: 5 min\n  - Severity: critical\n"
    "  - Response: Page on-call",
    "1. **High error rate:**\n   - *Threshold*: > 10% errors\n   - *Window*: 5 minutes\n   - *Severity*: `critical`\n"
    "   - *Notify*: page on-call",
    "### [P1] High error rate\n\n**Metric:** Error rate\n**Threshold:** 10%\n**Duration:** 5 minutes\n**Action:** Page",
]


@pytest.mark.parametrize("block", _FIELDS)
def test_blocks_of_fields_are_alerts_like_rows(block: str) -> None:
    """Bullets, lines, tables of two columns, labels, nested items, with keys in any spelling: all say the same."""
    runbook = _read(block)
    (alert,) = runbook.alerts
    assert alert.name == "High error rate"
    assert (alert.severity, alert.window_s, alert.response.page) == (Severity.CRITICAL, 300.0, True)
    assert (alert.condition.signal, alert.condition.op, alert.condition.value) == ("error_ratio", ">", 0.1)
    told = {finding.code for finding in runbook.findings if finding.code.startswith("WB3")}
    assert told <= {"WB308"}, told


def test_a_bare_threshold_takes_the_only_direction_that_makes_sense_and_says_so() -> None:
    """`Threshold: 10%` of errors is above, of a hit ratio below; where both make sense nothing is guessed."""
    runbook = _read("### High error rate\n\n- Threshold: 10%\n\n### Low cache hit rate\n\n- Threshold: 70%\n")
    assert [(a.condition.op, a.condition.value) for a in runbook.alerts] == [(">", 0.1), ("<", 0.7)]
    said = [reading.says for reading in runbook.readings if "no operator" in reading.says]
    assert ["above" in said[0], "below" in said[1]] == [True, True]
    other = _read("### Budget\n\n- Threshold: 10%\n")
    assert other.alerts == ()
    assert [finding.line for finding in other.findings if finding.code == "WB301"] == [7]


def test_levels_in_fields_are_an_alert_each() -> None:
    """Warning and Critical fields of one block are two rules, as columns are."""
    runbook = _read("### CPU usage\n\n- **Warning**: > 70%\n- **Critical**: > 90%\n- **Duration**: 5m\n")
    assert [(a.name, a.severity.value, a.condition.value, a.window_s) for a in runbook.alerts] == [
        ("CPU usage warning", "medium", 0.7, 300.0), ("CPU usage critical", "critical", 0.9, 300.0),
    ]  # fmt: skip


def test_the_group_above_gives_the_severity_and_a_query_is_one() -> None:
    """`Critical alerts` over a block is its severity; an expression in a code span is evaluated as it stands."""
    block = "#### Baskets fail\n\n**Expression:** `sum(rate(fails_total[5m])) > 3`\n**Duration:** 2m\n"
    alert = _one(block, "## Alerting\n\n### Critical Alerts\n\n")
    assert (alert.severity, alert.window_s) == (Severity.CRITICAL, 120.0)
    assert alert.condition.promql == "sum(rate(fails_total[5m])) > 3"


_PAGE = """# Alert runbook

## CRITICAL alerts

### `BasketDown`

**Meaning:** Nobody can put anything into a basket.
**Impact:** No orders.

```bash
# Look at the pods
kubectl get pods -l app=basket
```

**Remediation:**

- Crash loop → look for a panic in the log
- Pending → check nodes with `kubectl top nodes`

## WARNING alerts

### `BasketSlow`

**Meaning:** p95 latency > 2s for 5 minutes.

1. Check the database: `kubectl get pods -l app=db`
"""


def test_an_alert_runbook_gives_the_alert_and_its_issue() -> None:
    """A heading named by an alert: in words it waits for the other system, with a figure it is a condition."""
    runbook = read_runbook(_PAGE)
    down, slow = runbook.alerts
    assert (down.condition.external, down.severity) == ("BasketDown", Severity.CRITICAL)
    assert (slow.condition.signal, slow.condition.value, slow.window_s) == ("latency", 2.0, 300.0)
    assert slow.severity is Severity.MEDIUM
    first, second = runbook.issues
    assert (first.name, first.alerts) == ("BasketDown", ("BasketDown",))
    assert [step.script for step in first.diagnosis] == ["kubectl get pods -l app=basket"]
    assert first.causes[0].name == "Crash loop"
    assert (second.alerts, len(second.diagnosis)) == (("BasketSlow",), 1)


@pytest.mark.parametrize(
    "text",
    [
        "## Troubleshooting\n\n### High latency (p95 > 2s)\n\n1. Look at the database.\n",
        "## Troubleshooting\n\n### Issue: Errors\n\n**Symptoms:**\n- Error rate > 5%\n\n**Resolution:** restart\n",
        "## Service levels\n\n### Latency (p95 < 300ms)\n\n**Target:** 99 %\n",
        "## SLOs\n\n### Errors\n\n- **Threshold**: < 1%\n- **Severity**: Critical\n",
        "## Scaling\n\n### Scale up\n\n- **Trigger**: CPU > 70%\n- **Action**: add a pod\n",
        "## Capacity planning\n\n- **Threshold**: 80% disk\n- **Action**: order more\n",
        "## Severity levels\n\n### Critical (error rate > 50%)\n\n**Response:** page everyone\n",
        "## Background\n\nErrors > 5% were seen for 10 minutes in March.\n",
        "## How it works\n\n### Retries (max > 3)\n\nAfter more than 3 failures the client gives up.\n",
        "## Go-live checklist\n\n- [ ] Error rate < 1%\n- [ ] p95 < 300ms\n",
    ],
)
def test_prose_targets_and_triggers_are_never_armed(text: str) -> None:
    """Only what stands under alerting, or names a severity or a page itself, is an alert."""
    assert read_runbook(f"# Basket\n\n{text}").alerts == ()


def test_outside_alerting_a_severity_or_a_page_word_makes_an_alert() -> None:
    """`Alert: X` with a severity, and a trigger that pages: both are meant, wherever they stand."""
    runbook = read_runbook(
        "# Basket\n\n## Troubleshooting\n\n### Alert: Baskets pile up (queue depth > 500 for 5m)\n\n"
        "**Severity:** High\n\n1. Check it: `kubectl get pods`\n\n"
        "### Slow checkout\n\n**Trigger:** p95 > 3s\n**Response:** page on-call\n"
    )
    assert [(a.name, a.condition.value, a.response.page) for a in runbook.alerts] == [
        ("Baskets pile up", 500.0, True), ("Slow checkout", 3.0, True),
    ]  # fmt: skip
    assert [issue.alerts for issue in runbook.issues] == [("Baskets pile up",), ("Slow checkout",)]


def test_a_condition_in_a_troubleshooting_heading_is_the_symptom() -> None:
    """It is measured while somebody looks, and pages nobody."""
    (issue,) = _read("### High latency (p95 > 2s)\n\n1. Look.\n", "## Troubleshooting\n\n").issues
    assert issue.name == "High latency"
    assert [(s.text, s.condition.value if s.condition else None) for s in issue.symptoms] == [
        ("p95 > 2s", 2.0)
    ]


def test_advice_at_length_is_left_to_the_issue() -> None:
    """An `Action` in sentences says what to do, not who is called."""
    runbook = _read(
        "### Alert Name: BasketFull\n\n- *Description*: `{{ $labels.pod }} is full`\n- *Severity*: `warning`\n"
        "- *Action*: Empty the oldest baskets first. If that does not help, add a node to the cluster.\n"
    )
    (alert,), (issue,) = runbook.alerts, runbook.issues
    assert (alert.condition.external, alert.response.text) == ("BasketFull", "")
    assert "oldest baskets" in (issue.causes[0].advice or "")
    assert not [finding for finding in runbook.findings if finding.code == "WB306"]


def test_placeholders_are_no_alerts() -> None:
    """A template's own heading is not filled in yet."""
    assert _read("### [Alert name] (P95 > [limit])\n\n- **Threshold**: [value]\n").alerts == ()


def test_fields_in_one_line_sentences_and_page_words_are_read() -> None:
    """Fields behind a name, `Fires when …` in a sentence, and `Page: yes`; an ornament in a heading rates nothing."""
    runbook = _read(
        "1. **CPU** – Threshold: 85 %, Duration: 10 minutes, Severity: Major\n\n### BasketFull (warning)\n\n"
        "Fires when disk usage > 85% for 30m.\n\n### Latency alert (p99 > 1.5s)\n\nPage: yes\n",
        "## 🚨 Alerts\n\n",
    )
    assert {(a.name, a.severity.value, a.condition.value, a.window_s, a.response.page) for a in runbook.alerts} == {
        ("CPU", "high", 0.85, 600.0, True), ("BasketFull", "medium", 0.85, 1800.0, False),
        ("Latency alert", "medium", 1.5, 0.0, True),
    }  # fmt: skip


def test_an_alert_under_monitoring_is_no_figure() -> None:
    """What names its severity there is an alert, and no finding says that its range is not understood."""
    runbook = _read(
        "1. **CPU** – Threshold: 85 %, Duration: 10 minutes, Severity: Major\n", "## Monitoring\n\n"
    )
    assert [alert.name for alert in runbook.alerts] == ["CPU"]
    assert not [finding for finding in runbook.findings if finding.code == "WB204"]


def test_a_document_named_by_its_duty_is_read_as_a_whole() -> None:
    """`On-call: search` is a title with alerts below it, not a list of contacts."""
    runbook = read_runbook(
        "# On-call: search\n\n## SearchRed (critical)\n\nLook.\n\n## SearchSlow\n\n"
        "**Severity:** low\n**Threshold:** p95 > 2s\n"
    )
    assert [(alert.name, alert.severity.value) for alert in runbook.alerts] == [
        ("SearchRed", "critical"), ("SearchSlow", "low"),
    ]  # fmt: skip
