"""Views of what people do at the shop: procedures and their steps, questions, a run, a plan, an acknowledgement.

Like `shop_views`, only views over the text of `shop_text`.
"""

from dataclasses import replace

from tests.web.shop_text import BEGAN, HASH, NOW, TEXT, line_of

from watchbook.app.views.own import AcknowledgeLinkView
from watchbook.app.views.runs import (
    AttemptView,
    PlanView,
    ProcedureView,
    QuestionView,
    RunSummary,
    RunView,
    StepRunView,
    StepState,
    StepView,
)
from watchbook.app.views.watched import (
    AcknowledgementView,
)
from watchbook.model.procedures import Parameter


def step(id_: str, name: str, commands: tuple[str, ...], text: str = TEXT, **more: object) -> StepView:
    shown = StepView(
        id_, name, "command", None, commands, "changes", "./deploy.sh is not known to be harmless"
    )
    return replace(shown, line=line_of(commands[0], text) if commands else 0, **more)  # type: ignore[arg-type]


def procedures(text: str) -> tuple[ProcedureView, ...]:
    deployed = RunSummary(
        "r-12",
        "shop",
        "Normal Deployment",
        None,
        "completed",
        "ana",
        NOW - 39000,
        NOW - 39000,
        NOW - 37968,
        steps=5,
    )
    deploy = (
        step("deploy-to-staging", "Deploy to staging", ("./deploy.sh staging <version>",), text),
        StepView(
            "monitor",
            "Monitor for 30 seconds",
            "watch",
            duration_s=30,
            line=line_of("# Monitor for 30", text),
        ),
    )
    remedy = "Service is down / not responding: "
    return (
        ProcedureView(
            "Normal Deployment", "deployment", deploy,
            (Parameter("version", None, "angle", "the release to deploy, for example `1.1.0`"),),
            "changes", True, False, "Rollback", HASH, deployed, line_of("**Normal Deployment:**", text),
        ),
        ProcedureView(
            "Rollback", "rollback", (step("rollback", "Rollback", ("./deploy.sh production rollback",), text),),
            safety="changes", rollback=True, content_hash=HASH, line=line_of("**Rollback:**", text),
        ),
        ProcedureView(
            remedy + "Database connection failure", "remedy",
            (step("start", "Start the database again", ("./db.sh start",), text),),
            safety="changes", content_hash=HASH, line=line_of("# Solution: Start the database", text),
        ),
        ProcedureView(
            remedy + "All instances stopped", "remedy",
            (step("start-instances", "Start the instances again", ("./scale.sh --replicas=3",), text),),
            safety="changes", content_hash=HASH, line=line_of("# Solution: Start the instances", text),
        ),
    )  # fmt: skip


def question(kind: str = "confirm") -> QuestionView:
    options = {"confirm": ("confirm", "reject"), "failed": ("retry", "skip", "rollback"), "parameter": ()}
    return QuestionView(
        "q-5", "r-13", "shop", kind, "Start the database again on production?", ("./db.sh start",),
        options[kind], HASH, "start", NOW - 20,
        procedure="Service is down / not responding: Database connection failure", environment="production",
    )  # fmt: skip


def run(state: str = "waiting") -> RunView:
    summary = RunSummary(
        "r-13", "shop", "Service is down / not responding: Database connection failure", "production", state,
        "ana", NOW - 20, NOW - 19, now="a person confirms", done=1, steps=3, incident="i-41",
    )  # fmt: skip
    done = AttemptView(1, "ended", NOW - 18, NOW - 17.2, 0, "database started, pid 4711\n", 27)
    failed = AttemptView(
        1, "ended", NOW - 17, NOW - 1, 22, "curl: (22) The requested URL returned error: 503\n", 52
    )
    return RunView(
        summary, {"version": "1.1.0"}, HASH,
        (
            StepRunView(step("start", "Start the database again", ("./db.sh start",)), StepState.DONE, "", (done,)),
            StepRunView(
                StepView(
                    "verify", "Verify", "verify", "production", ("curl -fsS http://127.0.0.1:8100/health",), "read_only",
                    expects='{"status": "healthy"}', timeout_s=30,
                ),
                StepState.FAILED, "exit 22 after 16 s", (failed,),
            ),
            StepRunView(StepView("watch", "Monitor for 30 seconds", "watch", duration_s=30), StepState.TO_DO),
        ),
        (question("failed"),) if state == "waiting" else (), "Rollback",
    )  # fmt: skip


def plan(missing: bool = False) -> PlanView:
    version = "<version>" if missing else "1.1.0"
    return PlanView(
        "shop", "Normal Deployment", "production", ("production", "staging"),
        (Parameter("version", None, "angle", "the release to deploy"),), {} if missing else {"version": "1.1.0"},
        ("version",) if missing else (),
        (
            replace(
                step("deploy-to-staging", "Deploy to staging", ("./deploy.sh staging <version>",)),
                commands=(f"./deploy.sh staging {version}",),
            ),
            StepView("watch", "Monitor for 30 seconds", "watch", duration_s=30, waits_for="30 s without an alert"),
        ),
        "changes", True, HASH, None, "Rollback",
    )  # fmt: skip


def link() -> AcknowledgeLinkView:
    return AcknowledgeLinkView(
        "shop/production/service-down", "shop", "Service Down: 0 of 3 instances healthy", "Ana Ruiz", BEGAN,
        NOW + 3600, "critical",
    )  # fmt: skip


def acknowledgement(by: str, at: float = NOW) -> AcknowledgementView:
    return AcknowledgementView(by, at, at + 1800)
