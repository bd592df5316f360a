"""Scenarios in files and fences: what is read, what is said about what is not, and that a fence changes nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchbook.model.scenarios import Problem
from watchbook.reading import read_runbook
from watchbook.reading.scenarios import SAYS, Found, read_scenarios, scenarios_in_document

WHOLE = """\
environment: staging
starts: 2026-01-10T03:00
group_wait: 0s
interval: 15s
scenarios:
  - name: It breaks
    series:
      - {series: up, values: 1x3}
    probes:
      Database: {0s: healthy, 20s: {status: degraded, reason: slow, latency: 300ms, value: 14 days}}
      instances:
        0s: 3 of 3
        1min: unknown
    commands:
      - {command: "true", exit: 3, output: "no"}
      - {line: 12, problem: timed out}
    people:
      - {at: 1min, acknowledge: Ana}
    expect:
      - {at: 2min, others: any, alerts: {Down: firing no data}}
      - at: 30s
        alerts: none
        pages: [Ana, {to: Bo, at: 20s, alert: Down}, {to: Eva, from: 1s, by: 2s}]
        ended: none
        diagnosis: {issue: Broken, verdicts: {Disk: ruled out}, next: Mend, procedure: none}
"""


def test_everything_a_scenario_may_say_is_read() -> None:
    """Every key, with what holds for the whole file, and expectations in order of time."""
    found = read_scenarios(WHOLE)
    assert found.problems == ()
    (one,) = found.scenarios
    assert (one.environment, one.starts, one.group_wait_s, one.interval_s) == (
        "staging",
        "2026-01-10T03:00",
        0.0,
        15.0,
    )
    assert (one.series[0].series, one.series[0].values, one.series[0].line) == ("up", "1x3", 8)
    first, slow, three, unknown = one.probes
    assert (first.check, first.at_s, first.status) == ("Database", 0, "healthy")
    assert (slow.status, slow.reason, slow.latency_s, slow.value) == ("degraded", "slow", 0.3, 14 * 86400)
    assert (three.check, three.healthy, three.of) == ("", 3, 3)
    assert (unknown.at_s, unknown.status) == (60, "unknown")
    told, timed_out = one.outputs
    assert (told.command, told.exit, told.output) == ("true", 3, "no")
    assert (timed_out.runbook_line, timed_out.exit, timed_out.problem) == (12, None, "timed out")
    assert (one.acts[0].at_s, one.acts[0].acknowledge) == (60, "Ana")
    early, late = one.expected
    assert early.alerts == () and early.ended == () and early.others_silent and not late.others_silent
    assert late.alerts is not None and late.alerts[0].status == "firing_no_data"
    assert early.pages is not None
    assert [(page.to, page.from_s, page.by_s, page.alert) for page in early.pages] == [
        ("Ana", None, None, ""),
        ("Bo", 19.0, 21.0, "Down"),
        ("Eva", 1.0, 2.0, ""),
    ]
    (diagnosis,) = early.diagnoses
    assert (diagnosis.subject, diagnosis.next, diagnosis.procedure) == ("Broken", "Mend", "none")
    assert [(one.cause, one.verdict) for one in diagnosis.verdicts] == [("Disk", "ruled_out")]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", ["1: there is no scenario"]),
        ("a: 1", ["1: `a` is nothing that the file has", "1: there is no `scenarios`"]),
        ("just text", ["1: `scenarios` is a list, and this is a text"]),
        ("- a: b: c", ["1: a text that holds a colon and a space stands in quotes; or this line is indented too far"]),
        ("- x", ["1: a scenario is a mapping, and this is a text", "1: this scenario has no name",
                 "1: nothing is expected in “”"]),
        ("- name: a\n", ["1: nothing is expected in “a”"]),
        ("- name: a\n  expect: [{at: 1s}]", ["2: nothing is expected at this moment"]),
        ("- name: a\n  expect: [{pages: none}]", ["2: an expectation needs `at`"]),
        ("- name: a\n  expekt: 1\n  expect: [{at: soon, pages: none}]",
         ["2: `expekt` is nothing that a scenario has", "3: “soon” is not a duration such as 30s or 5min"]),
        ("- name: a\n  interval: 0s\n  expect: [{at: -5s, pages: x}]",
         ["2: `interval` must be longer than nothing", "3: “-5s” is not a duration such as 30s or 5min",
          "3: `pages` is a list, and this is a text"]),
        ("- name: a\n  expect: [{at: 1s, alerts: {A: on}, others: b}]",
         ["2: “b” is none of silent, any", "2: “on” is none of ok, pending, firing, resolving, blind, firing_no_data"]),
        ("- name: a\n  probes:\n    X: {now: healthy, 1s: sick}\n    instances: {0s: 3}\n  expect: [{at: 1s, pages: none}]",
         ["3: “now” is no moment", "3: “sick” is none of healthy, degraded, unhealthy, unknown",
          "4: “3” counts no instances"]),
        ("- name: a\n  commands: [{exit: 1.5, command: x}, {output: y}, {command: z, line: 1}]\n"
         "  expect: [{at: 1s, pages: none}]",
         ["2: an exit code is a whole number from 0 to 255", "2: a command is named by its text or by its line",
          "2: a command is named by its text or by its line"]),
        ("- name: a\n  expect: [{at: 1s, diagnosis: {verdicts: {C: sure}}}]",
         ["2: a diagnosis is that of an issue or of an alert",
          "2: “sure” is none of confirmed, likely, ruled_out, inconclusive"]),
        ("- {name: a, expect: [{at: 32 days, pages: none}]}", ["1: a scenario lasts at most 31 days"]),
        ("- {name: a, expect: [{at: 1s, pages: none}]}\n- {name: a, expect: [{at: 1s, pages: none}]}",
         ["2: two scenarios are named “a”"]),
    ],
)  # fmt: skip
def test_everything_that_is_wrong_is_listed(text: str, problems: list[str]) -> None:
    """All at once, each with its line."""
    assert [f"{one.line}: {one.what}" for one in read_scenarios(text).problems] == problems


FENCE = """\
```yaml watchbook-test
- name: It fits
  probes: {Cache: {0s: unhealthy}}
  expect:
    - {at: 1min, pages: none}
```
"""
RUNBOOK = """\
# Till

