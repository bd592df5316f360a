"""A small service that answers everything at once: what is probed and scraped where only the asker is measured.

Run as a process of its own (`python -m benchmarks.stub`), so that its CPU time is not the asker's. It prints its port,
answers whatever is asked and counts it, and ends when its input does.
"""

import asyncio
import contextlib
import http.client
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.installed import ROOT, environment

_SERIES = 60


@dataclass(slots=True)
class Stub:
    """The running service."""

    port: int

    def asked(self) -> int:
        """How many requests it has answered, other than this one."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/asked")
            return int(connection.getresponse().read())
        finally:
            connection.close()

    @staticmethod
    def free_port() -> int:
        """A port that was free a moment ago."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])


@contextlib.contextmanager
def stubbed() -> Iterator[Stub]:
    """Starts the service, and ends it by its pid."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.stub"],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield Stub(int(process.stdout.readline()))
    finally:
        process.terminate()
        process.communicate()


def _exposition() -> bytes:
    """An ordinary page of metrics: a counter by code and a histogram."""
    lines = ["# TYPE http_requests_total counter"]
    lines += [f'http_requests_total{{code="{200 + n}"}} {1000 + n}' for n in range(5)]
    lines.append("# TYPE http_request_duration_seconds histogram")
    lines += [
        f'http_request_duration_seconds_bucket{{route="/{n}",le="0.5"}} {100 + n}' for n in range(_SERIES)
    ]
    return ("\n".join(lines) + "\n").encode()


class _Answering(asyncio.Protocol):
    """One connection. Requests come without a body."""

    asked = 0
    metrics = _exposition()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.received = b""

    def data_received(self, data: bytes) -> None:
        self.received += data
        while b"\r\n\r\n" in self.received:
            head, _, self.received = self.received.partition(b"\r\n\r\n")
            self._answer(head.split(b" ", 2)[1])

    def _answer(self, path: bytes) -> None:
        if path == b"/asked":
            self._send(b"%d" % _Answering.asked, b"text/plain")
            return
        _Answering.asked += 1
        if path == b"/metrics":
            self._send(self.metrics, b"text/plain; version=0.0.4")
        elif path == b"/ping":
            self._send(b"pong", b"text/plain")
        else:
            self._send(b'{"status": "healthy"}', b"application/json")

    def _send(self, body: bytes, kind: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n" % (kind, len(body))
        self.transport.write(head + body)


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Answering, "127.0.0.1", 0, backlog=512)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    ended = asyncio.Event()  # its parent has gone: so does it
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), ended.set)
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(_serve())
