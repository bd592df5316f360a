"""Steps and commands wherever they stand: unlabelled, nested and indented blocks, code spans, checklists, tables."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from watchbook.model.procedures import StepKind
from watchbook.model.runbook import Runbook
from watchbook.model.safety import Safety
from watchbook.reading import read_runbook


def _read(text: str) -> Runbook:
    return read_runbook(f"# Basket\n\n{text}\n")


def _commands(text: str) -> list[str]:
    return [command.command for command in _read(text).commands]


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("## Cache\n\n```\nkubectl get pods\n```\n", ["kubectl get pods"]),
        ("## Cache\n\n- Look:\n\n  ```\n  kubectl get pods\n  ```\n", ["kubectl get pods"]),
        ("## Cache\n\n> ```sh\n> kubectl get pods\n> ```\n", ["kubectl get pods"]),
        ("## Cache\n\nLook:\n\n    kubectl get pods\n    kubectl get nodes\n", ["kubectl get pods", "kubectl get nodes"]),
        ("## Cache\n\n```console\n$ kubectl get pods\nNAME   READY\nx      1/1\n```\n", ["kubectl get pods"]),
        ("## Cache\n\n```text\n$ kubectl get pods\nNAME   READY\n```\n", ["kubectl get pods"]),
        ("## Cache\n\n- `kubectl get pods` – lists the pods\n- `redis-cli info memory`: memory\n",
         ["kubectl get pods", "redis-cli info memory"]),
        ("## Cache\n\n- Look at the pods with `kubectl get pods`\n", ["kubectl get pods"]),
        ("## Cache\n\n| Task | Command |\n|---|---|\n| Pods | `kubectl get pods` |\n", ["kubectl get pods"]),
        ("## Cache\n\n```\nREDIS=x sudo systemctl status redis\n```\n", ["REDIS=x sudo systemctl status redis"]),
        ("```bash\nkubectl get pods\n```\n\n## Other\n\nText.\n", ["kubectl get pods"]),
    ],
)  # fmt: skip
def test_shell_anywhere_is_a_command(text: str, commands: list[str]) -> None:
    """With or without a language, a prompt, a fence or a heading that says so."""
    assert _commands(text) == commands


@pytest.mark.parametrize(
    "text",
    [
        '## Cache\n\n```\n{"kubectl": "get pods"}\n```\n',
        "## Cache\n\n```\nNAME   READY   STATUS\nx      1/1     Running\n```\n",
        "## Cache\n\n```\nkubectl get pods\nNAME   READY   STATUS\nx      1/1     Running\n```\n",
        "## Cache\n\n```yaml\nkubectl: get pods\n```\n",
        "## Cache\n\n```sql\nSELECT 1;\n```\n",
        "## Cache\n\n```text\nkubectl get pods prints a list\n```\n",
        "## Cache\n\n    The cache holds baskets.\n    kubectl reads them.\n",
        "## Cache\n\n- `config/app.yaml` – settings\n- `GET /health` – health\n- `user_id` – who\n- `100 ms`\n",
        "## Cache\n\n- Never use `kubectl delete pods --all`\n- Words such as `kubectl get pods` are explained below\n",
        "## Cache\n\n- `kubectl get ...` shows things\n",
        "## Cache\n\n```powershell\nGet-Service redis\n```\n",
    ],
)
def test_output_configuration_and_prose_are_no_commands(text: str) -> None:
    """Samples, JSON, YAML, SQL, paths, requests, warnings and sentences stay for people."""
    assert _commands(text) == []


def test_every_block_that_is_not_read_says_what_it_is() -> None:
    """Law 1: nothing is left out in silence."""
    runbook = _read(
        "## Cache\n\n```json\n{}\n```\n\n```mermaid\ngraph LR\n```\n\n```\nOK\n```\n\n- see\n\n  ```ini\n  a=b\n  ```\n\n"
        "```haskell\nmain = 1\n```\n"
    )
    said = [reading.says for reading in runbook.readings if reading.kind == "prose"]
    assert [words.split(":")[0] for words in said] == [
        "JSON", "A diagram", "Text or the output of a command", "Configuration", "Code in haskell",
    ]  # fmt: skip
    assert runbook.coverage.read == 1  # the title


@pytest.mark.parametrize(
    ("text", "name", "kinds"),
    [
        ("## How to warm the cache\n\n1. Open the console\n2. Run `./warm.sh all`\n3. Wait 30s\n",
         "How to warm the cache", ["manual", "command", "wait"]),
        ("## 🔥 Playbook: cache is cold\n\n1. Stop the writers\n2. Warm it: `./warm.sh all`\n"
         "", "cache is cold", ["manual", "command"]),
        ("## Scenario: node lost\n\n1. Cordon it: `kubectl cordon n1`\n2. Tell the team\n"
         "", "Scenario: node lost", ["command", "manual"]),
        ("## Runbook: rotate keys\n\n1) Create a key\n2) Revoke the old one\n", "rotate keys", ["manual", "manual"]),
        ("## Moving house\n\n### Step 1: Stop\n\n```bash\nsystemctl stop app\n```\n\n"
         "### Step 2 – Start\n\n```bash\nsystemctl start app\n```\n",
         "Moving house", ["command", "command"]),
        ("## Before you go\n\n- [ ] Lock the door\n- [x] Close the window\n", "Before you go", ["manual", "manual"]),
        ("## Switch over\n\n```bash\n# Move\n./move.sh\n\n# Verify it moved\ncurl -f http://x/health\n```\n",
         "Switch over", ["command", "verify"]),
        ("## Rollout plan\n\n| Task | Command | Verification |\n|---|---|---|\n"
         "| Deploy | `kubectl apply -f x.yaml` | `kubectl get pods` |\n"
         "| Tell people | mail | they know |\n", "Rollout plan", ["command", "verify", "manual"]),
        ("## Triage flow\n\n1. Take a snapshot:\n\n```bash\nkubectl get pods -o wide\n```\n\n2. Call somebody\n",
         "Triage flow", ["command", "manual"]),
    ],
)  # fmt: skip
def test_steps_anywhere_are_a_procedure(text: str, name: str, kinds: list[str]) -> None:
    """Numbered steps, checklists, headings `Step N`, blocks that verify, tables of steps, under any heading."""
    (procedure,) = _read(text).procedures
    assert procedure.name == name
    assert [step.kind.value for step in procedure.steps] == kinds


@pytest.mark.parametrize(
    "text",
    [
        "## Parts\n\n1. The cache\n2. The database\n3. The queue\n",
        "## Contents\n\n1. [Start](#start)\n2. [End](#end)\n",
        "## Principles\n\n1. Keep it simple\n2. Measure first\n",
        "## Security notes\n\n1. Never log a password\n2. Rotate keys\n",
        "## Costs\n\n| Item | Cost |\n|---|---|\n| Disk | 3 |\n",
    ],
)
def test_lists_of_things_are_no_procedures(text: str) -> None:
    """What is numbered is not always done."""
    assert _read(text).procedures == ()


def test_a_command_of_a_step_keeps_its_class_and_its_name() -> None:
    """What a sentence runs is classified like any other command, and named by the words around it."""
    (procedure,) = _read(
        "## How to clean up\n\n1. Remove the old files with `rm -rf /tmp/baskets`\n"
        "2. `kubectl get pods` – nothing is left\n"
    ).procedures
    first, second = procedure.steps
    assert first.safety is not None
    assert (first.name, first.kind, first.safety.safety) == (
        "Remove the old files", StepKind.COMMAND, Safety.DESTRUCTIVE,
    )  # fmt: skip
    assert (second.name, second.script) == ("nothing is left", "kubectl get pods")


def test_steps_that_an_issue_took_are_not_taken_again() -> None:
    """The numbered steps of a diagnosis are that issue's, not a procedure of their own."""
    runbook = _read(
        "## Baskets are lost\n\n**Symptoms:** errors\n\n**Diagnosis:**\n\n"
        "1. Check the pods: `kubectl get pods`\n2. Open the graph\n"
    )
    assert len(runbook.issues) == 1
    assert runbook.procedures == ()
    assert runbook.commands == ()


