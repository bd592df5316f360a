"""Services on loopback that can be made ill, a phone that hears the pages, and runbooks over them.

Everything lives on the loop of whoever measures, so that "the answers change" and "the page is here" are read from one
clock. The measured Watchbook is another process.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

PATIENCE_S = 30.0
RUNBOOK = """# Operational Runbook: {name}

**Service:** {name}
**Owner:** {name} team
**On-Call:** Ana Ruiz
**Last Updated:** 2026-11-23

## Service Overview

**Purpose:** Is measured

### Environments

| Environment | URL | Instances |
|---|---|---|
| production | {url} | {instances} |

## Health Checks

### Service Health
- **Endpoint:** `GET /health` every {every}
- **Expected Response:** `{{"status": "healthy"}}`
- **Timeout:** 5s

## Monitoring & Alerts

### Key Metrics
- **Metrics Endpoint:** `GET /metrics` every {every}
- **Error Rate:** < 1%

### Alerting
| Alert | Severity | Threshold | Response | Resolve after |
|---|---|---|---|---|
| Service Down | Critical | 0 healthy instances | Page on-call immediately | 1s |
| High Error Rate | Critical | > 1% errors over 2s | Page on-call immediately | 1s |

## Common Operations

### Deployment

**Look around:**
```bash
{steps}
```

## Troubleshooting

### Issue: Service is down

**Alert:** Service Down

**Common Causes & Solutions:**

**Cause 1: It does not answer**
```bash
# Check the service
test -e healthy-{name}

# Solution: Start it again
touch healthy-{name}
```

**Cause 2: Notes are missing**
```bash
# Check the notes
ls RUNBOOK-{name}.md
```

### Issue: Errors

**Alert:** High Error Rate

**Common Causes & Solutions:**

**Cause 1: The notes are missing**
```bash
# Check the notes
test -e RUNBOOK-{name}.md
```

## Contacts

**Key Personnel:**
- **On-Call:** Ana Ruiz

**Next Review:** 2027-02-23
"""

WIRING = """version = 1
armed = "*"
group_wait = "0s"

[channels.phone]
kind = "webhook"
url = "{phone}/page"

[contacts]
"Ana Ruiz" = ["phone"]
"""


@dataclass(slots=True)
class Till:
    """A service with one instance. `answers` and `scrapes` are when the instance was asked since the last change."""

    name: str
    healthy: bool = True
    failing: bool = False
    url: str = ""
    requests: int = 0
    errors: int = 0
    answers: list[float] = field(default_factory=list)
    scrapes: list[float] = field(default_factory=list)

    def change(self, healthy: bool = True, failing: bool = False) -> float:
        """From now on it answers so; the moment."""
        self.healthy, self.failing = healthy, failing
        self.answers.clear()
        self.scrapes.clear()
        return time.perf_counter()

    async def health(self, request: web.Request) -> web.Response:
        """The one instance."""
        self.answers.append(time.perf_counter())
        return await self.of_url(request)

    async def of_url(self, _request: web.Request) -> web.Response:
        """The environment's URL, whose answers are not counted."""
        status = "healthy" if self.healthy else "down"
        return web.json_response({"status": status}, status=200 if self.healthy else 503)

    async def metrics(self, _request: web.Request) -> web.Response:
        self.scrapes.append(time.perf_counter())
        self.requests += 10
        self.errors += 10 if self.failing else 0
        lines = [
            "# TYPE http_requests_total counter",
            f'http_requests_total{{code="200"}} {self.requests}',
            f'http_requests_total{{code="500"}} {self.errors}',
        ]
        return web.Response(text="\n".join(lines) + "\n")


@dataclass(frozen=True, slots=True)
class Received:
    """A page as the phone got it: on both clocks."""

    page: dict[str, Any]
    key: str
    at: float  # time.perf_counter()
    wall: float  # time.time()


@dataclass(slots=True)
class Phone:
    """Keeps every page. `news` is set at each."""

    pages: list[Received] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    async def page(self, request: web.Request) -> web.Response:
        at, wall = time.perf_counter(), time.time()
        self.pages.append(Received(await request.json(), request.headers["Idempotency-Key"], at, wall))
        self.news.set()
        return web.Response()

    async def next(self, about: tuple[str, str], kind: str, after: float) -> Received:
        """The first page of that kind about (service, alert) after that moment. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for one in self.pages:
                    page = one.page
                    if one.at > after and (page["service"], page["alert"]) == about and page["kind"] == kind:
                        return one
                self.news.clear()
                await self.news.wait()


@asynccontextmanager
async def serving(method: str, routes: dict[str, Any]) -> AsyncIterator[str]:
    """A server on a free port of loopback; its URL."""
    app = web.Application()
    for path, handler in routes.items():
        app.router.add_route(method, path, handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def write_runbook(folder: Path, till: Till, every: str, steps: str = "# Look\nls") -> Path:
    """The runbook over one till."""
    text = RUNBOOK.format(name=till.name, url=till.url, instances=f"{till.url}/one", every=every, steps=steps)
    path = folder / f"RUNBOOK-{till.name}.md"
    path.write_text(text)
    return path


def write_wiring(folder: Path, phone: Phone) -> None:
    (folder / "watchbook.toml").write_text(WIRING.format(phone=phone.url))


@asynccontextmanager
async def staged(names: Sequence[str]) -> AsyncIterator[tuple[list[Till], Phone]]:
    """Healthy tills and a phone."""
    from contextlib import AsyncExitStack

    async with AsyncExitStack() as stack:
        phone = Phone()
        phone.url = await stack.enter_async_context(serving("POST", {"/page": phone.page}))
        tills = []
        for name in names:
            till = Till(name)
            routes = {
                "/health": till.of_url,
                "/one/health": till.health,
                "/one/metrics": till.metrics,
            }
            till.url = await stack.enter_async_context(serving("GET", routes))
            tills.append(till)
        yield tills, phone
