"""Key Metrics: figures with their normal range, and where the figures come from.

Called by `reading.runbook`. A band is drawn and reported and never pages; Warning and Critical columns are
read by `reading.figure_tables`.
"""

import re
from dataclasses import dataclass, field, replace

from watchbook.model.ids import slug
from watchbook.model.quantities import Band, Unit, say
from watchbook.model.runbook import AlertRule, Metric, MetricsEndpoint, Role
from watchbook.model.signals import Signal, signal_mentioned
from watchbook.reading.blocks import Field, Line, List, Paragraph, Row, Table
from watchbook.reading.comparisons import has_comparison
from watchbook.reading.document import Section
from watchbook.reading.exactness import say_exactly
from watchbook.reading.fields import fields_of_item
from watchbook.reading.figure_roles import Use, figure_columns, is_elsewhere, role_of_title
from watchbook.reading.figures import FigureRules, Written, subject_of, take, target_in_brackets
from watchbook.reading.levels import levels_in, normal_and_levels
from watchbook.reading.limits import has_number, read_limits
from watchbook.reading.notes import Notes
from watchbook.reading.placeholders import placeholder_in, without_brackets
from watchbook.reading.quantities import as_expected, duration_at, find_quantities, read_quantity
from watchbook.reading.queries import is_query
from watchbook.reading.ranges import read_band
from watchbook.reading.refinements import Known
from watchbook.reading.synonyms import plain
from watchbook.reading.tables import Columns, columns_of

_ENDPOINT = frozenset(
    {"metrics endpoint", "metrics", "prometheus endpoint", "metrics url", "metrics path", "scrape endpoint"}
)
_EXAMPLES = {
    Unit.SECONDS: "< 250ms",
    Unit.RATIO: "< 1%",
    Unit.BYTES: "< 512 MiB",
    Unit.PER_SECOND: "1–40 req/s",
    Unit.COUNT: "< 100",
}


@dataclass(slots=True)
class Figures:
    """What the sections say of metrics."""

    metrics: list[Metric] = field(default_factory=list)
    endpoint: MetricsEndpoint | None = None
    lines: dict[str, int] = field(default_factory=dict)  # of each name
    rules: list[AlertRule] = field(default_factory=list)  # figures in another role than a band of Key Metrics
    gathered: FigureRules | None = None
    levelled: list[tuple[str, str, int, bool]] = field(
        default_factory=list
    )  # name, text, line, of something else

    def others(self, notes: Notes, service: str = "") -> FigureRules:
        """Where targets, triggers, checklists and other bands are gathered."""
        if self.gathered is None:
            self.gathered = FigureRules(notes, Known(service=service), self.rules)
        return self.gathered

    def add_drawn(self, *metrics: Metric) -> None:
        """Figures to be drawn that have no band; one that is known already stays as it is."""
        for metric in metrics:
            if slug(metric.name) not in self.lines:
                self.lines[slug(metric.name)] = metric.line
                self.metrics.append(metric)

    def add(self, metric: Metric, notes: Notes) -> bool:
        """Takes the figure; a second one of its name is told and left."""
        first = self.lines.setdefault(slug(metric.name), metric.line)
        if first != metric.line:
            notes.find(
                "field-repeated",
                metric.line,
                mark=metric.name,
                field=metric.name,
                first=first,
                text=metric.name,
            )
            return False
        self.metrics.append(metric)
        return True


