"""Figures outside tables: items, fields and points to be ticked, by the titles and words around them.

Called by `reading.runbook` after all other modules. It hands each value to `reading.figures`; sentences with numbers stay
prose. Tables are `reading.figure_tables`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from watchbook.model.quantities import Unit
from watchbook.model.runbook import Role
from watchbook.model.signals import signal_mentioned
from watchbook.reading.blocks import Block, Field, Item, Line, List, Paragraph
from watchbook.reading.comparisons import bounds_of
from watchbook.reading.directions import bad_direction
from watchbook.reading.document import Section
from watchbook.reading.figure_roles import Use, role_of_title, role_of_words
from watchbook.reading.figures import FigureRules, Written, is_of_people, take, target_in_brackets
from watchbook.reading.levels import levels_in
from watchbook.reading.limits import has_number, read_limits
from watchbook.reading.placeholders import placeholder_in, without_brackets
from watchbook.reading.synonyms import column_named, field_named, plain, section_kind

# Chapters whose items say who, where and when, or are alerts; their modules read all of them.
_OTHERS = frozenset({"contents", "environments", "contacts", "escalation", "severities", "review", "handoff",
                     "troubleshooting", "alerting"})  # fmt: skip
_PEOPLE = frozenset({"contacts", "escalation", "review", "handoff"})
_METRICS = frozenset({"metrics", "monitoring"})


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands above an item: the role and the name that it takes from there."""

    role: Role | None
    name: str
    sense: str = "good"


def read_items(
    chapters: tuple[Section, ...], roles: Mapping[int, Role | None], gathered: FigureRules
) -> None:
    """Items, fields and task items that hold figures, wherever no other module has read them."""
    for chapter in chapters:
        if chapter.kind not in _OTHERS:
            above = None if chapter.kind in _METRICS else roles.get(chapter.line)
            _walk(chapter, _Around(above, ""), gathered, chapter.kind)
        elif chapter.kind in _PEOPLE:
            _read_tail(chapter, gathered)


def _read_tail(chapter: Section, gathered: FigureRules) -> None:
    """Bold fields with a role of their own below the contacts, where documents end: `**Performance Targets**: P99 < 5ms`."""
    for block in chapter.all_blocks:
        for line in block.lines if isinstance(block, Paragraph) else ():
            found = line.field(plain=False)
            limits = read_limits(found.value.text) if found is not None and role_of_words(found.key) else None
            if isinstance(limits, tuple) and all(limit.op for limit in limits):
                _read_line(line, _Around(None, ""), gathered, paragraph=True)


def _walk(part: Section, above: _Around, gathered: FigureRules, kind: str) -> None:
    role = role_of_title(part.title)
    sense = "bad" if role and re.search(r"\b(?:abort|roll ?back|no[ -]?go)\b", plain(part.title)) and not re.search(
        r"\bgo ?/? ?no[ -]?go", plain(part.title)) else "good"  # fmt: skip
    around = _Around(role, _name_of(part.title), sense) if role else replace(above, name=_name_of(part.title))
    if role is None and kind in _METRICS:
        around = _Around(None, around.name)
    label = ""
    for block in part.blocks:
        if isinstance(block, Paragraph) and block.label is not None:
            label = block.label
        labelled = _under_label(around, label)
        _read_block(block, labelled, gathered)
    for section in part.sections:
        _walk(section, around, gathered, kind)


def _under_label(around: _Around, label: str) -> _Around:
    role = role_of_title(label) or (role_of_words(label) if label else None)
    return (
        _Around(role or around.role, label or around.name, _sense(role, label, around)) if label else around
    )


def _sense(role: Role | None, words: str, around: _Around) -> str:
    if role is Role.TRIGGER:
        return "down" if re.search(r"\b(?:down|in)\b", words, re.IGNORECASE) else "up"
    if role is Role.CHECKLIST and re.search(r"\b(?:no[ -]?go|abort|stop|roll ?back)\b", words, re.IGNORECASE):
        return "bad"
    return around.sense if role is None else "good"


def _name_of(title: str) -> str:
    """The thing that a section's title names, where it names more than a role."""
    if section_kind(title) not in ("", "targets"):
        return ""
    return title if role_of_title(title) is None else re.sub(
        r"\b(?:slos?|slas?|slis?|targets?|objectives?|service level|goals?|kpis?"
        r"|baselines?)\b", "", title, flags=re.IGNORECASE
    ).strip(" :-–—")  # fmt: skip


