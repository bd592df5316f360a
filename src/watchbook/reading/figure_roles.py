"""What a number is for, by the words around it: the title of its section, the header of its column, its own line.

Called by `reading.figures` and `reading.metrics`. It looks at words only: titles and headers decide between
target, band, trigger and checklist; whether a value is understood is `reading.limits`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from watchbook.model.runbook import Role
from watchbook.model.signals import signal_mentioned
from watchbook.reading.blocks import Row, Table
from watchbook.reading.document import Section
from watchbook.reading.limits import has_number
from watchbook.reading.synonyms import column_named, plain

# Words of a title → the role of the figures below it. Earlier ones win: "Go/No-Go targets" is a checklist.
_TITLES: tuple[tuple[Role, str], ...] = (
    (Role.CHECKLIST, r"\bgo ?/? ?no go\b|\bpre ?flight\b|\bacceptance\b|\b(?:launch|success|exit|entry"
    r"|release|promotion"
     r"|abort|rollback|canary|quality|readiness|completion|pass|decision) (?:criteria|criterion|gates?|checks?"
     r"|checklist|thresholds?"
     r"|analysis)\b|\b(?:launch|production|deployment|release) readiness\b|\brollback triggers?\b|\bgates?$"
     r"|\bvalidation\b|\bverification\b|\bsmoke tests?\b|\bsanity checks?\b"),
    (Role.TRIGGER, r"\bauto ?scal\w*|\bhpa\b|\bvpa\b|\bkeda\b|\bpod autoscaler\b|\bscal\w+ (?:triggers?"
    r"|polic\w+|rules?"
     r"|thresholds?|criteria|conditions?|parameters|events?|metrics?)\b|\bwhen to scale\b|\bscale (?:up|out"
     r"|down|in) (?:when|if|triggers?)\b"),
    (Role.TARGET, r"\b(?:slos?|slas?|slis?)\b|\bservice level\b|\btargets?\b|\bobjectives?\b|\bkpis?\b"
     r"|\bkey performance indicators?\b|\berror budgets?\b|\bperformance (?:goals?|requirements?|budgets?"
     r"|expectations?|standards?)\b"),
    (Role.BAND, r"\bnormal (?:ranges?|values?|operation|behaviou?r|levels?)\b|\bbaselines?\b"
    r"|\bhealthy (?:ranges?|values?|state)\b"
     r"|\btypical (?:ranges?|values?|load)\b|\bexpected (?:ranges?|values?|behaviou?r|performance|load)\b"
     r"|\bsteady state\b"),
)  # fmt: skip


@lru_cache(maxsize=2048)
def role_of_title(title: str) -> Role | None:
    """The role that a section's title gives to the figures in it; None where it says nothing of them."""
    words = " ".join(re.sub(r"[^\w%/+ ]+", " ", title.casefold().replace("-", " ")).split())
    return next((role for role, pattern in _TITLES if re.search(pattern, words)), None)


def roles_of_sections(sections: Sequence[Section]) -> dict[int, Role | None]:
    """The role of each section by its line: that of its title, else of the nearest title above; never of the document's."""
    found: dict[int, Role | None] = {}
    waiting: list[tuple[Section, Role | None]] = [(section, None) for section in reversed(sections)]
    while waiting:
        section, above = waiting.pop()
        role = (role_of_title(section.title) if section.level > 1 else None) or above
        found[section.line] = role
        waiting += [(inner, role) for inner in section.sections]
    return found


@dataclass(frozen=True, slots=True)
class Use:
    """What a column holds: a role and which way is meant (`good`: as it should be, `bad`: as it should not be).

    `level` is the severity of a column of alert thresholds; with it, or as "alert", no figure comes of the column.
    """

    role: Role
    sense: str  # good | bad | low | high | up | down
    level: str = ""
    subject: str = ""  # of a header such as "Latency SLO (p99)"


