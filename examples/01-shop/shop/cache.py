"""The cache: prices by article, each for thirty seconds. Run as `python3 -m shop.cache`; asked by the instances.

It keeps everything in memory and forgets it when it ends.
"""

import threading
import time

from shop import ports, web

KEPT_S = 30.0
MOST_ENTRIES = 10_000


class Cache:
    """Values with an end. A value past its end is not there."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.entries: dict[str, tuple[float, int]] = {}

    def get(self, keys: list[str]) -> dict[str, int]:
        """The values that are known, by key."""
        now = time.monotonic()
        with self.lock:
            found = {key: self.entries[key] for key in keys if key in self.entries}
        return {key: value for key, (end, value) in found.items() if end > now}

    def put(self, values: dict[str, int]) -> None:
        """Keeps the values from now on; a full cache starts again."""
        end = time.monotonic() + KEPT_S
        with self.lock:
            if len(self.entries) + len(values) > MOST_ENTRIES:
                self.entries.clear()
            self.entries.update({key: (end, value) for key, value in values.items()})


def main() -> None:
    """Serves the cache until it is ended."""
    cache, routes = Cache(), web.Routes()

    def put(request: web.Request) -> web.Answer:
        cache.put(request.json())
        return web.text("kept")

    routes.add("GET", "/ping", lambda _: web.text("pong"))
    routes.add("POST", "/get", lambda request: web.document(cache.get(request.json())))
    routes.add("POST", "/put", put)
    web.serve(ports.CACHE, routes)


if __name__ == "__main__":
    main()
