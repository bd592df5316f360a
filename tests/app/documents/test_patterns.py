"""Patterns in a git tree take what the same patterns take on disk."""

import glob
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchbook.app.documents.patterns import choose

NAMES = ("a", "ab", "b.c", ".h", "x-1")
FILES = ("a.md", "ab.md", "b.md", ".h.md", "c.txt")
PATHS = [
    *FILES,
    *(f"{one}/{file}" for one in NAMES for file in FILES),
    *(f"{one}/{two}/{file}" for one in NAMES for two in ("a", ".h", "x-1") for file in ("a.md", "c.txt")),
]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The same paths on disk."""
    root = tmp_path_factory.mktemp("tree")
    for path in PATHS:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("x")
    yield root


parts = st.sampled_from(
    ["*", "**", "a", "?", "a?", "[ab]", "[!a]*", "*.md", ".*", "b.c", "x-[0-9]", "**a", "[", "[]a]"]
)


@given(pattern=st.lists(parts, min_size=1, max_size=4).map("/".join))
def test_a_pattern_takes_what_it_takes_on_disk(tree: Path, pattern: str) -> None:
    """Files alone: no name here is a runbook's, so that a folder takes nothing."""
    found = glob.glob(pattern, root_dir=tree, recursive=True)  # noqa: PTH207  # the rule that is compared with
    expected = sorted(path for path in set(found) if (tree / path).is_file())
    assert choose(PATHS, (pattern,)) == expected
