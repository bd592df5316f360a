"""The documents of the corpus, and where it lies: `../shared/corpus` beside the repository.

Called by the report and by the test over every file. It opens files and changes none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT.parent / "shared" / "corpus"
_PAGES = ("service", "alerts")


@dataclass(frozen=True, slots=True)
class Source:
    """One document: `group` is what it is counted with, `name` how the report calls it."""

    group: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of a list: the value as written, and the name that it had in its document."""

    text: str
    name: str


def documents(corpus: Path = CORPUS) -> Iterator[Source]:
    """Service runbooks, alert pages, and each file of rules as a page with one fence."""
    for page in _PAGES:
        for path in sorted((corpus / page).rglob("*.md")):
            inside = path.relative_to(corpus / page)
            group = page if page == "service" else f"{page}: {inside.parts[0]}"
            yield Source(group, inside.stem, path.read_text(encoding="utf-8", errors="replace"))
    for path in sorted((corpus / "rules").rglob("rules.yaml")):
        yield Source("rules", path.parent.name, as_fence(path.parent.name, path.read_text(encoding="utf-8")))


def as_fence(name: str, rules: str) -> str:
    """A page whose alerting section holds the rules as a YAML fence."""
    return f"# {name}\n\n## Alerting\n\n```yaml\n{rules.rstrip()}\n```\n"


def lists(corpus: Path = CORPUS) -> Iterator[tuple[str, tuple[Listed, ...]]]:
    """Each list with its lines; the columns are text, source, kind and name."""
    for path in sorted((corpus / "lists").glob("*.tsv")):
        yield path.stem, listed(path.read_text(encoding="utf-8"))


def listed(text: str) -> tuple[Listed, ...]:
    """The lines of a list, without empty ones."""
    rows = [line.split("\t") for line in text.splitlines() if line.strip()]
    return tuple(Listed(row[0], row[3] if len(row) > 3 else "") for row in rows)


def every_file(corpus: Path = CORPUS) -> list[Path]:
    """Every file of the corpus, of whatever kind."""
    return sorted(path for path in corpus.rglob("*") if path.is_file()) if corpus.is_dir() else []
