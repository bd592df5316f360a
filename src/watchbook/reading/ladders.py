"""Who is told after whom: ladders as written (`Ana → Bo → Eva, 5 min each`), and complete ones for an alert.

Called by the contacts and alerting modules. It orders names; whether a name can be reached is the wiring's.
"""

import re
from dataclasses import dataclass

from watchbook.model.quantities import Unit
from watchbook.model.runbook import Contact, Rung, Severity
from watchbook.reading.quantities import duration_at, find_duration, find_quantities

_ARROW = re.compile(r"\s*(?:→|⇒|➜|->|=>|➡️?|>>|(?<=\s)>(?=\s))\s*")
_EACH = re.compile(r"\s+(?:each|per (?:rung|level|step|person)|apart)\b", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*$")
_FIRST_RUNG_S = {Severity.CRITICAL: 300.0}
_LATER_S = 900.0
_DEFAULT_ORDER = (
    ("on call", "oncall", "primary on call", "primary", "on call engineer"),
    ("backup", "secondary", "secondary on call", "backup on call"),
    ("escalation", "engineering manager", "manager", "team lead", "tech lead"),
    ("service owner", "owner"),
)


@dataclass(frozen=True, slots=True)
class WrittenLadder:
    """A ladder as written: who, how long each rung lasts (None: not said)."""

    names: tuple[str, ...]
    lasts_s: tuple[float | None, ...] = ()


def read_ladder(text: str) -> WrittenLadder | None:
    """`A → B → C`, with `5 min each` or `A (5 min) → B`; None where there is no arrow."""
    text, each_s = _without_each(text)
    parts = [part.strip(" ,.;") for part in _ARROW.split(text)]
    if len(parts) < 2 or not all(parts):
        return None
    rungs = [_rung(part) for part in parts]
    return WrittenLadder(
        tuple(name for name, _ in rungs), tuple(lasts if lasts is not None else each_s for _, lasts in rungs)
    )


def _without_each(text: str) -> tuple[str, float | None]:
    """The text without `, 5 min each`, and those seconds."""
    for found in find_quantities(text):
        each = _EACH.match(text, found.end)
        if found.quantity.unit is Unit.SECONDS and each is not None:
            before = re.sub(r"[\s,;(]*(?:after|every|at)?[\s(]*$", "", text[: found.start])
            return before + text[each.end() :].lstrip(" )"), found.quantity.value
    return text, None


def _rung(part: str) -> tuple[str, float | None]:
    """Name and own duration of `Ana Ruiz (5 min)`; other words in brackets belong to the name."""
    brackets = _IN_BRACKETS.search(part)
    if brackets is not None and (found := find_duration(brackets[1])):
        return part[: brackets.start()].strip(), found.quantity.value
    after = re.search(r"\s+after\s+", part)
    if after is not None and (late := duration_at(part, after.end())):
        return part[: after.start()].strip(), late.quantity.value
    return part, None


def default_ladder(contacts: tuple[Contact, ...], on_call: str | None) -> WrittenLadder:
    """On-Call → Backup → Escalation → Service Owner, as far as the document names them."""
    names: list[str] = [on_call] if on_call else []
    for roles in _DEFAULT_ORDER:
        for contact in contacts:
            role = " ".join(re.sub(r"[^\w]+", " ", contact.role.casefold()).split())
            if role in roles and contact.name not in names and not (names and roles is _DEFAULT_ORDER[0]):
                names.append(contact.name)
    return WrittenLadder(tuple(names), (None,) * len(names))


def rungs_of(
    ladder: WrittenLadder,
    severity: Severity,
    deadline_s: float | None = None,
    promised_s: float | None = None,
) -> tuple[Rung, ...]:
    """Who is told how long after the first page.

    The first rung lasts the alert's deadline where one is stated; each other as long as written, else the
    deadline, else what the matrix of severities promises (`promised_s`), else 5 min at critical and 15 min below.
    """
    rungs: list[Rung] = []
    after_s = 0.0
    for index, name in enumerate(ladder.names):
        rungs.append(Rung(name, after_s))
        written = ladder.lasts_s[index] if index < len(ladder.lasts_s) else None
        stated = (deadline_s, written) if index == 0 else (written, deadline_s)
        after_s += stated[0] or stated[1] or promised_s or _FIRST_RUNG_S.get(severity, _LATER_S)
    return tuple(rungs)
