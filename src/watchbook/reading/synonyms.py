"""What sections, fields and columns are called: the one table of synonyms. Pure data and look-up.

Used by `reading.outline` (sections), by every section module (fields, columns). A new spelling is added here
and nowhere else. It looks at names only, never at what stands under them.
"""

import re
from functools import cache, lru_cache

from watchbook.reading.promised_columns import COLUMNS as PROMISED

_MARKS = re.compile(r"[^\w&+/%]+")
_NUMBERING = re.compile(
    r"^\s*(?:(?i:section|part|step|chapter|appendix)\s+)?"
    r"(?:\d+(?:\.\d+)*[.):]?|\d\ufe0f?\u20e3|[A-Z][.):]|[IVX]+[.):])\s+(?=\S)"
)
_LEADING_MARKS = re.compile(r"^[^\w(\[{`]+")
_QUALIFIER = re.compile(r"\s*[(\[{].*$")

# Kind of section: its titles, separated by commas. Earlier kinds win where a title stands twice.
_SECTIONS = """
overview:
    service overview, overview, system overview, about, about this service, service, introduction,
    service description, description, summary, service summary, service information, service details,
    general information, general
environments:
    environments, environment, deployments and environments, service endpoints, environment urls,
    environment overview, endpoints, urls, access urls
architecture:
    architecture, system architecture, service architecture, architecture overview, key components,
    components, architecture diagram, infrastructure, infrastructure components, core components, high
    level architecture
health_checks:
    health checks, health check, health check endpoints, health endpoints, health, service health,
    service health checks, dependencies health, dependency health, dependency health checks, health
    monitoring, health check endpoint, health check commands, system health checks, healthchecks,
    dependency checks, health verification
monitoring:
    monitoring & alerts, monitoring and alerts, monitoring & alerting, monitoring and alerting,
    monitoring, observability, alerts and monitoring, alerting and monitoring, alerts & monitoring,
    monitoring and observability, monitoring & observability
dashboards:
    dashboards, dashboard, monitoring dashboards, dashboard links, dashboard access, grafana dashboards
metrics:
    key metrics, metrics, key metrics to monitor, important metrics, metrics to monitor, core metrics,
    critical metrics, service metrics, normal ranges, metric bands, golden signals, metrics to watch,
    key performance indicators, kpis
targets:
    slos, slo, slas, sla, service level objectives, service level agreements, slis, slis and slos,
    sli/slo, slo targets, sla targets, performance targets, targets, service level indicators, service
    level objectives slos, error budget
alerting:
    alerting, alerts, alert rules, alerting rules, critical alerts, alert thresholds, alert conditions,
    alert configuration, alert definitions, warning alerts, key alerts, alerting thresholds, alert
    table, alert reference, alerting policy, alert response, alert runbook, high priority alerts, medium
    priority alerts, low priority alerts, paging alerts, critical alerts immediate response, alert action map,
    alert to action map, alert actions, alert rules and responses, info alerts, informational alerts, prometheus alerts,
    prometheus alert rules, prometheus rules, alertmanager alerts, alert runbooks, alerting configuration, alerts
    configuration, alerting setup, alert setup
severities:
    severity levels, severity, incident severity levels, severity definitions, incident severity, alert
    severity levels, severity classification, incident classification, priority levels, severity matrix,
    severities, priorities, priorities and slas, priorities & slas, severities and slas, severity and response times,
    severity levels and response times, incident priorities, incident severities, incident priority levels
operations:
    common operations, operations, common operational tasks, operational procedures, daily operations,
    standard operations, operational tasks, common tasks, routine operations, common procedures,
    standard operating procedures, runbook procedures, procedures
deployment:
    deployment, deployments, deployment procedures, deployment procedure, deploy, deploying, deployment
    process, deployment guide, deployment steps, release, release process, normal deployment, standard
    deployment, releasing, production deployment, release procedure
rollback:
    rollback, rollback procedure, rollback procedures, rolling back, roll back, emergency rollback,
    rollback process, rollback plan, rollback steps, deployment rollback
scaling:
    scaling, scaling procedures, scaling operations, scale, manual scaling, horizontal scaling, scaling
    procedure, scale up, scale down, scaling guide, scaling up, scaling down
configuration:
    configuration changes, configuration, configuration management, config changes, configuration
    updates, configuration change, updating configuration, update configuration
restart:
    restart, restart procedure, restart procedures, service restart, restarting, restarting the service,
    restart service, starting services, stopping services, starting the service, stopping the service,
    start service, stop service, start/stop
troubleshooting:
    troubleshooting, troubleshooting guide, common issues, common issues & solutions, common issues and
    solutions, known issues, common problems, troubleshooting procedures, common issues and resolutions,
    diagnostics, problem resolution, issues, common failures, failure modes, common failure modes,
    troubleshooting runbook, common issues and troubleshooting, common errors, common failure scenarios,
    troubleshooting common issues, incident playbooks, common incidents, faq, frequently asked questions, known problems,
    playbooks, known issues and workarounds, known issues & workarounds, known limitations, issues and solutions, problems
    and solutions, incident scenarios, common scenarios, failure scenarios
emergency:
    emergency procedures, emergency procedure, emergency response, emergencies, emergency actions,
    emergency, emergency operations, incident response, incident response procedures, incident response
    procedure, incident management, incident procedures
outage:
    complete outage, full outage, total outage, service outage, complete service outage, outage,
    complete system outage, system outage, service completely down
corruption:
    data corruption, data corruption recovery, data loss, data corruption or loss, data integrity
    issues, database corruption
security:
    security incident, security breach, security incident response, security incidents, security
    emergency, suspected security breach
maintenance:
    maintenance windows, maintenance window, maintenance, planned maintenance, maintenance procedures,
    scheduled maintenance, maintenance procedure, routine maintenance, maintenance tasks, regular
    maintenance, maintenance schedule
recovery:
    disaster recovery, backup and recovery, backup & recovery, backup and restore, recovery procedures,
    backups, backup, disaster recovery procedures, backup & restore, disaster recovery plan, backup and
    disaster recovery, recovery, backups and recovery, backup strategy, backup procedures, recovery
    procedure, recovery objectives, restore procedure, restore procedures, data recovery, backup
    schedule, restore from backup, dr, dr plan, dr procedures, dr procedure, dr strategy, backup & dr, backups & dr,
    backup and dr, backups and dr, backups & restore, backups and restore, backup/restore, backup policy, rpo/rto, rto/rpo,
    rpo / rto, rto / rpo, rpo and rto, rto and rpo, rpo & rto, rto & rpo, recovery targets, recovery time objectives
commands:
    useful commands, quick reference, common commands, command reference, quick commands, commands,
    cheat sheet, cheatsheet, command cheat sheet, quick reference commands, handy commands, key
    commands, essential commands
handoff:
    on-call handoff, on call handoff, oncall handoff, handoff, handover, shift handoff, shift handover,
    on-call handover, on call handover, handoff checklist, on-call handoff checklist, handover checklist
escalation:
    escalation, escalation path, escalation procedures, escalation policy, escalation matrix, escalation
    procedure, escalation contacts, escalation ladder, escalation process, escalation chain
contacts:
    contacts, contact information, contact, emergency contacts, support contacts, key personnel, key
    contacts, on-call contacts, contact info, team contacts, contact details, people, on-call, on call,
    team, owners, ownership, contacts and escalation, contacts & escalation, support, support &
    escalation, important contacts, primary contacts, on-call information, on-call rotation
review:
    document history, revision history, change log, changelog, document control, review, document
    information, runbook maintenance, document metadata, review schedule, version history, document
    version, revision
contents:
    table of contents, contents, toc, index, quick links, navigation
"""

