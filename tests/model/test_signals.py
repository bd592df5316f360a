"""Which signal a text names."""

import pytest

from watchbook.model.quantities import Unit
from watchbook.model.signals import SIGNALS, signal_mentioned, signal_named

NAMED = [
    ("High CPU Usage", None, None, "cpu_utilization"),
    ("HighCPU", None, None, "cpu_utilization"),
    ("Error Rate", "ratio", None, "error_ratio"),
    ("Error Rate", "1/s", None, "error_rate"),
    ("API errors", "1/s", "above", "error_rate"),
    ("failures", "count", "above", "error_count"),
    ("5xx errors", "ratio", None, "error_ratio"),
    ("HTTP Success Rate", "ratio", "below", "availability"),
    ("Latency (p95)", "s", "above", "latency"),
    ("P95 latency", "s", None, "latency"),
    ("Response Time", "s", None, "latency"),
    ("Throughput", "1/s", "below", "request_rate"),
    ("Memory Usage", "ratio", "above", "memory_utilization"),
    ("Memory Usage", "bytes", "above", "memory_bytes"),
    ("Disk space", "ratio", "above", "disk_utilization"),
    ("Disk space", "ratio", "below", "disk_free_ratio"),
    ("Disk space", "bytes", "below", "disk_free_bytes"),
    ("DB Connections", "ratio", "above", "connection_utilization"),
    ("Active connections", "count", "above", "connections"),
    ("healthy instances", "count", "below", "healthy_instances"),
    ("healthy pods", None, None, "healthy_instances"),
    ("Pod Restarts", "count", None, "restarts"),
    ("Cache Hit Ratio", "ratio", "below", "cache_hit_ratio"),
    ("Queue Depth", "count", "above", "queue_depth"),
    ("Replication lag", "s", "above", "replication_lag"),
    ("SSL certificate expires", "s", "below", "certificate_lifetime"),
    ("age of the last backup", "s", "above", "backup_age"),
    ("Uptime", "ratio", "below", "availability"),
    ("health check", None, None, "probe_success"),
]


@pytest.mark.parametrize(("text", "unit", "direction", "name"), NAMED)
def test_named(text: str, unit: str | None, direction: str | None, name: str) -> None:
    """Spellings from real runbooks name their signal; unit and direction decide where two share one."""
    signal = signal_named(text, unit, direction)
    assert signal is not None
    assert signal.name == name


@pytest.mark.parametrize(
    "text",
    ["Payments feel slow", "Service Down", "", "Cache Latency", "payment_processing_rate", "Memory Growth"],
)
def test_not_named(text: str) -> None:
    """A text that names no signal, or that of something else, is not guessed to be one."""
    assert signal_named(text) is None


def test_rest_tells_whose_signal_it_is() -> None:
    """Words that are no part of the signal's name are handed back."""
    mention = signal_mentioned("Redis Cache Latency (p95)", "s")
    assert mention is not None
    assert (mention.signal.name, mention.rest) == ("latency", ("redi", "cache")) or mention.rest == (
        "redis",
        "cache",
    )


@pytest.mark.parametrize(
    ("text", "unit", "name", "params"),
    [
        ("P95 latency", "s", "latency", (("quantile", 0.95),)),
        ("p99.9 latency", "s", "latency", (("quantile", 0.999),)),
        ("P999 latency", "s", "latency", (("quantile", 0.999),)),
        ("95th percentile response time", "s", "latency", (("quantile", 0.95),)),
        ("median latency", "s", "latency", (("quantile", 0.5),)),
        ("mean latency", "s", "latency", ()),
        ("401s", None, "status_rate", (("status", "401"),)),
        ("HTTP 429 responses", "ratio", "status_ratio", (("status", "429"),)),
        ("4xx", "count", "status_count", (("status", "4xx"),)),
    ],
)
def test_parameters_in_the_words(
    text: str, unit: str | None, name: str, params: tuple[tuple[str, float | str], ...]
) -> None:
    """Percentiles and statuses in a name become parameters."""
    mention = signal_mentioned(text, unit)
    assert mention is not None
    assert (mention.signal.name, mention.params, mention.rest) == (name, params, ())


def test_every_alias_names_its_signal() -> None:
    """No alias is hidden by noise words or by another entry: with its unit and direction it is found."""
    for signal in SIGNALS:
        for alias in signal.aliases:
            found = signal_named(alias, signal.unit, signal.bad_direction)
            assert found is not None, (signal.name, alias)
            assert (found.unit, found.bad_direction) == (signal.unit, signal.bad_direction), (
                signal.name,
                alias,
            )


def test_names_are_unique_and_find_themselves() -> None:
    """A signal's own name always means itself."""
    names = [signal.name for signal in SIGNALS]
    assert len(set(names)) == len(names)
    assert all(signal_named(name) is signal for name, signal in zip(names, SIGNALS, strict=True))


def test_units_are_base_units() -> None:
    """Every signal is measured in a base unit of the model."""
    assert {signal.unit for signal in SIGNALS} <= set(Unit)
