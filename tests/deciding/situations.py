"""Situations of runs for the tests of procedures: steps, runs, attempts, and questions that were asked or answered."""

from collections.abc import Mapping
from dataclasses import replace

from watchbook.deciding.moves import (
    Ask,
    Situation,
)
from watchbook.deciding.procedure import (
    decide,
)
from watchbook.model.ids import RunId, StepId
from watchbook.model.procedures import Procedure, Step, StepKind
from watchbook.model.runs import Attempt, AttemptState, Run, RunState
from watchbook.model.safety import Classification, Safety

NOW = 1_000_000.0


def step(
    id_: str, kind: StepKind = StepKind.COMMAND, safety: Safety = Safety.CHANGES, **fields: object
) -> Step:
    script = "" if kind in (StepKind.MANUAL, StepKind.WAIT, StepKind.WATCH, StepKind.CHOICE) else f"do-{id_}"
    given = {"script": script, "safety": Classification(safety, "") if script else None, **fields}
    return Step(id_, f"Step {id_}", kind, **given)  # type: ignore[arg-type]


def run_of(procedure: Procedure, **fields: object) -> Run:
    run = Run(
        id=RunId("r1"),
        service="shop",
        procedure=procedure.name,
        environment=None,
        parameters={},
        actor="ana",
        state=RunState.RUNNING,
        created_at=NOW,
        content_hash=procedure.content_hash,
        changing=procedure.changing,
        started_at=NOW,
    )
    return replace(run, **fields)  # type: ignore[arg-type]


def situation(*steps: Step, run: Mapping[str, object] | None = None, **fields: object) -> Situation:
    procedure = Procedure("Deploy", "deployment", steps, on_failure="Rollback")
    procedure = fields.pop("procedure", procedure)  # type: ignore[assignment]
    return Situation(run_of(procedure, **(run or {})), procedure, **fields)  # type: ignore[arg-type]


def attempt(id_: str, number: int = 1, state: AttemptState = AttemptState.ENDED, **fields: object) -> Attempt:
    given = {"good": True if state is AttemptState.ENDED else None, "reason": "exit 0", **fields}
    given = {"claimed_at": NOW, **given}
    return Attempt(RunId("r1"), StepId(id_), number, state, boot="here", **given)  # type: ignore[arg-type]


def answered(before: Situation, answer: str, by: str = "bo", now: float = NOW) -> Situation:
    """The situation after its next question was asked and answered."""
    move = decide(before, now)
    assert isinstance(move, Ask), move
    question = replace(move.question, asked_at=now, answered_at=now + 1, answer=answer, answered_by=by)
    return replace(before, questions=(*before.questions, question))


def asked(before: Situation, now: float = NOW) -> Situation:
    move = decide(before, now)
    assert isinstance(move, Ask), move
    return replace(before, questions=(*before.questions, replace(move.question, asked_at=now)))


ROLLBACK = Procedure("Rollback", "rollback", (step("undo"),), rollback=True)


UNKNOWN, NEVER, CLAIMED, ENDED = (
    AttemptState.UNKNOWN,
    AttemptState.NEVER,
    AttemptState.CLAIMED,
    AttemptState.ENDED,
)
