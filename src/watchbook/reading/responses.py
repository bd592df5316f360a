"""What an alert does to people, from its response cell: page, deadline, channels, ladder, next actions.

Called by the alerting module. It reads words; who stands on the ladder is `reading.ladders`, and who can be
reached is the wiring's.
"""

import re
from dataclasses import dataclass, replace

from watchbook.model.ids import slug
from watchbook.model.procedures import Procedure
from watchbook.model.runbook import Contact, Response, Rung, Severity, SeverityLevel
from watchbook.reading.ladders import WrittenLadder, read_ladder, rungs_of
from watchbook.reading.quantities import Found, duration_at, find_duration

_PAGE = re.compile(
    r"(?<!\bstatus )(?<!\bweb )(?<!\bwiki )(?<!\blanding )\b(?:page[sd]?|paging|pager|pagerduty"
    r"|opsgenie|phone call|call out|wake)\b",
    re.IGNORECASE,
)
_CALL = re.compile(r"\b(?:call|phone|ring)\s+(?=on.?call|the |[A-Z])")
_DEADLINE = re.compile(
    r"\b(?:investigate|respond|response|acknowledge|ack|look|check|act|triage|fix|handle|react|address)\w*\b[^.]*?\b"
    r"(?:within|in|under|<)\s*",
    re.IGNORECASE,
)
_WITHIN = re.compile(r"^(?:within|<|≤)\s*", re.IGNORECASE)
_ROOM = re.compile(r"(?<![\w/&])#[A-Za-z][\w-]*")
_LATER = re.compile(
    r"\b(?:ticket|jira|next (?:business |working )?(?:day|morning)|best effort|business hours"
    r"|working hours|log only|backlog)\b",
    re.IGNORECASE,
)
_QUIET = re.compile(r"\b(?:e-?mail|mail|slack|teams|chat|notify|notification|inform)\b", re.IGNORECASE)
_NOT_PAGED = re.compile(r"\b(?:no|don.?t|do not|without|never)\s+(?:page|paging|call)\b", re.IGNORECASE)
_WHOM = re.compile(r"\b(?:page|call|phone|wake)s?\s+(?:the\s+|out\s+)?([^,;.→(]+)", re.IGNORECASE)
_ON_CALL = re.compile(
    r"\b(?:on.?call|primary|pager|engineer|team|rotation|immediately|us|someone)\b", re.IGNORECASE
)
_ADVICE = re.compile(
    r"^(?:if |when |then )|^(?:rollback|roll back|scale|restart|check|review|verify|investigate|monitor|increase"
    r"|clear|run|see|follow|add|optimi[sz]e|kill|fail ?over|fallback|switch|drain|clean|renew|rotate|inspect"
    r"|analy[sz]e|contact|consider|execute|trigger|enable|disable|flush|free|expand|resize|look|fix|stop|start|open"
    r"|escalate|respond|acknowledge|use|go|tune"
    r"|examine|confirm|debug|identify|update|delete|remove|archive|warm|reduce|throttle|block|immediate\w*|auto\w*|asap|plan|retry"
    r"|rerun|re-run"
    r"|audit|collect|capture|compare|test|validate|profile|pause|mitigate|remediate|resolve|evaluate|assess|coordinate"
    r"|communicate|upgrade|replace|migrate|rebuild|reindex|vacuum|raise|lower|adjust|move|notice)\b",
    re.IGNORECASE,
)  # fmt: skip


def pages(text: str) -> bool:
    """Whether the words call somebody: a page, a phone call, in so many words."""
    return bool(_PAGE.search(text) or _CALL.search(text)) and not _NOT_PAGED.search(text)


@dataclass(frozen=True, slots=True)
class ReadResponse:
    """The response, the parts that were not understood, and those that are advice for a person."""

    response: Response
    unknown: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    quiet: bool = False  # says outright that nobody is paged


def read_response(text: str, severity: Severity, ladder: WrittenLadder, procedures: tuple[Procedure, ...] = (),
                  contacts: tuple[Contact, ...] = (), promised: SeverityLevel | None = None) -> ReadResponse:  # fmt: skip
    """What `text` asks for at that severity, with a complete ladder. An empty text leaves it to the severity.

    `promised` is the alert's row of the severity matrix: its response time is the deadline where the text states none,
    unless that asks for chat, mail or a ticket only.
    """
    text = text.strip()
    words = _gather(text)
    promised = promised if words.deadline_s is None and (words.page or not words.quiet) else None
    if promised is not None:
        words = replace(words, deadline_s=promised.response_s)
    written = read_ladder(_without_lead(text)) if words.has_arrow else None
    whom = _whom(text, contacts) if words.page else None
    response = _decided(words, severity, bool(text))
    used = written or (WrittenLadder((whom,), (None,)) if whom else ladder)
    promised_s = response.ack_deadline_s if promised is not None else None
    rungs = rungs_of(used, severity, None if promised_s else response.ack_deadline_s, promised_s)
    if response.working_hours and rungs:
        rungs = (Rung(rungs[0].who, response.ack_deadline_s or 0.0),)
    actions, advice, unknown = _actions(words.others, procedures)
    origin = promised.name if promised is not None else ""
    done = replace(
        response, channels=words.rooms, ladder=rungs, actions=actions, text=text, ack_deadline_from=origin
    )
    return ReadResponse(done, unknown, advice, words.quiet and not response.page)


