"""TCP probes: the connection opens; where a text is expected, the server says it of its own accord.

Called by `Prober` for `tcp://HOST:PORT`. Nothing is sent.
"""

import asyncio
import socket
import time

from watchbook.deciding.expectation import last_number, unmet
from watchbook.model.observations import Outcome, Phases, ProbeResult
from watchbook.model.quantities import say_duration
from watchbook.model.runbook import HealthCheck
from watchbook.world.probes.addresses import split_address
from watchbook.world.probes.http import say_connect_failure
from watchbook.world.probes.verdict import Answer, judge_answer, result_of, unreadable

_BANNER_BYTES = 16 * 1024


async def probe_tcp(check: HealthCheck, target: str, at_s: float) -> ProbeResult:
    """Connects once, reads a banner where one is expected, and judges. Never raises for anything the target does."""
    try:
        host, port = split_address(target)
    except ValueError as error:
        return result_of(check, target, at_s, Outcome.UNKNOWN, str(error))
    where = f"{host}:{port}"
    began = time.monotonic()
    connected = None
    try:
        async with asyncio.timeout(check.timeout_s):
            reader, writer = await asyncio.open_connection(host, port)
            connected = time.monotonic()
            try:
                banner = await _banner(reader, check)
            finally:
                writer.transport.abort()
    except TimeoutError:
        doing = "connecting" if connected is None else "waiting for what it should say"
        reason = f"no answer from {where} within {say_duration(check.timeout_s)}, {doing}"
        return result_of(check, target, at_s, Outcome.UNHEALTHY, reason, time.monotonic() - began)
    except socket.gaierror:
        return result_of(check, target, at_s, Outcome.UNHEALTHY, f"the name {host} cannot be looked up")
    except OSError as error:
        return result_of(check, target, at_s, Outcome.UNHEALTHY, say_connect_failure(error, where))
    ended = time.monotonic()
    phases = Phases(connect_s=connected - began, first_byte_s=ended - connected if banner else None)
    note = f"connected in {say_duration(connected - began)}"
    value = last_number(banner) if check.expect.number is not None else None
    return judge_answer(check, target, at_s, Answer(banner, ended - began, phases, value, note))


async def _banner(reader: asyncio.StreamReader, check: HealthCheck) -> str:
    """What the server says first, until it is as expected, ends, or is long enough; empty where nothing is expected."""
    expect = check.expect
    if not (expect.text or expect.regex or expect.json or expect.number) or unreadable(expect):
        return ""
    said = b""
    while len(said) < _BANNER_BYTES:
        part = await reader.read(4096)
        said += part
        if not part or not unmet(expect, said.decode(errors="replace")):
            break
    return said.decode(errors="replace")
