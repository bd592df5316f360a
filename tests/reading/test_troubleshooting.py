"""Issues: symptoms, diagnosis, causes with check and remedy, advice, tables, and the alerts that lead to them."""

from watchbook.model.procedures import StepKind
from watchbook.model.runbook import Issue, Runbook
from watchbook.model.safety import Safety
from watchbook.reading import read_runbook

_ALERTS = """## Alerting

| Alert | Severity | Threshold | Response |
|---|---|---|---|
| Service Down | Critical | 0 healthy instances | Page on-call immediately |
| High Latency | Medium | p95 > 500ms for 10min | Investigate within 1hr |

"""


def _read(text: str) -> Runbook:
    return read_runbook(
        "# Operational Runbook: Shop\n\n**Service:** Shop\n\n" + _ALERTS + "## Troubleshooting\n\n" + text
    )


def _issue(text: str) -> Issue:
    (issue,) = _read(text).issues
    return issue


_DOWN = """### Issue: Service is down / not responding

**Symptoms:**
- 0 healthy instances
- Customers cannot place orders

**Diagnosis:**
1. Check pod status: `kubectl get pods -l app=shop`
2. Restart everything: `kubectl rollout restart deployment shop`
3. Ask a friend

**Common Causes & Solutions:**

**Cause 1: Database connection failure**
```bash
# Check database connectivity
pg_isready -h db
# Expected: accepting

# Solution: Start the database again
./db.sh start

# Verify
curl -fsS http://127.0.0.1:8100/health
```

**Cause 2: Out of memory**
```bash
# Check how it ended
kubectl get pods
# Confirmed if: /OOMKilled/

# Solution: Raise the limit of <replicas> instances
./scale.sh <replicas>
```

**Cause 3: Bad deployment**
```bash
# Rollback to previous version
kubectl rollout undo deployment shop
```
"""


def test_an_issue_is_read_with_its_parts() -> None:
    """Name, symptoms (measured or not), diagnosis steps and causes stand where they belong."""
    issue = _issue(_DOWN)
    assert issue.name == "Service is down / not responding"
    assert [(s.text, s.condition is not None) for s in issue.symptoms] == [
        ("0 healthy instances", True),
        ("Customers cannot place orders", False),
    ]
    assert [step.kind for step in issue.diagnosis] == [StepKind.COMMAND, StepKind.COMMAND, StepKind.MANUAL]
    assert [cause.name for cause in issue.causes] == [
        "Database connection failure",
        "Out of memory",
        "Bad deployment",
    ]


def test_an_issue_is_matched_to_its_alert_by_name() -> None:
    """`Service Down` leads to "Service is down", without being told."""
    assert _issue(_DOWN).alerts == ("Service Down",)


def test_an_issue_is_matched_to_its_alert_by_signal() -> None:
    """A symptom on the same signal and quantile joins an issue of another name."""
    assert _issue("### Slow pages\n\n**Symptoms:**\n- p95 latency > 500ms\n").alerts == ("High Latency",)


def test_an_explicit_alert_wins_and_must_exist() -> None:
    """`**Alert:**` is taken at its word; a name that no alert has is a finding."""
    assert _issue("### Odd things\n\n**Alert:** High Latency\n").alerts == ("High Latency",)
    runbook = _read("### Odd things\n\n**Alert:** Nowhere Defined\n")
    assert "WB502" in {finding.code for finding in runbook.findings}


def test_a_check_states_what_holds_when_all_is_well() -> None:
    """Expectations and catalogued exits belong to the check; `# Confirmed if` turns the expectation round."""
    database, memory, _ = _issue(_DOWN).causes
    (check,) = database.check
    assert check.expect is not None and check.expect.text == "accepting" and not check.expect.inverted
    assert check.exit_meaning == "expects_zero"
    assert memory.check[0].expect is not None
    assert memory.check[0].expect.regex == "OOMKilled" and memory.check[0].expect.inverted


def test_a_remedy_is_a_procedure_of_its_own() -> None:
    """It is named `ISSUE: CAUSE`, keeps its verification and its parameters."""
    runbook = _read(_DOWN)
    names = [procedure.name for procedure in runbook.procedures if procedure.section == "remedy"]
    assert names == [f"Service is down / not responding: {cause.name}" for cause in runbook.issues[0].causes]
    database = runbook.procedure(names[0])
    assert database is not None
    assert [(step.kind.value, step.name) for step in database.steps] == [
        ("command", "Start the database again"),
        ("verify", "Verify"),
    ]
    assert runbook.issues[0].causes[0].solution == "Start the database again"
    memory = runbook.procedure(names[1])
    assert memory is not None and [p.name for p in memory.parameters] == ["replicas"]


def test_a_changing_command_is_never_a_check() -> None:
    """A cause whose block only changes something has a remedy and no check, and says so."""
    runbook = _read(_DOWN)
    bad = runbook.issues[0].causes[2]
    assert not bad.check and bad.remedy[0].script == "kubectl rollout undo deployment shop"
    assert "WB503" in {finding.code for finding in runbook.findings}


