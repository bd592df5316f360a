"""Writes decisions as fast as it can and prints each number once it is committed. Run by test_crash.py, which kills it."""

import asyncio
import sys
from pathlib import Path

from watchbook.model.decisions import Decision
from watchbook.model.ids import EpisodeId
from watchbook.model.incidents import Entry
from watchbook.model.paging import Climb, Notice, NoticeKind
from watchbook.store.store import Store


async def write(store: Store, worker: int, first: int) -> None:
    """One of several writers whose decisions share commits: two records and two entries each."""
    number = first
    while True:
        name = f"{worker}-{number}"
        notice = Notice(
            name, EpisodeId(name), NoticeKind.TRIGGER, 0, 0, 0, "Ana", "phone", {"text": "x" * 500}
        )
        entries = (Entry("shop", "a", name), Entry(f"service-{worker}", "b", name))
        await store.apply(Decision("", (notice, Climb(EpisodeId(name), ())), entries), within_s=30)
        print(name, flush=True)
        number += 1


async def main() -> None:
    store = Store(Path(sys.argv[1]))
    print("open", flush=True)
    await asyncio.gather(*(write(store, worker, int(sys.argv[2])) for worker in range(8)))


asyncio.run(main())
