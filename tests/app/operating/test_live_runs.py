"""Runs inside a living watch: what the service does decides over their watch steps, and their failures page (27, 28)."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.app.stage import RUNBOOK, Stage, staged, until

from watchbook.app.application import RunRequest
from watchbook.app.faces import Faces
from watchbook.app.views.runs import QuestionView
from watchbook.app.views.watched import Actor

pytestmark = pytest.mark.slow
ANA = Actor("Ana Ruiz")

PROCEDURES = """### Deployment

**Careful:**
```bash
# Touch it
touch careful

# Monitor for 15 minutes

# Verify
test -e careful
```

**Rollback:**
```bash
# Put it back
test -e never-there
```

**Long:**
```bash
# Work until told
touch long; while test ! -e enough; do sleep 0.05; done

# Verify
test -e long
```

**Short:**
```bash
# Work a moment
touch short

# Verify
test -e short
```

**Restart:**
"""


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as made:
        made.write(RUNBOOK.replace("### Deployment\n\n**Restart:**\n", PROCEDURES))
        yield made


async def begin(faces: Faces, procedure: str) -> str:
    """Starts a run whose commands were confirmed; its id."""
    plan = await faces.plan_run(RunRequest("till", procedure=procedure))
    run = await faces.start_run(RunRequest("till", procedure=procedure, content_hash=plan.content_hash), ANA)
    return run.summary.id


async def asked(faces: Faces, kind: str) -> QuestionView:
    """The first open question of a kind."""
    return await eventually(faces.questions, lambda all_: [q for q in all_ if q.kind == kind])


async def eventually(look: Any, choose: Any) -> Any:
    """The first thing chosen from what `look` gives; looks often, with a deadline."""
    found: list[Any] = []

    async def again() -> None:
        found[:] = choose(await look())

    limit = time.monotonic() + 15
    while not found:
        assert time.monotonic() < limit, "it does not happen"
        await again()
        await asyncio.sleep(0.02)
    return found[0]


async def test_a_watch_step_fails_when_an_alert_begins_and_a_failed_rollback_pages(stage: Stage) -> None:
    """The deployment's quarter of an hour ends when the service goes down; the rollback that fails is a page."""
    async with stage.watching() as faces:
        run = await begin(faces, "Careful")
        await eventually(
            lambda: faces.run(run), lambda view: [view] if view.summary.state == "waiting" else []
        )
        stage.till.healthy = False
        question = await asked(faces, "failed")
        assert question.run == run and "during the watch" in question.text
        assert "rollback" in question.options
        await faces.answer(question.id, "rollback", question.content_hash, ANA)
        page = (
            await until(lambda: [p for p in stage.phone.of("trigger") if p["alert"] == "Rollback failed"])
        )[0]
        assert page["contact"] == "Ana Ruiz" and page["severity"] == "critical"
        again = await asked(faces, "failed")
        assert again.run != run
        await faces.answer(again.id, "reject", again.content_hash, ANA)
        over = (
            await until(lambda: [p for p in stage.phone.of("resolve") if p["alert"] == "Rollback failed"])
        )[0]
        assert over["dedup_key"] == page["dedup_key"] and "taken it up" in over["summary"]


async def test_a_second_changing_run_waits_and_names_the_first(stage: Stage) -> None:
    """Rule 28: queued visibly, and begun by itself when the first is over."""
    async with stage.watching() as faces:
        first = await begin(faces, "Long")
        await until((stage.folder / "long").exists)
        second = await begin(faces, "Short")
        queued = await eventually(
            lambda: faces.run(second), lambda view: [view] if view.summary.state == "queued" else []
        )
        assert queued.summary.holder == first and "Long" in queued.summary.reason
        assert not (stage.folder / "short").exists()
        (stage.folder / "enough").touch()
        await eventually(
            lambda: faces.run(second), lambda view: [view] if view.summary.state == "completed" else []
        )
        assert (await faces.run(first)).summary.state == "completed"


async def test_a_refused_page_about_a_run_is_said_on_the_console(stage: Stage) -> None:
    """No ladder climbs for it: when its webhook refuses for good, it must not vanish."""
    stage.phone.status = 404
    async with stage.watching() as faces:
        await begin(faces, "Careful")
        stage.till.healthy = False
        question = await asked(faces, "failed")
        await faces.answer(question.id, "rollback", question.content_hash, ANA)
        told = await until(
            lambda: [
                entry["data"]
                for entry in stage.journalled("page.sent")
                if entry["data"]["alert"] == "Rollback failed"
            ]
        )
        assert [(one["contact"], one["channel"]) for one in told] == [("Ana Ruiz", "console")]
