"""What `differences` says of parts that a document writes rarely: each field of a step, a procedure, a rule, a cause."""

from dataclasses import replace
from typing import Any

import pytest

from watchbook.model.procedures import Choice, Expectation, NumberTest, Parameter, Procedure, Step, StepKind
from watchbook.model.quantities import Unit
from watchbook.model.runbook import (  # fmt: skip
    AlertRule,
    Cause,
    CheckKind,
    Component,
    Condition,
    Contact,
    Environment,
    HandoffItem,
    HealthCheck,
    Issue,
    Link,
    Maintenance,
    MetricsEndpoint,
    Recovery,
    Response,
    Role,
    Runbook,
    Rung,
    Service,
    Severity,
    Symptom,
)
from watchbook.model.safety import Classification, Safety
from watchbook.reading.differences import Change, Risk, differences

LESS, MORE, GUARDS, NONE = Risk.PAGES_LESS, Risk.RUNS_MORE, Risk.GUARDS_LESS, Risk.NONE


def _safety(safety: Safety, declared: bool = False) -> Classification:
    return Classification(safety, "so", declared=declared)


STEP = Step(
    "s",
    "Drop the queue",
    StepKind.COMMAND,
    commands=("drop",),
    script="drop",
    safety=_safety(Safety.DESTRUCTIVE),
)
VERIFY = Step(
    "v",
    "Verify",
    StepKind.VERIFY,
    script="look",
    safety=_safety(Safety.READ_ONLY),
    expect=Expectation(text="ok"),
)
READS = Step(
    "r",
    "Look",
    StepKind.COMMAND,
    script="kubectl get pods",
    safety=_safety(Safety.READ_ONLY),
    environment="staging",
)
PROCEDURE = Procedure("Restart", "operations", (STEP, VERIFY), (Parameter("n", "1"),), on_failure="Undo")
RULE = AlertRule("Down", Role.ALERT, Severity.HIGH, Condition("latency", {"quantile": 0.95}, ">", 1.0, Unit.SECONDS),
                 Response(page=True, ack_deadline_s=300, ladder=(Rung("Ana"),), actions=("Restart",)))  # fmt: skip
CAUSE = Cause("Full", (READS,), (STEP,), solution="Empty it")
ISSUE = Issue("Down", ("Down",), (Symptom("slow", Condition("latency")),), (READS,), (CAUSE,))
CHECK = HealthCheck("Database", CheckKind.COMMAND, "pg_isready", dependency="Database")
PLACE = Environment("production", "https://a", context="blue", namespace="shop")
SERVICE = Service(
    "Till", environments=(PLACE,), components=(Component("A", "b"),), dashboards=(Link("Board", "https://b"),)
)


def _told(old: Runbook, new: Runbook, words: str) -> list[Risk]:
    return [change.risk for change in differences(old, new) if words in change.says]


def _with_step(**changed: Any) -> Runbook:
    return Runbook(SERVICE, procedures=(replace(PROCEDURE, steps=(replace(STEP, **changed), VERIFY)),))


