"""Finds runbooks on disk and reads them. Called by `check`, `explain`, `up` and everything that needs a document.

A path is a file, a pattern (`services/*/RUNBOOK.md`) or a folder; a folder is searched for `RUNBOOK.md` and
`*runbook*.md`. A file may describe several services, and a runbook may stand in several files (`documents.joining`).
Whatever cannot be loaded is one `DocumentError` line. It never writes, and it keeps nothing.
"""

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from watchbook.model.errors import DocumentError
from watchbook.model.ids import ServiceId, slug
from watchbook.model.runbook import UNNAMED, Runbook

if TYPE_CHECKING:
    from watchbook.reading.composing import Composed

_NAME = re.compile(r"runbook", re.IGNORECASE)
_PATTERN = re.compile(r"[*?\[]")
_SKIPPED = {".git", ".venv", "node_modules", ".watchbook", "__pycache__"}
LARGEST_BYTES = 20 * 1024 * 1024


class AbsentError(DocumentError):
    """There is no such file, or none that a runbook may include."""


@dataclass(frozen=True, slots=True)
class Revision:
    """Which version of a source a text is. `label` is how people read it: `RUNBOOK.md`, `main@1a2b3c4 RUNBOOK.md`."""

    label: str
    commit: str = ""  # full id where it came from git
    trusted: bool = False  # from a git ref that watchbook.toml declares trusted (rule 22)
    source: str = ""  # the label of its source, by which problems are told


@dataclass(frozen=True, slots=True)
class Found:
    """A runbook that was found and not read yet: its main file, and files beside it that name the same service.

    `label` is how people know the main file, where that is not its path.
    """

    path: Path
    also: tuple[Path, ...] = ()
    label: str = ""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The runbook of one service, with where it came from.

    `path` is its main file, in whose folder its commands run. `text` is the document exactly as read; of several files, as
    they were joined (`composed`). Lines of the runbook are lines of `text`.
    """

    path: Path
    text: str
    runbook: Runbook
    revision: Revision = Revision("")
    composed: "Composed | None" = field(default=None, compare=False)

    @property
    def id(self) -> ServiceId:
        return ServiceId(slug(self.runbook.service.name))

    @property
    def label(self) -> str:
        """The main file as people know it."""
        return self.revision.label or str(self.path)

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file that it was read from, the main one first."""
        names = self.composed.files[1:] if self.composed else ()
        return (self.path, *(self.path.parent / name for name in names))

    def place(self, line: int) -> tuple[str, int]:
        """File, as people know it, and line there, of a line of the text."""
        if self.composed is None:
            return self.label, line
        origin = self.composed.origin(line)
        return self.name_of(origin.file), origin.line

    def name_of(self, file: str) -> str:
        """A file of the joined text as people know it: beside the main one."""
        main = self.composed.files[0] if self.composed else file
        return self.label if file == main else self.label.removesuffix(main) + file

    def where(self, line: int) -> str:
        """`file:line`, as people find it."""
        return "{}:{}".format(*self.place(line))


def find(paths: list[Path]) -> list[Path]:
    """Files named by `paths`, folders searched, in order and without repeats.

    Raises `DocumentError` for a path that is missing or that nobody may look at, a pattern without a match, or a folder
    without a runbook.
    """
    found: dict[Path, None] = {}
    for path in paths:
        try:
            found.update(dict.fromkeys(_named_by(path)))
        except OSError as error:
            raise _unreadable(path, error) from None
    return list(found)


def _named_by(path: Path) -> list[Path]:
    if path.is_dir():
        inside = runbooks_in(path)
        if not inside:
            raise DocumentError(
                "no runbook in this folder",
                where=str(path),
                mend="A runbook is a file named RUNBOOK.md or with “runbook” in its name, ending in .md.",
            )
        return inside
    if path.exists():
        return [path]
    if is_pattern(path):
        return matching(path)
    raise DocumentError("there is no such file", where=str(path), mend="Check the path.")


def _unreadable(path: Path, error: OSError) -> DocumentError:
    return DocumentError(
        f"cannot be read: {error.strerror}", where=str(path), mend="Check its name and permissions."
    )


def is_pattern(path: Path) -> bool:
    """Whether a path holds `*`, `?` or `[`."""
    return _PATTERN.search(str(path)) is not None


