"""The auditor beside a real outbox and store: it is silent while all is right, and speaks up when a notice is dropped."""

import time
from typing import Any

import pytest

from watchbook.acting.auditor import Auditor
from watchbook.acting.outbox.lanes import Lanes
from watchbook.deciding.directory import Directory
from watchbook.model.incidents import Entry
from watchbook.store.journal import Wanted
from watchbook.world.channels.webhook import WebhookChannel, WebhookSettings


class Clock:
    """Wall seconds that a test moves forward."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead_s


def firing(now: float) -> Entry:
    data = {
        "episode": "e1",
        "alert": "Down",
        "environment": "production",
        "severity": "critical",
        "paging": True,
        "pages_at_once": True,
        "group_wait_s": 0.0,
        "ladder": [{"who": "Ana Ruiz", "after_s": 0.0}],
        "rung_s": 300.0,
    }
    return Entry(
        "shop", "alert.firing", "Down fires", occurred_at=now, subject="shop/production/down", data=data
    )


@pytest.fixture
async def auditor(store: Any, receiver: Any) -> Any:
    clock = Clock()
    channels = {"phone": WebhookChannel("phone", WebhookSettings(receiver.url))}
    made = Auditor(store, channels, lambda service: Directory({"ana-ruiz": ("phone",)}), clock=clock)
    yield made, clock
    await channels["phone"].close()


async def test_silent_while_pages_are_delivered(
    auditor: Any, make_outbox: Any, store: Any, receiver: Any, a_page: Any
) -> None:
    """The page was sent and journalled: nothing to say, now and later within its rung."""
    looks, clock = auditor
    outbox = await make_outbox()
    await store.note(firing(time.time()))
    await outbox.apply(a_page("e1"))
    await outbox.idle()
    for clock.ahead_s in (0.0, 61.0, 299.0):
        assert await looks.look() == ()
    assert len(receiver.got) == 1


async def test_outbox_that_drops_a_notice_is_caught(
    auditor: Any, make_outbox: Any, store: Any, receiver: Any, a_page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug that loses the notice between commit and send: the auditor tells Ana itself, once in five minutes."""
    looks, clock = auditor
    monkeypatch.setattr(Lanes, "add", lambda self, notice: True)  # the outbox drops everything
    outbox = await make_outbox()
    await store.note(firing(time.time()))
    await outbox.apply(a_page("e1"))
    assert await looks.look() == ()
    clock.ahead_s = 65.0
    (missing,) = await looks.look()
    assert missing.who == "Ana Ruiz"
    assert [page["summary"] for page in receiver.got] == [
        "Watchbook's auditor: Ana Ruiz should have been told of Down and was not"
    ]
    await looks.look()
    assert len(receiver.got) == 1
    clock.ahead_s = 400.0
    await looks.look()
    assert [page["kind"] for page in receiver.got] == ["trigger", "repeat"]
    kinds = [entry.kind for entry in await store.journal(Wanted())]
    assert kinds.count("audit.disagrees") == 1
    resolved = Entry(
        "shop",
        "alert.resolved",
        "over",
        occurred_at=clock(),
        subject="shop/production/down",
        data={"episode": "e1"},
    )
    await store.note(resolved)
    assert await looks.look() == ()
    assert [entry.kind for entry in await store.journal(Wanted())][-1] == "audit.agrees"


async def test_what_is_long_over_is_forgotten(auditor: Any, store: Any) -> None:
    """People's words of past incidents do not gather in memory; a silence that lasts, and what was disarmed, are kept."""
    looks, clock = auditor
    now = time.time()
    words = [Entry("shop", "run.started", "ana deploys", "ana", now, incident="i1") for _ in range(50)]
    silence = {"alert": None, "starts_at": now, "ends_at": now + 9e4, "reason": "why"}
    await store.note(
        firing(now),
        *words,
        Entry("shop", "alert.resolved", "over", occurred_at=now, data={"episode": "e1"}),
        Entry("shop", "silence.created", "quiet", "ana", now, "s1", data=silence),
        Entry("shop", "alert.disarmed", "only observed", "ana", now, "shop/production/down"),
    )
    await looks.look()
    assert len(looks._entries) == 54
    clock.ahead_s = 4000.0
    await looks.look()
    assert [entry.kind for entry in looks._entries] == ["silence.created", "alert.disarmed"]
