"""The console: one readable line on standard error for every page.

The last resort: names that nobody wired are heard here. A console that nobody reads any more (a full pipe) never holds
anything else up.
"""

import asyncio
import sys
from typing import TextIO

from watchbook.model.paging import Notice
from watchbook.world.ports import Delivery, DeliveryResult

LONGEST_WAIT_S = 5.0
_MARKS = {
    "trigger": "PAGE",
    "repeat": "PAGE AGAIN",
    "update": "UPDATE",
    "acknowledge": "ACKNOWLEDGED",
    "resolve": "RESOLVED",
}


class ConsoleChannel:
    """Writes to standard error, or to `stream`."""

    kind = "console"

    def __init__(self, name: str = "console", stream: TextIO | None = None) -> None:
        self.name = name
        self._stream = stream

    async def send(self, notice: Notice) -> Delivery:
        """Writes the line from a thread, and waits five seconds at most."""
        stream = self._stream if self._stream is not None else sys.stderr
        try:
            async with asyncio.timeout(LONGEST_WAIT_S):
                await asyncio.to_thread(_write, stream, line_of(notice))
        except TimeoutError:
            return Delivery(DeliveryResult.RETRY, "the console does not take any more lines")
        except (OSError, ValueError) as error:
            return Delivery(DeliveryResult.PERMANENT, f"the console is closed: {error}")
        return Delivery(DeliveryResult.OK)

    async def close(self) -> None:
        """Nothing to let go of."""


def line_of(notice: Notice) -> str:
    """`PAGE critical for Ana Ruiz: Shop: Service Down: 0 of 3 instances healthy → Run “…” · http://…`."""
    body = notice.body
    text = f"{_MARKS.get(str(notice.kind), str(notice.kind).upper())} {body.get('severity', '')} for {notice.contact}:"
    text += f" {body.get('service', '')}: {body.get('summary', '')}"
    if str(notice.kind) in ("trigger", "repeat", "update") and body.get("next_action"):
        text += f" → {body['next_action']}"
    if body.get("link"):
        text += f" · {body['link']}"
    return "".join(character if character.isprintable() else " " for character in text)


def _write(stream: TextIO, line: str) -> None:
    try:
        stream.write(line + "\n")
    except UnicodeEncodeError:  # a console without Unicode
        stream.write(line.encode("ascii", "replace").decode() + "\n")
    stream.flush()
