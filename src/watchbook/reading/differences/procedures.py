"""What changed about procedures, their steps and parameters, and the list of useful commands. Pure.

Called by `reading.differences`. A run is started by a person; so what counts here is what a run would do that a person
did before, what it would no longer ask, and which verification or way back is gone.
"""

import re
from collections.abc import Iterator

from watchbook.model.ids import slug
from watchbook.model.procedures import Parameter, Procedure, Step, StepKind
from watchbook.model.runbook import Command, Runbook
from watchbook.model.safety import Safety
from watchbook.reading.differences.changes import Change, Risk, code, lasting, listed, quoted
from watchbook.reading.differences.pairing import moved, pair
from watchbook.reading.expectations import say_expectation
from watchbook.reading.step_text import say_safety

_GUARDS = (StepKind.VERIFY, StepKind.WATCH, StepKind.APPROVE, StepKind.WAIT)
_BY_HAND = (Safety.INTERACTIVE, Safety.ENDLESS)
_Told = tuple[str, Risk, str, int | None, int | None]  # kind, risk, sentence, lines


def procedure_changes(old: Runbook, new: Runbook) -> Iterator[Change]:
    """Procedures added, removed, renamed, and what they would do otherwise."""
    pairs = pair(old.procedures, new.procedures, lambda one: slug(one.name), _content)
    for one in pairs.removed:
        lost = ": a way back less" if one.rollback else ": a remedy less" if one.section == "remedy" else ""
        says = f"procedure {quoted(one.name)} removed{lost}."
        yield Change("procedure", Risk.GUARDS_LESS, one.name, says, one.line, None)
    for one in pairs.added:
        commands = [code(step.script) for step in _all(one.steps) if step.script and step.changing]
        runs = (
            f"; it runs {listed(commands[:3])}{' and more' if len(commands) > 3 else ''}" if commands else ""
        )
        says = f"new procedure {quoted(one.name)}, {_count(len(one.steps), 'step')}{runs}."
        yield Change("procedure", Risk.NONE, one.name, says, None, one.line)
    for one, two in pairs.kept:
        for kind, risk, says, before, after in _procedure(one, two):
            yield Change(kind, risk, two.name, f"{quoted(two.name)}: {says}.", before, after)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number != 1 else ''}"


def _content(procedure: Procedure) -> tuple[str, ...] | None:
    return tuple(step.script or step.text or step.name for step in _all(procedure.steps)) or None


