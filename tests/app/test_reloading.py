"""A runbook that is edited while it is watched: what goes on, what is kept, what waits (rules 13, 22 and 33)."""

import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.app.stage import WIRING, Stage, staged, until

from watchbook.app import reloading
from watchbook.app.application import DiagnoseRequest, RunRequest, SilenceRequest
from watchbook.app.documents.loading import Revision, load_all
from watchbook.app.documents.sources import Snapshot
from watchbook.app.faces import Faces
from watchbook.app.views.watched import Actor, CheckView
from watchbook.app.watching.live import LiveService
from watchbook.model.errors import ConflictError, StoreError
from watchbook.model.ids import ServiceId
from watchbook.store.marks import Setting

ANA = Actor("ana")
pytestmark = pytest.mark.slow
DOWN = "| Service Down | Critical | 0 healthy instances | Page on-call immediately | 1s |\n"
RATE = "| High Error Rate | High | > 1% errors over 2s | Investigate within 15min | 1s |\n"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as made:
        yield made


async def test_an_edit_while_it_fires_pages_nobody_twice(stage: Stage) -> None:
    """Another text, response and ladder: the same episode; the resolve comes under the key that was paged."""
    async with stage.watching():
        stage.till.healthy = False
        first = (await until(lambda: stage.phone.of("trigger")))[0]
        await stage.edit(("Takes money", "Takes cards"), ("5 min each", "20 min each"), ("| 1s |", "| 2s |"))
        assert stage.journalled("document.changed")
        stage.till.healthy = True
        resolve = (await until(lambda: stage.phone.of("resolve")))[0]
        assert resolve["dedup_key"] == first["dedup_key"]
        assert len(stage.phone.of("trigger")) == 1 and not stage.phone.of("repeat")


async def test_a_new_row_is_watched_without_a_restart(stage: Stage) -> None:
    """A row that comes is evaluated at once, a check that comes is asked, and the probes of the others go on."""
    async with stage.watching() as faces:
        await until(lambda: stage.status("service-down") == "ok")
        await stage.edit(
            (
                DOWN,
                DOWN + "| Database Down | High | Database check fails | Page on-call immediately | 1s |\n",
            ),
            (
                "### Dependencies Health\n",
                f"### Dependencies Health\n- **Twin:** `GET {stage.till.url}/health`, every 0.2s\n",
            ),
        )
        stage.till.database = False
        page = (await until(lambda: stage.phone.of("trigger")))[0]
        assert page["alert"] == "Database Down"
        twin = next(one for one in (await faces.service("till")).checks if one.name == "Twin")
        assert twin.status == "healthy"


async def test_a_renamed_alert_is_the_same_alert(stage: Stage) -> None:
    """Under another name: the episode, the acknowledgement and the key go on, after a restart as well."""
    async with stage.watching():
        stage.till.healthy = False
        first = (await until(lambda: stage.phone.of("trigger")))[0]
        await stage.edit(
            ("| Service Down |", "| Till Down |"), ("**Alert:** Service Down", "**Alert:** Till Down")
        )
        assert stage.status("till-down") == "firing"
        assert "the same alert" in stage.journalled("alert.renamed")[0]["summary"]
    async with stage.watching() as faces:
        await until(lambda: stage.status("till-down") == "firing")
        assert [one.name for one in await faces.alerts()] == ["Till Down", "High Error Rate"]
        stage.till.healthy = True
        resolve = (await until(lambda: stage.phone.of("resolve")))[0]
        assert (resolve["dedup_key"], resolve["alert"]) == (first["dedup_key"], "Till Down")
        assert len(stage.phone.of("trigger")) == 1


async def test_a_row_that_is_gone_still_pages_also_after_a_restart(stage: Stage) -> None:
    """Deleted, the row keeps its last good reading: it pages, the watch starts anew with it, and the board says so."""
    async with stage.watching():
        await until(lambda: stage.status("service-down") == "ok")
        await stage.edit((DOWN, ""))
        assert "watched as it was last read" in stage.journalled("coverage.lost")[0]["summary"]
    async with stage.watching():
        await until(lambda: stage.status("service-down") == "ok")
        stage.till.healthy = False
        page = (await until(lambda: stage.phone.of("trigger")))[0]
        assert page["alert"] == "Service Down"
        await stage.edit(("| High Error Rate", DOWN + "| High Error Rate"))
        assert stage.journalled("coverage.restored")
        assert not stage.watchbook.live["till"].missing  # type: ignore[union-attr,index]
    assert len(stage.phone.of("trigger")) == 1


