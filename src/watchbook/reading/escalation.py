"""Ladders that stand in lists, tables, sentences, headings and diagrams. Arrows in a line are `reading.ladders`.

Called by the contacts module with what stands under escalation. A list of steps (`Check the logs`, `Restart it`) is no
ladder: every rung is a role, a full name, a room or a handle. Times that rise from the first page (`0 min`, `15 min`,
`30 min`) say when a rung is told; times that do not rise are how long the one before has.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from watchbook.model.quantities import Unit
from watchbook.reading.blocks import Fence, Item, Line
from watchbook.reading.ladders import WrittenLadder, read_ladder
from watchbook.reading.persons import is_name, is_party, name_in
from watchbook.reading.quantities import duration_at, find_quantities
from watchbook.reading.ranges import read_band

ON_CALL = "On-Call"  # the rung in front of `if no response in 30 min, escalate to …`

_AT_ONCE = re.compile(
    r"\W*(?:immediate(?:ly)?|at once|now|start|first|initial(?:ly)?|initial response|first response"
    r"|first responder|always"
    r"|all incidents|page immediately|t\s*\+?\s*0|0|at start|first contact|any (?:alert|page)|all"
    r" (?:alerts|pages))\W*",
    re.IGNORECASE,
)
_WAITS = re.compile(
    r"(?:\bafter|\bonce|>|≥|\+|\bt\s*\+|\bif (?:still )?(?:no|not|un)[\w -]*?(?:after|in|within|for)"
    r"|\bif un\w+ (?:after|for|in)"
    r"|\bno (?:response|answer|ack\w*|reply)\b[\w ]*?(?:after|in|within|for))\s*(?:another\s+|further\s+)?",
    re.IGNORECASE,
)
_LEVEL = re.compile(
    r"(?:l|level|tier|step|stage|line|layer|rung|contact|priority|escalation(?: level)?)\s*[-#]?\s*\d\b"
    r"|\d(?:st|nd|rd|th)(?:\s+(?:line|level|contact|call|escalation))?|(?:first|second|third|fourth|final)"
    r"(?:\s+(?:line|level|contact|call|escalation|responder))?\b|\d\b",
    re.IGNORECASE,
)
_TIME_ONLY = re.compile(
    r"\W*(?:(?:after|t\s*\+|within|from|at)\s*)?\d+(?:\s*(?:–|—|-"
    r"|to)\s*\d+)?\s*\+?\s*[a-z]+\.?(?:\s*\+|\s+(?:later|elapsed|in))?\W*",
    re.IGNORECASE,
)
_TIMED = re.compile(r"([^:→]{1,40}?)\s*(?::\s+|\s[–—-]\s|→\s*)(.+)")
_LEAD = re.compile(
    r"^(?:(?:then|finally|first|next|also|please|immediately)\s+)*(?:page|call|contact|notify|alert"
    r"|ping|phone|wake|inform|reach out to|reach"
    r"|escalate(?: (?:it|this|further|up))?(?: to)?|message|text|tell|involve"
    r"|engage)?\s*(?:to\s+)?(?:the\s+|your\s+|our\s+)?",
    re.IGNORECASE,
)
_HEAD = re.compile(r"\s*[(,;:–—|]\s*|\s-\s|\s+(?:after|if|when|within|via|by|through|on|for|at|who"
    r"|using|and then|then)\s+|\.(?:\s|$)|\s*$", re.IGNORECASE)  # fmt: skip


def is_timed(line: Line) -> bool:
    """Whether a line begins with the time at which somebody is told: `0–15 min: on-call`."""
    timed = _TIMED.match(line.text)
    return timed is not None and start_of(timed[1]) is not None


@dataclass(frozen=True, slots=True)
class Step:
    """One rung as written: who, when it is told after the first page, and how long it has; None where not said."""

    who: str
    start_s: float | None = None
    lasts_s: float | None = None


def ladder_of(steps: Sequence[Step]) -> WrittenLadder | None:
    """The ladder of rungs in order; None for fewer than two, or where one is told before the one in front of it."""
    if len(steps) < 2:
        return None
    starts = [step.start_s for step in steps]
    if all(start is None for start in starts):
        return WrittenLadder(tuple(step.who for step in steps), tuple(step.lasts_s for step in steps))
    names = [step.who for step in steps]
    given = [start for start in starts if start is not None]
    if not all(later > earlier for earlier, later in pairwise(given)):
        return WrittenLadder(tuple(names), (*starts[1:], None))
    if starts[0] is None:
        starts[0] = 0.0
    if starts[0]:
        names, starts = [ON_CALL, *names], [0.0, *starts]
    lasts = [
        later - earlier if earlier is not None and later is not None else None
        for earlier, later in pairwise(starts)
    ]
    return WrittenLadder(tuple(names), (*lasts, None))


def start_of(text: str) -> float | None:
    """When somebody is told, in seconds after the first page: `Immediately`, `15 min`, `0–15 min` (its start)."""
    text = re.sub(r"(\d)\s*\+\s*(?=[A-Za-z])", r"\1 ", text.strip().strip("()[]*"))
    if _AT_ONCE.fullmatch(text):
        return 0.0
    band = read_band(re.sub(r"\s*(?:\+|later|elapsed)\s*$", "", text), Unit.SECONDS)
    if band is not None and band.low is not None and band.unit is Unit.SECONDS:
        return band.low
    waits = _WAITS.search(text)
    if waits is not None and (found := duration_at(text, waits.end())) is not None:
        return found.quantity.value
    durations = [one.quantity.value for one in find_quantities(text) if one.quantity.unit is Unit.SECONDS]
    return durations[0] if len(durations) == 1 and _TIME_ONLY.fullmatch(text) else None


def ladder_of_items(items: Iterable[Item]) -> WrittenLadder | None:
    """A list whose every item is a rung: `1. **15 minutes**: Bo`, `2. **L2** (Team Lead)`, `3. Page the CTO after 1h`."""
    items = list(items)
    levels = [item for item in items if (found := item.first.field()) is not None and _LEVEL.match(found.key)]
    steps: list[Step] = []
    for item in levels if len(levels) > 1 else items:  # beside levels, other items are specialists
        step = step_of(item.first) if len(item.first.text) < 300 else None
        if step is None:
            return None
        steps.append(step)
    return ladder_of(steps)


def step_of(line: Line) -> Step | None:
    """One rung in a line, or None where nobody in it can stand on a ladder."""
    timed = _TIMED.match(line.text)
    start = start_of(timed[1]) if timed is not None and not _LEVEL.fullmatch(timed[1].strip()) else None
    if timed is not None and start is not None:
        who = party_in(timed[2])
        return Step(who, start) if who else None
    found = line.field()
    if found is None:
        spoken = steps_in_text(line.text)
        who = party_in(line.text)
        return spoken[0] if len(spoken) == 1 else (_timed(who, line.text) if who else None)
    key, value = found.key, found.value.text
    level = _LEVEL.match(key)
    if level is not None:
        brackets = re.search(r"\(([^()]*)\)", key)
        inside = brackets[1] if brackets else ""
        behind = re.sub(r"^\W+", "", key[level.end() :])
        who = party_in(inside) or party_in(behind) or party_in(value)
        start = start_of(inside)
        return (Step(who, start) if start is not None else _timed(who, value)) if who else None
    named = name_in(value)
    who = named if len(named.split()) > 1 and is_name(named) else party_in(key)
    return _timed(who, f"{key} {value}") if who else None


def party_in(text: str) -> str:
    """Who stands at the beginning of the text, behind a verb (`Page the Team Lead (Bo)`); empty where nobody does."""
    text = _LEAD.sub("", text.strip().lstrip("*_ "), count=1)
    head = _HEAD.search(text)
    who = text[: head.start()].strip(" *_") if head else text
    return who if is_party(who) else ""


def _timed(who: str, text: str) -> Step:
    """The rung with the time its text holds: `after 15 min` says when, `(15 min)` how long, `0 min` when again."""
    waits = _WAITS.search(text)
    if waits is not None and (found := duration_at(text, waits.end())) is not None:
        return Step(who, found.quantity.value)
    for inside in re.findall(r"\(([^()]*)\)", text):
        if (start := start_of(inside)) is not None:
            return Step(who, start) if not start or "–" in inside or "-" in inside else Step(who, None, start)
    return Step(who)


# --- sentences --------------------------------------------------------------------------------------------------

_VERBS = (
    r"(?:escalate(?:d|s)?(?: (?:it|this|the (?:incident|issue|alert|page)|further))?(?: to)?"
    r"|page|call|contact|notify|phone|alert|wake|inform)"
)
_IF_THEN = re.compile(
    rf"(?P<when>\b(?:if|after|when|no)\b[^.;→]*?)\s*[,:]?\s+(?:then\s+)?{_VERBS}\s+(?P<who>[^.;]+)",
    re.IGNORECASE,
)
_THEN_IF = re.compile(
    rf"\b{_VERBS}\s+(?P<who>[^.;,]+?),?\s+(?P<when>(?:if|after|when)\b[^.;]+)", re.IGNORECASE
)


def steps_in_text(text: str) -> list[Step]:
    """`If no response in 30 minutes, escalate to the Team Lead. After 1 hour, page the CTO.`: each with its wait."""
    steps: list[Step] = []
    for sentence in re.split(r"(?<=[a-z)])\.\s+|;\s*", text) if len(text) < 2_000 else ():
        found = _IF_THEN.search(sentence) or _THEN_IF.search(sentence)
        if found is None:
            continue
        waits = _WAITS.search(found["when"])
        lasting = duration_at(found["when"], waits.end()) if waits is not None else None
        who = party_in(found["who"])
        if lasting is not None and who:
            steps.append(Step(who, lasting.quantity.value))
    return steps


def ladder_in_text(texts: Iterable[str]) -> WrittenLadder | None:
    """The ladder that sentences tell: whoever is on call first, then each as they say."""
    steps = [step for text in texts for step in steps_in_text(text)]
    return ladder_of([Step(ON_CALL), *steps]) if steps else None


# --- diagrams ---------------------------------------------------------------------------------------------------

_NODE = r"(\w+)\s*(?:[\[({>]+\"?([^\[\](){}\"|]+)\"?[\])}]+)?"
_EDGE = re.compile(
    rf"{_NODE}\s*(?:--+>?|==+>?|-\.+->?)\s*(?:\|([^|]*)\|\s*|([^->|=]+?)\s*(?:--+>|==+>)\s*)?(?={_NODE})"
)
_DOWN = re.compile(r"\W*(?:↓|▼|⬇️?|\bv\b|\||│|-+>|→)+\W*(?P<wait>[^↓▼|│]*)")


def ladder_of_fence(fence: Fence) -> WrittenLadder | None:
    """A diagram that is one chain of people: Mermaid, names with arrows between the lines, or one line of arrows."""
    lines = [line.strip() for line in fence.lines if line.strip()]
    if not 1 <= len(lines) <= 60 or any(len(line) > 300 for line in lines):
        return None
    if fence.language == "mermaid":
        return _mermaid(lines)
    if fence.language not in ("", "text", "txt", "ascii", "plaintext", "plain"):
        return None
    if len(lines) == 1:
        ladder = read_ladder(lines[0])
        return ladder if ladder is not None and all(map(is_party, ladder.names)) else None
    return _drawn(lines)


def _mermaid(lines: list[str]) -> WrittenLadder | None:
    names: dict[str, str] = {}
    follows: dict[str, tuple[str, str]] = {}
    for line in lines:
        for found in _EDGE.finditer(line):
            source, label, wait, spoken, target, other = found.groups()
            names[source] = label or names.get(source, source)
            names[target] = other or names.get(target, target)
            if source in follows:
                return None
            follows[source] = (target, wait or spoken or "")
    first = [one for one in follows if one not in {target for target, _ in follows.values()}]
    if len(first) != 1 or len({target for target, _ in follows.values()}) != len(follows):
        return None
    steps, at, lasts = [Step(names[first[0]].strip())], first[0], []
    while at in follows and len(steps) <= len(follows):
        at, wait = follows[at]
        lasts.append(_wait(wait))
        steps.append(Step(names[at].strip()))
    if not all(is_party(step.who) for step in steps):
        return None
    return WrittenLadder(tuple(step.who for step in steps), (*lasts, None))


def _drawn(lines: list[str]) -> WrittenLadder | None:
    """`On-Call`, `↓ 15 min`, `Team Lead`: a name and an arrow by turns."""
    names: list[str] = []
    lasts: list[float | None] = []
    for line in lines:
        arrow = _DOWN.fullmatch(line)
        if arrow is not None:
            wait = _wait(arrow["wait"])
            if names and len(lasts) < len(names):
                lasts.append(wait)
            elif lasts and wait is not None:
                lasts[-1] = wait
        elif is_party(who := re.sub(r"\s*\([^()]*\)$", "", line.strip(" []|│*"))) and len(lasts) == len(
            names
        ):
            names.append(who)
        else:
            return None
    return WrittenLadder(tuple(names), (*lasts[: len(names) - 1], None)) if len(names) > 1 else None


def _wait(text: str) -> float | None:
    durations = [one.quantity.value for one in find_quantities(text) if one.quantity.unit is Unit.SECONDS]
    return durations[0] if len(durations) == 1 else None
