"""The fixed text of a draft: what no file of a repository says, with a gap wherever a team has to decide. Data only.

Used by `sections`. Text in brackets is a gap; `watchbook check` names each of them.
"""

FIGURES = """## Monitoring & Alerts

### Dashboards
- **Primary Dashboard:** [Link]
- **Metrics Dashboard:** [Link]

### Key Metrics
- **Request Rate:** [Normal range]
- **Error Rate:** [Highest that is normal]
- **Latency (p95):** [Highest that is normal]
- **CPU Usage:** [Normal range]
- **Memory Usage:** [Normal range]
"""
UNKNOWN_ALERTS = """| High Error Rate | High | [Share of errors and how long] | Investigate within 15min |
| High Latency | Medium | [Latency and how long] | Investigate within 1hr |"""
UNKNOWN_ISSUES = """### Issue: High error rate

**Symptoms:**
- [What people notice]

**Diagnosis:**
1. [Which log shows the errors]
2. [Which dependency fails most often]

**Solutions:**
- [What helps, and when]

---

### Issue: High latency

**Symptoms:**
- [What people notice]

**Diagnosis:**
1. [Where slow requests are seen]
2. [What is usually slow]

**Solutions:**
- [What helps, and when]

---
"""
EMERGENCY = """## Emergency Procedures

### Complete Outage

**If nothing answers any more:**
1. **Notify:** [Channel where incidents are told]
2. **Assess:** Look at instances, logs and dependencies
3. **Mitigate:** Go back to the last version where there was a deployment
4. **Communicate:** [Where users are told]
5. **Resolve:** Mend the cause
6. **Follow-up:** Post-mortem within 48 hours

### Data Corruption

**If data is found to be wrong:**
1. **STOP:** Stop writes to the affected data: [How]
2. **Isolate:** Take the instances that write wrong data out of rotation
3. **Restore:** From the last good backup: [How]
4. **Verify:** Check the data before the service returns
5. **Investigate:** Find the cause, and what prevents it

### Security Incident

**If somebody may have broken in:**
1. **DO NOT** mend it alone
2. **Immediately** page the security team: [Who]
3. **Preserve** logs and evidence
4. **Follow** the security incident response: [Where it stands]

---
"""
MAINTENANCE = """## Maintenance Windows

### Planned Maintenance

**Scheduling:**
- Schedule during low-traffic hours: [Day, hours and zone]
- Announce [How long before]
- Update [Status page]

**Procedure:**
1. Announce the window
2. Take a backup: [How]
3. Do the maintenance
4. Check that it worked: [How]
5. Return to service
6. Monitor for 1 hour
7. Close the window

---
"""
RECOVERY = """## Disaster Recovery

### Backup Strategy
- **Frequency:** [How often]
- **Retention:** [How long they are kept]
- **Location:** [Where they lie]
- **Testing:** [How often a restore is tried]

### Recovery Procedure
1. Find out what is lost
2. Determine Recovery Point Objective (RPO): [How much may be lost]
3. Determine Recovery Time Objective (RTO): [How long it may take]
4. Restore from backup: [How]
5. Verify the data: [How]
6. Return to service
7. Post-mortem

---
"""
HANDOFF = """## On-Call Handoff

**Handoff Checklist:**
- [ ] Review open incidents
- [ ] Check system health
- [ ] Review recent changes
- [ ] Note any scheduled maintenance
- [ ] Confirm contact information

---
"""
WIRING = """# What differs on each installation. Nothing is armed: alerts are evaluated, and nobody is woken.
version = 1
runbooks = ["RUNBOOK.md"]

# How people are reached. Without a channel, a page is printed on the console.
# [channels.phone]
# kind = "webhook"
# url = "env:PAGER_URL"
# secret = "env:PAGER_SECRET"

{hint}[contacts]
{hint}{name} = ["console"]
"""
