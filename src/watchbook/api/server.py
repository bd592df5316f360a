"""Puts the routes, the gate and the board together. Called by `api.make_app`.

It owns no signal; `api.serving` does the listening. The templates are compiled beside the start.
"""

import threading

from fastapi import FastAPI, Request
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse, Response

from watchbook import __version__
from watchbook.api import errors
from watchbook.api.gate import Gate
from watchbook.api.operated import questions_router, runs_router
from watchbook.api.repeats import Repeats
from watchbook.api.settings import ServerSettings
from watchbook.api.watched import (
    alerts_router,
    incidents_router,
    journal_router,
    services_router,
    silences_router,
)
from watchbook.app.application import Application
from watchbook.web import board
from watchbook.web.routes import make_router


def build(application: Application, settings: ServerSettings) -> FastAPI:
    """The server as an ASGI application. The gate stands outermost: nothing is read before it has agreed."""
    app = FastAPI(
        title="Watchbook",
        version=__version__,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # its page would load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        middleware=[
            Middleware(Gate, settings=settings),
            Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5),
            Middleware(Repeats, application=application),
        ],
    )
    errors.register(app)
    for router in (
        services_router(application),
        alerts_router(application),
        incidents_router(application),
        silences_router(application),
        runs_router(application),
        questions_router(application),
        journal_router(application, settings),
    ):
        app.include_router(router, prefix="/api/v1")
    _add_own_state(app, application)
    app.include_router(make_router(application))
    threading.Thread(target=board.prepare, name="templates", daemon=True).start()
    return app


def _add_own_state(app: FastAPI, application: Application) -> None:
    """`/health` and `/metrics`: from memory alone, so that they answer while the store is stuck."""

    @app.api_route("/health", methods=["GET", "HEAD"], include_in_schema=False)
    async def health() -> JSONResponse:
        own = application.health()
        if own.status == "healthy":
            return JSONResponse({"status": "healthy"})
        return JSONResponse({"status": own.status, "problems": list(own.problems)}, status_code=503)

    @app.get("/metrics", include_in_schema=False)
    async def metrics(request: Request) -> Response:
        from watchbook.api.exposition import expose

        text, content_type = expose(application.figures(), request.headers.get("accept", ""))
        return Response(text, headers={"Content-Type": content_type})
