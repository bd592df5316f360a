"""Links of a runbook: which are asked for, and which are said to be dead."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from aiohttp import web
from click.testing import CliRunner

from watchbook.app.documents.online import links_in, look_online
from watchbook.cli.main import watchbook


async def _page(request: web.Request) -> web.StreamResponse:
    path = request.path
    if path == "/moved":
        raise web.HTTPFound("/there")
    if path == "/head-refused" and request.method == "HEAD":
        return web.Response(status=405)
    statuses = {"/gone": 410, "/missing": 404, "/locked": 401, "/broken": 503}
    if path == "/api/v1/rules":
        rule = {"type": "alerting", "name": "Queue Stuck", "query": "q > 1", "duration": 60, "labels": {}}
        return web.json_response({"status": "success", "data": {"groups": [{"rules": [rule]}]}})
    if path == "/api/v1/label/__name__/values":
        return web.json_response({"status": "success", "data": ["q"]})
    return web.Response(status=statuses.get(path, 200))


@pytest.fixture
def site() -> Iterator[str]:
    """A real server on loopback, in a thread of its own."""
    loop, started = asyncio.new_event_loop(), threading.Event()
    address: list[str] = []

    async def start() -> web.AppRunner:
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", _page)
        runner = web.AppRunner(app)
        await runner.setup()
        place = web.TCPSite(runner, "127.0.0.1", 0)
        await place.start()
        address.append(f"http://127.0.0.1:{runner.addresses[0][1]}")
        return runner

    def serve() -> None:
        asyncio.set_event_loop(loop)
        runner = loop.run_until_complete(start())
        started.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=serve)
    thread.start()
    started.wait(10)
    yield address[0]
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


def test_links_are_those_of_the_text() -> None:
    """Not those of code, of gaps, and of hosts that stand for an example; each with its place."""
    text = (
        "See [the wiki](https://wiki.shop.io/a_(b)), https://shop.io/x.\n"
        "`https://code.shop.io` <https://auto.shop.io/#part>\n\n"
        "```bash\ncurl https://fence.shop.io\n```\n"
        "- https://grafana.shop.io/d/<id> https://example.com/x\n"
    )
    assert list(links_in(text)) == [
        (1, 15, "https://wiki.shop.io/a_(b)"),
        (1, 44, "https://shop.io/x"),
        (2, 24, "https://auto.shop.io/"),
    ]


def test_only_what_is_certain_is_dead(site: str) -> None:
    """Not found and gone, nobody listening; a login, trouble and a refused HEAD are no death."""
    lines = [
        f"{site}/{name}" for name in ("ok", "moved", "head-refused", "missing", "gone", "locked", "broken")
    ]
    lines.append("http://127.0.0.1:1/nobody")
    found = look_online("\n\n".join(lines))
    assert [(one.code, one.line, one.message.rsplit("/", 1)[1]) for one in found] == [
        ("WB020", 7, "missing answers 404."),
        ("WB020", 9, "gone answers 410."),
        ("WB020", 15, "nobody refuses connections."),
    ]


def test_the_command_asks_only_where_it_is_told(site: str, tmp_path: pytest.TempPathFactory) -> None:
    """Dead links and drift are findings of `check` beside the others."""
    file = f"{tmp_path}/RUNBOOK.md"
    with open(file, "w") as written:  # noqa: PTH123
        written.write(
            f"# Till\n\n**Service:** Till\n\nSee {site}/missing.\n\n## Alerting\n\n| Alert | Severity | Threshold |\n"
            "|---|---|---|\n| Queue Stuck | high | |\n| Lost | high | |\n| Q | high | `rate(p[5m]) > 1` |\n"
        )
    run = CliRunner().invoke
    assert "WB020" not in run(watchbook, ["check", file]).output
    told = run(watchbook, ["check", "--online", "--prometheus", site, file]).output
    assert [code for code in ("WB020", "WB323", "WB325") if code in told] == ["WB020", "WB323", "WB325"]
    assert "Lost" in told and "rule Queue Stuck" not in told


def test_what_is_no_prometheus_is_one_line(site: str) -> None:
    """With the address and what to give instead."""
    from watchbook.model.errors import UsageError
    from watchbook.world.metrics.prometheus import read_prometheus

    for url in (f"{site}/missing", "http://127.0.0.1:1"):
        with pytest.raises(UsageError, match="no Prometheus that answers"):
            read_prometheus(url)
