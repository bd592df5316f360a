"""Findings that need the whole runbook: parts that name each other and do not agree, and parts that are missing.

Called by `reading.runbook` when every section is read. It reads no text; it compares what was read.
"""

import re

from watchbook.model.findings import entry
from watchbook.model.ids import slug
from watchbook.model.quantities import Unit, say
from watchbook.model.runbook import AlertRule, CheckKind, Level, Recovery, Runbook
from watchbook.model.signals import SIGNALS
from watchbook.reading.document import Document, Section
from watchbook.reading.ladders import WrittenLadder
from watchbook.reading.notes import Notes
from watchbook.reading.synonyms import known_words

# The template's sections: kind → title.
_TEMPLATE = {
    "overview": "Service Overview", "architecture": "Architecture", "health_checks": "Health Checks", "alerting": "Alerting",
    "deployment": "Deployment", "troubleshooting": "Troubleshooting", "emergency": "Emergency Procedures",
    "maintenance": "Maintenance Windows", "recovery": "Disaster Recovery", "commands": "Useful Commands",
    "handoff": "On-Call Handoff", "contacts": "Contacts",
}  # fmt: skip
_STANDS_FOR = {"alerting": {"monitoring"}, "deployment": {"operations"}, "contacts": {"escalation"},
               "emergency": {"outage", "corruption", "security"}}  # fmt: skip


_SMALL_WORDS = frozenset(
    re.findall(r"\w+", "the and of to is are for with if this when from on in by or not it as be")
)
_ENGLISH_SHARE = 0.11  # English runbooks have 15 to 50 % of such words, others less than 10 %
_WORD = re.compile(r"[^\W\d_]{2,}")


def find_missing_sections(document: Document, chapters: tuple[Section, ...], notes: Notes) -> None:
    """A note for each section of the template that the document does not have, or one about its language."""
    kinds = {chapter.kind for chapter in chapters}
    if _is_foreign(document, chapters, notes):
        notes.find("language-unknown", 1)
        return
    for kind, title in _TEMPLATE.items():
        if kind not in kinds and not _STANDS_FOR.get(kind, set()) & kinds:
            notes.find("section-missing", 1, mark=title, section=title)


def _is_foreign(document: Document, chapters: tuple[Section, ...], notes: Notes) -> bool:
    """Whether most headings are unknown and the words around them are hardly ever English."""
    if any(one.code == entry("language-partly-read").code for one in notes.findings):
        return False
    titled = [chapter for chapter in chapters if chapter.kind != "title"]
    known = sum(bool(chapter.kind) for chapter in titled)
    if len(titled) < 3 or known * 2 > len(titled):
        return False
    text = "\n".join(document.source[:400])[:40_000]
    words = _WORD.findall(text.casefold())
    english = sum(word in _SMALL_WORDS or word in known_words() for word in words)
    return len(words) >= 40 and english < len(words) * _ENGLISH_SHARE


def find_disagreements(runbook: Runbook, ladder: WrittenLadder, ladder_line: int, notes: Notes) -> None:
    """Everything about two parts of the runbook at once."""
    _alerts(runbook, notes)
    _checks(runbook, notes)
    _people(runbook, ladder, ladder_line, notes)
    _recovery(runbook.recovery, notes)


def _alerts(runbook: Runbook, notes: Notes) -> None:
    if not any(_is_measured(rule, runbook) for rule in runbook.alerts):
        notes.find("alerts-missing", 1)
    led_to = {slug(alert) for issue in runbook.issues for alert in issue.alerts}
    for rule in runbook.alerts:
        if runbook.issues and slug(rule.name) not in led_to:
            notes.find("alert-without-issue", rule.line, mark=rule.name, name=rule.name)


