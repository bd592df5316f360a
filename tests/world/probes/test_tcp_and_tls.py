"""TCP and TLS probes against real sockets on loopback."""

import asyncio
import datetime
import socket
import ssl
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from tests.programs import require_program
from tests.world.servers import speaking

from watchbook.model.observations import Outcome, ProbeResult
from watchbook.model.procedures import Expectation, NumberTest
from watchbook.model.runbook import CheckKind, HealthCheck
from watchbook.world.probes import Prober, ProbeSettings
from watchbook.world.probes.addresses import split_address
from watchbook.world.probes.certificate import read_validity

DAY_S = 86_400.0


async def quiet(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def greeting(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mail.")
    await writer.drain()
    writer.write(b"test ESMTP\r\n")
    await writer.drain()


async def probed(
    kind: CheckKind, target: str, settings: ProbeSettings | None = None, **parts: Any
) -> ProbeResult:
    what = HealthCheck("Queue", kind, target, **{"timeout_s": 2.0, **parts})
    async with Prober(settings) as prober:
        return await prober.probe(what, target, time.time(), Path("/"))


@pytest.mark.parametrize("form", ["tcp://127.0.0.1:{}", "127.0.0.1:{}"])
async def test_open_port(form: str) -> None:
    """A port that accepts is healthy; nothing has to be said."""
    async with speaking(quiet) as port:
        result = await probed(CheckKind.TCP, form.format(port))
    assert result.outcome is Outcome.HEALTHY, result.reason
    assert result.reason.startswith("connected in ")
    assert result.phases is not None and result.phases.connect_s is not None


async def test_closed_port() -> None:
    """Nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    result = await probed(CheckKind.TCP, f"127.0.0.1:{port}")
    assert (result.outcome, result.reason) == (Outcome.UNHEALTHY, f"connection refused by 127.0.0.1:{port}")


async def test_banner() -> None:
    """A text that is expected is waited for, also in parts; another one is unhealthy."""
    async with speaking(greeting) as port:
        right = await probed(CheckKind.TCP, f"127.0.0.1:{port}", expect=Expectation(regex="^220 .*ESMTP"))
        wrong = await probed(CheckKind.TCP, f"127.0.0.1:{port}", expect=Expectation(text="SSH"))
    assert right.outcome is Outcome.HEALTHY, right.reason
    assert wrong.outcome is Outcome.UNHEALTHY
    assert "220 mail.test ESMTP" in wrong.reason


async def test_banner_that_never_comes() -> None:
    """A server that stays silent runs into the limit."""
    async with speaking(quiet) as port:
        result = await probed(
            CheckKind.TCP, f"127.0.0.1:{port}", expect=Expectation(text="220"), timeout_s=0.1
        )
    assert result.outcome is Outcome.UNHEALTHY
    assert result.reason == f"no answer from 127.0.0.1:{port} within 100 ms, waiting for what it should say"


@pytest.mark.parametrize("target", ["tcp://mq", "mq:0", "mq:99999", "not an address:80", ""])
async def test_addresses_that_are_none(target: str) -> None:
    """What is no HOST:PORT could not be asked: unknown, with the reason."""
    result = await probed(CheckKind.TCP, target)
    assert result.outcome is Outcome.UNKNOWN
    assert result.reason


@pytest.mark.parametrize(
    ("target", "address"),
    [
        ("tcp://mq:5672", ("mq", 5672)),
        ("mq:5672", ("mq", 5672)),
        ("tls://[::1]:443/", ("::1", 443)),
        ("api.example.org", ("api.example.org", 443)),
    ],
)
def test_forms_of_addresses(target: str, address: tuple[str, int]) -> None:
    """With and without a scheme, version 6 in brackets, a default port."""
    assert split_address(target, 443) == address


async def test_certificate_lifetime_within_its_limit(certificate: tuple[Path, Path]) -> None:
    """20 days left, 14 are demanded: healthy, with the seconds left as value; 30 are demanded: unhealthy."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    trusted = ProbeSettings(ca_file=str(certificate[0]))
    async with speaking(quiet, context) as port:
        target = f"tls://127.0.0.1:{port}"
        fine = await probed(
            CheckKind.TLS, target, trusted, expect=Expectation(number=NumberTest(">", 14 * DAY_S))
        )
        soon = await probed(
            CheckKind.TLS, target, trusted, expect=Expectation(number=NumberTest(">", 30 * DAY_S))
        )
    assert fine.outcome is Outcome.HEALTHY, fine.reason
    assert fine.value == pytest.approx(20 * DAY_S, abs=600)
    assert fine.phases is not None and fine.phases.tls_s is not None
    assert soon.outcome is Outcome.UNHEALTHY
    assert soon.reason.startswith(("19 d 23 h", "20 d "))  # to the second, it is 20 days
    assert soon.reason.endswith("is not > 30 d")


async def test_unknown_authority(certificate: tuple[Path, Path]) -> None:
    """Untrusted is unhealthy; where a lifetime is demanded it is judged, and the reason says it is not trusted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    async with speaking(quiet, context) as port:
        target = f"127.0.0.1:{port}"
        plain = await probed(CheckKind.TLS, target)
        lifetime = await probed(CheckKind.TLS, target, expect=Expectation(number=NumberTest(">", DAY_S)))
    assert plain.outcome is Outcome.UNHEALTHY
    assert "self-signed certificate" in plain.reason
    assert lifetime.outcome is Outcome.HEALTHY
    assert "not trusted by this machine: self-signed certificate" in lifetime.reason


async def test_expired_certificate(tmp_path: Path) -> None:
    """An expired certificate is unhealthy whatever is demanded."""
    openssl = require_program("openssl")
    made, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=old",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(made)],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    later = time.time() + 3 * DAY_S
    what = HealthCheck(
        "Certificate", CheckKind.TLS, "", timeout_s=2.0, expect=Expectation(number=NumberTest(">", DAY_S))
    )
    async with speaking(quiet, context) as port, Prober() as prober:
        result = await prober.probe(what, f"127.0.0.1:{port}", later, Path("/"))
    assert result.outcome is Outcome.UNHEALTHY
    assert result.reason.startswith("the certificate expired 2 d")


async def test_no_tls_there() -> None:
    """A port that does not speak TLS, and one that does not listen."""
    async with speaking(greeting) as port:
        plain = await probed(CheckKind.TLS, f"127.0.0.1:{port}")
    assert plain.outcome is Outcome.UNHEALTHY
    assert plain.reason.startswith((f"no TLS with 127.0.0.1:{port}", "the connection was reset"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    closed = await probed(CheckKind.TLS, f"127.0.0.1:{port}")
    assert closed.reason == f"connection refused by 127.0.0.1:{port}"


async def test_silent_handshake() -> None:
    """A server that never answers the handshake runs into the limit."""
    async with speaking(quiet) as port:
        result = await probed(CheckKind.TLS, f"127.0.0.1:{port}", timeout_s=0.2)
    assert result.reason == f"no TLS handshake with 127.0.0.1:{port} within 200 ms"


def test_validity_is_what_openssl_says(certificate: tuple[Path, Path]) -> None:
    """The two times agree with openssl's reading of the same file."""
    der = ssl.PEM_cert_to_DER_cert(certificate[0].read_text())
    begin, end = read_validity(der)
    openssl = require_program("openssl")
    printed = subprocess.run(
        [openssl, "x509", "-noout", "-dates", "-in", str(certificate[0])],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for line, moment in zip(printed.splitlines(), (begin, end), strict=True):
        said = datetime.datetime.strptime(
            line.partition("=")[2].replace("GMT", "+0000"), "%b %d %H:%M:%S %Y %z"
        )
        assert said == moment


@pytest.mark.parametrize(
    "der", [b"", b"\x30", b"\x30\x82\xff\xff", b"nonsense", bytes(200), b"\x30\x03\x30\x01\x00"]
)
def test_bytes_that_are_no_certificate(der: bytes) -> None:
    """Bytes that are no certificate are refused by ValueError, never by anything else."""
    with pytest.raises(ValueError):
        read_validity(der)
