"""The small reader of YAML reads as a whole one does (PyYAML, without types), or refuses."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from watchbook.reading.plain_yaml import Node, YamlError, read_yaml

READ = [
    'a: 1\nb:\n  - x\n  - y: 2\n    z: "q # r" # c\n  -\n    k: v\n',
    'a:\n- 1\n- [a, "b, c", {d: e f, g: 2}]\n',
    '{"a": [1, 2,\n {"b": "x: y"}], "c": "http://x", "e": ""}',
    "out: |\n  one\n    two\n\n  three # no comment\nnext: 1\n",
    "x: |-\n  a\n  b\ny: |+\n  c\n\nz: 1",
    "- - a\n  - b\n- c: 'it''s'\n",
    "k: curl -fsS http://x:80/a#b --x\n",
    "a: http://x:1 # hi\nb: x#y\n\"q: 1\": 2\n'r': s\n",
    '20s: {status: unhealthy, reason: "x: y"}\nHigh Error Rate: firing\nis down / not: 1\n',
    "# c\n---\n- a\n",
    "a: {b: http://x:80/y, c: d}\n",
    'a: "x" # c\nb: [x, # d\n  y,]\n',
    "a: ''\nb: {}\nc: []\nd:\ne: -5\n-f: +1\n",
    "just text",
    "t: |+\n  - x",
    "t: |\n  x",
    "t: |+\na: 1",
    "t: |\n\n  x\n\n",
    "- a:\n  - b\n  c: 3\n",
    "at: 2026-01-07T10:00\nyes: no\nnull: ~\n",
    "expr: sum(rate(x[5m]))\n    > 1\n\n  and y\nfor: 5m\n",
    'expr: "a\n    b\n\n    c \\\n    d"\nn: 1\n',
    "d: 'it''s\n  two'\n",
    "a: >-\n  one\n  two\n\n  three\n    four\n  five\n\nb: >\n  x\n",
    "a: |2-\n   x\n  y\n",
    'a: "\\x41\\u00e9\\t\\"\\/"\n',
    "- plain\n  goes on\n- next\n",
]
REFUSED = [
    ("a: b: c", 1),
    ("a: 1\na: 2", 2),
    ("a: [1,\n2", 2),
    ("a: &x 1", 1),
    ("a: *x", 1),
    ("a: !t x", 1),
    ("a: >2\n\n", 1),
    ("- |2\n   x", 1),
    ("a: |\n   \n  x", 1),
    ("a: x # c\n  y", 2),
    ("a: x\n  y: z", 2),
    ('a: "x\n  y', 1),
    ('a: "x\n  y" z', 2),
    ("a:\n\t- x", 2),
    ("a: 1\n---\nb: 2", 2),
    ('a: "x', 1),
    ("a: 'x' y", 1),
    ("? a", 1),
    ("a: -5\n- b", 2),
    ("a: [x: y]", 1),
    ("a: [1] 2", 1),
    ("a: {b}", 1),
    ("a:\n    b: 1\n  c: 2", 3),
    ('a: "\\q"', 1),
    ("[" * 100, 1),
]


def plain(node: Node) -> Any:
    """A node as values; what PyYAML gives without types."""
    if node.items is not None:
        return [plain(item) for item in node.items]
    if node.pairs is not None:
        return {pair.key: plain(pair.value) for pair in node.pairs}
    return node.text or ""


@pytest.mark.parametrize("text", READ)
def test_what_is_read_is_read_as_by_others(text: str) -> None:
    """The same values, whatever the form."""
    assert plain(read_yaml(text)) == yaml.load(text, yaml.BaseLoader)


@pytest.mark.parametrize(("text", "line"), REFUSED)
def test_what_is_beyond_it_is_refused_on_its_line(text: str, line: int) -> None:
    """Never a guess: a line and a reason."""
    with pytest.raises(YamlError) as refused:
        read_yaml(text)
    assert refused.value.line == line
    assert refused.value.what


def test_lines_are_those_of_the_file() -> None:
    """Also in brackets over several lines, and in a fence that begins further down."""
    node = read_yaml("a: 1\nb:\n  - x\n  - {c: 2,\n     d: 3}\n", 11)
    assert node.pairs is not None
    assert [pair.line for pair in node.pairs] == [11, 12]
    items = node.pairs[1].value.items
    assert items is not None and items[1].pairs is not None
    assert [item.line for item in items] == [13, 14]
    assert [pair.line for pair in items[1].pairs] == [14, 15]


_TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)
_VALUES = st.recursive(
    _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=12,
)


@given(_VALUES)
def test_json_is_read_as_it_was_written(value: Any) -> None:
    """Every value of JSON without numbers comes back."""
    import json

    for indent in (None, 2):
        assert plain(read_yaml(json.dumps(value, indent=indent))) == value


@given(st.text(st.sampled_from("ab:-#[]{}|\"',\n \t&\\"), max_size=40))
def test_any_text_is_read_as_by_others_or_refused(text: str) -> None:
    """It raises nothing but its own error, and where it reads, a whole reader of YAML reads the same."""
    try:
        mine = plain(read_yaml(text))
    except YamlError:
        return
    try:
        theirs = yaml.load(text, yaml.BaseLoader)
    except yaml.YAMLError:
        return  # more lenient than the standard in a corner: never differently read
    assert mine == ("" if theirs is None else theirs)


_LINES = st.sampled_from(
    ["a: 1", "b:", "  - x", "  - y: 2", "    z: 3", "- q", "c: |", "  t", "   u", "d: [1, 2]", "e: {f: g}", "  h: 'i'",
     "# c", "", "- - r", "-", "  k:", "    - l", 'm: "n" # o', "p: x # y", "g: |-", "{a: b,", " c: d}", "'v': w", "t: |+"]
)  # fmt: skip


@given(st.lists(_LINES, max_size=5))
def test_any_lines_are_read_as_by_others_or_refused(lines: list[str]) -> None:
    """What is read at all is read in the same way, and nothing is read that others refuse."""
    text = "\n".join(lines)
    try:
        mine = plain(read_yaml(text))
    except YamlError:
        return
    theirs = yaml.load(text, yaml.BaseLoader)
    assert mine == ("" if theirs is None else theirs)