def read(section: Section, notes: Notes, figures: Figures) -> None:
    """Adds the figures of the section to `figures`."""
    for part in section.walk():
        role = role_of_title(part.title)
        group = part.title if is_elsewhere(part.title) else ""
        for block in part.blocks:
            if isinstance(block, List):
                _read_list(block, _Place(notes, figures, role, group))
            elif isinstance(block, Table):
                _read_table(block, notes, figures)
            elif isinstance(block, Paragraph):
                for line in block.lines:
                    found = line.field(plain=False)
                    _read_fields([found] if found else [], line, _Place(notes, figures, role, group))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a figure stands: what its title says it is for, and the other thing (`Database`) that it is of."""

    notes: Notes
    figures: Figures
    role: Role | None = None
    group: str = ""


def _read_list(block: List, place: _Place) -> None:
    for item in block.items:
        _read_fields(list(fields_of_item(item)), item.first, place)
        name = item.first.text.strip(" :*")
        below = (
            replace(place, group=name)
            if item.first.field() is None and is_elsewhere(name, label=True)
            else place
        )
        for inner in item.blocks:
            if isinstance(inner, List):
                _read_list(inner, below)


def _read_fields(found: list[Field], line: Line, place: _Place) -> None:
    notes = place.notes
    aimed = target_in_brackets(line)
    if aimed is not None and placeholder_in(line) is None and has_number(aimed.value.text):
        _read_field(aimed, replace(place, role=Role.TARGET))
        return
    if not found and has_comparison(line.prose):
        limits = read_limits(line.text)
        if isinstance(limits, tuple) and limits[0].subject and not line.codes:
            found = [
                Field(
                    limits[0].subject,
                    line.cut(line.text.find(limits[0].subject) + len(limits[0].subject)),
                    line.number,
                )
            ]
    if not found and has_comparison(line.prose):
        reason = "it compares something and names no figure"
        advice = "Write `- **Error Rate:** < 1%`."
        notes.find("line-not-understood", line, section="Key Metrics", reason=reason, advice=advice)
    elif not found:
        notes.prose(line)
    for one in found:
        _read_field(one, place)


def _read_field(found: Field, place: _Place) -> None:
    """One field: levels are alerts to be taken later, a role of the title makes a target, anything else is a band."""
    notes, figures = place.notes, place.figures
    name, value = f"{place.group} {found.key}".strip(), found.value
    plain_text = not value.codes and placeholder_in(value) is None
    remark = _IN_BRACKETS.search(value.text)
    if plain_text and remark is not None and levels_in(remark[1]):  # `< 1% (warning > 2%, critical > 5%)`
        figures.levelled.append((name, remark[1], found.line, bool(place.group)))
        value = Line(found.line, f"{value.text[: remark.start()]} {value.text[remark.end() :]}".strip())
    if plain_text and (parts := normal_and_levels(value.text)) is not None:  # `< 100 normal, > 1000 critical`
        figures.levelled.append((name, parts[1], found.line, bool(place.group)))
        value = Line(found.line, parts[0])
    elif plain_text and levels_in(value.text):
        figures.levelled.append((name, value.text, found.line, bool(place.group)))
        return
    if plain_text and place.role not in (None, Role.BAND):
        written = _written(name, replace(found, value=value), place.role)
        if take(written, figures.others(notes)):
            figures.add_drawn(*_drawn(name, found.line))
            return
    _take(name, without_brackets(value), found.line, notes, figures)


_IN_BRACKETS = re.compile(r"\s*\(([^()]*)\)")


def _written(name: str, found: Field, role: Role | None) -> Written:
    assert role is not None
    text = without_brackets(found.value).text
    sense = "up" if role is Role.TRIGGER else "good"
    return Written(name, text, found.line, Use(role, sense), context=f"{found.key}: {text}")


def _drawn(name: str, line: int) -> tuple[Metric, ...]:
    signal, metric = _metric(name, None, line)
    return (metric,) if metric is not None and signal is not None else ()


def _take(name: str, value: Line, line: int, notes: Notes, figures: Figures) -> None:
    """One figure: its name, and a range with or without a query in a code span."""
    if placeholder_in(value) is not None:
        return
    if plain(name) in _ENDPOINT and _take_endpoint(value, line, notes, figures):
        return
    query = next((code for code in value.codes if is_query(code)), None)
    text = _without_code(value, query)
    signal, metric = _metric(name, query, line)
    expects = Unit(signal.unit) if signal else None
    band = read_band(text, expects) or read_band(text) or _exact(text, signal)
    if band is not None and metric is not None:
        if signal is not None and band.unit is not expects:
            better = signal_mentioned(name, band.unit)
            signal = better.signal if better is not None and not better.rest else signal
            metric = replace(metric, signal=signal.name)
        _keep(metric, signal, band, text, notes, figures)
    elif metric is not None and not text:
        if not figures.add(metric, notes):
            return
        notes.read(
            line, "metric", f"{name} is measured with {query or metric.signal}; nothing says what is normal."
        )
    elif (
        query is None and band is None and has_number(text) and _take_limits(name, text, line, notes, figures)
    ):
        return
    elif metric is None and (band is not None or has_number(text)):
        notes.find("signal-unknown", line, mark=name, name=name)
        limits = read_limits(text) if query is None else None
        if isinstance(limits, tuple) and all(limit.op for limit in limits):
            take(
                Written(name, text, line, Use(Role.BAND, "good"), context=f"{name}: {text}"),
                figures.others(notes),
            )
    elif has_number(text) or metric is not None:
        example = _EXAMPLES[expects or Unit.COUNT]
        notes.find("range-not-understood", line, mark=text, name=name, reason=_why(text), example=example)
    else:
        notes.prose(line)


_LEVEL = re.compile(r"\b(?:warn\w*|crit\w*|alert\w*|page[sd]?|sev\w*|p[0-4])\b", re.IGNORECASE)


def _take_limits(name: str, text: str, line: int, notes: Notes, figures: Figures) -> bool:
    """`P95 < 200ms, P99 < 500ms`, `< 80% of pool`: each limit as a band of its own. False where one has no signal."""
    limits = read_limits(text)
    if not isinstance(limits, tuple) or not all(limit.op[:1] in ("<", ">") for limit in limits):
        return False
    subjects = [subject_of(name, limit, Known()) for limit in limits]
    kept: dict[str, tuple[Signal, Metric, Band]] = {}
    for subject, limit in zip(subjects, limits, strict=True):
        value = as_expected(limit.bound, Unit(subject.signal.unit)) if subject.signal is not None else None
        if (
            subject.signal is None
            or value is None
            or limit.params
            or limit.window_s
            or _LEVEL.search(limit.tail)
        ):
            return False
        is_low = limit.op[0] == ">"
        had = kept.get(subject.name)
        band = Band(value.value if is_low else had[2].low if had else None, had[2].high if is_low and had else None if is_low
                    else value.value, value.unit, text)  # fmt: skip
        metric = Metric(
            subject.name, subject.signal.name, dict(subject.params), Unit(subject.signal.unit), line=line
        )
        kept[subject.name] = (subject.signal, metric, band)
    if any(
        band.low is not None and band.high is not None and band.low > band.high
        for _, _, band in kept.values()
    ):
        return False
    for signal, metric, band in kept.values():
        _keep(metric, signal, band, text, notes, figures)
    return True


def _exact(text: str, signal: Signal | None) -> Band | None:
    """A bare number of instances is exactly so many; of anything else it says nothing about what is normal."""
    count = read_quantity(text) if signal is not None and signal.name == "healthy_instances" else None
    return (
        Band(count.value, count.value, Unit.COUNT, text)
        if count is not None and count.unit is Unit.COUNT
        else None
    )


def _why(text: str) -> str:
    if not find_quantities(text):
        return "it holds no number"
    return "it is not a range such as `1–40`, `< 1%` or `up to 5`"


def _without_code(value: Line, query: str | None) -> str:
    """The text without its query; other code spans are words."""
    text = value.text.replace(query, " ") if query else value.text
    return " ".join(text.split()).strip(" ,;:–—")


def _metric(name: str, query: str | None, line: int) -> tuple[Signal | None, Metric | None]:
    """The catalogue's signal of that name (measured by the query where there is one), or a signal of its own."""
    mention = signal_mentioned(
        f"latency {name}" if re.fullmatch(r"[Pp]\d{2,3}(?:\.\d+)?", name.strip()) else name
    )
    if mention is not None and not mention.rest:
        metric = Metric(
            name, mention.signal.name, dict(mention.params), Unit(mention.signal.unit), query=query, line=line
        )
        return mention.signal, metric
    if query is None:
        return None, None
    return None, Metric(name, slug(name).replace("-", "_"), {}, query=query, line=line)


