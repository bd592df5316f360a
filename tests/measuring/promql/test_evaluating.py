"""PromQL by small examples, each checked by hand; `test_corpus.py` holds it against Prometheus' own tests."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchbook.measuring.labels import QueryError, labels_of
from watchbook.measuring.promql import evaluate, evaluate_steps, evaluate_vector, parse
from watchbook.measuring.promql.ranges import Extent, increase
from watchbook.measuring.promql.tree import metric_names
from watchbook.measuring.window import STALE, Window

from array import array  # isort: skip


def window() -> Window:
    """Two shops and a bank, a sample every 10 s for 5 minutes; `up` of the second shop ended at 200 s."""
    found = Window()
    for step in range(31):
        at_s = step * 10.0
        for name, rate in (("a", 1.0), ("b", 3.0)):
            for code, share in (("200", 0.9), ("500", 0.1)):
                labels = labels_of({"service": "shop", "instance": name, "code": code}, "requests_total")
                found.append(labels, at_s, rate * share * at_s)
            up = labels_of({"service": "shop", "instance": name}, "up")
            if name == "a" or at_s < 200:
                found.append(up, at_s, 1.0)
            elif at_s == 200:
                found.append(up, at_s, STALE)
        found.append(labels_of({"service": "shop", "instance": "a"}, "ready"), at_s, 1.0)
        found.append(labels_of({"service": "bank", "instance": "c"}, "up"), at_s, 0.0)
        found.append(labels_of({"service": "shop", "zone": "north"}, "limit"), at_s, 2.0)
        for le, count in (("0.1", 50.0), ("0.5", 90.0), ("1", 100.0), ("+Inf", 100.0)):
            found.append(labels_of({"le": le}, "wait_seconds_bucket"), at_s, count * step)
    return found


WINDOW = window()


def say(query: str, at_s: float = 300.0) -> dict[str, float]:
    """The result as text → value: the labels without the metric's name, or `` for none."""
    return {
        ",".join(value for name, value in labels if name != "__name__"): round(value, 9)
        for labels, value in evaluate_vector(query, WINDOW, at_s)
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("1 + 2 * 3 ^ 2", {"": 19}),
        ("up", {"a,shop": 1, "c,bank": 0}),
        ('up{service="shop"}', {"a,shop": 1}),
        ('up{service!="shop"}', {"c,bank": 0}),
        ('up{service=~"sh.*"}', {"a,shop": 1}),
        ('up{service!~"sh.*"}', {"c,bank": 0}),
        ('up{service="shop"} offset 2m', {"a,shop": 1, "b,shop": 1}),
        ("up @ 100", {"a,shop": 1, "b,shop": 1, "c,bank": 0}),
        ("sum(rate(requests_total[1m]))", {"": 4}),
        ("sum by (instance) (rate(requests_total[1m]))", {"a": 1, "b": 3}),
        ("sum without (code, service) (rate(requests_total[1m]))", {"a": 1, "b": 3}),
        ('sum(increase(requests_total{code="500"}[100s]))', {"": 40}),
        ("max(requests_total)", {"": 810}),
        ("min(requests_total)", {"": 30}),
        ("count(requests_total)", {"": 4}),
        ("avg(requests_total)", {"": 300}),
        ("topk(1, requests_total)", {"200,b,shop": 810}),
        ("bottomk(1, requests_total)", {"500,a,shop": 30}),
        ("quantile(0.5, requests_total)", {"": 180}),
        ("histogram_quantile(0.5, rate(wait_seconds_bucket[1m]))", {"": 0.1}),
        ("histogram_quantile(0.9, rate(wait_seconds_bucket[1m]))", {"": 0.5}),
        ("histogram_quantile(0.7, rate(wait_seconds_bucket[1m]))", {"": 0.3}),
        ("requests_total > 200", {"200,a,shop": 270, "200,b,shop": 810}),
        ("requests_total > bool 200", {"200,a,shop": 1, "200,b,shop": 1, "500,a,shop": 0, "500,b,shop": 0}),
        ("200 < requests_total", {"200,a,shop": 270, "200,b,shop": 810}),
        (
            'sum by (instance) (requests_total{code="500"}) / sum by (instance) (requests_total)',
            {"a": 0.1, "b": 0.1},
        ),
        (
            'requests_total{code="500"} / ignoring(code) group_left sum without (code) (requests_total)',
            {"500,a,shop": 0.1, "500,b,shop": 0.1},
        ),
        ("up * on (service) group_left (zone) limit", {"a,shop,north": 2}),
        ("requests_total and on (instance) up", {"200,a,shop": 270, "500,a,shop": 30}),
        ("requests_total unless on (instance) up", {"200,b,shop": 810, "500,b,shop": 90}),
        ("up == 0 or limit", {"c,bank": 0, "shop,north": 2}),
        ('absent(up{service="gone"})', {"gone": 1}),
        ("absent(up)", {}),
        ('absent_over_time(up{instance="b"}[1m])', {"b": 1}),
        ('sum(up{service="shop"}) == 0 or absent(up{service="shop"})', {}),
        ('count(up{service="gone"} == 1) == 0', {}),  # rule 3: this never fires
        ('sum(up{service="gone"}) == 0 or absent(up{service="gone"})', {"gone": 1}),
        ("clamp(requests_total, 100, 300)", {"200,a,shop": 270, "200,b,shop": 300, "500,a,shop": 100, "500,b,shop": 100}),
        ("clamp_max(limit, 1)", {"shop,north": 1}),
        ("abs(-limit)", {"shop,north": 2}),
        ("round(limit / 3, 0.1)", {"shop,north": 0.7}),
        ("scalar(limit) + 1", {"": 3}),
        ("vector(7)", {"": 7}),
        ("time() - timestamp(limit)", {"shop,north": 0}),
        ('avg_over_time(requests_total{code="500",instance="a"}[20s])', {"500,a,shop": 29.5}),
        ('max_over_time(up{instance="b"}[5m])', {"b,shop": 1}),
        ('count_over_time(up{instance="a"}[1m])', {"a,shop": 6}),
        ('irate(requests_total{code="500",instance="b"}[1m])', {"500,b,shop": 0.3}),
        ('delta(requests_total{code="500",instance="b"}[1m])', {"500,b,shop": 18}),
        ('changes(up{instance="c"}[5m])', {"c,bank": 0}),
        ("max_over_time(sum(rate(requests_total[1m]))[2m:30s])", {"": 4}),
        ('predict_linear(requests_total{code="500",instance="a"}[1m], 100)', {"500,a,shop": 40}),
        ('label_replace(limit, "place", "$1-side", "zone", "(.*)")', {"north-side,shop,north": 2}),
        ('label_join(limit, "both", "/", "service", "zone")', {"shop/north,shop,north": 2}),
        ("count_values(\"is\", up)", {"0": 1, "1": 1}),
        ("sgn(up - 1)", {"a,shop": 0, "c,bank": -1}),
        ("limit / 0", {"shop,north": math.inf}),
        ("hour(vector(7200))", {"": 2}),
    ],
)  # fmt: skip
def test_value(query: str, expected: dict[str, float]) -> None:
    """Each query by hand."""
    assert say(query) == expected


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("sum(", "is not a query"),
        ("", "is not a query"),
        ("rate(up)", "is not a query"),
        ("histogram_avg(up)", "histogram_avg(), which Watchbook cannot evaluate"),
        ('up{service=~"("}', "is not a query"),
        ("requests_total / limit[1m]", "is not a query"),
        ("requests_total + on (service) up", "several series"),
        ("requests_total > on (service) up", "several series"),
        ("-{service='shop'}", "the same labels"),
        ("rate({service='shop'}[1m])", "the same labels"),
        ('label_replace(up, "instance", "x", "", "")', "the same labels"),
    ],
)
def test_refusal(query: str, reason: str) -> None:
    """What cannot be read or evaluated is one `QueryError` with its reason, never a value."""
    with pytest.raises(QueryError) as caught:
        evaluate(query, WINDOW, 100.0)
    assert reason in str(caught.value)


