"""The runbook's text as passages: nothing of it is lost, nothing in it can act."""

import html
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.web.shop_text import TEXT, line_of
from tests.web.test_pages import check_page

from watchbook.web.prose import LIGHT, passages


def _html(text: str) -> str:
    return "".join(block.html for passage in passages(text) for block in passage.blocks)


ROOT = Path(__file__).parents[2]
SHIPPED = sorted(path for path in ROOT.glob("**/RUNBOOK.md") if ".venv" not in path.parts)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(ROOT)))
def test_runbooks_that_ship_are_sound_pages(path: Path) -> None:
    """Every runbook of this repository becomes well-formed HTML, and no line of its text is lost."""
    text = path.read_text()
    shown = LIGHT.sub("", _html(text))
    assert check_page(f"<main>{shown}</main>") == []
    said = "".join(html.unescape(re.sub(r"<[^>]+>", "", shown)).split())
    for line in text.splitlines():
        if line.startswith(("curl ", "./", "- **")) and "](" not in line and "<" not in line:
            plain = re.sub(r"[`*\s]", "", line.removeprefix("- "))
            assert plain in said.replace("*", ""), line


def test_passages_follow_the_headings() -> None:
    """One passage for each heading, with its lines and an anchor as code hosts make them."""
    found = {passage.title: passage for passage in passages(TEXT)}
    alerting = found["Alerting"]
    assert (alerting.level, alerting.anchor, alerting.start) == (3, "alerting", line_of("### Alerting"))
    assert found["Issue: Service is down / not responding"].anchor == "issue-service-is-down--not-responding"
    starts = [passage.start for passage in passages(TEXT)]
    assert starts == sorted(starts)


def test_repeated_headings_get_anchors_of_their_own() -> None:
    """The second Verify is reached, too."""
    assert [passage.anchor for passage in passages("## Verify\n\na\n\n## Verify\n\nb\n")] == [
        "verify",
        "verify-1",
    ]


def test_comments_are_hidden_and_html_is_text() -> None:
    """Guidance to authors is not content; a script in the text is only its letters."""
    shown = _html(
        "<!-- LLM: secret -->\n\n<script>alert(1)</script>\n\na <!-- inline --> b <img src=x onerror=y>\n"
    )
    assert "secret" not in shown
    assert "inline" not in shown
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown
    assert "<img" not in shown


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "vbscript:x", "data:text/html,x", "file:///etc/passwd"]
)
def test_links_cannot_run(url: str) -> None:
    """Only harmless schemes become links."""
    assert f'href="{url}' not in _html(f"[x]({url})")


def test_pictures_are_links() -> None:
    """The board loads nothing from elsewhere."""
    assert '<a href="https://shop.test/a.png" rel="noreferrer">plan</a>' in _html(
        "![plan](https://shop.test/a.png)"
    )


def test_items_and_rows_have_a_place_for_a_light() -> None:
    """Each list item and table row carries its own line once."""
    lines = [int(found) for found in LIGHT.findall(_html(TEXT)) if found.isdigit()]
    assert line_of("- **Database:**") in lines
    assert line_of("| Service Down") in lines
    assert len(lines) == len(set(lines))


def test_fields_stay_on_lines_of_their_own() -> None:
    """`**Owner:**` under `**Service:**` is a new line, a wrapped sentence is not."""
    shown = _html("**Service:** Shop\n**Owner:** Us\nand more\n")
    assert shown.count("<br>") == 1
    assert "Shop<br>" in shown


def test_tasks_are_boxes() -> None:
    """`- [x]` shows a ticked box."""
    shown = LIGHT.sub("", _html("- [ ] Review\n- [x] Done\n"))
    assert "<li>☐ Review</li>" in shown
    assert "<li>☑ Done</li>" in shown


def test_comments_in_commands_are_marked() -> None:
    """The lines that name a step stand apart from what runs."""
    assert '<pre data-language="bash"><code><i># Verify</i>\ncurl &lt;x&gt;</code></pre>' in _html(
        "```bash\n# Verify\ncurl <x>\n```\n"
    )


def test_a_flowchart_is_drawn_and_kept() -> None:
    """Mermaid becomes a drawing with its source beside it; another diagram stays source."""
    shown = _html("```mermaid\nflowchart LR\n A --> B\n```\n")
    assert "<svg" in shown
    assert "A --&gt; B" in shown
    assert "<svg" not in _html("```mermaid\nsequenceDiagram\n A->>B: x\n```\n")


@settings(deadline=None)
@given(st.text(alphabet="# -*`[]()<>!|~\n\\ab1.&\"'\x02\x03:/", max_size=300))
def test_any_text_gives_passages_without_active_content(text: str) -> None:
    """Whatever stands in a file, showing it neither fails nor opens an element of its own making."""
    allowed = "p|h[1-6]|ul|ol|li|em|strong|code|pre|i|a|br|hr|blockquote|table|thead|tbody|tr|th|td|s"
    shown = _html(text)
    for tag in re.findall(r"<\s*/?\s*([a-zA-Z0-9]+)", shown):
        assert re.fullmatch(allowed, tag), shown
    assert " on" not in html.unescape(" ".join(re.findall(r"<([^>]*)>", shown))).lower()
