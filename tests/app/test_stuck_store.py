"""Rule 14 through the whole application: a page leaves also when nothing can be written, marked, and is recorded later."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.app.stage import Stage, staged, until

pytestmark = pytest.mark.slow


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as made:
        yield made


async def test_a_locked_database_does_not_hold_the_page_back(stage: Stage) -> None:
    """Another process locks the file: the page goes out marked, /health says why, and all is recorded when it lets go."""
    async with stage.watching() as faces:
        await until(lambda: stage.status("service-down") == "ok")
        locker = sqlite3.connect(stage.folder / ".watchbook" / "watchbook.sqlite", isolation_level=None)
        locker.execute("begin exclusive")
        try:
            stage.till.healthy = False
            page = (await until(lambda: stage.phone.of("trigger")))[0]
            assert page["recorded"] is False and page["summary"].startswith("[not recorded] Service Down")
            health = faces.health()
            assert health.status == "unhealthy" and "cannot be recorded" in health.problems[0]
        finally:
            locker.execute("rollback")
            locker.close()
        await until(lambda: faces.health().status == "healthy")
        await until(lambda: stage.journalled("page.sent"))
        stage.till.healthy = True
        resolve = (await until(lambda: stage.phone.of("resolve")))[0]
        assert resolve["dedup_key"] == page["dedup_key"]
        assert all(not chain.problem for chain in await faces.verify_journal())


async def test_a_change_does_not_happen_unrecorded(stage: Stage) -> None:
    """Unlike a page: a run whose start cannot be written down does not start (rule 23)."""
    from watchbook.app.application import RunRequest
    from watchbook.app.views.watched import Actor
    from watchbook.model.errors import StoreError

    async with stage.watching() as faces:
        plan = await faces.plan_run(RunRequest("till", procedure="Restart"))
        locker = sqlite3.connect(stage.folder / ".watchbook" / "watchbook.sqlite", isolation_level=None)
        locker.execute("begin exclusive")
        try:
            with pytest.raises(StoreError):
                await faces.start_run(
                    RunRequest("till", procedure="Restart", content_hash=plan.content_hash), Actor("ana")
                )
        finally:
            locker.execute("rollback")
            locker.close()
        assert not (stage.folder / "restarted").exists()
