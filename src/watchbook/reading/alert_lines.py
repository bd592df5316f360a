"""Alerts written as a line: `p95 latency > 800ms for 10m`, `Page if the error rate exceeds 2% over 5 minutes`.

Called by `reading.alerting` for the items of a list. A line is an alert only where it says nothing but its condition, or
where it says in so many words that something calls people; advice such as `If errors > 5%, roll back` is none. It finds
the parts; what they mean is read where those of a table's row are.
"""

import re
from dataclasses import dataclass

from watchbook.reading.blocks import Line
from watchbook.reading.comparisons import has_comparison
from watchbook.reading.queries import is_query, split_window
from watchbook.reading.refinements import COMPARATOR
from watchbook.reading.severities import (
    read_severity,
    severity_in_brackets,
    severity_in_front,
    severity_words,
)


@dataclass(frozen=True, slots=True)
class AlertLine:
    """The parts of a line. `called` says that it names the alert, page or warning that it is about."""

    name: str
    condition: Line
    severity: str
    response: str
    called: bool


_LEVEL = (
    r"(?:(?:critical|crit|high|medium|low|warning|warn|info|severe|urgent|p[0-5]|sev-?\s?\d)"
    r"[ -]*(?:severity|priority|level)?\s+)?"
)
_THING = r"(?:alert|alarm|page|warning|warn|notification|incident|ticket)s?"
_VERB = r"(?:trigger|raise|fire|send|generate|issue|emit|create|open)(?:s|ed)?"
_TO = (
    r"(?:\s+(?:on-?call|the\s+on-?call(?:\s+\w+)?|the\s+team|immediately|at\s+once|me|us|only"
    r"|to\s+[#@]?[\w-]+|[#@][\w-]+))*"
)
_IF = r"\s*(?:,|:)?\s+(?:if|when|whenever|once|as\s+soon\s+as)\s+"
_CALL = re.compile(
    rf"^(?:{_VERB}\s+(?:an?\s+|the\s+)?{_LEVEL}(?:{_THING})?|{_LEVEL}(?:{_THING}|notify(?=\s+[#@\w]))){_TO}{_IF}",
    re.IGNORECASE,
)
_IF_THEN = re.compile(
    r"^(?:if|when|whenever)\s+(.+?)\s*(?:,|→|⇒|->|=>|:|\bthen\b)\s*((?:page|alert|notify|call|wake)\b.*)$",
    re.IGNORECASE,
)
ARROW = re.compile(r"(?<!\s)\s*(?:→|⇒|->|=>(?!\s*~?[\d.]))\s*")  # `=> 80%` compares
_BEHIND = re.compile(r"\s+[–—-]\s+([\w -]{2,12})\s*\.?$")
_NAMED = re.compile(r"^([^:<>=≥≤]{2,60}):\s+(.+)$")
_FILLING = re.compile(
    r"^(?:the|any|an?|if|when)\s+|\s+(?:is|are|has|have|was|stays?|remains?|goes|rises?|grows?|climbs?|been|being)$",
    re.I,
)
_ADVICE = re.compile(
    r"^(?:if|when|in case|unless|check|verify|ensure|make sure|consider|restart|scale|roll|do not|don't|never|see|note|keep"
    r"|confirm|wait|look|review|until|once|expect|normal|target|should)\b",
    re.IGNORECASE,
)
_MOST_WORDS = 8
_LONGEST = 300  # characters of a line that may be an alert
_ORNAMENT = re.compile(r"^[^\w\s`'\"()\[\]{}<>≥≤=#@/+~$*-]+\s*")
_LASTS = re.compile(
    r"\s*\((?:for\s+|>=?\s*|≥\s*)(\d+\s*(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?))\b[^()\d]*\)$",
    re.I,
)
_WHOLLY = re.compile(r"\s*\(([<>≥≤]=?\s*[^()]+)\)$")
_NO_NAME = re.compile(
    r"^(?:alert(?:ing)?\s+)?(?:thresholds?|conditions?|alerts?|rules?|triggers?):\s+(?=\S)", re.I
)
_RAISES = re.compile(
    r"\s+(?:triggers?|raises?|fires?)\s+(?:the\s+)?(?:alert\s+)?(\w[\w .-]{2,60}?)(?:\s+alert)?$", re.I
)


