"""What the words of a step say about its kind: verify, watch, wait, alternative, condition, rollback.

Called by `reading.steps` for comments in code blocks and for list items. Pure look-up by pattern; it makes no
steps.
"""

import re
from dataclasses import dataclass

from watchbook.reading.quantities import find_duration
from watchbook.reading.shell.table import words

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


_IMPERATIVES = words(
    "abort acknowledge activate add adjust allow analyse analyze announce apply approve archive ask "
    "assess assign attach audit backup bring build call capture change check choose classify clean clear "
    "click clone close collect commit communicate compare configure confirm connect consider contact "
    "contain continue coordinate copy correlate create cut declare decrease define delete deploy describe "
    "destroy detach determine diagnose disable discard disconnect document download drain drop edit "
    "eliminate email enable engage ensure enter escalate establish evaluate evict examine execute expand "
    "export extract fail failover fetch file fill filter find fix flush follow force gather generate get "
    "give go grant halt hand identify import improve increase inform inspect install investigate isolate "
    "issue join keep kill launch leave list load locate lock log login look lower make manage mark "
    "measure merge message migrate mitigate modify monitor mount move navigate note notify observe obtain "
    "open optimize page pause perform ping plan post prepare press prevent promote provide publish pull "
    "purge push quarantine query raise re-enable reach read rebalance reboot rebuild record recover "
    "recreate redeploy redirect reduce refresh register reindex release reload remediate remove rename "
    "renew repair repeat replace replay report reproduce request resend reset resize resolve restart "
    "restore resume resync retrieve retry return reverify revert review revoke roll rollback rotate run "
    "save scale schedule search see select send set ship shut shutdown sign silence skip spin start stop "
    "store submit suspend switch sync tag tail take terminate test throttle tighten toggle trace track "
    "transfer trigger try tune turn type unblock uncordon undo uninstall unlock update upgrade upload use "
    "rerun re-run refund patch block cancel bounce freeze preserve provision reassign relaunch reopen republish snapshot "
    "stabilise stabilize summarise summarize trim unpause dump demote cordon pin shrink compact probe "
    "vacuum validate verify view visit wait walk warm warn watch whitelist work write "
)
_ADVERBS = re.compile(
    r"(?:(?:first|then|next|finally|optionally|immediately|manually|carefully|temporarily|also|now|please|once|again|quickly"
    r"|if [^,]{3,80}|when [^,]{3,80}|after [^,]{3,80}|in [^,]{3,60}|from [^,]{3,60}|on [^,]{3,60})[,:]?\s+)+",
    re.IGNORECASE,
)
_PROCEDURAL = re.compile(
    r"\b(?:how to|steps?|procedures?|process|workflow|flow|playbook|scenario|runbook|checklist|guide|setup|response|recovery"
    r"|instructions?|protocol|phase|stage|timeline|schedule|plan|validation|testing"
    r"|restart|rollback|deploy\w*|migration|failover|triage|to do|drill|remediation)\b",
    re.IGNORECASE,
)


def is_imperative(text: str, *, gerunds: bool = False) -> bool:
    """Whether an item tells somebody to do something: `Open the dashboard`, `If it is down, restart it`.

    `Build triggered automatically` tells what happened. With `gerunds`, `Rerunning the drill` counts, too.
    """
    bare = text.strip().lstrip("*_ ")
    before = _ADVERBS.match(bare)
    bare = bare[before.end() :] if before else bare
    first = re.match(r"[A-Za-z][\w-]*", bare)
    if first is None or _HAPPENED.match(bare):
        return False
    word = first[0].casefold()
    return word in _IMPERATIVES or (gerunds and _is_gerund(word))


# Words that are a thing as often as something to do, with what happens to that thing behind them.
_HAPPENED = re.compile(
    r"(?:build|test|release|backup|update|request|query|import|export|log|message|issue|alert|type|view|change|record"
    r"|report|file|load|cut|drain|schedule|plan|copy|deploy|sync|track|trace|tag|set|run|fix|filter|scale|page|post)s?\s+"
    r"(?:\w+ed(?=\s*$|\s+(?:by|to|in|into|from|with|at|automatically|successfully|within|and|or|via|on)\b)"
    r"|(?:is|are|was|were|has|have|completes?|starts?|begins?|runs?|passe[sd]|fails?|triggers?|succeeds?)\b)",
    re.IGNORECASE,
)


def _is_gerund(word: str) -> bool:
    """`reviewing`, `closing`, `dropping`."""
    stem = word.removesuffix("ing")
    return stem != word and not _IMPERATIVES.isdisjoint((stem, stem + "e", stem[:-1]))


_DOING = re.compile(
    r"\b(?:playbooks?|mitigations?|remediations?|verification|validation|restoration|failover|fail over|roll\s?backs?"
    r"|what to do|triage|first \d+ minutes|actions? to take"
    r"|(?:immediate|first|initial|recommended|required|corrective|follow[- ]up|emergency) (?:actions?|responses?)"
    r"|how to|steps?|procedures?|instructions?|clean[- ]?up|recovery"
    r"|before you (?:start|begin)|after (?:the )?\w+|containment|eradication|stabili[sz]ation)\b",
    re.IGNORECASE,
)
_STEPS_ELSEWHERE = re.compile(
    r"(?:\b(?:procedimientos?|pasos?|protocolos?|étapes?|procédures?|marche à suivre|vorgehen(?:sweise)?|ablauf|verfahren"
    r"|procedura|passaggi|passos?|procedimentos?|stappen|werkwijze|kroki|шаги|порядок)\b|schritte\b|步骤|手順)",
    re.IGNORECASE,
)


def is_doing(title: str) -> bool:
    """Whether a title says that something is to be done below it, so that a plain list may be steps."""
    return _DOING.search(title) is not None


def say_what_to_do(title: str) -> bool:
    """Whether a title of another language than English says that steps stand below it, whose verbs are not known here."""
    return _STEPS_ELSEWHERE.search(title) is not None


def is_procedural(title: str) -> bool:
    """Whether a title says that steps stand below it."""
    return bool(_PROCEDURAL.search(title))


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
