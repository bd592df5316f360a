"""A small real service, a phone, and a Watchbook over both, in one process: what the tests of `app` act on.

The service has three instances on loopback that can be broken; the phone keeps every page it gets. Waiting is on events
with a deadline, never on the clock alone.
"""

import asyncio
import inspect
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from watchbook.app.documents.loading import load_all
from watchbook.app.documents.sources import Snapshot
from watchbook.app.faces import Faces
from watchbook.app.watchbook import Setup, Watchbook
from watchbook.app.wiring import data_folder, load_wiring
from watchbook.model.errors import DocumentError
from watchbook.store import folder

RUNBOOK = """# Operational Runbook: Till

**Service:** Till
**Owner:** Till team
**On-Call:** Ana Ruiz
**Last Updated:** 2026-11-23

## Service Overview

**Purpose:** Takes money
**Dependencies:** Database

### Environments

| Environment | URL | Instances |
|---|---|---|
| production | {url} | {instances} |

## Health Checks

### Service Health
- **Endpoint:** `GET /health` every 0.2s
- **Expected Response:** `{{"status": "healthy"}}`

### Dependencies Health
- **Database:** `GET {url}/database` → `pong`, every 0.2s

## Monitoring & Alerts

### Key Metrics
- **Metrics Endpoint:** `GET /metrics` every 0.2s
- **Error Rate:** < 1%

### Alerting
| Alert | Severity | Threshold | Response | Resolve after |
|---|---|---|---|---|
| Service Down | Critical | 0 healthy instances | Page on-call immediately | 1s |
| High Error Rate | High | > 1% errors over 2s | Investigate within 15min | 1s |

## Common Operations

### Deployment

**Restart:**
```bash
# Restart it
touch restarted

# Verify
test -e restarted
```

## Troubleshooting

### Issue: Service is down

**Alert:** Service Down

**Symptoms:**
- 0 healthy instances

**Diagnosis:**
1. Look at the notes: `ls`

**Common Causes & Solutions:**

**Cause 1: Database connection failure**
```bash
# Check the database
curl -fsS --max-time 2 {url}/database
# Expected: pong

# Solution: Start the database again
touch database-started
```

**Cause 2: Notes are missing**
```bash
# Check the notes
test -e RUNBOOK.md
```

## Contacts

**Escalation:** Ana Ruiz → Bo Lindqvist, 5 min each

**Key Personnel:**
- **On-Call:** Ana Ruiz
- **Backup:** Bo Lindqvist

**Next Review:** 2027-02-23
"""

WIRING = """version = 1
listen = "127.0.0.1:0"
armed = "*"
group_wait = "0s"

[channels.phone]
kind = "webhook"
url = "{phone}/page"

[contacts]
"Ana Ruiz" = ["phone"]
"Bo Lindqvist" = ["phone"]
"""


async def until(holds: Callable[[], Any], within_s: float = 15.0) -> Any:
    """The first true answer of `holds`, awaited where it is to be.

    Looks often; fails with what it last saw when the time is over.
    """
    ends_at = time.monotonic() + within_s
    while True:
        seen = holds()
        if inspect.isawaitable(seen):
            seen = await seen
        if seen:
            return seen
        assert time.monotonic() < ends_at, f"did not hold within {within_s} s; last: {seen!r}"
        await asyncio.sleep(0.02)


@dataclass
class Till:
    """The service. `healthy` and `database` are what its endpoints say; `errors` counts failed requests in metrics."""

    healthy: bool = True
    database: bool = True
    requests: int = 0
    errors: int = 0
    url: str = ""
    instances: list[str] = field(default_factory=list)

    async def health(self, _request: web.Request) -> web.Response:
        status = 200 if self.healthy else 503
        return web.json_response({"status": "healthy" if self.healthy else "down"}, status=status)

    async def ping(self, _request: web.Request) -> web.Response:
        return web.Response(text="pong") if self.database else web.Response(status=500, text="no")

    async def metrics(self, _request: web.Request) -> web.Response:
        self.requests += 10
        text = (
            "# TYPE http_requests_total counter\n"
            f'http_requests_total{{code="200"}} {self.requests}\n'
            f'http_requests_total{{code="500"}} {self.errors}\n'
        )
        return web.Response(text=text)


