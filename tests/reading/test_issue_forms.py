"""Issues in the forms that people write: tables, labels, questions, items, headings anywhere, pages of alerts."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbook.model.runbook import AlertRule, Condition, Issue, Role, Runbook, Severity
from watchbook.reading import read_runbook
from watchbook.reading.issue_words import AlertIndex

PAGES = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "alerts"


def _issues(text: str) -> tuple[Issue, ...]:
    return read_runbook(f"# Basket\n\n{text}\n").issues


@pytest.mark.parametrize(
    "text",
    [
        "## Troubleshooting\n\n| Symptom | Cause | Fix |\n|---|---|---|\n"
        "| Baskets are empty | Cache lost | `./warm.sh all` |",
        "## Common problems\n\n| Fix | Problem | Likely cause |\n|---|---|---|\n"
        "| `./warm.sh all` | Baskets are empty | Cache lost |",
        "## Operations\n\n### Known trouble\n\n| Issue | Root Cause | Resolution |\n|---|---|---|\n"
        "| Baskets are empty | Cache lost | `./warm.sh all` |",
        "## FAQ\n\n### Baskets are empty\n\n**Cause:** Cache lost\n\n**Fix:** Warm it: `./warm.sh all`",
        "## Cache\n\n### Problem: Baskets are empty\n\n**Possible causes:**\n- Cache lost\n\n"
        "**Solution:**\n1. Warm it: `./warm.sh all`",
        "## Troubleshooting\n\n**Baskets are empty**\n\nCause: Cache lost\n\n"
        "```bash\n# Solution: warm it\n./warm.sh all\n```",
        "## Troubleshooting\n\n- **Baskets are empty**\n  - Cause: Cache lost\n  - Fix: Warm it: `./warm.sh all`",
        "## SIEM\n\n### INC-042: Baskets are empty\n\n**Symptoms**: nothing is shown\n\n**Root cause:** Cache lost\n\n"
        "**Resolution:**\n\n```sh\n./warm.sh all\n```",
        "## Redis troubleshooting\n\n### 3. Baskets are empty\n\n#### Causes\n\n- Cache lost\n\n#### Resolution steps\n\n"
        "1. Warm it: `./warm.sh all`",
    ],
)
def test_one_problem_in_every_form_is_one_issue_with_its_cause_and_remedy(text: str) -> None:
    """Name, cause and the command that mends it, whether in columns of any order, labels, items or headings."""
    runbook = read_runbook(f"# Basket\n\n{text}\n")
    (issue,) = runbook.issues
    assert issue.name == "Baskets are empty"
    causes = " ".join(cause.name for cause in issue.causes)
    assert "Cache lost" in causes
    scripts = [step.script for procedure in runbook.procedures for step in procedure.steps]
    assert scripts == ["./warm.sh all"]


def test_rows_of_one_symptom_are_one_issue_and_empty_rows_are_none() -> None:
    """Two causes of one problem stand in two rows."""
    (issue,) = _issues(
        "## Troubleshooting\n\n| Symptom | Cause | Fix |\n|---|---|---|\n"
        "| Slow | Disk | Wait |\n| Slow | CPU | Scale |\n|  | x | y |"
    )
    assert [(cause.name, cause.advice) for cause in issue.causes] == [("Disk", "Wait"), ("CPU", "Scale")]


def test_a_table_of_alerts_and_fixes_leads_the_alerts_to_its_rows() -> None:
    """`Alert | Cause | Fix` under alerting arms nothing: it says what to do when the alert comes."""
    runbook = read_runbook(
        "# Basket\n\n## Alerts\n\n| Alert | Severity | Threshold |\n|---|---|---|\n| Basket Slow | High | p95 > 2s |\n\n"
        "| Alert | Cause | Fix |\n|---|---|---|\n| Basket Slow | Full disk | Empty it |\n"
    )
    assert len(runbook.alerts) == 1
    (issue,) = runbook.issues
    assert (issue.name, issue.alerts) == ("Basket Slow", ("Basket Slow",))


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        (
            "**Q: Why is it slow?**\n\nA: The cache is cold after a restart.",
            "The cache is cold after a restart.",
        ),
        ("Q: Why is it slow?\nA: The cache is cold after a restart.", "The cache is cold after a restart."),
        ("### Why is it slow?\n\nThe cache is cold after a restart.", "The cache is cold after a restart."),
        (
            "### Q: Why is it slow?\n\n**Answer:** The cache is cold after a restart.",
            "The cache is cold after a restart.",
        ),
    ],
)
def test_questions_and_answers_are_issues(text: str, advice: str) -> None:
    """The question is the name, the answer the advice."""
    (issue,) = _issues(f"## FAQ\n\n{text}")
    assert issue.name == "Why is it slow?"
    assert [cause.advice for cause in issue.causes] == [advice]


def test_what_a_person_looks_at_is_a_step_of_the_diagnosis() -> None:
    """Sentences, items behind an arrow, code behind *with*, and blocks below a diagnosis, in order."""
    (issue,) = _issues(
        "## Basket is down\n\n**Symptoms:** 502 errors\n\n**Diagnostic tree:**\n\n"
        "1. Container running? → `docker ps`\n2. Check the events with `kubectl get events -n shop`.\n3. Ask a friend\n\n"
        "Look at the graph of the queue.\n\n**Remediation:**\n\n- Pod is pending → add a node\n"
    )
    assert [(step.kind.value, step.script or step.text) for step in issue.diagnosis] == [
        ("command", "docker ps"), ("command", "kubectl get events -n shop"), ("manual", "Ask a friend"),
        ("manual", "Look at the graph of the queue."),
    ]  # fmt: skip
    assert [(cause.name, cause.advice) for cause in issue.causes] == [("Pod is pending", "add a node")]


def test_paths_and_menus_are_no_commands() -> None:
    """A file in a code span, a way through a menu, and a command that is warned of stay with the person."""
    (issue,) = _issues(
        "## Troubleshooting\n\n### Labels are missing\n\n**Resolution:**\n\n"
        "1. Add the missing label: `messages/{lang}/{name}.json`\n"
        "2. Open Settings → Labels → New\n3. Never run `kubectl delete ns shop` here\n"
    )
    assert [cause.procedure for cause in issue.causes] == [None] * len(issue.causes)


def test_parts_of_an_issue_do_not_swallow_what_follows() -> None:
    """Impact in one line leaves the block below it a diagnosis; a heading of another part closes the one before."""
    (issue,) = _issues(
        "## Baskets are lost\n\n### Symptoms\n\n- errors > 5%\n\n### Impact\n\nBad.\n\n### Diagnosis\n\n#### First look\n\n"
        "```bash\nkubectl get pods\n```\n\n### Mitigation\n\nRestart the cache.\n\n### Prevention\n\n- Buy memory\n"
    )
    assert [step.script for step in issue.diagnosis] == ["kubectl get pods"]
    assert [(cause.name, cause.advice) for cause in issue.causes] == [("Mitigation", "Restart the cache.")]
    assert [symptom.condition is not None for symptom in issue.symptoms] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "## Deployment\n\n### Verify\n\n1. Check it: `curl -f http://x/health`\n",
        "## Concepts\n\n**Cause and effect** are explained below.\n",
        "## Background\n\n### History\n\nThe cause was found in May.\n",
        "## Overview\n\n**Purpose:** Baskets\n**Impact:** Orders stop\n",
        "## Ideas\n\n| Idea | Action |\n|---|---|\n| Tea | Drink |\n",
    ],
)
def test_other_text_is_no_issue(text: str) -> None:
    """One word of the kind is not enough."""
    assert _issues(text) == ()


_PAGE = """---
title: Basket Full
weight: 20
---

