"""Listening and stopping: the caller owns the signals, and the port is free again at the end."""

import asyncio
import signal

import aiohttp
from tests.api.conftest import Served

from watchbook.api.serving import address_of, open_socket


async def test_signals_stay_with_the_caller(client: aiohttp.ClientSession) -> None:
    """While it answers, uvicorn has installed no handler: SIGTERM does what it did before."""
    async with client.get("/health") as answer:
        assert answer.status == 200
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert "uvicorn" not in repr(signal.getsignal(signal.SIGINT))


async def test_the_port_is_free_after_the_stop(served: Served) -> None:
    """The server ends when it is told to, and another may listen at once."""
    served.stop.set()
    await asyncio.wait_for(asyncio.shield(served.task), 5)
    again = open_socket(served.url.removeprefix("http://"))
    assert address_of(again) == served.url
    again.close()
