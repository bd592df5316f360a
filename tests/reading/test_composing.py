"""A runbook over several files: one text, one tree of headings, and a map back to every file and line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchbook.model.findings import entry
from watchbook.reading import read_runbooks
from watchbook.reading.composing import Composed, compose, in_order, shared_section, wanted
from watchbook.reading.document import source_lines
from watchbook.reading.parts import includes, named_service

MAIN = """\
# Operational Runbook: Shop

**Service:** shop
**Owner:** Team Shop

## Alerts

See [the alert table](parts/alerts.md).

## Deployment

Deployment steps: [deployment](parts/deploy.md)

## Rollback

Read more in the [rollback guide](<parts/roll back.md> "how").
"""
ALERTS = """\
# Alerts

| Alert | Condition | Severity | Response |
|---|---|---|---|
| High Error Rate | > 1% errors for 5min | Critical | Page on-call immediately |
"""
DEPLOY = """\
Deploying the shop
==================

Normal
------

```bash
# Deploy
kubectl apply -f shop.yaml
```
"""


def _whole(main: str, *also: str, **files: str) -> Composed:
    return compose("RUNBOOK.md", {"RUNBOOK.md": main} | files, also)


def test_a_runbook_in_one_file_is_that_file() -> None:
    """Nothing is changed, and lines are its own."""
    composed = _whole(ALERTS)
    assert (composed.text, composed.files, composed.origins) == (ALERTS, ("RUNBOOK.md",), ())
    assert (composed.origin(3).file, composed.origin(3).line) == ("RUNBOOK.md", 3)


def test_a_section_that_is_a_link_has_the_file_as_its_content() -> None:
    """The file's title is the section's heading; what is below it is deeper than that; the alert is read from its line."""
    composed = _whole(MAIN, **{"parts/alerts.md": ALERTS, "parts/deploy.md": DEPLOY})
    (runbook,) = read_runbooks(composed.text)
    alert = runbook.alerts[0]
    assert (alert.name, alert.response.page) == ("High Error Rate", True)
    assert (composed.origin(alert.line).file, composed.origin(alert.line).line) == ("parts/alerts.md", 5)
    procedure = next(one for one in runbook.procedures if one.name == "Normal")
    assert procedure.section == "deployment"
    assert (composed.origin(procedure.line).file, composed.origin(procedure.line).line) == (
        "parts/deploy.md",
        4,
    )
    assert composed.files == ("RUNBOOK.md", "parts/alerts.md", "parts/deploy.md")


def test_a_file_that_is_not_there_is_a_finding_on_its_link() -> None:
    """It names the file; the line is that of the main file."""
    composed = _whole(MAIN, **{"parts/alerts.md": ALERTS, "parts/deploy.md": DEPLOY})
    (found,) = composed.findings
    assert (found.code, "parts/roll back.md" in found.message) == (entry("part-not-read").code, True)
    file, placed = composed.placed(found)
    assert (file, placed.line) == ("RUNBOOK.md", 16)


@pytest.mark.parametrize(
    ("link", "text", "reason"),
    [
        ("../other.md", "", "lies outside"),
        ("a/../../other.md", "", "lies outside"),
        ("RUNBOOK.md", "", "includes itself"),
        ("part.md", "# Alerts\n\n**Service:** cart\n", "is the runbook of cart"),
    ],
)
def test_what_is_not_put_in_says_why(link: str, text: str, reason: str) -> None:
    """A file outside of the folder, the file itself, and the runbook of another service are not parts."""
    composed = _whole(
        f"# Shop\n\n**Service:** shop\n\n## Alerts\n\nSee [alerts]({link}).\n", **{"part.md": text}
    )
    (found,) = composed.findings
    assert reason in found.message
    assert composed.placed(found)[1].line == 7


def test_files_that_include_each_other_end() -> None:
    """A circle is cut where it closes, with a finding in the file that closes it; a file is put in once."""
    one = "## Alerts\n\nSee [two](two.md)\n"
    two = "# Alerts\n\n## Severity Levels\n\n[one](RUNBOOK.md)\n\n## Escalation\n\n[two](two.md)\n"
    composed = _whole(one, **{"two.md": two})
    assert [composed.placed(found)[0] for found in composed.findings] == ["two.md", "two.md"]
    assert [composed.placed(found)[1].line for found in composed.findings] == [5, 9]
    again = _whole(one + "\n## Contacts\n\nSee [two](two.md)\n", **{"two.md": "x\n"})
    assert "a part of this runbook already" in again.findings[0].message


@pytest.mark.parametrize(
    "section",
    [
        "## Deployment\n\nSee [deployment](d.md).\n",
        "## Deployment\n\n- [Deployment steps](d.md)\n",
        "## Deployment\n\n[d](./d.md)\n",
        "## Deployment\n\n→ [d](d.md)\n",
        "## 3. Deployment Procedures\n\nThe deployment procedures are described in [this document](d.md)\n",
        "## Deployment\n\n### Normal Deployment\n\nSee [d](d.md)\n\n### Emergency\n\nRun it.\n",
        "Deployment\n----------\n\nSee [d](d.md)\n",
        "## Rollback\n\nSiehe [d](d.md)\n",
    ],
)
def test_forms_of_a_section_that_is_a_link(section: str) -> None:
    """What people write when they move a section into a file of its own."""
    assert [one.target.removeprefix("./") for one in includes("# Shop\n\n" + section)] == ["d.md"]


@pytest.mark.parametrize(
    "section",
    [
        "## Deployment\n\nAsk Bo, who wrote [the old guide](d.md).\n",
        "## Deployment\n\nNever follow [this](d.md).\n",
        "## Deployment\n\nSee [a](d.md) and [b](e.md).\n",
        "## Deployment\n\nSee [d](d.md).\n\nThen restart it.\n",
        "## Deployment\n\nSee [d](d.md).\n\n### Normal\n\nDo it.\n",
        "## Deployment\n\nSee [d](https://docs.example/d.md).\n",
        "## Deployment\n\nSee [d](/etc/d.md).\n",
        "## Deployment\n\nSee [d](d.md#normal).\n",
        "## Deployment\n\nSee [d](d.html).\n",
        "## Deployment\n\n![d](d.md)\n",
        "## Deployment\n\n```\nSee [d](d.md)\n```\n",
        "## Deployment\n\n    See [d](d.md)\n",
        "## Further reading\n\nSee [d](d.md).\n",
        "## Contents\n\nSee [d](d.md).\n",
        "# Deployment\n\nSee [d](d.md).\n",
        "```\n## Deployment\n\nSee [d](d.md)\n```\n",
    ],
)
def test_a_link_in_what_says_something_is_a_link(section: str) -> None:
    """A sentence of its own, two links, an address, a picture, code and sections that nobody knows stay as they are."""
    assert includes(section) == ()


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("# Runbook\n\n**Service:** shop\n", "shop"),
        ("---\nservice: shop\n---\n# Anything\n", "shop"),
        ("---\nservice: shop # the shop\n---\n# Anything\n", "shop"),
        ("---\nservice:\n  name: shop\n---\n# Anything\n", "shop"),
        ('+++\nservice = "shop"\n+++\n# Anything\n', "shop"),
        ("# Runbook\n\n- **Service name:** `shop`\n", "shop"),
        ("# Runbook\n\n| Field | Value |\n|---|---|\n| **Service** | shop |\n", "shop"),
        ("# Runbook\n\n## Service Overview\n\nService: shop\n", "shop"),
        ("# Operational Runbook: Shop\n", ""),
        ("# Runbook\n\n**Service:** [Service Name]\n", ""),
        ("# Runbook\n\n**Name:** shop\n", ""),
        ("# Runbook\n\n```\nService: shop\n```\n", ""),
        ("# R\n\n## A\n\n## B\n\n## C\n\nService: shop\n", ""),
        ("", ""),
    ],
)
def test_the_service_that_a_file_names(text: str, service: str) -> None:
    """Only a field in the head names it: titles are alike in many runbooks."""
    assert named_service(text) == service


def test_files_of_one_service_are_joined() -> None:
    """A title that is a section's becomes that section; the line that only names the service says nothing more."""
    contacts = "# Shop: Contacts\n\n**Service:** shop\n\n- On-Call: Ana Ruiz\n"
    composed = _whole(MAIN.split("## Alerts")[0], "alerts.md", "contacts.md",
                      **{"alerts.md": ALERTS, "contacts.md": contacts})  # fmt: skip
    (runbook,) = read_runbooks(composed.text)
    assert [alert.name for alert in runbook.alerts] == ["High Error Rate"]
    assert [(one.role, one.name) for one in runbook.contacts] == [("On-Call", "Ana Ruiz")]
    assert composed.origin(runbook.contacts[0].line).line == 5
    assert runbook.service.owner == "Team Shop"


