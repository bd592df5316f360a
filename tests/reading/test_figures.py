"""Every number outside alerting gets its role, from tables of any shape and from items; none of them is ever an alert."""

import pytest

from watchbook.model.runbook import AlertRule, Role, Runbook
from watchbook.reading import read_runbook
from watchbook.reading.contract import contract
from watchbook.reading.differences import differences
from watchbook.reading.figures import say_figure


def _table(title: str, header: str, *rows: str) -> str:
    rule = "---|" * (header.count("|") + 1)
    return f"# Shop\n\n## {title}\n\n| {header} |\n|{rule}\n" + "".join(f"| {row} |\n" for row in rows)


def _said(rule: AlertRule) -> str:
    """`role name op value`, base units, with the window where there is one."""
    window = f" for {rule.window_s:g}" if rule.window_s else ""
    place = f" in {rule.environment}" if rule.environment else ""
    return f"{rule.role.value} {rule.name}{place} {rule.condition.op} {rule.condition.value:g}{window}"


def _alerts(runbook: Runbook) -> list[str]:
    return [
        f"{rule.severity.value} {rule.name} {rule.condition.op} {rule.condition.value:g}"
        + (f" for {rule.window_s:g}" if rule.window_s else "")
        for rule in runbook.alerts
    ]


# title, header, row → alerts, figures
SHAPES: list[tuple[str, str, str, list[str], list[str]]] = [
    # two columns that say which is which, in any order, in any section
    ("Notes", "Metric | Target | Alert Threshold", "Error rate | < 0.1% | > 1%",
     ["medium Error rate > 0.01"], ["target Error rate < 0.001"]),
    ("Notes", "Alert Threshold | Target | Metric", "> 1% | < 0.1% | Error rate",
     ["medium Error rate > 0.01"], ["target Error rate < 0.001"]),
    ("Notes", "Metric | Target | Alert Threshold", "Queue depth | 100 | 1,000",
     ["medium Queue depth > 1000"], ["target Queue depth <= 100"]),
    ("Notes", "Metric | Target | Alert Threshold", "Availability | 99.9% | 99%",
     ["medium Availability < 0.99"], ["target Availability >= 0.999"]),
    ("Boards", "Warning | Metric | Critical | Normal", "70% | CPU | 90% | 20-50%",
     ["medium CPU warning > 0.7", "critical CPU critical > 0.9"], ["band CPU >= 0.2", "band CPU <= 0.5"]),
    ("Capacity", "Resource | Green | Yellow | Red", "Disk usage | <70% | 70–85% | >85%",
     ["medium Disk usage warning >= 0.7", "critical Disk usage critical > 0.85"], ["band Disk usage < 0.7"]),
    ("Capacity", "Resource | 🟢 | 🟡 | 🔴", "Memory | < 75% | 75% | 90%",
     ["medium Memory warning > 0.75", "critical Memory critical > 0.9"], ["band Memory < 0.75"]),
    ("Numbers", "Metric | OK | WARN | CRIT", "Queue depth | 0-100 | 101-1000 | 1001+",
     ["medium Queue depth warning >= 101", "critical Queue depth critical >= 1001"],
     ["band Queue depth >= 0", "band Queue depth <= 100"]),
    ("Numbers", "KPI | Baseline | Target | Current", "Error rate | 0.5% | 0.1% | 0.3%",
     [], ["band Error rate == 0.005", "target Error rate <= 0.001"]),
    ("Numbers", "Metric | Current | Target | Status", "Throughput | 1,200 req/s | 1,000 req/s | ✅",
     [], ["target Throughput >= 1000"]),
    ("Last look", "Check | Expected | Actual", "p95 latency | < 300ms | 120ms", [], ["band p95 latency < 0.3"]),
    ("Smoke test", "Check | Expected | Actual", "p95 latency | < 300ms | 120ms", [], ["checklist p95 latency < 0.3"]),
    ("Limits", "Metric | Min | Max", "CPU utilization | 10% | 80%",
     [], ["band CPU utilization >= 0.1", "band CPU utilization <= 0.8"]),
    ("Limits", "Max | Metric | Min", "80% | CPU utilization | 10%",
     [], ["band CPU utilization <= 0.8", "band CPU utilization >= 0.1"]),
    ("Decide", "Metric | Go Threshold | No-Go Threshold", "Error rate | ≤ 0.5% | > 2%",
     [], ["checklist Error rate <= 0.005", "checklist Error rate > 0.02"]),
    ("Decide", "No-Go | Criterion | Go", "> 1 s | p95 | < 300 ms",
     [], ["checklist p95 > 1", "checklist p95 < 0.3"]),
    ("Canary", "Metric | Pass | Fail", "Latency p95 | ≤ 1.1x baseline | > 1.5x baseline",
     [], ["checklist Latency p95 <= 1.1", "checklist Latency p95 > 1.5"]),
    ("Launch criteria", "Criteria | Threshold", "Error rate | < 0.5%", [], ["checklist Error rate < 0.005"]),
    ("Rollback criteria", "Metric | Threshold", "p95 latency | > 2s for 5 min",
     [], ["checklist p95 latency > 2 for 300"]),
    ("Acceptance criteria", "Metric | Warning | Critical", "Error rate | > 1% | > 5%",
     [], ["checklist Error rate > 0.01", "checklist Error rate > 0.05"]),
    ("Scaling Triggers", "Metric | Scale Up At | Scale Down At", "CPU Usage | > 70% for 5m | < 20% for 10m",
     [], ["trigger CPU Usage > 0.7 for 300", "trigger CPU Usage < 0.2 for 600"]),
    ("Anything", "Metric | Scale out | Scale in | Cooldown", "RPS per pod | 500 | 100 | 5m",
     [], ["trigger RPS per pod > 500", "trigger RPS per pod < 100"]),
    ("HPA", "Metric | Target | Min | Max", "CPU | 70% | 3 | 20",
     [], ["trigger CPU > 0.7", "trigger CPU replicas >= 3", "trigger CPU replicas <= 20"]),
    ("Autoscaling", "Metric | Threshold | Alert", "CPU | 70% | 90%", [], ["trigger CPU > 0.7", "trigger CPU > 0.9"]),
    ("SLOs", "SLI | SLO | Window", "Availability | 99.9% | 30 days", [], ["target Availability >= 0.999"]),
    ("SLOs", "Indicator | Objective | Error Budget", "Uptime | 99.95% | 21.6 min/month",
     [], ["target Uptime >= 0.9995", "target Uptime error budget <= 1296"]),
    ("SLOs", "Metric | Value", "p99 latency | 300ms", [], ["target p99 latency <= 0.3"]),
    ("Tiers", "Service | Availability SLO | Latency SLO (p99)", "search | 99.9% | 500ms",
     [], ["target search Availability >= 0.999", "target search Latency (p99) <= 0.5"]),
    ("Targets", "Environment | Uptime | Response time", "staging | 95% | < 500ms",
     [], ["target Uptime in staging >= 0.95", "target Response time in staging < 0.5"]),
    ("Overview of places", "Environment | Purpose | Performance Target", "Production | Live | 99.9% uptime, < 200ms latency",
     [], ["target uptime in Production >= 0.999", "target latency in Production < 0.2"]),
    ("Promises", "Component | RTO | RPO", "Postgres | 1 hour | 5 minutes",
     [], ["target Postgres RTO <= 3600", "target Postgres RPO <= 300"]),
    ("Monitoring", "Metric | Unit | Warning | Critical", "Latency | ms | 500 | 1000",
     ["medium Latency warning > 0.5", "critical Latency critical > 1"], []),
    ("Monitoring", "Metric | Unit | Warning | Critical", "CPU | % | 80 | 95",
     ["medium CPU warning > 0.8", "critical CPU critical > 0.95"], []),
    ("Dashboards", "Metric | Command | Alert Threshold", "CPU Usage | `docker stats` | > 80% for 5m",
     ["medium CPU Usage > 0.8 for 300"], []),
    ("Key Metrics", "Metric | Threshold | Alert Severity", "Error rate | 5% | P1", ["critical Error rate > 0.05"], []),
    ("Alerts", "Metric | Warning / Critical", "CPU usage | 70% / 85%",
     ["medium CPU usage warning > 0.7", "critical CPU usage critical > 0.85"], []),
    ("Alerts", "Alert | Threshold | Action", "High CPU | >70% = warning, >85% = critical | Scale up",
     ["medium High CPU warning > 0.7", "critical High CPU critical > 0.85"], []),
    ("Alerts", "Alert | Threshold | Action", "Disk | WARN > 70, CRIT > 85 | Clean up",
     ["medium Disk warning > 0.7", "critical Disk critical > 0.85"], []),
    ("Alerts", "Alert | Threshold | Action", "Disk | WARN > 70%, CRIT > 85% | Clean up",
     ["medium Disk warning > 0.7", "critical Disk critical > 0.85"], []),
    ("Alerts", "Alert | Severity | Threshold", "High CPU | Critical | 80%", ["critical High CPU > 0.8"], []),
    ("Alerts", "Metric | Warning | Critical | Action", "Latency p95 (ms) | 500 | 1000 | Page on-call",
     ["medium Latency p95 warning > 0.5", "critical Latency p95 critical > 1"], []),
    ("Monitoring", "Metric | Warning (%) | Critical (%)", "CPU | 70 | 90",
     ["medium CPU warning > 0.7", "critical CPU critical > 0.9"], []),
    ("Thresholds", "Check | Alert Threshold", "Backups | No successful backup for 26h", ["medium Backups > 93600"], []),
    ("Thresholds", "Check | Alert Threshold", "Instances | 0 healthy", ["medium Instances <= 0"], []),
    ("Thresholds", "Metric | Alert", "Disk | Yes (> 90%)", ["medium Disk > 0.9"], []),
    ("Monitoring", "Metric | Expected | Alert if", "Error rate | < 1% | > 5%", ["medium Error rate > 0.05"], []),
    ("Matrix", "Metric | P1 | P2 | P3", "Error rate | > 10% | > 5% | > 1%",
     ["critical Error rate p1 > 0.1", "high Error rate p2 > 0.05", "medium Error rate p3 > 0.01"], []),
    ("Alerting rules", "Condition | Severity | Response", "p99 > 2s for 10 minutes | P1 | Page on-call",
     ["critical p99 > 2s for 10 minutes > 2 for 600"], []),
    ("Watch", "Metric | Threshold | Action", "Error rate | > 5% | Page on-call", ["medium Error rate > 0.05"], []),
    ("Levels", "Metric | Normal | Warning | Critical", "Disk free | >30% | 10-30% | <10%",
     ["medium Disk free warning <= 0.3", "critical Disk free critical < 0.1"], ["band Disk free > 0.3"]),
    ("Services", "Service | Min replicas | Max replicas | Target CPU", "search | 3 | 20 | 70%",
     [], ["band search replicas >= 3", "band search replicas <= 20", "target search CPU <= 0.7"]),
    ("Scaling policy", "Policy | Value", "Scale down CPU | 30%", [], ["trigger CPU < 0.3"]),
    ("Scaling policy", "Policy | Value", "Max pods | 20", [], ["trigger Max pods <= 20"]),
    ("SLA", "Metric | SLA", "API latency | 95% < 200ms", [], ["target API latency (p95) < 0.2"]),
    ("Alerts", "Metric | Threshold | Severity", "Connections | > 80% of max | high", ["high Connections > 0.8"], []),
    ("SLOs", "Service | SLI | SLO | Alert", "search | success rate | 99.9% | < 99.5% for 5m",
     ["medium search success rate < 0.995 for 300"], ["target search success rate >= 0.999"]),
    ("Alerts", "Metric | Warn % | Crit %", "CPU | 80 | 90", ["medium CPU warning > 0.8", "critical CPU critical > 0.9"], []),
    ("Targets", "Metric | Target", "Throughput | 10k-20k req/s", [],
     ["target Throughput >= 10000", "target Throughput <= 20000"]),
    ("SLOs", "SLI | Threshold | Objective", "Latency | 300ms | 99%", [], ["target Latency (p99) <= 0.3"]),
    ("Speed", "Operation | Target", "Checkout | 200ms", [], ["target Checkout <= 0.2"]),
    ("Service level", "Metric | Target | Last quarter", "MTTR | < 1 hour | 40 min", [], ["target MTTR < 3600"]),
    ("Alert thresholds", "Metric | Threshold | Duration | Severity", "Memory | 90% | 10 min | critical",
     ["critical Memory > 0.9 for 600"], []),
]  # fmt: skip


