"""The tables of runs: run, attempt, question. Declared for `store.records`; decided on by `deciding.procedure`.

A timer needs no table of its own yet: what a run waits for follows from its attempts and `now`.
"""

from watchbook.model.runs import Attempt, Question, Run
from watchbook.store.kinds import Kind, table_of

KINDS = (
    Kind(
        Run,
        table_of("run", Run, ("id",), indexes=(("state",), ("service", "created_at"))),
        ("id",),
        order="created_at",
    ),
    Kind(
        Attempt,
        table_of("attempt", Attempt, ("run", "step", "number")),
        ("run", "step", "number"),
        order="claimed_at",
        once=True,
    ),
    Kind(
        Question,
        table_of("question", Question, ("id",), indexes=(("run",), ("answered_at",))),
        ("id",),
        order="asked_at",
        once=True,
    ),
)
