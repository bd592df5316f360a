"""One play: break the shop, and follow what Watchbook does about it until the incident is resolved, without a person.

Called by `cli.demo`. What must happen stands in `app.demo.plays`; here is only the doing and the waiting. A play leaves
the shop put right, whether it passed or not.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from watchbook.app.demo.asking import ask
from watchbook.app.demo.plays import (
    ENVIRONMENT,
    LONGEST_PLAY_S,
    Judged,
    Play,
    judge_cause,
    judge_page,
    judge_question,
    judge_resolve,
)
from watchbook.model.errors import ConflictError, RefusedError, WatchbookError

CALM_S = 40.0
POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class Stage:
    """One thing that happened, so long after the fault."""

    at_s: float
    name: str
    says: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a play ended. `problem` says what was expected, where it failed."""

    fault: str
    passed: bool
    took_s: float
    stages: tuple[Stage, ...]
    problem: str = ""


class Stageable(Protocol):
    """A service that can be broken and is watched, as a play needs it; `app.demo.running.Demo` is one."""

    @property
    def board(self) -> str:
        """Watchbook's address."""

    def demand_running(self, *, watched: bool = False) -> None:
        """Raises a `WatchbookError` unless everything runs."""

    def broken(self) -> list[str]:
        """The faults that are on now."""

    def break_it(self, fault: str) -> None:
        """Breaks it."""

    def reset(self) -> None:
        """Puts everything right."""

    def healthy(self) -> str:
        """What shows that it is healthy again, in words; empty while it is not."""

    def pages(self, after: int, wait_s: float = 0.0) -> list[dict[str, Any]]:
        """The pages that the phone got after a number."""


class _Failed(Exception):
    """The play cannot go on: something else than expected happened, or nothing did."""


@dataclass(slots=True)
class Performance:
    """A play under way. `say` hears of each stage at once."""

    demo: Stageable
    play: Play
    say: Callable[[Stage], None]
    began: float = 0.0
    seen: int = 0
    waits_for: str = ""
    stages: list[Stage] = field(default_factory=list)

    def perform(self) -> Outcome:
        """Plays it to the end. Raises a `WatchbookError` where it may not begin, or the shop cannot be put right."""
        self._demand_calm()
        pages = self.demo.pages(0)
        self.seen = pages[-1]["number"] if pages else 0
        problem = ""
        self.began = time.monotonic()
        try:
            self._act()
        except _Failed as failure:
            problem = str(failure)
        except WatchbookError as error:
            problem = f"{error} (expected {self.waits_for})"
        took_s = self._now_s()
        self.demo.reset()
        return Outcome(self.play.fault, not problem, took_s, tuple(self.stages), problem)

    def _act(self) -> None:
        self.demo.break_it(self.play.fault)
        self._tell("broken", f"broken: {self.play.breaks}")
        self._await_page()
        self._await_cause()
        self._await_run(self._start_remedy())
        self._await_recovery()
        self._await_resolved()

    # Stages

    def _await_page(self) -> None:
        self._expect(f"a page to {self.play.person}: {self.play.alert}")
        self._judge_pages("paged", judge_page)

    def _await_cause(self) -> None:
        if self.stages[-1].says.endswith(f"{self.play.cause} (confirmed)"):
            return
        self._expect(f"the cause {self.play.cause} confirmed")
        self._judge_pages("diagnosed", judge_cause)

    def _start_remedy(self) -> str:
        self._expect(f"a run that mends {self.play.cause}")
        wanted = {"service": self.play.service, "cause": self.play.cause, "environment": ENVIRONMENT}
        run = self._ask("/api/v1/runs", wanted)
        return str(run["id"])

    def _await_run(self, run: str) -> None:
        """Confirms what the run asks, and follows it until it has ended."""
        self._expect(f"the remedy {self.play.remedy} to be asked for and to complete")
        while True:
            view = self._ask(f"/api/v1/runs/{run}")
            if view["state"] == "completed":
                break
            if view["state"] in ("failed", "cancelled"):
                raise _Failed(f"expected the remedy to complete; it {view['state']}: {view['reason']}")
            for question in self._ask(f"/api/v1/questions?service={self.play.service}")["questions"]:
                if question["run"] == run and question["answered_at"] is None:
                    self._confirm(question)
            self._pause()
        self._tell("remedied", f"done {self.play.remedy}")

    def _confirm(self, question: dict[str, Any]) -> None:
        judged = judge_question(self.play, question)
        if not judged.good:
            raise _Failed(judged.says)
        answer = {"answer": "confirm", "content_hash": question["content_hash"]}
        self._ask(f"/api/v1/questions/{question['id']}/answer", answer)
        self._tell("confirmed", judged.says)

    def _await_recovery(self) -> None:
        self._expect("the service to be healthy again")
        while not (healthy := self.demo.healthy()):
            self._pause()
        self._tell("recovered", f"recovered: {healthy}")

    def _await_resolved(self) -> None:
        self._expect(f"{self.play.alert} and its incident resolved")
        self._judge_pages("told", judge_resolve)
        while True:
            incidents = self._ask(f"/api/v1/incidents?service={self.play.service}")["incidents"]
            newest = max(incidents, key=lambda incident: int(incident["number"]), default=None)
            if newest and newest["state"] in ("resolved", "closed"):
                break
            self._pause()
        self._tell("resolved", f"resolved: incident {newest['number']}")

    # What they share

    def _judge_pages(self, name: str, judge: Callable[[Play, dict[str, Any]], Judged | None]) -> None:
        """Reads the phone until a page is judged good. A page stays unread for the next stage where none was."""
        while True:
            for page in self.demo.pages(self.seen, wait_s=min(1.0, max(0.0, self._left_s()))):
                judged = judge(self.play, page["body"])
                self.seen = page["number"]
                if judged is not None and not judged.good:
                    raise _Failed(judged.says)
                if judged is not None:
                    self._tell(name, judged.says)
                    return
            self._check_time()

    def _demand_calm(self) -> None:
        """Nothing is broken, and no incident of before is still open."""
        self.demo.demand_running(watched=True)
        broken = self.demo.broken()
        if broken:
            raise RefusedError(
                f"{', '.join(broken)} is broken already, and one fault at a time can be played",
                mend="Put it right first: watchbook demo reset.",
            )
        until = time.monotonic() + CALM_S
        while True:
            view = self._ask(f"/api/v1/services/{self.play.service}")
            # Slow is calm enough: a busy machine answers late, and no page says so.
            if not view["incident"] and view["status"] in ("healthy", "degraded"):
                return
            if time.monotonic() > until:
                raise ConflictError(
                    f"the service is not calm: {view['headline']}",
                    mend="Wait until its incident is resolved.",
                )
            time.sleep(POLL_S)

    def _ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return ask(self.demo.board + path, body, actor=self.play.person)

    def _tell(self, name: str, says: str) -> None:
        stage = Stage(round(self._now_s(), 1), name, says)
        self.stages.append(stage)
        self.say(stage)

    def _expect(self, what: str) -> None:
        self.waits_for = what

    def _now_s(self) -> float:
        return time.monotonic() - self.began

    def _left_s(self) -> float:
        return LONGEST_PLAY_S - self._now_s()

    def _check_time(self) -> None:
        if self._left_s() <= 0:
            raise _Failed(f"expected {self.waits_for}; it did not come within {LONGEST_PLAY_S:.0f} s")

    def _pause(self) -> None:
        self._check_time()
        time.sleep(POLL_S)
