"""HTTP probes: one request on a fresh connection, timed in phases, its answer bounded and judged.

Called by `Prober`. Redirects are not followed: an answer of `302` to `/login` is no health. Without an expected status
any 2xx is right. The phases are those of rule 8: DNS, connect, TLS, first byte, body; the limit counts all of them.
"""

import asyncio
import ssl
import time
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from watchbook.deciding.expectation import last_number
from watchbook.model.observations import Outcome, Phases, ProbeResult
from watchbook.model.quantities import say_duration
from watchbook.model.runbook import HealthCheck
from watchbook.world.probes.verdict import Answer, judge_answer, result_of

if TYPE_CHECKING:
    import aiohttp

BODY_LIMIT_BYTES = 1024 * 1024


@dataclass(slots=True)
class Stopwatch:
    """When each phase of one request began and ended, in monotonic seconds."""

    began: float
    dns_began: float | None = None
    dns_ended: float | None = None
    tls_began: float | None = None
    connected: float | None = None
    answered: float | None = None

    def phases(self, ended: float) -> Phases:
        """Phases as durations; what did not happen is None."""
        dns_s = _between(self.dns_began, self.dns_ended)
        connect_from = self.dns_ended or self.began
        return Phases(
            dns_s=dns_s,
            connect_s=_between(connect_from, self.tls_began or self.connected),
            tls_s=_between(self.tls_began, self.connected),
            first_byte_s=_between(self.connected, self.answered),
            body_s=_between(self.answered, ended),
        )

    def during(self) -> str:
        """What was under way when the time ran out."""
        if self.connected is None:
            if self.dns_began is not None and self.dns_ended is None:
                return "looking up the name"
            return "in the TLS handshake" if self.tls_began is not None else "connecting"
        return "waiting for the first byte" if self.answered is None else "reading the body"


def _between(began: float | None, ended: float | None) -> float | None:
    return None if began is None or ended is None else max(0.0, ended - began)


_current: ContextVar[Stopwatch | None] = ContextVar("watchbook_probe", default=None)


class _TimedContext(ssl.SSLContext):
    """A TLS context that notes when a handshake begins: aiohttp traces connecting and TLS as one."""

    def wrap_bio(self, *arguments: Any, **options: Any) -> ssl.SSLObject:
        stopwatch = _current.get()
        if stopwatch is not None and stopwatch.tls_began is None:
            stopwatch.tls_began = time.monotonic()
        return super().wrap_bio(*arguments, **options)


def make_context(ca_file: str | None) -> ssl.SSLContext:
    """The context that verifies servers, with the machine's authorities and those of `ca_file`."""
    context = _TimedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


def make_session(context: ssl.SSLContext, user_agent: str) -> "aiohttp.ClientSession":
    """The session of all HTTP probes: a fresh connection for each, names looked up each time, no cookies kept."""
    import aiohttp

    connector = aiohttp.TCPConnector(limit=0, force_close=True, use_dns_cache=False, ssl=context)
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": user_agent, "Accept-Encoding": "identity"},
        trace_configs=[_tracing()],
    )


def _tracing() -> "aiohttp.TraceConfig":
    """Tells the stopwatch, which travels as the request's context, when phases begin and end."""
    import aiohttp

    tracing = aiohttp.TraceConfig()

    def note(field: str) -> Any:
        async def noted(_session: Any, context: Any, _parameters: Any) -> None:
            setattr(context.trace_request_ctx, field, time.monotonic())

        return noted

    tracing.on_dns_resolvehost_start.append(note("dns_began"))
    tracing.on_dns_resolvehost_end.append(note("dns_ended"))
    tracing.on_connection_create_end.append(note("connected"))
    tracing.on_request_end.append(note("answered"))
    return tracing


