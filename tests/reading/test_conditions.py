"""The grammar of alert conditions: every form of the design, what is refused, and why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchbook.model.quantities import Unit
from watchbook.model.runbook import CheckKind, HealthCheck, Metric
from watchbook.reading.conditions import Known, Misread, ReadCondition, read_condition, say_condition
from watchbook.reading.queries import is_query, read_query_condition, split_window

KNOWN = Known(
    checks=(
        HealthCheck("Service Health", CheckKind.HTTP, "/health"),
        HealthCheck("Database", CheckKind.TCP, "db:5432", dependency="Database"),
    ),
    metrics=(
        Metric(
            "Checkout Rate", "checkout_rate", {}, Unit.PER_SECOND, 1, 40, "sum(rate(checkouts_total[1m]))"
        ),
    ),
    service="Checkout",
)

# text, alert's name → signal, params, op, value, window, average
CONDITIONS = [
    ("> 1% errors for 5min", "", "error_ratio", {}, ">", 0.01, 300, None),
    ("p95 > 500ms for 10min", "", "latency", {"quantile": 0.95}, ">", 0.5, 600, None),
    ("P95>500ms", "", "latency", {"quantile": 0.95}, ">", 0.5, 0, None),
    ("p95 latency above 0.5s", "", "latency", {"quantile": 0.95}, ">", 0.5, 0, None),
    ("latency over 500ms for 5 min", "", "latency", {}, ">", 0.5, 300, None),
    ("P95 latency > 2s over the last 10 minutes", "", "latency", {"quantile": 0.95}, ">", 2, 0, 600),
    ("Error rate > 5% over 5m", "", "error_ratio", {}, ">", 0.05, 0, 300),
    ("error rate exceeds 5% for more than 2 minutes", "", "error_ratio", {}, ">", 0.05, 120, None),
    (">10/min", "Error Rate", "error_rate", {}, ">", 1 / 6, 0, None),
    ("errors > 10/min for 1 min", "", "error_rate", {}, ">", 1 / 6, 60, None),
    ("> 0.05", "Error Rate", "error_ratio", {}, ">", 0.05, 0, None),
    ("0 healthy instances", "", "healthy_instances", {}, "==", 0, 0, None),
    ("no healthy pods for 1 min", "", "healthy_instances", {}, "==", 0, 60, None),
    ("All pods show as unhealthy", "", "healthy_instances", {}, "==", 0, 0, None),
    ("< 3 healthy instances for 10s", "", "healthy_instances", {}, "<", 3, 10, None),
    (">80%", "High CPU Usage", "cpu_utilization", {}, ">", 0.8, 0, None),
    (">80% for 10 min", "HighMemoryUsage", "memory_utilization", {}, ">", 0.8, 600, None),
    ("Memory usage > 128 MB", "", "memory_bytes", {}, ">", 128e6, 0, None),
    ("> 90%", "Database Connection Pool Exhausted", "connection_utilization", {}, ">", 0.9, 0, None),
    ("> 500ms", "Checkout Latency", "latency", {}, ">", 0.5, 0, None),
    ("> 5 failures in 5min", "", "error_count", {"window_s": 300}, ">", 5, 0, None),
    (">5 in 10min", "Pod Restarts", "restarts", {"window_s": 600}, ">", 5, 0, None),
    ("Queue depth > 10,000", "", "queue_depth", {}, ">", 10_000, 0, None),
    ("availability below 99.9%", "", "availability", {}, "<", 0.999, 0, None),
    ("Certificate expires in < 14 days", "", "certificate_lifetime", {}, "<", 1_209_600, 0, None),
    ("Replication lag ≥ 30s for 2m", "", "replication_lag", {}, ">=", 30, 120, None),
    ("3 consecutive", "", "probe_success", {"consecutive": 3, "check": "Service Health"}, "<", 1, 0, None),
    ("health check fails 3 times", "", "probe_success", {"consecutive": 3, "check": "Service Health"}, "<", 1, 0, None),
    ("health check fails", "", "probe_success", {"check": "Service Health"}, "<", 1, 0, None),
    ("Health check endpoint returns 503 or times out", "", "probe_success", {"check": "Service Health"}, "<", 1, 0, None),
    ("Database check fails for 30s", "", "probe_success", {"check": "Database"}, "<", 1, 30, None),
    ("HTTP != 200", "Service Health", "probe_success", {"check": "Service Health"}, "<", 1, 0, None),
    ("A pod has restarted > 5 times in 1 hour", "", "restarts", {"window_s": 3600}, ">", 5, 0, None),
    ("A TLS certificate will expire within 7 days", "", "certificate_lifetime", {}, "<=", 604_800, 0, None),
    ("80 or more", "Queue depth", "queue_depth", {}, ">=", 80, 0, None),
    ("> 80", "CPU usage", "cpu_utilization", {}, ">", 0.8, 0, None),
    ("No metrics for 1 min", "", "scrape_success", {}, "<", 1, 60, None),
    ("heartbeat missing for 26h", "", "heartbeat_age", {}, ">", 93_600, 0, None),
    ("nightly-import heartbeat missing for 26h", "", "heartbeat_age", {"name": "nightly-import"}, ">", 93_600, 0, None),
    ("no successful backup for 26h", "", "backup_age", {}, ">", 93_600, 0, None),
    ("401s > 10x baseline", "", "status_rate", {"status": "401", "baseline_factor": 10}, ">", 10, 0, None),
    ("Checkout rate < 1/s for 2m", "", "checkout_rate", {}, "<", 1, 120, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "name", "signal", "params", "op", "value", "window_s", "average_s"), CONDITIONS
)
def test_condition_is_read(
    text: str,
    name: str,
    signal: str,
    params: dict[str, object],
    op: str,
    value: float,
    window_s: float,
    average_s: float | None,
) -> None:
    """Each form gives its signal, comparison, value in base units, window and averaging time."""
    read = read_condition(text, name, KNOWN)
    assert isinstance(read, ReadCondition), read
    condition = read.condition
    assert (condition.signal, dict(condition.params), condition.op) == (signal, params, op)
    assert condition.value == pytest.approx(value)
    assert (read.window_s, read.average_s) == (window_s, average_s)
    assert condition.text == text
    assert say_condition(read)


MISREAD = [
    ("Disk nearly full", "", "condition-not-understood", "Disk usage > 90% for 5min"),
    ("Payments feel slow", "", "condition-not-understood", "p95 > 500ms for 10min"),
    ("Customers cannot place orders", "", "condition-not-understood", "Write a comparison"),
    ("Checkout returns 502", "", "condition-not-understood", "502"),
    ("5 errors in 1 min", "", "condition-not-understood", "> 5"),
    ("CPU > 80% and memory > 90%", "", "condition-not-understood", "one row for each"),
    ("Cache latency > 20ms", "", "condition-not-understood", "cache"),
    ("> 20ms", "Cache Latency", "condition-not-understood", "cache"),
    ("heartbeat missing", "", "condition-not-understood", "for 26h"),
    ("", "", "condition-not-understood", "empty"),
    ("x" * 400, "", "condition-not-understood", "not a condition"),
    ("p95 < 200ms", "", "condition-backwards", "high"),
    ("error rate must not exceed 5%", "", "condition-backwards", "high"),
    ("availability never below 99%", "", "condition-backwards", "low"),
    ("HTTP != 200", "Checkout", "condition-not-understood", "no signal"),
    ("> 3 healthy instances", "", "condition-backwards", "low"),
    ("> 150% errors", "", "value-impossible", "150%"),
    ("> 100%", "Error rate", "value-impossible", "100%"),
    ("p95 > 500", "", "unit-mismatch", "500"),
    ("Error rate > 5ms", "", "unit-mismatch", "5ms"),
    ("Search check fails", "", "check-undefined", "Search"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name", "finding", "said"), MISREAD)
def test_what_cannot_be_read_says_why(text: str, name: str, finding: str, said: str) -> None:
    """Nothing is guessed: the finding's kind fits, and its values name the reason or the nearest condition."""
    read = read_condition(text, name, KNOWN)
    assert isinstance(read, Misread), read
    assert read.name == finding
    assert said in " ".join(str(value) for value in (*read.values.values(), read.mark))


