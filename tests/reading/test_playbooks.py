"""Playbooks for what can be seen: headings with a condition over what to do, and commands as people put them in items."""

import pytest

from watchbook.model.runbook import Runbook
from watchbook.model.safety import Safety
from watchbook.reading import read_runbook


def _read(text: str) -> Runbook:
    return read_runbook(f"# Basket\n\n{text}\n")


def test_a_playbook_is_an_issue() -> None:
    """Looking is its diagnosis, acting its remedy, and a heading that is a condition is its symptom."""
    book = _read(
        "## Mitigation Playbooks\n\n### Error rate > 5%\n\n- Check the last release.\n"
        "- Scale the shop (`kubectl scale deployment/shop --replicas=4`).\n\n### Slow pictures\n\n- Flush the edge.\n"
    )
    first, second = book.issues
    assert (first.name, second.name) == ("Error rate > 5%", "Slow pictures")
    assert first.symptoms[0].condition is not None and first.symptoms[0].condition.signal == "error_ratio"
    assert [step.name for step in first.diagnosis] == ["Check the last release."]
    assert [cause.procedure for cause in first.causes] == ["Error rate > 5%: Scale the shop"]
    assert not book.alerts


def test_a_heading_with_a_condition_is_an_issue_anywhere() -> None:
    """Where what to do stands below it."""
    book = _read(
        "## Operations\n\n### Queue backlog > 100 jobs\n\n- Drain the slow node.\n- Restart the worker.\n"
    )
    assert [issue.name for issue in book.issues] == ["Queue backlog > 100 jobs"]
    assert not book.alerts


@pytest.mark.parametrize(
    "title",
    ["Phase 2: Shift traffic (> 30 minutes)", "Restart procedure < 5 minutes", "Error rate", "Level > 3"],
)
def test_other_headings_are_no_issue(title: str) -> None:
    """Steps with their time, and names without a condition."""
    assert not _read(
        f"## Operations\n\n### {title}\n\n- Drain the slow node.\n- Restart the worker.\n"
    ).issues


def test_facts_below_a_condition_are_no_issue() -> None:
    """A service level with its explanation is none."""
    assert not _read(
        "## Service levels\n\n### Availability > 99.9%\n\n- The month counts.\n- Drills do not.\n"
    ).issues


@pytest.mark.parametrize(
    ("item", "command"),
    [
        (
            "Scale the shop (`kubectl scale deployment/shop --replicas=4`).",
            "kubectl scale deployment/shop --replicas=4",
        ),
        ("Look at the basket via `scripts/look.sh <id>`.", 'scripts/look.sh "${id}"'),
        ("Run `ops/restore.sh last` and read `restore.log`.", "ops/restore.sh last"),
        ("If it is stuck, run `ops/drain.sh now` and tell support.", "ops/drain.sh now"),
    ],
)
def test_commands_of_an_item(item: str, command: str) -> None:
    """In brackets behind what to do, or a script of the repository behind a word such as *run* or *via*."""
    book = _read(f"## Playbook\n\n1. {item}\n2. Watch the panel.\n")
    steps = [step for procedure in book.procedures for step in procedure.steps]
    steps += [one for step in steps for choice in step.choices for one in choice.steps]
    assert [step.script for step in steps if step.script] == [command]
    assert all(step.safety is None or step.safety.safety is not Safety.READ_ONLY for step in steps)


@pytest.mark.parametrize(
    "item",
    [
        "Dumps are made nightly (`pg_dump shop`).",
        "Never scale by hand (e.g. `kubectl scale deployment/shop --replicas=0`).",
        "The limits stand in `scripts/limits.py` of the shop.",
        "Run `ops/stop.sh` or `ops/drain.sh now`, whichever fits.",
        "Compare it with what `scripts/limits.py` prints.",
    ],
)
def test_no_commands_of_an_item(item: str) -> None:
    """What is described, warned of or only named is not run."""
    book = _read(f"## Playbook\n\n1. {item}\n2. Watch the panel.\n")
    assert not [step for one in book.procedures for step in one.steps if step.script]


_PAGE = """# Stuck basket runbook

## Detection

- Error rate > 5%.
- People see an empty basket.

## Mitigation steps

1. Restart the worker.
2. Tell support.
"""


def test_a_page_with_detection_and_a_playbook_is_an_issue() -> None:
    """What is seen are its symptoms; its remedy is the procedure, which stays one that is recorded."""
    book = read_runbook(_PAGE)
    (issue,) = book.issues
    assert (issue.name, [cause.procedure for cause in issue.causes]) == ("Stuck basket", ["Mitigation steps"])
    assert [symptom.condition is not None for symptom in issue.symptoms] == [True, False]
    assert [len(one.steps) for one in book.procedures] == [2]
    assert not book.alerts


@pytest.mark.parametrize(
    "text",
    [
        _PAGE.replace("## Mitigation steps", "## Background")
        .replace("Restart", "Old")
        .replace("Tell", "Some"),
        _PAGE.replace("Error rate > 5%.", "Open the panel.").replace("People see", "Look for"),
        _PAGE.replace("Detection", "Background"),
    ],
)
def test_other_pages_are_no_issue(text: str) -> None:
    """Without a playbook, without anything that is seen, or where detection is work to do."""
    assert not read_runbook(text).issues
