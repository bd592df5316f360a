"""Who changes a service and environment: one run at a time, and a rollback goes before what it undoes (rule 28).

Called by `acting.runs` before each decision about a changing run. It holds nothing: the runs themselves say who holds.
"""

from collections.abc import Iterable

from watchbook.model.ids import slug
from watchbook.model.runs import Run, RunState


def holder_for(run: Run, others: Iterable[Run]) -> Run | None:
    """The run that stands in the way of `run`; None when it may go on. Of several, the one that started first."""
    if not run.changing:
        return None
    rivals = [other for other in others if other.id != run.id and other.changing and overlap(run, other)]
    holding = [other for other in rivals if holds(other) and not _gives_way(other, run)]
    if holding:
        return min(holding, key=lambda other: (other.started_at or 0.0, other.created_at, other.id))
    if holds(run):
        return None
    earlier = [other for other in rivals if other.state is RunState.QUEUED and _goes_before(other, run)]
    return min(earlier, key=lambda other: (not other.rollback, other.created_at, other.id), default=None)


def holds(run: Run) -> bool:
    """Whether the run has started and is not over."""
    return run.started_at is not None and run.state in (RunState.RUNNING, RunState.WAITING)


def overlap(one: Run, other: Run) -> bool:
    """Whether both would change the same place; a run without an environment changes all of its service."""
    return _is_at(other, one.service, one.environment)


def holder_at(service: str, environment: str | None, runs: Iterable[Run]) -> Run | None:
    """The run that a new one would wait for in that place: who changes it now, else who has its turn next."""
    there = [run for run in runs if run.changing and _is_at(run, service, environment)]
    return min(
        there, key=lambda run: (not holds(run), run.started_at or 0.0, run.created_at, run.id), default=None
    )


def _is_at(run: Run, service: str, environment: str | None) -> bool:
    if run.service != service:
        return False
    if not run.environment or not environment:
        return True
    return slug(run.environment) == slug(environment)


def _gives_way(holder: Run, run: Run) -> bool:
    """Whether `holder`, which waits for a person or watches, lets `run` go first."""
    undoing = run.rollback or run.undoes is not None
    idle = holder.state is RunState.WAITING and holder.waits_for in ("person", "watch")
    return undoing and idle and not (holder.rollback or holder.undoes is not None)


def _goes_before(queued: Run, run: Run) -> bool:
    """Whether `queued` has its turn before `run`, which wants to start: rollbacks first, then by age."""
    return (not queued.rollback, queued.created_at, queued.id) < (not run.rollback, run.created_at, run.id)
