"""The writer: group commit, a failure of one's own, urgency, and what callers hear of a stuck store."""

import asyncio
import contextlib
import shutil
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from watchbook.model.errors import StoreError
from watchbook.store.writer import Job, Writer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with one table of words."""
    made = tmp_path / "words.sqlite"
    with contextlib.closing(sqlite3.connect(made)) as raw:
        raw.execute("create table word(text varchar not null unique)")
    return made


@pytest.fixture
def writer(path: Path) -> Iterator[Writer]:
    """A writer on it."""
    made = Writer(path)
    yield made
    made.close(0.5)


def _adds(word: str, *, fails: bool = False, log: list[str] | None = None):  # type: ignore[no-untyped-def]
    def work(connection: Connection) -> str:
        connection.execute(text("insert into word values (:word)"), {"word": word})
        if log is not None:
            log.append(word)
        if fails:
            raise ValueError(f"{word} is no good")
        return word

    return work


def _words(path: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(path, timeout=10)) as raw:
        return [row[0] for row in raw.execute("select text from word order by rowid")]


async def _until(condition, within_s: float = 20.0) -> None:  # type: ignore[no-untyped-def]
    """Poll for what another thread does."""
    ends_at = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < ends_at, "it did not happen in time"
        await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def _held(writer: Writer) -> AsyncIterator[None]:
    """The writer's thread kept busy inside a job, so that others queue behind it."""
    inside, go_on = threading.Event(), threading.Event()

    def work(connection: Connection) -> None:
        inside.set()
        go_on.wait(10)
        time.sleep(0.03)  # longer than a transaction usually gathers jobs

    holding = asyncio.create_task(writer.write(work, within_s=20))
    await _until(inside.is_set)
    yield
    go_on.set()
    await holding


async def test_the_answer_comes_after_the_commit(writer: Writer, path: Path) -> None:
    """What `write` returned is in the file for everyone else."""
    assert await writer.write(_adds("one")) == "one"
    assert _words(path) == ["one"]


async def test_commits_are_on_the_disk(writer: Writer) -> None:
    """The writing connection waits for the disk at every commit, and readers do not wait for it."""

    def work(connection: Connection) -> tuple[object, ...]:
        return tuple(
            connection.exec_driver_sql(f"pragma {name}").scalar() for name in ("synchronous", "journal_mode")
        )

    assert await writer.write(work) == (2, "wal")


async def test_jobs_that_wait_share_a_commit(
    writer: Writer, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred jobs that queued behind a busy writer take a few commits, not a hundred."""
    monkeypatch.setattr("watchbook.store.writer._GATHER_S", 2.0)  # however slow this machine is
    async with _held(writer):
        waiting = [asyncio.create_task(writer.write(_adds(f"w{n}"))) for n in range(100)]
        await _until(lambda: len(writer._ordinary) == 100)
        before = writer.commits
    assert await asyncio.gather(*waiting) == [f"w{n}" for n in range(100)]
    assert writer.commits - before <= 5
    assert len(_words(path)) == 100


async def test_a_failing_job_rolls_back_alone(writer: Writer, path: Path) -> None:
    """Of a group, the one that raises leaves nothing and gets its own exception; the others are committed."""
    async with _held(writer):
        good = [asyncio.create_task(writer.write(_adds(f"w{n}"))) for n in range(4)]
        bad = asyncio.create_task(writer.write(_adds("bad", fails=True)))
        twice = asyncio.create_task(writer.write(_adds("w0")))
        await _until(lambda: len(writer._ordinary) == 6)
    with pytest.raises(ValueError, match="bad is no good"):
        await bad
    with pytest.raises(Exception, match="UNIQUE"):
        await twice
    assert len(await asyncio.gather(*good)) == 4
    assert sorted(_words(path)) == ["w0", "w1", "w2", "w3"]


async def test_urgent_jobs_go_first(writer: Writer) -> None:
    """A page that comes behind fifty other writes is written before them."""
    log: list[str] = []
    async with _held(writer):
        others = [asyncio.create_task(writer.write(_adds(f"w{n}", log=log))) for n in range(50)]
        await _until(lambda: len(writer._ordinary) == 50)
        page = asyncio.create_task(writer.write(_adds("page", log=log), urgent=True))
        await _until(lambda: len(writer._urgent) == 1)
    await asyncio.gather(page, *others)
    assert log[0] == "page"
    assert sorted(log[1:]) == sorted(f"w{n}" for n in range(50))


async def test_a_locked_file_is_told_within_the_time(writer: Writer, path: Path) -> None:
    """While another connection holds the file, a caller hears so after its two seconds, and nothing is written late."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin exclusive")
        began = time.monotonic()
        with pytest.raises(StoreError) as caught:
            await writer.write(_adds("late"), within_s=0.5)
        assert 0.4 < time.monotonic() - began < 4
        assert "could not commit within 0.5 s: the database is locked by another program" in str(caught.value)
        assert writer.problem is not None
        other.execute("rollback")
    assert await writer.write(_adds("next")) == "next"
    assert writer.problem is None
    assert _words(path) == ["next"]


