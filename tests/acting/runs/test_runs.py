"""Runs from their start to their end, over the real store and real shells."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from watchbook.deciding.moves import EnvironmentFacts
from watchbook.model.errors import ConflictError, NotFoundError, RefusedError, UsageError
from watchbook.model.procedures import Choice, Expectation, Parameter, StepKind
from watchbook.model.runs import Attempt, Question, Run
from watchbook.model.safety import Safety
from watchbook.world.shell.looking import supervisor_of
from watchbook.world.shell.processes import start_time

Make = Callable[..., Any]


async def test_a_run_asks_for_values_and_confirmation_then_runs(
    house: Any, step: Make, procedure: Make
) -> None:
    """Values, one yes with everything on screen, the steps, and all of it in the journal."""
    todo = procedure(
        step("one", 'echo "version ${version}" > one'),
        step("two", "cat one", StepKind.VERIFY, safety=Safety.READ_ONLY, expect=Expectation(text="1.2 b")),
        parameters=(Parameter("version"),),
    )
    run = await house.start(todo, confirmed=False)
    await house.say("1.2 b", "parameter")
    asked = await house.question("confirm")
    assert asked.commands == ('echo "version 1.2 b" > one', "cat one")
    await house.say("confirm")
    ended = await house.ended(run)
    assert (ended.state, ended.parameters) == ("completed", {"version": "1.2 b"})
    assert (house.root / "one").read_text() == "version 1.2 b\n"
    assert await house.attempts(run) == [("one", 1, "ended"), ("two", 1, "ended")]
    assert await house.told() == [
        "run.asked",
        "question.asked",
        "question.answered",
        "question.asked",
        "question.answered",
        "run.started",
        "step.started",
        "step.ended",
        "step.started",
        "step.ended",
        "run.completed",
    ]


async def test_an_order_with_the_hash_is_confirmed_and_a_stale_one_is_refused(
    house: Any, step: Make, procedure: Make
) -> None:
    """The yes is bound to the text that was seen."""
    todo = procedure(step("one", "true"))
    run = await house.start(todo)
    assert (await house.ended(run)).state == "completed"
    confirmed = (await house.store.load(Question, run=run.id))[0]
    assert (confirmed.kind, confirmed.answered_by) == ("confirm", "ana")
    with pytest.raises(ConflictError, match="changed"):
        await house.start(todo, content_hash="another")


async def test_the_same_key_starts_one_run(house: Any, step: Make, procedure: Make) -> None:
    """Asking twice with one key is asking once, also after the end."""
    todo = procedure(step("one", "echo x >> one"))
    first = await house.start(todo, key="k")
    second = await house.start(todo, key="k")
    await house.ended(first)
    third = await house.start(todo, key="k")
    assert first.id == second.id == third.id
    assert (house.root / "one").read_text() == "x\n"


async def test_answers_are_checked(house: Any, step: Make, procedure: Make) -> None:
    """Wrong text, wrong word, answered before, never asked: each is refused, and changes nothing."""
    run = await house.start(procedure(step("one", "true")), confirmed=False)
    asked = await house.question("confirm")
    with pytest.raises(ConflictError, match="another text"):
        await house.runs.answer(asked.id, "confirm", "stale", "bo")
    with pytest.raises(UsageError, match="one of: confirm, reject"):
        await house.runs.answer(asked.id, "maybe", asked.content_hash, "bo")
    with pytest.raises(NotFoundError):
        await house.runs.answer("nothing", "confirm", asked.content_hash, "bo")
    with pytest.raises(UsageError, match="no parameter"):
        await house.start(procedure(step("one", "true")), parameters={"typo": "1"})
    await house.say("reject")
    assert (await house.ended(run)).state == "cancelled"
    with pytest.raises(ConflictError, match="answered already"):
        await house.runs.answer(asked.id, "confirm", asked.content_hash, "bo")


async def test_a_failing_step_asks_and_retries(house: Any, step: Make, procedure: Make) -> None:
    """The question says how it failed; retry claims a new attempt, and the steps before keep their outcome."""
    todo = procedure(step("one", "echo x >> one"), step("two", "echo 'no such thing'; test -e ready"))
    run = await house.start(todo)
    asked = await house.question("failed")
    assert "exit 1: no such thing" in asked.text
    (house.root / "ready").touch()
    await house.say("retry")
    assert (await house.ended(run)).state == "completed"
    assert await house.attempts(run) == [("one", 1, "ended"), ("two", 1, "ended"), ("two", 2, "ended")]
    assert (house.root / "one").read_text() == "x\n"


async def test_a_verification_is_repeated_until_it_holds(house: Any, step: Make, procedure: Make) -> None:
    """Read-only verifications are tried every second; one attempt in the ledger, and its last output."""
    todo = procedure(
        step(
            "v",
            "if test -e tried; then echo yes; else touch tried; echo no; fi",
            StepKind.VERIFY,
            safety=Safety.READ_ONLY,
            expect=Expectation(text="yes"),
            timeout_s=8.0,
        )
    )
    run = await house.start(todo)
    assert (await house.ended(run)).state == "completed"
    (attempt,) = await house.store.load(Attempt, run=run.id)
    assert attempt.reason == "exit 0 (after 2 tries)"
    assert house.runs.output(run.id, attempt) == "yes\n"


async def test_a_verification_that_never_holds_stops_the_run(house: Any, step: Make, procedure: Make) -> None:
    """After its time the run stops with what was expected and what came."""
    expect = Expectation(json='{"status": "healthy"}')
    todo = procedure(
        step(
            "v",
            'echo \'{"status": "ill"}\'',
            StepKind.VERIFY,
            safety=Safety.READ_ONLY,
            expect=expect,
            timeout_s=0.5,
        )
    )
    await house.start(todo)
    asked = await house.question("failed")
    assert 'expected {"status": "healthy"}, got {"status": "ill"}' in asked.text


async def test_the_rollback_runs_after_one_answer(house: Any, step: Make, procedure: Make) -> None:
    """A failed deployment offers its rollback; saying so ends the one and runs the other, confirmed by that answer."""
    handler = procedure(step("undo", "echo undone > undone"), name="Rollback", rollback=True)
    todo = procedure(step("one", "false"), on_failure="Rollback")
    run = await house.start(todo, handler=handler)
    asked = await house.question("failed")
    assert asked.data["handler_commands"] == "echo undone > undone"
    await house.say("rollback", by="bo")
    assert (await house.ended(run)).state == "failed"
    await house.until(lambda: not house.runs.active())
    runs = {r.procedure: r for r in await house.store.load(Run)}
    assert (runs["Rollback"].state, runs["Rollback"].undoes, runs["Rollback"].actor) == (
        "completed",
        run.id,
        "bo",
    )
    assert (house.root / "undone").exists()


async def test_a_failing_rollback_alarms(house: Any, step: Make, procedure: Make) -> None:
    """A failure in the handler is a page, besides its question."""
    handler = procedure(step("undo", "exit 9"), name="Rollback", rollback=True)
    await house.start(
        procedure(step("one", "false"), on_failure="Rollback", rollback_auto=True), handler=handler
    )
    await house.question("failed")
    assert house.scene.told == ["alarm The rollback itself failed: Step undo: exit 9"]


async def test_one_changing_run_at_a_time(house: Any, step: Make, procedure: Make) -> None:
    """The second waits and names the first; another environment and a read-only run do not wait."""
    first = await house.start(
        procedure(step("m", kind=StepKind.MANUAL), step("x", "true")), environment="production"
    )
    await house.question("manual")
    second = await house.start(procedure(step("x", "true"), name="Scale"), environment="production")
    await house.until(lambda: house.state(second) == "queued")
    (queued,) = [r for r in house.runs.active() if r.id == second.id]
    assert queued.holder == first.id
    assert first.id in queued.reason
    staging = await house.start(procedure(step("x", "true"), name="Scale"), environment="staging")
    assert (await house.ended(staging)).state == "completed"
    reading = await house.start(procedure(step("x", "true", safety=Safety.READ_ONLY), name="Look"))
    assert (await house.ended(reading)).state == "completed"
    await house.say("done", "manual")
    assert (await house.ended(first)).state == "completed"
    assert (await house.ended(second)).state == "completed"


async def test_a_rollback_goes_before_a_waiting_run_and_ends_it(
    house: Any, step: Make, procedure: Make
) -> None:
    """A run that waits for a person yields to the rollback that undoes it; a queued one waits for both."""
    handler = procedure(step("undo", "echo undone > undone"), name="Rollback", rollback=True)
    todo = procedure(step("m", kind=StepKind.MANUAL), step("x", "touch went-on"), on_failure="Rollback")
    deployment = await house.start(todo, handler=handler)
    await house.question("manual")
    behind = await house.start(procedure(step("x", "test -e undone"), name="Scale"))
    await house.until(lambda: house.state(behind) == "queued")
    rollback = await house.start(handler)
    assert rollback.undoes == deployment.id
    assert (await house.ended(rollback)).state == "completed"
    undone = await house.ended(deployment)
    assert (undone.state, f"undone by run {rollback.id}" in undone.reason) == ("cancelled", True)
    assert (await house.ended(behind)).state == "completed"
    assert not (house.root / "went-on").exists()


async def test_a_rollback_stops_the_step_under_way_of_what_it_undoes(
    house: Any, step: Make, procedure: Make
) -> None:
    """It goes before the run it undoes, and begins only when that step is gone."""
    handler = procedure(step("undo", "test ! -e running; touch undone"), name="Rollback", rollback=True)
    script = "trap 'rm running; exit 3' TERM; touch running; sleep 60 & wait"
    deployment = await house.start(procedure(step("long", script), on_failure="Rollback"), handler=handler)
    await house.until((house.root / "running").exists)
    rollback = await house.start(handler)
    assert (await house.ended(rollback)).state == "completed"
    assert (await house.ended(deployment)).state == "cancelled"
    assert (house.root / "undone").exists()


async def test_a_foreign_waiting_run_goes_on_after_the_rollback(
    house: Any, step: Make, procedure: Make
) -> None:
    """Yielding is not ending: what the rollback does not undo waits, and then goes on."""
    other = await house.start(
        procedure(step("m", kind=StepKind.MANUAL), step("x", "test -e undone"), name="Scale")
    )
    await house.question("manual")
    handler = procedure(
        step("m2", kind=StepKind.MANUAL), step("undo", "touch undone"), name="Rollback", rollback=True
    )
    rollback = await house.start(handler)
    await house.until(lambda: house.state(rollback) == "waiting")
    asked = [q for q in await house.runs.open_questions() if q.run == other.id]
    await house.runs.answer(asked[0].id, "done", asked[0].content_hash, "bo")
    await house.until(lambda: house.state(other) == "queued")
    await house.say("done", "manual")
    assert (await house.ended(rollback)).state == "completed"
    assert (await house.ended(other)).state == "completed"


async def test_a_watch_fails_when_an_alert_begins(house: Any, step: Make, procedure: Make) -> None:
    """The run stops at once, long before the watch would have ended."""
    run = await house.start(procedure(step("x", "true"), step("w", kind=StepKind.WATCH, duration_s=600.0)))
    await house.until(lambda: [r.waits_for for r in house.runs.active() if r.id == run.id] == ["watch"])
    house.scene.wrong = EnvironmentFacts(True, firing={"High Error Rate": time.time()})
    house.runs.facts_changed("shop")
    assert "alert High Error Rate began" in (await house.question("failed")).text


async def test_waits_and_posts_and_manual_steps_are_rows(house: Any, step: Make, procedure: Make) -> None:
    """Row effects need no process: a wait by the clock, a post with its rows, a person's word with the name."""
    house.scene.available = True
    todo = procedure(
        step("w", kind=StepKind.WAIT, duration_s=0.1),
        step("n", kind=StepKind.NOTIFY),
        step("m", kind=StepKind.MANUAL, text="Look at the graphs"),
    )
    run = await house.start(todo)
    await house.say("done", "manual", by="eva")
    assert (await house.ended(run)).state == "completed"
    records = {a.step: a for a in await house.store.load(Attempt, run=run.id)}
    assert (records["m"].actor, records["m"].good) == ("eva", True)
    assert house.scene.told == ["announce n"]
    assert "post.queued" in await house.told()
    assert not (house.root / "runs" / run.id).exists()


