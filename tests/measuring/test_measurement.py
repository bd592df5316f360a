"""Binding signals to what a service exposes, and measuring them."""

import pytest

from watchbook.measuring.catalogue import DURATIONS, GAUGES, OBSERVED, OF_REQUESTS, REQUESTS
from watchbook.measuring.exposition import ExpositionReader
from watchbook.measuring.labels import labels_of
from watchbook.measuring.measurement import (
    BindingProblem,
    Measured,
    Measurement,
    bind_signal,
    measure,
    say_range,
)
from watchbook.measuring.promql import parse
from watchbook.measuring.window import Window
from watchbook.model.signals import SIGNALS, Signal, averaging_s, signal_named


def signal(name: str) -> Signal:
    found = signal_named(name)
    assert found is not None
    return found


def bound(name: str, inventory: dict[str, frozenset[str]], **params: float | str) -> Measurement:
    found = bind_signal(signal(name), params, inventory, 60.0)
    assert isinstance(found, Measurement), found
    return found


def window_of(
    series: dict[str, list[float]], every_s: float = 2.0, name: str = "http_requests_total"
) -> Window:
    """A window with counters of one metric, keyed by status, a sample every `every_s`."""
    window = Window()
    for status, values in series.items():
        for step, value in enumerate(values):
            window.append(labels_of({"status": status, "instance": "a"}, name), step * every_s, value)
    return window


CONVENTIONS = {
    "client": {"http_requests_total": {"status", "path"}, "http_request_duration_seconds_bucket": {"le"},
               "http_request_duration_seconds_count": set(), "http_request_duration_seconds_sum": set()},
    "prefixed": {"shop_http_requests_total": {"code"}, "shop_http_request_duration_seconds_bucket": {"le"},
                 "shop_cache_requests_total": set()},
    "otel": {"http_server_request_duration_seconds_count": {"http_response_status_code"},
             "http_server_request_duration_seconds_bucket": {"le"}},
    "micrometer": {"http_server_requests_seconds_count": {"status", "outcome"},
                   "http_server_requests_seconds_bucket": {"le"}},
    "istio": {"istio_requests_total": {"response_code"}, "istio_request_duration_milliseconds_bucket": {"le"}},
    "nginx": {"nginx_ingress_controller_requests": {"status"},
              "nginx_ingress_controller_request_duration_seconds_bucket": {"le"}},
    "envoy": {"envoy_http_downstream_rq_xx": {"envoy_response_code_class"},
              "envoy_cluster_upstream_rq_xx": {"envoy_response_code_class"},
              "envoy_http_downstream_rq_time_bucket": {"le"}},
    "grpc": {"grpc_server_handled_total": {"grpc_code"}, "grpc_server_handling_seconds_bucket": {"le"}},
}  # fmt: skip


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_each_convention_measures_requests(convention: str) -> None:
    """Traffic, errors and latency are found under every naming convention, in queries that parse."""
    inventory = {name: frozenset(labels) for name, labels in CONVENTIONS[convention].items()}
    for name in ("request_rate", "error_ratio", "error_rate", "availability"):
        parse(bound(name, inventory).query)
    parse(bound("latency", inventory, quantile=0.95).query)


def test_every_template_is_promql() -> None:
    """No template of the catalogue can fail to parse, with and without a selector."""
    for name, gauges in GAUGES.items():
        for gauge in gauges:
            inventory = {f"metric_{i}": frozenset({"instance"}) for i in range(3)}
            names = dict(zip(gauge.needs, inventory, strict=False))
            assert len(names) == len(gauge.needs)
            for selector in ("", '{namespace="shop",app="checkout"}', 'job="x"'):
                from watchbook.measuring.measurement import _Place

                place = _Place(selector, 90)
                parse(place.fill(gauge.query, *names.values()))
                if gauge.traffic:
                    parse(place.fill(gauge.traffic, *names.values()))
        assert any(signal.name == name for signal in SIGNALS), name


def test_every_signal_has_a_way_to_be_measured() -> None:
    """A signal that people can name is measured by something."""
    for each in SIGNALS:
        assert (
            each.name in OBSERVED or each.name in GAUGES or each.name in OF_REQUESTS or each.name == "latency"
        )
    assert REQUESTS
    assert DURATIONS


