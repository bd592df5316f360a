"""What changed about alerts: conditions, windows, severities, and who is paged. Pure.

Called by `reading.differences`. Whether two conditions can be compared is decided here, and a comparison that cannot be
made counts as one that pages less. What an alert is bound to (metrics, channels) is not known here.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from watchbook.model.ids import slug
from watchbook.model.quantities import say
from watchbook.model.runbook import AlertRule, Condition, Finding, Response, Role, Runbook, Rung
from watchbook.model.signals import averaging_s
from watchbook.reading.conditions import ReadCondition, say_condition
from watchbook.reading.differences.changes import Change, Risk, lasting, listed
from watchbook.reading.differences.pairing import pair

_LOST = ("WB301", "WB302", "WB303", "WB310")  # findings that leave an alert without a condition
_NO_DATA = ("ok", "hold", "fire")
# Whether a larger value makes `>` fire more (1) or less (-1).
_MORE = {"quantile": 1, "window_s": 1, "consecutive": -1, "baseline_factor": -1}


def alert_changes(old: Runbook, new: Runbook) -> Iterator[Change]:
    """Changes of the rules that may page."""
    before = [rule for rule in old.alerts if rule.role is Role.ALERT]
    after = [rule for rule in new.alerts if rule.role is Role.ALERT]
    pairs = pair(
        before, after,
        lambda rule: (slug(rule.name), slug(rule.environment or "")),
        lambda rule: slug(rule.name),
        lambda rule: (_said(rule), slug(rule.environment or "")),
    )  # fmt: skip
    for rule in pairs.removed:
        yield _removed(rule, new.findings)
    for rule in pairs.added:
        said = _pages(rule.response) or "tells the team's channel, and pages nobody"
        yield Change("alert", Risk.NONE, rule.name,
                     f"{rule.name}: a new alert, {rule.severity} when {_said(rule)}; {said}.",
                     None, rule.line)  # fmt: skip
    for one, two in pairs.kept:
        yield from _changed(one, two)
    yield from _ladders(pairs.kept, old, new)


def _said(rule: AlertRule) -> str:
    return say_condition(
        ReadCondition(rule.condition, rule.scope, rule.window_s, rule.average_s, rule.min_events)
    )


def _pages(response: Response) -> str:
    """Who is paged, in words; empty where nobody is."""
    if not response.page and not (response.working_hours and response.ack_deadline_s):
        return ""
    return f"pages {say_rungs(response.ladder)}" + ("" if response.page else " in working hours")


def say_rungs(ladder: Sequence[Rung]) -> str:
    """`Ana → Bo (5 min)`."""
    names = [f"{rung.who} ({lasting(rung.after_s)})" if rung.after_s else rung.who for rung in ladder]
    return " → ".join(names) or "nobody"


def _removed(rule: AlertRule, findings: Sequence[Finding]) -> Change:
    """An alert that is gone, or that is not understood any more."""
    why = next((one for one in findings if one.code in _LOST and rule.name in one.message), None)
    paged = _pages(rule.response).replace("pages", "paged")
    what = f"{'page for' if paged else 'alert'} {rule.name}"
    if why is not None:
        says = f"{what} lost: what is written now is no alert any more. {why.message}"
    else:
        says = f"{what} removed: it was {rule.severity} when {_said(rule)}."
    said = f"{says[0].upper()}{says[1:]} It {paged or 'told the team’s channel'}."
    line = why.line if why else None
    return Change("page" if paged else "alert", Risk.PAGES_LESS, rule.name, said, rule.line, line)


def _changed(old: AlertRule, new: AlertRule) -> Iterator[Change]:
    def change(kind: str, less: bool, says: str) -> Change:
        return Change(
            kind, Risk.PAGES_LESS if less else Risk.NONE, new.name, f"{new.name}: {says}.", old.line, new.line
        )

    if slug(old.name) != slug(new.name):
        yield change(
            "alert",
            True,
            f"renamed, was {old.name}; links to the old name do not follow",
        )
    if slug(old.environment or "") != slug(new.environment or ""):
        yield change(
            "alert",
            True,
            f"watches {new.environment or 'production'} instead of {old.environment or 'production'}",
        )
    if old.severity is not new.severity:
        less = new.severity.rank < old.severity.rank
        yield change("alert", less, f"severity {old.severity} → {new.severity}")
    yield from _conditions(old, new, change)
    yield from _responses(old.response, new.response, change)


def _conditions(old: AlertRule, new: AlertRule, change: "_Make") -> Iterator[Change]:
    """Condition, window, averaging, little traffic, missing data, resolving."""
    window = f" for {lasting(new.window_s)}" if new.window_s and new.window_s == old.window_s else ""
    if (judged := _judged(old.condition, new.condition)) is not None:
        yield change("alert", judged[0], f"{judged[1]}{window}")
    if old.scope != new.scope:
        every = {"each": "each instance by itself", "service": "all instances together"}
        yield change("alert", new.scope == "service", f"looks at {every.get(new.scope, new.scope)}, no longer at "
                     f"{every.get(old.scope, old.scope)}")  # fmt: skip
    if old.window_s != new.window_s:
        held = [f"for {lasting(one)}" if one else "at once" for one in (old.window_s, new.window_s)]
        yield change("alert", new.window_s > old.window_s, f"fires when it holds {held[0]} → {held[1]}")
    averages = [averaging_s(rule.window_s, 15.0, rule.average_s) for rule in (old, new)]
    if old.average_s != new.average_s:
        yield change(
            "alert",
            averages[1] > averages[0],
            f"averaged over {lasting(averages[0])} → {lasting(averages[1])}",
        )
    if old.min_events != new.min_events:
        needed = [
            f"at least {one:g} requests" if one else "any number of requests"
            for one in (old.min_events, new.min_events)
        ]
        yield change(
            "alert", (new.min_events or 0) > (old.min_events or 0), f"needs {needed[0]} → {needed[1]}"
        )
    if old.no_data != new.no_data:
        less = _NO_DATA.index(new.no_data) < _NO_DATA.index(old.no_data)
        yield change("alert", less, f"without data: {old.no_data} → {new.no_data}")
    if old.resolve_after_s != new.resolve_after_s:
        yield change(
            "alert",
            False,
            f"resolves after {_stated(old.resolve_after_s)} → {_stated(new.resolve_after_s)} of good data",
        )
    if (old.source, old.selector) != (new.source, new.selector):
        yield change(
            "alert", True, f"looks at other series: {new.selector or new.source or 'those of the service'}"
        )


def _stated(seconds: float | None) -> str:
    return "the usual time" if seconds is None else lasting(seconds)


def _judged(old: Condition, new: Condition) -> tuple[bool, str] | None:
    """Whether the new condition fires less, and both in words; None where they are the same."""
    one, two = (replace(condition, text="", params=dict(condition.params)) for condition in (old, new))
    if one == two:
        return None
    words = [_bare(condition) for condition in (old, new)]
    same_value = replace(one, params={}, value=0.0, op="") == replace(two, params={}, value=0.0, op="")
    if (
        not same_value
        or set(one.params) != set(two.params)
        or old.promql
        or old.external
        or old.signal == "scrape_success"
    ):
        return True, f"{words[0]} → {words[1]}, which may fire less often: the two cannot be compared"
    trends = [_trend(key, one, two) for key in one.params] + [_threshold_trend(one, two)]
    if None in trends or (1 in trends and -1 in trends):
        return True, f"{words[0]} → {words[1]}, which may fire less often: the two cannot be compared"
    if dict(one.params) == dict(two.params) and one.signal != "probe_success":
        words[1] = f"{new.op} {say(new.value, new.unit)}"
    return -1 in trends, f"{words[0]} → {words[1]}"


def _bare(condition: Condition) -> str:
    """The condition in words without what it is averaged over."""
    said = say_condition(ReadCondition(condition, "service", 0.0, None, None))
    return said.split(", averaged over")[0].removesuffix(", at once")


def _trend(key: str, old: Condition, new: Condition) -> int | None:
    """1 where the parameter makes it fire more, -1 less, 0 neither, None where nobody knows."""
    one, two = old.params[key], new.params[key]
    if one == two:
        return 0
    if key not in _MORE or not isinstance(one, float | int) or not isinstance(two, float | int):
        return None
    upward = 1 if key in ("consecutive", "baseline_factor") or new.op.startswith(">") else -1
    return _MORE[key] * upward * (1 if two > one else -1)


def _threshold_trend(old: Condition, new: Condition) -> int | None:
    """As `_trend`, for the comparison itself."""
    if (old.op, old.value) == (new.op, new.value):
        return 0
    before, after = _ordered(old), _ordered(new)
    if before[0] != after[0] or before[0] not in "<>":
        return None
    strict = (after in (">", "<")) - (before in (">", "<"))
    harder = (new.value - old.value) * (1 if after[0] == ">" else -1) or strict
    return -1 if harder > 0 else 1


def _ordered(condition: Condition) -> str:
    """The operator; no figure is below zero, so that being zero is being at most zero, and the other way round."""
    zero = {"==": "<=", "!=": ">"}
    return zero.get(condition.op, condition.op) if condition.value == 0 else condition.op


def _responses(old: Response, new: Response, change: "_Make") -> Iterator[Change]:
    before, after = _pages(old), _pages(new)
    if before and not after:
        yield change("page", True, f"pages nobody any more, {before.replace('pages', 'paged')}")
    elif after and not before:
        yield change("page", False, f"would page now: {after}")
    elif before and old.page and not new.page:
        yield change("page", True, "pages only in working hours now")
    elif after and new.page and not old.page:
        yield change("page", False, "pages at any hour now")
    if old.ack_deadline_s != new.ack_deadline_s and bool(before) == bool(after):
        less = new.ack_deadline_s is None or (old.ack_deadline_s or 0.0) < new.ack_deadline_s
        yield change("page", less and old.ack_deadline_s is not None,
                     f"to be acknowledged within {lasting(old.ack_deadline_s)} → {lasting(new.ack_deadline_s)}")  # fmt: skip
    gone = [room for room in old.channels if room not in new.channels]
    come = [room for room in new.channels if room not in old.channels]
    if gone:
        yield change("page", True, f"no longer posted in {listed(gone)}")
    if come:
        yield change(
            "page",
            False,
            f"posted in {listed(come)} as well" if old.channels else f"posted in {listed(come)}",
        )
    if old.actions != new.actions:
        offered = [listed(one.actions) if one.actions else "nothing" for one in (old, new)]
        yield change("page", False, f"offers {offered[1]} as the next action, was {offered[0]}")


def _ladders(kept: Sequence[tuple[AlertRule, AlertRule]], old: Runbook, new: Runbook) -> Iterator[Change]:
    """Who is told after whom: alerts whose ladder changed in the same way are told together."""
    groups: dict[tuple[tuple[Rung, ...], tuple[Rung, ...]], list[tuple[AlertRule, AlertRule]]] = defaultdict(
        list
    )
    for one, two in kept:
        if _pages(one.response) and _pages(two.response) and _rungs(one) != _rungs(two):
            groups[one.response.ladder, two.response.ladder].append((one, two))
    for (before, after), rules in groups.items():
        names = listed(two.name for _, two in rules)
        yield _ladder(names, before, after, rules[0][0].line, rules[0][1].line)
    if not groups and old.ladder != new.ladder:
        yield _ladder("The ladder", old.ladder, new.ladder, None, None)


def _rungs(rule: AlertRule) -> tuple[tuple[str, float], ...]:
    return tuple((slug(rung.who), rung.after_s) for rung in rule.response.ladder)


def _ladder(
    names: str, before: Sequence[Rung], after: Sequence[Rung], old_line: int | None, new_line: int | None
) -> Change:
    later = len(after) < len(before) or any(
        two.after_s > one.after_s for one, two in zip(before, after, strict=False)
    )
    gone = [rung.who for rung in before if slug(rung.who) not in {slug(one.who) for one in after}]
    nobody = (
        f"; {listed(gone)} is told no more"
        if len(gone) == 1
        else f"; {listed(gone)} are told no more"
        if gone
        else ""
    )
    says = f"{names}: now pages {say_rungs(after)}; before {say_rungs(before)}{nobody}."
    return Change("page", Risk.PAGES_LESS if later else Risk.NONE, names, says, old_line, new_line)


class _Make(Protocol):
    """How `change` of `_changed` is called."""

    def __call__(self, kind: str, less: bool, says: str) -> Change: ...
