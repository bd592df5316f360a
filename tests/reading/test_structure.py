"""Documents of odd shapes: what can be read is read, what cannot is told, and lines keep their numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchbook.reading import read_runbook
from watchbook.reading.blocks import Fence, Table
from watchbook.reading.dialects import as_markdown
from watchbook.reading.document import parse_document

TABLE = (
    "| Alert | Severity | Threshold | Response |\n|---|---|---|---|\n"
    "| Errors | Critical | > 1% errors for 5min | Page on-call |\n"
)
PEOPLE = "- **On-Call:** Ana Ruiz\n"

SHAPES = {
    "no title": f"## Alerting\n\n{TABLE}\n## Contacts\n\n{PEOPLE}",
    "underlined": f"Till Runbook\n============\n\nContacts\n--------\n\n{PEOPLE}\nAlerting\n--------\n\n{TABLE}",
    "numbers": f"# 1. Till\n\n## 3.2 Alerting\n\n{TABLE}\n## 3.10. Contacts\n\n{PEOPLE}",
    "letters": f"# Till\n\n## A. Alerting\n\n{TABLE}\n## IV. Contacts\n\n{PEOPLE}",
    "words": f"# Till\n\n## Section 5: Alerting\n\n{TABLE}\n## Chapter 6 – Contacts\n\n{PEOPLE}",
    "keycaps": f"# Till\n\n## 3️⃣ Alerting\n\n{TABLE}\n## §4 Contacts\n\n{PEOPLE}",
    "HTML": "<h1>Till</h1>\n\n<h2>Contacts</h2>\n\n<table>\n<thead><tr><th>Role</th><th>Name</th></tr></thead>\n"
    f"<tr><td>On-Call</td>\n<td><b>Ana Ruiz</b></td></tr>\n</table>\n\n<h2 align=\"center\">Alerting</h2>\n\n{TABLE}",
    "folded": f"# Till\n\n## Alerting\n\n<details>\n<summary><b>All"
        f" alerts</b></summary>\n\n{TABLE}\n</details>\n\n## Contacts\n\n{PEOPLE}",
    "MDX": "import Tabs from '@theme/Tabs'\nexport const a = 1\n\n# Till\n\n{/* comment */}\n\n## Alerting\n\n<Tabs>\n"
    f'<TabItem value="x">\n\n{TABLE}\n</TabItem>\n</Tabs>\n\n## Contacts\n\n{PEOPLE}',
    "ERB": f"<%# header %>\n<% layout 'x' %>\n---\nservice: Till\n---\n\n## Alerting\n\n{TABLE}\n##"
        f" Contacts\n\n{PEOPLE}",
    "AsciiDoc": f"= Till\n\n== Contacts\n\n|===\n|Role |Name\n\n|On-Call |Ana Ruiz\n|===\n\n== Alerting\n\n{TABLE}",
    "reStructuredText": f"Till\n====\n\nContacts\n~~~~~~~~\n\n{PEOPLE}\nAlerting\n~~~~~~~~\n\n{TABLE}",
    "wiki": f"h1. Till\n\nh2. Contacts\n\n{PEOPLE}\nh2. Alerting\n\n{TABLE}",
    "Windows": f"# Till\n\n## Alerting\n\n{TABLE}\n## Contacts\n\n{PEOPLE}".replace("\n", "\r\n"),
    "odd spaces": f"\ufeff# Till\n\n##\u00a0Alerting\n\n{TABLE}\n".replace("> 1%", ">\u00a01\u202f%")
    + "## Con\u200btacts\n\n-\u00a0**On-Call:**\u00a0Ana\u00a0Ruiz\n",
    "tabs": f"# Till\n\n##\tAlerting\n\n{TABLE}\n## Contacts\n\n-\t**On-Call:**\tAna Ruiz\n",
    "a table in a list": "# Till\n\n## Alerting\n\n- Alerts of the API:\n\n  " + TABLE.replace("\n", "\n  ")
    + "\n## Contacts\n\n1. People\n   - **On-Call:** Ana Ruiz\n",
    "deep": f"# Till\n\n## Operations\n\n### Day\n\n##### Alerting\n\n{TABLE}\n###### Contacts\n\n{PEOPLE}",
}  # fmt: skip


@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES.keys())
def test_document_of_any_shape_is_read(text: str) -> None:
    """The same alert and the same person, on the lines where they stand."""
    runbook = read_runbook(text)
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    (rule,) = runbook.alerts
    assert (rule.name, rule.condition.value, rule.window_s, rule.response.page) == (
        "Errors",
        0.01,
        300.0,
        True,
    )
    assert "| Errors |" in lines[rule.line - 1]
    (contact,) = runbook.contacts
    assert (contact.role, contact.name) == ("On-Call", "Ana Ruiz")
    assert "On-Call" in lines[contact.line - 1] or "Ana" in lines[contact.line - 1]


@pytest.mark.parametrize("name", [name for name in SHAPES if name != "no title"])
def test_name_of_the_service_is_found(name: str) -> None:
    """The first heading of any form, or the head, names the service."""
    assert read_runbook(SHAPES[name]).service.name == "Till"


ODD = {
    "WB006": "# T\n\n## Contacts\n\n```\nopen\n",
    "WB014": "= T\n\n== Contacts\n\nText.\n",
    "WB015": "# T\n\n## Useful Commands\n\n```bash\nls\u00a0-l\n```\n",
    "WB016": "# T\n\n## Contacts\n\n<details>\n<summary>People</summary>\n- **On-Call:** Ana Ruiz\n</details>\n",
    "WB017": "# T ## Contacts **On-Call:** Ana Ruiz **Backup:** Bo Moe " + "text " * 80 + "## More",
}


@pytest.mark.parametrize(("code", "text"), ODD.items())
def test_what_hinders_reading_is_told(code: str, text: str) -> None:
    """Other markup, hidden characters, Markdown inside of HTML, everything on one line: each has a finding."""
    assert [one.code for one in read_runbook(text).findings if one.code == code] == [code]
    plain = read_runbook("# T\n\n## Contacts\n\n- **On-Call:** Ana Ruiz\n")
    assert not [one for one in plain.findings if one.code == code]


@pytest.mark.parametrize("hidden", ["\u200b", "\u00a0", "\u2060", "\u202e", "\u2066"])
def test_code_is_never_changed(hidden: str) -> None:
    """What runs is what is written: a hidden character stays in the code, and is told."""
    text = f"# T\n\n## Useful Commands\n\n```bash\n# List\nls{hidden} -l\n```\n\n- `ls{hidden}`\n"
    document = parse_document(text)
    fence = next(block for section in document.walk() for block in section.blocks if isinstance(block, Fence))
    assert fence.lines[1] == f"ls{hidden} -l"
    assert [one.line for one in read_runbook(text).findings if one.code == "WB015"] == [7, 10]


def test_template_of_a_field_is_a_gap() -> None:
    """`<%= owner %>` is filled in by a program that has not run."""
    runbook = read_runbook("# T\n\n**Owner:** <%= owner %>\n")
    assert runbook.service.owner is None
    assert [one.line for one in runbook.findings if one.code == "WB001"] == [3]


def test_code_blocks_of_tildes_stay_code() -> None:
    """A block of tildes below a paragraph is no heading of another markup, even where it is as long."""
    document = parse_document("# T\n\ntext\n~~~~\ncode\n~~~~\n\nnext\n")
    (section,) = document.sections
    assert [block.lines for block in section.blocks if isinstance(block, Fence)] == [("code",)]


def test_code_block_of_another_markup_is_code() -> None:
    """AsciiDoc's listing keeps its language and its lines; headings inside are none."""
    document = parse_document(
        "= T\n\n== Commands\n\n[source,bash]\n----\n== not a heading\nls\n----\n\n== Contacts\n"
    )
    fence = next(block for section in document.walk() for block in section.blocks if isinstance(block, Fence))
    assert (fence.language, fence.lines, fence.first_line, fence.closed) == (
        "bash",
        ("== not a heading", "ls"),
        7,
        True,
    )
    assert [section.title for section in document.walk()] == ["T", "Commands", "Contacts"]


