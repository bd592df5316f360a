"""The runbooks of one installation, wherever they are: read at the start, and again whenever a source has something new.

Called by `cli.up` and `app.watchbook`, in a thread: everything here blocks. It decides nothing about what a new version
means for what is watched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from watchbook.app.documents.loading import Loaded, Revision, find, load, load_all
from watchbook.app.wiring import Wiring
from watchbook.model.errors import DocumentError
from watchbook.model.ids import ServiceId

__all__ = ["Revision", "Snapshot", "Sources", "sources_of"]
FILES_EVERY_S = 2.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What can be read now.

    `loaded` holds the last good version of a service whose source cannot be read at the moment; `problems` says, by the
    source's label, in one line why it could not.
    """

    loaded: Mapping[ServiceId, Loaded] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)


class Sources:
    """All sources of one installation. `read` never raises after the first time."""

    every_s: float = FILES_EVERY_S

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = list(paths)
        self._last: Snapshot | None = None
        self._marks: dict[Path, tuple[int, int, int]] = {}

    def read(self) -> Snapshot:
        """Every service as it is now. The first call raises `DocumentError` where nothing can be read."""
        if self._last is None:
            self._last = Snapshot({one.id: one for one in load_all(self._paths)})
            return self._last
        loaded, problems = dict(self._last.loaded), {}
        try:
            for path in find(self._paths):
                stat = path.stat()
                mark = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
                if self._marks.get(path) != mark:
                    one = load(path)
                    loaded[one.id] = one
                    self._marks[path] = mark
        except (DocumentError, OSError) as error:
            problems[str(self._paths[0])] = str(error)
        self._last = Snapshot(loaded, problems)
        return self._last


def sources_of(wiring: Wiring, paths: Sequence[Path], data: Path) -> Sources:
    """What the command line names, else the wiring, else RUNBOOK.md here. `data` is the data folder, for mirrors."""
    return Sources(list(paths) or list(wiring.runbooks) or [Path("RUNBOOK.md")])
