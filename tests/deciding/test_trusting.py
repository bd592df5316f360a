"""Which commands of a text may run without a person (rule 22): the same words, in the same place, as somebody accepted."""

from dataclasses import replace

import pytest

from watchbook.deciding.page import diagnosis_says
from watchbook.deciding.trusting import (
    accepted_check,
    check_command,
    commands_of,
    step_command,
    waiting_says,
)
from watchbook.model.diagnosis import CauseVerdict, CommandOutcome, Diagnosis, Verdict
from watchbook.model.ids import DiagnosisId
from watchbook.model.procedures import Step, StepKind
from watchbook.model.runbook import Cause, CheckKind, Environment, HealthCheck, Issue, Runbook, Service
from watchbook.model.safety import Classification, Safety

HERE = Environment("production", "http://shop", context="eu", namespace="shop")
DISK = HealthCheck("Disk", CheckKind.COMMAND, "df .")


def step(script: str, safety: Safety = Safety.READ_ONLY) -> Step:
    return Step("s-1", script, StepKind.COMMAND, script=script, safety=Classification(safety, ""))


def book(
    *checks: HealthCheck, issue: Issue | None = None, environments: tuple[Environment, ...] = (HERE,)
) -> Runbook:
    return Runbook(Service("Shop", environments=environments), checks, issues=(issue,) if issue else ())


def test_what_runs_alone_is_checks_and_steps_that_read() -> None:
    """Command checks, diagnosis and causes' checks, each with where it stands; nothing that is not proven to read."""
    issue = Issue(
        "Slow",
        diagnosis=(step("ls"), step("rm x", Safety.DESTRUCTIVE), Step("s-2", "look", StepKind.MANUAL)),
        causes=(Cause("Full", check=(step("df -h"),)),),
    )
    found = commands_of(book(DISK, HealthCheck("Web", CheckKind.HTTP, "/health"), issue=issue), "/srv")
    assert list(found.values()) == ["the check Disk", "diagnosis of “Slow”", "diagnosis of “Slow”"]
    assert step_command(step("ls"), HERE, "/srv") in found
    assert step_command(step("rm x"), HERE, "/srv") not in found


@pytest.mark.parametrize(
    ("place", "folder"),
    [
        (replace(HERE, context="us"), "/srv"),
        (replace(HERE, namespace="kube-system"), "/srv"),
        (HERE, "/elsewhere"),
    ],
)
def test_the_same_words_elsewhere_are_another_command(place: Environment, folder: str) -> None:
    """Another cluster, namespace or folder is another place: what was accepted there says nothing here."""
    accepted = commands_of(book(issue=Issue("Slow", diagnosis=(step("kubectl get pods"),))), "/srv")
    assert step_command(step("kubectl get pods"), HERE, "/srv") in accepted
    assert step_command(step("kubectl get pods"), place, folder) not in accepted


@pytest.mark.parametrize(
    ("check", "counts"),
    [
        (DISK, True),
        (HealthCheck("Orders", CheckKind.SQL, "sqlite:x.db", query="SELECT 1"), True),
        (HealthCheck("Web", CheckKind.HTTP, "/health"), False),
        (HealthCheck("Web", CheckKind.HTTP, "/health", method="head"), False),
        (HealthCheck("Web", CheckKind.HTTP, "/cache", method="DELETE"), True),
        (HealthCheck("Queue", CheckKind.TCP, "mq:5672"), False),
    ],
)
def test_which_checks_are_commands(check: HealthCheck, counts: bool) -> None:
    """What runs something, or asks with a method that could change something, has to be accepted; asking has not."""
    assert (check_command(check, HERE, "/srv") is not None) is counts


def test_a_text_without_environments_runs_in_one_without_a_binding() -> None:
    """The only environment has no context: its commands are told apart from those that are bound to one."""
    found = commands_of(book(issue=Issue("Slow", diagnosis=(step("ls"),)), environments=()), "/srv")
    assert step_command(step("ls"), Environment("production"), "/srv") in found
    assert step_command(step("ls"), HERE, "/srv") not in found


def test_the_accepted_check_of_a_name() -> None:
    """By name, kind and environment: what is asked meanwhile is what was accepted; a new one has none."""
    changed = replace(DISK, target="df /")
    assert accepted_check(changed, book(DISK)) == DISK
    assert accepted_check(replace(changed, name="Other"), book(DISK)) is None
    assert accepted_check(replace(changed, environment="staging"), book(DISK)) is None


def test_a_page_says_that_commands_wait() -> None:
    """Nothing ran: “not diagnosed”, with the reason; some did: how many did not."""
    why = waiting_says(1_800_000_000.0)
    assert why == "the runbook's commands changed at 08:00 UTC and nobody has accepted them yet"
    held = CommandOutcome("ls -l", problem=why)
    verdict = CauseVerdict("Full", Verdict.INCONCLUSIVE, why, outcomes=(held,))
    nothing = Diagnosis(
        DiagnosisId("d"),
        "shop",
        "production",
        "Slow",
        None,
        "watchbook",
        0.0,
        findings=(held,),
        verdicts=(verdict,),
    )
    assert diagnosis_says(nothing) == f"“Slow” was not diagnosed: {why}"
    some = replace(nothing, findings=(CommandOutcome("ls", exit=0),))
    assert diagnosis_says(some) == (
        f"“Slow” was diagnosed: no cause is confirmed or likely; 1 of 2 commands did not run: {why}"
    )
    assert diagnosis_says(replace(nothing, findings=(), verdicts=())) == (
        "“Slow” was diagnosed: no cause is confirmed or likely"
    )
