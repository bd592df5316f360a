"""YAML as compose files, manifests and rules are written: text → nodes with their lines.

Called by the modules of this package. It reads mappings, lists, plain and quoted texts, brackets on one line, and blocks
behind `|` and `>`. A value that needs more than that (an alias, a tag, a template) is *unknown*: a node that holds nothing,
so that a fact may be missing and is never wrong. Where the structure itself is not clear it raises `Unclear`.
"""

import json
import re
from dataclasses import dataclass, field

_KEY = re.compile(
    r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'\[\]{}#&*!|>%@`,-][^#]*?|-[^\s#][^#]*?)\s*:(?:\s+(.*))?$"""
)
_BLOCK = re.compile(r"([|>])[-+0-9]*$")
_ANCHOR = re.compile(r"&[\w.-]+(?:\s+|$)")
_DEEPEST = 60


class Unclear(ValueError):
    """The structure of a file is beyond this reader; the text says on which line."""


@dataclass(frozen=True, slots=True)
class Node:
    """A text, a list or a mapping; all three empty where a value is missing or unknown."""

    line: int = 0
    text: str = ""
    items: "tuple[Node, ...]" = ()
    pairs: "dict[str, Node]" = field(default_factory=dict)

    def at(self, *path: str) -> "Node":
        """What stands under these keys, an empty node where nothing does."""
        node = self
        for key in path:
            node = node.pairs.get(key, _NOTHING)
        return node

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts of a list; a single text is a list of one."""
        return tuple(item.text for item in self.items if item.text) or ((self.text,) if self.text else ())


_NOTHING = Node()


def read_outline(text: str) -> list[Node]:
    """The documents of a file. Raises `Unclear`."""
    documents: list[Node] = []
    part: list[str] = []
    start = 1
    for number, line in enumerate([*text.splitlines(), "---"], start=1):
        if line.rstrip() == "---" or line.startswith("--- "):
            reader = _Reader(part, start)
            if not reader.over:
                documents.append(reader.document())
            part, start = [], number + 1
        elif not line.startswith("%"):
            part.append(line)
        else:
            part.append("")
    return documents


class _Reader:
    def __init__(self, lines: list[str], first: int) -> None:
        self._lines, self._first, self._at = [line.rstrip() for line in lines], first, 0
        self._skip()

    @property
    def over(self) -> bool:
        return self._at >= len(self._lines)

    def document(self) -> Node:
        node = self._block(self._indent, 0)
        if not self.over:
            raise self._unclear()
        return node

    @property
    def _number(self) -> int:
        return self._first + self._at

    @property
    def _content(self) -> str:
        return self._lines[self._at].strip()

    @property
    def _indent(self) -> int:
        line = self._lines[self._at]
        return len(line) - len(line.lstrip(" "))

    @property
    def _is_item(self) -> bool:
        return self._content == "-" or self._content.startswith("- ")

    def _unclear(self) -> Unclear:
        return Unclear(f"line {self._number} is indented in a way that is not clear")

    def _skip(self) -> None:
        while not self.over and (not self._content or self._content.startswith("#")):
            self._at += 1
        if not self.over and "\t" in self._lines[self._at][: self._indent + 1]:
            raise self._unclear()

    def _block(self, indent: int, depth: int) -> Node:
        if depth > _DEEPEST:
            raise self._unclear()
        if self._is_item:
            return self._list(indent, depth)
        if _KEY.match(_bare(self._content)):
            return self._mapping(indent, depth)
        if self._content.startswith("{{"):
            raise Unclear(f"line {self._number} is a template")
        return self._value(_bare(self._content), indent - 1)

    def _list(self, indent: int, depth: int) -> Node:
        line, items = self._number, list[Node]()
        while self._stands(indent) and self._is_item:
            whole = self._lines[self._at]
            rest = whole[indent + 1 :]
            if not _bare(rest).strip():
                items.append(self._below(indent, depth, items_too=False))
                continue
            begin = indent + 1 + len(rest) - len(rest.lstrip())
            self._lines[self._at] = " " * begin + whole[begin:]
            items.append(self._block(begin, depth + 1))
        return Node(line, items=tuple(items))

    def _mapping(self, indent: int, depth: int) -> Node:
        line, pairs = self._number, dict[str, Node]()
        while self._stands(indent) and not self._is_item:
            found = _KEY.match(_bare(self._content))
            if found is None:
                raise self._unclear()
            key, rest = _unquoted(found[1]) or "", _ANCHOR.sub("", (found[2] or "").strip(), count=1)
            pairs[key] = self._value(rest, indent) if rest else self._below(indent, depth, items_too=True)
        return Node(line, pairs=pairs)

    def _stands(self, indent: int) -> bool:
        self._skip()
        if self.over or self._indent < indent:
            return False
        if self._indent > indent:
            raise self._unclear()
        return True

    def _below(self, indent: int, depth: int, *, items_too: bool) -> Node:
        line = self._number
        self._at += 1
        self._skip()
        if not self.over and (
            self._indent > indent or (items_too and self._is_item and self._indent == indent)
        ):
            return self._block(self._indent, depth + 1)
        return Node(line)

    def _value(self, rest: str, indent: int) -> Node:
        """The value that begins with `rest` on the present line, under a key at `indent`."""
        line = self._number
        self._at += 1
        block = _BLOCK.match(rest)
        more = self._deeper(indent)
        if block is not None:
            joined = "\n" if block[1] == "|" else " "
            return Node(line, text=joined.join(part.strip() for part in more).strip())
        whole = " ".join([rest, *(part.strip() for part in more)]) if more else rest
        if whole[0] in "[{":
            return _flow(whole, line)
        return Node(line, text=_unquoted(whole) or "")

    def _deeper(self, indent: int) -> list[str]:
        """The lines indented further than `indent`, which belong to the value above."""
        taken: list[str] = []
        while not self.over and (not self._content or self._indent > indent):
            taken.append(self._lines[self._at])
            self._at += 1
        return [part for part in taken if part.strip()]


_TOKEN = re.compile(
    r"""\s*("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[\[\]{},]|:(?=[\s,\]}]|$)|(?:[^\s,\[\]{}:]|\s+(?=[^\s,\[\]{}:])|:(?=\S))+)"""
)


