"""Finds the scenarios of runbooks: in `RUNBOOK.test.yaml` beside `RUNBOOK.md`, and in fences of the document.

Called by `watchbook test`. It reads files and plays nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from watchbook.app.documents.joining import gather
from watchbook.app.documents.loading import Found, Loaded, load_found, read_text
from watchbook.model.errors import DocumentError
from watchbook.model.ids import slug
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
    scenarios = [path for path in paths if path.name.endswith(ENDINGS)]
    others = [path for path in paths if path not in scenarios]
    for path in scenarios:
        sources += _of_file(path, load_found(Found(_runbook_of(path))))
    for runbook in gather(others) if others else ():
        found = list(_of_runbook(runbook))
        sources += found
        if not found:
            bare.append(runbook.path)
    if not sources:
        where = ", ".join(map(str, paths))
        mend = f"Write RUNBOOK.test.yaml beside RUNBOOK.md, or a ```yaml {MARK} fence in it."
        raise DocumentError("there is no scenario", where=where, mend=mend)
    distinct = {(source.path.absolute(), source.loaded.id): source for source in sources}
    return list(distinct.values()), bare


def _runbook_of(path: Path) -> Path:
    name = next(path.name.removesuffix(ending) for ending in ENDINGS if path.name.endswith(ending))
    return path.with_name(f"{name}.md")


def _of_runbook(runbook: Found) -> Iterator[Source]:
    loaded = load_found(runbook)
    inside = scenarios_in_document(loaded[0].text)
    yield from _by_service(runbook.path, loaded, inside.scenarios, inside.problems, in_document=True)
    for ending in ENDINGS:
        beside = runbook.path.with_name(f"{runbook.path.stem}{ending}")
        if beside.is_file():
            yield from _of_file(beside, loaded)


def _of_file(path: Path, loaded: tuple[Loaded, ...]) -> Iterator[Source]:
    found = read_scenarios(read_text(path))
    yield from _by_service(path, loaded, found.scenarios, found.problems)


def _by_service(
    path: Path,
    loaded: tuple[Loaded, ...],
    scenarios: tuple[Scenario, ...],
    problems: tuple[Problem, ...],
    *,
    in_document: bool = False,
) -> Iterator[Source]:
    """The scenarios of one text, those of each service together. One that does not say whose it is is a problem."""
    if not scenarios and not problems and in_document:
        return
    lost: list[Problem] = []
    of_service: dict[str, list[Scenario]] = {}
    for scenario in scenarios:
        named = slug(scenario.service) if scenario.service else loaded[0].id if len(loaded) == 1 else ""
        if any(one.id == named for one in loaded):
            of_service.setdefault(named, []).append(scenario)
        else:
            names = ", ".join(one.runbook.service.name for one in loaded)
            what = f"“{scenario.name}” does not say which service it is about"
            if named:
                what = f"“{scenario.name}” is about {scenario.service}, which this runbook does not describe"
            lost.append(Problem(scenario.line, what, f"Write `service:` with one of {names}."))
    told = (*problems, *lost)
    for one in loaded:
        if one.id in of_service or (told and one is loaded[0]):
            yield Source(path, one, tuple(of_service.get(one.id, ())), told if one is loaded[0] else ())
