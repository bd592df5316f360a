"""DNS probes: a name that has to resolve, through the machine's resolver or a server of one's own.

Called by `Prober` for `dns:NAME`, `dns://SERVER[:PORT]/NAME` and either with `?type=TXT`. Plain names go the way that
every program of this machine goes (hosts file included); other record types and servers are asked with dnspython.
"""

import asyncio
import socket
import time
from urllib.parse import parse_qs, urlsplit

from watchbook.deciding.expectation import last_number
from watchbook.model.observations import Outcome, Phases, ProbeResult
from watchbook.model.quantities import say_duration
from watchbook.model.runbook import HealthCheck
from watchbook.world.probes.addresses import split_address
from watchbook.world.probes.verdict import Answer, judge_answer, result_of


async def probe_dns(check: HealthCheck, target: str, at_s: float) -> ProbeResult:
    """Looks the name up once; the answer is one record a line. Never raises for anything the servers do."""
    server, name, kind = _parts(target)
    if not name:
        return result_of(check, target, at_s, Outcome.UNKNOWN, f"{target} names nothing to look up")
    began = time.monotonic()
    try:
        async with asyncio.timeout(check.timeout_s):
            if server is None and kind is None:
                records = await _resolve(name)
            else:
                records = await _ask(name, kind or "A", server, check.timeout_s)
    except TimeoutError:
        reason = f"no answer for {name} within {say_duration(check.timeout_s)}"
        return result_of(check, target, at_s, Outcome.UNHEALTHY, reason, time.monotonic() - began)
    except LookupFailedError as error:
        return result_of(check, target, at_s, error.outcome, str(error), time.monotonic() - began)
    took_s = time.monotonic() - began
    text = "\n".join(records)
    note = f"{name} is {', '.join(records[:3])}" + ("…" if len(records) > 3 else "")
    value = last_number(text) if check.expect.number is not None else None
    return judge_answer(check, target, at_s, Answer(text, took_s, Phases(dns_s=took_s), value, note))


class LookupFailedError(Exception):
    """A look-up without an answer; `str()` is one sentence."""

    def __init__(self, reason: str, outcome: Outcome = Outcome.UNHEALTHY) -> None:
        super().__init__(reason)
        self.outcome = outcome


def _parts(target: str) -> tuple[str | None, str, str | None]:
    """Server, name and record type of a target; server and type None where the machine's resolver is meant."""
    text = target.removeprefix("dns:")
    parts = urlsplit(text if text.startswith("//") else f"//{text}")
    kinds = parse_qs(parts.query).get("type")
    kind = kinds[0].upper() if kinds else None
    path = parts.path.strip("/")
    return (parts.netloc, path, kind) if path else (None, parts.netloc, kind)


async def _resolve(name: str) -> list[str]:
    """Addresses of a name as the machine resolves it."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise LookupFailedError(f"the name {name} cannot be looked up: {error.strerror}") from None
    except UnicodeError:
        raise LookupFailedError(f"{name} is not a name", Outcome.UNKNOWN) from None
    return sorted({str(entry[4][0]) for entry in found})


async def _ask(name: str, kind: str, server: str | None, timeout_s: float) -> list[str]:
    """Records of a name, asked of one server or of those that the machine is configured for."""
    import dns.asyncresolver
    import dns.exception
    import dns.rdatatype
    import dns.resolver

    try:
        resolver = dns.asyncresolver.Resolver(configure=server is None)
        if server is not None:
            host, port = split_address(server, 53)
            resolver.nameservers, resolver.port = [host], port
        answer = await resolver.resolve(name, dns.rdatatype.from_text(kind), lifetime=timeout_s)
    except dns.resolver.NXDOMAIN:
        raise LookupFailedError(f"the name {name} does not exist") from None
    except dns.resolver.NoAnswer:
        raise LookupFailedError(f"{name} has no {kind} record") from None
    except dns.exception.Timeout:
        raise LookupFailedError(f"no answer for {name} within {say_duration(timeout_s)}") from None
    except (dns.resolver.NoNameservers, OSError):
        raise LookupFailedError(f"no server gives an answer for {name}") from None
    except (dns.exception.DNSException, ValueError) as error:
        raise LookupFailedError(f"{name} cannot be looked up: {error}", Outcome.UNKNOWN) from None
    return sorted(record.to_text().strip('"') for record in answer)