def matching(pattern: Path, *, may_fail: bool = False) -> list[Path]:
    """What a pattern matches, in order: files of any name, and the runbooks of folders. `**` is any depth.

    Raises `DocumentError` where it matches nothing, unless it `may_fail`.
    """
    import glob

    found: list[Path] = []
    for name in sorted(glob.glob(str(pattern), recursive=True)):  # noqa: PTH207  # Path.glob takes no absolute pattern
        path = Path(name)
        if path.is_dir():
            found += runbooks_in(path)
        elif not _SKIPPED & set(path.parts[len(_fixed(pattern)) :]):
            found.append(path)
    if not found and not may_fail:
        raise DocumentError("no file matches this pattern", where=str(pattern), mend="Check the pattern.")
    return found


def _fixed(pattern: Path) -> tuple[str, ...]:
    """The parts of a pattern before its first wildcard."""
    parts = pattern.parts
    return parts[: next(i for i, part in enumerate(parts) if _PATTERN.search(part))]


def runbooks_in(folder: Path) -> list[Path]:
    """The runbooks below a folder, in order; none where there are none.

    Folders of tools are not gone into, nor those that begin with two dots: in a mounted ConfigMap, `..data` and the like
    hold the files a second time.
    """
    found: list[str] = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _SKIPPED and not name.startswith("..")]
        found += (
            f"{place}/{name}"
            for name in names
            if name.endswith(".md") and _NAME.search(name) and os.path.isfile(f"{place}/{name}")  # noqa: PTH113
        )
    return sorted(map(Path, found))


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
        raise AbsentError("there is no such file", where=str(path), mend="Check the path.") from None
    except OSError as error:
        raise _unreadable(path, error) from None
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
    """Reads one runbook. Raises `DocumentError` as `read_text` does; a malformed document is findings, not an error.

    Of several services in it, the first.
    """
    return load_found(Found(path))[0]


def load_found(
    found: Found, revision: Revision | None = None, read: Callable[[str], str] | None = None
) -> tuple[Loaded, ...]:
    """Reads one runbook with all its files: one value for each service that it describes. Raises `DocumentError`.

    `read` gives the text of a file, by its name relative to the main file's folder; by default from disk.
    """
    from watchbook.app.documents.joining import join, reader_of

    names = [found.path.name, *(path.name for path in found.also)]
    composed = join(names[0], names[1:], read or reader_of(found.path))
    return loaded_from(composed, found.path, revision or Revision(found.label or str(found.path)))


def loaded_from(composed: "Composed", path: Path, revision: Revision) -> tuple[Loaded, ...]:
    """What a text says, one value for each of its services."""
    from watchbook.reading import read_runbooks

    read = list(read_runbooks(composed.text))
    read[0] = replace(read[0], findings=(*read[0].findings, *composed.findings))
    parts = composed if composed.origins else None
    return tuple(Loaded(path, composed.text, runbook, revision, parts) for runbook in read)


def runbook_of(text: str, service: str) -> Runbook:
    """What a text says of the service with this id; of its first where it describes none of that id."""
    from watchbook.reading import read_runbooks

    found = read_runbooks(text)
    return next((one for one in found if slug(one.service.name) == service), found[0])


def load_all(paths: Sequence[Path]) -> list[Loaded]:
    """Reads every runbook under `paths`. Two documents of one service are an error: nobody could tell them apart."""
    from watchbook.app.documents.joining import gather

    loaded: dict[ServiceId, Loaded] = {}
    for found in gather(paths):
        for one in load_found(found):
            other = loaded.get(one.id)
            if other is not None:
                raise twice(one, other)
            loaded[one.id] = one
    return list(loaded.values())


def twice(one: Loaded, other: Loaded) -> DocumentError:
    """Two documents describe one service: which, and why they are not two parts of one."""
    from watchbook.reading.composing import shared_section

    if one.runbook.service.name == UNNAMED:
        return DocumentError(
            f"the document names no service, and neither does {other.label}",
            where=one.label,
            mend="Write **Service:** NAME into the head of each.",
        )
    why = ""
    if one.path.parent == other.path.parent and one.path != other.path:
        both = shared_section({str(other.label): other.text, str(one.label): one.text})
        why = f"; both have a section “{both[0]}” (line {both[2]} and line {both[4]})" if both else ""
    return DocumentError(
        f"the service “{one.runbook.service.name}” is already described by {other.label}{why}",
        where=one.label,
        mend="Give one of them another **Service:** name.",
    )
