"""Editing a runbook that `watchbook up` watches: taken up by itself, accepted by a person, also when it is killed."""

import asyncio
import random
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import async_playwright, expect
from tests.app.stage import Stage, staged, until
from tests.e2e.test_browser import ARGUMENTS
from tests.e2e.test_up import address, get, up, watchbook
from tests.programs import require_program

pytestmark = pytest.mark.slow
DOWN = "| Service Down | Critical | 0 healthy instances | Page on-call immediately | 1s |\n"
KILLS = 4


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as made:
        yield made


def edit(stage: Stage, *changes: tuple[str, str]) -> None:
    """The runbook with these replacements, each of which must be found."""
    path = stage.folder / "RUNBOOK.md"
    text = path.read_text()
    for old, new in changes:
        assert old in text, f"{old!r} does not stand in the runbook"
        text = text.replace(old, new)
    path.write_text(text)


async def alerts_of(url: str) -> dict[str, dict[str, Any]]:
    found = await asyncio.to_thread(get, f"{url}/api/v1/alerts")
    return {one["name"]: one for one in found["alerts"]}


async def document_of(url: str) -> dict[str, Any]:
    view = await asyncio.to_thread(get, f"{url}/api/v1/services/till")
    found: dict[str, Any] = view["document"]
    return found


async def test_an_edit_is_taken_up_and_accepted_on_the_command_line(stage: Stage) -> None:
    """Within seconds the new row is watched and the lost one kept; `accept` shows the changes, asks, and lets it go."""
    with up(stage) as process:
        url = await until(lambda: address(stage, process))
        edit(stage, (DOWN, ""), ("test -e RUNBOOK.md", "test -e OTHER.md"))
        await until(lambda: _kept(url, "Service Down"))

        def call(*arguments: str) -> "subprocess.CompletedProcess[str]":
            return watchbook(*arguments, folder=stage.folder)

        status = (await asyncio.to_thread(call, "status")).stdout
        assert "Service Down (alert): its row is gone from the runbook" in status
        assert "the text waits to be accepted: watchbook accept till" in status
        asked = await asyncio.to_thread(call, "accept")
        assert asked.returncode == 2 and "add --yes" in asked.stderr
        assert "runs more    `test -e OTHER.md` would now run unattended" in asked.stdout
        assert "let go       Service Down (alert)" in asked.stdout
        assert (await alerts_of(url))["Service Down"]["missing"]
        accepted = await asyncio.to_thread(call, "accept", "till", "--yes")
        assert (accepted.returncode, accepted.stdout.splitlines()[-1]) == (0, "Till: accepted.")
        assert "Service Down" not in await alerts_of(url)
        assert (await asyncio.to_thread(call, "accept")).stdout == "Nothing waits to be accepted.\n"
        assert (await asyncio.to_thread(call, "accept", "nonsense")).stderr.startswith(
            "watchbook: no service “nonsense” is watched here"
        )


async def _kept(url: str, name: str) -> bool:
    found = (await alerts_of(url)).get(name)
    return bool(found and found["missing"])


async def test_a_file_is_approved_before_it_arrives(stage: Stage) -> None:
    """`accept FILE` shows what it would run, and remembers its digest: put in place, its commands wait for nobody."""
    with up(stage) as process:
        url = await until(lambda: address(stage, process))
        path, draft = stage.folder / "RUNBOOK.md", stage.folder / "draft.md"
        draft.write_text(path.read_text().replace("test -e RUNBOOK.md", "test -e OTHER.md"))
        said = await asyncio.to_thread(watchbook, "accept", "draft.md", "--yes", folder=stage.folder)
        assert said.returncode == 0, said.stderr
        assert "`test -e OTHER.md` would now run unattended" in said.stdout
        draft.replace(path)
        before = (await document_of(url))["digest"]
        await until(lambda: _other(url, before))
        document = await document_of(url)
        assert document["trusted"] and not document["waits"]


async def _other(url: str, digest: str) -> bool:
    return bool((await document_of(url))["digest"] != digest)


async def test_up_says_what_starting_accepts(stage: Stage) -> None:
    """A text that changed while nobody watched is accepted by starting, and the starter reads what it runs now."""
    with up(stage) as process:
        await until(lambda: address(stage, process))
    edit(stage, ("test -e RUNBOOK.md", "test -e OTHER.md"))
    with up(stage) as process:
        await until(lambda: address(stage, process))
        process.terminate()
        out = (await asyncio.to_thread(process.communicate, timeout=15))[0]
    assert "RUNBOOK.md differs from what" in out and "starting accepts it" in out
    assert "`test -e OTHER.md` would now run unattended" in out


