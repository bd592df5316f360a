"""What was read before, by content: a folder of the user's, so that unchanged runbooks are not read twice.

Called by `documents.checking`. The key is made of the text, of the reader itself (its source, its Python, its libraries)
and of the form of what is kept, so that a changed reader never answers with what an old one said. Nothing here ever
fails: an entry that is damaged, a folder that cannot be written, a disk that is full are a miss, and the text is read.
Entries are text with a checksum, never code. See docs/decisions/cache-by-content.md.
"""

import contextlib
import hashlib
import os
import sys
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from watchbook import __version__
from watchbook.app.documents.examined import FORM, Examined, from_json, to_json

VARIABLE = "WATCHBOOK_CACHE"
SHARDS = 256
MOST_ENTRIES = 64  # of one shard: 16,384 runbooks in all
MOST_BYTES = 1024 * 1024  # of one shard: 256 MiB in all
LARGEST_BYTES = 256 * 1024  # of one entry: what is larger is read again
_AGE_S = 86_400.0  # a hit is written down once a day: what was not used for longest goes first
_LIBRARIES = (
    "markdown_it_py", "mdit_py_plugins", "tree_sitter", "tree_sitter_bash", "sqlglot", "promql_parser", "pyyaml",
    "bc_detect_secrets", "detect_secrets",
)  # fmt: skip


@dataclass(slots=True)
class Cache:
    """Readings kept in a folder. `reader` is the version of the reader; `writes` is off after the first failure."""

    folder: Path
    reader: str
    writes: bool = field(default=True)

    def key(self, text: str) -> str:
        """The name of a text's entry."""
        content = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        return hashlib.sha256(f"{self.reader}\n{content}".encode()).hexdigest()

    def get(self, key: str) -> Examined | None:
        """What was kept; None where nothing was, or it is damaged."""
        path = f"{self.folder}/{key[:2]}/{key[2:]}"
        try:
            with open(path, "rb", buffering=0) as file:  # noqa: PTH123  # a Path costs more than the reading
                about = os.fstat(file.fileno())
                content = file.read(LARGEST_BYTES + 1)
        except OSError:
            return None
        sum_, _, body = content.partition(b"\n")
        if hashlib.sha256(body).hexdigest().encode() != sum_:
            return None
        if self.writes and time.time() - about.st_mtime > _AGE_S:
            with contextlib.suppress(OSError):
                os.utime(path)
        try:
            return from_json(body.decode())
        except UnicodeDecodeError:
            return None

    def put(self, key: str, known: Examined) -> None:
        """Keeps a reading, and lets those go that were not used for longest."""
        body = to_json(known).encode()
        if not self.writes or len(body) > LARGEST_BYTES:
            return
        shard = self.folder / key[:2]
        fresh = shard / f".{os.urandom(8).hex()}"
        try:
            shard.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
                fresh.replace(shard / key[2:])
            except OSError:
                fresh.unlink(missing_ok=True)
                raise
            _trim(shard)
        except OSError:
            self.writes = False


def _trim(shard: Path) -> None:
    """Holds a shard within its bounds: what was not used for longest goes, a quarter at once."""
    with os.scandir(shard) as entries:
        names = [entry.path for entry in entries]
    found = []
    for name in names:
        with contextlib.suppress(OSError):  # another process let it go
            about = os.stat(name)  # noqa: PTH116  # a Path costs more than the look
            found.append((about.st_mtime, about.st_size, name))
    total = sum(size for _, size, _ in found)
    if len(found) <= MOST_ENTRIES and total <= MOST_BYTES:
        return
    left = len(found)
    for _, size, name in sorted(found):
        if left <= MOST_ENTRIES * 3 // 4 and total <= MOST_BYTES * 3 // 4:
            break
        with contextlib.suppress(OSError):
            os.unlink(name)  # noqa: PTH108
        left, total = left - 1, total - size


def open_cache() -> Cache | None:
    """The user's cache; None where there is no place for one, or the reader's own source cannot be seen."""
    folder, reader = default_folder(), reader_version()
    return Cache(folder, reader) if folder is not None and reader else None


def default_folder() -> Path | None:
    """`$WATCHBOOK_CACHE`, else `watchbook` in the user's cache folder by the platform's rule."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named).absolute()
    system = os.environ.get("XDG_CACHE_HOME", "")
    if Path(system).is_absolute():
        return Path(system) / "watchbook"
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "watchbook"


@cache
def reader_version() -> str:
    """What makes two readers one: version, Python, source of the reading and the model, versions of their libraries.

    Empty where the source is nowhere to be read.
    """
    made = hashlib.sha256(f"{__version__}\n{FORM}\n{sys.version}\n".encode())
    package = Path(__file__).parents[2]
    try:
        for name in ("model", "reading"):
            sources = _sources(f"{package}/{name}")
            if not sources:
                return ""
            for path in sorted(sources):
                with open(path, "rb", buffering=0) as file:  # noqa: PTH123
                    made.update(os.fsencode(os.path.relpath(path, package)) + b"\n" + file.read())
        made.update("\n".join(_installed()).encode())
    except OSError:
        return ""
    return made.hexdigest()


def _sources(folder: str) -> list[str]:
    found: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                found += _sources(entry.path) if entry.name != "__pycache__" else []
            elif not entry.name.endswith(".pyc"):
                found.append(entry.path)
    return found


def _installed() -> list[str]:
    """Names of the libraries' metadata folders, which hold their versions; to import the libraries would take long."""
    found: set[str] = set()
    for folder in sys.path:
        with contextlib.suppress(OSError):
            found.update(
                name
                for name in os.listdir(folder or ".")  # noqa: PTH208
                if name.endswith(".dist-info")
                and name.partition("-")[0].casefold().replace("-", "_") in _LIBRARIES
            )
    return sorted(found)