# Field: the keys that name it. Earlier fields win where a key stands twice.
_FIELDS = """
service:
    service, service name, system, system name, application, application name, app, component, name
owner:
    owner, owners, owned by, owning team, service owner, team, owner team, maintained by, maintainer,
    maintainers, responsible team, document owner, owned by team, team owner
on_call:
    on-call, oncall, on call, on-call rotation, on-call schedule, primary on-call, on-call engineer,
    rotation, on-call contact
last_updated:
    last updated, last update, updated, last modified, last reviewed, last review, date, revised, last
    revised, last revision, last changed, review date, last review date, reviewed, last verified, last
    tested, lastmod
next_review:
    next review, next review date, review due, next scheduled review, review by, next update, next
    revision
purpose:
    purpose, what it does, description, function, summary, service purpose, about
dependencies:
    dependencies, depends on, upstream dependencies, upstream, upstreams, service dependencies, key
    dependencies, external dependencies, requires
dependents:
    dependents, depended on by, used by, consumers, downstream, downstream services, downstream
    consumers, clients, downstreams, dependent services
objective:
    sla, slo, availability target, uptime target, availability, uptime, availability slo, availability
    sla, sla target, slo target, uptime sla, service level, target availability, target uptime, uptime
    slo, error budget target
criticality:
    criticality, tier, service tier, priority, impact, business impact, importance
version:
    version, document version, runbook version, status, classification, author, authors, created,
    repository, repo, source, code, source code, language, technology, tech stack, stack, environment,
    namespace, cluster, region, platform, reviewers, approved by, reviewed by, audience, document id,
    tags, category, title, type, id, lifecycle stage, lifecycle, host platform, hosting, hosting platform, system code, cost
    center, cost centre, business unit, compliance, data classification, contains personal data, contains sensitive data,
    release process type, rollback process type, failover architecture type, failover process type, failback process type,
    data recovery process type, key management process type, layout, weight, sidebar position, slug, permalink, draft, lang
url:
    url, base url, primary url, production url, service url, production, api url, host, hostname, address, api base
    url
"""


