"""The next move of a run: a pure function of its procedure, its attempts, the answers it got, the facts and `now`.

Called by `acting.runs` after everything that happens to a run, and after a restart with what the ledger holds: the same
ledger gives the same move. Rules 24 to 29 of the semantics. It does nothing, and draws up no text of its own
(`deciding.asking` does).
"""

from collections.abc import Iterable

from watchbook.deciding import asking
from watchbook.deciding.filling import missing, script_of, uses
from watchbook.deciding.moves import (
    Announce,
    Ask,
    Await,
    Begin,
    Claim,
    Finish,
    Look,
    Move,
    Queue,
    Settle,
    Situation,
)
from watchbook.model.ids import slug
from watchbook.model.procedures import Procedure, Step, StepKind
from watchbook.model.runs import Attempt, AttemptState, Question, RunState
from watchbook.model.safety import Safety

VERIFY_S = 30.0  # how long a read-only verification is repeated
ALERT_VERIFY_S = 660.0  # an alert is resolved after at most ten minutes of good data (rule 6)
ROW_KINDS = (StepKind.WAIT, StepKind.WATCH)
ANNOUNCEMENTS = (StepKind.NOTIFY, StepKind.STATUS, StepKind.PAGE)


def decide(situation: Situation, now: float) -> Move:
    """What the run does next, and why. `now` is in wall seconds."""
    if situation.run.started_at is None:
        return (
            _parameter_move(situation)
            or _confirmation_move(situation)
            or _lock_move(situation)
            or Begin("it has its values, its confirmation and its turn")
        )
    move = _parameter_move(situation) or _steps_move(situation, now)
    if isinstance(move, Claim | Announce):
        return _lock_move(situation) or move
    return move


def effective_steps(situation: Situation) -> tuple[Step, ...]:
    """The steps of this run in order: those of its environment and of none, chosen alternatives in place of their choice."""
    return tuple(_expanded(situation, situation.procedure.steps))


def _expanded(situation: Situation, steps: Iterable[Step]) -> Iterable[Step]:
    chosen_environment = situation.run.environment
    for step in steps:
        if chosen_environment and step.environment and slug(step.environment) != slug(chosen_environment):
            continue
        if step.kind is not StepKind.CHOICE:
            yield step
            continue
        question = situation.question(asking.question_id(situation.run.id, "choice", step.id))
        if question is None or question.answered_at is None or question.answer == "reject":
            yield step
            continue
        for choice in step.choices:
            if slug(choice.name) == slug(question.answer):
                yield from _expanded(situation, choice.steps)


def repeatable(step: Step) -> bool:
    """Whether the step may run again without a person: proven read-only, or declared idempotent."""
    return step.idempotent or read_only(step)


def read_only(step: Step) -> bool:
    """Whether the step is proven to change nothing. What a fence merely declares does not count."""
    return step.safety is not None and step.safety.safety is Safety.READ_ONLY and not step.safety.declared


def by_hand(step: Step, announces: bool) -> bool:
    """Whether a person does the step: prose, a program that needs a terminal or never ends, a post nobody can send."""
    if step.kind in ROW_KINDS or step.kind in (StepKind.CHOICE, StepKind.APPROVE):
        return False
    if step.kind in ANNOUNCEMENTS:
        return not announces
    if step.kind is StepKind.VERIFY and step.until_alert_resolved:
        return False
    unsuited = step.safety is not None and step.safety.safety in (Safety.INTERACTIVE, Safety.ENDLESS)
    return step.kind is StepKind.MANUAL or unsuited or not script_of(step).strip()


def acts_on_world(step: Step) -> bool:
    """Whether an attempt of the step starts a process (and can be interrupted)."""
    return step.kind in (StepKind.COMMAND, StepKind.VERIFY) and not step.until_alert_resolved


