"""The part of YAML that people write by hand, text → nodes with their lines. Pure.

Called by `reading.scenarios` and `reading.rule_fences`. It reads mappings, lists, quotes, `[…]` and `{…}` (so JSON
as well), comments, text over several lines (`reading.yaml_texts`). Everything beyond that (anchors, tags, several
documents) is refused with its line, so that nothing is ever read in another way than another reader of YAML would.
Values stay text: it knows no numbers or dates.
"""

import re
from dataclasses import dataclass

from watchbook.reading.yaml_texts import (
    block_mark,
    block_text,
    closing_quote,
    folded,
    unquoted_double,
    unquoted_single,
)

LONGEST_DEPTH = 40
_KEY = re.compile(
    r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'\[\]{}#&*!|>%@`,?-][^#]*?|-[^\s#][^#]*?)\s*:(?:\s+|$)"""
)
_SPECIAL = "&*!%@`>|{}[],?"
_SPACES = re.compile(r"[ ]*")


class YamlError(ValueError):
    """Text that is not read. `line` counts from 1; `what` says why, in one sentence without its full stop."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"line {line}: {what}")
        self.line, self.what = line, what


@dataclass(frozen=True, slots=True)
class Pair:
    """One entry of a mapping: its key, the line of the key, and its value."""

    key: str
    line: int
    value: "Node"


@dataclass(frozen=True, slots=True)
class Node:
    """A text, a list or a mapping. Exactly one of `text`, `items` and `pairs` is not None, or none: an empty value."""

    line: int
    text: str | None = None
    items: "tuple[Node, ...] | None" = None
    pairs: tuple[Pair, ...] | None = None

    @property
    def empty(self) -> bool:
        return self.text is None and self.items is None and self.pairs is None

    @property
    def kind(self) -> str:
        """What it is, as people say it."""
        if self.items is not None:
            return "a list"
        if self.pairs is not None:
            return "a mapping"
        return "nothing" if self.text is None else "a text"


def read_yaml(text: str, first_line: int = 1) -> Node:
    """The one document that `text` is; `first_line` is the number of its first line. Raises `YamlError`."""
    lines = text.split("\n")
    reader = _Reader([line.rstrip("\r") for line in lines], first_line)
    reader.skip()
    if reader.over:
        return Node(first_line)
    node = reader.value_at(reader.indent, 0)
    reader.skip()
    if not reader.over:
        raise reader.error("this line does not belong to what stands above it: check how far it is indented")
    return node


class _Reader:
    """Goes through the lines once. `at` is the present line, `column` where its unread part begins."""

    def __init__(self, lines: list[str], first_line: int) -> None:
        self._lines, self._first = lines, first_line
        self.at = 0

    @property
    def over(self) -> bool:
        return self.at >= len(self._lines)

    @property
    def number(self) -> int:
        return self._first + min(self.at, len(self._lines) - 1)

    @property
    def content(self) -> str:
        return self._lines[self.at].strip()

    @property
    def indent(self) -> int:
        line = self._lines[self.at]
        spaces = _SPACES.match(line)
        return len(spaces[0]) if spaces else 0

    def error(self, what: str) -> YamlError:
        return YamlError(self.number, what)

    def skip(self) -> None:
        """To the next line with content."""
        while not self.over and (not self.content or self.content.startswith("#")):
            self.at += 1
        if self.over:
            return
        if self.content in ("---", "...") or self.content.startswith("--- "):
            before = (line.strip() for line in self._lines[: self.at])
            if self.content == "---" and all(not line or line.startswith("#") for line in before):
                self._lines[self.at] = ""
                self.skip()
                return
            raise self.error("several documents in one file are not read")
        if "\t" in self._lines[self.at][: len(self._lines[self.at]) - len(self._lines[self.at].lstrip())]:
            raise self.error("a tab indents this line: use spaces")

    def value_at(self, indent: int, depth: int) -> Node:
        """The list, mapping or text that begins on the present line, indented by `indent`."""
        if depth > LONGEST_DEPTH:
            raise self.error("this is nested too deeply")
        if self.content == "-" or self.content.startswith("- "):
            return self._list(indent, depth)
        if _KEY.match(self.content) and self.content[0] not in "[{":
            return self._mapping(indent, depth)
        number, rest = self.number, self.content
        mark = block_mark(rest) if rest[0] in "|>" else None
        if mark is not None and mark[1]:
            raise self.error("an indentation behind `|` or `>` is read only behind a key")
        return self._scalar(rest, number, indent - 1)

    def _list(self, indent: int, depth: int) -> Node:
        number, items = self.number, list[Node]()
        while self._stands(indent) and (self.content == "-" or self.content.startswith("- ")):
            line = self._lines[self.at]
            rest = _without_comment(line[indent + 1 :]).strip()
            if not rest:
                items.append(self._below(indent, self.number, depth))
                continue
            after = line[indent + 1 :]
            begin = indent + 1 + len(after) - len(after.lstrip())
            self._lines[self.at] = " " * begin + line[begin:]
            items.append(self.value_at(begin, depth + 1))
        return Node(number, items=tuple(items))

    def _mapping(self, indent: int, depth: int) -> Node:
        number, pairs = self.number, list[Pair]()
        known: set[str] = set()
        while self._stands(indent):
            found = _KEY.match(self.content)
            if found is None:
                raise self.error("`KEY: VALUE` was expected")
            line, key = self.number, _unquoted(found[1], self.number)
            if key in known:
                raise self.error(f"“{key}” is said twice")
            known.add(key)
            rest = self.content[found.end() :].strip()
            if not _without_comment(rest).strip():
                value = self._below(indent, line, depth, lists_too=True)
            else:
                value = self._scalar(rest, line, indent)
            pairs.append(Pair(key, line, value))
        return Node(number, pairs=tuple(pairs))

    def _stands(self, indent: int) -> bool:
        """Whether the next line with content is indented by exactly `indent`."""
        self.skip()
        if self.over or self.indent < indent:
            return False
        if self.indent > indent:
            raise self.error("this line is indented too far, or belongs to nothing above it")
        return True

    def _below(self, indent: int, line: int, depth: int, *, lists_too: bool = False) -> Node:
        """What stands on the next lines, indented further; a list may stand as far out as its key."""
        self.at += 1
        self.skip()
        if self.over:
            return Node(line)
        is_list = self.content == "-" or self.content.startswith("- ")
        if self.indent > indent or (lists_too and is_list and self.indent == indent):
            return self.value_at(self.indent, depth + 1)
        return Node(line)

    def _scalar(self, rest: str, line: int, indent: int) -> Node:
        """A value that begins on the present line, whose key is indented by `indent`."""
        if rest[0] in "[{":
            return self._flow(rest, line)
        mark = block_mark(rest) if rest[0] in "|>" else None
        if mark is not None:
            return self._block(mark, line, indent)
        if rest[0] in "\"'":
            return self._quoted(rest, line)
        bare = _without_comment(rest).strip()
        self.at += 1
        if bare[0] in _SPECIAL or bare.startswith(("- ", "? ")):
            raise YamlError(line, f"a value may not begin with `{bare[0]}`: put it in quotes")
        if ": " in bare or bare.endswith(":"):
            raise YamlError(line, "a value that holds a colon and a space stands in quotes")
        return Node(line, text=self._plain(bare, indent, commented=bare != rest.strip()))

    def _plain(self, first: str, indent: int, commented: bool) -> str:
        """Plain text with the lines that go on with it, which are indented further than its key."""
        taken, blank = [first], list[str]()
        while not self.over and (not self.content or (self.indent > indent and self.content[0] != "#")):
            if not self.content:
                blank.append("")
                self.at += 1
                continue
            bare = _without_comment(self.content).strip()
            if commented or "\t" in self._lines[self.at][: self.indent + 1]:
                raise self.error("this line is indented too far, or belongs to nothing above it")
            if ": " in bare or bare.endswith(":"):
                raise self.error("this line is indented too far; a text that holds a colon stands in quotes")
            taken += [*blank, bare]
            blank, commented = [], bare != self.content
            self.at += 1
        return folded("\n".join(taken))

    def _quoted(self, rest: str, line: int) -> Node:
        """A text in quotes, over as many lines as it takes."""
        quote, parts, begin = rest[0], list[str](), 1
        while True:
            end = closing_quote(rest, quote, begin)
            if end >= 0:
                break
            parts.append(rest[begin:])
            self.at += 1
            if self.over or self.content in ("---", "..."):
                raise YamlError(line, "a quote is never closed")
            rest, begin = self._lines[self.at], 0
        behind = rest[end + 1 :]
        if _without_comment(behind).strip() or behind.startswith("#"):
            raise YamlError(self.number, "text stands behind the closing quote")
        self.at += 1
        parts.append(rest[begin:end])
        return Node(line, text=_inside(quote, "\n".join(parts), line))

    def _block(self, mark: tuple[str, int, str], line: int, indent: int) -> Node:
        """The lines below, without their common indentation; behind `>` joined to running text."""
        self.at += 1
        taken: list[str] = []
        while not self.over and (not self.content or self.indent > indent):
            taken.append(self._lines[self.at])
            self.at += 1
        filled = [part for part in taken if part.strip()]
        margin = len(filled[0]) - len(filled[0].lstrip(" ")) if filled else 0
        margin = max(indent, 0) + mark[1] if mark[1] else margin
        if any(part[:margin].strip(" ") for part in filled):
            raise YamlError(line, "a line of this text is indented less than its first")
        leading = taken[: taken.index(filled[0])] if filled else []
        if not mark[1] and any(len(part) > margin for part in leading):
            raise YamlError(line, "a blank line before this text is indented further than it")
        if not filled:
            if mark[1]:
                raise YamlError(line, "no text stands behind this mark")
            taken = [""] * len(taken)
        ended = bool(taken) and not self.over
        if taken and self.over and not taken[-1]:
            taken.pop()
            ended = True
        return Node(line, text=block_text(taken, margin, mark, ended))

    def _flow(self, rest: str, line: int) -> Node:
        """Brackets and braces, over as many lines as they take."""
        present = self._lines[self.at]
        present = present[present.find(rest, len(present) - len(present.lstrip())) :]
        flow = _Flow(present, line)
        try:
            node = flow.value(0)
        except YamlError:  # not on one line: most are, and the rest of the file need not be copied for them
            flow = _Flow("\n".join([present, *self._lines[self.at + 1 :]]), line)
            node = flow.value(0)
        end = flow.rest_of_line()
        if end.strip() and not end.strip().startswith("#"):
            raise YamlError(flow.line, f"“{end.strip()[:30]}” stands behind the closing bracket")
        self.at += flow.line - line + 1
        return node


class _Flow:
    """Reads `[…]`, `{…}` and what is in them, from the beginning of `source`."""

    def __init__(self, source: str, line: int) -> None:
        self._source, self._at, self.line = source, 0, line

    def value(self, depth: int) -> Node:
        if depth > LONGEST_DEPTH:
            raise YamlError(self.line, "this is nested too deeply")
        line, mark = self.line, self._peek()
        if mark == "[":
            return Node(line, items=tuple(self._items(depth)))
        if mark == "{":
            return Node(line, pairs=tuple(self._pairs(depth)))
        text, quoted = self._text("")
        return Node(line, text=text) if text or quoted else Node(line)

    def rest_of_line(self) -> str:
        end = self._source.find("\n", self._at)
        return self._source[self._at : len(self._source) if end < 0 else end]

    def _items(self, depth: int) -> list[Node]:
        found: list[Node] = []
        self._take("[")
        while self._peek() != "]":
            found.append(self.value(depth + 1))
            if self._peek() == ":":
                raise YamlError(self.line, "a pair in brackets stands in braces of its own")
            if self._peek() != "]":
                self._take(",")
        self._take("]")
        return found

    def _pairs(self, depth: int) -> list[Pair]:
        found: list[Pair] = []
        self._take("{")
        while self._peek() != "}":
            line = self.line
            key, _ = self._text(":")
            if key in {pair.key for pair in found}:
                raise YamlError(line, f"“{key}” is said twice")
            self._take(":")
            value = Node(self.line) if self._peek() in ",}" else self.value(depth + 1)
            found.append(Pair(key, line, value))
            if self._peek() != "}":
                self._take(",")
        self._take("}")
        return found

    def _peek(self) -> str:
        """The next character that is no space, line end or comment. Raises where the text is over."""
        while self._at < len(self._source):
            character = self._source[self._at]
            if character == "#" and (self._at == 0 or self._source[self._at - 1].isspace()):
                self._at += len(self.rest_of_line())
            elif character == "\n":
                self.line += 1
                self._at += 1
            elif character.isspace():
                self._at += 1
            else:
                return character
        raise YamlError(self.line, "a bracket is never closed")

    def _take(self, wanted: str) -> None:
        found = self._peek()
        if found != wanted:
            raise YamlError(self.line, f"`{wanted}` was expected, and `{found}` stands there")
        self._at += 1

    def _text(self, until: str) -> tuple[str, bool]:
        """A text up to the next comma or bracket (or a colon, for keys), and whether it was quoted."""
        mark = self._peek()
        if mark in "\"'":
            found = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\n]|\'\')*\'').match(self._source, self._at)
            if found is None:
                raise YamlError(self.line, "a quote is never closed")
            self._at = found.end()
            return _unquoted(found[0], self.line), True
        if mark in _SPECIAL or mark == ":":
            raise YamlError(self.line, f"a value may not begin with `{mark}`: put it in quotes")
        found = re.compile(r"(?:[^,\[\]{}\n:#]|:(?![\s,\]}\[{]|$)|(?<!\s)#)+").match(self._source, self._at)
        text = found[0] if found else ""
        self._at += len(text)
        if not until and self._source[self._at : self._at + 1] == ":":
            raise YamlError(self.line, "a value that holds a colon and a space stands in quotes")
        return text.strip(), False


def _unquoted(text: str, line: int) -> str:
    """A text on one line without its quotes, if it has any."""
    if text[0] not in "\"'":
        return text
    if closing_quote(text, text[0], 1) != len(text) - 1:
        raise YamlError(line, "a quote is never closed, or text stands behind it")
    return _inside(text[0], text[1:-1], line)


def _inside(quote: str, inside: str, line: int) -> str:
    """What stands between two quotes, resolved."""
    read = unquoted_single(inside) if quote == "'" else unquoted_double(inside)
    if read is None:
        raise YamlError(line, "this text in double quotes holds an escape that is not known")
    return read


def _without_comment(text: str) -> str:
    """The text without a comment behind it; a `#` in quotes or inside a word is none."""
    stripped = text.lstrip()
    quote = stripped[:1] if stripped[:1] in ("'", '"') else ""
    begin = len(text) - len(stripped)
    if quote:
        closing = re.compile(r'"(?:[^"\\]|\\.)*"' if quote == '"' else r"'(?:[^']|'')*'").match(stripped)
        begin += closing.end() if closing else len(stripped)
    found = re.compile(r"(?:^|(?<=\s))#").search(text, begin)
    return text[: found.start()] if found else text
