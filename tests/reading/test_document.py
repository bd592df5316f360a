"""Markdown → tree: sections, fields, tables, lists and fences with the lines they stand on."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbook.reading.document import Comment, Fence, List, Paragraph, Table, parse_document
from watchbook.reading.outline import outline
from watchbook.reading.synonyms import field_named, plain, section_kind


def test_sections_nest_and_keep_their_lines() -> None:
    """Headings open sections; blocks before a subheading belong to the section itself."""
    document = parse_document("before\n\n# A\n\none\n\n## B\n\ntwo\n\n### C\n\n## D\n")
    (a,) = document.sections
    assert [(part.title, part.line) for part in a.walk()] == [("A", 3), ("B", 7), ("C", 11), ("D", 13)]
    assert [block.line for block in a.all_blocks] == [5, 9]
    assert isinstance(document.preamble[0], Paragraph)


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ("**Owner:** Team A", "Owner", "Team A"),
        ("**Owner**: Team A", "Owner", "Team A"),
        ("Owner: Team A", "Owner", "Team A"),
        ("**Owner** – Team A", "Owner", "Team A"),
        ("__On-Call:__ Ana <ana@shop.test>", "On-Call", "Ana ana@shop.test"),
        ("**Query:** `a: b`", "Query", "a: b"),
        ("**Empty:**", "Empty", ""),
    ],
)
def test_field_in_every_spelling(line: str, key: str, value: str) -> None:
    """Bold or plain, colon inside or outside: the same field."""
    paragraph = parse_document(line).preamble[0]
    assert isinstance(paragraph, Paragraph)
    field = paragraph.lines[0].field()
    assert field is not None
    assert (field.key, field.value.text) == (key, value)


@pytest.mark.parametrize(
    "line",
    ["no field here", "`code: span`", "http://host/path", "**bold** words", "a: lower case", "12:30 o'clock"],
)
def test_other_lines_are_no_fields(line: str) -> None:
    """Addresses, code and sentences are not taken for fields."""
    paragraph = parse_document(line).preamble[0]
    assert isinstance(paragraph, Paragraph)
    assert paragraph.lines[0].field() is None


def test_each_line_of_a_paragraph_has_its_own_number() -> None:
    """Soft breaks, and code spans that go over a line end, keep the lines right."""
    paragraph = parse_document("\n**A:** 1\n**B:** `x\ny` z\n**C:** 3\n").preamble[0]
    assert isinstance(paragraph, Paragraph)
    assert [(line.number, line.text) for line in paragraph.lines] == [
        (2, "A: 1"),
        (3, "B: x y z"),
        (5, "C: 3"),
    ]


def test_pipe_in_backticks_does_not_split_a_cell() -> None:
    """The pipe stays in the code span, in tables, running text and fences alike."""
    document = parse_document(
        "| a | b |\n|---|---|\n| `x | y` | z |\n\n- run `a | b`\n\n```sh\necho `a|b`\n```\n"
    )
    table, items, fence = document.preamble
    assert isinstance(table, Table) and isinstance(items, List) and isinstance(fence, Fence)
    assert [cell.text for cell in table.rows[0].cells] == ["x | y", "z"]
    assert items.items[0].first.codes == ("a | b",)
    assert fence.lines == ("echo `a|b`",)


def test_an_escaped_pipe_in_a_cells_code_is_a_pipe() -> None:
    """GFM writes pipes of a cell's code as `\\|`; in running text the backslash belongs to the code."""
    document = parse_document("| A |\n|---|\n| `x\\|y` |\n\nSay `x\\|y`.\n")
    table, paragraph = document.preamble
    assert isinstance(table, Table) and isinstance(paragraph, Paragraph)
    assert table.rows[0].cells[0].text == "x|y"
    assert paragraph.lines[0].text == "Say x\\|y."


def test_items_know_numbers_tasks_and_what_stands_below_them() -> None:
    """Numbers of ordered lists, open and done tasks, fences inside an item."""
    document = parse_document(
        "3. three\n   ```sh\n   ls\n   ```\n4. four\n\n- [ ] open\n- [x] done\n- neither\n"
    )
    ordered, tasks = document.preamble
    assert isinstance(ordered, List) and isinstance(tasks, List)
    assert [(item.number, item.line) for item in ordered.items] == [(3, 1), (4, 5)]
    fence = ordered.items[0].blocks[0]
    assert isinstance(fence, Fence)
    assert (fence.lines, fence.first_line) == (("ls",), 3)
    assert [(item.task, item.text) for item in tasks.items] == [
        (False, "open"),
        (True, "done"),
        (None, "neither"),
    ]


