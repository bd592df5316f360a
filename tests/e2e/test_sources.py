"""`watchbook up` over a git repository: commits are taken up by themselves, and what is wrong with one is told."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from tests.app.stage import Stage, staged, until
from tests.e2e.test_up import WATCHBOOK, address, get, watchbook
from tests.world.repositories import PLAIN, Repo

pytestmark = pytest.mark.slow
ALERTS = """\
# Alerts

| Alert | Condition | Severity | Response |
|---|---|---|---|
| Slow | p95 > {}ms for 10min | High | Page on-call |
"""


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """The stage, with its runbook in a repository beside it instead of its folder."""
    for name, value in PLAIN.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "installation").mkdir()
    async with staged(tmp_path / "installation") as made:
        repo = Repo(tmp_path / "repo")
        text = (made.folder / "RUNBOOK.md").read_text()
        (made.folder / "RUNBOOK.md").unlink()
        more = "\n## Severity Levels\n\nSee [more](more.md)\n"
        repo.commit({"till/RUNBOOK.md": text + more, "till/more.md": ALERTS.format(500)})
        with (made.folder / "watchbook.toml").open("a") as wiring:
            wiring.write(
                '\n[[sources]]\nrepo = "../repo"\nref = "main"\nglob = "*/RUNBOOK.md"\nevery = "1s"\n'
            )
        yield made


@contextmanager
def up(stage: Stage) -> Iterator["subprocess.Popen[str]"]:
    """A running server over what the wiring names."""
    process = subprocess.Popen(
        [WATCHBOOK, "up"], cwd=stage.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _source(url: str) -> dict[str, Any]:
    (found,) = get(f"{url}/api/v1/sources")["sources"]
    return dict(found)


def _health(url: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = get(f"{url}/health")
    except HTTPError as error:
        found = json.load(error)
    return found


async def test_a_commit_is_taken_up_and_a_bad_one_is_not(stage: Stage) -> None:
    """The new row is watched; what is no text holds its commit back until it is mended; a restart without it goes on."""
    folder = Repo(stage.folder.parent / "repo")

    async def seen(url: str, commit: str) -> None:
        async def at() -> bool:
            return bool((await asyncio.to_thread(_source, url))["commit"] == commit)

        await until(at)

    with up(stage) as process:
        url = await until(lambda: address(stage, process))
        second = folder.commit({"till/more.md": ALERTS.format(800)})
        await seen(url, second)
        reading = await asyncio.to_thread(get, f"{url}/api/v1/services/till/reading")
        assert "till/more.md" in {one["path"].split(" ")[-1] for one in reading["files"]}
        bad = folder.commit({"till/more.md": b"\xff\xff"})

        async def told() -> bool:
            problems = (await asyncio.to_thread(_health, url)).get("problems", [])
            return any(f"{bad[:7]} does not apply" in one and "not UTF-8" in one for one in problems)

        await until(told)
        status = (await asyncio.to_thread(watchbook, "status", folder=stage.folder)).stdout
        assert f"at {second[:7]} for" in status and f"{bad[:7]} does not apply" in status
        good = folder.commit({"till/more.md": ALERTS.format(900)})
        await seen(url, good)

        async def well() -> bool:
            return bool((await asyncio.to_thread(_health, url))["status"] == "healthy")

        await until(well)
    folder.folder.rename(stage.folder.parent / "away")
    with up(stage) as process:
        url = await until(lambda: address(stage, process))
        assert (await asyncio.to_thread(_source, url))["commit"] == good
        assert (await asyncio.to_thread(get, f"{url}/api/v1/services/till"))["name"] == "Till"
