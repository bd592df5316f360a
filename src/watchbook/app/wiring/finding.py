"""Finds `watchbook.toml` and the data folder. Called by the commands and by whatever starts the application.

It reads the wiring's file and nothing else; making and owning the data folder is `store.folder`.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from watchbook.app.wiring.values import Wiring
from watchbook.model.errors import DocumentError

NAME = "watchbook.toml"
DATA = ".watchbook"


def find_wiring(start: Path) -> Path | None:
    """`watchbook.toml` beside `start` (a runbook or a folder) or upward from it; None where there is none."""
    return next((folder / NAME for folder in _upward(start) if (folder / NAME).is_file()), None)


def load_wiring(path: Path) -> Wiring:
    """The wiring in a file. DocumentError where it cannot be read, WiringError with everything wrong in it."""
    from watchbook.app.wiring.reading import read_wiring

    return read_wiring(_text(path), path)


def wiring_for(runbooks: Sequence[Path] = ()) -> Wiring:
    """The wiring that goes with these runbooks: found from the first one, else from the current folder.

    Without any file, an installation without channels, whose folder is the runbook's.
    """
    start = runbooks[0] if runbooks else Path.cwd()
    found = find_wiring(start)
    if found is not None:
        return load_wiring(found)
    return Wiring(folder=next(iter(_upward(start))))


def data_folder(wiring: Wiring, option: str | None, environ: Mapping[str, str] | None = None) -> Path:
    """`--data`, else `$WATCHBOOK_DATA`, else what the wiring says, else `.watchbook` beside it."""
    named = option or (os.environ if environ is None else environ).get("WATCHBOOK_DATA")
    if named:
        return Path(named).expanduser().absolute()
    return (wiring.data or wiring.folder / DATA).absolute()


def find_data_folder(option: str | None = None, start: Path | None = None) -> Path:
    """The data folder that a command means when nobody names a runbook: as `data_folder`, from `start` upward.

    Of the wiring only `data` counts here, so that a mistake elsewhere in it does not hide a running server.
    """
    named = option or os.environ.get("WATCHBOOK_DATA")
    if named:
        return Path(named).expanduser().absolute()
    beginning = start or Path.cwd()
    for folder in _upward(beginning):
        if (folder / NAME).is_file():
            return (folder / _data_said(folder / NAME)).absolute()
        if (folder / DATA).is_dir():
            return (folder / DATA).absolute()
    return (next(iter(_upward(beginning))) / DATA).absolute()


def _data_said(path: Path) -> Path:
    import tomllib

    try:
        said = tomllib.loads(_text(path)).get("data")
    except tomllib.TOMLDecodeError:
        said = None
    return Path(said).expanduser() if isinstance(said, str) and said.strip() else Path(DATA)


def _upward(start: Path) -> Iterable[Path]:
    """The folder of `start`, and every folder above it."""
    place = start.absolute()
    folder = place if place.is_dir() else place.parent
    return (folder, *folder.parents)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise DocumentError(
            f"the wiring is not text in UTF-8 (byte {error.start})",
            where=str(path),
            mend="Save it as UTF-8.",
        ) from None
    except OSError as error:
        raise DocumentError(
            f"the wiring cannot be read ({error.strerror})", where=str(path), mend="Check its permissions."
        ) from None
