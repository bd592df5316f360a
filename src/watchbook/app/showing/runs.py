"""Procedures, issues, commands, runs and questions as views. Called by `app.watchbook`; pure."""

from collections.abc import Mapping, Sequence

from watchbook.app.run_views import (
    AttemptView,
    CauseView,
    CommandView,
    IssueView,
    ProcedureView,
    QuestionView,
    RunSummary,
    StepView,
)
from watchbook.model.diagnosis import Diagnosis
from watchbook.model.procedures import Expectation, Procedure, Step, StepKind
from watchbook.model.quantities import say_duration, say_number
from watchbook.model.runbook import Command, Issue
from watchbook.model.runs import Attempt, Question


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
    )


def last_runs(runs: Sequence[RunSummary]) -> Mapping[str, RunSummary]:
    """The newest run of each procedure, by its name."""
    newest: dict[str, RunSummary] = {}
    for run in runs:
        known = newest.get(run.procedure)
        if known is None or run.created_at > known.created_at:
            newest[run.procedure] = run
    return newest
