"""Who should have been told by now, computed again from the journal alone (rule 16). Pure.

Called by `acting.auditor`. It shares no code with the paging (`deciding.paging`, `deciding.leading`): from what began
to fire, what was acknowledged, silenced and sent, it says who was not told in time. It tells nobody itself.

Not audited: rungs that wait for working hours, and rooms.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from watchbook.model.ids import slug
from watchbook.model.incidents import JournalEntry

GRACE_S = 60.0  # deliveries take time, and are tried again
ACTION_S = 1800.0  # how long an acknowledgement lasts without a human action
CLIMB_AFTER_EXPIRY_S = 600.0
_RANKS = {"critical": 4, "high": 3, "medium": 2, "low": 1, "info": 0}
KINDS = (
    "alert.firing",
    "alert.resolved",
    "alert.renamed",
    "alert.changed",
    "alert.armed",
    "alert.disarmed",
    "acknowledged",
    "silence.created",
    "silence.ended",
    "page.sent",
    "page.failed",
    "page.unreachable",
    "watch.resumed",
    "clock.jumped",
)  # what `audit` reads; entries of people in an incident count as well


@dataclass(frozen=True, slots=True)
class Missing:
    """Someone who should have been told and was not. `kind` is "page" or "resolve"."""

    service: str
    environment: str
    episode: str
    alert: str
    who: str
    due_at: float
    kind: str = "page"

    @property
    def says(self) -> str:
        what = f"that {self.alert} is over" if self.kind == "resolve" else f"of {self.alert}"
        return f"{self.who} should have been told {what} and was not"


@dataclass(slots=True)
class _Firing:
    """One episode as the journal tells it."""

    episode: str
    alert: str
    subject: str
    service: str
    environment: str
    incident: str
    rank: float
    at: float
    data: Mapping[str, Any]
    ended_at: float | None = None
    attempts: list[tuple[float, int, bool]] = field(
        default_factory=list
    )  # (when, rung, whether someone was told)
    told: dict[tuple[str, str], bool] = field(
        default_factory=dict
    )  # (contact, channel) → told of the end as well


@dataclass(slots=True)
class _Quiet:
    """A time in which nobody had to be told: an acknowledgement, or a silence."""

    begins: float
    ends: float
    by: str = ""
    rank: float = 0.0
    alert: str | None = None
    incidents: tuple[str, ...] = ()


def audit(entries: Iterable[JournalEntry], now: float) -> tuple[Missing, ...]:
    """Everyone who should have been told by `now` and was not, oldest first. `entries` in order of their sequence."""
    story = _Story()
    for entry in entries:
        story.read(entry)
    found = [*story.unpaged(now), *story.unresolved(now)]
    return tuple(sorted(found, key=lambda missing: missing.due_at))


class _Story:
    """What the journal says, put together."""

    def __init__(self) -> None:
        self.firings: dict[str, _Firing] = {}
        self.acknowledged: list[_Quiet] = []
        self.silences: dict[str, _Quiet] = {}
        self.disarmed: dict[str, bool] = {}
        self.began_again: float = 0.0  # the watcher was down until then

    def read(self, entry: JournalEntry) -> None:
        data, at = entry.data, entry.occurred_at
        match entry.kind:
            case "alert.firing" if data.get("paging"):
                self._fire(entry)
            case "alert.resolved" if firing := self.firings.get(str(data.get("episode"))):
                firing.ended_at = at
            case "alert.renamed":
                self._rename(entry)
            case "alert.changed" if firing := self.firings.get(str(data.get("episode"))):
                firing.data = {**firing.data, **data}
            case "alert.armed" | "alert.disarmed":
                self.disarmed[entry.subject] = entry.kind == "alert.disarmed"
            case "acknowledged":
                self._acknowledge(entry)
            case "silence.created":
                self.silences[entry.subject] = _Quiet(
                    float(data["starts_at"]),
                    float(data["ends_at"]),
                    alert=data.get("alert"),
                    by=entry.service,
                )
            case "silence.ended" if entry.subject in self.silences:
                self.silences[entry.subject].ends = at
            case "page.sent" | "page.failed" | "page.unreachable":
                self._page(entry)
            case "watch.resumed":
                self.began_again = max(self.began_again, at)
            case "clock.jumped":
                self._jump(float(data.get("by_s", 0.0)))
            case _ if entry.actor != "watchbook" and entry.incident:
                self._act(entry.incident, at)

    def _fire(self, entry: JournalEntry) -> None:
        data = entry.data
        self.firings[str(data["episode"])] = _Firing(
            episode=str(data["episode"]),
            alert=str(data["alert"]),
            subject=entry.subject,
            service=entry.service,
            environment=str(data["environment"]),
            incident=entry.incident,
            rank=_RANKS.get(str(data["severity"]), 0) - (0.5 if data.get("own") else 0.0),
            at=entry.occurred_at,
            data=data,
        )

    def _rename(self, entry: JournalEntry) -> None:
        """An alert goes by another name: what was said about it is about it still."""
        old, new, was = (str(entry.data.get(key, "")) for key in ("old", "new", "was"))
        name = str(entry.data.get("alert", ""))
        for firing in self.firings.values():
            if firing.subject == old:
                firing.subject, firing.alert = new, name
        if old in self.disarmed:
            self.disarmed[new] = self.disarmed.pop(old)
        for silence in self.silences.values():
            if slug(silence.by) == slug(entry.service) and silence.alert is not None:
                mine = slug(silence.alert) in (slug(was), slug(old))
                silence.alert = name if mine else silence.alert

    def _acknowledge(self, entry: JournalEntry) -> None:
        covered = [self.firings[key] for key in entry.data.get("episodes", ()) if key in self.firings]
        until = entry.data.get("until")
        self.acknowledged.append(
            _Quiet(
                entry.occurred_at,
                float("inf") if until is None else float(until),
                rank=max((firing.rank for firing in covered), default=0),
                incidents=tuple({firing.incident for firing in covered}),
            )
        )

    def _act(self, incident: str, at: float) -> None:
        """A human action on an incident: its acknowledgement lasts from here."""
        for quiet in self.acknowledged:
            if incident in quiet.incidents and quiet.begins <= at <= quiet.ends:
                quiet.ends = max(quiet.ends, at + ACTION_S)

    def _page(self, entry: JournalEntry) -> None:
        data, firing = entry.data, self.firings.get(str(entry.data.get("episode")))
        if firing is None:
            return
        pair = (str(data.get("contact")), str(data.get("channel")))
        if data.get("kind") == "resolve":
            firing.told[pair] = True
            return
        if data.get("kind") not in ("trigger", "repeat", None):
            return
        if entry.kind == "page.sent":
            firing.told.setdefault(pair, False)
        if not pair[0].startswith("#"):
            firing.attempts.append((entry.occurred_at, int(data.get("rung", 0)), entry.kind == "page.sent"))

    def _jump(self, by_s: float) -> None:
        """The wall clock jumped: marks of what is open move with it."""
        for firing in self.firings.values():
            firing.at += by_s
            firing.attempts = [(at + by_s, rung, told) for at, rung, told in firing.attempts]
        for quiet in self.acknowledged:
            quiet.begins, quiet.ends = quiet.begins + by_s, quiet.ends + by_s
        self.began_again += by_s

    def unpaged(self, now: float) -> list[Missing]:
        places = {(firing.service, firing.environment) for firing in self.firings.values()}
        found = [self._unpaged_at(place, now) for place in sorted(places)]
        return [missing for missing in found if missing is not None]

    def _unpaged_at(self, place: tuple[str, str], now: float) -> Missing | None:
        """The one who should have been told of the worst open alert of a service, if nobody was."""
        here = [f for f in self.firings.values() if (f.service, f.environment) == place]
        open_ones = [f for f in here if f.ended_at is None and not self.disarmed.get(f.subject)]
        audible = [
            f for f in open_ones if f.data.get("pages_at_once") and self._silenced_until(f, now) is None
        ]
        if not audible:
            return None
        worst = max(audible, key=lambda f: (f.rank, -f.at))
        if any(
            quiet.begins <= now < quiet.ends and self._covers(quiet, worst) for quiet in self.acknowledged
        ):
            return None
        rung, due_at = self._due(worst, here, now)
        if now <= due_at + GRACE_S:
            return None
        ladder = worst.data.get("ladder") or [{"who": ""}]
        who = str(ladder[min(rung, len(ladder) - 1)].get("who") or "the first rung")
        return Missing(worst.service, worst.environment, worst.episode, worst.alert, who, due_at)

    @staticmethod
    def _covers(quiet: _Quiet, firing: _Firing) -> bool:
        return firing.incident in quiet.incidents and firing.rank <= quiet.rank

    def _due(self, firing: _Firing, here: list[_Firing], now: float) -> tuple[int, float]:
        """The rung that is next, and when it was due."""
        due_at, rung = firing.at + float(firing.data.get("group_wait_s", 0.0)), 0
        if firing.attempts:
            at, rung, told = max(firing.attempts)
            due_at = at + (self._lasts_s(firing, rung) if told else 0.0)
            rung += 1
        reasons = [due_at, self.began_again]
        for other in here:  # whatever was worse came first, until it ended or was silenced
            if other is not firing and (other.rank, -other.at) > (firing.rank, -firing.at):
                reasons.append(other.ended_at if other.ended_at is not None else now)
        for quiet in self.acknowledged:
            if self._covers(quiet, firing) and quiet.ends <= now:
                reasons.append(quiet.ends + CLIMB_AFTER_EXPIRY_S)
        for silence in self.silences.values():
            if self._mutes(silence, firing) and silence.ends <= now and silence.ends > firing.at:
                reasons.append(silence.ends)
        return rung, max(reasons)

    @staticmethod
    def _lasts_s(firing: _Firing, rung: int) -> float:
        ladder = firing.data.get("ladder") or []
        if rung + 1 < len(ladder):
            return float(ladder[rung + 1]["after_s"]) - float(ladder[rung]["after_s"])
        return float(firing.data.get("rung_s", ACTION_S))

    def _silenced_until(self, firing: _Firing, now: float) -> float | None:
        ends = [s.ends for s in self.silences.values() if s.begins <= now < s.ends and self._mutes(s, firing)]
        return max(ends, default=None)

    @staticmethod
    def _mutes(silence: _Quiet, firing: _Firing) -> bool:
        named = silence.alert is None or slug(silence.alert) in (slug(firing.alert), slug(firing.subject))
        return slug(silence.by) == slug(firing.service) and named

    def unresolved(self, now: float) -> list[Missing]:
        """People who were told of what is over by now, and not of its end."""
        return [
            Missing(f.service, f.environment, f.episode, f.alert, contact, f.ended_at, "resolve")
            for f in self.firings.values()
            if f.ended_at is not None and now > max(f.ended_at, self.began_again) + GRACE_S
            for (contact, _), heard in f.told.items()
            if not heard
        ]
