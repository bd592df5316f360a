"""What a run keeps over a restart of the process or of its shell, and what it asks for again: steps, secrets, places."""

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from watchbook.model.procedures import Expectation, Parameter, StepKind
from watchbook.model.runs import Attempt, Run
from watchbook.model.safety import Safety
from watchbook.world.shell.looking import supervisor_of
from watchbook.world.shell.processes import start_time

Make = Callable[..., Any]


async def test_a_run_waits_over_a_restart(house: Any, step: Make, procedure: Make) -> None:
    """Nothing of a waiting run is lost: state of its shell, question, answers."""
    todo = procedure(step("one", "x=carried"), step("m", kind=StepKind.MANUAL), step("two", "echo $x > two"))
    run = await house.start(todo)
    asked = await house.question("manual")
    await house.restart()
    assert (await house.question("manual")).id == asked.id
    await house.say("done", "manual")
    assert (await house.ended(run)).state == "completed"
    assert (house.root / "two").read_text() == "carried\n"


async def test_the_step_under_way_is_adopted_after_a_restart(house: Any, step: Make, procedure: Make) -> None:
    """It goes on while nobody serves, and its outcome is heard by the next server."""
    script = "echo begin >> one; while ! test -e go; do sleep 0.01; done; echo end >> one; exit 4"
    run = await house.start(procedure(step("one", script)))
    await house.until((house.root / "one").exists)
    await house.runs.stop()
    (house.root / "go").touch()
    await house.restart()
    assert "exit 4" in (await house.question("failed")).text
    assert (house.root / "one").read_text() == "begin\nend\n"
    assert await house.attempts(run) == [("one", 1, "ended")]


async def test_a_verification_under_way_begins_again_after_a_restart(
    house: Any, step: Make, procedure: Make
) -> None:
    """It is read-only: its old process is ended, and a new attempt is made by itself."""
    script = "touch began; test -e go || sleep 60"
    todo = procedure(step("v", script, StepKind.VERIFY, safety=Safety.READ_ONLY))
    run = await house.start(todo)
    await house.until((house.root / "began").exists)
    await house.runs.stop()
    (house.root / "go").touch()
    await house.restart()
    assert (await house.ended(run)).state == "completed"
    assert await house.attempts(run) == [("v", 1, "unknown"), ("v", 2, "ended")]


async def test_a_lost_shell_brings_state_back_and_asks_for_secrets_by_name(
    house: Any, step: Make, procedure: Make
) -> None:
    """Rule 25: non-secret values return from the ledger; a secret that later steps use is asked for."""
    todo = procedure(
        step("one", "plain=here; API_TOKEN=abc123; OTHER_SECRET=unused"),
        step("m", kind=StepKind.MANUAL),
        step("two", 'echo "$plain $API_TOKEN" | tr a-z A-Z > two'),
    )
    run = await house.start(todo)
    await house.question("manual")
    alive = supervisor_of(house.root / "runs" / run.id)
    assert alive is not None
    os.kill(alive[0], signal.SIGKILL)
    await house.until(lambda: start_time(alive[0]) is None)
    await house.restart()
    await house.say("done", "manual")
    asked = await house.question("parameter")
    assert asked.data["name"] == "API_TOKEN"
    answered = await house.say("xyz789", "parameter")
    assert answered.answer == "[secret]"
    assert (await house.ended(run)).state == "completed"
    assert (house.root / "two").read_text() == "HERE XYZ789\n"
    assert "xyz789" not in str(await house.store.journal())


async def test_secrets_are_in_no_file(house: Any, step: Make, procedure: Make) -> None:
    """Declared secrets and secret parameters: not in ledger, journal, questions, outputs or records."""
    house.environment["DB_PASSWORD"] = "correct-horse-battery"
    house.secrets = ("correct-horse-battery",)
    await house.restart()
    todo = procedure(
        step("one", 'echo "$DB_PASSWORD ${PIN_TOKEN} ${place}"; false'),
        step("two", "test ${#PIN_TOKEN} -eq 14"),
        parameters=(Parameter("PIN_TOKEN"), Parameter("place")),
    )
    values = {"PIN_TOKEN": "7731-7731-7731", "place": "at correct-horse-battery street"}
    run = await house.start(todo, confirmed=False, parameters=values)
    asked = await house.question("confirm")
    assert "7731" not in str(asked)
    await house.say("confirm")
    await house.say("skip", "failed")
    assert (await house.ended(run)).state == "completed"
    (attempt, _) = await house.store.load(Attempt, run=run.id)
    assert attempt.output == "[redacted] [redacted] [redacted]\n"
    for file in Path(house.root).rglob("*"):
        if file.is_file():
            raw = file.read_bytes()
            assert b"correct-horse" not in raw, file
            assert b"7731-7731-7731" not in raw, file