# BasketFull

## Meaning

No basket takes another thing.

## Impact

No orders.

## Diagnosis

Look at the graph of the baskets.

- Check the pods via `kubectl -n $NAMESPACE get pod $POD`.

```shell
$ kubectl top pods
NAME       CPU
basket-1   3m
```

## Mitigation

Empty the oldest baskets.

## Escalation

Call the owner.
"""


def test_a_page_of_an_alert_is_one_issue_with_its_name() -> None:
    """Meaning, impact, diagnosis, mitigation: the title is the alert, sentences are what a person does."""
    (issue,) = read_runbook(_PAGE).issues
    assert (issue.name, issue.alerts) == ("BasketFull", ("BasketFull",))
    (other,) = read_runbook(_PAGE.replace("# BasketFull", "# Basket Is Full [Deprecated]")).issues
    assert (other.name, other.alerts) == ("Basket Is Full", ("Basket Is Full", "BasketIsFull"))
    assert [step.kind.value for step in issue.diagnosis] == ["manual", "command", "command"]
    assert [(step.script or "").split()[:1] for step in issue.diagnosis] == [[], ["kubectl"], ["kubectl"]]
    assert [(cause.name, cause.advice) for cause in issue.causes] == [
        ("Mitigation", "Empty the oldest baskets.")
    ]


def _whole(runbook: Runbook, name: str) -> bool:
    """Whether a page gave one issue with its alert, and what stands in it of diagnosis and mitigation."""
    return len(runbook.issues) == 1 and name in runbook.issues[0].alerts


@pytest.mark.slow
@pytest.mark.skipif(not PAGES.exists(), reason="strangers' pages are not part of the repository")
def test_pages_of_strangers_are_read_as_what_they_are() -> None:
    """Of two corpora of alert pages nearly all give one issue of the alert's name with a diagnosis and a mitigation."""
    counts = {"pages": 0, "named": 0, "diagnosis": 0, "mitigation": 0}
    for path in sorted(PAGES.rglob("*.md")):
        if path.stem in ("_index", "README"):
            continue
        counts["pages"] += 1
        runbook = read_runbook(path.read_text())
        counts["named"] += _whole(runbook, path.stem)
        counts["diagnosis"] += any(issue.diagnosis for issue in runbook.issues)
        counts["mitigation"] += any(issue.causes for issue in runbook.issues)
    assert counts["pages"] > 150
    assert min(counts.values()) >= 0.95 * counts["pages"], counts


