"""Makes writes safe to repeat (rule 46): the same Idempotency-Key with the same request gives the same answer.

ASGI middleware around the API's routes. Another request under a used key is a 409. Only answers that changed something
(2xx) are kept: a refusal may be asked again. What was already under way is waited for. It knows nothing of the routes.
"""

import asyncio
import contextlib
import hashlib
import time
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from watchbook.app.application import Application, KeptAnswer
from watchbook.model.errors import ConflictError, StoreError, UsageError

LONGEST_KEY = 200


@dataclass(slots=True)
class _UnderWay:
    """One key: who has it answers, the others wait."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


class Repeats:
    """Holds the keys under way; what was answered is kept by the application."""

    def __init__(self, app: ASGIApp, application: Application) -> None:
        self.app = app
        self.application = application
        self._under_way: dict[str, _UnderWay] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or not scope["path"].startswith("/api/"):
            await self.app(scope, receive, send)
            return
        key = Headers(scope=scope).get("idempotency-key")
        if not key:
            await self.app(scope, receive, send)
        elif len(key) > LONGEST_KEY:
            raise UsageError("the Idempotency-Key is longer than 200 characters", mend="Use a shorter one.")
        else:
            under_way = self._under_way.setdefault(key, _UnderWay())
            under_way.waiting += 1
            try:
                async with under_way.lock:
                    await self._answer(key, scope, receive, send)
            finally:
                under_way.waiting -= 1
                if not under_way.waiting:
                    del self._under_way[key]

    async def _answer(self, key: str, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _read(receive)
        request = hashlib.sha256(f"{scope['method']} {scope['path']}\n".encode() + body).hexdigest()
        kept = await self._recall(key)
        if kept is not None:
            await _repeat(kept, request)(scope, receive, send)
            return
        answer = _Recorder(send)
        await self.app(scope, _replay(body, receive), answer)
        if 200 <= answer.status < 300:
            await self._keep(KeptAnswer(key, request, answer.status, answer.body.decode(), time.time()))

    async def _recall(self, key: str) -> KeptAnswer | None:
        try:
            return await self.application.recall(key)
        except StoreError:  # a stuck store must not stop an acknowledgement; the write itself will say so
            return None

    async def _keep(self, answer: KeptAnswer) -> None:
        # The write has happened and was answered; without the record a repeat asks again.
        with contextlib.suppress(StoreError):
            await self.application.keep(answer)


def _repeat(kept: KeptAnswer, request: str) -> Response:
    """The kept answer. Raises `ConflictError` when it was given to another request."""
    if kept.request != request:
        raise ConflictError("this Idempotency-Key was used for another request", mend="Use a new key.")
    return Response(kept.body, kept.status, {"Idempotent-Replay": "true"}, media_type="application/json")


class _Recorder:
    """Passes an answer on and remembers it."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")
        await self._send(message)


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts)
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
