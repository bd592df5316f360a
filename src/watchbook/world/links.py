"""Asks whether addresses on the web answer: for the links of a runbook.

Called by `app.documents.online`. It asks for the head and, where a server refuses that, for the page; it follows redirects
and reads nothing. A link is dead only where that is certain: what wants a login, is slow or has trouble may be alive.
"""

import asyncio
import socket
from collections.abc import Sequence

LIMIT_S = 10.0
AT_ONCE = 8
_GONE = frozenset({404, 410})
_HEAD_REFUSED = frozenset(
    {400, 403, 404, 405, 406, 429, 500, 501, 503}
)  # some servers answer so to HEAD alone


def find_dead(urls: Sequence[str], limit_s: float = LIMIT_S) -> dict[str, str]:
    """The addresses that are certainly dead, each with what happened: `answers 404`. At most `limit_s` for each one."""
    return asyncio.run(_find_dead(list(dict.fromkeys(urls)), limit_s))


async def _find_dead(urls: list[str], limit_s: float) -> dict[str, str]:
    import aiohttp

    turns = asyncio.Semaphore(AT_ONCE)
    limits = aiohttp.ClientTimeout(total=limit_s)
    headers = {"User-Agent": "watchbook check --online"}
    async with aiohttp.ClientSession(
        timeout=limits, headers=headers, cookie_jar=aiohttp.DummyCookieJar()
    ) as session:

        async def ask(url: str) -> str:
            async with turns:
                return await _problem(session, url)

        problems = await asyncio.gather(*(ask(url) for url in urls))
    return {url: problem for url, problem in zip(urls, problems, strict=True) if problem}


async def _problem(session: "object", url: str) -> str:
    """Why the address is dead; empty where it answers, and where nobody can say."""
    import aiohttp

    assert isinstance(session, aiohttp.ClientSession)
    try:
        async with session.head(url, allow_redirects=True) as answer:
            status = answer.status
        if status in _HEAD_REFUSED:
            async with session.get(url, allow_redirects=True) as answer:
                status = answer.status
    except aiohttp.ClientConnectorDNSError:
        return "has a host that does not exist"
    except aiohttp.ClientConnectorCertificateError:
        return "has a certificate that nobody should trust"
    except aiohttp.ClientConnectorError as error:
        return "refuses connections" if isinstance(error.os_error, ConnectionRefusedError) else ""
    except aiohttp.InvalidURL:
        return "is no address"
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError, socket.gaierror):
        return ""
    return f"answers {status}" if status in _GONE else ""
