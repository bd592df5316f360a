"""Replay of random histories: whatever happens to a run, no step is repeated in silence."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.deciding.situations import CLAIMED, NEVER, NOW, ROLLBACK, UNKNOWN, attempt, situation, step

from watchbook.deciding.moves import (
    Ask,
    Await,
    Begin,
    Claim,
    Finish,
    Look,
    Move,
    Settle,
)
from watchbook.deciding.procedure import (
    acts_on_world,
    decide,
    effective_steps,
    repeatable,
)
from watchbook.model.ids import QuestionId
from watchbook.model.procedures import Choice, Step, StepKind
from watchbook.model.runs import Attempt, RunState
from watchbook.model.safety import Safety

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
