"""The Markdown parser's flat tokens → blocks and headings of `reading.document`, in one walk.

Called by `reading.document.parse_document` only. It turns marks into spans and keeps lines of the source; it
joins nothing into sections and knows nothing of runbooks.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from watchbook.reading.blocks import (
    Block,
    Comment,
    Fence,
    Item,
    Line,
    List,
    Paragraph,
    Quote,
    Row,
    Span,
    Table,
)
from watchbook.reading.html_blocks import Heading, html_block

if TYPE_CHECKING:
    from markdown_it.token import Token


# Characters: a longer line is nobody's writing. It is one plain line without marks, read as far as this; in code it stays as
# it is. So reading stays linear: the Markdown parser and patterns take longer for one long line than for many short ones.
LONGEST_LINE = 20_000


class BlockBuilder:
    """Walks the parser's flat tokens once. `guard` is the stand-in for pipes, empty where there is none.

    `long` are the lines, by number, that the parser was given without their marks.
    """

    def __init__(
        self, tokens: "list[Token]", source: tuple[str, ...], guard: str, long: Mapping[int, str]
    ) -> None:
        self.tokens, self.source, self.guard, self.long = tokens, source, guard, long
        self.at = 0
        self.lifted: list[Block] = []  # tables inside list items, which stand behind their list

    def build(self) -> list[Block | Heading]:
        """All blocks and headings of the document, in order."""
        return self._blocks("")

    def _blocks(self, closing: str) -> list[Block | Heading]:
        found: list[Block | Heading] = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token.type == closing:
                break
            block = self._block(token)
            if block is not None:
                found.append(block)
                if not closing and self.lifted:
                    found += self.lifted
                    self.lifted = []
        return found

    def _block(self, token: "Token") -> Block | Heading | None:
        match token.type:
            case "paragraph_open":
                return self._paragraph(token)
            case "heading_open":
                return self._heading(token)
            case "bullet_list_open" | "ordered_list_open":
                return self._list(token)
            case "table_open":
                return self._table(token)
            case "fence" | "code_block":
                return self._fence(token)
            case "html_block":
                return self._html(token)
            case "blockquote_open":
                line, end = _lines_of(token)
                return Quote(_only_blocks(self._blocks("blockquote_close")), line, end)
        return None

    def _paragraph(self, token: "Token") -> Paragraph:
        lines = self._inline(self.tokens[self.at])
        self.at += 2  # inline, close
        line, end = _lines_of(token)
        return Paragraph(lines, line, end)

    def _heading(self, token: "Token") -> "Heading | Paragraph":
        lines = self._inline(self.tokens[self.at])
        self.at += 2
        if token.markup in "=-" and (len(lines) > 1 or lines[0].field(plain=False)):
            return Paragraph(lines, *_lines_of(token))  # a rule drawn right under a paragraph
        return Heading(lines[0] if lines else Line(_lines_of(token)[0], ""), int(token.tag[1]))

    def _list(self, token: "Token") -> List:
        ordered = token.type == "ordered_list_open"
        start = int(token.attrs.get("start", 1)) if ordered else None
        line, end = _lines_of(token)
        items: list[Item] = []
        closing = token.type.replace("_open", "_close")
        while self.at < len(self.tokens) and self.tokens[self.at].type != closing:
            opened = self.tokens[self.at]
            self.at += 1
            blocks = _only_blocks(self._blocks("list_item_close"))
            self.lifted += [block for block in blocks if isinstance(block, Table)]
            blocks = tuple(block for block in blocks if not isinstance(block, Table))
            items.append(_item(opened, blocks, None if start is None else start + len(items)))
        self.at += 1
        return List(tuple(items), ordered, line, end)

    def _table(self, token: "Token") -> Table:
        rows: list[Row] = []
        cells: list[Line] = []
        at = 0
        while self.tokens[self.at].type != "table_close":
            part = self.tokens[self.at]
            self.at += 1
            if part.type == "tr_open":
                at, cells = part.map[0] + 1 if part.map else at + 1, []
            elif part.type == "inline":
                found = self._inline(part, at)
                cells.append(found[0] if found else Line(at, ""))
            elif part.type == "tr_close":
                rows.append(Row(tuple(cells), at))
        self.at += 1
        line, end = _lines_of(token)
        return Table(rows[0], tuple(rows[1:]), line, max(end, rows[-1].line))

    def _fence(self, token: "Token") -> Fence:
        line, end = _lines_of(token)
        content = token.content.removesuffix("\n")
        if self.guard:
            content = content.replace(self.guard, "|")
        lines = tuple(content.split("\n")) if content else ()
        first = line + (token.type == "fence")
        if self.long:  # code is run as it is written, however long its lines are
            lines = tuple(
                self.long[first + index][-len(text) :] if first + index in self.long and text else text
                for index, text in enumerate(lines)
            )
        info = token.info.strip()
        if self.guard:
            info = info.replace(self.guard, "|")
        language, attributes = _split_info(info)
        if token.type == "code_block":
            return Fence("", "", lines, line, line + max(len(lines), 1) - 1, line, indented=True)
        end = min(end, len(self.source))
        closed = end > line and self.source[end - 1].strip(" \t>").startswith(token.markup)
        return Fence(language, attributes, lines, line, end, line + 1, closed)

    def _html(self, token: "Token") -> Block | Heading:
        line, end = _lines_of(token)
        text = token.content.replace(self.guard, "|") if self.guard else token.content
        stripped = text.strip()
        if stripped.startswith("<!--") and stripped.find("-->") in (-1, len(stripped) - 3):
            return Comment(stripped.removeprefix("<!--").removesuffix("-->").strip(), line, end)
        return html_block(text, line, end)

    def _inline(self, token: "Token", at: int | None = None) -> tuple[Line, ...]:
        number = at if at is not None else (token.map[0] + 1 if token.map else 1)
        children = token.children or []
        if self.guard and self.guard in token.content:
            for child in children:
                child.content = child.content.replace(self.guard, "|")
                if (
                    at is not None and child.type == "code_inline"
                ):  # a cell: GFM escapes the pipes of code as well
                    child.content = child.content.replace("\\|", "|")
        if not children:  # no marks: `reading.document` leaves the text as it is
            return tuple(
                Line(number + offset, text[:LONGEST_LINE].strip())
                for offset, text in enumerate(token.content.split("\n"))
            )
        if len(children) == 1 and children[0].type == "text":
            return (Line(number, children[0].content[:LONGEST_LINE].strip()),)
        return _InlineBuilder(number, token.content).build(children)


def _split_info(info: str) -> tuple[str, str]:
    """Language and attributes of a fence: ```` ```bash {name=deploy} ```` and ```` ```bash{name=deploy} ````."""
    found = re.match(r"([^\s{]*)\s*(.*)", info, re.DOTALL)
    return (found[1].casefold(), found[2].strip()) if found else ("", "")


def _lines_of(token: "Token") -> tuple[int, int]:
    """First and last line of a block, from 1."""
    if token.map is None:
        return 1, 1
    return token.map[0] + 1, max(token.map[1], token.map[0] + 1)


def _only_blocks(found: "list[Block | Heading]") -> tuple[Block, ...]:
    """Headings inside lists and quotes open no section: they are bold words there."""
    return tuple(
        Paragraph((block.line,), block.line.number, block.line.number)
        if isinstance(block, Heading)
        else block
        for block in found
    )


_TASK = re.compile(r"\[([ xX])\](?:\s+|$)")


def _item(token: "Token", blocks: tuple[Block, ...], number: int | None) -> Item:
    line, end = _lines_of(token)
    lines: tuple[Line, ...] = ()
    task = None
    if blocks and isinstance(blocks[0], Paragraph):
        lines, blocks = blocks[0].lines, blocks[1:]
        found = _TASK.match(lines[0].text) if lines else None
        if found:
            task = found[1] != " "
            lines = (lines[0].cut(found.end()), *lines[1:])
    last = max([line, *(part.end_line for part in (*lines, *blocks))])
    return Item(lines, blocks, line, min(end, last), number, task)


class _InlineBuilder:
    """Running text → lines with spans."""

    def __init__(self, number: int, content: str) -> None:
        self.number, self.content = number, content
        self.lines: list[Line] = []
        self.text = ""
        self.spans: list[Span] = []
        self.open: list[tuple[str, int, str]] = []  # kind, start, url
        self.cursor = 0
        self.folded = 0  # line ends inside code spans of this line

    def build(self, children: "list[Token]") -> tuple[Line, ...]:
        for child in children:
            self._add(child)
        self._end_line(0)
        return tuple(self.lines)

    def _add(self, child: "Token") -> None:
        kind = child.type
        if kind in ("text", "text_special"):
            self.text += child.content
        elif kind == "code_inline":
            self._code(child.content)
        elif kind in ("softbreak", "hardbreak"):
            self._end_line(1)
        elif kind in _OPENING:
            self.open.append((_OPENING[kind], len(self.text), str(child.attrs.get("href", ""))))
        elif kind in _CLOSING:
            self._close()
        elif kind == "html_inline":
            self._html(child.content)
        elif kind == "image":
            self.text += child.content

    def _code(self, code: str) -> None:
        start = len(self.text)
        self.text += code
        self.spans.append(Span("code", start, len(self.text), code))
        if "\n" in self.content:
            self._count_folded()

    def _count_folded(self) -> None:
        """A code span may go over several lines: those after it then start further down."""
        opening = self.content.find("`", self.cursor)
        if opening < 0:
            return
        run = re.compile("`+").match(self.content, opening)
        if run is None:
            return
        close = self.content.find(run[0], run.end())
        while (
            close >= 0 and self.content[close : close + len(run[0]) + 1].endswith("``") and len(run[0]) == 1
        ):
            close = self.content.find(run[0], close + 2)
        if close >= 0:
            self.folded += self.content.count("\n", opening, close)
            self.cursor = close + len(run[0])

    def _html(self, tag: str) -> None:
        if tag.startswith("<!--"):
            pass
        elif re.match(r"<br\s*/?>", tag, re.IGNORECASE):
            self.text += ", " if self.text.strip() and not self.text.rstrip().endswith((",", ":")) else ""
        elif not _MARKUP_TAG.match(tag):
            self.text += tag  # `<pod-name>` is a placeholder, not markup
        self.folded += tag.count("\n")

    def _close(self) -> None:
        if self.open:
            kind, start, url = self.open.pop()
            self.spans.append(Span(kind, start, len(self.text), self.text[start:], url))

    def _end_line(self, step: int) -> None:
        for (
            kind,
            start,
            url,
        ) in self.open:  # marks that go on in the next line are closed here and opened there
            self.spans.append(Span(kind, start, len(self.text), self.text[start:], url))
        self.spans.sort(key=lambda span: (span.start, -span.end))
        self.lines.append(Line(self.number, self.text, tuple(self.spans)).cut(0))
        self.text, self.spans = "", []
        self.open = [(kind, 0, url) for kind, _, url in self.open]
        self.number += step + self.folded
        self.folded = 0


_OPENING = {"strong_open": "strong", "em_open": "emphasis", "link_open": "link"}
_CLOSING = frozenset({"strong_close", "em_close", "link_close"})
_MARKUP_TAG = re.compile(
    r"</?(a|abbr|b|big|cite|code|del|details|div|em|font|h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p|pre|q|s|samp|small|span"
    r"|strike|strong|sub|summary|sup|table|tbody|td|th|thead|tr|tt|u|ul|var)(\s[^>]*)?/?>",
    re.IGNORECASE,
)
