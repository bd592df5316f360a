"""Routes about what is watched: services, alerts, incidents, diagnoses, silences, journal, stream.

Registered by `api.server` under `/api/v1`. Thin: each asks the application and encodes what it gives.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import PlainTextResponse, StreamingResponse

from watchbook.api.bodies import (
    AcceptBody,
    AcknowledgeBody,
    ApproveBody,
    DiagnoseBody,
    EmptyBody,
    ReasonBody,
    SilenceBody,
)
from watchbook.api.settings import ServerSettings
from watchbook.api.stream import follow
from watchbook.app.application import Application
from watchbook.app.encoding import to_json
from watchbook.app.views.watched import Actor

Json = dict[str, Any]
Limit = Annotated[int, Query(ge=1, le=1000)]
Sequence = Annotated[int, Query(le=2**63 - 1)]  # of a journal entry


def actor_in(request: Request) -> Actor:
    """Who asks, as the gate has found."""
    actor = request.state.actor
    assert isinstance(actor, Actor)
    return actor


def services_router(application: Application) -> APIRouter:
    """`/services…`: the services, one of them, its reading, its text, and accepting a changed text; `/sources` of all."""
    router = APIRouter(tags=["services"])

    @router.get("/sources")
    async def sources() -> Json:
        return {"sources": to_json(application.sources())}

    @router.get("/services")
    async def services() -> Json:
        return {"services": to_json(await application.services())}

    @router.get("/services/{service}")
    async def service(service: str) -> Json:
        view: Json = to_json(await application.service(service))
        del view["document"]["text"]  # its own address: most readers do not want it
        return view

    @router.get("/services/{service}/reading")
    async def reading(service: str) -> Json:
        return dict(await application.reading(service))

    @router.get("/services/{service}/document")
    async def document(service: str) -> PlainTextResponse:
        view = (await application.service(service)).document
        return PlainTextResponse(view.text, media_type="text/markdown; charset=utf-8")

    @router.post("/services/{service}/document/accept")
    async def accept(service: str, body: AcceptBody, request: Request) -> Json:
        accepted = await application.accept_document(
            service, body.digest, actor_in(request), body.content_hash
        )
        view: Json = to_json(accepted)
        del view["text"]
        return view

    @router.post("/approvals", status_code=201)
    async def approve(body: ApproveBody, request: Request) -> Json:
        view: Json = to_json(await application.approve_digest(body.digest, actor_in(request), body.reason))
        return view

    return router


def alerts_router(application: Application) -> APIRouter:
    """`/alerts…`: an alert's id holds slashes, `shop/production/service-down`."""
    router = APIRouter(tags=["alerts"])

    @router.get("/alerts")
    async def alerts(service: str | None = None) -> Json:
        return {"alerts": to_json(await application.alerts(service))}

    @router.get("/alerts/{alert:path}")
    async def alert(alert: str) -> Json:
        view: Json = to_json(await application.alert(alert))
        return view

    @router.post("/alerts/{alert:path}/acknowledge")
    async def acknowledge(alert: str, body: AcknowledgeBody, request: Request) -> Json:
        view: Json = to_json(await application.acknowledge(body.request(alert), actor_in(request)))
        return view

    @router.post("/alerts/{alert:path}/arm")
    async def arm(alert: str, _body: EmptyBody, request: Request) -> Json:
        view: Json = to_json(await application.arm(alert, actor_in(request)))
        return view

    @router.post("/alerts/{alert:path}/disarm")
    async def disarm(alert: str, _body: EmptyBody, request: Request) -> Json:
        view: Json = to_json(await application.disarm(alert, actor_in(request)))
        return view

    @router.post("/alerts/{alert:path}/close")
    async def close(alert: str, body: ReasonBody, request: Request) -> Json:
        view: Json = to_json(await application.close_alert(alert, body.reason, actor_in(request)))
        return view

    return router


def incidents_router(application: Application) -> APIRouter:
    """`/incidents…` and `/diagnoses…`."""
    router = APIRouter(tags=["incidents"])

    @router.get("/incidents")
    async def incidents(service: str | None = None) -> Json:
        return {"incidents": to_json(await application.incidents(service))}

    @router.get("/incidents/{incident}")
    async def incident(incident: str) -> Json:
        view: Json = to_json(await application.incident(incident))
        return view

    @router.post("/incidents/{incident}/acknowledge")
    async def acknowledge(incident: str, body: AcknowledgeBody, request: Request) -> Json:
        view: Json = to_json(await application.acknowledge(body.request(incident), actor_in(request)))
        return view

    @router.get("/diagnoses")
    async def diagnoses(service: str | None = None) -> Json:
        return {"diagnoses": to_json(await application.diagnoses(service))}

    @router.post("/diagnoses", status_code=201)
    async def diagnose(body: DiagnoseBody, request: Request) -> Json:
        view: Json = to_json(await application.diagnose(body.request(), actor_in(request)))
        return view

    @router.get("/diagnoses/{diagnosis}")
    async def diagnosis(diagnosis: str) -> Json:
        view: Json = to_json(await application.diagnosis(diagnosis))
        return view

    return router


def silences_router(application: Application) -> APIRouter:
    """`/silences…`: a silence without an end is refused (rule 17)."""
    router = APIRouter(tags=["silences"])

    @router.get("/silences")
    async def silences(service: str | None = None) -> Json:
        return {"silences": to_json(await application.silences(service))}

    @router.post("/silences", status_code=201)
    async def silence(body: SilenceBody, request: Request) -> Json:
        view: Json = to_json(await application.silence(body.request(), actor_in(request)))
        return view

    @router.post("/silences/{silence}/end")
    async def end(silence: str, _body: EmptyBody, request: Request) -> Json:
        view: Json = to_json(await application.end_silence(silence, actor_in(request)))
        return view

    return router


def journal_router(application: Application, settings: ServerSettings) -> APIRouter:
    """`/journal…` and `/events`."""
    router = APIRouter(tags=["journal"])

    @router.get("/journal")
    async def journal(service: str | None = None, after: Sequence = 0, limit: Limit = 100) -> Json:
        page: Json = to_json(await application.journal(service, after, limit))
        return page

    @router.get("/journal/verify")
    async def verify() -> Json:
        chains = await application.verify_journal()
        return {"whole": all(not chain.problem for chain in chains), "chains": to_json(chains)}

    @router.get("/events")
    async def events(
        service: str | None = None,
        after: Sequence | None = None,
        last_event_id: Annotated[str | None, Header()] = None,
    ) -> StreamingResponse:
        resume = int(last_event_id) if last_event_id and last_event_id.isdecimal() else after
        stream = follow(application, resume, service, settings.stop)
        return StreamingResponse(stream, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    return router