def _all(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps with those of their alternatives behind them."""
    return tuple(
        one for step in steps for one in (step, *(inner for way in step.choices for inner in _all(way.steps)))
    )


def _procedure(old: Procedure, new: Procedure) -> Iterator[_Told]:
    lines = (old.line, new.line)
    if slug(old.name) != slug(new.name):
        yield "procedure", Risk.NONE, f"renamed, was {quoted(old.name)}", *lines
    if old.section != new.section:
        yield "procedure", Risk.NONE, f"stands under {new.section}, was under {old.section}", *lines
    if slug(old.on_failure or "") != slug(new.on_failure or ""):
        said = quoted(new.on_failure) if new.on_failure else "no procedure"
        risk = Risk.NONE if new.on_failure else Risk.GUARDS_LESS
        yield "procedure", risk, f"when it fails, {said} is offered; it was {quoted(old.on_failure)}", *lines
    if old.rollback_auto != new.rollback_auto:
        says = (
            "would roll back by itself when it fails"
            if new.rollback_auto
            else "no longer rolls back by itself"
        )
        yield "procedure", Risk.RUNS_MORE if new.rollback_auto else Risk.GUARDS_LESS, says, *lines
    if old.rollback != new.rollback:
        says = (
            "undoes another procedure now"
            if new.rollback
            else "is no longer the way back from another procedure"
        )
        yield "procedure", Risk.NONE if new.rollback else Risk.GUARDS_LESS, says, *lines
    yield from _parameters(old.parameters, new.parameters)
    yield from _steps(_all(old.steps), _all(new.steps), lines)
    yield from _choices(old, new)


def _parameters(old: tuple[Parameter, ...], new: tuple[Parameter, ...]) -> Iterator[_Told]:
    pairs = pair(old, new, lambda one: one.name)
    for one in pairs.removed:
        yield "parameter", Risk.NONE, f"no longer asks for the parameter {one.name}", one.line, None
    for one in pairs.added:
        given = f", {quoted(one.default)} where nothing is given" if one.default is not None else ""
        yield "parameter", Risk.NONE, f"asks for the parameter {one.name}{given}", None, one.line
    for one, two in pairs.kept:
        if one.default != two.default:
            says = f"the parameter {two.name} is {quoted(two.default)} where nothing is given, was {quoted(one.default)}"
            yield "parameter", Risk.RUNS_MORE if one.default is None else Risk.NONE, says, one.line, two.line
        if one.description != two.description:
            yield (
                "parameter",
                Risk.NONE,
                f"the parameter {two.name} is described as {quoted(two.description)}",
                one.line,
                two.line,
            )
        if one.source != two.source:
            yield (
                "parameter",
                Risk.NONE,
                f"the parameter {two.name} is written in another way",
                one.line,
                two.line,
            )


def _steps(old: tuple[Step, ...], new: tuple[Step, ...], lines: tuple[int, int]) -> Iterator[_Told]:
    pairs = pair(
        old, new,
        lambda step: (slug(step.name), slug(step.environment or ""), step.script.strip() or step.text),
        lambda step: (slug(step.name), slug(step.environment or "")),
        lambda step: slug(step.name),
        lambda step: step.script.strip() or None,
        lambda step: (step.kind, re.sub(r"\d+|s\b", "", slug(step.name))),  # “Monitor for 10 minutes”
    )  # fmt: skip
    for step in pairs.removed:
        guard = step.kind in _GUARDS or step.approvals
        says = f"step {quoted(step.name)} removed{f', it ran {code(step.script)}' if step.script else ''}"
        yield "step", Risk.GUARDS_LESS if guard else Risk.NONE, says, step.line, None
    for step in pairs.added:
        runs = f", {code(step.script)} ({_class(step)})" if step.script else ", done by a person"
        yield (
            "step",
            Risk.NONE,
            f"new step {quoted(step.name)}{runs if step.kind not in _GUARDS or step.script else ''}",
            None,
            step.line,
        )
    for one, two in pairs.kept:
        for risk, says in _step(one, two):
            yield "step", risk, f"step {quoted(two.name)} {says}", one.line, two.line
    if moved(old, pairs):
        yield "step", Risk.GUARDS_LESS, "its steps stand in another order", *lines


def _class(step: Step) -> str:
    return say_safety(step.safety.safety) if step.safety else "without a class"


def _by_hand(step: Step) -> bool:
    return not step.script.strip() or (step.safety is not None and step.safety.safety in _BY_HAND)


def _destructive(step: Step) -> bool:
    return step.safety is not None and step.safety.safety is Safety.DESTRUCTIVE


def _step(old: Step, new: Step) -> Iterator[tuple[Risk, str]]:
    ran, runs = old.script.strip(), new.script.strip()
    if slug(old.name) != slug(new.name):
        yield Risk.NONE, f"renamed, was {quoted(old.name)}"
    if ran != runs:
        if _by_hand(old) and not _by_hand(new):
            yield Risk.RUNS_MORE, f"was done by a person; a run would now run {code(runs)} ({_class(new)})"
        elif _by_hand(new) and not _by_hand(old):
            yield Risk.NONE, f"is done by a person now; it ran {code(ran)}"
        else:
            yield Risk.NONE, f"runs {code(runs)}, was {code(ran)}"
    elif old.text != new.text and not runs:
        yield Risk.NONE, f"reads {quoted(new.text)}, was {quoted(old.text)}"
    if old.safety and new.safety and old.safety.safety is not new.safety.safety:
        yield _class_risk(old.safety.safety, new.safety.safety), f"{_class(old)} → {_class(new)}"
        if _destructive(old) and not _by_hand(new):
            yield Risk.RUNS_MORE, "no longer waits for a person to confirm it"
    elif old.safety and new.safety and new.safety.declared and not old.safety.declared:
        yield Risk.GUARDS_LESS, "is declared to read only"
    yield from _guards(old, new)


def _class_risk(old: Safety, new: Safety) -> Risk:
    return Risk.GUARDS_LESS if new.rank > old.rank else Risk.NONE


def _guards(old: Step, new: Step) -> Iterator[tuple[Risk, str]]:
    """Kind, place, approvals, expectations, times."""
    weaker = Risk.GUARDS_LESS
    if old.kind is not new.kind:
        yield (weaker if old.kind in _GUARDS else Risk.NONE), f"is a {new.kind} step, was {old.kind}"
    if slug(old.environment or "") != slug(new.environment or ""):
        yield (
            Risk.NONE,
            f"runs in {new.environment or 'every environment'}, was {old.environment or 'every environment'}",
        )
    if old.approvals != new.approvals:
        risk = Risk.RUNS_MORE if new.approvals < old.approvals else Risk.NONE
        yield risk, f"needs {_count(new.approvals, 'approval')}, was {old.approvals}"
    if new.idempotent != old.idempotent:
        says = (
            "would be repeated without asking (idempotent)"
            if new.idempotent
            else "is no longer repeated without asking"
        )
        yield Risk.RUNS_MORE if new.idempotent else Risk.NONE, says
    if old.retry != new.retry:
        yield Risk.NONE, f"is tried again {_count(new.retry, 'time')}, was {old.retry}"
    before, after = (say_expectation(one.expect) if one.expect else "" for one in (old, new))
    if before != after or bool(old.expect and old.expect.inverted) != bool(
        new.expect and new.expect.inverted
    ):
        yield (
            (Risk.NONE if after else weaker),
            f"expects {after or 'nothing but a good exit'}, was {before or 'a good exit'}",
        )
    if old.until_alert_resolved != new.until_alert_resolved:
        says = f"waits for {new.until_alert_resolved or 'no alert'} to resolve, was {old.until_alert_resolved or 'none'}"
        yield (Risk.NONE if new.until_alert_resolved else weaker), says
    if old.duration_s != new.duration_s:
        shorter = (new.duration_s or 0.0) < (old.duration_s or 0.0)
        yield (
            (weaker if shorter else Risk.NONE),
            f"lasts {lasting(old.duration_s)} → {lasting(new.duration_s)}",
        )
    if old.timeout_s != new.timeout_s:
        yield Risk.NONE, f"is given {lasting(old.timeout_s)} → {lasting(new.timeout_s)}"


def _choices(old: Procedure, new: Procedure) -> Iterator[_Told]:
    names = [[way.name for step in _all(one.steps) for way in step.choices] for one in (old, new)]
    if names[0] != names[1]:
        said = [listed(map(quoted, one)) if one else "none" for one in names]
        yield "procedure", Risk.NONE, f"its alternatives are {said[1]}, were {said[0]}", old.line, new.line


def command_changes(old: Runbook, new: Runbook) -> Iterator[Change]:
    """Useful commands: never run by themselves; a more dangerous class is a weaker guard."""
    pairs = pair(
        old.commands,
        new.commands,
        lambda one: (slug(one.group), slug(one.name)),
        lambda one: one.command.strip(),
    )
    for one in pairs.removed:
        yield Change(
            "command",
            Risk.NONE,
            one.name,
            f"command {quoted(one.name)} removed: {code(one.command)}.",
            one.line,
            None,
        )
    for one in pairs.added:
        yield Change("command", Risk.NONE, one.name, f"new command {quoted(one.name)}: {code(one.command)}{_known(one)}.",
                     None, one.line)  # fmt: skip
    for one, two in pairs.kept:
        for risk, says in _command(one, two):
            yield Change(
                "command", risk, two.name, f"command {quoted(two.name)}: {says}.", one.line, two.line
            )


def _known(command: Command) -> str:
    return f" ({say_safety(command.safety.safety)})" if command.safety else ""


def _command(old: Command, new: Command) -> Iterator[tuple[Risk, str]]:
    if slug(old.name) != slug(new.name) or slug(old.group) != slug(new.group):
        yield Risk.NONE, f"was {quoted(old.name)} under {quoted(old.group)}"
    if old.command.strip() != new.command.strip():
        yield Risk.NONE, f"runs {code(new.command)}, was {code(old.command)}"
    if old.safety and new.safety and old.safety.safety is not new.safety.safety:
        said = f"{say_safety(old.safety.safety)} → {say_safety(new.safety.safety)}"
        yield _class_risk(old.safety.safety, new.safety.safety), said
    for _, risk, says, *_ in _parameters(old.parameters, new.parameters):
        yield risk, says