def _keep(
    metric: Metric, signal: Signal | None, band: Band, text: str, notes: Notes, figures: Figures
) -> None:
    if signal is not None and band.unit is not Unit(signal.unit):
        notes.find("unit-mismatch", metric.line, mark=text, name=metric.name, expected=_words(signal.unit),
                   text=text, found=_words(band.unit))  # fmt: skip
        return
    if signal is not None and _is_backwards(band, signal):
        reason = f"`{text}` is how it looks when something is wrong"
        example = _turned(text)
        notes.find(
            "range-not-understood", metric.line, mark=text, name=metric.name, reason=reason, example=example
        )
        return
    metric = replace(metric, unit=band.unit, low=band.low, high=band.high)
    if not figures.add(metric, notes):
        return
    notes.read(metric.line, "metric", say_metric(metric))


def _is_backwards(band: Band, signal: Signal) -> bool:
    """Whether a limit says what is bad: `> 5%` errors are no normal range, they are an alert's threshold."""
    if signal.bad_direction == "above":
        return band.high is None
    return signal.bad_direction == "below" and band.low is None


def _turned(text: str) -> str:
    """The limit the other way round."""
    return text.translate(str.maketrans("<>≤≥", "><≥≤"))


def _words(unit: str) -> str:
    return {"s": "seconds", "ratio": "per cent", "bytes": "bytes", "1/s": "events in a second"}.get(
        unit, "a number"
    )