def _read_block(block: Block, around: _Around, gathered: FigureRules) -> None:
    if isinstance(block, List):
        for item in block.items:
            _read_item(item, around, gathered)
    elif isinstance(block, Paragraph):
        for line in block.lines:
            _read_line(line, around, gathered, paragraph=True)


def _read_item(item: Item, around: _Around, gathered: FigureRules) -> None:
    line = item.first
    scales = _read_autoscaler(line, gathered)
    if not scales and (item.task is not None or re.match(r"\s*[✅☑✔]", line.text)):
        inner = _Around(around.role or Role.CHECKLIST, around.name, around.sense if around.role else "good")
        _read_task(line, inner, gathered)
    elif not scales:
        _read_line(line, around, gathered)
    if not any(isinstance(block, List) for block in item.blocks):
        return
    words = line.text.rstrip(" :") if len(line.text) < 100 else ""
    role = role_of_title(words) or role_of_words(words)
    below = _Around(
        role or around.role, words if len(words) < 60 else around.name, _sense(role, words, around)
    )
    for block in item.blocks:
        if isinstance(block, List):
            _read_block(block, below, gathered)


_AUTOSCALER = re.compile(r"\b(?:auto-?scal(?:er|ers|ing)|hpa|keda)\b", re.IGNORECASE)
_SETTING = re.compile(r"(?P<name>[A-Za-z][A-Za-z ]{1,30}?)\s*[:=]\s*(?P<value>\d+(?:\.\d+)?\s?%)")


def _read_autoscaler(line: Line, gathered: FigureRules) -> bool:
    """The shares at which an autoscaler acts, among its settings: `HPA configured (min: 4, max: 20, CPU: 70%)`."""
    if not _AUTOSCALER.search(line.text) or bounds_of(line.text) or placeholder_in(line) is not None:
        return False
    settings = [
        one
        for one in _SETTING.finditer(line.text[:400])
        if signal_mentioned(one["name"], Unit.RATIO) is not None
    ]
    for one in settings:
        use = Use(Role.TRIGGER, "up")
        take(Written(one["name"].strip(), one["value"], line.number, use, context=line.text), gathered)
    return bool(settings)


def _read_task(line: Line, around: _Around, gathered: FigureRules) -> None:
    """A point to be ticked that compares something: `- [ ] p95 < 200ms`."""
    limits = read_limits(line.text)
    if isinstance(limits, tuple) and bounds_of(line.text) and placeholder_in(line) is None:
        role = around.role or Role.CHECKLIST
        for limit in limits:
            words = f"{limit.subject} {limit.tail}"
            if (
                limit.bound.unit is Unit.COUNT
                and bad_direction((words,)) is None
                and signal_mentioned(words) is None
            ):
                return  # `Java 17+ is installed`: a number, and no figure
        take(Written("", line.text, line.number, Use(role, "either"), context=line.text), gathered)


_SCALE = re.compile(
    r"^(?:we\s+)?(?:auto-?)?scal(?:e|es|ing)\s*-?\s*(?P<way>up|out|down|in)?\s*(?:threshold"
    r"|trigger)?\s*:?\s*(?:when(?:ever)?|if|at|on|once)\s*:?\s+",
    re.IGNORECASE,
)


_LOWER_KEY = re.compile(r"([a-z][\w ./%-]{1,40}):\s+(?=[<>=≤≥~]?\s*\d)")


def _field_of(line: Line) -> Field | None:
    """`p99 latency target: 500 ms`: a key that begins with a small letter, where a number follows."""
    found = _LOWER_KEY.match(line.text)
    return (
        Field(found[1].strip(), line.cut(found.end()), line.number, bold=False) if found is not None else None
    )


