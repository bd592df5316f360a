"""Thresholds in a YAML block become alerts with their severity and duration; other YAML stays what it is."""

import pytest

from watchbook.model.runbook import Severity
from watchbook.reading import read_runbook

_BLOCK = """```yaml
alerts:
  - metric: error_rate
    threshold: 2%
    duration: 5m
    severity: critical

  - name: SlowBasket
    metric: p95 latency
    operator: ">"
    threshold: 800ms
    severity: warning
```
"""


def test_entries_are_alerts() -> None:
    """The direction comes from the operator, or from what is bad for that signal."""
    runbook = read_runbook(f"# Basket\n\n## Alerting\n\n{_BLOCK}")
    errors, slow = runbook.alerts
    condition = errors.condition
    assert (condition.signal, condition.op, condition.value) == ("error_ratio", ">", 0.02)
    assert (errors.severity, errors.window_s, errors.line) == (Severity.CRITICAL, 300.0, 7)
    assert (slow.name, slow.condition.signal, slow.condition.value) == ("SlowBasket", "latency", 0.8)


@pytest.mark.parametrize(
    "text",
    [
        f"# Basket\n\n## Alerting\n\nFor example:\n\n{_BLOCK}",
        "# Basket\n\n## Scaling\n\n```yaml\nrules:\n  - metric: cpu\n    threshold: 80%\n    level: node\n```\n",
        "# Basket\n\n## Alerting\n\n```yaml\nthreshold: [2\nseverity: high\n```\n",
        "# Basket\n\n## Alerting\n\n```python\nthreshold: 2\nseverity: high\n```\n",
    ],
)
def test_other_blocks_arm_nothing(text: str) -> None:
    """Examples, rules of something else, what is no YAML, code."""
    assert not read_runbook(text).alerts
