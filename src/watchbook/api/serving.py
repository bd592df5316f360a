"""Listens, and serves until it is told to stop. Called by `cli`'s `up` and by tests.

uvicorn's own signal handling is off: it raises SIGTERM again inside `serve()`, and our shutdown would never run. Whoever
calls owns the signals and sets the stop event. It makes no application.
"""

import asyncio
import contextlib
import errno
import os
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

from watchbook.api.settings import check_listen
from watchbook.model.errors import RefusedError, UnreachableError

GRACE_S = 3  # for answers under way when the server stops


def open_socket(listen: str) -> socket.socket:
    """A listening socket on loopback. Port 0 takes a free one. One clear error where the port cannot be had."""
    host, port = check_listen(listen)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
        opened.listen(1024)
        opened.setblocking(False)
    except OSError as error:
        opened.close()
        if error.errno == errno.EADDRINUSE:
            raise RefusedError(
                f"port {port} of {host} is in use by another program",
                mend=f"Stop it, or listen elsewhere: --listen {host}:{port + 1}.",
            ) from None
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise UnreachableError(
            f"cannot listen on {listen}: {reason}", mend="Choose another address."
        ) from None
    return opened


def address_of(opened: socket.socket) -> str:
    """The URL of a listening socket: `http://127.0.0.1:8090`."""
    host, port = opened.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Server(uvicorn.Server):
    """uvicorn without its hands on the signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(app: ASGIApp, opened: socket.socket, stop: asyncio.Event) -> None:
    """Answers on the socket until `stop` is set; then lets answers under way end, for at most `GRACE_S`."""
    server = _Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=GRACE_S,
            h11_max_incomplete_event_size=64 * 1024,
        )
    )

    async def end_at_stop() -> None:
        await stop.wait()
        server.should_exit = True

    ending = asyncio.create_task(end_at_stop())
    try:
        await server.serve(sockets=[opened])
    finally:
        ending.cancel()
        await asyncio.gather(ending, return_exceptions=True)
