"""TLS probes: a handshake with verification, and how long the server's certificate is still valid.

Called by `Prober` for `tls://HOST:PORT`. The value is the seconds left of the certificate. Where the check asks for a
lifetime, a certificate that only lacks a known authority is judged by its lifetime, and the reason says that it is not
trusted; without, an untrusted certificate is unhealthy. A wrong name or an expired certificate always is.
"""

import asyncio
import contextlib
import socket
import ssl
import time
from dataclasses import dataclass

from watchbook.model.observations import Outcome, Phases, ProbeResult
from watchbook.model.quantities import say_duration
from watchbook.model.runbook import HealthCheck
from watchbook.world.probes.addresses import split_address
from watchbook.world.probes.certificate import read_validity
from watchbook.world.probes.http import say_certificate, say_connect_failure
from watchbook.world.probes.verdict import Answer, judge_answer, result_of

# Codes of OpenSSL's X509_V_ERR_* for chains that end at an authority which this machine does not know.
_UNKNOWN_AUTHORITY = frozenset((2, 18, 19, 20, 21))


@dataclass(frozen=True, slots=True)
class _Seen:
    """A handshake that succeeded: the certificate as DER, and when TCP and TLS were done (monotonic seconds)."""

    der: bytes
    connected: float
    ended: float


async def probe_tls(context: ssl.SSLContext, check: HealthCheck, target: str, at_s: float) -> ProbeResult:
    """Shakes hands once (twice where the authority is unknown) and judges the certificate. Never raises."""
    try:
        host, port = split_address(target, 443)
    except ValueError as error:
        return result_of(check, target, at_s, Outcome.UNKNOWN, str(error))
    began, untrusted = time.monotonic(), ""
    try:
        async with asyncio.timeout(check.timeout_s):
            try:
                seen = await _handshake(context, host, port)
            except ssl.SSLCertVerificationError as error:
                untrusted = say_certificate(error)
                if error.verify_code not in _UNKNOWN_AUTHORITY or check.expect.number is None:
                    reason = f"the certificate of {host}:{port} is not right: {untrusted}"
                    return result_of(check, target, at_s, Outcome.UNHEALTHY, reason, time.monotonic() - began)
                began = time.monotonic()
                seen = await _handshake(_unverified(), host, port)
    except TimeoutError:
        reason = f"no TLS handshake with {host}:{port} within {say_duration(check.timeout_s)}"
        return result_of(check, target, at_s, Outcome.UNHEALTHY, reason)
    except ssl.SSLError as error:
        reason = f"no TLS with {host}:{port}: {error.reason or error}"
        return result_of(check, target, at_s, Outcome.UNHEALTHY, reason)
    except socket.gaierror:
        return result_of(check, target, at_s, Outcome.UNHEALTHY, f"the name {host} cannot be looked up")
    except OSError as error:
        return result_of(check, target, at_s, Outcome.UNHEALTHY, say_connect_failure(error, f"{host}:{port}"))
    return _judged(check, target, at_s, seen, began, untrusted)


def _judged(
    check: HealthCheck, target: str, at_s: float, seen: _Seen, began: float, untrusted: str
) -> ProbeResult:
    try:
        _, until = read_validity(seen.der)
    except ValueError as error:
        return result_of(check, target, at_s, Outcome.UNKNOWN, f"the certificate cannot be read: {error}")
    left_s = until.timestamp() - at_s
    phases = Phases(connect_s=seen.connected - began, tls_s=seen.ended - seen.connected)
    if left_s <= 0:
        reason = f"the certificate expired {say_duration(-left_s)} ago"
        return result_of(check, target, at_s, Outcome.UNHEALTHY, reason, seen.ended - began)
    note = f"the certificate is valid for {say_duration(left_s)}"
    if untrusted:
        note += f", not trusted by this machine: {untrusted}"
    text = f"valid until {until:%Y-%m-%d %H:%M} UTC"
    return judge_answer(
        check, target, at_s, Answer(text, seen.ended - began, phases, left_s, note, say_duration)
    )


async def _handshake(context: ssl.SSLContext, host: str, port: int) -> _Seen:
    """Connects and shakes hands. Raises OSError, among them the errors of ssl."""
    loop = asyncio.get_running_loop()
    _, writer = await asyncio.open_connection(host, port)
    try:
        connected = loop.time()
        await writer.start_tls(context, server_hostname=host)
        ended = loop.time()
        channel = writer.get_extra_info("ssl_object")
        return _Seen(channel.getpeercert(binary_form=True) or b"", connected, ended)
    finally:
        writer.close()
        with contextlib.suppress(OSError, asyncio.TimeoutError):
            writer.transport.abort()


def _unverified() -> ssl.SSLContext:
    """A context that accepts any certificate, to read how long one of an unknown authority is valid."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
