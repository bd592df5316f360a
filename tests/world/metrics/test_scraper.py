"""Scraping real pages on loopback into a window."""

from aiohttp import web
from tests.world.servers import answering, serving

from watchbook.measuring.measurement import Measurement, bind_signal, measure
from watchbook.measuring.promql import evaluate_vector
from watchbook.measuring.window import Window
from watchbook.model.signals import signal_named
from watchbook.world.instances import Instance, instance_at
from watchbook.world.metrics import Scraper


def instance(port: int) -> Instance:
    return instance_at(f"http://127.0.0.1:{port}", {"zone": "a"})


def value(window: Window, query: str, at_s: float) -> float | None:
    vector = evaluate_vector(query, window, at_s)
    return vector[0].value if len(vector) == 1 else None


async def test_samples_arrive_with_their_labels() -> None:
    """Every series carries its instance, the list's labels and the scraper's; `up` and the duration are beside it."""
    window = Window()
    async with (
        serving(answering('orders_total{path="/"} 7\n')) as port,
        Scraper(window, {"job": "shop"}) as scraper,
    ):
        scrape = await scraper.scrape(instance(port), "/metrics", 100.0, 2.0)
    assert (scrape.up, scrape.samples, scrape.problems) == (True, 1, ())
    name = f"127.0.0.1:{port}"
    assert value(window, f'orders_total{{instance="{name}",zone="a",job="shop",path="/"}}', 100) == 7.0
    assert value(window, f'up{{instance="{name}"}}', 100) == 1.0
    assert value(window, "scrape_samples_scraped", 100) == 1.0
    assert (value(window, "scrape_duration_seconds", 100) or 0) > 0


async def test_openmetrics_is_asked_for() -> None:
    """The server may answer in OpenMetrics, which is preferred."""
    asked = []

    async def page(request: web.Request) -> web.StreamResponse:
        asked.append(request.headers["Accept"])
        return web.Response(text='orders_total 7 # {trace_id="x"} 1\n# EOF\n')

    window = Window()
    async with serving(page) as port, Scraper(window) as scraper:
        await scraper.scrape(instance(port), "/metrics", 100.0, 2.0)
    assert asked[0].startswith("application/openmetrics-text")
    assert value(window, "orders_total", 100) == 7.0


async def test_vanished_series_end_at_once() -> None:
    """A series that the page no longer has is stale from that scrape on."""
    pages = iter(['a 1\nb{x="1"} 2\n', "a 3\n"])

    async def page(_request: web.Request) -> web.StreamResponse:
        return web.Response(text=next(pages))

    window = Window()
    async with serving(page) as port, Scraper(window) as scraper:
        await scraper.scrape(instance(port), "/metrics", 100.0, 2.0)
        assert value(window, "b", 101) == 2.0
        await scraper.scrape(instance(port), "/metrics", 102.0, 2.0)
    assert value(window, "a", 102) == 3.0
    assert value(window, "b", 102) is None


async def test_first_failure_of_a_quiet_service_counts() -> None:
    """A counter that appears at 1 beside others has increased by 1; at the first scrape of all it has not."""
    pages = iter(
        [
            'requests_total{code="200"} 9\n',
            'requests_total{code="200"} 10\nrequests_total{code="500"} 1\ngauge 5\n',
        ]
    )

    async def page(_request: web.Request) -> web.StreamResponse:
        return web.Response(text=next(pages))

    window = Window()
    async with serving(page) as port, Scraper(window) as scraper:
        for at_s in (100.0, 110.0):
            await scraper.scrape(instance(port), "/metrics", at_s, 2.0)
    assert value(window, 'increase(requests_total{code="500"}[20s])', 110) == 1.0
    assert value(window, 'delta(requests_total{code="200"}[20s])', 110) == 2.0  # 1 in 10 s, over 20 s
    assert value(window, "count_over_time(gauge[20s])", 110) == 1.0


async def test_a_counter_that_returns_is_not_new() -> None:
    """After an instance was away, its counters do not begin at zero again."""
    window = Window()
    async with Scraper(window) as scraper, serving(answering("orders_total 50\n")) as port:
        await scraper.scrape(instance(port), "/metrics", 100.0, 2.0)
        await scraper.scrape(instance(port), "/nothing-else", 102.0, 0.0)
        await scraper.scrape(instance(port), "/metrics", 104.0, 2.0)
    assert value(window, "increase(orders_total[10s])", 104) == 0.0


async def test_an_instance_that_stops_answering() -> None:
    """Its series end, `up` is 0, and the reason is readable."""
    window = Window()
    async with Scraper(window) as scraper:
        async with serving(answering("a 1\n")) as port:
            await scraper.scrape(instance(port), "/metrics", 100.0, 2.0)
        scrape = await scraper.scrape(instance(port), "/metrics", 102.0, 2.0)
    assert not scrape.up
    assert scrape.reason in (
        f"connection refused by 127.0.0.1:{port}",
        "the connection was closed without an answer",
    )
    assert value(window, "up", 102) == 0.0
    assert value(window, "a", 102) is None


async def test_an_instance_that_is_no_longer_listed() -> None:
    """All its series end, `up` among them: it is gone, not down."""
    window = Window()
    async with serving(answering("a 1\n")) as port, Scraper(window) as scraper:
        await scraper.scrape(instance(port), "/metrics", 100.0, 2.0)
        scraper.keep_only([], 102.0)
    assert window.inventory() == {}
    assert value(window, "up", 102) is None


async def test_wrong_answers_are_reasons() -> None:
    """An error page and a redirect are no metrics; a page of HTML has problems and no samples."""
    window = Window()
    async with Scraper(window) as scraper:
        async with serving(answering("no", 500)) as port:
            failed = await scraper.scrape(instance(port), "/metrics", 1.0, 2.0)
        async with serving(answering("", 302, Location="/login")) as port:
            moved = await scraper.scrape(instance(port), "/metrics", 1.0, 2.0)
        async with serving(answering("<html>\n<body>hello</body>\n</html>\n")) as port:
            page = await scraper.scrape(instance(port), "/metrics", 1.0, 2.0)
    assert "answered 500 Internal Server Error" in failed.reason
    assert "answered 302 Found" in moved.reason
    assert (page.up, page.samples, len(page.problems)) == (True, 0, 3)


async def test_a_page_of_many_samples() -> None:
    """A long page is read whole, off the loop."""
    text = "".join(f'orders_total{{path="/{number}",status="200"}} {number}\n' for number in range(8000))
    window = Window()
    async with serving(answering(text)) as port, Scraper(window) as scraper:
        scrape = await scraper.scrape(instance(port), "/metrics", 1.0, 10.0)
    assert scrape.samples == 8000
    assert value(window, "sum(orders_total)", 1) == sum(range(8000))


async def test_from_page_to_signal() -> None:
    """Two scrapes of two instances are enough for an error ratio."""
    step = 0

    async def page(_request: web.Request) -> web.StreamResponse:
        return web.Response(
            text=f'http_requests_total{{status="200"}} {step * 9}\nhttp_requests_total{{status="500"}} {step}\n'
        )

    window, signal = Window(), signal_named("error ratio")
    assert signal is not None
    async with serving(page) as one, serving(page) as two, Scraper(window) as scraper:
        for step in range(1, 6):
            for port in (one, two):
                await scraper.scrape(instance(port), "/metrics", step * 2.0, 2.0)
    bound = bind_signal(signal, {}, window.inventory(), 8.0)
    assert isinstance(bound, Measurement)
    assert measure(bound, signal, window, 10.0).value == 0.1
