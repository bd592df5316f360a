"""Amounts: numbers that start nothing, wherever people write them, and what is not one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchbook.model.quantities import Unit
from watchbook.model.runbook import Amount, Level, Role, Runbook
from watchbook.reading import read_runbook
from watchbook.reading.amounts import say_amount
from watchbook.reading.contract import contract

MIN, HOUR, DAY = 60.0, 3600.0, 86400.0


def read(block: str, title: str = "Notes on the move") -> Runbook:
    """A document with one section that holds the block."""
    return read_runbook(f"# Till\n\n## {title}\n\n{block}\n")


@pytest.mark.parametrize(
    ("block", "amounts"),
    [
        ("| Job | Duration | Owner |\n|---|---|---|\n| Move the shelves | 20 min | Ann |",
         [("Move the shelves, Duration", "duration", "", (20 * MIN,))]),
        ("| Job | How often | Estimated Time |\n|---|---|---|\n| Count the stock | Daily (8 AM) | 1-2 hours |",
         [("Count the stock, Estimated Time", "duration", "", (HOUR, 2 * HOUR))]),
        ("| Try | Delay |\n|---|---|\n| 3 | 4s |", [("Try 3, Delay", "duration", "", (4.0,))]),
        ("**Time**: 6:00 PM - 7:30 PM (90 minutes)",
         [("Time", "duration", "", (90 * MIN,)), ("Time", "hours", "", (18 * HOUR, 19.5 * HOUR))]),
        ("- Write it up within 24h", [("Write it up", "duration", "<=", (DAY,))]),
        ("- **Rate limit**: 100 requests/minute per address", [("Rate limit", "rate", "", (100 / 60,))]),
        ("- **Largest body**: 1MB", [("Largest body", "other", "", (1e6,))]),
        ("- Old receipts (keep 90 days on disk, 365 days on tape)",
         [("keep", "retention", "", (90 * DAY,)), ("on tape", "retention", "", (365 * DAY,))]),
        ("- Pool of the database: 200 max connections", [("Pool of the database", "limit", "", (200.0,))]),
        ("- Snapshot of the till every 6 hours", [("Snapshot of the till every", "backup", "", (6 * HOUR,))]),
        ("- Full backup of the till, nightly", [("", "backup", "", (DAY,))]),
        ("- Nobody answers in 15 minutes: wake the owner", [("Nobody answers in", "duration", "", (15 * MIN,))]),
        ("- **Stock-taking**: Friday 6:00 PM - 11:00 PM", [("Stock-taking", "hours", "", (18 * HOUR, 23 * HOUR))]),
        ("- Quiet hours 02:00-04:30 UTC", [("Quiet hours", "hours", "", (2 * HOUR, 4.5 * HOUR))]),
        ("- Shelves are 80–95% full", [("Shelves are", "other", "", (0.8, 0.95))]),
    ],
)  # fmt: skip
def test_numbers_that_people_go_by_are_amounts(
    block: str, amounts: list[tuple[str, str, str, tuple[float, ...]]]
) -> None:
    """Cells, items and fields, with a name from the words around them, in base units."""
    found = read(block).amounts
    assert [(one.what, one.op) for one in found] == [(what, op) for _, what, op, _ in amounts]
    assert [one.values for one in found] == [pytest.approx(values) for *_, values in amounts]
    assert all(one.name == name for one, (name, *_) in zip(found, amounts, strict=True) if name)


@pytest.mark.parametrize(
    "block",
    [
        "- Listens on port 8080 and 8090",
        "- Needs Python 3.12 and version v2.1.0",
        "- Ticket 4711, room 12",
        "- See https://shop.test/orders?last=30m",
        "- Run `sleep 30s` by hand",
        "- Costs $2,400-$3,200/month",
        "- Limits of the pod (CPU: 1000m)",
        "- Replicates continuously",
        "- Open 24/7",
        "- Business hours 9-6 ET, of 10-12 people, since 2024-01-02 or 3.10-3.12",
        "It took 20 minutes last time, people say.",
        "```\nsleep 10m\n```",
    ],
)
def test_numbers_of_another_kind_are_none(block: str) -> None:
    """Ports, versions, ids, money, processors, code, addresses, gaps and sentences stay what they are."""
    assert read(block).amounts == ()


def test_the_end_of_a_title_counts() -> None:
    """A time in brackets behind a title is an amount of that name."""
    (one,) = read("Look around.", "Morning round (5 minutes)").amounts
    assert (one.name, one.values, one.line) == ("Morning round", (5 * MIN,), 3)


def test_what_is_read_elsewhere_is_not_told_twice() -> None:
    """Alerts, targets, deadlines of matrices, waits of steps and rungs of ladders are no amounts as well."""
    runbook = read_runbook("""# Till