# Kind of table: its columns, each with the headers that name it.
_COLUMNS = {
    **PROMISED,
    "environments": """
name:
    environment, env, name, stage, deployment, tier, cluster
url:
    url, base url, address, endpoint, host, link, api url, service url, urls, access url
instances:
    instances, instance, targets, replicas urls, nodes, hosts, pods urls
selector:
    selector, labels, label selector, matchers, promql selector
context:
    context, kube context, kubernetes context, kubectl context
namespace:
    namespace, ns, kubernetes namespace
alerts:
    alerts, alerting, paging, pages
""",
    "checks": """
name:
    check, name, dependency, service, component, health check, endpoint name, what, system
target:
    endpoint, target, url, command, how to check, how, probe, check command, health endpoint, path, health check url,
    health check endpoint, request, query
expected:
    expected, expected response, expected result, healthy, response, healthy response, expected output, success, status,
    expected status, healthy when, result
latency:
    response time, latency, max latency, timeout threshold
every:
    interval, cadence, frequency, every
timeout:
    timeout
method:
    method
""",
    "metrics": """
name:
    metric, name, indicator, measure, signal, kpi, figure
normal:
    normal, normal range, range, healthy, baseline, expected, acceptable, normal value, typical, typical range, ok, good,
    healthy range, expected range, green, acceptable range, normal values, normal value, baseline value, expected value,
    usual, nominal, safe, optimal, safe range, typical value, healthy value, healthy threshold, nominal range
warning:
    warning, warn, warning threshold, yellow, warning level
critical:
    critical, critical threshold, crit, red, critical level
alert:
    alert, alert threshold, threshold, alert when, alert if, alert at, alarm threshold, alert condition,
    page when, alerting threshold
query:
    query, promql, expression, prometheus query, prometheus metric, source
action:
    action, response, notes on response
""",
    "figures": """
name:
    metric, metrics, name, indicator, measure, measurement, signal, kpi, figure, sli, resource, item,
    criterion, objective name, metric name, check, key metric, performance metric, service level indicator,
    goal name, dimension
target:
    target, targets, target value, goal, goals, slo, sla, slo target, sla target, objective, target slo,
    objectives, performance target, kpi target, commitment, target level, desired, desired value, target
    range, slo objective, target threshold, sla commitment, service level objective, service level target
budget:
    error budget, allowed downtime, monthly error budget, downtime budget
band:
    normal, normal range, baseline, healthy, expected, acceptable, normal value, normal values, typical,
    typical range, ok, good, healthy range, expected range, green, acceptable range, typical value, baseline
    value, expected value, safe, nominal, usual, optimal, safe range, healthy value, healthy threshold,
    nominal range
go:
    go, go threshold, go if, go criteria, go when, launch criteria, proceed if
pass:
    pass, pass criteria, pass threshold, pass if, success criteria, acceptance criteria, acceptance,
    acceptance threshold, success threshold, required, requirement, exit criteria, launch criteria, proceed
    if, success criterion, required value, must be
no go:
    no go, no go threshold, no go if, no go criteria, no go when, fail, fail threshold, fail if, abort, abort
    if, abort when, abort threshold, stop if, rollback if, rollback when, rollback threshold, roll back if,
    roll back when, stop, stop threshold, rollback trigger, failure threshold, fail criteria
scale:
    scale at, scale when, scale if, scaling trigger, autoscale at, scaling threshold, trigger value, scale
    threshold, hpa target, autoscaling threshold, scale trigger, target utilization, scale point
scale up:
    scale up, scale up at, scale up when, scale up if, scale out, scale out at, scale out when, scale up
    threshold, scale out threshold, scale up trigger, scale out trigger, upscale, upscale at
scale down:
    scale down, scale down at, scale down when, scale down if, scale in, scale in at, scale in when, scale
    down threshold, scale in threshold, scale down trigger, scale in trigger, downscale, downscale at
low:
    min, minimum, lower bound, lower limit, floor, min value, minimum value, low
high:
    max, maximum, upper bound, upper limit, ceiling, max value, maximum value, max allowed, maximum
    allowed
warning:
    warning, warn, warning threshold, yellow, warning level, amber, warn at, warning at, warn threshold,
    warning when, warning limit, warn level, warning value
critical:
    critical, crit, critical threshold, red, critical level, critical at, critical when, critical limit, crit
    threshold, critical value
alert:
    alert, alert threshold, alert when, alert if, alert at, alarm threshold, alert condition, page when,
    alerting threshold, alert on, page if, page at, paging threshold, pager threshold, alarm, alert trigger,
    alert level, alert value, alarm at, alert limit, alert criteria, page threshold
threshold:
    threshold, thresholds, trigger, triggers, condition, criteria
rto:
    rto, recovery time objective, rto target
rpo:
    rpo, recovery point objective, rpo target
value:
    value, values, level, amount, number, figure value, setting value
of:
    service, component, system, application, app, database, topic, queue name, job, dependency
current:
    current, actual, current value, observed, measured, measured value, today, last month, last week, result,
    actual value, current status, status, trend, state, compliance, met, achieved, pass/fail
unit:
    unit, units
query:
    query, promql, expression, prometheus query, prometheus metric, source, command, command/url, data source,
    how to measure
window:
    duration, for, window, period, time window, sustained, evaluation window, measurement window, timeframe,
    time frame, measurement period, measured over, measurement, over
severity:
    severity, priority, sev, alert severity, urgency
action:
    action, response, actions, escalation, notification, notify, what to do
note:
    description, notes, note, meaning, comment, comments, rationale, reason, owner, dashboard, link, details,
    remarks, why, scope, purpose, type, environment
""",
    "alerts": """
name:
    alert, alert name, name, metric, rule, alarm, condition name, alert type, alertname, signal, check, scenario, title
severity:
    severity, level, priority, sev, alert level, urgency, criticality, impact level
threshold:
    threshold, thresholds, alert threshold, trigger threshold, expression, expr, rule expression, query, value
condition:
    condition, conditions, alert condition, trigger, trigger condition, criteria, when, fires when, firing condition,
    alert when
description:
    description, meaning, summary
window:
    duration, for, window, period, time window, sustained, evaluation window
response:
    response, action, actions, required action, notification, response action, what to do, immediate action, notify,
    escalation, remediation, first response, initial response, recommended action, channel, response time, sla
warning:
    warning, warning threshold, warn
critical:
    critical, critical threshold, crit
high:
    high
no data:
    no data, missing data, on no data
resolve after:
    resolve after, resolves after, recovery after
environment:
    environment, env
""",
}