async def probe_http(
    session: "aiohttp.ClientSession", check: HealthCheck, target: str, at_s: float
) -> ProbeResult:
    """Asks once and judges the answer. Never raises for anything that the target does."""
    import aiohttp

    stopwatch = Stopwatch(time.monotonic())
    token = _current.set(stopwatch)
    try:
        async with asyncio.timeout(check.timeout_s):
            async with session.request(
                check.method,
                target,
                allow_redirects=False,
                trace_request_ctx=stopwatch,
                timeout=aiohttp.ClientTimeout(total=None),
            ) as response:
                body, complete = await _read_bounded(response.content)
        ended = time.monotonic()
    except TimeoutError:
        reason = f"no answer within {say_duration(check.timeout_s)}, {stopwatch.during()}"
        return result_of(check, target, at_s, Outcome.UNHEALTHY, reason, time.monotonic() - stopwatch.began)
    except aiohttp.InvalidURL:
        return result_of(check, target, at_s, Outcome.UNKNOWN, f"{target} is not an address")
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return result_of(check, target, at_s, Outcome.UNHEALTHY, say_failure(error, target))
    finally:
        _current.reset(token)
    latency_s = ended - stopwatch.began
    wrong = _status_reason(check, response)
    if wrong:
        failed = result_of(check, target, at_s, Outcome.UNHEALTHY, wrong, latency_s)
        return replace(failed, phases=stopwatch.phases(ended))
    text = _decoded(body, response)
    note = f"{response.status} in {say_duration(latency_s)}" + ("" if complete else ", answer over 1 MiB cut")
    value = last_number(text) if check.expect.number is not None else None
    return judge_answer(check, target, at_s, Answer(text, latency_s, stopwatch.phases(ended), value, note))


async def _read_bounded(content: "aiohttp.StreamReader") -> tuple[bytes, bool]:
    """The body up to the limit, and whether that was all of it."""
    parts: list[bytes] = []
    left = BODY_LIMIT_BYTES
    async for part in content.iter_any():
        parts.append(part[:left])
        left -= len(part)
        if left <= 0:
            return b"".join(parts), left == 0 and content.at_eof()
    return b"".join(parts), True


def _decoded(body: bytes, response: "aiohttp.ClientResponse") -> str:
    """The body as text, in the charset that the answer states where that is one."""
    try:
        return body.decode(response.charset or "utf-8", "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def _status_reason(check: HealthCheck, response: "aiohttp.ClientResponse") -> str:
    """Why the status is wrong; empty when it is right."""
    wanted = (check.expect.status or "2xx").casefold()
    if all(w in (s, "x") for w, s in zip(wanted, str(response.status), strict=False)):
        return ""
    said = f"{response.status} {response.reason or ''}".strip()
    location = response.headers.get("Location")
    where = f", sent on to {location}" if location and 300 <= response.status < 400 else ""
    expected = "" if check.expect.status is None else f" instead of {check.expect.status}"
    return f"answered {said}{expected}{where}"


def say_failure(error: Exception, target: str) -> str:
    """One sentence for a connection that failed, whatever library raised it."""
    import aiohttp

    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return f"the name {error.host} cannot be looked up"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f"the certificate of {error.host}:{error.port} is not right: {say_certificate(error.certificate_error)}"
    if isinstance(error, aiohttp.ClientConnectorSSLError):
        return f"no TLS with {error.host}:{error.port}: {_detail(error.os_error)}"
    if isinstance(error, aiohttp.ClientConnectorError):
        return say_connect_failure(error.os_error, f"{error.host}:{error.port}")
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "the connection was closed without an answer"
    if isinstance(error, aiohttp.ClientPayloadError):
        return "the answer ended before it was complete"
    if isinstance(error, aiohttp.ClientResponseError):
        return f"the answer is not HTTP: {' '.join(error.message.split())[:120]}"
    if isinstance(error, OSError):
        return say_connect_failure(error, target)
    return f"no answer: {_detail(error)}"


def say_connect_failure(error: BaseException, where: str) -> str:
    """One sentence for a TCP connection that failed."""
    if isinstance(error, ConnectionRefusedError):
        return f"connection refused by {where}"
    if isinstance(error, ConnectionResetError):
        return f"the connection was reset by {where}"
    return f"no connection to {where}: {_detail(error)}"


def say_certificate(error: BaseException) -> str:
    """The reason of a failed verification, as OpenSSL words it."""
    return str(getattr(error, "verify_message", "") or _detail(error)).rstrip(".")


def _detail(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(text).split())[:160].rstrip(".")
