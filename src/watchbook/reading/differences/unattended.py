"""What Watchbook would run without a person, and no longer; and what changed about checks and issues. Pure.

Called by `reading.differences`. Commands of checks, diagnosis and causes run unattended when they are proven to read
(`deciding.diagnosis.refusal`); so whatever comes to those places, or to that class, is told with the place.
"""

from collections.abc import Iterator

from watchbook.model.ids import slug
from watchbook.model.procedures import Step
from watchbook.model.runbook import CheckKind, HealthCheck, Issue, Runbook
from watchbook.model.safety import Safety
from watchbook.reading.differences.changes import Change, Risk, code, lasting, listed, quoted
from watchbook.reading.differences.pairing import pair
from watchbook.reading.expectations import say_expectation
from watchbook.reading.step_text import say_safety

_Places = dict[tuple[str, str], tuple[str, int]]  # script and environment → where it runs, line


def unattended_changes(old: Runbook, new: Runbook) -> Iterator[Change]:
    """Commands that come to run by themselves, and those that do so no longer."""
    before, after = _unattended(old), _unattended(new)
    classes_before, classes_after = _classes(old), _classes(new)
    for key, (where, line) in after.items():
        script, environment = key
        if key not in before:
            was = classes_before.get(script)
            why = f", was {say_safety(was)}" if was is not None and was is not Safety.READ_ONLY else ""
            place = f" in {environment}" if environment and any(script == one for one, _ in before) else ""
            says = f"{code(script)} would now run unattended{place}: {where}{why}."
            yield Change("unattended", Risk.RUNS_MORE, script, says, None, line)
    for key, (where, line) in before.items():
        script, environment = key
        if key not in after:
            now = classes_after.get(script)
            why = f": it is {say_safety(now)} now" if now is not None and now is not Safety.READ_ONLY else ""
            place = f" in {environment}" if environment and any(script == one for one, _ in after) else ""
            says = f"{code(script)} would no longer run unattended{place} ({where}){why}."
            yield Change("unattended", Risk.GUARDS_LESS, script, says, line, None)


def _unattended(runbook: Runbook) -> _Places:
    """Every script that runs without a person, with the first place that does so."""
    found: _Places = {}
    for check in runbook.health_checks:
        if check.kind in (CheckKind.COMMAND, CheckKind.SQL):
            script = f"{check.target} {check.query or ''}".strip()
            found.setdefault(
                (script, check.environment or ""),
                (f"the check {check.name}, every {lasting(check.every_s)}", check.line),
            )
    for issue in runbook.issues:
        for step in _proven(issue.diagnosis):
            found.setdefault(_place(step), (f"diagnosis of {quoted(issue.name)}{_declared(step)}", step.line))
        for cause in issue.causes:
            for step in _proven(cause.check):
                where = f"the check of the cause {quoted(cause.name)}{_declared(step)}"
                found.setdefault(_place(step), (where, step.line))
    return found


def _place(step: Step) -> tuple[str, str]:
    return _script(step), slug(step.environment) if step.environment else ""


def _script(step: Step) -> str:
    return step.script.strip()


def _proven(steps: tuple[Step, ...]) -> Iterator[Step]:
    """Steps that diagnosis runs by itself."""
    return (
        step for step in steps if _script(step) and step.safety and step.safety.safety is Safety.READ_ONLY
    )


def _declared(step: Step) -> str:
    return ", where declarations are trusted" if step.safety and step.safety.declared else ""


def _classes(runbook: Runbook) -> dict[str, Safety]:
    """The class of every script of diagnosis and causes."""
    steps = [
        step for issue in runbook.issues
        for step in (*issue.diagnosis, *(step for cause in issue.causes for step in cause.check))
    ]  # fmt: skip
    return {_script(step): step.safety.safety for step in steps if step.safety}


def check_changes(old: Runbook, new: Runbook) -> Iterator[Change]:
    """Health checks: what is asked, how often, and what counts as a right answer."""
    pairs = pair(old.health_checks, new.health_checks, lambda one: (slug(one.name), slug(one.environment or "")),
                 lambda one: (one.kind, one.target, one.query))  # fmt: skip
    for one in pairs.removed:
        yield Change("check", Risk.GUARDS_LESS, one.name, f"check {one.name} removed: nothing asks {_asked(one)} any more.",
                     one.line, None)  # fmt: skip
    for one in pairs.added:
        yield Change("check", Risk.NONE, one.name, f"new check {one.name}: asks {_asked(one)} every {lasting(one.every_s)}.",
                     None, one.line)  # fmt: skip
    for one, two in pairs.kept:
        for weaker, says in _check(one, two):
            risk = Risk.GUARDS_LESS if weaker else Risk.NONE
            yield Change("check", risk, two.name, f"check {two.name}: {says}.", one.line, two.line)


def _asked(check: HealthCheck) -> str:
    method = f"{check.method} " if check.kind is CheckKind.HTTP else ""
    return code(f"{method}{check.target}{f' {check.query}' if check.query else ''}")


