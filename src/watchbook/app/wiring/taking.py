"""Takes values out of a parsed `watchbook.toml`, noting what is wrong with them instead of stopping at the first.

Called by `app.wiring.reading` and `app.wiring.sources`, which know what the file may say. It opens no file.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from watchbook.app.wiring.values import Secret
from watchbook.model.errors import DocumentError
from watchbook.reading.quantities import read_duration

KEYS: dict[str, tuple[str, ...]] = {
    "": (
        *("version", "listen", "public_url", "data", "runbooks", "armed", "group_wait", "inherit"),
        *("channels", "contacts", "rooms", "environment", "metrics", "sources"),
    ),
    "channels": ("kind", "url", "secret", "timeout"),
    "metrics": ("retention", "memory"),
    "sources": ("path", "paths", "repo", "ref", "glob", "every", "trusted", "secret"),
}
SECRET = re.compile(r"(env|file):(.+)")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, on a line of the file."""

    line: int
    what: str
    mend: str = ""


class WiringError(DocumentError):
    """Everything that is wrong with a wiring file: `problems`, one line each when printed."""

    def __init__(self, path: Path, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        first = problems[0]
        super().__init__(first.what, where=f"{path}:{first.line}", mend=first.mend)
        self.path = path

    def __str__(self) -> str:
        lines = [
            str(DocumentError(one.what, where=f"{self.path}:{one.line}", mend=one.mend))
            for one in self.problems
        ]
        return "\n".join(lines)


class Taker:
    """The parsed file with its lines; `problems` gathers what is wrong.

    An entry of an array of tables has its number as a part of its key.
    """

    def __init__(self, said: Mapping[str, Any], lines: Mapping[Key, int], path: Path) -> None:
        self.problems: list[Problem] = []
        self.said, self._lines, self.path = said, lines, path
        self.folder = path.absolute().parent

    # ------------------------------------------------------------------------------------------- single values

    def problem(self, key: Key, what: str, mend: str = "") -> None:
        self.problems.append(Problem(self.line(key), what, mend))

    def line(self, key: Key) -> int:
        while key and key not in self._lines:
            key = key[:-1]
        return self._lines.get(key, 1)

    def get(self, key: Key) -> Any:
        value: Any = self.said
        for part in key:
            if isinstance(value, list) and part.isdecimal():
                value = value[int(part)]
            else:
                value = value.get(part) if isinstance(value, Mapping) else None
        return value

    def flag(self, key: Key) -> bool:
        """`true` or `false`; false without a word."""
        value = self.get(key)
        if value is not None and not isinstance(value, bool):
            self.problem(key, f"{said(key)} must be true or false", f"Write {key[-1]} = true.")
        return value is True

    def text(self, key: Key) -> str:
        value = self.get(key)
        if value is None:
            return ""
        if not isinstance(value, str) or not value.strip():
            self.problem(key, f"{said(key)} must be text", f'Write {key[-1]} = "…".')
            return ""
        return value.strip()

    def texts(self, key: Key) -> tuple[str, ...]:
        """A list of texts; one text counts as a list of one."""
        value = self.get(key)
        if value is None:
            return ()
        several = value if isinstance(value, list) else [value]
        if not all(isinstance(one, str) and one.strip() for one in several):
            self.problem(key, f"{said(key)} must be a list of texts", f'Write {quoted(key[-1])} = ["…"].')
            return ()
        return tuple(one.strip() for one in several)

    def table(self, key: Key) -> Mapping[str, Any]:
        value = self.get(key)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self.problem(key, f"{said(key)} must be a table", f"Write [{'.'.join(map(quoted, key))}].")
            return {}
        return value

    def duration(self, key: Key) -> float | None:
        value = self.get(key)
        if value is None:
            return None
        length_s = read_duration(value) if isinstance(value, str) else None
        if value == 0 and not isinstance(value, (bool, str)):
            length_s = 0.0
        if length_s is None or length_s < 0:
            self.problem(key, f"{said(key)} must be a duration", f'Write {key[-1]} = "10s".')
            return None
        return length_s

    def check_keys(self, table: Mapping[str, Any], name: str, at: Key) -> None:
        """Every key of a table that is not known, with the nearest one that is."""
        for key in table:
            if key not in KEYS[name]:
                near = get_close_matches(key, KEYS[name], 1, 0.6)
                mend = f"Is {near[0]} meant?" if near else f"Known here are: {', '.join(sorted(KEYS[name]))}."
                self.problem((*at, key), f"unknown key {said((*at, key))}", mend)

    def secret(self, key: Key) -> Secret | None:
        """A reference to a secret; a literal one is refused, without repeating it."""
        text = self.text(key)
        if not text:
            return None
        match = SECRET.fullmatch(text)
        if match is None:
            self.problem(
                key,
                f"{said(key)} must not hold a secret itself",
                f'Write {key[-1]} = "env:NAME" or "file:PATH".',
            )
            return None
        source, name = match[1], match[2].strip()
        if source == "file":
            name = str(self.folder / Path(name).expanduser())
        elif not VARIABLE.fullmatch(name):
            self.problem(key, f"“{name}” is no name of an environment variable", 'Write "env:NAME".')
        return Secret(source, name, f"{self.path}:{self.line(key)}")


def is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def quoted(key: str) -> str:
    """A key as TOML wants it."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else f'"{key}"'


def said(key: Key) -> str:
    """The key's name for people; the number of an entry is told by its line."""
    return ".".join(quoted(part) for part in key if not part.isdecimal())
