"""What people do about alerts, and every refusal with its words."""

from dataclasses import replace
from typing import Any

import pytest

from watchbook.deciding import answers
from watchbook.deciding.page import resolved_says, service_link
from watchbook.deciding.restoring import Kept, RuleToWatch, restored
from watchbook.deciding.silence import Muting, end_silence, silence
from watchbook.deciding.watch import next_due
from watchbook.deciding.watched import ServiceWatch, numbered
from watchbook.model.diagnosis import CauseVerdict, Diagnosis, Verdict
from watchbook.model.errors import ConflictError, NotFoundError
from watchbook.model.ids import AlertId, DiagnosisId, EpisodeId, alert_id
from watchbook.model.quantities import Unit
from watchbook.model.runbook import AlertRule, Condition, Response, Role, Severity

ANA = "Ana Ruiz"
DOWN = alert_id("shop", "production", "Down")


def diagnosis(at: float, **more: Any) -> Diagnosis:
    fields = {
        "id": DiagnosisId("d"),
        "service": "shop",
        "environment": "production",
        "issue": "Service is down",
    }
    return Diagnosis(
        **{**fields, "alert": "Down", "asked_by": "watchbook", "began_at": at, "ended_at": at + 1, **more}
    )


def test_acknowledging_what_is_over_is_refused(timelines: Any) -> None:
    """An episode that ended, or never was, cannot be acknowledged."""
    line = timelines.of(timelines.rule("Down")).push(0, "Down", True).run(4)
    with pytest.raises(ConflictError, match="this alert is over"):
        answers.acknowledge(line.watch, ANA, timelines.START + 4, target=EpisodeId("other"))


def test_acknowledging_an_alert_without_incident(timelines: Any) -> None:
    """An alert that only posts to a room can be acknowledged by its episode: the room hears of it."""
    rule = timelines.rule("Odd", "low", response=Response(channels=("#shop",)))
    line = timelines.of(rule, rooms={"shop": ("chat",)}).push(0, "Odd", True).run(4)
    episode = next(iter(line.watch.episodes))
    with pytest.raises(ConflictError):
        answers.acknowledge(line.watch, ANA, timelines.START + 4)
    line.take(*answers.acknowledge(line.watch, ANA, timelines.START + 4, target=episode, note="looking"))
    assert (
        line.expect("acknowledge", "#shop", (4, 4)).notice.body["summary"]
        == "Ana Ruiz acknowledged Odd: looking"
    )


def test_diagnosis_after_the_alert_tells_nobody(timelines: Any) -> None:
    """A verdict that comes when all is over is kept and not sent."""
    line = timelines.of(timelines.rule("Down")).push(0, "Down", True).push(4, "Down", False).run(60)
    before = len(line.heard)
    line.take(*answers.tell_diagnosis(line.watch, diagnosis(timelines.START), DOWN, timelines.START + 60))
    assert len(line.heard) == before
    assert line.watch.diagnoses[DOWN].issue == "Service is down"


def test_diagnosis_of_an_earlier_episode_is_not_repeated(timelines: Any) -> None:
    """A new episode does not carry the cause of the last one."""
    line = timelines.of(timelines.rule("Down")).push(0, "Down", True).run(2)
    line.take(*answers.tell_diagnosis(line.watch, diagnosis(timelines.START), DOWN, timelines.START + 2))
    line.push(4, "Down", False).push(60, "Down", True).run(62)
    assert line.told("trigger")[-1].notice.body["next_action"] == "Open the board and look at what changed."


def test_diagnosis_without_a_cause_is_told(timelines: Any) -> None:
    """ "No cause is confirmed or likely" is news as well."""
    line = timelines.of(timelines.rule("Down")).push(0, "Down", True).run(2)
    line.take(*answers.tell_diagnosis(line.watch, diagnosis(timelines.START), DOWN, timelines.START + 2))
    assert "no cause is confirmed" in line.expect("update", ANA, (2, 2)).notice.body["summary"]


