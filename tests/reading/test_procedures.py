"""Procedures: which lists and blocks become one, the way back, parameters, environments and findings."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reading.procedures_read import codes_of, procedure_of, read_shop, shapes_of

from watchbook.model.procedures import StepKind
from watchbook.model.safety import Safety
from watchbook.reading import read_runbook

_SHARED = Path(__file__).parents[3] / "shared"


_DEPLOYMENT = """## Environments

| Environment | URL |
|---|---|
| production | http://127.0.0.1:8100 |
| staging | http://127.0.0.1:8110 |

## Deployment

- `version`: the release to deploy (default: `1.0.0`)

**Normal Deployment:**
```bash
# Deploy to staging
./deploy.sh staging <version>

# Verify staging
curl -fsS http://127.0.0.1:8110/health
# Expected: {"status": "healthy"}

# Deploy to production
./deploy.sh production <version>

# Monitor for 15 minutes
# Check dashboard: http://127.0.0.1:8090

# Wait 30s

# Verify: alert High Error Rate resolved

# Accept the release
./deploy.sh production accept
```

**Rollback:**
```bash
# Rollback to previous version
./deploy.sh production rollback

# Verify
curl -fsS http://127.0.0.1:8100/health
```
"""


def test_a_commented_block_becomes_named_steps() -> None:
    """Each comment that starts a block of commands names a step; verify, watch and wait are told apart."""
    assert shapes_of(procedure_of(_DEPLOYMENT, "Normal Deployment").steps) == [
        ("command", "Deploy to staging"),
        ("verify", "Verify staging"),
        ("command", "Deploy to production"),
        ("watch", "Monitor for 15 minutes"),
        ("wait", "Wait 30s"),
        ("verify", "Verify: alert High Error Rate resolved"),
        ("command", "Accept the release"),
    ]


def test_steps_know_their_environment_duration_and_expectation() -> None:
    """Environments come from URLs and names, a watch belongs to the environment before it."""
    steps = procedure_of(_DEPLOYMENT, "Normal Deployment").steps
    assert [step.environment for step in steps] == [
        "staging",
        "staging",
        "production",
        "production",
        None,
        None,
        "production",
    ]
    assert steps[1].expect is not None and steps[1].expect.json == '{"status": "healthy"}'
    assert (steps[3].duration_s, steps[4].duration_s) == (900.0, 30.0)
    assert steps[3].text == "Check dashboard: http://127.0.0.1:8090"
    assert steps[5].until_alert_resolved == "High Error Rate"


def test_ids_of_steps_are_unique() -> None:
    """Runs name steps by id: no two steps of a procedure share one."""
    text = "## Deployment\n\n```bash\n# Deploy\n./a.sh\n# Deploy\n./b.sh\n# Verify\ncurl -f x\n```\n"
    ids = [step.id for step in procedure_of(text, "Deployment").steps]
    assert len(ids) == len(set(ids)) == 3


def test_a_parameter_is_an_environment_variable_never_pasted() -> None:
    """`<version>` runs as `"${version}"`; its description and default come from the list above."""
    procedure = procedure_of(_DEPLOYMENT, "Normal Deployment")
    assert procedure.steps[0].script == './deploy.sh staging "${version}"'
    assert procedure.steps[0].commands == ("./deploy.sh staging <version>",)
    (parameter,) = procedure.parameters
    assert (parameter.name, parameter.default, parameter.source) == ("version", "1.0.0", "angle")
    assert parameter.description is not None and "release to deploy" in parameter.description


def test_the_rollback_beside_a_procedure_is_its_way_back() -> None:
    """The failure handler is the rollback of the same chapter, and undoes nothing of its own."""
    runbook = read_shop(_DEPLOYMENT)
    deployment, rollback = runbook.procedure("Normal Deployment"), runbook.procedure("Rollback")
    assert deployment is not None and rollback is not None
    assert deployment.on_failure == "Rollback"
    assert rollback.rollback and rollback.on_failure is None and rollback.section == "rollback"
    assert deployment.changing


def test_rollback_text_inside_a_block_becomes_the_failure_handler() -> None:
    """Commands under `# Rollback if needed` never run in sequence."""
    text = (
        "## Deployment\n\n```bash\n# Deploy\n./deploy.sh v2\n# Verify\n"
        "curl -fsS http://h/\n# Rollback if needed\n./deploy.sh rollback\n```\n"
    )
    runbook = read_shop(text)
    deployment = runbook.procedure("Deployment")
    assert deployment is not None
    assert shapes_of(deployment.steps) == [("command", "Deploy"), ("verify", "Verify")]
    assert deployment.on_failure == "Deployment: rollback"
    handler = runbook.procedure("Deployment: rollback")
    assert handler is not None and handler.rollback
    assert handler.steps[0].script == "./deploy.sh rollback"


@pytest.mark.parametrize(
    ("comments", "names"),
    [
        (("Using the script", "Or by hand"), ["Using the script", "Or by hand"]),
        (("Docker Compose", "Kubernetes"), ["Docker Compose", "Kubernetes"]),
        (("Option 1: fast", "Option 2: careful"), ["Option 1: fast", "Option 2: careful"]),
        (
            ("If the queue is full", "If the disk is full"),
            ["If the queue is full", "If the disk is full", "Leave it out"],
        ),
    ],
)
def test_alternatives_are_one_choice(comments: tuple[str, str], names: list[str]) -> None:
    """Blocks that exclude each other are asked about, never run in sequence, and told so."""
    text = f"## Scaling\n\n```bash\n# {comments[0]}\n./a.sh\n# {comments[1]}\n./b.sh\n```\n"
    (step,) = procedure_of(text, "Scaling").steps
    assert step.kind is StepKind.CHOICE
    assert [choice.name for choice in step.choices] == names
    assert step.choices[0].steps[0].script == "./a.sh"
    assert step.changing
    assert "WB404" in codes_of(text)


def test_a_condition_may_be_left_out() -> None:
    """A lone `# If …` block is a question with two answers."""
    text = "## Scaling\n\n```bash\n# Scale\n./a.sh\n# Only if the cache is cold\n./warm.sh\n```\n"
    steps = procedure_of(text, "Scaling").steps
    assert [step.kind for step in steps] == [StepKind.COMMAND, StepKind.CHOICE]
    assert [choice.name for choice in steps[1].choices] == ["Only if the cache is cold", "Leave it out"]


def test_numbers_of_a_scaling_are_parameters_with_that_default() -> None:
    """`--replicas=10` of a scaling can be given another value when it runs."""
    procedure = procedure_of(
        "## Scaling\n\n**Manual Scale Up:**\n```bash\nkubectl scale deployment shop --replicas=10\n```\n",
        "Manual Scale Up",
    )
    assert procedure.steps[0].script == 'kubectl scale deployment shop --replicas="${replicas}"'
    assert [(p.name, p.default, p.source) for p in procedure.parameters] == [("replicas", "10", "literal")]


def test_variables_that_nothing_assigns_are_parameters() -> None:
    """`$REGION` is asked for; a variable that an earlier step sets, a loop's and the shell's own are not."""
    text = (
        "## Deployment\n\n```bash\n# Look\nTAG=$(git describe)\n# Deploy\n"
        "for i in a b; do ./deploy.sh $i $TAG $REGION $HOME; done\n# Verify\n"
        "curl -f http://h/\n```\n"
    )
    assert [p.name for p in procedure_of(text, "Deployment").parameters] == ["REGION"]


def test_words_in_capitals_are_parameters_where_they_are_arguments() -> None:
    """`POD_NAME` is a parameter, a pattern of grep is not."""
    procedure = procedure_of(
        "## Restart\n\n```bash\nkubectl delete pod POD_NAME\nkubectl logs x | grep FATAL_ERROR\n```\n",
        "Restart",
    )
    assert [(p.name, p.source) for p in procedure.parameters] == [("POD_NAME", "caps")]
    assert '"${POD_NAME}"' in procedure.steps[0].script and "grep FATAL_ERROR" in procedure.steps[0].script


@pytest.mark.parametrize(
    ("commands", "code"),
    [
        ("kubectl edit configmap shop", "WB402"),
        ("tail -f app.log", "WB403"),
        ("# Deploy\n./d.sh\n# Verify\ncurl http://h/health", "WB408"),
        ("./deploy.sh", "WB406"),
        ("./deploy.sh", "WB407"),
        ("./deploy.sh <tag>", "WB405"),
        ("./deploy.sh '<tag>'", "WB411"),
        ("# Wait 3 blue moons", "WB413"),
    ],
)
def test_findings_of_procedures(commands: str, code: str) -> None:
    """Each weakness of a deployment is told with its code."""
    assert code in codes_of(f"## Deployment\n\n```bash\n{commands}\n```\n")


def test_a_sound_deployment_has_no_findings_of_its_own() -> None:
    """The deployment above is verified, can be rolled back and describes its parameter."""
    assert not {code for code in codes_of(_DEPLOYMENT) if code.startswith("WB4")}


def test_two_procedures_of_one_name_are_told_apart() -> None:
    """`watchbook run` finds procedures by name: the second gets its line, and a finding."""
    text = (
        "## Deployment\n\n**Release:**\n```bash\n./a.sh\n```\n\n"
        "## Recovery Procedures\n\n**Release:**\n```bash\n./b.sh\n```\n"
    )
    names = [procedure.name for procedure in read_shop(text).procedures]
    assert names[0] == "Release" and names[1].startswith("Release (line ")
    assert "WB414" in codes_of(text)


def test_commands_outside_procedures_are_a_list() -> None:
    """A block without steps in another section is kept by name, with its parameters and class."""
    text = (
        "## Useful Commands\n\n### Logs\n```bash\n# Recent logs\n"
        "kubectl logs -l app=shop --tail=100\n\n# Follow logs\n"
        "kubectl logs <pod-name> --follow\n```\n"
    )
    found = read_shop(text).commands
    assert [(c.name, c.group, c.safety.safety if c.safety else None) for c in found] == [
        ("Recent logs", "Logs", Safety.READ_ONLY),
        ("Follow logs", "Logs", Safety.ENDLESS),
    ]
    assert found[1].command == 'kubectl logs "${pod_name}" --follow'
    assert [p.name for p in found[1].parameters] == ["pod_name"]


def test_numbered_steps_with_commands_are_a_procedure_anywhere() -> None:
    """Steps with commands under Common Operations are a procedure; a plain numbered list is not."""
    text = (
        "## Common Operations\n\n### Rotate the key\n\n1. Make a key: `./key.sh new`\n"
        "2. Tell the team\n\n### Reading list\n\n1. The guide\n2. The other guide\n"
    )
    assert [procedure.name for procedure in read_shop(text).procedures] == ["Rotate the key"]


if _SHARED.exists():

    def test_the_worked_example_is_understood_whole() -> None:
        """Every line of the filled-in template's procedures is read, and nothing warns but the missing way back."""
        runbook = read_runbook((_SHARED / "design" / "example-shop.md").read_text())
        assert runbook.coverage.faulted == 0
        assert {procedure.name for procedure in runbook.procedures if procedure.section != "remedy"} == {
            "Normal Deployment",
            "Rollback",
            "Manual Scale Up",
            "Manual Scale Down",
            "Configuration Changes",
            "Complete Outage",
            "Data Corruption",
            "Security Incident",
            "Planned Maintenance",
            "Recovery Procedure",
        }
        assert {finding.code for finding in runbook.findings if finding.severity == "warning"} <= {"WB407"}

    def test_the_unfilled_template_is_read_without_a_crash() -> None:
        """The template as it is gives its procedures, issues and commands."""
        runbook = read_runbook((_SHARED / "seed" / "runbook-template.md").read_text())
        assert len(runbook.procedures) >= 12 and len(runbook.issues) == 3 and len(runbook.commands) == 8
        assert {"WB402", "WB406", "WB407", "WB408"} <= {finding.code for finding in runbook.findings}


