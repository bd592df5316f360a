"""Checks, expectations, metrics, environments: what is asked, what is right, what is normal."""

import pytest

from watchbook.model.procedures import Expectation, NumberTest
from watchbook.model.quantities import Unit
from watchbook.model.runbook import CheckKind
from watchbook.reading import read_runbook
from watchbook.reading.document import List, parse_document
from watchbook.reading.expectations import read_expectation
from watchbook.reading.probes import Probe, curl_target, read_probe

EXPECTATIONS = [
    ("200", Expectation(status="200")), ("200 OK", Expectation(status="200")), ("HTTP 204", Expectation(status="204")),
    ("2xx", Expectation(status="2xx")), ("status 503", Expectation(status="503")),
     ('{"a": 1}', Expectation(json='{"a": 1}')),
    ("[1, 2]", Expectation(json="[1, 2]")), ("/up [0-9]+/", Expectation(regex="up [0-9]+")),
     ("/ok/i", Expectation(regex="(?i)ok")),
    ("PONG", Expectation(text="PONG")), ('"ready to serve"', Expectation(text="ready to serve")),
     ("`two words`", Expectation(text="two words")),
    ("> 0", Expectation(number=NumberTest(">", 0))), ("≤ 90%", Expectation(number=NumberTest("<=", 0.9))),
     ("returns PONG", Expectation(text="PONG")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), EXPECTATIONS)
def test_expectation_is_read(text: str, expected: Expectation) -> None:
    """Status, JSON, pattern, number, single word or something quoted."""
    assert read_expectation(text) == expected


@pytest.mark.parametrize("text", ["", "looks fine to me", "/[unclosed/", "all pods are running", "< fast"])
def test_sentence_is_no_expectation(text: str) -> None:
    """No sentence is ever matched literally, and no broken pattern is kept."""
    assert read_expectation(text) is None


def _probe(text: str) -> Probe | None:
    block = parse_document(f"- {text}").preamble[0]
    assert isinstance(block, List)
    return read_probe(block.items[0].first)


# line → kind, target, expectation, every, timeout, latency
PROBES = [
    ("`GET /health` every 2s", CheckKind.HTTP, "/health", Expectation(), 2, None, None),
    ("`GET http://db:8120/ping` → `pong`, every 2s", CheckKind.HTTP, "http://db:8120/ping",
     Expectation(text="pong", line=1), 2, None, None),
    ("`GET /h` → `{\"s\": 1}`, < 100ms, every 2s, timeout 5s", CheckKind.HTTP, "/h",
     Expectation(json='{"s": 1}', line=1), 2, 5, 0.1),
    ("GET /health → 200 OK", CheckKind.HTTP, "/health", Expectation(status="200", line=1), None, None, None),
    ("`curl -fsS --max-time 3 http://x/h` → 200", CheckKind.HTTP, "http://x/h", Expectation(status="200", line=1),
     None, None, None),
    ("`redis-cli ping` → `PONG`", CheckKind.COMMAND, "redis-cli ping", Expectation(text="PONG", line=1), None, None, None),
    ("`tcp://mq:5672`", CheckKind.TCP, "mq:5672", Expectation(), None, None, None),
    ("`redis:6379`", CheckKind.TCP, "redis:6379", Expectation(), None, None, None),
    ("`dns://shop.test`", CheckKind.DNS, "shop.test", Expectation(), None, None, None),
    ("`tls://shop.test:443` > 14 days", CheckKind.TLS, "shop.test:443",
     Expectation(number=NumberTest(">", 1209600), line=1), None, None, None),
    ("`sqlite:a.db` `SELECT 1` → `> 0`", CheckKind.SQL, "a.db", Expectation(number=NumberTest(">", 0), line=1), None,
     None, None),
    ("`df --output=pcent /` < 90%", CheckKind.COMMAND, "df --output=pcent /",
     Expectation(number=NumberTest("<", 0.9), line=1), None, None, None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "target", "expect", "every_s", "timeout_s", "latency_s"), PROBES)
