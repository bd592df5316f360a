"""A play against a scripted service and API: it passes only when all that is expected happens, and always puts right."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from watchbook.app.demo import playing
from watchbook.app.demo.playing import Outcome, Performance, Stage
from watchbook.app.demo.plays import PLAYS
from watchbook.model.errors import ConflictError, RefusedError

pytestmark = pytest.mark.slow

PLAY = PLAYS["database"]
CAUSE = {"name": PLAY.cause, "verdict": "confirmed", "evidence": "connection refused"}
TRIGGER = {"kind": "trigger", "contact": "Ana Ruiz", "alert": "Service Down", "cause": None}
UPDATE = {**TRIGGER, "kind": "update", "cause": CAUSE}
RESOLVE = {**TRIGGER, "kind": "resolve", "summary": "Service Down resolved after 9 s"}


class Board(ThreadingHTTPServer):
    """An API that answers from a script: the run completes once its question was answered."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.commands = [PLAY.remedy]
        self.answered: dict[str, Any] | None = None
        self.end_state = "completed"
        self.incident_state = "resolved"
        self.calm = True
        self.actors: list[str] = []
        self.on_answer: Callable[[], None] = lambda: None
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def reply(self, path: str, body: dict[str, Any] | None) -> tuple[int, Any]:
        """Status and JSON for a request."""
        if path == "/api/v1/services/shop":
            calm = {"incident": None, "status": "healthy", "headline": "all well"}
            return 200, calm if self.calm else {**calm, "incident": {"number": 1}, "headline": "Service Down"}
        if path == "/api/v1/runs":
            assert body == {"service": "shop", "cause": PLAY.cause, "environment": "production"}
            return 201, {"id": "r1"}
        if path == "/api/v1/runs/r1":
            return 200, {"state": self.end_state if self.answered else "waiting", "reason": "exit 1"}
        if path == "/api/v1/questions?service=shop":
            question = {
                "id": "q1",
                "run": "r1",
                "kind": "confirm",
                "text": "Run it?",
                "commands": self.commands,
            }
            other = {**question, "id": "q0", "run": "r0", "commands": ["rm -r data"]}
            asked = {"content_hash": "abc", "answered_at": 1.0 if self.answered else None}
            return 200, {"questions": [{**other, **asked}, {**question, **asked}]}
        if path == "/api/v1/questions/q1/answer":
            self.answered = body
            self.on_answer()
            return 200, {}
        if path == "/api/v1/incidents?service=shop":
            incidents = [{"number": 2, "state": self.incident_state}, {"number": 1, "state": "resolved"}]
            return 200, {"incidents": incidents}
        return 404, {"error": {"code": "not_found", "message": f"there is no {path}", "mend": ""}}


