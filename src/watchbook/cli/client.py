"""Talks to a running `watchbook up` for the command line. Standard library only, so that commands answer at once.

Finds the server by `server.json` in the data folder. Every refusal of the server becomes the `WatchbookError` it stands
for. It keeps no state and retries nothing: a write carries an Idempotency-Key, so a person may repeat it.
"""

import getpass
import http.client
import json
import os
import urllib.error
import urllib.request
import uuid
from typing import Any
from urllib.parse import quote

from watchbook.model.errors import (
    ConflictError,
    NotFoundError,
    RefusedError,
    StoreError,
    UnreachableError,
    UsageError,
    WatchbookError,
)

_ERRORS: dict[str, type[WatchbookError]] = {
    kind.code: kind
    for kind in (ConflictError, NotFoundError, RefusedError, StoreError, UsageError, UnreachableError)
}


def actor() -> str:
    """Who is asking: $WATCHBOOK_ACTOR, else the user of this session."""
    return os.environ.get("WATCHBOOK_ACTOR") or getpass.getuser()


def path_of(*parts: str) -> str:
    """An address below `/api/v1` of the parts; an id may hold slashes, which stay."""
    return "/api/v1/" + "/".join(quote(part, safe="/") for part in parts)


class Client:
    """One server. `url` is its address, as server.json or --server give it."""

    def __init__(self, url: str, timeout_s: float = 30.0) -> None:
        self.url = url.rstrip("/")
        self.timeout_s = timeout_s

    def get(self, path: str) -> Any:
        """The JSON at the address. Raises the error that the server names, or `UnreachableError`."""
        return self._ask("GET", path, None)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """Sends the JSON object, in the name of `actor()`; as `get` otherwise."""
        return self._ask("POST", path, body)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        request = urllib.request.Request(self.url + path, method=method)
        request.add_header("Watchbook-Actor", quote(actor(), safe=" @.-_"))
        request.add_header("Accept", "application/json")
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
            request.add_header("Idempotency-Key", uuid.uuid4().hex)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=self.timeout_s) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            raise _error_of(refusal.read(), refusal.code, self.url + path) from None
        except (urllib.error.URLError, TimeoutError, ConnectionError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise UnreachableError(
                f"Watchbook does not answer ({reason})", where=self.url, mend="Is `watchbook up` running?"
            ) from None


def _error_of(body: bytes, status: int, where: str) -> WatchbookError:
    try:
        error = json.loads(body)["error"]
        return _ERRORS.get(error["code"], WatchbookError)(error["message"], mend=error.get("mend", ""))
    except (ValueError, KeyError, TypeError):
        return WatchbookError(f"the server answered {status}", where=where, mend="Is this a Watchbook?")


def running_client(server: str | None, data: str | None) -> Client | None:
    """The client of the server that is meant: `server` as given, else the one whose data folder is found; None without."""
    if server is not None:
        return Client(server)
    from watchbook.app.wiring import find_data_folder
    from watchbook.store.folder import is_owned, running_server

    folder = find_data_folder(data)
    note = running_server(folder)
    return Client(note.url) if note is not None and is_owned(folder) else None


def connect(server: str | None, data: str | None) -> Client:
    """As `running_client`. Raises `UnreachableError` where no server runs."""
    client = running_client(server, data)
    if client is None:
        from watchbook.app.wiring import find_data_folder

        raise UnreachableError(
            "no server runs on this data folder",
            where=str(find_data_folder(data)),
            mend="Start `watchbook up`, or name one with --server URL.",
        )
    return client