async def test_a_secret_parameter_is_asked_for_again_after_a_restart(
    house: Any, step: Make, procedure: Make
) -> None:
    """It was never written down; the run goes on when it is given again."""
    todo = procedure(
        step("m", kind=StepKind.MANUAL),
        step("two", "test $PIN_TOKEN = 42; touch two"),
        parameters=(Parameter("PIN_TOKEN"),),
    )
    run = await house.start(todo, parameters={"PIN_TOKEN": "42"})
    await house.question("manual")
    await house.restart()
    await house.say("42", "parameter")
    await house.say("done", "manual")
    assert (await house.ended(run)).state == "completed"


async def test_what_does_not_carry_is_said(house: Any, step: Make, procedure: Make) -> None:
    """A step with an EXIT trap of its own: the run says that its state stays as before."""
    run = await house.start(procedure(step("one", "trap 'true' EXIT; x=1")))
    assert (await house.ended(run)).state == "completed"
    (attempt,) = await house.store.load(Attempt, run=run.id)
    assert "do not carry on" in attempt.data["note"]
    ended = [e for e in await house.store.journal() if e.kind == "step.ended"]
    assert "do not carry on" in ended[0].data["note"]
    assert "do not carry on" in ended[0].summary


async def test_control_sequences_are_for_terminals_only(house: Any, step: Make, procedure: Make) -> None:
    """Colours do not reach the ledger or a page, and do not stand in the way of an expectation."""
    todo = procedure(step("one", "printf '\\033[32mfine\\033[0m\\n'", expect=Expectation(regex="^fine$")))
    run = await house.start(todo)
    assert (await house.ended(run)).state == "completed"
    (attempt,) = await house.store.load(Attempt, run=run.id)
    assert attempt.output == house.runs.output(run.id, attempt) == "fine\n"


async def test_a_directory_that_is_gone_is_a_question(house: Any, step: Make, procedure: Make) -> None:
    """The next step does not run somewhere else."""
    todo = procedure(step("one", "mkdir d; cd d; rmdir ../d"), step("two", "touch wrong"))
    run = await house.start(todo)
    asked = await house.question("failed")
    assert f"directory gone: {house.root}/d" in asked.text
    (house.root / "d").mkdir()
    await house.say("retry")
    assert (await house.ended(run)).state == "completed"
    assert (house.root / "d" / "wrong").exists()


async def test_an_edit_of_the_runbook_does_not_change_a_run(house: Any, step: Make, procedure: Make) -> None:
    """The run is bound to the text it started from, also over a restart."""
    todo = procedure(step("m", kind=StepKind.MANUAL), step("two", "touch as-it-was"))
    run = await house.start(todo)
    await house.question("manual")
    await house.restart()
    kept = (await house.store.load(Run, id=run.id))[0]
    assert kept.content_hash == todo.content_hash
    await house.say("done", "manual")
    assert (await house.ended(run)).state == "completed"
    assert (house.root / "as-it-was").exists()


async def test_supervisors_end_with_their_runs(house: Any, step: Make, procedure: Make) -> None:
    """No process of a run that is over stays; one whose server went down just then is ended at the next start."""
    run = await house.start(procedure(step("one", "true"), step("m", kind=StepKind.MANUAL)))
    await house.question("manual")
    folder = house.root / "runs" / run.id
    alive = supervisor_of(folder)
    assert alive is not None
    await house.runs.stop()
    over = replace((await house.store.load(Run, id=run.id))[0], state="completed")
    from watchbook.model.decisions import Decision

    await house.store.apply(Decision("", (over,)))
    await house.restart()
    await house.until(lambda: start_time(alive[0]) is None)
