"""The JSON API and the server that carries it and the board. FastAPI is imported only when `make_app` is called.

Called by `cli`'s `up` and by tests. It decides nothing: every route asks `app.application.Application`.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from watchbook.api.settings import ServerSettings
    from watchbook.app.application import Application


def make_app(application: "Application", settings: "ServerSettings") -> "FastAPI":
    """The whole server: `/api/v1`, `/health`, `/metrics`, and the board at `/`."""
    from watchbook.api.server import build

    return build(application, settings)
