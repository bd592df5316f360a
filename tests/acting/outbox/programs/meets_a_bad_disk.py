"""Pages while the disk is full, or read-only, and afterwards. Prints what it saw as JSON.

Run by test_bad_disk.py: `meets_a_bad_disk.py FOLDER ELSEWHERE URL full|limit|readonly`. With `full` and `readonly` the
folder is a small file system of its own; with `limit` the kernel refuses every write to a file (RLIMIT_FSIZE).
"""

import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from watchbook.acting.outbox import Outbox
from watchbook.model.decisions import Decision
from watchbook.model.ids import EpisodeId
from watchbook.model.incidents import Entry
from watchbook.model.paging import Notice, NoticeKind, notice_key
from watchbook.store.journal import verify
from watchbook.store.spool import Spool
from watchbook.store.store import Store
from watchbook.world.channels.webhook import WebhookChannel, WebhookSettings

folder, elsewhere, url, means = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4]
ballast = folder / "ballast"


def refuse_writes() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))


def allow_writes() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def fill() -> None:
    """Takes every byte that is left."""
    file = os.open(ballast, os.O_CREAT | os.O_WRONLY)
    for size in (4096, 1):
        try:
            while True:
                os.write(file, b"x" * size)
        except OSError:
            pass
    os.close(file)


def remount(how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", "none", str(folder)], check=True)


def page(name: str) -> Decision:
    episode, now = EpisodeId(name), time.time()
    key = notice_key(episode, "trigger", 1, 0, 0, "Ana Ruiz", "phone")
    body = {"service": "Shop", "summary": name, "text": "x" * 9000}
    notice = Notice(
        key, episode, NoticeKind.TRIGGER, 1, 0, 0, "Ana Ruiz", "phone", body, due_at=now, created_at=now
    )
    return Decision("", (notice,), (Entry("shop", "page.decided", name, occurred_at=now),))


async def main() -> None:
    store = Store(folder / "watchbook.sqlite")
    phone = WebhookChannel("phone", WebhookSettings(url))
    spool = Spool((elsewhere,) if means != "limit" else (folder / "spool",))
    outbox = Outbox(store, {"phone": phone}, spool, clock=time.time)
    await outbox.start()
    seen: dict[str, object] = {"before": (await outbox.apply(page("before"))).recorded}
    await outbox.idle()
    if means == "full":
        fill()
    else:
        refuse_writes()
    began = time.monotonic()
    seen["during"] = (await outbox.apply(page("during"))).recorded
    if means == "readonly":  # the first error made the store let go of its file: now it can be remounted
        await outbox.idle()
        store.reader._engine.dispose()  # readers map a file of the log for writing
        seen["remounted"] = await asyncio.to_thread(remount_read_only)
        seen["later"] = (await outbox.apply(page("later"))).recorded
    await outbox.idle()
    seen["after_s"] = time.monotonic() - began
    health = outbox.health()
    seen["health"] = {
        "recording": health.recording,
        "problem": health.problem,
        "unrecorded": health.unrecorded,
    }
    seen["spooled"] = len(spool.pending())
    if means == "full":
        ballast.unlink()
    elif means == "readonly":
        remount("rw")
    else:
        allow_writes()
    ends_at = time.monotonic() + 15
    while not outbox.health().recording and time.monotonic() < ends_at:
        await asyncio.sleep(0.05)
    seen["rows"] = sorted(f"{notice.episode} {notice.state}" for notice in await store.load(Notice))
    seen["left"] = [outbox.health().unrecorded, len(spool.pending())]
    seen["recording"] = outbox.health().recording
    seen["broken"] = repr(verify(await store.journal()))
    await outbox.close()
    store.close()
    print(json.dumps(seen))


def remount_read_only() -> bool:
    """Makes the file system read-only while nothing may be written anyway, then lifts the limit."""
    for _ in range(100):
        done = subprocess.run(
            ["mount", "-o", "remount,ro", "none", str(folder)], check=False, capture_output=True
        )
        if done.returncode == 0:
            allow_writes()
            return True
        time.sleep(0.05)  # the store may be looking at its file at this moment
    return False


asyncio.run(main())
