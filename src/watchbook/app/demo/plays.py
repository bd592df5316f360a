"""What each fault of the demo must lead to, and how a page is judged against that. Pure.

Called by `app.demo.playing`. The same table is the one of the documentation; it breaks and mends nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SERVICE = "shop"
ENVIRONMENT = "production"
LONGEST_PLAY_S = 45.0


@dataclass(frozen=True, slots=True)
class Play:
    """One fault, and what people must be told and asked. `remedy` stands among the commands to be confirmed."""

    fault: str
    breaks: str
    alert: str
    cause: str
    remedy: str
    person: str = "Ana Ruiz"
    service: str = SERVICE


PLAYS: dict[str, Play] = {
    play.fault: play
    for play in (
        Play(
            "database",
            "ends the database process",
            "Service Down",
            "Database connection failure",
            "./db.sh start",
        ),
        Play(
            "memory",
            "an export needs more memory than an instance may have",
            "Instance Lost",
            "Out of memory",
            "./scale.sh --replicas=3 --memory=256M",
        ),
        Play(
            "deployment",
            "rolls out release 2.0.0 behind everybody's back",
            "Service Down",
            "Bad deployment",
            "./deploy.sh production rollback",
        ),
        Play(
            "errors",
            "the payment API answers 500",
            "High Error Rate",
            "Payment API failing",
            "./payments.sh fallback on",
        ),
        Play(
            "latency",
            "drops the index that every order needs",
            "High Latency",
            "Missing index",
            "./db.sh index",
        ),
        Play(
            "outage",
            "ends all instances",
            "Service Down",
            "All instances stopped",
            "./scale.sh --replicas=3",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Judged:
    """What a page means for a play: as expected (`good`) or not, in words for people."""

    good: bool
    says: str


def judge_page(play: Play, page: Mapping[str, Any]) -> Judged | None:
    """The first page of the play: the right person, about the right alert. None: this is not a first page."""
    if page.get("kind") != "trigger" or str(page.get("contact", "")).startswith("#"):
        return None
    told = f"{page.get('contact')}: {page.get('alert')}"
    if (page.get("contact"), page.get("alert")) != (play.person, play.alert):
        return Judged(False, f"expected a page to {play.person}: {play.alert}; it went to {told}")
    known = cause_of(page)
    return Judged(True, f"paged {told}" + (f", {known}" if known else ""))


def judge_cause(play: Play, page: Mapping[str, Any]) -> Judged | None:
    """Whether a page confirms the cause. None: it is about another alert, names no cause, or one that is only likely."""
    cause = page.get("cause")
    if (
        page.get("alert") != play.alert
        or not isinstance(cause, Mapping)
        or cause.get("verdict") != "confirmed"
    ):
        return None
    if cause.get("name") != play.cause:
        return Judged(False, f"expected the cause {play.cause}; {cause.get('name')} was confirmed")
    return Judged(
        True, f"told {page.get('contact')}: {cause_of(page)}, {cause.get('evidence', '')}".rstrip(", ")
    )


def judge_resolve(play: Play, page: Mapping[str, Any]) -> Judged | None:
    """Whether a page says that the play's alert is over."""
    if page.get("kind") != "resolve" or page.get("alert") != play.alert:
        return None
    return Judged(True, f"told {page.get('contact')}: {page.get('summary')}")


def judge_question(play: Play, question: Mapping[str, Any]) -> Judged:
    """Whether a run asks for what the play is about: to confirm the remedy, with its command on screen."""
    commands = [str(command) for command in question.get("commands", ())]
    if question.get("kind") != "confirm":
        return Judged(False, f"expected to be asked to confirm {play.remedy}; asked: {question.get('text')}")
    if not any(play.remedy in command for command in commands):
        shown = "; ".join(commands) or "nothing"
        return Judged(False, f"expected to confirm {play.remedy}; on screen was {shown}")
    return Judged(True, f"confirmed {play.remedy}")


def cause_of(page: Mapping[str, Any]) -> str:
    """The cause that a page names, with its verdict; empty where it names none."""
    cause = page.get("cause")
    return f"{cause.get('name')} ({cause.get('verdict')})" if isinstance(cause, Mapping) else ""