@dataclass
class Phone:
    """Receives pages; answers with `status`."""

    pages: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    status: int = 200
    url: str = ""

    async def page(self, request: web.Request) -> web.Response:
        if self.status == 200:
            self.pages.append(await request.json())
            self.keys.append(request.headers["Idempotency-Key"])
        return web.Response(status=self.status)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [page for page in self.pages if page["kind"] == kind]


@asynccontextmanager
async def serving(routes: dict[str, Any], post: bool = False) -> AsyncIterator[str]:
    """A server on a free port of loopback; its URL."""
    app = web.Application()
    for path, handler in routes.items():
        app.router.add_route("POST" if post else "GET", path, handler)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


@dataclass
class Stage:
    """Everything on the stage. `watchbook` is set while one runs."""

    folder: Path
    till: Till
    phone: Phone
    watchbook: Watchbook | None = None
    faces: Faces | None = None

    def write(self, runbook: str = RUNBOOK, wiring: str = WIRING) -> None:
        """The runbook and its wiring, with today's addresses."""
        instances = ", ".join(self.till.instances)
        (self.folder / "RUNBOOK.md").write_text(runbook.format(url=self.till.url, instances=instances))
        (self.folder / "watchbook.toml").write_text(wiring.format(phone=self.phone.url))

    async def reload(self) -> None:
        """What stands in the folder now is taken up, as the next look at the sources would."""
        assert self.watchbook is not None
        loaded, problems = {}, {}
        try:
            loaded = {one.id: one for one in load_all([self.folder])}
        except DocumentError as error:
            problems[str(self.folder / "RUNBOOK.md")] = str(error)
            loaded = {live.id: live.loaded for live in self.watchbook.live.values()}
        await self.watchbook.reloading.apply(Snapshot(loaded, problems))

    async def edit(self, *changes: tuple[str, str]) -> None:
        """The runbook with these replacements (each must be found) is written and taken up."""
        path = self.folder / "RUNBOOK.md"
        text = path.read_text()
        for old, new in changes:
            assert old in text, f"{old!r} does not stand in the runbook"
            text = text.replace(old, new)
        path.write_text(text)
        await self.reload()

    @asynccontextmanager
    async def watching(self, shadow: bool = False) -> AsyncIterator[Faces]:
        """A Watchbook over the runbook, started and closed in order."""
        wiring = load_wiring(self.folder / "watchbook.toml")
        taken = folder.take(data_folder(wiring, None))
        try:
            runbooks = tuple(load_all([self.folder / "RUNBOOK.md"]))
            self.watchbook = Watchbook(Setup(wiring, runbooks, taken, "http://127.0.0.1:1", shadow))
            await self.watchbook.start()
            self.faces = Faces(self.watchbook)
            yield self.faces
        finally:
            if self.watchbook is not None:
                await self.watchbook.close()
            self.watchbook = self.faces = None
            taken.close()

    def status(self, alert: str) -> str:
        """Status of an alert of production, now."""
        assert self.watchbook is not None
        place = self.watchbook.live["till"].places["production"]  # type: ignore[index]
        return str(place.watch.alerts[f"till/production/{alert}"].state.status)  # type: ignore[index]

    def journalled(self, kind: str) -> list[dict[str, Any]]:
        """Journal entries of a kind, read from the file itself."""
        import sqlite3

        rows = sqlite3.connect(self.folder / ".watchbook" / "watchbook.sqlite").execute(
            "select summary, data from journal where kind = ? order by sequence", (kind,)
        )
        return [{"summary": summary, "data": json.loads(data)} for summary, data in rows]


@asynccontextmanager
async def staged(folder: Path, instances: int = 3) -> AsyncIterator[Stage]:
    """A healthy till with its phone; nothing watches yet."""
    till, phone = Till(), Phone()
    routes = {"/health": till.health, "/database": till.ping, "/metrics": till.metrics}
    from contextlib import AsyncExitStack

    async with AsyncExitStack() as stack:
        phone.url = await stack.enter_async_context(serving({"/page": phone.page}, post=True))
        till.url = await stack.enter_async_context(serving(routes))
        till.instances = [await stack.enter_async_context(serving(routes)) for _ in range(instances)]
        stage = Stage(folder, till, phone)
        stage.write()
        yield stage
