"""Writes the draft: every section of a runbook in its order, what is known filled in, the rest as `[gaps]` that check finds.

Called by the `init` command through `write_runbook` and `write_wiring`. The fixed text is in `wording`; this puts the facts
into it. It decides nothing about the facts (`choosing`, `commands`, `alerting`).
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from watchbook.app.drafting import wording
from watchbook.app.drafting.alerting import Row, issues_of, rows_of
from watchbook.app.drafting.choosing import Answers, Subject, plain
from watchbook.app.drafting.commands import Commands, commands_of
from watchbook.model.ids import slug


def write_runbook(subject: Subject, answers: Answers, today: date) -> str:
    """The whole document, ending in one line feed."""
    subject = _answered(subject, answers)
    commands = commands_of(subject)
    rows = rows_of(subject.rules)
    name = subject.name or "[Service Name]"
    parts = (
        _head(name, answers, today), _overview(subject), _architecture(subject, name),
        _health(subject), _monitoring(rows), _operations(subject, commands), _troubleshooting(subject, commands, rows),
        (wording.EMERGENCY,), (wording.MAINTENANCE,), (wording.RECOVERY,), _useful(commands), (wording.HANDOFF,),
        _contacts(answers, today),
    )  # fmt: skip
    return "\n".join(line for part in parts for line in part).rstrip() + "\n"


def write_wiring(answers: Answers) -> str:
    """A `watchbook.toml` that can be started with: nothing is armed, pages go to the console."""
    named = plain(answers.on_call) or "Ana Ruiz"
    hint = "" if plain(answers.on_call) else "# "
    return wording.WIRING.format(hint=hint, name=json.dumps(named, ensure_ascii=False))


def _answered(subject: Subject, answers: Answers) -> Subject:
    """What a person says goes before what was found; an address of theirs is production's."""
    url = answers.url.rstrip("/")
    environment = "production" if url and url != subject.url else subject.environment
    return replace(
        subject, name=plain(answers.name) or subject.name, purpose=plain(answers.purpose) or subject.purpose,
        url=url or subject.url, environment=environment,
    )  # fmt: skip


def _head(name: str, answers: Answers, today: date) -> Iterator[str]:
    yield f"# Operational Runbook: {name}\n"
    yield f"**Service:** {name}"
    yield f"**Owner:** {plain(answers.owner) or '[Team Name]'}"
    yield f"**On-Call:** {plain(answers.on_call) or '[Who is on call, or a link to the rotation]'}"
    yield f"**Last Updated:** {today.isoformat()}\n\n---\n"


def _overview(subject: Subject) -> Iterator[str]:
    needs = ", ".join(one.name for one in subject.dependencies)
    yield "## Service Overview\n"
    yield f"**Purpose:** {subject.purpose or '[What it does for whom]'}"
    yield f"**Dependencies:** {needs or '[What it cannot work without]'}"
    yield "**Dependents:** [Who notices when it is gone]"
    yield "**SLA:** [Uptime that is promised]\n"
    yield "### Environments\n"
    namespace = subject.workload.namespace if subject.workload else ""
    yield f"| Environment | URL |{' Namespace |' if namespace else ''}"
    yield f"|-------------|-----|{'-----------|' if namespace else ''}"
    yield f"| {subject.environment} | {subject.url or '[Address]'} |{f' {namespace} |' if namespace else ''}\n\n---\n"


def _architecture(subject: Subject, name: str) -> Iterator[str]:
    yield "## Architecture\n"
    if subject.dependencies:
        yield "```mermaid\nflowchart LR"
        yield "  service" if name.startswith("[") else f'  service["{_quoted(name)}"]'
        for number, one in enumerate(subject.dependencies, start=1):
            yield f'  service --> needs{number}["{_quoted(one.name)}"]'
        yield "```\n"
    else:
        yield "[A picture of the parts and of what talks to what]\n"
    yield "**Key Components:**"
    for out, within in subject.container.ports if subject.container else ():
        yield f"- **{name}:** port {within}, on this machine {out}" if not name.startswith("[") else ""
    for one in subject.dependencies:
        yield f"- **{one.name}:** [What it holds or does]"
    yield "- **[Part]:** [What it does]\n\n---\n"


def _quoted(text: str) -> str:
    return text.replace('"', "'")


def _health(subject: Subject) -> Iterator[str]:
    yield "## Health Checks\n\n### Service Health"
    yield f"- **Endpoint:** {f'`GET {subject.health}`' if subject.health else '[Path that says whether all is well]'}"
    yield f"- **Expected Response:** {'200' if subject.health else '[Status or text of a good answer]'}"
    yield "- **Response Time:** [How fast a good answer is]\n"
    yield "### Dependencies Health"
    for one in subject.dependencies:
        yield f"- **{one.name}:** {one.check or '[How to check it]'}"
    if not subject.dependencies:
        yield "- **[Dependency]:** [How to check it]"
    yield "\n---\n"


