"""A real uvicorn on loopback over the fake application. Used by the tests of `api` and `web`."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
from tests.web.fake_application import FakeApplication

from watchbook.api import make_app
from watchbook.api.serving import address_of, open_socket, serve
from watchbook.api.settings import ServerSettings


@dataclass
class Served:
    """A running server: its address, and the event that stops it."""

    url: str
    stop: asyncio.Event
    task: "asyncio.Task[None]"


@pytest.fixture
def application() -> FakeApplication:
    return FakeApplication()


@pytest.fixture
async def served(application: FakeApplication) -> AsyncIterator[Served]:
    stop = asyncio.Event()
    app = make_app(application, ServerSettings(stop, "https://watch.shop.test", "root"))
    opened = open_socket("127.0.0.1:0")
    task = asyncio.create_task(serve(app, opened, stop))
    yield Served(address_of(opened), stop, task)
    stop.set()
    await asyncio.wait_for(task, 10)


@pytest.fixture
def server(served: Served) -> str:
    return served.url


@pytest.fixture
async def client(server: str) -> AsyncIterator[aiohttp.ClientSession]:
    """A session against the server, without cookies and with the API's content type on writes by `json=`."""
    async with aiohttp.ClientSession(server, cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session