@lru_cache(maxsize=4096)
def plain(title: str) -> str:
    """A title or key as it is compared: no numbering, emoji, case, punctuation or trailing qualifier.

    `"3.2 🚨 Health Checks (prod)"` → `"health checks"`.
    """
    text = _NUMBERING.sub("", title.strip(" \t#*_`:.–—-"))
    text = _NUMBERING.sub("", _LEADING_MARKS.sub("", text))
    bare = _QUALIFIER.sub("", text) or text
    return " ".join(_MARKS.sub(" ", bare.casefold().replace("-", " ")).split())


def spellings(table: str) -> dict[str, str]:
    """A table of this module's form as plain spelling → name: `"name:"` on a line, its spellings indented below."""
    found: dict[str, str] = {}
    for part in re.split(r"^(?=\S)", table, flags=re.MULTILINE):
        name, _, names = part.partition(":")
        for spelling in " ".join(names.split()).split(", "):
            if spelling:
                found.setdefault(plain(spelling), name)
    return found


@cache
def _kinds() -> dict[str, str]:
    return spellings(_SECTIONS)


@cache
def _field_names() -> dict[str, str]:
    return spellings(_FIELDS)


# Titles that say what they are by their shape: `SIEM Troubleshooting`, `Kubernetes alerts`.
_SHAPES = (
    (re.compile(r"(?:\w+ ){1,3}troubleshooting|troubleshooting (?:\w+ ?){1,3}"), "troubleshooting"),
    (re.compile(r"(?:(?:mitigation|response|alert|incident|remediation|failure|outage|triage|symptom) ){1,3}playbooks"),
     "troubleshooting"),
    (re.compile(r"common (?:\w+ ){1,2}(?:issues|problems|errors|failures)|common incidents"), "troubleshooting"),
    (re.compile(r"(?!\w+ing |(?:how|view|list|check|handle|acknowledge|create|add|silence|active|recent) )"
                r"(?:\w+ ){1,2}alerts"), "alerting"),
)  # fmt: skip


def section_kind(title: str) -> str:
    """What a section of that title is; empty where the title says nothing.

    A qualifier behind a dash or colon does not count: `"Rollback – staging"`, `"Alerting: production"`.
    """
    kinds = _kinds()
    found = kinds.get(plain(title))
    if found:
        return found
    head = re.split(r"\s[-–—|]\s|:\s", title, maxsplit=1)[0]
    if head != title and plain(head) in kinds:
        return kinds[plain(head)]
    words = plain(title)
    return next((kind for pattern, kind in _SHAPES if pattern.fullmatch(words)), "")


@cache
def known_words() -> frozenset[str]:
    """Every word of the English titles and keys: the vocabulary of a runbook."""
    return frozenset(re.findall(r"[^\W\d_]{2,}", f"{_SECTIONS} {_FIELDS}".casefold()))


def field_named(key: str) -> str:
    """The field that `key` spells, or an empty text."""
    return _field_names().get(plain(key), "")


def column_named(kind: str, header: str) -> str:
    """The column of a `kind` of table that `header` names, or an empty text."""
    return _columns(kind).get(plain(header), "")


@cache
def _columns(kind: str) -> dict[str, str]:
    return spellings(_COLUMNS[kind])
