"""The application over a real small service: what is detected, told, diagnosed, acknowledged, kept and taken up again."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.app.stage import Stage, staged, until

from watchbook.app.application import AcknowledgeRequest, DiagnoseRequest, RunRequest, SilenceRequest
from watchbook.app.views.watched import Actor
from watchbook.model.errors import ConflictError, NotFoundError, RefusedError

ANA = Actor("ana")
pytestmark = pytest.mark.slow


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as made:
        yield made


async def test_an_outage_is_paged_diagnosed_and_resolved(stage: Stage) -> None:
    """Down, the person on call gets the page and then the confirmed cause; up again, the resolve; the incident closes."""
    async with stage.watching() as faces:
        await until(lambda: stage.status("high-error-rate") == "ok" and stage.status("service-down") == "ok")
        stage.till.healthy = stage.till.database = False
        trigger = (await until(lambda: stage.phone.of("trigger")))[0]
        assert (trigger["contact"], trigger["alert"], trigger["severity"]) == (
            "Ana Ruiz",
            "Service Down",
            "critical",
        )
        assert trigger["summary"] == "Service Down: 0 of 3 instances healthy"
        update = (await until(lambda: stage.phone.of("update")))[0]
        assert (update["cause"]["name"], update["cause"]["verdict"]) == (
            "Database connection failure",
            "confirmed",
        )
        assert "Start the database again" in update["next_action"]
        service = await faces.service("till")
        assert service.incident is not None and service.incident.number == 1
        assert service.incident.next_rung is not None and service.incident.next_rung.who == "Bo Lindqvist"
        stage.till.healthy = stage.till.database = True
        resolve = (await until(lambda: stage.phone.of("resolve")))[0]
        assert resolve["dedup_key"] == trigger["dedup_key"]
        assert str((await faces.incident("1")).state) == "resolved"
        assert (await faces.services())[0].headline == "all well"


async def test_acknowledging_by_the_signed_link_stops_the_climb(stage: Stage) -> None:
    """The link of the page acknowledges in the name of the person it was sent to; looking at it changes nothing."""
    async with stage.watching() as faces:
        stage.till.healthy = False
        page = (await until(lambda: stage.phone.of("trigger")))[0]
        token = page["acknowledge_link"].rpartition("/")[2]
        link = await faces.acknowledge_link(token)
        assert (link.contact, link.acknowledged, link.ended) == ("Ana Ruiz", None, False)
        given = await faces.acknowledge_by_link(token)
        assert given.by == "Ana Ruiz"
        incident = (await faces.service("till")).incident
        assert incident is not None and incident.acknowledged is not None and incident.next_rung is None
        with pytest.raises(RefusedError, match="not valid"):
            await faces.acknowledge_link(token[:-2] + "xx")


async def test_nothing_open_cannot_be_acknowledged(stage: Stage) -> None:
    """An alert that does not fire, and one that is not there, are said to be so."""
    async with stage.watching() as faces:
        with pytest.raises(ConflictError, match="does not fire"):
            await faces.acknowledge(AcknowledgeRequest("till/production/service-down"), ANA)
        with pytest.raises(NotFoundError, match="no alert till/production/nonsense"):
            await faces.acknowledge(AcknowledgeRequest("till/production/nonsense"), ANA)


async def test_an_error_rate_is_measured_from_the_instances(stage: Stage) -> None:
    """Failing requests in the instances' metrics fire the rule, with its value in words and the query pinned."""
    async with stage.watching() as faces:
        await until(lambda: stage.status("high-error-rate") == "ok")
        for _ in range(6):
            stage.till.errors += 500
            if stage.phone.of("trigger"):
                break
            before = stage.till.requests
            await until(lambda before=before: stage.till.requests > before + 60)
        page = (await until(lambda: stage.phone.of("trigger")))[0]
        assert page["alert"] == "High Error Rate" and "% errors" in page["summary"]
        metric = (await faces.service("till")).metrics[0]
        assert metric.query is not None and "http_requests_total" in metric.query


async def test_a_restart_keeps_what_fires_and_pages_nobody_twice(stage: Stage) -> None:
    """Closed while an alert fires and opened again: the same episode, no second trigger, the resolve reaches the phone."""
    async with stage.watching():
        stage.till.healthy = False
        first = (await until(lambda: stage.phone.of("trigger")))[0]
    async with stage.watching() as faces:
        await until(lambda: stage.status("service-down") == "firing")
        assert (await faces.service("till")).incident is not None
        stage.till.healthy = True
        resolve = (await until(lambda: stage.phone.of("resolve")))[0]
        assert resolve["dedup_key"] == first["dedup_key"]
    assert len(stage.phone.of("trigger")) == 1
    assert len(set(stage.phone.keys)) == len(stage.phone.keys)


async def test_shadow_pages_nobody_and_says_whom_it_would_have(stage: Stage) -> None:
    """With --shadow everything is evaluated and journalled; the phone stays silent."""
    async with stage.watching(shadow=True) as faces:
        stage.till.healthy = False
        await until(lambda: stage.journalled("alert.would_page"))
        assert "would have paged Ana Ruiz" in stage.journalled("alert.would_page")[0]["summary"]
        assert stage.phone.pages == []
        with pytest.raises(RefusedError, match="--shadow"):
            await faces.arm("till/production/service-down", ANA)


