"""Scenarios are played as the watch would see them: windows, missing data, repeats, ladders, verdicts."""

from typing import Any

import pytest
from tests.app.rehearsing.conftest import RUNBOOK

from watchbook.app.rehearsing import Played

HOT = "  series: [{series: 'temperature{where=\"till\"}', values: '%s'}]\n  interval: 1min\n"


def _failures(played: Played) -> list[str]:
    assert played.problems == ()
    return [f"{one.at_s:g} s: {one.expected} | {one.happened}" for one in played.failures]


def test_a_window_is_counted_as_promtool_does(playing: Any) -> None:
    """Rule 1: true since 4 min with a window of 5 min is pending until 9 min and fires at exactly 9 min."""
    text = HOT % "20x3 40x20" + "  expect:\n"
    for at, status in (("4min", "pending"), ("8min 59s", "pending"), ("9min", "firing")):
        text += f"    - {{at: {at}, alerts: {{Hot: {status}}}}}\n"
    assert _failures(playing(text)) == []


def test_a_window_begins_again_after_a_good_sample(playing: Any) -> None:
    """One cool minute in the middle, and nobody is paged."""
    assert (
        _failures(
            playing(HOT % "20x3 40x3 20 40x3 20x3" + "  expect: [{at: 15min, alerts: none, pages: none}]")
        )
        == []
    )


def test_missing_data_holds_and_then_is_blind(playing: Any) -> None:
    """Rule 2: a series that ends keeps its state for ten minutes; then the watch itself pages, once."""
    text = HOT % "20x3 stale" + (
        "  expect:\n"
        "    - {at: 12min, alerts: {Hot: ok}, pages: none}\n"
        "    - {at: 15min, alerts: {Hot: blind, No data from metrics: firing}, pages: [Ana]}\n"
    )
    assert _failures(playing(text)) == []


def test_targets_that_vanish_are_no_healthy_instance(playing: Any) -> None:
    """Rule 3: an empty list fires as every instance down does."""
    text = "  probes: {instances: {0s: 2 of 2, 1min: 0 of 0}}\n  expect: [{at: 1min, alerts: {Till Down: firing}}]"
    assert _failures(playing(text)) == []


def test_a_failed_probe_is_repeated_before_it_counts(playing: Any) -> None:
    """Rule 6: at a cadence of 10 s the check is unhealthy after 2 s and 5 s more; its window begins there."""
    text = (
        "  probes: {Database: {0s: healthy, 1min: unhealthy}}\n"
        "  expect:\n"
        "    - {at: 66s, alerts: {Database Down: ok}}\n"
        "    - {at: 67s, alerts: {Database Down: pending}}\n"
        "    - {at: 96s, alerts: {Database Down: pending}}\n"
        "    - {at: 97s, alerts: {Database Down: firing}, pages: none}\n"
        "    - {at: 3min, pages: [{to: Ana, at: 2min 7s}]}\n"  # a group wait of 30 s at high
    )
    assert _failures(playing(text)) == []


def test_a_blip_between_two_probes_is_not_seen(playing: Any) -> None:
    """What lasts shorter than the repeats changes nothing."""
    text = (
        "  probes: {Database: {0s: healthy, 1min: unhealthy, 66s: healthy}}\n"
        "  expect: [{at: 5min, alerts: none, pages: none}]"
    )
    assert _failures(playing(text)) == []


def test_the_ladder_climbs_until_someone_acknowledges(playing: Any) -> None:
    """Rule 16: Bo after five minutes; then the climb stops, and both hear of the end."""
    text = (
        "  group_wait: 0s\n"
        "  probes: {instances: {0s: 2 of 2, 1min: 0 of 2, 30min: 2 of 2}}\n"
        "  people: [{at: 8min, acknowledge: Bo}]\n"
        "  expect:\n"
        "    - {at: 7min, pages: [{to: Ana, by: 70s}, {to: Bo, from: 6min, by: 6min 10s, alert: Till Down}]}\n"
        "    - {at: 29min, pages: [Ana, Bo], ended: none}\n"
        "    - {at: 40min, alerts: none, pages: [Ana, Bo], ended: [Ana, Bo]}\n"
    )
    assert _failures(playing(text)) == []