def test_ranges_and_texts_are_no_condition() -> None:
    """A query that gives no numbers is refused where numbers are needed."""
    for query in ("up[1m]", '"text"'):
        evaluate(query, WINDOW, 300.0)
        with pytest.raises(QueryError, match="range or a text"):
            evaluate_vector(query, WINDOW, 300.0)


def test_lookback_is_five_minutes_and_open() -> None:
    """A series is seen until five minutes after its last sample, and no longer."""
    assert say("limit", 599.9) == {"shop,north": 2}
    assert say("limit", 600.0) == {}


def test_steps() -> None:
    """A query at every step, for drawing."""
    points = evaluate_steps('up{instance="b"}', WINDOW, 180.0, 220.0, 10.0)
    assert list(points.values()) == [[(180.0, 1.0), (190.0, 1.0)]]


def test_metric_names() -> None:
    """The metrics that a query names, wherever they stand."""
    query = "sum(rate(a[1m])) / on (x) b > scalar(c) and max_over_time(d[5m:1m]) unless {x='1'} or topk(scalar(e), -f)"
    assert metric_names(parse(query)) == {"a", "b", "c", "d", "e", "f"}


def test_counter_reset_is_repaired() -> None:
    """A restart in the range is not a fall: 5 before it and 3 after it are 8 more."""
    times, values = array("q", [0, 10_000, 20_000, 30_000]), array("d", [0.0, 5.0, 1.0, 3.0])
    assert increase(times, values, Extent(0, 30_000)) == pytest.approx(8.0)


@given(
    st.lists(st.floats(0, 1e6), min_size=2, max_size=40),
    st.integers(1, 100_000),
    st.integers(0, 100_000),
    st.integers(0, 100_000),
)
def test_increase_is_sane(steps: list[float], every_ms: int, before_ms: int, after_ms: int) -> None:
    """An increase is never negative, never less than what was seen, and extrapolates by at most 1.1 intervals a side."""
    times, values, total = array("q"), array("d"), 0.0
    for index, step in enumerate(steps):
        total += step
        times.append(index * every_ms)
        values.append(total)
    extent = Extent(-before_ms, times[-1] + after_ms)
    seen = values[-1] - values[0]
    found = increase(times, values, extent)
    assert found is not None
    slack = 1e-6 * (1 + abs(seen))
    assert seen - slack <= found <= seen * (1 + 2.2 / (len(steps) - 1)) + slack
