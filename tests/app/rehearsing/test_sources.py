"""Where scenarios are found, and whose they are where a file describes several services."""

from pathlib import Path

import pytest

from watchbook.app.rehearsing import find_sources

SERVICES = "# Services\n\n" + "".join(
    f"""## Service: {name}

### Alerts

| Alert | Condition | Severity | Response |
|---|---|---|---|
| Errors | > 1% errors for 5min | Critical | Page on-call immediately |

"""
    for name in ("Cart", "Shop")
)
SCENARIO = """\
scenarios:
  - name: {name}
    {service}
    series: []
    expect:
      - at: 1m
        alerts: none
"""


def _folder(path: Path, *scenarios: tuple[str, str]) -> Path:
    (path / "RUNBOOK.md").write_text(SERVICES)
    for number, (name, service) in enumerate(scenarios):
        ending = (".test.yaml", ".test.yml", ".test.json")[number]
        (path / f"RUNBOOK{ending}").write_text(SCENARIO.format(name=name, service=service))
    return path


def test_a_scenario_is_about_the_service_that_it_names(tmp_path: Path) -> None:
    """Of several in one file; case and punctuation do not count."""
    sources, bare = find_sources([_folder(tmp_path, ("one", "service: shop"), ("two", "service: Cart"))])
    assert [(source.loaded.id, source.scenarios[0].name) for source in sources] == [
        ("shop", "one"),
        ("cart", "two"),
    ]
    assert not bare and not any(source.problems for source in sources)


@pytest.mark.parametrize(
    ("service", "words"),
    [("environment: production", "does not say which service it is about"),
     ("service: till", "is about till, which this runbook does not describe")],
)  # fmt: skip
def test_a_scenario_that_is_about_none_is_a_problem(tmp_path: Path, service: str, words: str) -> None:
    """It is told with its line and the services that there are, and is not played for another one."""
    (source,), _ = find_sources([_folder(tmp_path, ("one", service))])
    assert source.scenarios == ()
    (problem,) = source.problems
    assert (problem.line, words in problem.what, "Cart, Shop" in problem.mend) == (2, True, True)
