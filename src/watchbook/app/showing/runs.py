"""Procedures, issues, commands, runs and questions as views. Called by `app.watchbook`; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from watchbook.app.views.runs import (
    AttemptView,
    CauseView,
    CommandView,
    IssueView,
    ProcedureView,
    QuestionView,
    RunSummary,
    RunView,
    StepRunView,
    StepState,
    StepView,
)
from watchbook.deciding.plan import plan
from watchbook.model.diagnosis import Diagnosis
from watchbook.model.procedures import Expectation, Procedure, Step, StepKind
from watchbook.model.quantities import say_duration, say_number
from watchbook.model.runbook import Command, Issue
from watchbook.model.runs import Attempt, AttemptState, Question, Run


def step_view(step: Step, commands: Sequence[str] | None = None) -> StepView:
    """A step as it stands in the document, or with `commands` filled in."""
    return StepView(
        id=step.id,
        name=step.name,
        kind=str(step.kind),
        environment=step.environment,
        commands=tuple(commands if commands is not None else step.commands),
        safety=str(step.safety.safety) if step.safety else None,
        safety_reason=step.safety.reason if step.safety else "",
        expects=say_expectation(step.expect),
        text=step.text,
        duration_s=step.duration_s,
        timeout_s=step.timeout_s,
        choices=tuple(choice.name for choice in step.choices),
        waits_for=waits_for(step),
        line=step.line,
    )


def waits_for(step: Step) -> str:
    """What a run waits for at this step; empty when it goes on by itself."""
    match step.kind:
        case StepKind.MANUAL:
            return "a person does it and says so"
        case StepKind.CHOICE:
            return "a person chooses"
        case StepKind.APPROVE:
            return "an approval"
        case StepKind.WATCH:
            return f"no alert for {say_duration(step.duration_s or 0)}"
        case StepKind.WAIT:
            return say_duration(step.duration_s or 0)
    return ""


def say_expectation(expect: Expectation | None) -> str:
    """An expectation as people read it."""
    if expect is None:
        return ""
    number = f"{expect.number.op} {say_number(expect.number.value)}" if expect.number else None
    parts = (expect.status, expect.json, expect.text, f"/{expect.regex}/" if expect.regex else None, number)
    said = " and ".join(part for part in parts if part)
    return f"confirmed if {said}" if expect.inverted and said else said


def procedure_view(procedure: Procedure, last_run: RunSummary | None) -> ProcedureView:
    return ProcedureView(
        name=procedure.name,
        section=procedure.section,
        steps=tuple(step_view(step) for step in procedure.steps),
        parameters=procedure.parameters,
        safety=str(procedure.safety),
        changing=procedure.changing,
        rollback=procedure.rollback,
        on_failure=procedure.on_failure,
        content_hash=procedure.content_hash,
        last_run=last_run,
        line=procedure.line,
    )


def issue_view(issue: Issue, last: Diagnosis | None) -> IssueView:
    causes = tuple(
        CauseView(cause.name, cause.solution, cause.procedure, cause.advice, cause.line)
        for cause in issue.causes
    )
    return IssueView(issue.name, issue.alerts, causes, last, issue.line)


def command_view(command: Command) -> CommandView:
    return CommandView(
        name=command.name,
        group=command.group,
        command=command.command,
        parameters=command.parameters,
        safety=str(command.safety.safety) if command.safety else None,
        safety_reason=command.safety.reason if command.safety else "",
        line=command.line,
    )


def attempt_view(attempt: Attempt) -> AttemptView:
    return AttemptView(
        number=attempt.number,
        state=str(attempt.state),
        claimed_at=attempt.claimed_at,
        ended_at=attempt.ended_at,
        exit=attempt.exit,
        output=attempt.output,
        output_bytes=attempt.output_bytes,
        reason=attempt.reason,
        actor=attempt.actor,
    )


def question_view(question: Question, run: RunSummary | None) -> QuestionView:
    return QuestionView(
        id=str(question.id),
        run=str(question.run),
        service=question.service,
        kind=question.kind,
        text=question.text,
        commands=question.commands,
        options=question.options,
        content_hash=question.content_hash,
        step=question.step,
        asked_at=question.asked_at,
        answered_at=question.answered_at,
        answer=question.answer,
        answered_by=question.answered_by,
        procedure=run.procedure if run else "",
        environment=run.environment if run else None,
        handler=question.data.get("handler", ""),
        handler_commands=tuple(question.data.get("handler_commands", "").splitlines()),
    )


def last_runs(runs: Sequence[RunSummary]) -> Mapping[str, RunSummary]:
    """The newest run of each procedure, by its name."""
    newest: dict[str, RunSummary] = {}
    for run in runs:
        known = newest.get(run.procedure)
        if known is None or run.created_at > known.created_at:
            newest[run.procedure] = run
    return newest


@dataclass(frozen=True, slots=True)
class RunRecords:
    """A run with all that the ledger has of it."""

    run: Run
    procedure: Procedure
    attempts: Sequence[Attempt] = ()
    questions: Sequence[Question] = ()


def run_summary(records: RunRecords) -> RunSummary:
    """A run in a line: where it stands, and what it does or waits for."""
    run, steps = records.run, _step_runs(records)
    over = (StepState.DONE, StepState.SKIPPED)
    current = next((one for one in steps if one.state not in (*over, StepState.TO_DO)), None)
    asked = next((q for q in records.questions if q.answered_at is None), None)
    now = asked.text if asked else (current.step.name or current.step.text if current else "")
    return RunSummary(
        id=str(run.id),
        service=run.service,
        procedure=run.procedure,
        environment=run.environment,
        state=str(run.state),
        actor=run.actor,
        created_at=run.created_at,
        started_at=run.started_at,
        ended_at=run.ended_at,
        reason=run.reason,
        changing=run.changing,
        now="" if run.ended_at else now,
        done=sum(one.state in over for one in steps),
        steps=len(steps),
        holder=str(run.holder) if run.holder else None,
        undoes=str(run.undoes) if run.undoes else None,
        incident=run.incident,
    )


def run_view(records: RunRecords) -> RunView:
    """A run, whole."""
    summary = run_summary(records)
    questions = sorted(records.questions, key=lambda q: (q.answered_at is not None, q.asked_at))
    return RunView(
        summary=summary,
        parameters=records.run.parameters,
        content_hash=records.run.content_hash,
        steps=_step_runs(records),
        questions=tuple(question_view(question, summary) for question in questions),
        on_failure=records.procedure.on_failure,
    )


def _step_runs(records: RunRecords) -> tuple[StepRunView, ...]:
    """Every step of the run's environment; of alternatives, those of the way that was chosen."""
    run = records.run
    chosen = {q.step: q.answer for q in records.questions if q.kind == "choice" and q.answered_at is not None}
    choices = [step for step in records.procedure.steps if step.kind is StepKind.CHOICE]
    left_out = {
        nested.id
        for step in choices
        for choice in step.choices
        if chosen.get(step.id) != choice.name
        for nested in choice.steps
    }
    planned = plan(records.procedure, run.parameters, run.environment)
    return tuple(_step_run(one.step, one.commands, records) for one in planned if one.step.id not in left_out)


