"""Steps of procedures: numbered items, task lists, sessions, assertions, and what is left to a person."""

import pytest
from tests.reading.procedures_read import codes_of, procedure_of, read_shop, shapes_of

from watchbook.model.procedures import StepKind
from watchbook.model.safety import Safety


def test_numbered_items_are_steps() -> None:
    """A command behind a colon runs, a path does not, prose is done by a person, monitoring is a watch."""
    text = (
        "## Maintenance Windows\n\n### Planned Maintenance\n\n**Procedure:**\n"
        "1. Announce maintenance window\n2. Take snapshot: `./backup.sh`\n"
        "3. Follow the guide: `docs/guide.md`\n"
        "4. Validate changes: `curl -fsS http://127.0.0.1/health`\n"
        "5. Monitor for 1 hour\n6. Wait 2 minutes\n"
    )
    procedure = procedure_of(text, "Planned Maintenance")
    assert [step.kind.value for step in procedure.steps] == [
        "manual",
        "command",
        "manual",
        "verify",
        "watch",
        "wait",
    ]
    assert procedure.steps[1].script == "./backup.sh"
    assert (procedure.steps[4].duration_s, procedure.steps[5].duration_s) == (3600.0, 120.0)
    assert "WB410" in codes_of(text)
    assert read_shop(text).maintenance is not None


def test_numbered_items_may_hold_blocks() -> None:
    """A block below an item is that step; its comments make steps of their own."""
    text = (
        "## Deployment\n\n1. Build it\n\n   ```bash\n   ./build.sh\n   ```\n\n"
        "2. Ship it\n\n   ```bash\n   # Push\n   ./push.sh\n   # Verify\n"
        "   curl -f http://h/\n   ```\n"
    )
    assert shapes_of(procedure_of(text, "Deployment").steps) == [
        ("command", "Build it"),
        ("command", "Push"),
        ("verify", "Verify"),
    ]


def test_task_items_are_done_by_a_person() -> None:
    """A checklist in a deployment is recorded step by step."""
    text = "## Deployment\n\n**Before:**\n- [ ] Tests pass\n- [ ] Approved\n"
    assert shapes_of(procedure_of(text, "Before").steps) == [("manual", "Tests pass"), ("manual", "Approved")]


def test_sessions_keep_commands_and_drop_their_output() -> None:
    """In a console block only lines with a prompt run."""
    text = "## Restart\n\n```console\n$ systemctl restart shop\n$ systemctl is-active shop\nactive\n```\n"
    (step,) = procedure_of(text, "Restart").steps
    assert step.script == "systemctl restart shop\nsystemctl is-active shop"


def test_input_of_a_client_is_never_shell() -> None:
    """Lines typed into psql are not commands, and such a step waits for a person."""
    text = "## Restart\n\n```bash\npsql -h db\nSELECT 1;\nshop=# DROP TABLE x;\n```\n"
    (step,) = procedure_of(text, "Restart").steps
    assert step.script == "psql -h db"
    assert step.safety is not None and step.safety.safety is Safety.INTERACTIVE
    assert "WB402" in codes_of(text)


def test_english_in_a_shell_block_is_left_to_a_person() -> None:
    """A sentence marked as shell is a finding and a manual step."""
    text = "## Restart\n\n```bash\nRestart the service from the console\n```\n"
    (step,) = procedure_of(text, "Restart").steps
    assert step.kind is StepKind.MANUAL and not step.script
    assert "WB409" in codes_of(text)


def test_broken_shell_is_left_to_a_person() -> None:
    """What no shell takes is a finding and never runs."""
    text = "## Restart\n\n```bash\necho 'never closed\n```\n"
    (step,) = procedure_of(text, "Restart").steps
    assert step.kind is StepKind.MANUAL
    assert "WB401" in codes_of(text)


@pytest.mark.parametrize(
    ("attributes", "read"),
    [
        ("{name=ship timeout=10m retry=3}", ("Ship it", 600.0, 3, False, 0)),
        ('{"timeout": "90s", "idempotent": true}', ("Ship it", 90.0, 0, True, 0)),
        ('{approve=2 env="staging"}', ("Ship it", None, 0, False, 2)),
    ],
)
def test_attributes_of_a_block_count(attributes: str, read: tuple[object, ...]) -> None:
    """Attributes in both spellings bind timeout, retries, repetition and approval."""
    step = procedure_of(
        f"## Deployment\n\n```bash {attributes}\n# Ship it\n./ship.sh\n```\n", "Deployment"
    ).steps[0]
    assert (step.name, step.timeout_s, step.retry, step.idempotent, step.approvals) == read


