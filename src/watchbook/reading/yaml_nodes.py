"""YAML, text → nodes with their lines. Pure; the parser is PyYAML's.

Called by whatever reads YAML: scenarios and rules in fences, the survey of a repository, lists of instances. Values stay
text: it knows no numbers, dates or truths, so that `on`, `1e3` and `2026-01-07` are what was written. What could be meant in
two ways is refused with its line: a key that is said twice, a key that is no text, a tag of somebody's own. It never makes
objects, and it keeps to a depth, so that no text can exhaust it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

DEEPEST = 60
MOST_NODES = 500_000
_TAGS_OF_YAML = "tag:yaml.org,2002:"


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
    """A text, a list or a mapping. Exactly one of `text`, `items` and `pairs` is not None, or none: an empty value.

    `quoted` says of a text that it stood in quotes or in a block, and is a text whatever it looks like.
    """

    line: int = 0
    text: str | None = None
    items: "tuple[Node, ...] | None" = None
    pairs: tuple[Pair, ...] | None = None
    quoted: bool = False

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

    def at(self, *path: str) -> "Node":
        """What stands under these keys; an empty node where nothing does."""
        node = self
        for key in path:
            node = next((pair.value for pair in node.entries if pair.key == key), _NOTHING)
        return node

    @property
    def said(self) -> str:
        """The text; empty where it is no text."""
        return self.text or ""

    @property
    def listed(self) -> "tuple[Node, ...]":
        """The items of a list; none where it is no list."""
        return self.items or ()

    @property
    def entries(self) -> tuple[Pair, ...]:
        """The entries of a mapping; none where it is no mapping."""
        return self.pairs or ()

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts of a list; a single text is a list of one."""
        return tuple(item.text for item in self.listed if item.text) or ((self.text,) if self.text else ())


_NOTHING = Node()


def read_yaml(text: str, first_line: int = 1) -> Node:
    """The one document that `text` is; `first_line` is the number of its first line. Raises `YamlError`."""
    documents = read_documents(text, first_line)
    if len(documents) > 1:
        raise YamlError(documents[1].line, "several documents in one file are not read")
    return documents[0] if documents else Node(first_line)


def read_documents(text: str, first_line: int = 1) -> list[Node]:
    """The documents of a file, in order. Raises `YamlError`."""
    import yaml

    try:
        return list(_Builder(_events(text), first_line).documents())
    except yaml.MarkedYAMLError as error:
        raise YamlError(_line_of(error, text) + first_line, _said(error, text)) from None
    except yaml.reader.ReaderError as error:
        at = text.encode("utf-8", "replace")[: error.position].count(b"\n")
        raise YamlError(at + first_line, "a character stands here that YAML does not allow") from None
    except yaml.YAMLError:
        raise YamlError(first_line, "this is not YAML") from None


def _events(text: str) -> Iterator[Any]:
    """The parser's events; libyaml's parser where PyYAML was built with it."""
    import yaml

    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    parse: Callable[..., Iterator[Any]] = yaml.parse
    return parse(text.encode("utf-8", "replace").decode(), Loader=loader)


_MENDED = {
    "found character that cannot start any token": "a value that begins with this character stands in quotes",
    "mapping values are not allowed in this context": "a text that holds a colon and a space stands in quotes; or this line"
    " is indented too far",
    "did not find expected key": "this line does not belong to what stands above it: check how far it is indented",
    "did not find expected '-' indicator": "an item of the list was expected: check how far this line is indented",
    "found unexpected end of stream": "a quote is never closed",
    "could not find expected ':'": "`KEY: VALUE` was expected",
    "found duplicate anchor": "an anchor is said twice",
}


def _line_of(error: Any, text: str) -> int:
    """Where it is wrong, from 0; what is never closed is wrong where it begins, not at the end of the text."""
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return 0
    last = text.rstrip().count("\n")
    if mark.line > last or "end of stream" in str(error.problem):
        mark = error.context_mark or mark
    return min(int(mark.line), last)


