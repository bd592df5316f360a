"""Routes about runs and the questions they ask. Registered by `api.server` under `/api/v1`.

Thin: each asks the application and encodes what it gives. Starting, queueing and confirming are decided there.
"""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import PlainTextResponse, Response

from watchbook.api.bodies import AnswerBody, ReasonBody, RunBody
from watchbook.api.watched import Json, Limit, actor_in
from watchbook.app.application import Application
from watchbook.app.encoding import to_json


def runs_router(application: Application) -> APIRouter:
    """`/runs…`: a dry run answers its plan with 200, a started run answers itself with 201."""
    router = APIRouter(tags=["runs"])

    @router.get("/runs")
    async def runs(service: str | None = None, limit: Limit = 50) -> Json:
        return {"runs": to_json(await application.runs(service, limit))}

    @router.post("/runs", status_code=201)
    async def start(
        body: RunBody,
        request: Request,
        response: Response,
        idempotency_key: Annotated[str, Header(max_length=200)] = "",
    ) -> Json:
        asked = body.request(idempotency_key)
        if body.dry_run:
            response.status_code = 200
            plan: Json = to_json(await application.plan_run(asked))
            return plan
        view: Json = to_json(await application.start_run(asked, actor_in(request)))
        return view

    @router.get("/runs/{run}")
    async def run(run: str) -> Json:
        view: Json = to_json(await application.run(run))
        return view

    @router.get("/runs/{run}/output")
    async def output(run: str, step: Annotated[str | None, Query()] = None) -> PlainTextResponse:
        return PlainTextResponse(await application.run_output(run, step))

    @router.post("/runs/{run}/cancel")
    async def cancel(run: str, body: ReasonBody, request: Request) -> Json:
        view: Json = to_json(await application.cancel_run(run, body.reason, actor_in(request)))
        return view

    return router


def questions_router(application: Application) -> APIRouter:
    """`/questions…`: everything that waits for a person (rule 46)."""
    router = APIRouter(tags=["questions"])

    @router.get("/questions")
    async def questions(service: str | None = None) -> Json:
        return {"questions": to_json(await application.questions(service))}

    @router.get("/questions/{question}")
    async def question(question: str) -> Json:
        view: Json = to_json(await application.question(question))
        return view

    @router.post("/questions/{question}/answer")
    async def answer(question: str, body: AnswerBody, request: Request) -> Json:
        given = await application.answer(question, body.answer, body.content_hash, actor_in(request))
        view: Json = to_json(given)
        return view

    return router
