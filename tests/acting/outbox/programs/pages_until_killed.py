"""Pages a fixed list of episodes through a real outbox; may be killed at any moment and started again.

Run by test_crash.py: `pages_until_killed.py FOLDER URL EPISODES`. Prints "done" when everything was delivered and recorded.
"""

import asyncio
import sys
import time
from pathlib import Path

from watchbook.acting.outbox import Outbox
from watchbook.model.decisions import Decision
from watchbook.model.ids import EpisodeId
from watchbook.model.incidents import Entry
from watchbook.model.paging import Notice, NoticeKind, notice_key
from watchbook.store.spool import Spool
from watchbook.store.store import Store
from watchbook.world.channels.webhook import WebhookChannel, WebhookSettings

folder, url, episodes = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])


def decision(number: int, kind: NoticeKind, sequence: int) -> Decision:
    """A page of an episode, and its journal entry; the same for every start."""
    episode = EpisodeId(f"episode {number}")
    key = notice_key(episode, kind, sequence, 0, 0, "Ana Ruiz", "phone")
    now = time.time()
    body = {"service": "Shop", "summary": f"{number} {kind}", "key": key}
    notice = Notice(key, episode, kind, sequence, 0, 0, "Ana Ruiz", "phone", body, due_at=now, created_at=now)
    return Decision("", (notice,), (Entry("shop", "page.decided", str(kind), occurred_at=now),))


async def main() -> None:
    store = Store(folder / "watchbook.sqlite")
    phone = WebhookChannel("phone", WebhookSettings(url, timeout_s=5.0))
    outbox = Outbox(store, {"phone": phone}, Spool((folder / "spool",)), clock=time.time)
    await outbox.start()
    known = {notice.key for notice in await store.load(Notice)}
    for number in range(episodes):
        for sequence, kind in enumerate((NoticeKind.TRIGGER, NoticeKind.RESOLVE)):
            made = decision(number, kind, sequence)
            if made.saves[0].key not in known:
                print(made.saves[0].key, flush=True)
                await outbox.apply(made)
    await outbox.idle()
    await outbox.close()
    store.close()
    print("done", flush=True)


asyncio.run(main())
