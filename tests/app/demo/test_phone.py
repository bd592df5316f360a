"""The demo's phone, over real HTTP: what it takes, what it refuses, what it shows and keeps."""

import hashlib
import hmac
import http.client
import json
import threading
import time
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from watchbook.app.demo.phone import Inbox, handler_of
from watchbook.world.channels.webhook import signature

SECRET = "a secret of the test"
PAGE = {
    "kind": "trigger",
    "contact": "Ana Ruiz",
    "summary": "Service Down: <b>0</b> of 3",
    "link": "http://127.0.0.1/x",
}


class Phone:
    """A phone that runs, and one connection to ask it with."""

    def __init__(self, file: Path) -> None:
        self.inbox = Inbox(file)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(self.inbox, SECRET))
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def ask(self, method: str, path: str, raw: bytes | None = None, **headers: str) -> tuple[int, str]:
        """Status and text of an answer; header names are written with underscores."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.server_port, timeout=10)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, raw, named)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def send(self, body: Any, key: str = "", secret: str = SECRET) -> tuple[int, str]:
        """Sends a page as the webhook channel does."""
        raw = json.dumps(body).encode()
        given = "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
        return self.ask("POST", "/page", raw, Watchbook_Signature=given, Idempotency_Key=key)

    def close(self) -> None:
        """Ends it."""
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def phone(tmp_path: Path) -> Iterator[Phone]:
    """A phone with an empty inbox."""
    started = Phone(tmp_path / "phone.jsonl")
    yield started
    started.close()


def test_the_signature_is_the_channels_own() -> None:
    """The phone expects exactly what the webhook channel sends."""
    raw = json.dumps(PAGE).encode()
    assert signature(SECRET, raw) == "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()


def test_a_signed_page_is_kept_and_shown(phone: Phone, tmp_path: Path) -> None:
    """A page comes back as JSON, stands escaped in the document, and survives a restart of the phone."""
    assert phone.send(PAGE, "k1") == (200, '{"number": 1}\n')
    answered = json.loads(phone.ask("GET", "/pages")[1])["pages"]
    assert [page["body"] for page in answered] == [PAGE]
    assert abs(answered[0]["received_at"] - time.time()) < 60
    shown = phone.ask("GET", "/")[1]
    assert "Service Down: &lt;b&gt;0&lt;/b&gt; of 3" in shown and "<b>0</b>" not in shown
    assert [page["body"] for page in Inbox(tmp_path / "phone.jsonl").pages] == [PAGE]


@pytest.mark.parametrize(
    ("body", "secret", "status"),
    [
        (PAGE, "another secret", 401),
        (PAGE, "", 401),
        ({"kind": "trigger"}, SECRET, 400),
        (["trigger"], SECRET, 400),
    ],
)
def test_what_is_no_signed_page_is_refused(phone: Phone, body: Any, secret: str, status: int) -> None:
    """A wrong signature or a body that is no page is refused and not kept."""
    assert phone.send(body, secret=secret)[0] == status
    assert json.loads(phone.ask("GET", "/pages")[1]) == {"pages": []}


def test_a_page_sent_twice_is_one_page(phone: Phone) -> None:
    """A repeated delivery under the same key gives the first number again; without a key each counts."""
    assert phone.send(PAGE, "k1")[1] == phone.send(PAGE, "k1")[1] == '{"number": 1}\n'
    assert phone.send(PAGE, "k2")[1] == '{"number": 2}\n'
    assert [phone.send(PAGE)[1] for _ in range(2)] == ['{"number": 3}\n', '{"number": 4}\n']


def test_waiting_for_a_page_ends_when_it_comes(phone: Phone) -> None:
    """A reader that waits gets the next page at once, and only what is new to it."""
    phone.send(PAGE, "old")
    found: list[Any] = []
    waiting = threading.Thread(
        target=lambda: found.extend(json.loads(phone.ask("GET", "/pages?after=1&wait=20")[1])["pages"])
    )
    began = time.monotonic()
    waiting.start()
    phone.send({**PAGE, "kind": "resolve"}, "new")
    waiting.join(10)
    assert [(page["number"], page["body"]["kind"]) for page in found] == [(2, "resolve")]
    assert time.monotonic() - began < 10


def test_other_addresses_and_huge_bodies(phone: Phone) -> None:
    """Everything else is 404, a page over 256 kB is 413, and odd queries are 400."""
    assert phone.ask("GET", "/nothing")[0] == 404
    assert phone.ask("POST", "/nothing", b"{}")[0] == 404
    assert phone.ask("POST", "/page", b"", Content_Length=str(10**9))[0] == 413
    assert phone.ask("GET", "/pages?after=x")[0] == 400
    assert json.loads(phone.ask("GET", "/health")[1]) == {"status": "healthy", "pages": 0}


def test_links_that_are_no_addresses_are_not_links(phone: Phone) -> None:
    """A page cannot put anything but a web address behind a link."""
    phone.send({**PAGE, "link": "javascript:alert(1)", "acknowledge_link": None})
    assert "javascript:" not in phone.ask("GET", "/")[1]