## Alerting

| Alert | Condition | Severity | Response |
|---|---|---|---|
| Till failing | > 1% errors for 5min | High | Investigate within 15min |

## Severity Levels

| Severity | Response Time |
|---|---|
| Critical | 15 minutes |

## Service Level Objectives

- **Error rate**: < 1%

## Deployment

### Deploy

```bash
# Deploy
./deploy.sh production
# Monitor for 15 minutes
```

## Escalation

**Escalation:** Ana Ruiz → Bo Lind, 5 min each
""")
    assert runbook.amounts == ()
    assert runbook.severities and runbook.figures and runbook.ladder


def test_a_number_that_was_not_understood_stays_a_finding() -> None:
    """A row that is faulted is not made good by an amount."""
    runbook = read_runbook(
        "# Till\n\n## Alerting\n\n| Alert | Condition | Severity |\n|---|---|---|\n| Odd | > 150% errors | High |\n"
    )
    assert runbook.amounts == ()
    assert any(finding.line == 7 for finding in runbook.findings)


@pytest.mark.parametrize(
    ("block", "text"),
    [
        ("**If hit rate < 80%:**", "If hit rate < 80%"),
        ("- Error rate above 5%: call Ann", "Error rate > 5%"),
        ("- Disk usage is 40%", ""),
        ("- Close the till within 20 minutes", ""),
        ("- More than 20% of the shelves are empty", ""),
    ],
)
def test_a_comparison_that_nothing_watches_is_a_note(block: str, text: str) -> None:
    """A limit of something measurable in an instruction is read as an amount, and told to be written as an alert."""
    found = [one for one in read(block).findings if one.code == "WB213"]
    assert [f"`{text}` compares" in one.message for one in found] == ([True] if text else [])
    assert all(one.severity is Level.NOTE and one.line == 5 for one in found)


def test_amounts_are_told_and_stand_in_the_contract() -> None:
    """One sentence for a person, and one object with its line for programs."""
    runbook = read("- **Retention of receipts**: at least 7 days")
    (reading,) = [one for one in runbook.readings if one.kind == "amount"]
    assert reading.says == "An amount, which starts nothing by itself: Retention of receipts, at least 7 d."
    assert contract(runbook)["amounts"] == [
        {"name": "Retention of receipts", "what": "retention", "op": ">=", "values": [7 * DAY], "unit": "s", "line": 5}
    ]  # fmt: skip


def test_a_range_is_said_whole() -> None:
    """Both ends of a range are in the sentence."""
    assert say_amount(Amount("Count", "duration", "", (HOUR, 2 * HOUR), Unit.SECONDS)).endswith("1 h to 2 h.")


@given(st.text(alphabet="0123456789.,:;%()-–—/ <>≥=mshdGMBikpe·abc", max_size=200))
def test_no_text_raises(text: str) -> None:
    """Whatever stands in an item, a cell or a title gives amounts with numbers and names of bounded length."""
    runbook = read(f"- {text}\n\n| a | b |\n|---|---|\n| {text} | {text} |", f"Title ({text})")
    assert all(one.values and len(one.name) <= 70 for one in runbook.amounts)


def test_settings_of_an_autoscaler_are_triggers() -> None:
    """The share at which it acts is a trigger, never an alert; how many it may start are amounts."""
    for mark in ("- [ ] ", "- "):
        runbook = read(f"{mark}Horizontal Pod Autoscaler configured (min: 4, max: 20, CPU: 70%)")
        (rule,) = runbook.figures
        condition = rule.condition
        assert condition is not None
        assert (rule.role, condition.signal, condition.op, condition.value) == (
            Role.TRIGGER,
            "cpu_utilization",
            ">",
            0.7,
        )
        assert [one.values for one in runbook.amounts] == [(4.0,), (20.0,)]
        assert runbook.alerts == ()


def test_a_later_part_of_a_line_names_its_own_number() -> None:
    """Behind a semicolon the words in front of a comparison name it, not the key of the line."""
    text = "# Till\n\n## Jobs\n\n- Cadence: Mondays at 02:00; copies kept ≤ 30 min behind, lag of the queue ≤ 900 s.\n"
    assert [one.name for one in read_runbook(text).amounts] == ["copies kept", "lag of the queue"]


def test_how_long_something_is_kept_is_watched_by_nobody() -> None:
    """A retention is no comparison of the age of a backup."""
    text = "# Till\n\n## Data\n\n- Retention: at least 30 days of daily backups\n"
    runbook = read_runbook(text)
    assert [(one.what, one.values) for one in runbook.amounts] == [("retention", (30 * 86400.0,))]
    assert not [one for one in runbook.findings if one.code == "WB213"]
