"""Alerts written as one line of a list, and lines under alerting that are none."""

import pytest

from watchbook.model.runbook import Runbook
from watchbook.reading import read_runbook


def _read(*lines: str) -> Runbook:
    return read_runbook("# Till\n\n## Alerts\n\n" + "\n".join(lines) + "\n")


ALERTS = [
    ("- `DiskFull`: disk usage > 90% (P2)", ("DiskFull", "high", "disk_utilization", ">", 0.9, 0.0)),
    ("- High error rate: > 5% for 5m", ("High error rate", "medium", "error_ratio", ">", 0.05, 300.0)),
    ("- p95 latency > 800ms for 10m", ("p95 latency", "medium", "latency", ">", 0.8, 600.0)),
    ("- Critical: error rate > 5% for 5 min", ("error rate", "critical", "error_ratio", ">", 0.05, 300.0)),
    ("- **P1**: p99 latency above 2s for 10 minutes", ("p99 latency", "critical", "latency", ">", 2.0, 600.0)),
    ("- [high] CPU > 80% for 10m", ("CPU", "high", "cpu_utilization", ">", 0.8, 600.0)),
    ("- Memory usage > 85% (P3)", ("Memory usage", "medium", "memory_utilization", ">", 0.85, 0.0)),
    ("- Disk free < 15% - critical", ("Disk free", "critical", "disk_free_ratio", "<", 0.15, 0.0)),
    ("- Trigger warning if p95 API latency > 1200ms over 10 minutes.",
     ("p95 API latency", "medium", "latency", ">", 1.2, 0.0)),
    ("- Trigger critical alert if 5xx error rate > 2% for 5 minutes",
     ("5xx error rate", "critical", "error_ratio", ">", 0.02, 300.0)),
    ("- Alert when queue depth exceeds 1000 for 15m", ("queue depth", "medium", "queue_depth", ">", 1000.0, 900.0)),
    ("- When the error rate exceeds 2% for 5 minutes, page on-call",
     ("error rate", "medium", "error_ratio", ">", 0.02, 300.0)),
    ("- `stale_data_rate > 2%` for 10m (critical)", ("stale_data_rate", "critical", "stale_data_rate", ">", 0.02, 600.0)),
    ("- Checkout success rate below 95% for 10m - high",
     ("Checkout success rate", "high", "checkout_success_rate", "<", 0.95, 600.0)),
    ("- **High-Latency Path**: p95 > 1s", ("High-Latency Path", "medium", "latency", ">", 1.0, 0.0)),
    ("- Low-disk error rate > 5%", ("Low-disk error rate", "medium", "low_disk_error_rate", ">", 0.05, 0.0)),
    ("- **CPU**: => 80% for 5min", ("CPU", "medium", "cpu_utilization", ">=", 0.8, 300.0)),
]  # fmt: skip


@pytest.mark.parametrize(("line", "wanted"), ALERTS)
def test_a_line_that_is_its_condition_is_an_alert(line: str, wanted: tuple[object, ...]) -> None:
    """Named by what it compares, with the severity and window that stand around it."""
    (rule,) = _read(line).alerts
    condition = rule.condition
    assert (
        rule.name,
        rule.severity.value,
        condition.signal,
        condition.op,
        condition.value,
        rule.window_s,
    ) == wanted


@pytest.mark.parametrize(("line", "page", "channels"), [
    ("- Page on-call if error rate > 5% for 5 min", True, ()),
    ("- Open a ticket if certificate expires in less than 14 days", False, ()),
    ("- Notify #ops when queue depth > 1000 for 15m", False, ("#ops",)),
    ("- Send a high alert to #till if error rate > 5%", False, ("#till",)),
    ("- Error rate > 5% for 5 min → Page on-call immediately", True, ()),
    ("- Error rate > 5% for 5 min => page on-call", True, ()),
])  # fmt: skip
def test_what_the_line_says_of_people_is_its_response(
    line: str, page: bool, channels: tuple[str, ...]
) -> None:
    """A page pages at any severity, a ticket and a room do not."""
    (rule,) = _read(line).alerts
    assert (rule.response.page, rule.response.channels) == (page, channels)