def can_roll_back(situation: Situation) -> bool:
    """Whether the failure handler is offered: a changing step of the handler's environment has started."""
    handler = situation.handler
    if handler is None:
        return False
    places = {step.environment for step in handler.steps}
    started = {a.step for a in situation.attempts if a.state is not AttemptState.NEVER}
    return any(
        step.changing
        and step.id in started
        and (step.environment is None or None in places or step.environment in places)
        for step in effective_steps(situation)
    )


def _parameter_move(situation: Situation) -> Move | None:
    """Values first: the confirmation shows the commands with them filled in."""
    run = situation.run
    needed = [p.name for p in missing(situation.procedure, run.parameters, situation.known)]
    if (
        run.started_at is not None
    ):  # a secret that went with a restart is asked for again only if it is still used
        needed = [name for name in needed if _still_used(situation, name)]
    lost = [name for name in situation.lost if name not in situation.known and name not in run.parameters]
    for name in [*needed, *lost]:
        asked = [q for q in situation.questions if q.kind == "parameter" and q.data.get("name") == name]
        if asked and asked[-1].answered_at is None:
            return Await("person", f"waiting for a value of {name}")
        question = asking.parameter(situation, name, len(asked) + 1, name in lost)
        return Ask(question, f"{name} has no value")
    return None


def _still_used(situation: Situation, name: str) -> bool:
    return any(uses(step, name) for step in effective_steps(situation) if not _is_over(situation, step))


def _confirmation_move(situation: Situation) -> Move | None:
    """A changing run starts after one person saw all of its commands and said yes (rule 29)."""
    run = situation.run
    if not run.changing or run.started_at is not None:
        return None
    question = situation.question(asking.question_id(run.id, "confirm", ""))
    if question is None:
        return Ask(asking.confirmation(situation), "it changes the service, and nobody has confirmed it yet")
    if question.answered_at is None:
        return Await("person", "waiting for a person to confirm the commands")
    if question.answer != "confirm":
        return Finish(RunState.CANCELLED, f"{question.answered_by} did not confirm it")
    return None


def _lock_move(situation: Situation) -> Move | None:
    holder = situation.holder
    if holder is None or not situation.run.changing:
        return None
    place = f"{holder.service} in {holder.environment}" if holder.environment else holder.service
    return Queue(holder, f"run {holder.id} ({holder.procedure}) is changing {place}")


def _steps_move(situation: Situation, now: float) -> Move:
    for step in effective_steps(situation):
        move = _step_move(situation, step, now)
        if move is not None:
            return move
    return Finish(RunState.COMPLETED, "every step has ended well")


def _step_move(situation: Situation, step: Step, now: float) -> Move | None:
    """The move that this step needs; None when it is over and the next one has its turn."""
    if _is_over(situation, step):
        return None
    if step.kind is StepKind.CHOICE:
        return _asked(situation, step, asking.choice(situation, step), "the document leaves a choice")
    approval = _approval_move(situation, step)
    if approval is not None:
        return approval
    if by_hand(step, situation.announces):
        return _manual_move(situation, step)
    attempt = situation.last_attempt(step)
    if attempt is None:
        return _first_move(situation, step)
    if attempt.state is AttemptState.NEVER:
        return Claim(step, attempt.number + 1, "the attempt before never began", _at_start(situation, step))
    if attempt.state is AttemptState.CLAIMED:
        if acts_on_world(step):
            return Look(
                step, attempt, f"{step.name} was under way when Watchbook ended: finding out how it went"
            )
        return _row_move(situation, step, attempt, now)
    if attempt.state is AttemptState.UNKNOWN:
        return _unknown_move(situation, step, attempt)
    return _failed_move(situation, step, attempt)


def _is_over(situation: Situation, step: Step) -> bool:
    """Whether the step is done with: it ended well, or a person said so."""
    attempt = situation.last_attempt(step)
    if attempt is None:
        return False
    if attempt.state is AttemptState.ENDED and attempt.good is not False:
        return True
    answer = _answer_after(situation, step, attempt)
    return answer is not None and answer.answer in ("done", "skip")