_USES = {
    "target": Use(Role.TARGET, "good"),
    "band": Use(Role.BAND, "good"),
    "go": Use(Role.CHECKLIST, "good"),
    "pass": Use(Role.CHECKLIST, "good"),
    "no go": Use(Role.CHECKLIST, "bad"),
    "scale": Use(Role.TRIGGER, "up"),
    "scale up": Use(Role.TRIGGER, "up"),
    "scale down": Use(Role.TRIGGER, "down"),
    "low": Use(Role.BAND, "low"),
    "high": Use(Role.BAND, "high"),
    "warning": Use(Role.ALERT, "bad", "warning"),
    "critical": Use(Role.ALERT, "bad", "critical"),
    "alert": Use(Role.ALERT, "bad"),
    "budget": Use(Role.TARGET, "high", subject="error budget"),
    "rto": Use(Role.TARGET, "high", subject="RTO"),
    "rpo": Use(Role.TARGET, "high", subject="RPO"),
}
# Names of things whose numbers are no figures of a service, whatever the other columns are called.
_NO_FIGURES = frozenset(
    [
        "severity",
        "level",
        "priority",
        "sev",
        "role",
        "contact",
        "person",
        "step",
        "task",
        "phase",
        "symptom",
        "issue",
        "problem",
        "error",
        "port",
        "version",
        "date",
        "command",
        "setting",
        "variable",
        "flag",
        "parameter",
        "option",
        "action",
        "attempt",
        "alert",
        "rule",
        "alarm",
        "scenario",
    ]
) | {"alert name", "severity level", "error code", "status code", "environment variable", "incident severity"} | {
    "config", "configuration", "key", "property", "field", "env var", "knob", "argument", "plan", "quota", "customer tier",
    "test case",
}  # fmt: skip
_PLACES = frozenset({"environment", "env", "stage", "region", "cluster"})


@dataclass(frozen=True, slots=True)
class FigureColumns:
    """The columns of a table that holds figures: where names, uses, the unit and the rest stand."""

    name: int
    uses: tuple[
        tuple[int, tuple[Use, ...]], ...
    ]  # index → what it holds, several where the header names several
    others: dict[str, int]
    by_place: bool = False

    @property
    def is_weak(self) -> bool:
        return all(use.role is Role.BAND or use is _USES["pass"] for _, uses in self.uses for use in uses)


def figure_columns(table: Table, role: Role | None = None, alerts: bool = False) -> FigureColumns | None:
    """The columns of `table` as figures, by its headers in any order; None where they say nothing of figures.

    `role` is what the section's title says. It makes a column Value or Threshold one of figures, and decides what
    a column like Target or Min holds under Autoscaling. `alerts`: what a bare Threshold says is an alert's.
    """
    name: int | None = None
    place: int | None = None
    alerts = alerts or _says_whom(table)
    uses: list[tuple[int, tuple[Use, ...]]] = []
    others: dict[str, int] = {}
    for index, cell in enumerate(table.header.cells):
        if index == 0 and _names_objectives(table):
            name = index
            continue
        found = _uses_of(cell.text, role) if _has_numbers(table, index) else ()
        known = column_named("figures", cell.text)
        if not found and known == "threshold" and alerts:
            found = (Use(Role.ALERT, "bad"),)
        if plain(cell.text) in _PLACES and place is None:
            place = index
        elif found:
            uses.append((index, found))
        elif known == "name" and name is None:
            name = index
        elif known and known not in others and known not in _USES and known != "threshold":
            others[known] = index
    if not uses:
        return None
    if name is None:
        name = others.pop("of", None)
    if name is None:
        taken = {index for index, _ in uses} | set(others.values())
        name = (
            place
            if place is not None
            else next((index for index in range(len(table.header.cells)) if index not in taken), None)
        )
    header = plain(table.header.cells[name].text) if name is not None else ""
    if name is None or header in _NO_FIGURES:
        return None
    if place is not None and place != name:
        others["place"] = place
    return FigureColumns(name, tuple(uses), others, place == name)


_VALUE = re.compile(r"\W*(?:p\d{2}\b|\d)|.*[<>≤≥]", re.IGNORECASE)


def _names_objectives(table: Table) -> bool:
    """`SLO | Target`: the first column is called as the next one: words in it are names, whatever digits they hold."""
    kinds = [column_named("figures", cell.text) for cell in table.header.cells]
    texts = [cell_text(row, 0) for row in table.rows]
    named = sum(bool(text) and not _VALUE.match(text) for text in texts)
    return kinds[0] == "target" and "target" in kinds[1:] and named * 2 > len(texts)


_PAGES = re.compile(r"(?<!status )\bpag(?:e|es|ing)\b|\bpager\w*|\bopsgenie\b|\bwake\b", re.IGNORECASE)


def _says_whom(table: Table) -> bool:
    """Whether a table says a severity, or an action that pages: then its thresholds are alerts."""
    kinds = [column_named("figures", cell.text) for cell in table.header.cells]
    paging = (index for index, kind in enumerate(kinds) if kind == "action")
    return "severity" in kinds or any(
        _PAGES.search(cell_text(row, index)) for index in paging for row in table.rows
    )


