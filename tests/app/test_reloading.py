"""A runbook that is edited while it is watched: what goes on, what is kept, what waits (rules 13, 22 and 33)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.app.stage import Stage, staged, until

from watchbook.app.views.watched import Actor

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