async def test_accepting_lets_a_lost_row_go_and_ends_its_episode(stage: Stage) -> None:
    """The owner hears of it, someone accepts, the open page ends with that reason; a stale look is refused."""
    stage.write(wiring=WIRING + '\n[rooms]\n"#till" = ["phone"]\n')
    path = stage.folder / "RUNBOOK.md"
    path.write_text(path.read_text().replace("## Contacts\n", "## Contacts\n\n**Team Channel:** #till\n"))
    async with stage.watching() as faces:
        stage.till.healthy = False
        first = (await until(lambda: stage.phone.of("trigger")))[0]
        await stage.edit((DOWN, ""))
        view = (await faces.service("till")).document
        assert (view.waits, [one.name for one in view.missing]) == (True, ["Service Down"])
        with pytest.raises(ConflictError, match="has changed again"):
            await faces.accept_document("till", view.digest, ANA, "another")
        after = await faces.accept_document("till", view.digest, ANA, view.content_hash)
        assert not after.waits and not after.missing
        resolve = (await until(lambda: stage.phone.of("resolve")))[0]
        assert resolve["dedup_key"] == first["dedup_key"]
        assert "removed from the runbook, accepted by ana" in resolve["summary"]

        async def left() -> bool:
            return [one.name for one in await faces.alerts()] == ["High Error Rate"]

        await until(left)
    async with stage.watching() as faces:
        assert [one.name for one in await faces.alerts()] == ["High Error Rate"]
        assert not (await faces.service("till")).document.waits


async def test_a_changed_command_waits_until_someone_accepts(stage: Stage) -> None:
    """The alerts of the new text count at once; a diagnosis runs what stood in the accepted one, and says what waits."""
    async with stage.watching() as faces:
        await stage.edit(("test -e RUNBOOK.md", "test -e OTHER.md"))
        view = (await faces.service("till")).document
        assert not view.trusted and "nobody has accepted them yet" in view.reason
        assert any("`test -e OTHER.md` would now run unattended" in one.says for one in view.changes)
        request = DiagnoseRequest("till", alert="Service Down", wait_s=20)
        verdicts = {one.cause: one for one in (await faces.diagnose(request, ANA)).verdicts}
        assert str(verdicts["Database connection failure"].verdict) == "ruled_out"
        assert "nobody has accepted them yet" in verdicts["Notes are missing"].evidence
        await faces.accept_document("till", view.digest, ANA, view.content_hash)
        verdicts = {one.cause: one for one in (await faces.diagnose(request, ANA)).verdicts}
        assert (
            str(verdicts["Notes are missing"].verdict) == "confirmed"
            or "exit 1" in verdicts["Notes are missing"].evidence
        )
        assert "ana accepted" in stage.journalled("document.accepted")[-1]["summary"]


async def test_a_text_can_be_approved_before_it_arrives(stage: Stage) -> None:
    """An approved digest runs its commands as soon as the text is there."""
    async with stage.watching() as faces:
        path = stage.folder / "RUNBOOK.md"
        text = path.read_text().replace("test -e RUNBOOK.md", "test -e OTHER.md")
        await faces.approve_digest(hashlib.sha256(text.encode()).hexdigest(), ANA, "reviewed")
        path.write_text(text)
        await stage.reload()
        view = (await faces.service("till")).document
        assert view.trusted and view.accepted_by == "ana"