def _answer_after(situation: Situation, step: Step, attempt: Attempt) -> Question | None:
    """The answer to the question that this attempt's end raised."""
    for kind in ("interrupted", "failed"):
        question = situation.question(asking.question_id(situation.run.id, kind, step.id, attempt.number))
        if question is not None and question.answered_at is not None:
            return question
    return None


def _first_move(situation: Situation, step: Step) -> Move:
    if step.kind in ANNOUNCEMENTS:
        return Announce(step, 1, "the document says so")
    if step.safety is not None and step.safety.safety is Safety.DESTRUCTIVE:
        asked = _asked(situation, step, asking.destructive(situation, step), "it destroys something")
        if asked is not None:
            return asked
    return Claim(step, 1, "next in order", _at_start(situation, step))


def _asked(situation: Situation, step: Step, question: Question, reason: str) -> Move | None:
    """Asks the question once and waits for its answer; `reject` ends the run; None when it was answered otherwise."""
    known = situation.question(question.id)
    if known is None:
        return Ask(question, reason)
    if known.answered_at is None:
        return Await("person", f"waiting for a person: {step.name}")
    if known.answer == "reject":
        return Finish(RunState.CANCELLED, f"{known.answered_by} stopped it at {step.name}")
    return None


def _approval_move(situation: Situation, step: Step) -> Move | None:
    """People other than the starter approve, as many as the document requires, each once."""
    needed = max(step.approvals, 1 if step.kind is StepKind.APPROVE else 0)
    for number in range(1, needed + 1):
        move = _asked(
            situation, step, asking.approval(situation, step, number), "the document requires approval"
        )
        if move is not None:
            return move
    if step.kind is StepKind.APPROVE:
        return Settle(step, 1, True, "approved")
    return None


def _manual_move(situation: Situation, step: Step) -> Move:
    """A person does it, and says so: who and when are the record."""
    question = situation.question(asking.question_id(situation.run.id, "manual", step.id))
    if question is None:
        return Ask(asking.manual(situation, step), "a person does this step")
    if question.answered_at is None:
        return Await("person", f"waiting for a person to do: {step.name}")
    if question.answer == "reject":
        return Finish(RunState.CANCELLED, f"{question.answered_by} stopped it at {step.name}")
    skipped = question.answer == "skip"
    reason = f"{question.answered_by} {'skipped' if skipped else 'did'} it"
    return Settle(step, 1, None if skipped else True, reason, question.answered_by)


def _unknown_move(situation: Situation, step: Step, attempt: Attempt) -> Move:
    """An interrupted attempt: what may be repeated is, anything else is a person's decision (rule 24)."""
    if step.kind in ROW_KINDS or not acts_on_world(step):
        return Claim(
            step, attempt.number + 1, f"{attempt.reason}: it begins again", _at_start(situation, step)
        )
    if repeatable(step):
        return Claim(step, attempt.number + 1, "it was interrupted, and may run again without harm")
    question = asking.interrupted(situation, step, attempt, can_roll_back(situation))
    return _after_question(situation, step, attempt, question, f"{step.name} was interrupted")


def _failed_move(situation: Situation, step: Step, attempt: Attempt) -> Move:
    """A step that ended badly: again as often as the document says, then its handler or a person (rule 27)."""
    retries = sum(1 for a in situation.attempts_of(step) if a.state is AttemptState.ENDED) - 1
    answered = any(_answer_after(situation, step, a) for a in situation.attempts_of(step))
    if retries < step.retry and not answered:
        reason = f"retry {retries + 1} of {step.retry}"
        return Claim(step, attempt.number + 1, reason, _at_start(situation, step))
    offered = can_roll_back(situation)
    if offered and situation.procedure.rollback_auto:
        return Finish(RunState.FAILED, f"{step.name}: {attempt.reason}", handler=True)
    question = asking.failed(situation, step, attempt, offered)
    return _after_question(situation, step, attempt, question, f"{step.name}: {attempt.reason}")


