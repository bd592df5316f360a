"""The phone of the demo: receives pages over HTTP, checks their signature, keeps them in a file and shows them.

Run as `python -m watchbook.app.demo.phone --folder DEMO --port N`; standard library only. It stands for whatever wakes
people up, so it shares nothing with Watchbook but the secret, and it acknowledges nothing by itself.
"""

import argparse
import hashlib
import hmac
import html
import json
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

MOST_BYTES = 256 * 1024
LONGEST_WAIT_S = 30.0
MOST_SHOWN = 200
SIGNATURE = "Watchbook-Signature"
KEY = "Idempotency-Key"


class Inbox:
    """The pages received, oldest first, each with its number. A page sent twice under one key is kept once."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.changed = threading.Condition()
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        self.pages: list[dict[str, Any]] = [json.loads(line) for line in lines if line]

    def take(self, key: str, body: dict[str, Any]) -> dict[str, Any]:
        """Keeps one page, in the file before in the list."""
        with self.changed:
            for known in reversed(self.pages):
                if key and known["key"] == key:
                    kept: dict[str, Any] = known
                    return kept
            page = {"number": len(self.pages) + 1, "received_at": time.time(), "key": key, "body": body}
            with self.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(page) + "\n")
            self.pages.append(page)
            self.changed.notify_all()
            return page

    def after(self, number: int, wait_s: float) -> list[dict[str, Any]]:
        """The pages after a number; waits for one at most so long."""
        with self.changed:
            self.changed.wait_for(lambda: len(self.pages) > number, timeout=wait_s)
            return self.pages[max(0, number) :]


class Refused(Exception):
    """A request that is no page; `status` is the answer."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def read_page(secret: str, headers: dict[str, str], raw: bytes) -> dict[str, Any]:
    """A page out of a request. Raises `Refused` for one that is not signed with the secret, or is no page."""
    expected = "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(headers.get(SIGNATURE.lower(), ""), expected):
        raise Refused(401, "the signature does not fit")
    try:
        page = json.loads(raw)
    except ValueError:
        page = None
    if not isinstance(page, dict) or "kind" not in page or "contact" not in page:
        raise Refused(400, "a page is a JSON object with a kind and a contact")
    return page


def page_html(pages: list[dict[str, Any]]) -> str:
    """The pages as a small document, newest first; it loads itself again every two seconds."""
    rows = "".join(_row(page) for page in reversed(pages[-MOST_SHOWN:]))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Phone</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta http-equiv="refresh" content="2">'
        f"<style>{_STYLE}</style></head><body><h1>Phone</h1><p>{len(pages)} messages received.</p>"
        f"<ol reversed>{rows}</ol></body></html>"
    )


_STYLE = (
    "body{font:16px/1.45 system-ui,sans-serif;margin:1.5rem auto;max-width:44rem;padding:0 1rem;color:#1c2330}"
    "ol{padding:0;list-style:none}li{border:1px solid #cfd6e0;border-left:6px solid #8793a5;border-radius:6px;"
    "padding:.6rem .8rem;margin:.6rem 0}li.trigger,li.repeat{border-left-color:#c22f2f}"
    "li.resolve{border-left-color:#2f8a4c}li.update{border-left-color:#b8860b}"
    "b{display:block}small{color:#5a6575}a{color:#1f5fbf}"
)


def _row(page: dict[str, Any]) -> str:
    body, at = page["body"], time.strftime("%H:%M:%S", time.localtime(page["received_at"]))
    kind = str(body.get("kind", ""))
    cause = body.get("cause")
    lines = [f"<b>{_text(body.get('summary'))}</b>"]
    if isinstance(cause, dict):
        lines.append(
            f"<div>{_text(cause.get('name'))} ({_text(cause.get('verdict'))}): {_text(cause.get('evidence'))}</div>"
        )
    if kind in ("trigger", "repeat", "update") and body.get("next_action"):
        lines.append(f"<div>→ {_text(body['next_action'])}</div>")
    for name, label in (("link", "Board"), ("acknowledge_link", "Acknowledge")):
        if str(body.get(name) or "").startswith(("http://", "https://")):
            lines.append(f'<a href="{_text(body[name])}">{label}</a> ')
    head = f"{at} · {_text(kind)} · {_text(body.get('severity'))} · to {_text(body.get('contact'))}"
    return f'<li class="{_text(kind)}"><small>{head}</small>{"".join(lines)}</li>'


def _text(value: object) -> str:
    return html.escape(str(value if value is not None else ""), quote=True)


def handler_of(inbox: Inbox, secret: str) -> type[BaseHTTPRequestHandler]:
    """The phone's answers: `POST /page`, `GET /pages?after=N&wait=S` as JSON, `GET /` for people, `GET /health`."""

    class Phone(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 64 * 1024
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if self.path != "/page" or not 0 <= length <= MOST_BYTES:
                self.close_connection = True
                self.answer(
                    404 if self.path != "/page" else 413, {"error": "pages go to /page, 256 kB at most"}
                )
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                page = read_page(secret, headers, self.rfile.read(length))
            except Refused as refusal:
                self.answer(refusal.status, {"error": str(refusal)})
                return
            self.answer(200, {"number": inbox.take(headers.get(KEY.lower(), ""), page)["number"]})

        def do_GET(self) -> None:
            split = urlsplit(self.path)
            query = dict(parse_qsl(split.query))
            if split.path == "/pages":
                try:
                    after, wait_s = int(query.get("after", 0)), float(query.get("wait", 0))
                except ValueError:
                    self.answer(400, {"error": "after and wait are numbers"})
                    return
                self.answer(200, {"pages": inbox.after(after, min(max(wait_s, 0.0), LONGEST_WAIT_S))})
            elif split.path == "/health":
                self.answer(200, {"status": "healthy", "pages": len(inbox.pages)})
            elif split.path == "/":
                self.send(200, "text/html; charset=utf-8", page_html(inbox.after(0, 0.0)).encode())
            else:
                self.answer(404, {"error": f"there is no {split.path} here"})

        def answer(self, status: int, data: dict[str, Any]) -> None:
            self.send(status, "application/json", (json.dumps(data) + "\n").encode())

        def send(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing: what matters is in the file."""

    return Phone


def main() -> None:
    """Serves until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    secret = (given.folder / "run" / "phone.secret").read_text(encoding="utf-8").strip()
    inbox = Inbox(given.folder / "run" / "phone.jsonl")
    try:
        server = ThreadingHTTPServer(("127.0.0.1", given.port), handler_of(inbox, secret))
    except OSError as error:
        sys.exit(f"port {given.port} cannot be used: {error.strerror}")
    server.daemon_threads = True
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
    while not ended.wait(0.5):
        pass  # a signal that another thread received is handled when this one wakes


if __name__ == "__main__":
    main()
