"""HTTP probes against real servers on loopback: right, wrong, slow, hanging, broken."""

import asyncio
import contextlib
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from tests.world.servers import answering, serving, speaking

from watchbook.model.observations import Outcome, ProbeResult
from watchbook.model.procedures import Expectation, NumberTest
from watchbook.model.runbook import CheckKind, HealthCheck
from watchbook.world.probes import Prober, ProbeSettings, full_target

HERE = Path("/")


def check(**parts: Any) -> HealthCheck:
    return HealthCheck("Service", CheckKind.HTTP, "/health", **{"timeout_s": 2.0, **parts})


async def probed(
    port: int, what: HealthCheck, settings: ProbeSettings | None = None, scheme: str = "http"
) -> ProbeResult:
    async with Prober(settings) as prober:
        return await prober.probe(what, f"{scheme}://127.0.0.1:{port}{what.target}", 1000.0, HERE)


async def test_right_answer_is_healthy_with_phases() -> None:
    """A 200 whose document holds what is expected is healthy, and says where the time went."""
    async with serving(answering('{"status": "healthy", "version": 3}')) as port:
        result = await probed(
            port, check(expect=Expectation(json='{"status": "healthy"}'), max_latency_s=1.0)
        )
    assert result.outcome is Outcome.HEALTHY
    assert (result.check, result.at_s) == ("Service", 1000.0)
    phases = result.phases
    assert phases is not None and result.latency_s is not None
    assert phases.connect_s is not None and phases.first_byte_s is not None and phases.body_s is not None
    assert phases.tls_s is None
    assert phases.connect_s + phases.first_byte_s + phases.body_s == pytest.approx(
        result.latency_s, abs=0.005
    )
    assert result.reason.startswith("200 in ")


@pytest.mark.parametrize(
    ("text", "status", "expect", "outcome", "reason"),
    [
        ("ok", 200, Expectation(), "healthy", "200 in"),
        ("ok", 204, Expectation(), "healthy", "204 in"),
        ("", 503, Expectation(), "unhealthy", "answered 503 Service Unavailable"),
        (
            '{"status": "healthy"}',
            503,
            Expectation(json='{"status": "healthy"}'),
            "unhealthy",
            "answered 503",
        ),
        ("no", 401, Expectation(status="401"), "healthy", "401 in"),
        ("no", 404, Expectation(status="4xx"), "healthy", "404 in"),
        ("ok", 200, Expectation(status="204"), "unhealthy", "answered 200 OK instead of 204"),
        ('{"status": "degraded"}', 200, Expectation(json='{"status": "healthy"}'), "unhealthy", "expected"),
        ("<html>", 200, Expectation(json='{"status": "healthy"}'), "unhealthy", "expected"),
        ("PONG", 200, Expectation(text="PONG"), "healthy", "200 in"),
        ("nope", 200, Expectation(text="PONG"), "unhealthy", "PONG"),
        ("up 12 of 12", 200, Expectation(regex=r"up (\d+) of \1"), "healthy", "200 in"),
        ("up 11 of 12", 200, Expectation(regex=r"up (\d+) of \1"), "unhealthy", "up 11 of 12"),
        ("workers: 3", 200, Expectation(number=NumberTest(">=", 3)), "healthy", "200 in"),
        ("workers: 2", 200, Expectation(number=NumberTest(">=", 3)), "unhealthy", "2 is not >= 3"),
        ("none", 200, Expectation(number=NumberTest(">=", 3)), "unhealthy", "there is no number"),
        ("ok", 200, Expectation(regex="("), "unknown", "is not a regular expression"),
        ("ok", 200, Expectation(json="{"), "unknown", "is not JSON"),
    ],
)
async def test_answers_are_judged(
    text: str, status: int, expect: Expectation, outcome: str, reason: str
) -> None:
    """Status, JSON subset, text, pattern and number decide; the reason is one sentence."""
    async with serving(answering(text, status)) as port:
        result = await probed(port, check(expect=expect))
    assert result.outcome == outcome, result.reason
    assert reason in result.reason
    assert "\n" not in result.reason


async def test_reasons_hold_no_secrets_and_no_controls() -> None:
    """What a target says may be quoted in a reason, but never a declared secret, a credential or a control sequence."""
    said = "\x1b[31mfailed for s3cret-value with token ghp_0123456789abcdefghijklmnopqrstuvwxyz\x07"
    async with serving(answering(said)) as port:
        result = await probed(
            port, check(expect=Expectation(text="PONG")), ProbeSettings(secrets=("s3cret-value",))
        )
    assert "failed for [redacted]" in result.reason
    assert "ghp_" not in result.reason
    assert result.reason.isprintable()


async def test_slow_but_right_is_degraded() -> None:
    """Over its limit an answer is right but slow, and the reason names the longest phase."""

    async def slow(_request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.08)
        return web.Response(text="ok")

    async with serving(slow) as port:
        result = await probed(port, check(max_latency_s=0.05))
    assert result.outcome is Outcome.DEGRADED
    assert "the limit is 50 ms" in result.reason
    assert "first byte took" in result.reason


