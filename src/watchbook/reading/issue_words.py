"""What the words of an issue say: which part a label opens, what is advice, which alerts it is about.

Called by `reading.troubleshooting` and `reading.causes`. Look-up by pattern; it reads no blocks.
"""

import re
from collections.abc import Iterator

from watchbook.model.runbook import AlertRule, Symptom
from watchbook.reading.blocks import Fence, List, Paragraph
from watchbook.reading.comparisons import has_comparison
from watchbook.reading.document import Section
from watchbook.reading.procedures import clean_title
from watchbook.reading.shell.table import words
from watchbook.reading.step_words import is_imperative, is_procedural

_ISSUE_PREFIX = re.compile(
    r"(?:(?:(?:known\s+)?issue|problem|incident|alert(?:\s+name)?|error|scenario|symptom|"
    r"failure|case|question|q)\s*(?:#?\d+(?:\.\d+)*)?\s*[:–—-]\s*|(?-i:(?!SEV)[A-Z]{2,6}-\d+)\s*[:–—-]\s*|"
    r"(?<!\d)\d{1,9}[.)]\s*)",
    re.IGNORECASE,
)
# What a label or heading inside an issue opens, earlier ones first; `name` is what it carries behind a colon.
_PARTS = tuple(
    (kind, re.compile(pattern, re.IGNORECASE | re.VERBOSE))
    for kind, pattern in (
        (
            "symptoms",
            r"""symptoms? | signs | indicators? | what\ you(?:'ll|\ will)?\ see | observed\ behaviou?r | triggers?
            | symptoms?\ (?:&|and)\ .* | issue | problem | what\ happens""",
        ),
        (
            "cause",
            r"(?:(?:possible|likely|root|common)\s+)?cause\s*[#]?\d*\s*[:–—-]\s*(?P<name>.+) | cause\s+\d+",
        ),
        (
            "causes",
            r"""(?:(?:common|possible|likely|root|probable|potential)\s+)?causes?
            (?:\s*(?:&|and|/)\s*(?:solutions?|fix(?:es)?|remedies|resolutions?))?""",
        ),
        (
            "diagnosis",
            r"""(?:diagnos\w* | diagnostic\ (?:steps|commands|procedures?|tree|checks) | detection
            | investigat\w* | how\ to\ (?:check|diagnose|investigate)
            | debug\w* | triage | (?:initial\ |quick\ |first\ |immediate\ )?checks? | checklist | analysis
            | steps\ to\ diagnose | runbook | playbook
            | verification\ steps | what\ to\ check)(?:\ (?:steps|commands|procedures?|workflow|queries))?""",
        ),
        (
            "solution",
            r"""(?:common\ |possible\ |quick\ |immediate\ |recommended\ |long[-\ ]term\ |short[-\ ]term\ )?
            (?:solutions? | resolutions? | fix(?:es)? | remed(?:y|ies) | remediations? | answer | a
            | mitigations? | actions? | response | recovery | workarounds? | what\ to\ do
            | how\ to\ (?:fix|resolve|mitigate|recover|solve)
            | steps\ to\ (?:fix|resolve))(?:\ (?:steps?|actions?|procedures?|protocol|strateg(?:y|ies)|options?))?
            (?:\s*[:–—-]\s*(?P<name>.+))?""",
        ),
        ("alert", r"alerts? | alert\ names? | triggered\ by | related\ alerts?"),
        (
            "prose",
            r"""what\ (?:it\ means|happened|this\ means)
            | impact | meaning | severity | description | overview | background | prevention | escalat\w* | notes?
            | references? | related.* | root\ cause\ analysis | post.?mortem | communication | long.?term.*""",
        ),
    )
)
_ADVICE = re.compile(r"(?:if\s+)?(?P<cause>[^:→]{3,120}):\s+(?P<advice>.+)", re.IGNORECASE | re.DOTALL)
_ARROW = re.compile(
    r"(?:if\s+)?(?P<cause>[^→⇒]{3,160}?)\s*(?:→|⇒|->|=>)\s*(?P<advice>[^→⇒]+)", re.IGNORECASE | re.DOTALL
)
_IF_ADVICE = re.compile(
    r"if\s+(?P<cause>[^,:]{3,120}),\s*(?:then\s+)?(?P<advice>.+)", re.IGNORECASE | re.DOTALL
)
_REFERENCE = re.compile(
    r"\b(?:commands|locations?|tools?|tips|references?|resources|log analysis|cheat ?sheet)$", re.IGNORECASE
)
_STOP = words("the a an is are of for in on or and to not be has have with at by from issue problem alert")


