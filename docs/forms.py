"""How each form of a runbook is read: examples, and what the reader says about them.

Called by `docs.generate` for docs/reference/forms.md. The right-hand column is never written by hand: each example is
put into a small runbook, read, and what `watchbook explain` would print for its line stands beside it.
"""

from dataclasses import dataclass

from watchbook.model.safety import Safety
from watchbook.reading import read_runbook
from watchbook.reading.shell import classify
from watchbook.reading.step_text import say_safety

_HEAD = """# Operational Runbook: Shop

**Service:** Shop
**On-Call:** Ana Ruiz

## Health Checks
- **Endpoint:** `GET /health` → `200`
- **Database:** `pg_isready -h db.internal`

## Rollback
```bash
# Roll back
./deploy.sh rollback
# Verify
curl -fsS http://127.0.0.1:8100/health
```

## Contacts
**Escalation:** Ana Ruiz → Bo Lindqvist → Eva Marchetti, 5 min each
- **On-Call:** Ana Ruiz
- **Backup:** Bo Lindqvist
- **Service Owner:** Eva Marchetti
"""


@dataclass(frozen=True, slots=True)
class Group:
    """Forms of one kind: `around` is the runbook's text they stand in, with `{}` in their place.

    Of each sentence only what stands behind `after` and before `until` is shown: the rest is the same for all.
    """

    title: str
    says: str
    around: str
    forms: tuple[str, ...]
    after: str = ""
    until: str = ""


_ALERTS = "\n## Alerting\n| Alert | Severity | Threshold | Response |\n|---|---|---|---|\n"

_DEPLOY = "\n## Deployment\n**Deploy:**\n```bash\n# First\n./deploy.sh production\n\n"

