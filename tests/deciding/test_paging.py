"""Who is told when: groups, acknowledgements, silences, incidents on a virtual clock (rules 14 to 19 and 33)."""

from dataclasses import replace
from typing import Any

import pytest

from watchbook.deciding import answers, links
from watchbook.deciding.silence import Muting, end_silence, silence
from watchbook.model.diagnosis import CauseVerdict, Diagnosis, Verdict
from watchbook.model.errors import ConflictError, RefusedError, UsageError
from watchbook.model.ids import DiagnosisId, alert_id
from watchbook.model.incidents import IncidentState
from watchbook.model.runbook import Response, Severity

ANA, BO, EVA = "Ana Ruiz", "Bo Lindqvist", "Eva Marchetti"


@pytest.mark.parametrize(
    ("severity", "wait_s", "between"),
    [
        ("critical", None, (10, 12)),
        ("high", None, (30, 32)),
        ("critical", 0.0, (0, 0)),
        ("high", 5.0, (5, 6)),
    ],
)
def test_group_wait(
    timelines: Any, severity: str, wait_s: float | None, between: tuple[float, float]
) -> None:
    """Rule 19: 10 s at critical, 30 s below, or what the installation says, 0 included."""
    line = timelines.of(timelines.rule("Down", severity), wait_s=wait_s).push(0, "Down", True).run(60)
    line.expect("trigger", ANA, between)


def test_group_goes_out_as_one_page_of_the_worst(timelines: Any) -> None:
    """Rule 19: alerts of one person inside the wait are one page, led by the most severe, not later than the first."""
    line = timelines.of(timelines.rule("Slow", "high"), timelines.rule("Down", "critical"), wait_s=None)
    line.push(0, "Slow", True).push(6, "Down", True).run(100)
    page = line.expect("trigger", ANA, (16, 17)).notice.body
    assert page["alert"] == "Down"
    assert page["also"] == ["Slow: it is True"]
    assert len(line.heard) == 1


def test_group_does_not_wait_longer_for_a_worse_alert(timelines: Any) -> None:
    """A high alert that has waited 28 of its 30 s goes out in time although a critical one joined it."""
    line = timelines.of(timelines.rule("Slow", "high"), timelines.rule("Down", "critical"), wait_s=None)
    line.push(0, "Slow", True).push(28, "Down", True).run(100)
    assert line.expect("trigger", ANA, (30, 31)).notice.body["alert"] == "Down"


def test_later_alert_of_the_same_severity_is_an_update(timelines: Any) -> None:
    """Rule 33: a later alert joins the incident; whoever was told hears of it, and nobody is paged again."""
    line = timelines.of(timelines.rule("Down"), timelines.rule("Slow"))
    line.push(0, "Down", True).push(20, "Slow", True).run(100)
    line.expect("trigger", ANA, (0, 2))
    assert "Slow" in line.expect("update", ANA, (20, 22)).notice.body["summary"]
    assert len(line.heard) == 2
    assert line.watch.incident is not None
    assert len(line.watch.incident.episodes) == 2


def test_later_alert_pages_again_when_more_severe(timelines: Any) -> None:
    """Rule 33: a more severe alert pages, and climbs for both from then on."""
    line = timelines.of(timelines.rule("Slow", "high"), timelines.rule("Down", "critical"))
    line.push(0, "Slow", True).push(20, "Down", True).run(330)
    assert [heard.notice.body["alert"] for heard in line.told("trigger", ANA)] == ["Slow", "Down"]
    assert line.expect("trigger", BO, (320, 322)).notice.body["alert"] == "Down"
    assert line.watch.incident is not None
    assert line.watch.incident.severity is Severity.CRITICAL


def test_acknowledged_incident_is_paged_again_only_for_worse(timelines: Any) -> None:
    """An acknowledgement covers later alerts of the same severity, and not worse ones."""
    rules = [
        timelines.rule("Slow", "high"),
        timelines.rule("Errors", "high"),
        timelines.rule("Down", "critical"),
    ]
    line = timelines.of(*rules).push(0, "Slow", True).acknowledge(10)
    line.push(20, "Errors", True).run(60)
    assert line.told("trigger", ANA)[-1].at == 0
    line.push(70, "Down", True).run(72)
    line.expect("trigger", ANA, (70, 72))