def _step_run(step: Step, commands: Sequence[str], records: RunRecords) -> StepRunView:
    attempts = sorted((a for a in records.attempts if a.step == step.id), key=lambda a: a.number)
    questions = [q for q in records.questions if q.step == step.id]
    state, reason = _step_state(step, attempts, questions)
    running = attempts and attempts[-1].state is AttemptState.CLAIMED and step.duration_s
    return StepRunView(
        step=step_view(step, commands),
        state=state,
        reason=reason,
        attempts=tuple(attempt_view(attempt) for attempt in attempts),
        until=attempts[-1].claimed_at + (step.duration_s or 0) if running else None,
    )


def _step_state(
    step: Step, attempts: Sequence[Attempt], questions: Sequence[Question]
) -> tuple[StepState, str]:
    answered = [q for q in questions if q.answered_at is not None and q.answer in ("skip", "done")]
    if answered:
        last = max(answered, key=lambda q: q.answered_at or 0)
        if not attempts or (last.answered_at or 0) >= (attempts[-1].ended_at or 0):
            state = StepState.SKIPPED if last.answer == "skip" else StepState.DONE
            return state, f"{last.answered_by} said {last.answer}"
    if not attempts:
        waits = any(q.answered_at is None for q in questions)
        return (StepState.WAITING, "waits for a person") if waits else (StepState.TO_DO, "")
    last_attempt = attempts[-1]
    match last_attempt.state:
        case AttemptState.CLAIMED:
            waits = step.kind in (StepKind.WATCH, StepKind.WAIT, StepKind.MANUAL)
            return (StepState.WAITING if waits else StepState.RUNNING), last_attempt.reason
        case AttemptState.UNKNOWN:
            return StepState.INTERRUPTED, last_attempt.reason
        case AttemptState.NEVER:
            return StepState.TO_DO, last_attempt.reason
    good = last_attempt.good if last_attempt.good is not None else last_attempt.exit in (0, None)
    return (StepState.DONE if good else StepState.FAILED), last_attempt.reason
