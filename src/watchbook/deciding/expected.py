"""What a scenario expects against what came of it: each expectation that was not met, with the lines that decided. Pure.

Called by `app.rehearsing` at each moment of a scenario that expects something. It plays nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from watchbook.deciding.alerts import OPEN
from watchbook.deciding.diagnosis import issue_of
from watchbook.deciding.watched import ServiceWatch, Watched
from watchbook.model.diagnosis import CauseVerdict, Diagnosis
from watchbook.model.ids import slug
from watchbook.model.paging import NoticeKind
from watchbook.model.quantities import say_duration
from watchbook.model.runbook import AlertRule, Cause, Issue, Runbook
from watchbook.model.scenarios import Deciding, DiagnosisExpected, Expected, Failure, PageExpected

PAGES = (NoticeKind.TRIGGER, NoticeKind.REPEAT)


@dataclass(frozen=True, slots=True)
class Telling:
    """Someone was told: when (seconds since the beginning), what kind of notice, of which alert."""

    at_s: float
    kind: NoticeKind
    contact: str
    alert: str


@dataclass(frozen=True, slots=True)
class Happened:
    """How things stand at a moment. `diagnoses` hold the last one of each issue, by the slug of its name."""

    watch: ServiceWatch
    tellings: Sequence[Telling] = ()
    diagnoses: Mapping[str, Diagnosis] = field(default_factory=dict)


def unmet(expected: Expected, happened: Happened, runbook: Runbook) -> tuple[Failure, ...]:
    """Every part of the expectation that does not hold, in the order it is written."""
    return (
        *_alerts(expected, happened),
        *_pages(expected, happened, runbook),
        *_ended(expected, happened, runbook),
        *(failure for one in expected.diagnoses for failure in _diagnosis(expected, one, happened, runbook)),
    )


def _alerts(expected: Expected, happened: Happened) -> Iterator[Failure]:
    if expected.alerts is None:
        return
    known = {slug(one.state.name): one for one in _all(happened.watch)}
    named = {slug(one.alert) for one in expected.alerts}
    for wanted in expected.alerts:
        found = known.get(slug(wanted.alert))
        status = str(found.state.status) if found else "ok"
        if status != wanted.status:
            says = f"{wanted.alert} is {_said(wanted.status)}"
            seen = _state(found) if found else f"{wanted.alert} is ok"
            yield Failure(expected.at_s, wanted.line, says, seen, _of_rule(found))
    for name, found in known.items():
        if expected.others_silent and name not in named and found.state.status in OPEN:
            says = f"{found.state.name} is silent: only what is named here may fire"
            yield Failure(expected.at_s, expected.line, says, _state(found), _of_rule(found))


def _all(watch: ServiceWatch) -> tuple[Watched, ...]:
    return (*watch.alerts.values(), *watch.own.values())


def _state(watched: Watched) -> str:
    state = watched.state
    why = state.problem or state.reason
    return f"{state.name} is {_said(str(state.status))}" + (f": {why}" if why else "")


def _said(word: str) -> str:
    return word.replace("_", " ")


def _of_rule(watched: Watched | None) -> tuple[Deciding, ...]:
    return () if watched is None else _lines([watched.rule])


def _lines(rules: Sequence[AlertRule]) -> tuple[Deciding, ...]:
    return tuple(Deciding(rule.line, _row(rule)) for rule in rules if rule.line)


def _row(rule: AlertRule) -> str:
    return " ".join(rule.text.strip(" |").split()) or rule.name


def _pages(expected: Expected, happened: Happened, runbook: Runbook) -> Iterator[Failure]:
    """All pages so far, in order: each as expected, none missing, none more."""
    if expected.pages is None:
        return
    seen = [one for one in happened.tellings if one.kind in PAGES]
    for index, wanted in enumerate(expected.pages):
        found = seen[index] if index < len(seen) else None
        if found is None or not _meets(wanted, found):
            said = _paged(found) if found else f"{_nth(index)} never left; paged so far: {_everyone(seen)}"
            rules = _rules(runbook, [found.alert] if found else [wanted.alert])
            yield Failure(expected.at_s, wanted.line, f"{_nth(index)} {_wanted(wanted)}", said, _lines(rules))
            return
    if len(seen) > len(expected.pages):
        more = seen[len(expected.pages) :]
        count = len(expected.pages)
        says = "nobody is paged" if not count else f"{count} page{'s' if count > 1 else ''}, and no more"
        rules = _rules(runbook, [one.alert for one in more])
        happened_too = "; ".join(_paged(one) for one in more)
        yield Failure(expected.at_s, expected.line, says, happened_too, _lines(rules))


def _nth(index: int) -> str:
    return f"page {index + 1}"


def _meets(wanted: PageExpected, found: Telling) -> bool:
    return (
        slug(wanted.to) == slug(found.contact)
        and (wanted.from_s is None or found.at_s >= wanted.from_s - 1e-6)
        and (wanted.by_s is None or found.at_s <= wanted.by_s + 1e-6)
        and (not wanted.alert or slug(wanted.alert) == slug(found.alert))
    )


def _wanted(wanted: PageExpected) -> str:
    when = ""
    if wanted.from_s is not None and wanted.by_s is not None:
        when = f" between {say_duration(max(0.0, wanted.from_s))} and {say_duration(wanted.by_s)}"
    elif wanted.by_s is not None:
        when = f" by {say_duration(wanted.by_s)}"
    elif wanted.from_s is not None:
        when = f" from {say_duration(wanted.from_s)} on"
    return f"goes to {wanted.to}{f' for {wanted.alert}' if wanted.alert else ''}{when}"


def _paged(found: Telling) -> str:
    return f"{found.contact} was paged for {found.alert} at {say_duration(round(found.at_s, 3))}"


def _everyone(seen: Sequence[Telling]) -> str:
    said = [f"{one.contact} at {say_duration(round(one.at_s, 3))}" for one in seen]
    return ", ".join(said) or "nobody"


def _rules(runbook: Runbook, alerts: Sequence[str]) -> list[AlertRule]:
    names = {slug(name) for name in alerts if name}
    return [rule for rule in runbook.alerts if slug(rule.name) in names]


def _ended(expected: Expected, happened: Happened, runbook: Runbook) -> Iterator[Failure]:
    """Everyone who has heard of an end, in whatever order."""
    if expected.ended is None:
        return
    left = [one for one in happened.tellings if one.kind is NoticeKind.RESOLVE]
    for wanted in expected.ended:
        found = next((one for one in left if _meets(wanted, one)), None)
        if found is not None:
            left.remove(found)
            continue
        says = f"{wanted.to} hears of the end{f' of {wanted.alert}' if wanted.alert else ''}"
        heard = ", ".join(f"{one.contact} of {one.alert}" for one in left) or "nobody"
        rules = _lines(_rules(runbook, [wanted.alert]))
        yield Failure(
            expected.at_s,
            wanted.line,
            says,
            f"not so; who heard of an end besides those named: {heard}",
            rules,
        )
    for one in left:
        says = f"only who is named under `ended` hears of an end, not {one.contact}"
        seen = f"{one.contact} heard of the end of {one.alert} at {say_duration(round(one.at_s, 3))}"
        yield Failure(expected.at_s, expected.line, says, seen, _lines(_rules(runbook, [one.alert])))


def issue_meant(runbook: Runbook, subject: str) -> Issue | None:
    """The issue of that name, or the one that the alert of that name leads to."""
    wanted = slug(subject)
    named = next((issue for issue in runbook.issues if slug(issue.name) == wanted), None)
    if named is not None:
        return named
    rule = next((rule for rule in runbook.alerts if slug(rule.name) == wanted), None)
    return issue_of(runbook, rule) if rule is not None else None


def _diagnosis(
    expected: Expected, wanted: DiagnosisExpected, happened: Happened, runbook: Runbook
) -> Iterator[Failure]:
    issue = issue_meant(runbook, wanted.subject)
    found = happened.diagnoses.get(slug(issue.name)) if issue else None
    if issue is None or found is None:
        line = (Deciding(issue.line, issue.name),) if issue else ()
        yield Failure(
            expected.at_s,
            wanted.line,
            f"“{wanted.subject}” was diagnosed",
            "it was not: no alert of it fired",
            line,
        )
        return
    of_cause = {slug(one.cause): one for one in found.verdicts}
    for one in wanted.verdicts:
        verdict = of_cause.get(slug(one.cause))
        if verdict is None or str(verdict.verdict) != one.verdict:
            says = f"“{one.cause}” is {_said(one.verdict)}"
            yield Failure(expected.at_s, one.line, says, _verdict(verdict), _of_cause(issue, one.cause))
    yield from _next(expected, wanted, found, issue)


def _next(expected: Expected, wanted: DiagnosisExpected, found: Diagnosis, issue: Issue) -> Iterator[Failure]:
    """The next action, and the procedure that it offers."""
    cause = found.best.cause if found.best else ""
    decided = _of_cause(issue, cause) or (Deciding(issue.line, issue.name),)
    if wanted.next and wanted.next.casefold() not in found.next_action.casefold():
        says = f"the next step says “{wanted.next}”"
        yield Failure(expected.at_s, wanted.line, says, f"it says: {found.next_action}", decided)
    if wanted.procedure is None:
        return
    nothing = wanted.procedure.casefold() in ("", "none")
    offered = slug(found.next_procedure) if found.next_procedure else ""
    if offered != ("" if nothing else slug(wanted.procedure)):
        says = "no procedure is offered" if nothing else f"the procedure “{wanted.procedure}” is offered"
        seen = f"“{found.next_procedure}” is offered" if offered else f"none is offered: {found.next_action}"
        yield Failure(expected.at_s, wanted.line, says, seen, decided)


def _verdict(found: CauseVerdict | None) -> str:
    if found is None:
        return "it was not judged"
    return f"it is {_said(str(found.verdict))}: {found.evidence or 'no evidence'}"


def _of_cause(issue: Issue, name: str) -> tuple[Deciding, ...]:
    """The lines of a cause's checks, or its own."""
    cause: Cause | None = next((one for one in issue.causes if slug(one.name) == slug(name)), None)
    if cause is None:
        return ()
    checks = [
        Deciding(step.line, " ".join(step.commands) or step.script or "") for step in cause.check if step.line
    ]
    return tuple(checks) or (Deciding(cause.line, cause.name),)
