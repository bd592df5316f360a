"""The pages of the documentation: which there are, their links, their code blocks. Shared by the tests of this folder."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
_FENCE = re.compile(
    r"^(?P<marks>`{3,})(?P<language>[^\n`]*)\n(?P<text>.*?)^(?P=marks)\s*$", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True)
class Block:
    """A code block: its language, its text, and the line where it opens."""

    language: str
    text: str
    line: int


def pages() -> list[Path]:
    """Every Markdown page that people read: the top folder's and those of docs/ and examples/, not the runbooks."""
    found = [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "examples").glob("*/README.md")]
    return sorted(path for path in found if path.name != "RUNBOOK.md")


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(page: Path) -> Iterator[Block]:
    """The code blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        yield Block(found["language"].strip(), found["text"], text.count("\n", 0, found.start()) + 1)


def prose(page: Path) -> str:
    """A page without its code blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    found: set[str] = set()
    for title in re.findall(r"^#{1,6}\s+(.+?)\s*$", prose(page), re.MULTILINE):
        bare = re.sub(r"[^\w\- ]", "", title.casefold())
        found.add(bare.replace(" ", "-"))
    return found
