"""One rendering for everyone who asks at the same time, and never one that began before the question."""

import asyncio

import pytest

from watchbook.web.sharing import Sharing


class _Maker:
    """Makes numbered answers, each when it is let."""

    def __init__(self) -> None:
        self.begun = 0
        self.let = asyncio.Semaphore(0)

    async def __call__(self) -> str:
        self.begun += 1
        number = self.begun
        await self.let.acquire()
        return f"answer {number}"


async def _settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_everyone_at_once_shares_one() -> None:
    """Thirty questions in one turn of the loop are one rendering."""
    sharing, maker = Sharing(), _Maker()
    waiting = [asyncio.create_task(sharing.get("a", maker)) for _ in range(30)]
    await _settle()
    maker.let.release()
    assert set(await asyncio.gather(*waiting)) == {"answer 1"}
    assert maker.begun == 1


async def test_who_comes_while_one_is_made_gets_the_next() -> None:
    """An answer that began before the question may be older than the event behind it."""
    sharing, maker = Sharing(), _Maker()
    first = asyncio.create_task(sharing.get("a", maker))
    await _settle()
    later = [asyncio.create_task(sharing.get("a", maker)) for _ in range(5)]
    await _settle()
    assert maker.begun == 1
    maker.let.release()
    maker.let.release()
    assert await first == "answer 1"
    assert set(await asyncio.gather(*later)) == {"answer 2"}
    assert maker.begun == 2


async def test_keys_do_not_wait_for_each_other() -> None:
    """A slow service does not hold up another."""
    sharing, slow, fast = Sharing(), _Maker(), _Maker()
    waiting = asyncio.create_task(sharing.get("slow", slow))
    fast.let.release()
    assert await sharing.get("fast", fast) == "answer 1"
    slow.let.release()
    assert await waiting == "answer 1"


async def test_a_reader_who_goes_does_not_take_it_from_the_others() -> None:
    """A closed tab cancels its own request only."""
    sharing, maker = Sharing(), _Maker()
    gone, stays = (asyncio.create_task(sharing.get("a", maker)) for _ in range(2))
    await _settle()
    gone.cancel()
    maker.let.release()
    assert await stays == "answer 1"


async def test_an_error_reaches_everyone_and_is_not_kept() -> None:
    """A service that is gone is said to all who asked; the next question is asked anew."""
    sharing, maker = Sharing(), _Maker()

    async def fail() -> str:
        raise LookupError("gone")

    answers = await asyncio.gather(*(sharing.get("a", fail) for _ in range(3)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [LookupError] * 3
    maker.let.release()
    assert await sharing.get("a", maker) == "answer 1"
    with pytest.raises(LookupError):
        await sharing.get("a", fail)