def test_missing_targets_fire_the_rules_about_them() -> None:
    """No data fires for healthy instances, heartbeats and absent metrics, and is held for everything else."""
    for text, no_data in (("0 healthy instances", "fire"), ("heartbeat missing for 1h", "fire"),
        ("No metrics for 1 min", "fire"),
                          ("> 1% errors", "hold"), ("no successful backup for 26h", "hold")):  # fmt: skip
        read = read_condition(text, "", KNOWN)
        assert isinstance(read, ReadCondition)
        assert read.no_data == no_data


def test_traffic_minimum_is_part_of_the_grammar() -> None:
    """`(min 50 requests)` is the least number of events, and no part of the signal."""
    read = read_condition("error rate > 1% (min 50 requests) for 5m", "", KNOWN)
    assert isinstance(read, ReadCondition)
    assert (read.min_events, read.window_s, read.condition.signal) == (50, 300, "error_ratio")


@pytest.mark.parametrize("code",
["GET /health", "redis-cli", "redis-cli ping", "PONG", "2000", "up == 0", "kubectl get pods -l app=x",
                                  'psql -c "SELECT 1"', "foo(bar", "curl http://x/{y}"])  # fmt: skip
def test_ordinary_code_spans_are_no_queries(code: str) -> None:
    """Names, numbers and commands parse as PromQL and are never taken for a query."""
    assert not is_query(code)


