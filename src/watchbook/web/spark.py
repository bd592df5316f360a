"""A metric's recent past as a small drawing: normal range, limits, trace. Pure; called by the templates.

No script, no style attribute: the content security policy allows neither. Gaps in the data stay gaps.
"""

from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from watchbook.app.views.watched import MetricView
from watchbook.model.quantities import say
from watchbook.web.wording import say_band

WIDTH, HEIGHT, MARGIN = 92, 26, 3
INVISIBLE = 0.2  # of a drawing unit
_Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Scale:
    """From values to heights and from moments to widths, in drawing units."""

    low: float
    high: float
    first: float
    last: float

    def y(self, value: float) -> float:
        span = (self.high - self.low) or 1.0
        inside = min(max(value, self.low), self.high)
        return round(HEIGHT - MARGIN - (inside - self.low) / span * (HEIGHT - 2 * MARGIN), 1)

    def x(self, at: float) -> float:
        span = (self.last - self.first) or 1.0
        return round((at - self.first) / span * (WIDTH - MARGIN))


def draw(metric: MetricView) -> Markup:
    """The SVG, with a sentence for those who do not see it; empty where nothing was measured yet."""
    values = [value for _, value in metric.points if value is not None]
    if not values:
        return Markup("")
    scale = _scale_of(metric, values)
    parts = [_band(metric, scale), *_limits(metric, scale), *_traces(metric, scale)]
    return Markup(
        '<svg viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" aria-label="{says}">{parts}</svg>'
    ).format(w=WIDTH, h=HEIGHT, says=describe(metric, values), parts=Markup("".join(parts)))


def describe(metric: MetricView, values: list[float]) -> str:
    """The drawing in words: `Error Rate, between 0.1% and 1.2%, normally below 1%`."""
    between = f"between {say(min(values), metric.unit)} and {say(max(values), metric.unit)}"
    band = say_band(metric)
    return f"{metric.name}, recently {between}" + (f", normally {band}" if band else "")


def _scale_of(metric: MetricView, values: list[float]) -> _Scale:
    """From zero (or below) to a little above the greater of limit and data, so that the range is always seen."""
    edges = [edge for edge in (metric.low, metric.high) if edge is not None]
    low = min(0.0, *values, *edges)
    high = max([*values, *edges]) or 1.0
    if metric.high is None and metric.low is not None:
        high = max(high, metric.low * 1.25)
    return _Scale(low, high * 1.12, metric.points[0][0], metric.points[-1][0])


def _band(metric: MetricView, scale: _Scale) -> str:
    if metric.low is None and metric.high is None:
        return ""
    top = scale.y(metric.high) if metric.high is not None else 0.0
    bottom = scale.y(metric.low) if metric.low is not None else float(HEIGHT)
    return f'<rect class="band" x="0" y="{top}" width="{WIDTH}" height="{round(max(bottom - top, 1), 1)}"/>'


def _limits(metric: MetricView, scale: _Scale) -> list[str]:
    return [
        f'<path class="limit" d="M0 {scale.y(edge)}H{WIDTH}"/>'
        for edge in (metric.low, metric.high)
        if edge is not None
    ]


def _traces(metric: MetricView, scale: _Scale) -> list[str]:
    """A line for each stretch of data, and a point at the newest value."""
    drawn, stretch = [], list[_Point]()
    for at, value in (*metric.points, (0.0, None)):
        if value is not None:
            stretch.append((scale.x(at), scale.y(value)))
        elif stretch:
            line = " ".join(f"{x:g},{y:g}" for x, y in _fewer(stretch))
            drawn.append(f'<polyline class="trace" points="{line}"/>')
            stretch = []
    at, value = metric.points[-1]
    if value is not None:
        drawn.append(f'<circle class="now" cx="{scale.x(at):g}" cy="{scale.y(value):g}" r="2"/>')
    return drawn


def _fewer(points: list[_Point]) -> list[_Point]:
    """The points without those that lie on the line between their neighbours: a flat hour is two points to a phone."""
    kept = points[:1]
    for (x, y), (next_x, next_y) in pairwise(points[1:]):
        from_x, from_y = kept[-1]
        along = (x - from_x) / ((next_x - from_x) or 1)
        if abs(from_y + along * (next_y - from_y) - y) > INVISIBLE:
            kept.append((x, y))
    return kept + points[1:][-1:]
