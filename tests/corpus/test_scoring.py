"""The scores themselves: what counts as understood, as covered, as a wrong reading, as armed wrongly."""

from dataclasses import replace

from tests.corpus.labels import Amount, Figure, Labels
from tests.corpus.scoring import Score, score

from watchbook.reading import read_runbook
from watchbook.reading.contract import contract

TEXT = """# Till

## Alerting

| Alert | Condition | Severity | Response |
|---|---|---|---|
| Till failing | > 1% errors for 5min | Critical | Page on-call immediately |

## Common Operations

### Restart

```bash
# Look
kubectl get pods -n till
# Restart
kubectl rollout restart deployment/till -n till
```
"""
ALERT = Figure(7, "alert", "critical", "error_ratio", ">", (0.01,), "ratio", window_s=300.0)
COMMANDS = {15: frozenset({"read_only"}), 17: frozenset({"changes"})}
RIGHT = Labels("till", TEXT, (ALERT,), (), (7,), {}, COMMANDS)


def scored(labels: Labels) -> Score:
    """The score of the document above against these labels."""
    return score(labels, contract(read_runbook(labels.text)))


def test_agreement_is_full_marks() -> None:
    """What is labelled as it is read counts as understood, and nothing is wrong."""
    found = scored(RIGHT)
    assert (found.rows, found.understood, found.recall) == (1, 1, 1.0)
    assert (found.wrong, found.armed, found.uncovered) == ((), (), ())
    assert found.classes == 2


def test_every_part_of_a_condition_counts() -> None:
    """Another value, operator, window, severity or signal is a row missed and a wrong reading."""
    for change in (
        {"values": (0.02,)}, {"op": "<"}, {"window_s": 600.0}, {"severity": "high"}, {"signal": "latency"},
        {"window_s": None},
    ):  # fmt: skip
        found = scored(replace(RIGHT, figures=(replace(ALERT, **change),)))  # type: ignore[arg-type]
        assert found.understood == 0 and found.wrong, change


def test_a_target_must_not_be_armed() -> None:
    """An alert on a row that is labelled as a target is counted as armed wrongly; a role left open is not."""
    target = replace(ALERT, role="target", severity=None)
    assert scored(replace(RIGHT, figures=(target,))).armed
    assert not scored(replace(RIGHT, figures=(replace(target, or_roles=("alert",)),))).armed


def test_an_alert_on_a_row_of_another_kind_is_armed_wrongly() -> None:
    """A row whose only label is an amount of another kind must not become an alert."""
    labels = replace(RIGHT, figures=(), quantities=(Amount(7, "duration", (300.0,), "seconds"),))
    found = scored(labels)
    assert found.armed and found.wrong


def test_an_unlabelled_condition_is_a_wrong_reading() -> None:
    """A condition that nobody labelled is to be looked at; an optional label is enough."""
    assert scored(replace(RIGHT, figures=(), rows=())).wrong
    assert not scored(replace(RIGHT, figures=(replace(ALERT, optional=True),), rows=())).wrong


def test_a_missed_row_wants_a_finding() -> None:
    """A row that was not understood is covered by a finding on its line, and uncovered without one."""
    amount = Amount(11, "rto", (3600.0,), "seconds")
    found = scored(replace(RIGHT, quantities=(amount,), rows=(7, 11)))
    assert found.missed == ("till:11: rto 3600 seconds",)
    reading = contract(read_runbook(TEXT))
    reading["findings"] = [{"line": 11}]
    assert score(replace(RIGHT, quantities=(amount,), rows=(7, 11)), reading).uncovered == ()
    reading["findings"] = []
    assert score(replace(RIGHT, quantities=(amount,), rows=(7, 11)), reading).uncovered == ("till:11",)


def test_a_class_is_compared_with_the_worst_of_its_commands() -> None:
    """A class other than the labelled one is wrong, in either direction."""
    for line, other in ((15, "changes"), (17, "read_only"), (17, "destructive")):
        found = scored(replace(RIGHT, commands=COMMANDS | {line: frozenset({other})}))
        assert [text.split(":")[1] for text in found.wrong] == [str(line)]


def test_a_condition_to_be_refused_is_told_by_its_finding() -> None:
    """One against the signal's bad direction counts as understood when it is not armed and has a finding."""
    against = replace(ALERT, against_direction=True)
    found = scored(replace(RIGHT, figures=(against,)))
    assert found.understood == 0 and found.armed
    reading = contract(read_runbook(TEXT))
    reading["alerts"], reading["findings"] = [], [{"line": 7}]
    assert score(replace(RIGHT, figures=(against,)), reading).understood == 1