def _after_question(
    situation: Situation, step: Step, attempt: Attempt, question: Question, reason: str
) -> Move:
    """Asks what to do about a failed or interrupted attempt, or does what the answer says."""
    known = situation.question(question.id)
    if known is None:
        undoing = situation.run.undoes is not None or situation.run.rollback
        return Ask(question, reason, alarm=f"The rollback itself failed: {reason}" if undoing else "")
    if known.answered_at is None:
        return Await("person", f"waiting for a decision: {reason}")
    if known.answer == "retry":
        said = f"{known.answered_by} said retry"
        return Claim(step, attempt.number + 1, said, _at_start(situation, step))
    return Finish(RunState.FAILED, reason, handler=known.answer == "rollback")


def _at_start(situation: Situation, step: Step) -> dict[str, object]:
    """What a watch compares with: the alerts and checks that are bad when it begins."""
    if step.kind is not StepKind.WATCH:
        return {}
    facts = situation.facts_for(step)
    return {"watched": facts.watched, "firing": dict(facts.firing), "unhealthy": dict(facts.unhealthy)}


def _row_move(situation: Situation, step: Step, attempt: Attempt, now: float) -> Move:
    """A wait, a watch, or a verification by an alert, under way."""
    if step.kind is StepKind.WAIT:
        until = attempt.claimed_at + (step.duration_s or 0.0)
        if now >= until:
            return Settle(step, attempt.number, True, f"waited {step.duration_s or 0.0:g} s")
        return Await("timer", f"waiting {step.duration_s or 0.0:g} s", until)
    if step.kind is StepKind.WATCH:
        return _watch_move(situation, step, attempt, now)
    return _alert_move(situation, step, attempt, now)


def _watch_move(situation: Situation, step: Step, attempt: Attempt, now: float) -> Move:
    """Fails as soon as something begins that was not there at the start; what was there must be gone at the end."""
    facts = situation.facts_for(step)
    for what, current in (("alert", facts.firing), ("health check", facts.unhealthy)):
        before = attempt.data.get("firing" if what == "alert" else "unhealthy", {})
        for name, since in current.items():
            if name not in before or since > before[name]:
                began = "began" if what == "alert" else "turned unhealthy"
                return Settle(step, attempt.number, False, f"{what} {name} {began} during the watch")
    until = attempt.claimed_at + (step.duration_s or 0.0)
    if now < until:
        return Await("watch", f"watching for {step.duration_s or 0.0:g} s", until)
    still = [*facts.firing, *facts.unhealthy]
    if still:
        return Settle(
            step, attempt.number, False, f"{', '.join(still)} did not clear by the end of the watch"
        )
    if not attempt.data.get("watched", False):
        return Settle(
            step, attempt.number, True, f"waited {step.duration_s or 0.0:g} s; nothing watches here"
        )
    return Settle(step, attempt.number, True, f"nothing began in {step.duration_s or 0.0:g} s")


def _alert_move(situation: Situation, step: Step, attempt: Attempt, now: float) -> Move:
    """`# Verify: alert X resolved`: holds as soon as the alert is not firing."""
    alert = step.until_alert_resolved or ""
    facts = situation.facts_for(step)
    if not facts.watched:
        return Settle(step, attempt.number, False, f"alert {alert} is not watched here")
    if not any(slug(name) == slug(alert) for name in facts.firing):
        return Settle(step, attempt.number, True, f"alert {alert} is resolved")
    limit_s = step.timeout_s or ALERT_VERIFY_S
    until = attempt.claimed_at + limit_s
    if now >= until:
        return Settle(step, attempt.number, False, f"alert {alert} is still firing after {limit_s:g} s")
    return Await("watch", f"waiting for alert {alert} to resolve", until)


def procedure_names_handler(procedure: Procedure, handler: Procedure) -> bool:
    """Whether `handler` is what the document offers when `procedure` fails."""
    return procedure.on_failure is not None and slug(procedure.on_failure) == slug(handler.name)