def _said(error: Any, text: str) -> str:
    """The parser's message in the words of this project, where it is a common one."""
    problem = str(error.problem or error.context or "this is not YAML").strip()
    line = text.split("\n")[_line_of(error, text)]
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "a tab indents this line: use spaces"
    return _MENDED.get(problem, problem)


class _Builder:
    """Makes nodes of events, with a stack of its own: no text is nested deeper than it can follow."""

    def __init__(self, events: Iterator[Any], first_line: int) -> None:
        self._events, self._first_line = events, first_line
        self._anchors: dict[str, Node] = {}
        self._open: list[_Part] = []
        self._count = 0

    def documents(self) -> Iterator[Node]:
        import yaml

        root: Node | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                self._anchors, root = {}, None
            elif isinstance(event, yaml.DocumentEndEvent):
                if root is not None and not root.empty:
                    yield root
            elif isinstance(event, yaml.events.CollectionStartEvent):
                self._begin(event, isinstance(event, yaml.SequenceStartEvent))
            elif isinstance(event, yaml.events.NodeEvent | yaml.events.CollectionEndEvent):
                root = self._take(self._finished(event)) or root

    def _line(self, event: Any) -> int:
        return int(event.start_mark.line) + self._first_line

    def _begin(self, event: Any, is_list: bool) -> None:
        line = self._line(event)
        self._count_one(line)
        if len(self._open) >= DEEPEST:
            raise YamlError(line, "this is nested too deeply")
        part = _Part(line, is_list, event.anchor, _is_own(event.tag))
        self._open.append(part)

    def _finished(self, event: Any) -> Node:
        import yaml

        line = self._line(event)
        if isinstance(event, yaml.events.CollectionEndEvent):
            part = self._open.pop()
            node = part.node()
            return self._anchored(part.anchor, node)
        self._count_one(line)
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise YamlError(line, f"nothing above is called &{event.anchor}")
            return self._anchors[event.anchor]
        if _is_own(event.tag):
            return Node(line)
        quoted = bool(event.style)
        nothing = not quoted and not event.value
        node = Node(line) if nothing else Node(line, text=event.value, quoted=quoted)
        return self._anchored(event.anchor, node)

    def _anchored(self, anchor: str | None, node: Node) -> Node:
        if anchor:
            self._anchors[anchor] = node
        return node

    def _count_one(self, line: int) -> None:
        self._count += 1
        if self._count > MOST_NODES:
            raise YamlError(line, "this is too large to be read")

    def _take(self, node: Node) -> Node | None:
        """Puts a node where it belongs; gives it back where it is the document."""
        if not self._open:
            return node
        self._open[-1].add(node)
        return None


def _is_own(tag: str | None) -> bool:
    """Whether a tag is somebody's own: what it means is not known here, so its value is none."""
    return tag is not None and tag != "!" and not tag.startswith(_TAGS_OF_YAML)


class _Part:
    """A list or mapping that is being read."""

    def __init__(self, line: int, is_list: bool, anchor: str | None, unknown: bool) -> None:
        self.anchor = anchor
        self._line, self._is_list, self._unknown = line, is_list, unknown
        self._items: list[Node] = []
        self._key: Node | None = None
        self._pairs: dict[str, Pair] = {}
        self._merged: list[Node] = []

    def add(self, node: Node) -> None:
        if self._is_list:
            self._items.append(node)
        elif self._key is None:
            if node.text is None:
                raise YamlError(node.line or self._line, "a key is a text, and this is none")
            self._key = node
        else:
            self._pair(self._key, node)
            self._key = None

    def _pair(self, key: Node, value: Node) -> None:
        name = key.text or ""
        if name == "<<" and not key.quoted:
            self._merged += value.listed or (value,)
        elif name in self._pairs:
            raise YamlError(key.line, f"“{name}” is said twice")
        else:
            self._pairs[name] = Pair(name, key.line, value)

    def node(self) -> Node:
        if self._unknown:
            return Node(self._line)
        if self._is_list:
            return Node(self._line, items=tuple(self._items))
        for merged in self._merged:  # what a mapping says itself goes before what it takes over
            for pair in merged.entries:
                self._pairs.setdefault(pair.key, pair)
        return Node(self._line, pairs=tuple(self._pairs.values()))
