"""One object that probes anything: it holds what probes share (HTTP session, TLS context, environment of commands).

Called by `app.watching`: one `Prober` a server, opened inside its event loop and closed with it. It schedules nothing.
"""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from watchbook import __version__
from watchbook.deciding.redaction import redact, without_controls
from watchbook.model.observations import Outcome, ProbeResult
from watchbook.model.runbook import CheckKind, HealthCheck
from watchbook.world.probes.command import probe_command
from watchbook.world.probes.dns import probe_dns
from watchbook.world.probes.http import make_context, make_session, probe_http
from watchbook.world.probes.sql import probe_sql
from watchbook.world.probes.tcp import probe_tcp
from watchbook.world.probes.tls import probe_tls
from watchbook.world.probes.verdict import result_of

if TYPE_CHECKING:
    import aiohttp


@dataclass(frozen=True, slots=True)
class ProbeSettings:
    """What an installation gives its probes. `environment` is all that commands see; `ca_file` adds authorities."""

    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    ca_file: str | None = None


def full_target(check: HealthCheck, base_url: str | None) -> str:
    """What is probed: a path of an HTTP check below `base_url` (an environment's or an instance's), else as written.

    A path that the URL has itself is kept: `/health` below `https://example.org/shop` is `…/shop/health`.
    """
    if check.kind is CheckKind.HTTP and check.target.startswith("/") and base_url:
        return base_url.rstrip("/") + check.target
    return check.target


class Prober:
    """Probes targets. Use as `async with`, inside the loop that probes."""

    def __init__(self, settings: ProbeSettings | None = None) -> None:
        self.settings = settings or ProbeSettings()
        self._context: ssl.SSLContext | None = None
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Prober":
        self._context = make_context(self.settings.ca_file)
        self._session = make_session(self._context, f"watchbook/{__version__}")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
            await asyncio.sleep(0)  # lets transports finish closing before the loop ends

    async def probe(self, check: HealthCheck, target: str, at_s: float, directory: Path) -> ProbeResult:
        """One probe of `target` (see `full_target`). Never raises: what could not be asked is unknown, with the reason.

        `directory` is the runbook's: commands run in it, and paths of SQLite files are relative to it. Reasons of
        failures may quote the answer: they hold no declared secret, no known credential and no control sequence.
        """
        result = await self._probe(check, target, at_s, directory)
        if not result.reason or result.outcome is Outcome.HEALTHY:
            return result
        shown = without_controls(
            redact(result.reason, self.settings.secrets)
        )  # it may quote what the target said
        return replace(result, reason=shown)

    async def _probe(self, check: HealthCheck, target: str, at_s: float, directory: Path) -> ProbeResult:
        assert self._session is not None and self._context is not None, "use `async with Prober()`"
        match check.kind:
            case CheckKind.HTTP:
                if not target.startswith(("http://", "https://")):
                    reason = f"{target} is a path, and there is no URL to resolve it against"
                    return result_of(check, target, at_s, Outcome.UNKNOWN, reason)
                return await probe_http(self._session, check, target, at_s)
            case CheckKind.TCP:
                return await probe_tcp(check, target, at_s)
            case CheckKind.TLS:
                return await probe_tls(self._context, check, target, at_s)
            case CheckKind.DNS:
                return await probe_dns(check, target, at_s)
            case CheckKind.COMMAND:
                settings = self.settings
                return await probe_command(check, at_s, directory, settings.environment, settings.secrets)
            case CheckKind.SQL:
                return await probe_sql(check, at_s, directory)