def test_probe_is_read(
    text: str,
    kind: CheckKind,
    target: str,
    expect: Expectation,
    every_s: float | None,
    timeout_s: float | None,
    latency_s: float | None,
) -> None:
    """A target with everything its line says about it, and nothing left over."""
    probe = _probe(text)
    assert probe is not None
    assert (probe.target.kind, probe.target.target, probe.expect) == (kind, target, expect)
    assert (probe.every_s, probe.timeout_s, probe.max_latency_s, probe.problems) == (
        every_s,
        timeout_s,
        latency_s,
        (),
    )


def test_words_around_a_probe_that_are_not_understood_are_told() -> None:
    """An expectation or limit that cannot be read is a problem, not silence."""
    for text in ("`GET /h` → all is well with it", "`GET /h` < 90%", "`tcp://a:1` > 5s"):
        probe = _probe(text)
        assert probe is not None
        assert probe.problems, text


@pytest.mark.parametrize("command", ["curl http://x | jq .status", "curl http://x | sh", "curl -X POST http://x",
                                     "curl -d a=b http://x", "curl -k https://x",
                                     "curl -o out http://x", "curl http://a http://b", "curl",
                                     "curl 'http://x"])  # fmt: skip
def test_curl_that_does_more_is_no_plain_request(command: str) -> None:
    """Only a plain GET or HEAD becomes an HTTP check."""
    assert curl_target(command) is None


def test_defaults_of_cadence_and_timeout() -> None:
    """15 s, 60 s for commands and SQL; the timeout is the smaller of 10 s and the cadence."""
    probes = [
        _probe(text) for text in ("`GET /h`", "`pg_isready`", "`sqlite:a` `SELECT 1`", "`GET /h` every 2s")
    ]
    checks = [probe.check("x", 1) for probe in probes if probe is not None]
    assert [(check.every_s, check.timeout_s) for check in checks] == [(15, 10), (60, 10), (60, 10), (2, 2)]


def test_check_that_could_change_something_is_refused() -> None:
    """A command that is not read-only, and a POST, are errors and no checks."""
    runbook = read_runbook(
        "## Health Checks\n- **A:** `rm -rf /tmp/x`\n- **B:** `POST /reset`\n- **C:** `GET /ok`\n"
    )
    assert [check.name for check in runbook.health_checks] == ["C"]
    assert [(one.code, one.line) for one in runbook.findings if one.code == "WB206"] == [
        ("WB206", 2),
        ("WB206", 3),
    ]


METRICS = [
    ("**Error Rate:** < 1%", "error_ratio", {}, Unit.RATIO, None, 0.01),
    ("**Error Rate:** < 5/min", "error_rate", {}, Unit.PER_SECOND, None, 5 / 60),
    ("**Latency (p95):** < 250ms", "latency", {"quantile": 0.95}, Unit.SECONDS, None, 0.25),
    ("**Memory Usage:** < 128 MB", "memory_bytes", {}, Unit.BYTES, None, 128e6),
    ("**Memory Usage:** < 80%", "memory_utilization", {}, Unit.RATIO, None, 0.8),
    ("**Healthy Instances:** 3", "healthy_instances", {}, Unit.COUNT, 3, 3),
    ("**Checkouts:** 1–40/s `sum(rate(checkouts_total[1m]))`", "checkouts", {}, Unit.PER_SECOND, 1, 40),
]  # fmt: skip


@pytest.mark.parametrize(("line", "signal", "params", "unit", "low", "high"), METRICS)
def test_metric_is_read(
    line: str, signal: str, params: dict[str, object], unit: Unit, low: float | None, high: float | None
) -> None:
    """The unit decides between signals of one name; a query makes a signal of its own."""
    (metric,) = read_runbook(f"## Key Metrics\n- {line}\n").metrics
    assert (metric.signal, dict(metric.params), metric.unit) == (signal, params, unit)
    assert (metric.low, metric.high) == (
        pytest.approx(low) if low else low,
        pytest.approx(high) if high else high,
    )


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("**Happiness:** > 80%", "WB207"),
        ("**Error Rate:** low", "WB204"),
        ("**Error Rate:** > 5%", "WB204"),
        ("**Latency:** < 5 req/s", "WB210"),
    ],
)
def test_metric_that_makes_no_sense_is_a_finding(line: str, code: str) -> None:
    """No signal, no number, a limit that says what is bad, a wrong unit."""
    runbook = read_runbook(f"## Key Metrics\n- {line}\n")
    assert runbook.metrics == ()
    assert code in {one.code for one in runbook.findings if one.line == 2}


