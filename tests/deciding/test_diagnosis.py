"""Verdicts on causes: what confirms, what rules out, and everything that could not judge (document.md, "Verdicts")."""

from typing import Any

import pytest

from watchbook.deciding.diagnosis import Hints, conclude, issue_of, judge_cause, judge_symptom, refusal
from watchbook.model.alerts import Observation
from watchbook.model.diagnosis import CommandOutcome, Diagnosis, Verdict
from watchbook.model.ids import DiagnosisId
from watchbook.model.procedures import Expectation, NumberTest, Step, StepKind
from watchbook.model.runbook import (
    AlertRule,
    Cause,
    Condition,
    Issue,
    Role,
    Runbook,
    Service,
    Severity,
    Symptom,
)
from watchbook.model.safety import Classification, Safety

PONG = Expectation(text="pong")
OOM = Expectation(regex='"reason": "out of memory"', inverted=True)
CONFIRMED, LIKELY, OUT, UNKNOWN = Verdict.CONFIRMED, Verdict.LIKELY, Verdict.RULED_OUT, Verdict.INCONCLUSIVE


def check(script: str, expect: Expectation | None = None, meaning: str = "", *programs: str) -> Step:
    safety = Classification(Safety.READ_ONLY, "reads", programs=programs or (script.split()[0],))
    return Step(
        "s",
        "Check",
        StepKind.COMMAND,
        commands=(script,),
        script=script,
        safety=safety,
        expect=expect,
        exit_meaning=meaning,
    )


CURL = check("curl -fsS --max-time 2 http://127.0.0.1:8120/ping", PONG, "expects_zero")
INSTANCES = check("curl -fsS http://127.0.0.1:8100/instances", OOM, "expects_zero")
FOUND = check(
    "docker inspect shop | grep OOM",
    Expectation(regex="true", inverted=True),
    "found_confirms",
    "docker",
    "grep",
)
PSQL = check('psql -h db -c "SELECT 1"', None, "expects_zero")
GREP = check("grep ERROR logs/shop.log", None, "found_confirms")
DIFF = check("diff run/release run/known-good", None, "expects_zero")
REDIS = check("redis-cli ping", None, "expects_zero")
EXISTS = check("[[ -f run/ready ]]", None, "expects_zero", "[[")
OWN = check("./status.sh", None, "")
OWN_EXPECTS = check("./status.sh", Expectation(text="running"), "")
NUMBER = check("wc -l queue", Expectation(number=NumberTest("<", 100)), "")


