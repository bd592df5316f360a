"""Links between pages lead somewhere, and every page can be found."""

import re
from pathlib import Path

import pytest
from tests.docs.pages import DOCS, ROOT, anchors, name_of, pages, prose

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"")


def _links(page: Path) -> list[str]:
    without_code = re.sub(r"`[^`\n]*`", "", prose(page))
    return [found[1] or found[2] for found in _LINK.finditer(without_code)]


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_link_of_a_page_resolves(page: Path) -> None:
    """Files, headings and pictures are there. Addresses outside are not asked."""
    for link in _links(page):
        if re.match(r"https?:|mailto:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{name_of(page)} links to {link}"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{name_of(page)} links to {link}: there is no such heading"


def test_every_page_is_linked_from_another_one() -> None:
    """Nobody finds a page that nothing links to."""
    linked = {(page.parent / link.partition("#")[0]).resolve() for page in pages() for link in _links(page)}
    lonely = {page for page in pages() if page not in linked and page.is_relative_to(DOCS)}
    assert not lonely, f"link these from README.md or a guide: {sorted(map(name_of, lonely))}"
    assert ROOT / "CONTRIBUTING.md" in linked
