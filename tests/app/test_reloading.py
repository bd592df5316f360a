"""A runbook that is edited while it is watched: what goes on, what is kept, what waits (rules 13, 22 and 33)."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.app.stage import WIRING, Stage, staged, until

from watchbook.app.application import DiagnoseRequest
from watchbook.app.views.watched import Actor, CheckView
from watchbook.model.errors import ConflictError

ANA = Actor("ana")
pytestmark = pytest.mark.slow
DOWN = "| Service Down | Critical | 0 healthy instances | Page on-call immediately | 1s |\n"


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
        assert [one.name for one in await faces.alerts()] == ["High Error Rate"]
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
        path.write_bytes(b"\xff\xfe\x00garbled")
        await stage.reload()
        assert faces.health().status == "unhealthy" and "cannot be read" in faces.health().problems[0]
        assert "cannot be read" in (await faces.service("till")).document.outdated
        stage.till.healthy = False
        assert (await until(lambda: stage.phone.of("trigger")))[0]["alert"] == "Service Down"
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