async def test_a_silence_mutes_the_page_and_lets_it_go_when_it_ends(stage: Stage) -> None:
    """A silenced alert fires without a page; ended early, the page goes out."""
    async with stage.watching() as faces:
        now = stage.watchbook.clock.now()  # type: ignore[union-attr]
        made = await faces.silence(SilenceRequest("till", "Service Down", now + 3600, "planned work"), ANA)
        stage.till.healthy = False
        await until(lambda: stage.status("service-down") == "firing")
        assert stage.phone.of("trigger") == []
        await faces.end_silence(made.id, ANA)
        assert (await until(lambda: stage.phone.of("trigger")))[0]["alert"] == "Service Down"


async def test_disarmed_it_is_only_observed_also_after_a_restart(stage: Stage) -> None:
    """A person's word on arming outlives the process and stands above the wiring."""
    async with stage.watching() as faces:
        after = await faces.disarm("till/production/service-down", ANA)
        assert not after.armed
    async with stage.watching() as faces:
        stage.till.healthy = False
        await until(lambda: stage.status("service-down") == "firing")
        assert stage.phone.of("trigger") == []
        assert (await faces.arm("till/production/service-down", ANA)).armed
        assert await until(lambda: stage.phone.of("trigger"))


async def test_a_refusing_webhook_climbs_the_ladder(stage: Stage) -> None:
    """A webhook that refuses for good is no silence: the next person's page is tried at once, and the failure is shown."""
    stage.phone.status = 403
    async with stage.watching() as faces:
        stage.till.healthy = False
        await until(lambda: len(stage.journalled("page.failed")) >= 2)
        incident = (await faces.service("till")).incident
        assert incident is not None
        failed = {told.who for told in incident.told if told.state == "failed"}
        assert {"Ana Ruiz", "Bo Lindqvist"} <= failed


async def test_a_remedy_runs_on_the_record(stage: Stage) -> None:
    """The remedy of a cause asks once, with its command; confirmed, it runs in the runbook's folder."""
    async with stage.watching() as faces:
        run = await faces.start_run(RunRequest("till", cause="Database connection failure"), ANA)
        question = run.questions[0]
        assert question.kind == "confirm" and "touch database-started" in question.commands
        with pytest.raises(ConflictError):
            await faces.answer(question.id, "confirm", "another hash", ANA)
        await faces.answer(question.id, "confirm", question.content_hash, ANA)
        ended = await stage.watchbook.runs.ended(run.summary.id)  # type: ignore[union-attr]
        assert str(ended.state) == "completed"
        assert (stage.folder / "database-started").exists()
        assert [str(step.state) for step in (await faces.run(run.summary.id)).steps] == ["done"]


async def test_a_diagnosis_by_hand_waits_for_its_verdicts(stage: Stage) -> None:
    """Asked by a person while all is well: every cause is ruled out, and the symptom is measured."""
    async with stage.watching() as faces:
        await until(lambda: stage.status("service-down") == "ok")
        request = DiagnoseRequest("till", alert="Service Down", wait_s=20)
        diagnosis = await faces.diagnose(request, ANA)
        assert [str(one.verdict) for one in diagnosis.verdicts] == ["ruled_out", "ruled_out"]
        assert diagnosis.symptoms[0].holds is False
        with pytest.raises(NotFoundError, match="has no issue “nonsense”"):
            await faces.diagnose(DiagnoseRequest("till", issue="nonsense"), ANA)


async def test_names_that_nobody_wired_are_shown_and_go_to_the_console(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without contacts in the wiring the page stands on the console, and the board names who is not wired."""
    stage.write(wiring='version = 1\nlisten = "127.0.0.1:0"\narmed = "*"\ngroup_wait = "0s"\n')
    async with stage.watching() as faces:
        assert {one.name for one in (await faces.service("till")).unwired} >= {"Ana Ruiz", "Bo Lindqvist"}
        stage.till.healthy = False
        await until(lambda: stage.journalled("page.sent"))
    assert "Service Down: 0 of 3 instances healthy" in capsys.readouterr().err


async def test_the_journal_of_all_this_is_whole(stage: Stage) -> None:
    """Every chain verifies after pages, diagnoses and runs; the stream gives the entries in order."""
    async with stage.watching() as faces:
        stage.till.healthy = False
        await until(lambda: stage.phone.of("update"))
        assert all(not chain.problem for chain in await faces.verify_journal())
        seen = []
        async for event in faces.events(0):
            seen.append(event.kind)
            if event.kind == "diagnosis.ended":
                break
        assert seen.index("alert.firing") < seen.index("diagnosis.ended")


async def test_a_record_that_changed_in_the_store_is_read_again(stage: Stage) -> None:
    """Another hand wrote the alert's row: the watch reads it again and decides again, instead of conflicting for ever."""
    import sqlite3

    async with stage.watching():
        await until(lambda: stage.status("service-down") == "ok")
        with sqlite3.connect(stage.folder / ".watchbook" / "watchbook.sqlite") as other:
            other.execute("update alert_state set version = version + 7 where id like '%service-down'")
        other.close()
        stage.till.healthy = False
        assert (await until(lambda: stage.phone.of("trigger")))[0]["alert"] == "Service Down"
