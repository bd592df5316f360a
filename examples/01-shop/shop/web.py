"""The HTTP that all programs of the shop speak: routes in, answers out, one thread for each connection.

Called by every program of the shop. It knows no orders, prices or payments.
"""

import contextlib
import json
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

HOST = "127.0.0.1"
MOST_BYTES = 64 * 1024 * 1024
LOG_BYTES = 5 * 1024 * 1024


class Unreachable(Exception):
    """The other program did not answer: refused, reset, or too slow."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `query` holds the last value of each name."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes
    accept: str

    def json(self) -> Any:
        """The body as JSON; an empty body is an empty object. Raises ValueError."""
        return json.loads(self.body) if self.body else {}


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: status, bytes, and their type."""

    status: int = 200
    body: bytes = b""
    kind: str = "text/plain; charset=utf-8"


def text(message: str, status: int = 200) -> Answer:
    """A line of plain text."""
    return Answer(status, (message + "\n").encode())


def document(data: Any, status: int = 200) -> Answer:
    """A JSON document."""
    return Answer(status, (json.dumps(data) + "\n").encode(), "application/json")


Handler = Callable[[Request], Answer]


@dataclass(slots=True)
class Routes:
    """Handlers by method and path. `fallback` takes what no route names; `observe` sees every answer."""

    table: dict[tuple[str, str], Handler] = field(default_factory=dict)
    fallback: Handler | None = None
    observe: Callable[[Request, Answer, float], None] | None = None

    def add(self, method: str, path: str, handler: Handler) -> None:
        """Answers `method path` with `handler`."""
        self.table[method, path] = handler

    def answer(self, request: Request) -> Answer:
        """The answer to one request. A handler that raises is a 500, and its reason goes to stderr."""
        began = time.perf_counter()
        handler = self.table.get((request.method, request.path), self.fallback)
        try:
            given = text(f"there is no {request.method} {request.path} here", 404)
            if handler is not None:
                given = handler(request)
        except Exception as error:
            print(f"ERROR {request.method} {request.path}: {error!r}", file=sys.stderr, flush=True)
            given = text(f"internal error: {error}", 500)
        if self.observe:
            self.observe(request, given, time.perf_counter() - began)
        return given


class Server(ThreadingHTTPServer):
    """A server on the loopback address that ends without waiting for idle connections."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128


def server(port: int, routes: Routes) -> Server:
    """A server bound to `port` and listening. A port in use ends the program with one line."""

    class Connection(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 64 * 1024
        disable_nagle_algorithm = True
        timeout = 60

        def handle_any(self) -> None:
            length = min(int(self.headers.get("Content-Length") or 0), MOST_BYTES)
            split = urlsplit(self.path)
            request = Request(
                self.command,
                split.path,
                dict(parse_qsl(split.query)),
                self.rfile.read(length),
                self.headers.get("Accept", ""),
            )
            given = routes.answer(request)
            self.send_response(given.status)
            self.send_header("Content-Type", given.kind)
            self.send_header("Content-Length", str(len(given.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(given.body)

        do_GET = do_HEAD = do_POST = do_PUT = handle_any

        def log_message(self, *_: Any) -> None:
            """Nothing: each program writes the log it wants."""

        def handle(self) -> None:
            try:
                super().handle()
            except (ConnectionError, TimeoutError, ValueError):
                self.close_connection = True

        def finish(self) -> None:
            with contextlib.suppress(OSError):
                super().finish()

    try:
        return Server((HOST, port), Connection)
    except OSError as error:
        sys.exit(
            f"port {port} cannot be used: {error.strerror}. Stop what listens there, or copy the shop to other ports."
        )


def serve(port: int, routes: Routes, on_end: Callable[[], None] | None = None) -> None:
    """Serves until SIGTERM or SIGINT, then calls `on_end`."""
    run(server(port, routes), on_end)


def run(listening: Server, on_end: Callable[[], None] | None = None) -> None:
    """Answers on a server until SIGTERM or SIGINT, then calls `on_end`."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    threading.Thread(target=listening.serve_forever, args=(0.1,), daemon=True).start()
    while not ended.wait(0.5):
        pass  # a signal that another thread received is handled when this one wakes
    listening.server_close()
    if on_end:
        on_end()


def ask(
    port: int, method: str, path: str, data: Any = None, *, body: bytes | None = None, timeout_s: float = 5.0
) -> tuple[int, bytes]:
    """Asks another program on this machine; `data` is sent as JSON. Raises Unreachable."""
    sent = json.dumps(data).encode() if data is not None else body
    connection = HTTPConnection(HOST, port, timeout=timeout_s)
    try:
        connection.request(method, path, sent, {"Connection": "close"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, HTTPException) as error:
        raise Unreachable(str(error) or type(error).__name__) from error
    finally:
        connection.close()


def listens(port: int) -> bool:
    """Whether anything accepts a connection on the port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((HOST, port)) == 0


class Log:
    """A file of lines, each with its UTC time. Over 5 MB it starts again and keeps one older file."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)
        self.lock = threading.Lock()
        self.path.parent.mkdir(parents=True, exist_ok=True)

    def write(self, line: str) -> None:
        """Appends one line."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        with self.lock:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(f"{stamp} {line}\n")
                size = file.tell()
            if size > LOG_BYTES:
                self.path.replace(self.path.with_suffix(".log.1"))


def write_file(path: str, content: str) -> None:
    """Replaces a file whole: a reader sees the old or the new text, never half of one."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.new")
    beside.write_text(content, encoding="utf-8")
    beside.replace(target)