async def test_a_check_whose_command_changed_runs_as_it_was_accepted(stage: Stage) -> None:
    """A command that changed runs as accepted, a new one is unknown with the reason, until someone accepts both."""
    checks = "### Dependencies Health\n- **Notes:** `test -e RUNBOOK.md`, every 0.2s\n"
    path = stage.folder / "RUNBOOK.md"
    path.write_text(path.read_text().replace("### Dependencies Health\n", checks))

    async with stage.watching() as faces:

        async def check(name: str) -> CheckView:
            return next(one for one in (await faces.service("till")).checks if one.name == name)

        async def is_(name: str, status: str) -> bool:
            return (await check(name)).status == status

        await until(lambda: is_("Notes", "healthy"))
        await stage.edit(
            ("- **Notes:** `test -e RUNBOOK.md`", "- **Notes:** `ls watchbook.toml`"),
            (", every 0.2s\n", ", every 0.2s\n- **Fresh:** `test -e watchbook.toml`, every 0.2s\n"),
        )
        await until(lambda: is_("Fresh", "unknown"))
        assert (await check("Notes")).target == "test -e RUNBOOK.md"
        assert "nobody has accepted" in (await check("Notes")).waits
        assert "nobody has accepted" in (await check("Fresh")).reason
        view = (await faces.service("till")).document
        await faces.accept_document("till", view.digest, ANA, view.content_hash)
        await until(lambda: is_("Fresh", "healthy"))


async def test_an_unreadable_text_keeps_the_last_good_one_and_says_so(stage: Stage) -> None:
    """Deleted or garbled, the runbook is watched as last read; /health, the board and the owner's alert say why."""
    path = stage.folder / "RUNBOOK.md"
    good = path.read_text()
    async with stage.watching() as faces:
        await until(lambda: stage.status("service-down") == "ok")
        for nothing in ("", "\n", "Half a sentence"):
            path.write_text(nothing)
            await stage.reload()
            document = (await faces.service("till")).document
            assert "RUNBOOK.md cannot be read: the file" in document.outdated, nothing
            assert [one.id for one in await faces.services()] == ["till"]
        path.write_bytes(b"\xff\xfe\x00garbled")
        await stage.reload()
        assert (
            faces.health().status == "unhealthy"
            and "last read of it is watched" in faces.health().problems[0]
        )
        assert "cannot be read" in (await faces.service("till")).document.outdated
        stage.till.healthy = False
        assert (await until(lambda: stage.phone.of("trigger")))[0]["alert"] == "Service Down"
    path.write_text("")
    async with stage.watching() as faces:
        await until(lambda: stage.status("service-down") == "firing")
        assert "the file is empty" in (await faces.service("till")).document.outdated
        path.write_text(good)
        await stage.reload()
        assert faces.health().status == "healthy"
        assert not (await faces.service("till")).document.outdated
        assert stage.journalled("document.readable")[0]["summary"].endswith("RUNBOOK.md can be read again")


async def test_a_service_that_no_source_describes_is_watched_until_someone_accepts(stage: Stage) -> None:
    """Renamed, the service's alerts go on under its old name; accepted, they are let go and stay so after a restart."""
    async with stage.watching() as faces:
        stage.till.healthy = False
        await until(lambda: stage.phone.of("trigger"))
        await stage.edit(("**Service:** Till", "**Service:** Cashier"), ("Runbook: Till", "Runbook: Cashier"))
        assert {one.id for one in await faces.services()} == {"till", "cashier"}
        assert "describes it no longer" in stage.journalled("document.gone")[0]["summary"]
    async with stage.watching() as faces:
        assert {one.id for one in await faces.services()} == {"till", "cashier"}
        assert stage.status("service-down") == "firing"
        view = (await faces.service("till")).document
        with pytest.raises(ConflictError, match="would end the watch over Till"):
            await faces.accept_document("till", view.digest, ANA)
        await faces.accept_document("till", view.digest, ANA, view.content_hash)
        assert [one.id for one in await faces.services()] == ["cashier"]
        assert "accepted by ana" in (await until(lambda: stage.phone.of("resolve")))[0]["summary"]
    async with stage.watching() as faces:
        assert [one.id for one in await faces.services()] == ["cashier"]


class _KilledError(BaseException):
    """Stands for kill -9 at that very point."""