@dataclass(frozen=True, slots=True)
class _Words:
    page: bool
    quiet: bool  # told in chat or by mail
    later: bool  # a ticket, the next business day, or no page in so many words
    deadline_s: float | None
    rooms: tuple[str, ...]
    others: tuple[str, ...]
    has_arrow: bool


def _gather(text: str) -> _Words:
    """The parts of the cell, split at commas and semicolons, each by what it says."""
    page, quiet, later, deadline_s = False, False, False, None
    others: list[str] = []
    rooms = tuple(dict.fromkeys(_ROOM.findall(text)))
    has_arrow = bool(re.search(r"→|->|=>|➜", text))
    for part in re.split(r"\s*[,;+]\s*|\s+(?:and|&)\s+|\.\s+", text):
        told = False
        if _NOT_PAGED.search(part) or _LATER.search(part):
            later = told = True
        elif _PAGE.search(part) or _CALL.search(part):
            page = told = True
        if _QUIET.search(part) and not page:
            quiet = told = True
        within = _WITHIN.match(part) or _DEADLINE.search(part)
        found = find_duration(part[within.end() :]) if within else _alone(part)
        if found is not None:
            deadline_s, told = found.quantity.value, True
        if _ROOM.search(part):
            quiet, told = quiet or not page, True
        if quiet and told and _ONLY_IF.search(part) and found is None:
            told = False  # `Email stakeholders if > 30 min`: told when it comes to that, not when the alert fires
        if not told and part.strip(" .-–—→") and not has_arrow:
            others.append(part.strip(" ."))
    return _Words(page, quiet or later, later, deadline_s, rooms, tuple(others), has_arrow)


_ONLY_IF = re.compile(r"\b(?:if|after|when|unless)\b.*\d", re.IGNORECASE)


def _alone(part: str) -> Found | None:
    """A part that is nothing but a time: `15 minutes`, `30 min response`, `4h (business hours)`."""
    text = _TIME_NOISE.sub("", part).strip(" .:()")
    found = duration_at(text)
    return found if found is not None and found.end == len(text) else None


_TIME_NOISE = re.compile(
    r"\b(?:response|sla|ack(?:nowledge)?|time|max(?:imum)?|or less|target)\b:?", re.IGNORECASE
)


def _decided(words: _Words, severity: Severity, written: bool) -> Response:
    """Whether it pages now, in working hours, or only tells the channel."""
    urgent = severity in (Severity.CRITICAL, Severity.HIGH)
    if words.page or (words.has_arrow and not words.quiet):
        return Response(page=True, ack_deadline_s=words.deadline_s)
    if words.deadline_s is not None and not words.later:
        if urgent:
            return Response(page=True, ack_deadline_s=words.deadline_s)
        return Response(page=False, ack_deadline_s=words.deadline_s, working_hours=True)
    if words.quiet:
        return Response(page=False, ack_deadline_s=words.deadline_s)
    return Response(page=urgent or (written and severity is Severity.CRITICAL))


def _without_lead(text: str) -> str:
    """A ladder behind a verb: `Page Ana → Bo` is the ladder Ana, Bo."""
    return re.sub(
        r"^(?:page|escalate(?: to)?|call|notify|escalation)\s*:?\s+(?=\S)", "", text, flags=re.IGNORECASE
    )


def _whom(text: str, contacts: tuple[Contact, ...]) -> str | None:
    """Somebody other than the person on call who is to be paged, by the name of the contact where one fits."""
    found = _WHOM.search(text)
    if found is None:
        return None
    named = re.sub(r"\b(?:immediately|now|at once|first|directly|and)\b.*", "", found[1]).strip()
    for contact in contacts:
        role = slug(contact.role)
        if slug(contact.name) in slug(named) or (
            role not in ("on-call", "team") and slug(named).startswith(role)
        ):
            return contact.name
    return None if not named or _ON_CALL.search(named) else named


def _actions(
    parts: tuple[str, ...], procedures: tuple[Procedure, ...]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Procedures offered as the next action, advice for a person, and parts that say neither."""
    actions: list[str] = []
    advice: list[str] = []
    unknown: list[str] = []
    for part in parts:
        name = _procedure_in(part, procedures)
        if name is not None:
            actions.append(name)
        elif _ADVICE.search(part):
            advice.append(part)
        else:
            unknown.append(part)
    return tuple(actions), tuple(advice), tuple(unknown)


def _procedure_in(part: str, procedures: tuple[Procedure, ...]) -> str | None:
    """The service's only procedure whose name the part begins with or equals."""
    wanted = slug(re.split(r"\s+if\s+", part, maxsplit=1)[0])
    named = [p.name for p in procedures if p.section != "remedy" and slug(p.name) == wanted]
    return named[0] if len(named) == 1 else None