def test_no_family_is_a_named_problem() -> None:
    """Where nothing fits, the problem names the signal and how to mend it."""
    problem = bind_signal(
        signal("error_ratio"), {}, {"shop_cache_requests_total": frozenset({"instance"})}, 60
    )
    assert isinstance(problem, BindingProblem)
    assert "no metric here measures share of requests that fail" in problem.reason
    assert "Key Metrics" in problem.mend


def test_two_families_are_a_named_problem() -> None:
    """Two conventions, or two metrics of one, are never chosen between in silence."""
    both = {"http_requests_total": frozenset({"code"}), "istio_requests_total": frozenset({"response_code"})}
    two = {"a_http_requests_total": frozenset({"code"}), "b_http_requests_total": frozenset({"code"})}
    for inventory in (both, two):
        problem = bind_signal(signal("error_ratio"), {}, inventory, 60)
        assert isinstance(problem, BindingProblem)
        assert "more than one way" in problem.reason


def test_a_counter_without_status_is_no_error_ratio() -> None:
    """A cache's requests are not the service's; a bare http counter gives traffic only."""
    inventory = {
        "shop_cache_requests_total": frozenset({"instance"}),
        "http_requests_total": frozenset({"path"}),
    }
    assert isinstance(bind_signal(signal("error_ratio"), {}, inventory, 60), BindingProblem)
    assert "http_requests_total" in bound("request_rate", inventory).query
    only_cache = {"shop_cache_requests_total": frozenset({"instance"})}
    assert isinstance(bind_signal(signal("request_rate"), {}, only_cache, 60), BindingProblem)


def test_outcomes_in_words() -> None:
    """A status label that holds words is understood, or is a problem: failures are never silently 0 %."""
    window = window_of({"ok": [3.0 * i for i in range(31)], "Error": [1.0 * i for i in range(31)]})
    found = bind_signal(signal("error_ratio"), {}, window.inventory(), 60, values=window.label_values)
    assert isinstance(found, Measurement), found
    assert measure(found, signal("error_ratio"), window, 60).value == pytest.approx(0.25)
    odd = window_of({"ok": [1.0], "declined": [1.0]})
    problem = bind_signal(signal("error_ratio"), {}, odd.inventory(), 60, values=odd.label_values)
    assert isinstance(problem, BindingProblem)
    assert (
        problem.reason
        == "the label status of http_requests_total holds “declined”: what is a failure cannot be told"
    )
    traffic = bind_signal(signal("request_rate"), {}, odd.inventory(), 60, values=odd.label_values)
    assert isinstance(traffic, Measurement)


def test_one_status() -> None:
    """`401s` and `4xx` count that status or class only."""
    window = window_of(
        {
            "200": [8.0 * i for i in range(31)],
            "401": [1.0 * i for i in range(31)],
            "404": [1.0 * i for i in range(31)],
        }
    )
    assert measured("status_ratio", window, 60, status="401").value == pytest.approx(0.1)
    assert measured("status_ratio", window, 60, status="4xx").value == pytest.approx(0.2)
    assert measured("status_rate", window, 60, status="401").value == pytest.approx(0.5)
    assert measured("status_count", window, 60, status="401", window_s=30.0).value == pytest.approx(15)


def test_healthy_instances_are_counted_from_probes() -> None:
    """What Watchbook's own probes answer is never taken from a metric."""
    problem = bind_signal(signal("healthy_instances"), {}, {"up": frozenset()}, 60)
    assert isinstance(problem, BindingProblem)
    assert "own probes" in problem.reason


def test_selector_is_in_every_part() -> None:
    """On a shared source the selector narrows the failures and the total alike."""
    inventory = {"http_requests_total": frozenset({"status"})}
    found = bind_signal(signal("error_ratio"), {}, inventory, 60, '{namespace="shop", app="checkout"}')
    assert isinstance(found, Measurement)
    assert found.query.count('namespace="shop", app="checkout"') == 3
    parse(found.query)


def measured(
    name: str, window: Window, at_s: float, average_s: float = 60, **params: float | str
) -> Measured:
    found = bind_signal(signal(name), params, window.inventory(), average_s)
    assert isinstance(found, Measurement), found
    return measure(found, signal(name), window, at_s)


def test_error_ratio() -> None:
    """A quarter of the requests fail: 25 %."""
    window = window_of({"200": [3.0 * i for i in range(31)], "500": [1.0 * i for i in range(31)]})
    result = measured("error_ratio", window, 60)
    assert result.state == "value"
    assert result.value == pytest.approx(0.25)
    assert result.traffic == pytest.approx(2.0)


