"""Opens a store, lets its files become read-only under it, writes, makes them writable again. Prints what it saw as JSON.

Run by test_full_disk.py: `meets_a_read_only_file.py FOLDER`.
"""

import asyncio
import json
import resource
import sys
import time
from pathlib import Path

from without_override import obey_permissions

from watchbook.model.decisions import Decision
from watchbook.model.errors import StoreError
from watchbook.model.ids import EpisodeId
from watchbook.model.paging import Climb, Notice, NoticeKind
from watchbook.store.store import Store

folder = Path(sys.argv[1])


def page(key: str) -> Decision:
    return Decision("", (Notice(key, EpisodeId(key), NoticeKind.TRIGGER, 0, 0, 0, "Ana", "phone"),))


async def said_to(store: Store, decision: Decision) -> str:
    try:
        await store.apply(decision)
    except StoreError as error:
        return str(error)
    return ""


async def main() -> None:
    store = Store(folder / "watchbook.sqlite")
    await store.apply(page("before"))
    files = list(folder.iterdir())
    # Nobody can take write access away from an open file: first a failing write makes the store open it anew.
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
    await said_to(store, Decision("", (Climb(EpisodeId("c"), ()),)))
    for file in files:
        file.chmod(0o444)
    folder.chmod(0o555)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    began = time.monotonic()
    seen: dict[str, object] = {"page": await said_to(store, page("during"))}
    seen["after_s"] = time.monotonic() - began
    seen["climb"] = await said_to(store, Decision("", (Climb(EpisodeId("d"), ()),)))
    folder.chmod(0o755)
    for file in files:
        file.chmod(0o644)
    ends_at = time.monotonic() + 10
    while (len(await store.load(Notice)) < 2 or store.problem) and time.monotonic() < ends_at:
        await asyncio.sleep(0.02)
    seen["notices"] = [notice.key for notice in await store.load(Notice)]
    seen["climbs"] = len(await store.load(Climb))
    seen["problem"] = str(store.problem)
    seen["lost"] = store.close()
    print(json.dumps(seen))


obey_permissions()
asyncio.run(main())