def _flow(text: str, line: int) -> Node:
    """What stands in brackets or braces; an unknown value where that is not plain."""
    tokens: list[str] = []
    at = len(text) if "{{" in text else 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None:
            return Node(line)
        tokens.append(found[1])
        at = found.end()
    try:
        node = _taken(tokens, line, 0)
    except (IndexError, Unclear):
        return Node(line)
    return node if not tokens else Node(line)  # text behind the last bracket


def _taken(tokens: list[str], line: int, depth: int) -> Node:
    """The value at the beginning of the tokens, which are taken away. Raises where there is none."""
    first = tokens.pop(0)
    if first not in ("[", "{"):
        if first in ("]", "}", ",", ":"):
            raise Unclear
        return Node(line, text=_unquoted(first) or "")
    if depth > _DEEPEST:
        raise Unclear
    items, pairs = list[Node](), dict[str, Node]()
    while tokens[0] != ("]" if first == "[" else "}"):
        item = _taken(tokens, line, depth + 1)
        if first == "[":
            items.append(item)
        else:
            if tokens[0] == ":":
                tokens.pop(0)
            pairs[item.text] = Node(line) if tokens[0] in (",", "}") else _taken(tokens, line, depth + 1)
        if tokens[0] == ",":
            tokens.pop(0)
        elif tokens[0] not in ("]", "}"):
            raise Unclear
    tokens.pop(0)
    return Node(line, items=tuple(items), pairs=pairs)


def _unquoted(text: str) -> str | None:
    """The text without quotes; None where it is no text that this reader knows."""
    if text[:1] == "'" and text[-1:] == "'" and len(text) > 1:
        return text[1:-1].replace("''", "'")
    if text[:1] == '"' and text[-1:] == '"' and len(text) > 1:
        try:
            return str(json.loads(text, strict=False))
        except ValueError:
            return None  # an escape that only YAML has
    if not text or text[0] in "*!&|>{[%@`\"'" or "{{" in text:
        return None
    return text


def _bare(line: str) -> str:
    """The line without a comment; a `#` in quotes or inside a word is none."""
    quote = ""
    for position, character in enumerate(line):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'" and (position == 0 or line[position - 1] in " \t[,{:-'"):
            quote = character
        elif character == "#" and (position == 0 or line[position - 1].isspace()):
            return line[:position].rstrip()
    return line