def test_headings_over_one_line_are_fields_of_the_service() -> None:
    """Some write a heading for each field; three of them make the form, a short section alone does not."""
    runbook = read_runbook(
        "# Basket\n\n## Primary URL\n\nhttps://basket.test\n\n## Service Tier\n\nPlatinum\n\n## Owner\n\nTeam Till\n\n"
        "## Host Platform\n\nAWS\n"
    )
    assert runbook.service.owner == "Team Till"
    assert [environment.url for environment in runbook.service.environments] == ["https://basket.test"]
    assert read_runbook("# Basket\n\n## Owner\n\nAsk Ana who owns it\n").service.owner is None


def test_unknown_programs_and_local_scripts_are_commands() -> None:
    """What nobody knows is a command of class unknown; only setting variables is none."""
    runbook = _read("## Use\n\n```bash\nbuild/tool conf health\n\n./x.sh now\n\nLEVEL=3\n```\n")
    assert [(one.command, one.safety.safety if one.safety else None) for one in runbook.commands] == [
        ("build/tool conf health", Safety.UNKNOWN), ("./x.sh now", Safety.UNKNOWN),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("Option A:", "Option B:"), ["Option A", "Option B"]),
        (("Restart it:", "Or:"), ["Restart it", "Or"]),
        (("Restart it:", "Alternatively, empty it:"), ["Restart it", "Alternatively, empty it"]),
        (("First, look:", "If it is still stuck:"), ["If it is still stuck", "Leave it out"]),
    ],
)
def test_blocks_beside_each_other_are_a_choice(words: tuple[str, str], names: list[str]) -> None:
    """What the words over a block call another way, or a case, is never run behind the block before it."""
    (procedure,) = _read(
        f"## Emergency Procedures\n\n### Basket is stuck\n\n{words[0]}\n\n"
        "```bash\n# Restart\nsystemctl restart basket\n```\n\n"
        f"{words[1]}\n\n```bash\n# Empty\nrm -rf /tmp/basket\n# Start\nsystemctl start basket\n```\n"
    ).procedures
    choice = procedure.steps[-1]
    assert choice.kind is StepKind.CHOICE
    assert [one.name for one in choice.choices] == names
    assert not [step for step in procedure.steps if step.script and "rm -rf" in step.script]