def test_diagnosis_that_changes_something_is_left_to_a_person() -> None:
    """Only what is proven harmless runs unattended; the other command is a finding."""
    runbook = _read(_DOWN)
    second = runbook.issues[0].diagnosis[1]
    assert second.safety is not None and second.safety.safety is Safety.CHANGES
    assert "WB505" in {finding.code for finding in runbook.findings}


def test_advice_is_a_cause_without_commands() -> None:
    """`If A: do B` and `A: do B` under Solutions are advice for A."""
    issue = _issue(
        "### High latency\n\n**Solutions:**\n"
        "- If external API is failing: Enable the fallback\n"
        "- Cache miss: Warm up the cache\n"
    )
    assert [(cause.name, cause.advice) for cause in issue.causes] == [
        ("external API is failing", "Enable the fallback"),
        ("Cache miss", "Warm up the cache"),
    ]


def test_a_resolution_with_commands_is_a_remedy() -> None:
    """A plain "Resolution" with commands can be run, also when it is a numbered list."""
    runbook = _read(
        "### Disk is full\n\n#### Diagnosis\n\n```bash\ndf -h\n```\n\n#### Resolution\n\n"
        "1. Rotate the logs: `./rotate.sh`\n2. Look again: `df -h`\n"
    )
    (issue,) = runbook.issues
    assert [step.script for step in issue.diagnosis] == ["df -h"]
    assert runbook.procedure("Disk is full: Rotate the logs") or runbook.procedure("Disk is full: Resolution")


def test_a_table_of_symptoms_gives_an_issue_for_each_row() -> None:
    """`Symptom | Cause | Fix` rows are issues with one cause each; a command in the fix can be run."""
    runbook = _read(
        "| Symptom | Cause | Fix |\n|---|---|---|\n"
        "| 502 errors | Upstream down | `systemctl restart app` |\n"
        "| Slow | Cold cache | Wait |\n"
    )
    assert [(i.name, i.causes[0].name) for i in runbook.issues] == [
        ("502 errors", "Upstream down"),
        ("Slow", "Cold cache"),
    ]
    remedy = runbook.procedure("502 errors: Upstream down")
    assert remedy is not None and remedy.steps[0].script == "systemctl restart app"
    assert runbook.issues[1].causes[0].advice == "Wait"


def test_headings_that_only_group_issues_are_looked_through() -> None:
    """`### Database` over `#### Issue: …` is no issue itself."""
    runbook = _read(
        "### Database\n\n#### Issue: Slow queries\n\n**Symptoms:**\n- slow\n\n"
        "#### Issue: No connections\n\n**Symptoms:**\n- none\n"
    )
    assert [issue.name for issue in runbook.issues] == ["Slow queries", "No connections"]


def test_numbered_titles_lose_their_numbers() -> None:
    """`### 3. High memory` is the issue "High memory"."""
    assert _issue("### 3. High memory\n\n**Symptoms:**\n- memory\n").name == "High memory"


def test_numbered_items_right_below_an_issue_are_read() -> None:
    """Without labels, looking is diagnosis, and what mends is advice or a remedy."""
    runbook = _read(
        "### Service will not start\n\n1. Check logs: `docker logs shop`\n"
        "2. Check the disk\n3. Restart it: `docker restart shop`\n4. Call the vendor\n"
    )
    (issue,) = runbook.issues
    assert [step.name for step in issue.diagnosis] == ["Check logs", "Check the disk"]
    assert [cause.name for cause in issue.causes] == ["Restart it", "Call the vendor"]
    assert runbook.procedure("Service will not start: Restart it") is not None


def test_places_to_look_things_up_are_no_issues() -> None:
    """ "Log Analysis Commands" among issues is a list of commands."""
    runbook = _read("### Log Analysis Commands\n\n```bash\n# Errors\ngrep ERROR app.log\n```\n")
    assert runbook.issues == ()
    assert [command.name for command in runbook.commands] == ["Errors"]


def test_parts_of_an_issue_may_be_items() -> None:
    """`- **Cause:** …`, `- **Fix:** …` in one list are read like headings, with the lists below them."""
    text = (
        "### Queue grows\n\n- **Symptoms:** Jobs wait\n"
        "- **Cause:** Worker stopped\n- **Fix:** Start it: `systemctl start worker`\n"
        "- **Cause:** Broker full\n- **Solution:** Ask the platform team\n"
        "- **Diagnosis:**\n  - Look: `rabbitmqctl list_queues`\n"
    )
    runbook = _read(text)
    (issue,) = runbook.issues
    assert [symptom.text for symptom in issue.symptoms] == ["Jobs wait"]
    assert [(cause.name, cause.advice) for cause in issue.causes] == [
        ("Worker stopped", None),
        ("Broker full", "Ask the platform team"),
    ]
    assert runbook.procedure("Queue grows: Worker stopped") is not None
    assert [step.script for step in issue.diagnosis] == ["rabbitmqctl list_queues"]