def test_the_rest_takes_over_when_the_leader_ends(timelines: Any) -> None:
    """Nobody acknowledged; the alert that paged resolves while another still fires: that one pages at once."""
    line = timelines.of(timelines.rule("Down"), timelines.rule("Slow"))
    line.push(0, "Down", True).push(2, "Slow", True).push(10, "Down", False).run(60)
    line.expect("resolve", ANA, (26, 28))
    assert line.expect("trigger", ANA, (25, 29)).notice.body["alert"] == "Slow"
    assert line.watch.incident is not None


def test_the_rest_inherits_the_acknowledgement(timelines: Any) -> None:
    """The acknowledged leader ends: what still fires stays acknowledged, and nobody is paged."""
    line = timelines.of(timelines.rule("Down"), timelines.rule("Slow"))
    line.push(0, "Down", True).push(2, "Slow", True).acknowledge(5).push(10, "Down", False).run(1800)
    assert [heard.at for heard in line.told("trigger")] == [0]
    line.run(1810)
    assert "Slow" in line.expect("repeat", ANA, (1805, 1807)).notice.body["summary"]


def test_incident_is_resolved_when_all_are(timelines: Any) -> None:
    """Rule 33: one incident from the first paging alert to the end of the last."""
    line = timelines.of(timelines.rule("Down"), timelines.rule("Slow"))
    line.push(0, "Down", True).push(2, "Slow", True).push(20, "Down", False).run(60)
    assert len(line.journal("incident.opened")) == 1
    assert not line.journal("incident.resolved")
    line.push(70, "Slow", False).run(100)
    assert len(line.journal("incident.resolved")) == 1
    assert line.watch.incident is None
    assert line.watch.episodes == {}
    states = [
        record.state
        for decision in line.decisions
        for record in decision.saves
        if type(record).__name__ == "Incident"
    ]
    assert states[-1] is IncidentState.RESOLVED


def test_flapping_pages_once(timelines: Any) -> None:
    """Rule 6: fire, resolve, fire inside `resolve_after` sends one page and one resolve."""
    line = timelines.of(timelines.rule("Down"))
    for at in range(0, 60, 10):
        line.push(at, "Down", True).push(at + 4, "Down", False)
    line.run(200)
    assert [kind for _, kind, _ in line.kinds()] == ["trigger", "resolve"]


def test_acknowledging_stops_the_climb(timelines: Any) -> None:
    """Rule 16: after Ana's acknowledgement Bo is not told, and everyone who was told hears of it."""
    line = (
        timelines.of(timelines.rule("Down")).push(0, "Down", True).acknowledge(350, "Bo Lindqvist").run(1900)
    )
    assert line.told(contact=EVA) == []
    assert (
        "Bo Lindqvist acknowledged Down" in line.expect("acknowledge", ANA, (350, 350)).notice.body["summary"]
    )
    told = line.expect("acknowledge", BO, (350, 350))
    assert told.notice.body["summary"] == "Bo Lindqvist acknowledged Down for 30 min"


def test_acknowledgement_expires_asks_and_climbs(timelines: Any) -> None:
    """Rule 16: after 30 min without an action the same person is asked again, and 10 min later the next is told."""
    line = timelines.of(timelines.rule("Down")).push(0, "Down", True).acknowledge(100).run(2600)
    asked = line.expect("repeat", ANA, (1900, 1902))
    assert "Are you still on it?" in asked.notice.body["summary"]
    line.expect("trigger", BO, (2500, 2502))
    assert line.journal("acknowledgement.expired")


def test_human_action_keeps_the_acknowledgement(timelines: Any) -> None:
    """Rule 16: the 30 min count from the last human action on the incident."""
    line = timelines.of(timelines.rule("Down")).push(0, "Down", True).acknowledge(100).run(1500)
    line.take(*answers.touch(line.watch, ANA, timelines.START + 1500))
    line.run(3200)
    assert line.told("repeat") == []
    line.run(3310)
    line.expect("repeat", ANA, (3300, 3302))


def test_acknowledging_for_longer(timelines: Any) -> None:
    """Rule 16: `ack --for 2h` holds for two hours."""
    line = timelines.of(timelines.rule("Down")).push(0, "Down", True).acknowledge(100, for_s=7200.0).run(7200)
    assert line.told("repeat") == []
    line.run(7310)
    line.expect("repeat", ANA, (7300, 7302))