def test_bands_and_targets_never_become_alerts() -> None:
    """Key metrics, service levels and autoscaling hold numbers and page nobody."""
    runbook = read_runbook(
        "## Service Overview\n**SLA:** 99.9%\n## Key Metrics\n- **Error Rate:** < 1%\n- **Latency (p95):** < 1s\n"
        "## SLOs\n| Metric | Target |\n|---|---|\n| Availability | 99.9% |\n| Latency | < 200ms |\n"
        "## Autoscaling\n- Scale up when CPU > 70%\n"
    )
    assert runbook.alerts == ()
    assert runbook.service.objective == 0.999


def test_environment_table_binds_everything() -> None:
    """URL, instances in all forms, selector, context and namespace."""
    runbook = read_runbook(
        "## Environments\n| Env | Namespace | URL | Instances | Selector | Context |\n|---|---|---|---|---|---|\n"
        '| production | shop | https://a.test/ | https://b.test, https://c.test | `{app="x"}` | prod-eu |\n'
        "| staging | | `https://s.test` | `run/staging.json` | | |\n| lost | | | | | |\n"
    )
    first, second, third = runbook.service.environments
    assert (first.url, first.instances, first.selector) == (
        "https://a.test",
        ("https://b.test", "https://c.test"),
        '{app="x"}',
    )
    assert (first.context, first.namespace) == ("prod-eu", "shop")
    assert (second.url, second.instances) == ("https://s.test", ("run/staging.json",))
    assert third.url is None
    assert [one.line for one in runbook.findings if one.code == "WB107"] == [6]


def test_relative_endpoint_without_an_address_is_a_finding() -> None:
    """`GET /health` leads nowhere without a URL, and somewhere with one in the head."""
    section = "## Health Checks\n- **Endpoint:** `GET /health`\n"
    assert "WB211" in {one.code for one in read_runbook(section).findings}
    assert "WB211" not in {
        one.code for one in read_runbook(f"# T\n\n**URL:** https://a.test\n\n{section}").findings
    }


@pytest.mark.parametrize(("command", "target"), [
    ("curl localhost:8000/health", "http://localhost:8000/health"),
    ("curl -s api.shop.test/ready", "http://api.shop.test/ready"),
    ("curl -fsS http://shop:8080/h | jq .", "http://shop:8080/h"),
    ("curl -s http://shop/h | python3 -m json.tool", "http://shop/h"),
])  # fmt: skip
def test_curl_as_people_write_it_is_a_request(command: str, target: str) -> None:
    """Without a scheme, and with something behind it that only makes the answer easier to read."""
    found = curl_target(command)
    assert found is not None
    assert (found.kind, found.target) == (CheckKind.HTTP, target)


def test_commands_of_a_fence_are_checks_named_beside_or_above_them() -> None:
    """What can judge health by its answer or exit; the others are commands, and nothing with a gap is asked."""
    runbook = read_runbook("""# Till

## Health checks

```bash
curl localhost:8000/health     # gateway
# Database
pg_isready -h $DB_HOST
redis-cli -h cache ping        # cache
systemctl is-active till
kubectl get pods
curl -f http://<host>/health
curl -f http://till:9000/ready # Expected: 204
```
""")
    assert [(check.name, check.target, check.expect.status) for check in runbook.health_checks] == [
        ("gateway", "http://localhost:8000/health", None),
        ("Database", "pg_isready -h $DB_HOST", None),
        ("cache", "redis-cli -h cache ping", None),
        ("systemctl is-active till", "systemctl is-active till", None),
        ("Service Health", "http://till:9000/ready", "204"),
    ]


@pytest.mark.parametrize(("text", "status"), [
    ("200 when the database answers", "200"), ("HTTP 200 OK, with details", "200"), ("200 or 204", None),
    ("200 when up, 503 when down", None), ("2xx - see the wiki", "2xx"),
])  # fmt: skip
def test_a_status_with_words_for_people_behind_it(text: str, status: str | None) -> None:
    """The status counts, unless the words name another one."""
    found = read_expectation(text)
    assert (found.status if found else None) == status