@pytest.mark.parametrize("kind", [StepKind.WAIT, StepKind.WATCH])
async def test_a_clock_set_forward_ends_no_wait(
    house: Any, step: Make, procedure: Make, kind: StepKind
) -> None:
    """Rule 7: an hour that did not pass does not count, neither for a wait nor for a watch that would end well too early."""
    house.scene.wrong = EnvironmentFacts(watched=True, firing={"Old Alert": house.now()})
    run = await house.start(procedure(step("w", kind=kind, duration_s=600.0)))
    await house.until(lambda: house.state(run) == "waiting")
    house.scene.wrong = EnvironmentFacts(watched=True, firing={"Old Alert": house.now() + 3600.0})
    house.jump(3600.0)
    while True:
        (attempt,) = await house.store.load(Attempt, run=run.id)
        if attempt.claimed_at > house.now() - 600.0:
            break
        assert attempt.state == "claimed", attempt.reason
        await asyncio.sleep(0.01)
    assert house.state(run) == "waiting"


async def test_a_clock_set_back_prolongs_no_wait(house: Any, step: Make, procedure: Make) -> None:
    """Rule 7: half a second stays half a second when the clock goes back an hour meanwhile."""
    run = await house.start(procedure(step("w", kind=StepKind.WAIT, duration_s=0.5)))
    await house.until(lambda: house.state(run) == "waiting")
    house.jump(-3600.0)
    assert (await house.ended(run)).state == "completed"


