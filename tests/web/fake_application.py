"""The application as the faces' tests see it: our own port, in memory, with what it was asked kept for assertions.

Views come from `shop_views` and `shop_runs`. It checks what the real one would refuse (unknown ids, changed hashes).
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

from tests.web import shop_runs, shop_text, shop_views

from watchbook.app.application import (
    AcknowledgeRequest,
    DiagnoseRequest,
    KeptAnswer,
    RunRequest,
    SilenceRequest,
)
from watchbook.app.views.own import (
    AcknowledgeLinkView,
    Bucket,
    ChainView,
    EventView,
    Figure,
    HealthView,
    JournalPage,
    Sample,
    SourceView,
)
from watchbook.app.views.runs import PlanView, QuestionView, RunSummary, RunView
from watchbook.app.views.watched import (
    AcknowledgementView,
    Actor,
    AlertView,
    DocumentView,
    IncidentView,
    ServiceSummary,
    ServiceView,
)
from watchbook.model.diagnosis import Diagnosis
from watchbook.model.errors import ConflictError, NotFoundError, RefusedError
from watchbook.model.paging import Silence
from watchbook.store.marks import Approval


class FakeApplication:
    """One service, the shop. `asked` lists the writes: (name, arguments, actor)."""

    def __init__(self, view: ServiceView | None = None) -> None:
        self.view = view or shop_views.service()
        self.asked: list[tuple[str, Any, str]] = []
        self.problems: tuple[str, ...] = ()
        self.kept: dict[str, KeptAnswer] = {}
        self.history: list[EventView] = []
        self._happened = asyncio.Condition()
        self.followers = 0
        self.broken = False
        self.stuck: asyncio.Event | None = None  # while set up: reading a service waits for it
        self.waiting = 0

    async def happen(self, kind: str, sequence: int = 0, service: str = "shop") -> None:
        """Puts an event on the stream."""
        async with self._happened:
            self.history.append(EventView(sequence, kind, service, shop_text.NOW, kind))
            self._happened.notify_all()

    def _known(self, service: str) -> None:
        if self.broken:
            raise RuntimeError("a bug")
        if service != "shop":
            raise NotFoundError(f"no service is called “{service}”", mend="`watchbook status` lists them.")

    async def services(self) -> tuple[ServiceSummary, ...]:
        return (self.view.summary,)

    async def service(self, service: str) -> ServiceView:
        self._known(service)
        if self.stuck is not None:
            self.waiting += 1
            await self.stuck.wait()
        return self.view

    async def reading(self, service: str) -> Mapping[str, Any]:
        self._known(service)
        return {"version": 0, "service": {"name": "Shop"}}

    async def alerts(self, service: str | None = None) -> tuple[AlertView, ...]:
        return self.view.alerts

    async def alert(self, alert: str) -> AlertView:
        for known in self.view.alerts:
            if known.id == alert:
                return known
        raise NotFoundError(f"no alert is called “{alert}”")

    async def incidents(self, service: str | None = None) -> tuple[IncidentView, ...]:
        return (self.view.incident,) if self.view.incident else ()

    async def incident(self, incident: str) -> IncidentView:
        if incident in ("41", "i-41"):
            return self.view.incident or shop_views.incident()
        raise NotFoundError(f"no incident {incident}")

    async def diagnoses(self, service: str | None = None) -> tuple[Diagnosis, ...]:
        return (shop_views.diagnosis(),)

    async def diagnosis(self, diagnosis: str) -> Diagnosis:
        return shop_views.diagnosis()

    async def silences(self, service: str | None = None) -> tuple[Silence, ...]:
        return self.view.silences

    async def journal(self, service: str | None, after: int, limit: int) -> JournalPage:
        entries = tuple(e for e in shop_views.incident().timeline if e.sequence > after)[:limit]
        return JournalPage(entries, entries[-1].sequence if len(entries) == limit else None)

    async def journal_before(self, service: str | None, before: int | None, limit: int) -> JournalPage:
        entries = [
            e for e in reversed(shop_views.incident().timeline) if before is None or e.sequence < before
        ]
        more = entries[limit - 1].sequence if len(entries) > limit else None
        return JournalPage(tuple(entries[:limit]), more)

    async def verify_journal(self) -> tuple[ChainView, ...]:
        return (ChainView("shop", 4, "ab" * 32),)

    async def plan_run(self, request: RunRequest) -> PlanView:
        self._known(request.service)
        plan = shop_runs.plan(missing="version" not in request.parameters)
        return replace(
            plan, environment=request.environment, procedure=request.procedure or request.cause or ""
        )

    async def start_run(self, request: RunRequest, actor: Actor) -> RunView:
        if request.content_hash not in ("", shop_text.HASH):
            raise ConflictError(
                "the runbook has changed since you looked", mend="Look at the commands again."
            )
        self.asked.append(("start_run", request, actor.name))
        return shop_runs.run()

    async def cancel_run(self, run: str, reason: str, actor: Actor) -> RunView:
        self.asked.append(("cancel_run", (run, reason), actor.name))
        return shop_runs.run("cancelled")

    async def runs(self, service: str | None = None, limit: int = 50) -> tuple[RunSummary, ...]:
        return self.view.runs

    async def run(self, run: str) -> RunView:
        if run != "r-13":
            raise NotFoundError(f"no run {run}")
        return shop_runs.run()

    async def run_output(self, run: str, step: str | None = None) -> str:
        return "database started, pid 4711\n"

    async def questions(self, service: str | None = None) -> tuple[QuestionView, ...]:
        return self.view.questions

    async def question(self, question: str) -> QuestionView:
        return shop_runs.question()

    async def answer(self, question: str, answer: str, content_hash: str, actor: Actor) -> QuestionView:
        if content_hash != shop_text.HASH:
            raise ConflictError("the question was asked about another text", mend="Look at it again.")
        self.asked.append(("answer", (question, answer), actor.name))
        return replace(shop_runs.question(), answer=answer, answered_by=actor.name, answered_at=shop_text.NOW)

    async def acknowledge(self, request: AcknowledgeRequest, actor: Actor) -> AcknowledgementView:
        self.asked.append(("acknowledge", request, actor.name))
        given = shop_runs.acknowledgement(actor.name)
        if self.view.incident:
            self.view = replace(
                self.view, incident=replace(self.view.incident, acknowledged=given, next_rung=None)
            )
        return given

    async def acknowledge_link(self, token: str) -> AcknowledgeLinkView:
        if token != "good":
            raise RefusedError(
                "this link was not made by Watchbook, or it is too old", mend="Use the newest page."
            )
        return shop_runs.link()

    async def acknowledge_by_link(self, token: str) -> AcknowledgementView:
        link = await self.acknowledge_link(token)
        self.asked.append(("acknowledge_by_link", token, link.contact))
        return shop_runs.acknowledgement(link.contact)

    async def arm(self, alert: str, actor: Actor) -> AlertView:
        self.asked.append(("arm", alert, actor.name))
        return replace(await self.alert(alert), armed=True)

    async def disarm(self, alert: str, actor: Actor) -> AlertView:
        self.asked.append(("disarm", alert, actor.name))
        return replace(await self.alert(alert), armed=False)

    async def close_alert(self, alert: str, reason: str, actor: Actor) -> AlertView:
        self.asked.append(("close_alert", (alert, reason), actor.name))
        return await self.alert(alert)

    async def silence(self, request: SilenceRequest, actor: Actor) -> Silence:
        self.asked.append(("silence", request, actor.name))
        starts = request.starts_at or shop_text.NOW
        return Silence(
            "s-2", request.service, request.alert, starts, request.ends_at, actor.name, request.reason
        )

    async def end_silence(self, silence: str, actor: Actor) -> Silence:
        self.asked.append(("end_silence", silence, actor.name))
        return Silence(silence, "shop", None, 0.0, 1.0, actor.name, "x", shop_text.NOW)

    async def diagnose(self, request: DiagnoseRequest, actor: Actor) -> Diagnosis:
        self._known(request.service)
        self.asked.append(("diagnose", request, actor.name))
        return shop_views.diagnosis()

    async def accept_document(self, service: str, digest: str, actor: Actor, shown: str = "") -> DocumentView:
        self.asked.append(("accept_document", (service, digest, shown), actor.name))
        return self.view.document

    async def approve_digest(self, digest: str, actor: Actor, reason: str = "") -> Approval:
        self.asked.append(("approve_digest", (digest, reason), actor.name))
        return Approval(digest, actor.name, 0.0, reason)

    async def events(self, after: int | None = None) -> AsyncIterator[EventView]:
        position = len(self.history) if after is None else 0
        self.followers += 1
        try:
            while True:
                while position < len(self.history):
                    event = self.history[position]
                    position += 1
                    if after is None or event.sequence > after or event.sequence == 0:
                        yield event
                async with self._happened:
                    while position >= len(self.history):
                        await self._happened.wait()
        finally:
            self.followers -= 1

    def health(self) -> HealthView:
        return HealthView(
            "unhealthy" if self.problems else "healthy", self.problems, "0.1.0", shop_text.NOW - 9000
        )

    def sources(self) -> tuple[SourceView, ...]:
        return (
            SourceView("RUNBOOK.md", "files", ("shop",), "", False, 2.0, shop_text.NOW - 9000, shop_text.NOW),
        )

    def figures(self) -> tuple[Figure, ...]:
        buckets = (Bucket(0.01, 3), Bucket(0.1, 4), Bucket(float("inf"), 4))
        return (
            Figure("watchbook_probes", "counter", "Probes made.", (Sample({"outcome": "healthy"}, 12),)),
            Figure("watchbook_resident_memory_bytes", "gauge", "Memory in use.", (Sample({}, 5e7),)),
            Figure("watchbook_page_seconds", "histogram", "Due to sent.", (Sample({}, 0, buckets, 0.09),)),
        )

    async def recall(self, key: str) -> KeptAnswer | None:
        return self.kept.get(key)

    async def keep(self, answer: KeptAnswer) -> None:
        self.kept[answer.key] = answer
