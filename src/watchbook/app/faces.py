"""The application as the faces see it: implements `application.Application` over the parts of a `Watchbook`.

Made by `cli.up` and handed to the API. Every method is one of `overseeing`, `operating` or `answering`; only the
application's own state, and answers kept for repeats, stand here.
"""

from collections.abc import AsyncIterator
from dataclasses import asdict

from watchbook import __version__
from watchbook.app.application import KeptAnswer
from watchbook.app.documents.sources import Sources
from watchbook.app.views.own import EventView, Figure, HealthView, SourceView
from watchbook.app.watchbook import Watchbook
from watchbook.model.decisions import Decision
from watchbook.store.marks import Answered


class Faces:
    """What `api`, `web` and `cli` may ask. See `app.application` for what each method promises."""

    def __init__(self, watchbook: Watchbook) -> None:
        self._watchbook = watchbook
        known, runs, people = watchbook.overseeing, watchbook.operating, watchbook.answering
        self.services, self.service, self.reading = known.services, known.service, known.reading
        self.alerts, self.alert = known.alerts, known.alert
        self.incidents, self.incident = known.incidents, known.incident
        self.diagnoses, self.diagnosis = known.diagnoses, known.diagnosis
        self.silences, self.verify_journal = known.silences, known.verify_journal
        self.journal, self.journal_before = known.journal, known.journal_before
        self.plan_run, self.start_run, self.cancel_run = runs.plan_run, runs.start_run, runs.cancel_run
        self.runs, self.run, self.run_output = runs.runs, runs.run, runs.run_output
        self.questions, self.question, self.answer = runs.questions, runs.question, runs.answer
        self.acknowledge, self.acknowledge_link = people.acknowledge, people.acknowledge_link
        self.acknowledge_by_link = people.acknowledge_by_link
        self.arm, self.disarm, self.close_alert = people.arm, people.disarm, people.close_alert
        self.silence, self.end_silence = people.silence, people.end_silence
        self.diagnose = watchbook.diagnose
        self.accept_document = watchbook.accepting.accept_document
        self.approve_digest = watchbook.accepting.approve_digest

    def events(self, after: int | None = None) -> AsyncIterator[EventView]:
        """What happens, as it happens; journal entries above `after` first."""
        return self._watchbook.streaming.events(after)

    def health(self) -> HealthView:
        """From memory alone: healthy exactly when nothing stands against it."""
        own = self._watchbook
        outbox = own.outbox.health()
        problems = list(own.problems.values())
        if outbox.problem:
            problems.append(f"pages go out, but cannot be recorded: {outbox.problem}")
        elif own.store.problem is not None:
            problems.append(f"nothing can be recorded: {own.store.problem}")
        problems += [missing.says for missing in own.auditor.missing]
        status = "unhealthy" if problems else "healthy"
        return HealthView(status, tuple(problems), __version__, own.started_at)

    def sources(self) -> tuple[SourceView, ...]:
        """Where the runbooks come from, as they answered last; from memory alone."""
        followed = self._watchbook.setup.sources
        if not isinstance(followed, Sources):
            return ()
        return tuple(SourceView(**asdict(state)) for state in followed.states())

    def figures(self) -> tuple[Figure, ...]:
        """Watchbook's own figures, from memory alone."""
        return self._watchbook.figures.all()

    async def recall(self, key: str) -> KeptAnswer | None:
        """What a write answered under this Idempotency-Key."""
        kept = await self._watchbook.store.get(Answered, key)
        return KeptAnswer(kept.key, kept.request, kept.status, kept.body, kept.at) if kept else None

    async def keep(self, answer: KeptAnswer) -> None:
        """Keeps an answer for repeats."""
        kept = Answered(answer.key, answer.request, answer.status, answer.body, answer.at)
        await self._watchbook.store.apply(Decision("answered", (kept,)))
