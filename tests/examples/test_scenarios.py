"""The examples' own scenarios: all come out as expected, and each notices the change it is there for."""

from pathlib import Path

import pytest

from watchbook.app.documents.loading import Loaded, load
from watchbook.app.rehearsing import Source, find_sources, play
from watchbook.reading import read_runbook

pytestmark = pytest.mark.slow

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SHOP, SITE = "01-shop", "02-nginx"


def _source(name: str) -> Source:
    (source,) = find_sources([EXAMPLES / name])[0]
    assert source.problems == ()
    return source


SCENARIOS = [(name, one.name) for name in (SHOP, SITE) for one in _source(name).scenarios]


@pytest.mark.parametrize(("example", "name"), SCENARIOS)
def test_a_shipped_scenario_comes_out_as_expected(example: str, name: str) -> None:
    """`watchbook test examples` is green."""
    source = _source(example)
    played = play(source.loaded, next(one for one in source.scenarios if one.name == name))
    assert (played.problems, played.failures) == ((), ())


@pytest.mark.parametrize(("example", "before", "after", "failing"), [
    (SHOP, "| 0 healthy instances | Page", "| 0 healthy instances for 1min | Page", 2),
    (SHOP, "Bo Lindqvist → Eva Marchetti, 5 min each", "Eva Marchetti → Bo Lindqvist, 5 min each", 1),
    (SHOP, "< 3 healthy instances for 10s", "< 3 healthy instances for 30s", 1),
    (SHOP, "> 1% errors for 8s", "> 20% errors for 8s", 1),
    (SHOP, "> 1% errors for 8s", "> 0.05% errors for 8s", 1),
    (SHOP, "p95 > 250ms", "p95 > 2s", 1),
    (SHOP, '# Confirmed if: /"reason": "out of memory"/', '# Confirmed if: /"reason": "crashed"/', 1),
    (SHOP, "# Expected: /USING INDEX/\n\n# Solution: Make the index again", "# Expected: /SCAN/\n\n# Solution: Make it", 1),
    (SITE, "Front Door check fails for 5s", "Front Door check fails for 50s", 1),
    (SITE, "< 2 healthy instances for 5s", "< 2 healthy instances for 1s", 1),
])  # fmt: skip
def test_a_change_of_the_runbook_is_noticed(example: str, before: str, after: str, failing: int) -> None:
    """Thresholds, windows, ladders and checks: a change that matters fails a scenario, and no other does."""
    path = EXAMPLES / example / "RUNBOOK.md"
    text = load(path).text
    assert before in text
    changed = text.replace(before, after, 1)
    loaded = Loaded(path, changed, read_runbook(changed))
    results = [play(loaded, one) for one in _source(example).scenarios]
    assert [one.problems for one in results] == [()] * len(results)
    assert sum(bool(one.failures) for one in results) == failing