GROUPS = (
    Group(
        "Conditions of alerts",
        "The threshold cell of an alert table, here of an alert named *High CPU Usage* at severity High.",
        _ALERTS + "| High CPU Usage | High | {} | Page on-call |\n",
        (
            "> 1% errors for 5min",
            "error rate above 0.5% for 10 minutes",
            "p95 > 500ms for 10min",
            "P99>2s",
            "p95 latency above 0.5s over 10min",
            "0 healthy instances",
            "no healthy pods for 1 min",
            "< 3 healthy instances",
            "> 80%",
            "memory usage > 512 MB for 10min",
            "health check fails",
            "Database check fails for 30s",
            "3 consecutive",
            "> 5 failures in 5min",
            "> 1% errors (min 50 requests)",
            "No metrics for 1 min",
            "certificate expires in < 14 days",
            "heartbeat missing for 26h",
            "no successful backup for 26h",
            "queue depth > 10k for 5m",
            '`up{job="shop"} == 0` for 1m',
            "`rate(orders_failed_total[5m]) > 0.2`",
            "Disk nearly full",
            "Payments feel slow",
            "> 150% errors",
            "p95 < 20ms",
        ),
        after="High CPU Usage: high when ",
        until="; pages",
    ),
    Group(
        "Headings under Alerting",
        "With `**Severity:** High` and `**Response:** Page on-call` below.",
        "\n## Alerting\n\n{}\n\n**Severity:** High\n**Response:** Page on-call\n",
        (
            "### High Latency (P95 > 10s)",
            "### 1. HighErrorRate - error rate > 5%",
            "#### Alert: Queue stuck (queue depth > 500 for 5m)",
            "### QueueStuck",
        ),
        after="High when ",
    ),
    Group(
        "Fields below such a heading",
        "Of an alert named *High error rate*. They may be bullets, lines or a table of two columns.",
        "\n## Alerting\n\n### High error rate\n\n- **Duration**: 5 minutes\n- **Severity**: High\n- {}\n",
        (
            "**Threshold**: 10%",
            "**Threshold**: > 2%",
            "**Trigger**: errors > 5%",
            "**Expression**: `rate(errors_total[5m]) > 1`",
        ),
    ),
    Group(
        "Rules of Prometheus",
        "The first line of a rule in a YAML block anywhere.",
        "\n## Alerting\n\n```yaml\n{}\n  expr: queue_length > 500\n  for: 5m\n  labels:\n    severity: critical\n```\n",
        ("- alert: QueueStuck", "- record: job:queue:length"),
    ),
    Group(
        "Responses",
        "The response cell of an alert at severity High. Several stand in one cell, split at commas.",
        _ALERTS + "| Errors | High | > 1% errors | {} |\n",
        (
            "Page on-call immediately",
            "Investigate within 15min",
            "#incidents",
            "Page on-call, #incidents",
            "Ticket",
            "next business day",
            "Ana Ruiz → Bo Lindqvist, 10 min each",
            "Page on-call, rollback if recent deployment",
        ),
        after="at once; ",
    ),
    Group(
        "Responses at severity Medium",
        "The same words wake nobody at medium or low severity, unless they say *page*.",
        _ALERTS + "| Errors | Medium | > 1% errors | {} |\n",
        ("Page on-call immediately", "Investigate within 1hr", "#incidents", ""),
        after="at once; ",
    ),
    Group(
        "Health checks",
        "One line of Health Checks. What is asked stands in a code span; what is expected behind an arrow.",
        "\n## Dependencies Health\n- {}\n",
        (
            "**API:** `GET https://api.internal/ready` → `200 OK`, every 30s",
            '**Payments:** `GET https://pay.internal/health` → `{"status": "healthy"}`, every 30s, < 200ms',
            "**Page:** `GET https://www.internal/` → `/Welcome, .*/`",
            "**Queue:** `tcp://mq.internal:5672`",
            "**Certificate:** `tls://www.internal:443` > 14 days",
            "**Name:** `dns:api.internal`",
            "**Cache:** `redis-cli -h cache.internal ping` → `PONG`",
            '**Main database:** `psql -h db.internal -c "SELECT 1"`',
            "**Orders:** `sqlite:data/shop.db` `SELECT count(*) FROM orders` → `> 0`",
            "**Log disk:** `df --output=pcent /var/log` < 90%",
            "**Cleaning:** `rm -rf /tmp/cache`",
        ),
    ),
    Group(
        "Key metrics",
        "A band: drawn and reported, never paging.",
        "\n## Key Metrics\n- {}\n",
        (
            "**Request Rate:** 50–500 req/s",
            "**Error Rate:** < 1%",
            "**Latency (p95):** < 250ms",
            "**CPU Usage:** 35% to 70%",
            "**Memory Usage:** up to 2Gi",
            "**Checkout Rate:** 20–80/s `sum(rate(checkouts_total[1m]))`",
            "**Metrics Endpoint:** `GET /metrics` every 15s",
            "**Happiness:** > 80%",
        ),
    ),
    Group(
        "Comments in a code block",
        "In a deployment, rollback, scaling, configuration, emergency, maintenance or recovery section. "
        "The command under each is `curl -fsS http://127.0.0.1:8100/health`.",
        _DEPLOY + "{}\ncurl -fsS http://127.0.0.1:8100/health\n```\n",
        (
            "# Look at the answer",
            "# Verify",
            "# Verify that it answers",
            "# If the cache is cold",
            "# Rollback",
        ),
    ),
    Group(
        "Comments without a command",
        "On a line of their own in such a block.",
        _DEPLOY + "{}\n```\n",
        (
            "# Monitor for 15 minutes",
            "# Wait 30s",
            "# Verify: alert High Error Rate resolved",
            "# Tell the customers",
        ),
    ),
    Group(
        "Steps of a numbered list",
        "In the same sections, and in diagnosis.",
        "\n## Emergency Procedures\n### Complete Outage\n1. {}\n",
        (
            "Look at the instances: `curl -sS http://127.0.0.1:8100/instances`",
            "Call the network team",
            "Follow the plan: `docs/plan.md`",
            "Monitor for 1 hour",
        ),
    ),
    Group(
        "Items anywhere",
        "In a section about something else. A code span counts as a command where it is one as a whole.",
        "\n## Cache\n\n- {}\n",
        (
            "`kubectl get pods` – lists the pods",
            "Look at the memory with `redis-cli info memory`",
            "`config/app.yaml` – the settings",
            "Never use `kubectl delete pods --all`",
        ),
    ),
    Group(
        "Escalation",
        "Under Contacts.",
        "\n## Contacts\n**Escalation:** {}\n",
        (
            "Ana Ruiz → Bo Lindqvist → Eva Marchetti, 5 min each",
            "Ana Ruiz (5 min) → Bo Lindqvist (15 min) → Eva Marchetti",
        ),
    ),
    Group(
        "Maintenance and recovery",
        "Dates and durations are read the same way everywhere.",
        "\n## Disaster Recovery\n- {}\n",
        (
            "**Frequency:** Daily automated backups",
            "**Retention:** 30 days",
            "**RPO:** 1 hour",
            "**RTO:** [4 hours]",
            "**Testing:** Quarterly",
        ),
    ),
)