def test_declarations_raise_only_what_is_unknown() -> None:
    """`readonly` marks an unknown script as declared, and never makes a deletion harmless; `destructive` counts."""
    for command, attribute, safety, declared in (
        ("./look.sh", "readonly", Safety.UNKNOWN, True),
        ("rm -rf x", "readonly", Safety.DESTRUCTIVE, False),
        ("ls", "destructive", Safety.DESTRUCTIVE, False),
    ):
        step = procedure_of(f"## Restart\n\n```bash {{{attribute}}}\n{command}\n```\n", "Restart").steps[0]
        assert step.safety is not None
        assert (step.safety.safety, step.safety.declared) == (safety, declared)


def test_unknown_attributes_are_told() -> None:
    """A misspelt attribute is a note, not obeyed in silence."""
    assert "WB412" in codes_of("## Restart\n\n```bash {timeuot=5m}\n./x.sh\n```\n")


@pytest.mark.parametrize("attribute", ["on=web1", "interpreter=python3"])
def test_what_is_not_for_this_shell_is_done_by_a_person(attribute: str) -> None:
    """Commands for another machine or another interpreter never run here."""
    (step,) = procedure_of(
        f"## Restart\n\n```bash {{{attribute}}}\nsystemctl restart shop\n```\n", "Restart"
    ).steps
    assert step.kind is StepKind.MANUAL and not step.script and "systemctl" in step.text


def test_what_is_left_out_of_run_all_is_asked() -> None:
    """A block that runme leaves out is a question here."""
    (step,) = procedure_of(
        "## Restart\n\n```bash {excludeFromRunAll=true}\n# Clear the cache\n./clear.sh\n```\n", "Restart"
    ).steps
    assert step.kind is StepKind.CHOICE
    assert [choice.name for choice in step.choices] == ["Clear the cache", "Leave it out"]


def test_a_step_may_be_conditional_behind_its_name() -> None:
    """`Restart Redis if down` is asked about; `Check if it is down` only looks."""
    text = (
        "## Restart\n\n```bash\n# Check if it is down\nsystemctl is-active redis\n"
        "# Restart Redis if down\nsystemctl restart redis\n```\n"
    )
    assert [step.kind for step in procedure_of(text, "Restart").steps] == [StepKind.COMMAND, StepKind.CHOICE]


def test_sql_in_a_procedure_is_done_by_a_person() -> None:
    """A block of SQL is a recorded manual step, an example of data is not."""
    text = "## Restart\n\n```sql\nVACUUM orders;\n```\n\n```yaml\na: b\n```\n\n```bash\n./x.sh\n```\n"
    assert [step.kind for step in procedure_of(text, "Restart").steps] == [StepKind.MANUAL, StepKind.COMMAND]


@pytest.mark.parametrize(
    ("lines", "kind", "value"),
    [
        ("curl -s http://h/  # Expected: pong", "text", "pong"),
        ("curl -s http://h/\n# Expected output: /ok/", "regex", "ok"),
        ('curl -s http://h/\n# Expected:\n# {"status": "healthy"}', "json", '{"status": "healthy"}'),
        ('curl -s http://h/\n# Expected: {\n#   "a": 1\n# }', "json", '{\n"a": 1\n}'),
    ],
)
def test_assertions_are_read_in_every_form(lines: str, kind: str, value: str) -> None:
    """Behind the command, below it, or over several comment lines; never as part of the command."""
    (step,) = procedure_of(f"## Restart\n\n```bash\n# Look\n{lines}\n```\n", "Restart").steps
    assert step.expect is not None
    assert getattr(step.expect, kind) == value
    assert step.script == "curl -s http://h/"


def test_a_sentence_is_no_assertion() -> None:
    """`# Expected: all pods are running` is told, and never matched literally."""
    text = "## Restart\n\n```bash\n# Look\nkubectl get pods\n# Expected: all pods are running\n```\n"
    assert procedure_of(text, "Restart").steps[0].expect is None
    assert "WB003" in codes_of(text)
