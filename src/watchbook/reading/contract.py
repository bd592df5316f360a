"""A Runbook as the JSON reading: `watchbook explain FILE --format json`, version 0.

Called by the explain command and the API. A contract: fields may be added, never renamed. Everything that came
from the text has `line` (1-based); values are in base units. Parts that say nothing are left out where the
contract marks them optional.
"""

import json
from typing import Any

from watchbook.model.procedures import Expectation, Parameter, Procedure, Step
from watchbook.model.runbook import (  # fmt: skip
    AlertRule,
    Amount,
    Cause,
    Command,
    Condition,
    Contact,
    Finding,
    HandoffItem,
    HealthCheck,
    Issue,
    Maintenance,
    Metric,
    Reading,
    Recovery,
    Response,
    Role,
    Runbook,
    Rung,
    Service,
    SeverityLevel,
    Symptom,
)

VERSION = 0

Json = dict[str, Any]


def contract(runbook: Runbook) -> Json:
    """The whole reading as plain dictionaries and lists."""
    return {
        "version": VERSION,
        "service": _service(runbook.service),
        "health_checks": [_check(check) for check in runbook.health_checks],
        "metrics": [_metric(metric) for metric in runbook.metrics],
        "alerts": [_alert(rule) for rule in (*runbook.alerts, *runbook.figures)],
        "procedures": [_procedure(procedure) for procedure in runbook.procedures],
        "issues": [_issue(issue) for issue in runbook.issues],
        "commands": [_command(command) for command in runbook.commands],
        "maintenance": _maintenance(runbook.maintenance),
        "recovery": _recovery(runbook.recovery),
        "handoff": [_handoff(item) for item in runbook.handoff],
        "contacts": [_contact(contact) for contact in runbook.contacts],
        "ladder": [_rung(rung) for rung in runbook.ladder],
        "rooms": list(runbook.rooms),
        "severities": [_severity_level(level) for level in runbook.severities],
        "amounts": [_amount(amount) for amount in runbook.amounts],
        "review": {"last_updated": runbook.review.last_updated, "next_review": runbook.review.next_review},
        "coverage": {
            "lines": runbook.coverage.lines, "read": runbook.coverage.read, "faulted": runbook.coverage.faulted,
            "prose": runbook.coverage.prose,
        },
        "readings": [_reading(reading) for reading in runbook.readings],
        "findings": [finding_json(finding) for finding in runbook.findings],
        "digest": runbook.digest,
    }  # fmt: skip


def _some(**values: Any) -> Json:
    """The values that say something; optional fields that say nothing are left out."""
    return {key: value for key, value in values.items() if value is not None}


def _service(service: Service) -> Json:
    return {
        "name": service.name, "owner": service.owner, "on_call": service.on_call, "purpose": service.purpose,
        "dependencies": list(service.dependencies), "dependents": list(service.dependents), "objective": service.objective,
        "metrics": _some(path=service.metrics.path, every_s=service.metrics.every_s, line=service.metrics.line or None),
        "environments": [
            {"name": one.name, "url": one.url, "instances": list(one.instances), "selector": one.selector,
            "context": one.context,
             "namespace": one.namespace, "line": one.line}
            for one in service.environments
        ],
        "components": [{"name": one.name, "description": one.description, "line": one.line} for one in service.components],
        "dashboards": [{"name": one.name, "url": one.url, "line": one.line} for one in service.dashboards],
        "line": service.line,
    }  # fmt: skip


def _expect(expect: Expectation | None) -> Json:
    if expect is None:
        return {}
    number = {"op": expect.number.op, "value": expect.number.value} if expect.number else None
    return _some(
        status=expect.status, json=json.loads(expect.json) if expect.json else None, text=expect.text,
            regex=expect.regex, number=number,
        inverted=True if expect.inverted else None,
    )  # fmt: skip


def _check(check: HealthCheck) -> Json:
    return {
        "name": check.name, "kind": check.kind.value, "target": check.target, "method": check.method,
        "expect": _expect(check.expect),
        **_some(query=check.query, max_latency_s=check.max_latency_s, dependency=check.dependency,
        environment=check.environment),
        "every_s": check.every_s, "timeout_s": check.timeout_s, "line": check.line,
    }  # fmt: skip


def _metric(metric: Metric) -> Json:
    return {
        "name": metric.name, "signal": metric.signal, "params": dict(metric.params), "unit": metric.unit.value,
        **_some(low=metric.low, high=metric.high, query=metric.query), "line": metric.line,
    }  # fmt: skip


def _condition(condition: Condition | None) -> Json | None:
    if condition is None:
        return None
    if condition.promql is not None:
        return {"promql": condition.promql}
    if condition.external is not None:
        return {"external": condition.external}
    return {"signal": condition.signal, "params": dict(condition.params), "op": condition.op, "value": condition.value,
            "unit": condition.unit.value}  # fmt: skip


def _rung(rung: Rung) -> Json:
    return {"who": rung.who, "after_s": rung.after_s}


def _response(response: Response) -> Json:
    return {
        "page": response.page,
        **_some(ack_deadline_s=response.ack_deadline_s, ack_deadline_from=response.ack_deadline_from or None),
        "channels": list(response.channels),
        "ladder": [_rung(rung) for rung in response.ladder], "actions": list(response.actions),
        "working_hours": response.working_hours, "text": response.text,
    }  # fmt: skip