@pytest.mark.parametrize(
    ("step", "exit_code", "output", "verdict", "says"),
    [
        (CURL, 0, "pong\n", OUT, "pong"),
        (CURL, 7, "curl: (7) Failed to connect to 127.0.0.1 port 8120\n", CONFIRMED, "Failed to connect"),
        (CURL, 22, "curl: (22) The requested URL returned error: 503\n", CONFIRMED, "503"),
        (CURL, 7, "", CONFIRMED, "exit 7"),
        (CURL, 0, "database is starting\n", CONFIRMED, "expected 'pong'"),
        (CURL, 0, "", UNKNOWN, "printed nothing"),
        (CURL, 28, "curl: (28) Operation timed out after 2001 ms\n", UNKNOWN, "timed out"),
        (CURL, 22, "curl: (22) The requested URL returned error: 401\n", UNKNOWN, "401"),
        (CURL, 22, "curl: (22) The requested URL returned error: 403\n", UNKNOWN, "403"),
        (CURL, 2, "curl: option --max-tim: is unknown\n", UNKNOWN, "exit 2"),
        (CURL, 127, "bash: line 1: curl: command not found\n", UNKNOWN, "curl is not installed"),
        (CURL, None, "", UNKNOWN, "did not end"),
        (INSTANCES, 0, '{"shop-1": {"reason": "out of memory"}}', CONFIRMED, "out of memory"),
        (INSTANCES, 0, '{"shop-1": {"reason": "crashed"}}', OUT, "crashed"),
        (INSTANCES, 7, "curl: (7) Failed to connect", UNKNOWN, "exit 7"),
        (INSTANCES, 0, "", UNKNOWN, "printed nothing"),
        (FOUND, 1, "", OUT, "found nothing"),
        (FOUND, 0, "OOMKilled: true", CONFIRMED, "OOMKilled"),
        (PSQL, 0, " ?column?\n", OUT, "?column?"),
        (PSQL, 2, "psql: error: connection to server failed: Connection refused\n", CONFIRMED, "refused"),
        (
            PSQL,
            2,
            'psql: error: FATAL: password authentication failed for user "x"\n',
            UNKNOWN,
            "authentication",
        ),
        (PSQL, 2, "psql: error: fe_sendauth: no password supplied\n", UNKNOWN, "no password"),
        (PSQL, 1, "ERROR: syntax error\n", UNKNOWN, "exit 1"),
        (PSQL, 127, "bash: psql: command not found\n", UNKNOWN, "psql is not installed"),
        (PSQL, 126, "bash: /usr/bin/psql: Permission denied\n", UNKNOWN, "may not be executed"),
        (GREP, 0, "ERROR payment refused\nERROR again\n", CONFIRMED, "payment refused"),
        (GREP, 0, "ERROR permission denied for table orders\n", CONFIRMED, "permission denied for table"),
        (GREP, 1, "", OUT, "found nothing"),
        (GREP, 2, "grep: logs/shop.log: No such file or directory\n", UNKNOWN, "No such file"),
        (DIFF, 0, "", OUT, "exit 0"),
        (DIFF, 1, "1c1\n< 2.0.0\n---\n> 1.0.0\n", CONFIRMED, "exit 1: < 2.0.0 > 1.0.0"),
        (DIFF, 1, "< permission denied\n> forbidden\n", CONFIRMED, "exit 1"),
        (DIFF, 2, "diff: run/release: No such file or directory\n", UNKNOWN, "exit 2"),
        (REDIS, 0, "PONG\n", OUT, "PONG"),
        (REDIS, 0, "NOAUTH Authentication required.\n", UNKNOWN, "NOAUTH"),
        (
            REDIS,
            1,
            "Could not connect to Redis at 127.0.0.1:6379: Connection refused\n",
            CONFIRMED,
            "refused",
        ),
        (EXISTS, 0, "", OUT, "exit 0"),
        (EXISTS, 1, "", CONFIRMED, "exit 1: no output"),
        (EXISTS, 2, "bash: [[: bad expression\n", UNKNOWN, "exit 2"),
        (OWN, 1, "two replicas missing\n", LIKELY, "two replicas missing"),
        (OWN, 0, "all fine\n", UNKNOWN, "nothing says what is right"),
        (OWN, 0, "shop-1 0/1 CrashLoopBackOff 7\n", LIKELY, "CrashLoopBackOff"),
        (OWN, 1, "Error: permission denied\n", UNKNOWN, "permission denied"),
        (OWN, 124, "", UNKNOWN, "timed out"),
        (OWN, 137, "", UNKNOWN, "killed"),
        (OWN_EXPECTS, 3, "stopped\n", CONFIRMED, "stopped"),
        (OWN_EXPECTS, 255, "ssh: connect to host db port 22: timed out\n", UNKNOWN, "ssh"),
        (OWN_EXPECTS, 0, "running\n", OUT, "running"),
        (NUMBER, 0, "250 queue\n", CONFIRMED, "expected < 100"),
        (NUMBER, 0, "7 queue\n", OUT, "7 queue"),
    ],
)
def test_verdicts(step: Step, exit_code: int | None, output: str, verdict: Verdict, says: str) -> None:
    """One row for each way a check can end; every verdict shows the line that decided it."""
    outcome = CommandOutcome(step.script, exit_code, output)
    found = judge_cause(Cause("A cause", (step,)), [outcome])
    assert (found.verdict, says in found.evidence) == (verdict, True), found.evidence
    if verdict is UNKNOWN:
        assert found.evidence.startswith("could not check: ")


def test_a_missing_program_never_confirms() -> None:
    """A missing psql is "could not check: psql is not installed", also inside a pipeline."""
    step = check("psql -c 'select 1' | grep 1", None, "found_confirms", "psql", "grep")
    found = judge_cause(
        Cause("Database failure", (step,)), [CommandOutcome("", 1, "bash: line 1: psql: command not found\n")]
    )
    assert (found.verdict, found.evidence) == (UNKNOWN, "could not check: psql is not installed")


def test_problem_of_the_runner_is_inconclusive() -> None:
    """Not read-only, a missing parameter, not run at all: the reason is told."""
    cause = Cause("A", (CURL, PSQL))
    assert judge_cause(cause, [CommandOutcome("x", problem="the parameter pod is missing")]).evidence == (
        "could not check: the parameter pod is missing"
    )
    assert judge_cause(cause, []).evidence == "could not check: it was not run"
    assert judge_cause(Cause("B"), []).evidence == "could not check: the runbook gives no check for it"


def test_strongest_check_of_a_cause_decides() -> None:
    """One check that confirms is enough; all must rule out to rule out."""
    cause = Cause("A", (CURL, GREP))
    good, bad = CommandOutcome("", 0, "pong"), CommandOutcome("", 0, "ERROR here")
    nothing, broken = CommandOutcome("", 1, ""), CommandOutcome("", 2, "grep: no")
    assert judge_cause(cause, [good, bad]).verdict is CONFIRMED
    assert judge_cause(cause, [good, nothing]).verdict is OUT
    assert judge_cause(cause, [good, broken]).verdict is UNKNOWN


@pytest.mark.parametrize(
    ("name", "hints", "verdict"),
    [
        ("Bad deployment", Hints("release 2.0.0 went out 3 min before"), LIKELY),
        ("Disk full", Hints("release 2.0.0 went out 3 min before"), UNKNOWN),
        ("Disk full", Hints(advice_holds={"Disk full": "disk is at 97%"}), LIKELY),
    ],
)
def test_hints_make_likely_never_confirmed(name: str, hints: Hints, verdict: Verdict) -> None:
    """A change shortly before the onset, or a measurable "If A" that holds, makes a cause likely."""
    assert judge_cause(Cause(name), [], hints).verdict is verdict