def read_alert_line(line: Line, severity: str) -> AlertLine | None:
    """The line's parts, under a heading of `severity`; None where it is not written as an alert."""
    text, raised = _bare(line.text.strip().rstrip("."))
    call = _CALL.match(text)
    if call is not None:
        said = _said_severity(call[0]) or severity
        return _parts(line, text[call.end() :], said, _response(call[0]), called=True)
    then = _IF_THEN.match(text)
    if then is not None and has_comparison(then[1]):
        return _parts(line, then[1], _said_severity(then[2]) or severity, then[2], called=True)
    before, text = severity_in_front(text)
    severity = before or severity
    if _ADVICE.match(text) or not has_comparison(text):
        return None
    named = _NAMED.match(text)
    if named is not None and has_comparison(named[2]):
        return _parts(line, named[2], severity, "", called=False, name=raised or named[1].strip())
    return _parts(line, text, severity, "", called=False, name=raised)


def _bare(text: str) -> tuple[str, str]:
    """The line without an ornament in front and a key that names nothing, and the alert that it says it raises.

    `❌ Error rate > 10% (> 5 min)` lasts five minutes; `Service outage (> 5 min)` compares the outage itself.
    """
    if len(text) > _LONGEST:
        return text, ""
    text = _NO_NAME.sub("", _ORNAMENT.sub("", text))
    raises = _RAISES.search(text)
    raised = raises[1] if raises is not None and has_comparison(text[: raises.start()]) else ""
    if raises is not None and raised:
        text = text[: raises.start()]
    lasts = _LASTS.search(text)
    if lasts is not None and has_comparison(text[: lasts.start()]):
        return f"{text[: lasts.start()]} for {lasts[1]}", raised
    wholly = _WHOLLY.search(text)
    if wholly is not None and not has_comparison(text[: wholly.start()]):
        return f"{text[: wholly.start()]} {wholly[1]}", raised
    return text, raised


def _parts(
    line: Line, text: str, severity: str, response: str, *, called: bool, name: str = ""
) -> AlertLine | None:
    arrow = ARROW.search(text)
    if arrow is not None:
        text, response = text[: arrow.start()], text[arrow.end() :].strip()
    bracketed, text = severity_in_brackets(text)
    severity = bracketed or severity
    behind = _BEHIND.search(text)
    if behind is not None and read_severity(behind[1]) is not None:
        text, severity = text[: behind.start()], behind[1]
    known = name or _name(text)
    if known is None:
        return None
    return AlertLine(known, _condition(line, text.strip()), severity, response, called)


def _name(text: str) -> str | None:
    """What is compared, which names the alert; None where that is a sentence."""
    comparator = COMPARATOR.search(text)
    subject = text[: comparator.start()] if comparator else text.split(" for ", maxsplit=1)[0]
    before = ""
    while before != subject:
        before, subject = subject, _FILLING.sub("", subject.strip(" ,:–—-"))
    words = subject.split()
    if not words or len(words) > _MOST_WORDS or not re.search(r"[^\W\d_]{2,}", subject):
        return None
    return subject


def _condition(line: Line, text: str) -> Line:
    """The condition; a code span stays one only where it is a query."""
    codes = line.codes
    if len(codes) == 1 and is_query(split_window(codes[0])[0]):
        start = line.text.find(codes[0])
        return line.cut(start)
    return Line(line.number, text)


def _said_severity(text: str) -> str:
    words = severity_words(text)
    return words[0] if words else ""


def _response(call: str) -> str:
    """What the call itself does to people: a page pages, a ticket is one, a room is posted to."""
    if re.search(r"\bpages?\b", call, re.IGNORECASE):
        return "Page on-call"
    if re.search(r"\btickets?\b", call, re.IGNORECASE):
        return "Ticket"
    room = re.search(r"#[\w-]+", call)
    return room[0] if room else ""
