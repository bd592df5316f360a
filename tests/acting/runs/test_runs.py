"""Runs from their start to their end, over the real store and real shells."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from watchbook.deciding.moves import EnvironmentFacts
from watchbook.model.errors import ConflictError, NotFoundError, RefusedError, UsageError
from watchbook.model.procedures import Choice, Expectation, Parameter, StepKind
from watchbook.model.runs import Attempt, Question, Run
from watchbook.model.safety import Safety

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
