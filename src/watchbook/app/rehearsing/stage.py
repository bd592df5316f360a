"""A runbook's place made ready for one scenario: its rules, its checks, its series, and what does not fit together.

Called by `app.rehearsing.playing`. Every alert is armed, everyone whom the runbook names can be reached, and what the
scenario says nothing of is well: checks are healthy, and alerts on instances or series that are not given are left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path

from watchbook.app.documents.loading import Loaded
from watchbook.app.showing.places import rules_of
from watchbook.app.watching import binding
from watchbook.app.watching.binding import Bound
from watchbook.app.watching.live import LiveService, Place
from watchbook.app.watching.placing import bare_service, cadence_of
from watchbook.app.wiring import Wiring
from watchbook.deciding.diagnosis import issue_of
from watchbook.deciding.directory import ROLES
from watchbook.deciding.expected import issue_meant
from watchbook.deciding.observing import Measured, observe
from watchbook.deciding.own_alerts import EVALUATION_FAILING, NO_DATA
from watchbook.deciding.page import PagingSettings
from watchbook.deciding.restoring import Kept, RuleToWatch, restored
from watchbook.measuring.labels import METRIC_NAME, Labels
from watchbook.measuring.measurement import BindingProblem
from watchbook.measuring.notation import NotationError, read_series, read_values
from watchbook.measuring.promql import parse
from watchbook.measuring.promql.tree import metric_names
from watchbook.measuring.window import Window, is_stale
from watchbook.model.ids import AlertId, alert_id, slug
from watchbook.model.procedures import Step
from watchbook.model.runbook import AlertRule, Issue, Runbook
from watchbook.model.scenarios import Problem, Scenario

STARTS = "2026-01-07T10:00:00+00:00"  # a Wednesday, in working hours
CHANNEL = "page"


@dataclass(frozen=True, slots=True)
class Stage:
    """A place and what the scenario gives it. `left_out` says why an alert is not evaluated, by the alert's name."""

    loaded: Loaded
    service: LiveService
    place: Place
    start: float
    every_s: float  # between the values of series
    series: tuple[tuple[Labels, tuple[float | None, ...]], ...]
    bound: dict[AlertId, Bound] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)


def set_stage(loaded: Loaded, scenario: Scenario) -> tuple[Stage | None, tuple[Problem, ...]]:
    """The stage of a scenario, and everything in it that does not fit the runbook; None where it cannot be set at all."""
    problems: list[Problem] = []
    start = _start(scenario, problems)
    settings = PagingSettings(group_wait_s=scenario.group_wait_s)
    service = bare_service(loaded, _wiring(loaded.runbook), settings, start)
    place = _place(service, scenario, problems)
    if place is None:
        return None, tuple(problems)
    endpoint_s = loaded.runbook.service.metrics.every_s
    series = tuple(_series(scenario, problems))
    stage = Stage(loaded, service, place, start, scenario.interval_s or endpoint_s, series)
    _watch(stage, scenario)
    problems += _misfits(stage, scenario)
    return stage, tuple(sorted(problems, key=lambda problem: problem.line))


def misfits_of(loaded: Loaded, scenario: Scenario) -> tuple[Problem, ...]:
    """What of a scenario does not fit its runbook, without playing it."""
    return set_stage(loaded, scenario)[1]


def _start(scenario: Scenario, problems: list[Problem]) -> float:
    try:
        read = datetime.fromisoformat(scenario.starts or STARTS)
    except ValueError:
        mend = "Write it as 2026-01-07T10:00."
        problems.append(Problem(scenario.line, f"“{scenario.starts}” is no date and time", mend))
        read = datetime.fromisoformat(STARTS)
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def _wiring(runbook: Runbook) -> Wiring:
    """Everyone is reached: a role by who holds it, as always, and a person by name."""
    people = dict.fromkeys(_people(runbook), (CHANNEL,))
    return Wiring(Path(), contacts=people, rooms=dict.fromkeys(_rooms(runbook), (CHANNEL,)))


