"""Silences: they mute pages, never watching; creation, never resolution (rule 17). Pure.

Called by `deciding.watch` before anyone is told, and by `app` for making and ending one. It holds nothing back itself.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from watchbook.model.alerts import Episode
from watchbook.model.decisions import Decision
from watchbook.model.errors import ConflictError, UsageError
from watchbook.model.ids import key_of, slug
from watchbook.model.incidents import Entry
from watchbook.model.paging import Silence
from watchbook.model.quantities import say_duration

LONGEST_S = 366 * 86400.0  # what lasts longer has no end that anyone means


@dataclass(frozen=True, slots=True)
class Muting:
    """A silence as someone asks for it. `alert` None: all alerts of the service; `starts_at` None: now."""

    service: str
    alert: str | None
    ends_at: float | None
    reason: str
    starts_at: float | None = None


def silence(wanted: Muting, author: str, now: float) -> tuple[Silence, Decision]:
    """The new silence and the decision that keeps it.

    Raises `UsageError` without an end, with an end that is over or more than a year away, or without a reason. A beginning
    that is past is now.
    """
    if wanted.ends_at is None:
        raise UsageError("a silence needs an end", mend="Say until when, for example --for 2h.")
    begins = _beginning(wanted, now)
    if wanted.ends_at <= begins:
        raise UsageError("the end of the silence is over already", mend="Give a later one.")
    if not wanted.ends_at - now <= LONGEST_S:  # so written, what is no number is refused as well
        raise UsageError("a silence ends within a year", mend="Give an earlier end.")
    if not wanted.reason.strip():
        raise UsageError("a silence needs a reason", mend="Say why, so that the next shift knows.")
    made = Silence(
        id=key_of("silence", wanted.service, wanted.alert or "", f"{now:.6f}", author),
        service=wanted.service,
        alert=wanted.alert,
        starts_at=begins,
        ends_at=wanted.ends_at,
        author=author,
        reason=wanted.reason.strip(),
    )
    length = say_duration(made.ends_at - begins)
    summary = f"{author} silenced {made.alert or 'all alerts'} for {length}: {made.reason}"
    entry = Entry(made.service, "silence.created", summary, author, now, made.id, data=_data(made))
    return made, Decision(summary, (made,), (entry,))


def _beginning(wanted: Muting, now: float) -> float:
    if wanted.starts_at is None or not math.isfinite(wanted.starts_at):
        return now
    return max(now, wanted.starts_at)


def end_silence(made: Silence, actor: str, now: float) -> Decision:
    """Ends a silence early. Raises `ConflictError` when it is over."""
    if not active(made, now) and made.starts_at <= now:
        raise ConflictError("this silence is over already")
    summary = f"{actor} ended the silence of {made.alert or 'all alerts'}"
    entry = Entry(made.service, "silence.ended", summary, actor, now, made.id, data=_data(made))
    return Decision(summary, (replace(made, ended_early_at=now),), (entry,))


def active(made: Silence, now: float) -> bool:
    """Whether it mutes at `now`."""
    return made.starts_at <= now < made.ends_at and made.ended_early_at is None


def silenced_by(silences: Iterable[Silence], episode: Episode, now: float) -> Silence | None:
    """The silence that mutes an episode's pages at `now`: of those, the one that lasts longest."""
    matching = [made for made in silences if active(made, now) and matches(made, episode)]
    return max(matching, key=lambda made: made.ends_at, default=None)


def matches(made: Silence, episode: Episode) -> bool:
    """Whether a silence is meant for an episode: its service, and its alert by name or id."""
    names = (slug(episode.name), slug(str(episode.alert)))
    return slug(made.service) == slug(episode.service) and (made.alert is None or slug(made.alert) in names)


def _data(made: Silence) -> dict[str, object]:
    return {"alert": made.alert, "starts_at": made.starts_at, "ends_at": made.ends_at, "reason": made.reason}
