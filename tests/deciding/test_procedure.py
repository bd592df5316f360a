"""The next move of a run before its start and after an attempt: tables of situations."""

from dataclasses import replace

import pytest
from tests.deciding.situations import (
    CLAIMED,
    ENDED,
    NEVER,
    NOW,
    ROLLBACK,
    UNKNOWN,
    answered,
    asked,
    attempt,
    run_of,
    situation,
    step,
)

from watchbook.deciding.moves import (
    Ask,
    Await,
    Begin,
    Claim,
    Finish,
    Look,
    Queue,
)
from watchbook.deciding.procedure import (
    decide,
    effective_steps,
)
from watchbook.model.ids import RunId
from watchbook.model.procedures import Choice, Parameter, Procedure, StepKind
from watchbook.model.runs import Attempt, AttemptState, RunState
from watchbook.model.safety import Classification, Safety


class TestBeforeTheStart:
    """Values, then one confirmation, then the lock."""

    def test_asks_for_each_value_then_confirms_with_values_filled_in(self) -> None:
        """The confirmation shows the commands as they will be, so it comes after the values."""
        steps = (step("one", script='./deploy.sh "${version}"'),)
        procedure = Procedure(
            "Deploy", "deployment", steps, (Parameter("version", description="the release"),)
        )
        start = situation(procedure=procedure, run={"started_at": None, "state": RunState.WAITING})
        move = decide(start, NOW)
        assert isinstance(move, Ask)
        assert (move.question.kind, move.question.data["name"]) == ("parameter", "version")
        assert "the release" in move.question.text
        assert isinstance(decide(asked(start), NOW), Await)
        given = replace(answered(start, "1.2 b"), run=replace(start.run, parameters={"version": "1.2 b"}))
        move = decide(given, NOW)
        assert isinstance(move, Ask)
        assert move.question.kind == "confirm"
        assert move.question.commands == ('./deploy.sh "1.2 b"',)
        assert move.question.content_hash == procedure.content_hash
        assert isinstance(decide(answered(given, "confirm"), NOW), Begin)

    def test_defaults_and_the_installation_are_values(self) -> None:
        """A parameter with a default, or a variable of the installation, is not asked for."""
        parameters = (Parameter("replicas", default="3"), Parameter("DB_HOST", source="env"))
        procedure = Procedure("Scale", "scaling", (step("one"),), parameters)
        start = situation(procedure=procedure, run={"started_at": None}, known=frozenset({"DB_HOST"}))
        move = decide(start, NOW)
        assert isinstance(move, Ask)
        assert move.question.kind == "confirm"

    def test_a_rejected_run_is_cancelled(self) -> None:
        """Who does not confirm ends the run, by name."""
        start = situation(step("one"), run={"started_at": None})
        move = decide(answered(start, "reject"), NOW)
        assert move == Finish(RunState.CANCELLED, "bo did not confirm it")

    def test_a_run_that_changes_nothing_needs_no_confirmation_and_no_lock(self) -> None:
        """Read-only runs are never blocked."""
        other = run_of(Procedure("Other", "scaling", (step("x"),)), id=RunId("r0"))
        start = situation(step("one", safety=Safety.READ_ONLY), run={"started_at": None}, holder=other)
        assert isinstance(decide(start, NOW), Begin)

    def test_a_held_place_queues_by_name(self) -> None:
        """The one who waits is told which run holds the service and environment."""
        other = run_of(Procedure("Other", "scaling", (step("x"),)), id=RunId("r0"), environment="production")
        start = situation(step("one"), run={"started_at": None})
        move = decide(replace(answered(start, "confirm"), holder=other), NOW)
        assert isinstance(move, Queue)
        assert move.holder is other
        assert "r0" in move.reason
        assert "production" in move.reason

    def test_a_run_that_gave_way_claims_nothing_while_the_rollback_works(self) -> None:
        """The lock is looked at again before every claim."""
        other = run_of(ROLLBACK, id=RunId("r0"))
        assert isinstance(decide(situation(step("one"), holder=other), NOW), Queue)


@pytest.mark.parametrize(
    ("attempts", "expected", "why"),
    [
        ((), (Claim, "one", 1), "next in order"),
        ((attempt("one", state=CLAIMED),), (Look, "one", 1), "finding out"),
        ((attempt("one", state=NEVER),), (Claim, "one", 2), "never began"),
        ((attempt("one"),), (Claim, "two", 1), "next in order"),
        ((attempt("one", good=False, reason="exit 3"),), (Ask, "failed", None), "exit 3"),
        ((attempt("one", state=UNKNOWN, reason="gone"),), (Ask, "interrupted", None), "interrupted"),
        ((attempt("one"), attempt("two")), (Finish, "completed", None), "every step"),
    ],
)
def test_a_command_step(
    attempts: tuple[Attempt, ...], expected: tuple[type, str, int | None], why: str
) -> None:
    """Each state of a step's last attempt leads to one move with its reason."""
    move = decide(situation(step("one"), step("two"), attempts=attempts), NOW)
    kind, name, number = expected
    assert isinstance(move, kind), move
    assert why in move.reason
    if isinstance(move, Claim):
        assert (move.step.id, move.number) == (name, number)
    if isinstance(move, Look):
        assert (move.step.id, move.attempt.number) == (name, number)
    if isinstance(move, Ask):
        assert move.question.kind == name
    if isinstance(move, Finish):
        assert move.state == name


