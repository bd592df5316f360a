"""The console channel: one readable line for each page, and never in anyone's way."""

import io
import os
from typing import Any

import pytest

from watchbook.model.ids import EpisodeId
from watchbook.model.paging import Notice, NoticeKind
from watchbook.world.channels import console
from watchbook.world.channels.console import ConsoleChannel, line_of
from watchbook.world.ports import DeliveryResult

BODY = {
    "service": "Shop",
    "severity": "critical",
    "summary": "Service Down: 0 of 3 instances healthy",
    "next_action": "Run “Rollback”.",
    "link": "http://127.0.0.1:8090/services/shop",
}


def notice(kind: str = "trigger", **more: Any) -> Notice:
    return Notice("k", EpisodeId("e"), NoticeKind(kind), 1, 0, 0, "Ana Ruiz", "console", {**BODY, **more})


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        (
            "trigger",
            "PAGE critical for Ana Ruiz: Shop: Service Down: 0 of 3 instances healthy → Run “Rollback”."
            " · http://127.0.0.1:8090/services/shop",
        ),
        (
            "resolve",
            "RESOLVED critical for Ana Ruiz: Shop: Service Down: 0 of 3 instances healthy"
            " · http://127.0.0.1:8090/services/shop",
        ),
    ],
)
def test_line(kind: str, line: str) -> None:
    """What is wrong, whom it is for, what to do and where to look, in one line."""
    assert line_of(notice(kind)) == line


def test_line_has_no_control_characters() -> None:
    """A summary from a log cannot move the cursor or begin a second line."""
    assert line_of(notice(summary="a\x1b[2Jb\nc\rd")).isprintable()


async def test_written_to_the_stream() -> None:
    """One line for each notice."""
    stream = io.StringIO()
    channel = ConsoleChannel(stream=stream)
    assert (await channel.send(notice())).result is DeliveryResult.OK
    await channel.close()
    assert stream.getvalue().count("\n") == 1


async def test_console_without_unicode() -> None:
    """A console that knows only ASCII still hears of it."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", newline="\n")
    assert (await ConsoleChannel(stream=stream).send(notice())).result is DeliveryResult.OK
    assert b"PAGE critical for Ana Ruiz" in raw.getvalue()


async def test_closed_console_is_permanent() -> None:
    """Standard error was closed: said as such, and nothing raises."""
    stream = io.StringIO()
    stream.close()
    assert (await ConsoleChannel(stream=stream).send(notice())).result is DeliveryResult.PERMANENT


async def test_full_pipe_does_not_hold_anything_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody reads the pipe any more: the send gives up, and may be tried again."""
    monkeypatch.setattr(console, "LONGEST_WAIT_S", 0.1)
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with pytest.raises(BlockingIOError):
        while True:
            os.write(writing, b"x" * 65536)
    os.set_blocking(writing, True)
    with os.fdopen(writing, "w") as stream:
        delivery = await ConsoleChannel(stream=stream).send(notice())
        assert delivery.result is DeliveryResult.RETRY
        os.read(reading, 1 << 20)  # lets the waiting thread finish
    os.close(reading)
