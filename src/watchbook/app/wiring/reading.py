"""`watchbook.toml`, text → `Wiring`. Lists everything that is wrong with it at once, with lines.

Called by `app.wiring.finding`. It opens no file and fetches no secret. How values are taken is `taking`, `[[sources]]` are
`sources`.
"""

import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

from watchbook.app.wiring.positions import lines_of
from watchbook.app.wiring.sources import read_sources
from watchbook.app.wiring.taking import (
    KEYS,
    SECRET,
    VARIABLE,
    Problem,
    Taker,
    WiringError,
    is_web_address,
    quoted,
    said,
)
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
from watchbook.model.quantities import Unit
from watchbook.reading.quantities import read_quantity

__all__ = ["KEYS", "Problem", "WiringError", "read_wiring"]
VERSION = 1
KINDS = (CONSOLE, "webhook")


def read_wiring(text: str, path: Path) -> Wiring:
    """The wiring that a text says; `path` is where it stands, and relative paths in it begin there.

    Raises WiringError with every problem.
    """
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WiringError(path, (_syntax_problem(error, text),)) from None
    reader = _Reader(parsed, lines_of(text), path)
    wiring = reader.wiring()
    if reader.problems:
        raise WiringError(path, tuple(sorted(reader.problems, key=lambda problem: problem.line)))
    return wiring


def _syntax_problem(error: tomllib.TOMLDecodeError, text: str) -> Problem:
    what, _, place = str(error).partition(" (at ")
    line = re.search(r"line (\d+)", place)
    number = int(line[1]) if line else max(1, len(text.splitlines()))
    return Problem(number, f"this is not TOML: {what[:1].lower()}{what[1:]}", "Mend the line.")


