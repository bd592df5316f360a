"""The next move of a run: tables of situations, and replay of random histories."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbook.deciding.moves import (
    Announce,
    Ask,
    Await,
    Begin,
    Claim,
    EnvironmentFacts,
    Finish,
    Look,
    Move,
    Queue,
    Settle,
    Situation,
)
from watchbook.deciding.procedure import (
    acts_on_world,
    by_hand,
    decide,
    effective_steps,
    procedure_names_handler,
    repeatable,
)
from watchbook.model.ids import QuestionId, RunId, StepId
from watchbook.model.procedures import Choice, Parameter, Procedure, Step, StepKind
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


UNKNOWN, NEVER, CLAIMED, ENDED = (
    AttemptState.UNKNOWN,
    AttemptState.NEVER,
    AttemptState.CLAIMED,
    AttemptState.ENDED,
)


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


# ---------------------------------------------------------------------------------------- replay


STEPS = st.builds(
    lambda n, kind, safety, idempotent, retry: step(
        f"s{n}",
        kind,
        safety,
        idempotent=idempotent,
        retry=retry,
        duration_s=5.0,
        choices=(Choice("a", (step(f"s{n}a"),)), Choice("b", (step(f"s{n}b"),)))
        if kind is StepKind.CHOICE
        else (),
    ),
    st.integers(0, 10_000),
    st.sampled_from(
        [StepKind.COMMAND] * 4
        + [StepKind.VERIFY, StepKind.WAIT, StepKind.WATCH, StepKind.MANUAL, StepKind.CHOICE]
    ),
    st.sampled_from([Safety.CHANGES, Safety.READ_ONLY, Safety.DESTRUCTIVE, Safety.INTERACTIVE]),
    st.booleans(),
    st.integers(0, 2),
)


class History:
    """Plays a run against chance: every claim may end well, badly, never begin, or be lost; people answer anything."""

    def __init__(self, steps: list[Step], chance: st.DataObject) -> None:
        self.situation = situation(
            *steps, run={"started_at": None, "state": RunState.WAITING}, handler=ROLLBACK
        )
        self.chance, self.now = chance, NOW
        self.may_have_happened: dict[str, int] = {}
        self.allowed: dict[str, int] = {}

    def play(self) -> Finish:
        for _ in range(400):
            move = decide(self.situation, self.now)
            self.check_replay(move)
            if isinstance(move, Finish):
                return move
            self.carry_out(move)
        raise AssertionError("the run does not come to an end")

    def check_replay(self, move: Move) -> None:
        """The same ledger, in any order, gives the same move."""
        shuffled = replace(
            self.situation,
            attempts=tuple(reversed(self.situation.attempts)),
            questions=tuple(reversed(self.situation.questions)),
        )
        assert decide(shuffled, self.now) == move

    def carry_out(self, move: Move) -> None:
        now = self.situation
        if isinstance(move, Begin):
            self.situation = replace(now, run=replace(now.run, started_at=self.now, state=RunState.RUNNING))
        elif isinstance(move, Claim):
            self.claim(move)
        elif isinstance(move, Look):
            self.end(move.step, move.attempt.number)
        elif isinstance(move, Settle):
            self.put(attempt(move.step.id, move.number, good=move.good, reason=move.reason))
        elif isinstance(move, Ask):
            options = move.question.options or ("value",)
            picked = self.chance.draw(st.sampled_from([o for o in options if o != "reject"]))
            if picked == "retry":
                self.allowed[move.question.step] = self.allowed.get(move.question.step, 0) + 1
            question = replace(
                move.question, asked_at=self.now, answered_at=self.now, answer=picked, answered_by="bo"
            )
            assert question.id not in {QuestionId(q.id) for q in now.questions}, "the same question twice"
            self.situation = replace(now, questions=(*now.questions, question))
        elif isinstance(move, Await):
            assert move.until is not None, "waits for ever without a question"
            self.now = move.until

    def claim(self, move: Claim) -> None:
        """No step that may have happened is claimed again unless it is harmless, declared, or a person said so."""
        if acts_on_world(move.step) and not repeatable(move.step):
            happened = self.may_have_happened.get(move.step.id, 0)
            assert happened <= self.allowed.get(move.step.id, 0) + move.step.retry, "a silent repeat"
        self.put(attempt(move.step.id, move.number, CLAIMED, data=move.data, claimed_at=self.now))
        if acts_on_world(move.step) and self.chance.draw(st.booleans()):
            self.end(move.step, move.number)  # otherwise the server is gone: the next move is a look

    def end(self, one: Step, number: int) -> None:
        fate = self.chance.draw(st.sampled_from(["good", "good", "bad", "never", "unknown"]))
        if fate != "never":
            self.may_have_happened[one.id] = self.may_have_happened.get(one.id, 0) + 1
        if fate in ("never", "unknown"):
            self.put(attempt(one.id, number, NEVER if fate == "never" else UNKNOWN, reason=fate))
        else:
            self.put(attempt(one.id, number, good=fate == "good", reason=fate))

    def put(self, record: Attempt) -> None:
        others = tuple(
            a for a in self.situation.attempts if (a.step, a.number) != (record.step, record.number)
        )
        self.situation = replace(self.situation, attempts=(*others, record))


@settings(max_examples=150, deadline=None)
@given(st.lists(STEPS, min_size=1, max_size=6, unique_by=lambda s: s.id), st.data())
def test_no_history_repeats_a_step_in_silence(steps: list[Step], chance: st.DataObject) -> None:
    """Whatever crashes and whatever people answer: runs end, nothing harmful repeats unasked, replay agrees."""
    history = History(steps, chance)
    end = history.play()
    if end.state is RunState.COMPLETED:
        for one in effective_steps(history.situation):
            tried = [a for a in history.situation.attempts if a.step == one.id]
            assert tried, f"{one.id} was lost"