class Answering(BaseHTTPRequestHandler):
    """One request to the board."""

    server: Board

    def do_GET(self) -> None:
        """A question about state."""
        self.respond(None)

    def do_POST(self) -> None:
        """A change."""
        self.respond(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def respond(self, body: dict[str, Any] | None) -> None:
        """Answers from the board's script."""
        self.server.actors.append(self.headers["Watchbook-Actor"])
        status, data = self.server.reply(self.path, body)
        raw = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


class Scripted:
    """A service whose phone gets the pages of a script: some when it breaks, the rest when the remedy is confirmed."""

    def __init__(self, board: Board) -> None:
        self.server, self.board = board, f"http://127.0.0.1:{board.server_port}"
        self.before: list[dict[str, Any]] = [TRIGGER, UPDATE]
        self.after: list[dict[str, Any]] = [RESOLVE]
        self.phone: list[dict[str, Any]] = []
        self.faults: list[str] = []
        self.resets = 0
        board.on_answer = lambda: self.ring(self.after)

    def ring(self, pages: list[dict[str, Any]]) -> None:
        """The phone gets pages."""
        self.phone += pages

    def demand_running(self, *, watched: bool = False) -> None:
        """It always runs."""

    def broken(self) -> list[str]:
        """What was broken by the script."""
        return self.faults

    def break_it(self, fault: str) -> None:
        """Breaks it."""
        self.faults = [fault]
        self.ring(self.before)

    def reset(self) -> None:
        """Counts."""
        self.faults, self.resets = [], self.resets + 1

    def healthy(self) -> str:
        """Healthy once the remedy was confirmed."""
        return "3 of 3 instances healthy" if self.server.answered else ""

    def pages(self, after: int, wait_s: float = 0.0) -> list[dict[str, Any]]:
        """As the phone's own answer."""
        numbered = [{"number": number, "body": body} for number, body in enumerate(self.phone, 1)]
        return numbered[after:]


@pytest.fixture
def service() -> Iterator[Scripted]:
    """A scripted service with its board."""
    board = Board()
    yield Scripted(board)
    board.shutdown()
    board.server_close()


def perform(service: Scripted) -> Outcome:
    """Plays the database play; what was said must be what is in the outcome."""
    said: list[Stage] = []
    outcome = Performance(service, PLAY, said.append).perform()
    assert tuple(said) == outcome.stages
    assert service.resets == 1 and service.faults == [], "the shop was not put right"
    return outcome


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plays end soon when nothing comes."""
    monkeypatch.setattr(playing, "LONGEST_PLAY_S", 0.3)
    monkeypatch.setattr(playing, "CALM_S", 0.3)


def test_a_play_passes_when_all_of_it_happens(service: Scripted) -> None:
    """Every stage is told in order, the remedy is confirmed with the hash it was asked with, in the person's name."""
    service.phone = [{**TRIGGER, "alert": "an old page that is not looked at"}]
    outcome = perform(service)
    assert outcome.passed and outcome.problem == ""
    assert [stage.says for stage in outcome.stages] == [
        "broken: ends the database process",
        "paged Ana Ruiz: Service Down",
        "told Ana Ruiz: Database connection failure (confirmed), connection refused",
        "confirmed ./db.sh start",
        "done ./db.sh start",
        "recovered: 3 of 3 instances healthy",
        "told Ana Ruiz: Service Down resolved after 9 s",
        "resolved: incident 2",
    ]
    assert service.server.answered == {"answer": "confirm", "content_hash": "abc"}
    assert set(service.server.actors) == {"Ana%20Ruiz"}


def test_a_page_that_knows_the_cause_is_enough(service: Scripted) -> None:
    """Where the first page already names the confirmed cause, no update is waited for."""
    service.before = [{**TRIGGER, "cause": CAUSE}]
    outcome = perform(service)
    assert outcome.passed
    assert outcome.stages[1].says == "paged Ana Ruiz: Service Down, Database connection failure (confirmed)"
    assert "diagnosed" not in [stage.name for stage in outcome.stages]


@pytest.mark.parametrize(
    ("before", "problem"),
    [
        ([], "expected a page to Ana Ruiz: Service Down; it did not come within 0 s"),
        (
            [{**TRIGGER, "contact": "Bo Lindqvist"}],
            "expected a page to Ana Ruiz: Service Down; it went to Bo Lindqvist",
        ),
        ([TRIGGER], "expected the cause Database connection failure confirmed; it did not come"),
        ([TRIGGER, {**UPDATE, "cause": {**CAUSE, "name": "Bad deployment"}}], "Bad deployment was confirmed"),
    ],
)
def test_pages_that_are_not_as_expected_fail(
    service: Scripted, short: None, before: list[dict[str, Any]], problem: str
) -> None:
    """No page, the wrong person, no cause or a wrong one: the play fails, says what was expected, and mends nothing."""
    service.before = before
    outcome = perform(service)
    assert not outcome.passed and problem in outcome.problem
    assert service.server.answered is None


def test_another_command_is_never_confirmed(service: Scripted) -> None:
    """A run that asks to confirm something else than the written remedy is not answered."""
    service.server.commands = ["./scale.sh --replicas=0"]
    outcome = perform(service)
    assert outcome.problem == "expected to confirm ./db.sh start; on screen was ./scale.sh --replicas=0"
    assert service.server.answered is None


def test_a_failed_remedy_fails_the_play(service: Scripted) -> None:
    """A run that does not complete fails the play with the run's own reason."""
    service.server.end_state = "failed"
    assert perform(service).problem == "expected the remedy to complete; it failed: exit 1"


def test_an_alert_that_stays_fails_the_play(service: Scripted, short: None) -> None:
    """A page without its resolve, or an incident that stays open, is no pass."""
    service.after = []
    assert "expected Service Down and its incident resolved" in perform(service).problem


def test_an_incident_that_stays_open_fails_the_play(service: Scripted, short: None) -> None:
    """The resolve alone is not enough: the incident must be resolved, too."""
    service.server.incident_state = "mitigated"
    assert "expected Service Down and its incident resolved" in perform(service).problem


def test_a_refusal_of_the_server_is_the_plays_problem(
    service: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the API refuses stands in the problem, with what was waited for."""
    monkeypatch.setattr(service.server, "reply", refusing(service.server.reply))
    assert "refused with 409: a run holds the lock" in perform(service).problem


def refusing(reply: Callable[..., tuple[int, Any]]) -> Callable[..., tuple[int, Any]]:
    """The same script, but no run starts."""

    def script(path: str, body: dict[str, Any] | None) -> tuple[int, Any]:
        if path == "/api/v1/runs":
            return 409, {"error": {"code": "conflict", "message": "a run holds the lock", "mend": ""}}
        return reply(path, body)

    return script


def test_a_play_begins_only_in_calm(service: Scripted, short: None) -> None:
    """Another fault, or an incident that is still open, refuses the play before anything is broken."""
    service.faults = ["cache"]
    with pytest.raises(RefusedError, match="cache is broken already"):
        Performance(service, PLAY, lambda _: None).perform()
    service.faults, service.server.calm = [], False
    with pytest.raises(ConflictError, match="not calm: Service Down"):
        Performance(service, PLAY, lambda _: None).perform()
    assert service.resets == 0