def test_cells_of_an_html_table_keep_their_marks() -> None:
    """Code, links and line breaks in cells are what they are in Markdown; short rows are filled up."""
    text = (
        "<table>\n<tr><th>A</th><th>B</th></tr>\n<tr><td><code>ls "
        "| wc</code></td><td><a href='https://x.test'>x</a><br>y</td></tr>\n"
        "<tr><td>1 &lt; 2</td></tr>\n</table>\n"
    )
    (table,) = parse_document(text).preamble
    assert isinstance(table, Table)
    code, link = table.rows[0].cells
    assert (code.codes, link.text, link.spans[0].url, table.rows[0].line) == (
        ("ls | wc",),
        "x, y",
        "https://x.test",
        3,
    )
    assert [cell.text for cell in table.rows[1].cells] == ["1 < 2", ""]


_PIECES = st.sampled_from(
    [
        "= A",
        "== B",
        "h2. C",
        "D\n~",
        "E\n~~~~",
        "F\n^^^^",
        "[source,sh]",
        "----",
        "|===",
        "|a |b",
        "",
        "```",
        "~~~~",
        "text",
        "\u00a0x",
        "a\u200bb",
        "`\u00a0`",
        "<table>",
        "<tr><td>",
        "</table>",
        "<h2>x</h2>",
        "<details><summary>y</summary>",
        "- | a |\n  |---|\n  | b |",
    ]
)


@given(st.lists(_PIECES, max_size=30).map("\n".join))
def test_lines_are_changed_one_for_one(text: str) -> None:
    """However markups are mixed, as many lines come out as went in, and the tree is built."""
    lines, oddities = as_markdown(text.split("\n"), text)
    assert len(lines) == text.count("\n") + 1
    assert all(1 <= one.line <= len(lines) for one in oddities)
    parse_document(text)


@pytest.mark.slow
def test_odd_markup_takes_no_longer_than_its_size() -> None:
    """Thousands of underlines, tables and hidden characters are read in one pass."""
    from time import process_time

    def taken(count: int) -> float:
        text = (
            "abcd\n~~~~\n\n== x\n\n|===\n|a |b\n\n|===\n\u00a0x"
            " `\u00a0`\n<table><tr><td>x</td></tr></table>\n\n"
        ) * count
        began = process_time()
        parse_document(text)
        return process_time() - began

    taken(50)
    assert taken(4_000) < 12 * taken(1_000) + 0.5
