"""Watches one place: probes its checks, follows its instances, scrapes their metrics, evaluates its rules.

Called by `app.watchbook`, one `PlaceWatch` for each environment of each service. What a result means is decided in
`deciding` (health, observations, alerts); here is only when. A loop that fails for a reason of ours is said, counted and
begun again: a bug in one check never stops the watch of the others.
"""

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from watchbook.app.trusting import why_it_waits
from watchbook.app.watching import binding
from watchbook.app.watching.desk import Desk
from watchbook.app.watching.figures import Figures
from watchbook.app.watching.live import LiveCheck, LiveMetric, LiveService, Place
from watchbook.app.watching.pinning import Pins, pinned_by
from watchbook.app.watching.stalls import Stalls, excused
from watchbook.deciding import answers
from watchbook.deciding.health import HealthDecision, judge_health
from watchbook.deciding.observing import Facts, Measured, observe
from watchbook.deciding.watched import Watched
from watchbook.measuring.measurement import BindingProblem
from watchbook.model.alerts import AlertState, Observation
from watchbook.model.errors import StoreError
from watchbook.model.ids import AlertId
from watchbook.model.observations import Outcome, ProbeResult
from watchbook.model.runbook import AlertRule, Condition, MetricsEndpoint, Role, Severity
from watchbook.world.instances import discover
from watchbook.world.metrics import Scraper
from watchbook.world.probes import Prober, full_target

_log = logging.getLogger(__name__)
TOGETHER_S = 0.1  # arrivals within this time cause one evaluation (rule 1)
LOOK_S = 1.0  # at the latest, time alone is looked at this often
YIELD_S = 0.005  # evaluation holds the loop no longer than this at a time
AGAIN_S = 1.0  # a loop that failed begins again after this


@dataclass(frozen=True, slots=True)
class Tools:
    """What every watch shares. `now` gives steady wall seconds, `changed` is told when a service looks different."""

    prober: Prober
    figures: Figures
    pins: Pins
    stalls: Stalls
    now: Callable[[], float]
    changed: Callable[[str], None]


