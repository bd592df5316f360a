"""The moves a run can make next, and what it is decided from. Values only.

Made by `deciding.procedure`, carried out by `acting.runs`. Each carries its reason: one sentence for the journal
and the page.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from watchbook.model.procedures import Procedure, Step
from watchbook.model.runs import Attempt, Question, Run, RunState


@dataclass(frozen=True, slots=True)
class EnvironmentFacts:
    """What is wrong in an environment now: alert and health-check names, and since when (wall seconds).

    `watched` is false where nothing watches (a run without a server): a watch step then only waits, and says so.
    """

    watched: bool = False
    firing: Mapping[str, float] = field(default_factory=dict)
    unhealthy: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Situation:
    """All that the next move of a run depends on, besides `now`.

    `known`: parameters that have a value outside of `run.parameters` (secrets in memory, the installation's environment).
    `lost`: variables whose values went with the run's shell and that later steps use.
    `holder`: the run that holds the service and environment, if it is not this one.
    `elsewhere`: the facts of other environments that steps name, as `facts` has those of the run's own.
    `announces`: whether posts and notices can be made by the installation; otherwise people make them.
    """

    run: Run
    procedure: Procedure
    handler: Procedure | None = None
    attempts: tuple[Attempt, ...] = ()
    questions: tuple[Question, ...] = ()
    facts: EnvironmentFacts = field(default_factory=EnvironmentFacts)
    known: frozenset[str] = frozenset()
    lost: tuple[str, ...] = ()
    holder: Run | None = None
    announces: bool = False
    elsewhere: Mapping[str, EnvironmentFacts] = field(default_factory=dict)

    def facts_for(self, step: Step) -> EnvironmentFacts:
        """The facts of the environment that the step is about."""
        return self.elsewhere.get(step.environment, self.facts) if step.environment else self.facts

    def attempts_of(self, step: Step) -> tuple[Attempt, ...]:
        """Attempts of the step by number."""
        return tuple(sorted((a for a in self.attempts if a.step == step.id), key=lambda a: a.number))

    def last_attempt(self, step: Step) -> Attempt | None:
        return max((a for a in self.attempts if a.step == step.id), key=lambda a: a.number, default=None)

    def question(self, id_: str) -> Question | None:
        return next((q for q in self.questions if q.id == id_), None)


@dataclass(frozen=True, slots=True)
class Begin:
    """The run starts: from now on it holds its service and environment, if it changes them."""

    reason: str


@dataclass(frozen=True, slots=True)
class Claim:
    """Write the attempt as started, then do it. `data` is kept with the attempt."""

    step: Step
    number: int
    reason: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Look:
    """An attempt was claimed and nobody heard how it went: find out."""

    step: Step
    attempt: Attempt
    reason: str


@dataclass(frozen=True, slots=True)
class Settle:
    """A row effect is over: write the attempt as ended, together with whatever follows from it."""

    step: Step
    number: int
    good: bool | None
    reason: str
    actor: str = ""


@dataclass(frozen=True, slots=True)
class Announce:
    """A notice, post or page of the document: rows, written with the attempt that ends at once."""

    step: Step
    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Ask:
    """A person decides. `alarm` is set where a question is not enough: somebody is to be paged with it."""

    question: Question
    reason: str
    alarm: str = ""


@dataclass(frozen=True, slots=True)
class Await:
    """Nothing to do until `until` (wall seconds), an answer, or other facts. `waits_for`: person, watch or timer."""

    waits_for: str
    reason: str
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """Another run holds the service and environment."""

    holder: Run
    reason: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The run is over. `handler`: its failure handler is to start now."""

    state: RunState
    reason: str
    handler: bool = False


Move = Begin | Claim | Look | Settle | Announce | Ask | Await | Queue | Finish