def test_diagnosis_of_an_attached_alert_reaches_who_was_told_of_the_leader(timelines: Any) -> None:
    """Ana was paged for Down; the verdict on Slow, which joined it, goes to her under Down's page; silenced, to nobody."""
    line = (
        timelines.of(timelines.rule("Down"), timelines.rule("Slow"))
        .push(0, "Down", True)
        .push(2, "Slow", True)
    )
    line.run(10)
    slow = alert_id("shop", "production", "Slow")
    now = timelines.START + 10
    _, nothing = answers.tell_diagnosis(line.watch, diagnosis(now, alert="Slow"), slow, now)
    assert nothing.saves == (), "without a cause there is no news for whoever was paged for Down"
    cause = CauseVerdict("Missing index", Verdict.CONFIRMED, "SCAN orders")
    found = diagnosis(now, alert="Slow", verdicts=(cause,))
    line.take(*answers.tell_diagnosis(line.watch, found, slow, now))
    told = line.expect("update", ANA, (10, 10)).notice
    assert told.body["alert"] == "Down"
    assert told.body["summary"] == "Slow: Missing index (confirmed): SCAN orders"
    made, _ = silence(Muting("shop", None, now + 600, "quiet"), ANA, now)
    line.watch = answers.with_silences(line.watch, [made])
    other = CauseVerdict("Cache not answering", Verdict.CONFIRMED, "refused")
    news = diagnosis(now, alert="Slow", verdicts=(other,))
    _, decision = answers.tell_diagnosis(line.watch, news, slow, now)
    assert decision.saves == ()


def test_the_same_result_is_told_once(timelines: Any) -> None:
    """Diagnosing again wakes nobody with what they know; another cause, or another verdict on it, is news."""
    line = timelines.of(timelines.rule("Down")).push(0, "Down", True).run(2)
    now = timelines.START + 2
    likely, sure = (CauseVerdict("Database", verdict, "x") for verdict in (Verdict.LIKELY, Verdict.CONFIRMED))
    heard = []
    for verdicts in ((), (), (likely,), (likely,), (sure,), (sure,), ()):
        line.take(*answers.tell_diagnosis(line.watch, diagnosis(now, verdicts=verdicts), DOWN, now))
        heard.append(len(line.told("update")))
    assert heard == [1, 1, 2, 2, 3, 3, 4]


def test_closing_by_hand_is_only_for_firing_without_data(timelines: Any) -> None:
    """An alert that has data is resolved by good data, never by hand; unknown alerts are not found."""
    line = timelines.of(timelines.rule("Down")).push(0, "Down", True).run(2)
    with pytest.raises(ConflictError, match="not firing without data"):
        answers.close_alert(line.watch, DOWN, "over", ANA, timelines.START + 2)
    with pytest.raises(NotFoundError):
        answers.close_alert(line.watch, AlertId("x/y/z"), "over", ANA, timelines.START + 2)


def test_refusal_after_the_end_changes_nothing(timelines: Any) -> None:
    """A page that is refused when its alert is long over needs no ladder."""
    line = timelines.of(timelines.rule("Down")).push(0, "Down", True).push(4, "Down", False).run(60)
    after, decision = answers.channel_failed(line.watch, line.heard[0].notice, timelines.START + 60)
    assert (after, decision.saves) == (line.watch, ())


def test_refused_update_and_acknowledged_page_do_not_climb(timelines: Any) -> None:
    """Only pages climb, and not after someone acknowledged or the ladder went on already."""
    line = timelines.of(timelines.rule("Down"), timelines.rule("Slow"))
    line.push(0, "Down", True).push(4, "Slow", True).run(10)
    update = line.told("update")[0].notice
    line.take(*answers.channel_failed(line.watch, update, timelines.START + 10))
    assert line.told(contact="Bo Lindqvist") == []
    page = line.told("trigger", ANA)[0].notice
    line.run(310)
    line.take(*answers.channel_failed(line.watch, page, timelines.START + 310))
    assert line.told(contact="Eva Marchetti") == []
    line.acknowledge(320)
    bo = line.told("trigger", "Bo Lindqvist")[0].notice
    line.take(*answers.channel_failed(line.watch, bo, timelines.START + 320))
    assert line.told(contact="Eva Marchetti") == []


def test_silence_that_is_over_cannot_be_ended() -> None:
    """Ending a silence twice says so."""
    made, _ = silence(Muting("shop", None, 100.0, "why"), ANA, 0.0)
    ended = end_silence(made, ANA, 10.0).saves[0]
    with pytest.raises(ConflictError, match="over already"):
        end_silence(ended, ANA, 11.0)