def test_symptoms_above_an_emergency_procedure_make_its_issue() -> None:
    """The steps stay a procedure, which is the issue's remedy; the symptom is measured."""
    runbook = read_runbook(
        "# Basket\n\n## Emergency Procedures\n\n### P1: Too many errors\n\n**Symptoms**: error rate > 10%\n\n"
        "**Immediate actions:**\n\n1. Stop it: `systemctl stop basket`\n2. Tell the team\n"
    )
    (issue,), (procedure,) = runbook.issues, runbook.procedures
    assert [symptom.condition.value for symptom in issue.symptoms if symptom.condition] == [0.1]
    assert [cause.procedure for cause in issue.causes] == [procedure.name]
    assert [step.kind.value for step in procedure.steps] == ["command", "manual"]


def test_headings_beside_issues_are_no_issues() -> None:
    """A chapter about trouble may explain itself, and say how to look; what has parts of an issue is one."""
    issues = _issues(
        "## Cache troubleshooting\n\n### Architecture\n\nOne cache.\n\n### Check the status\n\n"
        "```bash\nredis-cli ping\n```\n\n"
        "### Problem: Cache is cold\n\n**Symptoms:**\n- slow\n\n**Resolution:** Warm it.\n\n"
        "### Test fails\n\n**Cause:** Old data\n"
    )
    assert [issue.name for issue in issues] == ["Cache is cold", "Test fails"]


def test_options_over_blocks_are_remedies_of_their_own() -> None:
    """Two ways out are never one procedure that goes both."""
    runbook = read_runbook(
        "# Basket\n\n## Basket is stuck\n\n### How to check\n\n```console\n"
        "[root@b1 ~]# systemctl status basket\nactive\n```\n\n"
        "### How to fix\n\nOption A: restart it\n\n```\nsudo systemctl restart basket\n```\n\nOption B: empty it\n\n"
        "```\nrm -rf /tmp/basket\n```\n"
    )
    (issue,) = runbook.issues
    assert [step.script for step in issue.diagnosis] == ["systemctl status basket"]
    assert [cause.name for cause in issue.causes] == ["Option A: restart it", "Option B: empty it"]
    assert [len(procedure.steps) for procedure in runbook.procedures] == [1, 1]


def test_numbered_scenarios_without_marks_are_issues_with_their_parts() -> None:
    """A line `Scenario 1: …` over a list of plain keys says as much as a heading."""
    first, second = _issues(
        "## Incident scenarios\n\nScenario 1: Login is down\n\n * Symptom: health check fails\n"
        " * Diagnosis: `systemctl status auth`\n * Fix: `systemctl restart auth`\n\nScenario 2: Tokens are refused\n\n"
        " * Probable cause: clock skew\n * Fix: `chronyc makestep`\n"
    )
    assert [len(first.symptoms), len(first.diagnosis), len(first.causes)] == [1, 1, 1]
    assert [cause.name for cause in second.causes] == ["clock skew"]


_WORDS = st.lists(st.sampled_from(["high", "cpu", "disk", "queue", "db", "the", "slow"]), max_size=4).map(
    " ".join
)


@given(st.lists(_WORDS, max_size=8), _WORDS)
@settings(max_examples=200, deadline=None)
def test_the_index_of_alerts_finds_what_comparing_each_pair_finds(names: list[str], issue: str) -> None:
    """Two names are of one thing where the words of one are all in the other; many alerts change nothing about it."""
    alerts = tuple(
        AlertRule(name, Role.ALERT, Severity.LOW, Condition(external=name or "x")) for name in names
    )
    said = set(issue.split()) - {"the"}
    expected = [
        name
        for name in dict.fromkeys(names)
        if (words := set(name.split()) - {"the"}) and said and (words <= said or said <= words)
    ]
    assert list(AlertIndex(alerts).matching(issue, ())) == expected
