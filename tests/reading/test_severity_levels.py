"""The severity matrix: what is promised at each severity, and the deadlines that alerts take from it."""

import pytest

from watchbook.model.runbook import AlertRule, Severity, SeverityLevel
from watchbook.reading import read_runbook
from watchbook.reading.contract import contract
from watchbook.reading.differences import differences
from watchbook.reading.severity_levels import deadline_for, read_times

C, H, M, L = Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW
MIN, HOUR = 60.0, 3600.0

MATRIX = """
| Priority | Definition | Response | Resolution | Update every |
|---|---|---|---|---|
| **P1 - Critical** | Nobody can pay | 15 min (24/7) | 4h | 30 min |
| P2 (High) | > 50% affected | < 1 hour | 1 day | hourly |
| P3 | Minor | 4 h | - | daily |
| P4 | Cosmetic | Next business day | best effort | - |
"""


def _levels(text: str) -> list[tuple[Severity, float | None, float | None, float | None]]:
    return [
        (level.severity, level.response_s, level.update_every_s, level.resolve_s) for level in read_runbook(text).severities
    ]  # fmt: skip


def _alert(severity: str, response: str, matrix: str = MATRIX) -> AlertRule:
    text = f"# Till\n\n## Severity Levels\n{matrix}\n## Alerting\n\n"
    text += "| Alert | Severity | Threshold | Response |\n|---|---|---|---|\n"
    text += f"| Errors | {severity} | > 1% errors for 5min | {response} |\n\n## Contacts\n\n- **On-Call:** Ana Ruiz\n"
    (rule,) = read_runbook(text).alerts
    return rule


def test_matrix_is_read_whole() -> None:
    """Answering, telling again and mending, in seconds; what has no length has none."""
    found = _levels(f"# Till\n\n## Severity Levels\n{MATRIX}")
    assert found == [(C, 15 * MIN, 30 * MIN, 4 * HOUR), (H, HOUR, HOUR, 24 * HOUR), (M, 4 * HOUR, 24 * HOUR, None),
                     (L, None, None, None)]  # fmt: skip


SHAPES = {
    "severity first": (
        "| Severity | Response Time | Examples |\n|---|---|---|\n| Critical | 5 minutes | a |\n| High | 30m | b |\n",
        [(C, 300.0), (H, 1800.0)],
    ),
    "two in a row": (
        "| Severity | Response Time |\n|---|---|\n| P1 / P2 | 15 min |\n| P3 and P4 | 1 h |\n",
        [(C, 900.0), (H, 900.0), (M, 3600.0), (L, 3600.0)],
    ),
    "other order": ("| Severity | Examples | Respond within |\n|---|---|---|\n| SEV-1 | a | 5 min |\n| SEV-2 | b "
        "| 1 hr |\n",
                    [(C, 300.0), (H, 3600.0)]),
    "in one cell": (
        "| Level | SLA |\n|---|---|\n| P1 | Ack: 5 min, resolve: 4h |\n| P2 | Ack: 15 min / resolve: 8h |\n",
        [(C, 300.0), (H, 900.0)],
    ),
    "at once": (
        "| Severity | Response |\n|---|---|\n| Critical | Immediate |\n| High | 15 minutes |\n",
        [(C, 0.0), (H, 900.0)],
    ),
    "a list": ("- **P1 (Critical)**: everything is down, respond within 15 minutes\n- **P2**: 4 hours\n",
               [(C, 900.0), (H, 14400.0)]),
    "a list of lists": ("- **SEV1**: all is down\n  - Response time: 10 min\n  - Updates: every 30 min\n", [(C, 600.0)]),
    "headings": ("### SEV1 – Critical\n\n**Response Time**: 15 minutes\n\n### SEV2: High\n\n- **Response Time:**"
        " 1 hour\n",
                 [(C, 900.0), (H, 3600.0)]),
    "in a field": ("- **Response Time**: 15 minutes for P1, 1 hour for P2\n", [(C, 900.0), (H, 3600.0)]),
    "in a field, with marks": (
        "**Response time:** < 15 minutes (P0/P1), < 1 hour (P2)\n",
        [(C, 900.0), (C, 900.0), (H, 3600.0)],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), SHAPES.values(), ids=SHAPES.keys())
def test_matrix_is_read_in_every_shape(text: str, expected: list[tuple[Severity, float]]) -> None:
    """Tables in any order of columns, lists, a heading for each severity, and one field for all of them."""
    for title in ("## Severity Levels", "## Incident Response\n\n### Severity Levels"):
        found = _levels(
            f"# Till\n\n{title}\n\n{text.replace('### SEV', '#### SEV' if '###' in title else '### SEV')}"
        )
        assert [(severity, response_s) for severity, response_s, _, _ in found] == expected


