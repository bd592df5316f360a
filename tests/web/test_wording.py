"""States, values and moments in words."""

from dataclasses import replace

import pytest
from tests.web import shop_views
from tests.web.shop_runs import run
from tests.web.shop_views import alerts, metrics

from watchbook.app.views.watched import Health, MetricState
from watchbook.model.alerts import AlertStatus
from watchbook.model.diagnosis import Verdict
from watchbook.model.incidents import IncidentState
from watchbook.model.runs import RunState
from watchbook.model.safety import Safety
from watchbook.web import wording

FIRING, RATE, OBSERVED = alerts(False, "")


@pytest.mark.parametrize("state", [*Health, *MetricState, *Verdict, *IncidentState, *RunState])
def test_every_state_has_words_of_its_own(state: object) -> None:
    """No state of the model is shown by its internal name with an underscore, or without a tone."""
    look = wording.light(state)
    assert "_" not in look.word
    assert look.tone in ("good", "warn", "bad", "idle", "live")


@pytest.mark.parametrize("status", list(AlertStatus))
def test_every_alert_status_has_a_look(status: AlertStatus) -> None:
    """Armed, observed and failing to evaluate are told apart in every status."""
    armed = wording.alert_light(replace(FIRING, status=status))
    observed = wording.alert_light(replace(FIRING, status=status, armed=False))
    failing = wording.alert_light(replace(FIRING, status=status, problem="evaluation failing: x"))
    assert len({armed.word, observed.word, failing.word}) == 3


@pytest.mark.parametrize("safety", list(Safety))
def test_every_class_of_command_has_words(safety: Safety) -> None:
    """Only read-only commands look harmless."""
    assert (wording.safety_light(safety).tone == "good") == (safety is Safety.READ_ONLY)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (5, "just now"),
        (90, "1 min ago"),
        (3 * 3600, "3 h ago"),
        (90000, "yesterday"),
        (4 * 86400, "4 days ago"),
        (21 * 86400, "3 weeks ago"),
        (400 * 86400, "1 year ago"),
    ],
)
def test_the_past_has_one_unit(seconds: float, said: str) -> None:
    """A glance needs no more."""
    assert wording.say_ago(seconds) == said


def test_moments_carry_their_iso_form() -> None:
    """The exact moment is one hover away, whatever the words say."""
    assert str(wording.clock(0.0)) == (
        '<time datetime="1970-01-01T00:00:00Z" title="1970-01-01T00:00:00Z" data-clock>00:00:00</time>'
    )
    assert ">2:51</time>" in wording.until(171, 0)
    assert ">0:00</time>" in wording.until(10, 20)
    assert ">2 min 6 s</time>" in wording.lasting(0, 126.9)
    assert wording.clock(None) == ""


def test_values_are_said_with_what_a_glance_can_use() -> None:
    """Three figures, in natural units, or why there is none."""
    rate, errors, latency = metrics(False, "")
    assert wording.metric_value(rate) == "0.2/s"
    assert wording.metric_value(errors) == "no traffic"
    assert wording.metric_value(replace(latency, value=0.0812345)) == "81.2 ms"
    assert [wording.say_band(one) for one in (rate, errors, latency)] == [
        "1/s to 40/s",
        "below 1%",
        "below 250 ms",
    ]


def test_runs_say_what_they_do() -> None:
    """Under way: the step; queued: behind what; ended: how long it took."""
    summary = run().summary
    assert wording.run_says(summary) == "waiting: a person confirms"
    assert wording.run_says(replace(summary, state="queued", holder="r-1")) == "queued behind r-1"
    ended = replace(summary, state="completed", started_at=0.0, ended_at=1032.0)
    assert wording.run_says(ended) == "completed in 17 min 12 s"


def test_the_worst_light_leads() -> None:
    """Bad before warning before idle before good; nothing gives nothing."""
    bad, warn, good = wording.Light("bad", ""), wording.Light("warn", ""), wording.Light("good", "")
    assert wording.worst_light([good, bad, warn]) is bad
    assert wording.worst_light([]) is None


MILESTONES = [
    ("page.decided", "paging Ana Ruiz: …", {}, ""),
    (
        "page.sent",
        "Ana Ruiz was told through phone: …",
        {"contact": "Ana", "channel": "phone"},
        "Ana told (phone)",
    ),
    ("page.sent", "…", {"contact": "Ana", "channel": "phone", "kind": "update"}, ""),
    (
        "diagnosis.ended",
        "Database (confirmed): curl …",
        {
            "verdicts": [
                {"cause": "Stopped", "verdict": "ruled_out"},
                {"cause": "Database", "verdict": "confirmed"},
            ]
        },
        "Cause confirmed: Database",
    ),
    (
        "diagnosis.ended",
        "…",
        {"verdicts": [{"cause": "Stopped", "verdict": "ruled_out"}]},
        "Diagnosed: no cause found",
    ),
    ("run.started", "Ana starts Rollback", {}, "Ana starts Rollback"),
    ("run.started", "x" * 200, {}, "x" * 109 + "…"),
]


@pytest.mark.parametrize(("kind", "summary", "data", "said"), MILESTONES)
def test_a_milestone_is_a_few_words(kind: str, summary: str, data: dict[str, object], said: str) -> None:
    """What another entry says is left out, the rest is short; unknown kinds keep their sentence."""
    entry = replace(shop_views.entry(1, 0, kind, summary), data=data)
    assert wording.milestone(entry) == said


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a `b` c", "a <code>b</code> c"),
        ("an odd ` tick <i>", "an odd ` tick &lt;i&gt;"),
        ("`<x>`", "<code>&lt;x&gt;</code>"),
    ],
)
def test_backticks_become_code(text: str, shown: str) -> None:
    """Advice names what to write; nothing in it is markup."""
    assert wording.codes(text) == shown
