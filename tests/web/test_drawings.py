"""Sparks and diagrams: what is drawn is what was measured and written."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from tests.web.shop_text import NOW
from tests.web.shop_views import metrics

from watchbook.app.views.watched import MetricState, MetricView
from watchbook.web import diagram, spark

METRIC = MetricView("Error Rate", "error_ratio", "ratio", "production", MetricState.WITHIN, 0.002, None, 0.01)


def _points(*values: float | None) -> tuple[tuple[float, float | None], ...]:
    return tuple((NOW + 2 * number, value) for number, value in enumerate(values))


def test_a_spark_is_well_formed_and_speaks() -> None:
    """The drawing is XML with a sentence for those who do not see it."""
    drawn = str(spark.draw(replace(METRIC, points=_points(0.001, 0.004, 0.002))))
    root = ElementTree.fromstring(drawn)
    assert root.get("aria-label") == "Error Rate, recently between 0.1% and 0.4%, normally below 1%"
    assert "style" not in drawn


def test_a_gap_in_the_data_stays_a_gap() -> None:
    """Two stretches are two lines, and no point is drawn where there is no newest value."""
    drawn = str(spark.draw(replace(METRIC, points=_points(0.001, 0.002, None, 0.003, 0.004, None))))
    assert drawn.count("<polyline") == 2
    assert "<circle" not in drawn


def test_a_flat_hour_is_two_points_and_a_peak_is_kept() -> None:
    """What lies on a straight line is not sent; a single peak is never lost."""
    flat = [0.002] * 60
    drawn = str(spark.draw(replace(METRIC, points=_points(*flat))))
    assert re.findall(r'points="([^"]*)"', drawn)[0].count(",") == 2
    peak = [*flat[:30], 0.009, *flat[31:]]
    drawn = str(spark.draw(replace(METRIC, points=_points(*peak))))
    heights = [float(y) for y in re.findall(r",([\d.]+)", re.findall(r'points="([^"]*)"', drawn)[0])]
    assert min(heights) < heights[0] - 10


def test_nothing_measured_draws_nothing() -> None:
    """No data is no line at zero."""
    assert spark.draw(replace(METRIC, points=_points(None, None))) == ""
    assert spark.draw(METRIC) == ""


@pytest.mark.parametrize(
    ("low", "high", "values"),
    [(None, 0.01, (0.5, 0.9)), (1.0, 40.0, (0.0, 100.0)), (None, None, (0.0, 0.0)), (0.8, None, (0.9, 0.95))],
)
def test_everything_stays_inside_the_drawing(
    low: float | None, high: float | None, values: tuple[float, ...]
) -> None:
    """Outliers and flat lines, with any range, are drawn within the box."""
    drawn = str(spark.draw(replace(METRIC, low=low, high=high, points=_points(*values))))
    for number in re.findall(r'points="([^"]*)"', drawn)[0].replace(",", " ").split():
        assert 0 <= float(number) <= spark.WIDTH


def test_the_normal_range_is_where_the_values_say() -> None:
    """A value at the limit is drawn on the edge of the band."""
    drawn = str(spark.draw(replace(METRIC, points=_points(0.01, 0.01))))
    top = re.search(r'class="band" x="0" y="([\d.]+)"', drawn)
    trace = re.search(r'points="[\d.]+,([\d.]+)', drawn)
    assert top and trace
    assert float(top.group(1)) == float(trace.group(1))


def test_names_of_others_cannot_break_the_drawing() -> None:
    """A metric's name comes from a document."""
    drawn = str(spark.draw(replace(METRIC, name='"><script>', points=_points(0.1, 0.2))))
    assert "<script>" not in drawn
    ElementTree.fromstring(drawn)


def test_views_of_the_shop_are_drawn() -> None:
    """All of the shop's figures have a drawing."""
    assert all(spark.draw(metric) for metric in metrics(True, ""))


SHOP = """flowchart LR
  Storefront --> Balancer --> Instances
  Instances --> Database
  Instances -->|charges| PaymentAPI[Payment API]
"""


def test_a_flowchart_has_its_nodes_edges_and_lights() -> None:
    """Every node is a box with a place for its light, every arrow an edge, every label is said."""
    drawn = diagram.draw(SHOP)
    assert drawn is not None
    assert drawn.count("<rect") == 5
    assert drawn.count('class="edge"') == 4
    assert "charges" in drawn
    assert "\x02Payment API\x03Payment API" in drawn
    ElementTree.fromstring(re.sub("[\x02\x03]", "", drawn))


def test_layers_follow_the_arrows() -> None:
    """What comes later in the flow stands further right, or further down."""
    places = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)"', diagram.draw(SHOP) or "")
    xs = [float(x) for x, _ in places]
    assert xs[0] < xs[1] < xs[2] < xs[3] == xs[4]
    ys = [
        float(y)
        for _, y in re.findall(
            r'<rect x="([\d.]+)" y="([\d.]+)"', diagram.draw(SHOP.replace("LR", "TD")) or ""
        )
    ]
    assert ys[0] < ys[1] < ys[2] < ys[3]


@pytest.mark.parametrize(
    "source",
    [
        "",
        "sequenceDiagram\n A->>B: x",
        "flowchart LR\n subgraph one\n A --> B\n end",
        "flowchart LR\n A --> B\n style A fill:#f9f",
        "flowchart LR\n A -->",
        "flowchart LR\n" + "\n".join(f" N{n} --> N{n + 1}" for n in range(40)),
    ],
)
def test_what_is_not_understood_whole_is_not_drawn(source: str) -> None:
    """Half a diagram would be a lie; the source is shown instead."""
    assert diagram.draw(source) is None


def test_a_circle_ends() -> None:
    """Services that call each other are drawn, too."""
    drawn = diagram.draw("graph TD\n A --> B --> C --> A\n")
    assert drawn is not None
    assert drawn.count('class="edge"') == 3


def test_labels_are_escaped() -> None:
    """A label comes from a document."""
    drawn = diagram.draw('flowchart LR\n A["<b>x</b>"] --> B\n')
    assert drawn is None or "<b>" not in drawn
