"""One run in memory: its records as the ledger has them, what has changed since, and what is never written down.

Used by `runs.driver` and `runs.runs`. It decides nothing; `commit` writes all changes in one transaction.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any

from watchbook.acting.runs.ports import Ledger
from watchbook.deciding.moves import EnvironmentFacts, Situation
from watchbook.deciding.redaction import redact
from watchbook.model.decisions import Decision
from watchbook.model.incidents import Entry
from watchbook.model.procedures import Procedure, StepKind
from watchbook.model.runs import Attempt, Question, Run, RunState

OVER = (RunState.COMPLETED, RunState.FAILED, RunState.CANCELLED)
LOOKING = (StepKind.WATCH, StepKind.VERIFY)  # steps that look at an environment's alerts
ACTIVE = (RunState.QUEUED, RunState.RUNNING, RunState.WAITING)

Saved = Run | Attempt | Question


@dataclass(eq=False)
class Case:
    """A run and everything that belongs to it. Whoever changes it holds `lock`."""

    run: Run
    procedure: Procedure
    handler: Procedure | None
    attempts: dict[tuple[str, int], Attempt] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)
    secrets: dict[str, str] = field(
        default_factory=dict
    )  # values given for this run that are never written down
    lost: tuple[str, ...] = ()
    cancelling: str = ""  # why the run is being cancelled
    breaks: int = 0  # how often its driver broke
    moved_s: float = 0.0  # how far the wall clock jumped since its last turn
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    moved: asyncio.Event = field(default_factory=asyncio.Event)  # its driver has made a first move
    _changed: dict[tuple[object, ...], Saved] = field(default_factory=dict)
    _entries: list[Entry] = field(default_factory=list)
    _besides: Decision = field(default_factory=lambda: Decision(""))

    def situation(
        self,
        facts: Callable[[str | None], EnvironmentFacts],
        known: frozenset[str],
        holder: Run | None,
        announces: bool,
    ) -> Situation:
        """What the next move depends on. `facts` gives those of an environment."""
        named = {
            step.environment for step in self.procedure.steps if step.kind in LOOKING and step.environment
        }
        return Situation(
            run=self.run,
            procedure=self.procedure,
            handler=self.handler,
            attempts=tuple(self.attempts.values()),
            questions=tuple(self.questions.values()),
            facts=facts(self.run.environment),
            elsewhere={name: facts(name) for name in named},
            known=known | self.secrets.keys(),
            lost=self.lost,
            holder=holder,
            announces=announces,
        )

    def put(self, record: Saved) -> None:
        """Takes a new or changed record; the next commit writes it."""
        self._keep(record)
        self._changed[_key(record)] = record

    def set_run(self, **changes: Any) -> None:
        """Changes the run, if that changes anything."""
        changed = replace(self.run, **changes)
        if changed != self.run:
            self.put(changed)

    def note(self, kind: str, summary: str, now: float, actor: str = "watchbook", **data: Any) -> None:
        """Adds an entry for the journal about this run."""
        self._entries.append(
            Entry(
                service=self.run.service,
                kind=kind,
                summary=summary,
                actor=actor,
                occurred_at=now,
                subject=self.run.id,
                incident=self.run.incident,
                data=data,
            )
        )

    def besides(self, decision: Decision) -> None:
        """Adds what somebody else wants written in the same transaction."""
        self._besides = self._besides.then(decision)

    @property
    def dirty(self) -> bool:
        return bool(self._changed or self._entries or self._besides.saves or self._besides.entries)

    async def commit(self, ledger: Ledger, reason: str, hidden: tuple[str, ...]) -> None:
        """Writes what has changed. On an error everything stays as changed, for another try.

        `hidden` are secrets: whatever is written passes the redaction once more.
        """
        if not self.dirty:
            return
        records = [_redacted(record, (*hidden, *self.secrets.values())) for record in self._changed.values()]
        entries = tuple(
            replace(e, summary=redact(e.summary, (*hidden, *self.secrets.values()))) for e in self._entries
        )
        decision = Decision(reason, tuple(records), entries).then(self._besides)
        applied = await _whole(ledger.apply(decision))
        for record in applied[: len(records)]:
            self._keep(record)
        self._changed, self._entries, self._besides = {}, [], Decision("")

    async def commit_or_undo(
        self, ledger: Ledger, reason: str, hidden: tuple[str, ...], undo: Callable[[], None]
    ) -> None:
        """The same for a caller who gives up on an error: nothing has changed then."""
        try:
            await self.commit(ledger, reason, hidden)
        except BaseException:
            undo()
            raise

    def written_by_another(self) -> Decision:
        """The changes of this (new) run as a decision that another run's transaction takes along."""
        return Decision("", tuple(self._changed.values()), tuple(self._entries))

    def was_written(self) -> None:
        """That transaction was committed: every record of this new run has its first version."""
        for record in self._changed.values():
            self._keep(replace(record, version=1))
        self._changed, self._entries = {}, []

    def checkpoint(self) -> Callable[[], None]:
        """A function that takes back everything put since now."""
        run, attempts, questions = self.run, dict(self.attempts), dict(self.questions)
        changed, entries, besides = dict(self._changed), list(self._entries), self._besides

        def undo() -> None:
            self.run, self.attempts, self.questions = run, attempts, questions
            self._changed, self._entries, self._besides = changed, entries, besides

        return undo

    def _keep(self, record: Saved) -> None:
        if isinstance(record, Run):
            self.run = record
        elif isinstance(record, Attempt):
            self.attempts[(record.step, record.number)] = record
        else:
            self.questions[record.id] = record


async def _whole(writing: Coroutine[Any, Any, tuple[Any, ...]]) -> tuple[Any, ...]:
    """Waits for a write also when the waiting task is cancelled: what was begun is known to be written or not."""
    task = asyncio.ensure_future(writing)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


def _key(record: Saved) -> tuple[object, ...]:
    if isinstance(record, Attempt):
        return (Attempt, record.step, record.number)
    return (type(record), record.id)


def _redacted(record: Saved, hidden: tuple[str, ...]) -> Saved:
    if not hidden:
        return record
    if isinstance(record, Attempt):
        return replace(record, output=redact(record.output, hidden), reason=redact(record.reason, hidden))
    if isinstance(record, Question):
        commands = tuple(redact(command, hidden) for command in record.commands)
        return replace(
            record, text=redact(record.text, hidden), commands=commands, answer=redact(record.answer, hidden)
        )
    return replace(record, reason=redact(record.reason, hidden))
