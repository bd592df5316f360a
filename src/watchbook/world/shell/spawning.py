"""The pool of four threads from which processes are started: that takes milliseconds, which the loop must not lose.

Used by `runner` and `once`. Long waits do not belong here.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

Result = TypeVar("Result")


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(4, thread_name_prefix="spawn")


async def spawning(start: Callable[[], Result]) -> Result:
    """Calls `start` in the pool."""
    return await asyncio.get_running_loop().run_in_executor(_pool(), start)