async def test_a_choice_runs_one_way(house: Any, step: Make, procedure: Make) -> None:
    """The answer decides which commands run."""
    ways = (
        Choice("Docker", (step("d", "touch docker"),)),
        Choice("Kubernetes", (step("k", "touch kubernetes"),)),
    )
    run = await house.start(procedure(step("which", kind=StepKind.CHOICE, choices=ways)))
    await house.say("Kubernetes", "choice")
    assert (await house.ended(run)).state == "completed"
    assert sorted(p.name for p in house.root.iterdir() if p.name in ("docker", "kubernetes")) == [
        "kubernetes"
    ]


async def test_approval_needs_somebody_else(house: Any, step: Make, procedure: Make) -> None:
    """The starter does not approve, and nobody approves twice."""
    run = await house.start(procedure(step("one", "true", approvals=2)))
    with pytest.raises(RefusedError):
        await house.say("confirm", "approve", by="ana")
    await house.say("confirm", "approve", by="bo")
    with pytest.raises(RefusedError):
        await house.say("confirm", "approve", by="bo")
    await house.say("confirm", "approve", by="eva")
    assert (await house.ended(run)).state == "completed"


async def test_cancelling_stops_the_step(house: Any, step: Make, procedure: Make) -> None:
    """A cancelled run ends its step, says who and why, and lets the next one in."""
    run = await house.start(procedure(step("long", "touch running; sleep 60"), step("two", "touch two")))
    await house.until((house.root / "running").exists)
    cancelled = await house.runs.cancel(run.id, "wrong day", "bo")
    assert (cancelled.state, cancelled.reason) == ("cancelled", "bo cancelled it: wrong day")
    (attempt,) = await house.store.load(Attempt, run=run.id)
    assert attempt.reason in ("stopped (exit 143)", "stopped (exit 137)")
    assert not (house.root / "two").exists()
    with pytest.raises(ConflictError, match="over"):
        await house.runs.cancel(run.id, "", "bo")


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