async def test_a_kill_between_the_commit_and_the_swap_loses_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was committed and never swapped in is taken up at the next start: renamed, lost and firing as it was."""
    async with stage.watching():
        stage.till.healthy = False
        first = (await until(lambda: stage.phone.of("trigger")))[0]

        def killed(*_: object) -> None:
            raise _KilledError

        with monkeypatch.context() as patched:
            patched.setattr(reloading, "swap", killed)
            with pytest.raises(_KilledError):
                await stage.edit(("| Service Down |", "| Till Down |"), (RATE, ""))
    async with stage.watching() as faces:
        assert {one.name: bool(one.missing) for one in await faces.alerts()} == {
            "Till Down": False,
            "High Error Rate": True,
        }
        await until(lambda: stage.status("till-down") == "firing")
        stage.till.healthy = True
        assert (await until(lambda: stage.phone.of("resolve")))[0]["dedup_key"] == first["dedup_key"]
        assert len(stage.phone.of("trigger")) == 1 and not stage.phone.of("repeat")


async def test_a_text_that_cannot_be_recorded_waits_and_nothing_is_half(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the store takes no writes the watch goes on under the old text, whole; then it takes up the new one."""
    async with stage.watching() as faces:
        watchbook = stage.watchbook
        assert watchbook is not None
        await until(lambda: stage.status("service-down") == "ok")

        async def full(*_: object, **__: object) -> None:
            raise StoreError("the disk is full")

        with monkeypatch.context() as patched:
            patched.setattr(watchbook.store, "apply", full)
            await stage.edit(("| Service Down |", "| Till Down |"))
            assert [one.name for one in await faces.alerts()] == ["Service Down", "High Error Rate"]
            assert "Service Down" in (await faces.service("till")).document.text
        await stage.reload()
        assert [one.name for one in await faces.alerts()] == ["Till Down", "High Error Rate"]


async def test_environments_come_and_go(stage: Stage) -> None:
    """A new environment is watched at once; one without alerts goes as it came; production gone is kept and pages."""
    production = f"| production | {stage.till.url} | {', '.join(stage.till.instances)} |\n"
    staging = f"| staging | {stage.till.url} | |\n"
    async with stage.watching() as faces:
        await stage.edit((production, production + staging))
        await until(lambda: _environment(faces, "staging", "healthy"))
        await stage.edit((staging, ""))
        assert [one.name for one in (await faces.service("till")).environments] == ["production"]
        await stage.edit((production, staging))
        view = await faces.service("till")
        assert {one.name for one in view.environments} == {"production", "staging"}
        assert {row.name for row in view.document.missing} >= {"Service Down", "production"}
        stage.till.healthy = False
        pages = await until(
            lambda: [one for one in stage.phone.of("trigger") if one["environment"] == "production"]
        )
        assert pages[0]["alert"] == "Service Down"
        await faces.accept_document("till", view.document.digest, ANA, view.document.content_hash)
        assert [one.name for one in (await faces.service("till")).environments] == ["staging"]
        over = await until(
            lambda: [one for one in stage.phone.of("resolve") if one["environment"] == "production"]
        )
        assert over[0]["dedup_key"] == pages[0]["dedup_key"]


async def _environment(faces: Faces, name: str, status: str) -> bool:
    return any(
        (one.name, str(one.status)) == (name, status) for one in (await faces.service("till")).environments
    )


async def test_a_lost_check_that_an_armed_alert_needs_is_still_asked(stage: Stage) -> None:
    """The service check's row goes: instances are counted by its last good reading, after a restart as well."""
    endpoint = "- **Endpoint:** `GET /health` every 0.2s\n"
    expected = '- **Expected Response:** `{"status": "healthy"}`\n'
    async with stage.watching() as faces:
        await until(lambda: stage.status("service-down") == "ok")
        await stage.edit((endpoint, ""), (expected, ""))
        view = await faces.service("till")
        assert [(row.kind, row.needed) for row in view.document.missing] == [("check", True)]
    async with stage.watching():
        stage.till.healthy = False
        assert (await until(lambda: stage.phone.of("trigger")))[0]["summary"].startswith(
            "Service Down: 0 of 3 instances"
        )


async def test_a_diagnosis_says_that_its_commands_wait(stage: Stage) -> None:
    """With every command changed nothing runs, and whoever was paged hears why."""
    async with stage.watching():
        await stage.edit(
            ("`ls`", "`ls -l`"), ("test -e RUNBOOK.md", "test -e x"), ("--max-time 2 ", "--max-time 3 ")
        )
        stage.till.healthy = False
        await until(lambda: stage.phone.of("trigger"))
        said = (await until(lambda: stage.phone.of("update")))[0]["summary"]
        assert "was not diagnosed: the runbook's commands changed at" in said


