"""Environments, checks, metrics and alerts as views. Called by `app.watchbook`; pure."""

from collections.abc import Sequence

from watchbook.app.views.watched import (
    AlertView,
    CheckView,
    EnvironmentView,
    Health,
    InstanceView,
    MetricState,
    MetricView,
    PhasesView,
)
from watchbook.app.watching.live import LiveCheck, LiveMetric, LiveService, Place
from watchbook.deciding.silence import active
from watchbook.deciding.watched import Watched
from watchbook.model.alerts import AlertStatus
from watchbook.model.ids import slug
from watchbook.model.paging import Climb, Silence
from watchbook.model.runbook import AlertRule, Role


def environment_view(place: Place) -> EnvironmentView:
    """One environment with its instances. Without a list, the URL is the only instance."""
    instances = tuple(_instance_view(place, live) for live in place.of_instances())
    return EnvironmentView(
        name=place.name,
        url=place.environment.url,
        status=Health(place.status()),
        pages=place.pages,
        instances=instances,
        line=place.environment.line,
    )


def _instance_view(place: Place, live: LiveCheck) -> InstanceView:
    instance = (place.instances or {})[live.instance or ""]
    return InstanceView(
        name=instance.labels.get("name") or instance.labels.get("instance") or instance.name,
        url=instance.url,
        status=Health(live.status),
        reason=live.reason,
        since=live.health.since_s,
        latency_s=live.latency_s,
    )


def check_views(place: Place) -> tuple[CheckView, ...]:
    """The checks of an environment that are not asked of single instances, in order of the document."""
    return tuple(_check_view(place, live) for live in place.checks.values() if live.instance is None)


def _check_view(place: Place, live: LiveCheck) -> CheckView:
    check = live.check
    return CheckView(
        name=check.name,
        kind=str(check.kind),
        target=live.target,
        environment=place.name,
        status=Health(live.status),
        reason=live.reason,
        since=live.health.since_s,
        checked_at=live.result.at_s if live.result else None,
        latency_s=live.latency_s,
        max_latency_s=check.max_latency_s,
        phases=_phases(live),
        every_s=check.every_s,
        dependency=check.dependency,
        line=0 if live.missing else check.line,
        missing=live.missing.says if live.missing else "",
        waits=live.waits or live.accepted_only,
    )


def _phases(live: LiveCheck) -> PhasesView:
    phases = live.result.phases if live.result else None
    if phases is None:
        return PhasesView()
    return PhasesView(phases.dns_s, phases.connect_s, phases.tls_s, phases.first_byte_s, phases.body_s)


def metric_view(place: Place, live: LiveMetric) -> MetricView:
    """A figure against its normal range."""
    metric = live.metric
    return MetricView(
        name=metric.name,
        signal=metric.signal,
        unit=str(metric.unit),
        environment=place.name,
        state=_metric_state(live),
        value=live.value,
        low=metric.low,
        high=metric.high,
        reason=live.problem or ("" if live.value is not None else live.says),
        points=tuple(live.points),
        query=live.bound.measurement.query if live.bound else metric.query,
        line=metric.line,
    )


def _metric_state(live: LiveMetric) -> MetricState:
    metric, value = live.metric, live.value
    if live.problem:
        return MetricState.PROBLEM
    if value is None:
        return MetricState.NO_TRAFFIC if "no requests" in live.says else MetricState.NO_DATA
    if metric.low is None and metric.high is None:
        return MetricState.UNBANDED
    if metric.high is not None and value > metric.high:
        return MetricState.ABOVE
    if metric.low is not None and value < metric.low:
        return MetricState.BELOW
    return MetricState.WITHIN


def alert_views(service: LiveService, place: Place, now: float) -> tuple[AlertView, ...]:
    """Alerts of an environment in order of the document, then the watch's own that are not ok."""
    watch = place.watch
    own = [one for one in watch.own.values() if one.state.status is not AlertStatus.OK]
    return tuple(alert_view(service, place, one, now) for one in (*watch.alerts.values(), *own))


def alert_view(service: LiveService, place: Place, watched: Watched, now: float) -> AlertView:
    """One alert with its state, its rule as written, and what people did about it."""
    rule, state, watch = watched.rule, watched.state, place.watch
    episode = watch.episodes.get(state.episode) if state.episode else None
    climb = watch.climbs.get(state.episode) if state.episode else None
    issue = service.loaded.runbook.issue_for(rule.name)
    return AlertView(
        id=str(state.id),
        name=state.name,
        environment=place.name,
        severity=str(state.severity),
        status=str(state.status),
        armed=state.armed,
        severity_text=rule.severity_text,
        since=state.since,
        active_since=state.active_since,
        value=state.value,
        unit=str(rule.condition.unit),
        says=place.says.get(str(state.id)) or state.reason,
        threshold=rule.condition.text or rule.text,
        window_s=rule.window_s,
        response=rule.response.text,
        reason=state.reason,
        problem=state.problem or place.unbound.get(str(state.id), ""),
        issue=issue.name if issue else None,
        incident=str(episode.incident) if episode and episode.incident else None,
        silenced_until=_silenced_until(watch.silences, rule, now),
        acknowledged_by=_acknowledged_by(climb, now),
        line=0 if watched.missing else rule.line,
        missing=watched.missing.says if watched.missing else "",
    )


def _silenced_until(silences: Sequence[Silence], rule: AlertRule, now: float) -> float | None:
    mine = [
        made.ends_at
        for made in silences
        if active(made, now)
        and (
            made.alert is None
            or slug(made.alert) in (slug(rule.name), "")
            or made.alert.endswith("/" + slug(rule.name))
        )
    ]
    return max(mine, default=None)


def _acknowledged_by(climb: Climb | None, now: float) -> str | None:
    if climb is None or climb.acknowledged_by is None:
        return None
    until = climb.acknowledged_until
    return climb.acknowledged_by if until is None or until > now else None


def rules_of(service: LiveService, place: Place) -> list[AlertRule]:
    """The alert rules that belong to an environment: its own, and those of none where it is the one that pages."""
    return [
        rule
        for rule in service.loaded.runbook.alerts
        if rule.role is Role.ALERT
        and (slug(rule.environment) == slug(place.name) if rule.environment else place.pages)
    ]