def _take_endpoint(value: Line, line: int, notes: Notes, figures: Figures) -> bool:
    """`` `GET /metrics` every 2s ``: the address that instances give their figures at."""
    text = value.codes[0] if value.codes else value.text.split(" every")[0].split(",")[0]
    found = re.fullmatch(r"(?:GET\s+)?((?:https?://\S+)|/\S*)", text.strip())
    if found is None:
        return False
    every = re.search(r"\bevery\s+", value.text)
    duration = duration_at(value.text, every.end()) if every else None
    every_s = duration.quantity.value if duration is not None else 15.0
    figures.endpoint = MetricsEndpoint(found[1], every_s, line)
    notes.read(
        line,
        "metrics endpoint",
        f"Every instance is asked GET {found[1]} every {say(every_s, Unit.SECONDS)}.",
    )
    return True


def _read_table(table: Table, notes: Notes, figures: Figures) -> None:
    columns = columns_of(table, "metrics")
    if "name" not in columns.at or not {"normal", "query"} & columns.at.keys():
        if figure_columns(table, None) is not None:
            return
        thresholds = figure_columns(table, None, alerts=True)
        if thresholds is None:
            notes.prose(table)
        else:
            _tell_thresholds(table, thresholds.name, notes)
        return
    notes.also_read(table.header)
    for row in table.rows:
        _read_row(columns, row, notes, figures)


def _tell_thresholds(table: Table, name: int, notes: Notes) -> None:
    """Thresholds without a severity, outside alerting: nobody can tell whether they page."""
    for row in table.rows:
        if not notes.is_told(row.line) and any(has_number(cell.text) for cell in row.cells):
            notes.find(
                "line-not-understood", row, mark=row.cells[name].text, section="Key Metrics",
                reason="a threshold that no severity goes with is no alert",
                advice="Add a Severity column, or move the table to Alerting.",
            )  # fmt: skip


def _read_row(columns: Columns, row: Row, notes: Notes, figures: Figures) -> None:
    name = columns.cell(row, "name")
    normal, query = columns.cell(row, "normal"), columns.cell(row, "query")
    if name is None or (
        normal is None and (query is None or not any(is_query(code) for code in query.codes))
    ):
        return
    value = normal or Line(row.line, "")
    if query is not None and query.codes and is_query(query.codes[0]):
        joined = f"{value.text} {query.codes[0]}".strip()
        spans = tuple(span for span in query.spans if span.kind == "code")[:1]
        shift = len(joined) - len(query.codes[0])
        value = Line(row.line, joined, tuple(replace(span, start=shift, end=len(joined)) for span in spans))
    _take(name.text.strip(), value, row.line, notes, figures)


def say_metric(metric: Metric) -> str:
    """The figure and its band in one sentence."""
    params = ", ".join(f"{key}={value}" for key, value in metric.params.items())
    source = (
        f"the query {metric.query}" if metric.query else f"{metric.signal}{f'({params})' if params else ''}"
    )
    if metric.low is not None and metric.high is not None:
        low, high = say_exactly(metric.low, metric.unit), say_exactly(metric.high, metric.unit)
        band = f"between {low} and {high}" if low != high else f"exactly {low}"
    elif metric.high is not None:
        band = f"below {say_exactly(metric.high, metric.unit)}"
    else:
        band = f"above {say_exactly(metric.low or 0.0, metric.unit)}"
    return f"{metric.name}, measured as {source}, is normally {band}; a band never pages."
