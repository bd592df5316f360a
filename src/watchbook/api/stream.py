"""The stream of what happens, as server-sent events, and its ends. Called by the API's `/events`.

Each journal entry carries its sequence as the event's id, so a browser that comes back says where it stopped
(Last-Event-ID). The stream ends when the server stops. It filters by service and adds nothing.
"""

import asyncio
import json
from collections.abc import AsyncIterator

from watchbook.app.application import Application
from watchbook.app.encoding import to_json
from watchbook.app.views.own import EventView

HEARTBEAT_S = 10.0  # an `alive` event, so that both ends notice a line that went dead
RETRY_MS = 1500


def as_text(event: EventView) -> str:
    """One event on the wire. A state change that is not journalled carries no id: nothing can resume there."""
    name, number = ("journal", f"id: {event.sequence}\n") if event.sequence else ("change", "")
    return f"event: {name}\n{number}data: {json.dumps(to_json(event), ensure_ascii=False)}\n\n"


async def follow(
    application: Application, after: int | None, service: str | None, stop: asyncio.Event
) -> AsyncIterator[str]:
    """Events above `after` of one service or all, until `stop` is set or the reader goes."""
    yield f"retry: {RETRY_MS}\n\n"
    events = application.events(after)
    following = asyncio.ensure_future(anext(events, None))
    stopping = asyncio.ensure_future(stop.wait())
    try:
        while True:
            done, _ = await asyncio.wait(
                {following, stopping}, timeout=HEARTBEAT_S, return_when=asyncio.FIRST_COMPLETED
            )
            if stopping in done:
                return
            if following not in done:
                yield "event: alive\ndata: {}\n\n"
                continue
            event = following.result()
            if event is None:
                return
            if service is None or event.service == service:
                yield as_text(event)
            following = asyncio.ensure_future(anext(events, None))
    finally:
        for task in (following, stopping):
            task.cancel()
        await asyncio.gather(following, stopping, return_exceptions=True)
        close = getattr(events, "aclose", None)
        if close is not None:
            await close()
