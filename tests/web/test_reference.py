"""The board's reference page says what is there: every page has its line, every tone its mark."""

import re
from pathlib import Path

from tests.web.fake_application import FakeApplication

from watchbook.web import assets, board
from watchbook.web.routes import make_router

REFERENCE = (Path(__file__).parents[2] / "docs" / "reference" / "board.md").read_text()


async def test_every_page_is_documented() -> None:
    """Each address that answers a page, without its parts and files, stands in the table."""
    pages = {
        route.path
        for route in make_router(FakeApplication()).routes
        if "GET" in getattr(route, "methods", ()) and not route.path.endswith("/parts")  # type: ignore[attr-defined]
    }
    said = set(re.findall(r"^\| `(/[^`?]*)", REFERENCE, re.MULTILINE))
    names = {"{service}": "NAME", "{run}": "ID", "{incident}": "NUMBER", "{token}": "TOKEN"}
    for field, word in names.items():
        pages = {page.replace(field, word) for page in pages}
    assert said == pages - {"/static/{version}/{name}"}


def test_marks_are_those_of_the_style() -> None:
    """The table, the drawings and the stylesheet use the same mark for the same tone."""
    table = dict(re.findall(r"^\| (\S) \| (\w+) \|", REFERENCE, re.MULTILINE))
    assert {tone: mark for mark, tone in table.items()} == board.MARKS
    style = assets.assets()["board.css"].content.decode()
    for tone, mark in board.MARKS.items():
        where = ".state::before" if tone == "idle" else f".state.{tone}::before"
        rule = style[style.index(where) : style.index("}", style.index(where))]
        assert f'content: "{mark}"' in rule