@pytest.mark.parametrize(("title", "header", "row", "alerts", "figures"), SHAPES)
def test_table_of_any_shape_gives_each_number_its_role(
    title: str, header: str, row: str, alerts: list[str], figures: list[str]
) -> None:
    """Columns are known by their headers in any order and any section; only levels and alert columns make alerts."""
    runbook = read_runbook(_table(title, header, row))
    assert _alerts(runbook) == alerts
    assert [_said(rule) for rule in runbook.figures] == figures
    assert all(rule.line == 7 for rule in (*runbook.alerts, *runbook.figures))
    if not alerts and not figures:
        assert 7 in {finding.line for finding in runbook.findings}


def test_turned_table_is_read_by_its_rows() -> None:
    """A row for each level and a column for each metric: each value stands where it was written."""
    runbook = read_runbook(
        _table("Alarms", "Level | CPU | Memory", "Warning | 70% | 75%", "Critical | 90% | 95%")
    )
    assert [(rule.name, rule.line, rule.condition.value) for rule in runbook.alerts] == [
        ("CPU warning", 7, 0.7), ("CPU critical", 8, 0.9), ("Memory warning", 7, 0.75), ("Memory critical", 8, 0.95),
    ]  # fmt: skip


NO_FIGURES = [
    ("Promises", "Kind | P1 | P2", "Response time | 15 min | 1 hour"),
    ("Resources", "Resource | Request | Limit", "CPU | 250m | 500m"),
    ("Rate limits", "Endpoint | Limit", "GET /orders | 100 req/min"),
    ("Database", "Parameter | Recommended | Max", "max_connections | 200 | 500"),
    ("Weather", "City | Min | Max", "Oslo | -5 | 10"),
    ("Spending", "Resource | Budget", "Machines | $1000/month"),
    ("Topics", "Topic | Partitions | Max size", "orders | 12 | 50 GB"),
    ("Severity Levels", "Level | Response Time | Target Resolution", "P1 | 15 min | 1 hour"),
    ("Contacts", "Role | Target response", "SRE | 15 min"),
    ("Tests", "Scenario | Target | Result", "Peak | 1000 rps | 1200 rps"),
    ("Network", "Service | Port | Target", "web | 8080 | 80"),
    ("Storage", "Data | Min | Max", "Logs | 30 days | 90 days"),
    ("Performance", "Endpoint | p50 | p95", "GET /orders | 50ms | 120ms"),
    ("Work", "Task | Duration | Owner", "Restore | 30 min | Ana"),
    ("Settings", "Setting | Default | Max", "pool.size | 10 | 50"),
    ("Retries", "Attempt | Backoff | Total", "1 | 2s | 2s"),
]