def _check(old: HealthCheck, new: HealthCheck) -> Iterator[tuple[bool, str]]:
    if slug(old.name) != slug(new.name):
        yield True, f"renamed, was {old.name}; alerts name a check by its name"
    if _asked(old) != _asked(new) or old.kind is not new.kind:
        yield False, f"asks {_asked(new)}, was {_asked(old)}"
    if _answer(old) != _answer(new):
        yield _answer(new) == "any good answer", f"expects {_answer(new)}, was {_answer(old)}"
    if old.max_latency_s != new.max_latency_s:
        slower = new.max_latency_s is None or (
            old.max_latency_s is not None and new.max_latency_s > old.max_latency_s
        )
        yield slower, f"slow above {lasting(old.max_latency_s)} → {lasting(new.max_latency_s)}"
    if old.every_s != new.every_s:
        yield new.every_s > old.every_s, f"asked every {lasting(old.every_s)} → {lasting(new.every_s)}"
    if old.timeout_s != new.timeout_s:
        yield False, f"gives up after {lasting(old.timeout_s)} → {lasting(new.timeout_s)}"
    if old.dependency != new.dependency:
        yield (
            False,
            f"stands for the dependency {new.dependency or 'of no name'}, was {old.dependency or 'of no name'}",
        )
    if slug(old.environment or "") != slug(new.environment or ""):
        yield True, f"asked in {new.environment or 'production'}, was {old.environment or 'production'}"


def _answer(check: HealthCheck) -> str:
    said = say_expectation(check.expect)
    return said or "any good answer"


def issue_changes(old: Runbook, new: Runbook) -> Iterator[Change]:
    """Issues, the alerts that lead to them, symptoms and causes. Their commands are told elsewhere."""
    pairs = pair(
        old.issues, new.issues, lambda one: slug(one.name), lambda one: tuple(map(slug, one.alerts)) or None
    )
    for one in pairs.removed:
        whom = f" when {listed(one.alerts)} fires" if one.alerts else ""
        yield Change("issue", Risk.GUARDS_LESS, one.name, f"issue {quoted(one.name)} removed: nothing is diagnosed{whom}.",
                     one.line, None)  # fmt: skip
    for one in pairs.added:
        yield Change("issue", Risk.NONE, one.name, f"new issue {quoted(one.name)}.", None, one.line)
    for one, two in pairs.kept:
        for weaker, says, lines in _issue(one, two):
            risk = Risk.GUARDS_LESS if weaker else Risk.NONE
            yield Change("issue", risk, two.name, f"issue {quoted(two.name)}: {says}.", *lines)


def _issue(old: Issue, new: Issue) -> Iterator[tuple[bool, str, tuple[int | None, int | None]]]:
    lines = (old.line, new.line)
    if slug(old.name) != slug(new.name):
        yield False, f"renamed, was {quoted(old.name)}", lines
    gone = [name for name in old.alerts if slug(name) not in map(slug, new.alerts)]
    come = [name for name in new.alerts if slug(name) not in map(slug, old.alerts)]
    if gone:
        yield True, f"{listed(gone)} no longer leads here", lines
    if come:
        yield False, f"{listed(come)} leads here", lines
    symptoms = pair(old.symptoms, new.symptoms, lambda one: " ".join(one.text.split()))
    for symptom in symptoms.removed:
        yield symptom.condition is not None, f"symptom removed: {quoted(symptom.text)}", (symptom.line, None)
    for symptom in symptoms.added:
        yield False, f"new symptom: {quoted(symptom.text)}", (None, symptom.line)
    yield from _by_hand("diagnosis", old.diagnosis, new.diagnosis)
    yield from _causes(old, new)


def _by_hand(
    where: str, old: tuple[Step, ...], new: tuple[Step, ...]
) -> Iterator[tuple[bool, str, tuple[int | None, int | None]]]:
    """Steps that diagnosis leaves to a person."""
    before, after = ([step for step in steps if step not in _proven(steps)] for steps in (old, new))
    pairs = pair(before, after, _said)
    for step in pairs.removed:
        yield False, f"{where} no longer asks a person: {_said(step)}", (step.line, None)
    for step in pairs.added:
        yield False, f"{where} asks a person: {_said(step)}", (None, step.line)


def _said(step: Step) -> str:
    return code(step.script) if _script(step) else quoted(step.text or step.name)


def _causes(old: Issue, new: Issue) -> Iterator[tuple[bool, str, tuple[int | None, int | None]]]:
    pairs = pair(
        old.causes, new.causes, lambda one: slug(one.name), lambda one: tuple(map(_script, one.check)) or None
    )
    for one in pairs.removed:
        yield True, f"the cause {quoted(one.name)} is no longer looked for", (one.line, None)
    for one in pairs.added:
        yield False, f"new cause {quoted(one.name)}", (None, one.line)
    for one, two in pairs.kept:
        lines = (one.line, two.line)
        if slug(one.name) != slug(two.name):
            yield False, f"the cause {quoted(one.name)} is called {quoted(two.name)} now", lines
        if one.check and not two.check:
            yield (
                True,
                f"the cause {quoted(two.name)} has no check any more: it can never be confirmed",
                lines,
            )
        elif _confirming(one.check) != _confirming(two.check):
            yield (
                False,
                f"other answers confirm the cause {quoted(two.name)}: expecting {_confirming(two.check)}",
                lines,
            )
        if one.remedy and not two.remedy:
            yield True, f"the cause {quoted(two.name)} has no remedy any more", lines
        yield from _by_hand(f"the check of {quoted(two.name)}", one.check, two.check)
        if (one.advice, one.solution) != (two.advice, two.solution):
            said = two.solution or two.advice
            yield False, f"the advice for {quoted(two.name)} is now {quoted(said)}", lines


def _confirming(steps: tuple[Step, ...]) -> str:
    """What the answers of a cause's checks have to be."""
    found = [
        ("not " if step.expect.inverted else "") + say_expectation(step.expect)
        for step in steps
        if step.expect
    ]
    return "; ".join(found) or "only the exit code"