def part_of(title: str) -> tuple[str, str]:
    """Which part of an issue a label or heading opens, and the name that it carries."""
    text = clean_title(title)
    for kind, pattern in _PARTS:
        found = pattern.fullmatch(text)
        if found:
            return kind, (found.groupdict().get("name") or "").strip()
    return "", text


_RATED = re.compile(
    r"\s*[(\[](?:critical|high|medium|low|warning|info|p[0-4]|sev-?\d)[)\]]\s*$", re.IGNORECASE
)


def issue_name(title: str) -> str:
    """`Issue: Service is down` → `Service is down`; `3. High memory` → `High memory`."""
    text = _RATED.sub("", clean_title(title))
    return _ISSUE_PREFIX.sub("", text, count=1).strip() or text


_ALERT_PREFIX = re.compile(
    r"(?:alerts?(?:\s+name)?\s*(?:#?\d+)?\s*[:–—]|alerts?\s+-|alert\s*name\b)\s*(?=\S)", re.IGNORECASE
)
_BEHIND_NAME = re.compile(
    r"\s*\((?P<inside>[^()]*(?:\([^()]*\)[^()]*)?)\)\s*$|\s+[–—-]+\s+(?P<dashed>.+)$|:\s+(?P<colon>.+)$"
)


_LONGEST_TITLE = 200  # characters


def has_alert_prefix(title: str) -> bool:
    """Whether a heading says that it names an alert: `Alert: QueueStuck`."""
    return _ALERT_PREFIX.match(clean_title(title)) is not None


def names_in(title: str) -> tuple[str, ...]:
    """The alerts of `Alert: ErrorsFast / ErrorsSlow`."""
    text = _ALERT_PREFIX.sub("", clean_title(title), count=1)
    return tuple(name.strip() for name in re.split(r"\s+/\s+|,|\band\b", text) if name.strip())


def split_condition(title: str) -> tuple[str, str]:
    """Name and condition of a heading: `High Latency (P95 > 10s)`, `HighErrorRate - error rate > 5%`.

    A heading that is a condition as a whole is its own name; without a comparison the condition is "".
    """
    text = _ALERT_PREFIX.sub("", clean_title(title), count=1)
    if len(text) > _LONGEST_TITLE:
        return text, ""
    for found in (
        _BEHIND_NAME.search(text, at) for at in (0, *(m.start() for m in re.finditer(r"\s[–—-]|\(", text)))
    ):
        if found is None:
            continue
        condition = found["inside"] or found["dashed"] or found["colon"] or ""
        name = text[: found.start()].strip()
        if name and has_comparison(condition) and not has_comparison(name):
            return name, condition.strip()
    return (text, text) if has_comparison(text) else (text, "")


_TELLS = {
    "symptoms": re.compile(r"symptoms?\b|(?:issue|problem)$", re.IGNORECASE),
    "cause": re.compile(
        r"(?:(?:common|possible|likely|root|probable|potential)\s+)?causes?\b(?!\s+analysis)", re.IGNORECASE
    ),
    "diagnosis": re.compile(
        r"(?:diagnos|investigat|triage\b|debug|how to (?:check|diagnose)|what to check|runbook$)", re.IGNORECASE
    ),
    "solution": re.compile(
        r"(?:(?:possible|quick|recommended|immediate)\s+)?(?:solution|resolution|resolve|fix|remed|mitigat|workaround"
        r"|how to (?:fix|resolve|mitigate|recover|solve))", re.I
    ),
    "meaning": re.compile(r"(?:meaning|impact|what (?:it means|happened|this means))\b", re.IGNORECASE),
}  # fmt: skip
_TROUBLE = re.compile(
    r"(?:known\s+)?(?:issue|problem|error|symptom|alert)\s*(?:#?\d+(?:\.\d+)*)?\s*[:–—-]\s*\S", re.IGNORECASE
)


