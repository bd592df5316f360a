"""Finds the scenarios of runbooks: in `RUNBOOK.test.yaml` beside `RUNBOOK.md`, and in fences of the document.

Called by `watchbook test`. It reads files and plays nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from watchbook.app.documents.loading import Loaded, find, load, read_text
from watchbook.model.errors import DocumentError
from watchbook.model.scenarios import Problem, Scenario
from watchbook.reading.scenarios import MARK, read_scenarios, scenarios_in_document

ENDINGS = (".test.yaml", ".test.yml", ".test.json")


@dataclass(frozen=True, slots=True)
class Source:
    """Scenarios of one runbook in one file: beside it, or the runbook itself."""

    path: Path
    loaded: Loaded
    scenarios: tuple[Scenario, ...]
    problems: tuple[Problem, ...] = ()


def find_sources(paths: Sequence[Path]) -> tuple[list[Source], list[Path]]:
    """The scenarios under `paths` (runbooks, files of scenarios, folders), and the runbooks that have none.

    Raises DocumentError for what cannot be read, and where there is no scenario at all.
    """
    sources: list[Source] = []
    bare: list[Path] = []
    for path in paths:
        if path.name.endswith(ENDINGS):
            sources.append(_of_file(path, load(_runbook_of(path))))
            continue
        for runbook in find([path]):
            found = list(_of_runbook(runbook))
            sources += found
            if not found:
                bare.append(runbook)
    if not sources:
        where = ", ".join(map(str, paths))
        mend = f"Write RUNBOOK.test.yaml beside RUNBOOK.md, or a ```yaml {MARK} fence in it."
        raise DocumentError("there is no scenario", where=where, mend=mend)
    return list({source.path.absolute(): source for source in sources}.values()), bare


def _runbook_of(path: Path) -> Path:
    name = next(path.name.removesuffix(ending) for ending in ENDINGS if path.name.endswith(ending))
    return path.with_name(f"{name}.md")


def _of_runbook(runbook: Path) -> Iterator[Source]:
    loaded = load(runbook)
    inside = scenarios_in_document(loaded.text)
    if inside.scenarios or inside.problems:
        yield Source(runbook, loaded, inside.scenarios, inside.problems)
    for ending in ENDINGS:
        beside = runbook.with_name(f"{runbook.stem}{ending}")
        if beside.is_file():
            yield _of_file(beside, loaded)


def _of_file(path: Path, loaded: Loaded) -> Source:
    found = read_scenarios(read_text(path))
    return Source(path, loaded, found.scenarios, found.problems)