def test_working_hours_are_those_of_the_scenario(playing: Any) -> None:
    """A low alert tells the room at once, and a person in working hours only: Saturday night waits until Monday."""
    text = (
        "  starts: {starts}\n  group_wait: 0s\n"
        "  series: [{{series: 'drawer_open{{till=\"1\"}}', values: '0x2 1x{long}'}}]\n  interval: 1min\n"
        "  expect: [{{at: 90min, alerts: {{Drawer Open: firing}}, pages: {pages}}}]"
    )
    wednesday = text.format(starts="2026-01-07T10:00", long=100, pages="['#till', Ana]")
    saturday = text.format(starts="2026-01-10T03:00", long=100, pages="['#till']")
    assert _failures(playing(wednesday)) == []
    assert _failures(playing(saturday)) == []


def test_instances_that_cannot_be_asked_are_no_data(playing: Any) -> None:
    """Neither healthy nor down: an alert with `fire` for missing data fires after three cadences, not at once."""
    text = (
        "  probes: {instances: {0s: 2 of 2, 1min: unknown}}\n"
        "  expect: [{at: 70s, alerts: none}, {at: 2min, alerts: {Till Down: firing}}]"
    )
    assert _failures(playing(text)) == []


def test_a_failing_service_has_its_dependencies_probed_at_once(playing: Any) -> None:
    """Rule 6: the instance fails at 43 s, and the database is known to be down at 50 s, not at 57 s."""
    text = (
        "  probes:\n"
        "    instances: {0s: 2 of 2, 30s: 0 of 0, 33s: 2 of 2, 42s: 0 of 2}\n"
        "    Database: {0s: healthy, 41s: unhealthy}\n"
        "  expect:\n"
        "    - {at: 50s, others: any, alerts: {Database Down: pending}}\n"
        "    - {at: 80s, others: any, alerts: {Database Down: firing}}\n"
    )
    assert _failures(playing(text)) == []


def test_nothing_to_acknowledge_is_a_failure(playing: Any) -> None:
    """A person who acknowledges too early finds nothing open."""
    played = playing("  people: [{at: 10s, acknowledge: Ana}]\n  expect: [{at: 1min, pages: none}]")
    assert _failures(played) == [
        "10 s: Ana acknowledges what is open | nothing is open here: there is nothing to acknowledge."
    ]


def test_verdicts_come_from_outputs_and_what_would_not_run_is_said(playing: Any) -> None:
    """A command that is not read-only would not run by itself: inconclusive, whatever the scenario says it prints."""
    line = RUNBOOK.splitlines().index("pg_isready -h db") + 1
    text = (
        "  probes: {Database: {0s: unhealthy}}\n"
        "  commands:\n"
        f"    - {{line: {line}, exit: 2, output: 'db:5432 - no response'}}\n"
        "    - {command: systemctl restart postgresql, output: nothing}\n"
        "  expect:\n"
        "    - at: 1min\n"
        "      diagnosis:\n"
        "        alert: Database Down\n"
        "        verdicts: {It stopped: confirmed, It was restarted by hand: inconclusive}\n"
        "        next: start it\n"
        "        procedure: 'Database is down: It stopped'\n"
    )
    assert _failures(playing(text)) == []


def test_an_output_that_is_not_given_judges_nothing(playing: Any) -> None:
    """No cause is confirmed by silence, and no procedure is offered."""
    text = (
        "  probes: {Database: {0s: unhealthy}}\n"
        "  expect: [{at: 1min, diagnosis: {issue: Database is down, verdicts: {It stopped: inconclusive}, procedure: none}}]"
    )
    assert _failures(playing(text)) == []