@pytest.mark.parametrize(
    "text",
    [
        "| Alert | Severity | Response Time |\n|---|---|---|\n| Errors | Critical | 5 min |\n",
        "| Level | Contact | After |\n|---|---|---|\n| L1 | Ana Ruiz | 0 min |\n| L2 | Bo Moe | 15 min |\n",
        "| Metric | Response Time |\n|---|---|\n| p95 | 500 ms |\n",
        "| Severity | Examples |\n|---|---|\n| Critical | 15 minutes of errors |\n",
        "- **Latency**: 15 minutes\n- **Critical path**: the queue, 5 minutes\n",
        "**Response Time**: P95 < 500ms, P99 < 2s\n",
    ],
)
def test_other_tables_and_lists_are_no_matrix(text: str) -> None:
    """Alerts, ladders, latencies and examples promise nothing about a severity."""
    assert _levels(f"# Till\n\n## Incident Response\n\n{text}") == []


@pytest.mark.parametrize(
    "cell",
    [
        "4 business hours",
        "1 business day",
        "15-30 min",
        "5 min or 30 min at night",
        "3 people",
        "15 min, 30 min",
    ],
)
def test_number_that_is_no_time_gets_a_finding(cell: str) -> None:
    """A promise that cannot be measured is told, and is no deadline."""
    text = f"## Severity Levels\n\n| Severity | Response Time |\n|---|---|\n| Critical | {cell} |\n| High | 1 h |\n"
    runbook = read_runbook(text)
    assert runbook.severities[0].response_s is None
    assert [one.line for one in runbook.findings if one.code == "WB321"] == [5]


@pytest.mark.parametrize("cell", ["Next business day", "best effort", "-", "", "business hours"])
def test_words_without_a_number_need_no_finding(cell: str) -> None:
    """`Next business day` is understood: it is no deadline."""
    text = (
        f"## Severity Levels\n\n| Severity | Response Time |\n|---|---|\n| Low | {cell} |\n| High | 1 h |\n"
    )
    runbook = read_runbook(text)
    assert runbook.severities[0].response_s is None
    assert not [one for one in runbook.findings if one.code in ("WB321", "WB322")]


def test_row_that_is_no_severity_is_told() -> None:
    """A row whose name says no severity promises nothing, and has a finding."""
    text = (
        "## Severity Levels\n\n| Severity | Response Time |\n|---|---|\n| Critical | 5 min |\n"
        "| Whenever | 1 h |\n| High | 1 h |\n"
    )
    runbook = read_runbook(text)
    assert [level.name for level in runbook.severities] == ["Critical", "High"]
    assert [one.line for one in runbook.findings if one.code == "WB321"] == [6]


def test_time_to_mend_is_no_time_to_answer() -> None:
    """A resolution time is kept apart, and never becomes a deadline."""
    assert read_times("resolved within 4h", "response").seconds == {"resolve": 4 * HOUR}
    assert read_times("30 min", "resolve").seconds == {"resolve": 30 * MIN}
    rule = _alert(
        "Critical",
        "Page on-call",
        "| Severity | Resolution Time |\n|---|---|\n| Critical | 4h |\n| High | 8h |\n",
    )
    assert rule.response.ack_deadline_s is None


def test_alert_takes_the_response_time_of_its_severity() -> None:
    """Where the alert states no deadline the matrix's counts, and the reading says where it comes from."""
    rule = _alert("P1", "Page on-call immediately")
    assert (rule.response.ack_deadline_s, rule.response.ack_deadline_from) == (15 * MIN, "P1 - Critical")
    text = (
        "## Severity Levels\n" + MATRIX + "\n## Alerting\n\n| Alert | Severity | Threshold |\n|---|---|---|\n"
    )
    runbook = read_runbook(text + "| Errors | High | > 1% errors for 5min |\n")
    (said,) = [one.says for one in runbook.readings if one.kind == "alert"]
    assert "to be acknowledged within 1 h, which is the response time of P2 (High)" in said


# severity, response → pages, deadline, in working hours
DEADLINES = [
    ("P1", "Page on-call, investigate within 5min", True, 5 * MIN, False),
    ("Critical", "Page on-call", True, 15 * MIN, False),
    ("High", "", True, HOUR, False),
    ("High", "Check the logs", True, HOUR, False),
    ("P3", "Check the logs", False, 4 * HOUR, True),
    ("P3", "#till", False, None, False),
    ("P3", "Ticket", False, None, False),
    ("High", "#till", False, None, False),
    ("P3", "Page on-call", True, 4 * HOUR, False),
    ("P4", "Check the logs", False, None, False),
]  # fmt: skip


@pytest.mark.parametrize(("severity", "response", "page", "deadline_s", "working_hours"), DEADLINES)
def test_deadline_of_the_row_wins_and_chat_stays_chat(
    severity: str, response: str, page: bool, deadline_s: float | None, working_hours: bool
) -> None:
    """The row's own deadline counts first; a row that asks for chat or a ticket is not turned into a page."""
    read = _alert(severity, response).response
    assert (read.page, read.ack_deadline_s, read.working_hours) == (page, deadline_s, working_hours)


