"""Which runbooks a command means: those at its paths or, without one, those that `watchbook.toml` names.

Called by `check`, `explain`, `fix`, `diff`, `run` and `diagnose`. What is watched is `documents.sources`, which this asks.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from watchbook.app.documents.joining import gather
from watchbook.app.documents.loading import Found, Loaded
from watchbook.model.errors import DocumentError

if TYPE_CHECKING:
    from watchbook.app.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Meant:
    """The runbooks that are meant, and one line for each source that cannot be read."""

    runbooks: tuple[Found, ...]
    problems: tuple[str, ...] = ()


def runbooks_meant(paths: Sequence[Path], otherwise: Path) -> Meant:
    """The runbooks at `paths`; without one those of the wiring found from here; without any named there, `otherwise`.

    Raises `DocumentError` for a path that is missing, and for a wiring that is wrong.
    """
    if paths:
        return Meant(tuple(gather(paths)))
    wiring = wiring_that_names()
    if wiring is None:
        return Meant(tuple(gather([otherwise])))
    files = file_paths(wiring)
    if not any(one.repo for one in wiring.sources):
        return Meant(tuple(gather(files)))
    return _with_repositories(files, wiring)


def files_meant(paths: Sequence[Path], otherwise: Path) -> list[Found]:
    """As `runbooks_meant`, of files alone: what is in git elsewhere is not written to."""
    if paths:
        return gather(paths)
    wiring = wiring_that_names()
    return gather((file_paths(wiring) if wiring is not None else []) or [otherwise])


def wiring_that_names() -> "Wiring | None":
    """The wiring found from here upward, where it names runbooks or sources; None otherwise."""
    from watchbook.app.wiring import find_wiring, load_wiring

    found = find_wiring(Path.cwd())
    wiring = load_wiring(found) if found is not None else None
    return wiring if wiring is not None and (wiring.runbooks or wiring.sources) else None


def file_paths(wiring: "Wiring") -> list[Path]:
    """The files, folders and patterns that a wiring names, as they are written from here."""
    return [*map(_from_here, (*wiring.runbooks, *(path for one in wiring.sources for path in one.paths)))]


def _from_here(path: Path) -> Path:
    """A path relative to this folder where it lies below it."""
    try:
        return Path(os.path.normpath(path)).relative_to(Path.cwd())
    except ValueError:
        return path


def _with_repositories(files: Sequence[Path], wiring: "Wiring") -> Meant:
    """Files, and what the git sources hold now: the folders that are on disk for them."""
    from watchbook.app.documents.sources import sources_of
    from watchbook.app.wiring import find_data_folder

    found = list(gather(files)) if files else []
    alone = replace(wiring, runbooks=(), sources=tuple(one for one in wiring.sources if one.repo))
    try:
        snapshot = sources_of(alone, (), find_data_folder()).read()
    except DocumentError as error:
        return Meant(tuple(found), (str(error),))
    taken: dict[Path, Found] = {}
    for loaded in snapshot.loaded.values():
        taken.setdefault(loaded.path, _found(loaded))
    return Meant((*found, *taken.values()), tuple(snapshot.problems.values()))


def _found(loaded: Loaded) -> Found:
    beside = tuple(path for path in loaded.files[1:] if path.parent == loaded.path.parent)
    return Found(loaded.path, beside, loaded.label)