def test_other_titles_of_a_part_stay_headings() -> None:
    """“Part two” is no section: its sections are sections of the whole, as they stand."""
    composed = _whole(
        "# Shop\n\n**Service:** shop\n", "b.md", **{"b.md": "# Part two\n\n## Alerts\n\n" + ALERTS[10:]}
    )
    assert "## Part two" in composed.text.splitlines() and "## Alerts" in composed.text.splitlines()
    assert len(read_runbooks(composed.text)[0].alerts) == 1


@pytest.mark.parametrize(
    "head",
    ["---\nservice: shop\nowner: Bo\ntags: [a]\n---\n", '+++\nservice = "shop"\nowner = "Bo"\n+++\n'],
    ids=["yaml", "toml"],
)
def test_the_head_of_a_part_is_told(head: str) -> None:
    """Fields in the front matter of a part do not count, and that is said."""
    composed = _whole("# Shop\n\n**Service:** shop\n", "b.md", **{"b.md": head + "# Contacts\n"})
    assert "service" not in composed.text
    (found,) = composed.findings
    assert (found.code, "says owner:" in found.message) == (entry("part-head-unread").code, True)
    assert composed.placed(found)[0] == "b.md"


def test_an_open_fence_does_not_swallow_the_next_file() -> None:
    """It is closed where its file ends, and told with its line there."""
    composed = _whole("# Shop\n\n**Service:** shop\n\n```bash\nls\n", "alerts.md", **{"alerts.md": ALERTS})
    assert len(read_runbooks(composed.text)[0].alerts) == 1
    (found,) = composed.findings
    assert found.code == entry("fence-unclosed").code
    assert composed.placed(found)[1].line == 5