@pytest.mark.parametrize(("title", "header", "row"), NO_FIGURES)
def test_numbers_of_other_things_are_no_figures(title: str, header: str, row: str) -> None:
    """Response times of severities, ports, settings and durations of tasks are neither figures nor alerts."""
    runbook = read_runbook(_table(title, header, row))
    assert (runbook.figures, runbook.alerts) == ((), ())


def _items(title: str, *lines: str) -> Runbook:
    return read_runbook(f"# Shop\n\n## {title}\n\n" + "\n".join(lines) + "\n")


ITEMS = [
    ("Autoscaling", "- Scale up when CPU > 70% for 5 minutes", ["trigger CPU > 0.7 for 300"]),
    ("Operations notes", "- Scale down when CPU < 30% for 10 minutes", ["trigger CPU < 0.3 for 600"]),
    ("Autoscaling", "- Scale out if queue depth exceeds 1,000", ["trigger queue depth > 1000"]),
    ("Autoscaling", "- Target CPU utilization: 70%", ["trigger CPU utilization > 0.7"]),
    (
        "Checks after a deployment: acceptance",
        "- [ ] Error rate back to < 0.1%",
        ["checklist Error rate < 0.001"],
    ),
    ("Autoscaling", "- Min replicas: 3", ["trigger Min replicas >= 3"]),
    ("Autoscaling", "- **Max replicas**: 20", ["trigger Max replicas <= 20"]),
    ("SLOs", "- **Availability**: 99.9% (rolling 30 days)", ["target Availability >= 0.999"]),
    ("SLOs", "- p99 latency target: 500 ms", ["target p99 latency <= 0.5"]),
    ("SLA", "- Uptime: 99.9%", ["target Uptime >= 0.999"]),
    (
        "SLOs",
        "- **Latency**: p95 < 250ms, p99 < 1s",
        ["target Latency (p95) < 0.25", "target Latency (p99) < 1"],
    ),
    ("SLOs", "- **Error budget**: 43.2 minutes per month", ["target Error budget <= 2592"]),
    ("SLOs", "- 99.9% of requests < 300ms", ["target p99.9 < 0.3"]),
    ("Key Performance Indicators", "- **CPU**: <70%", ["target CPU < 0.7"]),
    (
        "Performance Targets",
        "- **Cache Hit Rate**: >85% (efficiency requirement)",
        ["target Cache Hit Rate > 0.85"],
    ),
    ("Pre-flight checklist", "- [ ] Error rate below 1%", ["checklist Error rate < 0.01"]),
    ("Steps", "- [ ] Backups younger than 24h", ["checklist Backups < 86400"]),
    ("Go/No-Go", "- No-go if error rate > 5%", ["checklist error rate > 0.05"]),
    ("Go/No-Go", "- **p95 latency**: at most 300 ms", ["checklist p95 latency <= 0.3"]),
    ("Notes", "**Target response time:** < 200 ms", ["target response time < 0.2"]),
    ("Notes", "**Normal range:** 20–50% CPU", ["band CPU >= 0.2", "band CPU <= 0.5"]),
    ("Notes", "**SLO:** 99.9% availability", ["target availability >= 0.999"]),
]


