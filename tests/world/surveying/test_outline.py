"""YAML as repositories write it: what is read, what is unknown, what is refused."""

import contextlib

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from watchbook.world.surveying.outline import Node, Unclear, read_outline


def _plain(node: Node) -> object:
    if node.pairs:
        return {pair.key: _plain(pair.value) for pair in node.pairs}
    if node.items:
        return [_plain(item) for item in node.items]
    return node.said


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: b # c\n", {"a": "b"}),
        ("a: 'it''s # not'\n", {"a": "it's # not"}),
        ("a:\n- b\n- c: d\n  e: f\n", {"a": ["b", {"c": "d", "e": "f"}]}),
        ("a: |\n  x\n    y\nb: >-\n  p\n  q\n", {"a": "x\n  y\n", "b": "p q"}),
        ('a: {b: c, "d": [1, "2, 3"], e: {f: http://x:1/y}}\n', {"a": {"b": "c", "d": ["1", "2, 3"], "e": {"f": "http://x:1/y"}}}),
        ("a: [b,\n  c]\n", {"a": ["b", "c"]}),
        ('a: "x \\u2014 \\"y\\" \\n z"\nb: "\\e"\n', {"a": 'x — "y" \n z', "b": "\x1b"}),
        ("a: one\n  two\n", {"a": "one two"}),
        ("a: &x\n  b: c\nd: *x\n<<: *x\n", {"a": {"b": "c"}, "d": {"b": "c"}, "b": "c"}),
        ("e: !tag f\ng: {{ .Values.g }}\n", {"e": "", "g": ""}),
    ],
)  # fmt: skip
def test_a_document_is_read(text: str, value: object) -> None:
    """Values that need more than this reader are empty, never wrong."""
    (document,) = read_outline(text)
    assert _plain(document) == value


def test_documents_have_the_lines_of_the_file() -> None:
    """A line number leads to the place in the file, in every document of it."""
    one, two = read_outline("---\na: b\n---\n# c\nd:\n  e: f\n")
    assert one.at("a").line == 2
    assert two.at("d", "e").line == 6
    assert two.at("nothing", "here") == Node()


@pytest.mark.parametrize(
    "text", ["a: b\n c\n d: e\n  f\n- g\n", "a:\n\t- b\n", "{{- if .x }}\na: b\n{{- end }}\n", "- a\nb: c\n"]
)
def test_an_unclear_structure_is_refused(text: str) -> None:
    """Templates and broken indentation are not guessed at."""
    with pytest.raises(Unclear):
        read_outline(text)


_VALUES = st.recursive(
    st.text("abcXY z09/._-", min_size=1, max_size=8).filter(lambda text: text.strip() == text),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(st.text("abc_", min_size=1, max_size=4), inner, min_size=1, max_size=3)
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(st.text("abc_", min_size=1, max_size=4), _VALUES, min_size=1, max_size=4),
    st.sampled_from([True, False, None]),
)
def test_what_another_writer_writes_is_read_the_same(value: object, flow: bool | None) -> None:
    """PyYAML's text, in blocks and in brackets, gives the value that it was written from."""
    text = yaml.safe_dump(value, default_flow_style=flow, width=1000, allow_unicode=True)
    (document,) = read_outline(text)
    assert _plain(document) == value


@given(st.text("ab:-[]{}'\"#|>&*! \n\t,", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing else is raised."""
    with contextlib.suppress(Unclear):
        read_outline(text)
