"""Pages of metrics: Prometheus' text format, OpenMetrics, and garbage."""

import math

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics

from watchbook.measuring.exposition import ExpositionReader
from watchbook.measuring.labels import labels_of


def test_samples_of_both_formats() -> None:
    """What prometheus_client writes in either format is read whole, twice the same."""
    registry = CollectorRegistry()
    counter = Counter("orders", "Orders.\nTwo lines", ["path"], registry=registry)
    counter.labels('a "quoted" }{ # {\\path}\n').inc(3)
    Gauge("temperature", "t", registry=registry).set(-math.inf)
    Histogram("wait_seconds", "w", buckets=(0.1, 1), registry=registry).observe(0.5, {"trace_id": "a}b"})
    for generate in (generate_latest, generate_openmetrics):
        reader = ExpositionReader({"instance": "h:1"})
        page = generate(registry).decode()
        first, second = reader.read(page), reader.read(page)
        assert first.problems == ()
        assert first.samples == second.samples
        samples = dict(first.samples)
        assert samples[labels_of({"instance": "h:1"}, "temperature")] == -math.inf
        assert samples[labels_of({"instance": "h:1", "le": "1.0"}, "wait_seconds_bucket")] == 1.0
        orders = {"instance": "h:1", "path": 'a "quoted" }{ # {\\path}\n'}
        assert samples[labels_of(orders, "orders_total")] == 3.0


def test_vanished_series() -> None:
    """A series that the next page no longer has is named, once."""
    reader = ExpositionReader({})
    reader.read('up 1\ngone{a="1"} 2\n')
    assert reader.read("up 1\n").vanished == [labels_of({"a": "1"}, "gone")]
    assert reader.read("up 1\n").vanished == []
    assert reader.forget() == [labels_of({}, "up")]
    assert reader.forget() == []


def test_extra_labels_win() -> None:
    """The target's own `instance` label is kept under another name."""
    reader = ExpositionReader({"instance": "h:1"})
    ((labels, _),) = reader.read('up{instance="mine"} 1\n').samples
    assert labels == labels_of({"instance": "h:1", "exported_instance": "mine"}, "up")


def test_timestamps_are_not_values() -> None:
    """A sample's own timestamp is passed over."""
    assert ExpositionReader({}).read('a 1 1700000000000\nb{x="1"} 2 1.5\n').samples == [
        (labels_of({}, "a"), 1.0),
        (labels_of({"x": "1"}, "b"), 2.0),
    ]


def test_garbage_is_named_beside_what_can_be_read() -> None:
    """Lines that are no samples are problems; the others count."""
    page = 'good 1\n<html>\nbad\nbad{x="1" 3\nq 1_0\nq{y="1"} zz\nalso_good 2\n'
    read = ExpositionReader({}).read(page)
    assert [dict(labels)["__name__"] for labels, _ in read.samples] == ["good", "also_good"]
    assert len(read.problems) == 5
    assert read.problems[0] == "line 2 is not a sample: '<html>'"


def test_sample_limit() -> None:
    """A page beyond the limit is cut, and says so."""
    read = ExpositionReader({}, limit_samples=10).read("".join(f"m{i} 1\n" for i in range(50)))
    assert len(read.samples) == 10
    assert read.problems == ("more than 10 samples: the rest is not read",)


noise = st.text(st.sampled_from(list('ab_{}="\\,# \n\t0179.eE+-NaInf\x00é\u2028')), max_size=120)


@given(st.lists(noise, max_size=3))
def test_never_raises(pages: list[str]) -> None:
    """Whatever a target answers, reading it gives samples and problems."""
    reader = ExpositionReader({"instance": "x"})
    for page in pages:
        for labels, value in reader.read(page).samples:
            assert dict(labels)["__name__"]
            assert isinstance(value, float)
