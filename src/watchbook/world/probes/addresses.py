"""`HOST:PORT` in the forms that documents use. Called by the probes; it looks nothing up."""

import re

_ADDRESS = re.compile(
    r"(?:[a-z]+://)?(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<host>[^\s:/\[\]]+))(?::(?P<port>\d{1,5}))?/?"
)


def split_address(target: str, default_port: int | None = None) -> tuple[str, int]:
    """Host and port of `tcp://mq:5672`, `mq:5672` or `[::1]:80`. Raises ValueError with one sentence where it is none."""
    found = _ADDRESS.fullmatch(target.strip())
    if found is None:
        raise ValueError(f"{target} is not an address as HOST:PORT")
    port = int(found["port"]) if found["port"] else default_port
    if port is None:
        raise ValueError(f"{target} names no port")
    if not 0 < port < 65536:
        raise ValueError(f"{port} is not a port")
    return found["six"] or found["host"], port
