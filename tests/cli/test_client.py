"""The command line's client against servers on loopback that end in the middle of an answer."""

import socket
import threading

import pytest

from watchbook.cli.client import Client
from watchbook.model.errors import UnreachableError


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2439\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{",
        b"\x00\x01\r\n",
    ],
)
def test_a_server_that_ends_in_an_answer_is_one_line(said: bytes) -> None:
    """Killed before, in the head, in the body, or no HTTP at all: unreachable, never a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(said)

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(UnreachableError, match="does not answer"):
            Client(f"http://127.0.0.1:{listening.getsockname()[1]}", timeout_s=5.0).get("/api/v1/services")
        thread.join()