def is_issue(section: Section) -> bool:
    """Whether a heading, wherever it stands, is one issue: the labels and headings right below it say so.

    Symptoms with what to look at or do, a cause with its fix, a diagnosis with its remedy; with one of them only where
    the heading itself says that it is a problem.
    """
    said = {kind for words in _labels_of(section) for kind, pattern in _TELLS.items() if pattern.match(words)}
    if _TROUBLE.match(clean_title(section.title)) and said - {"meaning"}:
        return True
    if "symptoms" in said and len(said) > 1:
        return True
    if "solution" in said and bool(said & {"cause", "diagnosis"}):
        return True
    return not section.sections and is_imperative_list(section) and _says_symptom(section.title)


def _says_symptom(title: str) -> bool:
    """Whether a heading is what can be seen and measured: `Queue backlog > 100 jobs`, `Replica lag above 30 s`."""
    text = clean_title(title)
    if len(text) > _LONGEST_TITLE or is_procedural(text) or is_imperative(text) or _TIMED.search(text):
        return False
    return has_comparison(text) and any(_FIGURE.finditer(text))


_FIGURE = re.compile(r"(?:[<>≥≤]=?|\b(?:above|below|over|under|exceed\w*|than))\s*\d")
_TIMED = re.compile(
    r"\((?:[^()]*\b(?:min|minutes?|hours?|days?)\b)[^()]*\)\s*$|\b(?:phase|stage|step|level|tier|sev)\b", re.I
)


def is_imperative_list(section: Section) -> bool:
    """Whether most items below a heading say what to do."""
    items = [item for block in section.blocks if isinstance(block, List) for item in block.items]
    return len(items) > 1 and sum(is_imperative(item.first.text) for item in items) * 2 > len(items)


_STATUS = re.compile(
    r"\s*[\[(](?:deprecated|obsolete|draft|wip|removed)[\])]\s*$|\s+(?:alert\s+)?(?:runbook|playbook)$",
    re.IGNORECASE,
)
_GIVEN = re.compile(r"(?:[A-Z][a-z0-9]+|[A-Z]{2,}[a-z0-9]*){2,}|[a-z]+(?:[A-Z][A-Za-z0-9]+)+")


def is_identifier(name: str) -> bool:
    """Whether a name is one that a monitoring system gives: `KubePodCrashLooping`, `High_CPU`."""
    return _GIVEN.fullmatch(name) is not None or re.fullmatch(r"[A-Z]\w*_\w+", name) is not None


def page_names(title: str) -> tuple[str, ...]:
    """The alert that a page is about, from its title: `BasketFull [Deprecated]`; `CPU Throttling High` in one word, too."""
    name = _STATUS.sub("", clean_title(title)).strip()
    words = name.split()
    capitals = len(words) > 1 and all(re.fullmatch(r"[A-Z][\w-]*", word) for word in words)
    return (name, "".join(words)) if capitals else (name,)


def is_page(section: Section) -> bool:
    """Whether a top heading is one issue as a whole, the form of alert corpora: Meaning, Impact, Diagnosis, Mitigation.

    A page without parts is one where its title is the name of an alert and commands stand on it.
    """
    if not section.sections and is_identifier(page_names(section.title)[0]):
        return any(isinstance(block, Fence) for block in section.blocks)
    said = {
        kind
        for part in section.sections
        for kind, pattern in _TELLS.items()
        if pattern.match(clean_title(part.title))
    }
    return (
        ("meaning" in said and len(said) > 1)
        or {"diagnosis", "solution"} <= said
        or ("symptoms" in said and bool(said & {"diagnosis", "solution", "cause"}))
    )


