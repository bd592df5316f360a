"""A webhook: the page as JSON in an HTTP POST, signed, under an idempotency key.

Receivers are pagers, phones and chat bridges. Redirects are refused and certificates verified: a page carries a link that
acknowledges. 2xx is delivered; 429, 5xx, timeouts and network errors may be tried again; everything else is permanent.
"""

import asyncio
import hashlib
import hmac
import json
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import aiohttp

from watchbook.model.errors import DocumentError
from watchbook.model.paging import Notice
from watchbook.world.ports import Delivery, DeliveryResult
from watchbook.world.probes.http import say_failure

SIGNATURE_HEADER = "Watchbook-Signature"  # "sha256=" and the hexadecimal HMAC of the body
KEY_HEADER = "Idempotency-Key"
TIMEOUT_S = 10.0
LONGEST_RETRY_AFTER_S = 300.0
_LATER = (408, 425, 429)


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """What the wiring says: where to post, the shared secret (its value), and how long an answer may take."""

    url: str
    secret: str = ""
    timeout_s: float = TIMEOUT_S


class WebhookChannel:
    """Posts to one URL over connections that are kept open. Raises `DocumentError` for a URL that is none."""

    kind = "webhook"

    def __init__(self, name: str, settings: WebhookSettings) -> None:
        parts = urlsplit(settings.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise DocumentError(
                f"the channel “{name}” has no usable url: {settings.url!r}",
                where="watchbook.toml",
                mend="Give an http:// or https:// address.",
            )
        self.name, self.settings = name, settings
        self._session: aiohttp.ClientSession | None = None

    async def send(self, notice: Notice) -> Delivery:
        """One POST; once more at once where a kept connection had gone stale (the key makes that harmless)."""
        content = json.dumps(
            dict(notice.body), ensure_ascii=False, separators=(",", ":"), default=str
        ).encode()
        try:
            return await self._post(notice.key, content)
        except (aiohttp.ServerDisconnectedError, ConnectionResetError):
            pass
        except Exception as error:  # whatever a network can do, the outbox goes on
            return _failure(error, self.settings.timeout_s)
        try:
            return await self._post(notice.key, content)
        except Exception as error:
            return _failure(error, self.settings.timeout_s)

    async def _post(self, key: str, content: bytes) -> Delivery:
        headers = {"Content-Type": "application/json", KEY_HEADER: key, "User-Agent": "watchbook"}
        if self.settings.secret:
            headers[SIGNATURE_HEADER] = signature(self.settings.secret, content)
        session = self._opened()
        async with session.post(
            self.settings.url, data=content, headers=headers, allow_redirects=False
        ) as answer:
            said = (await answer.content.read(200)).decode("utf-8", "replace")
            return _judge(answer.status, answer.headers.get("Retry-After"), said)

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=60.0),
                timeout=aiohttp.ClientTimeout(total=self.settings.timeout_s),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    async def close(self) -> None:
        """Closes the kept connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def signature(secret: str, content: bytes) -> str:
    """The value of the signature header for a body: receivers compute the same and compare in constant time."""
    return "sha256=" + hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


def _judge(status: int, retry_after: str | None, said: str) -> Delivery:
    if 200 <= status < 300:
        return Delivery(DeliveryResult.OK)
    words = " ".join(said.split())[:120]
    reason = f"the receiver answered {status}" + (f": {words}" if words else "")
    if status in _LATER or status >= 500:
        return Delivery(DeliveryResult.RETRY, reason, _seconds(retry_after))
    if 300 <= status < 400:
        return Delivery(DeliveryResult.PERMANENT, f"{reason}; redirects are not followed")
    return Delivery(DeliveryResult.PERMANENT, reason)


def _seconds(retry_after: str | None) -> float | None:
    """`Retry-After` in seconds, also from a date (RFC 9110, 10.2.3); None where it says nothing usable."""
    if not retry_after:
        return None
    try:
        return min(LONGEST_RETRY_AFTER_S, max(0.0, float(retry_after)))
    except ValueError:
        pass
    try:
        from datetime import UTC, datetime

        wait = (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError):
        return None
    return min(LONGEST_RETRY_AFTER_S, max(0.0, wait))


def _failure(error: Exception, timeout_s: float) -> Delivery:
    """A network's exception as a value."""
    if isinstance(error, (TimeoutError, asyncio.TimeoutError)):
        return Delivery(DeliveryResult.RETRY, f"no answer within {timeout_s:g} s")
    if isinstance(error, (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError)):
        return Delivery(DeliveryResult.PERMANENT, f"not a usable address: {error}")
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return Delivery(DeliveryResult.PERMANENT, "the receiver's certificate cannot be verified")
    if isinstance(error, (aiohttp.ClientError, OSError)):
        return Delivery(DeliveryResult.RETRY, say_failure(error, "the receiver"))
    return Delivery(DeliveryResult.RETRY, f"sending failed: {type(error).__name__}: {error}")
