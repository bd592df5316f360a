"""Binding of conditions: what this version cannot measure is a problem that says so, never another measurement."""

import pytest

from watchbook.app.watching.binding import Bound, bind_rule
from watchbook.measuring.measurement import BindingProblem
from watchbook.measuring.window import Window
from watchbook.reading import read_runbook

ROW = "\n## Alerting\n| Alert | Severity | Threshold | Response |\n|---|---|---|---|\n| Odd | High | {} | Page Ana Ruiz |\n"


@pytest.mark.parametrize(
    ("threshold", "because"),
    [
        ("401s > 10x baseline", "past 7 days"),
        ("heartbeat missing for 26h", "no heartbeats"),
        ("", "no alerts from other systems"),
    ],
)
def test_conditions_beyond_this_version_are_problems(threshold: str, because: str) -> None:
    """A multiple of normal, a job's heartbeat and another system's alert are read, and refused with the reason."""
    rules = read_runbook("# Till\n" + ROW.format(threshold)).alerts
    assert [rule.name for rule in rules] == ["Odd"]
    bound = bind_rule(rules[0], (), Window(), every_s=15.0)
    assert isinstance(bound, BindingProblem)
    assert because in bound.reason
    assert bound.mend


def test_a_multiple_of_normal_is_never_compared_with_the_factor() -> None:
    """Where requests are measured, `> 10/s` is bound and `> 10x baseline` still is not."""
    window = Window()
    window.append((("__name__", "http_requests_total"), ("code", "401"), ("instance", "a")), 0.0, 1.0)
    plain, relative = read_runbook(
        "# Till\n" + ROW.format("401s > 10/s") + "| Odder | High | 401s > 10x baseline | Page Ana Ruiz |\n"
    ).alerts
    assert isinstance(bind_rule(plain, (), window, every_s=15.0), Bound)
    assert isinstance(bind_rule(relative, (), window, every_s=15.0), BindingProblem)
