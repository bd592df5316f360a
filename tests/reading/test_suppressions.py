"""Comments that switch findings off: which lines they count for, and what is said about the comments themselves."""

import time

import pytest

from watchbook.model.findings import finding
from watchbook.model.runbook import Finding
from watchbook.reading.suppressions import read_suppressions, suppress

DOCUMENT = """\
# Title
one <!-- watchbook: ignore WB202 here only -->
<!-- watchbook: ignore WB202, WB308 the next line -->

- item
- another

<!-- WATCHBOOK: Ignore wb203
over two lines -->
## Section
text
### Part
text
## Next
<!-- watchbook: ignore WB307 -->
| a | b |
|---|---|
| c | d |

<!-- watchbook: ignore WB401 -->
```bash
# comment <!-- watchbook: ignore WB402 -->

rm x
```
`<!-- watchbook: ignore WB403 -->` is how it is written
"""


def test_what_each_comment_counts_for() -> None:
    """Its line, the next line, the section, the table, the code block; in code it is only text."""
    found, mistakes = read_suppressions(DOCUMENT.splitlines())
    assert [(one.code, one.first, one.last, one.reason) for one in found] == [
        ("WB202", 2, 2, "here only"),
        ("WB202", 3, 5, "the next line"),
        ("WB308", 3, 5, "the next line"),
        ("WB203", 8, 13, "over two lines"),
        ("WB307", 15, 18, ""),
        ("WB401", 20, 25, ""),
    ]
    assert not mistakes


def test_above_the_title_it_counts_for_the_document() -> None:
    """The first heading's section is all of it, other titles of the same level excepted."""
    (one,), _ = read_suppressions(["<!-- watchbook: ignore WB002 -->", "# A", "x", "## B", "y", "# C"])
    assert (one.first, one.last) == (1, 5)


@pytest.mark.parametrize(
    "comment",
    [
        "ignore",
        "ignore everything",
        "ignore WB999",
        "ignore WB202 WB999",
        "disable WB202",
        "",
        "ignore because WB202",
    ],
)
def test_a_comment_that_says_nothing_usable_is_a_warning(comment: str) -> None:
    """It would switch nothing off, and its author should know."""
    done = suppress([f"x <!-- watchbook: {comment} -->"], [finding("check-unused", 1, name="x")])
    assert [one.code for one in done.findings] == ["WB202", "WB010"]


def _found(line: int, kind: str = "check-unused") -> Finding:
    return finding(kind, line, name="x")


def test_findings_are_switched_off_by_code_and_line() -> None:
    """Another code on that line and that code on another line stay."""
    findings = [_found(2), _found(2, "cause-without-check"), _found(5), _found(6), _found(11)]
    done = suppress(DOCUMENT.splitlines(), findings)
    assert [one.line for one in done.ignored] == [2, 5]
    assert [(one.code, one.line) for one in done.findings if one.code != "WB009"] == [
        ("WB503", 2),
        ("WB202", 6),
        ("WB202", 11),
    ]


def test_a_comment_that_is_not_needed_is_a_note() -> None:
    """One note for each code that it names in vain; codes that depend on the day are never in vain."""
    done = suppress(["x <!-- watchbook: ignore WB202 WB308 WB704 -->"], [_found(1)])
    assert [(one.code, one.severity.value, one.line) for one in done.findings] == [("WB009", "note", 1)]
    assert "WB308" in done.findings[0].message


def test_a_document_without_comments_is_left_alone() -> None:
    """The same findings, in their order."""
    findings = (_found(3), _found(1))
    assert suppress(["a", "b", "c"], findings).findings == findings


@pytest.mark.parametrize(
    "text",
    [
        "<!-- watchbook: ignore WB202",
        "<!-- watchbook:",
        "```\n<!-- watchbook: x -->",
        "<!-- watchbook: ignore WB202 -->",
    ],
)
def test_halves_of_comments_do_no_harm(text: str) -> None:
    """Unclosed comments and blocks, a comment with nothing below it."""
    suppress(text.split("\n"), [_found(1)])


@pytest.mark.parametrize(
    "lines",
    [
        ["<!-- watchbook: ignore WB202"] * 20_000,
        ["<!-- watchbook: ignore WB202 -->"] * 20_000,
        [*["<!-- watchbook: ignore WB202 -->"] * 10_000, "# x", *["text"] * 10_000],
        ["<!-- watchbook: ignore WB202 -->", "", "| a |"] * 10_000,
    ],
    ids=["never closed", "nothing below", "one section", "tables"],
)
def test_many_comments_cost_no_more_than_their_number(lines: list[str]) -> None:
    """Twenty thousand of them are read within a second or two, whatever they stand above."""
    began = time.process_time()
    read_suppressions(lines)
    assert time.process_time() - began < 3
