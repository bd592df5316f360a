"""`--dry-run`: every step filled in, its class, and what would wait for whom."""

from watchbook.deciding.plan import plan
from watchbook.model.procedures import Choice, Procedure, Step, StepKind
from watchbook.model.safety import Classification, Safety


def step(id_: str, kind: StepKind = StepKind.COMMAND, safety: Safety | None = None, **fields: object) -> Step:
    classified = Classification(safety, "") if safety else None
    return Step(id_, id_, kind, safety=classified, **fields)  # type: ignore[arg-type]


STEPS = (
    step("deploy", safety=Safety.CHANGES, script='./deploy.sh "${version}"', environment="staging"),
    step("verify", StepKind.VERIFY, Safety.READ_ONLY, script="curl x", environment="staging"),
    step("drop", safety=Safety.DESTRUCTIVE, script="drop it", environment="production"),
    step("watch", StepKind.WATCH, duration_s=900.0, environment="production"),
    step("wait", StepKind.WAIT, duration_s=45.0),
    step("look", StepKind.MANUAL, text="Look"),
    step("edit", safety=Safety.INTERACTIVE, script="vi x"),
    step("calm", StepKind.VERIFY, until_alert_resolved="High Latency"),
    step("two", safety=Safety.CHANGES, script="x", approvals=2),
    step("post", StepKind.NOTIFY),
    step("ok", StepKind.APPROVE),
    step(
        "which", StepKind.CHOICE, choices=(Choice("Docker", (step("d", safety=Safety.CHANGES, script="d"),)),)
    ),
)
PROCEDURE = Procedure("Deploy", "deployment", STEPS)


def test_what_each_step_would_wait_for() -> None:
    """One sentence a step; empty where it goes on by itself."""
    waits = {p.step.id: p.waits_for for p in plan(PROCEDURE, {"version": "1.2"}, None)}
    assert waits == {
        "deploy": "",
        "verify": "it to hold, for at most 30 s",
        "drop": "a person to confirm this step",
        "watch": "15 min without a new alert in production",
        "wait": "45 s to pass",
        "look": "a person to do it and say so",
        "edit": "a person to do it and say so",
        "calm": "alert High Latency to resolve",
        "two": "2 other than the starter to approve",
        "post": "a person to do it and say so",
        "ok": "1 other than the starter to approve",
        "which": "a person to choose: Docker",
        "d": "",
    }


def test_values_classes_environments_and_alternatives() -> None:
    """Commands are filled in, steps of other environments left out, alternatives named."""
    steps = {p.step.id: p for p in plan(PROCEDURE, {"version": "1.2"}, "staging", announces=True)}
    assert "drop" not in steps
    assert steps["deploy"].commands == ("./deploy.sh 1.2",)
    assert steps["deploy"].safety is Safety.CHANGES
    assert steps["d"].choice == "Docker"
    assert steps["post"].waits_for == ""