def test_lists_of_people_are_no_procedure() -> None:
    """A numbered call tree among emergencies is not a series of steps."""
    text = "## Emergency Procedures\n\n### Emergency Contact Tree\n\n1. On-call\n2. Lead\n"
    assert read_shop(text).procedures == ()


def test_a_page_of_an_alert_corpus_is_one_issue() -> None:
    """Meaning, Impact, Diagnosis, Mitigation under one title: the title is the alert's name."""
    text = (
        "# KubePodCrashLooping\n\n## Meaning\n\nA pod restarts.\n\n## Diagnosis\n\n"
        "```console\n$ kubectl get pods -n <namespace>\nNAME\n```\n\n## Mitigation\n\n"
        "Talk to the team.\n"
    )
    (issue,) = read_runbook(text).issues
    assert issue.alerts == ("KubePodCrashLooping",)
    assert [step.script for step in issue.diagnosis] == ['kubectl get pods -n "${namespace}"']


def test_numbered_headings_are_parts_of_one_procedure() -> None:
    """`#### Step 1`, `#### Step 2` below a heading are its steps, in order."""
    text = (
        "## Deployment\n\n### Release\n\n#### Step 1: Build\n\n```bash\n./build.sh\n"
        "```\n\n#### Step 2: Ship\n\n```bash\n./ship.sh\n```\n"
    )
    assert [step.script for step in procedure_of(text, "Release").steps] == ["./build.sh", "./ship.sh"]


_LINES = st.sampled_from(
    [
        "# Verify",
        "# If x",
        "# Or",
        "# Rollback",
        "# Wait 5s",
        "# Monitor for 1 hour",
        "# Expected: /[/",
        "# Expected:",
        "# Solution: y",
        "ls <x>",
        "rm $X",
        "echo 'a",
        'echo "b',
        "cat <<E",
        "E",
        "if ls; then",
        "fi",
        "$ ls",
        "> y",
        "psql",
        "SELECT 1;",
        "\\",
        "",
        "(",
        "`",
    ]
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(_LINES, max_size=14),
    st.sampled_from(["Deployment", "Troubleshooting", "Useful Commands", "Scaling"]),
)
def test_no_block_of_commands_stops_the_reader(lines: list[str], chapter: str) -> None:
    """Whatever stands in a block, reading ends, and no step that runs holds a comment line as its command."""
    runbook = read_shop(f"## {chapter}\n\n### Issue: x\n\n```bash\n" + "\n".join(lines) + "\n```\n")
    for procedure in runbook.procedures:
        for step in procedure.steps:
            assert step.script or step.kind is not StepKind.COMMAND
            assert all(not command.startswith("#") for command in step.commands)
