"""`explain --html`: one page that holds everything, says everything that was read, and lets nothing in the text act."""

import asyncio
import html
import re
from pathlib import Path

import pytest
from playwright.async_api import async_playwright
from tests.e2e.test_browser import ARGUMENTS
from tests.programs import require_program
from tests.web.test_pages import check_page

from watchbook.model.runbook import Runbook
from watchbook.reading import read_runbook
from watchbook.web.explanation import explanation

ROOT = Path(__file__).parents[2]
GOLDEN = sorted((ROOT / "tests" / "reading" / "golden").glob("*.md"))
SHIPPED = [ROOT / "examples" / "01-shop" / "RUNBOOK.md", ROOT / "RUNBOOK.md"]


def _page(text: str) -> str:
    return explanation(read_runbook(text), text, "RUNBOOK.md")


def _said(page: str) -> str:
    """The words of a page, without marks and spaces."""
    return re.sub(r"\s", "", html.unescape(re.sub(r"<style>.*?</style>|<[^>]+>", "", page, flags=re.DOTALL)))


def _plain(text: str) -> str:
    return re.sub(r"[\s`]", "", text)


@pytest.mark.parametrize("path", [*GOLDEN, *SHIPPED], ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_reading_and_finding_stands_in_the_page(path: Path) -> None:
    """None is left out, the page is well formed, and its links to notes lead to notes."""
    text = path.read_text()
    runbook, page = read_runbook(text), _page(text)
    said = _said(page)
    for sentence in [*(one.says for one in runbook.readings), *(one.message for one in runbook.findings)]:
        assert _plain(sentence) in _plain(said), sentence
    assert [problem for problem in check_page(page) if "style or a handler" not in problem] == []
    ids = set(re.findall(r' id="([^"]+)"', page))
    assert set(re.findall(r'href="#(note-\d+)"', page)) <= ids


def _tone(page: str, words: str) -> str:
    """The tone of the passage that holds the words."""
    rows = re.findall(r'<section class="row (\w+)"[^>]*>\n<div>(.*?)</div>', page, re.DOTALL)
    (tone,) = [tone for tone, shown in rows if words in html.unescape(shown)]
    return str(tone)


def test_what_is_live_what_has_a_finding_and_what_is_prose() -> None:
    """One look tells them apart: the worst that is said of a passage marks it."""
    page = _page(
        (ROOT / "examples" / "01-shop" / "RUNBOOK.md")
        .read_text()
        .replace("Critical | 0 healthy instances", "Critical | it feels slow")
    )
    assert _tone(page, "<strong>Owner:</strong>") == "good"
    assert _tone(page, "it feels slow") == "bad"
    assert _tone(page, "Key Components") == "prose"
    row = re.search(r"<td>(<a [^>]+></a>)Service Down", page)
    assert row is not None and 'class="dot bad"' in row[1]
    assert re.search(r"<td><a class=\"dot good\"[^>]+></a>Instance Lost", page)


def test_lines_of_a_code_block_are_marked_one_by_one() -> None:
    """A step is live and the blank line below it is not."""
    page = _page((ROOT / "examples" / "01-shop" / "RUNBOOK.md").read_text())
    assert '<span class="good">./deploy.sh staging &lt;version&gt;</span><span class="prose"> </span>' in page


def test_nothing_is_loaded_and_nothing_can_act() -> None:
    """No script, no address that is fetched; HTML in the text is only letters; a policy forbids the rest."""
    page = _page(
        "# Operational Runbook: <b>x</b>\n\n<script>alert(1)</script>\n\n![a](https://evil.test/x.png)\n\n[b](javascript:alert(1))\n"
    )
    assert not re.search(r"<script|<img|<link|<iframe|@import|url\((?!#)| src=| on\w+=", page)
    assert 'href="javascript' not in page
    assert "default-src 'none'" in page
    assert "<title>&lt;b&gt;x&lt;/b&gt;" in page or "<title>x" in page


def test_a_secret_is_not_repeated() -> None:
    """The page is passed on to people who review it."""
    secret = "a8f5f167f44f" + "4964e6c998"
    assert secret not in _page(
        f"# Operational Runbook: x\n\n## Deployment\n\n```bash\n# Deploy\n./deploy.sh token={secret}\n```\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "<!-- only a comment -->\n",
        "no heading\n",
        "---\nservice: x\n---\n",
        "\ufeff# x\r\n\r\ny\r\n",
    ],
)
def test_odd_documents_are_pages_as_well(text: str) -> None:
    """Nothing to show is shown as that."""
    assert "</html>" in _page(text)
    assert "</html>" in explanation(Runbook(read_runbook("").service), "", "x")


@pytest.mark.browser
@pytest.mark.slow
async def test_it_works_offline_on_a_phone_and_in_the_dark(tmp_path: Path) -> None:
    """Chromium fetches nothing, reports nothing, and nothing is wider than the screen."""
    page_path = tmp_path / "explained.html"
    page_path.write_text(_page(SHIPPED[0].read_text()))
    async with async_playwright() as playwright, asyncio.timeout(60):
        browser = await playwright.chromium.launch(
            executable_path=require_program("chromium"), args=ARGUMENTS
        )
        for width, scheme in ((1280, "light"), (390, "dark")):
            context = await browser.new_context(
                viewport={"width": width, "height": 800},
                color_scheme=scheme,
                java_script_enabled=True,
                offline=True,
            )
            page = await context.new_page()
            heard: list[str] = []
            page.on("request", lambda request, heard=heard: heard.append(request.url))
            page.on("console", lambda message, heard=heard: heard.append(message.text))
            await page.goto(page_path.as_uri())
            assert heard == [page_path.as_uri()]
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            paper = await page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert (paper == "rgb(251, 250, 247)") == (scheme == "light")
        await browser.close()
