"""One changing run per service and environment; a table of who waits for whom."""

import pytest

from watchbook.deciding.lock import holder_at, holder_for
from watchbook.model.ids import RunId
from watchbook.model.runs import Run, RunState


def run(id_: str, state: RunState = RunState.RUNNING, **fields: object) -> Run:
    given = {
        "service": "shop",
        "environment": "production",
        "created_at": float(id_),
        "started_at": None if state is RunState.QUEUED else float(id_),
        **fields,
    }
    return Run(
        id=RunId(id_),
        procedure="p",
        parameters={},
        actor="ana",
        state=state,
        content_hash="",
        **given,  # type: ignore[arg-type]
    )


ASKING = {"state": RunState.WAITING, "started_at": None}
QUEUED, WAITING = RunState.QUEUED, RunState.WAITING


@pytest.mark.parametrize(
    ("mine", "others", "holder"),
    [
        (run("2", **ASKING), [], None),
        (run("2", **ASKING), [run("1")], "1"),
        (run("2", **ASKING), [run("1", WAITING, waits_for="person")], "1"),
        (run("2", **ASKING), [run("1", RunState.COMPLETED)], None),
        (run("2"), [run("1", QUEUED)], None),
        (run("2", **ASKING), [run("1", environment="staging")], None),
        (run("2", **ASKING), [run("1", environment="Production")], "1"),
        (run("2", **ASKING), [run("1", environment=None)], "1"),
        (run("2", environment=None, **ASKING), [run("1", environment="staging")], "1"),
        (run("2", **ASKING), [run("1", service="other")], None),
        (run("2", **ASKING), [run("1", changing=False)], None),
        (run("2", changing=False, **ASKING), [run("1")], None),
        (run("2", **ASKING), [run("1", **ASKING)], None),
        # a rollback goes before what waits for a person or watches, not before what works
        (run("2", rollback=True, **ASKING), [run("1", WAITING, waits_for="person")], None),
        (run("2", rollback=True, **ASKING), [run("1", WAITING, waits_for="watch")], None),
        (run("2", rollback=True, **ASKING), [run("1", WAITING, waits_for="timer")], "1"),
        (run("2", rollback=True, **ASKING), [run("1")], "1"),
        (run("2", undoes=RunId("1"), **ASKING), [run("1", WAITING, waits_for="person")], None),
        (run("3", rollback=True, **ASKING), [run("2", WAITING, rollback=True, waits_for="person")], "2"),
        # what gave way waits until the rollback is over, also while that waits
        (run("1", WAITING, waits_for="person"), [run("2", rollback=True)], "2"),
        (run("1", WAITING, waits_for="person"), [run("2", WAITING, rollback=True, waits_for="person")], "2"),
        # those who queue go in turn, rollbacks first
        (run("2", QUEUED), [run("1", QUEUED)], "1"),
        (run("1", QUEUED), [run("2", QUEUED)], None),
        (run("1", QUEUED), [run("2", QUEUED, rollback=True)], "2"),
        (run("2", QUEUED, rollback=True), [run("1", QUEUED)], None),
        (run("3", QUEUED), [run("1"), run("2", QUEUED)], "1"),
    ],
)
def test_who_stands_in_the_way(mine: Run, others: list[Run], holder: str | None) -> None:
    """The run that is waited for, by name, or nobody."""
    found = holder_for(mine, [mine, *others])
    assert (found.id if found else None) == holder


@pytest.mark.parametrize(
    ("environment", "runs", "holder"),
    [
        ("production", [], None),
        ("production", [run("1", QUEUED), run("2")], "2"),
        ("Production", [run("1", QUEUED), run("2", QUEUED)], "1"),
        ("production", [run("1", environment="staging")], None),
        (None, [run("1", environment="staging")], "1"),
        ("staging", [run("1", environment=None)], "1"),
        ("production", [run("1", changing=False), run("2", service="till")], None),
    ],
)
def test_whom_a_new_run_would_wait_for(environment: str | None, runs: list[Run], holder: str | None) -> None:
    """A plan names it before anyone starts: who changes the place now, else who is next."""
    found = holder_at("shop", environment, runs)
    assert (found.id if found else None) == holder