def _is_measured(rule: AlertRule, runbook: Runbook) -> bool:
    """Whether something can evaluate the condition: a query, a signal of the catalogue, or a figure with a query."""
    condition = rule.condition
    if condition.external is not None:
        return False
    own = {metric.signal for metric in runbook.metrics}
    return condition.promql is not None or condition.signal in _SIGNALS or condition.signal in own


_SIGNALS = frozenset(signal.name for signal in SIGNALS)


def _checks(runbook: Runbook, notes: Notes) -> None:
    used = {
        slug(str(rule.condition.params["check"]))
        for rule in runbook.alerts
        if "check" in rule.condition.params
    }
    signals = {rule.condition.signal for rule in runbook.alerts}
    expiry = "certificate_lifetime" in signals
    counted = bool({"healthy_instances", "probe_latency"} & signals)
    service = next((check for check in runbook.health_checks if check.dependency is None), None)
    addressed = any(place.url or place.instances for place in runbook.service.environments)
    for check in runbook.health_checks:
        watched = (counted and check is service) or (expiry and check.kind is CheckKind.TLS)
        if slug(check.name) not in used and not watched:
            notes.find("check-unused", check.line, mark=check.name, name=check.name)
        if check.kind is CheckKind.HTTP and check.target.startswith("/") and not addressed:
            notes.find(
                "endpoint-unresolved", check.line, mark=check.target, name=check.name, target=check.target
            )
    covered = {slug(check.dependency or check.name) for check in runbook.health_checks}
    for dependency in runbook.service.dependencies:
        if slug(dependency) not in covered:
            notes.find("dependency-unchecked", runbook.service.line, mark=dependency, name=dependency)


def _people(runbook: Runbook, ladder: WrittenLadder, ladder_line: int, notes: Notes) -> None:
    pages = any(rule.response.page or rule.response.ack_deadline_s for rule in runbook.alerts)
    if pages and not ladder.names:
        notes.find("nobody-to-page", 1)
    if not runbook.contacts:
        return
    known = {slug(word) for contact in runbook.contacts for word in (contact.name, contact.role)}
    known |= {slug(room) for room in runbook.rooms}
    line = ladder_line or runbook.contacts[0].line
    for name in ladder.names:
        if slug(name) not in known and "://" not in name and not name.startswith("#"):
            notes.find("contact-undefined", line, mark=name, name=name, role="Backup")
    on_call = runbook.service.on_call or ""
    if _is_person(on_call) and slug(on_call) not in known and on_call not in ladder.names:
        place = next((reading.line for reading in notes.readings if reading.kind == "on_call"), line)
        notes.find("contact-undefined", place, mark=on_call, name=on_call, role="On-Call")
    for rule in runbook.alerts:
        for rung in rule.response.ladder:
            if slug(rung.who) not in known and rung.who not in ladder.names and "://" not in rung.who:
                notes.find("contact-undefined", rule.line, mark=rung.who, name=rung.who, role="On-Call")


def _is_person(text: str) -> bool:
    """Whether a field holds a name, rather than a link, a room or a sentence about a rotation."""
    words = text.split()
    return 1 < len(words) <= 4 and all(word[0].isupper() and word.isalpha() for word in words)


def _recovery(recovery: Recovery | None, notes: Notes) -> None:
    if recovery is None:
        return
    backup = recovery.backup
    if (
        recovery.rpo_s is not None
        and backup.every_s is not None
        and not backup.continuous
        and backup.every_s > recovery.rpo_s
    ):
        every, rpo = say(backup.every_s, Unit.SECONDS), say(recovery.rpo_s, Unit.SECONDS)
        notes.find("backup-against-rpo", backup.line or recovery.line, every=every, rpo=rpo)
    for name, value, example in (("RPO", recovery.rpo_s, "24 hours"), ("RTO", recovery.rto_s, "4 hours")):
        if value is None:
            notes.find(
                "field-missing",
                recovery.line,
                mark=name,
                level=Level.NOTE,
                field=name,
                section="Disaster Recovery",
                example=example,
            )
