"""`watchbook.toml`, text → `Wiring`. Lists everything that is wrong with it at once, with lines.

Called by `app.wiring.finding`. It opens no file and fetches no secret.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from watchbook.app.wiring.positions import lines_of
from watchbook.app.wiring.values import (
    CONSOLE,
    DEFAULT_LISTEN,
    INHERITED,
    ChannelWiring,
    MetricsWiring,
    Secret,
    Wiring,
)
from watchbook.deciding.redaction import looks_secret
from watchbook.model.errors import DocumentError
from watchbook.model.quantities import Unit
from watchbook.reading.quantities import read_duration, read_quantity

VERSION = 1
KEYS: dict[str, tuple[str, ...]] = {
    "": (
        *("version", "listen", "public_url", "data", "runbooks", "armed", "group_wait", "inherit"),
        *("channels", "contacts", "rooms", "environment", "metrics"),
    ),
    "channels": ("kind", "url", "secret", "timeout"),
    "metrics": ("retention", "memory"),
}
LATER = {  # what the file will hold one day: said, instead of guessed at
    "controls": "Control targets are not built yet: remove the table.",
    "sources": "Sources other than files are not built yet: name files in runbooks.",
}
KINDS = (CONSOLE, "webhook")
_SECRET = re.compile(r"(env|file):(.+)")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


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


def read_wiring(text: str, path: Path) -> Wiring:
    """The wiring that a text says; `path` is where it stands, and relative paths in it begin there.

    Raises WiringError with every problem.
    """
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WiringError(path, (_syntax_problem(error, text),)) from None
    reader = _Reader(said, lines_of(text), path)
    wiring = reader.wiring()
    if reader.problems:
        raise WiringError(path, tuple(sorted(reader.problems, key=lambda problem: problem.line)))
    return wiring


def _syntax_problem(error: tomllib.TOMLDecodeError, text: str) -> Problem:
    what, _, place = str(error).partition(" (at ")
    line = re.search(r"line (\d+)", place)
    number = int(line[1]) if line else max(1, len(text.splitlines()))
    return Problem(number, f"this is not TOML: {what[:1].lower()}{what[1:]}", "Mend the line.")


class _Reader:
    """Takes the parsed file apart, noting problems instead of stopping at the first."""

    def __init__(self, said: Mapping[str, Any], lines: Mapping[tuple[str, ...], int], path: Path) -> None:
        self.problems: list[Problem] = []
        self._said, self._lines, self._path = said, lines, path
        self._folder = path.absolute().parent

    def wiring(self) -> Wiring:
        """Everything that could be taken; meaningful only without problems."""
        self._check_keys(self._said, "", ())
        self._check_version()
        data = self._text(("data",))
        channels = self._channels()
        return Wiring(
            folder=self._folder,
            path=self._path,
            listen=self._listen() or DEFAULT_LISTEN,
            public_url=self._public_url(),
            data=self._folder / Path(data).expanduser() if data else None,
            runbooks=tuple(self._folder / Path(name).expanduser() for name in self._texts(("runbooks",))),
            armed=self._armed(),
            group_wait_s=self._duration(("group_wait",)),
            channels=channels,
            contacts=self._reached("contacts", channels),
            rooms=self._reached("rooms", channels),
            environment=self._environment(),
            inherit=self._inherit(),
            metrics=self._metrics(),
        )

    # ------------------------------------------------------------------------------------------- single values

    def _problem(self, key: tuple[str, ...], what: str, mend: str = "") -> None:
        self.problems.append(Problem(self._line(key), what, mend))

    def _line(self, key: tuple[str, ...]) -> int:
        while key and key not in self._lines:
            key = key[:-1]
        return self._lines.get(key, 1)

    def _get(self, key: tuple[str, ...]) -> Any:
        value: Any = self._said
        for part in key:
            value = value.get(part) if isinstance(value, Mapping) else None
        return value

    def _text(self, key: tuple[str, ...]) -> str:
        value = self._get(key)
        if value is None:
            return ""
        if not isinstance(value, str) or not value.strip():
            self._problem(key, f"{_said(key)} must be text", f'Write {key[-1]} = "…".')
            return ""
        return value.strip()

    def _texts(self, key: tuple[str, ...]) -> tuple[str, ...]:
        """A list of texts; one text counts as a list of one."""
        value = self._get(key)
        if value is None:
            return ()
        several = value if isinstance(value, list) else [value]
        if not all(isinstance(one, str) and one.strip() for one in several):
            self._problem(key, f"{_said(key)} must be a list of texts", f'Write {_quoted(key[-1])} = ["…"].')
            return ()
        return tuple(one.strip() for one in several)

    def _table(self, key: tuple[str, ...]) -> Mapping[str, Any]:
        value = self._get(key)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self._problem(key, f"{_said(key)} must be a table", f"Write [{'.'.join(map(_quoted, key))}].")
            return {}
        return value

    def _duration(self, key: tuple[str, ...]) -> float | None:
        value = self._get(key)
        if value is None:
            return None
        length_s = read_duration(value) if isinstance(value, str) else None
        if value == 0 and not isinstance(value, (bool, str)):
            length_s = 0.0
        if length_s is None or length_s < 0:
            self._problem(key, f"{_said(key)} must be a duration", f'Write {key[-1]} = "10s".')
            return None
        return length_s

    def _check_keys(self, table: Mapping[str, Any], name: str, at: tuple[str, ...]) -> None:
        """Every key of a table that is not known, with the nearest one that is."""
        for key in table:
            if key not in KEYS[name]:
                near = get_close_matches(key, KEYS[name], 1, 0.6)
                mend = f"Is {near[0]} meant?" if near else f"Known here are: {', '.join(sorted(KEYS[name]))}."
                self._problem((*at, key), f"unknown key {_said((*at, key))}", mend)

    def _check_version(self) -> None:
        version = self._said.get("version", VERSION)
        if version != VERSION:
            self._problem(
                ("version",),
                f"version {version} of this file is not known",
                f"This Watchbook knows version {VERSION}.",
            )

    # ------------------------------------------------------------------------------------------- what it says

    def _listen(self) -> str:
        listen = self._text(("listen",))
        host, _, port = listen.rpartition(":")
        if listen and (not host or not port.isdecimal() or int(port) > 65535):
            self._problem(
                ("listen",), f"“{listen}” is no address to listen on", "Write host and port: 127.0.0.1:8090."
            )
        return listen

    def _public_url(self) -> str | None:
        url = self._text(("public_url",))
        if url and not _is_web_address(url):
            self._problem(
                ("public_url",), f"“{url}” is no web address", 'Write public_url = "https://HOST[:PORT]".'
            )
        return url.rstrip("/") or None

    def _armed(self) -> tuple[str, ...]:
        armed = self._texts(("armed",))
        for one in armed:
            if one.count("/") > 1 or any(not part.strip() for part in one.split("/")):
                self._problem(
                    ("armed",), f"“{one}” arms nothing", 'Write "*", a service, or "service/alert".'
                )
        return armed

    def _channels(self) -> dict[str, ChannelWiring]:
        found: dict[str, ChannelWiring] = {}
        for name, said in self._table(("channels",)).items():
            key = ("channels", name)
            self._check_keys(self._table(key), "channels", key)
            if isinstance(said, Mapping):
                found[name] = self._channel(name, key)
        return found

    def _channel(self, name: str, key: tuple[str, ...]) -> ChannelWiring:
        kind = self._text((*key, "kind"))
        if kind not in KINDS:
            near = get_close_matches(kind, KINDS, 1)
            mend = f"Is {near[0]} meant?" if near else f"Write kind = {' or '.join(map(repr, KINDS))}."
            self._problem((*key, "kind"), f"channel {name} is of no known kind", mend.replace("'", '"'))
        if name == CONSOLE and kind != CONSOLE:
            self._problem(key, "the name console is taken: it is always the console", "Use another name.")
        url = self._channel_url(name, key) if kind == "webhook" else ""
        return ChannelWiring(
            name=name,
            kind=kind,
            url=url,
            secret=self._secret((*key, "secret")),
            timeout_s=self._duration((*key, "timeout")) or 10.0,
            line=self._line(key),
        )

    def _channel_url(self, name: str, key: tuple[str, ...]) -> str | Secret:
        url = self._text((*key, "url"))
        if not url:
            self._problem(key, f"channel {name} has no url", 'Write url = "https://…" or url = "env:NAME".')
            return ""
        if _SECRET.fullmatch(url):
            return self._secret((*key, "url")) or ""
        if not _is_web_address(url):
            self._problem((*key, "url"), f"the url of channel {name} is no web address", 'Write "https://…".')
        elif urlsplit(url).password or urlsplit(url).username:
            self._problem(
                (*key, "url"),
                f"the url of channel {name} holds a name or a password",
                'Put it in the environment and write url = "env:NAME".',
            )
        return url

    def _secret(self, key: tuple[str, ...]) -> Secret | None:
        """A reference to a secret; a literal one is refused, without repeating it."""
        text = self._text(key)
        if not text:
            return None
        match = _SECRET.fullmatch(text)
        if match is None:
            self._problem(
                key,
                f"{_said(key)} must not hold a secret itself",
                f'Write {key[-1]} = "env:NAME" or "file:PATH".',
            )
            return None
        source, name = match[1], match[2].strip()
        if source == "file":
            name = str(self._folder / Path(name).expanduser())
        elif not _VARIABLE.fullmatch(name):
            self._problem(key, f"“{name}” is no name of an environment variable", 'Write "env:NAME".')
        return Secret(source, name, f"{self._path}:{self._line(key)}")

    def _reached(self, name: str, channels: Mapping[str, ChannelWiring]) -> dict[str, tuple[str, ...]]:
        """`[contacts]` or `[rooms]`: who is reached through which channels, in order."""
        found: dict[str, tuple[str, ...]] = {}
        known = [*channels, CONSOLE]
        for who in self._table((name,)):
            key = (name, who)
            found[who] = self._texts(key)
            if name == "rooms" and not who.startswith("#"):
                self._problem(key, f"the room “{who}” must begin with #", f'Write "#{who}" = […].')
            for channel in found[who]:
                if channel not in known:
                    near = get_close_matches(channel, known, 1)
                    mend = f"Is {near[0]} meant?" if near else f"Add [channels.{_quoted(channel)}]."
                    self._problem(
                        key, f"“{who}” is to be reached through {channel}, which is no channel", mend
                    )
        return found

    def _environment(self) -> dict[str, str | Secret]:
        found: dict[str, str | Secret] = {}
        for name, value in self._table(("environment",)).items():
            key = ("environment", name)
            if not _VARIABLE.fullmatch(name) or name.startswith("WATCHBOOK_"):
                self._problem(key, f"“{name}” cannot be a variable of commands", "Use another name.")
            if isinstance(value, bool) or not isinstance(value, (str, int, float)):
                self._problem(key, f"{_said(key)} must be text", f'Write {_quoted(name)} = "…".')
            elif isinstance(value, str) and (_SECRET.fullmatch(value) or (value and looks_secret(name))):
                found[name] = self._secret(key) or ""
            else:
                found[name] = str(value)
        return found

    def _inherit(self) -> tuple[str, ...]:
        names = self._texts(("inherit",))
        for name in names:
            if not _VARIABLE.fullmatch(name):
                self._problem(("inherit",), f"“{name}” is no name of an environment variable", "Remove it.")
        return tuple(dict.fromkeys((*INHERITED, *names)))

    def _metrics(self) -> MetricsWiring:
        self._check_keys(self._table(("metrics",)), "metrics", ("metrics",))
        usual = MetricsWiring()
        key = ("metrics", "memory")
        memory = self._text(key)
        size = read_quantity(memory, Unit.BYTES) if memory else None
        if memory and (size is None or size.unit is not Unit.BYTES or size.value < 1024 * 1024):
            self._problem(key, "metrics.memory must be a size of at least 1 MiB", 'Write memory = "512 MiB".')
            size = None
        retention_s = self._duration(("metrics", "retention"))
        if retention_s is not None and retention_s < 60:
            self._problem(("metrics", "retention"), "metrics.retention must be a minute or more")
        return MetricsWiring(
            retention_s=usual.retention_s if retention_s is None else retention_s,
            memory_bytes=usual.memory_bytes if size is None else int(size.value),
        )


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _quoted(key: str) -> str:
    """A key as TOML wants it."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else f'"{key}"'


def _said(key: tuple[str, ...]) -> str:
    return ".".join(map(_quoted, key))