async def test_refused() -> None:
    """Nobody listens: one readable sentence."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    result = await probed(port, check())
    assert (result.outcome, result.reason) == (Outcome.UNHEALTHY, f"connection refused by 127.0.0.1:{port}")


async def test_hanging() -> None:
    """A server that takes the request and says nothing runs into the limit."""

    async def hang(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with speaking(hang) as port:
        result = await probed(port, check(timeout_s=0.2))
    assert result.outcome is Outcome.UNHEALTHY
    assert result.reason == "no answer within 200 ms, waiting for the first byte"
    assert result.latency_s == pytest.approx(0.2, abs=0.15)


async def test_dripping() -> None:
    """A server that sends a byte at a time for ever runs into the limit as well: it is for the whole answer."""

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"1\r\nx\r\n")
            await writer.drain()
            await asyncio.sleep(0.01)

    async with speaking(drip) as port:
        result = await probed(port, check(timeout_s=0.3))
    assert (result.outcome, result.reason) == (Outcome.UNHEALTHY, "no answer within 300 ms, reading the body")


async def test_redirects_are_not_health() -> None:
    """A redirect is not followed: the sign-in page is not the service."""
    async with serving(answering("", 302, Location="/login")) as port:
        result = await probed(port, check())
        expected = await probed(port, check(expect=Expectation(status="302")))
    assert result.reason == "answered 302 Found, sent on to /login"
    assert expected.outcome is Outcome.HEALTHY


async def test_huge_body_is_cut() -> None:
    """An endless body is read up to the limit only, and judged by what was read."""

    async def flood(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        with contextlib.suppress(ConnectionError, OSError):
            await response.write(b"ready ")
            while True:
                await response.write(b"x" * 65536)
        return response

    async with serving(flood) as port:
        result = await probed(port, check(expect=Expectation(text="ready"), timeout_s=5.0))
    assert result.outcome is Outcome.HEALTHY
    assert "over 1 MiB" in result.reason


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"", "closed without an answer"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "not HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "ended before it was complete"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope", ""),
    ],
)
async def test_broken_answers(said: bytes, reason: str) -> None:
    """Whatever a port says, the probe has a result and a sentence."""

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        await writer.drain()

    async with speaking(say) as port:
        result = await probed(port, check())
    assert result.outcome is Outcome.UNHEALTHY
    assert reason in result.reason
    assert "\n" not in result.reason


async def test_odd_charset() -> None:
    """A charset that nobody knows does not stop the judgement."""

    async def martian(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"PONG", headers={"Content-Type": "text/plain; charset=martian"})

    async with serving(martian) as port:
        result = await probed(port, check(expect=Expectation(text="PONG")))
    assert result.outcome is Outcome.HEALTHY


async def test_name_that_does_not_exist() -> None:
    """A name without an address is unhealthy, not a crash."""
    async with Prober() as prober:
        result = await prober.probe(check(), "http://no-such-host.invalid/health", 0.0, HERE)
    assert (result.outcome, result.reason) == (
        Outcome.UNHEALTHY,
        "the name no-such-host.invalid cannot be looked up",
    )


async def test_path_without_a_url_is_unknown() -> None:
    """A relative endpoint in a runbook without any URL could not be asked."""
    async with Prober() as prober:
        result = await prober.probe(check(), "/health", 0.0, HERE)
    assert result.outcome is Outcome.UNKNOWN
    assert "no URL to resolve it against" in result.reason


@pytest.mark.parametrize(
    ("target", "base", "full"),
    [
        ("/health", "http://h:1", "http://h:1/health"),
        ("/health", "http://h:1/", "http://h:1/health"),
        ("/health", "https://h/shop", "https://h/shop/health"),
        ("http://other/x", "http://h:1", "http://other/x"),
        ("/health", None, "/health"),
    ],
)
def test_full_target(target: str, base: str | None, full: str) -> None:
    """Paths are asked below the environment's or instance's URL."""
    assert full_target(HealthCheck("x", CheckKind.HTTP, target), base) == full


async def test_https_with_phases(certificate: tuple[Path, Path]) -> None:
    """Over TLS the handshake is a phase of its own; an authority of the installation is trusted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    async with serving(answering("ok"), context) as port:
        trusted = await probed(port, check(), ProbeSettings(ca_file=str(certificate[0])), "https")
        untrusted = await probed(port, check(), None, "https")
    assert trusted.outcome is Outcome.HEALTHY, trusted.reason
    assert (
        trusted.phases is not None
        and trusted.phases.tls_s is not None
        and trusted.phases.connect_s is not None
    )
    assert trusted.phases.tls_s > 0
    assert untrusted.outcome is Outcome.UNHEALTHY
    assert untrusted.reason == f"the certificate of 127.0.0.1:{port} is not right: self-signed certificate"


async def test_https_against_plain_http() -> None:
    """TLS where there is none is said as that."""
    async with serving(answering("ok")) as port:
        result = await probed(port, check(), None, "https")
    assert result.outcome is Outcome.UNHEALTHY
    assert result.reason.startswith(f"no TLS with 127.0.0.1:{port}")