class _Reader(Taker):
    """Takes the parsed file apart, noting problems instead of stopping at the first."""

    def wiring(self) -> Wiring:
        """Everything that could be taken; meaningful only without problems."""
        self.check_keys(self.said, "", ())
        self._check_version()
        data = self.text(("data",))
        channels = self._channels()
        return Wiring(
            folder=self.folder,
            path=self.path,
            listen=self._listen() or DEFAULT_LISTEN,
            public_url=self._public_url(),
            data=self.folder / Path(data).expanduser() if data else None,
            runbooks=tuple(self.folder / Path(name).expanduser() for name in self.texts(("runbooks",))),
            sources=read_sources(self),
            armed=self._armed(),
            group_wait_s=self.duration(("group_wait",)),
            channels=channels,
            contacts=self._reached("contacts", channels),
            rooms=self._reached("rooms", channels),
            environment=self._environment(),
            inherit=self._inherit(),
            metrics=self._metrics(),
        )

    def _check_version(self) -> None:
        version = self.said.get("version", VERSION)
        if version != VERSION:
            self.problem(
                ("version",),
                f"version {version} of this file is not known",
                f"This Watchbook knows version {VERSION}.",
            )

    # ------------------------------------------------------------------------------------------- what it says

    def _listen(self) -> str:
        listen = self.text(("listen",))
        host, _, port = listen.rpartition(":")
        if listen and (not host or not port.isdecimal() or int(port) > 65535):
            self.problem(
                ("listen",), f"“{listen}” is no address to listen on", "Write host and port: 127.0.0.1:8090."
            )
        return listen

    def _public_url(self) -> str | None:
        url = self.text(("public_url",))
        if url and not is_web_address(url):
            self.problem(
                ("public_url",), f"“{url}” is no web address", 'Write public_url = "https://HOST[:PORT]".'
            )
        return url.rstrip("/") or None

    def _armed(self) -> tuple[str, ...]:
        armed = self.texts(("armed",))
        for one in armed:
            if one.count("/") > 1 or any(not part.strip() for part in one.split("/")):
                self.problem(("armed",), f"“{one}” arms nothing", 'Write "*", a service, or "service/alert".')
        return armed

    def _channels(self) -> dict[str, ChannelWiring]:
        found: dict[str, ChannelWiring] = {}
        for name, table in self.table(("channels",)).items():
            key = ("channels", name)
            self.check_keys(self.table(key), "channels", key)
            if isinstance(table, Mapping):
                found[name] = self._channel(name, key)
        return found

    def _channel(self, name: str, key: tuple[str, ...]) -> ChannelWiring:
        kind = self.text((*key, "kind"))
        if kind not in KINDS:
            near = get_close_matches(kind, KINDS, 1)
            mend = f"Is {near[0]} meant?" if near else f"Write kind = {' or '.join(map(repr, KINDS))}."
            self.problem((*key, "kind"), f"channel {name} is of no known kind", mend.replace("'", '"'))
        if name == CONSOLE and kind != CONSOLE:
            self.problem(key, "the name console is taken: it is always the console", "Use another name.")
        url = self._channel_url(name, key) if kind == "webhook" else ""
        return ChannelWiring(
            name=name,
            kind=kind,
            url=url,
            secret=self.secret((*key, "secret")),
            timeout_s=self.duration((*key, "timeout")) or 10.0,
            line=self.line(key),
        )

    def _channel_url(self, name: str, key: tuple[str, ...]) -> str | Secret:
        url = self.text((*key, "url"))
        if not url:
            self.problem(key, f"channel {name} has no url", 'Write url = "https://…" or url = "env:NAME".')
            return ""
        if SECRET.fullmatch(url):
            return self.secret((*key, "url")) or ""
        if not is_web_address(url):
            self.problem((*key, "url"), f"the url of channel {name} is no web address", 'Write "https://…".')
        elif urlsplit(url).password or urlsplit(url).username:
            self.problem(
                (*key, "url"),
                f"the url of channel {name} holds a name or a password",
                'Put it in the environment and write url = "env:NAME".',
            )
        return url

    def _reached(self, name: str, channels: Mapping[str, ChannelWiring]) -> dict[str, tuple[str, ...]]:
        """`[contacts]` or `[rooms]`: who is reached through which channels, in order."""
        found: dict[str, tuple[str, ...]] = {}
        known = [*channels, CONSOLE]
        for who in self.table((name,)):
            key = (name, who)
            found[who] = self.texts(key)
            if name == "rooms" and not who.startswith("#"):
                self.problem(key, f"the room “{who}” must begin with #", f'Write "#{who}" = […].')
            for channel in found[who]:
                if channel not in known:
                    near = get_close_matches(channel, known, 1)
                    mend = f"Is {near[0]} meant?" if near else f"Add [channels.{quoted(channel)}]."
                    self.problem(
                        key, f"“{who}” is to be reached through {channel}, which is no channel", mend
                    )
        return found

    def _environment(self) -> dict[str, str | Secret]:
        found: dict[str, str | Secret] = {}
        for name, value in self.table(("environment",)).items():
            key = ("environment", name)
            if not VARIABLE.fullmatch(name) or name.startswith("WATCHBOOK_"):
                self.problem(key, f"“{name}” cannot be a variable of commands", "Use another name.")
            if isinstance(value, bool) or not isinstance(value, (str, int, float)):
                self.problem(key, f"{said(key)} must be text", f'Write {quoted(name)} = "…".')
            elif isinstance(value, str) and (SECRET.fullmatch(value) or (value and looks_secret(name))):
                found[name] = self.secret(key) or ""
            else:
                found[name] = str(value)
        return found

    def _inherit(self) -> tuple[str, ...]:
        names = self.texts(("inherit",))
        for name in names:
            if not VARIABLE.fullmatch(name):
                self.problem(("inherit",), f"“{name}” is no name of an environment variable", "Remove it.")
        return tuple(dict.fromkeys((*INHERITED, *names)))

    def _metrics(self) -> MetricsWiring:
        self.check_keys(self.table(("metrics",)), "metrics", ("metrics",))
        usual = MetricsWiring()
        key = ("metrics", "memory")
        memory = self.text(key)
        size = read_quantity(memory, Unit.BYTES) if memory else None
        if memory and (size is None or size.unit is not Unit.BYTES or size.value < 1024 * 1024):
            self.problem(key, "metrics.memory must be a size of at least 1 MiB", 'Write memory = "512 MiB".')
            size = None
        retention_s = self.duration(("metrics", "retention"))
        if retention_s is not None and retention_s < 60:
            self.problem(("metrics", "retention"), "metrics.retention must be a minute or more")
        return MetricsWiring(
            retention_s=usual.retention_s if retention_s is None else retention_s,
            memory_bytes=usual.memory_bytes if size is None else int(size.value),
        )
