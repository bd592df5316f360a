"""The next move of a run at steps of people and of time: manual ones, waits, watches, verifications, approvals."""

from dataclasses import replace

import pytest
from tests.deciding.situations import (
    CLAIMED,
    NOW,
    ROLLBACK,
    UNKNOWN,
    answered,
    asked,
    attempt,
    situation,
    step,
)

from watchbook.deciding.moves import (
    Announce,
    Ask,
    Await,
    Claim,
    EnvironmentFacts,
    Finish,
    Settle,
    Situation,
)
from watchbook.deciding.procedure import (
    by_hand,
    decide,
    effective_steps,
    procedure_names_handler,
)
from watchbook.model.procedures import Choice, Parameter, Procedure, Step, StepKind
from watchbook.model.safety import Safety


def test_an_environment_takes_its_steps_and_those_of_none() -> None:
    """`-e staging` leaves production out; without it all run in order."""
    steps = (step("s", environment="staging"), step("p", environment="production"), step("n"))
    assert [s.id for s in effective_steps(situation(*steps, run={"environment": "Staging"}))] == ["s", "n"]
    assert [s.id for s in effective_steps(situation(*steps))] == ["s", "p", "n"]


def test_a_manual_step_records_who_did_it() -> None:
    """Prose is done by a person, whose name and word are the record."""
    before = situation(step("m", StepKind.MANUAL, text="Update the status page"))
    move = decide(before, NOW)
    assert isinstance(move, Ask)
    assert move.question.options == ("done", "skip", "reject")
    settled = decide(answered(before, "done"), NOW)
    assert isinstance(settled, Settle)
    assert (settled.good, settled.actor, settled.reason) == (True, "bo", "bo did it")
    skipped = decide(answered(before, "skip"), NOW)
    assert isinstance(skipped, Settle)
    assert skipped.good is None


@pytest.mark.parametrize(
    ("one", "announces", "hand"),
    [
        (step("x", safety=Safety.INTERACTIVE), False, True),
        (step("x", safety=Safety.ENDLESS), False, True),
        (step("x", script="  "), False, True),
        (step("x"), False, False),
        (step("x", StepKind.NOTIFY, script=""), False, True),
        (step("x", StepKind.NOTIFY, script=""), True, False),
        (step("x", StepKind.VERIFY, script="", until_alert_resolved="Service Down"), False, False),
        (step("x", StepKind.WAIT), False, False),
    ],
)
def test_what_a_person_does(one: Step, announces: bool, hand: bool) -> None:
    """Programs that need a terminal or never end, and posts that nobody can send, are a person's."""
    assert by_hand(one, announces) is hand


def test_posts_are_announced_where_they_can_be() -> None:
    """A notice of the document is a row effect of its own."""
    move = decide(situation(step("n", StepKind.NOTIFY, script=""), announces=True), NOW)
    assert isinstance(move, Announce)


def test_a_wait_is_durable() -> None:
    """A wait is counted from its claim, whenever it is looked at."""
    wait = step("w", StepKind.WAIT, duration_s=30.0)
    assert isinstance(decide(situation(wait), NOW), Claim)
    claimed = situation(wait, attempts=(attempt("w", state=CLAIMED),))
    assert decide(claimed, NOW + 29) == Await("timer", "waiting 30 s", NOW + 30)
    assert decide(claimed, NOW + 30) == Settle(wait, 1, True, "waited 30 s")


def watching(facts: EnvironmentFacts, before: EnvironmentFacts | None = None) -> Situation:
    watch = step("w", StepKind.WATCH, duration_s=60.0)
    began = decide(situation(watch, facts=before or EnvironmentFacts(True)), NOW)
    assert isinstance(began, Claim)
    return situation(watch, facts=facts, attempts=(attempt("w", state=CLAIMED, data=began.data),))


@pytest.mark.parametrize(
    ("before", "facts", "after_s", "good", "why"),
    [
        ({}, {}, 30, None, "watching for 60 s"),
        ({}, {}, 60, True, "nothing began in 60 s"),
        ({}, {"firing": {"High Latency": NOW + 5}}, 6, False, "alert High Latency began"),
        ({}, {"unhealthy": {"Service": NOW + 5}}, 6, False, "health check Service turned unhealthy"),
        ({"firing": {"Old": NOW - 9}}, {"firing": {"Old": NOW - 9}}, 30, None, "watching"),
        ({"firing": {"Old": NOW - 9}}, {"firing": {"Old": NOW - 9}}, 60, False, "Old did not clear"),
        ({"firing": {"Old": NOW - 9}}, {}, 60, True, "nothing began"),
        ({"firing": {"Old": NOW - 9}}, {"firing": {"Old": NOW + 9}}, 30, False, "alert Old began"),
    ],
)
def test_a_watch(
    before: dict[str, object], facts: dict[str, object], after_s: float, good: bool | None, why: str
) -> None:
    """It fails as soon as something begins, and at its end if what was there has not cleared."""
    start = EnvironmentFacts(True, **before)  # type: ignore[arg-type]
    move = decide(watching(EnvironmentFacts(True, **facts), start), NOW + after_s)  # type: ignore[arg-type]
    assert why in move.reason
    assert isinstance(move, Await if good is None else Settle)
    if isinstance(move, Settle):
        assert move.good is good