def test_severity_of_two_times_gives_no_deadline() -> None:
    """P0 and P1 are both critical: an alert that says only Critical takes neither, one that says P0 takes its own."""
    levels = (SeverityLevel(C, "P0", 300.0), SeverityLevel(C, "P1", 900.0))
    assert deadline_for(C, "Critical", levels) is None
    assert deadline_for(C, "P0", levels) == levels[0]
    assert deadline_for(H, "High", levels) is None
    assert deadline_for(C, "Critical", (SeverityLevel(C, "SEV1", 0.0),)) is None


def test_two_promises_for_one_severity_are_a_finding() -> None:
    """Two tables that disagree are told, and neither counts."""
    text = f"## Severity Levels\n{MATRIX}\n## On-Call\n\n- **Response Time**: 1 hour for P1\n"
    assert [one.line for one in read_runbook(text).findings if one.code == "WB322"] == [12]


def test_alert_climbs_the_ladder_of_its_severity() -> None:
    """A path in the row of its severity counts before the general ladder; sentences about escalation are no ladder."""
    rows = "| Critical | 5 min | On-call engineer → CTO |\n| High | 15 min | Manager after 1 hour |\n"
    matrix = f"| Severity | Response Time | Escalation Path |\n|---|---|---|\n{rows}"
    assert [(rung.who, rung.after_s) for rung in _alert("Critical", "Page", matrix).response.ladder] == [
        ("On-call engineer", 0.0),
        ("CTO", 5 * MIN),
    ]
    assert [rung.who for rung in _alert("High", "Page", matrix).response.ladder] == ["Ana Ruiz"]


def test_matrix_stands_in_the_json_reading() -> None:
    """Optional times are left out where nothing is promised."""
    found = contract(read_runbook(f"## Severity Levels\n{MATRIX}"))["severities"]
    assert found[0] == {"severity": "critical", "name": "P1 - Critical", "response_s": 900.0, "update_every_s": 1800.0,
                        "resolve_s": 14400.0, "says": "Nobody can pay", "line": 5}  # fmt: skip
    assert found[3] == {"severity": "low", "name": "P4", "says": "Cosmetic", "line": 8}


def test_changed_promise_is_told() -> None:
    """A slower answer pages less; a quicker one is told without a warning; one that is gone is told as well."""
    old = read_runbook(f"## Severity Levels\n{MATRIX}")
    new = read_runbook(
        f"## Severity Levels\n{MATRIX}".replace("15 min", "45 min").replace("< 1 hour", "30 min")
    )
    told = {change.says: change.risk.value for change in differences(old, new) if change.kind == "severity"}
    assert told == {
        "P1 - Critical: the response time is 15 min → 45 min.": "pages_less",
        "P2 (High): the response time is 1 h → 30 min.": "none",
    }
    gone = read_runbook("## Severity Levels\n\nNone.\n")
    assert {change.risk.value for change in differences(old, gone) if change.kind == "severity"} == {
        "pages_less",
        "none",
    }
    assert not [change for change in differences(old, old) if change.kind == "severity"]


def _promised(text: str) -> list[tuple[str, float | None, float | None]]:
    levels = read_runbook(f"# Till\n\n{text}\n").severities
    return [(one.name, one.response_s, one.update_every_s) for one in levels]


def test_bold_labels_above_lists() -> None:
    """A bold severity above a list takes the times of the list; other items say what it is."""
    text = (
        "## Severity Levels\n\n**P1 (High)**:\n- Search is down\n- Response time: 2 hours\n\n**P2**\n- Slow\n"
    )
    assert _promised(text) == [("P1 (High)", 7200.0, None)]


def test_immediately_alone() -> None:
    """`P0: immediate (24/7)` is answered at once; the next sprint is no time; an outage of 3 hours is a condition."""
    text = "## Priorities and SLAs\n\n- P0: immediate (24/7)\n- P1: next sprint\n- P2: outage > 3h\n"
    assert _promised(text) == [("P0", 0.0, None), ("P1", None, None), ("P2", None, None)]


def test_sentences_of_a_response() -> None:
    """Each sentence of a response has a time of its own: a few hours between updates are no number."""
    text = (
        "## Severity 2 (Medium)\n\n* **Response:** Acknowledge within 2 hours. Assign somebody. Provide updates every"
        " few hours.\n"
    )
    assert _promised(f"# Incident Severity Levels\n\n{text}") == [("Severity 2 (Medium)", 7200.0, None)]


def test_promises_in_any_section() -> None:
    """`Response Time: 20 minutes for P1, 3 hours for P2` is a promise in whatever section; without a severity it is none."""
    text = "## Guide for new people\n\n### Expectations\n\n"
    text += "- **Response Time**: 20 minutes for P1, 3 hours for P2\n- Response: 4 hours\n"
    assert _promised(text) == [("P1", 1200.0, None), ("P2", 10800.0, None)]