def test_hints_do_not_overrule_a_check() -> None:
    """What a check ruled out stays ruled out."""
    found = judge_cause(
        Cause("Bad deployment", (DIFF,)), [CommandOutcome("", 0, "")], Hints("release 2 went out")
    )
    assert found.verdict is OUT


def _diagnosis(*verdicts: Any) -> Diagnosis:
    return Diagnosis(
        DiagnosisId("d"),
        "shop",
        "production",
        "Service is down",
        "Service Down",
        "watchbook",
        1.0,
        verdicts=verdicts,
    )


def test_conclusion_names_the_next_action_and_its_procedure() -> None:
    """The first confirmed cause in document order wins, before any likely one."""
    likely = judge_cause(Cause("First", (OWN,), procedure="S: First"), [CommandOutcome("", 1, "x")])
    confirmed = Cause("Database", (CURL,), procedure="S: Database", solution="Start the database again")
    verdicts = [
        likely,
        *(judge_cause(cause, [CommandOutcome("", 7, "refused")]) for cause in (confirmed, confirmed)),
    ]
    done = conclude(_diagnosis(*verdicts), [confirmed], 2.0)
    assert done.ended_at == 2.0
    assert done.next_procedure == "S: Database"
    assert done.next_action == "Run “S: Database”: Start the database again."


@pytest.mark.parametrize(
    ("verdicts", "says"),
    [
        ((), "lists no causes"),
        ((judge_cause(Cause("A", (CURL,)), [CommandOutcome("", 0, "pong")]),), "ruled out"),
        ((judge_cause(Cause("A", (CURL,)), []),), "Check by hand: A."),
    ],
)
def test_conclusion_without_a_cause(verdicts: Any, says: str) -> None:
    """No cause: the next action says what remains to be done."""
    done = conclude(_diagnosis(*verdicts), [], 2.0)
    assert says in done.next_action
    assert done.next_procedure is None


@pytest.mark.parametrize(
    ("safety", "declared", "trusted", "refused"),
    [
        (Safety.READ_ONLY, False, False, False),
        (Safety.READ_ONLY, True, False, True),
        (Safety.READ_ONLY, True, True, False),
        (Safety.CHANGES, False, True, True),
        (Safety.UNKNOWN, False, True, True),
        (Safety.REVEALS, False, True, True),
    ],
)
def test_only_read_only_runs_without_a_person(
    safety: Safety, declared: bool, trusted: bool, refused: bool
) -> None:
    """Rule 22: everything that is not proven read-only is refused, with the reason."""
    step = Step(
        "s", "s", StepKind.COMMAND, script="x", safety=Classification(safety, "because", declared=declared)
    )
    assert bool(refusal(step, trust_declared=trusted)) == refused


def test_symptoms() -> None:
    """A measurable symptom holds, does not, or has no data; prose is neither."""
    measurable = Symptom("Error rate > 1%", Condition(signal="error_ratio", value=0.01))
    assert judge_symptom(measurable, Observation(0, True, 0.04, "4%")).holds is True
    assert judge_symptom(measurable, Observation(0, None, says="no traffic")).says == "no traffic"
    assert judge_symptom(measurable, None).holds is None
    assert judge_symptom(Symptom("Customers cannot place orders"), Observation(0, True)).holds is None


def test_issue_of_an_alert() -> None:
    """An issue is found by its field, by its name, then by the signal of a symptom."""
    issues = (
        Issue("One", alerts=("Service Down",)),
        Issue("High latency"),
        Issue("Errors", symptoms=(Symptom("x", Condition(signal="error_ratio")),)),
    )
    book = Runbook(Service("Shop"), issues=issues)

    def found(name: str, signal: str) -> str | None:
        issue = issue_of(book, AlertRule(name, Role.ALERT, Severity.HIGH, Condition(signal=signal)))
        return issue.name if issue else None

    assert found("service down", "x") == "One"
    assert found("High Latency", "x") == "High latency"
    assert found("Many errors", "error_ratio") == "Errors"
    assert found("Other", "cpu") is None


def test_evidence_of_a_long_line_is_cut_around_the_match() -> None:
    """One JSON line of a kilobyte: the verdict shows the part that decided."""
    line = '{"a": "' + "x" * 500 + '", "reason": "out of memory", "b": "' + "y" * 500 + '"}'
    found = judge_cause(Cause("A", (INSTANCES,)), [CommandOutcome("", 0, line)])
    assert found.verdict is CONFIRMED
    assert '"reason": "out of memory"' in found.evidence
    assert len(found.evidence) == 122
    text = check("cat x", Expectation(text="needle"), "")
    assert (
        "needle" in judge_cause(Cause("A", (text,)), [CommandOutcome("", 0, "z" * 400 + "needle")]).evidence
    )
    number = check("cat x", Expectation(number=NumberTest(">", 5)), "")
    assert judge_cause(Cause("A", (number,)), [CommandOutcome("", 0, "7 " + "z" * 400)]).evidence.startswith(
        "7 z"
    )