@pytest.mark.parametrize(
    ("expected", "failure", "decided"),
    [
        ("alerts: {Database Down: ok}",
         "Database Down is ok | Database Down is firing: Database is unhealthy", "| Database Down"),
        ("alerts: none",
         "Database Down is silent: only what is named here may fire | Database Down is firing", "| Database Down"),
        ("pages: none", "nobody is paged | Ana was paged for Database Down at 1 min 7 s", "| Database Down"),
        ("pages: [Bo]", "page 1 goes to Bo | Ana was paged for Database Down at 1 min 7 s", "| Database Down"),
        ("pages: [Ana, Bo]", "page 2 goes to Bo | page 2 never left; paged so far: Ana at 1 min 7 s", ""),
        ("pages: [{to: Ana, by: 1min}]",
         "page 1 goes to Ana by 1 min | Ana was paged for Database Down at 1 min 7 s", "| Database Down"),
        ("ended: [Ana]", "Ana hears of the end | not so", ""),
        ("diagnosis: {alert: Database Down, verdicts: {It stopped: ruled out}}",
         "“It stopped” is ruled out | it is inconclusive: could not check: the scenario says nothing", "# Check that"),
        ("diagnosis: {alert: Database Down, next: Dance}",
         "the next step says “Dance” | it says: No cause is confirmed", "### Issue"),
        ("diagnosis: {alert: Database Down, procedure: Rollback}",
         "the procedure “Rollback” is offered | none is offered", "### Issue"),
    ],
)  # fmt: skip
def test_a_failure_says_what_happened_and_which_line_decided(
    playing: Any, expected: str, failure: str, decided: str
) -> None:
    """Each kind of expectation can fail, with the moment, both sides, and the line of the runbook."""
    played = playing(f"  probes: {{Database: {{0s: unhealthy}}}}\n  expect: [{{at: 2min, {expected}}}]")
    (one,) = played.failures
    assert f"{one.expected} | {one.happened}".startswith(failure)
    assert one.at_s == 120 and one.line == 3
    lines = [RUNBOOK.splitlines()[line.line - 1] for line in one.decided]
    assert [line.startswith(decided) for line in lines] == [True] * bool(decided)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("  environment: test\n  expect: [{at: 1s, pages: none}]", ["1: there is no environment “test”"]),
        ("  starts: noon\n  expect: [{at: 1s, pages: none}]", ["1: “noon” is no date and time"]),
        ("  probes: {Till Base: {0s: healthy}}\n  expect: [{at: 1s, pages: [Carl]}]",
         ["2: the runbook has no check “Till Base”", "3: the runbook has no person or room “Carl”"]),
        ("  series: [{series: a, values: b}, {series: c, values: 1}, {series: c, values: 2}]\n"
         "  expect: [{at: 1s, pages: none}]",
         ["2: “b” is no value: write 5, 0+10x6, 1x5, _x3 or stale", "2: c is given twice"]),
        ("  commands: [{line: 1}, {command: pg_isready}]\n  expect: [{at: 1s, pages: none}]",
         ["2: no diagnosis command stands on line 1 of the runbook",
          "2: the runbook has no diagnosis command “pg_isready”"]),
        ("  expect: [{at: 1s, alerts: {Cold: ok}}]", ["2: the runbook has no alert “Cold”"]),
        ("  expect: [{at: 1s, alerts: {Till Down: ok}}]",
         ["2: “Till Down” cannot be judged: the scenario says nothing of instances"]),
        ("  expect: [{at: 1s, alerts: {Hot: ok, Errors: ok}}]",
         ["2: “Hot” cannot be judged: the scenario gives no series of temperature",
          "2: “Errors” cannot be judged: in this scenario no metric here measures share of requests that fail"]),
        ("  expect: [{at: 1s, diagnosis: {issue: Rain}},"
         " {at: 1s, diagnosis: {alert: Database Down, verdicts: {Rain: likely}}}]",
         ["2: the runbook has no issue “Rain”", "2: the runbook has no cause of it “Rain”"]),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_runbook_is_a_problem(playing: Any, text: str, problems: list[str]) -> None:
    """All of them, and nothing is played: an expectation that could not fail would be worth nothing."""
    played = playing(text)
    assert [f"{one.line}: {one.what}" for one in played.problems] == problems
    assert played.failures == ()


def test_what_a_scenario_says_nothing_of_is_left_out_and_told(playing: Any) -> None:
    """An hour without any series pages nobody, and says which alerts were not evaluated."""
    played = playing("  expect: [{at: 1h, alerts: none, pages: none}]")
    assert _failures(played) == []
    assert [name for name, _ in played.left_out] == ["Till Down", "Hot", "Errors", "Slow Lane", "Drawer Open"]


def test_the_same_scenario_has_the_same_result(playing: Any) -> None:
    """Nothing comes from a clock or from chance."""
    text = "  probes: {Database: {0s: unhealthy}}\n  expect: [{at: 20min, alerts: none, pages: none}]"
    assert playing(text).failures == playing(text).failures