def test_a_disarmed_alert_makes_nothing_due(timelines: Any) -> None:
    """An acknowledgement of an alert that was disarmed since does not wake anyone when it ends."""
    line = timelines.of(timelines.rule("Down")).push(0, "Down", True).acknowledge(10)
    assert next_due(line.watch) == timelines.START + 1810
    line.take(*answers.set_armed(line.watch, DOWN, False, ANA, timelines.START + 20))
    assert next_due(line.watch) is None


def test_number_of_an_incident_comes_back_from_the_store(timelines: Any) -> None:
    """The store counts incidents; the watch takes the number over."""
    line = timelines.of(timelines.rule("Down")).push(0, "Down", True).run(2)
    assert numbered(line.watch, [object(), replace(line.watch.incident, number=7)]).incident.number == 7
    assert numbered(line.watch, []) is line.watch


def test_restored_watch_takes_only_what_is_its_own(timelines: Any) -> None:
    """Records of other services and environments, and diagnoses that did not end, are passed over."""
    line = timelines.of(timelines.rule("Down")).push(0, "Down", True).run(2)
    watched = line.watch.alerts[DOWN]
    fresh = ServiceWatch("shop", "staging", "Shop")
    kept = Kept((watched.state,), tuple(line.watch.episodes.values()), tuple(line.watch.climbs.values()))
    there = restored(fresh, [RuleToWatch(watched.rule, True, 2.0)], kept, timelines.START)
    assert (there.episodes, there.climbs) == ({}, {})
    assert next(iter(there.alerts.values())).state.episode is None
    unfinished = diagnosis(5.0, id=DiagnosisId("d2"), ended_at=None)
    kept = Kept(diagnoses=(diagnosis(1.0), unfinished, diagnosis(2.0, environment="staging")))
    here = restored(ServiceWatch("shop", "production"), [], kept, 10.0)
    assert {key: one.began_at for key, one in here.diagnoses.items()} == {DOWN: 1.0}


@pytest.mark.parametrize(
    ("condition", "window_s", "said"),
    [
        (Condition(text="> 1% errors for 10s"), 10.0, "> 1% errors for 10s"),
        (Condition(promql="up == 0"), 0.0, "up == 0"),
        (Condition(op=">", value=0.25, unit=Unit.SECONDS), 600.0, "> 250 ms for 10 min"),
        (Condition(op="<", value=3), 0.0, "< 3"),
    ],
)
def test_threshold_in_words(timelines: Any, condition: Condition, window_s: float, said: str) -> None:
    """As written where it was written, else put together."""
    rule = AlertRule("Down", Role.ALERT, Severity.HIGH, condition, Response(page=True), window_s=window_s)
    line = timelines.of(rule).push(0, "Down", True).run(window_s + 2)
    assert line.heard[0].notice.body["threshold"] == said


def test_words_of_pages(timelines: Any) -> None:
    """An offered procedure is the next action; a resolve says how long it lasted; links lead to the board."""
    rule = timelines.rule(
        "Down", response=Response(page=True, ladder=timelines.LADDER, actions=("Rollback",))
    )
    line = timelines.of(rule).push(0, "Down", True).run(2)
    assert (
        line.heard[0].notice.body["next_action"]
        == "Run “Rollback” if it fits; the board shows its commands first."
    )
    episode = next(iter(line.watch.episodes.values()))
    assert resolved_says(episode, timelines.START + 90) == "Down resolved after 1 min 30 s"
    assert service_link(line.watch.settings, episode) == "http://127.0.0.1:8090/services/shop"
    bare = replace(episode, summary="", name="x" * 2000)
    from watchbook.deciding.page import Address, Matter, page_body
    from watchbook.model.paging import NoticeKind

    body = page_body(Matter(bare), Address(NoticeKind.TRIGGER, ANA, 0, 0), timelines.START)
    assert len(body["summary"]) == 1024
    assert body["acknowledge_link"] is None


def test_own_alerts_are_told_apart_from_rows_of_the_document() -> None:
    """After a restart the watch knows its own alerts by their names, with the window of each."""
    from watchbook.deciding.own_alerts import kept_own_alert
    from watchbook.model.alerts import AlertState

    def kept(name: str) -> float | None:
        state = AlertState(alert_id("shop", "production", name), "shop", "production", name, Severity.HIGH)
        watched = kept_own_alert(state)
        return watched.rule.window_s if watched else None

    assert (kept("No data from metrics"), kept("Evaluation failing"), kept("Service Down")) == (
        0.0,
        60.0,
        None,
    )