def _alert(rule: AlertRule) -> Json:
    return {
        "name": rule.name, "role": rule.role.value, "severity": rule.severity.value if rule.role is Role.ALERT else None,
        "severity_text": rule.severity_text, "environment": rule.environment, "scope": rule.scope,
        "condition": _condition(rule.condition), "window_s": rule.window_s,
        **_some(average_s=rule.average_s, min_events=rule.min_events, resolve_after_s=rule.resolve_after_s,
        source=rule.source,
                selector=rule.selector),
        "no_data": rule.no_data, "response": _response(rule.response), "text": rule.text, "line": rule.line,
    }  # fmt: skip


def _parameter(parameter: Parameter) -> Json:
    return {
        "name": parameter.name, **_some(default=parameter.default), "from": parameter.source,
        **_some(description=parameter.description), "line": parameter.line,
    }  # fmt: skip


def _step(step: Step) -> Json:
    return {
        "id": step.id, "name": step.name, "kind": step.kind.value, **_some(environment=step.environment),
        "commands": list(step.commands),
        **_some(safety=step.safety.safety.value if step.safety else None, duration_s=step.duration_s,
        timeout_s=step.timeout_s,
                expect=_expect(step.expect) if step.expect else None, until_alert_resolved=step.until_alert_resolved),
        **({"text": step.text} if step.text else {}),
        **({"choices": [{"name": choice.name, "steps": [_step(one) for one in choice.steps]} for choice in step.choices]}
           if step.choices else {}),
        "line": step.line,
    }  # fmt: skip


def _procedure(procedure: Procedure) -> Json:
    return {
        "name": procedure.name, "section": procedure.section, **_some(on_failure=procedure.on_failure),
        "rollback": procedure.rollback, "parameters": [_parameter(parameter) for parameter in procedure.parameters],
        "steps": [_step(step) for step in procedure.steps], "content_hash": procedure.content_hash, "line": procedure.line,
    }  # fmt: skip


def _severity_level(level: SeverityLevel) -> Json:
    return {
        "severity": level.severity.value, "name": level.name,
        **_some(response_s=level.response_s, update_every_s=level.update_every_s, resolve_s=level.resolve_s,
                ladder=[_rung(rung) for rung in level.ladder] or None),
        "says": level.says, "line": level.line,
    }  # fmt: skip


def _amount(amount: Amount) -> Json:
    return {
        "name": amount.name, "what": amount.what, **_some(op=amount.op or None), "values": list(amount.values),
        "unit": amount.unit.value, "line": amount.line,
    }  # fmt: skip


def _symptom(symptom: Symptom) -> Json:
    return {"text": symptom.text, "condition": _condition(symptom.condition), "line": symptom.line}


def _cause(cause: Cause) -> Json:
    return {
        "name": cause.name, "check": [_step(step) for step in cause.check], "remedy": [_step(step) for step in cause.remedy],
        **_some(advice=cause.advice, procedure=cause.procedure), "line": cause.line,
    }  # fmt: skip


def _issue(issue: Issue) -> Json:
    return {
        "name": issue.name, "alerts": list(issue.alerts), "symptoms": [_symptom(symptom) for symptom in issue.symptoms],
        "diagnosis": [_step(step) for step in issue.diagnosis], "causes": [_cause(cause) for cause in issue.causes],
        "line": issue.line,
    }  # fmt: skip


def _command(command: Command) -> Json:
    return {
        "name": command.name, "group": command.group, "command": command.command,
        "parameters": [_parameter(parameter) for parameter in command.parameters],
        "safety": command.safety.safety.value if command.safety else None, "line": command.line,
    }  # fmt: skip


def _maintenance(maintenance: Maintenance | None) -> Json | None:
    if maintenance is None:
        return None
    hours = [
        {"days": list(one.days), "from": one.start, "to": one.end, "zone": one.zone}
        for one in maintenance.hours
    ]
    return {
        "notice_s": maintenance.notice_s,
        "hours": hours,
        "procedure": maintenance.procedure,
        "line": maintenance.line,
    }


def _recovery(recovery: Recovery | None) -> Json | None:
    if recovery is None:
        return None
    backup = recovery.backup
    return {
        "rpo_s": recovery.rpo_s, "rto_s": recovery.rto_s,
        "backup": {"every_s": backup.every_s, "retention_s": backup.retention_s, "location": backup.location,
                   "drill_every_s": backup.drill_every_s, "continuous": backup.continuous, "line": backup.line},
        **_some(
            objectives=[
                {"name": one.name, **_some(rpo_s=one.rpo_s, rto_s=one.rto_s), "line": one.line}
                for one in recovery.objectives
            ]
            or None,
            backups=[
                {"name": one.name, **_some(every_s=one.every_s, retention_s=one.retention_s, location=one.location),
                 "line": one.line}
                for one in recovery.backups
            ]
            or None,
        ),
        "procedure": recovery.procedure, "line": recovery.line,
    }  # fmt: skip


def _handoff(item: HandoffItem) -> Json:
    return {"text": item.text, **_some(source=item.source), "line": item.line}


def _contact(contact: Contact) -> Json:
    return {
        "role": contact.role,
        "name": contact.name,
        "address": contact.address,
        **_some(channel=contact.channel, ways=list(contact.ways) or None),
        "line": contact.line,
    }


def _reading(reading: Reading) -> Json:
    return {"line": reading.line, "end_line": reading.end_line or reading.line, "kind": reading.kind, "text": reading.text,
            "says": reading.says}  # fmt: skip


def finding_json(finding: Finding) -> Json:
    """One finding, with where its mark stands (columns from 0)."""
    return {
        "code": finding.code, "severity": finding.severity.value, "line": finding.line, "message": finding.message,
        "mend": finding.mend,
        "column": finding.column, "length": finding.length,
    }  # fmt: skip