def test_missing_error_series_counts_as_zero() -> None:
    """A service that never failed has no error series: that is 0 %, not missing data."""
    result = measured("error_ratio", window_of({"200": [3.0 * i for i in range(31)]}), 60)
    assert (result.state, result.value) == ("value", 0.0)


def test_no_traffic_is_a_state_of_its_own() -> None:
    """Counters that stand still: no traffic, neither 0 % nor missing data."""
    window = window_of({"200": [3.0] * 31, "500": [1.0] * 31})
    for name in ("error_ratio", "availability"):
        assert measured(name, window, 60).state == "no_traffic"


def test_vanished_series_are_no_data() -> None:
    """Long after the last sample there is nothing to tell from."""
    window = window_of({"200": [3.0 * i for i in range(31)], "500": [1.0 * i for i in range(31)]})
    found = bound("error_ratio", window.inventory())
    assert measure(found, signal("error_ratio"), window, 10_000).state == "no_data"


def test_latency_quantile_and_mean() -> None:
    """p95 by interpolation in the bucket, mean from sum and count, and no traffic as its own state."""
    window = Window()
    for step in range(31):
        for le, count in (("0.1", 9), ("0.5", 10), ("+Inf", 10)):
            labels = labels_of({"le": le}, "http_request_duration_seconds_bucket")
            window.append(labels, step * 2.0, float(count * step))
        window.append(labels_of({}, "http_request_duration_seconds_count"), step * 2.0, 10.0 * step)
        window.append(labels_of({}, "http_request_duration_seconds_sum"), step * 2.0, 1.5 * step)
    assert measured("latency", window, 60, quantile=0.95).value == pytest.approx(0.3)
    assert measured("latency", window, 60).value == pytest.approx(0.15)
    still = Window()
    for step in range(31):
        for le in ("0.1", "+Inf"):
            still.append(labels_of({"le": le}, "http_request_duration_seconds_bucket"), step * 2.0, 7.0)
    assert measured("latency", still, 60, quantile=0.95).state == "no_traffic"


def test_each_instance_and_the_worst_first() -> None:
    """CPU is measured for each instance; the worst one is the value."""
    window = Window()
    for step in range(31):
        for name, rate in (("a", 0.2), ("b", 0.7)):
            window.append(
                labels_of({"instance": name}, "process_cpu_seconds_total"), step * 2.0, rate * 2 * step
            )
    result = measured("cpu_utilization", window, 60)
    assert result.value == pytest.approx(0.7)
    assert [dict(labels)["instance"] for labels, _ in result.values] == ["b", "a"]


def test_counts_use_their_own_window() -> None:
    """`> 5 failures in 5min` counts over five minutes, whatever rates are averaged over."""
    inventory = {"http_requests_total": frozenset({"status"})}
    assert "[5m]" in bound("error_count", inventory, window_s=300.0).query
    assert "[1m]" in bound("error_rate", inventory).query


def test_a_real_page() -> None:
    """From the text of a page to a value: reader, window, binding and evaluation together."""
    window, reader = Window(), ExpositionReader({"instance": "127.0.0.1:8101"})
    for step in range(6):
        page = (
            "# TYPE shop_http_requests counter\n"
            f'shop_http_requests_total{{method="POST",status="200"}} {step * 10}\n'
            f'shop_http_requests_total{{method="POST",status="502"}} {step * 10}\n'
            f"process_cpu_seconds_total {step}\n# EOF\n"
        )
        window.append_all(reader.read(page).samples, step * 2.0)
    assert measured("error_ratio", window, 10, 10).value == pytest.approx(0.5)
    assert measured("cpu_utilization", window, 10, 10).value == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("window_s", "every_s", "stated_s", "expected_s"),
    [(300, 15, None, 300), (600, 15, None, 300), (10, 2, None, 10), (60, 60, None, 240), (0, 15, None, 60), (60, 15, 9, 9)],
)  # fmt: skip
def test_averaging_window(window_s: float, every_s: float, stated_s: float | None, expected_s: float) -> None:
    """As stated, else max(4 scrapes, min(window, 5 min))."""
    assert averaging_s(window_s, every_s, stated_s) == expected_s


@pytest.mark.parametrize(
    ("seconds", "text"), [(10, "10s"), (300, "5m"), (7200, "2h"), (1.5, "1500ms"), (90, "90s")]
)
def test_ranges_as_promql_writes_them(seconds: float, text: str) -> None:
    """Durations in brackets are whole units."""
    assert say_range(seconds) == text
