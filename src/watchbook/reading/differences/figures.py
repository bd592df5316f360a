"""What changes in targets, normal ranges, triggers and checklists, in words. Called by the package only.

A figure never pages, so no change here makes anybody be told later; a weaker target or criterion guards less.
"""

from collections.abc import Iterator

from watchbook.model.ids import slug
from watchbook.model.runbook import AlertRule, Role, Runbook
from watchbook.reading.differences.changes import Change, Risk
from watchbook.reading.differences.pairing import pair
from watchbook.reading.figures import say_value

_KIND = "figure"
_WORDS = {
    Role.TARGET: "target",
    Role.BAND: "normal range",
    Role.TRIGGER: "scaling trigger",
    Role.CHECKLIST: "checklist",
}
_PROMISES = (Role.TARGET, Role.CHECKLIST)


def figure_changes(old: Runbook, new: Runbook) -> Iterator[Change]:
    """Figures that come and go, and what each says now."""
    pairs = pair(old.figures, new.figures, _key, _place)
    for one in pairs.removed:
        risk = Risk.GUARDS_LESS if one.role in _PROMISES else Risk.NONE
        yield Change(
            _KIND, risk, one.name, f"{_named(one)} removed: {say_value(one)}.", one.line or None, None
        )
    for one in pairs.added:
        yield Change(
            _KIND, Risk.NONE, one.name, f"new {_named(one)}: {say_value(one)}.", None, one.line or None
        )
    for one, two in pairs.kept:
        lines = (one.line or None, two.line or None)
        if one.role is not two.role:
            risk = Risk.GUARDS_LESS if one.role in _PROMISES else Risk.NONE
            says = f"{two.name} is a {_WORDS[two.role]} now, was a {_WORDS[one.role]}: {say_value(two)}."
            yield Change(_KIND, risk, two.name, says, *lines)
        elif say_value(one) != say_value(two) or one.condition.signal != two.condition.signal:
            risk = Risk.GUARDS_LESS if _is_weaker(one, two) else Risk.NONE
            yield Change(
                _KIND, risk, two.name, f"{_named(two)}: {say_value(one)} → {say_value(two)}.", *lines
            )
        elif one.name.casefold() != two.name.casefold():
            yield Change(_KIND, Risk.NONE, two.name, f"{_named(one)} is called {two.name} now.", *lines)


def _key(rule: AlertRule) -> tuple[str, Role, str, str]:
    """The name, the role, the place, and which side is bounded."""
    return slug(rule.name), rule.role, slug(rule.environment or ""), rule.condition.op[:1]


def _place(rule: AlertRule) -> tuple[str, str, str]:
    """The same figure in another role."""
    return slug(rule.name), slug(rule.environment or ""), rule.condition.op[:1]


def _named(rule: AlertRule) -> str:
    place = f" in {rule.environment}" if rule.environment else ""
    return f"{_WORDS[rule.role]} of {rule.name}{place}"


def _is_weaker(old: AlertRule, new: AlertRule) -> bool:
    """Whether a target or criterion asks for less than before."""
    one, two = old.condition, new.condition
    if new.role not in _PROMISES or one.unit is not two.unit:
        return False
    return (
        two.value > one.value if two.op[:1] == "<" else two.value < one.value if two.op[:1] == ">" else False
    )
