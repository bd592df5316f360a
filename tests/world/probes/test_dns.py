"""DNS probes: the machine's own resolver, and a real server on loopback."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from watchbook.model.observations import Outcome, ProbeResult
from watchbook.model.procedures import Expectation
from watchbook.model.runbook import CheckKind, HealthCheck
from watchbook.world.probes import Prober

RECORDS = {("shop.test.", "A"): ["192.0.2.1", "192.0.2.2"], ("shop.test.", "TXT"): ['"v=spf1 -all"']}


class NameServer(asyncio.DatagramProtocol):
    """Answers from `RECORDS`; a name that is not there does not exist, `silent.test.` gets no answer at all."""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address: Any) -> None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name, kind = str(question.name), dns.rdatatype.to_text(question.rdtype)
        if name == "silent.test.":
            return
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if (name, kind) in RECORDS:
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *RECORDS[name, kind]))
        elif name not in {known for known, _ in RECORDS}:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self.transport.sendto(answer.to_wire(), address)


@contextlib.asynccontextmanager
async def name_server() -> AsyncIterator[int]:
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(NameServer, ("127.0.0.1", 0))
    try:
        yield transport.get_extra_info("sockname")[1]
    finally:
        transport.close()


async def probed(target: str, expect: Expectation | None = None, timeout_s: float = 2.0) -> ProbeResult:
    what = HealthCheck("Name", CheckKind.DNS, target, expect=expect or Expectation(), timeout_s=timeout_s)
    async with Prober() as prober:
        return await prober.probe(what, target, 0.0, Path("/"))


@pytest.mark.parametrize("target", ["dns:localhost", "localhost", "dns://localhost"])
async def test_the_machines_own_resolver(target: str) -> None:
    """A plain name is looked up as every program of the machine does it, hosts file included."""
    result = await probed(target, Expectation(regex=r"127\.0\.0\.1|::1"))
    assert result.outcome is Outcome.HEALTHY, result.reason
    assert result.reason.startswith("localhost is ")
    assert result.phases is not None and result.phases.dns_s is not None


async def test_records_of_a_server() -> None:
    """Addresses and other records of one server."""
    async with name_server() as port:
        addresses = await probed(f"dns://127.0.0.1:{port}/shop.test", Expectation(text="192.0.2.2"))
        text = await probed(f"dns://127.0.0.1:{port}/shop.test?type=txt", Expectation(text="v=spf1 -all"))
        other = await probed(f"dns://127.0.0.1:{port}/shop.test", Expectation(text="192.0.2.9"))
    assert addresses.reason == "shop.test is 192.0.2.1, 192.0.2.2"
    assert text.outcome is Outcome.HEALTHY, text.reason
    assert other.outcome is Outcome.UNHEALTHY


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("gone.test", "the name gone.test does not exist"),
        ("shop.test?type=MX", "shop.test has no MX record"),
        ("silent.test", "no answer for silent.test within 300 ms"),
    ],
)
async def test_no_answer(name: str, reason: str) -> None:
    """A name that does not exist, a record that is not there, a server that says nothing."""
    async with name_server() as port:
        result = await probed(f"dns://127.0.0.1:{port}/{name}", timeout_s=0.3)
    assert (result.outcome, result.reason) == (Outcome.UNHEALTHY, reason)


async def test_names_that_cannot_be_asked() -> None:
    """A name of the machine's resolver that fails is unhealthy; what is no name, or no record type, is unknown."""
    missing = await probed("no-such-host.invalid")
    assert missing.outcome is Outcome.UNHEALTHY
    assert missing.reason.startswith("the name no-such-host.invalid cannot be looked up")
    assert (await probed("dns:")).outcome is Outcome.UNKNOWN
    assert (await probed("dns:localhost?type=BOGUS")).outcome is Outcome.UNKNOWN
    assert (await probed(f"dns:{'a' * 70}.test")).outcome is Outcome.UNKNOWN
