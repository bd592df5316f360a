"""States, values and moments in words: the filters of the templates. Pure.

One meaning has one word and one mark everywhere; colour only repeats what the mark says. It renders no page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from markupsafe import Markup

from watchbook.app.views.runs import RunSummary
from watchbook.app.views.watched import AlertView, MetricView, ServiceSummary
from watchbook.model.incidents import JournalEntry
from watchbook.model.quantities import say, say_duration


@dataclass(frozen=True, slots=True)
class Light:
    """How a state looks: `tone` (good, warn, bad, idle) chooses mark and colour, `word` says it."""

    tone: str
    word: str


_LIGHTS = {
    # checks, instances, services
    "healthy": Light("good", "healthy"),
    "degraded": Light("warn", "degraded"),
    "unhealthy": Light("bad", "unhealthy"),
    "unknown": Light("idle", "unknown"),
    # metrics
    "within": Light("good", "within its range"),
    "above": Light("warn", "above its range"),
    "below": Light("warn", "below its range"),
    "no_traffic": Light("idle", "no traffic"),
    "no_data": Light("idle", "no data"),
    "problem": Light("warn", "cannot be measured"),
    "unbanded": Light("good", "measured"),
    # verdicts
    "confirmed": Light("bad", "confirmed"),
    "likely": Light("warn", "likely"),
    "ruled_out": Light("good", "ruled out"),
    "inconclusive": Light("idle", "could not check"),
    # runs and steps
    "queued": Light("idle", "queued"),
    "running": Light("live", "running"),
    "waiting": Light("warn", "waiting"),
    "completed": Light("good", "completed"),
    "failed": Light("bad", "failed"),
    "cancelled": Light("idle", "cancelled"),
    "to_do": Light("idle", "to do"),
    "done": Light("good", "done"),
    "skipped": Light("idle", "skipped"),
    "interrupted": Light("warn", "interrupted"),
    # incidents
    "open": Light("bad", "open"),
    "investigating": Light("bad", "investigating"),
    "mitigating": Light("warn", "mitigating"),
    "mitigated": Light("warn", "mitigated"),
    "resolved": Light("good", "resolved"),
    "closed": Light("idle", "closed"),
    # findings and messages
    "error": Light("bad", "error"),
    "warning": Light("warn", "warning"),
    "note": Light("idle", "note"),
    "sent": Light("good", "told"),
    "due": Light("warn", "about to be told"),
    "sending": Light("live", "being told"),
    "muted": Light("idle", "muted"),
}
_ALERTS = {
    "ok": Light("good", "ok"),
    "pending": Light("warn", "pending"),
    "firing": Light("bad", "firing"),
    "resolving": Light("warn", "good again, not yet resolved"),
    "blind": Light("warn", "blind: no data"),
    "firing_no_data": Light("bad", "firing, no data"),
}
_SAFETY = {
    "read_only": Light("good", "reads only"),
    "endless": Light("idle", "never ends by itself"),
    "interactive": Light("idle", "needs a terminal"),
    "costly": Light("warn", "costly"),
    "reveals": Light("warn", "reveals secrets"),
    "unknown": Light("warn", "not proven harmless"),
    "changes": Light("warn", "changes"),
    "destructive": Light("bad", "destructive"),
}
# An update repeats what stands beside it as a milestone of its own.
_TOLD = {"update": "", "resolve": "told that it is over", "repeat": "told again"}
LONGEST_MILESTONE = 110
_RANK = {"bad": 4, "warn": 3, "live": 2, "idle": 1, "good": 0}
_BIG_STEPS = (
    (86400 * 365, "year"),
    (86400 * 30, "month"),
    (86400 * 7, "week"),
    (86400, "day"),
    (3600, "h"),
    (60, "min"),
)


def light(state: object) -> Light:
    """The look of a state's word."""
    return _LIGHTS.get(str(state), Light("idle", str(state).replace("_", " ")))


def alert_light(alert: AlertView) -> Light:
    """An alert's look. One that is observed says so; a firing one is no less bad for not paging."""
    look = _ALERTS.get(alert.status, Light("idle", alert.status))
    if alert.problem:
        return Light("warn", "evaluation failing")
    if not alert.armed:
        return (
            Light("idle", "observed")
            if alert.status == "ok"
            else Light(look.tone, f"{look.word}, observed only")
        )
    return look


def safety_light(safety: str | None) -> Light:
    return _SAFETY.get(safety or "", Light("idle", "by hand"))


def worst_light(lights: Sequence[Light]) -> Light | None:
    """The one to look at first; None where there is none."""
    return max(lights, key=lambda one: _RANK[one.tone], default=None)