def _has_numbers(table: Table, index: int) -> bool:
    return any(has_number(cell_text(row, index)) for row in table.rows)


def _uses_of(header: str, role: Role | None) -> tuple[Use, ...]:
    """What a header names: one use, or several in one column (`Warning / Critical`)."""
    known = column_named("figures", header) or column_named("figures", header.rstrip(" %"))
    if known in _USES:
        return (_of_section(_USES[known], role),)
    if known == "value" and role is not None:
        return (_of_section(Use(role, "up" if role is Role.TRIGGER else "good"), role),)
    if known == "threshold" and role is not None:
        return (Use(role, {Role.TRIGGER: "up", Role.CHECKLIST: "either"}.get(role, "good")),)
    graded = re.fullmatch(r"(?:p|sev|severity |priority )\s?([0-5])", plain(header))
    if graded is not None:
        return (_of_section(Use(Role.ALERT, "bad", plain(header).replace(" ", "")), role),)
    marked = next((kind for mark, kind in _MARKS.items() if mark in header), "")
    if marked and not plain(header):
        return (_USES[marked],)
    parts = re.split(r"\s*(?:/|\||&|,|→|->|\band\b)\s*", re.sub(r"\(.*?\)", "", header).strip())
    together = tuple(_USES[column_named("figures", part)] for part in parts
                     if column_named("figures", part) in _USES)  # fmt: skip
    if len(parts) > 1 and len(together) == len(parts):
        return tuple(_of_section(use, role) for use in together)
    return _with_subject(header, role)


_MARKS = {"🟢": "band", "🟡": "warning", "🟠": "warning", "🔴": "critical"}
_SUBJECT = re.compile(
    r"(?P<subject>.+?)\s+(?P<what>slo|sla|target|objective|goal|baseline|warning|critical|(?:alert|warning"
    r"|critical|go|no-?go)"
    r" threshold)s?(?P<statistic>\s*\(.*\))?",
    re.IGNORECASE,
)
_PREFIXED = re.compile(
    r"(?P<what>min(?:imum)?|max(?:imum)?|target|warning|critical|normal|baseline|expected)\s+(?P<subject>.+)",
    re.IGNORECASE,
)
_NO_SUBJECT = frozenset(
    ["performance", "production", "current", "value", "metric", "service", "our", "internal", "external"]
)


def _with_subject(header: str, role: Role | None) -> tuple[Use, ...]:
    """`Availability SLO`, `P95 target`: the header names the metric as well."""
    found = _SUBJECT.fullmatch(header.strip())
    prefixed = _PREFIXED.fullmatch(header.strip()) if found is None else None
    if prefixed is not None and _is_measured(prefixed["subject"]):
        meant = _of_section(_USES[column_named("figures", prefixed["what"])], role)
        return (replace(meant, subject=prefixed["subject"]),)
    if found is None:
        mention = signal_mentioned(header) if role in (Role.TARGET, Role.BAND, Role.CHECKLIST) else None
        named = mention is not None and not mention.rest and not column_named("figures", header)
        return (Use(role, "good", subject=header.strip()),) if named and role is not None else ()
    use = _USES.get(column_named("figures", found["what"]))
    if use is None:
        return ()
    subject = (
        "" if plain(found["subject"]) in _NO_SUBJECT else f"{found['subject']}{found['statistic'] or ''}"
    )
    return (replace(_of_section(use, role), subject=subject),)


def _is_measured(subject: str) -> bool:
    mention = signal_mentioned(subject)
    return (mention is not None and not mention.rest) or plain(subject) in (
        "replicas",
        "instances",
        "pods",
        "nodes",
        "tasks",
    )


def is_figure_header(header: str) -> bool:
    """Whether a header names a column of figures that are no alerts."""
    return any(use.role is not Role.ALERT for use in _uses_of(header, None))


def _of_section(use: Use, role: Role | None) -> Use:
    """What a section says of its weaker columns: a Target under Autoscaling is where it scales."""
    if role is Role.TRIGGER and use.role in (Role.TARGET, Role.BAND):
        return replace(use, role=role, sense={"good": "up"}.get(use.sense, use.sense))
    if role is not None and use.role is Role.BAND and use.sense in ("low", "high"):
        return replace(use, role=role)
    if role is Role.CHECKLIST and use.role is not Role.CHECKLIST:
        return replace(use, role=role, level="")  # what would be a level elsewhere is a point of this list
    if role is Role.TRIGGER and use.role is Role.ALERT:
        return replace(use, role=role, sense="up", level="")
    return use


