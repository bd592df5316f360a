"""A query in a code block of its own is its alert's condition where a title says so, and is shown otherwise."""

import pytest

from watchbook.reading import read_runbook

_QUERY = 'sum(rate(basket_errors_total{job="basket"}[5m])) > 2'


def _conditions(text: str) -> list[tuple[str, str | None]]:
    return [(one.name, one.condition.promql) for one in read_runbook(text).alerts]


@pytest.mark.parametrize(
    "text",
    [
        "# Basket\n\n## Alert: BasketErrors\n\n**Severity:** critical\n\n### Expression\n\n```promql\n{query}\n```\n",
        "# Basket\n\n## BasketErrors\n\n**Severity:** critical\n\n**Query:**\n\n```promql\n{query}\n```\n",
        "# Basket\n\n## Alert: BasketErrors\n\n**Severity:** critical\n\n## Detection\n\n### Alert Expression\n\n"
        "```promql\n{query}\n```\n",
    ],
)
def test_a_query_is_the_condition_of_its_alert(text: str) -> None:
    """Under the alert's heading, or anywhere in a document of one alert."""
    assert _conditions(text.replace("{query}", _QUERY)) == [("BasketErrors", _QUERY)]


@pytest.mark.parametrize(
    "text",
    [
        "# Basket\n\n## Panels\n\n**Query:**\n\n```promql\n{query}\n```\n",
        "# Basket\n\n## Alert: A / B\n\nText.\n\n## Detection\n\n### Alert Expression\n\n```promql\n{query}\n```\n",
        "# BasketErrors\n\n## Meaning\n\nBad.\n\n## Diagnosis\n\n**Query:**\n\n```promql\n{query}\n```\n",
        "# Basket\n\n## BasketErrors\n\n**Query:**\n\n```promql\n{query}\n```\n",
        "# Basket\n\n## Panels\n\n### Look\n\n```promql\n{query}\n```\n",
    ],
)
def test_other_queries_arm_nothing(text: str) -> None:
    """No alert is named, or two are, or the title says nothing of an alert."""
    assert all(promql is None for _, promql in _conditions(text.replace("{query}", _QUERY)))


def test_a_query_that_compares_nothing_is_shown() -> None:
    """It would fire always."""
    text = "# Basket\n\n## Alert: BasketErrors\n\n**Severity:** high\n\n**Query:**\n\n```promql\nrate(x_total[5m])\n```\n"
    assert all(promql is None for _, promql in _conditions(text))