@dataclass(slots=True)
class PlaceWatch:
    """One environment while it is watched. `run` ends only by being cancelled."""

    service: LiveService
    place: Place
    desk: Desk
    tools: Tools
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _relist: asyncio.Event = field(default_factory=asyncio.Event)  # the list of instances may be another one
    _loops: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)  # alerts that are measured from series
    _probed: dict[str, LiveCheck] = field(default_factory=dict)  # by name of the loop that probes it
    _endpoint: MetricsEndpoint | None = None  # where series come from, as the loop that scrapes has it

    async def run(self) -> None:
        """Watches until cancelled."""
        try:
            try:
                await self._follow_instances_once()
            except Exception:
                _log.exception("the instances of %s could not be listed; it is tried again", self.service.id)
            self._start("instances", self._follow_instances)
            self._start("evaluation", self._evaluate_always)
            self._start("metrics", self._scrape_always)
            for live in self.place.checks.values():
                if live.instance is None:
                    self._start_probing(live)
            await asyncio.Event().wait()
        finally:
            for task in self._loops.values():
                task.cancel()
            await asyncio.gather(*self._loops.values(), return_exceptions=True)
            await self.desk.close()

    def renew(self) -> None:
        """The place has another text: what it names now is probed, what it names no longer is not, the rest goes on."""
        for name, live in list(self._probed.items()):
            if live not in self.place.checks.values():
                self._stop(name)
        for live in self.place.checks.values():
            if _loop_of(live) not in self._probed:
                self._start_probing(live)
        if self._endpoint != self._endpoint_now() and "metrics" in self._loops:
            self._loops["metrics"].cancel()
            self._start("metrics", self._scrape_always)
        if self.place.instances is not None:
            self._probe_instances()
        self._relist.set()
        self._news.set()

    def _endpoint_now(self) -> MetricsEndpoint:
        return replace(self.service.loaded.runbook.service.metrics, line=0)

    def _start(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        self._loops[name] = asyncio.create_task(
            self._guard(name, loop), name=f"{self.service.id}:{self.place.name}:{name}"
        )

    async def _guard(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        """Runs a loop; one that fails is said with its traceback, counted, and begun again."""
        while True:
            try:
                await loop()
                return
            except Exception:
                self.tools.figures.failures.add(loop=name)
                _log.exception("the %s of %s failed and begins again", name, self.service.id)
                await asyncio.sleep(AGAIN_S)

    # Instances -------------------------------------------------------------------------------------------------

    async def _follow_instances(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._cadence_s()):
                    await self._relist.wait()
            self._relist.clear()
            await self._follow_instances_once()

    async def _follow_instances_once(self) -> None:
        """Reads the list of instances; begins to probe new ones and lets go of those that are gone."""
        environment = self.place.environment
        found = await discover(environment.instances, self.service.loaded.path.parent, environment.url)
        self.place.instances_problem = found.problem
        if found.instances is None or (found.problem and self.place.instances is not None):
            return  # the last good list stays
        before, self.place.instances = self.place.instances, {one.url: one for one in found.instances}
        if before == self.place.instances:
            return
        self._probe_instances()
        self._news.set()

    def _probe_instances(self) -> None:
        check = self.place.service_check
        wanted = dict(self.place.instances or {}) if check is not None else {}
        waits = why_it_waits(self.service, self.place, check) if check is not None else ""
        for key, live in list(self.place.checks.items()):
            if live.instance is not None and (live.instance not in wanted or live.waits != waits):
                del self.place.checks[key]
                self._stop(_loop_of(live))
        if check is None:
            return
        for url in wanted:
            key = (check.name, f"instance {url}")
            if key not in self.place.checks:
                live = LiveCheck(check, full_target(check, url), instance=url, waits=waits)
                self.place.checks[key] = live
                self._start_probing(live)

    # Probes ----------------------------------------------------------------------------------------------------

    def _start_probing(self, live: LiveCheck) -> None:
        name = _loop_of(live)
        self._stop(name)
        self._probed[name] = live
        self._start(name, lambda: self._probe_always(live))

    def _stop(self, name: str) -> None:
        self._probed.pop(name, None)
        task = self._loops.pop(name, None)
        if task is not None:
            task.cancel()

    async def _probe_always(self, live: LiveCheck) -> None:
        due = time.monotonic()  # not the wall clock: set back an hour, nothing would be probed for an hour
        while True:
            decision = await self._probe(live)
            if decision.repeat_after_s is not None:
                await asyncio.sleep(decision.repeat_after_s)
                continue
            due = max(due + live.check.every_s, time.monotonic() - live.check.every_s)
            live.wanted.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, due - time.monotonic())):
                    await live.wanted.wait()
            self.tools.figures.lateness.observe(max(0.0, time.monotonic() - due))

    async def _probe(self, live: LiveCheck) -> HealthDecision:
        """One probe and what follows for the check's health; a command that nobody has accepted is not run."""
        directory = self.service.loaded.path.parent
        began, stalled_s = self.tools.now(), self.tools.stalls.total_s
        if live.waits:
            result = ProbeResult(live.check.name, live.target, began, Outcome.UNKNOWN, reason=live.waits)
        else:
            result = await self.tools.prober.probe(live.check, live.target, began, directory)
        stalled_s = self.tools.stalls.total_s - stalled_s
        result = excused(result, self.tools.now() - began, stalled_s, live.check.timeout_s)
        live.result = result
        decision = judge_health(live.health, result, live.check.every_s)
        live.health = decision.health
        self.tools.figures.probes.add(service=self.service.id, outcome=str(result.outcome))
        if decision.probe_dependencies and live.check is self.place.service_check:
            for other in self.place.checks.values():
                if other.check.dependency:
                    other.wanted.set()
        self._news.set()
        return decision

    def _cadence_s(self) -> float:
        check = self.place.service_check
        return check.every_s if check is not None else self.service.loaded.runbook.service.metrics.every_s

    # Metrics ---------------------------------------------------------------------------------------------------

    async def _scrape_always(self) -> None:
        """Scrapes every instance at the document's cadence."""
        endpoint = self._endpoint = self._endpoint_now()
        timeout_s = min(10.0, endpoint.every_s)
        async with Scraper(self.place.window) as scraper:
            due = time.monotonic()
            while True:
                self._follow_clock()
                now, instances = self.tools.now(), list((self.place.instances or {}).values())
                scraper.keep_only(instances, now)
                await asyncio.gather(
                    *(scraper.scrape(one, endpoint.path, now, timeout_s) for one in instances)
                )
                await self._measure()
                self._news.set()
                due = max(due + endpoint.every_s, time.monotonic() - endpoint.every_s)
                await asyncio.sleep(max(0.0, due - time.monotonic()))

    def _follow_clock(self) -> None:
        """After a jump of the wall clock, what was measured before moves with it: the next samples follow on it."""
        by_s, self.place.moved_s = self.place.moved_s, 0.0
        if by_s:
            self.place.window.shift(by_s)
            for live in self.place.metrics:
                live.points = deque(((at + by_s, value) for at, value in live.points), live.points.maxlen)

    async def _measure(self) -> None:
        """Binds what is not bound yet, and takes each figure of the board."""
        runbook, window, now = self.service.loaded.runbook, self.place.window, self.tools.now()
        every_s = runbook.service.metrics.every_s
        for live in self.place.metrics:
            with self._apart(f"the figure {live.metric.name}"):
                if self._take_probed(live, now):
                    continue
                self._take_figure(live, now)
                if live.bound is None:
                    bound = binding.bind_metric(live.metric, runbook.metrics, window, every_s)
                    live.problem = bound.reason if isinstance(bound, BindingProblem) else ""
                    live.bound = None if isinstance(bound, BindingProblem) else bound
        for watched in list(self.place.watch.alerts.values()):
            key = str(watched.state.id)
            if key not in self.place.bound and key in self._asked:
                with self._apart(f"the alert {watched.rule.name}"):
                    await self._bind(watched.rule, watched.state)

    @contextlib.contextmanager
    def _apart(self, what: str) -> Iterator[None]:
        """A bug in measuring one thing is said and counted, and does not keep the others from being measured."""
        try:
            yield
        except Exception:
            self.tools.figures.failures.add(loop="metrics")
            _log.exception("%s of %s could not be measured", what, self.service.id)

    async def _bind(self, rule: AlertRule, state: AlertState) -> None:
        """Pins how a rule is measured; from then on it may page, where it is wanted."""
        alert = state.id
        runbook = self.service.loaded.runbook
        bound = binding.bind_rule(rule, runbook.metrics, self.place.window, runbook.service.metrics.every_s)
        if isinstance(bound, BindingProblem):
            self.place.unbound[str(alert)] = f"{bound.reason}. {bound.mend}"
            return
        self.place.unbound.pop(str(alert), None)
        self.place.bound[str(alert)] = bound
        try:
            await self.tools.pins.keep(alert, pinned_by(rule, runbook), bound)
        except StoreError as error:
            _log.warning("how %s is measured could not be kept: %s", alert, error)
        if str(alert) in self.place.wanted_armed:
            await self.desk.decide(lambda watch, now: answers.set_armed(watch, alert, True, "watchbook", now))

    def _take_probed(self, live: LiveMetric, now: float) -> bool:
        """A figure that the probes know: healthy instances, the days of a certificate. False where series answer."""
        metric, asked = live.metric, False
        if metric.query is not None:
            return False

        def measure() -> Measured:
            nonlocal asked
            asked = True
            return Measured(None)

        condition = Condition(signal=metric.signal, params=metric.params, unit=metric.unit)
        rule = AlertRule(metric.name, Role.BAND, Severity.INFO, condition)
        seen = observe(rule, self.place.facts(), measure, now)
        if asked:
            return False
        live.value, live.says, live.problem = seen.value, seen.says, seen.problem
        live.points.append((now, seen.value))
        return True

    def _take_figure(self, live: LiveMetric, now: float) -> None:
        if live.bound is None:
            return
        measured = binding.read_bound(live.bound, self.place.window, now)
        live.value, live.says, live.problem = measured.value, measured.says, measured.problem
        live.points.append((now, measured.value))

    # Evaluation ------------------------------------------------------------------------------------------------

    async def _evaluate_always(self) -> None:
        while True:
            await self._wait_for_news()
            began = self.tools.now()
            await self.desk.observe(await self._observations(began))
            self.tools.figures.evaluations.observe(self.tools.now() - began)
            self.tools.changed(self.service.id)

    async def _wait_for_news(self) -> None:
        """Until something arrived (and what arrives with it), or something is due by time."""
        due = self.desk.due
        patience_s = LOOK_S if due is None else min(LOOK_S, max(0.0, due - self.tools.now()))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                await self._news.wait()
            await asyncio.sleep(TOGETHER_S)
        self._news.clear()

    async def _observations(self, now: float) -> dict[AlertId, Observation]:
        """Every rule's condition. Many rules let others work in between: a page never waits for an evaluation."""
        facts = self.place.facts()
        found: dict[AlertId, Observation] = {}
        looked = time.monotonic()
        for key, watched in list(self.place.watch.alerts.items()):
            if time.monotonic() - looked > YIELD_S:
                await asyncio.sleep(0)
                looked = time.monotonic()
            found[key] = self._observed(watched, facts, now)
            self.place.says[str(key)] = found[key].says
        return found

    def _observed(self, watched: Watched, facts: Facts, now: float) -> Observation:
        """One rule's condition. A bug in it is *evaluation failing* of this rule; the others are evaluated as ever."""
        key = watched.state.id
        try:
            return observe(watched.rule, facts, partial(self._measured, key, now), now)
        except Exception as error:
            self.tools.figures.failures.add(loop="evaluation")
            if not watched.state.problem:  # the log hears of it once
                _log.exception("%s could not be evaluated", key)
            return Observation(now, None, problem=f"a bug of Watchbook ({type(error).__name__}: {error})")

    def _measured(self, alert: AlertId, now: float) -> Measured:
        self._asked.add(str(alert))
        bound = self.place.bound.get(str(alert))
        if bound is None:
            return Measured(None, self.place.unbound.get(str(alert), "not measured yet"))
        return binding.read_bound(bound, self.place.window, now)


def _loop_of(live: LiveCheck) -> str:
    """The name of the loop that probes a check."""
    return f"probe {live.check.name} " + (f"instance {live.instance}" if live.instance else live.target)