def test_a_watch_looks_at_its_own_environment() -> None:
    """What begins in staging does not fail a watch over production."""
    watch = step("w", StepKind.WATCH, duration_s=60.0, environment="production")
    claimed = attempt("w", state=CLAIMED, data={"watched": True, "firing": {}, "unhealthy": {}})
    staging, fine = EnvironmentFacts(True, firing={"High Latency": NOW + 1}), EnvironmentFacts(True)
    elsewhere = situation(watch, attempts=(claimed,), facts=staging, elsewhere={"production": fine})
    assert isinstance(decide(elsewhere, NOW + 2), Await)
    here = situation(watch, attempts=(claimed,), facts=fine, elsewhere={"production": staging})
    assert isinstance(decide(here, NOW + 2), Settle)


def test_a_watch_without_a_watcher_says_so() -> None:
    """Where nothing watches, the step waits, and its record does not claim more."""
    move = decide(watching(EnvironmentFacts(), EnvironmentFacts()), NOW + 60)
    assert isinstance(move, Settle)
    assert "nothing watches here" in move.reason


def test_a_watch_begins_again_after_the_watcher_was_away() -> None:
    """Time that nobody watched proves nothing."""
    watch = step("w", StepKind.WATCH, duration_s=60.0)
    lost = attempt("w", state=UNKNOWN, reason="nobody watched")
    move = decide(situation(watch, attempts=(lost,), facts=EnvironmentFacts(True)), NOW)
    assert isinstance(move, Claim)
    assert move.number == 2
    assert move.data["watched"] is True


def test_verification_by_an_alert() -> None:
    """`# Verify: alert X resolved` holds when the alert is gone, and fails after its limit."""
    verify = step("v", StepKind.VERIFY, script="", until_alert_resolved="high error rate", timeout_s=40.0)
    firing = EnvironmentFacts(True, firing={"High Error Rate": NOW - 60})
    claimed = situation(verify, facts=firing, attempts=(attempt("v", state=CLAIMED),))
    assert isinstance(decide(claimed, NOW + 39), Await)
    late = decide(claimed, NOW + 40)
    assert isinstance(late, Settle)
    assert late.good is False
    gone = decide(replace(claimed, facts=EnvironmentFacts(True)), NOW + 1)
    assert isinstance(gone, Settle)
    assert gone.good is True


def test_values_lost_with_the_shell_are_asked_for_by_name() -> None:
    """A secret that went with the run's shell is asked for before the next step."""
    before = situation(step("one"), lost=("TOKEN",))
    move = decide(before, NOW)
    assert isinstance(move, Ask)
    assert move.question.data["name"] == "TOKEN"
    assert isinstance(decide(replace(before, known=frozenset({"TOKEN"})), NOW), Claim)


def test_approval_comes_before_the_step() -> None:
    """A step that needs two approvals asks twice, then runs."""
    before = situation(step("one", approvals=2))
    once = answered(before, "confirm", by="bo")
    twice = answered(once, "confirm", by="eva")
    assert {q.kind for q in twice.questions} == {"approve"}
    assert isinstance(decide(twice, NOW), Claim)


@pytest.mark.parametrize(
    "before",
    [
        situation(step("one"), run={"started_at": None}),
        situation(step("one", safety=Safety.DESTRUCTIVE)),
        situation(step("m", StepKind.MANUAL)),
        situation(step("a", StepKind.APPROVE)),
        situation(step("c", StepKind.CHOICE, choices=(Choice("x"),))),
        situation(step("one"), attempts=(attempt("one", state=UNKNOWN),)),
        situation(step("one"), attempts=(attempt("one", good=False),)),
    ],
)
def test_an_open_question_is_waited_for_and_a_no_ends_the_run(before: Situation) -> None:
    """Whatever is asked, the run waits for a person, asks nothing twice, and takes no for an answer."""
    waiting = decide(asked(before), NOW)
    assert isinstance(waiting, Await)
    assert waiting.waits_for == "person"
    assert isinstance(decide(answered(before, "reject"), NOW), Finish)


def test_an_approval_of_its_own_is_a_step() -> None:
    """Where the document asks for approval between steps, the approval is the step."""
    approved = answered(situation(step("a", StepKind.APPROVE)), "confirm")
    assert decide(approved, NOW) == Settle(approved.procedure.steps[0], 1, True, "approved")


def test_an_alert_that_nobody_watches_cannot_be_verified() -> None:
    """Without a watcher the verification fails; it does not pass for want of data."""
    verify = step("v", StepKind.VERIFY, script="", until_alert_resolved="Service Down")
    move = decide(situation(verify, attempts=(attempt("v", state=CLAIMED),)), NOW)
    assert isinstance(move, Settle)
    assert (move.good, move.reason) == (False, "alert Service Down is not watched here")


def test_a_secret_that_no_later_step_uses_is_not_asked_for_again() -> None:
    """After a restart only values that are still needed matter."""
    steps = (step("one", script="use $TOKEN"), step("two"))
    procedure = Procedure("Deploy", "deployment", steps, (Parameter("TOKEN"),))
    later = situation(procedure=procedure, attempts=(attempt("one"),))
    assert isinstance(decide(later, NOW), Claim)
    assert isinstance(decide(replace(later, attempts=()), NOW), Ask)


def test_a_rollback_says_what_it_undoes() -> None:
    """Its confirmation names the run that ends with it."""
    move = decide(situation(procedure=ROLLBACK, run={"started_at": None, "undoes": "r0"}), NOW)
    assert isinstance(move, Ask)
    assert "undoes run r0" in move.question.text


def test_the_handler_is_known_by_name() -> None:
    """`on_failure` names it, whatever its case and punctuation."""
    deploy = Procedure("Deploy", "deployment", on_failure="roll back")
    assert procedure_names_handler(deploy, Procedure("Roll-Back", "rollback"))
    assert not procedure_names_handler(deploy, ROLLBACK)
    assert not procedure_names_handler(ROLLBACK, ROLLBACK)