def test_acknowledgement_below_high_does_not_expire(timelines: Any) -> None:
    """Rule 16: only critical and high are asked again."""
    line = (
        timelines.of(timelines.rule("Slow", "medium"), cadence_s=60.0).push(0, "Slow", True).acknowledge(100)
    )
    assert line.run(6 * 3600).told("repeat") == []


def test_acknowledging_in_the_group_wait_pages_nobody(timelines: Any) -> None:
    """Someone at the board acknowledges before the page goes out: it does not go out."""
    line = timelines.of(timelines.rule("Down"), wait_s=10.0).push(0, "Down", True).acknowledge(5).run(1000)
    assert line.heard == []


def test_nothing_to_acknowledge_is_a_conflict(timelines: Any) -> None:
    """Acknowledging what is over says so."""
    line = timelines.of(timelines.rule("Down")).run(10)
    with pytest.raises(ConflictError, match="nothing is open"):
        answers.acknowledge(line.watch, ANA, timelines.START + 10)


def _silenced(timelines: Any, ends_s: float, alert: str | None = None, starts_s: float = 0.0) -> Any:
    start = timelines.START
    made, _ = silence(Muting("shop", alert, start + ends_s, "load test", start + starts_s), ANA, start)
    return made


def test_silence_mutes_creation_and_pages_when_it_ends(timelines: Any) -> None:
    """Rule 17: nobody is told under a silence; if it still fires when the silence ends, the ladder begins."""
    line = timelines.of(timelines.rule("Down"), silences=[_silenced(timelines, 600.0)])
    line.push(10, "Down", True).run(590)
    assert line.heard == []
    assert len(line.journal("page.muted")) == 1
    line.run(610)
    line.expect("trigger", ANA, (600, 602))


def test_silence_never_mutes_the_resolve(timelines: Any) -> None:
    """Rule 17: a page from before the silence is resolved under it."""
    line = timelines.of(timelines.rule("Down"), silences=[_silenced(timelines, 3600.0, starts_s=100.0)])
    line.push(0, "Down", True).push(200, "Down", False).run(400)
    resolve = line.expect("resolve", ANA, (215, 218)).notice.body
    assert (resolve["next_action"], resolve["acknowledge_link"]) == ("", None)
    assert line.told(contact=BO) == []


def test_silenced_alert_never_keeps_another_quiet(timelines: Any) -> None:
    """Rule 17: a silenced critical alert does not swallow the page of a high one (Alertmanager's inhibition does)."""
    line = timelines.of(
        timelines.rule("Down"),
        timelines.rule("Slow", "high"),
        silences=[_silenced(timelines, 3600.0, "Down")],
    )
    line.push(0, "Down", True).push(20, "Slow", True).run(30)
    assert line.expect("trigger", ANA, (20, 22)).notice.body["alert"] == "Slow"
    assert line.expect("trigger", ANA, (20, 22)).notice.body["also"] == []


def test_silence_ended_early_lets_the_page_go(timelines: Any) -> None:
    """A silence that a person ends lets the held page out with the next evaluation."""
    made = _silenced(timelines, 3600.0)
    line = timelines.of(timelines.rule("Down"), silences=[made]).push(10, "Down", True).run(100)
    ended = end_silence(made, ANA, timelines.START + 100).saves[0]
    line.watch = answers.with_silences(line.watch, [ended])
    line.run(104)
    line.expect("trigger", ANA, (100, 104))


@pytest.mark.parametrize(
    ("ends_at", "reason", "says"),
    [
        (None, "why", "needs an end"),
        (5.0, "why", "over already"),
        (100.0, " ", "needs a reason"),
        (1e17, "why", "within a year"),
        (float("inf"), "why", "within a year"),
        (float("nan"), "why", "within a year"),
    ],
)
def test_silence_without_end_or_reason_is_refused(ends_at: float | None, reason: str, says: str) -> None:
    """Rule 17: a silence without an end is refused, and so is one that says nothing."""
    with pytest.raises(UsageError, match=says):
        silence(Muting("shop", None, ends_at, reason), ANA, 10.0)


@pytest.mark.parametrize("starts_at", [None, 3.0, -1e17, float("-inf"), float("nan")])
def test_silence_begins_now_at_the_earliest(starts_at: float | None) -> None:
    """A beginning that is past, or none at all, is now: every silence can be shown with its moments."""
    made, _ = silence(Muting("shop", None, 100.0, "why", starts_at), ANA, 10.0)
    assert made.starts_at == 10.0