def _people(runbook: Runbook) -> list[str]:
    ladders = [runbook.ladder, *(rule.response.ladder for rule in runbook.alerts)]
    names = [rung.who for ladder in ladders for rung in ladder]
    names += [contact.name for contact in runbook.contacts] + [runbook.service.on_call or ""]
    return list(dict.fromkeys(name for name in names if name.strip() and slug(name) not in ROLES))


def _rooms(runbook: Runbook) -> list[str]:
    named = (*runbook.rooms, *(room for rule in runbook.alerts for room in rule.response.channels))
    return list(dict.fromkeys(named))


def _place(service: LiveService, scenario: Scenario, problems: list[Problem]) -> Place | None:
    if not scenario.environment:
        return service.production()
    for name, place in service.places.items():
        if slug(name) == slug(scenario.environment):
            return place
    mend = f"It has: {', '.join(service.places)}."
    problems.append(Problem(scenario.line, f"there is no environment “{scenario.environment}”", mend))
    return None


def _series(scenario: Scenario, problems: list[Problem]) -> Iterator[tuple[Labels, tuple[float | None, ...]]]:
    known: set[Labels] = set()
    for given in scenario.series:
        try:
            labels, values = read_series(given.series), read_values(given.values)
        except NotationError as error:
            problems.append(Problem(given.line, str(error), "The guide “Test a runbook” shows the notation."))
            continue
        if labels in known:
            problems.append(Problem(given.line, f"{given.series} is given twice", "Join their values."))
        known.add(labels)
        yield labels, values


# Which alerts can be played -----------------------------------------------------------------------------------------


def _watch(stage: Stage, scenario: Scenario) -> None:
    """Puts the place's rules under watch, bound to the series of the scenario."""
    place, runbook = stage.place, stage.loaded.runbook
    sample, names = Window(), set[str]()
    for labels, values in stage.series:
        names.add(dict(labels)[METRIC_NAME])
        first = next((value for value in values if value is not None and not is_stale(value)), None)
        if first is not None:
            sample.append(labels, stage.start, first)
    rules: list[RuleToWatch] = []
    for rule in rules_of(stage.service, place):
        why = _left_out(stage, scenario, rule, sample, names)
        if why:
            stage.left_out[rule.name] = why
            continue
        issue = issue_of(runbook, rule)
        cadence_s = cadence_of(stage.service, place, rule)
        rules.append(RuleToWatch(rule, True, cadence_s, issue.name if issue else None))
    place.watch = restored(place.watch, rules, Kept(), stage.start)


def _left_out(stage: Stage, scenario: Scenario, rule: AlertRule, sample: Window, names: set[str]) -> str:
    """Why a rule is not played; empty where it is. A rule that needs series is bound on the way."""
    if rule.condition.signal == "healthy_instances":
        if stage.place.service_check is None:
            return "the runbook has no check that instances could be asked"
        given = any(not probe.check for probe in scenario.probes)
        return "" if given else "the scenario says nothing of instances"
    asked = False

    def measure() -> Measured:
        nonlocal asked
        asked = True
        return Measured(None)

    observe(rule, stage.place.facts(), measure, stage.start)
    if not asked:
        return ""
    endpoint_s = stage.loaded.runbook.service.metrics.every_s
    bound = binding.bind_rule(rule, stage.loaded.runbook.metrics, sample, max(endpoint_s, stage.every_s))
    if isinstance(bound, BindingProblem):
        return f"in this scenario {bound.reason}"
    wanted = metric_names(parse(bound.measurement.query))
    if wanted and not wanted & names:
        return f"the scenario gives no series of {', '.join(sorted(wanted))}"
    stage.bound[alert_id(stage.place.service, stage.place.name, rule.name)] = bound
    return ""


