"""Watchbook's own figures in the form Prometheus reads. Called by `/metrics`.

Names, kinds and values come from the application; the format is prometheus_client's, chosen by the Accept header.
"""

import math
from collections.abc import Iterable, Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector, CollectorRegistry

from watchbook.app.views.own import Figure


class _Figures(Collector):
    def __init__(self, figures: Iterable[Figure]) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        for figure in self._figures:
            yield family_of(figure)


def family_of(figure: Figure) -> Metric:
    """One figure as prometheus_client holds it."""
    match figure.kind:
        case "histogram":
            return _histogram(figure)
        case "counter":
            counter = CounterMetricFamily(figure.name, figure.says, labels=_label_names(figure))
            for sample in figure.samples:
                counter.add_metric(_label_values(figure, sample.labels), sample.value)
            return counter
        case _:
            gauge = GaugeMetricFamily(figure.name, figure.says, labels=_label_names(figure))
            for sample in figure.samples:
                gauge.add_metric(_label_values(figure, sample.labels), sample.value)
            return gauge


def _histogram(figure: Figure) -> HistogramMetricFamily:
    family = HistogramMetricFamily(figure.name, figure.says, labels=_label_names(figure))
    for sample in figure.samples:
        buckets = [(_bound(bucket.le), float(bucket.count)) for bucket in sample.buckets]
        family.add_metric(_label_values(figure, sample.labels), buckets, sample.total)
    return family


def _bound(le: float) -> str:
    return "+Inf" if math.isinf(le) else repr(le)


def _label_names(figure: Figure) -> list[str]:
    return sorted({name for sample in figure.samples for name in sample.labels})


def _label_values(figure: Figure, labels: Mapping[str, str]) -> list[str]:
    return [str(labels.get(name, "")) for name in _label_names(figure)]


def expose(figures: Iterable[Figure], accept: str) -> tuple[bytes, str]:
    """The text and its content type: OpenMetrics where asked for, else Prometheus' older form."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(figures))
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type
