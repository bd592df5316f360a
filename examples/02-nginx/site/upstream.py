"""One of the two servers behind nginx: a page and its health. Run as `python3 upstream.py NUMBER PORT`.

Standard library only. It knows nothing of nginx, and nothing restarts it.
"""

import json
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NUMBER, PORT = int(sys.argv[1]), int(sys.argv[2])


class Page(BaseHTTPRequestHandler):
    """`/health` as JSON, `/` as a line of text, 404 for the rest."""

    protocol_version = "HTTP/1.1"
    wbufsize = 16 * 1024

    def do_GET(self) -> None:
        """Answers one request."""
        if self.path == "/health":
            self.answer(200, "application/json", json.dumps({"status": "healthy", "upstream": NUMBER}))
        elif self.path == "/":
            self.answer(200, "text/plain; charset=utf-8", f"Good day from upstream {NUMBER}.")
        else:
            self.answer(404, "text/plain; charset=utf-8", "There is no such page.")

    def answer(self, status: int, kind: str, text: str) -> None:
        """Sends one answer."""
        body = (text + "\n").encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: nginx writes the access log."""


def main() -> None:
    """Serves until SIGTERM or SIGINT."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    try:
        server = ThreadingHTTPServer(("127.0.0.1", PORT), Page)
    except OSError as error:
        sys.exit(f"port {PORT} cannot be used: {error.strerror}")
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
    while not ended.wait(0.5):
        pass  # a signal that another thread received is handled when this one wakes


if __name__ == "__main__":
    main()
