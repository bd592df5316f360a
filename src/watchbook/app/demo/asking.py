"""Asks the demo's own programs over HTTP: the board's API, the phone, the shop. Standard library only.

Called by `app.demo.running` and `app.demo.playing`. The command line's client is a face and cannot be used from here.
"""

import json
import urllib.error
import urllib.request
import uuid
from typing import Any

from watchbook.model.errors import ConflictError, UnreachableError

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(url: str, body: dict[str, Any] | None = None, *, actor: str = "demo", timeout_s: float = 10.0) -> Any:
    """The JSON at an address; with a body it is sent as a POST in the name of `actor`.

    Raises `UnreachableError` where nobody answers, `ConflictError` with the server's words where it refuses.
    """
    request = urllib.request.Request(url)
    request.add_header("Watchbook-Actor", actor.replace(" ", "%20"))
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
        request.add_header("Idempotency-Key", uuid.uuid4().hex)
    try:
        with _OPENER.open(request, timeout=timeout_s) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refusal:
        raise ConflictError(f"refused with {refusal.code}: {_words(refusal.read())}", where=url) from None
    except (OSError, ValueError) as error:
        raise UnreachableError(f"no answer ({getattr(error, 'reason', error)})", where=url) from None


def status_of(url: str, timeout_s: float = 2.0) -> int:
    """The status that an address answers with; 0 where nobody does."""
    try:
        with _OPENER.open(url, timeout=timeout_s) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code
    except OSError:
        return 0


def _words(body: bytes) -> str:
    try:
        error = json.loads(body)["error"]
        return f"{error['message']} {error.get('mend', '')}".strip()
    except (ValueError, KeyError, TypeError):
        return body.decode(errors="replace").strip()[:200]