def test_a_mark_in_a_deeper_heading_is_where_it_stands() -> None:
    """Columns of findings are those of the file, though the heading has another mark in the whole."""
    composed = _whole("## Deployment\n\n[d](d.md)\n", **{"d.md": "# D\n\n## Roll out [version]\n\nDo it.\n"})
    (runbook,) = read_runbooks(composed.text)
    code = entry("placeholder-left").code
    found = [composed.placed(one) for one in runbook.findings if one.code == code]
    assert [(file, one.line, one.column) for file, one in found] == [("d.md", 3, 12)]


def test_the_order_of_files() -> None:
    """The runbook itself first, then by name, with numbers as numbers."""
    names = ["10-b.md", "contacts.md", "2-a.md", "RUNBOOK.md", "readme.md"]
    assert in_order(names) == ("RUNBOOK.md", "readme.md", "2-a.md", "10-b.md", "contacts.md")


def test_two_copies_are_no_parts() -> None:
    """A section of the same title in both is found with its lines; contents and subsections do not count."""
    copy = "# Shop\n\n## Contents\n\n## Alerts\n\n### Normal\n"
    assert shared_section({"a.md": copy, "b.md": "\n" + copy}) == ("Alerts", "a.md", 5, "b.md", 6)
    assert (
        shared_section({"a.md": copy, "b.md": "# Shop\n\n## Contents\n\n## Deployment\n\n### Normal\n"})
        is None
    )