**Owner:** Shop team

## Monitoring & Alerts

| Alert | Severity | Threshold | Response |
|---|---|---|---|
| Down | Critical | 0 healthy instances | Page on-call |

## Troubleshooting

### Issue: Down

**Alert:** Down

```bash
# Check
true
```
"""


@pytest.mark.parametrize("before", ["## Monitoring", "| Alert |", "## Troubleshooting", "**Alert:**"])
def test_a_fence_of_scenarios_is_a_reading_and_changes_no_other(before: str) -> None:
    """Wherever it stands: what the runbook says stays the same, and no finding is about it."""
    text = RUNBOOK.replace(before, f"{FENCE}\n{before}", 1)
    without, within = read_runbook(RUNBOOK), read_runbook(text)
    said = [reading for reading in within.readings if reading.kind == "scenarios"]
    assert [(one.says, one.end_line - one.line) for one in said] == [(SAYS, 5)]
    assert [finding.code for finding in within.findings] == [finding.code for finding in without.findings]
    assert [rule.name for rule in within.alerts] == ["Down"]
    assert [issue.name for issue in within.issues] == ["Down"]
    assert len(within.commands) == len(without.commands)
    assert len(within.procedures) == len(without.procedures)
    assert within.coverage.read == without.coverage.read + 4
    assert within.coverage.lines == without.coverage.lines + 4


def test_scenarios_of_fences_have_the_lines_of_the_document() -> None:
    """Also where there are several fences."""
    text = f"# Till\n\n{FENCE}\n## Tests\n\n{FENCE.replace('It fits', 'Twice').replace('at: 1min', 'at: x')}"
    found = scenarios_in_document(text)
    assert [(one.name, one.line) for one in found.scenarios] == [("It fits", 4), ("Twice", 13)]
    assert found.problems == (Problem(16, "“x” is not a duration such as 30s or 5min", "Correct it."),)


@pytest.mark.parametrize("opening", ["```yaml", "```yaml watchbook-tests", "```text watchbook-test"])
def test_other_fences_are_none(opening: str) -> None:
    """Only the word behind the language makes scenarios of it."""
    assert scenarios_in_document(FENCE.replace("```yaml watchbook-test", opening)) == Found((), ())


def test_a_fence_that_is_never_closed_is_a_finding() -> None:
    """It would take the rest of the document with it."""
    text = RUNBOOK + "\n" + FENCE.removesuffix("```\n")
    assert scenarios_in_document(text) == Found((), ())
    assert any("never closed" in finding.message for finding in read_runbook(text).findings)


@given(
    st.lists(
        st.sampled_from(
            [*WHOLE.splitlines(), "- name: x", "  expect:", "[", "]", "{a: 1}", "x: |", "  text", "- - b", ""]
        ),
        max_size=12,
    )
)
def test_any_text_gives_scenarios_or_problems(lines: list[str]) -> None:
    """Never an error, and never neither."""
    found = read_scenarios("\n".join(lines))
    assert found.scenarios or found.problems
    assert all(1 <= problem.line <= max(1, len(lines)) for problem in found.problems)
