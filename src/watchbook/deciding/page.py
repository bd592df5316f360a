"""What a page says (README, "Webhook page"; rule 19). Pure.

Called by `deciding.paging` for every notice. It says what is wrong, since when, why if already known, and what to do next;
whom it goes to and when is decided there. Raw output of commands never stands in a page (rule 21).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from watchbook.deciding import links
from watchbook.model.alerts import Episode
from watchbook.model.diagnosis import Diagnosis, Verdict
from watchbook.model.ids import slug
from watchbook.model.paging import Notice, NoticeKind, notice_key
from watchbook.model.quantities import say_duration

PAGE_VERSION = 1
LONGEST_SUMMARY = 1024  # PagerDuty Events v2 takes no more
LONGEST_EVIDENCE = 300
SAID_TOGETHER = 5  # names in a line, before "and 7 more"
LONGEST_ALSO = 50
NOT_RECORDED = "not recorded"
NOT_ACCEPTED = "nobody has accepted them yet"  # how the reason ends why commands of a changed text do not run


@dataclass(frozen=True, slots=True)
class PagingSettings:
    """The installation's part: `group_wait_s` None means 10 s at critical, 30 s below. `link_key` signs links."""

    group_wait_s: float | None = None
    public_url: str = "http://127.0.0.1:8090"
    link_key: bytes = b""
    zone: str = "UTC"  # for working hours and times said to people
    work_days: tuple[int, ...] = (0, 1, 2, 3, 4)
    work_from: str = "09:00"
    work_to: str = "17:00"


@dataclass(frozen=True, slots=True)
class Matter:
    """What a page is about: the episode, the others that go with it, and what is known of the cause."""

    episode: Episode
    service_name: str = ""
    threshold: str = ""
    actions: tuple[str, ...] = ()  # procedures that the response offers
    issue: str | None = None  # the issue that will be diagnosed
    diagnosis: Diagnosis | None = None
    also: tuple[Episode, ...] = ()  # grouped with it: one page for all
    settings: PagingSettings = field(default_factory=PagingSettings)


@dataclass(frozen=True, slots=True)
class Address:
    """One copy of a page: its kind, whom it goes to and at which height of the ladder."""

    kind: NoticeKind
    contact: str
    rung: int
    round: int
    note: str = ""  # what an update, an acknowledgement or a resolve says instead of the summary


def dedup_key(episode: Episode) -> str:
    """The receiver's deduplication key: the episode (rule 14). At most 255 characters."""
    return str(episode.id)


def page_body(matter: Matter, address: Address, now: float) -> dict[str, Any]:
    """The page as JSON-ready values. Fields may be added in later versions, never renamed."""
    episode, settings = matter.episode, matter.settings
    over = address.kind is NoticeKind.RESOLVE
    best = matter.diagnosis.best if matter.diagnosis is not None else None
    cause = best and {
        "name": best.cause,
        "verdict": str(best.verdict),
        "evidence": _one_line(best.evidence, LONGEST_EVIDENCE),
    }
    return {
        "version": PAGE_VERSION,
        "kind": str(address.kind),
        "dedup_key": dedup_key(episode),
        "service": matter.service_name or episode.service,
        "environment": episode.environment,
        "alert": episode.name,
        "severity": str(episode.severity),
        "summary": _one_line(address.note or headline(matter), LONGEST_SUMMARY),
        "since": moment(episode.true_since if episode.true_since is not None else episode.began_at),
        "value": episode.value,
        "threshold": episode.threshold or matter.threshold,
        "cause": cause,
        "next_action": "" if over else next_action(matter),
        "contact": address.contact,
        "rung": address.rung,
        "round": address.round,
        "link": service_link(settings, episode),
        "acknowledge_link": None if over else acknowledge_link(settings, episode, address.contact, now),
        "also": [f"{other.name}: {other.summary}" for other in matter.also[:LONGEST_ALSO]],
        "incident": str(episode.incident or ""),
        "decided_at": moment(now),
        "recorded": True,
    }


def headline(matter: Matter) -> str:
    """What is wrong in one line: "Service Down: 0 of 3 instances healthy; also High Error Rate"."""
    episode = matter.episode
    text = f"{episode.name}: {episode.summary}" if episode.summary else episode.name
    if matter.also:
        text += "; also " + said_together([other.name for other in matter.also], ", ")
    return text


