"""The board's addresses. Mounted by `api.server` behind its gate.

Reading works with plain links, acting with plain forms: each POST asks the application once and goes back to a page.
Scripts only make it fresher. It decides nothing.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from watchbook.app.application import (
    AcknowledgeRequest,
    Application,
    DiagnoseRequest,
    RunRequest,
    SilenceRequest,
)
from watchbook.model.errors import NotFoundError, UsageError
from watchbook.web import assets, board
from watchbook.web.forms import ACTOR_COOKIE, Reader, actor_in, back_in, form_of, parameters_in, reader_of
from watchbook.web.sharing import Sharing

Sequence = Annotated[int, Query(le=2**63 - 1)]  # of a journal entry

ENTRIES_A_PAGE = 100
_YEAR_S = 365 * 86400


def make_router(application: Application) -> APIRouter:
    """All pages and forms."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    sharing = Sharing()
    _add_reading(router, application, sharing)
    _add_small_pages(router, application, sharing)
    _add_acting(router, application)
    _add_running(router, application)
    _add_acknowledging(router, application)
    _add_own(router)
    return router


def error_page(request: Request, status: int, message: str, mend: str) -> HTMLResponse:
    """An error as a page, with the way back."""
    known = "actor" in request.scope.get("state", {})
    reader = reader_of(request) if known else Reader("", named=True)
    return HTMLResponse(board.message_page(message, mend, "/", reader), status)


def _to(path: str) -> RedirectResponse:
    """After a form: the browser reads a page, and a reload acts no second time."""
    return RedirectResponse(path, status_code=303)


def _add_reading(router: APIRouter, application: Application, sharing: Sharing) -> None:
    @router.get("/")
    async def services(request: Request) -> Response:
        all_ = await application.services()
        if len(all_) == 1 and "all" not in request.query_params:
            return RedirectResponse(f"/services/{quote(all_[0].id)}", status_code=302)
        return HTMLResponse(board.services_page(all_, application.health(), time.time(), reader_of(request)))

    @router.get("/parts")
    async def services_parts() -> str:
        async def make() -> str:
            all_ = await application.services()
            return board.as_fragment(board.services_parts(all_, application.health(), time.time()))

        return await sharing.get("/parts", make)

    @router.get("/services/{service}")
    async def service(service: str, request: Request) -> str:
        view = await application.service(service)
        return board.service_page(view, application.health(), f"/services/{service}", reader_of(request))

    @router.get("/services/{service}/parts")
    async def service_parts(service: str) -> str:
        async def make() -> str:
            view = await application.service(service)
            return board.as_fragment(board.service_parts(view, application.health(), f"/services/{service}"))

        return await sharing.get(f"/services/{service}", make)

    @router.get("/services/{service}/journal")
    async def journal(service: str, request: Request, before: Sequence | None = None) -> str:
        page = await application.journal_before(service, before, ENTRIES_A_PAGE)
        return board.journal_page(page, service, f"/services/{service}/journal", reader_of(request))

    @router.get("/journal")
    async def whole_journal(request: Request, before: Sequence | None = None) -> str:
        page = await application.journal_before(None, before, ENTRIES_A_PAGE)
        return board.journal_page(page, None, "/journal", reader_of(request))


def _add_small_pages(router: APIRouter, application: Application, sharing: Sharing) -> None:
    @router.get("/runs/{run}")
    async def run(run: str, request: Request) -> str:
        return board.run_page(await application.run(run), time.time(), reader_of(request))

    @router.get("/runs/{run}/parts")
    async def run_parts(run: str) -> str:
        async def make() -> str:
            return board.as_fragment(board.run_parts(await application.run(run), time.time()))

        return await sharing.get(f"/runs/{run}", make)

    @router.get("/incidents/{incident}")
    async def incident(incident: str, request: Request) -> str:
        return board.incident_page(await application.incident(incident), time.time(), reader_of(request))

    @router.get("/incidents/{incident}/parts")
    async def incident_parts(incident: str) -> str:
        async def make() -> str:
            return board.as_fragment(board.incident_parts(await application.incident(incident), time.time()))

        return await sharing.get(f"/incidents/{incident}", make)


def _add_acting(router: APIRouter, application: Application) -> None:
    @router.post("/services/{service}/diagnose")
    async def diagnose(service: str, request: Request) -> Response:
        form = await form_of(request)
        asked = DiagnoseRequest(service, form.get("issue") or None, form.get("alert") or None)
        await application.diagnose(asked, actor_in(request))
        return _to(back_in(form, f"/services/{service}"))

    @router.get("/services/{service}/accept")
    async def changes(service: str, request: Request) -> str:
        return board.accept_page(await application.service(service), request.url.path, reader_of(request))

    @router.post("/services/{service}/accept")
    async def accept(service: str, request: Request) -> Response:
        form = await form_of(request)
        digest, shown = form.get("digest", ""), form.get("content_hash", "")
        await application.accept_document(service, digest, actor_in(request), shown)
        known = {one.id for one in await application.services()}
        return _to(back_in(form, f"/services/{service}" if service in known else "/"))

    @router.post("/incidents/{incident}/acknowledge")
    async def acknowledge(incident: str, request: Request) -> Response:
        form = await form_of(request)
        await application.acknowledge(AcknowledgeRequest(incident), actor_in(request))
        service = (await application.incident(incident)).service
        return _to(back_in(form, f"/services/{quote(service)}"))

    @router.post("/silences/{silence}/end")
    async def end_silence(silence: str, request: Request) -> Response:
        form = await form_of(request)
        ended = await application.end_silence(silence, actor_in(request))
        return _to(back_in(form, f"/services/{quote(ended.service)}"))

    @router.post("/alerts/{alert:path}/{what}")
    async def alert(alert: str, what: str, request: Request) -> Response:
        form = await form_of(request)
        act = _alert_action(application, alert, what, form, request)
        await act()
        return _to(back_in(form, f"/services/{alert.split('/', maxsplit=1)[0]}"))