@pytest.mark.parametrize("line", [
    "- If error rate > 5%, roll back the last deployment",
    "- Do not page if error rate < 1%",
    "- CPU > 80% is normal during the nightly batch",
    "- Target: error rate < 0.1%",
    "- Check whether latency > 1s in the dashboard",
    "- Restart the till when memory > 90%",
    "- Unless error rate > 5%, wait for the next release",
    "- Errors below 1% and nobody complaining means that all is well with the till and its friends",
    "- See the wiki for p95 > 500ms",
    "- Scale when CPU > 70%",
    "- Never alert on CPU > 80%",
    "- Expected: latency < 200ms",
])  # fmt: skip
def test_advice_under_alerting_is_no_alert(line: str) -> None:
    """It compares something and calls nobody: a finding, never a rule."""
    runbook = _read(line)
    assert not runbook.alerts
    assert [finding.line for finding in runbook.findings if finding.code == "WB003"] == [5]


def test_a_list_below_a_level_has_its_severity() -> None:
    """Two levels of one thing are two alerts, the second named with its level."""
    runbook = _read(
        "- **Critical**", "  - error rate > 5% for 5m", "  - p99 latency > 2s for 5m",
        "- Warning alerts:", "  - error rate > 1% for 10m",
    )  # fmt: skip
    assert [(rule.name, rule.severity.value, rule.line) for rule in runbook.alerts] == [
        ("error rate", "critical", 6),
        ("p99 latency", "critical", 7),
        ("error rate medium", "medium", 9),
    ]


def test_lines_elsewhere_are_no_alerts() -> None:
    """Only what stands under alerting, whatever it compares."""
    runbook = read_runbook(
        "# Till\n\n## Notes\n\n- p95 latency > 800ms for 10m\n- Critical: error rate > 5%\n"
    )
    assert not runbook.alerts


def test_a_line_that_calls_and_is_not_understood_is_a_finding() -> None:
    """What calls people and cannot be read is an error, not a note."""
    runbook = _read("- Trigger alert if the till feels slow for 3 consecutive minutes")
    assert not runbook.alerts
    assert any(f.code == "WB301" and f.severity.value == "error" and f.line == 5 for f in runbook.findings)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("❌ Error rate > 10% (> 5 min)", ("Error rate", "error_ratio", ">", 0.1, 300.0)),
        ("⚠️ p95 latency > 2s (for 10 minutes)", ("p95 latency", "latency", ">", 2.0, 600.0)),
        ("Alert threshold: error rate > 5% for 2m triggers `Too Many Errors`.",
         ("Too Many Errors", "error_ratio", ">", 0.05, 120.0)),
        ("**Alert threshold:** disk usage above 90% raises `Disk Filling`",
         ("Disk Filling", "disk_utilization", ">", 0.9, 0.0)),
        ("Outage of the till (>5 min downtime)", ("Outage of the till", "outage_of_the_till", ">", 300.0, 0.0)),
    ],
)  # fmt: skip
def test_ornaments_brackets_and_names_behind(line: str, said: tuple[str, str, str, float, float]) -> None:
    """An ornament and a key that names nothing are no name; how long stands in brackets; `triggers NAME` names."""
    runbook = read_runbook(f"# Till\n\n## Alerts\n\n- {line}\n")
    assert [
        (one.name, one.condition.signal, one.condition.op, one.condition.value, one.window_s)
        for one in runbook.alerts
    ] == [said]


def test_two_thresholds_without_a_name() -> None:
    """Two items that both begin with `Alert threshold:` are two alerts, and neither repeats the other."""
    text = "- Alert threshold: CPU usage > 80% for 5m\n- Alert threshold: memory usage > 90% for 5m\n"
    runbook = read_runbook(f"# Till\n\n## Alerts\n\n{text}")
    assert [one.name for one in runbook.alerts] == ["CPU usage", "memory usage"]


def test_label_that_pages() -> None:
    """`Page if any of these holds:` is the response of the alerts in its list, and of no other."""
    text = (
        "Page if any of these holds:\n\n- p99 latency > 2s for 5m\n\nFor information:\n\n- Disk usage > 70%\n"
    )
    runbook = read_runbook(f"# Till\n\n## Alerting\n\n{text}\n### Others\n\n- CPU usage > 80%\n")
    assert [(one.name, one.response.page) for one in runbook.alerts] == [
        ("p99 latency", True),
        ("Disk usage", False),
        ("CPU usage", False),
    ]


def test_values_that_say_nothing() -> None:
    """Two bare values under Thresholds are no alert and no amount in silence: a finding asks what each is for."""
    runbook = read_runbook("# Till\n\n## Alert Thresholds\n\n- Memory: 80% / 95%\n- CPU: 90%\n")
    assert [one.name for one in runbook.alerts] == ["CPU"]
    assert [one.line for one in runbook.findings if one.code == "WB003"] == [5]