@pytest.mark.parametrize(("title", "line", "figures"), ITEMS)
def test_item_or_field_gives_its_figure(title: str, line: str, figures: list[str]) -> None:
    """Titles and the words of the line itself say the role; the good direction supplies what a bare number lacks."""
    runbook = _items(title, line)
    assert [_said(rule) for rule in runbook.figures] == figures
    assert runbook.alerts == ()
    readings = [reading for reading in runbook.readings if reading.line == 5]
    assert any(say_figure(runbook.figures[0]) in reading.says for reading in readings)


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("Performance", "Expect p95 around 120ms at 500 rps."),
        ("SLOs", "We had 3 outages in 2024 and 99.1% uptime, which was below our own hopes."),
        ("Pre-flight checklist", "- [ ] Node 18+ installed"),
        ("Pre-flight checklist", "- [ ] Ports 8080 and 8090 are free"),
        ("Pre-flight checklist", "- [x] 3 approvals"),
        ("SLOs", "- **Version**: 1.2"),
        ("Autoscaling", "- Cooldown: 300s"),
        ("Notes", "- Takes > 5 min on a bad day"),
    ],
)
def test_sentence_with_a_number_stays_prose(title: str, line: str) -> None:
    """Running text, versions and counts of approvals are for people."""
    runbook = _items(title, line)
    assert (runbook.figures, runbook.alerts) == ((), ())


