"""What missing data means for one rule (rules 2 and 3). Pure.

Called by `deciding.alerts`. It names the four answers; what follows from them is decided there.
"""

from enum import Enum, auto

from watchbook.model.alerts import AlertState
from watchbook.model.runbook import AlertRule

SHORTEST_HOLD_S = 600.0
FIRST_DATA_S = 60.0  # a watcher that has just begun has not lost anything yet
FIRE_CADENCES = 3  # one late scrape is not a vanished target


class Missing(Enum):
    TRUE = auto()  # policy `fire`
    FALSE = auto()  # policy `ok`
    HOLD = auto()  # keep the state for now
    LOST = auto()  # held long enough: blind, or firing without data


def hold_s(rule: AlertRule) -> float:
    """How long the state is kept without data: ten minutes, or two windows where those are longer."""
    return max(SHORTEST_HOLD_S, 2 * rule.window_s)


def judge_missing(rule: AlertRule, state: AlertState, now: float, cadence_s: float) -> Missing:
    """What no data at `now` means for a rule in `state`."""
    never = state.last_good_at is None
    began = state.since if never else state.last_good_at
    missing_s = now - began if began is not None else 0.0
    if rule.no_data == "ok":
        return Missing.FALSE if missing_s > FIRE_CADENCES * cadence_s else Missing.HOLD
    if rule.no_data == "fire":
        grace_s = max(FIRST_DATA_S, FIRE_CADENCES * cadence_s) if never else FIRE_CADENCES * cadence_s
        return Missing.TRUE if missing_s >= grace_s or state.active_since is not None else Missing.HOLD
    return Missing.LOST if missing_s >= hold_s(rule) else Missing.HOLD
