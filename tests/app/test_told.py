"""What people see of pages that are on their way."""

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