@pytest.mark.parametrize(
    ("title", "header", "row", "code"),
    [
        ("SLOs", "Metric | Target", "Error rate | > 5%", "WB212"),  # the wrong way round
        ("SLOs", "Metric | Target", "Happiness | 80", "WB212"),  # nobody can tell which way
        ("SLOs", "Metric | Target", "p95 latency | 200ms when idle", "WB212"),
        ("SLOs", "Metric | Target", "p95 latency | 80%", "WB212"),
        ("SLOs", "Metric | Target", "Throughput | 3/5 of the peak", "WB212"),
        ("Go/No-Go", "Metric | Go | No-Go", "Error rate | > 5% | < 1%", "WB212"),
        ("Numbers", "Metric | Target | Warning / Critical", "CPU | < 50% | 70%", "WB212"),
        ("Key Metrics", "Metric | Threshold", "Error rate | > 5%", "WB003"),
        ("Key Metrics", "Metric | Healthy | Unhealthy", "Latency | < 200ms | > 1s", "WB315"),
        ("Performance Targets", "Metric | Target | Critical", "Cache latency | <5ms | <20ms", "WB302"),
        ("Alerts", "Metric | Warning | Critical", "Error rate | < 1% | < 5%", "WB302"),
        ("Numbers", "Metric | Alert Threshold", "Checkout queue age | > 5 min", "WB317"),
    ],
)
def test_number_that_is_not_understood_has_a_finding(title: str, header: str, row: str, code: str) -> None:
    """Nothing that carries a number in a table of figures is left in silence."""
    runbook = read_runbook(_table(title, header, row))
    assert code in {finding.code for finding in runbook.findings if finding.line in (5, 7)}


