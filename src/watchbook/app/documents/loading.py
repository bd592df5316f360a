"""Finds runbooks on disk and reads them. Called by `check`, `explain`, `up` and everything that needs a document.

A path is a file or a folder; a folder is searched for `RUNBOOK.md` and `*runbook*.md`. Whatever cannot be loaded is one
`DocumentError` line. It never writes, and it keeps nothing.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from watchbook.model.errors import DocumentError
from watchbook.model.ids import ServiceId, slug
from watchbook.model.runbook import Runbook

_NAME = re.compile(r"runbook", re.IGNORECASE)
_SKIPPED = {".git", ".venv", "node_modules", ".watchbook", "__pycache__"}
LARGEST_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Revision:
    """Which version of a source a text is. `label` is how people read it: `RUNBOOK.md`, `main@1a2b3c4 RUNBOOK.md`."""

    label: str
    commit: str = ""  # full id where it came from git
    trusted: bool = False  # from a git ref that watchbook.toml declares trusted (rule 22)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A runbook with the file it came from. `text` is the document exactly as read; lines are those of `text`."""

    path: Path
    text: str
    runbook: Runbook
    revision: Revision = Revision("")

    @property
    def id(self) -> ServiceId:
        return ServiceId(slug(self.runbook.service.name))

    def where(self, line: int) -> str:
        """`file:line`, as people find it."""
        return f"{self.revision.label or self.path}:{line}"


def find(paths: list[Path]) -> list[Path]:
    """Files named by `paths`, folders searched, in order and without repeats.

    Raises `DocumentError` for a path that is missing or a folder without a runbook.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = runbooks_in(path)
            if not inside:
                raise DocumentError(
                    "no runbook in this folder",
                    where=str(path),
                    mend="A runbook is a file named RUNBOOK.md or with “runbook” in its name, ending in .md.",
                )
            found.update(dict.fromkeys(inside))
        elif path.exists():
            found[path] = None
        else:
            raise DocumentError("there is no such file", where=str(path), mend="Check the path.")
    return list(found)


def runbooks_in(folder: Path) -> list[Path]:
    """The runbooks below a folder, in order; none where there are none."""
    return sorted(
        path
        for path in folder.rglob("*.md")
        if is_named_as_runbook(path.relative_to(folder).as_posix()) and path.is_file()
    )


def is_named_as_runbook(path: str) -> bool:
    """Whether a folder's search takes a file of that relative path."""
    parts = path.split("/")
    return path.endswith(".md") and bool(_NAME.search(parts[-1])) and not _SKIPPED & set(parts)


def read_text(path: Path) -> str:
    """The document's text. Raises `DocumentError` where it cannot be read, is not text, or is larger than 20 MiB."""
    try:
        if path.is_dir():
            raise DocumentError(
                "this is a folder, a file is wanted", where=str(path), mend="Name the runbook in it."
            )
        if path.stat().st_size > LARGEST_BYTES:
            raise DocumentError(
                "the file is larger than 20 MiB", where=str(path), mend="Is this the runbook?"
            )
        raw = path.read_bytes()
    except FileNotFoundError:
        raise DocumentError("there is no such file", where=str(path), mend="Check the path.") from None
    except OSError as error:
        raise DocumentError(
            f"cannot be read: {error.strerror}", where=str(path), mend="Check its permissions."
        ) from None
    return decoded(raw, str(path))


def decoded(raw: bytes, where: str) -> str:
    """A document's bytes as text. Raises `DocumentError` where they are none; `where` is what it names."""
    if b"\0" in raw:
        raise DocumentError("this is not a text file", where=where, mend="A runbook is Markdown in UTF-8.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise DocumentError("not UTF-8", where=f"{where}:{line}", mend="Save the file as UTF-8.") from None


def load(path: Path) -> Loaded:
    """Reads one runbook. Raises `DocumentError` as `read_text` does; a malformed document is findings, not an error."""
    from watchbook.reading import read_runbook

    text = read_text(path)
    return Loaded(path, text, read_runbook(text), Revision(str(path)))


def outdated(loaded: Loaded, since: float) -> str:
    """Why the file does not hold the loaded text any more; empty where it does.

    `since` is when it was loaded, in wall seconds: a file that was not touched after that is not read again.
    """
    try:
        if loaded.path.stat().st_mtime <= since or read_text(loaded.path) == loaded.text:
            return ""
    except FileNotFoundError:
        return f"{loaded.path.name} is gone"
    except (OSError, DocumentError):
        return f"{loaded.path.name} cannot be read any more"
    return f"{loaded.path.name} was edited"


def load_all(paths: list[Path]) -> list[Loaded]:
    """Reads every runbook under `paths`. Two documents of one service name are an error: nobody could tell them apart."""
    loaded: dict[ServiceId, Loaded] = {}
    for path in find(paths):
        one = load(path)
        other = loaded.get(one.id)
        if other is not None:
            raise DocumentError(
                f"the service “{one.runbook.service.name}” is already described by {other.path}",
                where=str(path),
                mend="Give one of them another **Service:** name.",
            )
        loaded[one.id] = one
    return list(loaded.values())