def test_fence_keeps_language_attributes_and_lines() -> None:
    """The info string is split; an open fence says so."""
    document = parse_document("```bash {name=deploy}\nls\n\npwd\n```\n\n~~~\nopen\n")
    first, second = document.preamble
    assert isinstance(first, Fence) and isinstance(second, Fence)
    assert (first.language, first.attributes, first.lines, first.first_line, first.end_line) == (
        "bash",
        "{name=deploy}",
        ("ls", "", "pwd"),
        2,
        5,
    )
    assert first.closed and not second.closed


def test_comments_and_front_matter_are_no_content() -> None:
    """Comments are kept apart; front matter gives fields and keeps the lines of what follows."""
    document = parse_document("---\nowner: Shop\ntags:\n  - a\n  - b\n---\n<!-- LLM: hello -->\n\n# T\n")
    assert [(field.key, field.value.text, field.line) for field in document.front_matter] == [
        ("owner", "Shop", 2),
        ("tags", "a, b", 3),
    ]
    assert document.sections[0].line == 9
    assert isinstance(document.preamble[0], Comment)


def test_rule_under_fields_is_no_heading() -> None:
    """`---` right below a field would make it a heading in Markdown; people mean a rule."""
    document = parse_document("# T\n\n**A:** 1\n**B:** 2\n---\n\n## Next\n")
    assert [part.title for part in document.walk()] == ["T", "Next"]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("3.2 🚨 Health Checks (prod)", "health_checks"), ("🔥 4. Alerts", "alerting"), ("A. Deployment", "deployment"),
        ("On-Call Handoff", "handoff"), ("ON CALL HANDOVER", "handoff"), ("Monitoring & Alerts", "monitoring"),
        ("Rollback – staging", "rollback"), ("IV. Disaster Recovery", "recovery"), ("Poetry", ""), ("", ""),
    ],
)  # fmt: skip
def test_section_is_found_by_title(title: str, kind: str) -> None:
    """Numbering, emoji, case, punctuation and trailing qualifiers are ignored."""
    assert section_kind(title) == kind


def test_keys_are_found_by_synonym() -> None:
    """Several keys spell one field."""
    assert [field_named(key) for key in ("On-Call", "oncall", "Owned by", "SLO", "Depends on", "Colour")] == [
        "on_call", "on_call", "owner", "objective", "dependencies", "",
    ]  # fmt: skip
    assert plain("  **1.2 Health Checks:** ") == "health checks"


def test_chapters_are_lifted_out_of_others_but_not_out_of_commands() -> None:
    """Alerting inside Monitoring is a chapter; "Metrics" below Useful Commands is a group of commands."""
    chapters = outline(
        parse_document("# T\n## Monitoring\n### Alerting\n## Useful Commands\n### Metrics\n### Alerts\n")
    )
    assert [(chapter.kind, len(chapter.sections)) for chapter in chapters] == [
        ("title", 0), ("monitoring", 0), ("alerting", 0), ("commands", 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("# Shop\n## Alerting\n", ["title", "alerting"]),
        ("# Troubleshooting Guide\n## High CPU\n## Disk full\n", ["troubleshooting"]),
        ("# Overview\n# Alerts\n## Critical\n# Contacts\n", ["overview", "alerting", "contacts"]),
        ("# Deployment\n## Health Checks\n", ["title", "health_checks"]),
        ("## Alerting\n", ["alerting"]),
    ],
)
def test_first_heading_is_the_title_unless_it_is_a_section(text: str, kinds: list[str]) -> None:
    """Documents of one section, documents with a heading of level 1 for each section, and ordinary ones."""
    assert [chapter.kind for chapter in outline(parse_document(text))] == kinds


@given(st.text(max_size=400))
@settings(max_examples=200)
def test_any_text_gives_a_tree(text: str) -> None:
    """Nothing raises, and every block lies inside the document."""
    document = parse_document(text)
    blocks = [*document.preamble, *(block for section in document.walk() for block in section.blocks)]
    assert all(1 <= block.line <= block.end_line <= max(len(document.source), 1) for block in blocks)


HARD = {
    "backticks": "`" * 200_000,
    "ticks of all lengths": " ".join("`" * (index % 300) for index in range(2_000)),
    "brackets": "[" * 200_000,
    "stars": "*a " * 70_000,
    "pipes in ticks": "`|" * 100_000,
    "one long cell": "| a |\n|---|\n| " + "x " * 100_000 + "|",
    "digits": "1," * 100_000,
    "angles": "<a" * 100_000,
    "quotes": "> " * 50_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", list(HARD))
def test_hard_text_takes_no_longer_than_its_size(name: str) -> None:
    """Texts made to be slow are read in time that grows with their size: at most 3 s for 200,000 characters."""
    began = time.process_time()
    parse_document(HARD[name])
    assert time.process_time() - began < 3