def _labels_of(section: Section) -> Iterator[str]:
    """The labels, bold keys and headings right below a heading, without their marks."""
    for block in section.blocks:
        lines = block.lines if isinstance(block, Paragraph) else ()
        if isinstance(block, Paragraph) and block.label:
            yield clean_title(block.label)
            continue
        items = [item.first for item in block.items] if isinstance(block, List) else []
        for line in (*lines, *items):
            made = line.field(plain=False)
            if made is not None:
                yield clean_title(made.key)
    yield from (clean_title(part.title) for part in section.sections)


def is_reference(title: str) -> bool:
    """Whether a heading among issues is a place to look things up: log locations, tools, commands."""
    return bool(_REFERENCE.search(clean_title(title)))


def is_beside(section: Section) -> bool:
    """Whether a heading among issues is about something else (`Check the status`), without any part of an issue."""
    title = clean_title(section.title)
    if is_reference(title):
        return True
    looks = _BESIDE.search(title) or _LOOKING.match(title)
    return looks is not None and not any(
        part_of(words)[0] not in ("", "prose") for words in _labels_of(section)
    )


_BESIDE = re.compile(
    r"\b(?:architecture|configurations?|benchmarks?|prerequisites|setup|tuning|introduction|dashboards?|health checks?)\b",
    re.IGNORECASE,
)
_LOOKING = re.compile(
    r"(?:check|view|list|show|get|monitor|verify|test|access|enable|collect)(?:ing)?\s", re.IGNORECASE
)


def advice_of(text: str) -> tuple[str, str] | None:
    """Cause and advice of `If A: do B`, `If A, do B`, `A: do B`."""
    found = _ARROW.fullmatch(text) or _IF_ADVICE.fullmatch(text) or _ADVICE.fullmatch(text)
    return (found["cause"].strip(), found["advice"].strip()) if found else None


class AlertIndex:
    """The alerts that an issue is about: by name, else by the signal of a symptom. Built once a document.

    Two names are of one thing where the words of one are all among the words of the other. Each alert is kept under its
    rarest word, so that many alerts take no longer to look through than the few that may fit.
    """

    def __init__(self, alerts: tuple[AlertRule, ...]) -> None:
        self._alerts = alerts
        self._words = [_words_of(alert.name) for alert in alerts]
        self._with: dict[str, list[int]] = {}
        self._signals: dict[tuple[object, object], list[int]] = {}
        for at, said in enumerate(self._words):
            for word in said:
                self._with.setdefault(word, []).append(at)
        self._rarest: dict[str, list[int]] = {}
        for at, said in enumerate(self._words):
            if said:
                rarest = min(said, key=lambda word: (len(self._with[word]), word))
                self._rarest.setdefault(rarest, []).append(at)
        for at, alert in enumerate(alerts):
            if alert.condition.signal:
                key = (alert.condition.signal, alert.condition.params.get("quantile"))
                self._signals.setdefault(key, []).append(at)

    def matching(self, name: str, symptoms: tuple[Symptom, ...]) -> tuple[str, ...]:
        """Names of the alerts in order."""
        words = _words_of(name)
        found = {at for word in words for at in self._rarest.get(word, ()) if self._words[at] <= words}
        if words and all(word in self._with for word in words):
            fewest = min((self._with[word] for word in words), key=len)
            found |= {at for at in fewest if words <= self._words[at]}
        if not found:
            conditions = [symptom.condition for symptom in symptoms if symptom.condition]
            keys = {(one.signal, one.params.get("quantile")) for one in conditions if one.signal}
            found = {at for key in keys for at in self._signals.get(key, ())}
        return tuple(dict.fromkeys(self._alerts[at].name for at in sorted(found)))


def _words_of(name: str) -> frozenset[str]:
    return frozenset(word for word in re.findall(r"[a-z0-9]+", name.casefold()) if word not in _STOP)
