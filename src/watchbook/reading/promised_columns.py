"""Columns of tables about people and promises: contacts, severities, objectives, backups. Pure data.

Used by `reading.synonyms` only, which looks them up; a new spelling of such a column is added here.
"""

COLUMNS = {
    "backups": """
what:
    what, component, data, backup, backup type, type, system, database, asset, resource, item, service,
    data store, target, data type, store, source, name, backup of, object, dataset, scope, volume
every:
    frequency, schedule, cadence, interval, when, how often, backup frequency, backup schedule, runs,
    backup interval, time
retention:
    retention, kept, keep, retention period, kept for, keep for, retained, retained for, retention time,
    backup retention, retention policy
location:
    location, storage, where, destination, stored in, bucket, backup location, path, storage location,
    stored at, target bucket
drill:
    restore test, restore tests, test frequency, testing, drill, drills, restore testing, tested every,
    verification
""",
    "objectives": """
what:
    system, scenario, service, component, tier, data, database, application, failure, disaster, incident,
    type, metric, objective, target, disaster type, failure scenario, name, environment, asset, item,
    region, priority, case, severity, store
rpo:
    rpo, recovery point objective, recovery point, max data loss, maximum data loss, data loss,
    acceptable data loss, rpo target, target rpo, allowed data loss
rto:
    rto, recovery time objective, recovery time, max downtime, maximum downtime, time to recover,
    rto target, target rto, restore time, acceptable downtime, allowed downtime
""",
    "severities": """
severity:
    severity, severity level, level, priority, sev, incident severity, priority level, class,
    classification, alert severity, incident level, sev level, incident priority, severity priority,
    alert level, urgency
response:
    response time, response, initial response, response sla, response target, response targets,
    target response, target response time, acknowledge, acknowledgement, acknowledgment,
    acknowledgement time, acknowledgment time, ack, ack time, time to acknowledge, tta, mtta,
    first response, sla, time to respond, respond within, acknowledge within, max response time,
    maximum response time, reaction time, response within, initial response time, response times,
    time to response, ack within, first response time, alert response time, expected response,
    expected response time
update:
    update, updates, update every, update frequency, update interval, updates every, status updates,
    communication, communication frequency, communication cadence, cadence, update cadence, status update,
    communications, comms, status update frequency, communication interval, stakeholder updates,
    customer updates, status update every
resolve:
    resolution, resolution time, resolution target, target resolution, resolve, resolve within,
    time to resolve, fix within, target resolution time, ttr, mttr, time to resolution, resolution sla,
    mitigation time, restore within, fix time, time to mitigate, resolution goal, resolution within,
    target resolve time, time to fix
says:
    definition, description, meaning, impact, criteria, what, scope, what it means, business impact,
    symptoms
examples:
    examples, example, scenarios, typical examples
escalation:
    escalation, escalation path, escalates to, escalation chain, escalate to, who, notify, escalation ladder
""",
    "contacts": """
role:
    role, position, title, responsibility, level, type, escalation level, function, purpose, tier, area,
    contact type, team, step, order, responsibilities, owns, incident role, escalation tier, support tier,
    group, team name, squad, job title, on call role, support line, line, stage, escalation step, domain
name:
    name, person, who, contact name, contact person, on call, owner, member, engineer, full name, primary,
    primary contact, primary on call, assignee, escalate to, point of contact, poc, names, responsible,
    individual, on call engineer, people, team member, lead, responder, on call person, whom, notify,
    responsible person, on call primary, contact, contacts
backup:
    secondary, backup, secondary contact, backup contact, alternate, alternative, deputy, second,
    secondary on call, backup on call, fallback, stand in, alternate contact, on call secondary,
    on call backup
address:
    address, contact info, contact information, contact details, details, contact method, how to reach,
    method, reach via, contact via, how, how to contact, reachable via, reach at, preferred contact,
    primary method, means
email:
    email, e mail, mail, email address, e mail address, mailing list
phone:
    phone, phone number, mobile, telephone, tel, cell, cell phone, number, mobile number, phone no, hotline,
    emergency phone, support phone, emergency number, telephone number, phone/sms
channel:
    channel, slack, slack channel, chat, teams, slack handle, handle, discord, chat channel, slack id,
    mattermost, channels, ms teams, slack/teams, team channel, slack user, im
link:
    link, url, support link, support url, pagerduty, opsgenie, portal, support portal, website, schedule,
    ticket link, on call schedule, escalation policy, support page, contact link, ticketing, rotation,
    pagerduty schedule, pager, status page
vendor:
    vendor, provider, supplier, third party, partner, external service, service provider, company, service,
    organization, vendor name, third party service
after:
    after, escalate after, response time, escalation time, time, when, wait, delay, time to escalate,
    elapsed, escalate if, if no response, when to contact, when to escalate, escalation,
    escalation criteria, timeframe, time frame, escalate when, contact when, wait time, escalate within,
    time since alert, elapsed time, trigger, timeout, escalation trigger, duration
note:
    availability, hours, working hours, coverage, timezone, time zone, tz, location, account,
    account number, account id, contract, customer id, notes, comment, comments, sla, expertise,
    support level, department, use for, description, support, account no, contract number, plan,
    support plan, languages, skills, scope, coverage hours, shift, support hours, severity
""",
}