# What does not fit the runbook --------------------------------------------------------------------------------------


def _misfits(stage: Stage, scenario: Scenario) -> Iterator[Problem]:
    checks = list(dict.fromkeys(live.check.name for live in stage.place.checks.values()))
    for probe in scenario.probes:
        if probe.check:
            yield from _unknown(probe.line, "check", probe.check, checks)
    steps = [step for issue in stage.loaded.runbook.issues for step in _steps_of(issue)]
    source = stage.loaded.text.splitlines()
    for output in scenario.outputs:
        if output.runbook_line is not None:
            if all(output.runbook_line not in lines_of(step, source) for step in steps):
                what = f"no diagnosis command stands on line {output.runbook_line} of the runbook"
                lines = ", ".join(str(line) for line in sorted({step.line for step in steps}))
                yield Problem(output.line, what, f"They stand on: {lines}." if lines else "")
        elif all(output.command.split() != text_of(step).split() for step in steps):
            known = [text_of(step) for step in steps]
            yield _no_such(output.line, "diagnosis command", output.command, known)
    people = [*_people(stage.loaded.runbook), *_rooms(stage.loaded.runbook)]
    alerts = [rule.name for rule in rules_of(stage.service, stage.place)]
    for expected in scenario.expected:
        for status in expected.alerts or ():
            yield from _alert(stage, status.line, status.alert, alerts)
        for page in (*(expected.pages or ()), *(expected.ended or ())):
            yield from _unknown(page.line, "person or room", page.to, people)
            if page.alert:
                yield from _alert(stage, page.line, page.alert, alerts)
        for wanted in expected.diagnoses:
            issue = issue_meant(stage.loaded.runbook, wanted.subject)
            if issue is None:
                known = [issue.name for issue in stage.loaded.runbook.issues]
                yield from _unknown(wanted.line, "issue", wanted.subject, known)
                continue
            for verdict in wanted.verdicts:
                yield from _unknown(
                    verdict.line, "cause of it", verdict.cause, [cause.name for cause in issue.causes]
                )


def _alert(stage: Stage, line: int, name: str, known: list[str]) -> Iterator[Problem]:
    if slug(name).startswith(slug(NO_DATA)) or slug(name) == slug(EVALUATION_FAILING):
        return  # the watch's own
    yield from _unknown(line, "alert", name, known)
    for left, why in stage.left_out.items():
        if slug(left) == slug(name):
            yield Problem(line, f"“{left}” cannot be judged: {why}", "Give what it is measured from.")


def _unknown(line: int, what: str, name: str, known: list[str]) -> Iterator[Problem]:
    if slug(name) not in {slug(one) for one in known}:
        yield _no_such(line, what, name, known)


def _no_such(line: int, what: str, name: str, known: list[str]) -> Problem:
    near = get_close_matches(name, known, 1, 0.5)
    mend = f"Did you mean “{near[0]}”?" if near else f"There are: {', '.join(known[:8]) or 'none'}."
    return Problem(line, f"the runbook has no {what} “{name}”", mend)


def _steps_of(issue: Issue) -> Iterator[Step]:
    items = (*issue.diagnosis, *(step for cause in issue.causes for step in cause.check))
    return (step for step in items if step.script or step.commands)


def text_of(step: Step) -> str:
    """A step's command as it stands in the runbook."""
    return "\n".join(step.commands) or step.script or ""


def lines_of(step: Step, source: list[str]) -> set[int]:
    """The lines that a step stands on: that of its comment, and those of its commands below."""
    commands = {line.strip() for line in text_of(step).splitlines()}
    below = range(step.line, min(len(source), step.line + len(commands) + 10) + 1)
    found = {step.line}
    for number in below:
        if source[number - 1].strip().startswith("```") and found != {step.line}:
            break
        if any(command and command in source[number - 1] for command in commands):
            found.add(number)
            commands -= {source[number - 1].strip()}
    return found
