"""What `watchbook.toml` says, as values. Made by `app.wiring.reading`, read by everything that starts.

A secret is a place to fetch it from, never its value; `Wiring.secrets` fetches all, for redaction.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from watchbook.model.errors import DocumentError

CONSOLE = "console"  # the channel that is always there: whoever nobody wired
DEFAULT_LISTEN = "127.0.0.1:8090"
INHERITED = ("HOME", "LANG", "LC_ALL", "LOGNAME", "PATH", "TZ", "USER")


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret is: `env:NAME` or `file:PATH`. `where` is the place in the wiring that names it."""

    source: str  # "env" or "file"
    name: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.source}:{self.name}"

    def value(self, environ: Mapping[str, str] | None = None) -> str:
        """The secret, fetched now. DocumentError where it is missing or empty; the value is in no message."""
        found = self._fetched(os.environ if environ is None else environ)
        if not found:
            raise DocumentError(f"the secret {self} is empty", where=self.where, mend="Put a value there.")
        return found

    def _fetched(self, environ: Mapping[str, str]) -> str:
        if self.source == "env":
            if self.name not in environ:
                raise DocumentError(
                    f"the environment variable {self.name} is not set",
                    where=self.where,
                    mend="Set it before starting Watchbook.",
                )
            return environ[self.name]
        try:
            return Path(self.name).read_text().rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            raise DocumentError(
                f"the secret's file {self.name} cannot be read ({reason})",
                where=self.where,
                mend="Make it, readable by this user only.",
            ) from None


@dataclass(frozen=True, slots=True)
class ChannelWiring:
    """One way to reach people. `url` may be a secret itself (chat addresses are)."""

    name: str
    kind: str  # console | webhook
    url: str | Secret = ""
    secret: Secret | None = None  # signs what is sent
    timeout_s: float = 10.0
    line: int = 0


@dataclass(frozen=True, slots=True)
class MetricsWiring:
    """How much of the measurements is kept in memory, for each environment."""

    retention_s: float = 3 * 3600.0
    memory_bytes: int = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SourceWiring:
    """One `[[sources]]`: files where there is no `repo`, else what `globs` take of the repository's `ref`.

    `paths` are absolute files, folders or patterns. `repo` is an address or an absolute path; as a secret it holds the
    whole address. An empty `ref` is the remote's HEAD; no `globs` take what a folder's search takes.
    """

    paths: tuple[Path, ...] = ()
    repo: str | Secret = ""
    ref: str = ""
    globs: tuple[str, ...] = ()
    every_s: float = 2.0
    trusted: bool = False
    secret: Secret | None = None  # the password or token for https
    where: str = ""  # watchbook.toml:LINE


@dataclass(frozen=True, slots=True)
class Wiring:
    """An installation. `folder` is where `watchbook.toml` stands, or would stand; `path` is None without one.

    `group_wait_s` None means the usual 10 s (critical) and 30 s. `armed` holds `"*"`, names of services, or
    `"service/alert"`. `environment` is what commands may use as `$NAME`, `inherit` what they get of Watchbook's own
    environment.
    """

    folder: Path
    path: Path | None = None
    listen: str = DEFAULT_LISTEN
    public_url: str | None = None
    data: Path | None = None
    runbooks: tuple[Path, ...] = ()
    sources: tuple[SourceWiring, ...] = ()
    armed: tuple[str, ...] = ()
    group_wait_s: float | None = None
    channels: Mapping[str, ChannelWiring] = field(default_factory=dict)
    contacts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rooms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    environment: Mapping[str, str | Secret] = field(default_factory=dict)
    inherit: tuple[str, ...] = INHERITED
    metrics: MetricsWiring = field(default_factory=MetricsWiring)

    def declared(self) -> tuple[Secret, ...]:
        """Every secret that the wiring names."""
        found: list[Secret] = []
        for channel in self.channels.values():
            found += [part for part in (channel.url, channel.secret) if isinstance(part, Secret)]
        for source in self.sources:
            found += [part for part in (source.repo, source.secret) if isinstance(part, Secret)]
        found += [value for value in self.environment.values() if isinstance(value, Secret)]
        return tuple(dict.fromkeys(found))

    def secrets(self, environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
        """The values of all declared secrets, for redaction. DocumentError for the first that cannot be had."""
        return tuple(dict.fromkeys(secret.value(environ) for secret in self.declared()))

    def command_environment(self, environ: Mapping[str, str] | None = None) -> dict[str, str]:
        """All that commands of this installation start with (rule 47); secrets fetched now. DocumentError as above."""
        own = os.environ if environ is None else environ
        given = {name: own[name] for name in self.inherit if name in own}
        for name, value in self.environment.items():
            given[name] = value.value(own) if isinstance(value, Secret) else value
        return given