def _alert_action(
    application: Application, alert: str, what: str, form: dict[str, str], request: Request
) -> Callable[[], Awaitable[object]]:
    """What one of an alert's buttons asks for."""
    actor = actor_in(request)
    reason = form.get("reason", "").strip()
    if what in ("silence", "close") and not reason:
        raise UsageError("a reason is needed", mend="Say why, in a few words.")
    match what:
        case "arm":
            return lambda: application.arm(alert, actor)
        case "disarm":
            return lambda: application.disarm(alert, actor)
        case "close":
            return lambda: application.close_alert(alert, reason, actor)
        case "silence":
            minutes = form.get("minutes", "60")
            if not minutes.isascii() or not minutes.isdigit():
                raise UsageError("how long is not a number of minutes", mend="Choose one of the list.")
            ends_at = time.time() + 60 * int(minutes)
            asked = SilenceRequest(alert.split("/", maxsplit=1)[0], alert, ends_at, reason)
            return lambda: application.silence(asked, actor)
    raise NotFoundError(f"there is nothing to {what[:40]} about an alert", mend="Use the page's buttons.")


def _add_running(router: APIRouter, application: Application) -> None:
    @router.get("/services/{service}/run")
    async def plan(service: str, request: Request) -> str:
        given = dict(request.query_params)
        plan = await application.plan_run(_run_request(service, given))
        return board.plan_page(plan, request.url.path, reader_of(request))

    @router.post("/services/{service}/run")
    async def start(service: str, request: Request) -> Response:
        form = await form_of(request)
        if not form.get("content_hash"):
            raise UsageError(
                "the commands were not shown before", mend="Open the run's page and confirm there."
            )
        view = await application.start_run(_run_request(service, form), actor_in(request))
        return _to(f"/runs/{quote(view.summary.id)}")

    @router.post("/runs/{run}/cancel")
    async def cancel(run: str, request: Request) -> Response:
        form = await form_of(request)
        reason = form.get("reason", "").strip()
        if not reason:
            raise UsageError("a reason is needed", mend="Say why, in a few words.")
        await application.cancel_run(run, reason, actor_in(request))
        return _to(back_in(form, f"/runs/{run}"))

    @router.post("/questions/{question}/answer")
    async def answer(question: str, request: Request) -> Response:
        form = await form_of(request)
        given = await application.answer(
            question, form.get("answer", ""), form.get("content_hash", ""), actor_in(request)
        )
        return _to(back_in(form, f"/runs/{given.run}"))


def _run_request(service: str, fields: dict[str, str]) -> RunRequest:
    return RunRequest(
        service=service,
        procedure=fields.get("procedure") or None,
        cause=fields.get("cause") or None,
        environment=fields.get("environment") or None,
        parameters=parameters_in(fields),
        content_hash=fields.get("content_hash", ""),
        key=fields.get("key", ""),
    )


def _add_acknowledging(router: APIRouter, application: Application) -> None:
    """The signed link (rule 21): looking changes nothing, only the button does."""

    @router.get("/acknowledge/{token}")
    async def look(token: str) -> str:
        return board.acknowledge_page(await application.acknowledge_link(token), None)

    @router.post("/acknowledge/{token}")
    async def acknowledge(token: str) -> str:
        link = await application.acknowledge_link(token)
        if link.ended:
            return board.acknowledge_page(link, None)
        return board.acknowledge_page(link, await application.acknowledge_by_link(token))


def _add_own(router: APIRouter) -> None:
    @router.post("/name")
    async def name(request: Request) -> Response:
        form = await form_of(request)
        answer = _to(back_in(form, "/"))
        given = quote(form.get("name", "").strip()[:80])
        answer.set_cookie(ACTOR_COOKIE, given, max_age=_YEAR_S, httponly=True, samesite="strict", path="/")
        return answer

    @router.get("/static/{version}/{name}")
    async def static(version: str, name: str) -> Response:
        asset = assets.assets().get(name)
        if asset is None:
            raise NotFoundError(f"there is no file {name[:60]}", mend="Load the page again.")
        keep = "public, max-age=31536000, immutable" if version == assets.version() else "no-store"
        return Response(asset.content, headers={"Content-Type": asset.kind, "Cache-Control": keep})