COMMANDS = (
    "curl -fsS http://127.0.0.1:8100/health",
    "kubectl get pods -n shop",
    "tail -n 50 logs/shop.log",
    "df -h .",
    "redis-cli ping",
    'psql -c "SELECT count(*) FROM orders"',
    "cat .env",
    "kubectl get secret db -o yaml",
    "redis-cli KEYS '*'",
    "./deploy.sh production",
    "systemctl restart shop",
    'psql -c "SELECT pg_terminate_backend(42)"',
    "rm -rf data/",
    'psql -c "DROP TABLE orders"',
    "vim config.yaml",
    "kubectl exec -it shop-0 -- bash",
    "tail -f logs/shop.log",
    "curl -fsS http://127.0.0.1:8100/health > state.txt",
    "ls | xargs rm",
    "frobnicate --all",
)

_PAGE = """# How each form is read

Every example on the left was put into a runbook and read; on the right stands what `watchbook explain` says about its
line. `!` marks a finding ([all findings](findings.md)). The [guide](../guide/write-a-runbook.md) says which form to choose;
names of signals are in [signals](signals.md). This page is made from the code (`make docs`).
"""


def page() -> str:
    """docs/reference/forms.md."""
    parts = [_PAGE]
    for group in GROUPS:
        parts += [
            f"## {group.title}\n",
            f"{group.says}\n",
            "| As written | Read as |",
            "|---|---|",
            *(f"| {_code(form)} | {'<br>'.join(map(_cell, _said(group, form)))} |" for form in group.forms),
            "",
        ]
    return "\n".join([*parts, *_safety()])


def _said(group: Group, form: str) -> list[str]:
    """What the reader says about the line of a form."""
    before, after = group.around.split("{}")
    text = _HEAD + before + form + after
    line = (_HEAD + before).count("\n") + 1
    runbook = read_runbook(text)
    readings = [_cut(reading.says, group) for reading in runbook.readings if reading.line == line]
    findings = [
        f"! {finding.message}"
        for finding in runbook.findings
        if finding.line == line and finding.code[:3] not in ("WB0", "WB1")
        if finding.code not in _ABOUT_THE_REST
    ]
    return [*readings, *findings] or ["prose: shown, never acted on"]


def _cut(says: str, group: Group) -> str:
    shown = says.partition(group.after)[2] if group.after and group.after in says else says
    return shown.partition(group.until)[0] if group.until else shown


# Findings about the rest of a runbook, which the small ones here leave out.
_ABOUT_THE_REST = ("WB202", "WB312", "WB313", "WB314")


def _safety() -> list[str]:
    rows = [f"| {_code(command)} | {_cell(_class(command))} |" for command in COMMANDS]
    says = (
        "Only what *only reads* ever runs without a person. Everything else waits for one, who sees the command first. "
        "*Not known to be harmless* means that nothing proves it."
    )
    return ["## Commands\n", f"{says}\n", "| Command | Class and reason |", "|---|---|", *rows, ""]


def _class(command: str) -> str:
    judged = classify(command)
    reason = f": {judged.reason}" if judged.safety is not Safety.READ_ONLY else ""
    return f"**{say_safety(judged.safety)}**{reason}"


def _code(form: str) -> str:
    """A form as a code span in a table cell."""
    if not form:
        return "(empty)"
    marks = "``" if "`" in form else "`"
    pad = " " if "`" in form else ""
    return f"{marks}{pad}{_cell(form)}{pad}{marks}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