async def test_it_starts_again_over_a_text_that_cannot_be_read(stage: Stage) -> None:
    """Garbled or deleted while nobody watched, the runbook is watched as it was last read; a wrong path is an error."""
    with up(stage) as process:
        await until(lambda: address(stage, process))
    path = stage.folder / "RUNBOOK.md"
    text = path.read_text()
    path.unlink()
    with up(stage) as process:
        url = await until(lambda: address(stage, process))
        assert "cannot be read" in (await document_of(url))["outdated"]
        stage.till.healthy = False
        assert (await until(lambda: stage.phone.of("trigger")))[0]["alert"] == "Service Down"
        path.write_text(text)
        await until(lambda: _readable(url))
    refused = await asyncio.to_thread(watchbook, "up", "nowhere.md", folder=stage.folder)
    assert refused.returncode != 0 and "there is no such file" in refused.stderr


async def _readable(url: str) -> bool:
    return not (await document_of(url))["outdated"]


async def test_killed_again_and_again_while_it_is_edited_nobody_is_paged_twice(stage: Stage) -> None:
    """kill -9 at any moment around a reload: one trigger for the outage, and its resolve under the same key."""
    dice = random.Random(20261123)
    edits = [
        (("| Service Down |", "| Till Down |"), ("**Alert:** Service Down", "**Alert:** Till Down")),
        (("| High Error Rate |", "| Error Rate High |"),),
        (("| Till Down |", "| Service Down |"), ("**Alert:** Till Down", "**Alert:** Service Down")),
    ]
    first: dict[str, Any] = {}
    for number in range(KILLS):
        with up(stage) as process:
            await until(lambda process=process: address(stage, process))
            if number == 0:
                stage.till.healthy = False
                first = (await until(lambda: stage.phone.of("trigger")))[0]
            if number < len(edits):
                edit(stage, *edits[number])
            await asyncio.sleep(dice.uniform(1.5, 5.5))  # the moment of the kill, not a wait for something
    with up(stage) as process:
        url = await until(lambda: address(stage, process))
        assert set(await alerts_of(url)) == {"Service Down", "Error Rate High"}
        assert (await alerts_of(url))["Service Down"]["status"] == "firing"
        stage.till.healthy = True
        resolve = (await until(lambda: stage.phone.of("resolve")))[0]
        assert resolve["dedup_key"] == first["dedup_key"]
    assert len(stage.phone.of("trigger")) == 1


@pytest.mark.browser
async def test_a_person_accepts_on_the_board(stage: Stage) -> None:
    """The open page takes up the new text by itself, says what waits, shows the changes, and one button accepts them."""
    chromium = require_program("chromium")
    with up(stage) as process:
        url = await until(lambda: address(stage, process))
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            page = await browser.new_page()
            await page.goto(f"{url}/services/till")
            await page.fill("input[name=name]", "Eva Marchetti")
            await page.keyboard.press("Enter")
            await expect(page.get_by_text("Takes money")).to_be_visible()
            edit(
                stage, (DOWN, ""), ("test -e RUNBOOK.md", "test -e OTHER.md"), ("Takes money", "Takes cards")
            )
            await expect(page.get_by_text("Takes cards")).to_be_visible(timeout=20_000)
            await expect(page.get_by_text("its row is gone from the runbook").first).to_be_visible()
            await page.get_by_role("link", name="See what changed, and accept").click()
            await expect(page.get_by_text("would now run unattended")).to_be_visible()
            await expect(page.get_by_role("heading", name="Would be watched no longer")).to_be_visible()
            await page.get_by_role("button", name="Accept this text").click()
            await expect(page).to_have_url(f"{url}/services/till")
            await expect(page.get_by_text("waits for someone to accept it")).to_have_count(0)
            await page.goto(f"{url}/services/till/accept")
            await expect(page.get_by_text("Nothing waits.")).to_be_visible()
            await browser.close()
        assert "Service Down" not in await alerts_of(url)
    said = [one["summary"] for one in stage.journalled("document.accepted")]
    assert any(one.startswith("Eva Marchetti accepted") for one in said)
