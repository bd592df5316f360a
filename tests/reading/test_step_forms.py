"""Which blocks are steps wherever they stand: lists that say what to do, blocks in order, introduced lists."""

import pytest

from watchbook.model.runbook import Runbook
from watchbook.reading import read_runbook
from watchbook.reading.step_words import is_imperative


def _read(text: str) -> Runbook:
    return read_runbook(f"# Basket\n\n{text}\n")


def _steps(text: str) -> dict[str, int]:
    return {one.name: len(one.steps) for one in _read(text).procedures}


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("## Verification\n\n- Confirm that baskets open.\n- Watch the error panel.\n", {"Verification": 2}),
        ("## Mitigation\n\n- Drain the slow node.\n- Restart the worker.\n", {"Mitigation": 2}),
        ("## Escalation Steps\n\n1. **Acknowledge** the page.\n2. **Open** a room.\n3. **Notify** support.\n",
         {"Escalation Steps": 3}),
        ("## Severity one\n\n1. Look at the pods:\n   ```bash\n   kubectl get pods\n   ```\n", {"Severity one": 1}),
        ("## Overview of nodes\n\nTo drain a node:\n\n1. Open the console.\n2. Press drain.\n", {"Drain a node": 2}),
        ("## Trend Metrics\n\nTo read the trend:\n\n1. Open the panel.\n2. Compare the weeks.\n", {"Read the trend": 2}),
        ("## Roadmap\n\nIt stops. Close the ticket by:\n\n1. Reviewing the log.\n2. Rerunning the job.\n",
         {"Close the ticket": 2}),
        ("## Pasos para restaurar\n\n1. **Aprovisionar** un entorno.\n2. **Descargar** la copia.\n",
         {"Pasos para restaurar": 2}),
        ("## Start\n\n```bash\n# Step 1: Database\ndocker start db\n\n# Step 2: Shop\ndocker start s\n```\n", {"Start": 2}),
        ("## Look\n\n```bash\n# 1. Pods\nkubectl get pods\n\n# 2. Nodes\nkubectl get nodes\n```\n", {"Look": 2}),
        ("## Daily operations\n\n```bash\n# Turn the logs\nlogrotate /etc/logrotate.conf\n\n# Space\ndf -h\n```\n",
         {"Daily operations": 2}),
        ("## New image\n\n```bash\n# Update\nkubectl rollout restart deployment/shop\n\n# Monitor rollout\n"
         "kubectl rollout status deployment/shop\n```\n", {"New image": 2}),
    ],
)  # fmt: skip
def test_steps_are_a_procedure(text: str, steps: dict[str, int]) -> None:
    """What a person would work through is recorded, wherever it stands."""
    assert _steps(text) == steps


@pytest.mark.parametrize(
    "text",
    [
        "## Verification\n\n- The queue is empty.\n- No alert for an hour.\n",
        "## Goals\n\n- Reduce the cost.\n- Improve the tests.\n",
        "## Applied migrations\n\n1. `001_base.sql` - tables\n2. `002_users.sql` - users\n",
        "## Data flow\n\n1. User logs in → the shop looks at the token\n2. User pays → the till answers\n",
        "## Delivery\n\n1. Code committed to the repository\n2. Build triggered automatically\n3. Pages deploy\n",
        "## Escalation\n\n1. Call the first person.\n2. After 15 minutes, call the second.\n",
        "## Contents\n\n1. [Deploy](#deploy)\n2. [Restart](#restart)\n",
        "## Store\n\nIt has two parts:\n\n1. The index keeps the names.\n2. The log keeps the sums.\n",
        "## Store\n\n**Note:**\n\n- Keep the index small.\n- Use the newest client.\n",
        "## Deployment\n\n**Note:**\n\n1. The index is small.\n2. The log is large.\n",
        "## Deployment\n\n### Canary\n\n1. The job asks for the errors.\n2. The release goes on by itself.\n",
        "## Architecture\n\nSetup:\n\n1. The shop talks to the till.\n2. The till talks to the bank.\n",
        "## Store\n\nNotes:\n\n1. Keep this short.\n2. Use plain words.\n",
        "## Cheat sheet\n\n```bash\n# Restart\nsystemctl restart shop\n\n# Watch\njournalctl -n 20\n```\n",
        "## Flags\n\n```bash\n# Turn it on\nflagctl on basket\n\n# Turn it off\nflagctl off basket\n```\n",
    ],
)
def test_facts_are_no_procedure(text: str) -> None:
    """Facts, goals, rungs of a ladder and commands that stand beside each other are not worked through."""
    assert not _steps(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Review flagged sessions", True),
        ("Check failed jobs by hand", True),
        ("Build the image", True),
        ("Build completes", False),
        ("Update is shipped", False),
        ("Reviewing the log", False),
    ],
)
def test_an_order_is_told_from_what_happened(text: str, expected: bool) -> None:
    """Words such as *build* are a thing as often as something to do."""
    assert is_imperative(text) is expected


@pytest.mark.parametrize("words", ["Step", "Phase", "Paso", "Schritt", "Étape"])
def test_headings_of_steps_over_plain_lists(words: str) -> None:
    """What is listed below each heading is what that step says; a remark behind the steps is none of them."""
    text = f"## Answer\n\n### {words} 1: Look\n\n- Panels\n- Logs\n\n### {words} 2: Tell\n\n- The shop\n\n### Later\n\nNo.\n"
    (found,) = _read(text).procedures
    assert [(step.name, step.text) for step in found.steps] == [
        ("Look", "Look\n- Panels\n- Logs"),
        ("Tell", "Tell\n- The shop"),
    ]


def test_remarks_beside_steps_stay_remarks() -> None:
    """`Note:` under a procedure opens no steps of it."""
    book = _read(
        "## Deployment\n\n1. Build the image.\n2. Push it.\n\nNote:\n\n1. Keep the old one.\n2. Tell the team.\n"
    )
    assert [[step.name for step in one.steps] for one in book.procedures] == [
        ["Build the image.", "Push it."]
    ]


def test_a_label_over_an_example_is_no_issue() -> None:
    """Lines of a log under a label in troubleshooting are shown."""
    book = _read(
        "## Troubleshooting\n\n**Look for these lines:**\n\n```\n[ERROR] refused\n```\n\n### Slow\n\n**Fix:** wait.\n"
    )
    assert [issue.name for issue in book.issues] == ["Slow"]