async def test_another_query_of_the_document_is_measured_at_once(stage: Stage) -> None:
    """A figure's own query that changes is what its alert is measured by from then on; the pin does not outlive it."""
    figure = "- **Error Rate:** < 1%\n"
    async with stage.watching() as faces:
        await until(lambda: stage.status("high-error-rate") == "ok")
        await stage.edit((figure, "- **Error Rate:** < 1% `sum(http_requests_total) * 0 + 0.5`\n"))
        assert (await until(lambda: stage.phone.of("trigger")))[0]["alert"] == "High Error Rate"
        assert (await faces.service("till")).metrics[0].query == "sum(http_requests_total) * 0 + 0.5"


async def test_a_new_service_runs_nothing_unattended_until_someone_accepts(stage: Stage) -> None:
    """A file that is dropped into a watched folder brings alerts; its commands wait for a person."""
    async with stage.watching() as faces:
        path = stage.folder / "RUNBOOK.md"
        other = path.read_text().replace("**Service:** Till", "**Service:** Cashier")
        (stage.folder / "other-runbook.md").write_text(other.replace("Runbook: Till", "Runbook: Cashier"))
        await stage.reload()
        document = (await faces.service("cashier")).document
        assert not document.trusted and document.waits and document.accepted_at is None
        diagnosis = await faces.diagnose(DiagnoseRequest("cashier", alert="Service Down", wait_s=20), ANA)
        assert all("nobody has accepted" in one.evidence for one in diagnosis.verdicts)
        await faces.accept_document("cashier", document.digest, ANA, document.content_hash)
        diagnosis = await faces.diagnose(DiagnoseRequest("cashier", alert="Service Down", wait_s=20), ANA)
        assert [str(one.verdict) for one in diagnosis.verdicts] == ["ruled_out", "ruled_out"]


async def test_a_command_is_not_run_for_the_instances_of_a_new_service(stage: Stage) -> None:
    """Where the service's own check is a command, it waits for a person at every instance too, and then runs there."""
    async with stage.watching() as faces:
        text = (stage.folder / "RUNBOOK.md").read_text().replace("Till\n", "Cashier\n")
        text = text.replace(
            "- **Endpoint:** `GET /health` every 0.2s\n", "- **Drawer:** `ls drawer` every 0.2s\n"
        )
        text = text.replace('- **Expected Response:** `{"status": "healthy"}`\n', "")
        (stage.folder / "other-runbook.md").write_text(text)
        (stage.folder / "drawer").mkdir()
        await stage.reload()
        assert stage.watchbook is not None
        place = stage.watchbook.live[ServiceId("cashier")].places["production"]
        instances = await until(place.of_instances)
        await until(lambda: all(one.result for one in place.of_instances()))
        assert len(instances) == 3
        assert all("nobody has accepted" in one.reason for one in place.of_instances())
        document = (await faces.service("cashier")).document
        await faces.accept_document("cashier", document.digest, ANA, document.content_hash)
        await until(lambda: [one.status for one in place.of_instances()] == ["healthy"] * 3)


async def test_a_trusted_revision_waits_for_nobody(stage: Stage) -> None:
    """What comes from a git ref that the wiring declares trusted may run at once, and the journal says by what."""
    async with stage.watching() as faces:
        watchbook = stage.watchbook
        assert watchbook is not None
        text = (stage.folder / "RUNBOOK.md").read_text().replace("test -e RUNBOOK.md", "test -e OTHER.md")
        (stage.folder / "RUNBOOK.md").write_text(text)
        (loaded,) = load_all([stage.folder / "RUNBOOK.md"])
        revision = Revision("main@1a2b3c4 RUNBOOK.md", "1a2b3c4", trusted=True)
        await watchbook.reloading.apply(Snapshot({loaded.id: replace(loaded, revision=revision)}))
        document = (await faces.service("till")).document
        assert document.trusted and document.revision == "main@1a2b3c4 RUNBOOK.md"
        said = stage.journalled("document.accepted")[-1]["summary"]
        assert said.startswith("the trusted revision main@1a2b3c4 RUNBOOK.md accepted")