def test_an_item_that_is_done_only_in_some_case_is_a_choice() -> None:
    """`If it is stuck: …` with a command asks first, in a list as in a block."""
    (procedure,) = _read(
        "## How to mend\n\n1. Look: `kubectl get pods`\n2. If it is stuck: `kubectl delete pod x`\n"
    ).procedures
    assert [step.kind for step in procedure.steps] == [StepKind.COMMAND, StepKind.CHOICE]


_RELAY = """# Mail relay

> [!WARNING]
> Never run `postsuper -d ALL` in production.

## Symptoms → Actions

| What you see | Likely reason | What to do |
|---|---|---|
| Queue grows | DNS is slow | `systemctl restart unbound` |

## Codes

| Code | Meaning | What to do |
|---|---|---|
| 451 | Greylisted | Wait |

## Alert: MailQueueGrowing

Severity: high. Fires when queue depth > 1000 for 15m.

### Triage

- Is DNS alive? `dig mx mail.test`
- Is the disk full? `df -h /var/spool`

### Resolution

Flush: `postfix flush`

## Playbook: Blocked by a list

**Step 1.** Check the lists with `dig 1.2.3.4.list.test`

**Step 2.** Ask for removal there

## Alertmanager

```yaml
route:
  receiver: mail
  routes:
  - match: {alertname: MailQueueGrowing}
```
"""


def test_a_whole_page_in_somebody_elses_style() -> None:
    """Tables of symptoms and codes, an alert told in sentences, questions before commands, steps written as paragraphs."""
    runbook = read_runbook(_RELAY)
    (alert,) = runbook.alerts
    assert (alert.name, alert.severity.value, alert.condition.value, alert.window_s) == (
        "MailQueueGrowing", "high", 1000.0, 900.0,
    )  # fmt: skip
    by_name = {issue.name: issue for issue in runbook.issues}
    assert set(by_name) == {"Queue grows", "451", "MailQueueGrowing"}
    assert [step.script for step in by_name["MailQueueGrowing"].diagnosis] == [
        "dig mx mail.test", "df -h /var/spool",
    ]  # fmt: skip
    blocked = next(one for one in runbook.procedures if one.name == "Blocked by a list")
    assert [step.kind.value for step in blocked.steps] == ["command", "manual"]
    assert runbook.commands == ()
    assert not [
        step for one in runbook.procedures for step in one.steps if "postsuper" in (step.script or "")
    ]


_ODD = [
    *_RELAY.split("\n"), "```", "```yaml", "- alert: A", "  expr: up == 0", "  for: 5m", "## Alerts", "### A (p95 > 3s)",
    "- **Threshold**: 10%", "**Q: why?**", "| Symptom | Fix |", "|---|---|", "### Step 1: x", "Option B:", "1. Run `ls -l`",
]  # fmt: skip


def test_a_comment_behind_a_command_is_its_name() -> None:
    """`./shop.sh start   # about a second` says what it does on its own line."""
    (command,) = _read("## Use\n\n```bash\n./shop.sh start     # starts everything\n```\n").commands
    assert command.name == "starts everything"


@given(st.lists(st.sampled_from(_ODD), max_size=60))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_pieces_of_these_forms_in_any_order_are_read(lines: list[str]) -> None:
    """Half a table, a block left open, a rule without its end: nothing raises, and every line is accounted for."""
    text = "\n".join(lines)
    runbook = read_runbook(text)
    coverage = runbook.coverage
    assert coverage.read + coverage.faulted + coverage.prose == coverage.lines
    assert all(1 <= place.line <= len(lines) + 1 for place in (*runbook.readings, *runbook.findings))
    assert all(alert.line for alert in runbook.alerts)
