"""Amounts: what else a document says in numbers: how long a task takes, what is kept how long, who is asked after when.

Called by `reading.runbook` after every other module. An amount is told, shown and compared; it starts nothing and
pages nobody. Conditions, targets and bands are `reading.figures`; values told by them are not told twice. Sentences
in paragraphs, code, and numbers without a unit or a countable thing (ports, versions, ids) stay what they are.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate, pairwise

from watchbook.model.findings import entry
from watchbook.model.quantities import Unit, say
from watchbook.model.runbook import Amount, Runbook
from watchbook.model.signals import signal_mentioned
from watchbook.reading.amount_values import OPERATOR, Value, values_in
from watchbook.reading.blocks import Block, Line, List, Paragraph, Row, Table
from watchbook.reading.document import Section
from watchbook.reading.ladders import WrittenLadder
from watchbook.reading.notes import Notes
from watchbook.reading.placeholders import placeholder_in

_LONGEST = 600  # characters of a line that is looked into; longer ones are prose
_LONGEST_NAME = 70
_MOST = 12  # amounts of one line
_EDGES = " <>=≤≥~≈±-–—→:([)]·"
# Chapters without amounts, and kinds of readings whose modules have read all numbers of their lines.
_NOT_HERE = frozenset({"contents", "review"})
_WHOLE = frozenset(
    {"health check", "environment", "backup", "drill", "hours", "objective", "rotation", "review", "service",
     "metrics endpoint", "notice", "alert field"}
)  # fmt: skip

# Findings about a whole row, and about a number, that was not understood: an amount does not make it good.
_REFUSED = frozenset(
    entry(kind).code
    for kind in (
        "line-not-understood",
        "condition-not-understood",
        "condition-backwards",
        "value-impossible",
        "alert-repeated",
    )
)
_FAULTED = frozenset(
    entry(kind).code
    for kind in (
        "objective-not-understood", "check-not-understood", "range-not-understood", "expectation-not-understood",
        "signal-unknown", "duration-not-understood", "unit-mismatch", "figure-not-understood", "response-not-understood",
        "severity-time-not-understood",
    )
)  # fmt: skip

# Words around a number → what it is. Earlier ones win: "retention of daily backups" is about keeping.
_KINDS: tuple[tuple[str, "re.Pattern[str]"], ...] = tuple(
    (kind, re.compile(rf"\b(?:{words})\b", re.IGNORECASE))
    for kind, words in (
        ("retention", r"retention|retain\w*|kept?|keep(?:ing)?|stored? for|archived? for|compress(?:ed)? after"),
        ("rto", r"rto|recovery time"),
        ("rpo", r"rpo|recovery point"),
        ("timeout", r"time-?outs?|ttl|expir\w+|grace period|back-?off"),
        ("escalation", r"escalat\w+|unresolved|no (?:response|answer)|not acknowledged|page|secondary|backup contact"),
        ("update", r"updates? every|status updates?|post updates?|communicat\w+"),
        ("response", r"response|respond\w*|acknowledg\w+|sla|investigate|react\w*"),
        ("backup", r"back-?ups?|snapshots?|dumps?"),
        ("rate", r"rate limit\w*|throttl\w+|throughput|requests?|req"),
        ("limit", r"limits?|limited|max(?:imum)?|minimum|min ?available|pool|quota|up to|at most|at least|cap(?:ped)?"),
        ("scale", r"replicas?|pods?|instances?|nodes?|hpa|workers?|shards?|partitions?"),
        ("duration", r"durations?|time|estimated|takes?|lasts?|window|monitor|wait|watch|observe|soak|within"),
        ("cadence", r"every|each|per|rotation|refresh\w*|interval|schedules?|scheduled|(?:hour|dai|week|month|year)ly"),
    )
)  # fmt: skip
_PROMISES = frozenset({"retention", "rpo", "rto", "timeout", "escalation", "update"})  # of people and data
_ADDRESS = re.compile(r"[A-Za-z][\w+.-]{0,20}://\S+")
_BRACKETED = re.compile(r"\(([^()]{1,60})\)\s*$")


@dataclass(slots=True)
class Amounts:
    """The amounts so far. `told` are values that other modules have read, `done` lines that they have read whole, and
    `faulted` the words of a line that they could not read."""

    notes: Notes
    told: Mapping[int, frozenset[float]]
    done: frozenset[int]
    faulted: Mapping[int, str]
    found: list[Amount]


def read(
    chapters: tuple[Section, ...], notes: Notes, told: Mapping[int, frozenset[float]]
) -> tuple[Amount, ...]:
    """Every amount in tables, items, fields and behind titles, in the order of the document.

    `told` gives for a line the values, in base units, that something else has read there.
    """
    done = {
        line
        for reading in notes.readings if reading.kind in _WHOLE
        for line in range(reading.line, min(reading.end_line or reading.line, reading.line + 20) + 1)
    }  # fmt: skip
    done |= {finding.line for finding in notes.findings if finding.code in _REFUSED}
    gathered = Amounts(notes, told, frozenset(done), _faulted(notes), [])
    for chapter in chapters:
        if chapter.kind not in _NOT_HERE:
            for section in chapter.walk():
                _read_section(section, gathered)
    return tuple(gathered.found)


def _faulted(notes: Notes) -> dict[int, str]:
    """The marked words of findings about numbers, by line."""
    marked: dict[int, str] = {}
    for finding in notes.findings:
        if finding.code in _FAULTED and 0 < finding.line <= len(notes.source):
            source = notes.source[finding.line - 1]
            words = source[finding.column : finding.column + finding.length] if finding.length else source
            marked[finding.line] = f"{marked.get(finding.line, '')} {words}"
    return marked


def _read_section(section: Section, gathered: Amounts) -> None:
    behind = _BRACKETED.search(section.title[:_LONGEST])
    if behind is not None:
        name = section.title[: behind.start()].strip()
        _take(behind[1], name, section.line, gathered, f"{name} {behind[1]}")
    for block in section.blocks:
        _read_block(block, gathered)


def _read_block(block: Block, gathered: Amounts) -> None:
    if isinstance(block, Table):
        for row in block.rows:
            _read_row(row, block.header, gathered)
    elif isinstance(block, List):
        for item in block.items:
            for line in item.lines:
                _read_line(line, gathered)
            for inner in item.blocks:
                _read_block(inner, gathered)
    elif isinstance(block, Paragraph):
        for line in block.lines:
            if line.field(plain=False) is not None or block.label is not None:
                _read_line(line, gathered)


def _read_row(row: Row, header: Row, gathered: Amounts) -> None:
    """Every cell behind the first, which names the row; a number alone names it with the word of its column."""
    name = row.cells[0].text.strip() if row.cells else ""
    if re.fullmatch(r"[\d.,#]*", name):
        name = f"{header.cells[0].text} {name}".strip()
    for index, cell in enumerate(row.cells):
        column = header.cells[index].text if index < len(header.cells) else ""
        if placeholder_in(cell) is None and (index > 0 or _is_value(cell)):
            shown = f"{name}, {column}" if index > 0 and column else name
            _take(_plain(cell), shown, row.line, gathered, f"{column} {cell.text}")


def _is_value(cell: Line) -> bool:
    """Whether a first cell is a value rather than a name: `> 30 min`, `15 minutes`."""
    return bool(re.match(r"\s*(?:[<>≤≥]=?\s*)?\d", cell.text))


def _read_line(line: Line, gathered: Amounts) -> None:
    if placeholder_in(line) is None:
        field = line.field()
        key = field.key if field is not None else ""
        names = bool(key) and not re.search(r"\([^)]*$", key) and not values_in(key[:_LONGEST])
        _take(_plain(line), key if names else "", line.number, gathered, line.text)


def _plain(line: Line) -> str:
    """The text with every code span and address blotted out, so that offsets stay."""
    text = _ADDRESS.sub(lambda found: "·" * len(found[0]), line.text[:_LONGEST])
    for span in line.spans:
        if span.kind == "code" or "://" in span.text:
            text = text[: span.start] + "·" * (min(span.end, len(text)) - span.start) + text[span.end :]
    return text


def _take(text: str, name: str, line: int, gathered: Amounts, around: str) -> None:
    """Keeps what nothing else has told of the line, and says it."""
    notes = gathered.notes
    if line in gathered.done:
        return
    told, faulted = gathered.told.get(line, frozenset()), gathered.faulted.get(line, "")
    for value in values_in(text)[:_MOST]:
        if all(quantity.value in told or quantity.text in faulted for quantity in value.quantities):
            continue
        own = _own_name(text, value) if name and value.op else ""
        shown = own or name or _name_around(around[:_LONGEST] if len(around) >= len(text) else text, value)
        one = Amount(
            _short(shown), value.kind or _kind(text, value, f"{name} {around[:60]}" if name else ""), value.op,
            tuple(quantity.value for quantity in value.quantities), value.quantities[0].unit, line,
        )  # fmt: skip
        if one not in gathered.found[-_MOST:]:
            gathered.found.append(one)
            tell = notes.tell if line in notes.read_lines else notes.read
            tell(line, "amount", say_amount(one))
            _find_unwatched(one, text, value, notes)


def _find_unwatched(amount: Amount, text: str, value: Value, notes: Notes) -> None:
    """A comparison of something that could be measured, in a place where nothing measures it."""
    if amount.op and amount.unit is not Unit.COUNT and amount.what not in _PROMISES:
        before = re.split(r"[.;,|(]\s?", text[: value.start])[-1]
        behind = re.split(r"[.;,|)]", text[value.end :])[0]
        mention = signal_mentioned(f"{amount.name} {before} {behind}", amount.unit)
        if mention is not None and mention.signal.unit is amount.unit:
            said = f"{amount.name} {amount.op} {say(amount.values[0], amount.unit)}".strip()
            notes.find("comparison-unwatched", amount.line, mark=value.quantities[0].text, text=said,
                       signal=mention.signal.title)  # fmt: skip


def say_amount(amount: Amount) -> str:
    """One amount as a sentence: `Deploy databases, Duration: 20 min.`"""
    values = " to ".join(
        _clock(value) if amount.what == "hours" else say(value, amount.unit) for value in amount.values
    )
    words = {">": "more than ", "<": "less than ", ">=": "at least ", "<=": "at most "}.get(amount.op, "")
    return f"An amount, which starts nothing by itself: {amount.name or 'without a name'}, {words}{values}."


def _clock(seconds: float) -> str:
    return f"{int(seconds // 3600):02d}:{int(seconds % 3600 // 60):02d}"


def _name_around(text: str, value: Value) -> str:
    """The clause that holds the number, without the number."""
    clauses = re.split(r"[.;,|]\s", OPERATOR.sub("", text[: value.start]))
    within = [part for part in re.split(r"[:(]\s*", clauses[-1]) if part.strip(_EDGES)]
    behind = re.split(r"[.;,)|:]", text[value.end :])[0]
    words = within[-1] if within else behind if behind.strip(_EDGES) else clauses[0]
    return " ".join(re.sub(r"[*_✅❌☑✔]+", " ", words).split()).strip(_EDGES)


def _short(name: str) -> str:
    return (
        name
        if len(name) <= _LONGEST_NAME
        else name[: _LONGEST_NAME + 1].rsplit(" ", maxsplit=1)[0][:_LONGEST_NAME]
    )


def _own_name(text: str, value: Value) -> str:
    """What a later part of a line compares: in `Cadence: Mondays; RTO ≤ 30 min` the time is not the cadence's."""
    part = re.split(r"[;,.|]\s", OPERATOR.sub("", text[: value.start]))[1:]
    return " ".join(part[-1].split()).strip(_EDGES) if part and re.search(r"[^\W\d_]{2,}", part[-1]) else ""


