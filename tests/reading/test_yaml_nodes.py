"""YAML as nodes with their lines: the values are those of PyYAML without types, or the text is refused."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from watchbook.reading.yaml_nodes import Node, YamlError, read_documents, read_yaml

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # libyaml's, as the reader itself
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
    ("a: [1,\n2", 1),
    ("a: *x", 1),
    ("a: x # c\n  y", 2),
    ("a: x\n  y: z", 2),
    ('a: "x\n  y', 1),
    ('a: "x\n  y" z', 2),
    ("a:\n\t- x", 2),
    ("a: 1\n---\nb: 2", 3),
    ('a: "x', 1),
    ("a: 'x' y", 1),
    ("? [a]\n: b", 1),
    ("a: -5\n- b", 2),
    ("a: [1] 2", 1),
    ("a:\n    b: 1\n  c: 2", 3),
    ('a: "\\q"', 1),
    ("a: @b", 1),
    ("a: {{ b }}", 1),
    ("a: 1\nb: \x07", 2),
    ("[" * 100, 1),
    ("- " * 100_000, 1),
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
    assert plain(read_yaml(text)) == yaml.load(text, _LOADER)


@pytest.mark.parametrize(("text", "line"), REFUSED)
def test_what_has_no_one_meaning_is_refused_on_its_line(text: str, line: int) -> None:
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


_TEXTS = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=("Cs", "Cc")), max_size=12)
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
    theirs = yaml.load(text, _LOADER)
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
    theirs = yaml.load(text, _LOADER)
    assert mine == ("" if theirs is None else theirs)


def test_names_and_merges_stand_for_what_they_name() -> None:
    """An alias is what its anchor names; what a mapping says itself goes before what it takes over."""
    node = read_yaml("base: &b {a: 1, c: 2}\nshop:\n  <<: *b\n  a: 3\nlist: [*b]\n")
    assert plain(node.at("shop")) == {"a": "3", "c": "2"}
    assert plain(node.at("list")) == [{"a": "1", "c": "2"}]


def test_a_tag_of_somebody_s_own_has_no_value() -> None:
    """What `!vault` makes of its text is not known here, so nothing stands there; tags of YAML change no text."""
    node = read_yaml("a: !vault |\n  xyz\nb: !!str 5\nc: !mine {d: e}\n")
    assert [pair.value.kind for pair in node.entries] == ["nothing", "a text", "nothing"]


def test_what_is_named_often_costs_nothing() -> None:
    """Names of names of names stay one value each, however large the whole would be written out."""
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 50)]
    node = read_yaml("\n".join(lines))
    assert len(node.entries) == 50


def test_several_documents_have_the_lines_of_the_file() -> None:
    """Each document with its own lines; an empty one is none."""
    documents = read_documents("a: 1\n---\n# nothing\n---\nb:\n  c: 2\n", 10)
    assert [document.at("a").line or document.at("b", "c").line for document in documents] == [10, 15]


def test_an_empty_value_is_none_and_everything_else_stays_text() -> None:
    """`~`, `null` and `no` are what was written; what they mean is for whoever asked."""
    node = read_yaml("a:\nb: ~\nc: null\nd: ''\n")
    assert [pair.value.text for pair in node.entries] == [None, "~", "null", ""]
