"""How each alert is measured, pinned: chosen once, kept over restarts, never changed by itself.

Called by `app.watching.place_watch`. A pin belongs to a condition: a changed condition is bound anew. It chooses nothing.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from watchbook.app.watching.binding import Bound
from watchbook.deciding.alerts import digest_of
from watchbook.measuring.measurement import Measurement
from watchbook.model.decisions import Decision
from watchbook.model.ids import AlertId, key_of, slug
from watchbook.model.quantities import Unit
from watchbook.model.runbook import AlertRule, Runbook
from watchbook.model.signals import Signal
from watchbook.store.marks import Setting
from watchbook.store.store import Store


@dataclass(frozen=True, slots=True)
class Pinned:
    """How some alerts were measured when it was last kept."""

    values: Mapping[str, str]  # JSON, by name of the setting

    def bound(self, alert: AlertId, rule_digest: str | None) -> Bound | None:
        """How the alert was measured under this condition (None: under whichever was last), or None."""
        value = self.values.get(_name(alert))
        pinned = json.loads(value) if value is not None else None
        return _bound_of(pinned) if pinned and rule_digest in (None, pinned.get("rule")) else None


@dataclass(slots=True)
class Pins:
    """The pins of a data folder."""

    store: Store

    async def of(self, alerts: Iterable[AlertId]) -> "Pinned":
        """The pins of these alerts, in one look."""
        names = tuple(_name(alert) for alert in alerts)
        found = await self.store.load(Setting, name=names) if names else ()
        return Pinned({setting.name: setting.value for setting in found})

    async def keep(self, alert: AlertId, rule_digest: str, bound: Bound) -> None:
        """Pins it. Raises StoreError where it cannot be kept."""
        value = json.dumps({"rule": rule_digest, **_text_of(bound)})
        before = await self.store.get(Setting, _name(alert))
        setting = Setting(_name(alert), value, before.version if before else 0)
        await self.store.apply(Decision(f"{alert} is measured by {bound.measurement.query}", (setting,)))


def pinned_by(rule: AlertRule, runbook: Runbook) -> str:
    """What a pin belongs to: the rule's condition, and the document's own query for its signal, where it has one."""
    condition = rule.condition
    queries = [
        metric.query
        for metric in runbook.metrics
        if metric.query
        and slug(metric.signal) == slug(condition.signal or "")
        and metric.params == condition.params
    ]
    return key_of(digest_of(rule), queries[0]) if queries else digest_of(rule)


def _name(alert: AlertId) -> str:
    return f"pin {alert}"


def _text_of(bound: Bound) -> dict[str, object]:
    signal = bound.signal
    return {
        "measurement": asdict(bound.measurement),
        "signal": [signal.name, signal.title, str(signal.unit), signal.bad_direction],
        "compares": bound.compares,
    }


def _bound_of(pinned: dict[str, object]) -> Bound:
    measurement, signal = pinned["measurement"], pinned["signal"]
    assert isinstance(measurement, dict) and isinstance(signal, list)
    name, title, unit, direction = signal
    measurement["by"] = tuple(measurement["by"])
    return Bound(
        Measurement(**measurement), Signal(name, title, (), Unit(unit), direction), bool(pinned["compares"])
    )
