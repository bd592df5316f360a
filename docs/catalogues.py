"""The pages of findings and signals, from the catalogues in the code. Called by `docs.generate`."""

import re

from watchbook.measuring.catalogue import DURATIONS, GAUGES, OBSERVED, OF_REQUESTS, REQUESTS
from watchbook.model.findings import FIXABLE, Entry, catalogue
from watchbook.model.signals import SIGNALS, Signal

_AREAS = {
    "0": "The document", "1": "Service and environments", "2": "Checks and metrics", "3": "Alerts",
    "4": "Procedures and commands",
    "5": "Troubleshooting", "6": "Maintenance and recovery", "7": "People and review", "8": "Secrets",
}  # fmt: skip
_FINDINGS = """# Findings

What `watchbook check` says, code by code. A finding is an **error** (it cannot run as written), a **warning** (it will
let someone down) or a **note**. `--fail-on` decides which of them end with 1. This page is made from the code
(`make docs`).
"""


def findings_page() -> str:
    """docs/reference/findings.md."""
    parts = [_FINDINGS]
    area = ""
    for entry in catalogue().values():
        if entry.code[2] != area:
            area = entry.code[2]
            parts.append(f"## {_AREAS[area]}\n")
        parts.append(_finding(entry))
    return "\n".join(parts)


def _finding(entry: Entry) -> str:
    message = re.sub(r"`?\{(\w+)\}`?", lambda found: f"*{found[1].replace('_', ' ')}*", entry.message)
    mend = re.sub(r"\{(\w+)\}", lambda found: f"*{found[1].replace('_', ' ')}*", entry.mend)
    by_itself = f" {_FIXED[entry.name]}" if entry.name in FIXABLE else ""
    return (
        f"### {entry.code} {entry.name} ({entry.level.value})\n\n{message}\n\n"
        f"Why: {entry.why}\n\nMend: {mend}{by_itself}\n"
    )


_FIXED = {
    "placeholder-left": "`watchbook fix` fills in the service's or the owner's name where the document says it elsewhere,"
    " and the date of Last Updated.",
    "field-missing": "`watchbook fix` puts in Last Updated, with the day of the file's last commit.",
    "date-not-understood": "`watchbook fix` puts a date behind a Last Updated that has none.",
    "severity-missing": "`watchbook fix` adds the column where every row of the table spells its severity"
    " (`P1`, `[SEV-2]`).",
    "curl-without-fail": "`watchbook fix` adds it.",
}


_UNITS = {
    "ratio": "a ratio (0.01 is 1 %)",
    "s": "seconds",
    "bytes": "bytes",
    "1/s": "per second",
    "count": "a count",
}
_SIGNALS = """# Signals

What a condition or a metric of a runbook can name, in which words, and how it is measured. A word that two signals share
is told apart by the unit of the threshold (`Error Rate > 1%` is a ratio, `> 10/min` a rate) or by its direction.

From metrics, a signal is measured by the one naming convention that the service exposes. None, or more than one, is a
problem that the board names: define the metric with a query in a code span under Key Metrics. Rates,
ratios and quantiles are averaged over what the condition states (`over N`), else over max(4 scrapes, min(window, 5 min)).
Failures that never happened count as 0 beside requests that did; no requests at all is *no traffic*, a state of its own.

This page is made from the code (`make docs`).
"""


def signals_page() -> str:
    """docs/reference/signals.md."""
    return "\n".join([_SIGNALS, *(_signal(signal) for signal in SIGNALS)])


def _signal(signal: Signal) -> str:
    worse = {"above": "high is bad", "below": "low is bad", "either": "either way may be bad"}[
        signal.bad_direction
    ]
    each = "each instance, the worst shown" if signal.scope == "each" else "the whole service"
    said = ", ".join(signal.aliases) or "a status: `401s`, `4xx`, `HTTP 429`"
    lines = [
        f"## `{signal.name}`\n",
        f"{signal.title[0].upper()}{signal.title[1:]}: {_UNITS[signal.unit]}, {worse}, for {each}.\n",
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