def test_rooms_are_told_without_paging(timelines: Any) -> None:
    """`#shop` alone: the room is told and told of the end; no incident, nobody paged."""
    response = Response(channels=("#shop",))
    line = timelines.of(timelines.rule("Odd", "low", response=response), rooms={"shop": ("chat",)})
    line.push(0, "Odd", True).push(30, "Odd", False).run(100)
    assert [(kind, whom) for _, kind, whom in line.kinds()] == [("trigger", "#shop"), ("resolve", "#shop")]
    assert not line.journal("incident.opened")


def _diagnosis(timelines: Any, at: float) -> Diagnosis:
    verdict = CauseVerdict("Database connection failure", Verdict.CONFIRMED, "curl: (7) connection refused")
    return Diagnosis(
        DiagnosisId("d"),
        "shop",
        "production",
        "Service is down",
        "Down",
        "watchbook",
        timelines.START + at,
        timelines.START + at + 1,
        verdicts=(verdict,),
        next_action="Run “Start the database again”.",
    )


def test_diagnosis_follows_as_an_update(timelines: Any) -> None:
    """Rule 19: the page does not wait; the verdict goes to everyone already told, and stands in later pages."""
    line = (
        timelines.of(timelines.rule("Down"), issues={"Down": "Service is down"}).push(0, "Down", True).run(4)
    )
    assert line.heard[0].notice.body["cause"] is None
    assert "being diagnosed" in line.heard[0].notice.body["next_action"]
    wanted = [effect for decision in line.decisions for effect in decision.effects]
    assert [(one.alert, one.issue) for one in wanted] == [("Down", "Service is down")]
    key = alert_id("shop", "production", "Down")
    line.take(*answers.tell_diagnosis(line.watch, _diagnosis(timelines, 1), key, timelines.START + 4))
    update = line.expect("update", ANA, (4, 4)).notice.body
    assert update["cause"] == {
        "name": "Database connection failure",
        "verdict": "confirmed",
        "evidence": "curl: (7) connection refused",
    }
    assert update["summary"] == "Down: Database connection failure (confirmed): curl: (7) connection refused"
    line.run(310)
    later = line.expect("trigger", BO, (300, 302)).notice.body
    assert later["cause"] == update["cause"]
    assert later["next_action"] == "Run “Start the database again”."


def test_diagnosis_known_in_the_group_wait_stands_in_the_page(timelines: Any) -> None:
    """A verdict that comes before the page goes out is in the page, and is not sent twice."""
    line = timelines.of(timelines.rule("Down"), wait_s=10.0).push(0, "Down", True).run(4)
    key = alert_id("shop", "production", "Down")
    line.take(*answers.tell_diagnosis(line.watch, _diagnosis(timelines, 1), key, timelines.START + 4))
    line.run(20)
    assert [
        (kind, heard.notice.body["cause"]["verdict"])
        for heard in line.heard
        for kind in [str(heard.notice.kind)]
    ] == [("trigger", "confirmed")]


def test_page_has_every_field_of_the_design(timelines: Any) -> None:
    """The webhook page: every field of the README, and nothing missing."""
    line = timelines.of(timelines.rule("Down"), key=b"k" * 32).push(0, "Down", True).run(0)
    body = line.heard[0].notice.body
    wanted = [
        "version",
        "kind",
        "dedup_key",
        "service",
        "environment",
        "alert",
        "severity",
        "summary",
        "since",
        "value",
        "threshold",
        "cause",
        "next_action",
        "contact",
        "rung",
        "round",
        "link",
        "acknowledge_link",
    ]
    assert [name for name in wanted if name not in body] == []
    assert (body["version"], body["kind"], body["service"], body["severity"]) == (
        1,
        "trigger",
        "Shop",
        "critical",
    )
    assert body["since"] == "2027-01-15T08:00:00Z"
    assert body["link"] == "http://127.0.0.1:8090/services/shop"
    token = body["acknowledge_link"].rpartition("/")[2]
    link = links.read(b"k" * 32, token, "acknowledge", timelines.START + 60)
    assert (link.subject, link.person) == (body["dedup_key"], ANA)


