"""Opens a store, lets the disk become full, writes, frees the disk again. Prints what it saw as JSON.

Run by test_full_disk.py: `meets_a_full_disk.py FOLDER tmpfs|limit`. With `tmpfs` the folder is a small file system of
its own, which a ballast file fills; with `limit` the kernel refuses every write to a file (RLIMIT_FSIZE).
"""

import asyncio
import json
import os
import resource
import sys
import time
from pathlib import Path

from watchbook.model.decisions import Decision
from watchbook.model.errors import StoreError
from watchbook.model.ids import EpisodeId
from watchbook.model.incidents import Entry
from watchbook.model.paging import Climb, Notice, NoticeKind
from watchbook.store.journal import verify
from watchbook.store.spool import Spool
from watchbook.store.store import Store

folder, means = Path(sys.argv[1]), sys.argv[2]
ballast = folder / "ballast"


def fill() -> None:
    """Make the disk full."""
    if means == "limit":
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        return
    file = os.open(ballast, os.O_CREAT | os.O_WRONLY)
    try:
        for size in (4096, 1):
            try:
                while True:
                    os.write(file, b"x" * size)
            except OSError:
                pass
    finally:
        os.close(file)


def free() -> None:
    """Give the space back."""
    if means == "limit":
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    else:
        ballast.unlink()


def page(key: str) -> Decision:
    """A decision that pages, too big for what is left of a page of the log."""
    body = {"text": "x" * 9000}
    notice = Notice(key, EpisodeId(key), NoticeKind.TRIGGER, 0, 0, 0, "Ana", "phone", body)
    return Decision("", (notice,), (Entry("shop", "page", key),))


async def outcome_of(store: Store, decision: Decision) -> dict[str, object]:
    """What a caller is told, and after how long."""
    began = time.monotonic()
    try:
        await store.apply(decision)
        said = ""
    except StoreError as error:
        said = str(error)
    return {"said": said, "after_s": time.monotonic() - began}


async def main() -> None:
    store = Store(folder / "watchbook.sqlite")
    spool = Spool(
        (folder / "spool",) if means == "limit" else (folder / "spool", folder.parent / "elsewhere")
    )
    await store.apply(page("before"))
    fill()
    filler = Decision("", (Climb(EpisodeId("c"), ()),), (Entry("shop", "filler", "y" * 9000),))
    seen = {"ordinary": await outcome_of(store, filler), "page": await outcome_of(store, page("during"))}
    seen["problem"] = str(store.problem)
    where = spool.append("during", {"service": "shop", "summary": "Service Down", "contact": "Ana"})
    seen["spooled_in"] = where.parent.name if where else None
    seen["spooled"] = [page.key for page in spool.pending()]
    seen["readable"] = [notice.key for notice in await store.load(Notice)]
    free()
    ends_at = time.monotonic() + 10
    while len(await store.load(Notice)) < 2 and time.monotonic() < ends_at:
        await asyncio.sleep(0.02)
    seen["afterwards"] = [notice.key for notice in await store.load(Notice)]
    spool.forget(page.key for page in spool.pending())
    seen["left_in_spool"] = len(spool.pending())
    entries = await store.journal()
    seen["kinds"] = [entry.kind for entry in entries]
    seen["broken"] = repr(verify(entries))
    seen["still_stuck"] = store.problem is not None
    seen["lost"] = store.close()
    print(json.dumps(seen))


asyncio.run(main())
