"""`kill -9` at any moment of committing and sending: no page is lost, and what is repeated has the same key (rule 14)."""

import asyncio
import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from watchbook.model.paging import Notice, NoticeState
from watchbook.store.journal import Wanted, verify
from watchbook.store.store import Store

PROGRAM = Path(__file__).parent / "programs" / "pages_until_killed.py"
EPISODES = 600
KILLS = 10


async def _start(folder: Path, url: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(PROGRAM),
        str(folder),
        url,
        str(EPISODES),
        stdout=asyncio.subprocess.PIPE,
        limit=2**22,
    )


@pytest.mark.crash
@pytest.mark.slow
async def test_no_page_is_lost_over_kills(receiver: Any, tmp_path: Path) -> None:
    """Killed ten times mid-send: every page whose commit was begun arrives, each trigger before its resolve."""
    dice, kills = random.Random(20261123), 0
    announced: set[str] = set()
    while True:
        process = await _start(tmp_path, receiver.url)
        assert process.stdout is not None
        if kills < KILLS:
            after = dice.randrange(5, 2 * EPISODES // KILLS)
            for _ in range(after):  # so many pages are on their way at most
                line = (await process.stdout.readline()).decode().strip()
                if not line or line == "done":
                    break
                announced.add(line)
            await asyncio.sleep(dice.random() * 0.02)
            process.kill()
            kills += 1
            announced |= {line.decode().strip() for line in (await process.stdout.read()).splitlines()} - {
                "done"
            }
            await process.wait()
            continue
        out = (await process.stdout.read()).decode()
        assert await process.wait() == 0
        assert out.endswith("done\n")
        announced |= set(out.split()) - {"done"}
        break
    got = Counter(page["key"] for page in receiver.got)
    assert len(got) == 2 * EPISODES == len(announced)
    first: dict[str, int] = {}
    for place, page in enumerate(receiver.got):
        first.setdefault(page["summary"], place)
    overtaken = [
        number for number in range(EPISODES) if first[f"{number} trigger"] > first[f"{number} resolve"]
    ]
    assert overtaken == []
    repeats = sum(count - 1 for count in got.values())
    print(f"{kills} kills, {len(got)} pages, 0 lost, {repeats} repeated under their key")
    assert repeats <= kills * 64
    store = Store(tmp_path / "watchbook.sqlite")
    assert {notice.state for notice in await store.load(Notice)} == {NoticeState.SENT}
    assert verify(await store.journal(Wanted())) is None
    store.close()
