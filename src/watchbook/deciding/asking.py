"""The questions a run asks: what they say, which commands they show, which answers they take (rule 46).

Called by `deciding.procedure`. A question's id derives from what it is about, so that a repeat asks nothing twice.
It does not decide when to ask.
"""

from watchbook.deciding.filling import shown_commands, values_of
from watchbook.deciding.moves import Situation
from watchbook.model.ids import QuestionId, RunId, key_of, slug
from watchbook.model.procedures import Step
from watchbook.model.runs import Attempt, Question
from watchbook.model.safety import Safety


def question_id(run: RunId, kind: str, step: str, number: int = 0) -> QuestionId:
    """The id of the question of that kind about that step (and attempt) of the run."""
    return QuestionId(key_of(run, kind, step, number))


def parameter(situation: Situation, name: str, number: int, lost: bool) -> Question:
    """Asks for a value. Any text is an answer."""
    described = next((p.description for p in situation.procedure.parameters if p.name == name), None)
    text = f"Which value has {name}?" + (f" It is {described}." if described else "")
    if lost:
        text = f"The shell of this run is gone, and with it the value of {name}. Give it again to go on."
    return _question(situation, "parameter", text, name, number, data={"name": name})


def confirmation(situation: Situation) -> Question:
    """Shows every command and asks once for the whole run."""
    run = situation.run
    where = f" in {run.environment}" if run.environment else ""
    chosen = [step for step in situation.procedure.steps if _in_environment(situation, step)]
    commands = tuple(line for step in chosen for line in _all_commands(situation, step))
    text = f"Run {run.procedure} for {run.service}{where}?"
    if run.undoes:
        text += f" It undoes run {run.undoes}, which ends with that."
    return _question(situation, "confirm", text, commands=commands, options=("confirm", "reject"))


def destructive(situation: Situation, step: Step) -> Question:
    """Asks again, about one step that destroys something."""
    reason = step.safety.reason if step.safety else ""
    text = f"{step.name} is destructive" + (f" ({reason})" if reason else "") + ". Run it now?"
    return _question(
        situation,
        "confirm",
        text,
        step.id,
        commands=_commands(situation, step),
        options=("confirm", "reject"),
    )


def choice(situation: Situation, step: Step) -> Question:
    """Asks which of the alternatives."""
    options = (*(c.name for c in step.choices), "skip", "reject")
    commands = tuple(
        f"{c.name}: {line}"
        for c in step.choices
        for nested in c.steps
        for line in _commands(situation, nested)
    )
    text = step.text or f"{step.name}: which of these?"
    return _question(situation, "choice", text, step.id, commands=commands, options=options)


def approval(situation: Situation, step: Step, number: int) -> Question:
    """Asks someone other than the starter."""
    text = f"{situation.run.actor} asks for approval of {step.name} ({number} of {max(step.approvals, 1)})."
    commands = _commands(situation, step)
    return _question(
        situation, "approve", text, step.id, number, commands=commands, options=("confirm", "reject")
    )


def manual(situation: Situation, step: Step) -> Question:
    """Tells a person what to do, and waits for the word that it is done."""
    text = step.text or step.name
    if step.safety is not None and step.safety.safety in (Safety.INTERACTIVE, Safety.ENDLESS):
        text = f"{text}: run this in a terminal of your own ({step.safety.reason})."
    commands = _commands(situation, step)
    return _question(
        situation, "manual", text, step.id, commands=commands, options=("done", "skip", "reject")
    )


def interrupted(situation: Situation, step: Step, attempt: Attempt, rollback: bool) -> Question:
    """Says that nobody knows whether the step happened, and asks what to do."""
    text = f"{step.name} was interrupted: {attempt.reason}. It may have happened, in part or whole. Look before you answer."
    return _about_attempt(situation, "interrupted", text, step, attempt, rollback)


def failed(situation: Situation, step: Step, attempt: Attempt, rollback: bool) -> Question:
    """Says how the step failed, and asks what to do."""
    text = f"{step.name} failed: {attempt.reason}."
    return _about_attempt(situation, "failed", text, step, attempt, rollback)


def _about_attempt(
    situation: Situation, kind: str, text: str, step: Step, attempt: Attempt, rollback: bool
) -> Question:
    options: tuple[str, ...] = ("retry", "done", "skip", "reject")
    data: dict[str, str] = {"attempt": str(attempt.number)}
    handler = situation.handler
    if rollback and handler is not None:
        lines = [line for s in handler.steps for line in _all_commands(situation, s)]
        data |= {"handler": handler.name, "handler_commands": "\n".join(lines)}
        options = ("retry", "done", "skip", "rollback", "reject")
    return _question(
        situation,
        kind,
        text,
        step.id,
        attempt.number,
        commands=_commands(situation, step),
        options=options,
        data=data,
    )


def _question(
    situation: Situation,
    kind: str,
    text: str,
    step: str = "",
    number: int = 0,
    *,
    commands: tuple[str, ...] = (),
    options: tuple[str, ...] = (),
    data: dict[str, str] | None = None,
) -> Question:
    run = situation.run
    return Question(
        id=question_id(run.id, kind, step, number),
        run=run.id,
        service=run.service,
        kind=kind,
        text=text,
        commands=commands,
        options=options,
        content_hash=run.content_hash,
        step="" if kind == "parameter" else step,
        data=data or {},
    )


def _commands(situation: Situation, step: Step) -> tuple[str, ...]:
    return shown_commands(step, values_of(situation.procedure, situation.run.parameters))


def _all_commands(situation: Situation, step: Step) -> tuple[str, ...]:
    """Commands of a step, or of all its alternatives."""
    nested = [line for c in step.choices for s in c.steps for line in _all_commands(situation, s)]
    return (*_commands(situation, step), *nested)


def _in_environment(situation: Situation, step: Step) -> bool:
    chosen = situation.run.environment
    return not chosen or not step.environment or slug(step.environment) == slug(chosen)