@pytest.mark.parametrize(
    ("key", "purpose", "later_s"),
    [(b"x" * 32, "acknowledge", 0), (b"k" * 32, "resolve", 0), (b"k" * 32, "acknowledge", 90000)],
)
def test_links_are_signed_single_purpose_and_expire(key: bytes, purpose: str, later_s: float) -> None:
    """Rule 21: another key, another purpose or a day later: refused."""
    token = links.sign(b"k" * 32, links.SignedLink("acknowledge", "e1", ANA, 1000.0 + links.LIFE_S))
    assert links.read(b"k" * 32, token, "acknowledge", 1000.0).person == ANA
    with pytest.raises(RefusedError):
        links.read(key, token, purpose, 1000.0 + later_s)
    with pytest.raises(RefusedError):
        links.read(b"k" * 32, token[:-2] + "xx", "acknowledge", 1000.0)


def test_row_gone_from_the_runbook_ends_its_episode(timelines: Any) -> None:
    """An open alert whose row was removed cannot be judged any more: it ends and says so."""
    line = timelines.of(timelines.rule("Down")).push(0, "Down", True).run(10)
    line.watch = replace(line.watch, alerts={})
    line.truth.clear()
    line.run(14)
    assert "gone from the runbook" in line.expect("resolve", ANA, (10, 14)).notice.body["summary"]


def test_storm_is_one_page_and_one_update(timelines: Any) -> None:
    """Three hundred alerts of one service at once: one page, one update, and names that still fit a line."""
    rules = [timelines.rule(f"Rule {number}") for number in range(300)]
    line = timelines.of(timelines.rule("Down"), *rules).push(0, "Down", True).run(2)
    line.push(4, "Rule 0", True)
    line.truth.update({rule.name: True for rule in rules})
    line.run(20)
    assert [kind for _, kind, _ in line.kinds()] == ["trigger", "update"]
    summary = line.heard[1].notice.body["summary"]
    assert summary.startswith("Also firing now: Rule 0: it is True; ")
    assert summary.endswith(" and 295 more")


def test_silence_mutes_rooms_and_the_group_wait(timelines: Any) -> None:
    """Under a silence a room is not told either, each is recorded once, and keys stay apart from the real page's."""
    response = Response(page=True, ladder=timelines.LADDER, channels=("#shop",))
    line = timelines.of(
        timelines.rule("Down", response=response),
        rooms={"shop": ("chat",)},
        wait_s=30.0,
        silences=[_silenced(timelines, 600.0)],
    )
    line.push(0, "Down", True).run(590)
    assert line.heard == []
    assert line.journal("page.muted") == [
        "Ana Ruiz is not told of Down: silenced by Ana Ruiz for 10 min more (load test)"
    ]
    line.run(610)
    assert [(kind, whom) for _, kind, whom in line.kinds()] == [("trigger", "#shop"), ("trigger", ANA)]
    assert [heard.notice.sequence for heard in line.heard] == [2, 3]


def test_silence_inside_the_group_wait_records_nothing_before_it_is_due(timelines: Any) -> None:
    """A page that waits for its group is muted when it would have gone, not before."""
    line = timelines.of(timelines.rule("Down"), wait_s=30.0, silences=[_silenced(timelines, 600.0)])
    assert line.push(0, "Down", True).run(28).journal("page.muted") == []
    assert len(line.run(32).journal("page.muted")) == 1


def test_words_of_a_decided_page(timelines: Any) -> None:
    """The journal says whom, how high on the ladder, and when the next is told."""
    line = timelines.of(timelines.rule("Down")).push(0, "Down", True).run(2)
    entry = next(e for decision in line.decisions for e in decision.entries if e.kind == "page.decided")
    assert entry.summary == "paging Ana Ruiz: Down: it is True"
    assert entry.data["why"] == "rung 1 of 3, round 1; the next is told in 5 min unless someone acknowledges"


def test_silent_source_never_keeps_a_page_quiet(timelines: Any) -> None:
    """ "No data" was paged and acknowledged; that the service is down still pages, at the same severity."""
    line = timelines.of(timelines.rule("Down"), timelines.rule("Errors"), cadence_s=10.0)
    line.push(0, "Errors", None).acknowledge(620).push(640, "Down", True).run(660)
    assert [heard.notice.body["alert"] for heard in line.told("trigger", ANA)] == [
        "No data from metrics",
        "Down",
    ]
    line.push(700, "Errors", True).run(720)
    assert len(line.told("trigger", ANA)) == 2, "and a second alert of that severity joins it"