def said_together(names: Sequence[str], separator: str) -> str:
    """Names in one line: the first few, and how many more there are."""
    more = len(names) - SAID_TOGETHER
    text = separator.join(names[:SAID_TOGETHER])
    return f"{text} and {more} more" if more > 0 else text


def next_action(matter: Matter) -> str:
    """One sentence: what the diagnosis says, else what the response offers, else where to look."""
    if matter.diagnosis is not None and matter.diagnosis.next_action:
        return matter.diagnosis.next_action
    if matter.actions:
        return f"Run “{matter.actions[0]}” if it fits; the board shows its commands first."
    if matter.issue:
        return f"“{matter.issue}” is being diagnosed; its result follows."
    return "Open the board and look at what changed."


def diagnosis_says(diagnosis: Diagnosis) -> str:
    """The result of a diagnosis in one line: "Database connection failure (confirmed): connection refused"."""
    best = diagnosis.best
    if best is None:
        return _nothing_found(diagnosis)
    word = "confirmed" if best.verdict is Verdict.CONFIRMED else "likely"
    return f"{best.cause} ({word}): {_one_line(best.evidence, LONGEST_EVIDENCE)}"


def _nothing_found(diagnosis: Diagnosis) -> str:
    """Without a cause: also where that is because nobody has accepted the commands (rule 22)."""
    outcomes = [*diagnosis.findings, *(one for verdict in diagnosis.verdicts for one in verdict.outcomes)]
    held = [one.problem for one in outcomes if one.problem.endswith(NOT_ACCEPTED)]
    if held and len(held) == len(outcomes):
        return f"“{diagnosis.issue}” was not diagnosed: {held[0]}"
    says = f"“{diagnosis.issue}” was diagnosed: no cause is confirmed or likely"
    return f"{says}; {len(held)} of {len(outcomes)} commands did not run: {held[0]}" if held else says


def resolved_says(episode: Episode, now: float) -> str:
    """What a resolve says."""
    began = episode.true_since if episode.true_since is not None else episode.began_at
    how = f"closed by hand ({episode.closed_because})" if episode.closed_because else "resolved"
    return f"{episode.name} {how} after {say_duration(max(0.0, now - began))}"


def service_link(settings: PagingSettings, episode: Episode) -> str:
    """Where the board shows it."""
    return f"{settings.public_url.rstrip('/')}/services/{slug(episode.service)}"


def acknowledge_link(settings: PagingSettings, episode: Episode, contact: str, now: float) -> str | None:
    """A link to a page with a button (rule 21); None where no key was given. Made for that contact only."""
    if not settings.link_key:
        return None
    link = links.SignedLink("acknowledge", str(episode.id), contact, now + links.LIFE_S)
    return f"{settings.public_url.rstrip('/')}/acknowledge/{links.sign(settings.link_key, link)}"


def not_recorded(body: Mapping[str, Any]) -> dict[str, Any]:
    """The same page, marked: it left although it could not be written down (rule 14)."""
    return {**body, "recorded": False, "summary": f"[{NOT_RECORDED}] {body.get('summary', '')}"}


def forgotten(notice: Notice, now: float) -> Notice:
    """The end of a page whose episode was never written down and went with a crash: its receiver would keep it open."""
    says = (
        f"{notice.body.get('alert', '')}: this page is over, Watchbook was ended before it could record it."
    )
    told = {"kind": str(NoticeKind.RESOLVE), "recorded": True, "acknowledge_link": None, "next_action": ""}
    says += " What still holds is paged anew."
    sequence = notice.sequence + 1
    key = notice_key(
        notice.episode,
        NoticeKind.RESOLVE,
        sequence,
        notice.rung,
        notice.round,
        notice.contact,
        notice.channel,
    )
    return Notice(
        key=key,
        episode=notice.episode,
        kind=NoticeKind.RESOLVE,
        sequence=sequence,
        rung=notice.rung,
        round=notice.round,
        contact=notice.contact,
        channel=notice.channel,
        body={**notice.body, **told, "summary": says, "decided_at": moment(now)},
        due_at=now,
        created_at=now,
    )


def moment(at: float) -> str:
    """Wall seconds as ISO 8601 in UTC: `2026-11-23T03:12:04Z`."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _one_line(text: str, longest: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
