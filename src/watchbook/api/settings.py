"""Where the server listens and what it trusts. Read by `cli`'s `up` before anything is bound.

It refuses addresses beyond loopback (rule 45: without authentication nobody else may reach it). It opens nothing.
"""

import asyncio
import getpass
import ipaddress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from watchbook.model.errors import RefusedError, UsageError

LARGEST_BODY_BYTES = 1024 * 1024


def _user_of_this_session() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container without a name for its user id
        return "unknown"


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """`stop` ends the streams at shutdown. `public_url` is the wiring's; another host than loopback reaches only
    acknowledge links, which are signed."""

    stop: asyncio.Event
    public_url: str | None = None
    os_user: str = field(default_factory=_user_of_this_session)

    @property
    def public_host(self) -> str | None:
        """Host and port of `public_url` where it is not loopback: what a proxy in front passes on."""
        parts = urlsplit(self.public_url or "")
        return parts.netloc.casefold() if parts.hostname and not is_loopback(parts.hostname) else None


def is_loopback(host: str) -> bool:
    """Whether the name or address can only mean this machine. Names are not resolved: only `localhost` counts."""
    host = host.strip("[]").casefold().rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_listen(listen: str) -> tuple[str, int]:
    """Host and port of `listen` (`127.0.0.1:8090`, `[::1]:8090`, `localhost:0`).

    Raises `UsageError` for what is no address, `RefusedError` for one that others could reach.
    """
    host, _, port_text = listen.rpartition(":")
    if not host or not port_text.isascii() or not port_text.isdigit() or int(port_text) > 65535:
        raise UsageError(
            f"“{listen}” is no address to listen on", mend="Write host and port: 127.0.0.1:8090."
        )
    if not is_loopback(host):
        raise RefusedError(
            f"Watchbook listens on this machine only, and {host} could be reached by others, who need no password",
            mend=f"Listen on 127.0.0.1:{port_text}, and let others in through an SSH tunnel.",
        )
    return host.strip("[]"), int(port_text)
