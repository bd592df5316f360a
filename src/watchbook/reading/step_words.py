"""What the words of a step say about its kind: verify, watch, wait, alternative, condition, rollback.

Called by `reading.steps` for comments in code blocks and for list items. Pure look-up by pattern; it makes no
steps.
"""

import re
from dataclasses import dataclass

from watchbook.reading.quantities import find_duration

_VERIFY = re.compile(
    r"(?:\d+[.)]\s*)?(?:then\s+)?(?:verify|verification|validate|validation|confirm|smoke[- ]test|"
    r"health[- ]?check|ensure|make sure|check that|test that)\b",
    re.IGNORECASE,
)
_ALERT_RESOLVED = re.compile(
    r"verify:?\s+(?:that\s+)?(?:the\s+)?alert\s+[\"“']?(?P<name>.+?)[\"”']?\s+(?:is\s+|"
    r"has\s+)?(?:resolved|cleared|gone|over)\.?",
    re.IGNORECASE,
)
_WATCH = re.compile(
    r"(?:\d+[.)]\s*)?(?:continue to\s+|keep\s+)?(?:monitor(?:ing)?|watch|observe|soak)\b(?P<rest>.*)",
    re.IGNORECASE,
)
_WAIT = re.compile(
    r"(?:\d+[.)]\s*)?(?:wait|pause|sleep)(?:\s+(?:for|about|at least|another))*\s+(?P<rest>.*)", re.IGNORECASE
)
_OR = re.compile(
    r"(?:or|alternatively|alternative|otherwise|else|either)\b[\s,:]*(?P<name>.*)", re.IGNORECASE
)
_IF = re.compile(
    r"(?:if|only if|when|in case(?: of)?|unless|emergency|as a last resort|last resort|"
    r"optional(?:ly)?|\(?if needed\)?)\b",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"[(,]?\s*\b(?:only )?(?:if|when) (?:needed|necessary|required|applicable|possible|down|high|low|full|stuck|there|no|it"
    r"|the|still|any|[A-Z]\w*|\w+ (?:is|are|has|have|not|high|low|full|fails?|failed|exceeds?))\b",
)
_ASKS = re.compile(r"(?:check|see|verify|determine|confirm|test|find out|ask)\b", re.IGNORECASE)
_OPTION = re.compile(r"(?:option|method|approach|variant|way)\s+(?:\d+|[a-z])\b", re.IGNORECASE)
_PLATFORMS = (
    r"docker[ -]compose|docker swarm|docker|podman|kubernetes|k8s|kubectl|helm|openshift|systemd|"
    r"aws(?: ecs| eks)?|ecs|gcp|"
    r"google cloud|azure|heroku|fly\.io|nomad|bare[ -]metal|linux|mac ?os|windows|"
    r"ubuntu(?:/debian)?|debian(?:/ubuntu)?|"
    r"rhel(?:/centos)?|centos|pm2|local(?:ly)?|railway|vercel"
)
_PLATFORM = re.compile(
    rf"(?:(?:for|on|using|with|via|in)\s+)?(?:{_PLATFORMS})(?:\s+(?:deployment|environment|setup|users?))?\s*[:)]?",
    re.IGNORECASE,
)
_ROLLBACK = re.compile(
    r"(?:to\s+)?(?:roll\s?-?back|revert|undo)\b|(?:if|in case)\b.{0,60}\b(?:fails?|failed|"
    r"goes wrong|problems?|issues?|needed|unhealthy)\b.{0,40}\b(?:roll\s?-?back|revert|undo)\b",
    re.IGNORECASE,
)
SOLUTION = re.compile(
    r"(?:solution|fix|remedy|resolution|mitigation|resolve|repair|workaround|"
    r"action)s?\s*(?:\d+\s*)?(?:[:–—-]\s*(?P<text>.*)|$)",
    re.IGNORECASE,
)
CHECK = re.compile(
    r"(?:check|diagnos\w*|look|inspect|investigate|find|identify|list|show|view|get|see|review|"
    r"examine|verify|confirm|test|query|analy[sz]e|determine|count|measure)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Timed:
    """A watch or a wait: `duration_s` None when the words name none that is understood."""

    kind: str  # watch | wait
    duration_s: float | None


def is_verify(text: str) -> bool:
    return bool(_VERIFY.match(text))


def resolved_alert(text: str) -> str | None:
    """The alert of `Verify: alert High Error Rate resolved`."""
    found = _ALERT_RESOLVED.fullmatch(text.strip())
    return found["name"].strip() if found else None


def timed(text: str) -> Timed | None:
    """`Monitor for 15 minutes`, `Wait 30s`; None for other words, also for `Wait for the pods to start`."""
    watching = _WATCH.fullmatch(text.strip())
    waiting = _WAIT.fullmatch(text.strip())
    if watching is None and waiting is None:
        return None
    rest = (watching or waiting)["rest"]  # type: ignore[index]
    found = find_duration(rest)
    if found is None:
        return Timed("wait", None) if waiting and re.search(r"\d", rest) else None
    if watching:
        before = rest[: found.start].strip().casefold()
        return Timed("watch", found.quantity.value) if re.search(r"\bfor\b|^$|:$|\bover\b", before) else None
    whole = rest[found.end :].strip(" .,")
    starts = not rest[: found.start].strip() or rest[: found.start].strip().casefold() in (
        "for",
        "up to",
        "about",
    )
    return Timed("wait", found.quantity.value) if starts and len(whole.split()) < 12 else None


def has_condition(text: str) -> bool:
    """Whether a step is done only in some case, said behind its name: `Restart Redis if down`."""
    return bool(_BEHIND.search(text)) and not _ASKS.match(text)


def alternative(text: str) -> str:
    """How the block that the words open stands to the one before: or, if, option, platform, or "" (in sequence)."""
    text = text.strip()
    if _OR.match(text):
        return "or"
    if _OPTION.match(text):
        return "option"
    if _IF.match(text):
        return "if"
    return "platform" if _PLATFORM.fullmatch(text) else ""


def is_rollback(text: str) -> bool:
    """Whether the words open what is done when the procedure failed."""
    return bool(_ROLLBACK.match(text.strip()))
