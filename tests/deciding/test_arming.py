"""Which alerts page: by the wiring, by a person, and why some never do (rule 12)."""

from typing import Any

import pytest

from watchbook.deciding import answers
from watchbook.deciding.arming import armed_by_wiring, why_not_armed
from watchbook.model.errors import NotFoundError
from watchbook.model.ids import AlertId, alert_id
from watchbook.model.runbook import AlertRule, Condition, Role, Severity


@pytest.mark.parametrize(
    ("armed", "is_armed"),
    [
        ("*", True),
        (["*"], True),
        ([], False),
        ("", False),
        (["shop"], True),
        (["SHOP"], True),
        (["Shop/Service Down"], True),
        (["shop/service-down"], True),
        (["shop/*"], True),
        (["shop/High Latency"], False),
        (["payments", "shop/service down"], True),
        (["payments/Service Down"], False),
    ],
)
def test_armed_by_wiring(armed: Any, is_armed: bool) -> None:
    """`*`, names of services, and `service/alert`; spelling does not count."""
    assert armed_by_wiring(armed, "Shop", "Service Down") is is_armed


@pytest.mark.parametrize(
    ("more", "options", "says"),
    [
        ({}, {}, ""),
        ({}, {"shadow": True}, "--shadow"),
        ({}, {"bound": False}, "cannot be measured"),
        ({"role": Role.TARGET}, {}, "is a target"),
        ({"condition": Condition(external="X")}, {}, "another system"),
    ],
)
def test_why_not_armed(more: dict[str, Any], options: dict[str, Any], says: str) -> None:
    """What keeps a rule from paging whatever the wiring says."""
    fields = {"role": Role.ALERT, "condition": Condition(signal="x"), **more}
    rule = AlertRule("A", severity=Severity.HIGH, **fields)
    found = why_not_armed(rule, **options)
    assert (says in found) if says else (found == "")


def test_disarming_holds_the_ladder_and_arming_goes_on(timelines: Any) -> None:
    """A disarmed alert tells nobody any more, not even its next rung; armed again it takes its ladder up."""
    line = timelines.of(timelines.rule("Down")).push(0, "Down", True).run(10)
    key = alert_id("shop", "production", "Down")
    line.take(*answers.set_armed(line.watch, key, False, "Ana Ruiz", timelines.START + 10))
    same, decision = answers.set_armed(line.watch, key, False, "Ana Ruiz", timelines.START + 11)
    assert (same, decision.saves) == (line.watch, ())
    assert "observed already" in decision.reason
    line.run(2000)
    assert [heard.at for heard in line.heard] == [0]
    line.take(*answers.set_armed(line.watch, key, True, "Ana Ruiz", timelines.START + 2000))
    line.run(2010)
    line.expect("trigger", "Bo Lindqvist", (2000, 2004))
    with pytest.raises(NotFoundError):
        answers.set_armed(line.watch, AlertId("shop/production/none"), True, "Ana Ruiz", timelines.START)