async def test_a_kept_job_is_written_when_the_lock_goes(writer: Writer, path: Path) -> None:
    """A page's row stays queued after its caller was told, and is committed as soon as the store works."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin exclusive")
        with pytest.raises(StoreError, match="may still be written"):
            await writer.write(_adds("page"), within_s=0.3, keep=True)
        other.execute("rollback")
    await _until(lambda: _words(path) == ["page"])


async def test_a_late_write_that_is_refused_is_logged(
    writer: Writer, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A kept job whose caller has gone and which fails in the end (the record has changed) leaves a line in the log."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin exclusive")
        with pytest.raises(StoreError):
            await writer.write(_adds("bad", fails=True), within_s=0.3, keep=True)
        other.execute("rollback")
    await _until(lambda: "a write that came late was refused: bad is no good" in caplog.text)
    assert _words(path) == []


async def test_a_short_lock_is_waited_out(writer: Writer, path: Path) -> None:
    """A backup that holds the file for a moment costs that moment, and no error."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin exclusive")
        waiting = asyncio.create_task(writer.write(_adds("one")))
        await _until(lambda: writer._trouble is not None)
        assert writer.problem is None  # nobody needs to know yet
        other.execute("rollback")
        assert await waiting == "one"


async def test_a_store_that_works_again_says_so_by_itself(writer: Writer, path: Path) -> None:
    """After the last caller was refused nobody needs to write anything for the problem to be found gone."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin exclusive")
        with pytest.raises(StoreError):
            await writer.write(_adds("refused"), within_s=0.3)
        assert writer.problem is not None
        other.execute("rollback")
    await _until(lambda: writer.problem is None)
    assert _words(path) == []


async def test_a_cancelled_caller_withdraws_its_job(writer: Writer, path: Path) -> None:
    """A task that is cancelled while its job queues leaves nothing behind, unless the job is to be kept."""
    async with _held(writer):
        gone = asyncio.create_task(writer.write(_adds("gone")))
        kept = asyncio.create_task(writer.write(_adds("kept"), keep=True))
        await _until(lambda: len(writer._ordinary) == 2)
        gone.cancel()
        kept.cancel()
        await asyncio.wait((gone, kept))
    assert gone.cancelled() and kept.cancelled()
    await writer.write(_adds("last"))
    assert _words(path) == ["kept", "last"]


async def test_a_removed_database_is_noticed(writer: Writer, path: Path) -> None:
    """When the file is taken away under the server, writes fail at once instead of vanishing with it; put back, it works."""
    await writer.write(_adds("one"))
    aside = path.with_name("aside")
    path.rename(aside)
    for word in ("two", "three"):
        with pytest.raises(StoreError, match="removed while it was in use"):
            await writer.write(_adds(word))
    assert not path.exists()
    aside.rename(path)
    await writer.write(_adds("four"))
    assert _words(path) == ["one", "four"]


async def test_a_replaced_database_is_noticed(writer: Writer, path: Path) -> None:
    """Another file under the same name is not written to behind anyone's back."""
    await writer.write(_adds("one"))
    fresh = path.with_name("fresh")
    shutil.copy(path, fresh)
    fresh.replace(path)
    with pytest.raises(StoreError, match="replaced while it was in use"):
        await writer.write(_adds("two"))


def test_a_caller_without_a_loop(writer: Writer, path: Path) -> None:
    """Commands without an event loop write as well."""
    assert writer.write_now(_adds("one")) == "one"
    with pytest.raises(ValueError, match="no good"):
        writer.write_now(_adds("two", fails=True))
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin exclusive")
        with pytest.raises(StoreError, match=r"could not commit within 0\.2 s"):
            writer.write_now(_adds("three"), within_s=0.2)
    assert _words(path) == ["one"]


def test_closing_writes_what_is_queued(path: Path) -> None:
    """Jobs that were queued before `close` are committed; later ones are refused."""
    writer = Writer(path)
    jobs = [Job(_adds(f"w{n}")) for n in range(20)]
    for job in jobs:
        writer.submit(job)
    assert writer.close() == 0
    assert len(_words(path)) == 20
    assert all(job.answer.done() for job in jobs)
    with pytest.raises(StoreError, match="closed"):
        writer.submit(Job(_adds("late")))


def test_closing_a_stuck_store_says_what_is_lost(path: Path) -> None:
    """A lock that does not go away holds `close` no longer than its time, and the loss is counted and told."""
    writer = Writer(path)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin exclusive")
        job = Job(_adds("lost"), keep=True)
        writer.submit(job)
        assert writer.close(0.6) == 1
    with pytest.raises(StoreError, match="closed before"):
        job.answer.result(1)
