"""Rows as they were last read well, kept in the store (rule 13): what they are made of, and which of them changed.

Called by `app.reloading`. A rule, a check and an environment are kept as JSON of the model, without their lines, so that
moving a row in the text writes nothing. It decides nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from watchbook.app.watching.live import LiveCheck, LiveService, Place
from watchbook.deciding.watched import MissingRow, Watched
from watchbook.model.ids import slug
from watchbook.model.runbook import AlertRule, Environment, HealthCheck
from watchbook.store.codec import from_json, to_json
from watchbook.store.marks import WatchedRow

ALERT, CHECK, ENVIRONMENT = "alert", "check", "environment"
Key = tuple[str, str, str]  # environment, kind, name


@dataclass(frozen=True, slots=True)
class KeptEnvironment:
    """An environment, and whether its alerts page."""

    environment: Environment
    pages: bool


@dataclass(frozen=True, slots=True)
class KeptRows:
    """The rows of one service as the store has them. Those that were dropped are only there to be taken up again."""

    rows: Mapping[Key, WatchedRow]

    @classmethod
    def of(cls, rows: Iterable[WatchedRow]) -> "KeptRows":
        return cls({(row.environment, row.kind, row.name): row for row in rows})

    def _live(self, kind: str, environment: str | None = None) -> list[WatchedRow]:
        return [
            row
            for row in self.rows.values()
            if row.kind == kind and row.dropped_at is None and environment in (None, row.environment)
        ]

    def environments(self) -> list[tuple[KeptEnvironment, MissingRow | None]]:
        return [(from_json(KeptEnvironment, row.reading), missing_of(row)) for row in self._live(ENVIRONMENT)]

    def alerts(self, environment: str) -> list[tuple[AlertRule, MissingRow | None]]:
        return [
            (replace(from_json(AlertRule, row.reading), line=row.line), missing_of(row))
            for row in self._live(ALERT, environment)
        ]

    def checks(self, environment: str) -> list[tuple[HealthCheck, MissingRow | None]]:
        return [
            (replace(from_json(HealthCheck, row.reading), line=row.line), missing_of(row))
            for row in self._live(CHECK, environment)
        ]

    def changes(self, service: LiveService, now: float) -> list[WatchedRow]:
        """What has to be written so that the store holds the service as it is now."""
        wanted = {(row.environment, row.kind, row.name): row for row in rows_of(service)}
        changed = []
        for key, row in wanted.items():
            before = self.rows.get(key)
            if before is None:
                changed.append(row)
            elif not _same(before, row):
                changed.append(replace(row, version=before.version))
        for key, before in self.rows.items():
            if key not in wanted and before.dropped_at is None:
                changed.append(replace(before, dropped_at=now))
        return changed


def _same(before: WatchedRow, after: WatchedRow) -> bool:
    names = ("reading", "missing_since", "says", "dropped_at")
    return all(getattr(before, name) == getattr(after, name) for name in names)


def missing_of(row: WatchedRow) -> MissingRow | None:
    """What is known of a row that was missing already. Its name is that of what it holds."""
    if row.missing_since is None:
        return None
    return MissingRow(row.kind, row.name, row.missing_since, row.says, line=row.line)


def rows_of(service: LiveService) -> list[WatchedRow]:
    """Everything of a service that would be missed."""
    found = []
    for place in service.places.values():
        found.append(_environment_row(service, place))
        found += [_alert_row(service, place, watched) for watched in place.watch.alerts.values()]
        found += [_check_row(service, place, live) for live in place.checks.values() if live.instance is None]
    return found


def _environment_row(service: LiveService, place: Place) -> WatchedRow:
    kept = KeptEnvironment(replace(place.environment, line=0), place.pages)
    name = slug(place.name)
    row = WatchedRow(service.id, place.name, ENVIRONMENT, name, to_json(kept), place.environment.line)
    return _with(row, place.missing)


def _alert_row(service: LiveService, place: Place, watched: Watched) -> WatchedRow:
    rule = watched.rule
    reading = to_json(replace(rule, line=0))
    return _with(
        WatchedRow(service.id, place.name, ALERT, slug(rule.name), reading, rule.line), watched.missing
    )


def _check_row(service: LiveService, place: Place, live: LiveCheck) -> WatchedRow:
    check = live.check
    reading = to_json(replace(check, line=0))
    return _with(
        WatchedRow(service.id, place.name, CHECK, slug(check.name), reading, check.line), live.missing
    )


def _with(row: WatchedRow, missing: MissingRow | None) -> WatchedRow:
    return row if missing is None else replace(row, missing_since=missing.since, says=missing.says)