def test_the_files_that_are_wanted() -> None:
    """Names are relative to the main file's folder, also from a file below it."""
    text = "## Alerts\n\n[a](../a.md)\n\n## Contacts\n\n[b](b.md)\n\n## Scaling\n\n[c](../../c.md)\n"
    assert wanted("parts/x.md", text) == ("a.md", "parts/b.md")


pieces = st.sampled_from(
    ["# Title\n", "## Alerts\n", "### Normal\n", "Words\n=====\n", "Words\n---\n", "See [a](a.md)\n", "[b](x/b.md)\n", "\n",
     "```bash\nls\n```\n", "```\n", "~~~\n", "**Service:** shop\n", "---\nowner: Bo\n---\n", "text\r\n", "####### no\n",
     "###### Deep\n", "- item\n", "| a | b |\n|---|---|\n| c | d |\n"]
)  # fmt: skip
texts = st.lists(pieces, max_size=12).map("".join)


@given(texts, texts, texts, st.booleans())
def test_every_line_of_the_whole_is_a_line_of_a_file(main: str, one: str, two: str, joined: bool) -> None:
    """Whatever the files: nothing raises, each line stands where the map says, and only heading marks differ."""
    files = {"RUNBOOK.md": main, "a.md": one, "x/b.md": two}
    composed = compose("RUNBOOK.md", files, ("a.md",) if joined else ())
    lines = source_lines(composed.text)
    if not composed.origins:
        assert composed.text == main
        return
    assert len(lines) <= len(composed.origins) <= len(lines) + 1
    last: dict[str, int] = {}
    for line, origin in zip(lines, composed.origins, strict=False):
        there = source_lines(files[origin.file])[origin.line - 1]
        if line.strip() and not (set(line) <= {"`"} or set(line) <= {"~"}):
            assert line.lstrip("# ").strip() in there
            assert there[max(0, len(line) - len(line.lstrip("# ")) - origin.shift) :].startswith(
                line.lstrip("# ")
            )
        assert origin.line >= last.get(origin.file, 0)
        last[origin.file] = origin.line
    read_runbooks(composed.text)


@given(texts)
def test_all_of_the_main_file_is_in_the_whole(main: str) -> None:
    """No line of the main file is lost or changed by what is put in between."""
    composed = compose("RUNBOOK.md", {"RUNBOOK.md": main, "a.md": ALERTS, "x/b.md": DEPLOY}, ("a.md",))
    lines = source_lines(composed.text)
    kept = [
        line for line, origin in zip(lines, composed.origins, strict=False) if origin.file == "RUNBOOK.md"
    ]
    expected = list(source_lines(main))
    assert kept[: len(expected)] == expected


@pytest.mark.parametrize(
    "line",
    [
        "# a{}b",
        "Service: a{}b",
        "**Service:**{}b",
        "| Service | a{}b",
        "[a{}](b.md",
        "{}See [a](b.md)",
        "]({}.md",
        "[{}[a](b.md)",
    ],
)
@pytest.mark.parametrize("filler", [" ", "[", "](", "*", "\t", "#"])
def test_long_lines_take_linear_time(line: str, filler: str) -> None:
    """Lines that nobody writes by hand are looked through as fast as others: this ends at once, or never."""
    text = "## Alerts\n\n" + line.format(filler * 300_000) + "\n\n[a](b.md)\n"
    includes(text)
    named_service(text)
    compose("RUNBOOK.md", {"RUNBOOK.md": text, "b.md": text})


def test_marks_that_close_a_heading_are_no_words() -> None:
    """As in Markdown: only behind a space."""
    for heading in ("## Alerts ##", "## Alerts ####  ", "##  Alerts"):
        assert [one.level for one in includes(f"{heading}\n\nSee [a](a.md)\n")] == [2]
    composed = compose("R.md", {"R.md": "## Alerts ##\n\n[a](a.md)\n", "a.md": "# A\n\n## C# ##\n"})
    assert "### C#" in composed.text.splitlines()
