"""Plays a scenario on a virtual clock, with the functions that decide while Watchbook stands watch.

Called by `watchbook test`. Samples arrive, checks are probed at the runbook's cadence and repeated where they fail, rules
are evaluated after every arrival and whenever something is due, issues are diagnosed when their alert fires. Time jumps
from one of these moments to the next. It starts nothing, sends nothing and waits for nothing.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial

from watchbook.app.diagnosing.diagnosing import begin
from watchbook.app.diagnosing.examining import judge
from watchbook.app.documents.loading import Loaded
from watchbook.app.rehearsing.stage import Stage, lines_of, set_stage, text_of
from watchbook.app.watching import binding
from watchbook.app.watching.live import LiveCheck
from watchbook.deciding import answers
from watchbook.deciding.alerts import OPEN, resolve_after_s
from watchbook.deciding.cluster import bind_cluster
from watchbook.deciding.diagnosis import conclude, judge_cause, refusal
from watchbook.deciding.expected import Happened, Telling, unmet
from watchbook.deciding.health import judge_health
from watchbook.deciding.observing import Measured, observe
from watchbook.deciding.watch import decide_alerts, next_due
from watchbook.deciding.watched import DiagnosisWanted, ServiceWatch, notices_of
from watchbook.measuring.labels import Labels
from watchbook.model.alerts import AlertStatus, Observation
from watchbook.model.decisions import Decision
from watchbook.model.diagnosis import CommandOutcome, Diagnosis
from watchbook.model.errors import ConflictError
from watchbook.model.ids import AlertId, alert_id, slug
from watchbook.model.observations import Outcome, ProbeResult
from watchbook.model.paging import NoticeState
from watchbook.model.procedures import Step
from watchbook.model.runbook import Issue
from watchbook.model.scenarios import Failure, OutputGiven, ProbeGiven, Problem, Scenario
from watchbook.world.instances import Instance
from watchbook.world.probes import full_target

_HAIR_MS = 0.01  # wall seconds are not exact to less
_NOT_GIVEN = "the scenario says nothing of its output"


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a scenario. With `problems` it was not played. `left_out`: alerts that were not evaluated, and why."""

    scenario: Scenario
    failures: tuple[Failure, ...] = ()
    problems: tuple[Problem, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    lasted_s: float = 0.0


def play(loaded: Loaded, scenario: Scenario) -> Played:
    """Plays one scenario to its last expectation. The same inputs give the same result."""
    stage, problems = set_stage(loaded, scenario)
    if stage is None or problems:
        return Played(scenario, problems=problems)
    player = _Player(stage, scenario)
    player.run()
    end_s = max((one.at_s for one in scenario.expected), default=0.0)
    return Played(
        scenario, tuple(player.failures), tuple(player.problems), tuple(stage.left_out.items()), end_s
    )


class _Player:
    """One scenario under way. Times are whole milliseconds since its beginning, so that no moment is missed."""

    def __init__(self, stage: Stage, scenario: Scenario) -> None:
        self._stage, self._scenario, self._place = stage, scenario, stage.place
        self._at_ms = 0
        self._due_ms: dict[tuple[str, str], int] = dict.fromkeys(stage.place.checks, 0)
        self._source = stage.loaded.text.splitlines()
        self._tellings: list[Telling] = []
        self._diagnoses: dict[str, Diagnosis] = {}
        self.failures: list[Failure] = []
        self.problems: list[Problem] = []

    @property
    def _now(self) -> float:
        return self._stage.start + self._at_ms / 1000

    def run(self) -> None:
        """From the beginning to the last expectation."""
        moments = {_ms(one.at_s) for one in self._scenario.expected}
        end_ms = max(moments, default=0)
        while True:
            self._take_samples()
            self._take_instances()
            self._probe()
            self._take(*decide_alerts(self._place.watch, self._observations(), self._now))
            self._let_act()
            if self._at_ms in moments:
                self._judge()
            if self._at_ms >= end_ms:
                return
            self._at_ms = min(self._next_ms(), end_ms)

    def _next_ms(self) -> int:
        """The next moment at which anything arrives, is expected, is done or is due."""
        scenario = self._scenario
        moments = [_ms(given.at_s) for given in scenario.probes]
        moments += [_ms(act.at_s) for act in scenario.acts]
        moments += [_ms(expected.at_s) for expected in scenario.expected]
        moments += self._due_ms.values()
        every_ms = max(1, _ms(self._stage.every_s))
        if self._stage.series:
            moments.append((self._at_ms // every_ms + 1) * every_ms)
        due = next_due(self._place.watch)
        moments += [self._since_start(at) for at in (due, *_windows(self._place.watch)) if at is not None]
        return min((at for at in moments if at > self._at_ms), default=self._at_ms + 1000)

    def _since_start(self, at: float) -> int:
        """A wall time as milliseconds of the scenario, upwards, so that what is due then is due; a hair is no time."""
        found = math.ceil((at - self._stage.start) * 1000 - _HAIR_MS)
        return self._at_ms + 1 if found <= self._at_ms and at > self._now else found

    # What arrives ---------------------------------------------------------------------------------------------------

    def _take_samples(self) -> None:
        index, rest = divmod(self._at_ms, max(1, _ms(self._stage.every_s)))
        if rest:
            return
        samples: list[tuple[Labels, float]] = []
        for labels, values in self._stage.series:
            value = values[index] if index < len(values) else None
            if value is not None:
                samples.append((labels, value))
        self._place.window.append_all(samples, self._now)

    def _take_instances(self) -> None:
        """The list of instances as it is now; new ones are probed at once."""
        given, check = self._given(""), self._place.service_check
        if given is None or check is None or given.status == "unknown":
            return
        urls = [f"http://instance-{number}" for number in range(1, given.of + 1)]
        self._place.instances = {url: Instance(url, url.removeprefix("http://")) for url in urls}
        for key, live in list(self._place.checks.items()):
            if live.instance is not None and live.instance not in urls:
                del self._place.checks[key], self._due_ms[key]
        for url in urls:
            key = (check.name, f"instance {url}")
            if key not in self._place.checks:
                self._place.checks[key] = LiveCheck(check, full_target(check, url), instance=url)
                self._due_ms[key] = self._at_ms

    def _given(self, check: str) -> ProbeGiven | None:
        """What the scenario says of a check now (of the instances, where `check` is empty)."""
        wanted, found = slug(check) if check else "", None
        for one in self._scenario.probes:
            mine = (slug(one.check) if one.check else "") == wanted
            if mine and _ms(one.at_s) <= self._at_ms and (found is None or one.at_s >= found.at_s):
                found = one
        return found

    def _probe(self) -> None:
        """Every check that is due; where the service's own fails first, those of its dependencies as well."""
        due = [key for key, at_ms in self._due_ms.items() if at_ms <= self._at_ms]
        for key in due:
            live = self._place.checks[key]
            if self._probed(key, live) and live.check is self._place.service_check:
                others = [key for key, other in self._place.checks.items() if other.check.dependency]
                for other in others:
                    if other not in due:
                        self._probed(other, self._place.checks[other])

    def _probed(self, key: tuple[str, str], live: LiveCheck) -> bool:
        """One probe; True where its result wants the dependencies probed."""
        live.result = self._result(live)
        decision = judge_health(live.health, live.result, live.check.every_s)
        live.health = decision.health
        again_s = live.check.every_s if decision.repeat_after_s is None else decision.repeat_after_s
        self._due_ms[key] = self._at_ms + max(1, _ms(again_s))
        return decision.probe_dependencies

    def _result(self, live: LiveCheck) -> ProbeResult:
        name, target = live.check.name, live.target
        if live.instance is None:
            given = self._given(name) or ProbeGiven(name, 0.0)
            reason = given.reason or ("" if given.status == "healthy" else "so says the scenario")
            outcome = Outcome(given.status)
            return ProbeResult(
                name, target, self._now, outcome, given.latency_s, reason=reason, value=given.value
            )
        of_all = self._given("") or ProbeGiven("", 0.0)
        if of_all.status == "unknown":
            return ProbeResult(name, target, self._now, Outcome.UNKNOWN, reason="so says the scenario")
        healthy = int(live.instance.rpartition("-")[2]) <= of_all.healthy
        outcome = Outcome.HEALTHY if healthy else Outcome.UNHEALTHY
        return ProbeResult(name, target, self._now, outcome, reason="" if healthy else "so says the scenario")

    # What follows ---------------------------------------------------------------------------------------------------

    def _observations(self) -> dict[AlertId, Observation]:
        facts = self._place.facts()
        return {
            key: observe(watched.rule, facts, partial(self._measured, key), self._now)
            for key, watched in self._place.watch.alerts.items()
        }

    def _measured(self, alert: AlertId) -> Measured:
        bound = self._stage.bound.get(alert)
        if bound is None:
            return Measured(None, "not measured in this scenario")
        return binding.read_bound(bound, self._place.window, self._now)

    def _take(self, watch: ServiceWatch, decision: Decision) -> None:
        """Keeps a decision, and does what it wants."""
        self._place.watch = watch
        for notice in notices_of(decision):
            if notice.state is NoticeState.DUE:
                alert = str(notice.body["alert"])
                self._tellings.append(Telling(self._at_ms / 1000, notice.kind, notice.contact, alert))
        for effect in decision.effects:
            if isinstance(effect, DiagnosisWanted):
                self._diagnose(effect)

    def _let_act(self) -> None:
        for act in self._scenario.acts:
            if _ms(act.at_s) == self._at_ms:
                try:
                    self._take(*answers.acknowledge(self._place.watch, act.acknowledge, self._now))
                except ConflictError as error:
                    says = f"{act.acknowledge} acknowledges what is open"
                    self.failures.append(Failure(act.at_s, act.line, says, str(error)))

    def _judge(self) -> None:
        happened = Happened(self._place.watch, tuple(self._tellings), self._diagnoses)
        for expected in self._scenario.expected:
            if _ms(expected.at_s) == self._at_ms:
                self.failures += unmet(expected, happened, self._stage.loaded.runbook)

    # Diagnosis ------------------------------------------------------------------------------------------------------

    def _diagnose(self, wanted: DiagnosisWanted) -> None:
        """Judges the issue from the outputs that the scenario gives, and tells the result."""
        runbook, place = self._stage.loaded.runbook, self._place
        issue = next((one for one in runbook.issues if slug(one.name) == slug(wanted.issue)), None)
        if issue is None:
            return
        begun = begin(self._stage.service, place, issue, wanted.alert, "watchbook", self._now)
        ended = self._examined(issue, begun)
        self._diagnoses[slug(issue.name)] = ended
        alert = alert_id(place.service, place.name, wanted.alert)
        self._take(*answers.tell_diagnosis(place.watch, ended, alert, self._now))

    def _examined(self, issue: Issue, begun: Diagnosis) -> Diagnosis:
        service, place = self._stage.service, self._place
        verdicts = tuple(
            judge_cause(cause, [self._outcome(s) for s in cause.check]) for cause in issue.causes
        )
        items = tuple(self._outcome(step) for step in issue.diagnosis if step.script or step.commands)
        symptoms = tuple(judge(symptom, service, place, self._now) for symptom in issue.symptoms)
        examined = replace(begun, symptoms=symptoms, findings=items, verdicts=verdicts)
        return conclude(examined, issue.causes, self._now)

    def _outcome(self, step: Step) -> CommandOutcome:
        """What a command prints, or why it would not be run by itself."""
        programs = step.safety.programs if step.safety else ()
        bound = bind_cluster(step.script or text_of(step), programs, self._place.environment, ())
        given = next((one for one in self._scenario.outputs if self._is_meant(one, step)), None)
        why_not = refusal(step) or bound.refusal or ("" if given else _NOT_GIVEN)
        if given is None or why_not:
            return CommandOutcome(text_of(step), problem=why_not, line=step.line)
        return CommandOutcome(text_of(step), given.exit, given.output, 0.0, given.problem, step.line)

    def _is_meant(self, given: OutputGiven, step: Step) -> bool:
        if given.runbook_line is not None:
            return given.runbook_line in lines_of(step, self._source)
        return given.command.split() == text_of(step).split()


def _windows(watch: ServiceWatch) -> Iterable[float]:
    """When windows of alerts end, as far as nothing changes: to fire, and to be resolved."""
    for one in (*watch.alerts.values(), *watch.own.values()):
        state = one.state
        if state.status is AlertStatus.PENDING and state.active_since is not None:
            yield state.active_since + one.rule.window_s
        if state.status in OPEN and state.good_since is not None:
            yield state.good_since + resolve_after_s(one.rule, one.cadence_s)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