def test_alert_of_an_unknown_thing_is_read_and_cannot_be_armed() -> None:
    """The rule says what was written; its signal is one that nothing binds, and a finding says so."""
    runbook = read_runbook(
        _table("Alerts", "Alert | Severity | Threshold", "Slow policies | High | OPA latency > 100ms for 5m")
    )
    (rule,) = runbook.alerts
    assert (rule.condition.signal, rule.condition.op, rule.condition.value, rule.window_s) == (
        "opa_latency",
        ">",
        0.1,
        300,
    )
    codes = {finding.code for finding in runbook.findings}
    assert {"WB317", "WB314"} <= codes


def test_levels_of_an_item_are_alerts() -> None:
    """A severity word in an item of Key Metrics makes an alert; figures of another thing are not this service's."""
    runbook = _items(
        "Key Metrics", "1. **API Health**", "   - Error rate: > 5% critical", "2. **Database**",
        "   - CPU usage: > 80% warning", "3. **Performance**",
        "   - **Latency**: < 1s (warning > 2s, critical > 5s)", "   - Disk: warn > 80%, crit > 90%",
    )  # fmt: skip
    assert [(rule.name, rule.severity.value, rule.condition.signal) for rule in runbook.alerts] == [
        ("Error rate", "critical", "error_ratio"), ("Database CPU usage", "medium", "database_cpu_usage"),
        ("Latency warning", "medium", "latency"), ("Latency critical", "critical", "latency"),
        ("Disk warning", "medium", "disk_utilization"), ("Disk critical", "critical", "disk_utilization"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("title", "line", "alerts"),
    [
        ("Alert thresholds", "- CPU: 80%", ["medium CPU > 0.8"]),
        ("Alert thresholds", "- Availability: 99%", ["medium Availability < 0.99"]),
        ("Alerts", "- p95 latency > 500ms (warning), > 1s (critical)",
         ["medium p95 latency warning > 0.5", "critical p95 latency critical > 1"]),
        ("Alerts", "- Disk: warning 80%, critical 90%", ["medium Disk warning > 0.8", "critical Disk critical > 0.9"]),
        ("Critical Alerts", "- **Violation**: Compliance rate drops below 100%", ["critical Violation < 1"]),
        ("Alerts", "- Response time: 15 minutes", []),
        ("Alerts", "- Evaluation interval: 1m", []),
        ("Alerts", "- Retention: 30 days", []),
    ],
)  # fmt: skip
def test_item_under_alerting_is_an_alert_only_where_it_says_what_is_bad(
    title: str, line: str, alerts: list[str]
) -> None:
    """Levels and thresholds are alerts; times of people, intervals and retention are none."""
    assert _alerts(_items(title, line)) == alerts


def test_normal_value_and_level_in_one_line_are_told_apart() -> None:
    """`< 100 normal, > 1000 critical` is a band and an alert, never a range from 1000 to 100."""
    runbook = _items(
        "Key Metrics",
        "- Queue depth: < 100 normal, > 1000 critical",
        "- **CPU** - normal 20-40%, alert above 80%",
    )
    assert _alerts(runbook) == ["critical Queue depth > 1000", "medium CPU > 0.8"]
    assert [(one.name, one.low, one.high) for one in runbook.metrics] == [
        ("Queue depth", None, 100),
        ("CPU", 0.2, 0.4),
    ]


def test_figures_stand_among_the_alerts_of_the_contract_with_their_role() -> None:
    """The contract lists every condition with its role; what is no alert has no severity and pages nobody."""
    found = contract(
        read_runbook(_table("Notes", "Metric | Target | Alert Threshold", "Error rate | < 0.1% | > 1%"))
    )
    assert [(one["role"], one["severity"], one["condition"]["value"]) for one in found["alerts"]] == [
        ("alert", "medium", 0.01),
        ("target", None, 0.001),
    ]
    assert found["alerts"][1]["response"]["page"] is False


def test_figures_never_hold_an_alert() -> None:
    """Whatever the columns are called, a rule among the figures has another role."""
    for title, header, row, _, _ in SHAPES:
        runbook = read_runbook(_table(title, header, row))
        assert all(rule.role is Role.ALERT for rule in runbook.alerts)
        assert all(rule.role is not Role.ALERT for rule in runbook.figures)


def _changes(old: str, new: str) -> list[tuple[str, str, str]]:
    header = "Metric | Target | Baseline"
    found = differences(
        read_runbook(_table("Notes", header, old)), read_runbook(_table("Notes", header, new))
    )
    return [(one.kind, one.risk.value, one.says) for one in found]


def test_changed_figure_is_told_in_words() -> None:
    """A weaker target guards less; a stronger one and a normal range only change."""
    assert _changes("p95 latency | < 200ms | 100ms", "p95 latency | < 300ms | 100ms") == [
        ("figure", "guards_less", "target of p95 latency: below 200 ms → below 300 ms.")
    ]
    assert _changes("Availability | 99.9% | 99.99%", "Availability | 99.95% | 99.98%") == [
        ("figure", "none", "target of Availability: at least 99.9% → at least 99.95%."),
        ("figure", "none", "normal range of Availability: exactly 99.99% → exactly 99.98%."),
    ]
    assert _changes("CPU | < 70% | -", "CPU | - | < 70%") == [
        ("figure", "guards_less", "CPU is a normal range now, was a target: below 70%.")
    ]


def test_figure_that_comes_or_goes_is_told() -> None:
    """A target that is gone guards less, and the same table in another order of columns changes nothing."""
    two = _table("SLOs", "Metric | SLO", "Availability | 99.9%", "p99 latency | 300ms")
    one = _table("SLOs", "Metric | SLO", "Availability | 99.9%")
    turned = _table("SLOs", "SLO | Metric", "99.9% | Availability", "300ms | p99 latency")
    gone = [(change.risk.value, change.says) for change in differences(read_runbook(two), read_runbook(one))]
    assert gone == [("guards_less", "target of p99 latency removed: at most 300 ms.")]
    come = [(change.risk.value, change.says) for change in differences(read_runbook(one), read_runbook(two))]
    assert come == [("none", "new target of p99 latency: at most 300 ms.")]
    assert differences(read_runbook(two), read_runbook(turned)) == ()


@pytest.mark.parametrize("title", ["Key Metrics", "SLOs", "Notes"])
def test_targets_in_brackets(title: str) -> None:
    """`Error rate (target: < 1%)` is a target of the error rate, in whatever section; the bracket is no part of the name."""
    text = f"# Shop\n\n## {title}\n\n- Error rate (target: < 1%)\n- Uptime (target: 99.9%)\n- Ticket age (goal: < 30 days)\n"
    runbook = read_runbook(text)
    assert [_said(rule) for rule in runbook.figures] == [
        "target Error rate < 0.01",
        "target Uptime >= 0.999",
        "target Ticket age < 2.592e+06",
    ]
    assert not runbook.alerts


def test_tables_of_objectives() -> None:
    """A first column called SLO holds names, whatever digits are in them; a column of alerts beside it watches them."""
    watched = _table(
        "Levels",
        "SLO | Target | Alert",
        "Page latency (p95) | < 0.5s | `PageSlow`",
        "5xx error rate | < 5% over 5m | `Bad`",
    )
    budget = _table("Notes", "SLO | Target | Window | Error Budget",
                    "API availability | ≥ 99.9% | 30 days | 43m 12s per window",
                    "Apdex (T = 0.5s) | ≥ 0.85 | rolling | N/A")  # fmt: skip
    runbook = read_runbook(watched)
    assert [_said(rule) for rule in runbook.figures] == [
        "target Page latency (p95) < 0.5",
        "target 5xx error rate < 0.05",
    ]
    assert runbook.figures[1].average_s == 300.0
    assert not runbook.alerts
    assert [_said(rule) for rule in read_runbook(budget).figures] == [
        "target API availability >= 0.999",
        "target API availability error budget <= 2592",
        "target Apdex (T = 0.5s) >= 0.85",
    ]


def test_parts_of_one_objective() -> None:
    """A second limit is of the thing in front of it, a quantile behind a value is told, `e.g.` names nothing."""
    text = "# Shop\n\n## SLOs\n\n- SLOs: latency P95 < 300ms reads, < 800ms writes\n"
    text += "- Cart latency: < 2s P99\n- Budget (e.g., ≤ 0.5% 5xx weekly)\n"
    names = [rule.name for rule in read_runbook(text).figures]
    assert names == ["latency P95", "latency P95 writes", "Cart latency (P99)", "5xx weekly"]


def test_policy_is_no_target() -> None:
    """What is done once so much of a budget is used up is no target."""
    text = "# Shop\n\n## Error Budget Policy\n\n- >50% of the budget: pause releases\n- SLO: 99.9% availability\n"
    assert [rule.condition.value for rule in read_runbook(text).figures] == [0.999]
