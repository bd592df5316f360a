"""What people are told: of pages on their way, and of who accepted a text."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.app.stage import Stage, staged, until

pytestmark = pytest.mark.slow


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as made:
        yield made


async def test_a_page_that_is_tried_again_says_why(stage: Stage) -> None:
    """A webhook that answers 500 keeps its page due; the incident shows what it answered, until the page has left."""
    stage.phone.status = 500
    async with stage.watching() as faces:
        stage.till.healthy = False

        async def trying() -> bool:
            incident = (await faces.service("till")).incident
            told = incident.told if incident else ()
            return any(one.state == "due" and "answered 500" in one.problem for one in told)

        await until(trying)
        stage.phone.status = 200
        await until(lambda: stage.journalled("page.sent"))
        assert not await trying()


async def test_who_starts_the_watch_accepts_its_text(stage: Stage) -> None:
    """The journal says who it was, what text, and how; the same text is not accepted twice."""
    for _ in range(2):
        async with stage.watching():
            accepted = stage.journalled("document.accepted")
            assert len(accepted) == 1
    assert accepted[0]["summary"].startswith("the operator accepted RUNBOOK.md at ")
    assert " by starting the watch: its read-only commands may run unattended" in accepted[0]["summary"]