def service_light(summary: ServiceSummary) -> Light:
    return light(summary.status)


def run_says(run: RunSummary) -> str:
    """`running: Deploy to staging, 2 of 5`, `completed in 17 min 12 s`."""
    word = light(run.state).word
    began = run.created_at if run.started_at is None else run.started_at
    if run.ended_at is not None:
        return f"{word} in {say_duration(run.ended_at - began)}"
    if run.holder:
        return f"{word} behind {run.holder}"
    return f"{word}: {run.now}" if run.now else word


def milestone(entry: JournalEntry) -> str:
    """A timeline entry in a few words, for beside the evidence; empty where another entry says the same.

    The incident's own page shows every entry as it was journalled.
    """
    who, channel = entry.data.get("contact", ""), entry.data.get("channel", "")
    match entry.kind:
        case "page.decided" | "diagnosis.started" | "incident.opened" | "incident.attached":
            return ""
        case "page.sent" if who:
            said = _TOLD.get(str(entry.data.get("kind")), "told")
            return f"{who} {said} ({channel})" if said else ""
        case "diagnosis.ended":
            return _diagnosis_says(entry)
    return (
        entry.summary
        if len(entry.summary) <= LONGEST_MILESTONE
        else f"{entry.summary[: LONGEST_MILESTONE - 1]}…"
    )


def _diagnosis_says(entry: JournalEntry) -> str:
    verdicts = entry.data.get("verdicts") or ()
    for wanted in ("confirmed", "likely"):
        for one in verdicts:
            if isinstance(one, Mapping) and one.get("verdict") == wanted:
                return f"Cause {wanted}: {one.get('cause', '')}"
    return "Diagnosed: no cause found" if verdicts else entry.summary


def metric_value(metric: MetricView) -> str:
    """`0.2%`, or in words why there is none."""
    if metric.value is None:
        return light(metric.state).word
    return say(_rounded(metric.value), metric.unit)


def _rounded(value: float) -> float:
    """Three figures are what a glance can use."""
    return float(f"{value:.3g}") if abs(value) < 1000 else float(round(value))


def say_band(metric: MetricView) -> str:
    """`below 1%`, `1/s to 40/s`; empty without a range."""
    low = None if metric.low is None else say(metric.low, metric.unit)
    high = None if metric.high is None else say(metric.high, metric.unit)
    if low and high:
        return f"{low} to {high}"
    return f"below {high}" if high else f"above {low}" if low else ""


def iso(at: float) -> str:
    """`2026-11-23T03:12:04Z`."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def clock(at: float | None) -> Markup:
    """A moment as the time of day: UTC from the server, in the viewer's zone once scripts run."""
    if at is None:
        return Markup("")
    return _time(at, "clock", iso(at)[11:19])


def day_clock(at: float | None) -> Markup:
    """A moment with its date."""
    if at is None:
        return Markup("")
    return _time(at, "day", iso(at)[:19].replace("T", " "))


def lasting(since: float | None, now: float) -> Markup:
    """How long something has lasted: `2 min 6 s`. Counts on in the browser."""
    return Markup("") if since is None else _time(since, "since", say_duration(max(0, int(now - since))))


def ago(at: float | None, now: float) -> Markup:
    """`3 weeks ago`."""
    return Markup("") if at is None else _time(at, "ago", say_ago(now - at))


def say_ago(seconds: float) -> str:
    """A past in one unit: `just now`, `5 min ago`, `yesterday`, `3 weeks ago`."""
    if seconds < 60:
        return "just now"
    if 86400 <= seconds < 2 * 86400:
        return "yesterday"
    size, name = next(step for step in _BIG_STEPS if seconds >= step[0])
    count = int(seconds // size)
    plural = "s" if count > 1 and name not in ("h", "min") else ""
    return f"{count} {name}{plural} ago"


def until(at: float | None, now: float) -> Markup:
    """A countdown: `2:51`."""
    if at is None:
        return Markup("")
    left = max(0, int(at - now))
    said = f"{left // 60}:{left % 60:02d}" if left < 3600 else say_duration(left)
    return _time(at, "until", said)


def _time(at: float, kind: str, text: str) -> Markup:
    stamp = iso(at)
    return Markup('<time datetime="{}" title="{}" data-{}>{}</time>').format(stamp, stamp, Markup(kind), text)


def plural(count: int, one: str, many: str = "") -> str:
    """`1 finding`, `3 findings`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def codes(text: str) -> Markup:
    """A sentence whose `backticks` become code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return Markup("{}").format(text)
    shown = (
        Markup("<code>{}</code>" if number % 2 else "{}").format(part) for number, part in enumerate(parts)
    )
    return Markup("").join(shown)


def upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]