async def test_a_run_under_way_keeps_the_text_that_it_began_with(stage: Stage) -> None:
    """Rule 23: confirmed after an edit, the run does what was shown before it; a new run takes the new text."""
    async with stage.watching() as faces:
        run = await faces.start_run(RunRequest("till", "Restart"), ANA)
        await stage.edit(("touch restarted", "touch elsewhere"), ("test -e restarted", "test -e elsewhere"))
        question = run.questions[0]
        assert question.commands == (await faces.question(question.id)).commands
        await faces.answer(question.id, "confirm", question.content_hash, ANA)
        assert stage.watchbook is not None
        ended = await stage.watchbook.runs.ended(run.summary.id)
        assert str(ended.state) == "completed"
        assert (stage.folder / "restarted").exists() and not (stage.folder / "elsewhere").exists()
        with pytest.raises(ConflictError):
            await faces.start_run(RunRequest("till", "Restart", content_hash=question.content_hash), ANA)


async def test_a_kept_alert_can_be_silenced_and_disarmed(stage: Stage) -> None:
    """What pages although its row is gone takes people's words like any other."""
    async with stage.watching() as faces:
        await until(lambda: stage.status("service-down") == "ok")
        await stage.edit((DOWN, ""))
        now = stage.watchbook.clock.now()  # type: ignore[union-attr]
        await faces.silence(SilenceRequest("till", "Service Down", now + 3600, "it was deleted"), ANA)
        stage.till.healthy = False
        await until(lambda: stage.status("service-down") == "firing")
        assert stage.phone.of("trigger") == []
        assert not (await faces.disarm("till/production/service-down", ANA)).armed


async def test_one_text_that_cannot_be_taken_up_holds_no_other_back(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug over one runbook stands in /health and is tried again; the other runbook's new text is watched."""
    async with stage.watching() as faces:
        path = stage.folder / "RUNBOOK.md"
        other = path.read_text().replace("**Service:** Till", "**Service:** Cashier")
        (stage.folder / "other-runbook.md").write_text(other.replace("Runbook: Till", "Runbook: Cashier"))
        prepare = reloading.prepare

        def failing(fresh: LiveService, *rest: Any) -> Any:
            if fresh.id == "till":
                raise ValueError("a bug")
            return prepare(fresh, *rest)

        with monkeypatch.context() as patched:
            patched.setattr(reloading, "prepare", failing)
            await stage.edit(("| Service Down |", "| Till Down |"))
            assert {one.id for one in await faces.services()} == {"till", "cashier"}
            assert "could not be taken up: a bug" in faces.health().problems[0]
        await stage.reload()
        assert faces.health().problems == ()
        assert "Till Down" in [one.name for one in await faces.alerts("till")]


async def test_how_an_alert_is_measured_stays_pinned_under_its_new_name(stage: Stage) -> None:
    """Renamed while it is watched, or while nobody watched: the same query, also after a restart; so for a lost row."""
    name = "High Error Rate"

    async def pinned(alert: str) -> str:
        assert stage.watchbook is not None
        kept = await stage.watchbook.store.get(Setting, f"pin till/production/{alert}")
        return str(json.loads(kept.value)["measurement"]["query"]) if kept else ""

    async with stage.watching():
        query = await until(lambda: pinned("high-error-rate"))
        await stage.edit((f"| {name} |", "| Many Errors |"))
        assert await pinned("many-errors") == query
    path = stage.folder / "RUNBOOK.md"
    path.write_text(path.read_text().replace("| Many Errors |", "| Errors |"))
    async with stage.watching():
        assert await pinned("errors") == query
        await stage.edit((RATE.replace(name, "Errors"), ""), ("- **Error Rate:** < 1%\n", ""))
    async with stage.watching():
        assert stage.watchbook is not None
        place = stage.watchbook.live["till"].places["production"]  # type: ignore[index]
        assert place.bound["till/production/errors"].measurement.query == query
        assert place.watch.alerts["till/production/errors"].state.armed  # type: ignore[index]