@pytest.mark.parametrize(
    ("changed", "risk", "words"),
    [
        (
            {"script": "list", "safety": _safety(Safety.READ_ONLY)},
            MORE,
            "no longer waits for a person to confirm it",
        ),
        (
            {"script": "", "kind": StepKind.MANUAL, "safety": None},
            NONE,
            "is done by a person now; it ran `drop`",
        ),
        ({"approvals": 2}, NONE, "needs 2 approvals, was 0"),
        ({"idempotent": True}, MORE, "would be repeated without asking"),
        ({"retry": 3}, NONE, "is tried again 3 times, was 0"),
        ({"timeout_s": 60.0}, NONE, "is given none → 1 min"),
        ({"duration_s": 60.0}, NONE, "lasts none → 1 min"),
        ({"environment": "staging"}, NONE, "runs in staging, was every environment"),
        ({"until_alert_resolved": "Down"}, NONE, "waits for Down to resolve, was none"),
        ({"kind": StepKind.VERIFY}, NONE, "is a verify step, was command"),
        ({"name": "Empty the queue"}, NONE, "renamed, was “Drop the queue”"),
        ({"expect": Expectation(number=NumberTest("<", 3.0))}, NONE, "expects"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_each_field_of_a_step(changed: dict[str, Any], risk: Risk, words: str) -> None:
    """One field changed, one sentence; and something is said of the way back."""
    old, new = _with_step(), _with_step(**changed)
    assert _told(old, new, words) == [risk]
    assert differences(new, old)


def test_what_a_person_did_is_run_now() -> None:
    """A manual step that becomes a command, an approval less, a declaration: each is a risk."""
    by_hand = _with_step(script="", kind=StepKind.MANUAL, safety=None, text="Drop it yourself")
    assert _told(by_hand, _with_step(), "was done by a person; a run would now run `drop`") == [MORE]
    assert _told(
        by_hand, _with_step(script="", kind=StepKind.MANUAL, safety=None, text="Ask"), "reads “Ask”"
    ) == [NONE]
    assert _told(_with_step(approvals=2), _with_step(approvals=1), "needs 1 approval, was 2") == [MORE]
    assert _told(_with_step(duration_s=60.0), _with_step(duration_s=30.0), "lasts 1 min → 30 s") == [GUARDS]
    proven, declared = (_with_step(safety=_safety(Safety.READ_ONLY, one)) for one in (False, True))
    assert _told(proven, declared, "is declared to read only") == [GUARDS]


@pytest.mark.parametrize(
    ("changed", "risk", "words"),
    [
        ({"rollback_auto": True}, MORE, "would roll back by itself when it fails"),
        ({"on_failure": None}, GUARDS, "when it fails, no procedure is offered; it was “Undo”"),
        ({"rollback": True}, NONE, "undoes another procedure now"),
        ({"section": "emergency"}, NONE, "stands under emergency, was under operations"),
        ({"name": "Begin again"}, NONE, "renamed, was “Restart”"),
        ({"steps": (VERIFY, STEP)}, GUARDS, "its steps stand in another order"),
        ({"steps": (STEP,)}, GUARDS, "step “Verify” removed, it ran `look`"),
        ({"parameters": ()}, NONE, "no longer asks for the parameter n"),
        ({"parameters": (Parameter("n", "2"),)}, NONE, "the parameter n is “2” where nothing is given, was “1”"),
        ({"parameters": (Parameter("n", "1", description="how many"),)}, NONE, "is described as “how many”"),
        ({"parameters": (Parameter("n", "1", "env"),)}, NONE, "is written in another way"),
        ({"parameters": (Parameter("n", "1"), Parameter("m", "x"))}, NONE, "asks for the parameter m, “x” where nothing"),
        (
            {"steps": (STEP, VERIFY, Step("c", "How", StepKind.CHOICE, choices=(Choice("Slowly", (STEP,)),)))},
            NONE, "its alternatives are “Slowly”, were none",
        ),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_each_field_of_a_procedure(changed: dict[str, Any], risk: Risk, words: str) -> None:
    """One field changed, one sentence; and something is said of the way back."""
    old, new = (
        Runbook(SERVICE, procedures=(PROCEDURE,)),
        Runbook(SERVICE, procedures=(replace(PROCEDURE, **changed),)),
    )
    assert _told(old, new, words) == [risk]
    assert differences(new, old)


@pytest.mark.parametrize(
    ("changed", "risk", "words"),
    [
        ({"environment": "staging"}, LESS, "watches staging instead of production"),
        ({"scope": "each"}, NONE, "looks at each instance by itself"),
        ({"no_data": "ok"}, LESS, "without data: hold → ok"),
        ({"no_data": "fire"}, NONE, "without data: hold → fire"),
        ({"resolve_after_s": 60.0}, NONE, "resolves after the usual time → 1 min of good data"),
        ({"selector": '{app="x"}'}, LESS, "looks at other series"),
        ({"role": Role.TARGET}, LESS, "Page for Down removed"),
        ({"condition": replace(RULE.condition, op="<")}, LESS, "cannot be compared"),
        ({"condition": Condition(promql="up == 0")}, LESS, "the query holds (up == 0), which may fire less"),
        ({"condition": replace(RULE.condition, params={"quantile": 0.99}, value=2.0)}, LESS, "cannot be compared"),
        ({"condition": replace(RULE.condition, params={"quantile": "high"})}, LESS, "cannot be compared"),
        ({"response": replace(RULE.response, actions=())}, NONE, "offers nothing as the next action, was Restart"),
        ({"response": replace(RULE.response, page=False, working_hours=True)}, LESS, "pages only in working hours now"),
        ({"response": replace(RULE.response, ack_deadline_s=900)}, LESS, "to be acknowledged within 5 min → 15 min"),
        ({"response": replace(RULE.response, ladder=(Rung("Bo"),))}, NONE, "now pages Bo; before Ana; Ana is told no more"),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_each_field_of_an_alert(changed: dict[str, Any], risk: Risk, words: str) -> None:
    """One field changed, one sentence; and something is said of the way back."""
    old, new = Runbook(SERVICE, alerts=(RULE,)), Runbook(SERVICE, alerts=(replace(RULE, **changed),))
    assert _told(old, new, words) == [risk]
    assert differences(new, old)


def test_the_other_way_round_of_an_alert() -> None:
    """Pages at any hour again; looks at all instances together; an alert that paged nobody goes."""
    hours = replace(RULE, response=replace(RULE.response, page=False, working_hours=True))
    assert _told(
        Runbook(SERVICE, alerts=(hours,)), Runbook(SERVICE, alerts=(RULE,)), "pages at any hour now"
    ) == [NONE]
    each = Runbook(SERVICE, alerts=(replace(RULE, scope="each"),))
    assert _told(each, Runbook(SERVICE, alerts=(RULE,)), "looks at all instances together") == [LESS]
    quiet = Runbook(SERVICE, alerts=(replace(RULE, response=Response()),))
    assert _told(quiet, Runbook(SERVICE), "Alert Down removed") == [LESS]
    assert _told(Runbook(SERVICE), quiet, "a new alert, high when") == [NONE]
    rooms = [
        Runbook(SERVICE, alerts=(replace(RULE, response=replace(RULE.response, channels=one)),))
        for one in ((), ("#a",))
    ]
    assert _told(*rooms, "posted in #a") == [NONE]
    ladders = [Runbook(SERVICE, ladder=one) for one in ((Rung("Ana"), Rung("Bo", 300)), ())]
    assert _told(*ladders, "Ana and Bo are told no more") == [LESS]


@pytest.mark.parametrize(
    ("changed", "risk", "words"),
    [
        ({"name": "Store"}, GUARDS, "renamed, was Database"),
        ({"environment": "staging"}, GUARDS, "asked in staging, was production"),
        ({"environment": "staging"}, MORE, "`pg_isready` would now run unattended in staging"),
        ({"timeout_s": 3.0}, NONE, "gives up after 10 s → 3 s"),
        ({"dependency": None}, NONE, "stands for the dependency of no name, was Database"),
        ({"expect": Expectation(text="ok")}, NONE, "expects the text “ok”"),
        ({"kind": CheckKind.TCP, "target": "db:5432"}, NONE, "asks `db:5432`, was `pg_isready`"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_each_field_of_a_check(changed: dict[str, Any], risk: Risk, words: str) -> None:
    """One field changed, one sentence."""
    old, new = (
        Runbook(SERVICE, health_checks=(CHECK,)),
        Runbook(SERVICE, health_checks=(replace(CHECK, **changed),)),
    )
    assert _told(old, new, words) == [risk]
    assert differences(new, old)


@pytest.mark.parametrize(
    ("changed", "risk", "words"),
    [
        ({"name": "Everything is slow"}, NONE, "renamed, was “Down”"),
        ({"alerts": ("Slow",)}, GUARDS, "Down no longer leads here"),
        ({"symptoms": ()}, GUARDS, "symptom removed: “slow”"),
        ({"symptoms": (*ISSUE.symptoms, Symptom("late"))}, NONE, "new symptom: “late”"),
        ({"diagnosis": (READS, Step("a", "Ask", StepKind.MANUAL, text="Ask Ana"))}, NONE, "asks a person: “Ask Ana”"),
        ({"diagnosis": (replace(READS, environment="production"),), "causes": ()}, MORE, "unattended in production"),
        ({"causes": ()}, GUARDS, "the cause “Full” is no longer looked for"),
        ({"causes": (CAUSE, replace(CAUSE, name="Lost", check=()))}, NONE, "new cause “Lost”"),
        ({"causes": (replace(CAUSE, name="Packed"),)}, NONE, "the cause “Full” is called “Packed” now"),
        ({"causes": (replace(CAUSE, check=()),)}, GUARDS, "has no check any more"),
        ({"causes": (replace(CAUSE, remedy=()),)}, GUARDS, "has no remedy any more"),
        ({"causes": (replace(CAUSE, solution="Wait"),)}, NONE, "the advice for “Full” is now “Wait”"),
        ({"causes": (replace(CAUSE, check=(replace(READS, expect=Expectation("200")),)),)}, NONE, "other answers confirm"),
        ({"causes": (replace(CAUSE, check=(replace(READS, safety=_safety(Safety.READ_ONLY, True), script="z"),)),)},
         MORE, "the check of the cause “Full”, where declarations are trusted"),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_each_field_of_an_issue(changed: dict[str, Any], risk: Risk, words: str) -> None:
    """One field changed, one sentence; and something is said of the way back."""
    old, new = Runbook(SERVICE, issues=(ISSUE,)), Runbook(SERVICE, issues=(replace(ISSUE, **changed),))
    assert _told(old, new, words) == [risk]
    assert differences(new, old)


def _of_service(**changed: Any) -> Runbook:
    return Runbook(replace(SERVICE, **changed))


@pytest.mark.parametrize(
    ("new", "risk", "words"),
    [
        (
            _of_service(environments=(replace(PLACE, context="green"),)),
            MORE,
            "context blue → green; diagnosis would run kubectl",
        ),
        (_of_service(environments=(replace(PLACE, context=None),)), GUARDS, "no longer runs kubectl there"),
        (_of_service(environments=(replace(PLACE, namespace="bank"),)), MORE, "namespace shop → bank"),
        (_of_service(environments=(replace(PLACE, name="live"),)), NONE, "renamed, was production"),
        (_of_service(environments=(replace(PLACE, instances=("a", "b")),)), NONE, "instances none → a and b"),
        (_of_service(environments=()), LESS, "environment production removed"),
        (_of_service(environments=(PLACE, Environment("test"))), NONE, "new environment test, at no address"),
        (_of_service(components=()), NONE, "Components changed: gone “A: b”"),
        (
            _of_service(dashboards=(Link("Board", "https://c"),)),
            NONE,
            "Dashboards changed: new “Board: https://c”",
        ),
        (_of_service(diagram="graph"), NONE, "The diagram was redrawn."),
        (_of_service(metrics=MetricsEndpoint("/metrics", 60.0)), GUARDS, "GET /metrics every 1 min"),
        (_of_service(dependents=("Web",)), NONE, "New dependent: Web."),
        (Runbook(SERVICE, rooms=("#till",)), NONE, "The team's rooms are #till, were none."),
        (
            Runbook(SERVICE, handoff=(HandoffItem("Open tickets"),)),
            NONE,
            "The handoff list changed: new “Open tickets”.",
        ),
        (Runbook(SERVICE, contacts=(Contact("On-Call", "Ana"),)), NONE, "new contact: On-Call Ana."),
        (
            Runbook(SERVICE, recovery=Recovery(procedure="Restore")),
            NONE,
            "The recovery procedure is “Restore”",
        ),
        (
            Runbook(SERVICE, maintenance=Maintenance(procedure="Restart")),
            NONE,
            "The maintenance procedure is “Restart”",
        ),
    ],
    ids=lambda value: str(value)[-40:],
)
def test_facts_about_the_service(new: Runbook, risk: Risk, words: str) -> None:
    """One fact changed, one sentence; and something is said of the way back."""
    old = Runbook(SERVICE)
    assert _told(old, new, words) == [risk]
    assert differences(new, old)


def test_somebody_without_an_address_is_not_reached() -> None:
    """The name stays on the ladder, and pages to it lead nowhere."""
    contacts = [
        Runbook(SERVICE, contacts=(Contact("On-Call", "Ana", one),)) for one in ("ana@till.test", None)
    ]
    assert _told(*contacts, "no address any more") == [LESS]


def test_a_part_without_a_sentence_is_told_all_the_same() -> None:
    """A field that nobody thought of does not change in silence."""
    old = Runbook(SERVICE, health_checks=(CHECK,))
    new = Runbook(SERVICE, health_checks=(replace(CHECK, kind=CheckKind.SQL, query=""),))
    assert differences(old, new)
    odd = Runbook(SERVICE, issues=(replace(ISSUE, causes=(replace(CAUSE, procedure="X"),)),))
    (change,) = differences(Runbook(SERVICE, issues=(ISSUE,)), odd)
    assert change == Change("other", NONE, "issues", "Something under “issues” is read differently.")
