"""Scrapes instances' metrics pages into the sample window of their environment.

Called by `app.watching` at the source's cadence, once for each instance. As in Prometheus each series gets an `instance`
label, `up` and `scrape_duration_seconds` are written for every attempt, and a series that is gone from the page, or whose
instance does not answer or is no longer listed, ends at once with a stale marker. A counter that appears between two
scrapes began at zero: else the first failure of a quiet service would be no increase. It schedules nothing.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchbook import __version__
from watchbook.measuring.exposition import Exposition, ExpositionReader
from watchbook.measuring.labels import labels_of
from watchbook.measuring.window import Window
from watchbook.model.quantities import say_duration
from watchbook.world.instances import Instance
from watchbook.world.probes.http import say_failure

if TYPE_CHECKING:
    import aiohttp

ACCEPT = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
PAGE_LIMIT_BYTES = 64 * 1024 * 1024
_LONG_PAGE_CHARACTERS = 200_000  # read in a thread, so that the loop never waits for it
_OWN = ("up", "scrape_duration_seconds", "scrape_samples_scraped")


@dataclass(frozen=True, slots=True)
class Scrape:
    """One attempt. `reason` says why there is no page; `problems` are lines of the page that could not be read."""

    instance: Instance
    up: bool
    duration_s: float
    samples: int = 0
    problems: tuple[str, ...] = ()
    reason: str = ""


class _PageError(Exception):
    """There is no page; `str()` is the reason."""


class Scraper:
    """Scrapes the instances of one environment into its window. Use as `async with`, inside the loop that scrapes."""

    def __init__(self, window: Window, labels: Mapping[str, str] | None = None) -> None:
        self.window = window
        self.labels = dict(labels or {})
        self._readers: dict[str, ExpositionReader] = {}
        self._answered_at_s: dict[str, float] = {}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Scraper":
        import aiohttp

        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, limit_per_host=2),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={
                "User-Agent": f"watchbook/{__version__}",
                "Accept": ACCEPT,
                "Accept-Encoding": "identity",
            },
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def scrape(self, instance: Instance, path: str, at_s: float, timeout_s: float) -> Scrape:
        """One scrape of one instance at `at_s`. Never raises for anything that the instance does."""
        began = time.monotonic()
        reader = self._reader(instance)
        try:
            page = await self._page(instance.url + path, timeout_s)
            exposition = await _read(reader, page)
            scrape = Scrape(
                instance, True, time.monotonic() - began, len(exposition.samples), exposition.problems
            )
        except _PageError as error:
            exposition = Exposition([], (), reader.forget())
            scrape = Scrape(instance, False, time.monotonic() - began, 0, (), str(error))
        self._write(reader, scrape, exposition, at_s)
        return scrape

    def keep_only(self, instances: Iterable[Instance], at_s: float) -> None:
        """Ends all series of instances that are no longer listed."""
        listed = {instance.url for instance in instances}
        for url in [url for url in self._readers if url not in listed]:
            reader = self._readers.pop(url)
            self._answered_at_s.pop(url, None)
            own = [labels_of(reader.extra, name) for name in _OWN]
            for labels in (*reader.forget(), *own):
                self.window.end(labels, at_s)

    def _reader(self, instance: Instance) -> ExpositionReader:
        reader = self._readers.get(instance.url)
        if reader is None:
            labels = {**instance.labels, **self.labels, "instance": instance.name}
            reader = self._readers[instance.url] = ExpositionReader(labels)
        return reader

    def _write(self, reader: ExpositionReader, scrape: Scrape, exposition: Exposition, at_s: float) -> None:
        for labels in exposition.vanished:
            self.window.end(labels, at_s)
        before_s = self._answered_at_s.pop(scrape.instance.url, None)
        if scrape.up:
            self._answered_at_s[scrape.instance.url] = at_s
        if before_s is not None and before_s < at_s:  # not where the clock was set back in between
            for labels in exposition.born:
                self.window.begin(labels, before_s)
        self.window.append_all(exposition.samples, at_s)
        own = (float(scrape.up), scrape.duration_s, float(scrape.samples))
        samples = [(labels_of(reader.extra, name), value) for name, value in zip(_OWN, own, strict=True)]
        self.window.append_all(samples, at_s)

    async def _page(self, url: str, timeout_s: float) -> str:
        """The text of the page. Raises `_PageError`."""
        import aiohttp

        assert self._session is not None, "use `async with Scraper(…)`"
        no_limit = aiohttp.ClientTimeout(total=None)
        try:
            async with (
                asyncio.timeout(timeout_s),
                self._session.get(url, allow_redirects=False, timeout=no_limit) as response,
            ):
                if response.status != 200:
                    raise _PageError(f"{url} answered {response.status} {response.reason or ''}".rstrip())
                return await _bounded_text(response, url)
        except TimeoutError:
            raise _PageError(f"{url} did not answer within {say_duration(timeout_s)}") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _PageError(say_failure(error, url)) from None


async def _bounded_text(response: "aiohttp.ClientResponse", url: str) -> str:
    parts, size = [], 0
    async for part in response.content.iter_any():
        size += len(part)
        if size > PAGE_LIMIT_BYTES:
            raise _PageError(f"{url} is larger than 64 MiB")
        parts.append(part)
    return b"".join(parts).decode("utf-8", "replace")


async def _read(reader: ExpositionReader, page: str) -> Exposition:
    if len(page) < _LONG_PAGE_CHARACTERS:
        return reader.read(page)
    return await asyncio.to_thread(reader.read, page)
