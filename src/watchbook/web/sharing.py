"""One rendering for everyone who asks at the same time. Used by `web.routes` for the parts of pages.

Thirty open boards ask when the same event arrives. Nobody is given an answer that began before they asked, so nobody
misses the event that made them ask: whoever comes while one is being made waits for the next. It keeps nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable


class Sharing:
    """At most one answer is being made for each key, and at most one more is waited for."""

    def __init__(self) -> None:
        self._made: dict[str, asyncio.Task[str]] = {}
        self._next: dict[str, asyncio.Task[str]] = {}

    async def get(self, key: str, make: Callable[[], Awaitable[str]]) -> str:
        """The answer of a `make` that begins after this call. An error reaches everyone who waited for it."""
        task = self._next.get(key)
        if task is None:
            task = asyncio.create_task(self._make(key, make))
            task.add_done_callback(_look)
            self._next[key] = task
        return await asyncio.shield(task)  # one reader who goes away does not take it from the others

    async def _make(self, key: str, make: Callable[[], Awaitable[str]]) -> str:
        before = self._made.get(key)
        if before is not None:
            await asyncio.wait({before})
        mine = self._made[key] = self._next.pop(key)
        try:
            return await make()
        finally:
            if self._made.get(key) is mine:
                del self._made[key]


def _look(task: "asyncio.Task[str]") -> None:
    """Takes note of an error that nobody waits for any more."""
    if not task.cancelled():
        task.exception()
