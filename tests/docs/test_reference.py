"""The reference is the code's: generated pages are up to date, and nothing that exists is left out."""

import re
from pathlib import Path

import click
import pytest
from docs.generate import PAGES, commands, own_figures
from tests.docs.pages import DOCS, ROOT, name_of, pages

from docs import forms
from watchbook.app.wiring.reading import KEYS
from watchbook.cli.main import COMMANDS, watchbook
from watchbook.deciding.page import Address, Matter, page_body
from watchbook.model.alerts import Episode
from watchbook.model.findings import catalogue
from watchbook.model.ids import AlertId, EpisodeId
from watchbook.model.paging import NoticeKind
from watchbook.model.runbook import Severity
from watchbook.model.safety import Safety
from watchbook.reading.differences.changes import KINDS, Risk
from watchbook.reading.shell import classify

REFERENCE = DOCS / "reference"


def _page(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_made_from_the_code_is_up_to_date(path: Path) -> None:
    """`make docs` would change nothing."""
    assert path.read_text(encoding="utf-8") == PAGES[path](), "call make docs"


def test_every_command_and_option_is_documented() -> None:
    """Also those of groups; an option without help is a gap."""
    text = _page("command-line.md")
    names = [name for name, _ in commands()]
    assert [name for name in names if name.count(" ") == 1] == [f"watchbook {name}" for name in COMMANDS]
    for name, command in commands():
        section = text.split(f"## `{name}`\n")[1].split("\n## ")[0]
        for param in command.params:
            if isinstance(param, click.Option):
                assert param.help, f"{name} {param.opts}"
                assert param.opts[0] in section


def test_every_command_is_told_about_in_a_guide() -> None:
    """A command that only the reference knows is one that nobody finds."""
    told = "".join(page.read_text(encoding="utf-8") for page in (DOCS / "guide").glob("*.md"))
    missing = [
        name for name in watchbook.list_commands(click.Context(watchbook)) if f"watchbook {name}" not in told
    ]
    assert not missing


def test_every_own_figure_is_documented_once() -> None:
    """Names as they are exposed."""
    rows = re.findall(r"^\| `(\w+)` \|", _page("figures.md"), re.MULTILINE)
    names = [one.name + ("_total" if one.kind == "counter" else "") for one in own_figures()]
    assert rows == names
    assert len(set(names)) == len(names)


def test_every_finding_is_documented_and_no_other_is_named() -> None:
    """Codes of the catalogue stand in the reference; a code anywhere in the documentation exists."""
    codes = {entry.code for entry in catalogue().values()}
    assert set(re.findall(r"^### (WB\d{3})", _page("findings.md"), re.MULTILINE)) == codes
    for page in pages():
        named = set(re.findall(r"\bWB\d{3}\b", page.read_text(encoding="utf-8")))
        assert named <= codes, f"{name_of(page)}: {sorted(named - codes)}"


def test_every_key_of_the_wiring_is_documented_and_no_other() -> None:
    """Tables of wiring.md hold exactly the keys that are read."""
    text = _page("wiring.md")
    top, _, rest = text.partition("## `[channels.NAME]`")
    tables = ("channels", "contacts", "rooms", "environment", "metrics", "sources")
    said = set(re.findall(r"^\| `(\w+)` \|", top.split("## At the top")[1], re.MULTILINE))
    assert said | set(tables) == set(KEYS[""])
    for table in ("channels", "metrics", "sources"):
        part = re.split(rf"## `\[+{table}", text)[1].split("\n## ")[0]
        assert set(re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)) == set(KEYS[table])
    assert "## `[contacts]` and `[rooms]`" in rest
    assert "## `[environment]`" in rest


def test_every_field_of_a_page_is_documented() -> None:
    """What a webhook receives is what its reference says, in the example and in the table."""
    episode = Episode(EpisodeId("e"), AlertId("a"), "shop", "production", "Down", Severity.HIGH, 0.0)
    body = page_body(Matter(episode), Address(NoticeKind.TRIGGER, "Ana Ruiz", 0, 0), 0.0)
    text = _page("webhook.md")
    rows = {
        name
        for row in re.findall(r"^\| (`[^|]+`) \|", text, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    }
    assert rows == set(body)
    assert set(re.findall(r'^  "(\w+)":', text, re.MULTILINE)) == set(body)
    for kind in NoticeKind:
        assert f"`{kind}`" in text


def test_every_class_of_command_has_an_example() -> None:
    """The forms show at least one command of each class."""
    assert {classify(command).safety for command in forms.COMMANDS} == set(Safety)


def test_every_package_has_its_paragraph_in_the_architecture() -> None:
    """A new package of the house is described, and a removed one is not."""
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    told = {name for title in re.findall(r"^## (.+)$", text, re.MULTILINE) for name in title.split(", ")}
    packages = {path.parent.name for path in (ROOT / "src" / "watchbook").glob("*/__init__.py")}
    assert told - {"Start-up", "Where to read on"} == packages


def test_every_decision_is_in_their_index() -> None:
    """Each page of a decision has the three parts, and its line in the index."""
    index = (DOCS / "decisions" / "README.md").read_text(encoding="utf-8")
    for page in sorted((DOCS / "decisions").glob("*.md")):
        if page.name == "README.md":
            continue
        assert f"({page.name})" in index, page.name
        titles = re.findall(r"^## (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert titles[:1] == ["Context"], page.name
        assert "Choice" in titles, page.name
        assert "What it costs" in titles, page.name


def test_every_kind_and_risk_of_a_change_is_documented() -> None:
    """The guide names each, as the JSON does."""
    text = (DOCS / "guide" / "review-changes.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`([a-z]+)`", text.split("`kind` is one of")[1].split("\n##")[0])) == set(KINDS)
    assert {risk.value for risk in Risk} == set(re.findall(r"\| `([a-z_]+)` \|", text))
