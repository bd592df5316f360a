"""A flowchart of the runbook as a drawing whose parts carry their lights. Pure; called by `web.prose`.

Understands what architecture sections use: Mermaid's `flowchart LR|TD` with chains of arrows, labelled nodes and edge
labels. Anything else (subgraphs, styles, other diagrams) gives None, and the source is shown as it is written.
"""

import html
import re
from dataclasses import dataclass, field

_HEAD = re.compile(r"(?:flowchart|graph)\s+(LR|RL|TD|TB|BT)\s*;?\s*$")
_NODE = re.compile(
    r"\s*([\w-]+?)(?:\(\[(?P<a>[^\]]+)\]\)|\[\((?P<b>[^)]+)\)\]|\(\((?P<c>[^)]+)\)\)"
    r"|\[(?P<d>[^\]\[]+)\]|\((?P<e>[^)(]+)\)|\{(?P<f>[^}{]+)\})?(?=\s*(?:$|-|=|;|&))"
)
_EDGE = re.compile(r"\s*(?:--+>|==+>|-\.+->|---+)(?:\|([^|]*)\|)?")
MOST_NODES = 24
_CHARACTER, _PADDING, _TALL, _GAP_ALONG, _GAP_ACROSS = 7.4, 26, 34, 44, 16


@dataclass(slots=True)
class _Chart:
    down: bool
    labels: dict[str, str] = field(default_factory=dict)
    edges: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Box:
    x: float
    y: float
    width: float

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


def draw(source: str) -> str | None:
    """The SVG of a flowchart; None for what is not understood whole.

    Every node is followed by a place for a light, named by its label between \\x02 and \\x03.
    """
    chart = _read(source)
    if chart is None or not chart.labels or len(chart.labels) > MOST_NODES:
        return None
    layers = _layers(chart)
    boxes, width, height = _place(chart, layers)
    edges = "".join(_edge(boxes[a], boxes[b], label, chart.down) for a, b, label in chart.edges)
    nodes = "".join(_node(chart.labels[name], boxes[name]) for name in boxes)
    says = html.escape(
        "Diagram: " + "; ".join(f"{chart.labels[a]} to {chart.labels[b]}" for a, b, _ in chart.edges)
    )
    arrow = (
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 1 7 4 0 7z"/></marker></defs>'
    )
    return (
        f'<figure class="diagram"><svg viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" '
        f'role="img" aria-label="{says}">{arrow}{edges}{nodes}</svg></figure>\n'
    )


def _read(source: str) -> _Chart | None:
    lines = [
        line.strip() for line in source.splitlines() if line.strip() and not line.strip().startswith("%%")
    ]
    head = _HEAD.match(lines[0]) if lines else None
    if head is None:
        return None
    chart = _Chart(head.group(1) in ("TD", "TB", "BT"))
    for line in lines[1:]:
        if not _read_chain(chart, line.rstrip(";")):
            return None
    return chart


def _read_chain(chart: _Chart, line: str) -> bool:
    """`A --> B[Label] -->|says| C`: nodes and the edges between them. False for anything else."""
    at, before, says = 0, "", ""
    while True:
        node = _NODE.match(line, at)
        if node is None:
            return False
        name, label = node.group(1), next((text for text in node.groupdict().values() if text), "")
        chart.labels[name] = label.strip(' "') or chart.labels.get(name, name)
        if before:
            chart.edges.append((before, name, says))
        at, before = node.end(), name
        if not line[at:].strip():
            return True
        edge = _EDGE.match(line, at)
        if edge is None:
            return False
        at, says = edge.end(), (edge.group(1) or "").strip(' "')


def _layers(chart: _Chart) -> list[list[str]]:
    """Nodes by their longest way from a beginning; a circle ends where it would come back."""
    depth = dict.fromkeys(chart.labels, 0)
    for _ in chart.labels:
        changed = False
        for a, b, _says in chart.edges:
            if depth[b] < depth[a] + 1 < len(chart.labels):
                depth[b] = depth[a] + 1
                changed = True
        if not changed:
            break
    used = sorted(set(depth.values()))
    return [[name for name in chart.labels if depth[name] == one] for one in used]


def _width(label: str) -> float:
    return round(len(label) * _CHARACTER + _PADDING + 8)


def _place(chart: _Chart, layers: list[list[str]]) -> tuple[dict[str, _Box], float, float]:
    """Boxes by name, and the size of the whole. Each layer is centred across the flow."""
    boxes: dict[str, _Box] = {}
    widths = {name: _width(label) for name, label in chart.labels.items()}
    if chart.down:
        across = [sum(widths[name] + _GAP_ACROSS for name in layer) - _GAP_ACROSS for layer in layers]
        whole = max(across)
        for row, layer in enumerate(layers):
            x = (whole - across[row]) / 2 + 2
            for name in layer:
                boxes[name] = _Box(x, row * (_TALL + _GAP_ALONG) + 2, widths[name])
                x += widths[name] + _GAP_ACROSS
        return boxes, whole + 4, len(layers) * (_TALL + _GAP_ALONG) - _GAP_ALONG + 4
    tall = max(len(layer) * (_TALL + _GAP_ACROSS) - _GAP_ACROSS for layer in layers)
    x = 2.0
    for layer in layers:
        widest = max(widths[name] for name in layer)
        y = (tall - (len(layer) * (_TALL + _GAP_ACROSS) - _GAP_ACROSS)) / 2 + 2
        for name in layer:
            boxes[name] = _Box(x, y, widest)
            y += _TALL + _GAP_ACROSS
        x += widest + _GAP_ALONG
    return boxes, x - _GAP_ALONG + 2, tall + 4


def _edge(a: _Box, b: _Box, label: str, down: bool) -> str:
    half = _TALL / 2
    if down:
        (x1, y1), (x2, y2) = (a.middle, a.y + _TALL), (b.middle, b.y)
        bend = f"M{x1:g} {y1:g}C{x1:g} {(y1 + y2) / 2:g} {x2:g} {(y1 + y2) / 2:g} {x2:g} {y2:g}"
    else:
        (x1, y1), (x2, y2) = (a.x + a.width, a.y + half), (b.x, b.y + half)
        bend = f"M{x1:g} {y1:g}C{(x1 + x2) / 2:g} {y1:g} {(x1 + x2) / 2:g} {y2:g} {x2:g} {y2:g}"
    text = ""
    if label:
        text = (
            f'<text class="says" x="{(x1 + x2) / 2:g}" y="{(y1 + y2) / 2 - 5:g}">{html.escape(label)}</text>'
        )
    return f'<path class="edge" d="{bend}" marker-end="url(#arrow)"/>{text}'


def _node(label: str, box: _Box) -> str:
    shown = html.escape(label)
    return (
        f'<g><rect x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{_TALL}" rx="7"/>'
        f'<text x="{box.middle:g}" y="{box.y + _TALL / 2 + 4.5:g}">\x02{shown}\x03{shown}</text></g>'
    )
