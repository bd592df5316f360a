"""A timeline under texts that come one after the other, with what the store has of it. Used by the tests of reloading."""

from dataclasses import replace
from typing import Any

from watchbook.deciding.coverage import GONE
from watchbook.deciding.reloading import NewText, Reloaded, reload
from watchbook.deciding.restoring import Kept, RuleToWatch
from watchbook.deciding.watched import MissingRow, ServiceWatch
from watchbook.model.alerts import AlertState
from watchbook.model.runbook import (
    AlertRule,
)

START = 1_800_000_000.0


def wanted(rule: AlertRule, armed: bool = True, issue: str | None = None) -> RuleToWatch:
    return RuleToWatch(rule, armed, 2.0, issue)


class Book:
    """A timeline with what the store has of it, under texts that come one after the other."""

    def __init__(self, timeline: Any) -> None:
        self.timeline = timeline
        self.states: dict[Any, AlertState] = {
            one.state.id: replace(one.state, version=0) for one in timeline.watch.alerts.values()
        }
        self.seen = 0

    def store(self) -> None:
        """Takes what was decided since, as the store would: each record under the version that it has there."""
        for decision in self.timeline.decisions[self.seen :]:
            for record in decision.saves:
                if isinstance(record, AlertState):
                    before = self.states.get(record.id)
                    assert record.version == (before.version if before else 0), record
                    self.states[record.id] = replace(record, version=record.version + 1)
        self.seen = len(self.timeline.decisions)

    def text(
        self, *rules: AlertRule, at: float | None, missing: tuple[MissingRow, ...] = (), **fresh: Any
    ) -> Reloaded:
        """At `at` (None: at this very moment) the runbook holds these rules."""
        if at is not None:
            self.timeline.run(at)
        at = self.timeline.at
        self.store()
        watch: ServiceWatch = self.timeline.watch
        base = replace(watch, missing=missing, **fresh)
        kept = Kept(states=tuple(self.states.values()), episodes=tuple(watch.episodes.values()))
        reloaded = reload(
            watch, NewText(base, [wanted(rule) for rule in rules], lambda _: GONE), kept, START + at
        )
        self.timeline.take(reloaded.watch, reloaded.decision)
        self.store()
        return reloaded


def names(watch: ServiceWatch) -> list[str]:
    return [one.rule.name for one in watch.alerts.values()]


def changed(rule: AlertRule, value: float = 2.0) -> AlertRule:
    return replace(rule, condition=replace(rule.condition, value=value))
