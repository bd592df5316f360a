"""The one error shape, `{"error": {"code", "message", "mend"}}`, for everything that the API refuses.

Used by the gate and registered by `api.server`. The HTTP status follows from the error's kind; nothing else is decided here.
"""

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from watchbook.model.errors import (
    ConflictError,
    DocumentError,
    NotFoundError,
    RefusedError,
    StoreError,
    UnreachableError,
    UsageError,
    WatchbookError,
)
from watchbook.web.routes import error_page

_STATUS: dict[type[WatchbookError], int] = {
    UsageError: 400,
    RefusedError: 403,
    NotFoundError: 404,
    ConflictError: 409,
    DocumentError: 422,
    UnreachableError: 502,
    StoreError: 503,
}
_CODE = {
    400: "usage",
    403: "refused",
    404: "not_found",
    405: "usage",
    409: "conflict",
    415: "usage",
    422: "usage",
}


def status_of(error: WatchbookError) -> int:
    """The HTTP status of an error of the tree; 400 for one without a kind of its own: someone can mend it."""
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 400)


def error_response(scope: Scope, status: int, code: str, message: str, mend: str = "") -> Response:
    """An answer in the one shape; as a page where a browser looks at the board. `mend` says what to do."""
    accept = Headers(scope=scope).get("accept", "")
    if "text/html" in accept and not scope["path"].startswith("/api/"):
        return error_page(Request(scope), status, message, mend)
    return JSONResponse({"error": {"code": code, "message": message, "mend": mend}}, status_code=status)


def refusal_of(error: WatchbookError, scope: Scope) -> Response:
    """An error of the tree as an answer."""
    message = f"{error.where}: {error.what}" if error.where else error.what
    return error_response(scope, status_of(error), error.code, message, error.mend)


def register(app: FastAPI) -> None:
    """Makes `app` answer every error in the one shape (bugs are answered by the gate, with their traceback logged)."""

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, WatchbookError)
        return refusal_of(error, request.scope)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return error_response(
            request.scope,
            422,
            "usage",
            _says_invalid(error),
            "docs/reference/api.md lists what each address takes.",
        )

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return _http_error(request, error)

    app.add_exception_handler(WatchbookError, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)


def _says_invalid(error: RequestValidationError) -> str:
    """All problems in one line: `parameters.version: Input should be a valid string; service: Field required`."""
    said = []
    for problem in error.errors():
        place = ".".join(str(part) for part in problem["loc"] if part not in ("body", "query", "path"))
        said.append(f"{place}: {problem['msg']}" if place else str(problem["msg"]))
    return "; ".join(said)


def _http_error(request: Request, error: HTTPException) -> Response:
    path = request.url.path
    match error.status_code:
        case 404:
            answer = error_response(
                request.scope, 404, "not_found", f"there is nothing at {path}", "Check the address."
            )
        case 405:
            answer = error_response(
                request.scope,
                405,
                "usage",
                f"{request.method} does not work on {path}",
                "Use another method.",
            )
        case status:
            phrase = str(error.detail) or HTTPStatus(status).phrase
            answer = error_response(request.scope, status, _CODE.get(status, "error"), phrase)
    answer.headers.update(error.headers or {})
    return answer