def _monitoring(rows: tuple[Row, ...]) -> Iterator[str]:
    yield wording.FIGURES
    yield "### Alerting"
    yield "| Alert | Severity | Threshold | Response |\n|-------|----------|-----------|----------|"
    if not any(slug(row.name) == slug("Service Down") for row in rows):
        yield "| Service Down | Critical | 0 healthy instances | Page on-call immediately |"
    yield from (row.text for row in rows)
    if not rows:
        yield wording.UNKNOWN_ALERTS
    yield "\n---\n"


def _fence(*steps: tuple[str, str]) -> str:
    """A block of shell: a comment for each step, a comment that is a gap where nothing is known."""
    lines = ["```bash"]
    for number, (comment, command) in enumerate(steps):
        lines += [""] * (number > 0) + [f"# {comment}", command or f"# [Command: {comment.lower()}]"]
    return "\n".join([*lines, "```\n"])


def _verification(subject: Subject, commands: Commands) -> tuple[str, str]:
    """The platform's own, else the health endpoint, else the state that it shows."""
    asked = f"curl -fsS --max-time 5 {subject.url}{subject.health}" if subject.url and subject.health else ""
    return "Verify", commands.verify or asked


def _operations(subject: Subject, commands: Commands) -> Iterator[str]:
    verification = _verification(subject, commands)
    yield "## Common Operations\n\n### Deployment\n\n**Normal Deployment:**"
    yield _fence(("Deploy", commands.deploy), verification)
    yield "**Rollback:**"
    yield _fence(("Rollback to the previous version", commands.rollback), verification)
    yield "### Scaling\n"
    for label, step, count in (("Up", 1, commands.count + 1), ("Down", -1, commands.count)):
        yield f"**Manual Scale {label}:**"
        comment = "Run more instances" if step > 0 else "Run fewer instances again"
        yield _fence((comment, commands.scale.format(count=count)), verification)
    yield "### Configuration Changes\n"
    yield _fence(
        ("Change the configuration", ""), ("Restart, so that it counts", commands.restart), verification
    )
    yield "**Rollback of the configuration:**"
    yield _fence(("Put the old values back", ""), ("Restart", commands.restart), verification)
    yield "---\n"


def _looks(subject: Subject, commands: Commands) -> list[str]:
    """Where to look first, as a numbered list."""
    asked = f"curl -sS --max-time 5 {subject.url}{subject.health}" if subject.url and subject.health else ""
    looks = (
        ("Ask its health endpoint", asked), ("Check that it runs", commands.status),
        ("Read the logs", commands.logs), ("Check recent events", commands.events),
    )  # fmt: skip
    known = [(what, command) for what, command in looks if command]
    return [f"{number}. {what}: `{command}`" for number, (what, command) in enumerate(known, start=1)] or [
        "1. [Where to look first]"
    ]


def _troubleshooting(subject: Subject, commands: Commands, rows: tuple[Row, ...]) -> Iterator[str]:
    looks = _looks(subject, commands)
    yield "## Troubleshooting\n"
    if not any(slug(row.name) == slug("Service Down") for row in rows):
        yield "### Issue: Service is down / not responding\n\n**Alert:** Service Down\n"
        yield "**Symptoms:**\n- Health check endpoint returns 503 or times out\n- 0 healthy instances\n"
        yield "**Diagnosis:**"
        yield from looks
        yield "\n**Common Causes & Solutions:**\n"
        for number, one in enumerate(subject.dependencies, start=1):
            yield f"**Cause {number}: {one.name} does not answer**"
            yield _fence((f"Solution: Bring {one.name} back", ""))
        yield f"**Cause {len(subject.dependencies) + 1}: Bad deployment**"
        yield _fence(
            ("Solution: Rollback to the previous version", commands.rollback),
            _verification(subject, commands),
        )
        yield "---\n"
    yield from issues_of(rows, looks)
    if not rows:
        yield wording.UNKNOWN_ISSUES


def _useful(commands: Commands) -> Iterator[str]:
    yield "## Useful Commands\n\n### Logs"
    yield _fence(
        ("Recent logs", commands.logs),
        ("Follow logs", commands.follow),
        ("Logs of the last hour", commands.since),
    )
    yield "### Debugging"
    yield _fence(("What runs", commands.status), ("Everything about it", commands.describe))
    yield "### Metrics"
    yield _fence(("What it uses", commands.usage))
    yield "---\n"


def _contacts(answers: Answers, today: date) -> Iterator[str]:
    on_call, address = plain(answers.on_call), plain(answers.address)
    reached = (
        f" <{address}>" if "@" in address and " " not in address else (f" ({address})" if address else "")
    )
    yield "## Contacts\n"
    yield f"**Team:** {plain(answers.owner) or '[Team name]'}"
    room = "#" + plain(answers.room) if answers.room else "[Channel of the team]"
    yield f"**Slack Channel:** {room}"
    yield f"**On-Call Rotation:** {on_call or '[Link to the rotation]'}"
    yield "**Escalation:** [Who comes after on-call]\n"
    yield "**Key Personnel:**"
    yield "- **Service Owner:** [Name]"
    yield f"- **On-Call:** {on_call + reached if on_call else '[Name]'}"
    yield "- **Backup:** [Name]\n\n---\n"
    yield f"**Last Updated:** {today.isoformat()}"
    yield "**Next Review:** [Date]"