_PACE = re.compile(
    r"\b(?:cool ?down|stabili[sz]ation|interval|period|delay|step|increment|duration|timeout|wait|every)\b",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")


def _read_line(line: Line, around: _Around, gathered: FigureRules, paragraph: bool = False) -> None:
    notes = gathered.notes
    if (
        _DIGIT.search(line.text) is None
        or line.number in notes.read_lines
        or placeholder_in(line) is not None
    ):
        return
    scale = _SCALE.match(line.text)
    if scale is not None:
        use = Use(Role.TRIGGER, "down" if (scale["way"] or "").casefold() in ("down", "in") else "up")
        _take_sentence(line, line.text[scale.end() :], use, gathered)
        return
    aimed = target_in_brackets(line)
    if aimed is not None and has_number(aimed.value.text):
        use = Use(Role.TARGET, "good")
        take(Written(aimed.key, aimed.value.text, line.number, use, context=line.text), gathered)
        return
    found = line.field() or (None if paragraph or around.role is None else _field_of(line))
    if found is None:
        if around.role is not None and not paragraph and bounds_of(line.prose):
            _take_sentence(line, line.text, Use(around.role, "either"), gathered)
        return
    own = role_of_words(found.key)
    role = own or around.role
    if field_named(found.key) not in ("", "objective", "service"):
        return
    if around.role is Role.TRIGGER and role in (Role.TARGET, Role.BAND):
        role = Role.TRIGGER  # a target below Autoscaling is where it scales
    if role is None or not has_number(found.value.text) or (role is Role.TRIGGER and _PACE.search(found.key)):
        return
    if own is None and isinstance(read_limits(found.value.text), str) and not bounds_of(found.value.text):
        return  # `**Time**: 8:30 PM` below a title that says a role: a number of something else
    name, sense = _named(found.key, role, around)
    if name == around.name and _names_its_own(found.value.text):
        name = ""
    if levels_in(found.value.text) or (role is not Role.TARGET and is_of_people(name)):
        return
    take(
        Written(name, without_brackets(found.value).text, line.number, Use(role, sense), context=line.text),
        gathered,
    )


def _names_its_own(text: str) -> bool:
    """`99.9% availability`: the value says what it is of."""
    limits = read_limits(text)
    return isinstance(limits, tuple) and all(
        signal_mentioned(f"{limit.subject} {limit.tail}", limit.bound.unit) is not None for limit in limits
    )


_ROLE_WORD = re.compile(
    r"^(?:target|expected|normal|baseline|desired|typical|acceptable|healthy|required)\s+(?=\S)|\s+(?:slo|sla|target|objective|goal)s?$",
    re.IGNORECASE,
)


def _named(key: str, role: Role, around: _Around) -> tuple[str, str]:
    """The thing and the sense that a field's key says: `Target response time`, `Min replicas`, `SLO`."""
    bound = re.match(r"(min(?:imum)?|max(?:imum)?)\b", key, re.IGNORECASE)
    name = around.name if column_named("figures", key) in _USE_WORDS else _ROLE_WORD.sub("", key)
    if bound is not None:
        return name, "low" if bound[1].casefold().startswith("min") else "high"
    own = role_of_words(key)
    return name, _sense(own if role is not Role.TRIGGER else role, key, around)


_USE_WORDS = frozenset(
    {"target", "band", "value", "threshold", "go", "no go", "scale", "scale up", "scale down"}
)


_DECIDES = re.compile(
    r"^(?:(?P<no>no[ -]?go|abort|stop|roll ?back|halt|fail)|go|proceed|pass|continue)\s*(?:if|when|where|on)\s*:?\s+",
    re.IGNORECASE,
)


# `> 50% of the budget: pause releases` says when something is done, and no target.
_POLICY = re.compile(
    r"\W{0,3}(?:[<>≥≤]=?|above|below|over|under)\s*[\d.]+\s?%?[^:→⇒]{0,80}(?::|→|⇒|->)\s*[^\W\d]",
    re.IGNORECASE,
)


def _take_sentence(line: Line, text: str, use: Use, gathered: FigureRules) -> None:
    """A comparison that names its own subject; what is not one is left to people."""
    if use.role is Role.TARGET and _POLICY.match(text):
        return
    decides = _DECIDES.match(text) if use.role is Role.CHECKLIST else None
    if decides is not None:
        text, use = text[decides.end() :], replace(use, sense="bad" if decides["no"] else "good")
    limits = read_limits(text)
    if isinstance(limits, tuple) and all(limit.op and (limit.subject or limit.tail) for limit in limits):
        take(Written("", text, line.number, use, context=line.text), gathered)
    elif bounds_of(text) and use.role is not Role.ALERT:
        take(
            Written(text.split(":", maxsplit=1)[0][:60], text, line.number, use, context=line.text), gathered
        )
