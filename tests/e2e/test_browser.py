"""A person at the board: sees the service break, asks why, confirms the remedy, sees it recover.

Everything is real: the demo's shop, Watchbook, Debian's Chromium. With WATCHBOOK_SCREENSHOTS=1 the pictures of the README
are taken into docs/images, else into a temporary folder.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect
from tests.e2e.test_plays import free_base, watchbook
from tests.programs import require_program

from watchbook.app.demo.folder import PORTS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

IMAGES = Path(__file__).parents[2] / "docs" / "images"
LAPTOP = ViewportSize(width=1280, height=860)
PHONE = ViewportSize(width=390, height=844)
SOON_MS = 25_000
ZONE = "Europe/Berlin"
LARGEST_PAGE_BYTES = 60_000
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@dataclass(frozen=True)
class Demo:
    folder: Path
    board: str


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """The demo on ports of its own, stopped afterwards."""
    folder, base = tmp_path / "demo", free_base()
    started = watchbook("demo", "start", "--at", folder, "--ports", str(base))
    try:
        assert started.returncode == 0, started.stderr
        yield Demo(folder, f"http://127.0.0.1:{base + PORTS['the board']}")
    finally:
        watchbook("demo", "stop", "--at", folder)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    chromium = require_program("chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Where the pictures go."""
    chosen = IMAGES if os.environ.get("WATCHBOOK_SCREENSHOTS") == "1" else tmp_path / "images"
    chosen.mkdir(parents=True, exist_ok=True)
    return chosen


async def test_a_person_mends_the_service_from_the_board(demo: Demo, browser: Browser, images: Path) -> None:
    """The board changes when the service breaks, Diagnose confirms the cause, one confirmed remedy mends it."""
    page = await browser.new_page(viewport=LAPTOP, timezone_id=ZONE)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await _come_in(page, demo)
    await page.screenshot(path=images / "board-calm.png")

    broken = await asyncio.to_thread(watchbook, "demo", "break", "database", "--at", demo.folder)
    assert broken.returncode == 0, broken.stderr
    incident = page.locator(".incident")
    await expect(incident.locator("h2")).to_contain_text("Service Down", timeout=SOON_MS)
    await expect(incident.locator(".cause")).to_contain_text("Database connection failure", timeout=SOON_MS)
    await expect(page.locator(".people")).to_contain_text("Ana Ruiz told", timeout=SOON_MS)
    await expect(page.locator("#part-component-database")).to_have_class("tone bad", timeout=SOON_MS)
    await _take_pictures(browser, page, demo, images)

    await page.get_by_role("button", name="Diagnose again").click()
    issue = page.locator("section", has_text="Issue: Service is down").locator(".bar").first
    await expect(issue).to_contain_text("by Ana Ruiz: Database connection failure", timeout=SOON_MS)
    await page.get_by_role("button", name="Acknowledge").click()
    await expect(page.locator(".people")).to_contain_text("Ana Ruiz has it", timeout=SOON_MS)

    await _run_the_remedy(page, images)
    await page.goto(demo.board)
    await expect(page.locator(".headline")).to_contain_text("All well", timeout=2 * SOON_MS)
    await expect(incident).to_have_count(0)
    assert complaints == []


async def _come_in(page: Page, demo: Demo) -> None:
    """Opens the board, says who one is, and waits until everything is measured and well."""
    await page.goto(demo.board)
    await page.get_by_label("Who are you?").fill("Ana Ruiz")
    await page.get_by_role("button", name="Keep").click()
    await expect(page.locator(".headline")).to_contain_text("All well", timeout=SOON_MS)
    # Pictures want a past worth looking at.
    await _measured(page, demo, 30 if os.environ.get("WATCHBOOK_SCREENSHOTS") == "1" else 2)


async def _measured(page: Page, demo: Demo, points: int) -> None:
    """Waits until every figure of the board has a past of so many points."""
    async with asyncio.timeout(120):
        while True:
            answer = await page.request.get(f"{demo.board}/api/v1/services/shop")
            if all(len(metric["points"]) >= points for metric in (await answer.json())["metrics"]):
                return
            await asyncio.sleep(0.2)


async def _take_pictures(browser: Browser, page: Page, demo: Demo, images: Path) -> None:
    """The broken service at laptop and phone width, by day and by night, and its figures beside their part."""
    await page.screenshot(path=images / "board-laptop.png")
    await page.locator("#monitoring--alerts").evaluate("section => section.scrollIntoView()")
    await page.screenshot(path=images / "board-metrics.png")
    await page.evaluate("scrollTo(0, 0)")
    context = await browser.new_context(
        viewport=PHONE,
        color_scheme="dark",
        device_scale_factor=2,
        timezone_id=ZONE,
        storage_state=await page.context.storage_state(),
    )
    phone = await context.new_page()
    answer = await phone.goto(demo.board)
    assert answer is not None
    assert len(await answer.body()) < LARGEST_PAGE_BYTES
    await expect(phone.locator(".cause")).to_contain_text("confirmed")
    assert await phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    await phone.screenshot(path=images / "board-phone.png")
    await context.close()


async def _run_the_remedy(page: Page, images: Path) -> None:
    """From the next action over the page that shows every command to the run that ends well."""
    await page.get_by_role("link", name="Run on production…").click()
    await expect(page.locator(".steps")).to_contain_text("./db.sh start")
    await page.screenshot(path=images / "confirm.png")
    await page.get_by_role("button", name="on production").click()
    await expect(page.locator(".headline")).to_contain_text("Completed", timeout=2 * SOON_MS)
    await expect(page.locator(".steps")).to_contain_text('{"status": "healthy"}')