@pytest.mark.parametrize("state", [UNKNOWN, ENDED])
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("retry", ("claim", "one", 2)),
        ("done", ("claim", "two", 1)),
        ("skip", ("claim", "two", 1)),
        ("reject", ("finish", "failed", False)),
        ("rollback", ("finish", "failed", True)),
    ],
)
def test_answers_about_a_bad_attempt(
    state: AttemptState, answer: str, expected: tuple[str, str, object]
) -> None:
    """Retry, done, skip, roll back or stop: each does what it says, and only once."""
    bad = attempt("one", state=state, good=False if state is ENDED else None, reason="exit 1")
    before = situation(step("one"), step("two"), attempts=(bad,), handler=ROLLBACK)
    move = decide(answered(before, answer), NOW)
    if isinstance(move, Claim):
        assert ("claim", move.step.id, move.number) == expected
    else:
        assert isinstance(move, Finish)
        assert ("finish", str(move.state), move.handler) == expected


def test_what_may_be_repeated_runs_again_by_itself() -> None:
    """After an interruption only proven read-only and idempotent steps act again without a person."""
    lost = (attempt("one", state=UNKNOWN),)
    harmless = decide(situation(step("one", safety=Safety.READ_ONLY), attempts=lost), NOW)
    declared = step("one", idempotent=True)
    assert isinstance(harmless, Claim)
    assert isinstance(decide(situation(declared, attempts=lost), NOW), Claim)
    merely_said = replace(step("one"), safety=Classification(Safety.READ_ONLY, "", declared=True))
    assert isinstance(decide(situation(merely_said, attempts=lost), NOW), Ask)


def test_a_new_question_for_a_new_attempt() -> None:
    """After a retry that fails as well, a person is asked again, about that attempt."""
    before = situation(step("one"), attempts=(attempt("one", good=False, reason="exit 1"),))
    again = replace(answered(before, "retry"), attempts=(*before.attempts, attempt("one", 2, good=False)))
    move = decide(again, NOW)
    assert isinstance(move, Ask)
    assert move.question.id not in {q.id for q in again.questions}
    assert move.question.data["attempt"] == "2"


def test_declared_retries_come_before_the_question() -> None:
    """`retry=2` runs a failing step twice more by itself; an interrupted attempt is not a retry."""
    retried = step("one", retry=2)
    attempts: list[Attempt] = []
    for number in (1, 2, 3):
        attempts.append(attempt("one", number, good=False, reason="exit 1"))
        move = decide(situation(retried, attempts=tuple(attempts)), NOW)
        assert isinstance(move, Claim if number < 3 else Ask), number


def test_the_handler_is_offered_only_after_a_change_in_its_environment() -> None:
    """A rollback of production is no answer to a failure in staging."""
    staging, production = step("one", environment="staging"), step("two", environment="production")
    handler = Procedure("Rollback", "rollback", (step("undo", environment="production"),), rollback=True)
    failed_early = situation(
        staging, production, handler=handler, attempts=(attempt("one", good=False, reason="exit 1"),)
    )
    move = decide(failed_early, NOW)
    assert isinstance(move, Ask)
    assert "rollback" not in move.question.options
    failed_late = replace(
        failed_early, attempts=(attempt("one"), attempt("two", good=False, reason="exit 1"))
    )
    move = decide(failed_late, NOW)
    assert isinstance(move, Ask)
    assert "rollback" in move.question.options
    assert move.question.data["handler_commands"] == "do-undo"


def test_rollback_auto_runs_at_once() -> None:
    """With `rollback=auto` nobody is asked."""
    procedure = Procedure("Deploy", "deployment", (step("one"),), on_failure="Rollback", rollback_auto=True)
    failed = (attempt("one", good=False, reason="exit 1"),)
    move = decide(situation(procedure=procedure, handler=ROLLBACK, attempts=failed), NOW)
    assert move == Finish(RunState.FAILED, "Step one: exit 1", handler=True)


def test_a_failing_rollback_is_a_page() -> None:
    """A failure in the handler alarms somebody, besides the question."""
    failed = (attempt("undo", good=False, reason="exit 1"),)
    move = decide(situation(procedure=ROLLBACK, run={"undoes": "r0", "rollback": True}, attempts=failed), NOW)
    assert isinstance(move, Ask)
    assert "rollback itself failed" in move.alarm


def test_a_destructive_step_asks_again() -> None:
    """One yes for the run is not enough for what destroys."""
    before = situation(step("one", safety=Safety.DESTRUCTIVE))
    move = decide(before, NOW)
    assert isinstance(move, Ask)
    assert move.question.kind == "confirm"
    assert isinstance(decide(answered(before, "confirm"), NOW), Claim)
    assert isinstance(decide(answered(before, "reject"), NOW), Finish)


def test_alternatives_are_never_run_in_sequence() -> None:
    """A choice asks which; only that one's steps run, and none of them when it is skipped."""
    choice = step(
        "which", StepKind.CHOICE, choices=(Choice("Docker", (step("d"),)), Choice("Kubernetes", (step("k"),)))
    )
    before = situation(choice, step("last"))
    move = decide(before, NOW)
    assert isinstance(move, Ask)
    assert move.question.options == ("Docker", "Kubernetes", "skip", "reject")
    assert [s.id for s in effective_steps(answered(before, "Kubernetes"))] == ["k", "last"]
    assert [s.id for s in effective_steps(answered(before, "skip"))] == ["last"]
    assert isinstance(decide(answered(before, "reject"), NOW), Finish)