def cell_text(row: Row, index: int | None) -> str:
    """The words of a cell, empty where there is none."""
    return row.cells[index].text.strip() if index is not None and index < len(row.cells) else ""


_ITEM = (
    (Role.TRIGGER, re.compile(r"\b(?:auto)?scal(?:e|es|ing)[ -]?(?:up|down|out|in)?\s*(?:at|when|if|on"
    r"|threshold|trigger)\b|\bhpa\b", re.IGNORECASE)),
    (Role.TARGET, re.compile(r"^(?:our |the )?(?:\w+ ){0,3}(?:slos?|slas?|target|objective|goal|error budget"
    r"|kpi)s?\b", re.IGNORECASE)),
    (Role.BAND, re.compile(r"^(?:\w+ ){0,3}(?:normal(?:ly)?|baseline|healthy|typical(?:ly)?"
    r"|expected)(?: (?:range|value|level)s?)?\b", re.IGNORECASE)),
    (Role.CHECKLIST, re.compile(r"^(?:(?:success|acceptance|exit|launch|pass|completion) criteri\w+$"
            r"|no[ -]?go|go|abort|stop|roll ?back) (?:if|when|criteri\w+"
    r"|threshold)\b", re.IGNORECASE)),
)  # fmt: skip


def role_of_words(text: str) -> Role | None:
    """What the words in front of a value say: `Error budget`, `Scale up when`, `Normal range`."""
    return next((role for role, pattern in _ITEM if pattern.search(text)), None)


_KINDS = re.compile(
    r"\b(?:slos?|slas?|targets?|objectives?|performance|availability|latency|service|system|overall|metrics?"
    r"|goals?|kpis?|limits?"
    r"|budget|scale|scaling|trigger|hpa|criteria|normal|baseline|range|expected|production|api|apis|go|if|when"
    r"|up|down|out|in|at|the"
    r"|we|on|our|and|health|errors?|throughput|traffic|requests?|response|resources?|usage|utilization|monthly"
    r"|uptime|application"
    r"|infrastructure|golden|signals|key|core|important|critical|business|technical|http|web|app|server"
    r"|instances?|pods?|status"
    r"|reliability|stability|capacity|component|saturation|success|acceptance|exit|launch|pass|indicators?|monitor"
    r"|monitoring|to|of|for|watch"
    r"|levels?|thresholds?)\b",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\b(?:databases?|db|postgres\w*|mysql|mariadb|mongo\w*|redis|memcached?|cache|kafka|rabbitmq|elasticsearch"
    r"|opensearch"
    r"|third[ -]party|external|upstreams?|vendors?|providers?|integrations?|workers?|nginx|load balancers?|etcd"
    r"|consul|vault|s3"
    r"|queues?|brokers?|dependenc(?:y|ies))\b",
    re.IGNORECASE,
)


def is_kind(name: str) -> bool:
    """Whether a label names a kind of figure (`Target`, `API Performance`) rather than another thing (`Search`)."""
    return not re.search(r"[^\W\d_]{2,}", _KINDS.sub("", name))


def is_elsewhere(title: str, label: bool = False) -> bool:
    """Whether figures below are of something else than the service: a title that names a database or another party.

    A bold label above an inner list names such a thing unless all of its words are kinds of figures.
    """
    return bool(_ELSEWHERE.search(title)) or (label and not is_kind(title))


def turned_table(table: Table) -> Table | None:
    """`Level | CPU | Memory` with a row for each level: the table with its rows as columns; None where it is no such table.

    Cells keep the line that they stand on.
    """
    firsts = [cell_text(row, 0) for row in table.rows]
    if (
        len(table.rows) < 2
        or len(table.header.cells) < 2
        or not all(column_named("figures", text) in _USES for text in firsts)
    ):
        return None
    header = Row((table.header.cells[0], *(row.cells[0] for row in table.rows)), table.header.line)
    rows = tuple(
        Row((table.header.cells[index], *(row.cells[index] for row in table.rows)), table.header.line)
        for index in range(1, len(table.header.cells))
    )
    metric = replace(header.cells[0], text="Metric", spans=())
    return Table(replace(header, cells=(metric, *header.cells[1:])), rows, table.line, table.end_line)
