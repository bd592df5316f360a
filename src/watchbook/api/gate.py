"""Who gets in, and with which name: the loopback half of rule 45, in front of every route.

Refuses foreign hosts (DNS rebinding) and foreign origins, takes writes only where a foreign page cannot send them (JSON,
or a form of the board itself), names the actor, adds the security headers, and answers bugs in the one error shape.
It knows nothing of services or runs. No CORS headers are ever sent.
"""

import logging
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from watchbook.api.errors import error_response, refusal_of
from watchbook.api.settings import LARGEST_BODY_BYTES, ServerSettings, is_loopback
from watchbook.app.views.watched import Actor
from watchbook.model.errors import RefusedError, UsageError, WatchbookError
from watchbook.web.forms import ACTOR_COOKIE

logger = logging.getLogger("watchbook.api")

LONGEST_NAME = 80
_READS = ("GET", "HEAD", "OPTIONS")
_CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Not `no-referrer`: with it browsers send `Origin: null` even for the board's own forms.
SECURITY_HEADERS = {
    "Content-Security-Policy": _CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Gate:
    """ASGI middleware around the whole server."""

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _add_headers(message)
            await send(message)

        try:
            headers = Headers(scope=scope)
            check_request(scope, headers, self.settings)
            scope.setdefault("state", {})["actor"] = actor_of(headers, self.settings)
            await self.app(scope, _bounded(headers, receive), send_with_headers)
        except WatchbookError as refusal:
            await refusal_of(refusal, scope)(scope, receive, send_with_headers)
        except Exception:
            logger.exception("%s %s failed", scope["method"], scope["path"])
            if started:
                raise
            mend = "This is a bug of Watchbook. Its traceback stands in the log of `watchbook up`."
            answer = error_response(scope, 500, "error", "Watchbook could not answer this request", mend)
            await answer(scope, receive, send_with_headers)


def _add_headers(message: MutableMapping[str, Any]) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Cache-Control", "no-store")


def _bounded(headers: Headers, receive: Receive) -> Receive:
    """`receive` that refuses a body larger than 1 MiB, by its announced length or as soon as it grows past it."""
    too_large = UsageError("the request is larger than 1 MiB", mend="Send less.")
    announced = headers.get("content-length", "0")
    if not announced.isdigit() or int(announced) > LARGEST_BODY_BYTES:
        raise too_large
    received = 0

    async def receive_bounded() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > LARGEST_BODY_BYTES:
            raise too_large
        return message

    return receive_bounded


def check_request(scope: Scope, headers: Headers, settings: ServerSettings) -> None:
    """Raises `RefusedError` for what a page of someone else could have sent."""
    host = headers.get("host", "").casefold()
    _check_host(host, scope["path"], settings)
    _check_origin(headers.get("origin"), host)
    if scope["method"] not in _READS:
        _check_write(headers, scope["path"])


def _check_host(host: str, path: str, settings: ServerSettings) -> None:
    """The name the browser used must mean this machine; a proxied public address opens only signed links."""
    if is_loopback(_split(f"//{host}").hostname or ""):
        return
    if host == settings.public_host and path.startswith(("/acknowledge/", "/static/")):
        return
    raise RefusedError(
        f"Watchbook does not answer to the name “{host[:100]}”", mend="Use http://127.0.0.1 and its port."
    )


def _split(address: str) -> SplitResult:
    """The parts of an address; what is none has none, and so is foreign."""
    try:
        parts = urlsplit(address)
        _ = parts.hostname  # is read only now
    except ValueError:
        return SplitResult("", "", "", "", "")
    return parts


def _check_origin(origin: str | None, host: str) -> None:
    if origin is not None and _split(origin).netloc.casefold() != host:
        raise RefusedError(
            f"the request came from a page of {origin[:100]}, not from the board",
            mend="Open the board itself.",
        )


def _check_write(headers: Headers, path: str) -> None:
    """A foreign page can send neither JSON (it would have to ask first, and is never allowed) nor our own origin."""
    if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        raise RefusedError("a page of another site sent this", mend="Open the board itself.")
    kind = headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind == "application/json":
        return
    if path.startswith("/api/"):
        raise RefusedError("the API takes writes as JSON only", mend="Send Content-Type: application/json.")
    if kind != "application/x-www-form-urlencoded":
        raise RefusedError("the board takes its own forms only", mend="Use the page's buttons, or the API.")
    own = headers.get("origin") is not None or headers.get("sec-fetch-site") == "same-origin"
    if not own and "watchbook-actor" not in headers:
        raise RefusedError(
            "nothing shows that this form is the board's own",
            mend="Use a browser that sends Origin, or send a Watchbook-Actor header.",
        )


def actor_of(headers: Headers, settings: ServerSettings) -> Actor:
    """The name that was given: the header (percent-encoded), else the board's cookie, else the user of this machine."""
    given = headers.get("watchbook-actor") or cookie_parser(headers.get("cookie", "")).get(ACTOR_COOKIE, "")
    return Actor(clean_name(_decoded(given)) or settings.os_user)


def _decoded(given: str) -> str:
    """Percent-encoded UTF-8, or UTF-8 as it is (which servers hand on as if it were Latin-1)."""
    text = unquote(given)
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text


def clean_name(name: str) -> str:
    """A name fit for the journal: no control characters, single spaces, at most 80 characters."""
    printable = "".join(letter if letter.isprintable() else " " for letter in name)
    return " ".join(printable.split())[:LONGEST_NAME]