@pytest.mark.parametrize(
    ("code", "query", "window_s"),
    [
        ('up{job="x"} == 0 for 1m', 'up{job="x"} == 0', 60),
        ("sum(rate(errors_total[5m])) > 1", "sum(rate(errors_total[5m])) > 1", 0),
        ("absent(up)", "absent(up)", 0),
        ("(rate(a[5m]) > 1) and rate(b[5m]) < 2", "(rate(a[5m]) > 1) and rate(b[5m]) < 2", 0),
    ],
)
def test_query_with_a_comparison_is_a_condition(code: str, query: str, window_s: float) -> None:
    """A comparison or absence outermost is a condition; `for` inside the span is the window."""
    assert is_query(split_window(code)[0])
    read = read_query_condition(code, "X")
    assert isinstance(read, ReadCondition)
    assert (read.condition.promql, read.window_s) == (query, window_s)


@pytest.mark.parametrize(
    "code", ["sum(rate(a[5m]))", "rate(a[5m]) > bool 1", "rate(a[5m]) > 1 or rate(b[5m])", "vector(1"]
)
def test_query_that_gives_a_number_is_no_condition(code: str) -> None:
    """A query without a comparison, or with `bool`, would always be true."""
    assert isinstance(read_query_condition(code, "X"), Misread)


@given(
    st.text(alphabet=st.sampled_from("0123456789 <>=%.,()msh/xerdpf5√“→`'~é"), max_size=120),
    st.text(max_size=30),
)
def test_any_text_is_read_or_misread(text: str, name: str) -> None:
    """No text raises, and a window is never negative."""
    read = read_condition(text, name, KNOWN)
    if isinstance(read, ReadCondition):
        assert read.window_s >= 0


@given(
    st.integers(1, 99),
    st.sampled_from(["for", "over"]),
    st.integers(1, 90),
    st.sampled_from(["s", "min", "m", "h"]),
)
def test_for_is_sustained_and_over_is_averaged(percent: int, word: str, count: int, unit: str) -> None:
    """`for N` is always the window and `over N` always the averaging time, whatever N."""
    seconds = count * {"s": 1, "min": 60, "m": 60, "h": 3600}[unit]
    read = read_condition(f"error rate > {percent}% {word} {count}{unit}", "", KNOWN)
    assert isinstance(read, ReadCondition)
    assert (read.window_s, read.average_s) == ((seconds, None) if word == "for" else (0, seconds))