def _kind(text: str, value: Value, name: str) -> str:
    """What its name says it is, else the words nearest to the number, else all around it."""
    for words in (name, text[max(0, value.start - 40) : value.end + 30], text):
        for kind, pattern in _KINDS:
            if pattern.search(words):
                return kind
    return "duration" if value.quantities[0].unit is Unit.SECONDS else "other"


def told_values(runbook: Runbook, ladder: WrittenLadder | None, notes: Notes) -> dict[int, frozenset[float]]:
    """The values that alerts, figures, bands, matrices, steps, symptoms and ladders have read, by line."""
    told: dict[int, set[float | None]] = {}
    for rule in (*runbook.alerts, *runbook.figures):
        condition = rule.condition
        over = condition.params.get("window_s") if condition else None
        told.setdefault(rule.line, set()).update(
            (condition.value if condition else None, rule.window_s, rule.average_s, rule.min_events, rule.resolve_after_s,
             rule.response.ack_deadline_s, over if isinstance(over, float) else None)
        )  # fmt: skip
        starts = [rung.after_s for rung in rule.response.ladder]
        told[rule.line].update(starts, (later - sooner for sooner, later in pairwise(starts)))
    for metric in runbook.metrics:
        told.setdefault(metric.line, set()).update((metric.low, metric.high))
    for level in runbook.severities:
        told.setdefault(level.line, set()).update((level.response_s, level.update_every_s, level.resolve_s))
    for procedure in runbook.procedures:
        for step in procedure.steps:
            told.setdefault(step.line, set()).update((step.duration_s, step.timeout_s))
    for issue in runbook.issues:
        for symptom in issue.symptoms:
            if symptom.condition is not None:
                told.setdefault(symptom.line, set()).add(symptom.condition.value)
    for reading in notes.readings:
        if reading.kind in ("escalation", "contact"):
            for line in range(reading.line, min(reading.end_line or reading.line, reading.line + 20) + 1):
                told.setdefault(line, set()).update(_times_of(ladder))
    return {line: frozenset(value for value in values if value is not None) for line, values in told.items()}


def _times_of(ladder: WrittenLadder | None) -> set[float]:
    """How long each rung lasts, and after how long it begins."""
    lasts = [seconds for seconds in (ladder.lasts_s if ladder is not None else ()) if seconds is not None]
    return {*lasts, *accumulate(lasts)}
