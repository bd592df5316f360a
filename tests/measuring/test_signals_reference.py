"""docs/reference/signals.md is made from the table of signals and the catalogue of how they are measured."""

from pathlib import Path

import pytest

from watchbook.measuring.catalogue import DURATIONS, GAUGES, OBSERVED, OF_REQUESTS, REQUESTS
from watchbook.model.signals import SIGNALS, Signal

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "signals.md"
UNITS = {
    "ratio": "a ratio (0.01 is 1 %)",
    "s": "seconds",
    "bytes": "bytes",
    "1/s": "per second",
    "count": "a count",
}
HEAD = """# Signals

What a condition or a metric of a runbook can name, in which words, and how it is measured. A word that two signals share
is told apart by the unit of the threshold (`Error Rate > 1%` is a ratio, `> 10/min` a rate) or by its direction.

From metrics, a signal is measured by the one naming convention that the service exposes. None, or more than one, is a
problem that the board names: define the metric with a query in a code span under Key Metrics. Rates,
ratios and quantiles are averaged over what the condition states (`over N`), else over max(4 scrapes, min(window, 5 min)).
Failures that never happened count as 0 beside requests that did; no requests at all is *no traffic*, a state of its own.

This page is made from the code (`pytest tests/measuring/test_signals_reference.py --update-golden`).
"""


def _page() -> str:
    return "\n".join([HEAD, *(_entry(signal) for signal in SIGNALS)])


def _entry(signal: Signal) -> str:
    worse = {"above": "high is bad", "below": "low is bad", "either": "either way may be bad"}[
        signal.bad_direction
    ]
    each = "each instance, the worst shown" if signal.scope == "each" else "the whole service"
    said = ", ".join(signal.aliases) or "a status: `401s`, `4xx`, `HTTP 429`"
    lines = [
        f"## `{signal.name}`\n",
        f"{signal.title[0].upper()}{signal.title[1:]}: {UNITS[signal.unit]}, {worse}, for {each}.\n",
        f"In words: {said}.\n",
        f"Measured by {_measured(signal)}.\n",
    ]
    return "\n".join(lines)


def _measured(signal: Signal) -> str:
    if signal.name in OBSERVED:
        return {"probes": "Watchbook's own probes", "jobs": "what jobs report to Watchbook"}[
            OBSERVED[signal.name]
        ]
    if signal.name in OF_REQUESTS:
        families = [
            family.convention for family in REQUESTS if family.status_labels or signal.name == "request_rate"
        ]
    elif signal.name == "latency":
        families = [family.convention for family in DURATIONS]
    else:
        families = [gauge.convention for gauge in GAUGES[signal.name]]
    check = {"certificate_lifetime": "a `tls://` health check, else ", "backup_age": "a health check, else "}
    return f"{check.get(signal.name, '')}metrics of {', '.join(dict.fromkeys(families))}"


def test_page_is_made_from_the_code(pytestconfig: pytest.Config) -> None:
    """Every signal has its entry in the reference."""
    if pytestconfig.getoption("--update-golden"):
        PAGE.write_text(_page())
    assert PAGE.read_text() == _page()
