"""The runbook's text as HTML passages, so that what is alive can stand beside each of them. Pure.

Called by `web.arrangement`. A passage is a heading with the blocks up to the next heading; every block knows its lines.
Comments are hidden, raw HTML is shown as text, and list items and table rows carry a place for a light. It knows nothing
of what the text means: that is `reading`'s.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from watchbook.web import diagram

# The place of a light: the source line, or a component's name, between two control characters.
LIGHT = re.compile("\x02([^\x03]*)\x03")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TASK = re.compile(r"\[([ xX])\][ \t]+")
_NOT_ANCHOR = re.compile(r"[^\w\- ]+")
DEEPEST = 4  # headings below stay inside their passage


@dataclass(frozen=True, slots=True)
class Block:
    """One top-level block: lines `start` to `end` of the source (1-based, inclusive) and its HTML."""

    start: int
    end: int
    html: str
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """A heading and what stands under it. `level` 0 is text before the first heading."""

    level: int
    title: str
    anchor: str
    start: int
    end: int
    blocks: tuple[Block, ...]


class _Renderer(RendererHTML):
    """markdown-it's own renderer, but for HTML, fences, images, and places for lights."""

    def html_block(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: EnvType) -> str:
        shown = _COMMENT.sub("", tokens[idx].content).strip()
        return f"<p>{html.escape(shown)}</p>\n" if shown else ""

    def html_inline(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: EnvType) -> str:
        return html.escape(_COMMENT.sub("", tokens[idx].content))

    def image(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: EnvType) -> str:
        """A link instead of a picture: the board loads nothing from elsewhere."""
        source = html.escape(str(tokens[idx].attrGet("src") or ""))
        return f'<a href="{source}" rel="noreferrer">{html.escape(tokens[idx].content or "picture")}</a>'

    def fence(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: EnvType) -> str:
        token = tokens[idx]
        drawn = diagram.draw(token.content) if token.info.strip().startswith("mermaid") else None
        if drawn is not None:
            source = html.escape(token.content.rstrip(), quote=False)
            return f'{drawn}<details class="ui"><summary>As written</summary><pre>{source}</pre></details>\n'
        lines = [_fence_line(line) for line in token.content.rstrip("\n").split("\n")]
        language = html.escape((token.info.split() or ["text"])[0])
        return f'<pre data-language="{language}"><code>{chr(10).join(lines)}</code></pre>\n'

    def softbreak(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: EnvType) -> str:
        """Fields that follow each other (`**Owner:** …`) stay on lines of their own, as the author wrote them."""
        following = (token for token in tokens[idx + 1 :] if token.type != "text" or token.content)
        field = next((token.type == "strong_open" for token in following), False)
        return "<br>\n" if field else "\n"

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        tokens[idx].attrSet("rel", "noreferrer")
        return self.renderToken(tokens, idx, options, env)


def _fence_line(line: str) -> str:
    shown = html.escape(line, quote=False)
    return f"<i>{shown}</i>" if line.lstrip().startswith("#") else shown


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True}, renderer_cls=_Renderer).enable(["table", "strikethrough"])


@lru_cache(maxsize=128)
def passages(text: str) -> tuple[Passage, ...]:
    """The text in passages, in order; every line of content is in one of them."""
    parser = _parser()
    text = text.translate({2: None, 3: None})  # control characters of our own
    blocks: list[tuple[Block, int, str]] = []
    env: dict[str, Any] = {}
    for group in _top_level(parser.parse(text, env)):
        _place_lights(group)
        start, end = group[0].map or (0, 0)
        level = int(group[0].tag[1]) if group[0].type == "heading_open" else 0
        shown = parser.renderer.render(group, parser.options, env)
        title = _plain(group[1]) if level else ""
        blocks.append((Block(start + 1, max(end, start + 1), shown, bool(level)), level, title))
    return tuple(_gather(blocks))


def _top_level(tokens: list[Token]) -> list[list[Token]]:
    groups: list[list[Token]] = []
    depth = 0
    for token in tokens:
        if depth == 0:
            groups.append([])
        groups[-1].append(token)
        depth += token.nesting
    return groups


def _place_lights(tokens: list[Token]) -> None:
    """Marks the first text of every list item and the first cell of every row with its source line."""
    line: int | None = None
    for token in tokens:
        if token.type in ("list_item_open", "tr_open") and token.map:
            line = token.map[0] + 1
        elif token.type == "inline" and line is not None:
            children = token.children or []
            _take_task(children)
            children.insert(0, Token("text", "", 0, content=f"\x02{line}\x03"))
            line = None


def _take_task(children: list[Token]) -> None:
    """`[ ] Review` becomes a box before the text."""
    if children and children[0].type == "text" and (task := _TASK.match(children[0].content)):
        box = "☐" if task.group(1) == " " else "☑"
        children[0].content = f"{box} {children[0].content[task.end() :]}"


def _plain(inline: Token) -> str:
    kept = ("text", "code_inline")
    return "".join(child.content for child in inline.children or [] if child.type in kept).strip()


def _gather(blocks: list[tuple[Block, int, str]]) -> list[Passage]:
    found: list[Passage] = []
    used: dict[str, int] = {}
    current: list[Block] = []
    level, title = 0, ""

    def close() -> None:
        if current:
            end = max(block.end for block in current)
            found.append(Passage(level, title, _anchor(title, used), current[0].start, end, tuple(current)))

    for block, block_level, block_title in blocks:
        if block.html.startswith("<hr"):
            continue  # headings draw their own line
        if 0 < block_level <= DEEPEST:
            close()
            current, level, title = [], block_level, block_title
        current.append(block)
    close()
    return found


def _anchor(title: str, used: dict[str, int]) -> str:
    """As code hosts make them: lower case, hyphens, numbered when repeated."""
    anchor = _NOT_ANCHOR.sub("", title.casefold()).strip().replace(" ", "-") or "top"
    count = used.get(anchor, 0)
    used[anchor] = count + 1
    return f"{anchor}-{count}" if count else anchor
