"""The webhook channel against a real server on loopback: what is sent, and what each answer means."""

import asyncio
import hashlib
import hmac
import json
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from tests.programs import require_program

from watchbook.model.errors import DocumentError
from watchbook.model.ids import EpisodeId
from watchbook.model.paging import Notice, NoticeKind
from watchbook.world.channels.webhook import WebhookChannel, WebhookSettings
from watchbook.world.ports import DeliveryResult

NOTICE = Notice(
    "key-1", EpisodeId("e"), NoticeKind.TRIGGER, 1, 0, 0, "Ana Ruiz", "phone", {"summary": "Zoë: 0 of 3 ✓"}
)


@dataclass
class Server:
    """Answers with `status` and keeps what it was asked."""

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    text: str = ""
    delay_s: float = 0.0
    asked: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        self.asked.append((dict(request.headers), await request.read()))
        await asyncio.sleep(self.delay_s)
        return web.Response(status=self.status, headers=self.headers, text=self.text)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """A receiver on a free port."""
    made = Server()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", made.handle)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/page"
    yield made
    await runner.cleanup()


@pytest.fixture
async def channel() -> AsyncIterator[Callable[..., WebhookChannel]]:
    """Makes channels that are closed at the end."""
    made: list[WebhookChannel] = []

    def make(url: str, **more: Any) -> WebhookChannel:
        made.append(WebhookChannel("phone", WebhookSettings(url, **more)))
        return made[-1]

    yield make
    for one in made:
        await one.close()


async def test_page_is_posted_signed_under_its_key(server: Server, channel: Any) -> None:
    """A JSON body in UTF-8, the idempotency key, and an HMAC-SHA256 of exactly that body."""
    delivery = await channel(server.url, secret="s3cret").send(NOTICE)
    assert delivery.result is DeliveryResult.OK
    ((headers, content),) = server.asked
    assert json.loads(content) == {"summary": "Zoë: 0 of 3 ✓"}
    assert headers["Content-Type"] == "application/json"
    assert headers["Idempotency-Key"] == "key-1"
    expected = hmac.new(b"s3cret", content, hashlib.sha256).hexdigest()
    assert headers["Watchbook-Signature"] == f"sha256={expected}"


async def test_without_a_secret_nothing_is_signed(server: Server, channel: Any) -> None:
    """No secret is wired: there is no signature header."""
    await channel(server.url).send(NOTICE)
    assert "Watchbook-Signature" not in server.asked[0][0]


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (200, "ok"),
        (202, "ok"),
        (204, "ok"),
        (301, "permanent"),
        (307, "permanent"),
        (400, "permanent"),
        (401, "permanent"),
        (404, "permanent"),
        (410, "permanent"),
        (408, "retry"),
        (425, "retry"),
        (429, "retry"),
        (500, "retry"),
        (503, "retry"),
    ],
)
async def test_what_a_status_means(server: Server, channel: Any, status: int, result: str) -> None:
    """2xx is delivered; 408, 425, 429 and 5xx may be tried again; everything else is permanent."""
    server.status, server.text = status, "" if status == 204 else "said so"
    server.headers = {"Location": server.url} if status in (301, 307) else {}
    delivery = await channel(server.url).send(NOTICE)
    assert str(delivery.result) == result
    assert len(server.asked) == 1, "redirects are not followed"
    if result != "ok":
        assert f"answered {status}: said so" in delivery.reason


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("99999", 300.0),
        ("-3", 0.0),
        ("soon", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
    ],
)
async def test_retry_after(server: Server, channel: Any, header: str, wanted: float | None) -> None:
    """Seconds or a date, never longer than five minutes; nonsense is passed over."""
    server.status, server.headers = 503, {"Retry-After": header}
    assert (await channel(server.url).send(NOTICE)).retry_after_s == wanted


async def test_silence_is_a_timeout(server: Server, channel: Any) -> None:
    """No answer within the limit may be tried again, and says so."""
    server.delay_s = 2.0
    delivery = await channel(server.url, timeout_s=0.1).send(NOTICE)
    assert (delivery.result, delivery.reason) == (DeliveryResult.RETRY, "no answer within 0.1 s")


async def test_nobody_listens(channel: Any) -> None:
    """A refused connection may be tried again."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    delivery = await channel(f"http://127.0.0.1:{port}/").send(NOTICE)
    assert delivery.result is DeliveryResult.RETRY
    assert "connection refused by 127.0.0.1" in delivery.reason


async def test_name_that_does_not_resolve(channel: Any) -> None:
    """A receiver whose name is unknown may come back."""
    delivery = await channel("http://receiver.invalid/page", timeout_s=5.0).send(NOTICE)
    assert delivery.result is DeliveryResult.RETRY


async def test_stale_connection_is_used_once_more(channel: Any) -> None:
    """A receiver that closes a kept connection gets the page over a new one at once, under the same key."""
    got: list[bytes] = []

    async def close_after_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        got.append(head)
        if len(got) != 2:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            await reader.readuntil(b"}")
            if len(got) == 1:
                got.append(await reader.readuntil(b"\r\n\r\n"))
        writer.close()

    server = await asyncio.start_server(close_after_one, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    phone = channel(f"http://127.0.0.1:{port}/page")
    assert (await phone.send(NOTICE)).result is DeliveryResult.OK
    assert (await phone.send(NOTICE)).result is DeliveryResult.OK
    assert len(got) == 3
    assert all(b"Idempotency-Key: key-1" in head for head in got)
    server.close()


async def test_untrusted_certificate_is_permanent(channel: Any, tmp_path: Path) -> None:
    """A self-signed receiver gets nothing: a page carries a link that acknowledges."""
    openssl = require_program("openssl")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    subprocess.run([openssl, *request, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    reached: list[bytes] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.append(await reader.read(10))
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0, ssl=context)
    delivery = await channel(f"https://localhost:{server.sockets[0].getsockname()[1]}/").send(NOTICE)
    assert delivery.result is DeliveryResult.PERMANENT
    assert "certificate" in delivery.reason
    assert reached in ([], [b""])
    server.close()


@pytest.mark.parametrize("url", ["", "phone", "ftp://x/", "http://", "file:///etc/passwd"])
def test_unusable_url_is_refused_when_wired(url: str) -> None:
    """A wiring mistake is one clear line at start, not a page that never leaves."""
    with pytest.raises(DocumentError, match="no usable url"):
        WebhookChannel("phone", WebhookSettings(url))
