"""The board's scripts in a real browser, over the fake application: freshness, quiet forms, the dead line, the phone."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect
from tests.api.conftest import Served
from tests.programs import require_program
from tests.web import shop_runs, shop_views
from tests.web.fake_application import FakeApplication

from watchbook.api import make_app
from watchbook.api.serving import open_socket, serve
from watchbook.api.settings import ServerSettings

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    chromium = require_program("chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
async def complaints() -> list[str]:
    """What the browser complains about: errors of scripts, and violations of the security policy."""
    return []


@pytest.fixture
async def page(browser: Browser, complaints: list[str]) -> Page:
    page = await browser.new_page(timezone_id="Europe/Berlin", viewport={"width": 1280, "height": 900})
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    return page


async def test_the_page_changes_by_itself(
    page: Page, server: str, application: FakeApplication, complaints: list[str]
) -> None:
    """When the service breaks, the open page says what is wrong: headline, title, lights, diagram."""
    application.view = shop_views.service(healthy=True)
    await page.goto(f"{server}/services/shop")
    await expect(page.locator(".headline")).to_contain_text("All well")
    while application.followers == 0:  # the browser has opened its stream
        await asyncio.sleep(0.01)
    application.view = shop_views.service(healthy=False)
    await application.happen("alert.firing", 101)
    await expect(page.locator(".incident h2")).to_have_text("Service Down: 0 of 3 instances healthy")
    await expect(page).to_have_title("▲ Shop: Service Down: 0 of 3 instances healthy")
    await expect(page.locator("#part-component-database")).to_have_class("tone bad")
    assert complaints == []


async def test_a_page_that_nobody_sees_still_calls(
    page: Page, server: str, application: FakeApplication
) -> None:
    """In a background tab the title and the words for a screen reader change when an alert fires."""
    application.view = shop_views.service(healthy=True)
    hide = "Object.defineProperty(document, 'hidden', { get: () => window.unseen === true })"
    await page.add_init_script(hide)
    await page.goto(f"{server}/services/shop")
    while application.followers == 0:
        await asyncio.sleep(0.01)
    await page.evaluate("window.unseen = true; document.dispatchEvent(new Event('visibilitychange'))")
    application.view = shop_views.service(healthy=False)
    await application.happen("alert.firing", 101)
    await expect(page).to_have_title("▲ Shop: Service Down: 0 of 3 instances healthy")
    await expect(page.locator("#said")).to_have_text("Shop: Service Down: 0 of 3 instances healthy")


async def test_moments_are_in_the_viewers_zone(page: Page, server: str) -> None:
    """03:12:04 UTC is 04:12:04 in Berlin, and the exact moment is in the title."""
    await page.goto(f"{server}/incidents/41")
    moment = page.locator(".timeline time").first
    await expect(moment).to_contain_text("04:12:04")
    assert await moment.get_attribute("title") == "2026-11-23T03:12:04Z"


async def test_acknowledging_stays_on_the_page(page: Page, server: str, application: FakeApplication) -> None:
    """One press, one request, no jump; the page shows who has it."""
    await page.goto(f"{server}/services/shop")
    await page.evaluate("window.same = true")
    await page.get_by_role("button", name="Acknowledge").click()
    await expect(page.locator(".people")).to_contain_text("root has it since")
    assert await page.evaluate("window.same")
    assert [asked[0] for asked in application.asked] == ["acknowledge"]


async def test_a_refusal_is_said_beside_the_button(
    page: Page, server: str, application: FakeApplication
) -> None:
    """An answer to a question about a text that has changed: the reason appears, nothing is lost."""
    question = replace(shop_runs.question(), content_hash="old")
    application.view = replace(shop_views.service(), questions=(question,))
    await page.goto(f"{server}/services/shop")
    await page.get_by_role("button", name="Yes, run it").click()
    said = page.get_by_role("alert")
    await expect(said).to_contain_text("the question was asked about another text")
    assert application.asked == []
    other = replace(question, id="q-6", text="And another one?")
    application.view = replace(application.view, questions=(question, other))
    await application.happen("question.asked", sequence=99)
    await expect(page.get_by_text("And another one?").first).to_be_visible()
    await expect(said).to_contain_text("the question was asked about another text")


async def test_what_is_being_typed_is_kept(page: Page, server: str, application: FakeApplication) -> None:
    """News does not take away a form that is being filled in, not even when its field is left; sent, it is empty again."""
    await page.goto(f"{server}/services/shop")
    await page.locator("summary", has_text="High Latency").click()
    field = page.locator("details[open] input[name=reason]")
    await field.fill("load te")
    while application.followers == 0:
        await asyncio.sleep(0.01)
    before = application.view
    application.view = replace(before, alerts=tuple(replace(one, status="pending") for one in before.alerts))
    async with page.expect_response("**/parts"):
        await application.happen("alert.pending", 105)
    await expect(field).to_have_value("load te")
    assert await field.evaluate("field => field === document.activeElement")
    await field.fill("load test")
    await page.locator("h1").click()
    async with page.expect_response("**/parts"):
        await application.happen("alert.pending", 106)
    await expect(field).to_have_value("load test")
    await page.get_by_role("button", name="Silence").first.press("Enter")
    await expect(field).to_have_value("")
    assert [asked[0] for asked in application.asked] == ["silence"]


async def test_an_open_detail_stays_open(page: Page, server: str, application: FakeApplication) -> None:
    """Looking at the evidence while something else happens does not close it."""
    await page.goto(f"{server}/services/shop")
    await page.locator(".evidences > summary").click()
    view = application.view
    assert view.incident
    application.view = replace(view, incident=replace(view.incident, title="Service Down: changed"))
    while application.followers == 0:
        await asyncio.sleep(0.01)
    await application.happen("incident.updated", 106)
    await expect(page.locator(".incident h2")).to_have_text("Service Down: changed")
    await expect(page.locator(".evidences")).to_have_attribute("open", "")


async def test_a_dead_line_is_said_and_mends(
    page: Page, served: Served, application: FakeApplication
) -> None:
    """When the server goes, the page says since when it is not live; when it comes back, it is live again."""
    await page.goto(f"{served.url}/services/shop")
    while application.followers == 0:
        await asyncio.sleep(0.01)
    await expect(page.locator("#line")).to_be_hidden()
    served.stop.set()
    await served.task
    await expect(page.locator("#line")).to_contain_text("Not live since")
    stop = asyncio.Event()
    opened = open_socket(served.url.removeprefix("http://"))
    again = asyncio.create_task(serve(make_app(application, ServerSettings(stop)), opened, stop))
    await expect(page.locator("#line")).to_be_hidden(timeout=15_000)
    stop.set()
    await again


async def test_pages_fit_every_width(page: Page, server: str) -> None:
    """No page scrolls sideways, not even on the smallest phone."""
    wide = []
    for path in (
        "/services/shop",
        "/runs/r-13",
        "/incidents/41",
        "/services/shop/journal",
        "/acknowledge/good",
        "/?all",
    ):
        for width in (360, 768, 1280):
            await page.set_viewport_size({"width": width, "height": 800})
            await page.goto(server + path)
            needed = await page.evaluate("document.documentElement.scrollWidth")
            wide += [(path, width, needed)] if needed > width else []
    assert wide == []


async def test_words_are_readable(page: Page, server: str) -> None:
    """Text keeps a contrast of 4.5 to 1 against its ground, by day and by night (WCAG 2.2, AA)."""
    for path in ("/services/shop", "/runs/r-13", "/services/shop/run?procedure=Rollback"):
        await page.goto(server + path)
        await page.emulate_media(color_scheme="light")
        assert await page.evaluate(CONTRAST) == []
        await page.emulate_media(color_scheme="dark")
        assert await page.evaluate(CONTRAST) == []


async def test_everything_works_without_scripts(
    browser: Browser, server: str, application: FakeApplication
) -> None:
    """Reading, acknowledging and running need no script."""
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{server}/services/shop")
    await page.get_by_role("button", name="Acknowledge").click()
    await expect(page.locator(".people")).to_contain_text("root has it")
    await page.get_by_role("link", name="Run on production…").click()
    await page.get_by_label("version").fill("1.1.0")
    await page.get_by_role("button", name="Show the commands").click()
    await page.get_by_role("button", name="Run 2 steps on production").click()
    await expect(page).to_have_url(f"{server}/runs/r-13")
    assert [asked[0] for asked in application.asked] == ["acknowledge", "start_run"]


# Every text of the page with less contrast than 4.5 to the nearest ground that is painted.
CONTRAST = """() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = numbers(colour).map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const colour = getComputedStyle(node).backgroundColor;
      if (numbers(colour)[3] !== 0) return colour;
    }
  };
  const poor = [];
  for (const node of document.querySelectorAll("body *")) {
    const says = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
    if (!says || node.closest("svg, .sr, noscript") || !node.checkVisibility()) continue;
    const [a, b] = [light(getComputedStyle(node).color), light(ground(node))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < 4.5) poor.push(`${node.className} ${node.textContent.trim().slice(0, 30)} ${contrast.toFixed(2)}`);
  }
  return [...new Set(poor)];
}"""
