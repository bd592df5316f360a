"""A readable timeline for alerts and paging on a virtual clock: what is observed when, and what must have been told when."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from watchbook.deciding import answers
from watchbook.deciding.alerts import new_state
from watchbook.deciding.directory import Directory
from watchbook.deciding.page import PagingSettings
from watchbook.deciding.watch import decide_alerts, next_due
from watchbook.deciding.watched import ServiceWatch, Watched, notices_of
from watchbook.model.alerts import AlertStatus, Observation
from watchbook.model.decisions import Decision
from watchbook.model.ids import alert_id, slug
from watchbook.model.paging import Notice, NoticeState
from watchbook.model.runbook import AlertRule, Condition, Response, Role, Rung, Severity

START = 1_800_000_000.0  # Friday, 2027-01-15 08:00 UTC
LADDER = (Rung("Ana Ruiz"), Rung("Bo Lindqvist", 300.0), Rung("Eva Marchetti", 600.0))
PEOPLE = {slug(name): ("phone",) for name in ("Ana Ruiz", "Bo Lindqvist", "Eva Marchetti")}


def a_rule(name: str, severity: str = "critical", window_s: float = 0.0, **more: Any) -> AlertRule:
    """A paging rule with the ladder Ana, Bo, Eva."""
    response = more.pop("response", Response(page=True, ladder=LADDER))
    condition = Condition(signal="healthy_instances", op="<", value=1, text=f"{name} holds")
    return AlertRule(
        name, Role.ALERT, Severity(severity), condition, response=response, window_s=window_s, **more
    )


@dataclass(frozen=True)
class Heard:
    """A notice as it left: seconds since the start, and what it said."""

    at: float
    notice: Notice

    def __str__(self) -> str:
        notice = self.notice
        return (
            f"{self.at:g} s: {notice.kind} to {notice.contact} via {notice.channel}: {notice.body['summary']}"
        )


@dataclass
class Timeline:
    """Steps a watch over virtual time. Times are seconds since the start; the state of a rule lasts until it is changed."""

    watch: ServiceWatch
    cadence_s: float = 2.0
    at: float = 0.0
    truth: dict[str, bool | str | None] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    inputs: list[Any] = field(default_factory=list)

    def push(self, at: float, name: str, true: bool | str | None) -> "Timeline":
        """From `at` on, rule `name` observes `true` (None: no data, a text: evaluation fails so)."""
        self.run(at)
        self.truth[name] = true
        return self

    def run(self, until: float) -> "Timeline":
        """Time passes: rules are evaluated every cadence, and whenever something is due."""
        while self.at <= until:
            self.step()
            due = next_due(self.watch)
            later = self.at + self.cadence_s
            due_at = due - START if due is not None and due - START > self.at else later
            self.at = min(later, due_at)
            if self.at > until:
                break
        self.at = max(self.at, until) if self.at <= until else until
        return self

    def step(self) -> Decision:
        """One evaluation at this moment."""
        now = START + self.at
        seen = {
            alert_id(self.watch.service, self.watch.environment, name): self._observe(true, now)
            for name, true in self.truth.items()
        }
        self.inputs.append((seen, now))
        decision = self.take(*decide_alerts(self.watch, seen, now))
        due = next_due(self.watch)
        assert due is None or due > now, "what was due is still due: a caller would go round for ever"
        return decision

    @staticmethod
    def _observe(true: bool | str | None, now: float) -> Observation:
        if isinstance(true, str):
            return Observation(now, None, problem=true)
        return Observation(
            now,
            true,
            value=None if true is None else float(true),
            says="" if true is None else f"it is {true}",
        )

    def take(self, watch: ServiceWatch, decision: Decision) -> Decision:
        """Keeps a decision: by an evaluation or by a person."""
        self.watch = watch
        self.decisions.append(decision)
        due = [notice for notice in notices_of(decision) if notice.state is NoticeState.DUE]
        self.heard += [Heard(self.at, notice) for notice in due]
        return decision

    def acknowledge(self, at: float, actor: str = "Ana Ruiz", **more: Any) -> "Timeline":
        self.run(at)
        self.take(*answers.acknowledge(self.watch, actor, START + at, **more))
        return self

    def status(self, name: str) -> AlertStatus:
        watched = self.watch.watched(alert_id(self.watch.service, self.watch.environment, name))
        assert watched is not None, f"no alert {name}"
        return watched.state.status

    def kinds(self) -> list[tuple[float, str, str]]:
        """(when, kind, whom) of everything told, in order."""
        return [(heard.at, str(heard.notice.kind), heard.notice.contact) for heard in self.heard]

    def told(self, kind: str | None = None, contact: str | None = None) -> list[Heard]:
        return [
            heard
            for heard in self.heard
            if kind in (None, str(heard.notice.kind)) and contact in (None, heard.notice.contact)
        ]

    def expect(self, kind: str, contact: str, between: tuple[float, float]) -> Heard:
        """Exactly one such notice left in that time."""
        found = [one for one in self.told(kind, contact) if between[0] <= one.at <= between[1]]
        everything = "\n".join(map(str, self.heard))
        assert len(found) == 1, f"{len(found)} × {kind} to {contact} in {between}; told:\n{everything}"
        return found[0]

    def journal(self, kind: str) -> list[str]:
        return [entry.summary for one in self.decisions for entry in one.entries if entry.kind == kind]


class Timelines:
    """Makes timelines."""

    LADDER = LADDER
    START = START
    rule = staticmethod(a_rule)

    @staticmethod
    def of(
        *rules: AlertRule, armed: bool = True, wait_s: float | None = 0.0, people: Any = None, cadence_s: float = 2.0,
        silences: Iterable[Any] = (), issues: Any = None, rooms: Any = None, key: bytes = b"",
    ) -> Timeline:  # fmt: skip
        """A timeline over rules of the service shop in production, all good at the start."""
        watched = {}
        for rule in rules:
            state = new_state(rule, "shop", "production", armed=armed, now=START)
            watched[state.id] = Watched(rule, state, cadence_s, (issues or {}).get(rule.name))
        watch = ServiceWatch(
            service="shop",
            environment="production",
            service_name="Shop",
            alerts=watched,
            silences=tuple(silences),
            directory=Directory(people=PEOPLE if people is None else people, rooms=rooms or {}),
            settings=PagingSettings(group_wait_s=wait_s, link_key=key),
        )
        return Timeline(watch, cadence_s, truth={rule.name: False for rule in rules})

    @staticmethod
    def rearm(timeline: Timeline, name: str, **changes: Any) -> None:
        """Changes the state of one rule by hand."""
        key = alert_id("shop", "production", name)
        watched = timeline.watch.alerts[key]
        changed = replace(watched, state=replace(watched.state, **changes))
        timeline.watch = replace(timeline.watch, alerts={**timeline.watch.alerts, key: changed})


@pytest.fixture(scope="session")
def timelines() -> type[Timelines]:
    """How tests of this folder make timelines."""
    return Timelines
