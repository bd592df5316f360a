"""A real receiver on loopback, a real store, and an outbox between them."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from watchbook.acting.outbox import Outbox
from watchbook.model.decisions import Decision
from watchbook.model.ids import EpisodeId
from watchbook.model.incidents import Entry
from watchbook.model.paging import Notice, NoticeKind, notice_key
from watchbook.store.spool import Spool
from watchbook.store.store import Store
from watchbook.world.channels.webhook import WebhookChannel, WebhookSettings


@dataclass
class Receiver:
    """Takes webhooks. `answers` says what the next requests get: a status, or "hang"; then 200."""

    url: str = ""
    answers: list[int | str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    got: list[dict[str, Any]] = field(default_factory=list)
    requests: list[tuple[float, dict[str, str], bytes]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.Response:
        content = await request.read()
        self.requests.append((time.monotonic(), dict(request.headers), content))
        answer = self.answers.pop(0) if self.answers else 200
        if answer == "hang":
            await asyncio.sleep(30)
        if isinstance(answer, int) and answer < 300:
            self.got.append(json.loads(content))
        self.news.set()
        return web.Response(status=answer if isinstance(answer, int) else 200, headers=self.headers)

    async def until(self, count: int, within_s: float = 10.0) -> None:
        """Returns when so many pages were taken."""
        async with asyncio.timeout(within_s):
            while len(self.got) < count:
                self.news.clear()
                await self.news.wait()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A webhook receiver on a free port."""
    made = Receiver()
    application = web.Application()
    application.router.add_post("/page", made.handle)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/page"
    yield made
    await runner.cleanup()


@pytest.fixture
def a_page() -> Callable[..., Decision]:
    """Makes the decision of one notice, with a journal entry."""

    def make(
        episode: str = "e1",
        kind: str = "trigger",
        sequence: int = 1,
        contact: str = "Ana Ruiz",
        channel: str = "phone",
    ) -> Decision:
        now = time.time()
        body = {"service": "Shop", "alert": "Down", "kind": kind, "summary": f"{episode} {kind} {sequence}"}
        notice = Notice(
            notice_key(episode, kind, sequence, 0, 0, contact, channel),
            EpisodeId(episode),
            NoticeKind(kind),
            sequence,
            0,
            0,
            contact,
            channel,
            body,
            due_at=now,
            created_at=now + sequence / 1e6,
        )
        return Decision("test", (notice,), (Entry("shop", "page.decided", "a page", occurred_at=now),))

    return make


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A store in a folder of its own."""
    made = Store(tmp_path / "watchbook.sqlite")
    yield made
    made.close()


MakeOutbox = Callable[..., Awaitable[Outbox]]


@pytest.fixture
async def make_outbox(store: Store, receiver: Receiver, tmp_path: Path) -> AsyncIterator[MakeOutbox]:
    """Starts an outbox with the channel `phone`; closed at the end."""
    made: list[Outbox] = []

    async def make(url: str | None = None, timeout_s: float = 5.0, secret: str = "", **more: Any) -> Outbox:
        phone = WebhookChannel("phone", WebhookSettings(url or receiver.url, secret, timeout_s))
        outbox = Outbox(store, {"phone": phone}, Spool((tmp_path / "spool",)), clock=time.time, **more)
        await outbox.start()
        made.append(outbox)
        return outbox

    yield make
    for outbox in made:
        await outbox.close()
